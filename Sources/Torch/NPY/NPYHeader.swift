// SPDX-License-Identifier: Apache-2.0

/// What stands before the elements of an array in NumPy's format.
///
///     \x93NUMPY  major  minor  length (2 bytes; 4 from version 2 on)  text, padded with spaces
///
/// The text is a Python dictionary: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NPYHeader: Equatable {
  var type: NPYType
  /// Whether neighbours along the first axis, rather than the last, lie side by side.
  var isFortranOrder: Bool
  var shape: [Int]

  static let mark: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// Bytes from which ``byteCount(start:)`` can tell where the header ends.
  static let startByteCount = 12
  /// NumPy's own limit.
  static let axisLimit = 64
  /// Far more than `axisLimit` lengths take; a longer text is damaged.
  static let textLimit = 1 << 16

  /// The bytes of the elements.
  ///
  /// - Throws: ``NPYError`` where they cannot be counted; a length of 0 does not make up for the
  ///   others being impossible.
  func dataByteCount() throws -> Int {
    guard shape.count <= Self.axisLimit else { throw NPYError(.tooLarge(shape: shape)) }
    var bytes = type.stored.byteCount
    for length in shape where length > 0 {
      let (product, overflows) = bytes.multipliedReportingOverflow(by: length)
      guard !overflows else { throw NPYError(.tooLarge(shape: shape)) }
      bytes = product
    }
    return shape.contains(0) ? 0 : bytes
  }
}

// Reading
extension NPYHeader {
  /// Where the header ends and the elements start.
  ///
  /// - Parameter start: The first ``startByteCount`` bytes, or all where there are fewer.
  static func byteCount(start: [UInt8]) throws -> Int {
    guard start.starts(with: mark) || mark.starts(with: start) else { throw NPYError(.notNPY) }
    guard start.count >= 8 else { throw NPYError(.truncated(needed: 10, found: start.count)) }
    let (major, minor) = (Int(start[6]), Int(start[7]))
    guard (1...3).contains(major), minor == 0 else {
      throw NPYError(.unknownVersion(major: major, minor: minor))
    }
    let textStart = major == 1 ? 10 : 12
    guard start.count >= textStart else {
      throw NPYError(.truncated(needed: textStart, found: start.count))
    }
    let textLength = start[8..<textStart].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard textLength <= textLimit else {
      throw NPYError(.malformedHeader("it claims to be \(textLength) bytes long", at: 0))
    }
    return textStart + textLength
  }

  /// Reads a whole header, of ``byteCount(start:)`` bytes.
  init(_ bytes: [UInt8]) throws {
    let textStart = bytes.count > 6 && bytes[6] == 1 ? 10 : 12
    var parser = NPYHeaderParser(text: Array(bytes.dropFirst(textStart)))
    self = try parser.header()
  }
}

// Writing
extension NPYHeader {
  /// The header's bytes, a multiple of 64 as NumPy's are, so that elements are aligned in the file.
  var bytes: [UInt8] {
    let lengths = shape.map(\.description).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text =
      "{'descr': '\(type.name)', 'fortran_order': \(isFortranOrder ? "True" : "False"), "
      + "'shape': (\(lengths)), }"
    let fitsVersion1 = text.utf8.count + 10 + 64 <= Int(UInt16.max)
    let textStart = fitsVersion1 ? 10 : 12
    // One byte more for the line's end.
    let padding = (64 - (textStart + text.utf8.count + 1) % 64) % 64
    let length = text.utf8.count + padding + 1
    var bytes = Self.mark + [fitsVersion1 ? 1 : 2, 0]
    for index in 0..<(textStart - 8) {
      bytes.append(UInt8(truncatingIfNeeded: length >> (8 * index)))
    }
    bytes += text.utf8
    bytes += repeatElement(UInt8(ascii: " "), count: padding)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }
}
