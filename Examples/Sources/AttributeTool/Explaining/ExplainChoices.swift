// SPDX-License-Identifier: Apache-2.0

/// What may be given several times: every combination is a configuration of its own.
public struct ExplainChoices: Sendable {
  public var distributions: [String]
  public var quantities: [String]
  public var baselines: [String]

  /// More would make a picture or a page that nobody compares by eye.
  static let limit = 12

  public init(
    distributions: [String] = [], quantities: [String] = [], baselines: [String] = []
  ) {
    self.distributions = distributions
    self.quantities = quantities
    self.baselines = baselines
  }

  /// The list that `help` in place of a value asks for.
  public var help: String? {
    if distributions.contains("help") { return DistributionGrammar.help }
    if baselines.contains("help") { return BaselineGrammar.help }
    return quantities.contains("help") ? QuantityGrammar.help : nil
  }

  /// The options of every combination, by the name of what differs.
  ///
  /// Among several distributions, one that has no use for a baseline, a rule, steps or a tolerance
  /// goes without, as long as another has.
  ///
  /// - Throws: ``ToolError/usage(_:)``.
  func options(
    from given: ExplainOptions
  ) throws -> [(name: String, options: ExplainOptions)] {
    let distributions = distributions.isEmpty ? [given.distribution] : distributions
    let quantities = quantities.isEmpty ? [given.quantity] : quantities.map { $0 }
    let baselines = baselines.isEmpty ? [given.baseline] : baselines.map { $0 }
    let forms = try distributions.map(DistributionGrammar.init)
    let used = forms.reduce(into: DistributionGrammar.Options()) { $0.formUnion($1.options) }
    var found: [(name: String, options: ExplainOptions)] = []
    for quantity in quantities {
      for (distribution, form) in zip(distributions, forms) {
        for baseline in baselines {
          var options = given
          options.quantity = quantity
          options.distribution = distribution
          options.baseline = baseline
          options.drop(used.subtracting(form.options))
          let parts = [
            quantities.count > 1 ? quantity : nil,
            distributions.count > 1 ? distribution : nil,
            baselines.count > 1 ? options.baseline : nil,
          ]
          found.append((parts.compactMap { $0 }.joined(separator: " · "), options))
        }
      }
    }
    // A distribution without a baseline is one configuration, whatever the baselines are.
    var names = Set<String>()
    let configurations = found.filter { names.insert($0.name).inserted }
    let count = quantities.count * distributions.count * baselines.count
    let distinct = Set(quantities).count * Set(distributions).count * Set(baselines).count
    guard count == distinct else {
      throw ToolError.usage(
        "--quantity, --distribution or --baseline has the same value twice: give each once")
    }
    guard configurations.count <= Self.limit else {
      throw ToolError.usage(
        "\(configurations.count) configurations are more than the \(Self.limit) of one run: "
          + "give fewer, or compare them by numbers with attribute compare")
    }
    return configurations
  }
}

extension ExplainOptions {
  /// Takes away what a distribution has no use for.
  fileprivate mutating func drop(_ unused: DistributionGrammar.Options) {
    if unused.contains(.baseline) { baseline = nil }
    if unused.contains(.rule) { rule = nil }
    if unused.contains(.steps) { steps = nil }
    if unused.contains(.tolerance) { tolerance = nil }
  }
}
