// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// Small networks of every family, as PyTorch's two exporters, scikit-learn's and Keras's converters
/// write them, against the numbers of where they come from: see `make_families.py`.
@Suite struct FamilyTests {
  static let families = (try? Case.all("families.cases")) ?? []

  @Test func `every exporter is among the families`() {
    for exporter in ["torchscript", "dynamo", "sklearn", "keras"] {
      #expect(Self.families.filter { $0.name.contains("by \(exporter)") }.count >= 5)
    }
  }

  @Test(arguments: families)
  func `outputs agree, for one row and for three`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model)
    let inputs = try Self.inputs(of: test, for: model)
    for output in test.outputs where !Self.isExtra(output.name) {
      let expected = try Case.tensor(output)
      for rows in [1, 3] {
        let given = try inputs.mapValues { try $0.sliced(axis: 0, to: rows) }
        let computed = try model.evaluate([Place(output.name)], given: given)[0]
        let wanted = try expected.sliced(axis: 0, to: rows)
        #expect(try Self.difference(computed, wanted, 1e-4) == nil, "\(output.name), \(rows) rows")
      }
    }
  }

  @Test(arguments: families)
  func `logits are found ahead of what the network ends in`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model)
    let found =
      switch model.head?.function {
      case .softmax(let axis): axis == 1 ? "softmax" : "softmax over axis \(axis)"
      case .logSoftmax(let axis): axis == 1 ? "log-softmax" : "log-softmax over axis \(axis)"
      case .sigmoid: "sigmoid"
      case nil: "none"
      }
    #expect(found == test.head)
    let logits = try LogitCut().places(in: model)
    let computed = try model.evaluate(logits, given: Self.inputs(of: test, for: model))[0]
    #expect(try Self.difference(computed, test.output("logits"), 1e-4) == nil)
  }

  @Test(arguments: families)
  func `gradients of a logit agree`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model)
    var given = try Self.inputs(of: test, for: model)
    let expected = test.outputs.filter { $0.name.hasPrefix(Self.prefix) }
    let places = expected.map { Place(String($0.name.dropFirst(Self.prefix.count))) }
    try #require(!places.isEmpty)
    for (place, value) in zip(places, try model.evaluate(places, given: given)) {
      given[place] = try value.tracked()
    }
    let logits = try model.evaluate(LogitCut().places(in: model), given: given)[0]
    let quantity = try Element(test).values(of: logits).sum()
    let gradients = try gradient(of: quantity, withRespectTo: places.compactMap { given[$0] })
    for (message, gradient) in zip(expected, gradients) {
      #expect(try Self.difference(gradient, Case.tensor(message), 1e-3) == nil, "\(message.name)")
    }
  }

  @Test(arguments: families)
  func `integrated gradients are complete from a layer halfway`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model, elementType: .float64)
    let inputs = try Self.inputs(of: test, for: model)
    let layers = model.layers
    #expect(layers.allSatisfy { $0.shape != nil })
    let logits = try LogitCut().places(in: model)
    let byDistance = layers.indices.sorted {
      (abs(2 * $0 - layers.count), $0) < (abs(2 * $1 - layers.count), $1)
    }
    let halfway = try byDistance.map { layers[$0] }.first { layer in
      let places = try model.places(of: layer.name, anchor: .output)
      guard places.count == 1, places != logits,
        let value = try? model.evaluate(places, given: inputs)[0],
        value.elementType.isFloatingPoint, value.shape.first == 3,
        try value.absolute().max().number() > 0
      else { return false }
      let given = try inputs.merging([places[0]: value.tracked()]) { $1 }
      return try model.evaluate(logits, given: given)[0].isTracked
    }
    // A single linear layer has nothing between inputs and logits.
    let cut: any Cut = halfway.map { LayerCut($0.name) } ?? InputCut()
    let named = inputs.map { ($0.key.value, $0.value) }
    let result = try LayerIntegratedGradients(
      model, at: cut, from: PartBaseline(share: 0.6), quantity: Element(test), to: .logits,
      steps: 60
    ).attributions(for: Inputs(Dictionary(named) { $1 }))
    let gap = try #require(result.completenessGap).absolute().max().number()
    let (start, end) = (
      try #require(result.quantity.start), try #require(result.quantity.end)
    )
    let change = try (end - start).absolute().max().number()
    #expect(gap < 0.01 * change, "\(cut.name)")
  }

  @Test func `texts and maps are left out where numbers remain`() throws {
    let texts = try #require(Self.families.first { $0.name.contains("logistic-text-labels") })
    let model = try ONNXModel(bytes: texts.model)
    #expect(model.omittedOutputs == ["label"])
    #expect(model.outputs.map(\.value) == ["probabilities"])
    let map = try #require(Self.families.first { $0.name.contains("logistic-zipmap") })
    let packed = try ONNXModel(bytes: map.model)
    #expect(packed.omittedOutputs.isEmpty)
    #expect(packed.outputs.map(\.value) == ["output_probability", "output_label"])
  }

  // MARK: Parts

  static let prefix = "gradient of "

  private static func isExtra(_ name: String) -> Bool {
    name == "logits" || name == "element" || name.hasPrefix(prefix)
  }

  static func inputs(of test: Case, for model: ONNXModel) throws -> [Place: Tensor] {
    var given: [Place: Tensor] = [:]
    for input in model.inputs {
      let message = try #require(test.inputs.first { $0.name == input.name })
      given[input.place] = try Case.tensor(message).converted(to: input.elementType)
    }
    return given
  }

  /// Where the largest difference exceeds `relative` of the largest number, in words.
  private static func difference(_ a: Tensor, _ b: Tensor, _ relative: Double) throws -> String? {
    let largest = try b.numbers().map(abs).max() ?? 0
    return try ONNXTests.difference(a, b, relative: 0, absolute: relative * largest + 1e-7)
  }

  /// One element of a row's output.
  private struct Element: QuantityOfInterest {
    let index: Int

    init(_ test: Case) throws { index = Int(try test.output("element").number()) }

    func values(of output: Tensor) throws -> Tensor {
      try output.reshaped(to: [output.shape[0], -1]).selected(index, axis: 1)
    }

    func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
      try values(of: output)
    }
  }

  /// A part of the activation itself: a start from which the path is smooth, whatever the layer.
  private struct PartBaseline: Baseline {
    let share: Double

    func starts(for instances: Instances) throws -> [WeightedStart] {
      [WeightedStart(try instances.activation.map { try $0 * share })]
    }
  }
}
