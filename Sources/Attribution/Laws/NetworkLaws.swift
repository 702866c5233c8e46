// SPDX-License-Identifier: Apache-2.0

import Torch

/// Checks the laws of ``QuantityOfInterest``.
public enum QuantityLaws {
  /// - Parameter output: What the quantity reads, `[rows, …]`, two rows at least.
  public static func violations(
    of quantity: any QuantityOfInterest, on output: Tensor, scale: OutputScale = .unknown,
    tolerance: Double = 1e-6
  ) throws -> [LawViolation] {
    var check = LawCheck()
    let rows = output.shape[0]
    let tracked = try output.tracked()
    let instance = try Tensor.range(to: rows)
    let values = try quantity.values(
      of: tracked, explaining: ExplainedOutput(output: output, instance: instance, scale: scale))
    check.require(values.shape == [rows], "one number a row", "shape \(values.shape)")
    check.require(values.isTracked, "differentiable in the output", "no gradient flows")
    guard values.shape == [rows] else { return check.violations }
    for row in 0..<rows {
      let range = row..<row + 1
      let alone = try quantity.values(
        of: output.rows(range),
        explaining: ExplainedOutput(
          output: output.rows(range), instance: instance.rows(range), scale: scale))
      try check.requireEqual(
        alone, values.rows(range), tolerance: tolerance, "rows do not see each other", "row \(row)")
    }
    return check.violations
  }
}

/// Checks the laws of ``Cut``.
public enum CutLaws {
  /// - Parameter values: What lies at the cut's places.
  public static func violations(of cut: any Cut, on values: [Tensor]) throws -> [LawViolation] {
    var check = LawCheck()
    let part = Activation(try cut.read(values))
    let unchanged = Activation(try cut.write(part.tensors, into: values))
    try check.requireEqual(
      unchanged, Activation(values), tolerance: 0, "writing what was read changes nothing", "write")
    let other = try part.map { try ($0 * 2 + 1).tracked() }
    let written = try cut.write(other.tensors, into: values)
    try check.requireEqual(
      Activation(cut.read(written)), other, tolerance: 0, "reading what was written gives it back",
      "read")
    check.require(
      written.contains { $0.isTracked }, "writing is differentiable", "no gradient flows")
    return check.violations
  }
}

/// Checks the laws of ``Model`` at given layers.
public enum ModelLaws {
  /// - Parameters:
  ///   - inputs: Two rows at least.
  ///   - layers: Cuts to try; each is replaced by its own value.
  public static func violations(
    of model: any Model, on inputs: Inputs, layers: [any Cut], tolerance: Double = 1e-5
  ) throws -> [LawViolation] {
    var check = LawCheck()
    let (given, rows) = try inputs.resolved(for: model)
    let plain = try model.evaluate(model.outputs, given: given)
    for (output, place) in zip(plain, model.outputs) {
      for row in 0..<rows {
        var alone = given
        for input in model.inputs where input.hasRows {
          alone[input.place] = try given[input.place]?.rows(row..<row + 1)
        }
        try check.requireEqual(
          model.evaluate([place], given: alone)[0], output.rows(row..<row + 1),
          tolerance: tolerance, "rows do not see each other", "row \(row) of \(place)")
      }
    }
    for cut in layers {
      let places = try cut.places(in: model)
      let values = try model.evaluate(places, given: given)
      let tracked = try values.map { $0.elementType.isFloatingPoint ? try $0.tracked() : $0 }
      let replaced = given.merging(zip(places, tracked)) { _, new in new }
      let back = try model.evaluate(places, given: replaced)
      check.require(
        zip(back, tracked).allSatisfy { $0.isSame(as: $1) }, "a given place is not computed",
        "\(cut.name) is not what was given")
      let outputs = try model.evaluate(model.outputs, given: replaced)
      for (index, place) in model.outputs.enumerated() {
        try check.requireEqual(
          outputs[index], plain[index], tolerance: tolerance,
          "giving a place its own value changes nothing", "\(place) with \(cut.name) given")
      }
      // What the requirements name must be enough.
      let needed = model.requirements(of: model.outputs, given: places)
      let kept = try model.evaluate(needed, given: given)
      let fromCut = Dictionary(zip(needed, kept)) { a, _ in a }
        .merging(zip(places, tracked)) { _, new in new }
      let fromCutOutputs = try model.evaluate(model.outputs, given: fromCut)
      for (index, place) in model.outputs.enumerated() {
        try check.requireEqual(
          fromCutOutputs[index], plain[index], tolerance: tolerance,
          "the requirements are enough", "\(place) from \(cut.name)")
      }
    }
    return check.violations
  }
}
