// SPDX-License-Identifier: Apache-2.0

import Torch

/// Means and spreads of units' scores over instances, which may come in any number of batches.
///
/// The numbers do not depend on how the data is cut into batches but for rounding (Welford 1962).
public struct UnitStatistics: Sendable {
  /// Instances so far.
  public private(set) var instances = 0
  /// `nil` before the first instance.
  public private(set) var layout: UnitLayout?
  /// What goes through the layer as a whole.
  public private(set) var flow = UnitFlow()
  /// What made the scores.
  public private(set) var configuration: Configuration?
  private let kept: Int
  private var means: [Double] = []
  private var squares: [Double] = []
  private var strongest: [[UnitMoment]] = []

  /// - Parameter strongest: How many instances of each unit are remembered.
  /// - Precondition: `strongest ≥ 0`.
  public init(strongest: Int = 8) {
    precondition(strongest >= 0, "a number of instances is not negative: \(strongest)")
    kept = strongest
  }

  /// Takes the scores of more instances in.
  ///
  /// - Throws: ``UnitError/counts(_:expected:)`` where there are other units than before.
  public mutating func add(_ scores: UnitScores) throws {
    let units = scores.layout.count
    if let layout, layout.count != units {
      throw UnitError.counts(units, expected: layout.count)
    }
    if layout == nil {
      layout = scores.layout
      configuration = scores.attributions.configuration
      means = [Double](repeating: 0, count: units)
      squares = means
      strongest = [[UnitMoment]](repeating: [], count: units)
    }
    let numbers = try scores.values.numbers()
    let rows = scores.values.shape[0]
    for row in 0..<rows {
      let count = Double(instances + row + 1)
      for unit in 0..<units {
        let score = numbers[row * units + unit]
        let step = score - means[unit]
        means[unit] += step / count
        squares[unit] += step * (score - means[unit])
        remember(UnitMoment(instance: instances + row, score: score), of: unit)
      }
    }
    try flow.add(scores)
    instances += rows
  }

  /// Units in order.
  public func ranking(by order: UnitOrder = .magnitude) -> UnitRanking {
    let units = means.indices.map { unit in
      RankedUnit(
        unit: unit, name: layout?.name(of: unit) ?? "\(unit)", mean: means[unit],
        standardError: instances > 1
          ? (squares[unit] / Double(instances - 1) / Double(instances)).squareRoot() : nil,
        strongest: strongest[unit])
    }
    return UnitRanking(units: order.sorted(units), order: order, instances: instances, flow: flow)
  }

  private mutating func remember(_ moment: UnitMoment, of unit: Int) {
    let place = strongest[unit].firstIndex { abs($0.score) < abs(moment.score) }
    guard let place = place ?? (strongest[unit].count < kept ? strongest[unit].count : nil) else {
      return
    }
    strongest[unit].insert(moment, at: place)
    if strongest[unit].count > kept { strongest[unit].removeLast() }
  }
}

/// How much flows through a layer as a whole, means over instances in units of the quantity.
public struct UnitFlow: Sendable, Equatable {
  private var instances = 0.0
  private var sums: Double?
  private var changes: Double?
  private var gaps: Double?

  /// Σ over all units; `nil` of influences, which have different units and do not add up.
  public var sum: Double? { sums.map { $0 / instances } }
  /// The quantity's change along the path; `nil` where there is no path.
  public var change: Double? { changes.map { $0 / instances } }
  /// The size of an instance's completeness gap; `nil` where there is no path.
  public var gap: Double? { gaps.map { $0 / instances } }

  mutating func add(_ scores: UnitScores) throws {
    let found = scores.attributions
    let rows = Double(scores.values.shape[0])
    instances += rows
    guard found.configuration.measure == .attribution else { return }
    sums = try (sums ?? 0) + found.values.converted(to: .float64).sum().number()
    if let end = found.quantity.end, let start = found.quantity.start {
      changes = try (changes ?? 0) + (end - start).sum().number()
    }
    if let gap = found.completenessGap {
      gaps = try (gaps ?? 0) + gap.absolute().sum().number()
    }
  }
}
