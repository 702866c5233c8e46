// SPDX-License-Identifier: Apache-2.0

import Torch

private enum ATen {
  static let and = Operator("aten::bitwise_and", "Tensor")
  static let or = Operator("aten::bitwise_or", "Tensor")
  static let xor = Operator("aten::bitwise_xor", "Tensor")
  static let not = Operator("aten::bitwise_not")
  static let shiftLeft = Operator("aten::bitwise_left_shift", "Tensor")
  static let shiftRight = Operator("aten::bitwise_right_shift", "Tensor")
}

extension OperatorRegistry {
  /// Operations on the bits of whole numbers.
  static let bits: [OperatorDefinition] = [
    .binary("BitwiseAnd", since: 18) { try ATen.and(.tensor($0), .tensor($1)) },
    .binary("BitwiseOr", since: 18) { try ATen.or(.tensor($0), .tensor($1)) },
    .binary("BitwiseXor", since: 18) { try ATen.xor(.tensor($0), .tensor($1)) },
    .elementwise("BitwiseNot", since: 18) { try ATen.not(.tensor($0)) },
    OperatorDefinition("BitShift", since: 11, arity: 2...2, rows: .elementwise, prepare: shift),
    OperatorDefinition("BitCast", since: 26, arity: 1...1, rows: .elementwise, prepare: cast),
  ]

  private enum Direction: String {
    case left = "LEFT"
    case right = "RIGHT"
  }

  /// Shifts by a negative number, or by all bits and more, leave what the sign alone gives.
  private static func shift(_ node: NodeReader) throws -> NodeFunction {
    guard let direction = Direction(rawValue: try node.text("direction", "")) else {
      throw NodeFault("the attribute 'direction' is neither 'LEFT' nor 'RIGHT'")
    }
    return { inputs in
      let (x, amount) = try onOneDevice(try inputs[0], try inputs[1])
      let type = x.elementType
      guard !type.isFloatingPoint, !amount.elementType.isFloatingPoint, type != .bool else {
        throw NodeFault("only whole numbers have bits to shift")
      }
      // All of it in the widest type: the cast back drops what left the narrower one.
      let (wide, places) = (try x.converted(to: .int64), try amount.converted(to: .int64))
      let isTooFar = try (places .< 0) .| (places .>= Double(8 * type.byteCount))
      let safe = try places.filled(with: direction == .left ? 0 : 63, where: isTooFar)
      switch direction {
      case .left:
        let (shifted, mask) = try together(
          try ATen.shiftLeft(.tensor(wide), .tensor(safe)), isTooFar)
        return [try shifted.filled(with: 0, where: mask).converted(to: type)]
      case .right:
        return [try ATen.shiftRight(.tensor(wide), .tensor(safe)).converted(to: type)]
      }
    }
  }

  private static func together(_ x: Tensor, _ mask: Tensor) throws -> (Tensor, Tensor) {
    (x, try mask.broadcast(to: x.shape))
  }

  /// The same bytes as another type of the same width.
  ///
  /// Unsigned numbers are computed in the next wider type, so their bits are taken from there.
  private static func cast(_ node: NodeReader) throws -> NodeFunction {
    guard let number = try node.integer("to") else { throw NodeFault("'to' is missing") }
    let stored = try StoredElementType(number: Int64(number), of: "attribute to")
    let signed: [StoredElementType: ElementType] = [
      .uint16: .int16, .uint32: .int32, .uint64: .int64,
    ]
    let computed = node.types.computed(stored)
    let type = signed[stored] ?? computed
    guard type.byteCount == stored.width else {
      throw NodeFault("\(stored) is computed as \(type.rawValue), whose bits are others")
    }
    return { inputs in
      var x = try inputs[0]
      if let narrow = [2: ElementType.int16, 4: .int32][stored.width],
        x.elementType == (narrow == .int16 ? .int32 : .int64),
        try x.converted(to: .float64).numbers()
          .allSatisfy({ $0 >= 0 && $0 < Double(1 << (8 * stored.width)) })
      {
        x = try x.converted(to: narrow)
      }
      guard x.elementType.byteCount == type.byteCount else {
        throw NodeFault("the bits of \(x.elementType.rawValue) are not as many as \(stored) has")
      }
      let bytes = try x.bytes()
      let same = try bytes.withUnsafeBytes { try Tensor(bytes: $0, shape: x.shape, type: type) }
        .moved(to: x.device)
      guard signed[stored] != nil else { return [same] }
      let wide = try same.converted(to: computed)
      let isHigh = try wide .< 0
      guard stored != .uint64 else {
        guard try isHigh.converted(to: .int64).sum().number() == 0 else {
          throw NodeFault("a uint64 above the largest int64 is not supported")
        }
        return [wide]
      }
      return [try (wide + Double(1 << (8 * stored.width))).chosen(where: isHigh, else: wide)]
    }
  }
}
