// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import Text

@Suite struct TextBatchTests {
  private let tokenizer: Tokenizer

  init() throws { tokenizer = try Tokenizer(path: fixture("bert-small-letters.json")) }

  private func model(_ inputs: [ModelInput]) -> FunctionModel {
    FunctionModel(inputs: inputs, outputs: ["y"]) { try $0.mark("y", $0[inputs[0].name]) }
  }

  @Test func eachInputGetsWhatItsNameSays() throws {
    let model = model([
      ModelInput("input_ids", elementType: .int64),
      ModelInput("attention_mask", elementType: .float32),
      ModelInput("token_type_ids", elementType: .int32),
      ModelInput("position_ids", elementType: .int64),
    ])
    let texts = try [tokenizer.encode("the an"), tokenizer.encode("the", "ko mi")]
    let batch = try TextBatch(texts, for: model, padding: 9)
    let length = batch.length
    #expect(length == texts.map(\.count).max())
    let tensors = batch.inputs.tensors
    #expect(tensors["attention_mask"]?.elementType == .float32)
    #expect(tensors["token_type_ids"]?.elementType == .int32)
    for (row, text) in texts.enumerated() {
      let rest = [Double](repeating: 0, count: length - text.count)
      let ids = try #require(tensors["input_ids"])[row].numbers()
      #expect(ids == text.ids.map(Double.init) + rest.map { _ in 9 })
      let mask = try #require(tensors["attention_mask"])[row].numbers()
      #expect(mask == text.ids.map { _ in 1 } + rest)
      let types = try #require(tensors["token_type_ids"])[row].numbers()
      #expect(types == text.types.map(Double.init) + rest)
      let words = try batch.words[row].numbers()
      #expect(words == text.isSpecial.map { $0 ? 0 : 1 } + rest)
    }
  }

  @Test func whatCannotBeFedIsNamed() throws {
    let (short, long) = (try tokenizer.encode("the"), try tokenizer.encode("the an in"))
    let only = model([ModelInput("x", elementType: .int64)])
    #expect(try TextBatch([short], for: only).inputs.tensors["x"]?.shape == [1, short.count])
    #expect(throws: TextBatchError.self) { try TextBatch([short, long], for: only) }
    #expect(throws: TextBatchError.empty) { try TextBatch([], for: only) }
    let fixed = model([ModelInput("ids", elementType: .int64, shape: [nil, 3])])
    #expect(throws: TextBatchError.tooLong(long.count, maximum: 3)) {
      try TextBatch([long], for: fixed)
    }
    let strange = model([
      ModelInput("input_ids", elementType: .int64), ModelInput("noise", elementType: .float32),
    ])
    #expect(throws: TextBatchError.unknownInput("noise")) { try TextBatch([short], for: strange) }
    let noise = try Tensor.zeros([1, 2])
    #expect(throws: Never.self) {
      try TextBatch([short], for: strange, others: ["noise": noise])
    }
  }
}

@Suite struct TokenScoreTests {
  @Test func reductionsAreSumsNormsAndSizes() throws {
    let attribution = try Tensor([3, -4, 0, 2] as [Double], shape: [1, 2, 2])
    #expect(try TokenReduction.sum.scores(of: attribution).numbers() == [-1, 2])
    #expect(try TokenReduction.norm.scores(of: attribution).numbers() == [5, 2])
    #expect(try TokenReduction.absolute.scores(of: attribution).numbers() == [7, 2])
    let plain = try Tensor([3, -4] as [Double], shape: [1, 2])
    #expect(try TokenReduction.sum.scores(of: plain).numbers() == [3, -4])
    #expect(try TokenReduction.norm.scores(of: plain).numbers() == [3, 4])
  }

  @Test func wordsAddUpTheirTokensAndAreSpelledAsInTheText() throws {
    let tokenizer = try Tokenizer(path: fixture("bert-small-letters.json"))
    let text = "Sané, thekomi 中文"
    let encoding = try tokenizer.encode(text)
    let scores = encoding.ids.indices.map { Double($0 + 1) }
    let words = encoding.scoredWords(scores, of: text)
    #expect(words.map(\.text) == ["[CLS]", "Sané", ",", "thekomi", "中", "文", "[SEP]"])
    #expect(words.map(\.isSpecial) == [true, false, false, false, false, false, true])
    #expect(words.map(\.isJoined) == [false, false, true, false, false, true, false])
    #expect(words.reduce(0) { $0 + $1.score } == scores.reduce(0, +))
    let tokens = encoding.scored(scores, of: text)
    #expect(tokens.map(\.score) == scores)
    #expect(tokens.filter { !$0.isSpecial }.map(\.text).joined() == "Sané,thekomi中文")
  }
}
