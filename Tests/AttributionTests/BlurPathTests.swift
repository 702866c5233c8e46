// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import TestSupport
import Testing
import Torch

@Suite struct BlurPathTests {
  static func images(_ shape: [Int], seed: UInt64 = 5) throws -> Tensor {
    try Tensor.normal(shape, type: .float64, from: Generator(seed: seed))
  }

  static func times(_ values: [Double], rank: Int) throws -> Tensor {
    try Tensor(values, shape: [values.count] + [Int](repeating: 1, count: rank - 1))
  }

  /// The sum of squares of an image: its gradient is twice the image.
  static let squares = FunctionModel(
    inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
  ) { values in
    try values.mark("y", values["x"].squared().flattened(from: 1).sum(axes: [1], keepingAxes: true))
  }

  @Test(arguments: BlurPath.Pace.allCases, [[3, 2, 5, 4], [2, 1, 7], [2, 1, 3, 4, 2]])
  func `it keeps the laws of paths, over one spatial axis or several`(
    pace: BlurPath.Pace, shape: [Int]
  ) throws {
    let end = try Self.images(shape)
    let violations = try PathLaws.violations(
      of: BlurPath(standardDeviation: 1.5, pace: pace), from: end * 0, to: end)
    #expect(violations == [])
  }

  @Test(arguments: BlurPath.Pace.allCases)
  func `the velocity is the derivative, each row at its own time`(pace: BlurPath.Pace) throws {
    let path = BlurPath(standardDeviation: 2, pace: pace)
    let numerical = CustomPath { try path.points(at: $0, from: $1, to: $2) }
    let end = try Self.images([4, 1, 6, 5])
    let times = try Self.times([0, 0.3, 0.8, 1], rank: 4)
    try expectClose(
      path.velocities(at: times, from: end, to: end),
      numerical.velocities(at: times, from: end, to: end), absolute: 1e-8)
  }

  @Test func `a cosine only fades, and its attributions have a closed form`() throws {
    // A cosine of the heat equation fades by exp(−v λ / 2), so that A = x² (1 − exp(−v λ)).
    let (places, frequency, variance) = (8, 3.0, 2.25)
    let wave =
      try (Tensor.range(to: places).converted(to: .float64) + 0.5)
      * (.pi * frequency / Double(places))
    let x = try wave.cosine().reshaped(to: [1, 1, 1, places]).broadcast(to: [1, 1, 2, places])
    let rate = 2 - 2 * cos(.pi * frequency / Double(places))
    let share = 1 - exp(-variance * rate)
    for pace in BlurPath.Pace.allCases {
      let result = try InternalInfluence(
        Self.squares, distribution: .blur(standardDeviation: 1.5, pace: pace, steps: 30),
        quantity: .classScore(0)
      ).attributions(for: x)
      try expectClose(result.values, x.squared() * share, absolute: 1e-12)
      try expectClose(#require(result.completenessGap), [0], absolute: 1e-12)
    }
  }

  @Test func `a constant image gets nothing, up to its border`() throws {
    let flat = try Tensor.full([2, 3, 6, 6], 0.7, type: .float64)
    let result = try InternalInfluence(
      Self.squares, distribution: .blur(standardDeviation: 4), quantity: .classScore(0)
    ).attributions(for: flat)
    #expect(try result.values.absolute().max().number() < 1e-12)
  }

  @Test func `blur keeps the mean, and two blurs are one of the sum of their variances`() throws {
    let x = try Self.images([1, 2, 9, 7])
    let once = try Self.start(of: x, 2.5)
    let twice = try Self.start(of: Self.start(of: x, 1.5), 2)
    try expectClose(once, twice, absolute: 1e-12)
    try expectClose(once.mean(axes: [2, 3]), x.mean(axes: [2, 3]), absolute: 1e-12)
  }

  /// γ(0).
  static func start(of x: Tensor, _ deviation: Double) throws -> Tensor {
    try BlurPath(standardDeviation: deviation).points(
      at: times([0], rank: x.rank), from: x, to: x)
  }

  @Test func `a wide blur is that of the sampled kernel`() throws {
    // One point in the middle of a plain: the kernel itself, here and there.
    let x = try Tensor.zeros([1, 1, 33, 33], type: .float64).replacingSlice(
      Tensor.zeros([1, 1, 1, 33], type: .float64).replacingSlice(
        Tensor.ones([1, 1, 1, 1], type: .float64), axis: 3, from: 16, to: 17),
      axis: 2, from: 16, to: 17)
    let sampled = try BlurredBaseline(standardDeviation: 3)
      .starts(for: Instances(activation: Activation(x)))[0].activation.tensors[0]
    #expect(try relativeL1(Self.start(of: x, 3), sampled) < 0.02)
  }

  @Test(arguments: BlurPath.Pace.allCases)
  func `a batch is explained one by one`(pace: BlurPath.Pace) throws {
    let x = try Self.images([3, 1, 5, 5])
    let engine = InternalInfluence(
      Self.squares, distribution: .blur(standardDeviation: 1, pace: pace, steps: 7),
      quantity: .classScore(0))
    let whole = try engine.attributions(for: x).values
    for row in 0..<3 {
      try expectClose(
        engine.attributions(for: x[row..<row + 1]).values, whole[row..<row + 1], absolute: 1e-12)
    }
  }

  @Test func `rows without spatial axes are refused`() throws {
    let engine = InternalInfluence(
      try ToyModels.smooth(), distribution: .path(BlurPath(standardDeviation: 1)),
      quantity: .classScore(0))
    #expect(throws: PathError.axes("blur", shape: [2, 4], least: 3)) {
      try engine.attributions(for: ToyModels.rows(2))
    }
  }
}
