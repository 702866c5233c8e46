// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

// snippet: reacting
/// Walks from zeros to the instance, quiet features first: the half with the smaller gradients goes
/// twice as fast as the others.
struct QuietFirst: DistributionOfInterest {
  let steps: Int
  let reacts = true

  func samples(around instances: Instances) throws -> Samples {
    let start = try instances.activation * 0
    return step(from: start, left: steps, instances, ends: [PathEnds(start: start)])
  }

  func samples(around instances: Instances, after round: Round) throws -> Samples? {
    let left = steps - round.index - 1
    guard left > 0 else { return nil }
    let next = try target(from: round.points, round.gradients, left: left + 1, instances)
    return step(from: next, left: left, instances, ends: nil)
  }

  private func step(
    from point: Activation, left: Int, _ instances: Instances, ends: [PathEnds]?
  ) -> Samples {
    Samples(weights: [1], ends: ends) { _ in
      SampleRows(
        points: point,
        displacement: .reaction { try target(from: point, $0, left: left, instances) })
    }
  }

  private func target(
    from point: Activation, _ gradients: Activation, left: Int, _ instances: Instances
  ) throws -> Activation {
    guard left > 1 else { return instances.activation }
    let share = try gradients.map { gradient in
      let sizes = try gradient.absolute()
      let middle = try sizes.flattened(from: 1).median(axis: 1)
      let isQuiet = try sizes .<= middle.reshaped(to: [-1] + sizes.shape.dropFirst().map { _ in 1 })
      return try (isQuiet.converted(like: gradient) + 1) * (0.5 / Double(left))
    }
    return try point + (instances.activation - point) * share
  }
}
// end

@Suite struct EngineSnippets: DigitSnippets {
  let example: DigitExample

  init() throws { example = try DigitExample() }

  @Test func `the result`() throws {
    // snippet: result
    var engine = InternalInfluence(model, distribution: .linear(steps: 50), slice: slice)
    engine.keepsInfluence = true
    let result = try engine.attributions(for: digits)

    let attributions = result.values  // [10, 1, 8, 8], the activation's shape at the slice's start
    let influence = result.influence  // the same shape, per unit of the activation
    let gap = result.completenessGap  // [10]
    let ends = (result.quantity.start, result.quantity.end)  // [10] each
    print(result.cost.forwardRows, result.cost.seconds, result.configuration)
    // end
    let sums = try attributions.flattened(from: 1).sum(axes: [1]).converted(to: .float64)
    let change = try #require(ends.1) - #require(ends.0)
    try expectClose(#require(gap), sums - change, absolute: 1e-4)
    // From zeros, the attribution is the influence times the picture.
    try expectClose(#require(influence).tensors[0] * digits, attributions, absolute: 1e-4)
  }

  @Test func `the gap and its ends`() throws {
    // snippet: saturation
    // f(x) = 1 − ReLU(1 − x) is flat beyond 1, where its gradient is 0.
    let saturated = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["f"]
    ) { try $0.mark("f", 1 - (1 - $0["x"]).relu()) }
    let x = try Tensor([2.0], shape: [1, 1])
    let gradient = try Saliency(saturated, quantity: .classScore(0)).attributions(for: x)
    let integrated = try IntegratedGradients(saturated, quantity: .classScore(0))
      .attributions(for: x)
    print(try gradient.values.number(), try integrated.values.number())  // 0.0 and 1.0
    // end
    #expect(try gradient.values.number() == 0)
    #expect(abs(try integrated.values.number() - 1) < 1e-12)
  }

  @Test func `a branch around a layer`() throws {
    // snippet: bypass
    // y = tanh(x) + 3 x: most of x goes around the layer.
    let bypassed = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"], layers: ["hidden", "y"]
    ) { values in
      let x = try values["x"]
      try values.mark("y", values.mark("hidden", x.hyperbolicTangent()) + x * 3)
    }
    let x = try Tensor([2.0], shape: [1, 1])
    let result = try LayerIntegratedGradients(
      bypassed, at: .layer("hidden"), quantity: .classScore(0)
    ).attributions(for: x)
    // end
    let start = try #require(try result.quantity.start?.number())
    #expect(start == 6)
    #expect(abs(try #require(try result.completenessGap?.number())) < 1e-12)
  }

