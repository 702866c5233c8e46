// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

/// A distribution, and what it would be with far more steps or draws.
struct Entry {
  let name: String
  let distribution: any DistributionOfInterest
  /// What its results are compared with; nil where more of the same would be another question.
  var converged: (any DistributionOfInterest)?
  var measure = Measure.attribution

  static func all(for digits: Tensor) throws -> [Entry] {
    try points() + straight() + curved(digits) + reacting() + sampled(digits)
  }

  private static func points() -> [Entry] {
    [
      Entry(name: "gradient", distribution: .point, measure: .influence),
      Entry(name: "gradient × input", distribution: .point),
    ]
  }

  /// One path integral, by many rules.
  private static func straight() -> [Entry] {
    let rules: [(String, any PathRule, Int?)] = [
      ("straight, Gauss–Legendre 8", .gaussLegendre, 8),
      ("straight, Gauss–Legendre 50", .gaussLegendre, 50),
      ("straight, secants 8", .secant, 8),
      ("straight, automatic", .automatic, nil),
      ("straight, exact", .exact, nil),
    ]
    return rules.map { name, rule, steps in
      Entry(
        name: name, distribution: .linear(steps: steps, rule: rule),
        converged: .linear(steps: 1000, rule: .secant))
    }
  }

  private static func curved(_ digits: Tensor) throws -> [Entry] {
    let mean = try digits.mean(axes: [0])
    let decoded = DecodedPath(
      decoder: try ONNXModel(path: "Models/digits-decoder.onnx"),
      encoder: try ONNXModel(path: "Models/digits-encoder.onnx"))
    let bands = try Tensor((0..<64).map { $0 / 8 * 5 / 8 }, shape: [1, 8, 8])
    let paths: [(String, (any PathRule, Int?) -> any DistributionOfInterest)] = [
      ("spline past the mean digit", { .path(SplinePath(through: [mean]), steps: $1, rule: $0) }),
      ("blur", { .blur(standardDeviation: 3, steps: $1, rule: $0) }),
      ("decoded, from the mean", { .path(decoded, from: .mean(of: digits), steps: $1, rule: $0) }),
      ("past real digits", { .discretized(through: digits, anchors: 6, steps: $1, rule: $0) }),
      ("five bands, in turn", { .sequential(groups: bands, steps: $1, rule: $0) }),
      ("left part", { SplitPathDistribution(.left, at: 0.5, rule: $0, steps: $1) }),
      ("right part", { SplitPathDistribution(.right, at: 0.5, rule: $0, steps: $1) }),
    ]
    return paths.map { name, path in
      Entry(name: name, distribution: path(.automatic, nil), converged: path(.secant, 500))
    }
  }

  private static func reacting() -> [Entry] {
    [
      Entry(name: "guided", distribution: .guided(), converged: .guided(steps: 1000)),
      Entry(
        name: "guided, wide", distribution: .guided(maxDistance: 0.2),
        converged: .guided(steps: 1000, maxDistance: 0.2)),
      Entry(name: "adversarial", distribution: .adversarial()),
      Entry(
        name: "important directions", distribution: .importantDirections(),
        converged: .importantDirections(steps: 1000)),
      Entry(
        name: "important directions, secants",
        distribution: ImportantDirections(of: .linear(steps: 16, rule: .secant)),
        converged: ImportantDirections(of: .linear(steps: 1000, rule: .secant))),
    ]
  }

  private static func sampled(_ digits: Tensor) -> [Entry] {
    [
      Entry(
        name: "gaussian 0.1, 50 draws", distribution: .gaussian(standardDeviation: 0.1, count: 50),
        converged: .gaussian(standardDeviation: 0.1, count: 10_000, seed: 1)),
      Entry(
        name: "expected gradients, 50 draws",
        distribution: .expectedGradients(from: .samples(of: digits), count: 50),
        converged: .linear(from: .samples(of: digits), steps: 200, rule: .secant)),
      Entry(
        name: "expected gradients, to 5 %",
        distribution: .expectedGradients(
          from: .samples(of: digits), count: 20_000, tolerance: 0.05),
        converged: .linear(from: .samples(of: digits), steps: 200, rule: .secant)),
      Entry(
        name: "straight, from each digit",
        distribution: .linear(from: .samples(of: digits), rule: .automatic),
        converged: .linear(from: .samples(of: digits), steps: 200, rule: .secant)),
    ]
  }
}
