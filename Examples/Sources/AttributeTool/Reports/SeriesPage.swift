// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch
import Visualization

extension Explanation {
  /// The plots of all instances on one scale; empty where they are no series.
  func seriesPlots() throws -> [SeriesPlot] {
    guard let layout = maps.series, let input = seriesInput else { return [] }
    let options = plan.options.series
    let time = options.samplingRate.map { SeriesPlot.TimeAxis.seconds(samplingRate: $0) } ?? .steps
    let series = try layout.channelsFirst(input)
    let values = try layout.channelsFirst(activation.tensors[0])
    let starts = try maps.baseline.map { try layout.channelsFirst($0) }
    let channels = try rows.indices.map { row in
      try SeriesPlot.channels(
        series[row], attributions: values[row], baseline: starts?[row], names: options.channelNames)
    }
    let scale = SeriesPlot.scale(of: channels.flatMap { $0 })
    return try zip(rows.indices, channels).map { row, channels in
      try SeriesPlot(
        channels: channels, time: time, marked: marked(row, steps: layout.steps),
        colors: plan.colors ?? .redWhiteBlue, scale: scale)
    }
  }

  /// The input that attributions are of.
  private var seriesInput: Tensor? {
    guard let cut = plan.slice.start as? InputCut else { return nil }
    let name = cut.inputs?.first ?? model.inputs.first { $0.elementType.isFloatingPoint }?.name
    return name.flatMap { inputs.tensors[$0] }
  }

  /// The steps that the quantity reads, where its output is a map over time.
  private func marked(_ row: Int, steps: Int) throws -> [Range<Int>] {
    guard let region = maps.region, region.rank == 2 else { return [] }
    let inside = try region[row].numbers()
    var ranges: [Range<Int>] = []
    for position in inside.indices where inside[position] != 0 {
      let own = position * steps / inside.count..<(position + 1) * steps / inside.count
      if let last = ranges.last, last.upperBound == own.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<own.upperBound
      } else {
        ranges.append(own)
      }
    }
    return ranges
  }

  /// A page of series, one below the other.
  func seriesPage() throws -> Page {
    let plots = try seriesPlots()
    try checkPictured()
    let name = plan.options.model.fileName
    let made = configuration
    let at = made.at == made.from ? "" : ", distribution at \(made.at)"
    var header: [Markup] = [
      .element("h1", [:], [.text(name)]),
      .element(
        "p", [:],
        [.text("\(made.quantity) · \(made.measure.rawValue) from \(made.from) to \(made.to)\(at)")]),
      .element("p", ["class": "note"], [.text(made.distribution)]),
    ]
    header += maps.notes.map { .element("p", ["class": "note"], [.text($0)]) }
    if let legend = plots.first?.legend { header.append(legend) }
    let sections = zip(rows, plots).map { row, plot -> Markup in
      .element(
        "section", [:],
        [
          .element("h2", [:], [.text(row.name)]),
          .element("p", ["class": "note"], [.text(facts(of: row))]), plot.markup(),
        ])
    }
    return Page(
      title: "\(name): series", style: Page.sectionStyle + SeriesPlot.style,
      body: [.element("header", [:], header), .element("main", [:], sections)])
  }

  /// A PNG file of all plots, one below the other.
  func seriesPicture() throws -> [UInt8] {
    try checkPictured()
    var style = Panel.Style().scaled(by: 2)
    (style.minimumSide, style.maximumSide) = (1, 1 << 16)
    let tiles = try zip(rows, seriesPlots()).map { row, plot in
      Panel.Tile(plot, title: row.name, detail: facts(of: row), showsColorBar: false)
    }
    let title = "\(configuration.quantity): \(configuration.distribution)"
    return Array(try Panel(tiles, columns: 1, title: title, style: style).image.pngData())
  }

  private func checkPictured() throws {
    guard rows.count <= Explanations.pictureLimit else {
      throw ToolError.data(
        "\(rows.count) instances are more than the \(Explanations.pictureLimit) of one page or picture: "
          + "explain them in parts, or write a .npy file")
    }
  }

  private func facts(of row: ExplainedRow) -> String {
    var facts: [String] = []
    if let label = row.label { facts.append("label \(label)") }
    if let score = row.score { facts.append("\(scoreName) \(score.text(4))") }
    if let start = row.start, let end = row.end {
      facts.append("quantity from \(start.text(4)) to \(end.text(4))")
    } else {
      facts.append("quantity \(row.quantity.text(4))")
    }
    if configuration.measure == .attribution { facts.append("sum \(row.sum.text(4))") }
    return facts.joined(separator: " · ")
  }
}
