// SPDX-License-Identifier: Apache-2.0

// Many ways to an 8: for each distribution that moves, where it looks and what it finds.
//
//     cd Examples && swift run -c release paths
//
//     straight: 50 points explain 9.2, and miss nothing to speak of
//     spline: 50 points explain 9.2, and miss 0.1
//     blur: 50 points explain 8.1, and miss nothing to speak of
//     decoded: 50 points explain 10.2, and miss 0.1
//     guided: 50 points explain 9.2, and miss nothing to speak of
//     left: 50 points explain 4.6, and miss nothing to speak of
//     right: 50 points explain 4.6, and miss nothing to speak of
//     adversarial: 20 points explain 3.1, and miss 0.3
//     discretized: 50 points explain 10.2, and miss nothing to speak of
//     sequential: 45 points explain 23.4, and miss 0.2
//     important-directions: 50 points explain 9.2, and miss nothing to speak of

import Attribution
import FoundationEssentials
import ONNX
import Synchronization
import Torch
import Visualization

/// Another distribution, and the points that it asks for.
struct Watched: DistributionOfInterest {
  /// The points of the only instance, in their order.
  final class Track: Sendable {
    private let points = Mutex<[Tensor]>([])
    var all: [Tensor] { points.withLock { $0 } }
    func add(_ tensor: Tensor) { points.withLock { $0.append(tensor) } }
  }

  let base: any DistributionOfInterest
  let track: Track

  var reacts: Bool { base.reacts }
  var dependsOnQuantity: Bool { base.dependsOnQuantity }

  func samples(around instances: Instances) throws -> Samples {
    watched(try base.samples(around: instances))
  }

  func samples(around instances: Instances, after round: Round) throws -> Samples? {
    try base.samples(around: instances, after: round).map(watched)
  }

  private func watched(_ samples: Samples) -> Samples {
    Samples(weights: samples.weights, ends: samples.ends) { range in
      let rows = try samples.rows(range)
      for row in 0..<rows.points.rows { track.add(try rows.points.tensors[0][row..<row + 1]) }
      return rows
    }
  }
}

let model = try ONNXModel(path: "Models/digits.onnx")
let digit = try Tensor(contentsOfNPY: "Data/eight.npy")
let digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")
let three = try digits[3..<4]

let decoded = DecodedPath(
  decoder: try ONNXModel(path: "Models/digits-decoder.onnx"),
  encoder: try ONNXModel(path: "Models/digits-encoder.onnx"))
// Five bands of rows.
let bands = try Tensor((0..<64).map { $0 / 8 * 5 / 8 }, shape: [1, 8, 8])

let distributions: [(name: String, distribution: any DistributionOfInterest)] = [
  ("straight", .linear()),
  ("spline", .path(SplinePath(through: [three]))),
  ("blur", .blur(standardDeviation: 3)),
  ("decoded", .path(decoded, from: .tensor(three))),
  ("guided", .guided(steps: 50, maxDistance: 0.2)),
  ("left", SplitPathDistribution(.left, at: 0.5)),
  ("right", SplitPathDistribution(.right, at: 0.5)),
  ("adversarial", .adversarial(against: .classes([3]))),
  ("discretized", .discretized(through: digits, from: .tensor(three), anchors: 6)),
  ("sequential", .sequential(groups: bands, steps: 9)),
  ("important-directions", .importantDirections()),
]
let prefix = (CommandLine.arguments.dropFirst().first ?? "path.png").dropLast(".png".count)
for (name, distribution) in distributions {
  let track = Watched.Track()
  let result = try InternalInfluence(
    model, distribution: Watched(base: distribution, track: track), quantity: .classScore(8),
    slice: NetworkSlice(from: .input, to: .logits)
  ).attributions(for: digit)
  let change = try result.quantity.end.map { try $0 - (result.quantity.start ?? $0) }
  let gap = try result.completenessGap?.absolute().number() ?? .nan
  print(
    "\(name): \(track.all.count) points explain \(short(try change?.number() ?? .nan)),",
    gap < 0.05 ? "and miss nothing to speak of" : "and miss \(short(gap))")
  var tiles = try [0, 0.25, 0.5, 0.75, 1].map { time in
    let point = track.all[Int(time * Double(track.all.count - 1))]
    return Panel.Tile(try Image(point.clamped(from: 0, to: 1)), title: "\(Int(time * 100)) %")
  }
  tiles.append(Panel.Tile(try Heatmap(result.values), title: "class 8", showsColorBar: false))
  var style = Panel.Style()
  style.minimumSide = 96
  try Panel(tiles, columns: 6, style: style).image
    .write(to: URL(fileURLWithPath: "\(prefix)-\(name).png"))
}

/// A number with one digit behind the point.
func short(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
