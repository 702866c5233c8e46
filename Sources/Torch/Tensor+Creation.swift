// SPDX-License-Identifier: Apache-2.0

import CTorch

private enum Operators {
  static let full = Operator("aten::full")
  static let arange = Operator("aten::arange", "start_step")
  static let eye = Operator("aten::eye")
  static let convert = Operator("aten::to", "dtype")
  static let move = Operator("aten::to", "device")
}

extension Tensor {
  /// Makes a tensor from numbers in row-major order.
  ///
  /// - Parameters:
  ///   - scalars: As many as `shape` has places.
  ///   - shape: The length of each axis; `nil` for one axis.
  /// - Throws: ``TorchError`` where the count does not fit the shape.
  public init<Scalar: TensorScalar>(_ scalars: [Scalar], shape: [Int]? = nil) throws {
    self = try scalars.withUnsafeBytes { bytes in
      try Tensor(bytes: bytes, shape: shape ?? [scalars.count], type: Scalar.elementType)
    }
  }

  /// A single number, shape `[]`.
  public init<Scalar: TensorScalar>(_ scalar: Scalar) throws {
    try self.init([scalar], shape: [])
  }

  /// Makes a tensor from the memory of its elements, little-endian and in row-major order.
  public init(bytes: UnsafeRawBufferPointer, shape: [Int], type: ElementType) throws {
    _ = Runtime.started
    var made: OpaquePointer?
    let lengths = shape.map(Int64.init)
    try check(
      ct_tensor_from_bytes(
        bytes.baseAddress, bytes.count, lengths, lengths.count, type.code, &made),
      "new tensor")
    guard let made else { throw TorchError(operation: "new tensor", message: "gave nothing") }
    self.init(owning: made)
  }

  /// Makes a tensor on memory that something else owns, without a copy.
  ///
  /// - Parameters:
  ///   - memory: The elements, little-endian and in row-major order, which nobody writes as long as
  ///     the tensor or another that shares its memory lives.
  ///   - type: Not `.bool`.
  ///   - owner: Is kept as long.
  public init(
    memory: UnsafeRawPointer, shape: [Int], type: ElementType, owner: some AnyObject & Sendable
  ) throws {
    _ = Runtime.started
    var made: OpaquePointer?
    let lengths = shape.map(Int64.init)
    let kept = Unmanaged<AnyObject>.passRetained(owner)
    let status = ct_tensor_borrowed(
      memory, lengths, lengths.count, type.code,
      { Unmanaged<AnyObject>.fromOpaque($0).release() }, kept.toOpaque(), &made)
    if status != CT_OK { kept.release() }
    try check(status, "new tensor")
    guard let made else { throw TorchError(operation: "new tensor", message: "gave nothing") }
    self.init(owning: made)
  }

  /// Makes a tensor whose elements `fill` writes, little-endian and in row-major order.
  ///
  /// - Throws: What `fill` throws, or ``TorchError`` where there is no memory for the shape.
  init(
    shape: [Int], type: ElementType, fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    _ = Runtime.started
    var made: OpaquePointer?
    let lengths = shape.map(Int64.init)
    var failure: (any Error)?
    try withoutActuallyEscaping(fill) { fill in
      var filler = Filler { bytes in
        do {
          try fill(bytes)
          return true
        } catch {
          failure = error
          return false
        }
      }
      let status = withUnsafeMutablePointer(to: &filler) {
        ct_tensor_filled(lengths, lengths.count, type.code, Filler.call, $0, &made)
      }
      if let failure { throw failure }
      try check(status, "new tensor")
    }
    guard let made else { throw TorchError(operation: "new tensor", message: "gave nothing") }
    self.init(owning: made)
  }

  /// One value everywhere.
  ///
  /// - Throws: ``TorchError`` where an integer type does not have the value.
  public static func full(
    _ shape: [Int], _ value: Double, type: ElementType = .float32, on device: Device = .cpu
  ) throws -> Tensor {
    try Operators.full(
      .integers(shape), type.exactly(value, for: "full"), .elementType(type), .none,
      .device(device))
  }

  public static func zeros(
    _ shape: [Int], type: ElementType = .float32, on device: Device = .cpu
  ) throws -> Tensor {
    try full(shape, 0, type: type, on: device)
  }

