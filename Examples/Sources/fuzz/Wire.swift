// SPDX-License-Identifier: Apache-2.0

/// A message in protobuf's wire format, as a tree that can be changed and written again.
struct Message {
  var kind: Kind
  var fields: [Field] = []

  struct Field {
    var number: UInt64
    var value: Value
  }

  enum Value {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes([UInt8])
    case message(Message)
  }

  /// The messages of `onnx.proto`, as far as something in them can be changed.
  enum Kind: Int, CaseIterable {
    case model, graph, node, attribute, tensor, entry, operatorSet, value, type, tensorType, shape
    case axis, function

    /// Which fields hold messages, of which kind.
    var children: [UInt64: Kind] {
      switch self {
      case .model: [7: .graph, 8: .operatorSet, 14: .entry, 25: .function]
      case .graph: [1: .node, 5: .tensor, 11: .value, 12: .value, 13: .value]
      case .node: [5: .attribute]
      case .attribute: [5: .tensor, 6: .graph, 10: .tensor, 11: .graph]
      case .tensor: [13: .entry]
      case .value: [2: .type]
      case .type: [1: .tensorType]
      case .tensorType: [2: .shape]
      case .shape: [1: .axis]
      case .function: [7: .node, 9: .operatorSet, 11: .attribute]
      case .entry, .operatorSet, .axis: [:]
      }
    }
  }
}

extension Message {
  /// Nil where the bytes are no message.
  init?(_ bytes: ArraySlice<UInt8>, kind: Kind) {
    self.kind = kind
    var rest = bytes
    func fixed(_ width: Int) -> UInt64? {
      guard rest.count >= width else { return nil }
      defer { rest = rest.dropFirst(width) }
      return rest.prefix(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    while !rest.isEmpty {
      guard let tag = Self.varint(&rest) else { return nil }
      let number = tag >> 3
      switch tag & 7 {
      case 0:
        guard let bits = Self.varint(&rest) else { return nil }
        fields.append(Field(number: number, value: .varint(bits)))
      case 1:
        guard let bits = fixed(8) else { return nil }
        fields.append(Field(number: number, value: .fixed64(bits)))
      case 5:
        guard let bits = fixed(4) else { return nil }
        fields.append(Field(number: number, value: .fixed32(UInt32(bits))))
      case 2:
        guard let length = Self.varint(&rest), length <= UInt64(rest.count) else { return nil }
        let content = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        if let child = kind.children[number], let message = Message(content, kind: child) {
          fields.append(Field(number: number, value: .message(message)))
        } else {
          fields.append(Field(number: number, value: .bytes(Array(content))))
        }
      default: return nil
      }
    }
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      result |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return result }
    }
    return nil
  }

  /// The bytes, with what `lie` makes of lengths.
  func encoded(lie: (Int) -> Int = { $0 }) -> [UInt8] {
    var bytes: [UInt8] = []
    for field in fields {
      func put(_ wire: UInt64) { Self.append(field.number << 3 | wire, to: &bytes) }
      switch field.value {
      case .varint(let bits):
        put(0)
        Self.append(bits, to: &bytes)
      case .fixed32(let bits):
        put(5)
        withUnsafeBytes(of: bits.littleEndian) { bytes += $0 }
      case .fixed64(let bits):
        put(1)
        withUnsafeBytes(of: bits.littleEndian) { bytes += $0 }
      case .bytes(let content):
        put(2)
        Self.append(UInt64(bitPattern: Int64(lie(content.count))), to: &bytes)
        bytes += content
      case .message(let message):
        put(2)
        let content = message.encoded(lie: lie)
        Self.append(UInt64(bitPattern: Int64(lie(content.count))), to: &bytes)
        bytes += content
      }
    }
    return bytes
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 128 {
      bytes.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Messages inside this one, and itself.
  var messageCount: Int {
    fields.reduce(1) { sum, field in
      if case .message(let message) = field.value { sum + message.messageCount } else { sum }
    }
  }

  /// Changes the message in a place, counted from the outside in.
  mutating func change(_ place: inout Int, _ edit: (inout Message) -> Bool) -> Bool {
    if place == 0 { return edit(&self) }
    place -= 1
    for index in fields.indices {
      guard case .message(var message) = fields[index].value else { continue }
      let count = message.messageCount
      guard place < count else {
        place -= count
        continue
      }
      let isChanged = message.change(&place, edit)
      if isChanged { fields[index].value = .message(message) }
      return isChanged
    }
    return false
  }

  /// Visits every message, from the inside out; `change` may change it.
  mutating func visit(_ change: (inout Message) -> Void) {
    for place in fields.indices {
      guard case .message(var message) = fields[place].value else { continue }
      message.visit(change)
      fields[place].value = .message(message)
    }
    change(&self)
  }

  /// The content of a field that holds text or bytes.
  func bytes(_ number: UInt64) -> [UInt8]? {
    for field in fields where field.number == number {
      if case .bytes(let bytes) = field.value { return bytes }
    }
    return nil
  }
}
