// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing

@testable import ONNX
@testable import Torch

/// Small networks of every family followed by secants.
@Suite struct FamilySecantTests {
  /// The shares of each way through a network from `places`, whose values are scaled by `scales`,
  /// against the change of a weighting of its logits.
  private func gap(
    _ test: Case, _ model: ONNXModel, lost: Bool, _ pass: SecantPass
  ) throws -> (gap: Double, slopes: [Tensor]) {
    let scales = [0.05, 0.4, 1]
    let prefix = FamilyTests.prefix
    let places = test.outputs.map(\.name).filter { $0.hasPrefix(prefix) }
      .map { Place(String($0.dropFirst(prefix.count))) }
    let inputs = try FamilyTests.inputs(of: test, for: model)
    let values = try model.evaluate(places, given: inputs)
    let instances = values[0].shape[0]
    let rows = CellRows(axis: 0, stride: instances)
    var given = try inputs.mapValues {
      try Tensor.concatenated([Tensor](repeating: $0, count: scales.count))
    }
    let moving = try values.map { value in
      try Tensor.concatenated(scales.map { try value * $0 })
    }
    let points = try moving.map {
      lost
        ? try $0.tracked(bySecantsTo: $0.shifted(rows), of: pass)
        : try $0.tracked(bySecantsTo: instances, of: pass)
    }
    for (place, point) in zip(places, points) { given[place] = point }
    let logits = try model.evaluate(LogitCut().places(in: model), given: given)[0]
    let count = logits.shape[0]
    var generator = SeededGenerator(seed: 5)
    let isWay = try Tensor((0..<count).map { $0 < count - instances ? 1.0 : 0 })
      .reshaped(to: [count] + [Int](repeating: 1, count: logits.rank - 1))
    let weights =
      try Tensor(generator.numbers(logits.count), shape: logits.shape) * isWay
    func byRow(_ tensor: Tensor) throws -> Tensor {
      try tensor.reshaped(to: [count, -1]).sum(axes: [1])
    }
    let slopes = try gradient(of: logits, withRespectTo: points, weight: weights)
    let change = try byRow((logits.near.shifted(rows) - logits.near) * weights)
    var shares = try change.filled(with: 0)
    var size = try byRow(logits.near.absolute()) + 1
    for (slope, value) in zip(slopes, moving) {
      let parts = try slope * (value.shifted(rows) - value)
      shares = try shares + byRow(parts)
      size = try size + byRow(parts.absolute())
    }
    return (try ((shares - change).absolute() / size).max().number(), slopes)
  }

  @Test(arguments: FamilyTests.families)
  func `differences add up to the change of the logits`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model, elementType: .float64)
    let pass = SecantPass(checksRows: true)
    let known = try gap(test, model, lost: false, pass)
    let lost = try gap(test, model, lost: true, SecantPass())
    #expect(pass.operationsThatLoseRows == [])
    #expect(known.gap < 1e-12)
    #expect(lost.gap < 1e-12)
    for (one, other) in zip(known.slopes, lost.slopes) {
      let scale = try other.absolute().max().number() + 1
      #expect(try (one - other).absolute().max().number() < 1e-9 * scale)
    }
  }

  /// The operators of `ai.onnx.ml`, from one table of numbers to another.
  @Test(arguments: LearningTests.computed)
  func `differences add up through learned tables`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model, elementType: .float64)
    let inputs = try test.inputs.map { try Case.tensor($0, .float64) }
    guard inputs[0].elementType == .float64 else { return }
    var generator = SeededGenerator(seed: 7)
    let start = try inputs[0].filled(with: 0.3, where: inputs[0].isNaN())
    let end = try start + Tensor(generator.numbers(start.count), shape: start.shape)
    func output(_ x: Tensor) throws -> Tensor {
      var given = [model.inputs[0].place: x]
      for (input, tensor) in zip(model.inputs, inputs).dropFirst() { given[input.place] = tensor }
      return try model.evaluate([model.outputs[0]], given: given)[0]
    }
    let point = try start.tracked(bySecantsTo: end, of: SecantPass())
    let value = try output(point)
    let weight = try Tensor(generator.numbers(value.count), shape: value.shape)
    let slope =
      value.isTracked
      ? try gradient(of: value, withRespectTo: [point], weight: weight)[0]
      : try start.filled(with: 0)
    let shares = try (slope * (end - start)).sum().number()
    let change = try ((output(end) - output(start)) * weight).sum().number()
    #expect(abs(shares - change) <= 1e-12 * (1 + abs(change)))
  }
}
