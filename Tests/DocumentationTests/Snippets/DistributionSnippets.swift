// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

// snippet: dimmed-baseline
/// The instance, twice as dark.
struct DimmedBaseline: Baseline {
  func starts(for instances: Instances) throws -> [WeightedStart] {
    [WeightedStart(try instances.activation * 0.5)]
  }
}
// end

// snippet: simpson-rule
/// Simpson's rule over one cell: exact for cubic polynomials with three evaluations.
struct SimpsonRule: QuadratureRule {
  let name = "simpson"

  func degree(_ count: Int) -> Int { 3 }

  func nodes(_ count: Int) throws -> [QuadratureNode] {
    guard count == 3 else { throw QuadratureError.tooFew(rule: name, count: count, least: 3) }
    return [
      QuadratureNode(position: 0, weight: 1 / 6),
      QuadratureNode(position: 0.5, weight: 4 / 6),
      QuadratureNode(position: 1, weight: 1 / 6),
    ]
  }
}
// end

@Suite struct DistributionSnippets: DigitSnippets {
  let example: DigitExample

  init() throws { example = try DigitExample() }

  @Test func `the model and the digits of all pages`() throws {
    // snippet: setup
    let model = try ONNXModel(path: "Models/digits.onnx")
    let digit = try Tensor(contentsOfNPY: "Data/eight.npy")  // [1, 1, 8, 8], from 0 to 1
    let digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")  // [10, 1, 8, 8]
    let slice = NetworkSlice(from: .input, to: .logits)
    // end
    #expect(digit.shape == [1, 1, 8, 8] && digits.shape == [10, 1, 8, 8])
    #expect(model.inputs.count == 1 && slice.start.name == "input")
    #expect(try digits.min().number() >= 0 && digits.max().number() <= 1)
  }

  @Test func `the point`() throws {
    // snippet: point
    let gradientTimesInput = try InternalInfluence(model, distribution: .point, slice: slice)
      .attributions(for: digit)
    let gradient = try InternalInfluence(
      model, distribution: .point, slice: slice, measure: .influence
    ).attributions(for: digit)
    let saliency = try Saliency(model, slice: slice).attributions(for: digit)  // the same
    // end
    try expectClose(gradientTimesInput.values, gradient.values * digit)
    try expectClose(gradient.values, saliency.values, absolute: 0, relative: 0)
  }

