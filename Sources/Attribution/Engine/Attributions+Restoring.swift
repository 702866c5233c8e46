// SPDX-License-Identifier: Apache-2.0

import Torch

extension Attributions {
  /// What a method had found once, from what was kept of it: without influence, standard errors and
  /// efforts, and at no cost.
  package init(
    restoring activation: Activation, quantity: QuantityValues, completenessGap: Tensor?,
    errorEstimate: Tensor?, configuration: Configuration
  ) {
    self.init(
      activation: activation, influence: nil, quantity: quantity, completenessGap: completenessGap,
      standardError: nil, errorEstimate: errorEstimate, efforts: [],
      cost: Cost(samples: 0, forwardRows: 0, backwardRows: 0, rowsAtOnce: 0, seconds: 0),
      configuration: configuration)
  }
}

extension QuantityValues {
  package init(restoring instance: Tensor, start: Tensor?, end: Tensor?) {
    self.init(instance: instance, end: end, start: start)
  }
}
