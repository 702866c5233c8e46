// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Splines, and paths through a latent space.
@Suite struct CurvedPathTests {
  static func times(_ values: [Double]) throws -> Tensor {
    try Tensor(values, shape: [values.count, 1])
  }

  @Test(arguments: [0, 1, 2, 5]) func `a spline keeps the laws of paths`(count: Int) throws {
    let points = try (0..<count).map { try ToyModels.rows(1, seed: 20 + UInt64($0)) }
    let path = SplinePath(through: points)
    #expect(
      try PathLaws.violations(of: path, from: ToyModels.rows(3), to: ToyModels.rows(3, seed: 8))
        == [])
    let numerical = CustomPath { try path.points(at: $0, from: $1, to: $2) }
    let times = try Self.times([0, 0.17, 0.41, 0.83, 1])
    let (start, end) = (try ToyModels.rows(5), try ToyModels.rows(5, seed: 8))
    try expectClose(
      path.velocities(at: times, from: start, to: end),
      numerical.velocities(at: times, from: start, to: end), absolute: 1e-8)
  }

  @Test func `a spline passes its points at even times`() throws {
    let points = try (0..<3).map { try ToyModels.rows(1, seed: 20 + UInt64($0)) }
    let (start, end) = (try ToyModels.rows(1), try ToyModels.rows(1, seed: 8))
    for (index, stop) in ([start] + points + [end]).enumerated() {
      try expectClose(
        SplinePath(through: points).points(
          at: Self.times([Double(index) / 4]), from: start, to: end), stop, absolute: 1e-12)
    }
  }

  @Test func `a spline without points is straight`() throws {
    let (start, end) = (try ToyModels.rows(3), try ToyModels.rows(3, seed: 8))
    let times = try Self.times([0.2, 0.5, 0.9])
    try expectClose(
      SplinePath(through: []).points(at: times, from: start, to: end),
      StraightPath().points(at: times, from: start, to: end), absolute: 1e-14)
  }

  @Test func `the spline over one bump is two known cubics`() throws {
    // Through 0, 1, 0: 3 t − 4 t³ up to the middle, and the same from the other side.
    let path = SplinePath(through: [try Tensor([1] as [Double], shape: [1, 1])])
    let zero = try Tensor.zeros([4, 1], type: .float64)
    let values = [0.1, 0.4, 0.6, 0.75].map { t in
      let s = min(t, 1 - t)
      return 3 * s - 4 * s * s * s
    }
    try expectClose(
      path.points(at: Self.times([0.1, 0.4, 0.6, 0.75]), from: zero, to: zero), values,
      absolute: 1e-14)
  }

  @Test func `a spline bends less than another smooth curve through the same points`() throws {
    let point = try Tensor([1] as [Double], shape: [1, 1])
    let spline = SplinePath(through: [point])
    let sine = CustomPath { t, start, end in try (t * .pi).sine() + start * 0 }
    func bending(_ path: any Path) throws -> Double {
      let cells = 400
      let times = try Self.times((0...cells).map { Double($0) / Double(cells) })
      let zero = try Tensor.zeros([cells + 1, 1], type: .float64)
      let velocity = try path.velocities(at: times, from: zero, to: zero).numbers()
      return zip(velocity, velocity.dropFirst()).reduce(0) {
        $0 + ($1.1 - $1.0) * ($1.1 - $1.0) * Double(cells)
      }
    }
    expectClose(try bending(spline), 48, absolute: 0.1)
    expectClose(try bending(sine), 48.7, absolute: 0.1)
  }

  @Test func `attributions along a spline are complete`() throws {
    let path = SplinePath(through: [try ToyModels.rows(1, seed: 31)[0]])
    let result = try InternalInfluence(
      ToyModels.smooth(), distribution: .path(path, steps: 120), quantity: .predictedClass
    ).attributions(for: ToyModels.rows(3))
    try expectClose(#require(result.completenessGap), [0, 0, 0], absolute: 1e-6)
  }

  // MARK: Through a latent space

  /// A decoder from two numbers to four, bent, and an encoder that does not undo it.
  static func networks() throws -> (decoder: FunctionModel, encoder: FunctionModel) {
    let generator = try Generator(seed: 9)
    let up = try Tensor.normal([2, 4], type: .float64, from: generator)
    let down = try Tensor.normal([4, 2], type: .float64, from: generator)
    return (
      ToyModels.function { try $0.matrixProduct(up).hyperbolicTangent() },
      ToyModels.function { try $0.matrixProduct(down) }
    )
  }

  @Test func `a decoded path keeps the laws of paths`() throws {
    let (decoder, encoder) = try Self.networks()
    let path = DecodedPath(decoder: decoder, encoder: encoder)
    let (start, end) = (try ToyModels.rows(4), try ToyModels.rows(4, seed: 8))
    #expect(try PathLaws.violations(of: path, from: start, to: end) == [])
    let first = try path.points(at: Self.times([0, 0, 0, 0]), from: start, to: end)
    try expectClose(first, start, absolute: 1e-12)
    let numerical = CustomPath { try path.points(at: $0, from: $1, to: $2) }
    let times = try Self.times([0, 0.3, 0.6, 1])
    try expectClose(
      path.velocities(at: times, from: start, to: end),
      numerical.velocities(at: times, from: start, to: end), absolute: 1e-8)
  }

  @Test func `it is the decoded line where the codes lose nothing`() throws {
    // z ↦ (z, z²) and back: half way between 0 and 2 lies (1, 1), on the parabola.
    let decoder = ToyModels.function { z in try .concatenated([z, z.squared()], axis: 1) }
    let path = DecodedPath(decoder: decoder) { try $0[.all, 0..<1] }
    let start = try Tensor([0, 0] as [Double], shape: [1, 2])
    let end = try Tensor([2, 4] as [Double], shape: [1, 2])
    try expectClose(
      path.points(at: Self.times([0.5]), from: start, to: end), [1, 1], absolute: 1e-14)
    // Q = x · y is z³ along it: ∫ y dx = 8/3, and ∫ x dy = 16/3.
    let product = ToyModels.function { try $0[.all, 0..<1] * $0[.all, 1..<2] }
    let result = try InternalInfluence(
      product, distribution: .path(path, steps: 5), quantity: .classScore(0)
    ).attributions(for: end)
    try expectClose(result.values, [8.0 / 3, 16.0 / 3], absolute: 1e-12)
  }

  @Test func `with a linear decoder it is the straight path`() throws {
    let matrix = try Tensor.normal([2, 4], type: .float64, from: Generator(seed: 3))
    let decoder = ToyModels.function { try $0.matrixProduct(matrix) }
    let path = DecodedPath(decoder: decoder) { try $0[.all, 0..<2] * 3 }
    let x = try ToyModels.rows(3)
    func explain(_ path: any Path) throws -> Tensor {
      try InternalInfluence(
        ToyModels.smooth(), distribution: .path(path, steps: 9), quantity: .classScore(1)
      ).attributions(for: x).values
    }
    try expectClose(explain(path), explain(StraightPath()), absolute: 1e-10)
  }

  @Test func `a decoder of another shape is refused`() throws {
    let decoder = ToyModels.function { $0 }
    let path = DecodedPath(decoder: decoder) { try $0[.all, 0..<2] }
    #expect(throws: PathError.decoded([1, 2], expected: [1, 4])) {
      try InternalInfluence(
        ToyModels.smooth(), distribution: .path(path, steps: 50), quantity: .classScore(0)
      ).attributions(for: ToyModels.rows(1))
    }
  }
}
