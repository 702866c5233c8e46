// SPDX-License-Identifier: Apache-2.0

import Torch

/// Checks the laws of ``Baseline``.
public enum BaselineLaws {
  /// - Parameter activation: `[instances, …]`, two instances at least.
  public static func violations(
    of baseline: any Baseline, for activation: Activation, tolerance: Double = 1e-6
  ) throws -> [LawViolation] {
    try violations(of: baseline, batch: activation.rows, tolerance: tolerance) { range in
      Instances(activation: try activation.rows(range), range: range, batch: activation.rows)
    }
  }

  /// For baselines that ask the model.
  ///
  /// - Parameters:
  ///   - inputs: Two rows at least.
  ///   - cut: Where the distribution lives.
  public static func violations(
    of baseline: any Baseline, for inputs: Inputs, in model: any Model,
    at cut: any Cut = InputCut(),
    tolerance: Double = 1e-6
  ) throws -> [LawViolation] {
    let batch = try inputs.resolved(for: model).rows
    return try violations(of: baseline, batch: batch, tolerance: tolerance) { range in
      try Instances(of: inputs, in: model, at: cut, range: range)
    }
  }

  private static func violations(
    of baseline: any Baseline, batch: Int, tolerance: Double,
    _ instances: (Range<Int>) throws -> Instances
  ) throws -> [LawViolation] {
    var check = LawCheck()
    let all = try instances(0..<batch)
    let starts = try baseline.starts(for: all)
    check.require(!starts.isEmpty, "there is a start", "none")
    check.require(
      starts.allSatisfy { $0.weight >= 0 } && starts.contains { $0.weight > 0 },
      "weights are not negative and not all 0", "\(starts.map(\.weight))")
    let again = try baseline.starts(for: all)
    let alone = try (0..<batch).map { row in
      let one = try instances(row..<row + 1)
      return try baseline.starts(for: one).map {
        try one.broadcast($0.activation, as: baseline.name)
      }
    }
    for (index, start) in starts.enumerated() {
      let full = try all.broadcast(start.activation, as: baseline.name)
      try check.requireEqual(
        all.broadcast(again[index].activation, as: baseline.name), full, tolerance: 0,
        "the same instances give the same starts", "start \(index)")
      for row in 0..<batch {
        try check.requireEqual(
          alone[row][index], full.rows(row..<row + 1), tolerance: tolerance,
          "instances do not see each other", "start \(index) of instance \(row)")
      }
    }
    return check.violations
  }
}
