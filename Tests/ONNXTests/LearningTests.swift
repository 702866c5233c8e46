// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// The operators of `ai.onnx.ml` against onnxruntime: see `make_learning.py`.
@Suite struct LearningTests {
  static let cases = (try? Case.all("learning.cases")) ?? []
  static let computed = cases.filter { !$0.name.hasPrefix(refusal) }
  static let refused = cases.filter { $0.name.hasPrefix(refusal) }
  private static let refusal = "refused: "

  @Test func `there are cases`() {
    #expect(Self.computed.count == 23)
    #expect(Self.refused.count == 7)
  }

  @Test(arguments: computed)
  func `outputs are onnxruntime's`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model)
    let results = try test.run(model, try test.inputs.map { try Case.tensor($0) })
    #expect(results.map(\.name) == test.outputs.map(\.name))
    for (name, result) in results {
      let expected = try test.output(name)
      #expect(result.elementType == expected.elementType)
      #expect(
        try difference(result, expected, relative: test.relative, absolute: test.absolute) == nil,
        "\(name)")
    }
  }

  /// By central differences, in every direction at once.
  @Test(arguments: computed)
  func `gradients are the slopes`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model, elementType: .float64)
    let inputs = try test.inputs.map { try Case.tensor($0, .float64) }
    guard inputs[0].elementType == .float64 else { return }
    let place = model.outputs[0]
    #expect(place.value != "label")
    var generator = SeededGenerator(seed: 3)
    // Away from zeros and ties, where norms have a corner, and what is missing stays missing.
    let noise = try Tensor(generator.numbers(inputs[0].count), shape: inputs[0].shape)
    let point = test.name.hasPrefix("Imputer") ? inputs[0] : try inputs[0] + noise * 0.1
    let direction = try Tensor(generator.numbers(point.count), shape: point.shape)
    func value(_ x: Tensor) throws -> Tensor {
      var given = [model.inputs[0].place: x]
      for (input, tensor) in zip(model.inputs, inputs).dropFirst() { given[input.place] = tensor }
      let output = try model.evaluate([place], given: given)[0]
      let weight = try Tensor((0..<output.count).map { Double($0 % 5) - 1.7 }, shape: output.shape)
      return try (output * weight).sum()
    }
    let tracked = try point.tracked()
    let output = try value(tracked)
    let slope =
      output.isTracked
      ? try
        (gradient(of: output, withRespectTo: tracked)
        * direction.filled(
          with: 0, where: point.isNaN())).sum().number() : 0
    let step = 1e-6
    let (up, down) = (try value(point + direction * step), try value(point - direction * step))
    let rise = try (up - down).number() / (2 * step)
    // Where a zero is replaced, the function jumps, and has no slope.
    guard test.name != "Imputer, zero" else { return }
    #expect(abs(slope - rise) < 1e-6 * max(1, abs(rise)), "\(slope), not \(rise)")
  }

  @Test(arguments: refused)
  func `what is refused is refused by name`(test: Case) throws {
    let reason = test.name.dropFirst(Self.refusal.count)
    let error = #expect(throws: ONNXError.self) { try ONNXModel(bytes: test.model) }
    if reason != "leave no output" {
      #expect(try #require(error).description.contains(reason), "\(error?.description ?? "")")
    }
  }

  @Test func `the logits of a linear classifier can be cut`() throws {
    for (name, head) in [
      ("SOFTMAX", OutputHead.Function.softmax(axis: 1)), ("LOGISTIC, one column", .sigmoid),
    ] {
      let test = try Case.named("LinearClassifier, \(name)", in: "learning.cases")
      let model = try ONNXModel(bytes: test.model)
      #expect(model.head?.function == head)
      #expect(model.head?.logits == Place("scores/scores"))
      let result = try IntegratedGradients(
        model, quantity: .classScore(1), slice: NetworkSlice(to: .logits), steps: 2
      ).attributions(for: try Case.tensor(test.inputs[0]))
      // A linear function is integrated exactly.
      let gap = try #require(result.completenessGap).absolute().max().number()
      #expect(gap < 1e-6)
    }
  }
}
