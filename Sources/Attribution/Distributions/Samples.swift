// SPDX-License-Identifier: Apache-2.0

import Torch

/// The weighted, displaced points of a distribution, made when they are asked for.
///
/// Sample-major rows: sample 0 of all instances, then sample 1 of all instances, and so on.
public struct Samples: Sendable {
  /// Samples for each instance.
  public let count: Int

  /// Weights, one for each sample.
  public let weights: [Double]

  /// Where the samples' path leads, for completeness; `nil` where they are no path.
  public let ends: [PathEnds]?

  private let make: @Sendable (Range<Int>) throws -> SampleRows

  /// - Parameters:
  ///   - weights: One for each sample.
  ///   - ends: Where paths start and end; weights of several paths sum to 1.
  ///   - rows: Makes the samples of a range.
  public init(
    weights: [Double], ends: [PathEnds]? = nil,
    rows: @escaping @Sendable (Range<Int>) throws -> SampleRows
  ) {
    count = weights.count
    self.weights = weights
    self.ends = ends
    make = rows
  }

  /// Samples made one at a time, all of the same weight, 1 / count.
  ///
  /// - Parameters:
  ///   - count: Samples for each instance.
  ///   - sample: The sample of an index: a point for each instance, `[instances, …]`.
  public init(
    count: Int, ends: [PathEnds]? = nil,
    _ sample: @escaping @Sendable (Int) throws -> Sample
  ) {
    let weights = [Double](repeating: 1 / Double(max(1, count)), count: count)
    self.init(weights: weights, ends: ends) { range in
      try SampleRows(joining: range.map(sample))
    }
  }

  /// The samples of a range, `0..<count` at most.
  public func rows(_ range: Range<Int>) throws -> SampleRows { try make(range) }
}

/// One sample: a point for each instance, and the displacement there.
public struct Sample: Sendable {
  public let point: Activation
  public let displacement: Displacement

  public init(at point: Activation, displacement: Displacement = .none) {
    self.point = point
    self.displacement = displacement
  }
}

/// Which way a sample moves. Tensors have the points' rows, or one for each instance where all
/// samples of a chunk move alike.
public enum Displacement: Sendable {
  /// Nowhere: there is influence, and no attribution.
  case none
  /// Along a tangent, such as γ′(t). Elsewhere in the network it is what the tangent causes there.
  case tangent(Activation)
  /// By a finite move. Elsewhere in the network it is the difference of what both ends give there.
  case move(from: Activation, to: Activation)
  /// By the move to the point of the next round, for distributions that react.
  case untilNextRound
}

/// The samples of a range as rows: `[samples · instances, …]`.
public struct SampleRows: Sendable {
  public let points: Activation
  public let displacement: Displacement

  public init(points: Activation, displacement: Displacement) {
    self.points = points
    self.displacement = displacement
  }

  /// Puts samples of a batch after one another.
  init(joining samples: [Sample]) throws {
    try self.init(
      joining: samples.map { SampleRows(points: $0.point, displacement: $0.displacement) })
  }

  /// Puts rows after one another. They must move alike: all by tangents, by moves, or not at all.
  init(joining parts: [SampleRows]) throws {
    if parts.count == 1 {
      self = parts[0]
      return
    }
    points = try Self.join(parts.map(\.points))
    var tangents: [Activation] = []
    var starts: [Activation] = []
    var targets: [Activation] = []
    var waits = 0
    for part in parts {
      switch part.displacement {
      case .none: break
      case .tangent(let tangent): tangents.append(try Self.spread(tangent, over: part.points))
      case .move(let start, let target):
        starts.append(start)
        targets.append(target)
      case .untilNextRound: waits += 1
      }
    }
    switch parts.count {
    case tangents.count: displacement = .tangent(try Self.join(tangents))
    case starts.count:
      displacement = .move(from: try Self.join(starts), to: try Self.join(targets))
    case waits: displacement = .untilNextRound
    default:
      guard tangents.isEmpty, starts.isEmpty, waits == 0 else {
        throw SamplesError.mixedDisplacements
      }
      displacement = .none
    }
  }

  /// A displacement that is given once for each instance, repeated for each sample of the points.
  private static func spread(_ tangent: Activation, over points: Activation) throws -> Activation {
    try tangent.repeated(points.rows / max(1, tangent.rows))
  }

  private static func join(_ parts: [Activation]) throws -> Activation {
    guard let first = parts.first, parts.count > 1 else { return parts.first ?? Activation([]) }
    return Activation(
      try first.tensors.indices.map { index in
        try .concatenated(parts.map { $0.tensors[index] })
      })
  }
}

/// Where a path starts and ends.
public struct PathEnds: Sendable {
  /// The start for each instance, `[instances, …]`.
  public let start: Activation
  /// The end for each instance; `nil` is the instance itself.
  public let end: Activation?
  /// The path's share among several.
  public let weight: Double

  public init(start: Activation, end: Activation? = nil, weight: Double = 1) {
    self.start = start
    self.end = end
    self.weight = weight
  }
}

/// What does not fit in samples.
public enum SamplesError: Error, Sendable, Equatable, CustomStringConvertible {
  case mixedDisplacements
  /// A displacement until the next round from a distribution that does not react.
  case noNextRound(String)
  /// An attribution asked of samples that have no displacement.
  case noDisplacement(distribution: String)
  case rows(Int, expected: Int, distribution: String)

  public var description: String {
    switch self {
    case .mixedDisplacements:
      return "samples of one round move by tangents, by moves, or not at all, but all alike"
    case .noNextRound(let name):
      return "\(name) displaces its samples until the next round, and asks for none: "
        + "let `reacts` be true and give a last round"
    case .noDisplacement(let name):
      return "\(name) has no displacement, so there is nothing to multiply the influence with: "
        + "ask for the influence, or choose a distribution that moves (a path, or a point with "
        + "`.instance` as displacement)"
    case .rows(let count, let expected, let name):
      return "\(name) gave \(count) rows where samples × instances are \(expected)"
    }
  }
}
