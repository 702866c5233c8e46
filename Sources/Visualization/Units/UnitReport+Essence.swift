// SPDX-License-Identifier: Apache-2.0

import Attribution

extension UnitReport.Essence {
  /// What is left of the quantity, and of the classes where the output has some.
  func figures(of layer: String) -> [Markup] {
    var charts = [
      chart("quantity", of: layer, label: "quantity") { point in
        Chart.Point(
          x: Double(point.kept), y: point.quantity,
          interval: point.standardError.map { point.quantity - $0...point.quantity + $0 })
      }
    ]
    if (ranked + random).contains(where: { $0.recall != nil }) {
      charts.append(
        chart("recall", of: layer, label: "recall of the class") { point in
          Chart.Point(x: Double(point.kept), y: point.recall ?? .nan)
        })
    } else if ranked.contains(where: { $0.accuracy != nil }) {
      charts.append(
        chart("decisions", of: layer, label: "share of decisions that stay") { point in
          Chart.Point(x: Double(point.kept), y: point.accuracy ?? .nan)
        })
    }
    return charts
  }

  private func chart(
    _ name: String, of layer: String, label: String, _ point: (EssencePoint) -> Chart.Point
  ) -> Markup {
    let chart = Chart(
      title: "\(name) where units of \(layer) are kept",
      summary:
        "\(label) over the number of units that are kept, the first of the ranking and random",
      x: Chart.Axis("units kept, the others held"), y: Chart.Axis(label),
      series: [
        Chart.Series("first in the ranking", ranked.map(point), form: .markedLine),
        Chart.Series("in random order", random.map(point)),
      ])
    return .element("figure", [:], [chart.markup])
  }
}
