// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

/// What becomes of the predicted class's probability while pixels are taken away (deletion), or
/// brought back (insertion), those with the greatest attributions first, four at a time.
///
/// Areas are the means over all steps, both ends with half weight (Petsiuk and others 2018,
/// arXiv:1806.07421): low is good for deletion, high for insertion. What a pixel is when it is
/// away decides much: so it is asked twice, for black and for the mean of the digits.
struct Perturbation {
  /// Means over the digits.
  struct Areas {
    let deletion: Double
    let insertion: Double
  }

  private let study: Study
  private let classes: [Int]
  /// What pixels are when they are away.
  private let absent: [[Double]]
  private static let pixelsAtOnce = 4

  init(of study: Study) throws {
    self.study = study
    let logits = try study.model.evaluate(
      [Place("logits")], given: [Place("image"): study.digits])[0]
    classes = try logits.indexOfMaximum(axis: 1).integers()
    let mean = try study.digits.mean(axes: [0]).numbers()
    absent = [[Double](repeating: 0, count: mean.count), mean]
  }

  /// For each of the values that stand for absence.
  func areas(of attributions: Tensor) throws -> [Areas] {
    let orders = try attributions.flattened(from: 1)
      .sorted(axis: 1, descending: true).indices
    return try absent.map { absent in
      var areas: [(deletion: Double, insertion: Double)] = []
      for (row, label) in classes.enumerated() {
        let digit = try study.digits[row].numbers()
        let order = try orders[row].integers()
        areas.append(
          (
            try area(from: digit, to: absent, order, label),
            try area(from: absent, to: digit, order, label)
          ))
      }
      return Areas(
        deletion: mean(areas.map(\.deletion)), insertion: mean(areas.map(\.insertion)))
    }
  }

  private func area(
    from start: [Double], to end: [Double], _ order: [Int], _ label: Int
  ) throws -> Double {
    var image = start
    var steps = [start]
    for first in stride(from: 0, to: order.count, by: Self.pixelsAtOnce) {
      for pixel in order[first..<min(order.count, first + Self.pixelsAtOnce)] {
        image[pixel] = end[pixel]
      }
      steps.append(image)
    }
    let images = try Tensor(
      steps.flatMap { $0.map(Float.init) }, shape: [steps.count] + study.digits.shape.dropFirst())
    let logits = try study.model.evaluate([Place("logits")], given: [Place("image"): images])[0]
    let probabilities = try logits.softmax(axis: 1).selected(label, axis: 1).numbers()
    let ends = (probabilities.first ?? 0) + (probabilities.last ?? 0)
    return (probabilities.reduce(0, +) - ends / 2) / Double(probabilities.count - 1)
  }
}
