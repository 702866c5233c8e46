// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Color {
  /// As HTML writes it, `#rrggbb`.
  public var hexadecimal: String {
    let components = [red, green, blue].map { Int((min(max($0, 0), 1) * 255).rounded()) }
    return "#"
      + components.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// How bright it is seen, 0…1: WCAG 2's relative luminance.
  public var luminance: Double {
    let linear = [red, green, blue].map { component -> Double in
      let component = Double(component)
      return component <= 0.03928 ? component / 12.92 : pow((component + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  /// From 1 (the same) to 21 (black on white): WCAG 2's contrast.
  public func contrast(with other: Color) -> Double {
    let (a, b) = (luminance + 0.05, other.luminance + 0.05)
    return max(a, b) / min(a, b)
  }

  /// What text on this color is read in: black or white.
  var ink: Color { contrast(with: .black) >= contrast(with: .white) ? .black : .white }
}
