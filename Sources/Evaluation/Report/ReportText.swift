// SPDX-License-Identifier: Apache-2.0

import Visualization

/// How a report writes names and numbers.
enum ReportText {
  /// A name that was given by others.
  ///
  /// It is kept apart from the text around it, whichever way it is written, and told where it is
  /// empty.
  static func name(_ name: String) -> Markup {
    guard !isBlank(name) else { return .element("em", [:], ["(no name)"]) }
    guard name.count > longest else { return .element("bdi", [:], [.text(name)]) }
    return .element(
      "bdi", ["title": name], [.text(name.prefix(longest - 1) + "\u{2026}")])
  }

  /// Longer names are cut, and shown whole where a pointer rests on them.
  private static let longest = 80

  /// The same for where no elements are: alternative texts and drawings.
  static func plain(_ name: String) -> String { isBlank(name) ? "(no name)" : name }

  private static func isBlank(_ name: String) -> Bool { name.allSatisfy(\.isWhitespace) }

  /// Three significant digits; a dash for what is not a number.
  static func number(_ number: Double?) -> String {
    guard let number, !number.isNaN else { return "–" }
    return labelText(number)
  }

  static func interval(_ interval: ClosedRange<Double>?) -> String {
    guard let interval else { return "" }
    return "[\(number(interval.lowerBound)), \(number(interval.upperBound))]"
  }

  /// A p-value, never as 0.
  static func pValue(_ value: Double) -> String {
    value.isNaN ? "–" : value < 0.001 ? "< 0.001" : number(value)
  }

  static func seconds(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "–" }
    return seconds < 1 ? number(seconds * 1000) + " ms" : number(seconds) + " s"
  }

  /// As `1 instance` and `3 instances`.
  static func count(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? one + "s")"
  }

  static func arrow(_ direction: MetricDirection) -> String {
    direction == .higherIsBetter ? "↑" : "↓"
  }

  static func words(_ direction: MetricDirection) -> String {
    direction == .higherIsBetter ? "higher is better" : "lower is better"
  }

  static func paragraph(_ content: Markup...) -> Markup { .element("p", [:], content) }

  static func note(_ content: Markup...) -> Markup { .element("p", ["class": "note"], content) }
}

extension ReportSetting {
  /// Only what tells it from the other settings would be shorter; all of it can be quoted.
  var heading: Markup {
    .element(
      "h3", [:],
      [
        ReportText.name(model), " on ", ReportText.name(data), ", ", ReportText.name(slice), ", ",
        ReportText.name(quantity),
      ])
  }

  var plainTitle: String {
    [model, data, slice, quantity].map(ReportText.plain).joined(separator: ", ")
  }
}
