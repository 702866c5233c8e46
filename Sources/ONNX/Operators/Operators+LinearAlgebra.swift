// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Matrix products and what is made of them.
  static let linearAlgebra: [OperatorDefinition] = [
    OperatorDefinition("MatMul", arity: 2...2, rows: .custom(matrixProductRows)) { _ in
      { inputs in [try inputs[0].matrixProduct(try inputs[1])] }
    },
    OperatorDefinition("Gemm", arity: 2...3, rows: .custom(generalProductRows), prepare: general),
    OperatorDefinition("Einsum", since: 12, arity: 1...Int.max, rows: .unknown) { node in
      let equation = try node.text("equation", "")
      guard !equation.isEmpty else { throw NodeFault("the attribute 'equation' is missing") }
      return { inputs in [try .contraction(equation, try inputs.all())] }
    },
    OperatorDefinition("Det", since: 11, arity: 1...1, rows: leadingOfAtLeast(3)) { _ in
      { inputs in [try inputs[0].determinant()] }
    },
  ]

  private static func leadingOfAtLeast(_ rank: Int) -> RowRule {
    .custom { context in
      context.onlyFirstHasRows && (context.input(0)?.shape.count ?? 0) >= rank
        ? .apart(context.function) : .mixed
    }
  }

  /// Rows stay apart when the first axis is one over which products are repeated, or the rows of
  /// the left matrix.
  private static func matrixProductRows(_ context: RowContext) -> RowOutcome {
    guard let a = context.input(0), let b = context.input(1) else { return .mixed }
    let (left, right) = (a.shape.count, b.shape.count)
    let isApart =
      switch (a.hasRows, b.hasRows) {
      case (true, true): left == right && left >= 3
      case (true, false):
        left >= 2 && (right <= 2 || right < left || (right == left && b.shape[0] == 1))
          && !(left == 2 && right > 2) && right >= 1
      case (false, true):
        right >= 3 && left >= 1 && (left < right || (left == right && a.shape[0] == 1))
      case (false, false): false
      }
    return isApart ? .apart(context.function) : .mixed
  }

  private static func generalProductRows(_ context: RowContext) throws -> RowOutcome {
    guard let a = context.input(0), a.hasRows, context.input(1)?.hasRows == false,
      try !context.reader.flag("transA")
    else { return .mixed }
    if let c = context.input(2) {
      guard c.hasRows ? c.shape.count == 2 : c.shape.count < 2 || c.shape[0] == 1 else {
        return .mixed
      }
    }
    return .apart(context.function)
  }

  /// α·A′B′ + β·C, where ′ is a transposition or nothing.
  private static func general(_ node: NodeReader) throws -> NodeFunction {
    let alpha = try node.float("alpha", 1)
    let beta = try node.float("beta", 1)
    let transposesA = try node.flag("transA")
    let transposesB = try node.flag("transB")
    return { inputs in
      let a = transposesA ? try inputs[0].transposed() : try inputs[0]
      let b = try inputs[1]
      guard a.rank == 2, b.rank == 2 else {
        throw NodeFault("matrices are wanted, and the shapes are \(a.shape) and \(b.shape)")
      }
      guard a.elementType.isFloatingPoint else {
        let product = try a.matrixProduct(transposesB ? b.transposed() : b)
        guard let c = inputs.optional(2) else { return [product] }
        return [try product * alpha + c * beta]
      }
      guard let c = inputs.optional(2), beta != 0 else {
        let product = try a.matrixProduct(transposesB ? b.transposed() : b)
        return [alpha == 1 ? product : try product * alpha]
      }
      if transposesB && alpha == 1 && beta == 1 && c.rank == 1 && c.shape[0] == b.shape[0] {
        return [try a.linear(weight: b, bias: c)]
      }
      return [
        try c.addingProduct(
          a, transposesB ? try b.transposed() : b, scale: alpha, selfScale: beta)
      ]
    }
  }
}
