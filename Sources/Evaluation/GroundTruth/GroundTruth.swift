// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Instances of which it is known what their explanation should say.
public struct GroundTruth: Sendable {
  /// `[instances, …]`.
  public let inputs: Tensor
  /// The class of each instance that is to be explained.
  public let labels: [Int]
  public let truth: Truth

  public init(inputs: Tensor, labels: [Int], truth: Truth) {
    self.inputs = inputs
    self.labels = labels
    self.truth = truth
  }

  /// The share of instances whose label has the greatest output: of sets where each has one class.
  ///
  /// - Throws: ``MetricError/shape(what:_:expected:)`` where the output is not `[instances, classes]`.
  public func accuracy(of model: any Model) throws -> Double {
    let output = try Instances(of: Inputs(inputs), in: model, to: LogitCut()).probe.explained.output
    guard output.rank == 2 else {
      throw MetricError.shape(what: "the output", output.shape, expected: [labels.count, 2])
    }
    let predicted = try output.indexOfMaximum(axis: 1).integers()
    return Double(zip(predicted, labels).count { $0 == $1 }) / Double(labels.count)
  }
}
