// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation
import Testing
import Torch
import Visualization

@Suite struct ReportTests {
  /// The page of a sample, parsed: that it is well-formed is part of every test.
  static func page(
    _ sample: SampleResults, showsImages: Bool = false,
    options: ExperimentReport.Options = ExperimentReport.Options()
  ) throws -> ReadPage {
    try sample.withFolder { results, folder in
      let images = showsImages ? ["test digits": try sample.images()] : [:]
      let report = ExperimentReport(
        results: results, folder: folder, instances: images, options: options)
      return try ReadPage(report.html())
    }
  }

  @Test func `every part is there, in words, tables and drawings`() throws {
    let page = try Self.page(SampleResults(failed: [2]), showsImages: true)
    let sections = page.named("section").compactMap { $0.attributes["id"] }
    #expect(
      sections == [
        "summary", "ranking", "comparisons", "curves", "pictures", "cost", "configuration",
      ])
    for link in page.named("a") {
      #expect(sections.contains(String((link.attributes["href"] ?? "").dropFirst())))
    }
    #expect(page.text.contains("Compared were 6 configurations on 1 network"))
    #expect(page.text.contains("1 of 6 cells failed"))
    #expect(page.text.contains("the rule has no secant for 'Round'"))
    // Six instances, each with its picture and that of five methods.
    #expect(page.named("img").count == 36)
    #expect(page.named("img").allSatisfy { $0.attributes["alt"]?.isEmpty == false })
    #expect(page.named("svg").allSatisfy { $0.attributes["role"] == "img" })
    #expect(page.named("polyline").count >= 5)
    #expect(page.named("caption").count == page.named("table").count)
    #expect(page.named("html").first?.attributes["lang"] == "en")
  }

  @Test func `headings stand above what they name`() throws {
    let table = try #require(try Self.page(SampleResults()).tables.first)
    #expect(table[0].count == 7)
    #expect(table.allSatisfy { $0.count == 7 })
    #expect(table[0][2].hasPrefix("error") && table[0][5] == "evaluations per instance")
    #expect(table[0][2].contains("lower is better") && table[0][4].contains("higher is better"))
    let secant = try #require(table.first { $0[0] == "secant 8" })
    #expect(secant[5] == "8" && secant[6] == "5.6 ms")
    // The mean error as the formula of the sample has it, with its interval.
    #expect(secant[2].contains("0.02") && secant[2].contains("["))
  }

  @Test func `the best is marked, and what cannot be told from it`() throws {
    // Errors of three methods: the first two alike but for noise, the third far off.
    let sample = SampleResults(
      methods: ["a", "b", "c"],
      score: { _, method, instance in
        method == 2 ? 5 : 1 + Double((instance * 7 + method * 3) % 5) / 100
      })
    let table = try #require(try Self.page(sample).tables.first)
    func cell(_ name: String) -> String { table.first { $0[0] == name }?[2] ?? "" }
    let marks = ["a", "b"].map(cell)
    #expect(marks.contains { $0.contains("best:") })
    #expect(marks.contains { $0.contains("not significantly worse") })
    #expect(!cell("c").contains("best") && cell("c").contains("5"))
  }

  @Test func `comparisons tell which is better, and how sure that is`() throws {
    let sample = SampleResults(
      methods: ["a", "b"], score: { _, method, instance in Double(method * 2 + instance % 3) })
    let page = try Self.page(sample)
    let table = try #require(page.tables.first { $0.first?.first == "first" })
    // a − b is −2 on every one of 12 instances: no chance but 2 in 2¹² for both signs.
    #expect(table[1][0] == "a" && table[1][1] == "b" && table[1][2].hasPrefix("−2"))
    #expect(table[1][3] == "−inf" && table[1][4] == "−1")
    #expect(table[1][5] == "< 0.001" && table[1][6] == "a")
  }

  @Test func `nothing is loaded from elsewhere`() throws {
    let page = try Self.page(SampleResults(), showsImages: true)
    for element in page.elements {
      for (name, value) in element.attributes where !name.hasPrefix("xmlns") {
        #expect(!value.contains("://"), "\(element.name) \(name)")
      }
      if let source = element.attributes["src"] {
        #expect(source.hasPrefix("data:image/png;base64,"))
      }
      if let target = element.attributes["href"] { #expect(target.hasPrefix("#")) }
    }
    #expect(page.named("link").isEmpty && page.named("iframe").isEmpty)
    let style = page.named("style").first?.text ?? ""
    #expect(!style.contains("url(") && !style.contains("@import"))
  }

  @Test func `hostile names are names`() throws {
    let names = [
      "<script>alert(1)</script>", "\"quoted\" & 'single' <b>", "", "  ",
      "\u{202E}\u{5E9}\u{5DC}\u{5D5}\u{5DD}", String(repeating: "long ", count: 200),
    ]
    let page = try Self.page(SampleResults(name: names[0], methods: names, shape: [6]))
    #expect(page.named("script").count == 1 && page.named("b").allSatisfy { !$0.text.isEmpty })
    #expect(page.named("h1").first?.text == names[0])
    let shown = page.named("bdi").map(\.text)
    #expect(shown.contains(names[0]) && shown.contains(names[1]) && shown.contains(names[4]))
    #expect(page.text.contains("(no name)"))
    #expect(shown.allSatisfy { $0.count <= 80 })
  }

  @Test func `scores that are no numbers are left out, and told`() throws {
    let page = try Self.page(
      SampleResults(methods: ["a", "b", "c"]) { score, method, instance in
        method == 2 ? .nan : instance == 1 ? .nan : score
      })
    #expect(page.text.contains("scores are not numbers"))
    let table = try #require(page.tables.first)
    #expect(table.first { $0[0] == "a" }?[2].contains("of 11, 1 left out") == true)
    #expect(table.first { $0[0] == "c" }?[2] == "–")
    #expect(!page.text.contains("nan"))
  }

  @Test func `one instance has no interval, and says nothing of others`() throws {
    let page = try Self.page(SampleResults(instances: 1))
    let table = try #require(page.tables.first)
    #expect(table.dropFirst().allSatisfy { !$0[2].contains("[") })
    #expect(page.text.contains("1 of 1 instance, the first"))
  }

  @Test func `without metrics there is what it took, and pictures`() throws {
    let page = try Self.page(SampleResults(metrics: 0))
    let sections = page.named("section").compactMap { $0.attributes["id"] }
    #expect(sections == ["summary", "ranking", "pictures", "configuration"])
    #expect(page.text.contains("No metric was asked for"))
  }

  @Test func `where all failed, the reasons are left`() throws {
    let page = try Self.page(SampleResults(methods: ["a", "b"], failed: [0, 1]))
    let sections = page.named("section").compactMap { $0.attributes["id"] }
    #expect(sections == ["summary", "ranking", "configuration"])
    #expect(page.text.contains("2 of 2 cells failed"))
    #expect(page.named("li").count { $0.text.contains("no secant for") } == 2)
    let none = try ReadPage(
      ExperimentReport(results: ExperimentResults(name: "", cells: []), folder: "").html())
    #expect(none.text.contains("nothing was compared"))
  }

  @Test func `a thousand instances make no larger page than ten`() throws {
    func size(_ instances: Int) throws -> Int {
      try SampleResults(
        methods: ["a", "b"], instances: instances, shape: [1, 4, 4], metrics: 1
      ).withFolder { results, folder in
        try ExperimentReport(results: results, folder: folder).html().utf8.count
      }
    }
    let (ten, thousand) = (try size(10), try size(1000))
    #expect(abs(thousand - ten) < 2000)
  }

  @Test func `shown are so many instances as are asked for, and the page tells`() throws {
    let options = ExperimentReport.Options(instances: 2)
    let page = try Self.page(SampleResults(), options: options)
    #expect(page.named("h4").map { $0.text.prefix(10) } == ["Instance 0", "Instance 1"])
    #expect(page.text.contains("Shown are 2 of 12 instances"))
    let few = try Self.page(
      SampleResults(), options: ExperimentReport.Options(instances: 2, pictures: 4))
    #expect(few.named("img").count == 4)
    #expect(few.text.contains("Of the 6 configurations the first 4 are shown"))
  }

  @Test func `pictures that cannot be made say why`() throws {
    let sample = SampleResults(methods: ["a", "b"])
    let page = try sample.withFolder { results, folder in
      try FileManager.default.removeItem(atPath: folder + "/cell-0.npy")
      try Tensor.zeros([12, 1, 12, 12]).filled(with: .nan).writeNPY(to: folder + "/cell-1.npy")
      return try ReadPage(ExperimentReport(results: results, folder: folder).html())
    }
    #expect(page.named("img").isEmpty)
    #expect(page.text.contains("cannot be read") && page.text.contains("not finite"))
  }

  @Test func `a metric that failed is told, and leaves no scores out`() throws {
    let sample = SampleResults(methods: ["a", "b", "c"])
    let page = try sample.withFolder { results, folder in
      let cells = results.cells.enumerated().map { place, cell in
        CellResult(
          cell: cell.cell, instances: cell.instances,
          metrics: place == 0
            ? cell.metrics
            : [
              MetricRecord(
                name: "error", family: .axiomatic, direction: .lowerIsBetter, unit: "",
                failure: "it asks for a path, and '\(cell.cell.method)' has none")
            ], configuration: cell.configuration, attributions: cell.attributions)
      }
      let changed = ExperimentResults(name: "n", cells: cells)
      return try ReadPage(ExperimentReport(results: changed, folder: folder).html())
    }
    // Once for both, though the words name one of them.
    let told = page.named("li").filter { $0.text.contains("it asks for a path") }
    #expect(told.count == 1)
    #expect(told.first?.text.contains("of b, c: it asks for a path, and 'b' has none") == true)
    #expect(!page.text.contains("not numbers") && !page.text.contains("left out"))
    #expect(page.tables.first?.first { $0[0] == "b" }?[2] == "–")
  }

  @Test func `of many configurations those with the best are compared`() throws {
    let sample = SampleResults(
      methods: (1...18).map { "method \($0)" }, instances: 8, shape: [2], metrics: 1)
    let page = try Self.page(sample)
    #expect(page.text.contains("of 17 differences significant"))
    #expect(page.text.contains("of more than 16 configurations, those with the best"))
    // Every pair has the one with the most steps, which is the best.
    let table = try #require(page.tables.first { $0.first?.first == "first" })
    #expect(table.dropFirst().allSatisfy { $0[0] == "method 18" || $0[1] == "method 18" })
  }

  @Test func `letters stand out from their paper`() throws {
    let style = try #require(try Self.page(SampleResults(metrics: 0)).named("style").first?.text)
    let schemes = style.components(separatedBy: ":root {").dropFirst()
    #expect(schemes.count == 3)
    for scheme in schemes {
      func color(_ name: String) throws -> Color {
        let part = try #require(scheme.components(separatedBy: "--\(name): #").dropFirst().first)
        return Color(try #require(UInt32(part.prefix(6), radix: 16)))
      }
      for name in ["ink", "soft", "link", "bad"] {
        for paper in ["paper", "shade"] {
          #expect(try color(name).contrast(with: color(paper)) >= 4.5, "\(name) on \(paper)")
        }
      }
    }
  }
}
