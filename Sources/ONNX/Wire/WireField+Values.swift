// SPDX-License-Identifier: Apache-2.0

/// A message that decodes itself from its fields.
///
/// Fields that it does not know it skips.
protocol WireMessage {
  init(_ reader: inout WireReader) throws(ONNXError)
}

// What a message's definition says about a field: each of these reads one kind, under the name
// that the definition gives it, and refuses a field that was written as another kind.

extension WireField {
  func integer(_ name: @autoclosure () -> String) throws(ONNXError) -> Int64 {
    guard case .varint(let bits) = value else { throw mismatch("a number", name()) }
    return Int64(bitPattern: bits)
  }

  func float(_ name: @autoclosure () -> String) throws(ONNXError) -> Float {
    guard case .fixed32(let bits) = value else { throw mismatch("a 32-bit number", name()) }
    return Float(bitPattern: bits)
  }

  func bytes(_ name: @autoclosure () -> String) throws(ONNXError) -> ByteSlice {
    guard case .bytes(let bytes) = value else { throw mismatch("bytes", name()) }
    return bytes
  }

  func text(_ name: @autoclosure () -> String) throws(ONNXError) -> String {
    guard let text = String(validating: try bytes(name()), as: UTF8.self) else {
      throw .malformedFile(place: name(), offset: offset, reason: "text that is not UTF-8")
    }
    return text
  }

  /// The message that the field holds.
  func message<Message: WireMessage>(
    _ name: @autoclosure () -> String, inside parent: WireReader
  ) throws(ONNXError) -> Message {
    let content = try bytes(name())
    do {
      var reader = try WireReader(content, inside: parent)
      return try Message(&reader)
    } catch { throw error.inside(name()) }
  }

  /// Appends an element of a repeated message.
  func append<Message: WireMessage>(
    _ name: String, to list: inout [Message], inside parent: WireReader
  ) throws(ONNXError) {
    list.append(try message("\(name)[\(list.count)]", inside: parent))
  }

  /// Appends an element of a repeated text.
  func append(_ name: String, to list: inout [String]) throws(ONNXError) {
    list.append(try text("\(name)[\(list.count)]"))
  }

  /// Appends an element of a repeated integer field, or all of a packed one.
  func append(_ name: String, to list: inout [Int64]) throws(ONNXError) {
    switch value {
    case .varint(let bits): list.append(Int64(bitPattern: bits))
    case .bytes(let packed):
      do {
        var reader = WireReader(packed)
        while !reader.isAtEnd { list.append(Int64(bitPattern: try reader.varint())) }
      } catch { throw error.inside(name) }
    default: throw mismatch("numbers", name)
    }
  }

  /// Appends an element of a repeated float field, or all of a packed one.
  func append(_ name: String, to list: inout [Float]) throws(ONNXError) {
    switch value {
    case .fixed32(let bits): list.append(Float(bitPattern: bits))
    case .bytes(let packed) where packed.count.isMultiple(of: 4):
      var reader = WireReader(packed)
      while !reader.isAtEnd { list.append(Float(bitPattern: try reader.fixed(UInt32.self))) }
    default: throw mismatch("32-bit numbers", name)
    }
  }

  /// Appends an element of a repeated field of fixed width, or all of a packed one, as the bytes
  /// that it has in the file.
  ///
  /// A field packed once, as writers do it, is not copied.
  func append(_ name: String, to data: inout ByteSlice, width: Int) throws(ONNXError) {
    switch value {
    case .fixed32(let bits) where width == 4:
      withUnsafeBytes(of: bits.littleEndian) { data.append($0) }
    case .fixed64(let bits) where width == 8:
      withUnsafeBytes(of: bits.littleEndian) { data.append($0) }
    case .bytes(let packed) where packed.count.isMultiple(of: width):
      if data.isEmpty { data = packed } else { data.append(packed) }
    default: throw mismatch("\(width * 8)-bit numbers", name)
    }
  }

  private func mismatch(_ expected: String, _ name: String) -> ONNXError {
    let found =
      switch value {
      case .varint: "a number"
      case .fixed64: "a 64-bit number"
      case .fixed32: "a 32-bit number"
      case .bytes(let bytes): "\(bytes.count) bytes"
      }
    return .malformedFile(
      place: name, offset: offset, reason: "the field should hold \(expected) and holds \(found)")
  }
}
