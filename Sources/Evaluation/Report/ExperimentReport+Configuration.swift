// SPDX-License-Identifier: Apache-2.0

import Attribution
import Visualization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ExperimentReport {
  /// What is needed to do it again, ready to copy.
  func configurationSection(_ settings: [ReportSetting]) -> ReportSection {
    var content: [Markup] = []
    let facts = facts()
    if !facts.isEmpty {
      content.append(
        Table(
          caption: ["What made the numbers"], columns: [["what"], ["value"]],
          rows: facts.map { [Table.Cell(.text($0.name)), Table.Cell(ReportText.name($0.value))] }
        ).markup(label: "What made the numbers"))
    }
    if let experiment {
      content += [
        .element("h3", [:], ["The experiment"]),
        ReportText.note("The whole file, as it was run; a click chooses all of it."),
        Self.code(experiment, label: "The experiment's file"),
      ]
    }
    let used = settings.flatMap(\.cells).filter { $0.configuration != nil }.map(
      UsedConfiguration.init)
    if !used.isEmpty {
      content += [
        .element(
          "details", [:],
          [
            .element("summary", [:], ["The configurations as they were run (\(used.count))"]),
            Self.code(Self.json(used), label: "Configurations"),
          ])
      ]
    }
    if content.isEmpty { content.append(ReportText.paragraph("Nothing is known of it.")) }
    return ReportSection(anchor: "configuration", title: "Configuration", content: content)
  }

  private func facts() -> [Provenance] {
    let versions = Set(results.cells.compactMap(\.configuration?.libtorch)).sorted()
    let libtorch =
      versions.isEmpty ? [] : [Provenance("libtorch", versions.joined(separator: ", "))]
    return provenance + libtorch
      + [Provenance("seed of this page's intervals and tests", "\(options.seed)")]
  }

  private static func code(_ text: String, label: String) -> Markup {
    .element(
      "pre", ["class": "copy", "tabindex": "0", "role": "region", "aria-label": label],
      [.element("code", [:], [.text(text)])])
  }

  private static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Words and names alone, which every encoder can write.
    guard let data = try? encoder.encode(value) else { return "" }
    return String(decoding: data, as: UTF8.self)
  }
}

/// A cell with what made it, as the page's JSON shows it.
private struct UsedConfiguration: Encodable {
  let cell: CellIdentity
  let configuration: Configuration?
  let attributions: String?

  init(_ result: CellResult) {
    cell = result.cell
    configuration = result.configuration
    attributions = result.attributions
  }
}
