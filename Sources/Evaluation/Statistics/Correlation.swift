// SPDX-License-Identifier: Apache-2.0

/// How far two lists of numbers go together, −1…1.
public enum Correlation {
  /// Pearson's: of the numbers themselves; NaN where one list is constant, or shorter than 2.
  ///
  /// - Precondition: Both are of one length.
  public static func pearson(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count, "\(a.count) numbers against \(b.count)")
    guard let firstA = a.first, let firstB = b.first, a.contains(where: { $0 != firstA }),
      b.contains(where: { $0 != firstB })
    else { return .nan }
    // Scaled first, so that squares of very large or small numbers stay within range.
    let (a, b) = (Self.centered(a), Self.centered(b))
    let squares = a.reduce(0) { $0 + $1 * $1 } * b.reduce(0) { $0 + $1 * $1 }
    return zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / squares.squareRoot()
  }

  /// Spearman's: of the ranks, equal numbers sharing the mean of theirs; NaN as ``pearson(_:_:)``.
  public static func spearman(_ a: [Double], _ b: [Double]) -> Double {
    pearson(ranks(a), ranks(b))
  }

  /// Ranks from 1, ascending; equal numbers share the mean of theirs.
  public static func ranks(_ numbers: [Double]) -> [Double] {
    let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
    var ranks = [Double](repeating: 0, count: numbers.count)
    var first = 0
    while first < order.count {
      let tied = order[first...].prefix { numbers[$0] == numbers[order[first]] }
      // A number that is not one equals nothing, not even itself.
      let count = max(1, tied.count)
      for index in order[first..<first + count] {
        ranks[index] = Double(first) + Double(count + 1) / 2
      }
      first += count
    }
    return ranks
  }

  private static func centered(_ numbers: [Double]) -> [Double] {
    let mean = numbers.reduce(0) { $0 + $1 / Double(numbers.count) }
    let differences = numbers.map { $0 - mean }
    let scale = differences.map { abs($0) }.max() ?? 1
    return scale > 0 ? differences.map { $0 / scale } : differences
  }
}
