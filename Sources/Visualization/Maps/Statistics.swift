// SPDX-License-Identifier: Apache-2.0

/// The value that `percentage` per cent of the values do not exceed, straight lines between ranks.
///
/// The rank is `percentage / 100 * (count - 1)`; between two ranks the value is interpolated
/// linearly, as NumPy's default does (type 7 of Hyndman and Fan 1996). One value is every
/// percentile of itself.
///
/// - Precondition: There are values, and `0 <= percentage <= 100`.
public func percentile(_ percentage: Double, of values: [Double]) -> Double {
  precondition(!values.isEmpty, "no values have no percentile")
  precondition(0...100 ~= percentage, "a percentile is from 0 to 100, not \(percentage)")
  let sorted = values.sorted()
  let rank = percentage / 100 * Double(sorted.count - 1)
  let below = Int(rank)
  let above = min(below + 1, sorted.count - 1)
  return sorted[below] + (rank - Double(below)) * (sorted[above] - sorted[below])
}

/// The least of the values up to which, counted from the smallest, `share` of their sum is reached.
///
/// Captum's rule against outliers: a percentile weighted by the values themselves.
///
/// - Precondition: Values are not negative, and `0 < share <= 1`.
func cumulativeThreshold(_ share: Double, of values: [Double]) -> Double {
  let sorted = values.sorted()
  // Scaled by the largest, so that a sum of finite values stays finite.
  guard let largest = sorted.last, largest > 0 else { return 0 }
  let total = sorted.reduce(0) { $0 + $1 / largest }
  var sum = 0.0
  for value in sorted {
    sum += value / largest
    if sum >= share * total { return value }
  }
  return largest
}