  @Test func `a small gap is no error bar`() throws {
    // snippet: no-error-bar
    let coarse = try IntegratedGradients(model, slice: slice, steps: 20).attributions(for: digit)
    let exact = try IntegratedGradients(model, slice: slice, steps: 4000, rule: .midpoint)
      .attributions(for: digit)
    let distance = try (coarse.values - exact.values).absolute().sum()
    let error = try (distance / exact.values.absolute().sum()).number()
    let gap = try coarse.completenessGap?.number() ?? .nan
    let change = try exact.values.sum().number()
    print("gap \(gap / change), error \(error), both relative")
    // end
    #expect(abs(gap / change) < 0.001 && error > 0.01 && error < 0.03)
  }

  @Test func `conductance two ways`() throws {
    // snippet: conductance
    let byTangents = try Conductance(model, of: .layer("relu2"), to: .logits, steps: 200)
      .attributions(for: digit)
    let byMoves = try Conductance(
      model, of: .layer("relu2"), to: .logits, steps: 200, rule: .trapezoid, progression: .moves
    ).attributions(for: digit)
    // end
    #expect(try relativeL1(byMoves.values, byTangents.values) < 0.05)
    for result in [byTangents, byMoves] {
      #expect(try abs(#require(try result.completenessGap?.number())) < 0.2)
    }
  }

  @Test func `rows, progress and the end of patience`() throws {
    // snippet: progress
    var engine = InternalInfluence(model, distribution: .linear(steps: 200), slice: slice)
    engine.rowLimit = .rows(256)
    engine.onProgress = { progress in
      try Task.checkCancellation()  // whatever is thrown here ends the run
      print(progress.fraction, progress.evaluations)
    }
    let result = try engine.attributions(for: digits)
    print(result.cost.rowsAtOnce)  // 256 at most
    // end
    #expect(result.cost.rowsAtOnce <= 256 && result.cost.backwardRows == 2000)
    engine.rowLimit = .automatic
    engine.onProgress = nil
    try expectClose(
      engine.attributions(for: digits).values, result.values, absolute: 1e-4, relative: 1e-3)
  }

  @Test func `a distribution that reacts`() throws {
    // snippet: use-reacting
    let result = try InternalInfluence(
      model, distribution: QuietFirst(steps: 200), quantity: .classScore(8), slice: slice
    ).attributions(for: digit)
    // end
    #expect(result.cost.samples == 200)
    let gap = try #require(try result.completenessGap?.number())
    let change = try #require(result.quantity.end) - #require(result.quantity.start)
    #expect(try abs(gap) < 0.05 * change.number())
    let straight = try IntegratedGradients(model, quantity: .classScore(8), slice: slice)
      .attributions(for: digit)
    #expect(try relativeL1(result.values, straight.values) > 0.02)
  }

  @Test func `the laws of a whole explanation`() throws {
    // snippet: engine-laws
    let engine = InternalInfluence(model, distribution: .linear(steps: 50), slice: slice)
    let violations = try EngineLaws.violations(of: engine, on: Inputs(digits), gap: 0.05)
    print(violations)  // []
    // end
    #expect(violations == [])
  }

  @Test func `what has no meaning is refused`() throws {
    // snippet: refused
    let noDisplacement = InternalInfluence(
      model, distribution: PointDistribution(multiplier: .none), slice: slice)
    do { _ = try noDisplacement.attributions(for: digit) } catch { print(error) }
    // end
    #expect(throws: SamplesError.noDisplacement(distribution: "point")) {
      try noDisplacement.attributions(for: digit)
    }
  }
}
