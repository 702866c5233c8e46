// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Tables

extension Explanation {
  /// What is told of a table besides: its features, and their means over all rows; `nil` where
  /// instances are none.
  func tableReport() throws -> JSON? {
    guard let table else { return nil }
    let (explained, layout) = (table.explanation, table.loaded.layout)
    return [
      "table": [
        "description": try Self.digest(ofFile: table.loaded.description),
        "target": JSON(layout.target),
        "quantity": .string(explained.quantity),
        "unit": JSON(explained.unit),
        "classes": .array(layout.classes.map { .string($0) }),
        "leftOut": .array(table.loaded.rows.leftOut.map { .string($0) }),
        "resamples": .integer(explained.resamples),
        "features": .array(
          explained.summaries().map { summary in
            let feature = layout.features[summary.feature]
            return [
              "name": .string(feature.name), "unit": JSON(feature.unit),
              "meanSize": Self.report(summary.size), "mean": Self.report(summary.mean),
            ]
          }),
      ]
    ]
  }

  private static func report(_ estimate: MeanEstimate) -> JSON {
    [
      "mean": .number(estimate.mean),
      "interval": estimate.interval.map {
        [.number($0.lowerBound), .number($0.upperBound)]
      } ?? .null,
    ]
  }

  /// A row's features; `nil` where instances are none.
  func featureReport(at row: Int) -> JSON? {
    guard let table, table.explanation.rows.numbers.indices.contains(row) else { return nil }
    let explained = table.explanation
    return [
      "target": explained.rows.targets.indices.contains(row)
        ? .string(explained.rows.targets[row]) : .null,
      "prediction": .number(explained.predictions[row]),
      "start": JSON(explained.starts?[row]),
      "gap": JSON(explained.gaps?[row]),
      "features": .array(
        table.loaded.layout.features.enumerated().map { index, feature in
          [
            "name": .string(feature.name),
            "value": Self.report(explained.value(of: index, row: row)),
            "baseline": Self.report(explained.baseline(of: index, row: row)),
            "attribution": .number(explained.attribution(of: index, row: row)),
          ]
        }),
    ]
  }

  /// A number, a category, shares of several, or null.
  private static func report(_ value: FeatureValue?) -> JSON {
    switch value {
    case .number(let number): .number(number)
    case .category(let category): .string(category)
    case .mixture(let shares):
      .object(shares.map { (key: $0.category, value: .number($0.share)) })
    case .vector, FeatureValue.none?, nil: .null
    }
  }
}
