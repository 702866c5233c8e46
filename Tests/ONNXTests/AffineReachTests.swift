// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import TestSupport
import Testing
import Torch

/// Gradients that add up where a slice stops being affine in its start.
@Suite struct AffineReachTests {
  /// A model that does not tell where it stops being affine.
  struct Silent: Model {
    let model: ONNXModel
    var inputs: [ModelInput] { model.inputs }
    var outputs: [Place] { model.outputs }
    var head: OutputHead? { model.head }
    var layers: [ModelLayer] { model.layers }

    func places(of layer: String, anchor: Anchor) throws -> [Place] {
      try model.places(of: layer, anchor: anchor)
    }

    func evaluate(_ wanted: [Place], given: [Place: Tensor]) throws -> [Tensor] {
      try model.evaluate(wanted, given: given)
    }

    func requirements(of wanted: [Place], given: [Place]) -> [Place] {
      model.requirements(of: wanted, given: given)
    }
  }

  @Test func `it ends at the first node that is not affine, on every way`() throws {
    let residual = try ONNXModel(path: FusionTests.file.path)
    let reach = residual.affineReach(of: [residual.inputs[0].place], toward: residual.outputs)
    #expect(reach == [Place("norm")])

    // y = relu(2x + 1) · x + (2x + 1) · s, where only the first product sees x twice.
    let model = try ONNXModel(
      bytes: ModelBytes.model(
        nodes: [
          ModelBytes.node("Mul", ["x", "two"], ["doubled"]),
          ModelBytes.node("Add", ["doubled", "one"], ["h"]),
          ModelBytes.node("Relu", ["h"], ["r"]), ModelBytes.node("Mul", ["r", "x"], ["p"]),
          ModelBytes.node("Mul", ["h", "s"], ["q"]), ModelBytes.node("Add", ["p", "q"], ["y"]),
        ],
        initializers: [
          ModelBytes.tensor("two", [], floats: [2]), ModelBytes.tensor("one", [], floats: [1]),
        ],
        inputs: [ModelBytes.value("x", [nil, 4]), ModelBytes.value("s", [nil, 4])]))
    let places = { (names: [String]) in Set(names.map { Place($0) }) }
    let fromX = model.affineReach(of: [Place("x")], toward: model.outputs)
    #expect(Set(fromX) == places(["h", "x", "q"]))
    #expect(model.affineReach(of: [Place("s")], toward: model.outputs) == [Place("y")])
    #expect(model.affineReach(of: [Place("r")], toward: model.outputs) == [Place("y")])
    let both = model.affineReach(of: [Place("x"), Place("s")], toward: model.outputs)
    #expect(Set(both) == places(["h", "x", "s"]))
    #expect(model.affineReach(of: [Place("h")], toward: [Place("r")]) == [Place("h")])
  }

  @Test(arguments: [1, 3, 50]) func `attributions are what they are without it`(
    rows: Int
  ) throws {
    let model = try ONNXModel(path: FusionTests.file.path, elementType: .float64)
    let x = try Tensor.normal([2, 3, 16, 16], type: .float64, from: Generator(seed: 3))
    let several = MixedBaseline([ZeroBaseline(), ConstantBaseline(0.3)])
    let distributions: [any DistributionOfInterest] = [
      .linear(steps: 9), .linear(from: several, steps: 5), .point,
    ]
    for (index, distribution) in distributions.enumerated() {
      for measure in [Measure.attribution, .influence] {
        func explain(_ model: any Model) throws -> Attributions {
          var engine = InternalInfluence(
            model, distribution: distribution, quantity: .classScore(index), measure: measure)
          engine.rowLimit = .rows(rows)
          return try engine.attributions(for: x)
        }
        let (found, expected) = (try explain(model), try explain(Silent(model: model)))
        try expectClose(found.values, expected.values, absolute: 1e-13, relative: 1e-10)
        #expect(found.cost.backwardRows == expected.cost.backwardRows)
      }
    }
  }
}
