// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX

extension Explanation {
  /// What the terminal shows of this configuration alone; see ``Explanations/summary(inColor:)``.
  public func summary(inColor: Bool = false) -> String {
    Explanations(names: [""], [self]).summary(inColor: inColor)
  }

  /// What it took.
  var effortLine: String {
    // With a tolerance each instance has its own.
    let limit = plan.tolerance != nil && rows.count > 1 ? "at most " : ""
    return "\(limit)\(cost.samples) evaluation\(cost.samples == 1 ? "" : "s") an instance, "
      + "\(cost.forwardRows) rows forward and \(cost.backwardRows) backward, "
      + "\(cost.seconds.text(3)) s"
  }

  /// A line for each instance.
  var lineOfEach: [String] {
    let made = configuration
    // A table may have thousands of rows.
    let rows = table == nil ? rows : Array(rows.prefix(Self.shownTableRows))
    var columns: [(title: String, cells: [String])] = []
    if rows.contains(where: { $0.label != nil }) {
      columns.append(
        ("label", rows.map { $0.labelName ?? $0.label.map(String.init) ?? "–" }))
    }
    if rows.contains(where: { $0.score != nil }) {
      columns.append((scoreName, rows.map { $0.score?.text(6) ?? "–" }))
    }
    if rows.contains(where: { $0.start != nil }) {
      columns.append(("start", rows.map { $0.start?.text() ?? "–" }))
      columns.append(("end", rows.map { $0.end?.text() ?? "–" }))
    } else {
      columns.append(("quantity", rows.map { $0.quantity.text() }))
    }
    // Gradients of different elements have different units, which do not add up.
    if made.measure == .attribution { columns.append(("sum", rows.map { $0.sum.text() })) }
    if rows.contains(where: { $0.gap != nil }) {
      columns.append(("gap", rows.map { $0.gap?.text(2) ?? "–" }))
      columns.append(("relative", rows.map { $0.relativeGap?.percentText ?? "–" }))
    }
    if rows.contains(where: { $0.errorEstimate != nil }) {
      let title = standardError == nil ? "est. error" : "std. error"
      columns.append((title, rows.map { $0.errorEstimate?.percentText ?? "–" }))
    }
    if rows.contains(where: { $0.effort != nil }) {
      columns.append(("rule", rows.map { $0.effort?.rule ?? "–" }))
      columns.append(("steps", rows.map { $0.effort.map { String($0.steps) } ?? "–" }))
    }
    let names = rows.map(\.name)
    let nameWidth = max(8, names.map(\.count).max() ?? 0)
    return (0...rows.count).map { index in
      let name = index == 0 ? "instance" : names[index - 1]
      return columns.reduce(name.padded(nameWidth)) { line, column in
        let width = max(column.title.count, column.cells.map(\.count).max() ?? 0)
        let cell = index == 0 ? column.title : column.cells[index - 1]
        return line + "  " + cell.padded(width, atStart: true)
      }
    }
  }

  /// What the model's output says of the label.
  var scoreName: String {
    switch model.head?.function {
    case .softmax, .sigmoid: "probability"
    case .logSoftmax: "log-prob."
    case nil: "score"
    }
  }
}
