// SPDX-License-Identifier: Apache-2.0

import Torch

/// A convolution that only a batch normalization reads, as one convolution that does both.
///
/// With k = scale / √(variance + ε) for each channel, normalizing W ∗ x + b gives
/// (k W) ∗ x + k (b − mean) + shift: one pass over the activation less, forward and backward.
struct FusedConvolution: Sendable {
  let convolution: Int
  /// The value between the two, which nobody sees when they run as one.
  let value: Int
  let weight: Tensor
  let bias: Tensor

  /// - Parameters:
  ///   - weight: The convolution's, `[channels, …]`.
  ///   - bias: The convolution's, `[channels]`.
  ///   - parameters: The normalization's scale, shift, mean and variance, `[channels]` each.
  init?(
    convolution: Int, value: Int, weight: Tensor, bias: Tensor?, parameters: [Tensor],
    epsilon: Double
  ) {
    let shapes = (parameters + (bias.map { [$0] } ?? [])).map(\.shape)
    guard weight.rank > 2, shapes.allSatisfy({ $0 == [weight.shape[0]] }) else { return nil }
    // In float64, so that no digit is lost that both steps apart would have kept.
    let folded = try? withoutRecording { () -> (Tensor, Tensor) in
      let values = try parameters.map { try $0.converted(to: .float64) }
      let factor = try values[0] / (values[3] + epsilon).squareRoot()
      let wide =
        try weight.converted(to: .float64)
        * factor.reshaped(to: [-1] + [Int](repeating: 1, count: weight.rank - 1))
      let start = try bias.map { try $0.converted(to: .float64) - values[2] } ?? -values[2]
      return (
        try wide.converted(to: weight.elementType),
        try (start * factor + values[1]).converted(to: weight.elementType)
      )
    }
    guard let folded else { return nil }
    self.convolution = convolution
    self.value = value
    // The layout in which image convolutions are fastest; what they give then has it too.
    self.weight = (try? folded.0.channelsLast()) ?? folded.0
    self.bias = folded.1
  }
}

extension Network {
  /// The convolutions that can run as one with the normalization behind them, by the normalization.
  static func fusions(
    in graph: borrowing Graph, _ nodes: [PreparedNode?], constants: [Tensor?]
  ) -> [Int: FusedConvolution] {
    var fusions: [Int: FusedConvolution] = [:]
    for position in nodes.indices {
      guard let normalization = nodes[position],
        normalization.definition.name == "BatchNormalization",
        normalization.definition.domain.isEmpty,
        let value = graph.nodes[position].inputs[0],
        graph.values[value].consumers == [position], !graph.outputs.contains(value),
        let producer = graph.values[value].producer, let convolution = nodes[producer],
        convolution.definition.name == "Conv", convolution.definition.domain.isEmpty,
        let weight = convolution.reader.constant(1),
        !convolution.reader.hasInput(2) || convolution.reader.constant(2) != nil,
        let epsilon = try? normalization.reader.float("epsilon", 1e-5)
      else { continue }
      let parameters = (1...4).compactMap { normalization.reader.constant($0) }
      guard parameters.count == 4 else { continue }
      fusions[position] = FusedConvolution(
        convolution: producer, value: value, weight: weight, bias: convolution.reader.constant(2),
        parameters: parameters, epsilon: epsilon)
    }
    return fusions
  }
}
