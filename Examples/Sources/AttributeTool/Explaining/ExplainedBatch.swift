// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

/// What was found of instances that went through the engine together.
struct ExplainedBatch {
  let inputs: LoadedInputs
  let attributions: Attributions
  /// What is shown of them.
  let activation: Activation
  let rows: [ExplainedRow]

  init(
    _ attributions: Attributions, of inputs: LoadedInputs, predictions: [Prediction]?,
    isAbsolute: Bool
  ) throws {
    self.inputs = inputs
    self.attributions = attributions
    activation = isAbsolute ? try attributions.absolute() : attributions.activation
    rows = try Self.rows(attributions, inputs, predictions)
  }

  private static func rows(
    _ attributions: Attributions, _ inputs: LoadedInputs, _ predictions: [Prediction]?
  ) throws -> [ExplainedRow] {
    let quantity = try attributions.quantity.instance.numbers()
    let ends = try attributions.quantity.end?.numbers()
    let starts = try attributions.quantity.start?.numbers()
    let gaps = try attributions.completenessGap?.numbers()
    let errors = try attributions.errorEstimate?.numbers()
    let efforts = attributions.efforts
    let count = inputs.instances.count
    func flat(_ activation: Activation) throws -> Tensor {
      try .concatenated(
        activation.tensors.map { try $0.converted(to: .float64).reshaped(to: [count, -1]) },
        axis: 1)
    }
    let sums = try flat(attributions.activation).sum(axes: [1]).numbers()
    let deviations = try attributions.standardError.map(flat)
    let deviationSums = try deviations?.sum(axes: [1]).numbers()
    let deviationPeaks = try deviations?.max(axes: [1]).numbers()
    return inputs.instances.enumerated().map { index, instance in
      ExplainedRow(
        name: instance.name, label: predictions?[index].label,
        labelName: predictions?[index].name, score: predictions?[index].score,
        quantity: quantity[index], end: ends?[index], start: starts?[index],
        sum: sums[index], gap: gaps?[index], errorEstimate: errors?[index],
        standardError: deviationSums.flatMap { sums in
          deviationPeaks.map { StandardError(sum: sums[index], greatest: $0[index]) }
        }, effort: efforts.isEmpty ? nil : efforts[index])
    }
  }
}

extension [ExplainedBatch] {
  /// The cost of all.
  var cost: Cost {
    let costs = map(\.attributions.cost)
    return Cost(
      samples: costs.map(\.samples).max() ?? 0,
      forwardRows: costs.reduce(0) { $0 + $1.forwardRows },
      backwardRows: costs.reduce(0) { $0 + $1.backwardRows },
      rowsAtOnce: costs.map(\.rowsAtOnce).max() ?? 0,
      seconds: costs.reduce(0) { $0 + $1.seconds })
  }

  /// The rows of all in one, with zeros behind what is shorter.
  func joined(_ part: (ExplainedBatch) -> Activation?) throws -> Activation? {
    let parts = compactMap(part)
    guard parts.count == count, let first = parts.first, count > 1 else { return parts.first }
    return Activation(
      try first.tensors.indices.map { index in
        let tensors = parts.map { $0.tensors[index] }
        let axes = first.tensors[index].shape.indices.dropFirst()
        let lengths = axes.map { axis in tensors.map { $0.shape[axis] }.max() ?? 0 }
        return try .concatenated(tensors.map { try $0.padded(to: lengths) })
      })
  }
}

extension Tensor {
  /// With zeros behind, up to the lengths of the axes behind the first.
  fileprivate func padded(to lengths: [Int]) throws -> Tensor {
    try lengths.enumerated().reduce(self) { tensor, next in
      var shape = tensor.shape
      let axis = next.offset + 1
      guard shape[axis] < next.element else { return tensor }
      shape[axis] = next.element - shape[axis]
      let zeros = try Tensor.zeros(shape, type: tensor.elementType)
      return try .concatenated([tensor, zeros], axis: axis)
    }
  }
}
