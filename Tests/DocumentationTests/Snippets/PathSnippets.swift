// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

// snippet: nearest-tie
/// The nearest point at which another class ties.
struct NearestTie: Baseline {
  func starts(for instances: Instances) throws -> [WeightedStart] {
    [WeightedStart(try BoundarySearch(in: 0...1).boundary(around: instances).points)]
  }
}
// end

@Suite struct PathSnippets: DigitSnippets {
  let example: DigitExample
  let three: Tensor

  init() throws {
    example = try DigitExample()
    three = try example.digits[3..<4]
  }

  /// The gap is at most a share of what the quantity changes.
  func expectComplete(_ result: Attributions, within share: Double) throws {
    let gap = try #require(result.completenessGap).absolute().number()
    let change = try #require(result.quantity.end) - #require(result.quantity.start)
    #expect(try gap <= share * change.absolute().number())
  }

  @Test func `a spline`() throws {
    // snippet: spline
    let three = try digits[3..<4]
    let bent = try InternalInfluence(
      model, distribution: .path(SplinePath(through: [three]), steps: 100), slice: slice
    ).attributions(for: digit)
    // end
    try expectComplete(bent, within: 0.02)
  }

  @Test func `blur`() throws {
    // snippet: blur
    let blurred = try InternalInfluence(
      model, distribution: .blur(standardDeviation: 3), slice: slice
    ).attributions(for: digit)
    // end
    try expectComplete(blurred, within: 0.02)
  }

  @Test func `a decoded path`() throws {
    // snippet: decoded
    let decoded = DecodedPath(
      decoder: try ONNXModel(path: "Models/digits-decoder.onnx"),
      encoder: try ONNXModel(path: "Models/digits-encoder.onnx"))
    let morphed = try InternalInfluence(
      model, distribution: .path(decoded, from: .tensor(digits[3])), slice: slice
    ).attributions(for: digit)
    // end
    try expectComplete(morphed, within: 0.02)
    let secants = try InternalInfluence(
      model, distribution: .path(decoded, from: .tensor(digits[3]), rule: .secant), slice: slice
    ).attributions(for: digit)
    try expectComplete(secants, within: 1e-5)
    let half = try Tensor.full([1, 1, 1, 1], 0.5)
    let point = try decoded.points(at: half, from: three, to: digit)
    let faded = try (three + digit) / 2
    // Half way is no mixture of both: it is darker or brighter somewhere.
    #expect(try (point - faded).absolute().max().number() > 0.1)
  }

  @Test func `parts of a path`() throws {
    // snippet: split
    let parts = try SplitPathDistribution.Part.allCases.map { part in
      try InternalInfluence(
        model, distribution: SplitPathDistribution(part, at: 0.5), quantity: .classScore(8),
        slice: slice
      ).attributions(for: digit)
    }
    // end
    let whole = try InternalInfluence(
      model, distribution: .linear(steps: 400), quantity: .classScore(8), slice: slice
    ).attributions(for: digit)
    #expect(try relativeL1(parts[0].values + parts[1].values, whole.values) < 0.02)
  }

  @Test func `past real vectors`() throws {
    // snippet: discretized
    let discretized = try InternalInfluence(
      model, distribution: .discretized(through: digits, from: .tensor(three), anchors: 6),
      slice: slice
    ).attributions(for: digit)
    // end
    try expectComplete(discretized, within: 0.02)
  }

  @Test func `one group at a time`() throws {
    // snippet: sequential
    let bands = try Tensor((0..<64).map { $0 / 8 * 5 / 8 }, shape: [1, 8, 8])
    let sequential = try InternalInfluence(
      model, distribution: .sequential(groups: bands), quantity: .classScore(8), slice: slice
    ).attributions(for: digit)
    // end
    try expectComplete(sequential, within: 0.02)
  }

  @Test func `quiet features first`() throws {
    // snippet: guided
    let guided = try InternalInfluence(
      model, distribution: .guided(steps: 200, maxDistance: 0.2), quantity: .classScore(8),
      slice: slice
    ).attributions(for: digit)
    // end
    try expectComplete(guided, within: 0.05)
  }

  @Test func `from where a rival wins`() throws {
    // snippet: adversarial
    let adversarial = try InternalInfluence(
      model, distribution: .adversarial(against: .classes([3])), quantity: .probability(of: 8),
      slice: slice
    ).attributions(for: digit)
    // end
    // It has left the eight behind.
    #expect(try #require(adversarial.quantity.start).number() < 0.5)
    #expect(try #require(adversarial.quantity.end).number() > 0.99)
  }

  @Test func `from the boundary`() throws {
    // snippet: from-tie
    let fromTie = try InternalInfluence(
      model, distribution: .linear(from: NearestTie()), slice: slice
    ).attributions(for: digit)
    // end
    try expectComplete(fromTie, within: 0.02)
    let margin = try InternalInfluence(
      model, distribution: .linear(from: NearestTie(), steps: 1),
      quantity: WinningClassScore() - ClassScore(.predicted), slice: slice
    ).attributions(for: digit)
    #expect(try #require(margin.quantity.start).absolute().number() < 1e-3)
  }

  @Test func `changes along the gradient`() throws {
    // snippet: important-directions
    let important = try InternalInfluence(
      model, distribution: .importantDirections(from: .tensor(three), steps: 10), slice: slice
    ).attributions(for: digit)
    let fromBlack = try InternalInfluence(
      model, distribution: ImportantDirections(of: .linear(steps: 10, rule: .secant)), slice: slice
    ).attributions(for: digit)
    // end
    try expectComplete(important, within: 1e-5)
    try expectComplete(fromBlack, within: 1e-5)
    // Nothing fires where all is black, and there is no gradient: the first move is lost.
    let plain = try InternalInfluence(
      model, distribution: .importantDirections(steps: 10), slice: slice
    ).attributions(for: digit)
    #expect(try #require(plain.completenessGap).absolute().number() > 1e-3)
  }
}
