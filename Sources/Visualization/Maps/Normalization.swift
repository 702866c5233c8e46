// SPDX-License-Identifier: Apache-2.0

/// What the values of a map are divided by, and which of them are shown, before they get colors.
///
/// Every normalization is `value / span`, clamped; they differ in the span and in the clamp. The
/// span comes from the map, so two pictures compare only where their spans are the same: read them
/// off the color bars, or fix one with `span:`.
///
/// A map without anything to show (all zeros; for ``unsigned(percentile:)`` nothing above zero) has
/// the span 0, and every value becomes 0: the neutral color, never a division by zero.
public struct Normalization: Sendable, Equatable {
  /// Which values are shown, and between which limits.
  public enum Range: Sendable, Equatable {
    /// `clamp(value / span, -1, 1)`; the span measures `|value|`.
    case symmetric
    /// `clamp(value / span, 0, 1)`; the span measures `max(value, 0)`. Negative values become 0.
    case unsigned
    /// `clamp(|value| / span, 0, 1)`; the span measures `|value|`.
    case magnitude
  }

  /// How the span is found among the measured values, which are never negative.
  public enum Span: Sendable, Equatable {
    /// Their percentile (interpolated linearly), against outliers: 100 is the largest. Where that
    /// is 0 but the largest is not (few pixels matter), the largest.
    case percentile(Double)
    /// The value at which, added up from the smallest, this share of their sum is reached: Captum's
    /// rule, which keeps 0.98.
    case cumulative(Double)
    /// This one, whatever the map: for pictures on a common scale.
    case fixed(Double)
  }

  public let range: Range
  public let span: Span

  /// - Precondition: A percentile is above 0 and at most 100, a share above 0 and at most 1, a
  ///   fixed span finite and not negative.
  public init(_ range: Range, span: Span) {
    switch span {
    case .percentile(let percentage):
      precondition(
        percentage > 0 && percentage <= 100,
        "a percentile for a span is above 0 and at most 100, not \(percentage)")
    case .cumulative(let share):
      precondition(
        share > 0 && share <= 1, "a share of a sum is above 0 and at most 1, not \(share)")
    case .fixed(let span):
      precondition(span >= 0 && span.isFinite, "a span is finite and not negative, not \(span)")
    }
    self.range = range
    self.span = span
  }

  /// Signed: the percentile of `|value|` becomes 1, its negative -1; the usual choice.
  public static func symmetric(percentile: Double = 99) -> Normalization {
    Normalization(.symmetric, span: .percentile(percentile))
  }

  /// Signed, on a scale of one's own.
  public static func symmetric(span: Double) -> Normalization {
    Normalization(.symmetric, span: .fixed(span))
  }

  /// Signed, the largest values that hold 2 % of the sum of `|value|` cut off, as Captum does.
  public static func symmetric(cumulative share: Double) -> Normalization {
    Normalization(.symmetric, span: .cumulative(share))
  }

  /// What speaks for the quantity: the percentile of `max(value, 0)` becomes 1.
  ///
  /// For maps of absolute sums too, which have no negative values.
  public static func unsigned(percentile: Double = 99) -> Normalization {
    Normalization(.unsigned, span: .percentile(percentile))
  }

  /// What speaks for the quantity, on a scale of one's own.
  public static func unsigned(span: Double) -> Normalization {
    Normalization(.unsigned, span: .fixed(span))
  }

  /// What matters either way: the percentile of `|value|` becomes 1.
  public static func magnitude(percentile: Double = 99) -> Normalization {
    Normalization(.magnitude, span: .percentile(percentile))
  }

  /// The span that this normalization finds in a map, in the map's units; 0 where nothing shows.
  public func span(of map: AttributionMap) -> Double {
    let measured = map.values.map { range == .unsigned ? max($0, 0) : abs($0) }
    switch span {
    case .percentile(let percentage):
      let found = percentile(percentage, of: measured)
      return found > 0 ? found : measured.max() ?? 0
    case .cumulative(let share): return cumulativeThreshold(share, of: measured)
    case .fixed(let span): return span
    }
  }

  /// The map as numbers from -1 (symmetric) or 0 to 1.
  public func callAsFunction(_ map: AttributionMap) -> AttributionMap {
    apply(span: span(of: map), to: map)
  }

  /// The same with the span that ``span(of:)`` found: it sorts the map.
  func apply(span: Double, to map: AttributionMap) -> AttributionMap {
    guard span > 0 else { return map.mapValues { _ in 0 } }
    switch range {
    case .symmetric: return map.mapValues { min(max($0 / span, -1), 1) }
    case .unsigned: return map.mapValues { min(max($0 / span, 0), 1) }
    case .magnitude: return map.mapValues { min(abs($0) / span, 1) }
    }
  }

  /// Whether -1 and 1 are shown, or 0 and 1.
  public var isSigned: Bool { range == .symmetric }
}
