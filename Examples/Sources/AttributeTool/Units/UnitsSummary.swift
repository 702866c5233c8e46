// SPDX-License-Identifier: Apache-2.0

import Attribution
import Visualization

extension UnitsStudy {
  /// What the terminal shows: the first units of each layer, and what flows through it.
  public func summary() -> String {
    let made = layers[0].configuration
    let count = instances.count
    var lines = [
      "\(made.quantity) · \(made.measure.rawValue) of units, read at \(made.to)",
      "\(made.distribution) at \(made.at), over \(count) instance\(count == 1 ? "" : "s")",
    ]
    for layer in layers { lines += [""] + text(of: layer) }
    lines.append("")
    lines.append("\(seconds.text(3)) s")
    lines += plan.outputs.map { "wrote \($0.path)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private func text(of layer: StudiedLayer) -> [String] {
    let ranking = layer.rankings[0]
    let flow = ranking.flow
    let shape = "\(Array(layer.shape.dropFirst()))"
    let same = layer.layer.same.isEmpty ? "" : ", as " + layer.layer.same.joined(separator: ", ")
    var line = flow.sum.map { "sum \($0.text())" } ?? "influences do not add up"
    if let change = flow.change { line += " of \(change.text())" }
    if let gap = flow.gap { line += ", gap \(gap.text(2))" }
    line += ", 80 % in \(ranking.unitsHolding(0.8)) of \(ranking.units.count) units"
    let parts = layer.rankings.count > 1 ? Array(quantities.dropFirst()) : []
    var columns: [(title: String, cells: [String])] = [
      ("unit", layer.views.map(\.unit.name)),
      ("mean", layer.views.map { $0.unit.mean.text(4) }),
    ]
    if ranking.instances > 1 {
      columns.append(("± s.e.", layer.views.map { $0.unit.standardError?.text(2) ?? "–" }))
    }
    for (index, name) in parts.enumerated() {
      columns.append((name, layer.views.map { layer.means(of: $0.unit.unit)[index + 1].text(4) }))
    }
    var lines = ["\(layer.layer.name) \(shape)\(same): \(line)"]
    for row in 0...layer.views.count {
      let cells = columns.map { column in
        let width = max(column.title.count, column.cells.map(\.count).max() ?? 0)
        return (row == 0 ? column.title : column.cells[row - 1]).padded(width, atStart: true)
      }
      let features = row == 0 ? [] : layer.views[row - 1].features.prefix(3)
      let moved = features.map { "\($0.name) \($0.attribution.text(2))" }.joined(separator: ", ")
      lines.append("  " + cells.joined(separator: "  ") + (moved.isEmpty ? "" : "  " + moved))
    }
    return lines + essence(of: layer)
  }

  private func essence(of layer: StudiedLayer) -> [String] {
    guard plan.options.measuresEssence, let essence = layer.essence else { return [] }
    var columns: [(title: String, cells: [String])] = [
      ("kept", essence.ranked.map { "\($0.kept)" }),
      ("quantity", essence.ranked.map { $0.quantity.text(4) }),
      ("random", essence.random.map { $0.quantity.text(4) }),
    ]
    func share(_ title: String, _ part: (EssencePoint) -> Double?) {
      guard essence.ranked.contains(where: { part($0) != nil }) else { return }
      columns.append((title, essence.ranked.map { part($0)?.percentText ?? "–" }))
      columns.append(("random", essence.random.map { part($0)?.percentText ?? "–" }))
    }
    share("decisions", \.accuracy)
    share("recall", \.recall)
    return ["  with only the first units kept, the others at zero:"]
      + (0...essence.ranked.count).map { row in
        "  "
          + columns.map { column in
            let width = max(column.title.count, column.cells.map(\.count).max() ?? 0)
            return (row == 0 ? column.title : column.cells[row - 1]).padded(width, atStart: true)
          }.joined(separator: "  ")
      }
  }
}
