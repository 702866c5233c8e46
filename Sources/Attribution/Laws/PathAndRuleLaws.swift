// SPDX-License-Identifier: Apache-2.0

import Torch

/// Checks the laws of ``QuadratureRule``.
public enum QuadratureLaws {
  public static func violations(
    of rule: any QuadratureRule, counts: ClosedRange<Int> = 2...20
  ) throws -> [LawViolation] {
    var check = LawCheck()
    for count in counts {
      let nodes = try rule.nodes(count)
      let positions = nodes.map(\.position)
      check.require(
        nodes.count == count, "as many nodes as asked", "\(nodes.count) nodes, not \(count)")
      check.require(
        positions.allSatisfy((0...1).contains), "positions lie in 0…1", "\(positions)")
      check.require(
        zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 }, "positions rise",
        "\(positions)")
      for degree in 0...max(0, rule.degree(count)) {
        let integral = nodes.reduce(0) { $0 + $1.weight * power($1.position, degree) }
        check.require(
          abs(integral * Double(degree + 1) - 1) < 1e-12, "exact up to its degree",
          "\(count) nodes integrate t^\(degree) to \(integral), not 1/\(degree + 1)")
      }
    }
    return check.violations
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}

/// Checks the laws of ``Grid``.
public enum GridLaws {
  public static func violations(of grid: any Grid, counts: ClosedRange<Int> = 1...32)
    -> [LawViolation]
  {
    var check = LawCheck()
    for count in counts {
      let times = (0...count).map { grid.time(Double($0) / Double(count)) }
      check.require(
        times.first == 0 && abs((times.last ?? 0) - 1) < 1e-12, "from 0 to 1", "\(times)")
      check.require(
        zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "times rise", "\(times)")
    }
    return check.violations
  }
}

/// Checks the laws of ``Path``.
public enum PathLaws {
  /// - Parameters:
  ///   - start: `[rows, …]`, float64, two rows at least.
  ///   - end: Of the start's shape.
  public static func violations(
    of path: any Path, from start: Tensor, to end: Tensor, tolerance: Double = 1e-8
  ) throws -> [LawViolation] {
    var check = LawCheck()
    let rows = start.shape[0]
    func times(_ values: [Double]) throws -> Tensor {
      try Tensor(values).converted(like: start).alignedToRows(rank: start.rank)
    }
    func all(_ value: Double) throws -> Tensor {
      try times([Double](repeating: value, count: rows))
    }
    let last = try path.points(at: all(1), from: start, to: end)
    try check.requireEqual(last, end, tolerance: tolerance, "γ(1) is the end", "γ(1)")

    let mixed = (0..<rows).map { (Double($0) + 0.5) / Double(rows) }
    let together = try path.points(at: times(mixed), from: start, to: end)
    for row in 0..<rows {
      let range = row..<row + 1
      let alone = try path.points(
        at: times([mixed[row]]), from: start.rows(range), to: end.rows(range))
      try check.requireEqual(
        together.rows(range), alone, tolerance: tolerance, "rows do not see each other",
        "row \(row)")
    }

    // Many small Gauss–Legendre cells, so that a path with corners is integrated as well.
    let cells = 60
    let first = try path.points(at: all(0), from: start, to: end)
    var integral = try start.filled(with: 0)
    for cell in 0..<cells {
      for node in try GaussLegendreRule().nodes(3) {
        let time = (Double(cell) + node.position) / Double(cells)
        let velocity = try path.velocities(at: all(time), from: start, to: end)
        integral = try integral + velocity * (node.weight / Double(cells))
      }
    }
    try check.requireEqual(
      integral, last - first, tolerance: max(tolerance, 1e-6), "γ′ integrates to γ(1) − γ(0)",
      "∫ γ′")
    return check.violations
  }
}