  public static func ones(
    _ shape: [Int], type: ElementType = .float32, on device: Device = .cpu
  ) throws -> Tensor {
    try full(shape, 1, type: type, on: device)
  }

  /// A tensor of this one's shape, type and device with one value everywhere.
  public func filled(with value: Double) throws -> Tensor {
    try .full(shape, value, type: elementType, on: device)
  }

  /// The whole numbers from `start` on, `step` apart, before `end`: int64.
  public static func range(
    from start: Int = 0, to end: Int, by step: Int = 1, on device: Device = .cpu
  ) throws -> Tensor {
    try Operators.arange(
      .integer(start), .integer(end), .integer(step), .elementType(.int64), .none,
      .device(device))
  }

  /// Ones on the diagonal of a `[size, size]` matrix.
  public static func identity(
    _ size: Int, type: ElementType = .float32, on device: Device = .cpu
  ) throws -> Tensor {
    // Debian's libtorch makes none of bfloat16.
    let made: ElementType = type == .bfloat16 ? .float32 : type
    return try Operators.eye(.integer(size), .elementType(made), .none, .device(device))
      .converted(to: type)
  }

  /// The same numbers as another type; the same tensor where it has that type already.
  public func converted(to type: ElementType) throws -> Tensor {
    type == elementType ? self : try Operators.convert(.tensor(self), .elementType(type))
  }

  /// The same numbers on another device; the same tensor where it is there already.
  public func moved(to device: Device) throws -> Tensor {
    device == self.device
      ? self
      : try Operators.move(.tensor(self), .device(device), .elementType(elementType))
  }

  /// The same numbers with another's type and device.
  public func converted(like other: Tensor) throws -> Tensor {
    try converted(to: other.elementType).moved(to: other.device)
  }

  /// The elements in row-major order.
  ///
  /// - Throws: ``TorchError`` where the tensor has another element type: convert it first.
  public func scalars<Scalar: TensorScalar>(as type: Scalar.Type = Scalar.self) throws -> [Scalar] {
    guard elementType == Scalar.elementType else {
      throw TorchError(
        operation: "read scalars", shapes: [shape],
        message: "elements are \(elementType.rawValue), not \(Scalar.elementType.rawValue): "
          + "convert the tensor first")
    }
    try checkReadable()
    let (length, tensor) = (count, try expanded())
    return try [Scalar](unsafeUninitializedCapacity: length) { buffer, initialized in
      try check(
        ct_tensor_to_bytes(
          tensor.pointer, UnsafeMutableRawPointer(buffer.baseAddress),
          length * elementType.byteCount),
        "read scalars", [self])
      initialized = length
    }
  }

  /// The memory of the elements, little-endian and in row-major order.
  public func bytes() throws -> [UInt8] {
    try checkReadable()
    let (length, tensor) = (count * elementType.byteCount, try expanded())
    return try [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
      try check(
        ct_tensor_to_bytes(tensor.pointer, UnsafeMutableRawPointer(buffer.baseAddress), length),
        "read bytes", [self])
      initialized = length
    }
  }

  /// Many elements each in a place of its own: where a view shows one element everywhere, this is
  /// how a lack of memory becomes an error, which it would not in a Swift array.
  private func expanded() throws -> Tensor { count > 1 << 16 ? try contiguous() : self }

  /// The elements of any type, as `Double` and in row-major order.
  public func numbers() throws -> [Double] {
    try converted(to: .float64).scalars(as: Double.self)
  }

  /// The elements as whole numbers; fractions are cut off.
  public func integers() throws -> [Int] {
    try converted(to: .int64).scalars(as: Int.self)
  }

  /// The one element.
  ///
  /// - Throws: ``TorchError`` where there are more or none.
  public func number() throws -> Double {
    guard count == 1 else {
      throw TorchError(
        operation: "read number", shapes: [shape], message: "has \(count) elements, not one")
    }
    return try numbers()[0]
  }
}

/// A closure that C can call.
private struct Filler {
  let body: (UnsafeMutableRawBufferPointer) -> Bool

  static let call: ct_filler = { bytes, count, context in
    guard let filler = context?.assumingMemoryBound(to: Filler.self) else { return false }
    return filler.pointee.body(UnsafeMutableRawBufferPointer(start: bytes, count: count))
  }
}
