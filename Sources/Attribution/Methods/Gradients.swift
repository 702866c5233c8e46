// SPDX-License-Identifier: Apache-2.0

/// The gradient at the instance (Simonyan and others 2013, arXiv:1312.6034), with its sign.
public struct Saliency: EngineConfiguration {
  public var engine: InternalInfluence

  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice()
  ) {
    engine = InternalInfluence(
      model, distribution: PointDistribution(multiplier: .none), quantity: quantity, slice: slice,
      measure: .influence)
  }
}

/// The gradient at the instance times the instance.
public struct GradientTimesInput: EngineConfiguration {
  public var engine: InternalInfluence

  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice()
  ) {
    engine = InternalInfluence(
      model, distribution: PointDistribution(), quantity: quantity, slice: slice)
  }
}

/// The gradient's mean around the instance (Smilkov and others 2017, arXiv:1706.03825), the mean of
/// its squares, or its variance.
public struct SmoothGrad: EngineConfiguration {
  public var engine: InternalInfluence

  /// - Parameters:
  ///   - standardDeviation: Of the noise, in units of the activation.
  ///   - count: Draws for each instance; with a tolerance, the most.
  ///   - tolerance: Σ standard error / Σ |mean| at which drawing stops; for the mean alone.
  ///   - statistic: Mean, mean of squares, or variance (VarGrad).
  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice(), standardDeviation: Double, count: Int = 25,
    tolerance: Double? = nil, seed: UInt64 = 0, statistic: Statistic = .mean
  ) {
    engine = InternalInfluence(
      model,
      distribution: GaussianDistribution(
        standardDeviation: standardDeviation, count: count, tolerance: tolerance, seed: seed,
        multiplier: .none),
      quantity: quantity, slice: slice, measure: .influence, statistic: statistic)
  }
}
