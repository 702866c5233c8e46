// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX

/// The command line of `attribute units`, understood before a file is opened.
public struct UnitsPlan: Sendable {
  public let options: UnitsOptions
  public let outputs: [OutputFile<UnitsOptions.Output>]
  /// The quantity's explanation at the input.
  let whole: ExplainPlan

  /// Where nobody says otherwise the distribution lives at the input; `own` is each layer itself.
  static let own = "own"

  /// - Throws: ``ToolError/usage(_:)`` where a part makes no sense.
  public init(_ options: UnitsOptions) throws {
    self.options = options
    guard !options.layers.isEmpty else {
      throw ToolError.usage(
        "there is no layer to look into: name some with --layer, or write --layer all; "
          + "`attribute inspect` lists them")
    }
    guard options.top > 0 else {
      throw ToolError.usage("--top \(options.top): at least one unit is shown")
    }
    guard (1...64).contains(options.examples) else {
      throw ToolError.usage("--examples \(options.examples): write a number from 1 to 64")
    }
    for layer in options.layers where layer != "all" { _ = try CutGrammar.cut(layer) }
    if options.layers.contains("all"), options.layers.count > 1 {
      throw ToolError.usage("--layer all has every layer: leave the others out")
    }
    outputs = try OutputFile.files(options.outputs)
    whole = try ExplainPlan(options.explain)
  }

  /// The quantity, and its parts where it is a sum of some: class against class has two.
  var quantities: [any QuantityOfInterest] {
    let quantity = whole.quantity
    guard let sum = quantity as? WeightedSum, (2...4).contains(sum.terms.count) else {
      return [quantity]
    }
    return [quantity] + sum.terms.map(\.quantity)
  }

  /// The class that a quantity asks about, where it is one: the first of two that are compared.
  var subject: Int? {
    let first = (whole.quantity as? WeightedSum)?.terms.first { $0.weight > 0 }?.quantity
    switch first ?? whole.quantity {
    case let score as ClassScore: return score.choice.number
    case let probability as ClassProbability: return probability.choice.number
    default: return nil
    }
  }

  /// The plan of explaining the quantity at a layer.
  func plan(at layer: String, input: String) throws -> ExplainPlan {
    var own = options.explain
    own.from = layer
    own.at = own.at == Self.own ? nil : own.at ?? input
    return try ExplainPlan(own)
  }

  /// The plan of explaining a layer's units by the input.
  func viewPlan(of layer: String, input: String) throws -> ExplainPlan {
    var own = options.explain
    own.from = input
    own.at = nil
    own.to = layer
    own.quantity = nil
    own.labels = []
    return try ExplainPlan(own)
  }

  /// The plan of explaining the quantity at the input itself.
  func inputPlan(input: String) throws -> ExplainPlan {
    var own = options.explain
    own.from = input
    own.at = nil
    return try ExplainPlan(own)
  }

  /// What is looked at: what is fed, or the vectors of words where that is ids.
  func input(of model: ONNXModel) throws -> String {
    if let at = options.explain.at, at != Self.own { return at }
    if (try? InputCut().places(in: model)) != nil { return "input" }
    return "embeddings"
  }
}

extension ClassChoice {
  /// The class, where it is the same for all instances.
  fileprivate var number: Int? {
    guard case .index(let index) = self else { return nil }
    return index
  }
}
