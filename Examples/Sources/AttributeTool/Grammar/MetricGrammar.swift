// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX

/// How a metric is written in an experiment.
public enum MetricGrammar {
  public static let help = """
    METRICS (metrics): what explanations are judged by. What stands in [ ] may be
    left out.

    Faithfulness
      deletion[:224]          the probability as features go; 224 is the steps
      insertion[:224]         as they come back into a blurred picture
      insertion-deletion[:224]   the one less the other
      pixel-flipping[:lerf]   the quantity as features go; the least first
      infidelity[:squares]    of removals by noise, or of squares
      sensitivity-n[:100]     removed sets and their sums; 100 is the sets
      faithfulness-correlation[:100]
      faithfulness-estimate
      monotonicity[:10]       10 is the draws
      road[:lerf]             accuracy as pixels are imputed
      aic, sic                accuracy, probability over information
    Robustness
      max-sensitivity[:0.1[:50]]   radius, samples
      local-lipschitz[:0.1[:50]]   deviation, samples
    Complexity
      gini, entropy, effective
    Randomization
      randomization[:top|bottom|independent]
      randomization-magnitude[:top|bottom|independent]   of sizes, without sign
    Axioms
      completeness[:absolute]
      error                   against the data's truth
      error:METHOD            against a method of the experiment, by its name
      dummy, input-shift[:-1], linearity:QUANTITY
      symmetry:0-1,2-3        features that mean the same
      implementation:FILE     a model that is equal
    Localization, against the data's mask
      pointing-game[:15]      within 15 pixels
      rank-accuracy, mass-accuracy, localization-auc
    """

  /// Reads a metric.
  ///
  /// - Parameter methods: Those of the experiment.
  /// - Throws: ``ToolError/usage(_:)``.
  public static func metric(
    _ text: String, methods: [ExperimentMethod] = []
  ) throws -> any Metric {
    let form = NamedForm(text)
    if let metric = try faithfulness(form) ?? robustness(form) ?? axiom(form, methods) {
      return metric
    }
    switch form.name {
    case "gini" where form.rest == nil: return Sparseness()
    case "entropy" where form.rest == nil: return AttributionEntropy()
    case "effective" where form.rest == nil: return EffectiveComplexity()
    case "pointing-game":
      let parts = form.rest == nil ? [] : try form.parts(1...1, as: "pointing-game:15")
      return PointingGame(
        tolerance: try parts.first.map { try form.number($0, { $0 >= 0 }, "a distance") } ?? 0)
    case "rank-accuracy" where form.rest == nil: return RelevanceRankAccuracy()
    case "mass-accuracy" where form.rest == nil: return RelevanceMassAccuracy()
    case "localization-auc" where form.rest == nil: return LocalizationAUC()
    default:
      throw ToolError.usage(
        "'\(text)' is no metric: write deletion, insertion, sensitivity-n, max-sensitivity, gini, … "
          + "— `attribute compare --metrics` lists them all")
    }
  }

  private static func faithfulness(_ form: NamedForm) throws -> (any Metric)? {
    func count(_ standard: Int, _ what: String) throws -> Int {
      let parts = form.rest == nil ? [] : try form.parts(1...1, as: "\(form.name):\(standard)")
      return try form.count(parts.first, of: what) ?? standard
    }
    func order() throws -> RemovalOrder {
      switch form.rest {
      case nil, "morf": return .mostRelevantFirst
      case "lerf": return .leastRelevantFirst
      default: throw form.complaint("write \(form.name), \(form.name):morf or \(form.name):lerf")
      }
    }
    switch form.name {
    case "deletion": return Deletion(step: .parts(try count(224, "steps")))
    case "insertion": return Insertion(step: .parts(try count(224, "steps")))
    case "insertion-deletion":
      let step = RemovalStep.parts(try count(224, "steps"))
      return InsertionLessDeletion(insertion: Insertion(step: step), deletion: Deletion(step: step))
    case "pixel-flipping": return PixelFlipping(order: try order())
    case "infidelity":
      switch form.rest {
      case nil, "gaussian": return Infidelity()
      case "squares": return Infidelity(.squares())
      default: throw form.complaint("write infidelity, infidelity:gaussian or infidelity:squares")
      }
    case "sensitivity-n": return SensitivityN(sets: try sets(count(100, "sets"), form))
    case "faithfulness-correlation":
      return FaithfulnessCorrelation(sets: try sets(count(100, "sets"), form))
    case "faithfulness-estimate" where form.rest == nil: return FaithfulnessEstimate()
    case "monotonicity": return MonotonicityCorrelation(draws: try count(10, "draws"))
    case "road": return ROAD(order: try order())
    case "aic" where form.rest == nil: return PerformanceInformationCurve(.accuracy)
    case "sic" where form.rest == nil: return PerformanceInformationCurve(.softmax)
    default: return nil
    }
  }

