// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

extension ExplainPlan {
  /// What was decided for the caller, and what the output has besides.
  func notes(
    on batch: ExplainedBatch, in model: ONNXModel, _ maps: ExplainedMaps
  ) throws -> [String] {
    var notes: [String] = []
    let isStandard = options.quantity == nil && options.labels.isEmpty
    if options.to == "logits", model.outputs.count > 1 {
      let read = model.toldOutput
      let others = model.outputs.filter { $0 != read }.map { "output:\($0.value)" }
      notes.append(
        "the model has \(model.outputs.count) outputs, and '\(read.value)' is explained: others are "
          + "--to \(others.joined(separator: ", "))")
    }
    if model.head == nil, isStandard, slice.end is LogitCut || slice.end is OutputCut,
      let count = try numbers(of: batch, in: model), count > 1
    {
      notes.append(
        "the greatest of \(count) numbers is explained: where they are no classes but targets of a "
          + "regression, name one, as --quantity value:1")
    }
    if model.head?.function == .sigmoid, slice.end is LogitCut {
      notes += try labelNotes(batch, in: model, isStandard: isStandard)
    }
    if let region = maps.region {
      let sizes = try region.flattened(from: 1).sum(axes: [1]).numbers()
      let empty = zip(batch.inputs.instances, sizes).filter { $0.1 == 0 }.map(\.0.name)
      if !empty.isEmpty {
        notes.append(
          "the quantity reads nothing of \(empty.prefix(8).joined(separator: ", "))"
            + (empty.count > 8 ? ", …" : "") + ", where the class is predicted nowhere: 0")
      }
    }
    return notes
  }

  /// The output itself, where it is one number a row and no class's, and nothing else is asked for.
  func regressionQuantity(
    of inputs: LoadedInputs, in model: ONNXModel
  ) throws -> (any QuantityOfInterest)? {
    let places = try slice.end.places(in: model)
    guard options.quantity == nil, options.labels.isEmpty, inputs.texts == nil, places.count == 1,
      places[0] != model.head?.logits, places[0] != model.head?.output
    else { return nil }
    let given = try inputs.given(for: model, rows: 0..<1)
    let output = try withoutRecording { try slice.end.read(model.evaluate(places, given: given)) }
    return output.first?.count == 1 ? OutputValue() : nil
  }

  /// How many numbers a row the output has; `nil` where it is a map.
  private func numbers(of batch: ExplainedBatch, in model: ONNXModel) throws -> Int? {
    let shape = try output(of: batch, at: slice.end.places(in: model)[0], in: model, rows: 1).shape
    return shape.count == 2 ? shape[1] : nil
  }

  /// The labels that are there, of networks that give several.
  private func labelNotes(
    _ batch: ExplainedBatch, in model: ONNXModel, isStandard: Bool
  ) throws -> [String] {
    guard let head = model.head else { return [] }
    let shown = min(batch.inputs.instances.count, 16)
    let output = try output(of: batch, at: head.output, in: model, rows: shown)
    guard output.rank == 2, output.shape[1] > 1 else { return [] }
    let numbers = try output.numbers()
    let count = output.shape[1]
    var notes = (0..<shown).map { row -> String in
      let present = (0..<count).filter { numbers[row * count + $0] > 0.5 }
      return "labels above 0.5 of \(batch.inputs.instances[row].name): "
        + (present.isEmpty ? "none" : present.map(String.init).joined(separator: ", "))
    }
    if isStandard {
      notes.append(
        "the surest label is explained: --quantity present for all above 0.5, class:2 for one")
    }
    return notes
  }

  private func output(
    of batch: ExplainedBatch, at place: Place, in model: ONNXModel, rows: Int
  ) throws -> Tensor {
    let given = try batch.inputs.given(for: model, rows: 0..<rows)
    return try withoutRecording { try model.evaluate([place], given: given)[0] }
  }
}
