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
  func configurationSection(
    _ settings: [ReportSetting], _ record: ExperimentRecord?
  ) -> ReportSection {
    var content: [Markup] = []
    let facts = facts(record)
    content.append(
      Table(
        caption: ["What made the numbers"], columns: [["what"], ["value"]],
        rows: facts.map {
          [Table.Cell(ReportText.name($0.what)), Table.Cell(.text($0.value), mark: "words")]
        }
      ).markup(label: "What made the numbers"))
    if let experiment = results.source {
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
    return ReportSection(anchor: "configuration", title: "Configuration", content: content)
  }

  /// Versions, seeds, and the digests of what was read from files.
  private func facts(_ record: ExperimentRecord?) -> [(what: String, value: String)] {
    var facts: [(what: String, value: String)] = []
    if let record {
      facts += [
        ("swift-attribution", record.versions.package), ("libtorch", record.versions.libtorch),
        ("seed", "\(record.seed)"),
      ]
      for model in record.models {
        facts.append(("network \(model.name)", model.sha256.map { "SHA-256 \($0)" } ?? "no file"))
      }
      for data in record.data {
        let digest = data.sha256.map { ", SHA-256 \($0)" } ?? ""
        facts.append(("data \(data.name)", ReportText.count(data.instances, "instance") + digest))
      }
    } else {
      let versions = Set(results.cells.compactMap(\.configuration?.libtorch)).sorted()
      if !versions.isEmpty { facts.append(("libtorch", versions.joined(separator: ", "))) }
    }
    facts.append(("seed of this page's intervals and tests", "\(options.seed)"))
    return facts
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
