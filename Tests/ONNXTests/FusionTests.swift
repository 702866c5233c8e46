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
}
