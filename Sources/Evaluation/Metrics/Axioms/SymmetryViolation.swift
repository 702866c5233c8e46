// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How far attributions are from following features that change places: with S the exchange of two
/// features that the network treats alike, Σ |A(S x) − S A(x)| / Σ |A(x)|.
///
/// The axiom asks that such features get the same where they are equal (Sundararajan et al. 2017,
/// arXiv:1703.01365); this asks it of instances at which they differ as well. A baseline that tells
/// the features apart breaks it, and rightly counts.
public struct SymmetryViolation: Metric {
  /// Features that change places, by their index: of elements as they lie in the input, of pixels row
  /// by row.
  public let pairs: [(Int, Int)]
  /// What counts as one; `nil` for pixels of images and else elements.
  public let features: Features?

  /// - Parameter pairs: Exchanged together; no feature is in two of them.
  public init(pairs: [(Int, Int)], features: Features? = nil) {
    let all = pairs.flatMap { [$0.0, $0.1] }
    precondition(!pairs.isEmpty, "there is nothing to exchange")
    precondition(Set(all).count == all.count, "a feature is in two pairs: \(pairs)")
    self.pairs = pairs
    self.features = features
  }

  public var name: String {
    "symmetry violation(\(pairs.map { "\($0.0) ↔ \($0.1)" }.joined(separator: ", ")))"
      + features.suffix
  }
  public var family: MetricFamily { .axiomatic }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost { MetricCost(explanations: 1) }

  /// - Throws: ``MetricError/unsuitable(metric:reason:)`` where attributions are not those of a single
  ///   input, where there is no such feature, or where the network tells the features apart.
  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    guard explanation.explainer.slice.start is InputCut, explanation.inputs.tensors.count == 1,
      let (key, input) = explanation.inputs.tensors.first
    else {
      throw MetricError.unsuitable(
        metric: name,
        reason: "exchanges features of the model's only input: explain from there, by `.input`")
    }
    let order = try order(for: input.shape)
    let method = try explanation.explainer.method(
      for: explanation.model, quantity: explanation.heldQuantity())
    let exchanged = try method.attributions(
      for: Inputs([key: exchanging(input, order)]))
    try explanation.requireSameQuantity(
      exchanged, metric: name,
      remedy: "the network tells these features apart, so that nothing is "
        + "asked of their attributions: give features that it treats alike")
    let own = explanation.attributions.activation
    return MetricResult(
      try own.map { try exchanging($0, order) }.distances(
        to: exchanged.activation, over: { own, _ in own.absoluteSum },
        what: "the attribution of exchanged features"))
  }

  private func order(for shape: [Int]) throws -> [Int] {
    let count = (features ?? .standard(for: shape)).count(in: shape)
    var order = Array(0..<count)
    for (a, b) in pairs {
      guard order.indices.contains(a), order.indices.contains(b) else {
        throw MetricError.unsuitable(
          metric: name, reason: "names a feature that is not there: there are \(count)")
      }
      order.swapAt(a, b)
    }
    return order
  }

  private func exchanging(_ tensor: Tensor, _ order: [Int]) throws -> Tensor {
    let features = features ?? .standard(for: tensor.shape)
    let places = try Tensor(order.map(Int64.init)).moved(to: tensor.device)
    // Pixels lie behind rows and channels, elements behind rows.
    let axis = features == .pixels ? 2 : 1
    return try tensor.flattened(from: axis).selecting(places, axis: axis)
      .reshaped(to: tensor.shape)
  }
}

extension Explanation {
  /// Makes sure that the quantity at the instances is the same in another explanation.
  ///
  /// - Throws: ``MetricError/unsuitable(metric:reason:)``.
  func requireSameQuantity(
    _ other: Attributions, metric: String, remedy: String
  ) throws {
    let own = try attributions.quantity.instance.numbers()
    let others = try other.quantity.instance.numbers()
    // Above what rounding does in another order of sums.
    for (a, b) in zip(own, others) where !(abs(a - b) <= 1e-3 * max(1, abs(a))) {
      throw MetricError.unsuitable(
        metric: metric,
        reason: "finds the quantity \(a) in one case and \(b) in the other: \(remedy)")
    }
  }
}

extension Metric where Self == SymmetryViolation {
  /// How far attributions are from following features that change places.
  public static func symmetryViolation(pairs: [(Int, Int)]) -> SymmetryViolation {
    SymmetryViolation(pairs: pairs)
  }
}
