// SPDX-License-Identifier: Apache-2.0

import Torch

/// What has been added up so far for one quantity.
struct RunningSums {
  private(set) var values: Contributions
  private(set) var influence: Contributions?
  /// Gradients where the slice stops being affine in its start, not pulled back yet, and the
  /// displacement that they all share.
  private var atReach: (gradients: Contributions, displacement: Activation?)?
  private let instances: Int

  init(instances: Int, keeping spread: Spread?, keepsInfluence: Bool) {
    self.instances = instances
    values = Contributions(instances: instances, keeping: spread)
    influence = keepsInfluence ? Contributions(instances: instances) : nil
  }

  var isFinite: Bool {
    values.isFinite && influence?.isFinite != false && atReach?.gradients.isFinite != false
  }

  /// Adds the gradients of a chunk at the slice's start; see ``Contributions``.
  ///
  /// - Parameter influenceWeights: Those of gradients alone; the same where not given.
  mutating func add(
    _ gradients: [Tensor], weights: Tensor?, influenceWeights: Tensor? = nil,
    displacement: Activation?
  ) throws {
    try values.add(gradients, weights: weights, displacement: displacement)
    try influence?.add(gradients, weights: influenceWeights ?? weights)
  }

  /// Adds the weighted gradients of a chunk at the affine reach, all samples moving alike.
  mutating func add(
    _ gradients: [Tensor], at reach: [Place], of evaluator: SliceEvaluator,
    displacement: Activation?
  ) throws {
    if let waiting = atReach, !Self.isSame(waiting.displacement, displacement) {
      try pullBack(from: reach, of: evaluator)
    }
    var sum =
      atReach?.gradients ?? Contributions(instances: instances)
    try sum.add(gradients)
    atReach = (sum, displacement)
  }

  /// Takes what waits at the affine reach back to the slice's start.
  mutating func pullBack(from reach: [Place], of evaluator: SliceEvaluator) throws {
    guard let waiting = atReach else { return }
    atReach = nil
    let gradients = try evaluator.pulledBack(
      waiting.gradients.result(.mean).tensors, from: reach)
    try add(gradients, weights: nil, displacement: waiting.displacement)
  }

  private static func isSame(_ one: Activation?, _ other: Activation?) -> Bool {
    switch (one, other) {
    case (nil, nil): true
    case (let one?, let other?): one.isSame(as: other)
    default: false
    }
  }
}