  private static func sets(_ count: Int, _ form: NamedForm) throws -> Int {
    guard count > 1 else { throw form.complaint("a correlation needs two sets at least") }
    return count
  }

  private static func robustness(_ form: NamedForm) throws -> (any Metric)? {
    switch form.name {
    case "max-sensitivity", "local-lipschitz":
      let parts =
        form.rest == nil ? [] : try form.parts(1...2, as: "\(form.name):0.1 or \(form.name):0.1:50")
      let size = try parts.first.map { try form.number($0, { $0 > 0 }, "a number above 0") } ?? 0.1
      let samples = try form.count(parts.dropFirst().first, of: "samples") ?? 50
      return form.name == "max-sensitivity"
        ? MaxSensitivity(radius: size, samples: samples)
        : LocalLipschitzEstimate(standardDeviation: size, samples: samples)
    case "randomization", "randomization-magnitude":
      let isSigned = form.name == "randomization"
      switch form.rest {
      case nil, "bottom": return ModelRandomization(.cascadingFromBottom, isSigned: isSigned)
      case "top": return ModelRandomization(.cascadingFromTop, isSigned: isSigned)
      case "independent": return ModelRandomization(.independent, isSigned: isSigned)
      default: throw form.complaint("write \(form.name):top, :bottom or :independent")
      }
    default: return nil
    }
  }

  private static func axiom(
    _ form: NamedForm, _ methods: [ExperimentMethod]
  ) throws -> (any Metric)? {
    switch form.name {
    case "completeness":
      switch form.rest {
      case nil: return CompletenessGap()
      case "absolute": return CompletenessGap(.absolute)
      default: throw form.complaint("write completeness or completeness:absolute")
      }
    case "error":
      guard let name = form.rest else { return AttributionError() }
      guard let method = methods.first(where: { $0.name == name }) else {
        let names = methods.map { "'\($0.name)'" }.joined(separator: ", ")
        throw form.complaint("no method is called '\(name)'; there are \(names)")
      }
      return ErrorAgainstMethod(method)
    case "dummy" where form.rest == nil: return DummyAttribution()
    case "input-shift":
      let parts = form.rest == nil ? [] : try form.parts(1...1, as: "input-shift:-1")
      let shift = try parts.first.map { try form.number($0, { _ in true }, "a number") } ?? -1
      return InputShiftVariance(shift: shift)
    case "linearity":
      return LinearityViolation(
        with: try QuantityGrammar.quantity(form.file(as: "linearity:class:3")))
    case "implementation":
      let file = try form.file(as: "implementation:MODEL.onnx")
      return ImplementationVariance(equal: try ONNXModel(path: file), label: file.fileName)
    case "symmetry": return SymmetryViolation(pairs: try pairs(form))
    default: return nil
    }
  }

  private static func pairs(_ form: NamedForm) throws -> [(Int, Int)] {
    var scanner = TextScanner(try form.file(as: "symmetry:0-1,2-3"))
    var pairs: [(Int, Int)] = []
    repeat {
      guard let first = scanner.integer(), scanner.take("-"), let second = scanner.integer() else {
        throw form.complaint("pairs of features are expected, as in symmetry:0-1,2-3")
      }
      pairs.append((first, second))
    } while scanner.take(",")
    let all = pairs.flatMap { [$0.0, $0.1] }
    guard scanner.isAtEnd, Set(all).count == all.count else {
      throw form.complaint("pairs of features are expected, each feature once, as in 0-1,2-3")
    }
    return pairs
  }
}
