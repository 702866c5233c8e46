// SPDX-License-Identifier: Apache-2.0

import Torch
import Visualization

extension ExperimentReport {
  /// Instances and their attributions side by side; `nil` where nothing was explained, or none is
  /// asked for.
  func pictureSection(_ settings: [ReportSetting]) throws -> ReportSection? {
    let shown = settings.filter { !$0.indices.isEmpty }
    let cells = shown.reduce(0) { $0 + $1.cells.count }
    guard cells > 0, options.instances > 0, options.pictures > 0 else { return nil }
    let limit = max(1, min(options.instances, options.pictures / cells))
    var left = options.pictures
    var parts: [Markup] = []
    for setting in shown where left > 0 {
      let indices = setting.indices
      let told = indices.prefix(limit)
      let configurations = Array(setting.cells.prefix(max(1, left / told.count)))
      left -= told.count * configurations.count
      var content = [setting.heading]
      let rows = try told.map { try pictures(of: $0, configurations, setting) }
      let bytes = rows.reduce(0) { $0 + $1.written.utf8.count } / max(1, rows.count)
      var note =
        "Shown are \(told.count) of \(ReportText.count(indices.count, "instance")), the first; "
        + "each takes about \(max(1, bytes / 1000)) kB of this file."
      if configurations.count < setting.cells.count {
        note +=
          " Of the \(setting.cells.count) configurations the first \(configurations.count) are "
          + "shown."
      }
      content += [ReportText.note(.text(note))] + rows
      parts += content
    }
    let missing = shown.count - parts.count { $0.isHeading }
    if missing > 0 {
      parts.append(
        ReportText.note(
          .text(
            "\(ReportText.count(missing, "further setting is", "further settings are")) not shown: "
              + "the page holds \(options.pictures) pictures at most.")))
    }
    return ReportSection(
      anchor: "pictures", title: "Pictures", content: [explanation] + parts)
  }

  private var explanation: Markup {
    let unit =
      switch options.scale {
      case .share:
        "Attributions are divided by the sum of their sizes, Σ |A|, which stands under each "
          + "picture: configurations with different units compare."
      case .quantity: "Attributions are in units of the quantity."
      }
    return ReportText.paragraph(
      .text(
        unit + " All pictures of an instance have one color scale: orange for, blue against, and "
          + "the strongest color is the median, over the configurations, of the 99th percentile of "
          + "their sizes; what is larger has that color too. Channels are added up. Images are shown "
          + "with their least number black and the greatest white."))
  }

  private func pictures(
    of index: Int, _ cells: [CellResult], _ setting: ReportSetting
  ) throws -> Markup {
    let sources = cells.map { PictureSource($0, index: index, folder: folder) }
    let reaches = sources.compactMap { $0.reach(options.scale) }
    let span = reaches.isEmpty ? 0 : percentile(50, of: reaches)
    let image = original(index, setting)
    var tiles: [Markup] = []
    if let image {
      tiles.append(
        .element(
          "figure", ["class": "tile"],
          [
            try image.markup(description: "Instance \(index)"),
            .element("figcaption", [:], [.element("b", [:], ["instance \(index)"])]),
          ]))
    }
    let elements = ShownElements(of: sources, scale: options.scale)
    for (cell, source) in zip(cells, sources) {
      tiles.append(
        try PictureTile(
          cell: cell, index: index, source: source, image: image, span: span,
          elements: elements, scale: options.scale
        ).markup())
    }
    let unit = options.scale == .share ? " of Σ |A|" : ""
    let hasMaps = sources.contains { if case .map = $0 { true } else { false } }
    let reach = hasMaps ? ", strongest color at ±\(ReportText.number(span))\(unit)" : ""
    return .element(
      "div", ["class": "instance"],
      [
        .element("h4", [:], [.text("Instance \(index)\(reach)")]),
        .element("div", ["class": "tiles"], tiles),
      ])
  }

  /// The instance as a picture, where it is one.
  private func original(_ index: Int, _ setting: ReportSetting) -> Image? {
    guard let tensor = instances[setting.data], tensor.rank == 4, index >= 0,
      index < tensor.shape[0], [1, 3].contains(tensor.shape[1])
    else { return nil }
    // An instance with numbers that are not finite is no picture; its attributions may still be.
    return try? Image(tensor.selected(index, axis: 0), scaling: .extrema)
  }
}

extension Markup {
  fileprivate var isHeading: Bool {
    if case .element("h3", _, _) = self { true } else { false }
  }
}
