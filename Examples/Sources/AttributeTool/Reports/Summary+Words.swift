// SPDX-License-Identifier: Apache-2.0

import Text
import Visualization

extension Explanation {
  /// Words or tokens of each text, as the command line wants them.
  func strips() -> [TokenStrip] {
    let all = texts.map { plan.options.text.unit == .word ? $0.words : $0.tokens }
    // One scale, so that texts can be compared.
    let scale = TokenStrip.scale(of: all)
    return all.map { TokenStrip($0, scale: scale) }
  }

  /// A line for each text, and below it what has the greatest scores.
  func words(inColor: Bool) -> [String] {
    guard !texts.isEmpty else { return [] }
    let width = rows.map(\.name.count).max() ?? 0
    let margin = String(repeating: " ", count: width + 2)
    var lines: [String] = []
    for (index, strip) in strips().enumerated() {
      let text = texts[index]
      lines.append(
        rows[index].name.padded(width + 2) + (inColor ? strip.terminalText() : strip.plainText()))
      let top = text.strongest(plan.options.text.unit, 3)
      if !top.isEmpty {
        lines.append(margin + "most: " + TokenStrip(top.map(\.alone), scale: 1).plainText())
      }
      if text.encoding.cutOff > 0 {
        lines.append(
          margin
            + "\(text.encoding.cutOff) tokens behind were cut off, as the tokenizer's file says")
      }
    }
    return lines + [""]
  }
}

extension ScoredToken {
  /// The same with white space ahead.
  fileprivate var alone: ScoredToken {
    ScoredToken(text: text, score: score, isSpecial: isSpecial)
  }
}
