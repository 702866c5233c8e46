// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Values that come from attributes and shapes.
  static let constants: [OperatorDefinition] = [
    OperatorDefinition("Constant", arity: 0...0, rows: .unknown) { node in
      let value = try constantValue(node)
      return { _ in [value] }
    },
    OperatorDefinition("ConstantOfShape", since: 9, arity: 1...1, rows: .unknown) { node in
      let value = try node.tensor("value") ?? node.types.tensor(.zero)
      guard value.count == 1 else {
        throw NodeFault("the attribute 'value' has \(value.count) elements, not one")
      }
      return { inputs in
        let shape = try inputs.integers(0)
        try checkPlausible(shape)
        // One element, seen everywhere: a hostile shape takes no memory.
        return [try value.reshaped(to: shape.map { _ in 1 }).broadcast(to: shape)]
      }
    },
    OperatorDefinition("Range", since: 11, arity: 3...3, rows: .unknown) { _ in
      { inputs in
        let (start, step) = (try inputs[0], try inputs[2])
        let numbers = try [start, try inputs[1], step].map { try $0.number() }
        let count = ((numbers[1] - numbers[0]) / numbers[2]).rounded(.up)
        guard !count.isNaN, count <= 0x1p26 else {
          throw NodeFault("a range from \(numbers[0]) to \(numbers[1]) by \(numbers[2])")
        }
        let places = try Tensor.range(to: Int(max(0, count)), on: start.device)
        return [
          try places.converted(to: start.elementType) * (try step.reshaped(to: []))
            + (try start.reshaped(to: []))
        ]
      }
    },
    OperatorDefinition("EyeLike", since: 9, arity: 1...1, rows: .unknown) { node in
      let diagonal = try node.integer("k", 0)
      let type = try node.elementType("dtype")
      return { inputs in
        let x = try inputs[0]
        guard x.rank == 2 else { throw NodeFault("a matrix is wanted, not the shape \(x.shape)") }
        let ones = try Tensor.ones(x.shape, type: type ?? x.elementType, on: x.device)
        return [try ones.upperTriangle(diagonal: diagonal).lowerTriangle(diagonal: diagonal)]
      }
    },
  ]

  private static func constantValue(_ node: NodeReader) throws -> Tensor {
    let floating = node.types.computed(.float32)
    func placed(_ tensor: Tensor) throws -> Tensor {
      try tensor.converted(to: floating).moved(to: node.types.device)
    }
    if let tensor = try node.tensor("value") { return tensor }
    if let number = try node.float("value_float") { return try placed(try Tensor(number)) }
    if let numbers = try node.floats("value_floats") { return try placed(try Tensor(numbers)) }
    if let integer = try node.integer("value_int") { return try Tensor(integer) }
    if let integers = try node.integers("value_ints") { return try Tensor(integers) }
    throw NodeFault("the constant is text, sparse or missing; only dense numbers are supported")
  }
}

extension StoredTensor {
  fileprivate static let zero = StoredTensor(
    elementType: .float32, shape: [1], bytes: [0, 0, 0, 0])
}
