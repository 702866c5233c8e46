// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

// snippet: near-the-instance
/// Integrated gradients that trust gradients near the instance more: at time t they count 2t.
struct NearTheInstance: DistributionOfInterest {
  let steps: Int

  func samples(around instances: Instances) throws -> Samples {
    let nodes = try GaussLegendreRule().nodes(steps)
    return Samples(weights: nodes.map { 2 * $0.position * $0.weight }) { range in
      let points = try instances.activation.map { z in
        try .concatenated(nodes[range].map { try z * $0.position })
      }
      return SampleRows(points: points, displacement: .tangent(instances.activation))
    }
  }
}
// end

// snippet: film
/// Cells between the frames of a film, the last of which leads to the instance.
struct Film: DistributionOfInterest {
  let frames: Tensor  // [frames, …]

  func samples(around instances: Instances) throws -> Samples {
    let count = frames.shape[0]
    let stops = try (0..<count).map {
      try instances.broadcast(Activation(frames[$0..<$0 + 1]), as: "a frame")
    }
    let points = stops + [instances.activation]
    return Samples(
      cells: Array(repeating: 1, count: count), secants: .refuse,
      ends: [PathEnds(start: points[0])]
    ) { range in
      let rows = try Tensor.concatenated(points[range].map { $0.tensors[0] })
      return SampleRows(points: Activation(rows), displacement: .next())
    }
  }
}
// end

// snippet: nuclear-norm
/// The sum of the singular values of a feature map: small where it is of low rank.
struct NuclearNorm: QuantityOfInterest {
  let channel: Int

  func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    try output.selected(channel, axis: 1).singularValueDecomposition().values.sum(axes: [1])
  }
}
// end

@Suite struct SampleWritingSnippets: DigitSnippets {
  let example: DigitExample

  init() throws { example = try DigitExample() }

  /// The gap relative to what the quantity changes by.
  func gap(_ result: Attributions) throws -> Double {
    let change = try #require(result.quantity.end) - #require(result.quantity.start)
    let gap = try #require(result.completenessGap)
    return try (gap.absolute() / change.absolute()).max().number()
  }

  @Test func `points, weights and displacements`() throws {
    // snippet: use-near
    let own = NearTheInstance(steps: 50)
    print(try DistributionLaws.violations(of: own, around: Activation(digits)))  // []
    let near = try InternalInfluence(model, distribution: own, slice: slice)
      .attributions(for: digit)
    print(near.completenessGap == nil)  // true
    // end
    #expect(try DistributionLaws.violations(of: own, around: Activation(digits)) == [])
    #expect(near.completenessGap == nil)
    // The mean of t under the weights 2t is 2/3, so that a score that is quadratic in x, of which
    // the path integral gives all, comes out as 4/3 of itself.
    let square = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
    ) { try $0.mark("y", $0["x"].squared()) }
    let result = try InternalInfluence(square, distribution: own, quantity: .classScore(0))
      .attributions(for: Tensor([3.0], shape: [1, 1]))
    try expectClose(result.values, [12], absolute: 1e-10)
  }

  @Test func `cells between frames`() throws {
    // snippet: use-film
    let film = Film(frames: try digits[0..<8])
    print(try DistributionLaws.violations(of: film, around: Activation(digits)))  // []
    let filmed = try InternalInfluence(model, distribution: film, slice: slice)
      .attributions(for: digit)
    print(try filmed.completenessGap?.number() ?? .nan)  // 0, up to rounding
    // end
    #expect(try DistributionLaws.violations(of: film, around: Activation(digits)) == [])
    #expect(try gap(filmed) < 1e-4)
    #expect(filmed.cost.samples == 8)
  }

  @Test func `an operation that has no secant`() throws {
    // snippet: no-secant
    let toMap = NetworkSlice(from: .input, to: .layer("relu1"))
    func explain(_ rule: any PathRule, steps: Int) throws -> Attributions {
      try IntegratedGradients(
        model, quantity: NuclearNorm(channel: 0), slice: toMap, steps: steps, rule: rule
      ).attributions(for: digit)
    }
    do { _ = try explain(.secant, steps: 16) } catch { print(error) }  // … has no secant …
    let middle = try explain(.secant(grid: .square, fallback: .derivative), steps: 16)
    let chosen = try explain(.automatic, steps: 1024).efforts[0].rule  // gauss-legendre
    // end
    let error = #expect(throws: TorchError.self) { try explain(.secant, steps: 16) }
    #expect(error?.description.contains("aten::linalg_svd") == true)
    #expect(error?.description.contains("has no secant") == true)
    let fine = try explain(.gaussLegendre, steps: 1000)
    #expect(try relativeL1(middle.values, fine.values) < 0.05)
    #expect(chosen == "gauss-legendre")
  }
}
