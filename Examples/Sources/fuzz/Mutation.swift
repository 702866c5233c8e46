// SPDX-License-Identifier: Apache-2.0

/// A way to damage a model.
enum Mutation: String, CaseIterable {
  /// Bytes flipped, overwritten, inserted, deleted, cut off, copied.
  case bytes
  /// Fields dropped, repeated, moved and renumbered; lengths that lie.
  case wire
  /// Numbers of all kinds: versions, types, lengths of axes, attributes.
  case numbers
  /// Nodes dropped, repeated and rewired; operators and names swapped.
  case graph
  /// Whole-number tensors, from which shapes are made.
  case shapes

  private static let oddNumbers: [UInt64] = [
    0, 1, 2, 3, 4, 5, 7, 8, 16, 31, 64, 127, 128, 255, 1000, 65_535, 1 << 20, 1 << 31, 1 << 33,
    1 << 40, 1 << 62, 1 << 63, .max, .max - 1, .max - 7,
  ]

  func apply(to model: Message, names: Names, _ random: inout Generator) -> [UInt8] {
    switch self {
    case .bytes: return damaged(model.encoded(), &random)
    case .wire:
      var changed = model
      for _ in 0...random.below(3) { change(&changed, &random, rearrange) }
      let lies = random.chance(2)
      var generator = random
      return changed.encoded { length in
        guard lies, generator.chance(40) else { return length }
        return generator.pick([length + 1, length - 1, 0, length * 2, Int.max, -1]) ?? length
      }
    case .numbers:
      var changed = model
      for _ in 0...random.below(3) { change(&changed, &random, renumber) }
      return changed.encoded()
    case .graph:
      var changed = model
      for _ in 0...random.below(3) {
        change(&changed, &random) { message, random in rewire(&message, names, &random) }
      }
      return changed.encoded()
    case .shapes:
      var changed = model
      for _ in 0...random.below(2) { change(&changed, &random, reshape) }
      return changed.encoded()
    }
  }

  /// Changes one message, of those that `edit` says it can change.
  private func change(
    _ model: inout Message, _ random: inout Generator,
    _ edit: (inout Message, inout Generator) -> Bool
  ) {
    let count = model.messageCount
    for _ in 0..<20 {
      var place = random.below(count)
      if model.change(&place, { edit(&$0, &random) }) { return }
    }
  }

  private func damaged(_ original: [UInt8], _ random: inout Generator) -> [UInt8] {
    var bytes = original
    for _ in 0...random.below(4) {
      guard !bytes.isEmpty else { return bytes }
      let place = random.below(bytes.count)
      switch random.below(7) {
      case 0: bytes[place] ^= 1 << UInt8(random.below(8))
      case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(8)))
      case 4: bytes.removeSubrange(place...)
      case 5: bytes[place] = 0xff
      default:
        let end = min(bytes.count, place + random.below(64))
        bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
      }
    }
    return bytes
  }

  private func rearrange(_ message: inout Message, _ random: inout Generator) -> Bool {
    guard !message.fields.isEmpty else { return false }
    let place = random.below(message.fields.count)
    switch random.below(5) {
    case 0: message.fields.remove(at: place)
    case 1: message.fields.append(message.fields[place])
    case 2: message.fields[place].number = UInt64(1 + random.below(30))
    case 3: message.fields.swapAt(place, random.below(message.fields.count))
    default:
      message.fields[place].value = .varint(random.pick(Self.oddNumbers) ?? 0)
    }
    return true
  }

  private func renumber(_ message: inout Message, _ random: inout Generator) -> Bool {
    let places = message.fields.indices.filter { place in
      switch message.fields[place].value {
      case .varint, .fixed32, .fixed64: true
      case .bytes, .message: false
      }
    }
    guard let place = random.pick(Array(places)) else { return false }
    let odd = random.pick(Self.oddNumbers) ?? 0
    switch message.fields[place].value {
    case .varint(let bits):
      message.fields[place].value = .varint(
        random.chance(2) ? odd : bits &+ UInt64(random.below(3)) &- 1)
    case .fixed32:
      let floats: [Float] = [0, -1, 1e30, .nan, .infinity, 0.5, -1e-30]
      message.fields[place].value = .fixed32((random.pick(floats) ?? 0).bitPattern)
    default: message.fields[place].value = .fixed64(odd)
    }
    return true
  }

  private func rewire(
    _ message: inout Message, _ names: Names, _ random: inout Generator
  ) -> Bool {
    switch message.kind {
    case .graph, .function:
      let number: UInt64 = message.kind == .graph ? 1 : 7
      let nodes = message.fields.indices.filter { message.fields[$0].number == number }
      guard let place = random.pick(Array(nodes)) else { return false }
      switch random.below(3) {
      case 0: message.fields.remove(at: place)
      case 1: message.fields.append(message.fields[place])
      default: message.fields.swapAt(place, random.pick(Array(nodes)) ?? place)
      }
      return true
    case .node:
      let texts = message.fields.indices.filter { [1, 2, 4].contains(message.fields[$0].number) }
      guard let place = random.pick(Array(texts)) else { return false }
      let isOperator = message.fields[place].number == 4
      guard let name = random.pick(isOperator ? names.operators : names.values) else {
        return false
      }
      message.fields[place].value = .bytes(random.chance(12) ? [] : name)
      return true
    case .attribute:
      // The same value under another attribute's name.
      guard let name = random.pick(names.attributes),
        let place = message.fields.firstIndex(where: { $0.number == 1 })
      else { return false }
      message.fields[place].value = .bytes(name)
      return true
    default: return false
    }
  }

  /// Numbers of int64 tensors and of attributes that list them.
  private func reshape(_ message: inout Message, _ random: inout Generator) -> Bool {
    let isShape =
      message.kind == .tensor
      && message.fields.contains {
        if $0.number == 2, case .varint(7) = $0.value { true } else { false }
      }
    guard isShape || message.kind == .attribute else { return false }
    let wanted: Set<UInt64> = isShape ? [7, 9] : [8, 3]
    guard
      let place = message.fields.indices.filter({ wanted.contains(message.fields[$0].number) })
        .randomElement(using: &random)
    else { return false }
    let odd = random.pick(Self.oddNumbers) ?? 0
    switch message.fields[place].value {
    case .varint: message.fields[place].value = .varint(odd)
    case .bytes(var bytes) where message.fields[place].number == 9 && bytes.count >= 8:
      let start = random.below(bytes.count / 8) * 8
      for index in 0..<8 {
        bytes[start + index] = UInt8(truncatingIfNeeded: odd >> UInt64(8 * index))
      }
      message.fields[place].value = .bytes(bytes)
    default: return false
    }
    return true
  }
}
