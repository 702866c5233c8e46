// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Removed elements become what the baseline has in their place.
///
/// A baseline with several starts is refused: it is not one thing that stands in for a feature.
public struct BaselineRemoval: Removal {
  public let baseline: any Baseline
  public let forwardRows: Int

  /// - Parameter forwardRows: What the baseline itself runs forward for each instance, where it asks
  ///   the network.
  public init(_ baseline: any Baseline, forwardRows: Int = 0) {
    self.baseline = baseline
    self.forwardRows = forwardRows
  }

  public var name: String { baseline.name }

  public func substitutes(for explanation: Explanation, seed: UInt64) throws -> Substitutes {
    let starts = try baseline.starts(for: explanation.instances)
    guard let start = starts.first, starts.count == 1 else {
      throw MetricError.unsuitable(
        metric: "removal to \(name)",
        reason: "has \(starts.count) starts, and a removed feature becomes one thing: choose a "
          + "baseline with one start, as its mean")
    }
    return Substitutes(try explanation.instances.broadcast(start.activation, as: name))
  }
}

extension Removal where Self == BaselineRemoval {
  /// Removed elements become what the baseline has in their place.
  public static func baseline(_ baseline: any Baseline) -> BaselineRemoval {
    BaselineRemoval(baseline)
  }

  /// Removed elements become 0.
  public static var zeros: BaselineRemoval { BaselineRemoval(.zeros) }

  /// Removed elements become one value.
  public static func constant(_ value: Double) -> BaselineRemoval {
    BaselineRemoval(.constant(value))
  }

  /// Removed elements become what a blur over the spatial axes leaves of them.
  public static func blurred(standardDeviation: Double) -> BaselineRemoval {
    BaselineRemoval(.blurred(standardDeviation: standardDeviation))
  }
}
