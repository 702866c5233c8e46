// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch
import Visualization

/// How fast the network's performance comes back with a picture's information, most important pixels
/// first: the accuracy and softmax information curves, AIC and SIC.
///
/// A picture of which only its corners and a random hundredth of the pixels are known is filled in
/// between; then growing shares of the pixels are made known, greatest attribution first. Information
/// is the length of the picture as a PNG file of eight bits, performance the explained class's
/// probability or whether it is predicted; both are 0 for the first picture and 1 for the whole one,
/// cut to that range. In order of information performance never falls: the best so far counts. The
/// score is the area under the line through these points, from (0, 0) to (1, 1).
///
/// NaN where the whole picture's performance is below ``least``, or where the first picture already
/// performs as well, or has as many bytes, which happens with pictures of a few pixels: what is filled
/// in has more shades than what was drawn. Combine instances by the median.
///
/// - Note: Kapishnikov et al. 2019 (XRAI); shares and conditions as in their code. They fill in over a
///   triangulation and measure WebP files; pixels of equal attribution come in a random order here,
///   where they take all of them at once; and they keep performance from falling in order of the
///   shares.
public struct PerformanceInformationCurve: Metric {
  public enum Performance: String, Sendable, Codable, CaseIterable {
    /// 1 where the explained class is predicted, else 0: AIC.
    case accuracy
    /// The explained class's probability: SIC.
    case softmax

    var response: RemovalResponse { self == .accuracy ? .accuracy : .probability }
  }

  public let performance: Performance
  /// Of the pixels, made known in turn.
  public let shares: [Double]
  /// The least performance of the whole picture.
  public let least: Double
  /// How unknown pixels are filled in.
  public let filling: any Removal
  /// How numbers become samples of a picture.
  public let scaling: SampleScaling

  /// The shares of the published code.
  public static let usualShares = [
    0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.13, 0.21, 0.34, 0.5, 0.75,
  ]

  /// - Precondition: There are shares, and they lie in 0…1.
  public init(
    _ performance: Performance, shares: [Double] = PerformanceInformationCurve.usualShares,
    least: Double = 0.8, filling: any Removal = .linearImputation, scaling: SampleScaling = .unit
  ) {
    precondition(
      !shares.isEmpty && shares.allSatisfy((0...1).contains),
      "shares of the pixels lie in 0…1: \(shares)")
    self.performance = performance
    self.shares = shares
    self.least = least
    self.filling = filling
    self.scaling = scaling
  }

  public var name: String {
    (performance == .accuracy ? "AIC" : "SIC").with(
      settings: shares == Self.usualShares ? nil : "shares \(shares)",
      least == 0.8 ? nil : "performance from \(least)", filling.name.unless("linear imputation"))
  }

  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { "normalized \(performance.response.unit)" }

  public func cost(features: Int) -> MetricCost {
    MetricCost(forwardRows: shares.count + 2 + filling.forwardRows)
  }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    guard explanation.activation.tensors.count == 1 else {
      throw MetricError.unsuitable(
        metric: name,
        reason: "measures one picture's bytes, and the slice starts at several tensors")
    }
    let shape = explanation.activation.tensors[0].shape
    guard shape.count == 4 else {
      throw MetricError.shape(
        what: "the activation whose bytes are counted", shape,
        expected: [explanation.count, 3, 28, 28])
    }
    let quantity = try performance.response.quantity(of: explanation, for: name)
    let run = try RemovalRun(explanation, features: .pixels, removal: filling, seed: seed)
    let ranks = try RemovalRanks(
      run.scores(), order: .mostRelevantFirst, of: explanation, seed: seed)
    let known = try knownPixels(of: explanation, seed: seed)
    let counts =
      [0] + shares.map { Int(($0 * Double(ranks.features)).rounded(.up)) } + [ranks.features]
    var bytes = [[Double]](repeating: [], count: explanation.count)
    let values = try explanation.values(of: quantity, samples: counts.count) { samples in
      let shown = try ranks.first(counts[samples]) .| known.tiled([samples.count, 1])
      let points = try run.points(removing: .!shown)
      for (index, count) in try byteCounts(of: points).enumerated() {
        bytes[index % explanation.count].append(Double(count))
      }
      return points
    }
    let curves = MetricCurves(
      position: "share of the picture's information", positions: InformationCurve.positions,
      heights: (0..<explanation.count).map { row in
        InformationCurve.heights(
          information: bytes[row], performance: ranks.isOrdered[row] ? values[row] : [],
          least: least)
      })
    return MetricResult(curves.areas(), curves: curves)
  }

  /// The corners and a hundredth of the pixels at random, rounded up: `[instances, pixels]`, bool.
  private func knownPixels(of explanation: Explanation, seed: UInt64) throws -> Tensor {
    let tensor = explanation.activation.tensors[0]
    let (height, width) = (tensor.shape[2], tensor.shape[3])
    let corners = [0, width - 1, (height - 1) * width, height * width - 1]
    let masks = try (0..<explanation.count).map { row in
      // Apart from the numbers that order pixels of equal attribution.
      let generator = try explanation.generator(
        for: row, seed: SeededNumbers.seed(seed, stream: 1))
      let drawn = try Tensor.permutation(height * width, from: generator).integers()
      var mask = [Double](repeating: 0, count: height * width)
      for pixel in corners + drawn.prefix((height * width + 99) / 100) { mask[pixel] = 1 }
      return try Tensor(mask)
    }
    return try (Tensor.stacked(masks) .> 0).moved(to: tensor.device)
  }

  /// The length of each row as a PNG file.
  private func byteCounts(of points: Activation) throws -> [Int] {
    let rows = try points.tensors[0].moved(to: .cpu)
    return try (0..<rows.shape[0]).map { row in
      try Image(rows[row], scaling: scaling).pngData().count
    }
  }
}

extension Metric where Self == PerformanceInformationCurve {
  /// How fast the class is predicted again with a picture's information: AIC.
  public static var accuracyInformationCurve: PerformanceInformationCurve {
    PerformanceInformationCurve(.accuracy)
  }

  /// How fast the class's probability comes back with a picture's information: SIC.
  public static var softmaxInformationCurve: PerformanceInformationCurve {
    PerformanceInformationCurve(.softmax)
  }
}
