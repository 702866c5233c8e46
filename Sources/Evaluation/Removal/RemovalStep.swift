// SPDX-License-Identifier: Apache-2.0

/// How many features go at once.
public enum RemovalStep: Sendable, Hashable, Codable {
  /// So many in each step; what is left in the last.
  case features(Int)
  /// As many as it takes to be done in so many steps, and one at least.
  case parts(Int)

  /// How many are removed after each step, from none to all.
  ///
  /// - Precondition: The number given is positive.
  func counts(of features: Int) -> [Int] {
    let chunk: Int
    switch self {
    case .features(let count):
      precondition(count > 0, "a step takes one feature at least, not \(count)")
      chunk = count
    case .parts(let parts):
      precondition(parts > 0, "there is one step at least, not \(parts)")
      chunk = max(1, (features + parts - 1) / parts)
    }
    return Array(stride(from: 0, to: features, by: chunk)) + [features]
  }

  var name: String {
    switch self {
    case .features(let count): "\(count) a step"
    case .parts(let parts): "\(parts) steps"
    }
  }
}
