// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Text
import Torch

extension Prediction {
  /// The predictions of all instances, as the quantity reads the model: of `[texts, positions,
  /// classes]` at its position.
  ///
  /// - Parameter tokenizer: Knows how classes are called where they are tokens.
  /// - Returns: `nil` where there is no class to speak of: the slice ends in several outputs, or the
  ///   quantity reads several positions or none of them.
  static func all(
    of model: ONNXModel, _ inputs: LoadedInputs, read quantity: any QuantityOfInterest,
    at end: any Cut, naming tokenizer: Tokenizer?
  ) throws -> [Prediction]? {
    guard !(end is StackedCut) else { return nil }
    guard let positions = quantity.onePosition else { return try all(of: model, inputs) }
    let count = inputs.instances.count
    let batch = 8
    return try stride(from: 0, to: count, by: batch).flatMap { start in
      let rows = start..<min(start + batch, count)
      let given = try inputs.given(for: model, rows: rows)
      let output = try withoutRecording {
        end is LogitCut
          ? try model.evaluate([model.toldOutput], given: given)[0]
          : try end.read(model.evaluate(end.places(in: model), given: given))[0]
      }
      let instance = try Tensor.range(from: rows.lowerBound, to: rows.upperBound)
      let explained = ExplainedOutput(output: output, instance: instance)
      func read(_ quantity: any QuantityOfInterest) throws -> [Double] {
        try PositionedQuantity(quantity, positions.choice, axis: positions.axis)
          .values(of: output, explaining: explained).numbers()
      }
      let best = CustomQuantity { try $0.indexOfMaximum(axis: 1).converted(to: .float64) }
      let isOfTokens = tokenizer.map { $0.vocabularySize <= output.shape.last ?? 0 } ?? false
      return try zip(read(best), read(WinningClassScore())).map { place, score in
        Prediction(
          label: Int(place), score: score, name: isOfTokens ? tokenizer?.token(Int(place)) : nil)
      }
    }
  }
}

extension QuantityOfInterest {
  /// Where the quantity reads a sequence; `nil` where it does so at several positions of an instance,
  /// or reads no sequence.
  fileprivate var onePosition: (choice: PositionChoice, axis: Int)? {
    if let sum = self as? WeightedSum {
      let all = sum.terms.map(\.quantity.onePosition)
      guard let first = all.first ?? nil,
        all.allSatisfy({ $0?.choice == first.choice && $0?.axis == first.axis })
      else { return nil }
      return first
    }
    guard let positioned = self as? PositionedQuantity else { return nil }
    switch positioned.positions {
    case .at(let places) where places.count > 1: return nil
    case .each(let lists) where lists.contains { $0.count > 1 }: return nil
    default: return (positioned.positions, positioned.axis)
    }
  }
}
