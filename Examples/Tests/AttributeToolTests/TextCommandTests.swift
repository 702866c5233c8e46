// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Attribution
import Foundation
import FoundationXML
import ONNX
import Testing
import Text
import Torch
import Visualization

/// `attribute explain --text`.
@Suite struct TextCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let model = "Models/sentiment.onnx"
  private static let tokenizer = "Models/sentiment-tokenizer.json"
  private static let unmasked = "Tests/AttributeToolTests/Fixtures/unmasked.onnx"

  private func path(_ file: String) -> String { Command.package.appendingPathComponent(file).path }

  private func explain(
    _ arguments: [String], model: String = Self.model
  ) throws -> Command {
    try Command.run(
      "attribute", ["explain", model, "--tokenizer", Self.tokenizer] + arguments)
  }

  /// A piece of a text in a report.
  private struct Piece: Decodable {
    let text: String
    let score: Double
    let special: Bool
  }

  private struct Report: Decodable {
    struct Instance: Decodable {
      struct Quantity: Decodable { let start, end: Double? }
      let text: String
      let label: Int?
      let quantity: Quantity
      let attributionSum: Double
      let ids: [Int]
      let tokens, words: [Piece]
    }
    let instances: [Instance]
  }

  private func report(
    _ arguments: [String], model: String = Self.model
  ) throws -> [Report.Instance] {
    let file = folder.path("report.json")
    let command = try explain(arguments + ["-o", file], model: model)
    try #require(command.status == 0, "\(command.error)")
    return try JSONDecoder().decode(
      Report.self, from: Data(contentsOf: URL(fileURLWithPath: file))
    ).instances
  }

  /// All negative words of the script that trained the network, each in a sentence: the study that
  /// the guide to text tells of.
  @Test func `The negative word is what speaks most for a complaint`() throws {
    let english = [
      "awful", "terrible", "horrible", "dirty", "rude", "broken", "boring", "disgusting", "ugly",
      "dreadful", "disappointing", "useless",
    ]
    let chinese = ["糟糕", "可怕", "恐怖", "肮脏", "粗鲁", "破烂", "无聊", "恶心", "丑陋", "讨厌", "失望", "没用"]
    let complaints =
      english.flatMap { [("the lamp was \($0)", $0), ("what a \($0) garden !", $0)] }
      + chinese.flatMap { [("我觉得灯\($0)。", $0), ("那是一个\($0)的花园", $0)] }
    let file = folder.path("complaints.txt")
    try Data(complaints.map(\.0).joined(separator: "\n").utf8)
      .write(to: URL(fileURLWithPath: file))
    let found = try report(["--texts", file])
    #expect(found.count == 48 && found.allSatisfy { $0.label == 0 })
    let missed = zip(complaints, found).filter { complaint, instance in
      let most = instance.words.max { $0.score < $1.score }
      return most.map { !complaint.1.contains($0.text) } ?? true
    }
    #expect(missed.isEmpty, "\(missed.map { $0.0.0 })")
  }

  @Test func `Words sum to the quantity's change, and special tokens keep their place`() throws {
    let text = ["--text", "the waiter was not friendly ."]
    for reduction in [[], ["-b", "mask"], ["-b", "vocabulary-mean"]] {
      let found = try report(text + reduction)[0]
      let start = try #require(found.quantity.start)
      let change = try #require(found.quantity.end) - start
      #expect(abs(found.words.reduce(0) { $0 + $1.score } - change) < 1e-4)
      #expect(abs(found.tokens.reduce(0) { $0 + $1.score } - change) < 1e-4)
      #expect(found.tokens.filter(\.special).map(\.text) == ["[CLS]", "[SEP]"])
      #expect(found.tokens.allSatisfy { !$0.special || $0.score == 0 })
    }
    let moved = try report(text + ["--move-special"])[0]
    #expect(moved.tokens.allSatisfy { !$0.special || abs($0.score) > 1e-3 })
  }

  @Test func `Values are those of the library`() throws {
    let file = folder.path("values.npy")
    let text = "这个屏幕非常精彩"
    let command = try explain([
      "--text", text, "-b", "token:[MASK]", "-q", "class:1", "--rule", "midpoint", "-s", "12", "-o",
      file,
    ])
    #expect(command.status == 0, "\(command.error)")
    let model = try ONNXModel(path: path(Self.model))
    let tokenizer = try Tokenizer(path: path(Self.tokenizer))
    let batch = try TextBatch([tokenizer.encode(text)], for: model)
    let mask = try EmbeddingCut.embeddings.embedding(in: model)
      .baseline(of: #require(tokenizer.id(of: "[MASK]")))
    let expected = try IntegratedGradients(
      model, quantity: .classScore(1),
      slice: NetworkSlice(from: .embeddings, to: .logits), from: mask.moving(batch.words),
      steps: 12, rule: .midpoint
    ).attributions(for: batch.inputs).values
    let difference = try (Tensor(contentsOfNPY: file) - expected).absolute().max().number()
    #expect(difference < 1e-6)
    #expect(try expected.absolute().max().number() > 0.01)
  }

  @Test func `Tokens have the scores that Captum gives them`() throws {
    struct Known: Decodable {
      let text: String
      let scores: [Double]
    }
    let fixture = "Tests/AttributeToolTests/Fixtures/captum-words.json"
    let known = try JSONDecoder().decode(
      [Known].self, from: Data(contentsOf: URL(fileURLWithPath: path(fixture))))
    let found = try report([
      "--texts", "Data/sentences.txt", "-q", "class:0", "-b", "mask", "--rule", "midpoint", "-s",
      "50",
    ])
    #expect(known.count == 10 && known.map(\.text) == found.map(\.text))
    for (known, found) in zip(known, found) {
      let scores = found.tokens.map(\.score)
      try #require(scores.count == known.scores.count)
      let difference = zip(scores, known.scores).reduce(0) { $0 + abs($1.0 - $1.1) }
      let size = known.scores.reduce(0) { $0 + abs($1) }
      #expect(size > 0.1 && difference / size < 1e-5, "\(known.text): \(difference / size)")
    }
  }

  @Test func `Texts together are as one by one, whatever fills them up`() throws {
    let texts = ["the soup was awful", "i would recommend the museum to all", "汤不美味"]
    let together = try report(texts.flatMap { ["--text", $0] })
    #expect(together.map(\.text) == texts)
    for (text, found) in zip(texts, together) {
      let alone = try report(["--text", text])[0]
      #expect(alone.ids == found.ids)
      for (one, other) in zip(alone.tokens, found.tokens) {
        #expect(abs(one.score - other.score) < 1e-5)
      }
    }
  }

  /// Each token has its number, as the fixture's script has it, divided by the text's length.
  @Test func `Without a mask texts are explained one by one`() throws {
    let file = folder.path("values.npy")
    let texts = ["--text", "the soup", "--text", "a very rude waiter , i think"]
    let found = try report(
      texts + ["--label", "0,1", "--move-special", "-o", file], model: Self.unmasked)
    for (instance, share) in zip(found, [0.01, -0.005]) {
      for (id, token) in zip(instance.ids, instance.tokens) {
        let expected = share * Double(id) / Double(instance.ids.count)
        #expect(abs(token.score - expected) < 1e-5)
      }
    }
    let (short, long) = (found[0].ids.count, found[1].ids.count)
    #expect(short < long)
    let values = try Tensor(contentsOfNPY: file)
    #expect(values.shape == [2, long, 2])
    #expect(try values[0][short..<long].absolute().max().number() == 0)
  }

  @Test func `Ids from a file and a token by its id are the same as a text`() throws {
    let (text, ids) = (folder.path("text.npy"), folder.path("ids.npy"))
    let source = "the beach was lovely"
    let tokenizer = try Tokenizer(path: path(Self.tokenizer))
    let batch = try TextBatch(
      [tokenizer.encode(source)], for: ONNXModel(path: path(Self.model)))
    for (name, tensor) in batch.inputs.tensors {
      try tensor.writeNPY(to: folder.path(name + "-in.npy"))
    }
    let mask = try #require(tokenizer.id(of: "[MASK]"))
    #expect(
      try explain(["--text", source, "-b", "mask", "--move-special", "-o", text]).status == 0)
    let command = try Command.attribute(
      "explain", Self.model, "ids=" + folder.path("ids-in.npy"),
      "mask=" + folder.path("mask-in.npy"),
      "--from", "embeddings:ids", "-b", "token:\(mask)", "-o", ids)
    #expect(command.status == 0, "\(command.error)")
    let difference = try (Tensor(contentsOfNPY: text) - Tensor(contentsOfNPY: ids)).absolute().max()
    #expect(try difference.number() < 1e-6)
  }

  @Test func `A text is most similar to itself`() throws {
    let text = "the garden is beautiful"
    let same = try report(["--text", text, "--similar-to", text])[0]
    #expect(abs(try #require(same.quantity.end) - 1) < 1e-5)
    #expect(same.label == nil)
    let other = try report(["--text", text, "--similar-to", "the garden is ugly"])[0]
    #expect(try #require(other.quantity.end) < 0.9)
  }

  @Test func `Sizes have no sign, and words have the sum of their tokens`() throws {
    let text = ["--text", "the phone was wonderfully useless"]
    let signed = try report(text)[0]
    #expect(signed.tokens.contains { $0.score < 0 } && signed.words.count < signed.tokens.count)
    for reduction in ["norm", "absolute"] {
      let sizes = try report(text + ["--reduce", reduction])[0]
      #expect(sizes.tokens.allSatisfy { $0.score >= 0 })
      let sum = sizes.tokens.reduce(0) { $0 + $1.score }
      #expect(abs(sizes.words.reduce(0) { $0 + $1.score } - sum) < 1e-9)
    }
  }

  @Test func `A page has all texts, and what they say stays text`() throws {
    let (page, lines) = (folder.path("page.html"), folder.path("lines.txt"))
    let nasty = "<script>alert(1)</script> & awful"
    try Data("the tea was lovely\r\n\n\(nasty)\n".utf8).write(to: URL(fileURLWithPath: lines))
    let command = try explain(["--texts", lines, "-o", page])
    #expect(command.status == 0, "\(command.error)")
    #expect(command.output.contains("\nlines.txt[1]  [CLS] the("))
    #expect(command.output.contains("\nlines.txt[3]  [CLS] <("))
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(!html.contains("<script"))
    #expect(html.contains("lines.txt[1]") && html.contains(">lovely</span>"))
    #expect(html.contains("lines.txt[3]") && html.contains(">script</span>"))
    #expect(html.contains("class=\"token special\"") && html.contains("kept in its place"))
    #expect(XMLParser(data: Data(html.utf8)).parse())
    // Draws move every token: none is said to be held.
    #expect(try explain(["--text", "a", "-d", "gaussian:0.1", "-o", page]).status == 0)
    let drawn = try String(contentsOfFile: page, encoding: .utf8)
    #expect(!drawn.contains("kept in its place"))
  }

  @Test func `Words are colored where color is wanted`() throws {
    var options = ExplainOptions(model: path(Self.model), inputs: [])
    options.from = "embeddings"
    options.text.texts = ["the bed was horrible"]
    options.text.tokenizer = path(Self.tokenizer)
    let explanation = try ExplainPlan(options).explanation()
    #expect(explanation.summary(inColor: true).contains("\u{1B}[48;2;"))
    #expect(!explanation.summary().contains("\u{1B}"))
    #expect(explanation.summary().contains("most: horrible(+"))
    options.text.seconds = ["i love it"]
    let pair = try ExplainPlan(options).explanation()
    #expect(pair.texts[0].words.map(\.text).suffix(5) == ["[SEP]", "i", "love", "it", "[SEP]"])
  }

  @Test(
    arguments: [
      (["--text", "a"], ["--tokenizer", "none.json"], 65, "none.json"),
      (["--text", "a", "-b", "token:zzz"], [], 65, "no token 'zzz'"),
      (["--text", "a", "-b", "token:"], [], 64, "token:[MASK]"),
      (["--text", "a", "--from", "/neighbours/Conv"], [], 65, "--move-special"),
      (["--text", "a", "--pair", "b", "--pair", "c"], [], 64, "one for each"),
      (["--text", "a", "--similar-to", "b", "-q", "class:1"], [], 64, "--quantity"),
      (["--text", "a", "Data/eight.png"], [], 64, "one or the other"),
      (["--texts", "Data/eight.png"], [], 65, "UTF-8"),
      (["Data/eight.png"], [], 64, "--tokenizer is for texts"),
      (["--text", "a", "--from", "embeddings:mask"], [], 65, "'mask'"),
      (["--text", "a", "--reduce", "mean"], [], 64, "'sum', 'norm'"),
    ] as [([String], [String], Int32, String)])
  func `What cannot be is told with its remedy`(
    arguments: [String], more: [String], status: Int32, part: String
  ) throws {
    let command = try explain(arguments + more)
    #expect(command.status == status)
    #expect(command.error.contains(part), "\(command.error)")
  }

  @Test func `Texts need a tokenizer and a table of words`() throws {
    let bare = try Command.attribute("explain", Self.model, "--text", "a")
    #expect(bare.status == 64 && bare.error.contains("tokenizer.json"))
    let image = try explain(["--text", "a"], model: "Models/digits.onnx")
    #expect(image.status == 65 && image.error.contains("no table was found"))
    let page = try Command.attribute(
      "explain", "Models/digits.onnx", "Data/eight.png", "-o", "a.html")
    #expect(page.status == 64 && page.error.contains("pages are for texts"))
    let mask = try Command.attribute(
      "explain", "Models/digits.onnx", "Data/eight.png", "-b", "mask")
    #expect(mask.status == 64 && mask.error.contains("token:ID"))
  }

  @Test func `Ids with the tokens of another tokenizer are explained as texts are`() throws {
    let (own, read) = (folder.path("own.json"), folder.path("read.json"))
    let inputs = ["ids=Data/sentence-ids.npy", "mask=Data/sentence-mask.npy"]
    let page = folder.path("page.html")
    let listed = try Command.run(
      "attribute",
      ["explain", Self.model] + inputs
        + ["--tokens", "Data/sentence-tokens.json", "-o", own, "-o", page])
    try #require(listed.status == 0, "\(listed.error)")
    try #require(
      explain([
        "--text", "the soup was awful", "--text", "our hotel was really charming .", "--text",
        "the film was never boring", "-o", read,
      ]).status == 0)
    let reports = try [own, read].map {
      try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(fileURLWithPath: $0)))
    }
    #expect(reports[0].instances.count == 3)
    for (mine, theirs) in zip(reports[0].instances, reports[1].instances) {
      #expect(mine.words.map(\.text) == theirs.words.map(\.text))
      #expect(zip(mine.words, theirs.words).allSatisfy { abs($0.score - $1.score) < 1e-5 })
    }
    #expect(try String(contentsOfFile: page, encoding: .utf8).contains(">awful</span>"))
    struct Made: Decodable {
      struct File: Decodable {
        let file, sha256: String
      }
      struct Provenance: Decodable { let tokens, tokenizer: File? }
      let provenance: Provenance
    }
    let made = try [own, read].map {
      try JSONDecoder().decode(Made.self, from: Data(contentsOf: URL(fileURLWithPath: $0)))
        .provenance
    }
    #expect(made[0].tokens?.file == "Data/sentence-tokens.json" && made[0].tokenizer == nil)
    let sum = try Command.run(
      path: URL(fileURLWithPath: "/usr/bin/sha256sum"), ["Data/sentence-tokens.json"])
    #expect(made[0].tokens?.sha256 == sum.output.split(separator: " ").first.map(String.init))
    #expect(made[1].tokens == nil && made[1].tokenizer?.file == Self.tokenizer)
  }

  @Test func `Lists of tokens that do not fit are told`() throws {
    let short = folder.path("short.txt")
    try "[CLS] the soup [SEP]\n".write(toFile: short, atomically: true, encoding: .utf8)
    let long = folder.path("long.json")
    let line = [String](repeating: "a", count: 9)
    try JSONEncoder().encode([line, line, line]).write(to: URL(fileURLWithPath: long))
    let inputs = [
      "explain", Self.model, "ids=Data/sentence-ids.npy", "mask=Data/sentence-mask.npy",
    ]
    for (arguments, word, status) in [
      (["--tokens", short], "tokens of 1 text", Int32(65)), (["--tokens", long], "9 tokens", 65),
      (["--tokens", "Data/eight.npy"], "no text in UTF-8", 65),
      (["--tokens", short, "--text", "a", "--tokenizer", Self.tokenizer], "leave --text", 64),
    ] {
      let command = try Command.run("attribute", inputs + arguments)
      #expect(command.status == status && command.error.contains(word), "\(command.error)")
    }
  }
}
