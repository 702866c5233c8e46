// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation
import Testing

/// The page as a browser shows it: on a phone, a tablet and a desk.
@Suite(
  .enabled(if: Browser.installed != nil, "no chromium is installed: apt-get install chromium"),
  .serialized)
struct BrowserTests {
  /// What a script in the frame's page finds out at each width.
  struct Seen: Decodable {
    let width: Double
    /// Of all that is in the page; more than `width` where the page must be moved sideways.
    let whole: Double
    let charts: Int
    /// The least width of a drawing, and of a letter's height in it.
    let chart: Double
    let letters: Double
    let pictures: Int
    let brokenPictures: Int
    let buttons: Int
    /// The first table's first column, before and after a click on its third heading.
    let before: [String]
    let after: [String]
  }

  /// A frame in which the page is looked at, for windows are never narrower than 500 pixels.
  private static let frame = """
    <!DOCTYPE html><html><body style="margin:0"><iframe id="f" src="report.html"
      style="border:0;height:900px;width:1400px"></iframe><pre id="seen"></pre><script>
    const f = document.getElementById("f");
    f.onload = () => {
      const seen = [360, 800, 1400].map(width => {
        f.style.width = width + "px";
        const page = f.contentDocument, all = s => [...page.querySelectorAll(s)];
        const names = () => all("table.sortable")[0] ?
          [...all("table.sortable")[0].tBodies[0].rows].map(r => r.cells[0].textContent) : [];
        const boxes = all("svg.chart").map(c => c.getBoundingClientRect().width);
        const before = names();
        all("thead th:nth-child(3) button")[0].click();
        return { width: page.documentElement.clientWidth, before, after: names(),
          whole: page.documentElement.scrollWidth, charts: boxes.length,
          chart: Math.min(...boxes), letters: Math.min(...boxes) / 360 * 12,
          pictures: all("img").length, buttons: all("th button").length,
          brokenPictures: all("img").filter(i => !(i.complete && i.naturalWidth)).length };
      });
      document.getElementById("seen").textContent = JSON.stringify(seen);
    };
    </script></body></html>
    """

  private func open(
    _ sample: SampleResults, in frame: String = frame, _ body: (URL) throws -> Void
  ) throws {
    try sample.withFolder { results, folder in
      let images = ["test digits": try sample.images()]
      let html = try ExperimentReport(results: results, folder: folder, instances: images).html()
      let place = URL(fileURLWithPath: folder)
      try Data(html.utf8).write(to: place.appending(path: "report.html"))
      try Data(frame.utf8).write(to: place.appending(path: "frame.html"))
      try body(place)
    }
  }

  static let samples = [
    SampleResults(instances: 4),
    SampleResults(
      methods: [
        String(repeating: "unbroken", count: 40), "<script>throw 1</script>", "",
        "\u{202E}\u{5E9}\u{5DC}\u{5D5}\u{5DD}",
      ], instances: 3, shape: [24], failed: [2]),
  ]

  @Test(arguments: 0..<2)
  func `three widths show all of it, none sideways`(sample: Int) throws {
    try open(Self.samples[sample]) { folder in
      let shown = try Browser.open(
        folder.appending(path: "frame.html"), options: ["--virtual-time-budget=5000"])
      #expect(shown.messages.isEmpty)
      let seen = try Self.seen([Seen].self, in: shown.document)
      #expect(seen.map(\.width).count == 3)
      for (seen, width) in zip(seen, [360.0, 800, 1400]) {
        // A bar for scrolling takes a little.
        #expect(width - 20...width ~= seen.width)
        #expect(seen.whole <= seen.width, "\(seen.whole) in \(seen.width)")
        #expect(seen.charts > 0 && seen.chart > 280 && seen.letters > 9.5)
        #expect(seen.brokenPictures == 0 && seen.pictures == (sample == 0 ? 28 : 0))
        #expect(seen.buttons > 6)
        #expect(seen.before.sorted() == seen.after.sorted() && seen.before != seen.after)
      }
    }
  }

  /// What is to be read and seen where scripts are forbidden.
  struct Still: Decodable {
    let text: String
    let rows: Int
    let buttons: Int
    let pictures: Int
    let charts: Int
  }

  private static let stillFrame = """
    <!DOCTYPE html><html><body><iframe id="f" sandbox="allow-same-origin" src="report.html"
      style="border:0;height:900px;width:800px"></iframe><pre id="seen"></pre><script>
    const f = document.getElementById("f");
    f.onload = () => {
      const page = f.contentDocument, count = s => page.querySelectorAll(s).length;
      document.getElementById("seen").textContent = JSON.stringify({
        text: page.body.innerText, rows: count("tbody tr"), buttons: count("button"),
        pictures: count("img"), charts: count("svg") });
    };
    </script></body></html>
    """

  @Test func `it is whole without a script`() throws {
    try open(Self.samples[0], in: Self.stillFrame) { folder in
      let shown = try Browser.open(
        folder.appending(path: "frame.html"), options: ["--virtual-time-budget=5000"])
      let seen = try Self.seen(Still.self, in: shown.document)
      #expect(seen.buttons == 0 && seen.pictures == 28 && seen.charts >= 2 && seen.rows > 6)
      for text in ["mean rank", "secant 16", "Paired comparisons", "What made the numbers"] {
        #expect(seen.text.contains(text), "\(text)")
      }
    }
  }

  /// What a frame's script has written down.
  private static func seen<Value: Decodable>(_ type: Value.Type, in document: String) throws
    -> Value
  {
    let start = try #require(document.range(of: "<pre id=\"seen\">"))
    let rest = start.upperBound..<document.endIndex
    let end = try #require(document.range(of: "</pre>", range: rest))
    let json = document[start.upperBound..<end.lowerBound]
      .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    return try JSONDecoder().decode(type, from: Data(json.utf8))
  }
}
