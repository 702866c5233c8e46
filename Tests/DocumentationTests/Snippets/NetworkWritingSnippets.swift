// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

// snippet: even-changes
/// Secant cells on the straight path from zeros, in each of which the quantity changes about alike.
struct EvenChanges: DistributionOfInterest {
  let cells: Int
  /// Each quantity has times of its own.
  let dependsOnQuantity = true

  func samples(around instances: Instances) throws -> Samples {
    let probe = try instances.probe
    let pilot = (0...cells).map { Double($0) / Double(cells) }
    let line = try instances.activation.map { z in try .concatenated(pilot.map { try z * $0 }) }
    let values = try probe.values(of: probe.quantity, at: line).numbers()
    // A list of times for each instance.
    let times = (0..<instances.count).map { instance in
      evenTimes(pilot.indices.map { values[$0 * instances.count + instance] })
    }
    return Samples(
      cells: Array(repeating: 1, count: cells), secants: .refuse,
      ends: [PathEnds(start: try instances.activation * 0)]
    ) { range in
      let points = try instances.activation.map { z in
        try .concatenated(
          range.map { index in
            let shape = [z.shape[0]] + z.shape.dropFirst().map { _ in 1 }
            return try z * Tensor(times.map { $0[index] }, shape: shape).converted(like: z)
          })
      }
      return SampleRows(points: points, displacement: .next())
    }
  }

  /// Times between which a function changes alike, from its values at even ones.
  ///
  /// A tenth goes to time itself, so that no cell is empty.
  private func evenTimes(_ values: [Double]) -> [Double] {
    let changes = zip(values, values.dropFirst()).map { abs($1 - $0) }
    let floor = max(changes.reduce(0, +) / Double(cells) / 9, 1e-12)
    let sizes = changes.map { $0 + floor }
    let whole = sizes.reduce(0, +)
    var times = [0.0]
    var (cell, passed) = (0, 0.0)
    for index in 1..<cells {
      let wanted = whole * Double(index) / Double(cells)
      while passed + sizes[cell] < wanted {
        passed += sizes[cell]
        cell += 1
      }
      times.append((Double(cell) + (wanted - passed) / sizes[cell]) / Double(cells))
    }
    return times + [1]
  }
}
// end

// snippet: loud-first
/// From zeros to the instance: quiet features keep to the straight path, loud ones run ahead.
struct LoudFirst: DistributionOfInterest {
  let steps: Int
  let reacts = true

  func samples(around instances: Instances) throws -> Samples {
    let start = try instances.activation * 0
    return step(0, from: start, to: instances.activation, ends: [PathEnds(start: start)])
  }

  func samples(around instances: Instances, after round: Round) throws -> Samples? {
    guard round.index + 1 < steps else { return nil }
    let point = try target(round.index, round.points, round.gradients, instances.activation)
    return step(round.index + 1, from: point, to: instances.activation)
  }

  /// One point for each instance, which moves as the gradient there says.
  private func step(
    _ index: Int, from point: Activation, to end: Activation, ends: [PathEnds]? = nil
  ) -> Samples {
    Samples(weights: [1], ends: ends) { _ in
      SampleRows(
        points: point, displacement: .reaction { try target(index, point, $0, end) })
    }
  }

  private func target(
    _ index: Int, _ point: Activation, _ gradients: Activation, _ end: Activation
  ) throws -> Activation {
    let share = try gradients.map { gradient in
      let sizes = try gradient.absolute()
      let axes = Array(1..<sizes.rank)
      let loudest = try sizes.max(axes: axes, keepingAxes: true).clamped(from: 1e-12)
      return try ((1 + sizes / loudest) / Double(steps - index)).clamped(to: 1)
    }
    return try point + (end - point) * share
  }
}
// end

// snippet: two-paths
/// Half the straight path from black, half the path from blurred to sharp.
struct TwoPaths: RefinableDistribution {
  var rule: any PathRule = .automatic
  var steps = 1024  // at most

  var refinement: AutomaticRule? { rule as? AutomaticRule }

  func refined(by rule: any PathRule, steps: Int) -> any DistributionOfInterest {
    TwoPaths(rule: rule, steps: steps)
  }

  func samples(around instances: Instances) throws -> Samples {
    let paths: [PathDistribution] = [
      .linear(steps: steps, rule: rule),
      .blur(standardDeviation: 3, steps: steps, rule: rule),
    ]
    return Samples(joining: try paths.map { (try $0.samples(around: instances), 0.5) })
  }
}
// end

@Suite struct NetworkWritingSnippets: DigitSnippets {
  let example: DigitExample

  init() throws { example = try DigitExample() }

  /// The gap relative to what the quantity changes by.
  func gap(_ result: Attributions) throws -> Double {
    let change = try #require(result.quantity.end) - #require(result.quantity.start)
    let gap = try #require(result.completenessGap)
    return try (gap.absolute() / change.absolute()).max().number()
  }

  @Test func `one that asks the network`() throws {
    // snippet: use-even
    let even = InternalInfluence(
      model, distribution: EvenChanges(cells: 16), quantity: .probability(of: .predicted),
      slice: slice)
    print(try EngineLaws.violations(of: even, on: Inputs(digits), gap: 1e-4))  // []
    // end
    #expect(try EngineLaws.violations(of: even, on: Inputs(digits), gap: 1e-4) == [])
    try expectAlone(even)
    // 16 cells of a pilot and 17 points, the instances and the start.
    #expect(try even.attributions(for: digit).cost.forwardRows >= 34)
  }

  @Test func `one that reacts`() throws {
    // snippet: use-loud
    let loud = InternalInfluence(
      model, distribution: LoudFirst(steps: 200), quantity: .classScore(8), slice: slice)
    print(try EngineLaws.violations(of: loud, on: Inputs(digits), gap: 0.05))  // []
    // end
    #expect(try EngineLaws.violations(of: loud, on: Inputs(digits), gap: 0.05) == [])
    try expectAlone(loud)
    let straight = try IntegratedGradients(model, quantity: .classScore(8), slice: slice)
      .attributions(for: digit)
    #expect(try relativeL1(loud.attributions(for: digit).values, straight.values) > 0.02)
  }

  @Test func `one that takes a tolerance`() throws {
    // snippet: use-two-paths
    let both = try InternalInfluence(model, distribution: TwoPaths(), slice: slice)
      .attributions(for: digits)
    print(try both.errorEstimate?.max().number() ?? .nan)  // at most 0.01
    print(both.efforts.map(\.steps))  // another number for each digit
    let cells = TwoPaths(rule: .secant, steps: 8)
    print(try DistributionLaws.violations(of: cells, around: Activation(digits)))  // []
    // end
    #expect(try #require(both.errorEstimate).max().number() <= 0.01)
    #expect(Set(both.efforts.map(\.steps)).count > 1)
    #expect(try DistributionLaws.violations(of: cells, around: Activation(digits)) == [])
    let halves: [PathDistribution] = [
      .linear(steps: 300, rule: .secant),
      .blur(standardDeviation: 3, steps: 300, rule: .secant),
    ]
    let parts = try halves.map {
      try InternalInfluence(model, distribution: $0, slice: slice).attributions(for: digits).values
    }
    #expect(try relativeL1(both.values, (parts[0] + parts[1]) * 0.5) < 0.02)
  }

  /// An instance does not see its batch.
  func expectAlone(_ engine: InternalInfluence) throws {
    let all = try engine.attributions(for: digits).values
    let alone = try engine.attributions(for: digits[8..<9]).values
    #expect(try relativeL1(alone, all[8..<9]) < 1e-3)
  }
}
