// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// The engine on networks from files.
@Suite struct ExplanationTests {
  /// Σ attributions = quantity(instance) − quantity(baseline), at the input and at every layer that
  /// has rows, whichever anchor, and whatever number of rows the file was written for.
  @Test(arguments: ["residual 13 any rows", "residual 13 one row", "baked 13 one row"])
  func `integrated gradients are complete wherever the network is cut`(name: String) throws {
    let test = try Case.named(name, in: "networks.cases")
    let model = try ONNXModel(bytes: test.model, elementType: .float64)
    let x = try Case.tensor(test.inputs[0], .float64)
    var cuts: [any Cut] = [InputCut()]
    for layer in model.layers where layer.shape.map({ $0.count > 1 }) ?? false {
      for anchor in Anchor.allCases { cuts.append(LayerCut(layer.name, anchor: anchor)) }
    }
    #expect(cuts.count > 20)
    for cut in cuts {
      let places = try cut.places(in: model)
      guard places.count == 1 else { continue }
      let result = try IntegratedGradients(
        model, quantity: ClassScore(.index(2)), slice: NetworkSlice(from: cut), steps: 200
      ).attributions(for: x)
      #expect(result.values.shape.first == 5)
      let gap = try #require(result.completenessGap)
      #expect(try gap.absolute().max().number() < 2e-3, "\(cut.name)")
    }
  }

  @Test func `a file for one row is explained like one for any number`() throws {
    let any = try Case.named("residual 13 any rows", in: "networks.cases")
    let one = try Case.named("residual 13 one row", in: "networks.cases")
    let x = try Case.tensor(any.inputs[0], .float64)
    let layer = LayerCut("/stem/stem.3/MaxPool")
    let values = try [any, one].map { test in
      let model = try ONNXModel(bytes: test.model, elementType: .float64)
      return try IntegratedGradients(
        model, slice: NetworkSlice(from: layer), steps: 7
      ).attributions(for: x).values
    }
    #expect(try difference(values[0], values[1], relative: 1e-12, absolute: 1e-14) == nil)
  }
}
