// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Visualization

extension TableExplanation {
  /// From the prediction at the baseline to that of a row; `nil` where rows were not explained by a
  /// path.
  ///
  /// - Parameter limit: Features that have a bar of their own.
  public func waterfall(
    ofRow row: Int, limit: Int = 12, colors: ColorMap = .redWhiteBlue
  ) -> WaterfallChart? {
    guard let start = starts?[row] else { return nil }
    let steps = layout.features.indices.map { feature in
      WaterfallChart.Step(
        layout.features[feature].name, detail: detail(of: feature, row: row),
        value: attribution(of: feature, row: row))
    }
    let strongest = order(ofRow: row).prefix(3).map { feature in
      "\(layout.features[feature].name) \(signedText(attribution(of: feature, row: row)))"
    }
    return WaterfallChart(
      title: "Row \(rows.numbers[row]): \(quantity)",
      summary: "From \(shortText(start)) at the baseline to \(shortText(predictions[row])); most: "
        + strongest.joined(separator: ", "),
      label: quantityLabel, start: start, end: predictions[row], steps: steps, limit: limit,
      colors: colors)
  }

  /// Mean sizes of attributions with their intervals.
  ///
  /// - Parameter limit: Features that are shown, those with the greatest sizes.
  public func sizes(_ summaries: [FeatureSummary], limit: Int = 20) -> BarChart {
    BarChart(
      title: "Mean size of attributions",
      summary: "Features by the mean of their attributions' sizes over \(rows.count) rows.",
      label: "mean |attribution|" + (unit.map { " [\($0)]" } ?? ""),
      bars: summaries.prefix(limit).map { summary in
        BarChart.Bar(
          layout.features[summary.feature].name, summary.size.mean, interval: summary.size.interval)
      }, nameLength: 22)
  }

  /// How the attributions of features are spread over the rows.
  public func swarm(
    _ summaries: [FeatureSummary], limit: Int = 20, colors: ColorMap = SwarmChart.lowToHigh
  ) -> SwarmChart {
    SwarmChart(
      title: "Attributions of all rows",
      summary: "For each feature its attributions in \(rows.count) rows, colored by its values.",
      label: "attribution" + (unit.map { " [\($0)]" } ?? ""),
      strips: summaries.prefix(limit).map { summary in
        SwarmChart.Strip(
          layout.features[summary.feature].name, places: attributions(of: summary.feature),
          values: ranks(of: summary.feature))
      }, colors: colors)
  }

  /// What the axis of predictions counts.
  var quantityLabel: String { quantity + (unit.map { " [\($0)]" } ?? "") }

  /// The features of a row, the strongest first.
  func order(ofRow row: Int) -> [Int] {
    layout.features.indices.sorted {
      let sizes = (abs(attribution(of: $0, row: row)), abs(attribution(of: $1, row: row)))
      return (-sizes.0, $0) < (-sizes.1, $1)
    }
  }

  /// `17.99 mm, from 14.1`.
  private func detail(of feature: Int, row: Int) -> String {
    let unit = layout.features[feature].unit
    let value = value(of: feature, row: row).text(unit: unit)
    guard let start = baseline(of: feature, row: row) else { return value }
    return "\(value), from \(start.text())"
  }

  /// Where a feature's values lie, 0…1: by rank, which one row far off does not squeeze.
  private func ranks(of feature: Int) -> [Double]? {
    guard case .numbers(let numbers) = rows.columns[feature] else { return nil }
    let sorted = Array(Set(numbers)).sorted()
    guard sorted.count > 1 else { return numbers.map { _ in 0.5 } }
    let places = Dictionary(
      uniqueKeysWithValues: sorted.enumerated().map {
        ($1, Double($0) / Double(sorted.count - 1))
      })
    return numbers.map { places[$0] ?? 0.5 }
  }
}
