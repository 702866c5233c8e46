// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

/// Convolutions that run by Winograd's algorithm, where the processor has it, against float64.
@Suite struct WinogradTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var rows: Int
    var channels: Int
    var outputs: Int
    var size: [Int]

    var testDescription: String { "\(rows) × \(channels) × \(size) to \(outputs)" }
  }

  /// Sizes around those from which it is used: parts of rows, uneven tiles, other numbers of outputs.
  static let cases = [
    Case(rows: 7, channels: 64, outputs: 64, size: [56, 56]),
    Case(rows: 2, channels: 64, outputs: 128, size: [29, 31]),
    Case(rows: 1, channels: 256, outputs: 64, size: [33, 30]),
    Case(rows: 9, channels: 128, outputs: 128, size: [28, 28]),
    Case(rows: 3, channels: 64, outputs: 64, size: [1, 300]),
    Case(rows: 8, channels: 72, outputs: 64, size: [28, 28]),
  ]

  private func random(_ shape: [Int], seed: UInt64) throws -> Tensor {
    try .normal(shape, type: .float64, from: Generator(seed: seed))
  }

  /// Σ |one − other| / Σ |other|.
  private func distance(_ one: Tensor, _ other: Tensor) throws -> Double {
    let other = try other.converted(to: .float64)
    let difference = try one.converted(to: .float64) - other
    return try difference.absolute().sum().number() / other.absolute().sum().number()
  }

  /// The convolution, and the gradient of its product with `weights`.
  private func run(
    _ x: Tensor, _ taps: Tensor, _ bias: Tensor, _ weights: Tensor
  ) throws -> (result: Tensor, gradient: Tensor) {
    let leaf = try x.tracked()
    let result = try leaf.convolved(weight: taps, bias: bias, padding: [1])
    let gradients = try gradient(of: (result * weights).sum(), withRespectTo: [leaf])
    return (try result.detached(), gradients[0])
  }

  @Test(arguments: cases)
  func `convolutions and their gradients are those of float64`(_ it: Case) throws {
    let x = try random([it.rows, it.channels] + it.size, seed: 1)
    let taps = try random([it.outputs, it.channels, 3, 3], seed: 2)
    let bias = try random([it.outputs], seed: 3)
    let weights = try random([it.rows, it.outputs] + it.size, seed: 4)
    let exact = try run(x, taps, bias, weights)
    let inputs = try [x, taps, bias, weights].map { try $0.converted(to: .float32) }
    let found = try run(inputs[0], inputs[1], inputs[2], inputs[3])
    #expect(try distance(found.result, exact.result) < 2e-6)
    #expect(try distance(found.gradient, exact.gradient) < 2e-6)
    // In another arrangement of memory.
    let last = try run(inputs[0].channelsLast(), inputs[1].channelsLast(), inputs[2], inputs[3])
    #expect(try distance(last.result, exact.result) < 2e-6)
    #expect(try distance(last.gradient, exact.gradient) < 2e-6)
    // In no arrangement of its own.
    let turned = try inputs[0].transposed(2, 3).contiguous().transposed(2, 3)
    #expect(try distance(run(turned, inputs[1], inputs[2], inputs[3]).result, exact.result) < 2e-6)
  }

  @Test func `weights that repeat themselves in memory are taken as they are`() throws {
    let x = try random([4, 64, 28, 28], seed: 1).converted(to: .float32)
    let bias = try random([64], seed: 3).converted(to: .float32)
    let one = try random([1, 64, 3, 3], seed: 2).converted(to: .float32)
    let taps = try Operator("aten::expand")(.tensor(one), .integers([64, 64, 3, 3]))
    let found = try x.convolved(weight: taps, bias: bias, padding: [1])
    let copied = try x.convolved(weight: taps.copied().contiguous(), bias: bias, padding: [1])
    #expect(try distance(found, copied) < 2e-6)
  }

  @Test func `a gradient can be differentiated again`() throws {
    // Of Σ g³ / 3, g being the gradient of Σ y² / 2: the second derivative along g².
    func second(_ type: ElementType) throws -> Tensor {
      let x = try random([3, 64, 30, 28], seed: 1).converted(to: type).tracked()
      let taps = try random([64, 64, 3, 3], seed: 2).converted(to: type)
      let bias = try random([64], seed: 3).converted(to: type)
      let y = try x.convolved(weight: taps, bias: bias, padding: [1])
      let first = try gradient(
        of: y.squared().sum() * 0.5, withRespectTo: [x], differentiable: true)
      return try gradient(of: (first[0].squared() * first[0]).sum() * 1e-9, withRespectTo: [x])[0]
    }
    #expect(try distance(second(.float32), second(.float64)) < 1e-5)
  }

  @Test func `without a bias and where it is not allowed products of every tap are taken`() throws {
    let x = try random([4, 64, 56, 56], seed: 1).converted(to: .float32)
    let taps = try random([64, 64, 3, 3], seed: 2).converted(to: .float32)
    let bias = try random([64], seed: 3).converted(to: .float32)
    func direct(_ bias: Tensor?) throws -> Tensor {
      try Operator("aten::convolution")(
        .tensor(x), .tensor(taps), bias.map { .tensor($0) } ?? .none, .integers([1, 1]),
        .integers([1, 1]), .integers([1, 1]), .boolean(false), .integers([0, 0]), .integer(1))
    }
    #expect(
      try x.convolved(weight: taps, padding: [1]).scalars(as: Float.self)
        == direct(nil).scalars(as: Float.self))
    Runtime.allowsWinograd = false
    defer { Runtime.allowsWinograd = true }
    #expect(
      try x.convolved(weight: taps, bias: bias, padding: [1]).scalars(as: Float.self)
        == direct(bias).scalars(as: Float.self))
  }

  @Test func `gradients for weights and biases are not lost`() throws {
    let x = try random([4, 64, 28, 28], seed: 1).converted(to: .float32)
    let taps = try random([64, 64, 3, 3], seed: 2).converted(to: .float32)
    let bias = try random([64], seed: 3).converted(to: .float32).tracked()
    let sum = try x.convolved(weight: taps, bias: bias, padding: [1]).sum()
    let places = try gradient(of: sum, withRespectTo: [bias])[0]
    #expect(try places.scalars(as: Float.self) == [Float](repeating: 4 * 28 * 28, count: 64))
  }
}
