// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import TestSupport
import Testing
import Torch

/// Convolutions that run as one with the normalization behind them.
@Suite struct FusionTests {
  static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "AttributionTests/Fixtures/residual-small.onnx")

  @Test func `running as one changes neither outputs nor gradients`() throws {
    let model = try ONNXModel(path: Self.file.path, elementType: .float64)
    let x = try Tensor.normal([3, 3, 16, 16], type: .float64, from: Generator(seed: 1)).tracked()
    // Wanting what lies between makes every convolution run on its own.
    let between = model.layers.filter { $0.operation == "Conv" }.map { Place($0.name) }
    #expect(between.count >= 7)
    let given = [model.inputs[0].place: x]
    let fused = try model.evaluate(model.outputs, given: given)[0]
    let apart = try model.evaluate(model.outputs + between, given: given)[0]
    try expectClose(fused, apart, absolute: 1e-12, relative: 1e-11)
    try expectClose(
      gradient(of: fused[.all, 2].sum(), withRespectTo: x),
      gradient(of: apart[.all, 2].sum(), withRespectTo: x), absolute: 1e-12, relative: 1e-10)
    #expect(try (fused - apart).absolute().max().number() > 0, "both ran the same way")
  }

  @Test func `what lies between can still be read and replaced`() throws {
    let model = try ONNXModel(path: Self.file.path, elementType: .float64)
    let x = try Tensor.normal([2, 3, 16, 16], type: .float64, from: Generator(seed: 2))
    let cuts: [any Cut] = model.layers.map { LayerCut($0.name) }
    let violations = try ModelLaws.violations(
      of: model, on: Inputs(x), layers: cuts, tolerance: 1e-10)
    #expect(violations == [])
  }

  /// The ways in which exporters write GELU: nodes as (operator, inputs, output).
  static let gelus: [[(String, [String], String)]] = [
    [
      ("Div", ["x", "root"], "s"), ("Erf", ["s"], "e"), ("Add", ["e", "one"], "a"),
      ("Mul", ["x", "a"], "m"), ("Mul", ["m", "half"], "y"),
    ],
    [
      ("Mul", ["inverse", "x"], "s"), ("Erf", ["s"], "e"), ("Add", ["one", "e"], "a"),
      ("Mul", ["half", "a"], "m"), ("Mul", ["m", "x"], "y"),
    ],
    [
      ("Div", ["x", "root"], "s"), ("Erf", ["s"], "e"), ("Add", ["e", "one"], "a"),
      ("Mul", ["x", "half"], "m"), ("Mul", ["m", "a"], "y"),
    ],
  ]

  @Test(arguments: gelus.indices) func `five nodes of a Gaussian error unit run as one`(
    form: Int
  ) throws {
    let nodes = Self.gelus[form]
    let scalars: [(String, Float)] = [
      ("root", Float(2).squareRoot()), ("inverse", Float(0.5).squareRoot()), ("one", 1),
      ("half", 0.5),
    ]
    let model = try ONNXModel(
      bytes: ModelBytes.model(
        nodes: nodes.map { ModelBytes.node($0.0, $0.1, [$0.2]) },
        initializers: scalars.map { ModelBytes.tensor($0.0, [], floats: [$0.1]) }),
      elementType: .float64)
    let x = try Tensor.normal([5, 4], type: .float64, from: Generator(seed: 4)).tracked()
    let fused = try model.evaluate([Place("y")], given: [Place("x"): x])[0]
    #expect(try fused.numbers() == x.gelu().numbers(), "it did not run as one")
    for hidden in nodes.dropLast().map(\.2) {
      let apart = try model.evaluate([Place("y"), Place(hidden)], given: [Place("x"): x])[0]
      try expectClose(fused, apart, absolute: 1e-7, relative: 1e-7)
      let slopes = try [fused, apart].map { output -> Tensor in
        try gradient(of: output.sum(), withRespectTo: [x], keepingRecord: true)[0]
      }
      try expectClose(slopes[0], slopes[1], absolute: 1e-7, relative: 1e-7)
    }
    // Replacing x for one reader alone: no longer that function.
    let anchors = try model.places(of: "m", anchor: .input)
    let other = try model.evaluate(
      [Place("y")], given: [Place("x"): x, anchors[0]: x.filled(with: 0)])[0]
    #expect(try (other - fused).absolute().max().number() > 0.1)
  }
}
