// SPDX-License-Identifier: Apache-2.0

import Visualization

extension FeatureValue {
  /// For people: four digits with the unit, a category, or the shares of several.
  public func text(unit: String? = nil) -> String {
    switch self {
    case .number(let number): shortText(number) + (unit.map { " \($0)" } ?? "")
    case .category(let category): category
    case .mixture(let shares):
      shares.filter { $0.share != 0 }.prefix(3)
        .map { "\($0.category) (\(Int(($0.share * 100).rounded())) %)" }
        .joined(separator: ", ") + (shares.count { $0.share != 0 } > 3 ? ", \u{2026}" : "")
    case .none: "no category"
    case .vector: "a mixture"
    }
  }

  /// For machines: all digits of a number.
  var field: String {
    switch self {
    case .number(let number): "\(number)"
    case .mixture(let shares): shares.map { "\($0.category) \($0.share)" }.joined(separator: "; ")
    case .none: ""
    default: text()
    }
  }
}

/// A measurement as a table of people has it: whole numbers up to a million whole, else four digits.
func shortText(_ number: Double) -> String {
  guard number.isFinite, abs(number) < 1e6, number != 0 else { return labelText(number) }
  if number == number.rounded() {
    return (number < 0 ? "\u{2212}" : "") + "\(Int(abs(number)))"
  }
  guard abs(number) >= 1000 else { return fourDigits(number) }
  return (number < 0 ? "\u{2212}" : "") + "\(Int(abs(number).rounded()))"
}

/// Four significant digits of a number below a thousand, without zeros behind.
private func fourDigits(_ number: Double) -> String {
  var (digits, size) = (3, abs(number))
  while size >= 10 { (digits, size) = (digits - 1, size / 10) }
  while size < 1, digits < 9 { (digits, size) = (digits + 1, size * 10) }
  guard abs(number) >= 1e-4 else { return labelText(number) }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let whole = Int((abs(number) * scale).rounded())
  let text = String(whole)
  let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
  var result = padded.dropLast(digits) + "." + padded.suffix(digits)
  while result.hasSuffix("0") { result.removeLast() }
  if result.hasSuffix(".") { result.removeLast() }
  return (number < 0 ? "\u{2212}" : "") + result
}

/// The same with its sign ahead, which differences have.
func signedText(_ number: Double) -> String { (number > 0 ? "+" : "") + labelText(number) }
