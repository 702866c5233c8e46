// SPDX-License-Identifier: Apache-2.0

/// What stands on the command line of `attribute explain`, as it was written.
public struct ExplainOptions: Sendable {
  public var model: String
  public var inputs: [String]
  public var text = TextOptions()
  public var table = TableOptions()
  public var series = SeriesOptions()
  public var from = "input"
  public var to = "logits"
  public var at: String?
  public var quantity: String?
  public var labels: [Int] = []
  public var distribution = "linear"
  public var baseline: String?
  public var rule: String?
  public var steps: Int?
  public var tolerance: Double?
  public var range: String?
  public var measuresInfluence = false
  public var isAbsolute = false
  public var seed: UInt64 = 0
  public var rowsAtOnce: Int?
  public var threads: Int?
  public var usesDoublePrecision = false
  public var imageScaling = ImageScaling()
  public var outputs: [String] = []
  /// The colors of pictures, pages and terminals.
  public var palette: String?
  /// The file for the standard errors of draws.
  public var standardErrors: String?
  /// Whether a progress bar is drawn.
  public var showsProgress = false

  /// What `attribute explain` writes.
  public enum Output: String, Sendable, CaseIterable {
    case npy
    case png
    case json
    case html
    case csv
  }

  public init(model: String, inputs: [String]) {
    self.model = model
    self.inputs = inputs
  }
}

extension ExplainOptions {
  /// The list that `help` in place of a value asks for; a layer of that name is `layer:help`.
  public var help: String? {
    if distribution == "help" { return DistributionGrammar.help }
    if baseline == "help" { return BaselineGrammar.help }
    if rule == "help" { return RuleGrammar.help }
    if palette == "help" { return PaletteGrammar.help }
    if quantity == "help" { return QuantityGrammar.help }
    return [from, to, at].contains("help") ? CutGrammar.help : nil
  }
}
