// SPDX-License-Identifier: Apache-2.0

import Attribution
import Text
import Visualization

extension Explanations {
  /// Words or tokens of the texts in their colors, a row for each configuration.
  ///
  /// - Precondition: The instances are texts.
  var sheet: TokenSheet {
    let options = first.plan.options
    let made = first.configuration
    var details = shareHead ? [first.head] : []
    if areSeveral {
      details += zip(names, all).map { name, explanation in
        (shareHead ? "\(name): " : "\(name): \(explanation.head) · ")
          + explanation.configuration.distribution
      }
    } else {
      details.append(made.distribution)
    }
    if let other = options.text.similarTo { details.append("the other text: \(other)") }
    let texts = first.rows.indices.map { index in
      let rows = zip(names, all).map { name, explanation in
        let text = explanation.texts[index]
        return TokenSheet.Row(
          name: name,
          detail: areSeveral
            ? explanation.attributionNumbers(of: index).joined(separator: " · ") : "",
          options.text.unit == .word ? text.words : text.tokens)
      }
      let row = first.rows[index]
      let facts = [
        row.label.map { "label \(row.labelName ?? "\($0)")" },
        row.score.map { "\(first.scoreName) \($0.text(4))" },
        areSeveral
          ? quantity.map { _ in "quantity \(row.quantity.text(4))" }
          : first.numbers(of: index),
      ]
      return TokenSheet.Text(
        title: row.name, detail: facts.compactMap { $0 }.joined(separator: " · "), rows: rows)
    }
    return TokenSheet(
      title: "\(options.model.fileName): words", details: details, texts: texts,
      colors: first.plan.colors ?? .redWhiteBlue,
      scaling: options.text.scale == .common ? .common : .each, isSigned: options.showsSigns)
  }

  /// The texts for a terminal, and what has the greatest scores where there is one configuration.
  func words(inColor: Bool) -> [String] {
    guard !first.texts.isEmpty else { return [] }
    let sheet = sheet
    let margin = String(repeating: " ", count: sheet.titleWidth)
    var lines: [String] = []
    for (index, text) in sheet.texts.enumerated() {
      lines.append(sheet.terminalText(of: text, inColor: inColor))
      let explained = first.texts[index]
      let top = areSeveral ? [] : explained.strongest(first.plan.options.text.unit, 3)
      if !top.isEmpty {
        lines.append(margin + "most: " + TokenStrip(top.map(\.alone), scale: 1).plainText())
      }
      if explained.encoding.cutOff > 0 {
        lines.append(
          margin
            + "\(explained.encoding.cutOff) tokens behind were cut off, as the tokenizer's file says"
        )
      }
    }
    if inColor { lines.append(sheet.terminalLegend()) }
    return lines + [""]
  }
}

extension Explanation {
  /// The quantity, the measure, and the places, in one line.
  var head: String {
    let made = configuration
    let at = made.at == made.from ? "" : ", distribution at \(made.at)"
    return "\(made.quantity) · \(made.measure.rawValue) from \(made.from) to \(made.to)\(at)"
  }

  /// What is told of the quantity and the attributions of an instance.
  fileprivate func numbers(of index: Int) -> String {
    let row = rows[index]
    let quantity =
      if let start = row.start, let end = row.end {
        "quantity \(start.text(4)) → \(end.text(4))"
      } else {
        "quantity \(row.quantity.text(4))"
      }
    return ([quantity] + attributionNumbers(of: index)).joined(separator: " · ")
  }

  /// What is told of the attributions alone.
  fileprivate func attributionNumbers(of index: Int) -> [String] {
    let row = rows[index]
    let sum = configuration.measure == .attribution ? "sum \(row.sum.text(4))" : nil
    return [sum, row.gap.map { "gap \($0.text(2))" }].compactMap { $0 }
  }
}

extension ScoredToken {
  /// The same with white space ahead.
  fileprivate var alone: ScoredToken {
    ScoredToken(text: text, score: score, isSpecial: isSpecial)
  }
}
