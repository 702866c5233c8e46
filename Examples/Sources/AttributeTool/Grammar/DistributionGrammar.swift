// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How a distribution of interest is written on the command line.
public indirect enum DistributionGrammar: Sendable, Equatable {
  case point
  case path(PathGrammar)
  case split(SplitPathDistribution.Part, share: Double, PathGrammar)
  case discretized(file: String, anchors: Int)
  case sequential(Groups)
  /// The straight path from the boundary to another class, or to one.
  case boundary(class: Int?)
  case guided(fraction: Double, maxDistance: Double)
  case adversarial(AdversarialDistribution.Rivals)
  case importantDirections(DistributionGrammar)
  case gaussian(standardDeviation: Double, count: Int?)
  case expected(count: Int?)

  /// What moves together in a sequential distribution.
  public enum Groups: Sendable, Equatable {
    case file(String)
    /// Each place along an axis.
    case axis(Int)
  }

  public static let linear = DistributionGrammar.path(.linear)

  public static let help = """
    DISTRIBUTIONS (--distribution): at which points the model is looked at. What
    stands in [ ] may be left out; FILE is a .npy file.

    Paths, integrated as --rule, --steps and --tolerance say
      linear                  straight from the baseline: integrated gradients
      blur[:5]                from the blurred instance; 5 is the deviation
      polyline:FILE           straight from row to row of a file
      spline:FILE             on a smooth curve through the rows of a file
      decoded:D.onnx:E.onnx   straight between codes by E, which D decodes
      left[:0.9[:PATH]]       until the quantity has made 90 % of its change
      right[:0.9[:PATH]]      from there on; PATH is one of the five above
      boundary[:3]            straight from where another class ties, or class 3
      discretized:FILE[:30]   past 30 rows of a file, as the vectors of words
      sequential:axis2        place after place of an axis; also token, channel
      sequential:FILE         group after group; FILE has the groups' numbers
    Paths that follow the gradient, as long as --steps
      guided[:0.25[:0.02]]    small gradients first: fraction, distance
      adversarial[:3,5]       from where rivals win, or these classes: AGI
      idgi[:PATH]             changes of the quantity, laid along its gradient
    Draws, as many as written, or as --tolerance asks for
      expected[:200]          baselines and times: expected gradients
      gaussian:0.1[:100]      noise of that deviation; SmoothGrad: --influence
    One point
      point                   gradient × input; the gradient with --influence
    """

  /// Reads a distribution.
  ///
  /// - Throws: ``ToolError/usage(_:)``.
  public init(_ text: String) throws {
    let form = NamedForm(text)
    if let path = try PathGrammar(form) {
      self = .path(path)
      return
    }
    switch form.name {
    case "point" where form.rest == nil: self = .point
    case "left", "right": self = try Self.split(form)
    case "boundary":
      let parts = form.rest == nil ? [] : try form.parts(1...1, as: "boundary or boundary:3")
      self = .boundary(class: try parts.first.map { try Self.classes(form, $0)[0] })
    case "discretized": self = try Self.discretized(form)
    case "sequential":
      self = .sequential(try Groups(form.file(as: "sequential:axis2 or sequential:GROUPS.npy")))
    case "guided": self = try Self.guided(form)
    case "adversarial":
      guard form.rest != nil else {
        self = .adversarial(.strongest(20))
        return
      }
      self = .adversarial(.classes(try Self.classes(form, form.rest ?? "")))
    case "idgi": self = .importantDirections(try Self.base(form))
    case "gaussian":
      let parts = try form.parts(1...2, as: "gaussian:0.1 or gaussian:0.1:100")
      let deviation = try form.number(parts[0], { $0 >= 0 }, "a standard deviation, 0 or more,")
      self = .gaussian(
        standardDeviation: deviation, count: try form.count(parts.dropFirst().first, of: "draws"))
    case "expected":
      let parts = form.rest == nil ? [] : try form.parts(1...1, as: "expected or expected:200")
      self = .expected(count: try form.count(parts.first, of: "draws"))
    default:
      throw ToolError.usage(
        "'\(text)' is no distribution: write linear, blur, point, gaussian:0.1, expected:200, … — "
          + "`attribute explain --distribution help` lists them all")
    }
  }

  private static func split(_ form: NamedForm) throws -> DistributionGrammar {
    let part: SplitPathDistribution.Part = form.name == "left" ? .left : .right
    guard let rest = form.rest else { return .split(part, share: 0.9, .linear) }
    let behind = NamedForm(rest)
    let share = try form.number(
      behind.name, { (0.0...1).contains($0) }, "a share of the change from 0 to 1")
    guard let path = behind.rest else { return .split(part, share: share, .linear) }
    guard let path = try PathGrammar(NamedForm(path)) else {
      throw form.complaint("'\(path)' is no path: linear, blur, polyline, spline, decoded are")
    }
    return .split(part, share: share, path)
  }

  private static func discretized(_ form: NamedForm) throws -> DistributionGrammar {
    let example = "discretized:TABLE.npy or discretized:TABLE.npy:30"
    let rest = try form.file(as: example)
    guard let (file, anchors) = rest.divided(after: ".npy", at: ":") else {
      return .discretized(file: rest, anchors: 30)
    }
    return .discretized(file: file, anchors: try form.count(anchors, of: "anchors") ?? 30)
  }

  private static func guided(_ form: NamedForm) throws -> DistributionGrammar {
    let parts = form.rest == nil ? [] : try form.parts(1...2, as: "guided or guided:0.25:0.02")
    func share(_ place: Int, _ standard: Double, _ what: String) throws -> Double {
      guard parts.count > place else { return standard }
      return try form.number(parts[place], { (0.0...1).contains($0) }, "\(what) from 0 to 1")
    }
    return .guided(
      fraction: try share(0, 0.25, "a fraction"), maxDistance: try share(1, 0.02, "a distance"))
  }

  private static func base(_ form: NamedForm) throws -> DistributionGrammar {
    let base = try form.rest.map(DistributionGrammar.init) ?? .linear
    switch base {
    case .path, .guided, .adversarial: return base
    default:
      throw form.complaint(
        "changes are laid along the gradient of linear, blur, polyline, spline, decoded, guided "
          + "and adversarial, not of '\(form.rest ?? "")'")
    }
  }

  private static func classes(_ form: NamedForm, _ part: String) throws -> [Int] {
    var scanner = TextScanner(part)
    guard let classes = scanner.integers(), scanner.isAtEnd else {
      throw form.complaint("a class's number is expected, counted from 0, not '\(part)'")
    }
    return classes
  }
}

extension DistributionGrammar.Groups {
  init(_ text: String) {
    var scanner = TextScanner(text)
    if text == "token" || text == "channel" {
      self = .axis(1)
    } else if scanner.take("axis"), let axis = scanner.integer(), axis > 0, scanner.isAtEnd {
      self = .axis(axis)
    } else {
      self = .file(text)
    }
  }
}
