// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Torch
import Visualization

extension UnitsStudy {
  /// Writes all that is asked for, each file whole or not at all.
  public func writeOutputs() throws {
    for file in plan.outputs {
      let text =
        switch file.kind {
        case .html: try report().page().html
        case .json: try json().text + "\n"
        case .csv: csv
        }
      try SystemFile.replace(file.path, with: Array(text.utf8))
    }
  }

  /// A line for each unit of each layer.
  var csv: String {
    let parts = quantities.count > 1 ? quantities.dropFirst().map { "mean of \($0)" } : []
    var text = CSV.line(["layer", "unit", "rank", "mean", "standard error", "instances"] + parts)
    for layer in layers {
      let others = layer.rankings.dropFirst().map { ranking in
        Dictionary(uniqueKeysWithValues: ranking.units.map { ($0.unit, $0.mean) })
      }
      for (rank, unit) in layer.rankings[0].units.enumerated() {
        text += CSV.line(
          [
            layer.layer.name, unit.name, "\(rank + 1)", CSV.number(unit.mean),
            CSV.number(unit.standardError), "\(layer.rankings[0].instances)",
          ] + others.map { CSV.number($0[unit.unit]) })
      }
    }
    return text
  }

  private func json() throws -> JSON {
    let options = plan.options
    let explain = options.explain
    return [
      "format": "swift-attribution units 1",
      "tool": .string("attribute \(toolVersion)"),
      "libtorch": .string(Runtime.version),
      "model": [
        "file": .string(explain.model), "sha256": .string(try SHA256.digest(ofFile: explain.model)),
      ],
      "inputs": .array(explain.inputs.map { .string($0) }),
      "instances": .integer(instances.count),
      "quantities": .array(quantities.map { .string($0) }),
      "arguments": [
        "layers": .array(options.layers.map { .string($0) }),
        "to": .string(explain.to),
        "at": JSON(explain.at),
        "quantity": JSON(explain.quantity),
        "distribution": .string(explain.distribution),
        "baseline": JSON(explain.baseline),
        "rule": JSON(explain.rule),
        "steps": JSON(explain.steps),
        "tolerance": JSON(explain.tolerance),
        "axis": .string(options.axis.description),
        "reduce": .string(options.reduction.rawValue),
        "order": .string(options.order.rawValue),
        "top": .integer(options.top),
        "seed": .unsigned(explain.seed),
      ],
      "layers": .array(layers.map(json)),
      "seconds": .number(seconds),
    ]
  }

  private func json(_ layer: StudiedLayer) -> JSON {
    let flow = layer.rankings[0].flow
    let made = layer.configuration
    return [
      "name": .string(layer.layer.name),
      "operation": JSON(layer.layer.operation),
      "shape": .array(layer.shape.dropFirst().map { .integer($0) }),
      "same": .array(layer.layer.same.map { .string($0) }),
      "measure": .string(made.measure.rawValue),
      "distribution": .string(made.distribution),
      "at": .string(made.at),
      "to": .string(made.to),
      "sum": JSON(flow.sum),
      "change": JSON(flow.change),
      "completenessGap": JSON(flow.gap),
      "units": .array(
        layer.rankings[0].units.map { unit in
          [
            "unit": .string(unit.name), "mean": .number(unit.mean),
            "standardError": JSON(unit.standardError),
            "parts": .array(layer.means(of: unit.unit).dropFirst().map { .number($0) }),
            "strongest": .array(
              unit.strongest.map { moment in
                [
                  "instance": .string(instances.instances[moment.instance].name),
                  "score": .number(moment.score),
                ]
              }),
          ]
        }),
      "views": .array(
        layer.views.map { view in
          [
            "unit": .string(view.unit.name), "completenessGap": JSON(view.gap),
            "features": .array(
              view.features.map { feature in
                ["name": .string(feature.name), "attribution": .number(feature.attribution)]
              }),
          ]
        }),
      "essence": layer.essence.map { essence in
        [
          "ranked": .array(essence.ranked.map(Self.json)),
          "random": .array(essence.random.map(Self.json)),
        ]
      } ?? .null,
    ]
  }

  private static func json(_ point: EssencePoint) -> JSON {
    [
      "kept": .integer(point.kept), "quantity": .number(point.quantity),
      "standardError": JSON(point.standardError), "accuracy": JSON(point.accuracy),
      "recall": JSON(point.recall), "precision": JSON(point.precision),
    ]
  }
}
