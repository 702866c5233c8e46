// SPDX-License-Identifier: Apache-2.0

/// In which order units are ranked.
public enum UnitOrder: String, Sendable, Codable, CaseIterable {
  /// The greatest size first, whatever the sign.
  case magnitude
  /// What speaks most for the quantity first.
  case supporting = "for"
  /// What speaks most against it first.
  case opposing = "against"

  /// Equal ones stay in the order of their numbers.
  func sorted(_ units: [RankedUnit]) -> [RankedUnit] {
    func key(_ unit: RankedUnit) -> Double {
      switch self {
      case .magnitude: -abs(unit.mean)
      case .supporting: -unit.mean
      case .opposing: unit.mean
      }
    }
    return units.sorted { (key($0), $0.unit) < (key($1), $1.unit) }
  }
}

/// The units of a layer, in order.
public struct UnitRanking: Sendable {
  public let units: [RankedUnit]
  public let order: UnitOrder
  /// Over how many instances the means are.
  public let instances: Int
  /// What flows through the layer as a whole.
  public let flow: UnitFlow

  /// How few of the units, the greatest sizes first, have a share of the sum of all sizes: 1 where one
  /// does everything.
  ///
  /// - Parameter share: From 0 to 1.
  public func unitsHolding(_ share: Double) -> Int {
    let sizes = units.map { abs($0.mean) }.sorted(by: >)
    let whole = sizes.reduce(0, +)
    var sum = 0.0
    for (place, size) in sizes.enumerated() {
      sum += size
      if sum >= share * whole { return place + 1 }
    }
    return sizes.count
  }
}

/// A unit with what it does on average.
public struct RankedUnit: Sendable, Equatable {
  /// Counted from 0.
  public let unit: Int
  /// The number, or the place of an element.
  public let name: String
  /// Over instances, in units of the quantity.
  public let mean: Double
  /// Of the mean, over instances; `nil` for one.
  public let standardError: Double?
  /// The instances in which the unit does most, whichever way, the greatest first.
  public let strongest: [UnitMoment]
}

/// What a unit did in one instance.
public struct UnitMoment: Sendable, Equatable {
  /// Counted from 0, over all batches.
  public let instance: Int
  /// In units of the quantity.
  public let score: Double

  public init(instance: Int, score: Double) {
    self.instance = instance
    self.score = score
  }
}
