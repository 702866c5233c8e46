// SPDX-License-Identifier: Apache-2.0

/// What a metric gave for a batch.
public struct MetricResult: Sendable, Equatable {
  /// A score for each instance; NaN where the metric has no meaning for it, as a correlation with
  /// something constant.
  public let scores: [Double]

  /// What the scores are areas under, or steps of, where they are.
  public let curves: MetricCurves?

  public init(_ scores: [Double], curves: MetricCurves? = nil) {
    self.scores = scores
    self.curves = curves
  }
}

/// A curve for each instance over common positions.
public struct MetricCurves: Sendable, Equatable {
  /// What lies on the horizontal axis, with its unit, as `share of pixels removed`.
  public let position: String
  public let positions: [Double]
  /// `[instances][positions]`, in the metric's unit.
  public let heights: [[Double]]

  public init(position: String, positions: [Double], heights: [[Double]]) {
    self.position = position
    self.positions = positions
    self.heights = heights
  }
}
