// SPDX-License-Identifier: Apache-2.0

import Torch

/// The weighted, displaced points of a distribution, made when they are asked for.
///
/// Sample-major rows: sample 0 of all instances, then sample 1 of all instances, and so on.
public struct Samples: Sendable {
  /// Samples for each instance; of cells, how many there are.
  public let count: Int

  /// Weights, one for each sample.
  public let weights: [Double]

  /// The share of its path's time that each sample takes, where displacements are finite; 1 where they
  /// are tangents.
  ///
  /// A displacement that is finite holds its time already; an influence, ∫ g dt, is weighed with it.
  public let durations: [Double]

  /// Where the samples' path leads, for completeness; `nil` where they are no path.
  public let ends: [PathEnds]?

  /// How the samples were drawn, where they are random draws: the result then tells the standard
  /// error of the mean.
  public let design: SamplingDesign?

  /// What happens at operations without a secant, where samples are cells of paths; `nil` where they
  /// are points.
  public let secants: SecantPass.Fallback?

  /// Points for each instance: one more than there are cells.
  public var pointCount: Int { secants == nil ? count : count + 1 }

  private let make: @Sendable (Range<Int>) throws -> SampleRows

  /// - Parameters:
  ///   - weights: One for each sample.
  ///   - durations: See ``durations``; 1 where not given.
  ///   - ends: Where paths start and end; weights of several paths sum to 1.
  ///   - design: How they were drawn; all weights must then be the same.
  ///   - rows: Makes the samples of a range.
  public init(
    weights: [Double], durations: [Double]? = nil, ends: [PathEnds]? = nil,
    design: SamplingDesign? = nil,
    rows: @escaping @Sendable (Range<Int>) throws -> SampleRows
  ) {
    count = weights.count
    self.weights = weights
    self.durations = durations ?? [Double](repeating: 1, count: weights.count)
    self.ends = ends
    self.design = design
    secants = nil
    make = rows
  }

  /// Cells between neighbouring points, whose gradients are those of secants; see ``SecantRule``.
  ///
  /// - Parameters:
  ///   - cells: A weight for each cell; 0 for one that leads from the end of a path to the start of
  ///     the next.
  ///   - durations: See ``durations``; the cells of a path alike where not given.
  ///   - secants: What happens at operations without a secant.
  ///   - ends: Where paths start and end; weights of several paths sum to 1.
  ///   - points: Makes the points of a range, one more than there are cells, whose displacement is
  ///     ``Displacement/next(along:)``.
  public init(
    cells weights: [Double], durations: [Double]? = nil, secants: SecantPass.Fallback,
    ends: [PathEnds]? = nil,
    points: @escaping @Sendable (Range<Int>) throws -> SampleRows
  ) {
    count = weights.count
    self.weights = weights
    self.durations = durations ?? Self.evenDurations(weights)
    self.ends = ends
    design = nil
    self.secants = secants
    make = points
  }

  /// Samples made one at a time, all of the same weight, 1 / count.
  ///
  /// - Parameters:
  ///   - count: Samples for each instance.
  ///   - sample: The sample of an index: a point for each instance, `[instances, …]`.
  public init(
    count: Int, ends: [PathEnds]? = nil, design: SamplingDesign? = nil,
    _ sample: @escaping @Sendable (Int) throws -> Sample
  ) {
    let weights = [Double](repeating: 1 / Double(max(1, count)), count: count)
    self.init(weights: weights, ends: ends, design: design) { range in
      try SampleRows(joining: range.map(sample))
    }
  }

  /// The same time for all cells of a path; a weight of 0 stands between paths.
  private static func evenDurations(_ weights: [Double]) -> [Double] {
    weights.split(separator: 0, omittingEmptySubsequences: false)
      .map { [Double](repeating: 1 / Double(max(1, $0.count)), count: $0.count) }
      .joined(separator: [0]).map { $0 }
  }

  /// The same samples, their path's ends not told again.
  func withoutEnds() -> Samples { Samples(self, ends: nil, make: make) }

  /// The samples of a range, `0..<count` at most; of cells all ends, one point more than cells.
  public func rows(_ range: Range<Int>) throws -> SampleRows {
    try make(secants == nil ? range : range.lowerBound..<range.upperBound + 1)
  }

  /// Samples of several kinds, one after another: all points, or all cells.
  ///
  /// - Parameter parts: Samples, and what their weights and those of their paths are multiplied with.
  public init(joining parts: [(samples: Samples, share: Double)]) {
    let ends = parts.compactMap { part in
      part.samples.ends?.map {
        PathEnds(start: $0.start, end: $0.end, weight: $0.weight * part.share)
      }
    }
    self.ends = ends.count == parts.count ? ends.flatMap { $0 } : nil
    design = parts.count == 1 ? parts[0].samples.design : nil
    secants = parts.first?.samples.secants
    let weights = parts.map { part in part.samples.weights.map { $0 * part.share } }
    // A cell of weight 0 leads from one part's end to the next one's start.
    self.weights = Array(weights.joined(separator: secants == nil ? [] : [0]))
    let durations = parts.map(\.samples.durations)
    self.durations = Array(durations.joined(separator: secants == nil ? [] : [0]))
    count = self.weights.count
    make = { range in
      var rows: [SampleRows] = []
      var first = 0
      for (samples, _) in parts {
        let own = range.clamped(to: first..<first + samples.pointCount)
        if !own.isEmpty {
          rows.append(try samples.make(own.lowerBound - first..<own.upperBound - first))
        }
        first += samples.pointCount
      }
      return try SampleRows(joining: rows)
    }
  }

