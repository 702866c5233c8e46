// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

/// Each normalization against the mean and variance over its axes.
@Suite struct NormalizationTests {
  private let x: Tensor
  private let scale: Tensor
  private let shift: Tensor

  init() throws {
    let generator = try Generator(seed: 4)
    x = try .normal([2, 4, 3, 5], mean: 2, type: .float64, from: generator)
    scale = try .normal([4], type: .float64, from: generator)
    shift = try .normal([4], type: .float64, from: generator)
  }

  private func normalized(_ x: Tensor, axes: [Int], epsilon: Double = 1e-5) throws -> Tensor {
    let mean = try x.mean(axes: axes, keepingAxes: true)
    let variance = try x.variance(axes: axes, keepingAxes: true)
    return try (x - mean) / (variance + epsilon).squareRoot()
  }

  private var scaled: (Tensor, Tensor) {
    get throws { try (scale.reshaped(to: [4, 1, 1]), shift.reshaped(to: [4, 1, 1])) }
  }

  @Test func `batch normalization uses the given statistics`() throws {
    let (mean, variance) = try (scale * 2, shift.squared() + 1)
    let plain =
      try (x - mean.reshaped(to: [4, 1, 1]))
      / (variance.reshaped(to: [4, 1, 1]) + 1e-3).squareRoot()
    try expectClose(
      x.batchNormalized(mean: mean, variance: variance, epsilon: 1e-3), plain, absolute: 1e-12)
    let (factor, summand) = try scaled
    try expectClose(
      x.batchNormalized(
        mean: mean, variance: variance, scale: scale, shift: shift, epsilon: 1e-3),
      plain * factor + summand, absolute: 1e-12)
    #expect(throws: TorchError.self) {
      try x.batchNormalized(mean: Tensor.ones([3]), variance: Tensor.ones([3]))
    }
  }

  @Test func `layer normalization reduces the last axes`() throws {
    try expectClose(
      x.layerNormalized(shape: [3, 5]), normalized(x, axes: [2, 3]), absolute: 1e-11)
    let factor = try Tensor.range(to: 5).converted(to: .float64)
    try expectClose(
      x.layerNormalized(shape: [5], scale: factor, shift: factor, epsilon: 0.1),
      normalized(x, axes: [3], epsilon: 0.1) * factor + factor, absolute: 1e-11)
    #expect(throws: TorchError.self) { try x.layerNormalized(shape: [4]) }
    #expect(throws: TorchError.self) { try x.layerNormalized(shape: []) }
  }

  @Test func `group normalization reduces parts of the channels`() throws {
    let parts = try x.reshaped(to: [2, 2, 2, 3, 5])
    let expected = try normalized(parts, axes: [2, 3, 4]).reshaped(to: [2, 4, 3, 5])
    try expectClose(x.groupNormalized(groups: 2), expected, absolute: 1e-11)
    let (factor, summand) = try scaled
    try expectClose(
      x.groupNormalized(groups: 2, scale: scale, shift: shift), expected * factor + summand,
      absolute: 1e-11)
    #expect(throws: TorchError.self) { try x.groupNormalized(groups: 3) }
    #expect(throws: TorchError.self) { try x.groupNormalized(groups: 0) }
  }

  @Test func `instance normalization reduces each channel of each row`() throws {
    let (factor, summand) = try scaled
    try expectClose(
      x.instanceNormalized(scale: scale, shift: shift),
      normalized(x, axes: [2, 3]) * factor + summand, absolute: 1e-11)
  }
}
