// SPDX-License-Identifier: Apache-2.0

/// ONNX's element types, with the numbers of `TensorProto.DataType`.
enum StoredElementType: Int64, Sendable {
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case float16 = 10
  case float64 = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16

  /// Bytes of an element.
  var width: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float32, .int32, .uint32: 4
    case .int64, .float64, .uint64: 8
    }
  }

  var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }

  /// The type of `number`, or an error that says which type is not supported.
  ///
  /// - Throws: ``ONNXError/invalidTensor(name:reason:)``.
  init(number: Int64, of tensor: String) throws(ONNXError) {
    guard let type = StoredElementType(rawValue: number) else {
      let known: [Int64: String] = [
        0: "undefined", 8: "string", 14: "complex64", 15: "complex128", 17: "float8e4m3fn",
        18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4",
        23: "float4e2m1", 24: "float8e8m0", 25: "uint2", 26: "int2", 27: "float6e2m3",
        28: "float6e3m2",
      ]
      throw .invalidTensor(
        name: tensor,
        reason: "elements of type \(known[number] ?? "number \(number)") are not supported"
          + "; export the model with float32 weights")
    }
    self = type
  }
}

/// A decoded tensor: elements in row-major order, little-endian, `shape` × `elementType.width`
/// bytes.
struct StoredTensor: Equatable, Sendable {
  let elementType: StoredElementType
  let shape: [Int]
  let bytes: ByteSlice
  /// Whether the bytes stay where they are as long as somebody holds them: those of a file of
  /// weights do, those of the model's own file are there while it is loaded.
  var isKept = false

  /// The number of elements.
  var count: Int { bytes.count / elementType.width }
}

extension StoredTensor {
  /// Decodes a tensor, from whichever field of the message, or file beside the model, holds it.
  ///
  /// - Parameters:
  ///   - folder: Where the model's file lies; nil when it was given as bytes.
  /// - Throws: ``ONNXError/invalidTensor(name:reason:)`` when type, shape and data do not fit
  ///   together.
  init(_ message: TensorMessage, folder: ModelFolder?) throws(ONNXError) {
    let name = message.name
    let type = try StoredElementType(number: message.type, of: name)
    let shape = try Self.checkedShape(message)
    guard !message.isSegment else {
      throw .invalidTensor(
        name: name, reason: "it is stored in segments, which ONNX has given up; export again")
    }
    let size = try Self.byteCount(shape, type, name)
    if message.isExternal {
      bytes = try ExternalData(message).read(byteCount: size, folder: folder)
    } else {
      let stored = try Self.storedBytes(message, type)
      guard stored.count == size else {
        throw .invalidTensor(
          name: name,
          reason: "the shape \(shape) of \(type) takes \(size) bytes"
            + " and \(stored.count) are stored")
      }
      bytes = stored
    }
    isKept = message.isExternal
    elementType = type
    self.shape = shape
  }

  private static func checkedShape(_ message: TensorMessage) throws(ONNXError) -> [Int] {
    var shape: [Int] = []
    for length in message.shape {
      guard let length = Int(exactly: length), length >= 0 else {
        throw .invalidTensor(name: message.name, reason: "an axis has the length \(length)")
      }
      shape.append(length)
    }
    guard shape.count <= 64 else {
      throw .invalidTensor(name: message.name, reason: "it has \(shape.count) axes")
    }
    return shape
  }

  private static func byteCount(
    _ shape: [Int], _ type: StoredElementType, _ name: String
  ) throws(ONNXError) -> Int {
    if shape.contains(0) { return 0 }
    var size = type.width
    for length in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow else {
        throw .invalidTensor(name: name, reason: "the shape \(shape) is larger than any memory")
      }
      size = product
    }
    return size
  }

  /// The data of the field that the type is stored in, by the table at `TensorProto`.
  private static func storedBytes(
    _ message: TensorMessage, _ type: StoredElementType
  ) throws(ONNXError) -> ByteSlice {
    if let raw = message.rawData { return raw }
    switch type {
    case .float32: return message.floatData
    case .float64: return message.doubleData
    case .int64: return try packed(message.int64Data, as: Int64.self, message.name)
    case .uint64: return packed(bits: message.uint64Data, as: UInt64.self)
    case .uint32: return packed(bits: message.uint64Data, as: UInt32.self)
    case .int32: return try packed(message.int32Data, as: Int32.self, message.name)
    case .int16: return try packed(message.int32Data, as: Int16.self, message.name)
    case .int8: return try packed(message.int32Data, as: Int8.self, message.name)
    case .uint8: return try packed(message.int32Data, as: UInt8.self, message.name)
    case .uint16, .float16, .bfloat16:
      return try packed(message.int32Data, as: UInt16.self, message.name)
    case .bool: return ByteSlice(message.int32Data.map { $0 == 0 ? 0 : 1 })
    }
  }

  private static func packed<T: FixedWidthInteger>(
    _ numbers: [Int64], as type: T.Type, _ name: String
  ) throws(ONNXError) -> ByteSlice {
    for number in numbers where T(exactly: number) == nil {
      throw .invalidTensor(
        name: name, reason: "the element \(number) does not fit its type \(T.self)")
    }
    return packed(bits: numbers, as: type)
  }

  private static func packed<T: FixedWidthInteger>(
    bits: [Int64], as type: T.Type
  ) -> ByteSlice {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(bits.count * (T.bitWidth / 8))
    for number in bits {
      withUnsafeBytes(of: T(truncatingIfNeeded: number).littleEndian) {
        bytes.append(contentsOf: $0)
      }
    }
    return ByteSlice(bytes)
  }
}
