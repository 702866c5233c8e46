// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How a baseline is written on the command line.
public indirect enum BaselineGrammar: Sendable, Equatable {
  case zeros
  case constant(Double)
  case statistic(DataBaseline.Statistic, file: String)
  case samples(file: String)
  case activation(file: String)
  case blurred(Double)
  case gaussian(standardDeviation: Double, count: Int)
  case uniform(ClosedRange<Double>, count: Int)
  case farthest(ClosedRange<Double>)
  case nearest(file: String, labels: String?, measuredAt: String?)
  case boundary(class: Int?)
  case counterfactual(toward: BaselineGrammar, at: String)
  case neutral(near: BaselineGrammar?)
  case file(String)
  case token(String)
  case special(SpecialToken)
  case vocabularyMean
  case mixed([BaselineGrammar])

  public static let help = """
    BASELINES (--baseline): where a path starts. What stands in [ ] may be left
    out; FILE and LABELS are .npy files, CUT a layer, B another baseline.

      zeros
      constant:0.5
      FILE                    an activation, for all instances or for each
      mean:FILE               of the rows of a data set, feature by feature
      median:FILE             likewise
      mode:FILE               likewise
      samples:FILE            every row, with equal shares
      activation:FILE         what the model has at --at for that input
      blurred:5               the instance, blurred with that deviation
      gaussian:0.1[:10]       the instance with noise; the mean of 10 draws
      uniform:0:1[:10]        even noise from 0 to 1; the mean of 10 draws
      farthest:0:1            the end of the range that lies farther away
      nearest:FILE[:LABELS][@CUT]   the nearest row of another class
      boundary[:3]            near by, where another class ties, or class 3
      counterfactual:B@CUT    the instance, changed until CUT takes it for B
      neutral[:B]             near by, or near B, where no class is favored
      token:TOKEN             a token at every position, as token:[MASK]
      pad                     likewise, what fills up, whatever it is called
      mask                    likewise, what hides a word
      unknown                 likewise, what stands for unknown words
      vocabulary-mean         the mean of all tokens
      B+B                     several with equal shares
    """

  /// Reads a baseline.
  ///
  /// - Throws: ``ToolError/usage(_:)``.
  public init(_ text: String) throws {
    let parts = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    if parts.count > 1, !SystemFile.exists(text) {
      self = .mixed(try parts.map { try BaselineGrammar(NamedForm($0)) })
    } else {
      try self.init(NamedForm(text))
    }
  }

  private init(_ form: NamedForm) throws {
    switch form.name {
    case "zeros" where form.rest == nil: self = .zeros
    case "constant":
      let part = try form.parts(1...1, as: "constant:0.5")[0]
      self = .constant(try form.number(part, { _ in true }, "a number"))
    case "mean", "median", "mode":
      let statistic = DataBaseline.Statistic(rawValue: form.name) ?? .mean
      self = .statistic(statistic, file: try form.file(as: "\(form.name):DATA.npy"))
    case "samples": self = .samples(file: try form.file(as: "samples:DATA.npy"))
    case "activation": self = .activation(file: try form.file(as: "activation:INPUT.npy"))
    case "blurred":
      let part = try form.parts(1...1, as: "blurred:5")[0]
      self = .blurred(
        try form.number(
          part, { 0 < $0 && $0 <= 10_000 }, "a standard deviation above 0, in elements,"))
    case "gaussian":
      let parts = try form.parts(1...2, as: "gaussian:0.1 or gaussian:0.1:10")
      self = .gaussian(
        standardDeviation: try form.number(parts[0], { $0 >= 0 }, "a standard deviation"),
        count: try form.count(parts.dropFirst().first, of: "draws") ?? 1)
    case "uniform":
      let parts = try form.parts(2...3, as: "uniform:0:1 or uniform:0:1:10")
      self = .uniform(
        try Self.range(parts, form),
        count: try form.count(parts.dropFirst(2).first, of: "draws") ?? 1)
    case "farthest":
      self = .farthest(try Self.range(form.parts(2...2, as: "farthest:0:1"), form))
    case "nearest": self = try Self.nearest(form)
    case "boundary":
      let parts = form.rest == nil ? [] : try form.parts(1...1, as: "boundary or boundary:3")
      self = .boundary(
        class: try parts.first.map {
          guard let index = Int($0), index >= 0 else {
            throw form.complaint("a class's number is expected, counted from 0, not '\($0)'")
          }
          return index
        })
    case "counterfactual": self = try Self.counterfactual(form)
    case "neutral":
      self = .neutral(
        near: try form.rest.map { rest in
          guard !rest.isEmpty else {
            throw form.complaint("a baseline is expected, as in neutral:zeros")
          }
          return try BaselineGrammar(NamedForm(rest))
        })
    case "token":
      guard let spelling = form.rest, !spelling.isEmpty else {
        throw form.complaint("a token is expected, as the vocabulary spells it: token:[MASK]")
      }
      self = .token(spelling)
    case "vocabulary-mean" where form.rest == nil: self = .vocabularyMean
    default:
      if let token = SpecialToken(rawValue: form.text) {
        self = .special(token)
        return
      }
      guard form.text.contains(".") || SystemFile.exists(form.text) else {
        throw ToolError.usage(
          "'\(form.text)' is no baseline: write zeros, constant:0.5, mean:FILE.npy, a file, … — "
            + "`attribute explain --baseline help` lists them all")
      }
      self = .file(form.text)
    }
  }

  private static func range(_ parts: [String], _ form: NamedForm) throws -> ClosedRange<Double> {
    let low = try form.number(parts[0], { _ in true }, "a number")
    let high = try form.number(parts[1], { _ in true }, "a number")
    guard low < high else { throw form.complaint("the lower number comes first, as in 0:1") }
    return low...high
  }

  private static func nearest(_ form: NamedForm) throws -> BaselineGrammar {
    let rest = try form.file(
      as: "nearest:DATA.npy, nearest:DATA.npy:LABELS.npy or nearest:DATA@conv2")
    let measured = rest.divided(after: ".npy", at: "@")
    let files = (measured?.first ?? rest).divided(after: ".npy", at: ":")
    if let measured { _ = try CutGrammar.cut(measured.second) }
    return .nearest(
      file: files?.first ?? measured?.first ?? rest, labels: files?.second,
      measuredAt: measured?.second)
  }

  private static func counterfactual(_ form: NamedForm) throws -> BaselineGrammar {
    guard let rest = form.rest, let mark = rest.lastIndex(of: "@") else {
      throw form.complaint(
        "what the instance shall look like, and to which layer, as in "
          + "counterfactual:nearest:DATA.npy@conv2")
    }
    let layer = String(rest[rest.index(after: mark)...])
    _ = try CutGrammar.cut(layer)
    return .counterfactual(
      toward: try BaselineGrammar(NamedForm(String(rest[..<mark]))), at: layer)
  }
}
