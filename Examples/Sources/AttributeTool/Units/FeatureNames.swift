// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch
import Visualization

/// What the elements of an input are called where it is no picture.
enum FeatureNames {
  /// A name on each line of a file.
  static func read(_ file: String) throws -> [String] {
    var bytes: [UInt8] = []
    try SystemFile.forEachPiece(of: file) { bytes += $0 }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ToolError.data("\(file) is no text in UTF-8: write a name on each line")
    }
    return text.split(whereSeparator: \.isNewline).map(String.init)
  }

  /// What moves a unit most, whichever way, on average over some rows.
  ///
  /// - Parameters:
  ///   - activation: Attributions at the input, `[rows, …]` of each tensor.
  ///   - names: Of the elements of one tensor, where their number is the same.
  ///   - isEmbedded: Whether the last axis has the numbers of a word, which are added.
  static func strongest(
    of activation: Activation, rows: [Int], names: [String], isEmbedded: Bool, count: Int = 5
  ) throws -> [UnitReport.Feature] {
    var features: [UnitReport.Feature] = []
    for (index, tensor) in activation.tensors.enumerated() {
      var values = try tensor.converted(to: .float64).selecting(Tensor(rows.map(Int64.init)))
        .mean(axes: [0])
      if isEmbedded, values.rank > 1 { values = try values.sum(axes: [-1]) }
      let numbers = try values.numbers()
      let isNamed = names.count == numbers.count && activation.tensors.count == 1
      let prefix = activation.tensors.count > 1 ? "input \(index), " : ""
      for (place, number) in numbers.enumerated() {
        let name =
          isNamed
          ? names[place]
          : prefix + self.name(of: place, in: values.shape, isEmbedded: isEmbedded)
        features.append(UnitReport.Feature(name, number))
      }
    }
    // Equal ones stay in their order.
    let sorted = features.enumerated().sorted {
      (-abs($0.element.attribution), $0.offset) < (-abs($1.element.attribution), $1.offset)
    }
    return sorted.prefix(count).map(\.element).filter { $0.attribution != 0 }
  }

  private static func name(of place: Int, in shape: [Int], isEmbedded: Bool) -> String {
    guard shape.count > 1 else { return (isEmbedded ? "position " : "feature ") + "\(place)" }
    var rest = place
    var indices: [String] = []
    for length in shape.reversed() {
      indices.append("\(rest % length)")
      rest /= length
    }
    return "[" + indices.reversed().joined(separator: ", ") + "]"
  }
}
