// SPDX-License-Identifier: Apache-2.0

import Attribution

extension DistributionGrammar {
  /// The options that mean something to a distribution.
  struct Options: OptionSet, Sendable {
    let rawValue: Int

    static let baseline = Options(rawValue: 1)
    static let rule = Options(rawValue: 2)
    static let steps = Options(rawValue: 4)
    static let tolerance = Options(rawValue: 8)

    static let path: Options = [.rule, .steps, .tolerance]
  }

  var options: Options {
    switch self {
    case .point: []
    case .path(let path), .split(_, _, let path):
      path.hasBaseline ? [.path, .baseline] : .path
    case .discretized, .sequential: [.path, .baseline]
    case .boundary: .path
    case .guided: [.baseline, .steps]
    case .adversarial: .steps
    case .importantDirections(let base): base.options.subtracting(.tolerance)
    case .gaussian: .tolerance
    case .expected: [.baseline, .tolerance]
    }
  }

  /// Whether its samples are random draws, which have standard errors.
  var isDrawn: Bool {
    switch self {
    case .gaussian, .expected: true
    default: false
    }
  }

  /// What it is integrated by where nobody says; `nil` leaves it to ``RuleGrammar``.
  var standardRule: (any PathRule)? {
    switch self {
    case .importantDirections: TrapezoidRule()
    default: nil
    }
  }

  /// The steps where nobody says how many.
  func standardSteps(_ rule: any PathRule) -> Int {
    switch self {
    case .guided, .importantDirections(.guided): 200
    case .adversarial, .importantDirections(.adversarial): 20
    case .discretized(_, let anchors): max(rule.standardSteps, anchors + 1)
    default: rule.standardSteps
    }
  }

  /// Whether it is one straight line, as the exact rule wants it.
  private var isStraight: Bool {
    switch self {
    case .path(.linear), .boundary: true
    default: false
    }
  }

  /// - Parameter name: The distribution as it was written.
  /// - Throws: ``ToolError/usage(_:)`` for options that mean nothing to it.
  func check(_ given: ExplainOptions) throws {
    let name = given.distribution
    let table: [(name: String, isGiven: Bool, option: Options)] = [
      ("steps", given.steps != nil, .steps), ("rule", given.rule != nil, .rule),
      ("tolerance", given.tolerance != nil, .tolerance),
      ("baseline", given.baseline != nil, .baseline),
    ]
    if let entry = table.first(where: { $0.isGiven && !options.contains($0.option) }) {
      throw ToolError.usage("'\(name)' takes no --\(entry.name): \(remedy(for: entry.option))")
    }
    if case .expected = self, given.baseline == nil {
      throw ToolError.usage(
        "'\(name)' draws from baselines: give some, as in --baseline samples:FILE.npy")
    }
  }

  private func remedy(for option: Options) -> String {
    switch self {
    case .gaussian where option == .steps:
      "the number of draws is part of it, as in gaussian:0.1:100"
    case .expected where option == .steps: "the number of draws is part of it, as in expected:200"
    case .path(.blur), .split(_, _, .blur): "it starts at the blurred instance; leave it out"
    case .boundary: "it starts at the boundary; leave it out"
    case .guided where option == .tolerance, .adversarial where option == .tolerance,
      .importantDirections where option == .tolerance:
      "its error is not estimated; give --steps"
    default: "leave it out, or take --distribution linear"
    }
  }

  /// - Throws: ``ToolError/usage(_:)`` where a rule or its steps do not suit the distribution.
  func check(_ rule: any PathRule, steps: Int) throws {
    if rule is ExactRule, options.contains(.rule), !isStraight {
      throw ToolError.usage(
        "--rule exact is for the straight path, linear or boundary: leave it out, or give "
          + "--tolerance")
    }
    if case .importantDirections = self, !(rule is TrapezoidRule || rule is SecantRule) {
      throw ToolError.usage(
        "idgi goes by finite moves from end to end: take --rule trapezoid, its default, or secant")
    }
    if case .discretized(_, let anchors) = self, steps <= anchors {
      throw ToolError.usage(
        "--steps \(steps): past \(anchors) anchors lead \(anchors + 1) pieces, each of which wants "
          + "a step: give more, or fewer anchors, as in discretized:FILE.npy:6")
    }
  }
}
