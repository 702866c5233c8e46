// SPDX-License-Identifier: Apache-2.0

extension TokenSheet {
  /// The texts for a terminal of 24-bit color, or with scores in brackets for what shows none.
  public func terminalText(inColor: Bool = true) -> String {
    texts.map { terminalText(of: $0, inColor: inColor) }.joined(separator: "\n")
  }

  /// One text: its rows, each in one line, under its title where they are several.
  public func terminalText(of text: Text, inColor: Bool) -> String {
    let lines = strips(of: text).map { inColor ? $0.terminalText() : $0.plainText() }
    let title = text.title.withoutCommands.padded(titleWidth)
    guard namesRows else { return title + lines.joined() }
    let head = title + text.detail.withoutCommands
    let names = text.rows.map(\.name.withoutCommands)
    let nameWidth = (names.map(\.count).max() ?? 0) + 2
    return ([head] + zip(names, lines).map { "  " + $0.padded(nameWidth) + $1 })
      .joined(separator: "\n")
  }

  /// The legend in one line, for a terminal of 24-bit color.
  public func terminalLegend() -> String {
    func written(_ chip: Chip) -> String {
      chip.ground.terminal(behind: chip.ink, " \(chip.text) ")
    }
    let parts = [legendWords.low] + legend.map(written) + [legendWords.high]
    return (parts + (nothing.map { [written($0)] } ?? [])).joined(separator: " ")
  }
}

extension String {
  /// With white space behind, up to a count of letters.
  fileprivate func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
