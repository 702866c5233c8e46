// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let relu = Operator("aten::relu")
  static let leakyReLU = Operator("aten::leaky_relu")
  static let prelu = Operator("aten::prelu")
  static let elu = Operator("aten::elu")
  static let selu = Operator("aten::selu")
  static let celu = Operator("aten::celu")
  static let sigmoid = Operator("aten::sigmoid")
  static let logSigmoid = Operator("aten::log_sigmoid")
  static let tanh = Operator("aten::tanh")
  static let softplus = Operator("aten::softplus")
  static let gelu = Operator("aten::gelu")
  static let silu = Operator("aten::silu")
  static let mish = Operator("aten::mish")
  static let hardSwish = Operator("aten::hardswish")
  static let softmax = Operator("aten::softmax", "int")
  static let logSoftmax = Operator("aten::log_softmax", "int")
}

extension Tensor {
  /// max(x, 0); its derivative at 0 is 0.
  ///
  /// What goes back through it can be something else: ``RectifierPass``.
  public func relu() throws -> Tensor {
    guard isTracked, let pass = RectifierPass.current else {
      return try Operators.relu(.tensor(self))
    }
    return try pass.relu(self)
  }

  /// x where x > 0, `slope` · x elsewhere.
  public func leakyReLU(slope: Double = 0.01) throws -> Tensor {
    try Operators.leakyReLU(.tensor(self), .number(slope))
  }

  /// x where x > 0, `slope` · x elsewhere, with a slope for each channel (axis 1) or one for all.
  public func parametricReLU(slope: Tensor) throws -> Tensor {
    try Operators.prelu(.tensor(self), .tensor(slope))
  }

  /// x where x > 0, `alpha` · (exp x − 1) elsewhere.
  public func elu(alpha: Double = 1) throws -> Tensor {
    try Operators.elu(.tensor(self), .number(alpha))
  }

  public func selu() throws -> Tensor { try Operators.selu(.tensor(self)) }

  public func celu(alpha: Double = 1) throws -> Tensor {
    try Operators.celu(.tensor(self), .number(alpha))
  }

  public func sigmoid() throws -> Tensor { try Operators.sigmoid(.tensor(self)) }

  /// log sigmoid(x), without overflow.
  public func logSigmoid() throws -> Tensor { try Operators.logSigmoid(.tensor(self)) }

  public func hyperbolicTangent() throws -> Tensor { try Operators.tanh(.tensor(self)) }

  /// log(1 + exp x).
  public func softplus() throws -> Tensor { try Operators.softplus(.tensor(self)) }

  /// x Φ(x), exactly or by its tanh approximation.
  public func gelu(approximated: Bool = false) throws -> Tensor {
    try Operators.gelu(.tensor(self), .text(approximated ? "tanh" : "none"))
  }

  /// x · sigmoid(x).
  public func silu() throws -> Tensor { try Operators.silu(.tensor(self)) }

  public func mish() throws -> Tensor { try Operators.mish(.tensor(self)) }

  public func hardSwish() throws -> Tensor { try Operators.hardSwish(.tensor(self)) }

  /// exp x / Σ exp x along an axis, without overflow.
  public func softmax(axis: Int) throws -> Tensor {
    try Operators.softmax(.tensor(self), .integer(axis), .none)
  }

  /// The logarithm of ``softmax(axis:)``, without overflow.
  public func logSoftmax(axis: Int) throws -> Tensor {
    try Operators.logSoftmax(.tensor(self), .integer(axis), .none)
  }
}
