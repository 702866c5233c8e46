// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Tables
import Visualization

/// What was found of a table's features.
public struct ExplainedTable: Sendable {
  public let loaded: LoadedTable
  public let explanation: TableExplanation
  /// Whether predictions and attributions are other numbers than the model's.
  let isScaled: Bool

  /// Of rows that went through the engine in one batch.
  ///
  /// - Parameter baseline: Where paths started; `nil` where that is not at the features.
  init(
    _ batch: ExplainedBatch, of table: LoadedTable, plan: ExplainPlan, model: ONNXModel,
    from baseline: (any Baseline)?
  ) throws {
    loaded = table
    // The scale is that of the model's only number, unless another quantity is made of it.
    let isOutput =
      plan.options.quantity == nil && plan.options.labels.isEmpty && model.head == nil
      && batch.rows.allSatisfy { $0.label == nil && $0.score != nil }
    isScaled = isOutput && !table.layout.output.isIdentity
    explanation = try TableExplanation(
      batch.attributions, of: table.rows, in: table.layout, from: baseline, model: model,
      quantity: Self.name(of: plan.quantity, table.layout), isOutput: isOutput)
  }

  /// With the class's name; `nil` where there is none.
  private static func name(of quantity: any QuantityOfInterest, _ layout: TableLayout) -> String? {
    let choice = (quantity as? ClassScore)?.choice ?? (quantity as? ClassProbability)?.choice
    guard case .index(let index)? = choice, layout.classes.indices.contains(index) else {
      return nil
    }
    return "\(quantity.name), \(layout.classes[index])"
  }

  /// What a user should know before reading the numbers.
  func notes(_ plan: ExplainPlan) -> [String] { loaded.notes(plan, isScaled: isScaled) }

  /// What the model says of a row, the class by its name.
  func prediction(of row: ExplainedRow, scoreName: String) -> String? {
    guard let label = row.label else { return nil }
    let classes = loaded.layout.classes
    let name = classes.indices.contains(label) ? classes[label] : "class \(label)"
    return "predicted: \(name)" + (row.score.map { " (\(scoreName) \($0.text(4)))" } ?? "")
  }
}

extension Explanation {
  /// Rows that are shown one by one; a file of values has all.
  static let shownTableRows = 12

  /// The page of a table.
  func tablePage(_ table: ExplainedTable) -> TablePage {
    let made = configuration
    var notes = [
      "\(made.measure.rawValue) from \(made.from) to \(made.to) · \(made.distribution)"
    ]
    notes += table.notes(plan)
    if isOfSeveralClasses {
      notes.append(
        "each row is explained for the class predicted for it: --quantity class:0 explains one class for "
          + "all rows, so that signs mean the same")
    }
    return TablePage(
      table.explanation,
      title: "\(plan.options.model.fileName): \(table.loaded.path.fileName)", notes: notes,
      rowNotes: rows.map {
        TablePage.RowNote(table.prediction(of: $0, scoreName: scoreName) ?? "")
      }, limit: Self.shownTableRows,
      remedy: "explain them alone, as \(table.loaded.path.fileName)#\(Self.shownTableRows + 1)-"
        + "\(min(rows.count, 2 * Self.shownTableRows)), or write a .csv file, which has all",
      colors: plan.colors ?? .redWhiteBlue)
  }

  /// Whether signs mean other things in other rows.
  private var isOfSeveralClasses: Bool {
    guard plan.options.quantity ?? "predicted" == "predicted", plan.options.labels.isEmpty else {
      return false
    }
    return Set(rows.compactMap(\.label)).count > 1
  }

  /// What the terminal shows of a table.
  var tableLines: [String] {
    guard let table else { return [] }
    var lines: [String] = []
    let explained = table.explanation
    for (row, told) in rows.prefix(Self.shownTableRows).enumerated() {
      var facts = [told.name]
      if let prediction = table.prediction(of: told, scoreName: scoreName) {
        facts.append(prediction)
      }
      if let start = explained.starts?[row] {
        facts.append(
          "\(start.text(4)) → \(explained.predictions[row].text(4))"
            + (explained.unit.map { " \($0)" } ?? ""))
      }
      if explained.rows.targets.indices.contains(row) {
        facts.append(
          "\(table.loaded.layout.target ?? "target") in the file: \(explained.rows.targets[row])")
      }
      lines.append(facts.joined(separator: " · "))
      lines += explained.text(ofRow: row).map { "  " + $0 } + [""]
    }
    if rows.count > Self.shownTableRows {
      lines += [
        "and \(rows.count - Self.shownTableRows) more rows: --output VALUES.csv has all, "
          + "\(table.loaded.path.fileName)#\(Self.shownTableRows + 1) one alone",
        "",
      ]
    }
    if rows.count > 1 {
      lines.append("all rows: mean size with its 95 % interval, mean")
      lines += explained.text(explained.summaries()).map { "  " + $0 } + [""]
      if isOfSeveralClasses {
        lines += [
          "signs are those of each row's predicted class: --quantity class:0 takes one", "",
        ]
      }
    }
    let notes = table.notes(plan)
    return lines + notes + (notes.isEmpty ? [] : [""])
  }
}
