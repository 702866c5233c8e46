// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch
import Visualization

extension UnitsRun {
  /// What the first units look at, and what of it acts on the quantity.
  func views(of layer: UnitsLayer, _ ranking: UnitRanking) throws -> [ViewedUnit] {
    let top = Array(ranking.units.prefix(options.top))
    let isWhole = instances.count <= options.examples
    let shown = top.map { isWhole ? Array(0..<instances.count) : $0.strongest.map(\.instance) }
    let rows = Array(Set(shown.joined())).sorted()
    let view = UnitView(
      try engine(plan.viewPlan(of: layer.text, input: input)), axis: options.axis)
    let inputs = try instances.loaded(rows).inputs
    let units = top.map(\.unit)
    let found = try view.attributions(of: units, for: inputs)
    var engine = try influence(on: layer).engine
    engine.keepsInfluence = true
    let whole = try engine.attributions(
      for: inputs, quantities: [plan.whole.quantity.choosing(instances: rows)])[0]
    let passages = try view.passages(
      through: units, influence: whole.influence?.tensors.first ?? whole.values, for: inputs)
    return try zip(top, shown).enumerated().map { index, pair in
      let (unit, shown) = pair
      let places = shown.compactMap { rows.firstIndex(of: $0) }
      let result = found[index]
      let gaps = try result.completenessGap?.numbers()
      return ViewedUnit(
        unit: unit,
        instances: try zip(shown, places).map { instance, place in
          ViewedInstance(
            instance: instance,
            score: unit.strongest.first { $0.instance == instance }?.score,
            attributions: try result.values.sliced(axis: 0, from: place, to: place + 1),
            passage: try passages[index].values.sliced(axis: 0, from: place, to: place + 1))
        },
        gap: gaps.map { gaps in
          places.reduce(0) { $0 + abs(gaps[$1]) } / Double(max(1, places.count))
        },
        features: hasPictures
          ? []
          : try FeatureNames.strongest(
            of: result.activation, rows: places, names: names,
            isEmbedded: input.hasPrefix("embeddings")))
    }
  }

  private var hasPictures: Bool { UnitsPictures.format(of: model, input: input) != nil }
}
