// SPDX-License-Identifier: Apache-2.0

import Torch

/// Checks what must hold of an explanation as a whole.
public enum EngineLaws {
  /// - Parameters:
  ///   - inputs: Two rows at least.
  ///   - gap: The greatest completeness gap that the rule is allowed, relative to the quantity's
  ///     change.
  ///   - tolerance: For what should be equal.
  public static func violations(
    of engine: InternalInfluence, on inputs: Inputs, gap: Double, tolerance: Double = 1e-5
  ) throws -> [LawViolation] {
    var check = LawCheck()
    let whole = try engine.attributions(for: inputs)
    try checkGap(of: whole, atMost: gap, &check)

    for limit in [1, 3] {
      var chunked = engine
      chunked.rowLimit = .rows(limit)
      try check.requireEqual(
        chunked.attributions(for: inputs).activation, whole.activation, tolerance: tolerance,
        "chunked equals whole", "at \(limit) rows at once")
    }
    try check.requireEqual(
      engine.attributions(for: inputs).activation, whole.activation, tolerance: 0,
      "same seed, same result", "the second run")

    let doubled = try engine.attributions(
      for: inputs, quantities: [WeightedSum([(engine.quantity, 2)])])[0]
    if engine.statistic == .mean {
      try check.requireEqual(
        doubled.activation, whole.activation * 2, tolerance: tolerance,
        "linear in the quantity", "twice the quantity")
    }
    return check.violations
  }

  private static func checkGap(
    of result: Attributions, atMost limit: Double, _ check: inout LawCheck
  ) throws {
    guard let gap = result.completenessGap, let start = result.quantity.start,
      let end = result.quantity.end
    else { return }
    let change = try (end - start).absolute().numbers()
    for (row, gap) in try gap.absolute().numbers().enumerated() {
      check.require(
        gap <= limit * max(change[row], 1e-6), "completeness",
        "instance \(row) is off by \(gap) where the quantity changes by \(change[row])")
    }
  }
}
