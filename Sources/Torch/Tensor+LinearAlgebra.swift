// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let matrixProduct = Operator("aten::matmul")
  static let linear = Operator("aten::linear")
  static let addedProduct = Operator("aten::addmm")
  static let outer = Operator("aten::outer")
  static let contraction = Operator("aten::einsum")
  static let inverse = Operator("aten::linalg_inv")
  static let solve = Operator("aten::linalg_solve")
  static let determinant = Operator("aten::linalg_det")
  static let singularValues = Operator("aten::linalg_svd")
  static let symmetricEigen = Operator("aten::linalg_eigh")
  static let qr = Operator("aten::linalg_qr")
  static let cholesky = Operator("aten::linalg_cholesky")
}

extension Tensor {
  /// The matrix product over the last two axes, with broadcasting over the others; vectors as
  /// NumPy's `matmul` takes them.
  public func matrixProduct(_ other: Tensor) throws -> Tensor {
    try Operators.matrixProduct(.tensor(self), .tensor(other))
  }

  /// x Wᵀ + b.
  ///
  /// - Parameters:
  ///   - weight: `[outputs, inputs]`.
  ///   - bias: `[outputs]`.
  public func linear(weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
    try Operators.linear(.tensor(self), .tensor(weight), .optional(bias))
  }

  /// `scale` · a b + `selfScale` · self, of matrices.
  public func addingProduct(
    _ a: Tensor, _ b: Tensor, scale: Double = 1, selfScale: Double = 1
  ) throws -> Tensor {
    try Operators.addedProduct(
      .tensor(self), .tensor(a), .tensor(b), .number(selfScale), .number(scale))
  }

  /// All products of an element of this vector with one of another, `[count, other.count]`.
  public func outerProduct(_ other: Tensor) throws -> Tensor {
    try Operators.outer(.tensor(self), .tensor(other))
  }

  /// Einstein summation, as `bij,bjk->bik`.
  public static func contraction(_ equation: String, _ tensors: [Tensor]) throws -> Tensor {
    try Operators.contraction(.text(equation), .tensors(tensors))
  }

  public func inverse() throws -> Tensor { try Operators.inverse(.tensor(self)) }

  /// x with self · x = `rightSide`.
  public func solving(_ rightSide: Tensor) throws -> Tensor {
    try Operators.solve(.tensor(self), .tensor(rightSide))
  }

  public func determinant() throws -> Tensor { try Operators.determinant(.tensor(self)) }

  /// self = u · diag(values) · vt, the values in falling order.
  public func singularValueDecomposition() throws -> (u: Tensor, values: Tensor, vt: Tensor) {
    let parts = try Operators.singularValues.all(.tensor(self), .boolean(false))
    return (parts[0], parts[1], parts[2])
  }

  /// Eigenvalues in rising order and eigenvectors (as columns) of a symmetric matrix.
  public func symmetricEigenDecomposition() throws -> (values: Tensor, vectors: Tensor) {
    let parts = try Operators.symmetricEigen.all(.tensor(self))
    return (parts[0], parts[1])
  }

  /// self = q · r, q with orthonormal columns, r upper triangular.
  public func qrDecomposition() throws -> (q: Tensor, r: Tensor) {
    let parts = try Operators.qr.all(.tensor(self))
    return (parts[0], parts[1])
  }

  /// The lower triangular l with self = l · lᵀ, of a positive definite matrix.
  public func choleskyFactor() throws -> Tensor { try Operators.cholesky(.tensor(self)) }
}
