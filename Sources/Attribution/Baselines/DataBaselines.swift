// SPDX-License-Identifier: Apache-2.0

import Torch

/// A statistic of a data set, feature by feature.
public struct DataBaseline: Baseline {
  public enum Statistic: String, Sendable, CaseIterable {
    case mean
    /// The middle value; the mean of two.
    case median
    /// The most frequent value; the least of several.
    case mode
  }

  public let data: Tensor
  public let statistic: Statistic

  /// - Parameter data: `[rows, …]`, the shape of the activation but for the rows.
  public init(_ statistic: Statistic, of data: Tensor) {
    self.data = data
    self.statistic = statistic
  }

  public var name: String { "\(statistic.rawValue) of data" }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    guard data.rank > 0, data.shape[0] > 0 else { throw BaselineError.empty(name) }
    let value =
      switch statistic {
      case .mean: try data.converted(to: .float64).mean(axes: [0], keepingAxes: true)
      case .median: try median
      case .mode: try data.mode(axis: 0).unsqueezed(axis: 0)
      }
    return [WeightedStart(Activation(value))]
  }

  private var median: Tensor {
    get throws {
      let (sorted, count) = (try data.converted(to: .float64).sorted(axis: 0).values, data.shape[0])
      let middle = try (sorted[(count - 1) / 2] + sorted[count / 2]) * 0.5
      return try middle.unsqueezed(axis: 0)
    }
  }
}

/// Rows of a data set, all with equal weight: the baselines of expected gradients.
public struct SampleBaseline: Baseline {
  public let data: Tensor

  /// - Parameter data: `[rows, …]`.
  public init(_ data: Tensor) { self.data = data }

  public var name: String { "rows of data" }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    guard data.rank > 0, data.shape[0] > 0 else { throw BaselineError.empty(name) }
    return try (0..<data.shape[0]).map {
      WeightedStart(Activation(try data.sliced(axis: 0, from: $0, to: $0 + 1)))
    }
  }
}

/// For each feature the end of a range that lies farther from the instance (Sturmfels and others
/// 2020): no feature equals its baseline.
public struct FarthestBaseline: Baseline {
  public let range: ClosedRange<Double>

  public init(in range: ClosedRange<Double> = 0...1) { self.range = range }

  public var name: String { "largest distance in \(range)" }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    let middle = (range.lowerBound + range.upperBound) / 2
    let start = try instances.activation.map { tensor in
      let low = try tensor.filled(with: range.lowerBound)
      return try low.chosen(where: tensor .>= middle, else: tensor.filled(with: range.upperBound))
    }
    return [WeightedStart(start)]
  }
}

extension Baseline where Self == DataBaseline {
  /// The mean of a data set, feature by feature.
  public static func mean(of data: Tensor) -> DataBaseline { DataBaseline(.mean, of: data) }
  /// The median of a data set, feature by feature.
  public static func median(of data: Tensor) -> DataBaseline { DataBaseline(.median, of: data) }
  /// The most frequent values of a data set, feature by feature.
  public static func mode(of data: Tensor) -> DataBaseline { DataBaseline(.mode, of: data) }
}

extension Baseline where Self == SampleBaseline {
  /// All rows of a data set.
  public static func samples(of data: Tensor) -> SampleBaseline { SampleBaseline(data) }
}

extension Baseline where Self == FarthestBaseline {
  /// For each feature the end of a range that lies farther from the instance.
  public static func farthest(in range: ClosedRange<Double> = 0...1) -> FarthestBaseline {
    FarthestBaseline(in: range)
  }
}
