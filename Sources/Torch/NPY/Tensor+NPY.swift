// SPDX-License-Identifier: Apache-2.0

import CTorch

/// NumPy's file format for one array, versions 1 to 3.
///
/// Read are bool, whole numbers of 8 to 64 bits and floating-point numbers of 16 to 64 bits, in both
/// byte orders and in C and Fortran order. uint16 and uint32 become int32 and int64, which hold all of
/// them; uint64, complex, text, date, object and structured types are refused.
extension Tensor {
  /// Reads the bytes of a `.npy` file.
  ///
  /// - Throws: ``NPYError`` for anything that is not exactly one array; whatever the bytes, no more
  ///   memory is taken than they account for.
  public init(npy bytes: [UInt8]) throws {
    let headerCount = try NPYHeader.byteCount(
      start: Array(bytes.prefix(NPYHeader.startByteCount)))
    guard headerCount <= bytes.count else {
      throw NPYError(.truncated(needed: headerCount, found: bytes.count))
    }
    let header = try NPYHeader(Array(bytes.prefix(headerCount)))
    try header.checkFileByteCount(bytes.count, headerCount: headerCount)
    try self.init(npy: header) { place in
      place.copyBytes(from: bytes[headerCount...])
    }
  }

  /// Reads a `.npy` file.
  ///
  /// - Throws: ``NPYError``, which names the file.
  public init(contentsOfNPY path: String) throws {
    do {
      self = try File.reading(path) { file in
        let start = try file.read(atMost: NPYHeader.startByteCount)
        let headerCount = try NPYHeader.byteCount(start: start)
        guard headerCount <= file.byteCount else {
          throw NPYError(.truncated(needed: headerCount, found: file.byteCount))
        }
        let rest = try file.read(atMost: Swift.max(0, headerCount - start.count))
        // A short header of version 1 may end within the start.
        let header = try NPYHeader(Array((start + rest).prefix(headerCount)))
        try header.checkFileByteCount(file.byteCount, headerCount: headerCount)
        return try Tensor(npy: header) { place in
          let known = (start + rest).dropFirst(headerCount)
          place.copyBytes(from: known)
          let count = try file.read(
            into: UnsafeMutableRawBufferPointer(rebasing: place[known.count...]))
          guard known.count + count == place.count else {
            throw NPYError(
              .truncated(
                needed: headerCount + place.count, found: headerCount + known.count + count))
          }
        }
      }
    } catch let error as NPYError {
      throw NPYError(error.reason, path: path)
    } catch let failure as File.Failure {
      throw NPYError(.file("cannot be read: \(failure)"), path: path)
    }
  }

  /// The tensor as the bytes of a `.npy` file of version 1 in C order.
  ///
  /// bfloat16, which NumPy does not have, is written as float32: no digit is lost.
  public func npyBytes() throws -> [UInt8] {
    let parts = try npyParts()
    return parts.header + parts.elements
  }

  /// Writes the tensor to a `.npy` file, see ``npyBytes()``.
  ///
  /// The file appears as a whole or not at all.
  ///
  /// - Throws: ``NPYError`` where the file cannot be written.
  public func writeNPY(to path: String) throws {
    let parts = try npyParts()
    do {
      try File.replace(path, with: [parts.header, parts.elements])
    } catch let failure as File.Failure {
      throw NPYError(.file("cannot be written: \(failure)"), path: path)
    }
  }

  private func npyParts() throws -> (header: [UInt8], elements: [UInt8]) {
    let tensor = elementType == .bfloat16 ? try converted(to: .float32) : self
    let header = NPYHeader(
      type: NPYType(stored: tensor.elementType), isFortranOrder: false, shape: shape)
    return (header.bytes, try tensor.bytes())
  }

  /// Makes the tensor that `header` describes, its elements written by `fill` as they lie in the file.
  init(
    npy header: NPYHeader, fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let type = header.type
    let shape = header.isFortranOrder ? header.shape.reversed() : header.shape
    var tensor = try Tensor(shape: shape, type: type.stored) { bytes in
      try fill(bytes)
      if type.isBigEndian { bytes.reverseEach(type.stored.byteCount) }
    }
    if header.isFortranOrder && shape.count > 1 {
      tensor = try tensor.permuted(to: shape.indices.reversed()).contiguous()
    }
    if type.isUnsigned {
      // The sign bit came to count below 0; the lower bits alone are the number.
      let (wider, bits) = type.stored == .int16 ? (ElementType.int32, 16) : (.int64, 32)
      tensor = try Self.bitwiseAnd(
        .tensor(tensor.converted(to: wider)), .integer(1 << bits - 1))
    }
    self = tensor
  }

  private static let bitwiseAnd = Operator("aten::bitwise_and", "Scalar")
}

extension NPYHeader {
  func checkFileByteCount(_ count: Int, headerCount: Int) throws {
    let (needed, overflows) = try dataByteCount().addingReportingOverflow(headerCount)
    guard !overflows else { throw NPYError(.tooLarge(shape: shape)) }
    guard count >= needed else { throw NPYError(.truncated(needed: needed, found: count)) }
    guard count == needed else { throw NPYError(.trailingBytes(count - needed)) }
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Turns each group of `width` bytes round.
  fileprivate func reverseEach(_ width: Int) {
    for start in stride(from: 0, to: count, by: width) { self[start..<(start + width)].reverse() }
  }
}
