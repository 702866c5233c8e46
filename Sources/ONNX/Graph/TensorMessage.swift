// SPDX-License-Identifier: Apache-2.0

/// A stored tensor, undecoded: `TensorProto`.
struct TensorMessage: WireMessage {
  var name = ""
  var shape: [Int64] = []
  var type: Int64 = 0
  var rawData: ByteSlice?
  /// 32-bit floats, as in the file.
  var floatData: ByteSlice = []
  /// 64-bit floats, as in the file.
  var doubleData: ByteSlice = []
  /// Integers of at most 32 bits, bool, and the bits of the floats of 16 bits.
  var int32Data: [Int64] = []
  var int64Data: [Int64] = []
  var uint64Data: [Int64] = []
  var stringCount = 0
  var isSegment = false
  var isExternal = false
  var externalData: [EntryMessage] = []

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: try field.append("dims", to: &shape)
      case 2: type = try field.integer("data_type")
      case 3: isSegment = true
      case 4: try field.append("float_data", to: &floatData, width: 4)
      case 5: try field.append("int32_data", to: &int32Data)
      case 6: stringCount += 1
      case 7: try field.append("int64_data", to: &int64Data)
      case 8: name = try field.text("name")
      case 9: rawData = try field.bytes("raw_data")
      case 10: try field.append("double_data", to: &doubleData, width: 8)
      case 11: try field.append("uint64_data", to: &uint64Data)
      case 13: try field.append("external_data", to: &externalData, inside: reader)
      case 14: isExternal = try field.integer("data_location") == 1
      default: break
      }
    }
  }
}

/// The name and type of a value: `ValueInfoProto`.
struct ValueInfoMessage: WireMessage {
  var name = ""
  var type: TypeMessage?

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.text("name")
      case 2: type = try field.message("type", inside: reader)
      default: break
      }
    }
  }
}

/// The type of a value, of which only tensors are told apart: `TypeProto`.
struct TypeMessage: WireMessage {
  var tensor: TensorTypeMessage?
  /// A sequence, map, optional or sparse tensor.
  var isOther = false

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: tensor = try field.message("tensor_type", inside: reader)
      case 4, 5, 7, 8, 9: isOther = true
      default: break
      }
    }
  }
}

/// Element type and shape: `TypeProto.Tensor` with its `TensorShapeProto`.
struct TensorTypeMessage: WireMessage {
  var elementType: Int64 = 0
  var shape: ShapeMessage?

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: elementType = try field.integer("elem_type")
      case 2: shape = try field.message("shape", inside: reader)
      default: break
      }
    }
  }
}

/// The lengths of the axes: `TensorShapeProto`.
struct ShapeMessage: WireMessage {
  var axes: [AxisMessage] = []

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      if field.number == 1 { try field.append("dim", to: &axes, inside: reader) }
    }
  }
}

/// The length of an axis, as a number, as a name, or unknown: `TensorShapeProto.Dimension`.
struct AxisMessage: WireMessage {
  var length: Int64?
  var name: String?

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: length = try field.integer("dim_value")
      case 2: name = try field.text("dim_param")
      default: break
      }
    }
  }
}