  @Test func `rules`() throws {
    // snippet: rules
    let rules: [any QuadratureRule] = [.gaussLegendre, .midpoint, .left, .right, .trapezoid]
    for rule in rules {
      let result = try IntegratedGradients(model, slice: slice, from: .zeros, steps: 20, rule: rule)
        .attributions(for: digit)
      print(rule.name, try result.completenessGap?.number() ?? .nan)
    }
    let paper = IntegratedGradients.paper(model, slice: slice, from: .zeros, steps: 300)
    // end
    let gap = try #require(try paper.attributions(for: digit).completenessGap?.number())
    #expect(abs(gap) < 0.2)
    // Through a smooth network Gauss–Legendre is far ahead of every other rule.
    let smooth = try ToyModels.smooth()
    let gaps = try rules.map { rule in
      let result = try IntegratedGradients(smooth, quantity: .classScore(0), steps: 20, rule: rule)
        .attributions(for: ToyModels.rows(1))
      return abs(try #require(try result.completenessGap?.number()))
    }
    #expect(gaps.dropFirst().allSatisfy { gaps[0] < $0 / 100 })
    #expect(try rules.allSatisfy { try QuadratureLaws.violations(of: $0) == [] })
  }

  @Test func `a path given by γ alone`() throws {
    // snippet: custom-path
    let late = CustomPath("late") { t, start, end in try start + t * t * t * (end - start) }
    let result = try InternalInfluence(
      model, distribution: .path(late, from: .constant(0.5), steps: 100), slice: slice
    ).attributions(for: digit)
    // end
    // The straight line at another pace: the same integral.
    let straight = try IntegratedGradients(model, slice: slice, from: .constant(0.5), steps: 400)
      .attributions(for: digit)
    #expect(try relativeL1(result.values, straight.values) < 0.05)

    // snippet: path-laws
    let start = try Tensor.zeros([2, 4], type: .float64)
    let end = try Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Double], shape: [2, 4])
    print(try PathLaws.violations(of: late, from: start, to: end))  // []
    // end
    #expect(try PathLaws.violations(of: late, from: start, to: end) == [])
  }

  @Test func `a polyline`() throws {
    // snippet: polyline
    let gray = try Tensor.full([1, 8, 8], 0.5)
    let result = try InternalInfluence(
      model, distribution: .path(PolylinePath(through: [gray]), steps: 100), slice: slice
    ).attributions(for: digit)
    // end
    #expect(result.configuration.distribution.hasPrefix("polyline"))
    let change = try #require(result.quantity.end) - #require(result.quantity.start)
    try expectClose(result.values.sum(), change.numbers(), absolute: 0.5)
  }

  @Test func `baselines`() throws {
    // snippet: baselines
    let baselines: [any Baseline] = [
      .zeros, .constant(0.5), .tensor(try digits[3]), .mean(of: digits), .mode(of: digits),
      .samples(of: digits), .blurred(standardDeviation: 1), .farthest(in: 0...1),
      .gaussianNoise(standardDeviation: 0.1, count: 5, seed: 1),
      .uniformNoise(in: 0...1, count: 5, seed: 1), .custom { try 1 - $0 },
      .mixed(.zeros, .constant(1)), DimmedBaseline(),
    ]
    for baseline in baselines {
      let result = try IntegratedGradients(model, slice: slice, from: baseline)
        .attributions(for: digit)
      print(baseline.name, try result.values.sum().number())
    }
    // end
    for baseline in baselines {
      #expect(try BaselineLaws.violations(of: baseline, for: Activation(digits)) == [])
      let result = try IntegratedGradients(model, slice: slice, from: baseline)
        .attributions(for: digit)
      #expect(try abs(#require(try result.completenessGap?.number())) < 0.5, "\(baseline.name)")
    }
  }

  @Test func `a weighted mixture`() throws {
    // snippet: mixture
    let mixture = MixedBaseline([(ZeroBaseline(), 3), (ConstantBaseline(1), 1)])
    let result = try IntegratedGradients(model, slice: slice, from: mixture)
      .attributions(for: digit)
    // end
    func explain(_ baseline: any Baseline) throws -> Tensor {
      try IntegratedGradients(model, slice: slice, from: baseline).attributions(for: digit).values
    }
    // Each is within 1 % of the path integral.
    let parts = try explain(.zeros) * 0.75 + explain(.constant(1)) * 0.25
    #expect(try relativeL1(result.values, parts) < 0.02)
  }

  @Test func `a rule of one's own`() throws {
    // snippet: use-simpson
    let cube = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
    ) { try $0.mark("y", $0["x"].power(3.0)) }
    let result = try IntegratedGradients(
      cube, quantity: .classScore(0), from: .zeros, steps: 3, rule: SimpsonRule()
    ).attributions(for: Tensor([2.0], shape: [1, 1]))
    print(try result.values.number())  // 8, up to rounding
    // end
    try expectClose(result.values, [8], absolute: 1e-12)
    #expect(try QuadratureLaws.violations(of: SimpsonRule(), counts: 3...3) == [])
  }

  @Test func `noise around the instance`() throws {
    // snippet: smooth-grad
    let smooth = try SmoothGrad(model, slice: slice, standardDeviation: 0.1, count: 50, seed: 7)
      .attributions(for: digits)
    let variance = try SmoothGrad(
      model, slice: slice, standardDeviation: 0.1, count: 50, seed: 7, statistic: .variance
    ).attributions(for: digits)
    // end
    #expect(smooth.values.shape == [10, 1, 8, 8])
    #expect(try variance.values.min().number() >= 0)
    #expect(try #require(smooth.errorEstimate).max().number() < 1)
    let again = try SmoothGrad(
      model, slice: slice, standardDeviation: 0.1, count: 50, seed: 7
    ).attributions(for: digits)
    try expectClose(again.values, smooth.values, absolute: 0, relative: 0)
  }

  @Test func `expected gradients`() throws {
    // snippet: expected-gradients
    let expected = try ExpectedGradients(
      model, slice: slice, from: .samples(of: digits), count: 500, seed: 1
    ).attributions(for: digit)
    let exact = try IntegratedGradients(model, slice: slice, from: .samples(of: digits))
      .attributions(for: digit)
    print(try expected.errorEstimate?.number() ?? .nan)
    // end
    let estimate = try #require(try expected.errorEstimate?.number())
    let error = try relativeL1(expected.values, exact.values)
    #expect(error < 3 * estimate && estimate < 0.3)
  }

  @Test func `drawing until a tolerance is reached`() throws {
    // snippet: drawing-to-a-tolerance
    let known = try ExpectedGradients(
      model, slice: slice, from: .samples(of: digits), count: 10_000, tolerance: 0.05, seed: 1
    ).attributions(for: digit)
    let errors = known.standardError  // of each pixel, in logits
    print(known.cost.samples, try known.errorEstimate?.number() ?? .nan)
    let steady = try SmoothGrad(
      model, slice: slice, standardDeviation: 0.1, count: 10_000, tolerance: 0.05, seed: 7
    ).attributions(for: digits)
    // end
    #expect(try #require(known.errorEstimate).max().number() <= 0.05)
    #expect(try #require(steady.errorEstimate).max().number() <= 0.05)
    #expect(try #require(errors).tensors[0].shape == digit.shape && known.cost.samples < 10_000)
  }
}
