// SPDX-License-Identifier: Apache-2.0

/// A column of a table, and what the network gets of it.
public struct TableFeature: Sendable, Equatable {
  /// What the column's values are.
  public enum Kind: Sendable, Equatable {
    /// The network gets (value − mean) / scale.
    case number(mean: Double, scale: Double)
    /// The network gets a 1 at the category's place; none for the one that was dropped.
    case oneHot([String], dropped: String?)
    /// The network gets the category's number, and looks a vector up.
    case ids([String])
  }

  public let name: String
  public let unit: String?
  public let kind: Kind
  /// The model's input that it goes to.
  public let input: String
  /// Where paths start; `nil` is the mean of a standardized number, and no category.
  public let start: FeatureValue?

  /// - Precondition: A scale is above 0, there are categories where there is no number, and the one
  ///   that is dropped is one of them.
  public init(
    _ name: String, unit: String? = nil, kind: Kind = .number(mean: 0, scale: 1), input: String,
    start: FeatureValue? = nil
  ) {
    switch kind {
    case .number(_, let scale): precondition(scale > 0, "'\(name)' is divided by \(scale)")
    case .oneHot(let categories, let dropped):
      precondition(!categories.isEmpty, "'\(name)' has no categories")
      if let dropped {
        precondition(categories.contains(dropped), "'\(name)' has no category '\(dropped)' to drop")
      }
    case .ids(let categories): precondition(!categories.isEmpty, "'\(name)' has no categories")
    }
    self.name = name
    self.unit = unit
    self.kind = kind
    self.input = input
    self.start = start
  }

  /// The name with its unit: `age [years]`.
  public var title: String { unit.map { "\(name) [\($0)]" } ?? name }

  /// The categories; `nil` of a number.
  public var categories: [String]? {
    switch kind {
    case .number: nil
    case .oneHot(let categories, _), .ids(let categories): categories
    }
  }

  /// Columns of the input that it takes.
  var width: Int {
    switch kind {
    case .number, .ids: 1
    case .oneHot(let categories, let dropped): categories.count - (dropped == nil ? 0 : 1)
    }
  }

  var isLookedUp: Bool {
    if case .ids = kind { true } else { false }
  }

  /// The category that a place of a one-hot group stands for.
  func category(at place: Int) -> String {
    guard case .oneHot(let categories, let dropped) = kind else { return "" }
    let places = categories.filter { $0 != dropped }
    return places.indices.contains(place) ? places[place] : ""
  }
}

/// What a feature is in a row, or where a path starts, in the feature's own unit.
public enum FeatureValue: Sendable, Equatable {
  case number(Double)
  case category(String)
  /// Shares of several categories, as the mean of many rows has them.
  case mixture([Share])
  /// No category at all: zeros where one has a 1, or the zero vector.
  case none
  /// A vector that is no category's.
  case vector

  /// How much of a category there is.
  public struct Share: Sendable, Equatable {
    public let category: String
    public let share: Double

    public init(_ category: String, _ share: Double) {
      self.category = category
      self.share = share
    }
  }

  /// The number; `nil` of what is none.
  public var number: Double? {
    if case .number(let number) = self { number } else { nil }
  }
}
