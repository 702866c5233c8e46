// SPDX-License-Identifier: Apache-2.0

import Glibc
import Torch

extension KnownMechanism {
  /// All that are built in.
  public static let all: [KnownMechanism] = [
    linear, and, or, xor, greater, saturation, veto, difference, product, triple, quadratic,
    logistic,
  ]

  /// 2 x₀ − 3 x₁ + ½ x₂, and x₃ without effect: weight times input.
  public static let linear = KnownMechanism(
    "linear", depends: [true, true, true, false], range: -2...2,
    formula: { [2 * $0[0], -3 * $0[1], 0.5 * $0[2], 0] },
    output: { try $0.weighted([2, -3, 0.5, 0]) })

  /// max(0, x₀ + x₁ − 1): of 0 and 1, both are needed.
  ///
  /// The gradient is 1 behind the corner, on the share 1 − 1/(x₀ + x₁) of the path.
  public static let and = KnownMechanism(
    "and", depends: [true, true],
    formula: { x in
      let share = beyond(1, on: x[0] + x[1])
      return [x[0] * share, x[1] * share]
    },
    output: { try ($0.weighted([1, 1]) - 1).relu() })

  /// min(1, x₀ + x₁), as 1 − max(0, 1 − x₀ − x₁): of 0 and 1, one is enough.
  ///
  /// The gradient is 1 up to the corner.
  public static let or = KnownMechanism(
    "or", depends: [true, true],
    formula: { x in
      let share = 1 - beyond(1, on: x[0] + x[1])
      return [x[0] * share, x[1] * share]
    },
    output: { try 1 - (1 - $0.weighted([1, 1])).relu() })

  /// x₀ + x₁ − 2 max(0, x₀ + x₁ − 1): of 0 and 1, either and not both.
  ///
  /// At (1, 1) the way up and the way down cancel: both get 0.
  public static let xor = KnownMechanism(
    "xor", depends: [true, true],
    formula: { x in
      let share = 1 - 2 * beyond(1, on: x[0] + x[1])
      return [x[0] * share, x[1] * share]
    },
    output: { x in
      let sum = try x.weighted([1, 1])
      return try sum - (sum - 1).relu() * 2
    })

  /// max(x₀, x₁), as x₁ + max(0, x₀ − x₁): the greater one has all of it.
  public static let greater = KnownMechanism(
    "greater", depends: [true, true],
    formula: { $0[0] > $0[1] ? [$0[0], 0] : [0, $0[1]] },
    output: { try $0.weighted([0, 1]) + $0.weighted([1, -1]).relu() })

  /// 1 − max(0, 1 − x₀), and x₁ without effect: flat where x₀ > 1, so that the gradient says that nothing
  /// matters.
  public static let saturation = KnownMechanism(
    "saturation", depends: [true, false],
    formula: { [min(1, $0[0]), 0] }, output: { try 1 - (1 - $0.weighted([1, 0])).relu() })

  /// max(0, max(0, x₀) − 1 − max(0, x₁)): x₁ takes from what x₀ has beyond 1.
  ///
  /// At (3, 1) the attributions are (1½, −½).
  public static let veto = KnownMechanism(
    "veto", depends: [true, true], range: 0...4,
    formula: { x in
      let share = beyond(1, on: x[0] - x[1])
      return [x[0] * share, -x[1] * share]
    },
    output: { x in
      try (x.weighted([1, 0]).relu() - 1 - x.weighted([0, 1]).relu()).relu()
    })

  /// max(0, x₀ − x₁) − max(0, x₁ − x₀) + max(0, x₂) − max(0, x₂): x₀ − x₁ in disguise, x₂ without effect.
  public static let difference = KnownMechanism(
    "difference", depends: [true, true, false], range: -2...2,
    formula: { [$0[0], -$0[1], 0] },
    output: { x in
      let unused = try x.weighted([0, 0, 1]).relu()
      return try x.weighted([1, -1, 0]).relu() - x.weighted([-1, 1, 0]).relu() + unused - unused
    })

  /// x₀ x₁: half each.
  public static let product = KnownMechanism(
    "product", depends: [true, true], range: -2...2,
    formula: { [$0[0] * $0[1] / 2, $0[0] * $0[1] / 2] },
    output: { try $0.product(axis: 1, keepingAxis: true) })

  /// x₀ x₁ x₂: a third each.
  public static let triple = KnownMechanism(
    "triple product", depends: [true, true, true], range: -2...2,
    formula: { x in [Double](repeating: x[0] * x[1] * x[2] / 3, count: 3) },
    output: { try $0.product(axis: 1, keepingAxis: true) })

  /// x₀² + 2 x₀ x₁ − x₂², and x₃ without effect: a square has its own, a product is halved.
  public static let quadratic = KnownMechanism(
    "quadratic", depends: [true, true, true, false], range: -2...2,
    formula: { x in [x[0] * x[0] + x[0] * x[1], x[0] * x[1], -x[2] * x[2], 0] },
    output: { x in
      let (a, b, c) = try (x[.all, 0..<1], x[.all, 1..<2], x[.all, 2..<3])
      return try a * a + a * b * 2 - c * c
    })

  /// The logistic function of x₀ − 2 x₁: the change is shared out as in the sum.
  public static let logistic = KnownMechanism(
    "logistic", depends: [true, true], range: -2...2,
    formula: { x in
      let sum = x[0] - 2 * x[1]
      // (1 / (1 + e⁻ˢ) − ½) / s, which is ¼ at 0.
      let rate = sum == 0 ? 0.25 : tanh(sum / 2) / (2 * sum)
      return [x[0] * rate, -2 * x[1] * rate]
    },
    output: { try $0.weighted([1, -2]).sigmoid() })

  /// The share of the way from 0 to `end` that lies beyond the corner.
  private static func beyond(_ corner: Double, on end: Double) -> Double {
    end > corner ? 1 - corner / end : 0
  }
}

extension Tensor {
  /// Σ weights · features, `[rows, 1]`.
  fileprivate func weighted(_ weights: [Double]) throws -> Tensor {
    try matrixProduct(Tensor(weights, shape: [weights.count, 1]))
  }
}
