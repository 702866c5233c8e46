// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

// snippet: leave-one-out
/// How far the quantity falls when one column of `[rows, columns]` is the baseline's.
struct LeaveOneOut: AttributionMethod {
  let model: any Model
  var quantity: any QuantityOfInterest = ClassScore(.predicted)
  var slice = NetworkSlice()
  var baseline: any Baseline = ZeroBaseline()

  func attributions(for inputs: Inputs) throws -> Attributions {
    let instances = try Instances(of: inputs, in: model, at: slice.start, to: slice.end)
    let probe = try instances.probe
    let x = instances.activation.tensors[0]
    let starts = try baseline.starts(for: instances)[0].activation
    let absent = try instances.broadcast(starts, as: "the baseline").tensors[0]
    let own = try probe.values(of: quantity, at: instances.activation)
    let falls = try (0..<x.shape[1]).map { column in
      let part = try absent[.all, column..<column + 1]
      let without = try x.replacingSlice(part, axis: 1, from: column, to: column + 1)
      return try own - probe.values(of: quantity, at: Activation(without))
    }
    return try Attributions(
      Activation(.stacked(falls, axis: 1)), by: "leave one out", of: quantity, slice: slice,
      values: QuantityValues(own), cost: Cost(forwardRows: x.count + 2 * x.shape[0]))
  }
}
// end

@Suite struct ComparatorSnippets {
  init() throws { try Workplace.enter() }

  @Test func `methods to compare with`() throws {
    // snippet: comparators
    let model = try ONNXModel(path: "Models/digits.onnx")
    let digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")  // [10, 1, 8, 8], from 0 to 1
    let slice = NetworkSlice(from: .input, to: .logits)

    let methods: [any AttributionMethod] = [
      Occlusion(model, slice: slice, window: [3, 3], stride: [1, 1]),
      ShapleyValues(model, slice: slice, features: .patches([4, 4])),
      ShapleyValueSampling(model, slice: slice, permutations: 25, seed: 7),
      KernelSHAP(model, slice: slice, features: .patches([2, 2])),
      GradCAM(model, of: .layer("relu2"), slice: slice),
      GuidedBackpropagation(model, slice: slice),
      Deconvolution(model, slice: slice),
      EdgeDetector(model, slice: slice),
      RandomAttributions(model, slice: slice),
    ]
    for method in methods {
      let result = try method.attributions(for: digits)
      print(result.configuration.distribution, result.cost.forwardRows)
    }
    // end
    for method in methods {
      let result = try method.attributions(for: digits[0..<2])
      #expect(result.values.shape == [2, 1, 8, 8])
      #expect(try result.values.absolute().sum().number() > 0)
      let gap = try result.completenessGap?.absolute().max().number()
      let isShapley =
        method is ShapleyValues || method is ShapleyValueSampling || method is KernelSHAP
      #expect((gap != nil) == isShapley)
      #expect(gap ?? 0 < 1e-4)
    }

    // snippet: shapley-tolerance
    let sampled = try ShapleyValueSampling(
      model, slice: slice, from: .tensor(digits.mean(axes: [0])), permutations: 400,
      tolerance: 0.15, seed: 7
    ).attributions(for: digits[8..<9])
    print(try sampled.errorEstimate?.number() ?? .nan)  // Σ standard error / Σ |attribution|
    print(sampled.standardError?.tensors[0].shape ?? [], sampled.cost.samples)
    // end
    #expect(try #require(sampled.errorEstimate).number() <= 0.15)
    #expect(sampled.cost.samples < 400 * 63)

    // snippet: grad-cam
    let map = try GradCAM(
      model, of: .layer("relu2"), slice: NetworkSlice(from: .layer("relu2"), to: .logits)
    ).attributions(for: digits).values.sum(axes: [1])  // [10, 4, 4]
    let stretched = try GradCAM(model, of: .layer("relu2"), slice: slice)
      .attributions(for: digits).values.sum(axes: [1])  // [10, 8, 8]
    // end
    #expect(map.shape == [10, 4, 4] && stretched.shape == [10, 8, 8])
    try expectClose(
      map.unsqueezed(axis: 1).resized(to: [8, 8], .linear(aligningCorners: false)),
      stretched.unsqueezed(axis: 1), absolute: 1e-5)
  }

  @Test func `a method of one's own`() throws {
    let model = try ONNXModel(path: "Models/tabular.onnx", elementType: .float64)
    let patients = try Tensor(contentsOfNPY: "Data/breast-cancer.npy").converted(to: .float64)
    let slice = NetworkSlice(to: .logits)
    let own = try LeaveOneOut(model: model, slice: slice).attributions(for: patients)
    let occlusion = try Occlusion(model, slice: slice, window: [1]).attributions(for: patients)
    try expectClose(own.values, occlusion.values, absolute: 1e-9)
    #expect(own.cost.forwardRows == occlusion.cost.forwardRows + 4)
    #expect(own.configuration.distribution == "leave one out")
  }
}
