// SPDX-License-Identifier: Apache-2.0

import Attribution

/// A way to explain, by name: what an experiment compares.
public struct ExperimentMethod: Sendable {
  public let name: String
  /// What it is, with all its settings, in words: methods of one configuration are computed once, and
  /// results are found again by it.
  public let configuration: String
  private let make: @Sendable (Setting) throws -> any AttributionMethod

  /// Where a method is to work.
  public struct Setting: Sendable {
    public let model: any Model
    public let slice: NetworkSlice
    public let quantity: any QuantityOfInterest
    /// Some of the instances, for what has to know their shape.
    public let inputs: Inputs
    /// The experiment's.
    public let seed: UInt64
    /// How many rows to evaluate at once: set for the engine afterwards, and for others to ask for.
    public let rows: Int

    public init(
      model: any Model, slice: NetworkSlice, quantity: any QuantityOfInterest, inputs: Inputs,
      seed: UInt64, rows: Int
    ) {
      self.model = model
      self.slice = slice
      self.quantity = quantity
      self.inputs = inputs
      self.seed = seed
      self.rows = rows
    }
  }

  /// - Parameters:
  ///   - configuration: `nil` takes the name: then it must change with the method's settings for
  ///     results of others not to be taken for its own.
  ///   - method: Makes the method.
  public init(
    _ name: String, configuration: String? = nil,
    method: @escaping @Sendable (Setting) throws -> any AttributionMethod
  ) {
    self.name = name
    self.configuration = configuration ?? name
    make = method
  }

  /// The engine with a distribution of interest.
  ///
  /// - Parameters:
  ///   - cut: Where the distribution lives; `nil` is the slice's start.
  ///   - configuration: `nil` takes the name and the distribution's, which does not tell apart what
  ///     is made of different data.
  public init(
    _ name: String, distribution: any DistributionOfInterest, at cut: (any Cut)? = nil,
    measure: Measure = .attribution, configuration: String? = nil
  ) {
    let place = cut.map { " at \($0.name)" } ?? ""
    let words = "\(name): \(measure.rawValue) by \(distribution.name)\(place)"
    self.init(name, configuration: configuration ?? words) {
      InternalInfluence(
        $0.model, distribution: distribution, quantity: $0.quantity, slice: $0.slice, at: cut,
        measure: measure)
    }
  }

  /// Paths × baselines × rules.
  ///
  /// - Parameter steps: `nil` leaves them to the rule.
  public static func paths(
    _ paths: [any Path] = [StraightPath()], from baselines: [any Baseline] = [ZeroBaseline()],
    by rules: [any PathRule] = [AutomaticRule()], steps: Int? = nil
  ) -> [ExperimentMethod] {
    paths.flatMap { path in
      baselines.flatMap { baseline in
        rules.map { rule in
          let count = steps.map { " \($0)" } ?? ""
          return ExperimentMethod(
            "\(path.name), \(baseline.name), \(rule.name)\(count)",
            distribution: PathDistribution(path, from: baseline, rule: rule, steps: steps))
        }
      }
    }
  }

  func method(in setting: Setting) throws -> any AttributionMethod {
    let method = try make(setting)
    // How many rows fit depends on what else is in memory, and numbers must not.
    guard var engine = method as? InternalInfluence ?? (method as? any EngineConfiguration)?.engine,
      engine.rowLimit == .automatic
    else { return method }
    engine.rowLimit = .rows(setting.rows)
    return engine
  }
}
