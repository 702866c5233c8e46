// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// The place where ids become vectors, in the networks of the families that read ids.
@Suite struct EmbeddingTests {
  /// Networks whose gradients were taken at a look-up, which the exporter's reader named.
  static let readers = FamilyTests.families.filter { test in
    test.name.contains("bert") || test.name.hasPrefix("lstm by") || test.name.hasPrefix("gru by")
      || test.name.contains("-text") && test.name.contains("keras")
  }

  @Test(arguments: readers)
  func `tables are found, and give what their rows are`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model)
    let given = try FamilyTests.inputs(of: test, for: model)
    let named = test.outputs.map(\.name).filter { $0.hasPrefix(FamilyTests.prefix) }
      .map { String($0.dropFirst(FamilyTests.prefix.count)) }
    try #require(!model.embeddings.isEmpty)
    let cut = EmbeddingCut()
    let words = try cut.embedding(in: model)
    #expect(named.contains(words.place.value))
    #expect(model.inputs.map(\.name).contains(words.input))
    let value = try model.evaluate(cut.places(in: model), given: given)[0]
    let ids = try #require(given[Place(words.input)]).converted(to: .int64)
    let rows = try words.table.selecting(ids.flattened(from: 0))
    let same = try value.reshaped(to: rows.shape)
    #expect(try (same - rows).absolute().max().number() == 0)
  }

  @Test(arguments: readers)
  func `words are explained from another word`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model, elementType: .float64)
    let inputs = try FamilyTests.inputs(of: test, for: model)
    let words = try EmbeddingCut().embedding(in: model)
    let ids = try #require(inputs[Place(words.input)])
    let named = Dictionary(inputs.map { ($0.key.value, $0.value) }) { $1 }
    // The first token is held, as a special one would be.
    var moves = [Double](repeating: 1, count: ids.shape[1])
    moves[0] = 0
    let baseline = try words.baseline(of: 1).moving(Tensor(moves, shape: [1, moves.count]))
    let quantity = LogitSum()
    let result = try IntegratedGradients(
      model, quantity: quantity, slice: NetworkSlice(from: .embeddings, to: .logits),
      from: baseline, steps: 4, rule: SecantRule(fallback: .derivative)
    ).attributions(for: Inputs(named))
    #expect(try result.values.selected(0, axis: 1).absolute().max().number() == 0)
    // At its start the network reads the other word, whatever stands in the first place.
    var replaced = named
    let first = try ids.sliced(axis: 1, from: 0, to: 1)
    let others = try ids.sliced(axis: 1, from: 1).filled(with: 1)
    replaced[words.input] = try .concatenated([first, others], axis: 1)
    let places = Dictionary(replaced.map { (Place($0.key), $0.value) }) { $1 }
    let logits = try model.evaluate(LogitCut().places(in: model), given: places)[0]
    let expected = try logits.flattened(from: 1).sum(axes: [1])
    let start = try #require(result.quantity.start)
    #expect(try (start - expected).absolute().max().number() < 1e-9)
  }

  private struct LogitSum: QuantityOfInterest {
    func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
      try output.flattened(from: 1).sum(axes: [1])
    }
  }

  @Test func `networks without ids say so`() throws {
    let test = try #require(FamilyTests.families.first { $0.name.contains("convolutions-1d") })
    let model = try ONNXModel(bytes: test.model)
    #expect(throws: EmbeddingError.none(inputs: model.inputs.map(\.name))) {
      try EmbeddingCut().places(in: model)
    }
    let reader = try #require(Self.readers.first)
    let words = try ONNXModel(bytes: reader.model)
    let known = words.embeddings.map(\.input)
    #expect(throws: EmbeddingError.unknown(input: "nothing", known: known)) {
      try EmbeddingCut("nothing").places(in: words)
    }
    let table = try EmbeddingCut().embedding(in: words)
    #expect(throws: EmbeddingError.self) { try table.baseline(of: table.table.shape[0]) }
    let mean = try table.meanBaseline().activation.tensors[0]
    #expect(mean.shape == [1, 1, table.table.shape[1]])
  }
}
