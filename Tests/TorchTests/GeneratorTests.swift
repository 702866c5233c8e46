// SPDX-License-Identifier: Apache-2.0

import Synchronization
import TestSupport
import Testing
import Torch

@Suite struct GeneratorTests {
  @Test func `the same seed draws the same numbers, whatever is drawn`() throws {
    func draws(_ seed: UInt64) throws -> [[Double]] {
      let generator = try Generator(seed: seed)
      return try [
        Tensor.normal([50], from: generator), Tensor.uniform([50], from: generator),
        Tensor.integers([50], in: 0..<1000, from: generator),
        Tensor.permutation(50, from: generator), Tensor.normal([50], from: generator),
      ].map { try $0.numbers() }
    }
    #expect(try draws(1) == draws(1))
    #expect(try draws(.max) == draws(.max))
    for (a, b) in zip(try draws(1), try draws(2)) { #expect(a != b) }
    let twice = try draws(1)
    #expect(twice[0] != twice[4])
  }

  @Test func `what others draw in between changes nothing`() throws {
    let first = try Generator(seed: 3)
    let start = try Tensor.normal([10], from: first).numbers()
    _ = try Tensor.normal([100], from: Generator(seed: 99))
    _ = try Operator("aten::rand").callAsFunction(.integers([100]))
    let end = try Tensor.normal([10], from: first).numbers()
    let again = try Generator(seed: 3)
    #expect(try Tensor.normal([10], from: again).numbers() == start)
    #expect(try Tensor.normal([10], from: again).numbers() == end)
  }

  @Test func `draws have the moments and the range asked for`() throws {
    let generator = try Generator(seed: 5)
    let count = 100_000
    let normal = try Tensor.normal(
      [count], mean: 3, standardDeviation: 2, type: .float64, from: generator)
    // Five standard errors.
    expectClose(try normal.mean().number(), 3, absolute: 5 * 2 / Double(count).squareRoot())
    expectClose(
      try normal.variance().number(), 4, absolute: 5 * 4 * (2 / Double(count)).squareRoot())
    let uniform = try Tensor.uniform([count], in: -2..<6, type: .float64, from: generator)
    expectClose(
      try uniform.mean().number(), 2, absolute: 5 * (64 / 12 / Double(count)).squareRoot())
    #expect(try uniform.min().number() >= -2)
    #expect(try uniform.max().number() < 6)
    let whole = try Tensor.integers([count], in: -1..<2, from: generator)
    #expect(try whole.unique().integers() == [-1, 0, 1])
    let permutation = try Tensor.permutation(100, from: generator)
    #expect(try permutation.sorted().values.integers() == Array(0..<100))
    #expect(try Tensor.permutation(0, from: generator).shape == [0])
    let certain = try Tensor.normal([3], mean: 1, standardDeviation: 0, from: generator)
    #expect(try certain.numbers() == [1, 1, 1])
  }

  @Test(arguments: ElementType.allCases.filter(\.isFloatingPoint))
  func `the upper end of a range is never drawn`(type: ElementType) throws {
    // So far from 0 that most draws are rounded, many of them up.
    let generator = try Generator(seed: 11)
    let low = type == .float64 ? 0x1p52 : type == .float32 ? 0x1p23 : 64.0
    let draws = try Tensor.uniform([2000], in: low..<(low + 2), type: type, from: generator)
    #expect(draws.elementType == type)
    #expect(try draws.min().number() == low)
    #expect(try draws.converted(to: .float64).max().number() < low + 2)
    let tiny = try Tensor.uniform([100], in: -1..<0, type: type, from: generator)
    #expect(try tiny.converted(to: .float64).max().number() < 0)
  }

  @Test func `two threads share a generator without losing or repeating a draw`() async throws {
    let generator = try Generator(seed: 17)
    let expected = try (0..<40).reduce(into: Set<[Double]>()) { draws, _ in
      draws.insert(try Tensor.normal([20], from: generator).numbers())
    }
    let shared = try Generator(seed: 17)
    let drawn = try await withThrowingTaskGroup(of: [[Double]].self) { group in
      for _ in 0..<4 {
        group.addTask { try (0..<10).map { _ in try Tensor.normal([20], from: shared).numbers() } }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(drawn.count == 40)
    #expect(Set(drawn) == expected)
  }

  @Test func `types without fractions are refused`() throws {
    let generator = try Generator(seed: 1)
    #expect(throws: TorchError.self) { try Tensor.normal([2], type: .int64, from: generator) }
    #expect(throws: TorchError.self) { try Tensor.uniform([2], type: .bool, from: generator) }
  }
}
