// SPDX-License-Identifier: Apache-2.0

import Attribution

extension ExperimentMethod {
  /// Numbers that know nothing of the network: what any explanation is to beat.
  public static let random = ExperimentMethod("random", configuration: "random attributions") {
    RandomAttributions($0.model, quantity: $0.quantity, slice: $0.slice, seed: $0.seed)
  }

  /// Where a picture has edges: what looks like an explanation and is none.
  ///
  /// Fails where there is no picture, `[instances, channels, height, width]`.
  public static let edges = ExperimentMethod("edges", configuration: "edge detector") {
    EdgeDetector($0.model, quantity: $0.quantity, slice: $0.slice)
  }

  /// Both.
  public static let controls = [random, edges]
}
