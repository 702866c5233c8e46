// SPDX-License-Identifier: Apache-2.0

import Torch

/// Quantities of one output, weighted and added: what `+`, `−` and `*` between quantities give.
public struct WeightedSum: QuantityOfInterest {
  public let terms: [(quantity: any QuantityOfInterest, weight: Double)]

  /// - Precondition: There is at least one term.
  public init(_ terms: [(quantity: any QuantityOfInterest, weight: Double)]) {
    precondition(!terms.isEmpty, "a sum needs a term")
    self.terms = terms.flatMap { term in
      // Sums of sums are one sum, so that every term is computed once and listed plainly.
      guard let sum = term.quantity as? WeightedSum else { return [term] }
      return sum.terms.map { ($0.quantity, $0.weight * term.weight) }
    }
  }

  public var name: String {
    terms.enumerated().map { index, term in
      let sign = term.weight < 0 ? "− " : index == 0 ? "" : "+ "
      let size = abs(term.weight) == 1 ? "" : "\(abs(term.weight)) · "
      return sign + size + term.quantity.name
    }.joined(separator: " ")
  }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let parts = try terms.map { term in
      let values = try term.quantity.values(of: output, explaining: explained)
      return term.weight == 1 ? values : try values * term.weight
    }
    return try parts.dropFirst().reduce(parts[0]) { try $0 + $1 }
  }
}

/// Arithmetic between quantities of one output: `.classScore(8) - .classScore(3)`.
extension QuantityOfInterest {
  public static func + (a: Self, b: some QuantityOfInterest) -> WeightedSum {
    WeightedSum([(a, 1), (b, 1)])
  }
  public static func - (a: Self, b: some QuantityOfInterest) -> WeightedSum {
    WeightedSum([(a, 1), (b, -1)])
  }
  public static func * (a: Self, weight: Double) -> WeightedSum { WeightedSum([(a, weight)]) }
  public static func * (weight: Double, a: Self) -> WeightedSum { WeightedSum([(a, weight)]) }
  public static prefix func - (a: Self) -> WeightedSum { WeightedSum([(a, -1)]) }
}

extension QuantityOfInterest where Self == WeightedSum {
  /// One class against another: the score of the first less that of the second.
  public static func scoreDifference(_ first: Int, minus second: Int) -> WeightedSum {
    ClassScore(.index(first)) - ClassScore(.index(second))
  }

  /// Class scores, weighted and added.
  public static func weightedScores(_ weights: [Int: Double]) -> WeightedSum {
    WeightedSum(weights.sorted { $0.key < $1.key }.map { (ClassScore(.index($0.key)), $0.value) })
  }
}
