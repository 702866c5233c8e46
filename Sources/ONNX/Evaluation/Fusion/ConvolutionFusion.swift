// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Torch

/// A convolution and the batch normalization behind it as one convolution.
///
/// With k = scale / √(variance + ε) for each channel, normalizing W ∗ x + b gives
/// (k W) ∗ x + k (b − mean) + shift: one pass over the activation less, forward and backward.
private struct FoldedConvolution {
  let weight: Tensor
  let bias: Tensor

  /// The largest weight of which there is a second one, in elements.
  ///
  /// Where weights are larger, activations are small, and what a pass over them costs is little beside
  /// the memory.
  private static let mostFolded = 1 << 20

  /// - Parameters:
  ///   - weight: The convolution's, `[channels, …]`.
  ///   - bias: The convolution's, `[channels]`.
  ///   - parameters: The normalization's scale, shift, mean and variance, `[channels]` each.
  init?(weight: Tensor, bias: Tensor?, parameters: [Tensor], epsilon: Double) {
    let shapes = (parameters + (bias.map { [$0] } ?? [])).map(\.shape)
    guard weight.rank > 2, weight.count <= Self.mostFolded,
      shapes.allSatisfy({ $0 == [weight.shape[0]] })
    else { return nil }
    // In float64, so that no digit is lost that both steps apart would have kept.
    let folded = try? withoutRecording { () -> (Tensor, Tensor) in
      let values = try parameters.map { try $0.converted(to: .float64) }
      let factor = try values[0] / (values[3] + epsilon).squareRoot()
      let scaled = try weight.scaled(byChannel: factor)
      let start = try bias.map { try $0.converted(to: .float64) - values[2] } ?? -values[2]
      return (
        scaled,
        try (start * factor + values[1]).converted(to: weight.elementType)
      )
    }
    guard let folded else { return nil }
    // The layout in which image convolutions are fastest; what they give then has it too.
    self.weight = (try? folded.0.channelsLast()) ?? folded.0
    self.bias = folded.1
  }
}

extension Tensor {
  /// Each of the first axis times its number, rounded once.
  ///
  /// Some at a time: all of a large weight in float64 would be the most memory that loading takes.
  fileprivate func scaled(byChannel factors: Tensor) throws -> Tensor {
    let aligned = try factors.reshaped(to: [-1] + [Int](repeating: 1, count: rank - 1))
    let channels = shape[0]
    let together = Swift.max(1, channels * (1 << 17) / Swift.max(1, count))
    return try .concatenated(
      stride(from: 0, to: channels, by: together).map {
        let part = $0..<Swift.min($0 + together, channels)
        return try (self[part].converted(to: .float64) * aligned[part]).converted(to: elementType)
      })
  }
}

extension OperatorDefinition {
  var isConvolution: Bool { name == "Conv" && domain.isEmpty }
}

extension Network {
  /// A convolution's weight in the layout in which image convolutions are fastest; made once, when a
  /// plan first needs it.
  func imageWeight(_ weight: Tensor, ofNode node: Int) throws -> Tensor {
    guard weight.rank == 4, weight.device == .cpu else { return weight }
    if let known = imageWeights.withLock({ $0[node] }) { return known }
    let made = try weight.channelsLast()
    imageWeights.withLock { $0[node] = made }
    return made
  }

  /// The convolution that only a batch normalization reads, with it.
  static func convolution(
    endingAt position: Int, in graph: borrowing Graph, _ nodes: [PreparedNode?],
    constants: [Tensor?]
  ) -> Fusion? {
    guard let normalization = nodes[position], let value = graph.nodes[position].inputs[0],
      onlyReader(of: value, in: graph) == position,
      let producer = graph.values[value].producer, let convolution = nodes[producer],
      convolution.definition.isConvolution,
      let weight = convolution.reader.constant(1), let x = graph.nodes[producer].inputs[0],
      !convolution.reader.hasInput(2) || convolution.reader.constant(2) != nil,
      let epsilon = try? normalization.reader.float("epsilon", 1e-5)
    else { return nil }
    let parameters = (1...4).compactMap { normalization.reader.constant($0) }
    guard parameters.count == 4,
      let folded = FoldedConvolution(
        weight: weight, bias: convolution.reader.constant(2), parameters: parameters,
        epsilon: epsilon)
    else { return nil }
    return Fusion(
      covered: [producer], hidden: [value], node: convolution,
      inputs: [.value(x), .constant(folded.weight), .constant(folded.bias)])
  }
}
