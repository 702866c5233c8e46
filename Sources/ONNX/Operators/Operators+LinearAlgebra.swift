// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Matrix products and what is made of them.
  static let linearAlgebra: [OperatorDefinition] = [
    OperatorDefinition("MatMul", arity: 2...2, rows: .custom(matrixProductRows)) { _ in
      { inputs in [try inputs[0].matrixProduct(try inputs[1])] }
    },
    OperatorDefinition("Gemm", arity: 2...3, rows: .custom(generalProductRows), prepare: general),
    OperatorDefinition("Einsum", since: 12, arity: 1...Int.max, rows: .custom(contractionRows)) {
      node in
      let equation = try node.text("equation", "")
      guard !equation.isEmpty else { throw NodeFault("the attribute 'equation' is missing") }
      return { inputs in [try .contraction(equation, try inputs.all())] }
    },
    OperatorDefinition("Det", since: 11, arity: 1...1, rows: .custom(matrixRows)) { _ in
      { inputs in [try inputs[0].determinant()] }
    },
  ]

  /// The last two axes are the matrix.
  static func matrixRows(_ context: RowContext) -> RowOutcome {
    context.onlyFirstHasRows ? .stacked(context.function) : .oneByOne
  }

  /// Units are an axis over which products are repeated, or more rows of the left matrix.
  static func matrixProductRows(_ context: RowContext) -> RowOutcome {
    guard let a = context.input(0), let b = context.input(1) else { return .oneByOne }
    let (left, right) = (a.shape.count, b.shape.count)
    if context.isMerged, left >= 2 {
      let isApart =
        switch (a.hasRows, b.hasRows) {
        case (true, true): left == right && left >= 3
        case (true, false): right <= 2 || right < left || (right == left && b.shape[0] == 1)
        case (false, true): right >= 3 && (left < right || (left == right && a.shape[0] == 1))
        case (false, false): false
        }
      if isApart && !(left == 2 && right > 2) { return .apart(context.function) }
    }
    // Vectors are matrices of one row or column; axes of length 1 behind the units let the others
    // broadcast.
    let rank = max(left, right, 2)
    let hasRows = (a.hasRows, b.hasRows)
    @Sendable func aligned(_ tensor: Tensor, _ shape: [Int], _ hasRows: Bool, isLeft: Bool) throws
      -> Tensor
    {
      let matrix = shape.count > 1 ? shape : isLeft ? [1] + shape : shape + [1]
      if !hasRows { return matrix == shape ? tensor : try tensor.reshaped(to: matrix) }
      let wanted = [Int](repeating: 1, count: rank - matrix.count) + matrix
      return wanted == shape ? tensor : try tensor.reshaped(to: [tensor.shape[0]] + wanted)
    }
    return .stacked { inputs in
      var product = try aligned(try inputs[0], a.shape, hasRows.0, isLeft: true)
        .matrixProduct(try aligned(try inputs[1], b.shape, hasRows.1, isLeft: false))
      if right == 1 { product = try product.squeezed(axis: -1) }
      if left == 1 { product = try product.squeezed(axis: right == 1 ? -1 : -2) }
      return [product]
    }
  }

  static func generalProductRows(_ context: RowContext) throws -> RowOutcome {
    guard let a = context.input(0), a.hasRows, context.input(1)?.hasRows == false,
      try !context.reader.flag("transA")
    else { return .oneByOne }
    if let c = context.input(2) {
      guard
        c.hasRows
          ? c.shape == a.shape || c.shape.first == a.shape.first && c.shape.count == 2
          : c.shape.count < 2 || c.shape[0] == 1
      else { return .oneByOne }
    }
    return .apart(context.function)
  }

  /// The units get a letter of their own, in each term that has them and in the result.
  private static func contractionRows(_ context: RowContext) throws -> RowOutcome {
    let equation = try context.reader.text("equation", "").filter { $0 != " " }
    let sides = equation.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false)
    let used = Set(equation)
    guard terms.count == context.inputs.count,
      let letter = "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA".first(where: {
        !used.contains($0)
      })
    else { return .oneByOne }
    let result: String
    if sides.count == 2 {
      guard sides[1].first == ">" else { return .oneByOne }
      result = String(sides[1].dropFirst())
    } else {
      // Without a result, the letters that occur once, in alphabetical order.
      let letters = sides[0].filter(\.isLetter)
      result =
        (sides[0].contains("...") ? "..." : "")
        + String(letters.filter { one in letters.filter { $0 == one }.count == 1 }.sorted())
    }
    let lifted = zip(terms, context.inputs).map { term, input in
      input?.hasRows == true ? "\(letter)\(term)" : String(term)
    }
    return .stacked(
      try context.function(
        attributes: [
          "equation": .text(lifted.joined(separator: ",") + "->\(letter)" + result)
        ]))
  }

  /// α·A′B′ + β·C, where ′ is a transposition or nothing.
  static func general(_ node: NodeReader) throws -> NodeFunction {
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
