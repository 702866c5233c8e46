// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch
import Visualization

extension UnitsStudy {
  /// The page that `--output FILE.html` writes.
  func report(colors: ColorMap = .redWhiteBlue) throws -> UnitReport {
    let input = try plan.input(of: model)
    let pictures = UnitsPictures.format(of: model, input: input).map {
      UnitsPictures(format: $0, scaling: plan.options.explain.imageScaling, colors: colors)
    }
    return UnitReport(
      title: title, lead: lead, facts: facts(hasPictures: pictures != nil), quantities: quantities,
      input: try pictures.map(inputTiles) ?? [],
      layers: try layers.map { try layer($0, pictures) }, colors: colors)
  }

  private var title: String {
    guard let sum = plan.whole.quantity as? WeightedSum, sum.terms.count == 2,
      sum.terms.map(\.weight) == [1, -1],
      let classes = Self.classes(sum.terms.map(\.quantity))
    else { return "What decides: \(quantities[0])" }
    return "Why \(classes[0]) and not \(classes[1])?"
  }

  /// Two classes, where the quantities are their scores.
  private static func classes(_ quantities: [any QuantityOfInterest]) -> [Int]? {
    let classes = quantities.compactMap { quantity -> Int? in
      guard case .index(let index)? = (quantity as? ClassScore)?.choice else { return nil }
      return index
    }
    return classes.count == quantities.count ? classes : nil
  }

  private var lead: String {
    let many = instances.count
    let what = many == 1 ? instances.instances[0].name : "\(many) instances"
    let asked = quantities[0]
    return
      "\(plan.options.explain.model.fileName) and \(what): what each unit does to the \(asked), "
      + "and what of the input it looks at."
  }

  private func facts(hasPictures: Bool) -> [String] {
    let made = layers[0].configuration
    let measure = made.measure == .attribution ? "attributions" : "influences"
    let ranked =
      switch plan.options.order {
      case .magnitude: "the greatest size first"
      case .supporting: "what speaks most for it first"
      case .opposing: "what speaks most against it first"
      }
    return [
      "Units by their \(measure), the \(plan.options.reduction.rawValue) over positions, \(ranked); "
        + "\(made.distribution) at \(made.at), read at \(made.to).",
      hasPictures
        ? "Pictures of each unit: the instance where it looks; what raises (for) or lowers (against) its "
          + "activation; what of the input acts on the quantity through it, which adds up to the unit's "
          + "part as far as the network is straight on the way."
        : "Of each unit, the features that raise (above 0) or lower its activation most.",
    ]
  }

  private func inputTiles(_ pictures: UnitsPictures) throws -> [UnitReport.Tile] {
    guard let tensor = input.loaded.tensors[pictures.format.input] else { return [] }
    return try input.loaded.instances.indices.flatMap { row in
      let image = try pictures.image(tensor.row(row))
      let maps = try input.attributions.map { try pictures.map($0.values.row(row)) }
      // Equal colors are equal attributions within an instance.
      let span = maps.map { Normalization.symmetric().span(of: $0) }.max() ?? 0
      let tiles = try zip(maps, input.attributions).enumerated().map { index, pair in
        let sum = pair.0.values.reduce(0, +)
        let gap = try pair.1.completenessGap.map { ", gap \(try $0[row].number().text(2))" } ?? ""
        return UnitReport.Tile(
          pictures.heatmap(pair.0, span: span), title: quantities[index],
          detail: "sum \(sum.text(4))\(gap)")
      }
      return [UnitReport.Tile(image, title: input.loaded.instances[row].name)] + tiles
    }
  }

  private func layer(
    _ studied: StudiedLayer, _ pictures: UnitsPictures?
  ) throws -> UnitReport.Layer {
    var detail = [studied.layer.operation, "\(Array(studied.shape.dropFirst()))"]
      .compactMap { $0 }.joined(separator: " ")
    if !studied.layer.same.isEmpty {
      detail += "; the same numbers flow through \(studied.layer.same.joined(separator: ", "))"
    }
    return UnitReport.Layer(
      name: studied.layer.name, detail: detail, ranking: studied.rankings[0],
      cards: try studied.views.map { viewed in
        UnitReport.Card(
          unit: viewed.unit, means: studied.means(of: viewed.unit.unit),
          views: try pictures.map { pictures in
            try viewed.instances.map { try tiles($0, pictures) }
          } ?? [],
          features: viewed.features, gap: viewed.gap)
      }, essence: studied.essence)
  }

  /// The instance where the unit looks, what raises and lowers it, and what acts on the quantity
  /// through it.
  private func tiles(
    _ view: ViewedInstance, _ pictures: UnitsPictures
  ) throws -> [UnitReport.Tile] {
    let loaded = try instances.loaded(view.instance..<view.instance + 1)
    guard let tensor = loaded.tensors[pictures.format.input] else { return [] }
    let image = try pictures.image(tensor)
    let map = try pictures.map(view.attributions)
    let passage = try pictures.map(view.passage)
    return [
      UnitReport.Tile(
        pictures.mask(map, on: image), title: loaded.instances[0].name,
        detail: "unit at \(map.values.reduce(0, +).text(3))"),
      UnitReport.Tile(
        pictures.heatmap(map), title: "looks at", detail: "what moves the unit"),
      UnitReport.Tile(
        pictures.heatmap(passage), title: "through it",
        detail: "\(passage.values.reduce(0, +).text(3))"
          + (view.score.map { " of \($0.text(3))" } ?? "")),
    ]
  }
}

extension Tensor {
  /// One row, its axis kept.
  fileprivate func row(_ index: Int) throws -> Tensor {
    try sliced(axis: 0, from: index, to: index + 1)
  }
}
