// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// One element of a row's output, however many axes that has.
struct Element: QuantityOfInterest {
  let index: Int

  func values(of output: Tensor) throws -> Tensor {
    try output.reshaped(to: [output.shape[0], -1]).selected(index, axis: 1)
  }

  func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    try values(of: output)
  }
}

/// A part of the activation itself: a start from which the path is smooth, whatever the layer.
struct PartBaseline: Baseline {
  let share: Double

  func starts(for instances: Instances) throws -> [WeightedStart] {
    [WeightedStart(try instances.activation.map { try $0 * share })]
  }
}
