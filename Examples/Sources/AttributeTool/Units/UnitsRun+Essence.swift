// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch
import Visualization

extension UnitsRun {
  /// What is left of the quantity with the first units alone, in their order and in a random one.
  func essence(
    of layer: UnitsLayer, _ ranking: UnitRanking
  ) throws -> UnitReport.Essence? {
    guard options.measuresEssence || plan.outputs.contains(where: { $0.kind != .csv }) else {
      return nil
    }
    let essence = UnitEssence(
      model, of: try CutGrammar.cut(layer.text), quantity: plan.whole.quantity,
      to: plan.whole.slice.end, axis: options.axis)
    let count = ranking.units.count
    let counts =
      ([0, 1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 140, 200, 300, 500].filter { $0 < count })
      + [count]
    let labels = options.labels.isEmpty ? nil : options.labels
    func curve(_ order: [Int]) throws -> [EssencePoint] {
      try essence.curve(
        keeping: order, counts: counts, of: instances.count, labels: labels, subject: plan.subject
      ) { try instances.loaded($0).inputs }
    }
    let random = try Tensor.permutation(count, from: Generator(seed: options.explain.seed))
    return UnitReport.Essence(
      ranked: try curve(ranking.units.map(\.unit)),
      random: try curve(random.integers()))
  }
}
