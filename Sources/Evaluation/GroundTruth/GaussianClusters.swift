// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Tabular rows from Gaussian clusters, in each of which other features decide, in the manner of
/// OpenXAI (Agarwal and others 2022, arXiv:2206.11104).
///
/// Cluster k has a centre μ, weights w, even in −1…1, and a mask m that takes in about half of the
/// features. A row x = μ + ε of class 1 has (m ⊙ w) · ε > 0. What must matter is known: the features in
/// the mask of the row's cluster, besides what tells clusters apart, which is in all features.
///
/// Other than in OpenXAI the class is decided around the cluster's own centre, so that every cluster
/// has both classes, and there are fewer clusters, so that a small network learns them all.
public struct GaussianClusters: Sendable {
  /// `[rows, features]`, float32.
  public let inputs: Tensor
  public let labels: [Int]
  /// The cluster of each row.
  public let clusters: [Int]
  /// 1 for the features that decide in a row's cluster, `[rows, features]`, float32.
  public let masks: Tensor
  /// m ⊙ w of a row's cluster, `[rows, features]`, float32: which way features decide, and how much.
  public let weights: Tensor
  /// The centre of a row's cluster, `[rows, features]`, float32: where nothing speaks for a class.
  public let centers: Tensor

  public static let features = 20
  public static let clusterCount = 5

  /// - Parameters:
  ///   - count: Rows; the first ones are the same for every count. Row r belongs to cluster r mod
  ///     clusters.
  ///   - seed: Of the rows; the clusters are always the same.
  public init(count: Int, seed: UInt64) throws {
    let known = Self.known
    let own = (0..<count).map { known[$0 % known.count] }
    let moves = (0..<count).map { index -> [Double] in
      var random = PortableRandom(seed: seed, stream: index)
      return (0..<Self.features).map { _ in random.normal() }
    }
    func tensor(_ rows: [[Double]]) throws -> Tensor {
      try Tensor(rows.flatMap { $0.map { Float($0) } }, shape: [count, Self.features])
    }
    clusters = (0..<count).map { $0 % known.count }
    labels = zip(own, moves).map { cluster, move in
      zip(cluster.weights, move).reduce(0) { $0 + $1.0 * $1.1 } > 0 ? 1 : 0
    }
    inputs = try tensor(zip(own, moves).map { zip($0.center, $1).map { $0 + $1 } })
    masks = try tensor(own.map { $0.weights.map { $0 == 0 ? 0 : 1 } })
    weights = try tensor(own.map(\.weights))
    centers = try tensor(own.map(\.center))
  }

  /// The features that decide.
  public var groundTruth: GroundTruth {
    GroundTruth(inputs: inputs, labels: labels, truth: Truth(mask: masks))
  }

  private struct Cluster {
    let center: [Double]
    /// 0 where the mask is.
    let weights: [Double]
  }

  private static var known: [Cluster] {
    (0..<clusterCount).map { index in
      var random = PortableRandom(seed: 20, stream: index)
      let center = (0..<features).map { _ in 3 * random.normal() }
      let inMask = Set(random.permutation(features).prefix(features / 2))
      // Not too near to 0: a feature in the mask does decide.
      let weights = (0..<features).map { feature -> Double in
        let size = random.uniform(0.25, 1)
        let weight = random.uniform() < 0.5 ? -size : size
        return inMask.contains(feature) ? weight : 0
      }
      return Cluster(center: center, weights: weights)
    }
  }
}
