// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

/// Convolutions against the sum that defines them, and transposed ones against their law.
@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var size: [Int]
    var kernel: [Int]
    var stride = [1]
    var padding = [0]
    var dilation = [1]
    var groups = 1

    var testDescription: String {
      "\(size) by \(kernel), stride \(stride), padding \(padding), dilation \(dilation), \(groups)"
    }
  }

  static let cases = [
    Case(size: [7], kernel: [3]),
    Case(size: [8], kernel: [3], stride: [2], padding: [1]),
    Case(size: [9], kernel: [2], dilation: [3], groups: 2),
    Case(size: [5, 6], kernel: [3, 3]),
    Case(size: [5, 6], kernel: [1, 1], groups: 4),
    Case(size: [7, 8], kernel: [3, 2], stride: [2, 3], padding: [1, 0]),
    Case(size: [7, 8], kernel: [3, 2], padding: [2, 1], dilation: [2, 3], groups: 2),
    Case(size: [4, 5, 4], kernel: [2, 3, 2]),
    Case(size: [4, 5, 6], kernel: [2, 2, 3], stride: [1, 2, 2], padding: [1, 0, 1], groups: 2),
  ]

  private func random(_ shape: [Int], seed: UInt64) throws -> Tensor {
    try .normal(shape, type: .float64, from: Generator(seed: seed))
  }

  @Test(arguments: cases)
  func `a convolution is the sum that defines it`(_ it: Case) throws {
    let x = try random([2, 4] + it.size, seed: 1)
    let weight = try random([4, 4 / it.groups] + it.kernel, seed: 2)
    let bias = try random([4], seed: 3)
    let result = try x.convolved(
      weight: weight, bias: bias, stride: it.stride, padding: it.padding, dilation: it.dilation,
      groups: it.groups)
    try expectClose(result, sum(it, x, weight, bias), absolute: 1e-12)
  }

  @Test(arguments: cases)
  func `a transposed convolution is the transpose`(_ it: Case) throws {
    let x = try random([2, 4] + it.size, seed: 1)
    let weight = try random([4, 4 / it.groups] + it.kernel, seed: 2)
    let forward = try x.convolved(
      weight: weight, stride: it.stride, padding: it.padding, dilation: it.dilation,
      groups: it.groups)
    let y = try random(forward.shape, seed: 4)
    // What the stride's rounding cut off has to be added back.
    let missing = it.size.indices.map { axis in
      (it.size[axis] + 2 * it.at(it.padding, axis)
        - it.at(it.dilation, axis) * (it.kernel[axis] - 1) - 1) % it.at(it.stride, axis)
    }
    let back = try y.convolvedTransposed(
      weight: weight, stride: it.stride, padding: it.padding, outputPadding: missing,
      dilation: it.dilation, groups: it.groups)
    #expect(back.shape == x.shape)
    let scale = try forward.norm().number() * y.norm().number()
    expectClose(
      try (forward * y).sum().number(), try (x * back).sum().number(), absolute: 1e-13 * scale)
  }

  @Test func `the gradient of a convolution is the transposed one`() throws {
    let x = try random([1, 2, 5, 5], seed: 1).tracked()
    let weight = try random([3, 2, 3, 3], seed: 2)
    let y = try x.convolved(weight: weight, padding: [1])
    let cotangent = try random(y.shape, seed: 3)
    let slope = try gradient(of: y, withRespectTo: [x], weight: cotangent)[0]
    try expectClose(
      slope, cotangent.convolvedTransposed(weight: weight, padding: [1]), absolute: 1e-12)
  }

  @Test func `what does not fit is an error`() throws {
    let x = try Tensor.ones([1, 2, 5, 5])
    let weight = try Tensor.ones([3, 2, 3, 3])
    for (stride, padding, dilation, groups) in [
      ([0], [0], [1], 1), ([-1], [0], [1], 1), ([1, 1, 1], [0], [1], 1), ([1], [-1], [1], 1),
      ([1], [0], [0], 1), ([1], [0], [9], 1), ([1], [0], [1], 0), ([1], [0], [1], 2),
      ([], [0], [1], 1),
    ] as [([Int], [Int], [Int], Int)] {
      #expect(throws: TorchError.self, "\(stride) \(padding) \(dilation) \(groups)") {
        try x.convolved(
          weight: weight, stride: stride, padding: padding, dilation: dilation, groups: groups)
      }
    }
    #expect(throws: TorchError.self) { try x.convolved(weight: Tensor.ones([3, 3, 3, 3])) }
    #expect(throws: TorchError.self) { try x.convolved(weight: Tensor.ones([3, 2, 6, 6])) }
    #expect(throws: TorchError.self) { try x.convolved(weight: weight, bias: Tensor.ones([2])) }
    #expect(throws: TorchError.self) { try Tensor(1.0).convolved(weight: weight) }
  }

  /// The definition, element by element.
  private func sum(_ it: Case, _ x: Tensor, _ weight: Tensor, _ bias: Tensor) throws -> Tensor {
    let (input, taps, shifts) = try (x.numbers(), weight.numbers(), bias.numbers())
    let outputSize = it.size.indices.map { axis in
      (it.size[axis] + 2 * it.at(it.padding, axis)
        - it.at(it.dilation, axis) * (it.kernel[axis] - 1) - 1) / it.at(it.stride, axis) + 1
    }
    let (channels, outputs) = (x.shape[1], weight.shape[0])
    let seen = channels / it.groups
    var result: [Double] = []
    for row in 0..<x.shape[0] {
      for output in 0..<outputs {
        let first = output / (outputs / it.groups) * seen
        for place in places(in: outputSize) {
          var total = shifts[output]
          for channel in 0..<seen {
            for tap in places(in: it.kernel) {
              let source = it.size.indices.map { axis in
                place[axis] * it.at(it.stride, axis) + tap[axis] * it.at(it.dilation, axis)
                  - it.at(it.padding, axis)
              }
              guard zip(source, it.size).allSatisfy({ (0..<$1).contains($0) }) else { continue }
              total +=
                input[offset([row, first + channel] + source, in: x.shape)]
                * taps[offset([output, channel] + tap, in: weight.shape)]
            }
          }
          result.append(total)
        }
      }
    }
    return try Tensor(result, shape: [x.shape[0], outputs] + outputSize)
  }
}

extension ConvolutionTests.Case {
  /// One number for all axes, or one for each.
  func at(_ numbers: [Int], _ axis: Int) -> Int { numbers.count == 1 ? numbers[0] : numbers[axis] }
}

/// Every place in an array of a shape, in row-major order.
func places(in shape: [Int]) -> [[Int]] {
  shape.reduce([[]]) { heads, length in heads.flatMap { head in (0..<length).map { head + [$0] } } }
}

/// Where a place lies in row-major order.
func offset(_ place: [Int], in shape: [Int]) -> Int {
  zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }
}
