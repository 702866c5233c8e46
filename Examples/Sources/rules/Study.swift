// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

/// One network and one baseline.
struct Study {
  let network: String
  let baseline: String
  let explain: (_ rule: any PathRule, _ steps: Int?, _ rows: Range<Int>?) throws -> Attributions
  let reference: Tensor
  let isPiecewiseLinear: Bool
  var rows: [Row] = []
  /// Gauss–Legendre's steps for one of the better secants', at the error of 50 points.
  var ratio = Double.infinity
  var trials: [Trial] = []

  static let secantSteps = [1, 2, 4, 8, 16, 32, 64]
  static let gaussSteps = [4, 8, 16, 32, 50, 64, 128]

  /// What a tolerance gave.
  struct Trial {
    let tolerance: Double
    let errors: [Double]
    let estimates: [Double]
    let evaluations: [Double]

    var kept: Double { Statistics.share(errors) { $0 <= tolerance } }
    /// Below 1e-9 there is nothing but rounding to estimate.
    var honest: Double {
      Statistics.share(zip(estimates, errors).filter { $0.1 > 1e-9 }.map { $0 / $1 }) {
        $0 >= 0.5 && $0 <= 2
      }
    }
  }

  init(
    network: String, model: ONNXModel, baseline: String, start: any Baseline, inputs: Tensor
  ) throws {
    self.network = network
    self.baseline = baseline
    explain = { rule, steps, rows in
      var method = IntegratedGradients(model, from: start, steps: steps, rule: rule)
      if let rows {
        method = IntegratedGradients(
          model, from: try Self.start(start, rows), steps: steps, rule: rule)
      }
      return try method.attributions(for: rows.map { try inputs[$0] } ?? inputs)
    }
    let few = 0..<min(3, inputs.shape[0])
    let exact = try? explain(.exact, nil, few).values
    isPiecewiseLinear = exact != nil
    // Twice as fine a grid as anything it is compared with; smooth networks ask for less.
    reference =
      try isPiecewiseLinear
      ? explain(SecantRule(grid: baseline == "black" ? .square : .uniform), 512, nil).values
      : explain(.gaussLegendre, 192, nil).values
    let middles = try explain(.midpoint, 4096, few).values
    let distances = try Statistics.errors(reference[few], middles).max() ?? 0
    print("\n\(network), baseline \(baseline)")
    print("  reference from 4096 midpoints: at most \(percent(distances))", terminator: "")
    if let exact {
      let off = try Statistics.errors(reference[few], exact).max() ?? 0
      print(", from the exact integral: at most \(percent(off))", terminator: "")
    }
    print()
  }

  private static func start(_ start: any Baseline, _ rows: Range<Int>) throws -> any Baseline {
    guard let given = start as? TensorBaseline, given.activation.rows > 1 else { return start }
    return TensorBaseline(try given.activation.tensors[0][rows])
  }

  // MARK: Rules

  mutating func compareRules() throws {
    var curves: [[(steps: Int, error: Double)]] = []
    for grid in [SquareGrid(), UniformGrid()] as [any Grid] {
      curves.append(try curve(SecantRule(grid: grid), "secant, \(grid.name)", Self.secantSteps))
    }
    let gauss = try curve(.gaussLegendre, "Gauss–Legendre", Self.gaussSteps)
    let goal = gauss.first { $0.steps == 50 }?.error ?? 0
    for (grid, curve) in zip(["square", "uniform"], curves) {
      guard let steps = Statistics.steps(reaching: goal, in: curve) else { continue }
      ratio = min(ratio, steps / 50)
      print("  50 points' error by \(decimal(steps)) cells, \(grid): \(decimal(steps / 50))")
    }
  }

  /// Medians over inputs.
  private mutating func curve(
    _ rule: any PathRule, _ name: String, _ steps: [Int]
  ) throws -> [(steps: Int, error: Double)] {
    var curve: [(steps: Int, error: Double)] = []
    var gaps = 0.0
    var before: Tensor?
    for count in steps {
      let result = try explain(rule, count, nil)
      let errors = try Statistics.errors(result.values, reference)
      let changes = try before.map { try Statistics.errors($0, result.values) }
      let change = try result.end - result.start
      let gap = try (result.gap / change).absolute().numbers()
      gaps = max(gaps, gap.max() ?? 0)
      for (input, error) in errors.enumerated() {
        rows.append(
          Row(
            network: network, baseline: baseline, rule: name, steps: count, input: input,
            error: error, estimate: changes?[input], gap: gap[input]))
      }
      curve.append((count, Statistics.median(errors)))
      before = result.values
    }
    let text = curve.map { "\($0.steps): \(percent($0.error))" }.joined(separator: "  ")
    print("  \(name)  \(text)")
    print("    slope \(decimal(Statistics.slope(curve))), sum off by at most \(short(gaps))")
    return curve
  }

  // MARK: Tolerances

  mutating func tryTolerances() throws {
    for tolerance in [0.05, 0.01, 0.001] {
      let result = try explain(.automatic(tolerance: tolerance), nil, nil)
      let trial = Trial(
        tolerance: tolerance, errors: try Statistics.errors(result.values, reference),
        estimates: try result.errorEstimate?.numbers() ?? [],
        evaluations: result.efforts.map { Double($0.evaluations) })
      trials.append(trial)
      for (input, error) in trial.errors.enumerated() {
        rows.append(
          Row(
            network: network, baseline: baseline, rule: "automatic \(tolerance)",
            steps: result.efforts[input].evaluations, input: input, error: error,
            estimate: trial.estimates[input], gap: nil))
      }
      print(
        "  tolerance \(percent(tolerance)): kept for \(percent(trial.kept)), estimate within a"
          + " factor of 2 for \(percent(trial.honest)), \(Int(Statistics.median(trial.evaluations)))"
          + " evaluations")
    }
  }
}

extension Attributions {
  var end: Tensor { quantity.end ?? quantity.instance }
  var start: Tensor { get throws { try quantity.start ?? quantity.instance.filled(with: 0) } }
  var gap: Tensor { get throws { try completenessGap ?? quantity.instance.filled(with: .nan) } }
}
