// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A number for a label: three significant digits, trailing zeros dropped, a true minus sign;
/// `4.2e-5` where plain digits would be long.
package func labelText(_ number: Double) -> String {
  guard number != 0 else { return "0" }
  guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "\u{2212}inf" : "inf" }
  let sign = number < 0 ? "\u{2212}" : ""
  var exponent = Int(floor(log10(abs(number))))
  var digits = Int((abs(number) / pow(10, Double(exponent - 2))).rounded())
  // Rounding up may need a fourth digit; the logarithm may be one off next to powers of ten.
  if digits >= 1000 {
    exponent += 1
    digits = Int((abs(number) / pow(10, Double(exponent - 2))).rounded())
  }
  let isPlain = -3...5 ~= exponent
  // The value is digits · 10^(exponent - 2), written with the point after `whole` digits.
  var text = String(digits)
  let whole = isPlain ? exponent + 1 : 1
  if whole <= 0 {
    text = "0." + String(repeating: "0", count: -whole) + text
  } else if whole < 3 {
    let point = text.index(text.startIndex, offsetBy: whole)
    text = text[..<point] + "." + text[point...]
  } else {
    text += String(repeating: "0", count: whole - 3)
  }
  if text.contains(".") {
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
  }
  return sign + text + (isPlain ? "" : "e\(exponent)")
}
