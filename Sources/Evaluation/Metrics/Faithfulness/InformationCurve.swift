// SPDX-License-Identifier: Apache-2.0

/// Performance over information, both from 0 to 1.
enum InformationCurve {
  /// Where the curve is told.
  static let positions = (0...100).map { Double($0) / 100 }

  /// The curve's heights at ``positions``; NaN where it has no meaning.
  ///
  /// - Parameters:
  ///   - information: Of pictures of which ever more is known, from the first to the whole.
  ///   - performance: Of the same; empty where there is none.
  ///   - least: The least performance of the whole picture.
  static func heights(
    information: [Double], performance: [Double], least: Double
  ) -> [Double] {
    guard let first = performance.first, let whole = performance.last,
      let firstBytes = information.first, let wholeBytes = information.last,
      whole >= least, first < whole, firstBytes < wholeBytes
    else { return positions.map { _ in .nan } }
    func unit(_ value: Double, from start: Double, to end: Double) -> Double {
      min(max((value - start) / (end - start), 0), 1)
    }
    let steps = zip(information, performance).map { bytes, value in
      (unit(bytes, from: firstBytes, to: wholeBytes), unit(value, from: first, to: whole))
    }
    return heights(of: steps.sorted { $0 < $1 })
  }

  /// The line through points of which the first is (0, …) and the last (1, 1), never falling.
  private static func heights(of points: [(x: Double, y: Double)]) -> [Double] {
    var best = 0.0
    let line = points.map { point in
      best = max(best, point.y)
      return (x: point.x, y: best)
    }
    return positions.map { position in
      guard let after = line.firstIndex(where: { $0.x > position }), after > 0 else {
        return line.last?.y ?? .nan
      }
      let (a, b) = (line[after - 1], line[after])
      return a.y + (b.y - a.y) * (position - a.x) / (b.x - a.x)
    }
  }
}
