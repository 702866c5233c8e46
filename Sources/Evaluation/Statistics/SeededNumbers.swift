// SPDX-License-Identifier: Apache-2.0

/// Random numbers for resampling, the same for the same seed on every machine (Steele, Lea and Flood
/// 2014, SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// One of a seed's streams, apart from its neighbours and from those of neighbouring seeds.
  init(seed: UInt64, stream: Int) { self.init(seed: Self.seed(seed, stream: stream)) }

  /// The seed of one of a seed's streams.
  ///
  /// Seed and stream are mixed one after the other: as a sum, the second stream of one seed would be the
  /// first of the next.
  static func seed(_ seed: UInt64, stream: Int) -> UInt64 {
    var first = SeededNumbers(seed: seed)
    let place = UInt64(truncatingIfNeeded: stream) &* 0xD1B5_4A32_D192_ED03
    var second = SeededNumbers(seed: first.next() &+ place)
    return second.next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A whole number of 0..<bound, by the upper half of a product (Lemire 2019) without its rejection:
  /// a place is drawn too often by bound / 2³² at most.
  mutating func place(below bound: Int) -> Int {
    Int(truncatingIfNeeded: ((next() &>> 32) &* UInt64(truncatingIfNeeded: bound)) &>> 32)
  }
}
