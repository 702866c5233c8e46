// SPDX-License-Identifier: Apache-2.0

import Attribution

extension Explanations {
  /// What was decided for the caller, of every configuration, each once.
  var notes: [String] {
    var seen = Set<String>()
    return all.flatMap(\.maps.notes).filter { seen.insert($0).inserted }
  }

  /// What the terminal shows: of every configuration a line for each instance, and what it took.
  ///
  /// - Parameter inColor: Whether words are colored, for terminals of 24-bit color, or have their
  ///   scores behind them.
  public func summary(inColor: Bool = false) -> String {
    var lines: [String] = []
    if areSeveral, shareHead { lines += [first.head, ""] }
    for (name, explanation) in zip(names, all) {
      if areSeveral {
        let head = shareHead ? "" : "\(explanation.head) · "
        lines.append("\(name): \(head)\(explanation.configuration.distribution)")
        lines += explanation.lineOfEach + explanation.tableLines + [explanation.effortLine, ""]
      } else {
        lines += [explanation.head, explanation.configuration.distribution, ""]
        lines += explanation.lineOfEach + [""] + explanation.tableLines
      }
    }
    lines += words(inColor: inColor)
    lines += notes
    if !areSeveral { lines.append(first.effortLine) }
    let plan = first.plan
    let files = plan.outputs.map(\.path) + [plan.options.standardErrors].compactMap { $0 }
    lines += files.map { "wrote \($0)" }
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n") + "\n"
  }
}
