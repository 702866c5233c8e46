// SPDX-License-Identifier: Apache-2.0

import Attribution
import Visualization

/// The command line, understood: everything that can be said of it before a file is opened.
public struct ExplainPlan: Sendable {
  public let options: ExplainOptions
  public internal(set) var slice: NetworkSlice
  public let distributionCut: (any Cut)?
  public let quantity: any QuantityOfInterest
  public let distribution: DistributionGrammar
  public let baseline: BaselineGrammar
  public let rule: any PathRule
  public let steps: Int
  /// Where values must lie; `nil` leaves it to the inputs.
  public let range: ClosedRange<Double>?
  public let outputs: [OutputFile<ExplainOptions.Output>]
  /// The table that is explained, once it is read.
  var table: LoadedTable?
  /// Those that are asked for; `nil` leaves each picture its own.
  public let colors: ColorMap?

  /// - Throws: ``ToolError/usage(_:)`` where a part makes no sense, or makes none with the others.
  public init(_ options: ExplainOptions) throws {
    self.options = options
    try options.text.check(options)
    try options.table.check(options)
    try options.series.check(options)
    guard options.text.isGiven || !options.inputs.isEmpty else {
      throw ToolError.usage(
        "there is no input to explain: name a .npy, .png, .jpg or .csv file, or give --text")
    }
    slice = NetworkSlice(
      from: try CutGrammar.cut(options.from), to: try CutGrammar.end(options.to))
    distributionCut = try options.at.map { try CutGrammar.cut($0) }
    let standard = options.labels.isEmpty ? "predicted" : "class:label"
    quantity = try QuantityGrammar.quantity(
      options.quantity ?? standard, labels: options.labels,
      words: options.text.areRead ? .unknown : .none)
    let distribution = try DistributionGrammar(options.distribution)
    self.distribution = distribution
    try distribution.check(options)
    baseline = try BaselineGrammar(options.baseline ?? "zeros")
    let written = try RuleGrammar.rule(
      options.rule, steps: options.steps, tolerance: options.tolerance)
    rule = options.rule == nil ? distribution.standardRule ?? written : written
    steps = options.steps ?? distribution.standardSteps(rule)
    guard (1...Limits.evaluations).contains(steps) else {
      throw ToolError.usage("--steps \(steps): write a number from 1 to \(Limits.evaluations)")
    }
    if rule is GaussLegendreRule, steps > Limits.gaussLegendre {
      throw ToolError.usage(
        "--steps \(steps) is more than \(Limits.gaussLegendre), the most for gauss-legendre: "
          + "take --rule midpoint")
    }
    if distribution.options.contains(.rule), let rule = rule as? any QuadratureRule {
      _ = try rule.nodes(min(steps, 2))
    }
    try distribution.check(rule, steps: steps)
    range = try options.range.map(Self.range)
    if let rows = options.rowsAtOnce, rows < 1 {
      throw ToolError.usage("--rows \(rows): at least one row is evaluated at once")
    }
    if let threads = options.threads, !(1...1024).contains(threads) {
      throw ToolError.usage("--threads \(threads): write a number from 1 to 1024")
    }
    try Self.check(options.imageScaling)
    outputs = try OutputFile.files(options.outputs)
    colors = try options.colors()
    if let page = outputs.first(where: { $0.kind == .html }), !options.text.isGiven,
      !options.isTable, options.inputs.allSatisfy(\.isImageName)
    {
      throw ToolError.usage(
        "--output \(page.path): pages are for texts, which --text and --texts give, for series and "
          + "for tables; of images there are FILE.png")
    }
    if let file = outputs.first(where: { $0.kind == .csv }), !options.isTable {
      throw ToolError.usage(
        "--output \(file.path): values of features are for tables: explain a .csv file, or write "
          + "FILE.npy")
    }
    if let file = options.standardErrors { try Self.check(file, of: distribution, options) }
  }

  /// The error at which steps or draws are enough; `nil` where they are counted.
  var tolerance: Double? {
    let isRefined = distribution.options.contains(.rule)
    return isRefined ? (rule as? AutomaticRule)?.tolerance : options.tolerance
  }

  /// The rule as the command line has it.
  var ruleText: String { options.rule ?? (rule is AutomaticRule ? "automatic" : rule.name) }

  static func range(_ text: String) throws -> ClosedRange<Double> {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map {
      String($0).finiteNumber
    }
    guard parts.count == 2, let low = parts[0], let high = parts[1], low < high else {
      throw ToolError.usage("--range '\(text)': write two numbers, the lower first, as in 0:1")
    }
    return low...high
  }

  private static func check(
    _ standardErrors: String, of distribution: DistributionGrammar, _ options: ExplainOptions
  ) throws {
    guard distribution.isDrawn else {
      throw ToolError.usage(
        "--standard-errors is for draws, and '\(options.distribution)' has none: take expected or "
          + "gaussian:0.1, or leave it out")
    }
    guard standardErrors.fileExtension == "npy", !options.outputs.contains(standardErrors) else {
      throw ToolError.usage("--standard-errors \(standardErrors): name a .npy file of its own")
    }
  }

  private static func check(_ scaling: ImageScaling) throws {
    guard !scaling.mean.isEmpty, !scaling.deviation.isEmpty,
      (scaling.mean + scaling.deviation).allSatisfy(\.isFinite),
      scaling.deviation.allSatisfy({ $0 > 0 })
    else {
      throw ToolError.usage(
        "--image-mean takes numbers, --image-deviation numbers above 0, one for all channels or "
          + "one for each")
    }
  }

  /// The engine for a model.
  ///
  /// - Parameter texts: Those whose special tokens stay as they are along a path.
  func engine(
    for model: any Model, _ materials: Materials, holding texts: EncodedTexts? = nil
  ) throws -> InternalInfluence {
    let distribution = try distribution.distribution(
      rule: rule, steps: steps, tolerance: options.tolerance, materials
    ) { try start(materials, holding: texts) }
    var engine = InternalInfluence(
      model, distribution: distribution, quantity: quantity, slice: slice, at: distributionCut,
      measure: options.measuresInfluence ? .influence : .attribution)
    if let rows = options.rowsAtOnce { engine.rowLimit = .rows(rows) }
    return engine
  }

  /// Where paths start: of a table without a baseline what its features say.
  ///
  /// - Parameter texts: Those whose special tokens stay as they are.
  /// - Throws: ``ToolError/data(_:)`` where the cut has no place for each token, so that none can stay.
  func start(
    _ materials: Materials, holding texts: EncodedTexts? = nil
  ) throws -> any Baseline {
    let base = try standardStart() ?? baseline.baseline(materials)
    guard let texts else { return base }
    let shape = try materials.shape()
    guard shape.count > 1, shape[1] == texts.length else {
      throw ToolError.data(
        "special tokens cannot keep their place at '\(materials.cutName)': its shape there is "
          + "\(Array(shape.dropFirst())), and a text has \(texts.length) tokens. Take --at embeddings, "
          + "or --move-special")
    }
    return base.moving(texts.words)
  }
}
