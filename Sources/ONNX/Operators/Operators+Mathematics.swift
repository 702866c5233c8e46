// SPDX-License-Identifier: Apache-2.0

import Torch

private enum ATen {
  static let asinh = Operator("aten::asinh")
  static let acosh = Operator("aten::acosh")
  static let atanh = Operator("aten::atanh")
}

extension OperatorRegistry {
  /// Functions of each element alone, without parameters.
  static let mathematics: [OperatorDefinition] = [
    .elementwise("Identity") { $0 },
    .elementwise("Abs") { try $0.absolute() },
    .elementwise("Neg") { try -$0 },
    .elementwise("Sign", since: 9) { try $0.sign() },
    .elementwise("Reciprocal") { try $0.reciprocal() },
    .elementwise("Sqrt") { try $0.squareRoot() },
    .elementwise("Exp") { try $0.exponential() },
    .elementwise("Log") { try $0.logarithm() },
    .elementwise("Erf", since: 9) { try $0.errorFunction() },
    .elementwise("Sin") { try $0.sine() },
    .elementwise("Cos") { try $0.cosine() },
    .elementwise("Tan") { try $0.tangent() },
    .elementwise("Asin") { try $0.arcSine() },
    .elementwise("Acos") { try $0.arcCosine() },
    .elementwise("Atan") { try $0.arcTangent() },
    .elementwise("Sinh", since: 9) { try $0.hyperbolicSine() },
    .elementwise("Cosh", since: 9) { try $0.hyperbolicCosine() },
    .elementwise("Tanh") { try $0.hyperbolicTangent() },
    .elementwise("Asinh", since: 9) { try ATen.asinh(.tensor($0)) },
    .elementwise("Acosh", since: 9) { try ATen.acosh(.tensor($0)) },
    .elementwise("Atanh", since: 9) { try ATen.atanh(.tensor($0)) },
    .elementwise("Floor") { try $0.roundedDown() },
    .elementwise("Ceil") { try $0.roundedUp() },
    // Halves go to the even neighbour, as ONNX has it.
    .elementwise("Round", since: 11) { try $0.rounded() },
  ]
}
