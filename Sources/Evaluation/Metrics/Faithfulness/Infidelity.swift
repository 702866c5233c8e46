// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How far the attributions miss what the quantity does where the instance is disturbed.
///
/// E (β I·A − (Q(x) − Q(x − I)))² over random perturbations. For influences I is the disturbance
/// itself. For attributions, which are influences times a displacement, it is the share of the
/// displacement from the baseline that was taken away, I / (x − x′), and 0 where there is none: an
/// element that equals its baseline has the attribution 0, whatever a disturbance there does.
///
/// Scaled, β = E y s / E s² for s = I·A and y the quantity's fall: the explanation is judged by its
/// proportions, and one without any foresight gets E y². Unscaled, β = 1.
///
/// - Note: Yeh et al. 2019, who scale and take 10,000 perturbations. Captum takes 10, and
///   `normalize=True` is our scaling. The estimate's standard error falls with √samples.
public struct Infidelity: Metric {
  public let perturbation: any FeaturePerturbation
  public let samples: Int
  public let isScaled: Bool
  public let baseline: any Baseline

  /// - Parameters:
  ///   - perturbation: How instances are disturbed.
  ///   - samples: Perturbations of each instance.
  ///   - isScaled: Whether the attributions are scaled to fit best.
  ///   - baseline: What attributions are relative to: the start of their path.
  /// - Precondition: `samples > 0`.
  public init(
    _ perturbation: any FeaturePerturbation = .gaussian(), samples: Int = 1000,
    isScaled: Bool = true, baseline: any Baseline = .zeros
  ) {
    precondition(samples > 0, "there is one perturbation at least, not \(samples)")
    self.perturbation = perturbation
    self.samples = samples
    self.isScaled = isScaled
    self.baseline = baseline
  }

  public var name: String {
    "infidelity".with(
      settings: perturbation.name.unless("gaussian 0.2"),
      samples == 1000 ? nil : "\(samples) samples", isScaled ? nil : "not scaled",
      baseline.name.unless("zeros").map { "from \($0)" })
  }

  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "square of the quantity" }

  public func cost(features: Int) -> MetricCost { MetricCost(forwardRows: samples + 1) }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let count = explanation.count
    let instances = try explanation.activation.map { try $0.converted(to: .float64) }
    let slopes = try slopes(of: explanation, at: instances)
    let generators = try (0..<count).map { try explanation.generator(for: $0, seed: seed) }
    let rows = try (0..<count).map { row in
      try explanation.activation.map { try $0[row..<row + 1] }
    }
    var foretold = [[Double]](repeating: [], count: count)
    let values = try explanation.values(
      of: explanation.explainer.quantity, samples: samples, block: Self.block
    ) { range in
      let points = try disturbed(rows, samples: range.count, from: generators)
      for (index, sum) in try sums(of: points, from: instances, by: slopes).enumerated() {
        foretold[index % count].append(sum)
      }
      return points
    }
    let own = try explanation.ownValues().numbers()
    return MetricResult(
      (0..<count).map { row in
        meanSquare(of: foretold[row], against: values[row].map { own[row] - $0 })
      })
  }

  /// Draws are made in parts of so many, whatever the batch.
  private static let block = 16

  /// What an element of the disturbance counts: the influence, or what stands in for it.
  private func slopes(of explanation: Explanation, at instances: Activation) throws -> Activation {
    let values = try explanation.attributions.activation.map { try $0.converted(to: .float64) }
    if explanation.attributions.configuration.measure == .influence { return values }
    let starts = try baseline.starts(for: explanation.instances)
    guard let start = starts.first, starts.count == 1 else {
      throw MetricError.unsuitable(
        metric: name,
        reason: "needs to know what attributions are relative to, and the baseline has "
          + "\(starts.count) starts: give one with one start")
    }
    let from = try explanation.instances.broadcast(start.activation, as: baseline.name)
      .map { try $0.converted(to: .float64) }
    let displacements = try instances - from
    return try values.combined(with: displacements) { values, displacements in
      let still = try displacements .== 0
      return try (values / displacements.filled(with: 1, where: still)).filled(
        with: 0, where: still)
    }
  }

  /// `[samples · instances, …]`.
  private func disturbed(
    _ rows: [Activation], samples: Int, from generators: [Generator]
  ) throws -> Activation {
    let parts = try stride(from: 0, to: samples, by: Self.block).map { first in
      let count = min(Self.block, samples - first)
      let copies = try zip(rows, generators).map {
        try perturbation.points(around: $0, count: count, from: $1)
      }
      return try rows[0].tensors.indices.map { index in
        try Tensor.stacked(copies.map { $0.tensors[index] }, axis: 1).flattened(from: 0, to: 1)
      }
    }
    return Activation(
      try rows[0].tensors.indices.map { index in try .concatenated(parts.map { $0[index] }) })
  }

  /// Σ (x − point) · slope for each point, `[samples · instances]`.
  private func sums(
    of points: Activation, from instances: Activation, by slopes: Activation
  ) throws -> [Double] {
    var sums: Tensor?
    for index in points.tensors.indices {
      let own = instances.tensors[index]
      let samples = points.tensors[index].shape[0] / own.shape[0]
      let apart = try points.tensors[index].converted(to: .float64).reshaped(
        to: [samples] + own.shape)
      let part = try ((own - apart) * slopes.tensors[index]).flattened(from: 2).sum(axes: [2])
      sums = try sums.map { try $0 + part } ?? part
    }
    return try sums?.numbers() ?? []
  }

  private func meanSquare(of foretold: [Double], against falls: [Double]) -> Double {
    var scale = 1.0
    if isScaled {
      let squares = foretold.reduce(0) { $0 + $1 * $1 }
      let products = zip(foretold, falls).reduce(0) { $0 + $1.0 * $1.1 }
      scale = squares == 0 ? 0 : products / squares
    }
    return zip(foretold, falls).reduce(0) { sum, pair in
      let miss = scale * pair.0 - pair.1
      return sum + miss * miss / Double(falls.count)
    }
  }
}

extension Metric where Self == Infidelity {
  /// How far the attributions miss what the quantity does where the instance is disturbed.
  public static func infidelity(
    _ perturbation: any FeaturePerturbation = .gaussian(), samples: Int = 1000,
    isScaled: Bool = true, baseline: any Baseline = .zeros
  ) -> Infidelity {
    Infidelity(perturbation, samples: samples, isScaled: isScaled, baseline: baseline)
  }
}
