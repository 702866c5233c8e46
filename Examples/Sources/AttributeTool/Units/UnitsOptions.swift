// SPDX-License-Identifier: Apache-2.0

import Attribution

/// What stands on the command line of `attribute units`, as it was written.
public struct UnitsOptions: Sendable {
  /// What both commands have: model, inputs, quantity, distribution and the like.
  public var explain: ExplainOptions
  /// Cuts, or `all`.
  public var layers: [String] = []
  /// Units of each layer that are looked at.
  public var top = 5
  public var order = UnitOrder.magnitude
  public var reduction = PositionReduction.sum
  public var axis = UnitAxis.automatic
  /// Instances that are shown.
  public var examples = 6
  public var measuresEssence = false
  /// The right class of each instance, for what is left of the class.
  public var labels: [Int] = []
  /// A file with a name for each feature of the input.
  public var names: String?
  public var outputs: [String] = []

  /// What `attribute units` writes.
  public enum Output: String, Sendable, CaseIterable {
    case html
    case json
    case csv
  }

  public init(_ explain: ExplainOptions) { self.explain = explain }

  /// The axis of units as it is written: `auto`, `elements`, or a number.
  ///
  /// - Returns: `nil` for anything else.
  public static func axis(_ text: String) -> UnitAxis? {
    switch text {
    case "auto": .automatic
    case "elements": .elements
    default: Int(text).flatMap { $0 == 0 ? nil : .axis($0) }
    }
  }
}
