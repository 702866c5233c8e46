// SPDX-License-Identifier: Apache-2.0

import Torch

/// The nearest of given inputs that belongs to another class than the instance.
///
/// What could it be instead, going by real data? The instance's class is the one predicted for it. Distances are Euclidean, at the distribution's
/// cut or at another one: pixels, or what a late layer makes of them. Along the way from a neighbour
/// the features that both share get 0 (a nearest unlike neighbour, as of Dasarathy 1995).
///
/// - Complexity: A forward row for each candidate and instance, and candidates × instances distances;
///   again for each group of instances that is explained together.
public struct NearestBaseline: Baseline {
  /// What is chosen from, as inputs of the model.
  public let candidates: Inputs
  /// The class of each candidate; `nil` takes those that the model predicts.
  public let labels: [Int]?
  /// Where distances are measured; `nil` is the distribution's cut.
  public let measure: (any Cut)?
  /// Where the model tells classes apart: `[rows, classes]`, or one column with the sign as class.
  public let scores: any Cut

  public init(
    of candidates: Inputs, labels: [Int]? = nil, measuredAt measure: (any Cut)? = nil,
    scores: any Cut = LogitCut()
  ) {
    self.candidates = candidates
    self.labels = labels
    self.measure = measure
    self.scores = scores
  }

  public var name: String {
    "nearest of another class" + (measure.map { ", measured at \($0.name)" } ?? "")
  }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    let points = try instances.activation(of: candidates)
    let classes = try predictions(instances.function(to: scores).own)
    let others = try candidateClasses(instances, count: points.rows)
    let (own, theirs) = try positions(of: instances, candidates: points)
    let nearest = try classes.indices.map { row in
      let distances = try (theirs - own.rows(row..<row + 1)).rowLengths().numbers()
      let unlike = others.indices.filter { others[$0] != classes[row] }
      guard let nearest = unlike.min(by: { distances[$0] < distances[$1] }) else {
        throw BaselineError.noOtherClass(name, class: classes[row])
      }
      return nearest
    }
    return [WeightedStart(try points.selecting(nearest))]
  }

  private func candidateClasses(_ instances: Instances, count: Int) throws -> [Int] {
    if let labels {
      guard labels.count == count else {
        throw BaselineError.labels(name, labels.count, candidates: count)
      }
      return labels
    }
    return try predictions(instances.activation(of: candidates, at: scores).tensors[0])
  }

  /// The class of each row of `[rows, classes]`; 1 or 0 by the sign of a single column.
  private func predictions(_ scores: Tensor) throws -> [Int] {
    guard scores.rank == 2, scores.shape[1] > 0 else {
      throw QuantityError.noClasses(shape: scores.shape, quantity: name)
    }
    guard scores.shape[1] > 1 else { return try scores.numbers().map { $0 > 0 ? 1 : 0 } }
    return try scores.indexOfMaximum(axis: 1).integers()
  }

  private func positions(
    of instances: Instances, candidates points: Activation
  ) throws -> (own: Activation, theirs: Activation) {
    guard let measure else { return (instances.activation, points) }
    return (
      Activation(try instances.function(to: measure).own),
      try instances.activation(of: candidates, at: measure)
    )
  }
}

extension Baseline where Self == NearestBaseline {
  /// The nearest of given inputs that belongs to another class than the instance.
  ///
  /// - Parameters:
  ///   - labels: The class of each candidate; `nil` takes those that the model predicts.
  ///   - measure: Where distances are measured; `nil` is the distribution's cut.
  public static func nearestOfAnotherClass(
    among candidates: Inputs, labels: [Int]? = nil, measuredAt measure: (any Cut)? = nil
  ) -> NearestBaseline {
    NearestBaseline(of: candidates, labels: labels, measuredAt: measure)
  }
}
