// SPDX-License-Identifier: Apache-2.0

import Torch

/// The straight line between two codes in another network's latent space, decoded.
///
/// With c₀ and c₁ the codes of start and end, and D the decoder:
///
///     γ(t) = D(c₀ + t (c₁ − c₀)) + (1 − t) (start − D(c₀)) + t (end − D(c₁))
///
/// The last two terms are what the codes lose of start and end, taken along evenly, so that the path
/// leads from the start itself to the end itself. A decoder that stays near the data gives points
/// that look like data where the straight line fades. After Jha and others 2020 (enhanced integrated
/// gradients, Genome Biology 21:149), who decode without these terms, and so explain the decoded end
/// rather than the instance.
///
/// γ′ is exact: the decoder's Jacobian times c₁ − c₀, by going back twice.
///
/// - Complexity: For each row one pass of the decoder, and for γ′ two passes back; with each call two
///   more passes of encoder and decoder for the ends.
public struct DecodedPath: Path {
  /// One input, the code, `[rows, …]`; its first output is an activation.
  public let decoder: any Model
  private let encode: @Sendable (_ activation: Tensor) throws -> Tensor

  /// - Parameters:
  ///   - decoder: Takes codes to activations.
  ///   - encoder: Takes activations, `[rows, …]`, to codes.
  public init(decoder: any Model, encoder: any Model) {
    self.init(decoder: decoder) { try Self.run(encoder, on: $0) }
  }

  /// - Parameter encoding: The code of each activation, `[rows, …]`, each row for itself.
  public init(
    decoder: any Model, encoding: @escaping @Sendable (_ activation: Tensor) throws -> Tensor
  ) {
    self.decoder = decoder
    encode = encoding
  }

  public var name: String { "decoded" }

  public func points(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    try withoutRecording {
      let ends = try Ends(start, end, of: self)
      let point = try decoded(ends.code(at: times), like: end)
      return try point + ends.startLoss * (1 - times) + ends.endLoss * times
    }
  }

  public func velocities(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    let ends = try withoutRecording { try Ends(start, end, of: self) }
    let code = try Activation(ends.code(at: times).tracked())
    let point = try Activation(Self.run(decoder, on: code.tensors[0]))
    let velocity = try SliceEvaluator.transported(
      Activation(ends.way), from: code, to: point
    ).tensors[0].converted(like: end)
    return try velocity + ends.endLoss - ends.startLoss
  }

  /// The codes of start and end, and what they lose.
  private struct Ends {
    let startCode: Tensor
    let way: Tensor
    let startLoss: Tensor
    let endLoss: Tensor

    init(_ start: Tensor, _ end: Tensor, of path: DecodedPath) throws {
      startCode = try path.encode(start)
      let endCode = try path.encode(end)
      way = try endCode - startCode
      startLoss = try start - path.decoded(startCode, like: start)
      endLoss = try end - path.decoded(endCode, like: end)
    }

    func code(at times: Tensor) throws -> Tensor {
      let time = try times.reshaped(to: [-1]).converted(like: way).alignedToRows(rank: way.rank)
      return try startCode + way * time
    }
  }

  private func decoded(_ code: Tensor, like end: Tensor) throws -> Tensor {
    let decoded = try Self.run(decoder, on: code)
    guard decoded.shape == end.shape else {
      throw PathError.decoded(decoded.shape, expected: end.shape)
    }
    return try decoded.converted(like: end)
  }

  /// The first output of a network with one input.
  private static func run(_ model: any Model, on input: Tensor) throws -> Tensor {
    let (given, _) = try Inputs(input).resolved(for: model)
    return try model.evaluate(Array(model.outputs.prefix(1)), given: given)[0]
  }
}
