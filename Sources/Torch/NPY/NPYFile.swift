// SPDX-License-Identifier: Apache-2.0

/// A `.npy` file that is read a few rows at a time, so that it may be larger than the memory.
public struct NPYFile: Sendable {
  public let path: String
  private let header: NPYHeader
  private let headerCount: Int

  /// Reads what stands before the elements.
  ///
  /// - Throws: ``NPYError``, which names the file, where it is not exactly one array.
  public init(path: String) throws {
    self.path = path
    (header, headerCount) = try Self.naming(path) {
      try File.reading(path) { file in
        let start = try file.read(atMost: NPYHeader.startByteCount)
        let count = try NPYHeader.byteCount(start: start)
        guard count <= file.byteCount else {
          throw NPYError(.truncated(needed: count, found: file.byteCount))
        }
        try file.move(to: 0)
        let header = try NPYHeader(file.read(atMost: count))
        try header.checkFileByteCount(file.byteCount, headerCount: count)
        return (header, count)
      }
    }
  }

  /// The array's shape.
  public var shape: [Int] { header.shape }

  /// Some rows along the first axis, `[rows, …]`.
  ///
  /// - Throws: ``NPYError`` where the file has changed since, or cannot be read; a file in Fortran
  ///   order, whose rows lie scattered, is read as a whole.
  /// - Precondition: The array has an axis, and the rows lie in it.
  public func rows(_ range: Range<Int>) throws -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape.first ?? 0,
      "rows \(range) of an array of shape \(shape)")
    guard !header.isFortranOrder || shape.count == 1 else {
      return try Tensor(contentsOfNPY: path)
        .sliced(axis: 0, from: range.lowerBound, to: range.upperBound)
    }
    var part = header
    part.shape[0] = range.count
    let rowBytes = shape[0] == 0 ? 0 : try header.dataByteCount() / shape[0]
    return try Self.naming(path) {
      try File.reading(path) { file in
        try file.move(to: headerCount + range.lowerBound * rowBytes)
        return try Tensor(npy: part) { place in
          let count = try file.read(into: place)
          guard count == place.count else {
            throw NPYError(.truncated(needed: place.count, found: count))
          }
        }
      }
    }
  }

  /// Gives the bytes of one array that has the rows of several, one file in memory at a time.
  ///
  /// - Throws: ``NPYError`` for a file whose rows are of another shape or type than the first's.
  package static func join(_ files: [String], _ body: ([UInt8]) throws -> Void) throws {
    let parts = try files.map { try NPYFile(path: $0) }
    guard var whole = parts.first?.header else { return }
    for part in parts
    where part.shape.isEmpty || part.shape.dropFirst() != whole.shape.dropFirst()
      || part.header.type != whole.type || part.header.isFortranOrder
    {
      throw NPYError(.file("has rows of another kind than \(files[0])"), path: part.path)
    }
    whole.shape[0] = parts.reduce(0) { $0 + $1.shape[0] }
    try body(whole.bytes)
    for part in parts {
      let bytes = try naming(part.path) {
        try File.reading(part.path) { file in
          try file.move(to: part.headerCount)
          return try file.read(atMost: file.byteCount - part.headerCount)
        }
      }
      try body(bytes)
    }
  }

  private static func naming<Result>(
    _ path: String, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let error as NPYError {
      throw NPYError(error.reason, path: path)
    } catch let failure as File.Failure {
      throw NPYError(.file("cannot be read: \(failure)"), path: path)
    }
  }
}
