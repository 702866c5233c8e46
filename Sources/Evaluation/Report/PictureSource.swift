// SPDX-License-Identifier: Apache-2.0

import Torch
import Visualization

/// One instance's attributions as a picture is made of them.
enum PictureSource {
  /// Of an image, or of a layer with height and width; channels added up.
  case map(AttributionMap)
  /// Of anything else: an element each, with the shape that tells their names.
  case vector([Double], shape: [Int])
  /// Why there is nothing to see.
  case missing(String)

  /// - Parameters:
  ///   - cell: Whose file is read, the one row of it alone.
  ///   - index: Of the data.
  init(_ cell: CellResult, index: Int, folder: String) {
    guard let row = cell.instances.firstIndex(where: { $0.index == index }) else {
      self = .missing(cell.failure.map { "failed: \($0)" } ?? "was not explained")
      return
    }
    guard let file = cell.attributions else {
      self = .missing("has no attributions in its results")
      return
    }
    do {
      let array = try NPYFile(path: folder.isEmpty ? file : folder + "/" + file)
      guard row < array.shape.first ?? 0 else {
        self = .missing("has attributions of \(array.shape.first ?? 0) instances alone")
        return
      }
      let values = try array.rows(row..<row + 1).selected(0, axis: 0)
      try self.init(values)
    } catch {
      self = .missing("cannot be shown: \(error)")
    }
  }

  private init(_ values: Tensor) throws {
    if values.rank == 3 {
      self = .map(try AttributionMap(values))
    } else {
      let numbers = try values.numbers()
      let notFinite = numbers.count { !$0.isFinite }
      self =
        notFinite == 0
        ? .vector(numbers, shape: values.shape)
        : .missing("cannot be shown: \(notFinite) attributions are not finite")
    }
  }

  /// What is drawn, before it is scaled.
  var values: [Double] {
    switch self {
    case .map(let map): map.values
    case .vector(let values, _): values
    case .missing: []
    }
  }

  /// Σ |attribution| of what is drawn, in units of the quantity.
  var total: Double { values.reduce(0) { $0 + abs($1) } }

  /// What an attribution is divided by; 1 where all are 0.
  func divisor(_ scale: PictureScale) -> Double { scale == .share && total > 0 ? total : 1 }

  /// The size that all but the largest hundredth stay below, scaled; `nil` where there is nothing.
  func reach(_ scale: PictureScale) -> Double? {
    let divisor = divisor(scale)
    let sizes = values.map { abs($0) / divisor }
    guard let largest = sizes.max(), largest > 0 else { return nil }
    let reach = percentile(99, of: sizes)
    return reach > 0 ? reach : largest
  }

  /// How an element of a vector or array is called, counted from 0.
  static func name(of element: Int, in shape: [Int]) -> String {
    guard shape.count > 1 else { return "\(element)" }
    var rest = element
    let places = shape.reversed().map { length -> Int in
      defer { rest /= max(1, length) }
      return rest % max(1, length)
    }
    return places.reversed().map(String.init).joined(separator: ", ")
  }
}
