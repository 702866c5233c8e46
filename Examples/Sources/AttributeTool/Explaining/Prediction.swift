// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

/// What a model says of one instance.
struct Prediction {
  /// `nil` where the output has one column.
  let label: Int?
  let score: Double
  /// What the class is called, where that is known.
  var name: String?

  /// The predictions of all instances; `nil` where the output is not `[rows, classes]` or `[rows]`.
  static func all(of model: ONNXModel, _ inputs: LoadedInputs) throws -> [Prediction]? {
    let count = inputs.instances.count
    var predictions: [Prediction] = []
    for start in stride(from: 0, to: count, by: 64) {
      let given = try inputs.given(for: model, rows: start..<min(start + 64, count))
      var output = try withoutRecording {
        try model.evaluate([model.toldOutput], given: given)[0]
      }
      if output.rank == 1 { output = try output.unsqueezed(axis: 1) }
      guard output.rank == 2, output.shape[1] > 0 else { return nil }
      let scores = try output.numbers()
      let classes = output.shape[1]
      for row in 0..<output.shape[0] {
        let own = scores[row * classes..<(row + 1) * classes]
        // The first among equals, as the engine has it.
        let best = own.indices.dropFirst().reduce(own.startIndex) { own[$1] > own[$0] ? $1 : $0 }
        predictions.append(
          Prediction(label: classes > 1 ? best - own.startIndex : nil, score: own[best]))
      }
    }
    return predictions
  }
}

extension ONNXModel {
  /// The output that predictions are of: the one that ends in a softmax or sigmoid, or else the first.
  var toldOutput: Place { head?.output ?? outputs[0] }
}
