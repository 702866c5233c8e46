// SPDX-License-Identifier: Apache-2.0

import Evaluation

extension TableExplanation {
  /// All attributions for other programs, a line for each row and feature, after RFC 4180.
  ///
  /// `row,feature,unit,value,baseline,attribution,start,prediction,gap`: rows counted from 1; value and
  /// baseline in the feature's unit, the other numbers in the prediction's. What is not known is empty.
  public var csv: String {
    var text = CSV.line([
      "row", "feature", "unit", "value", "baseline", "attribution", "start", "prediction", "gap",
    ])
    for row in rows.numbers.indices {
      let ends = [starts?[row], predictions[row], gaps?[row]].map(CSV.number)
      for (index, feature) in layout.features.enumerated() {
        text += CSV.line(
          [
            "\(rows.numbers[row])", feature.name, feature.unit ?? "",
            value(of: index, row: row).field, baseline(of: index, row: row)?.field ?? "",
            CSV.number(attribution(of: index, row: row)),
          ] + ends)
      }
    }
    return text
  }
}
