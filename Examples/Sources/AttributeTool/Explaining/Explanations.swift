// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Visualization

/// The command line of one or several configurations, understood.
public struct ExplainPlans: Sendable {
  /// In each the name of what differs between configurations; empty where there is one.
  public let plans: [(name: String, plan: ExplainPlan)]

  /// - Throws: ``ToolError/usage(_:)`` where a part makes no sense, or makes none with the others.
  public init(_ options: ExplainOptions, _ choices: ExplainChoices = ExplainChoices()) throws {
    plans = try choices.options(from: options).map { ($0.name, try ExplainPlan($0.options)) }
    guard plans.count > 1 else { return }
    if let file = options.standardErrors ?? options.outputs.first(where: { $0.isArrayName }) {
      throw ToolError.usage(
        "\(file) holds the numbers of one configuration, and there are \(plans.count): explain "
          + "each by itself, or write a .json, .png or .html file")
    }
    if options.isTable || options.series.given != nil { try checkTold() }
  }

  /// Series and tables are drawn by one configuration.
  private func checkTold() throws {
    guard let file = plans[0].plan.outputs.first(where: { $0.kind != .json }) else { return }
    throw ToolError.usage(
      "\(file.path): series and tables are shown by one configuration, and there are "
        + "\(plans.count): explain each by itself, or write a .json file")
  }

  /// Loads the model, explains the inputs by every configuration, and writes nothing.
  public func explanations() throws -> Explanations {
    guard let first = plans.first else { throw ToolError.usage("there is nothing to explain") }
    if first.plan.options.text.isGiven, first.plan.outputs.contains(where: { $0.kind == .png }) {
      try TokenPicture.checkFonts()
    }
    let model = try first.plan.model()
    let found = Explanations(
      names: plans.map(\.name), try plans.map { try $0.plan.explanation(of: model) })
    // What is a series by its shape alone is known only now.
    if found.areSeveral, found.isSeries { try checkTold() }
    return found
  }
}

/// What `attribute explain` has found of the same instances by one or several configurations.
public struct Explanations: Sendable {
  /// What differs between them; empty where there is one.
  public let names: [String]
  /// At least one.
  public let all: [Explanation]

  init(names: [String], _ all: [Explanation]) {
    self.names = names
    self.all = all
  }

  var first: Explanation { all[0] }

  /// Whether configurations have to be told apart.
  var areSeveral: Bool { all.count > 1 }

  /// The quantity, where it is the same for all.
  var quantity: String? {
    let quantities = Set(all.map(\.configuration.quantity))
    return quantities.count == 1 ? quantities.first : nil
  }

  /// Whether the instances are series, which are drawn as lines.
  var isSeries: Bool { first.maps.series != nil }

  /// Whether all measure the same from and to the same places.
  var shareHead: Bool { Set(all.map(\.head)).count == 1 }
}

extension String {
  fileprivate var isArrayName: Bool { fileExtension == "npy" }
}
