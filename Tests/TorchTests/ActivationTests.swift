// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing
import Torch

@Suite struct ActivationTests {
  struct Activation: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var ours: @Sendable (Tensor) throws -> Tensor
    var reference: @Sendable (Double) -> Double

    init(
      _ name: String, _ ours: @escaping @Sendable (Tensor) throws -> Tensor,
      _ reference: @escaping @Sendable (Double) -> Double
    ) {
      testDescription = name
      self.ours = ours
      self.reference = reference
    }
  }

  static let activations = [
    Activation("relu", { try $0.relu() }, { max($0, 0) }),
    Activation("leakyReLU", { try $0.leakyReLU() }, { $0 > 0 ? $0 : 0.01 * $0 }),
    Activation("leakyReLU 0.3", { try $0.leakyReLU(slope: 0.3) }, { $0 > 0 ? $0 : 0.3 * $0 }),
    Activation(
      "parametricReLU", { try $0.parametricReLU(slope: Tensor([0.2] as [Double])) },
      {
        $0 > 0 ? $0 : 0.2 * $0
      }),
    Activation("elu", { try $0.elu(alpha: 1.5) }, { $0 > 0 ? $0 : 1.5 * expm1($0) }),
    // Klambauer et al. 2017 (arXiv:1706.02515), section 2.
    Activation(
      "selu", { try $0.selu() },
      {
        1.0507009873554805 * ($0 > 0 ? $0 : 1.6732632423543772 * expm1($0))
      }),
    Activation("celu", { try $0.celu(alpha: 2) }, { max($0, 0) + min(0, 2 * expm1($0 / 2)) }),
    Activation("sigmoid", { try $0.sigmoid() }, { 1 / (1 + exp(-$0)) }),
    Activation("logSigmoid", { try $0.logSigmoid() }, { -log1p(exp(-$0)) }),
    Activation("hyperbolicTangent", { try $0.hyperbolicTangent() }, { tanh($0) }),
    Activation("softplus", { try $0.softplus() }, { log1p(exp($0)) }),
    Activation("gelu", { try $0.gelu() }, { $0 * erfc(-$0 / 2.0.squareRoot()) / 2 }),
    Activation(
      "gelu approximated", { try $0.gelu(approximated: true) },
      {
        $0 / 2 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
      }),
    Activation("silu", { try $0.silu() }, { $0 / (1 + exp(-$0)) }),
    Activation("mish", { try $0.mish() }, { $0 * tanh(log1p(exp($0))) }),
    Activation("hardSwish", { try $0.hardSwish() }, { $0 * min(max($0 + 3, 0), 6) / 6 }),
  ]

  @Test(arguments: activations)
  func `values and gradients agree with the formula`(activation: Activation) throws {
    let points = [-5.5, -2.1, -0.7, -0.1, 0.2, 0.9, 2.5, 6.5]
    let x = try Tensor(points).tracked()
    let result = try activation.ours(x)
    try expectClose(result, points.map(activation.reference), absolute: 1e-13, relative: 1e-12)
    let step = 1e-5
    let slopes = points.map {
      (activation.reference($0 + step) - activation.reference($0 - step)) / (2 * step)
    }
    try expectClose(
      gradient(of: result.sum(), withRespectTo: x), slopes, absolute: 1e-8, relative: 1e-8)
  }

  @Test func `the derivative of the rectifier at 0 is 0`() throws {
    let x = try Tensor([0.0, -0.0]).tracked()
    #expect(try gradient(of: x.relu().sum(), withRespectTo: x).numbers() == [0, 0])
  }

  @Test func `a parametric rectifier has a slope for each channel`() throws {
    let x = try Tensor([-1, -1, -1, 1] as [Float], shape: [1, 2, 2])
    let result = try x.parametricReLU(slope: Tensor([0.5, 3] as [Float]))
    #expect(try result.numbers() == [-0.5, -0.5, -3, 1])
    #expect(throws: TorchError.self) { try x.parametricReLU(slope: Tensor.ones([3])) }
  }

  @Test func `saturated activations neither overflow nor lose their tail`() throws {
    let x = try Tensor([-200, 200] as [Double])
    try expectClose(x.logSigmoid(), [-200, 0])
    try expectClose(x.softplus(), [0, 200])
    try expectClose(x.sigmoid(), [exp(-200), 1], absolute: 0, relative: 1e-12)
    try expectClose((x * 10).softmax(axis: 0), [0, 1])
    try expectClose((x * 10).logSoftmax(axis: 0), [-4000, 0])
  }

  @Test(arguments: [0, 1, -1])
  func `softmax is the exponential over its sum`(axis: Int) throws {
    let x = try Tensor.normal([3, 4], type: .float64, from: Generator(seed: 2))
    let exponential = try x.exponential()
    let expected = try exponential / exponential.sum(axes: [axis], keepingAxes: true)
    try expectClose(x.softmax(axis: axis), expected, absolute: 1e-14)
    try expectClose(x.logSoftmax(axis: axis), expected.logarithm(), absolute: 1e-13)
    try expectClose((x + 1000).softmax(axis: axis), expected, absolute: 1e-12)
    #expect(throws: TorchError.self) { try x.softmax(axis: 2) }
  }
}
