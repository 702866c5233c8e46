// SPDX-License-Identifier: Apache-2.0

/// A field of a message in protobuf's wire format: its number and its undecoded value.
struct WireField {
  let number: UInt64
  let value: WireValue

  /// The index of the field's first byte in the file.
  let offset: Int
}

/// What the wire format itself distinguishes; the meaning comes from the message's definition.
enum WireValue {
  case varint(UInt64)
  case fixed64(UInt64)
  case fixed32(UInt32)
  case bytes(ByteSlice)
}

/// Reads the fields of one message, in order, from bytes that are not trusted.
///
/// Every length is compared with what is left before it is used, and nesting is bounded, so that
/// no input traps, allocates more than its own size or exhausts the stack. The slice keeps the
/// indices of the whole file: positions in errors are the file's.
///
/// Source: the encoding that protobuf.dev documents (varints, tags, length-delimited fields;
/// groups, long out of use, are skipped).
struct WireReader {
  /// Messages inside messages; a control-flow body takes three levels.
  static let deepestNesting = 64

  private let bytes: ByteSlice
  private var position: Int
  let depth: Int

  init(_ bytes: ByteSlice) {
    self.bytes = bytes
    position = bytes.startIndex
    depth = 0
  }

  /// A reader of a message inside the one that `parent` reads.
  ///
  /// - Throws: ``ONNXError/malformedFile(place:offset:reason:)`` when nested too deeply.
  init(_ bytes: ByteSlice, inside parent: WireReader) throws(ONNXError) {
    self.bytes = bytes
    position = bytes.startIndex
    depth = parent.depth + 1
    guard depth <= Self.deepestNesting else {
      throw fault("messages nested more than \(Self.deepestNesting) deep")
    }
  }

  /// The next field, or nil at the end of the message.
  mutating func next() throws(ONNXError) -> WireField? {
    while position < bytes.endIndex {
      let offset = position
      let tag = try varint()
      let number = tag >> 3
      guard number > 0, number < 1 << 29 else {
        throw fault("a field number out of range (\(number))", at: offset)
      }
      switch tag & 7 {
      case 0: return WireField(number: number, value: .varint(try varint()), offset: offset)
      case 1:
        return WireField(number: number, value: .fixed64(try fixed(UInt64.self)), offset: offset)
      case 2: return WireField(number: number, value: .bytes(try delimited()), offset: offset)
      case 5:
        return WireField(number: number, value: .fixed32(try fixed(UInt32.self)), offset: offset)
      case 3: try skipGroup(number, startedAt: offset)
      case 4: throw fault("a group ends that never began", at: offset)
      default: throw fault("an unknown wire type (\(tag & 7))", at: offset)
      }
    }
    return nil
  }

  /// Whether all bytes are read.
  var isAtEnd: Bool { position >= bytes.endIndex }

  /// Seven bits a byte, least significant first; at most ten bytes.
  mutating func varint() throws(ONNXError) -> UInt64 {
    let start = position
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.endIndex {
      let byte = bytes[position]
      position += 1
      guard shift < 63 || byte <= 1 else {
        throw fault("a number longer than 64 bits", at: start)
      }
      result |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return result }
      shift += 7
    }
    throw fault("the data ends inside a number", at: start)
  }

  /// A little-endian integer of fixed width.
  mutating func fixed<T: FixedWidthInteger>(_ type: T.Type) throws(ONNXError) -> T {
    let width = T.bitWidth / 8
    guard bytes.endIndex - position >= width else {
      throw fault("the data ends inside a number")
    }
    var result: T = 0
    for index in 0..<width {
      result |= T(truncatingIfNeeded: bytes[position + index]) << T(truncatingIfNeeded: index * 8)
    }
    position += width
    return result
  }

  private mutating func delimited() throws(ONNXError) -> ByteSlice {
    let start = position
    let length = try varint()
    let left = bytes.endIndex - position
    guard length <= UInt64(left) else {
      throw fault("a field of \(length) bytes where \(left) are left", at: start)
    }
    let end = position + Int(length)
    defer { position = end }
    return bytes[position..<end]
  }

  /// Skips a group, whose fields lie between a start and an end tag of the same number.
  private mutating func skipGroup(_ number: UInt64, startedAt start: Int) throws(ONNXError) {
    var open = [number]
    while let innermost = open.last {
      guard position < bytes.endIndex else { throw fault("a group that does not end", at: start) }
      let offset = position
      let tag = try varint()
      switch tag & 7 {
      case 0: _ = try varint()
      case 1: _ = try fixed(UInt64.self)
      case 2: _ = try delimited()
      case 5: _ = try fixed(UInt32.self)
      case 3:
        open.append(tag >> 3)
        guard depth + open.count <= Self.deepestNesting else {
          throw fault("groups nested more than \(Self.deepestNesting) deep", at: offset)
        }
      case 4:
        guard tag >> 3 == innermost else {
          throw fault("a group ends that never began", at: offset)
        }
        open.removeLast()
      default: throw fault("an unknown wire type (\(tag & 7))", at: offset)
      }
    }
  }

  /// An error at `offset`, or where the reader stands.
  func fault(_ reason: String, at offset: Int? = nil) -> ONNXError {
    .malformedFile(place: "", offset: offset ?? position, reason: reason)
  }
}
