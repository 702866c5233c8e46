// SPDX-License-Identifier: Apache-2.0

import Visualization

/// What one configuration says of one instance: the picture, and the numbers that belong to it.
struct PictureTile {
  let cell: CellResult
  let index: Int
  let source: PictureSource
  /// The instance; `nil` where it is no image.
  let image: Image?
  /// The size that has the strongest color, the same for all configurations.
  let span: Double
  let elements: ShownElements
  let scale: PictureScale

  func markup() throws -> Markup {
    let name = ReportText.plain(cell.cell.method)
    let isWide = if case .vector = source { true } else { false }
    return .element(
      "figure", ["class": isWide ? "tile wide" : "tile"],
      [
        try drawing(name),
        .element(
          "figcaption", [:],
          [.element("b", [:], [ReportText.name(cell.cell.method)]), numbers()]),
      ])
  }

  private func drawing(_ name: String) throws -> Markup {
    let description = "Attributions of instance \(index) by \(name)"
    switch source {
    case .missing(let reason): return .element("p", ["class": "failed"], [.text(reason)])
    case .map(let map):
      let divisor = source.divisor(scale)
      let scaled = try AttributionMap(
        width: map.width, height: map.height, values: map.values.map { $0 / divisor })
      let heatmap = Heatmap(scaled, normalization: .symmetric(span: span))
      // On a few pixels the instance would hide what its attributions are.
      guard let image, min(image.width, image.height) >= 32 else {
        return try heatmap.markup(description: description)
      }
      return try Overlay(heatmap, on: image).markup(description: description)
    case .vector(let values, _):
      let divisor = source.divisor(scale)
      return BarChart(
        title: description, summary: "The elements with the largest attributions.",
        label: scale == .share ? "share of Σ |A|" : "attribution",
        bars: elements.places.map {
          BarChart.Bar(elements.name($0), $0 < values.count ? values[$0] / divisor : .nan)
        }, covering: elements.ends
      ).markup
    }
  }

  private func numbers() -> Markup {
    guard let record = cell.instances.first(where: { $0.index == index }) else { return [] }
    var rows = [("quantity", ReportText.number(record.quantity))]
    if let gap = record.gap { rows.append(("gap", ReportText.number(gap))) }
    if let error = record.errorEstimate {
      rows.append(("error", ReportText.number(error * 100) + " %"))
    }
    rows += [
      ("evaluations", ReportText.number(record.evaluations)),
      ("time", ReportText.seconds(record.seconds)),
    ]
    if !source.values.isEmpty { rows.append(("Σ |A|", ReportText.number(source.total))) }
    return .element(
      "dl", [:],
      rows.map {
        .element(
          "div", [:], [.element("dt", [:], [.text($0.0)]), .element("dd", [:], [.text($0.1)])])
      })
  }
}

/// Which elements of vectors are drawn: those that matter most to any configuration, the same for all.
struct ShownElements {
  /// In the vector's order.
  let places: [Int]
  /// The least and the greatest number that is drawn, scaled.
  let ends: [Double]
  private let shape: [Int]

  init(of sources: [PictureSource], scale: PictureScale, limit: Int = 12) {
    var largest: [Int: Double] = [:]
    var shape: [Int] = []
    var scaled: [[Double]] = []
    for case .vector(let values, let own) in sources {
      if shape.isEmpty { shape = own }
      let divisor = PictureSource.vector(values, shape: own).divisor(scale)
      scaled.append(values.map { $0 / divisor })
      for (place, value) in values.enumerated() {
        largest[place] = max(largest[place] ?? 0, abs(value) / divisor)
      }
    }
    let places = largest.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(limit)
      .map(\.key).sorted()
    self.places = places
    let drawn = scaled.flatMap { values in
      places.filter { $0 < values.count }.map { values[$0] }
    }
    ends = [drawn.min(), drawn.max()].compactMap { $0 }
    self.shape = shape
  }

  func name(_ place: Int) -> String { PictureSource.name(of: place, in: shape) }
}
