// SPDX-License-Identifier: Apache-2.0

/// A number with so many digits behind the point, a true minus sign; at most a million million.
func fixedText(_ number: Double, decimals: Int, minus: String = "\u{2212}") -> String {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let scaled = Int64((abs(number) * scale).rounded())
  let digits = String(scaled)
  let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  let sign = number < 0 && scaled != 0 ? minus : ""
  guard decimals > 0 else { return sign + padded }
  return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

/// A length or place of a drawing: hundredths are finer than any screen shows.
func svg(_ number: Double) -> String {
  var text = fixedText(number, decimals: 2, minus: "-")
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return text
}

/// A text that fits into a drawing: cut at the end where it is longer.
func shortened(_ text: String, to count: Int) -> String {
  text.count <= count ? text : text.prefix(max(0, count - 1)) + "\u{2026}"
}
