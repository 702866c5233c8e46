// SPDX-License-Identifier: Apache-2.0

// What a baseline cannot see: a feature that equals it gets 0, whether it matters or not.
//
//     cd Examples && swift run -c release baseline-choice
//
//     black hole: 13.43 of the score of 0 hang on it
//         0.0  zeros
//        9.85  constant 1.0
//        9.79  mean of data
//        3.68  blurred 1.0
//        7.93  rows of data
//        8.89  nearest of another class
//        2.47  boundary of the class
//        7.28  largest distance in 0.0...1.0
//        4.57  uniform noise in 0.0...1.0, 20 draws
//        4.92  zeros + constant 1.0
//     watermark: 1.78 of the score of 2 hang on it
//        1.89  zeros
//         0.0  constant 1.0
//         0.0  mean of data
//         0.8  blurred 1.0
//         0.0  rows of data
//         0.0  nearest of another class
//         0.1  boundary of the class
//        2.24  largest distance in 0.0...1.0
//        1.59  uniform noise in 0.0...1.0, 20 draws
//        0.94  zeros + constant 1.0
//     The picture is in baseline-choice.png.

import Attribution
import FoundationEssentials
import ONNX
import Torch
import Visualization

let model = try ONNXModel(path: "Models/digits.onnx")
let digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")  // [10, 1, 8, 8], from 0 to 1

/// A digit, a part of it that matters, and data to take baselines from.
struct Case {
  let name: String
  let digit: Int
  let data: Tensor
  /// 1 in the part, 0 elsewhere, `[1, 1, 8, 8]`.
  let part: Tensor
  /// What the part is when it is changed.
  let other: Double

  var input: Tensor { get throws { try data[digit..<digit + 1] } }

  /// What the part does for the digit's score: the score less that with the part changed.
  var effect: Double {
    get throws {
      let both = try Tensor.concatenated([input, input.painted(part, other)])
      let scores = try model.evaluate([Place("logits")], given: [Place("image"): both])[0]
      return try (scores[0, digit] - scores[1, digit]).number()
    }
  }

  func attributions(from baseline: any Baseline) throws -> Tensor {
    try IntegratedGradients(
      model, quantity: .classScore(digit), slice: NetworkSlice(from: .input, to: .logits),
      from: baseline, steps: 200
    ).attributions(for: input).values
  }

  func baselines() -> [any Baseline] {
    [
      .zeros, .constant(1), .mean(of: data), .blurred(standardDeviation: 1), .samples(of: data),
      .nearestOfAnotherClass(among: Inputs(data)), .boundary(in: 0...1), .farthest(in: 0...1),
      .uniformNoise(in: 0...1, count: 20, seed: 1), .mixed(.zeros, .constant(1)),
    ]
  }
}

extension Tensor {
  /// One value where a mask is 1.
  func painted(_ mask: Tensor, _ value: Double) throws -> Tensor {
    try self * (1 - mask) + mask * value
  }

  /// 1 in some rows and columns of `[1, 1, 8, 8]`.
  static func mask(rows: Range<Int>, columns: Range<Int>) throws -> Tensor {
    let inside = (0..<64).map { rows.contains($0 / 8) && columns.contains($0 % 8) ? 1.0 : 0 }
    return try Tensor(inside, shape: [1, 1, 8, 8]).converted(to: .float32)
  }
}

// Two black pixels inside a 0, which would be no 0 if they were white; and a white square in the
// corner of every picture, which makes the 2 more of a 2.
let hole = try Tensor.mask(rows: 3..<5, columns: 4..<5)
let mark = try Tensor.mask(rows: 6..<8, columns: 6..<8)
let cases = [
  Case(name: "black hole", digit: 0, data: digits, part: hole, other: 1),
  Case(name: "watermark", digit: 2, data: try digits.painted(mark, 1), part: mark, other: 0),
]

var tiles: [Panel.Tile] = []
for part in cases {
  print("\(part.name): \(short(try part.effect)) of the score of \(part.digit) hang on it")
  tiles.append(
    Panel.Tile(
      try Image(part.input[0]), title: part.name, detail: "worth \(short(try part.effect))"))
  for (index, baseline) in part.baselines().enumerated() {
    let values = try part.attributions(from: baseline)
    let share = short(try (values * part.part).sum().number())
    print("  \(share.padded(to: 5))  \(baseline.name)")
    if [0, 2, 7, 8].contains(index) {
      tiles.append(Panel.Tile(try Heatmap(values), title: baseline.name, detail: "there: \(share)"))
    }
  }
}
let panel = Panel(tiles, columns: 5, title: "What a baseline cannot see")
let file = CommandLine.arguments.dropFirst().first ?? "baseline-choice.png"
try panel.image.write(to: URL(fileURLWithPath: file))
print("The picture is in \(file).")

/// A number with two digits behind the point.
func short(_ number: Double) -> String { "\((number * 100).rounded() / 100 + 0)" }

extension String {
  func padded(to length: Int) -> String {
    String(repeating: " ", count: max(0, length - count)) + self
  }
}
