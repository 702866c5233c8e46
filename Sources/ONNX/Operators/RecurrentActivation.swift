// SPDX-License-Identifier: Apache-2.0

import Torch

/// The function of a gate or a state of a recurrent layer.
struct RecurrentActivation: Sendable {
  let function: @Sendable (Tensor) throws -> Tensor

  /// - Parameters:
  ///   - alpha: The next free number of the attribute `activation_alpha`; taken where the function
  ///     has such a parameter.
  ///   - beta: Likewise.
  init(
    _ name: String, alpha: inout ArraySlice<Double>, beta: inout ArraySlice<Double>
  ) throws {
    // ONNX gives these two no standard values.
    func taken(_ numbers: inout ArraySlice<Double>) throws -> Double {
      guard let number = numbers.popFirst() else {
        throw NodeFault("the activation '\(name)' needs numbers for alpha and beta")
      }
      return number
    }
    switch name.lowercased() {
    case "sigmoid": function = { try $0.sigmoid() }
    case "tanh": function = { try $0.hyperbolicTangent() }
    case "relu": function = { try $0.relu() }
    case "softsign": function = { try $0 / (try $0.absolute() + 1) }
    case "softplus": function = { try $0.softplus() }
    case "leakyrelu":
      let slope = alpha.popFirst() ?? 0.01
      function = { try $0.leakyReLU(slope: slope) }
    case "elu":
      let scale = alpha.popFirst() ?? 1
      function = { try $0.elu(alpha: scale) }
    case "thresholdedrelu":
      let limit = alpha.popFirst() ?? 1
      function = { try $0.filled(with: 0, where: try $0 .<= limit) }
    case "affine":
      let (scale, shift) = (try taken(&alpha), try taken(&beta))
      function = { try $0 * scale + shift }
    case "hardsigmoid":
      let (scale, shift) = (alpha.popFirst() ?? 0.2, beta.popFirst() ?? 0.5)
      function = { try ($0 * scale + shift).clamped(from: 0, to: 1) }
    case "scaledtanh":
      let (scale, steepness) = (try taken(&alpha), try taken(&beta))
      function = { try ($0 * steepness).hyperbolicTangent() * scale }
    default: throw NodeFault("the activation '\(name)' is not one that ONNX knows")
    }
  }

  func callAsFunction(_ x: Tensor) throws -> Tensor { try function(x) }
}
