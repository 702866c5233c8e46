// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What was measured of one distribution.
struct Row: CustomStringConvertible {
  let name: String
  /// Gradients evaluated for a digit.
  var gradients: Double?
  /// For a digit, of ten at once.
  var milliseconds: Double?
  /// Medians of the digits, relative; as is what follows.
  var gap: Double?
  /// The distance from the converged result.
  var error: Double?
  /// What the result itself tells of that.
  var estimate: Double?
  /// With black and with the mean digit in place of what is taken away.
  let deletions: [Perturbation.Areas]
  let onBlack: Double
  let agreement: Double

  static let head = Row.line(
    "", ["grads", "ms", "gap%", "err%", "est%", "del", "ins", "del", "ins", "black%", "IG"])

  var description: String {
    let areas = deletions.flatMap { [decimal($0.deletion, 2), decimal($0.insertion, 2)] }
    return Self.line(
      name,
      [gradients.map { decimal($0, 0) } ?? "", milliseconds.map { decimal($0, 1) } ?? ""]
        + [gap, error, estimate].map { $0.map { decimal(100 * $0, 2) } ?? "" }
        + areas + [decimal(100 * onBlack, 0), decimal(agreement, 2)])
  }

  private static func line(_ name: String, _ cells: [String]) -> String {
    let padding = String(repeating: " ", count: max(0, 30 - name.count))
    return zip(cells, [5, 6, 6, 6, 6, 6, 5, 6, 5, 7, 6]).reduce(name + padding) { line, cell in
      line + String(repeating: " ", count: max(1, cell.1 - cell.0.count)) + cell.0
    }
  }
}

/// A number with so many digits behind the point.
private func decimal(_ number: Double, _ digits: Int) -> String {
  guard number.isFinite else { return "\(number)" }
  let scale = pow(10, Double(digits))
  let whole = Int((abs(number) * scale).rounded())
  let sign = number < 0 && whole > 0 ? "-" : ""
  guard digits > 0 else { return "\(sign)\(whole)" }
  let rest = String(whole % Int(scale))
  let zeros = String(repeating: "0", count: digits - rest.count)
  return "\(sign)\(whole / Int(scale)).\(zeros)\(rest)"
}
