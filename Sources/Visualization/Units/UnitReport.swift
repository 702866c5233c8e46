// SPDX-License-Identifier: Apache-2.0

import Attribution

/// What the units of a network's layers do for a quantity and what they look at, ready to be shown on
/// one page.
public struct UnitReport: Sendable {
  public let title: String
  /// What is asked, in a sentence.
  public let lead: String
  /// What made the numbers, a line each.
  public let facts: [String]
  /// What the quantities are called whose means are told of each unit: the whole first, then its parts.
  public let quantities: [String]
  /// The instances and their maps at the input.
  public let input: [Tile]
  public let layers: [Layer]
  /// Of heat maps and bars: for, nothing, against.
  public let colors: ColorMap

  public init(
    title: String, lead: String, facts: [String], quantities: [String], input: [Tile],
    layers: [Layer], colors: ColorMap = .redWhiteBlue
  ) {
    self.title = title
    self.lead = lead
    self.facts = facts
    self.quantities = quantities
    self.input = input
    self.layers = layers
    self.colors = colors
  }

  /// A picture with its caption.
  public struct Tile: Sendable {
    public let picture: any Picture
    public let title: String
    public let detail: String

    public init(_ picture: any Picture, title: String, detail: String = "") {
      self.picture = picture
      self.title = title
      self.detail = detail
    }
  }

  /// A layer with its units in order, and cards for the first ones.
  public struct Layer: Sendable {
    public let name: String
    /// Operation and shape; other layers with the same numbers.
    public let detail: String
    public let ranking: UnitRanking
    public let cards: [Card]
    public let essence: Essence?

    public init(
      name: String, detail: String, ranking: UnitRanking, cards: [Card], essence: Essence? = nil
    ) {
      self.name = name
      self.detail = detail
      self.ranking = ranking
      self.cards = cards
      self.essence = essence
    }
  }

  /// A unit, and what it looks at.
  public struct Card: Sendable {
    public let unit: RankedUnit
    /// The unit's mean for each of the report's quantities.
    public let means: [Double]
    /// Pictures of one instance each.
    public let views: [[Tile]]
    /// What of the input moves the unit most, where there are no pictures.
    public let features: [Feature]
    /// How far the attributions' sums are from the unit's change, in the unit's own units.
    public let gap: Double?

    public init(
      unit: RankedUnit, means: [Double], views: [[Tile]] = [], features: [Feature] = [],
      gap: Double? = nil
    ) {
      self.unit = unit
      self.means = means
      self.views = views
      self.features = features
      self.gap = gap
    }
  }

  /// A part of the input that has a name, and what it does to a unit.
  public struct Feature: Sendable, Equatable {
    public let name: String
    /// In units of the unit's activation.
    public let attribution: Double

    public init(_ name: String, _ attribution: Double) {
      self.name = name
      self.attribution = attribution
    }
  }

  /// What is left where only some units are kept: those first in the ranking, and as many in random
  /// order.
  public struct Essence: Sendable {
    public let ranked: [EssencePoint]
    public let random: [EssencePoint]

    public init(ranked: [EssencePoint], random: [EssencePoint]) {
      self.ranked = ranked
      self.random = random
    }
  }
}
