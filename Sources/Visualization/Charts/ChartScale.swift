// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How numbers lie along an axis.
public enum ChartSpacing: Sendable, Equatable {
  case linear
  /// Equal factors are equally far apart; numbers above 0 alone have a place.
  case logarithmic
}

/// From which number to which an axis runs, and where it is marked.
public struct ChartScale: Sendable, Equatable {
  public let spacing: ChartSpacing
  public let low: Double
  public let high: Double
  /// Ascending, from `low` to `high`.
  public let ticks: [Double]

  /// The scale that holds numbers, its ends at round ones.
  ///
  /// Linear ticks lie 1, 2 or 5 times a power of ten apart (Heckbert 1990, nice numbers for graph
  /// labels); logarithmic ones at powers of ten, and at 1, 2 and 5 times them where there are few.
  ///
  /// - Parameters:
  ///   - numbers: Those without a place are passed over; of none, the scale is from 0 to 1, or from
  ///     1 to 10.
  ///   - aim: About how many ticks, 2 or more.
  public init(_ spacing: ChartSpacing, covering numbers: [Double], ticks aim: Int = 5) {
    precondition(aim >= 2, "an axis with \(aim) ticks has no length")
    let placed = numbers.filter { Self.hasPlace($0, spacing) }
    let least = placed.min() ?? (spacing == .linear ? 0 : 1)
    let greatest = placed.max() ?? (spacing == .linear ? 1 : 10)
    self.spacing = spacing
    ticks =
      spacing == .linear
      ? Self.linear(least, greatest, aim) : Self.logarithmic(least, greatest, aim)
    low = ticks.first ?? least
    high = ticks.last ?? greatest
  }

  /// Whether a number lies anywhere on the axis, drawn out as far as needed.
  public func hasPlace(_ number: Double) -> Bool { Self.hasPlace(number, spacing) }

  /// Where a number lies: 0 at `low`, 1 at `high`.
  public func share(of number: Double) -> Double {
    switch spacing {
    // Halves, so that the distance of finite numbers stays finite.
    case .linear: (number / 2 - low / 2) / (high / 2 - low / 2)
    case .logarithmic: (log10(number) - log10(low)) / (log10(high) - log10(low))
    }
  }

  private static func hasPlace(_ number: Double, _ spacing: ChartSpacing) -> Bool {
    // Numbers near the largest would have ends that are infinite.
    abs(number) <= 1e300 && (spacing == .linear || number >= 1e-300)
  }

  private static func linear(_ least: Double, _ greatest: Double, _ aim: Int) -> [Double] {
    var (least, greatest) = (least, greatest)
    // One number alone, or several that doubles cannot tell apart by ticks.
    if greatest - least <= 1e-9 * max(abs(least), abs(greatest)) {
      let margin = least == 0 ? 0.5 : abs(least) / 2
      (least, greatest) = (least - margin, greatest + margin)
    }
    let step = nice((greatest - least) / Double(aim - 1))
    // A number that is a tick but for rounding needs no further one.
    let first = (least / step + 1e-9).rounded(.down)
    let last = (greatest / step - 1e-9).rounded(.up)
    return (0...Int(max(1, last - first))).map { (first + Double($0)) * step }
  }

  /// The power of ten, or 2 or 5 times it, that is nearest by factors.
  private static func nice(_ number: Double) -> Double {
    let power = pow(10, floor(log10(number)))
    let fraction = number / power
    return (fraction < 1.5 ? 1 : fraction < 3 ? 2 : fraction < 7 ? 5 : 10) * power
  }

  private static func logarithmic(_ least: Double, _ greatest: Double, _ aim: Int) -> [Double] {
    let first = Int(floor(log10(least) + 1e-9))
    let last = max(first + 1, Int(ceil(log10(greatest) - 1e-9)))
    if last - first >= 3 {
      let step = max(1, Int((Double(last - first) / Double(aim - 1)).rounded(.up)))
      let count = (last - first + step - 1) / step
      return (0...count).map { pow(10, Double(first + $0 * step)) }
    }
    let all = (first...last).flatMap { power in [1, 2, 5].map { $0 * pow(10, Double(power)) } }
    let start = all.lastIndex { $0 <= least * (1 + 1e-9) } ?? 0
    let end = all.firstIndex { $0 >= greatest * (1 - 1e-9) } ?? all.count - 1
    return Array(all[start...max(end, start + 1)])
  }
}

extension ChartScale {
  /// The ticks' labels, with the digits that tell them apart.
  public var labels: [String] {
    guard spacing == .linear, ticks.count > 1 else { return ticks.map(labelText) }
    let step = ticks[1] - ticks[0]
    let decimals = max(0, -Int(floor(log10(step) + 1e-9)))
    let largest = max(abs(low), abs(high))
    guard largest < 1e6, decimals <= 5 else { return ticks.map(labelText) }
    return ticks.map { fixedText($0, decimals: decimals) }
  }
}
