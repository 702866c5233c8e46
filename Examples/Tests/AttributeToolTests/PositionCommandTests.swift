// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Text
import Torch

/// `attribute explain --text` of quantities at positions, of spans, and of models that read more than
/// texts.
@Suite struct PositionCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let agreement = [
    "explain", "Models/agreement.onnx", "--tokenizer", "Models/agreement-tokenizer.json",
  ]

  private func known(_ network: String) -> [String] {
    [
      "explain", "Tests/AttributeToolTests/Fixtures/\(network).onnx", "--tokenizer",
      "Models/sentiment-tokenizer.json",
    ]
  }

  private struct Report: Decodable {
    struct Instance: Decodable {
      struct Piece: Decodable {
        let text: String
        let token: String?
        let score: Double
        let special: Bool
      }
      struct Quantity: Decodable {
        let instance: Double
        let start, end: Double?
      }
      let text: String
      let label: Int?
      let labelName: String?
      let quantity: Quantity
      let ids: [Int]
      let tokens, words: [Piece]
    }
    let instances: [Instance]
  }

  private func report(_ arguments: [String]) throws -> [Report.Instance] {
    let file = folder.path("report.json")
    let command = try Command.run("attribute", arguments + ["-o", file])
    try #require(command.status == 0, "\(command.error)")
    return try JSONDecoder().decode(
      Report.self, from: Data(contentsOf: URL(fileURLWithPath: file))
    ).instances
  }

  private func lines(_ file: String) throws -> [String] {
    try String(contentsOf: Command.package.appendingPathComponent(file), encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  // MARK: Agreement

  private static let margin = [
    "--texts", "Data/agreement.txt", "-q", "token:are@mask-token:is@mask",
  ]

  /// Of each sentence the right verb, the wrong one, the subject, and the other nouns.
  private func nouns() throws -> [[String]] {
    try lines("Data/agreement-nouns.txt").map { $0.split(separator: " ").map(String.init) }
  }

  /// The table of the guide to text, which `Benchmarks/agreement_baselines.py` prints by the default
  /// rule.
  @Test(arguments: [
    (baseline: "mask", ahead: 198, first: 198, subjects: 6.06, others: 0.05),
    (baseline: "vocabulary-mean", ahead: 193, first: 168, subjects: 6.34, others: -0.35),
    (baseline: "zeros", ahead: 192, first: 168, subjects: 6.65, others: -0.33),
  ])
  func `The verb's number is credited to its subject, not to nouns between`(
    known: (baseline: String, ahead: Int, first: Int, subjects: Double, others: Double)
  ) throws {
    let nouns = try nouns()
    let found = try report(
      Self.agreement + Self.margin
        + ["-b", known.baseline, "--rule", "gauss-legendre", "--steps", "8"])
    try #require(found.count == nouns.count && found.count == 198)
    var (first, ahead) = (0, 0)
    var (subjects, others): ([Double], [Double]) = ([], [])
    for (instance, nouns) in zip(found, nouns) {
      let isPlural = nouns[0] == "are"
      // The network knows the verb's number in each.
      #expect((instance.quantity.instance > 0) == isPlural, "\(instance.text)")
      func score(_ noun: String) -> Double {
        instance.words.filter { $0.text == noun }.reduce(0) { $0 + $1.score } * (isPlural ? 1 : -1)
      }
      let subject = score(nouns[2])
      subjects.append(subject)
      others += nouns[3...].map(score)
      if nouns[3...].allSatisfy({ score($0) < subject }) { ahead += 1 }
      let most = instance.words.max { abs($0.score) < abs($1.score) }
      if most.map({ $0.text == nouns[2] }) ?? false { first += 1 }
    }
    #expect(ahead == known.ahead && first == known.first)
    func mean(_ scores: [Double]) -> Double { scores.reduce(0, +) / Double(scores.count) }
    #expect(abs(mean(subjects) - known.subjects) < 0.1)
    #expect(abs(mean(others) - known.others) < 0.02)
  }

  @Test func `What the network goes by is the subject's number`() throws {
    let irregular = [
      ("knife", "knives"), ("shelf", "shelves"), ("city", "cities"), ("story", "stories"),
      ("man", "men"), ("woman", "women"), ("child", "children"),
    ]
    func other(_ noun: String) -> String {
      for (one, many) in irregular where [one, many].contains(noun) {
        return noun == one ? many : one
      }
      return noun.hasSuffix("s") ? String(noun.dropLast()) : noun + "s"
    }
    let (texts, nouns) = (try lines("Data/agreement.txt"), try nouns())
    let before = try report(Self.agreement + Self.margin + ["-d", "point"])
    for (range, moves, turns) in [(2..<3, 15.28, 198), (3..<9, 0.57, 0)] {
      var (places, changed): ([Int], [String]) = ([], [])
      for (place, own) in nouns.enumerated() {
        for noun in own[range.clamped(to: own.indices)] {
          let words = texts[place].split(separator: " ").map(String.init)
          places.append(place)
          changed.append(words.map { $0 == noun ? other($0) : $0 }.joined(separator: " "))
        }
      }
      let file = folder.path("changed.txt")
      try changed.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
      let after = try report(
        Self.agreement + Self.margin.map { $0 == "Data/agreement.txt" ? file : $0 }
          + ["-d", "point"])
      let pairs = zip(places, after).map {
        (before[$0].quantity.instance, $1.quantity.instance)
      }
      // No noun is one that the network has never seen.
      #expect(after.allSatisfy { !$0.tokens.contains { $0.token == "[UNK]" } })
      let move = pairs.reduce(0) { $0 + abs($1.1 - $1.0) } / Double(pairs.count)
      #expect(abs(move - moves) < 0.01, "\(move)")
      #expect(pairs.count(where: { $0.0 * $0.1 < 0 }) == turns)
    }
  }

  @Test func `What is predicted is named, and held`() throws {
    let found = try report(
      Self.agreement + [
        "--text", "the keys near the cabinet [MASK] old .", "--text", "the key [MASK] old", "-q",
        "predicted@mask",
      ])
    #expect(["are", "were", "look", "stay"].contains(found[0].labelName ?? ""))
    #expect(["is", "was", "looks", "stays"].contains(found[1].labelName ?? ""))
    // A token by its name is the class that has its id, at the position that has the mask.
    let name = try #require(found[0].labelName)
    let text = ["--text", "the keys near the cabinet [MASK] old ."]
    let tokenizer = try Tokenizer(
      path: Command.package.appendingPathComponent("Models/agreement-tokenizer.json").path)
    let id = try #require(tokenizer.id(of: name))
    for quantity in ["token:\(name)@mask", "class:\(id)@token:6", "token:\"\(name)\"@token:-4"] {
      let same = try report(Self.agreement + text + ["-q", quantity])[0]
      #expect(abs(same.quantity.instance - found[0].quantity.instance) < 1e-5, "\(quantity)")
    }
    let shown = try Command.run(
      "attribute", Self.agreement + text + ["-q", "token:\(name)@mask-probability:token:is@mask"])
    #expect(shown.output.contains("  \(name)  "))
    #expect(
      shown.output.hasPrefix(
        "score of token \(name) at 6 − probability of token is at 6 · attribution"))
  }

  /// Of the network's tokens class 0 is the greatest number, and the least likely one.
  @Test func `The prediction is the output's that tells how likely classes are`() throws {
    for position in ["token:1", "token:2"] {
      let found = try report(
        known("likely") + ["--text", "the soup", "-q", "predicted@\(position)", "-d", "point"])[0]
      #expect(found.label == 1)
      #expect(
        abs(found.quantity.instance - Double(found.ids[position == "token:1" ? 1 : 2]) / 200) < 1e-5
      )
    }
  }

  @Test func `Positions of the text are its own, whatever fills it up`() throws {
    let texts = ["the keys [MASK] old", "the old keys near the lamp [MASK] new ."]
    for position in ["mask", "last", "token:-1", "token:2", "words", "token:1-3"] {
      let quantity = ["-q", "token:are@\(position)", "-d", "point"]
      let together = try report(Self.agreement + texts.flatMap { ["--text", $0] } + quantity)
      for (text, found) in zip(texts, together) {
        let alone = try report(Self.agreement + ["--text", text] + quantity)[0]
        #expect(abs(alone.quantity.instance - found.quantity.instance) < 1e-4, "\(position)")
      }
    }
  }

  // MARK: Spans

  /// Of the network of spans a start has id / 100, an end −id / 200.
  @Test func `Spans of two outputs are explained`() throws {
    let both =
      known("spans") + ["--to", "output:starts+output:ends", "--text", "the soup was awful"]
    let span = try report(both + ["-q", "span:2-3"])[0]
    let ids = span.ids.map(Double.init)
    #expect(abs(span.quantity.instance - (ids[2] / 100 - ids[3] / 200)) < 1e-5)
    let scores = span.tokens.map(\.score)
    #expect(abs(scores[2] - ids[2] / 100) < 1e-5 && abs(scores[3] + ids[3] / 200) < 1e-5)
    #expect(scores[0] == 0 && scores[1] == 0 && scores[4] == 0)
    // The best span is one token, the greatest id, or ends in a small id behind a greater one.
    let own = Array(ids[1..<ids.count - 1])
    let best = own.indices.flatMap { start in
      own[start...].map { own[start] / 100 - $0 / 200 }
    }.max()
    let predicted = try report(both + ["-q", "span"])[0]
    #expect(abs(predicted.quantity.instance - (best ?? 0)) < 1e-5)
    let parts = try ["start", "end"].map { try report(both + ["-q", $0])[0].quantity.instance }
    #expect(abs(parts[0] + parts[1] - (best ?? 0)) < 1e-5)
  }

  @Test func `An answer is looked for in the second text`() throws {
    let pair = try report(
      known("spans") + [
        "--to", "output:starts+output:ends", "--text", "what was awful", "--pair", "the soup", "-q",
        "span",
      ])[0]
    let second = try #require(pair.words.firstIndex { $0.text == "[SEP]" })
    for (index, word) in pair.words.enumerated() where word.score != 0 { #expect(index > second) }
    #expect(pair.words.contains { $0.score != 0 })
  }

  // MARK: Other inputs

  @Test func `What a model reads besides texts is given by name, for each or for all`() throws {
    let (each, one) = (folder.path("each.npy"), folder.path("one.npy"))
    try Tensor([1, 0, -2, 0] as [Float], shape: [2, 2]).writeNPY(to: each)
    try Tensor([3, 0] as [Float], shape: [1, 2]).writeNPY(to: one)
    let texts = ["--text", "the soup was awful", "--text", "i love tea"]
    let quantity = ["-q", "class:0", "--move-special"]
    for (file, weights) in [(each, [1.0, -2]), (one, [3.0, 3])] {
      let found = try report(known("beside") + texts + ["weights=\(file)"] + quantity)
      for (instance, weight) in zip(found, weights) {
        for (id, token) in zip(instance.ids, instance.tokens) {
          #expect(abs(token.score - weight * Double(id) / 100) < 1e-4)
        }
      }
    }
  }

  @Test(
    arguments: [
      (
        ["-q", "class:1@token:9"], 65,
        "position 9 is beyond the text 'the soup', which has 4 tokens"
      ),
      (["-q", "class:1@token:-5"], 65, "position -5 is beyond"),
      (["-q", "class:1@mask"], 65, "write [MASK] in place of a word"),
      (["-q", "token:zzz@token:1"], 65, "no token 'zzz'"),
      (["-q", "span:2-7"], 65, "position 7 is beyond"),
      (["-q", "span"], 65, "--to output:START+output:END"),
      (["-q", "class:1@token:1"], 65, "[rows, positions, classes]"),
      (
        ["-q", "class:1@token:1", "--to", "output:starts+output:ends", "Data/eight.npy"], 64,
        "NAME="
      ),
      (["weights=Data/eight.npy"], 65, "no input 'weights'"),
    ] as [([String], Int32, String)])
  func `What cannot be is told with its remedy`(
    arguments: [String], status: Int32, part: String
  ) throws {
    let command = try Command.run("attribute", known("spans") + ["--text", "the soup"] + arguments)
    #expect(command.status == status)
    #expect(command.error.contains(part), "\(command.error)")
  }

  @Test func `Rows of other inputs are counted`() throws {
    let file = folder.path("three.npy")
    try Tensor.zeros([3, 2]).writeNPY(to: file)
    let texts = ["--text", "a", "--text", "b"]
    let command = try Command.run("attribute", known("beside") + texts + ["weights=\(file)"])
    #expect(command.status == 65 && command.error.contains("one for each, or one for all"))
    let none = try Command.run("attribute", known("beside") + texts)
    #expect(none.status == 65 && none.error.contains("weights=FILE"), "\(none.error)")
  }
}
