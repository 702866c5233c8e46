// SPDX-License-Identifier: Apache-2.0

// Why a sedan and not a convertible? Where the part that tells them apart is known, the comparison must
// point at it: at the input, and through the top units of a layer.
//
//     cd Examples && swift run -c release vehicles [120 [vehicles.png]]
//
// Prints, for each question about the same sedans, how often the strongest pixel lies in the part
// (pointing game), and which share of what speaks for the answer does (mass), with intervals of 95 %: of
// the sedan's score alone, and of the sedan's score less that of the other kind. The second argument is a
// picture of the first of them.

import Attribution
import Evaluation
import FoundationEssentials
import Glibc
import ONNX
import Torch
import Visualization

let arguments = CommandLine.arguments
guard let count = Int(arguments.count > 1 ? arguments[1] : "120"), count > 0 else {
  print("'\(arguments[1])' is no number of sedans: write vehicles [120 [vehicles.png]]")
  exit(64)
}
let model = try ONNXModel(path: "Models/vehicles.onnx")
let set = try Vehicles(count: count, seed: 7, only: .sedan)
let sedan = ClassScore.classScore(Vehicles.Kind.sedan.rawValue)

typealias Make = @Sendable (any QuantityOfInterest) -> any AttributionMethod

let baselines: [(name: String, baseline: any Baseline)] = [
  ("black", ZeroBaseline()), ("gray", ConstantBaseline(0.5)),
  ("blur", BlurredBaseline(standardDeviation: 4)),
]
var methods: [(name: String, make: Make)] = [("gradient", { Saliency(model, quantity: $0) })]
methods += baselines.map { name, baseline in
  (
    "input, from \(name)",
    { IntegratedGradients(model, quantity: $0, from: baseline, steps: 16, rule: .secant) }
  )
}
methods += baselines.map { name, baseline in
  (
    "3 units of relu4, from \(name)",
    {
      InfluenceDirected(
        model, through: 3, unitsOf: .layer("relu4"), quantity: $0, from: baseline, steps: 16,
        rule: .secant)
    }
  )
}
methods.append(("random", { _ in RandomAttributions(model) }))

/// Pointing game and mass, a cell each.
func cells(
  _ make: @escaping Make, _ quantity: any QuantityOfInterest, _ truth: GroundTruth
) throws -> String {
  let explainer = Explainer("own", slice: NetworkSlice(to: .logits), quantity: quantity) {
    _, _, quantity in make(quantity)
  }
  let explanation = try explainer.explanation(
    of: Inputs(truth.inputs), in: model, truth: truth.truth)
  let metrics: [any Metric] = [.pointingGame(), .relevanceMassAccuracy]
  return try metrics.map { percent(try $0.scores(of: explanation, seed: 0).scores) }
    .joined(separator: " | ")
}

/// A mean with its interval.
func percent(_ numbers: [Double]) -> String {
  let estimate = MeanEstimate(numbers)
  func whole(_ share: Double) -> Int { Int((100 * share).rounded()) }
  guard let interval = estimate.interval else { return "\(whole(estimate.mean)) %" }
  return "\(whole(estimate.mean)) % (\(whole(interval.lowerBound))–\(whole(interval.upperBound)))"
}

for other in Vehicles.Kind.allCases where other != .sedan {
  let truth = try set.groundTruth(against: other)
  let area = try set.masks(against: other).mean(axes: [1, 2, 3]).numbers()
  print(
    "| and not a \(other), \(percent(area)) of the area | pointing, sedan | mass, sedan "
      + "| pointing, sedan − \(other) | mass, sedan − \(other) |")
  print("|---|---|---|---|---|")
  for (name, make) in methods {
    let plain = try cells(make, sedan, truth)
    let compared = try cells(make, sedan - ClassScore.classScore(other.rawValue), truth)
    print("| \(name) | \(plain) | \(compared) |")
  }
  print("")
}

if arguments.count > 2 {
  let roofs = try set.masks(against: .convertible)
  let alone = try IntegratedGradients(model, quantity: sedan, steps: 16, rule: .secant)
    .attributions(for: set.images).values
  let compared = try IntegratedGradients(
    model, quantity: sedan - ClassScore.classScore(1), steps: 16, rule: .secant
  ).attributions(for: set.images).values
  let against = try IntegratedGradients(
    model, quantity: sedan - ClassScore.classScore(3), steps: 16, rule: .secant
  ).attributions(for: set.images).values
  func map(_ maps: Tensor, _ row: Int) throws -> Heatmap {
    try Heatmap(maps[row], colors: .redWhiteBlue)
  }
  let tiles = try (0..<min(3, count)).flatMap { row in
    [
      Panel.Tile(try Image(set.images[row]), title: "sedan"),
      Panel.Tile(try Image(roofs[row]), title: "not a convertible"),
      Panel.Tile(try map(alone, row), title: "sedan alone"),
      Panel.Tile(try map(compared, row), title: "sedan − convertible"),
      Panel.Tile(try map(against, row), title: "sedan − van"),
    ]
  }
  let file = URL(fileURLWithPath: arguments[2])
  try Panel(tiles, columns: 5, title: "Why a sedan?").image.write(to: file)
}
