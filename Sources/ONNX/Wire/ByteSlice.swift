// SPDX-License-Identifier: Apache-2.0

/// Some of the bytes of a file, wherever they are kept, with the indices that they have there.
struct ByteSlice: Sendable {
  private enum Storage {
    case array([UInt8])
    case mapping(Mapping)
  }

  private var storage: Storage
  private(set) var startIndex: Int
  private(set) var endIndex: Int

  init(_ bytes: [UInt8]) {
    storage = .array(bytes)
    (startIndex, endIndex) = (0, bytes.count)
  }

  init(_ mapping: Mapping) {
    storage = .mapping(mapping)
    (startIndex, endIndex) = (0, mapping.bytes.count)
  }

  /// What the bytes are mapped from, if they are.
  var mapping: Mapping? {
    if case .mapping(let mapping) = storage { mapping } else { nil }
  }

  func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    switch storage {
    case .array(let bytes):
      try bytes.withUnsafeBytes {
        try body(UnsafeRawBufferPointer(rebasing: $0[startIndex..<endIndex]))
      }
    case .mapping(let mapping):
      try withExtendedLifetime(mapping) {
        try body(UnsafeRawBufferPointer(rebasing: mapping.bytes[startIndex..<endIndex]))
      }
    }
  }

  /// Appends bytes, which then are kept apart from the file.
  mutating func append(_ more: some Sequence<UInt8>) {
    var own: [UInt8] = []
    if case .array(let bytes) = storage, startIndex == 0, endIndex == bytes.count {
      own = bytes
      storage = .array([])
    } else {
      own = Array(self)
    }
    own.append(contentsOf: more)
    self = ByteSlice(own)
  }
}

extension ByteSlice: RandomAccessCollection {
  subscript(position: Int) -> UInt8 {
    precondition(position >= startIndex && position < endIndex)
    return switch storage {
    case .array(let bytes): bytes[position]
    case .mapping(let mapping): mapping.bytes[position]
    }
  }

  subscript(bounds: Range<Int>) -> ByteSlice {
    precondition(bounds.lowerBound >= startIndex && bounds.upperBound <= endIndex)
    var slice = self
    (slice.startIndex, slice.endIndex) = (bounds.lowerBound, bounds.upperBound)
    return slice
  }

  func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result? {
    try withUnsafeBytes { try body($0.bindMemory(to: UInt8.self)) }
  }
}

extension ByteSlice: Equatable {
  static func == (left: ByteSlice, right: ByteSlice) -> Bool { left.elementsEqual(right) }
}

extension ByteSlice: ExpressibleByArrayLiteral {
  init(arrayLiteral bytes: UInt8...) { self.init(bytes) }
}
