// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension AttributionMap {
  /// The map under a Gaussian blur.
  ///
  /// The kernel is `exp(-k² / 2σ²)` at whole steps `k` up to `4σ` rounded, scaled to sum to 1.
  /// Beyond the border the map goes on mirrored, the outermost row repeated (`c b a | a b c | c b
  /// a`), as often as the kernel needs it. So the sum of the map is kept, and a constant map stays
  /// as it is. Kernel and border are those of SciPy's `gaussian_filter`.
  ///
  /// - Parameter deviation: σ, in pixels of the map; 0 changes nothing.
  /// - Precondition: `deviation` is finite and not negative.
  /// - Complexity: `8σ` multiplications a pixel.
  public func blurred(deviation: Double) -> AttributionMap {
    precondition(
      deviation >= 0 && deviation.isFinite, "a blur has a deviation from 0 on, not \(deviation)")
    let radius = Int((4 * deviation).rounded(.toNearestOrAwayFromZero))
    guard radius > 0 else { return self }
    var kernel = (-radius...radius).map { k in
      exp(-Double(k * k) / (2 * deviation * deviation))
    }
    let sum = kernel.reduce(0, +)
    kernel = kernel.map { $0 / sum }

    let alongRows = Self.convolve(
      values, kernel, lines: height, length: width, step: 1, lineStep: width)
    let both = Self.convolve(
      alongRows, kernel, lines: width, length: height, step: width, lineStep: 1)
    return AttributionMap(checkedWidth: width, height: height, values: both)
  }

  private static func convolve(
    _ values: [Double], _ kernel: [Double], lines: Int, length: Int, step: Int, lineStep: Int
  ) -> [Double] {
    let radius = kernel.count / 2
    // Where each tap of the mirrored line is read.
    let mirrored = (-radius..<length + radius).map { place in
      let folded = ((place % (2 * length)) + 2 * length) % (2 * length)
      return folded < length ? folded : 2 * length - 1 - folded
    }
    var result = [Double](repeating: 0, count: values.count)
    for line in 0..<lines {
      for place in 0..<length {
        var sum = 0.0
        for (tap, weight) in kernel.enumerated() {
          sum += weight * values[line * lineStep + mirrored[place + tap] * step]
        }
        result[line * lineStep + place * step] = sum
      }
    }
    return result
  }

  /// The map at another size, straight lines between pixel centers.
  ///
  /// Pixels are squares of which the values are the centers' (`align_corners=False` elsewhere);
  /// beyond the outermost centers the map is constant. For maps of a hidden layer, laid over the
  /// larger input.
  ///
  /// - Precondition: Width and height are positive.
  public func resampled(width newWidth: Int, height newHeight: Int) -> AttributionMap {
    precondition(newWidth > 0 && newHeight > 0, "a map of \(newWidth) × \(newHeight) pixels")
    guard newWidth != width || newHeight != height else { return self }
    let columns = Self.taps(from: width, to: newWidth)
    let rows = Self.taps(from: height, to: newHeight)
    var resampled: [Double] = []
    resampled.reserveCapacity(newWidth * newHeight)
    for row in rows {
      for column in columns {
        let upper =
          (1 - column.share) * values[row.low * width + column.low]
          + column.share * values[row.low * width + column.high]
        let lower =
          (1 - column.share) * values[row.high * width + column.low]
          + column.share * values[row.high * width + column.high]
        resampled.append((1 - row.share) * upper + row.share * lower)
      }
    }
    return AttributionMap(checkedWidth: newWidth, height: newHeight, values: resampled)
  }

  private static func taps(from old: Int, to new: Int) -> [(low: Int, high: Int, share: Double)] {
    (0..<new).map { place in
      let center = (Double(place) + 0.5) * Double(old) / Double(new) - 0.5
      let clamped = min(max(center, 0), Double(old - 1))
      let low = Int(clamped)
      return (low, min(low + 1, old - 1), clamped - Double(low))
    }
  }
}
