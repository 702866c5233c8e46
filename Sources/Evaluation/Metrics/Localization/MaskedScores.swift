// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// An explanation with what is known to matter, feature by feature.
struct MaskedScores {
  /// `[instances][features]`.
  let scores: [[Double]]
  /// `[instances][features]`: whether a feature matters.
  let isInside: [[Bool]]
  /// Height and width where features are pixels.
  let size: (height: Int, width: Int)?

  /// - Throws: ``MetricError`` where the mask is not known, does not fit, or the cut has several
  ///   tensors.
  init(_ explanation: Explanation, by features: Features?, for metric: String) throws {
    guard let mask = explanation.truth.mask else {
      throw MetricError.needsTruth(metric: metric, what: "a mask of what matters")
    }
    let tensors = explanation.attributions.activation.tensors
    guard let values = tensors.first, tensors.count == 1 else {
      throw MetricError.unsuitable(
        metric: metric,
        reason: "has one mask for a cut of \(tensors.count) tensors: cut at one of them")
    }
    let features = features ?? .standard(for: values.shape)
    let whole: Tensor
    do {
      whole = try mask.moved(to: values.device).converted(to: .float64).broadcast(to: values.shape)
    } catch is TorchError {
      throw MetricError.shape(
        what: "the mask of what matters", mask.shape, expected: values.shape)
    }
    scores = try features.scores(of: values).numbersByRow()
    // A pixel matters where one of its channels does.
    isInside = try features.scores(of: whole.absolute()).numbersByRow().map { $0.map { $0 > 0 } }
    size = features == .pixels ? (values.shape[2], values.shape[3]) : nil
  }

  /// A score for each instance; NaN where nothing is known to matter, or an attribution is not a
  /// number.
  func map(_ score: (_ scores: [Double], _ isInside: [Bool]) -> Double) -> MetricResult {
    MetricResult(
      zip(scores, isInside).map { scores, isInside in
        guard isInside.contains(true), scores.allSatisfy({ !$0.isNaN }) else { return .nan }
        return score(scores, isInside)
      })
  }
}
