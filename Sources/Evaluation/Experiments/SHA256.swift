// SPDX-License-Identifier: Apache-2.0

/// The digest of FIPS 180-4, by which results name the model and the data that they are of.
public struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var count: UInt64 = 0
  private var schedule = [UInt32](repeating: 0, count: 64)

  public init() {}

  /// The digest of a text, in hexadecimal.
  static func digest(of text: String) -> String {
    var hash = SHA256()
    hash.update(text.utf8)
    return hash.finished()
  }

  public mutating func update(_ bytes: some Collection<UInt8>) {
    count += UInt64(bytes.count)
    pending += bytes
    var start = 0
    while pending.count - start >= 64 {
      compress(from: start)
      start += 64
    }
    pending.removeFirst(start)
  }

  /// The digest of all that was given, in hexadecimal.
  public func finished() -> String {
    var last = self
    let bits = count &* 8
    let zeros = (119 - Int(count % 64)) % 64
    last.update([0x80] + [UInt8](repeating: 0, count: zeros))
    last.update((0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) })
    return last.state.map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 8 - text.count) + text
    }.joined()
  }

  private mutating func compress(from start: Int) {
    for index in 0..<16 {
      let place = start + 4 * index
      schedule[index] =
        UInt32(pending[place]) << 24 | UInt32(pending[place + 1]) << 16
        | UInt32(pending[place + 2]) << 8 | UInt32(pending[place + 3])
    }
    for index in 16..<64 {
      let (a, b) = (schedule[index - 15], schedule[index - 2])
      let low = Self.rotated(a, 7) ^ Self.rotated(a, 18) ^ a >> 3
      let high = Self.rotated(b, 17) ^ Self.rotated(b, 19) ^ b >> 10
      schedule[index] = schedule[index - 16] &+ low &+ schedule[index - 7] &+ high
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for index in 0..<64 {
      let high = Self.rotated(e, 6) ^ Self.rotated(e, 11) ^ Self.rotated(e, 25)
      let choice = e & f ^ ~e & g
      let first = h &+ high &+ choice &+ Self.constants[index] &+ schedule[index]
      let low = Self.rotated(a, 2) ^ Self.rotated(a, 13) ^ Self.rotated(a, 22)
      let second = low &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ second)
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
  }

  private static func rotated(_ word: UInt32, _ places: UInt32) -> UInt32 {
    word >> places | word << (32 - places)
  }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes: computed,
  /// in whole numbers, as ⌊∛p · 2³²⌋ mod 2³².
  private static let constants: [UInt32] = {
    var primes: [Int] = []
    var candidate = 2
    while primes.count < 64 {
      if primes.allSatisfy({ !candidate.isMultiple(of: $0) }) { primes.append(candidate) }
      candidate += 1
    }
    return primes.map { prime in
      // The greatest r with r³ ≤ p · 2⁹⁶, found bit by bit; r < 2³⁵.
      var root: UInt128 = 0
      for bit in (0..<35).reversed() {
        let trial = root | 1 << UInt128(bit)
        if trial * trial * trial <= UInt128(prime) << 96 { root = trial }
      }
      return UInt32(truncatingIfNeeded: root)
    }
  }()
}