  /// The same samples with other rows.
  func mapping(_ transform: @escaping @Sendable (SampleRows) throws -> SampleRows) -> Samples {
    Samples(self, ends: ends) { try transform(make($0)) }
  }

  /// The same samples with one more path, on which none of them lies.
  func adding(_ path: PathEnds) -> Samples {
    Samples(self, ends: ends.map { $0 + [path] }, make: make)
  }

  private init(
    _ other: Samples, ends: [PathEnds]?,
    make: @escaping @Sendable (Range<Int>) throws -> SampleRows
  ) {
    count = other.count
    weights = other.weights
    durations = other.durations
    self.ends = ends
    design = other.design
    secants = other.secants
    self.make = make
  }
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

/// Which way a sample moves.
///
/// Tensors have the points' rows, or one for each instance where all samples of a chunk move alike.
public indirect enum Displacement: Sendable {
  /// Nowhere: there is influence, and no attribution.
  case none
  /// Along a tangent, such as γ′(t).
  ///
  /// Elsewhere in the network it is what the tangent causes there.
  case tangent(Activation)
  /// By a finite move.
  ///
  /// Elsewhere in the network it is the difference of what both ends give there.
  case move(from: Activation, to: Activation)
  /// To the sample that comes next, where samples are the ends of cells.
  case next(along: Line? = nil)
  /// By a finite move to a point that depends on the quantity's gradient at the points: for
  /// distributions that react.
  ///
  /// The function takes the gradients, of the points' shape, to where the points move.
  case reaction(@Sendable (_ gradients: Activation) throws -> Activation)
  /// Along the quantity's own gradient g at the slice's start, as far as it takes to change the
  /// quantity to first order by what it changes along another displacement: g ΔQ / ‖g‖².
  ///
  /// Nowhere where the gradient is 0.
  case alongGradient(of: Displacement)
}

/// Points of one straight line, for each instance.
public struct Line: Sendable {
  /// The way for a time of 1, `[instances, …]`.
  public let direction: Activation
  /// When each point comes, rising.
  public let times: [Double]

  public init(direction: Activation, times: [Double]) {
    self.direction = direction
    self.times = times
  }
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

  /// Puts rows after one another.
  ///
  /// They must move alike: all by tangents, by moves, or not at all.
  init(joining parts: [SampleRows]) throws {
    if parts.count == 1 {
      self = parts[0]
      return
    }
    let followed = parts.compactMap(\.followed)
    if !parts.isEmpty, followed.count == parts.count {
      let joined = try SampleRows(joining: followed)
      self = SampleRows(
        points: joined.points, displacement: .alongGradient(of: joined.displacement))
      return
    }
    points = try Activation.joined(parts.map(\.points))
    var tangents: [Activation] = []
    var starts: [Activation] = []
    var targets: [Activation] = []
    var chains = 0
    for part in parts {
      switch part.displacement {
      case .none: break
      case .tangent(let tangent): tangents.append(try Self.spread(tangent, over: part.points))
      case .move(let start, let target):
        starts.append(start)
        targets.append(target)
      case .next: chains += 1
      case .reaction: throw SamplesError.severalReactions
      case .alongGradient: throw SamplesError.mixedDisplacements
      }
    }
    switch parts.count {
    case chains: displacement = .next()
    case tangents.count: displacement = .tangent(try Activation.joined(tangents))
    case starts.count:
      displacement = .move(from: try Activation.joined(starts), to: try Activation.joined(targets))
    default:
      guard tangents.isEmpty, starts.isEmpty, chains == 0 else {
        throw SamplesError.mixedDisplacements
      }
      displacement = .none
    }
  }

  var isTangent: Bool {
    guard case .tangent = displacement else { return false }
    return true
  }

  /// The displacement whose change of the quantity is laid along its gradient; nil for others.
  var followed: SampleRows? {
    guard case .alongGradient(let other) = displacement else { return nil }
    return SampleRows(points: points, displacement: other)
  }

  /// A displacement that is given once for each instance, repeated for each sample of the points.
  private static func spread(_ tangent: Activation, over points: Activation) throws -> Activation {
    try tangent.repeated(points.rows / max(1, tangent.rows))
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

  /// The ends of some instances.
  func selecting(_ instances: [Int]) throws -> PathEnds {
    PathEnds(
      start: try start.selecting(instances), end: try end?.selecting(instances), weight: weight)
  }
}

/// What does not fit in samples.
public enum SamplesError: Error, Sendable, Equatable, CustomStringConvertible {
  case mixedDisplacements
  /// Samples that react, made one at a time.
  case severalReactions
  /// An attribution asked of samples that have no displacement.
  case noDisplacement(distribution: String)
  case rows(Int, expected: Int, distribution: String)
  /// A tolerance for a statistic whose standard error is not known.
  case noStandardError(distribution: String, Statistic)

  public var description: String {
    switch self {
    case .mixedDisplacements:
      return "samples of one round move by tangents, by moves, or not at all, but all alike"
    case .severalReactions:
      return "samples whose displacement is a reaction are made as rows of one round, with one "
        + "function for all"
    case .noDisplacement(let name):
      return "\(name) has no displacement, so there is nothing to multiply the influence with: "
        + "ask for the influence, or choose a distribution that moves (a path, or a point with "
        + "`.instance` as displacement)"
    case .noStandardError(let name, let statistic):
      return
        "\(name) stops at a tolerance of the mean's standard error, and \(statistic) was asked "
        + "for: leave the tolerance out"
    case .rows(let count, let expected, let name):
      return "\(name) gave \(count) rows where samples × instances are \(expected)"
    }
  }
}
