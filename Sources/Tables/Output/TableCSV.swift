// SPDX-License-Identifier: Apache-2.0

extension TableExplanation {
  /// All attributions for other programs, a line for each row and feature, after RFC 4180.
  ///
  /// `row,feature,unit,value,baseline,attribution,start,prediction,gap`: rows counted from 1; value and
  /// baseline in the feature's unit, the other numbers in the prediction's. What is not known is empty.
  public var csv: String {
    var text = "row,feature,unit,value,baseline,attribution,start,prediction,gap\n"
    for row in rows.numbers.indices {
      let ends = [starts?[row], predictions[row], gaps?[row]].map { $0.map { "\($0)" } ?? "" }
      for (index, feature) in layout.features.enumerated() {
        let fields =
          [
            "\(rows.numbers[row])", Self.field(feature.name), Self.field(feature.unit ?? ""),
            Self.field(value(of: index, row: row).field),
            Self.field(baseline(of: index, row: row)?.field ?? ""),
            "\(attribution(of: index, row: row))",
          ] + ends
        text += fields.joined(separator: ",") + "\n"
      }
    }
    return text
  }

  private static func field(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
