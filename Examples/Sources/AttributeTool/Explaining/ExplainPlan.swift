// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// The command line, understood: everything that can be said of it before a file is opened.
public struct ExplainPlan: Sendable {
  public let options: ExplainOptions
  public let slice: NetworkSlice
  public let distributionCut: (any Cut)?
  public let quantity: any QuantityOfInterest
  public let distribution: DistributionGrammar
  public let baseline: BaselineGrammar
  public let rule: any PathRule
  public let steps: Int
  public let outputs: [OutputFile]

  /// - Throws: ``ToolError/usage(_:)`` where a part makes no sense, or makes none with the others.
  public init(_ options: ExplainOptions) throws {
    self.options = options
    guard !options.inputs.isEmpty else {
      throw ToolError.usage("there is no input to explain: name a .npy, .png or .jpg file")
    }
    slice = NetworkSlice(
      from: try CutGrammar.cut(options.from), to: try CutGrammar.cut(options.to))
    distributionCut = try options.at.map { try CutGrammar.cut($0) }
    let standard = options.labels.isEmpty ? "predicted" : "class:label"
    quantity = try QuantityGrammar.quantity(
      options.quantity ?? standard, labels: options.labels)
    let distribution = try DistributionGrammar(options.distribution)
    self.distribution = distribution
    try Self.check(options, against: distribution)
    baseline = try BaselineGrammar(options.baseline ?? "zeros")
    rule = try RuleGrammar.rule(
      options.rule, steps: options.steps, tolerance: options.tolerance)
    steps = options.steps ?? rule.standardSteps
    guard (1...Limits.evaluations).contains(steps) else {
      throw ToolError.usage("--steps \(steps): write a number from 1 to \(Limits.evaluations)")
    }
    if rule is GaussLegendreRule, steps > Limits.gaussLegendre {
      throw ToolError.usage(
        "--steps \(steps) is more than \(Limits.gaussLegendre), the most for gauss-legendre: "
          + "take --rule midpoint")
    }
    if distribution.hasSteps, let rule = rule as? any QuadratureRule {
      _ = try rule.nodes(min(steps, 2))
    }
    if let rows = options.rowsAtOnce, rows < 1 {
      throw ToolError.usage("--rows \(rows): at least one row is evaluated at once")
    }
    if let threads = options.threads, !(1...1024).contains(threads) {
      throw ToolError.usage("--threads \(threads): write a number from 1 to 1024")
    }
    try Self.check(options.imageScaling)
    outputs = try OutputFile.files(options.outputs)
  }

  /// The rule as the command line has it.
  var ruleText: String { options.rule ?? (rule is AutomaticRule ? "automatic" : rule.name) }

  private static func check(
    _ options: ExplainOptions, against distribution: DistributionGrammar
  ) throws {
    let name = options.distribution
    let pathOptions = [
      ("steps", options.steps != nil), ("rule", options.rule != nil),
      ("tolerance", options.tolerance != nil),
    ]
    if !distribution.hasSteps, let option = pathOptions.first(where: \.1)?.0 {
      let remedy =
        switch distribution {
        case .gaussian: "the number of draws is part of it, as in gaussian:0.1:100"
        case .expected: "the number of draws is part of it, as in expected:200"
        default: "leave --\(option) out"
        }
      throw ToolError.usage(
        "--\(option) is for paths, and '\(name)' is none: \(remedy)")
    }
    if !distribution.hasBaseline, options.baseline != nil {
      throw ToolError.usage(
        "--baseline is for paths, and '\(name)' is none: leave it out, or take "
          + "--distribution linear")
    }
    if case .expected = distribution, options.baseline == nil {
      throw ToolError.usage(
        "'\(name)' draws from baselines: give some, as in --baseline samples:FILE.npy")
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
  /// - Parameter read: Reads a file: a plain array, or an input of the model.
  func engine(
    for model: any Model, read: (_ file: String, _ isInput: Bool) throws -> Tensor
  ) throws -> InternalInfluence {
    var engine = InternalInfluence(
      model, distribution: try makeDistribution(read: read), quantity: quantity, slice: slice,
      at: distributionCut, measure: options.measuresInfluence ? .influence : .attribution)
    if let rows = options.rowsAtOnce { engine.rowLimit = .rows(rows) }
    return engine
  }

  private func makeDistribution(
    read: (_ file: String, _ isInput: Bool) throws -> Tensor
  ) throws -> any DistributionOfInterest {
    func start() throws -> any Baseline { try baseline.baseline(seed: options.seed, read: read) }
    switch distribution {
    case .point: return PointDistribution()
    case .gaussian(let deviation, let count):
      return GaussianDistribution(
        standardDeviation: deviation, count: count, seed: options.seed)
    case .expected(let count):
      return ExpectedGradientsDistribution(from: try start(), count: count, seed: options.seed)
    case .linear: return PathDistribution(from: try start(), rule: rule, steps: steps)
    case .polyline(let file):
      let points = try read(file, false)
      guard points.rank > 1, points.shape[0] > 0 else {
        throw ToolError.data(
          "\(file) has shape \(points.shape): the points of a path are its rows, [points, …]")
      }
      let path = PolylinePath(
        through: try (0..<points.shape[0]).map {
          try points.sliced(axis: 0, from: $0, to: $0 + 1)
        })
      return PathDistribution(path, from: try start(), rule: rule, steps: steps)
    }
  }
}
