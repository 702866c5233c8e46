// SPDX-License-Identifier: Apache-2.0

import Torch

/// A table in which a network looks ids up: the place where words become numbers that can be moved.
public struct Embedding: Sendable {
  /// What was looked up, `[rows, length, width]` as a rule.
  public let place: Place
  /// The input that has the ids.
  public let input: String
  /// A row for each id, `[vocabulary, width]`.
  public let table: Tensor

  public init(place: Place, input: String, table: Tensor) {
    self.place = place
    self.input = input
    self.table = table
  }

  /// One token at every position, as `[MASK]` or `[PAD]`: a baseline for words.
  ///
  /// - Throws: ``EmbeddingError/noToken(_:vocabulary:)``.
  public func baseline(of token: Int, name: String? = nil) throws -> TensorBaseline {
    guard token >= 0, token < table.shape[0] else {
      throw EmbeddingError.noToken(token, vocabulary: table.shape[0])
    }
    return TensorBaseline(
      try table[token].reshaped(to: [1, 1, -1]), name: name ?? "token \(token)")
  }

  /// The mean of all rows of the table at every position.
  public func meanBaseline() throws -> TensorBaseline {
    let mean = try table.converted(to: .float64).mean(axes: [0], keepingAxes: true)
    return TensorBaseline(
      try mean.converted(to: table.elementType).unsqueezed(axis: 0), name: "mean of the vocabulary")
  }
}

/// What is wrong with a table of embeddings, or with what is asked of it.
public enum EmbeddingError: Error, Sendable, Equatable, CustomStringConvertible {
  case none(inputs: [String])
  case unknown(input: String, known: [String])
  case noToken(Int, vocabulary: Int)

  public var description: String {
    switch self {
    case .none(let inputs):
      return "no table was found in which ids of \(inputs.list) are looked up: name the layer that "
        + "does, `attribute inspect` lists them"
    case .unknown(let input, let known):
      return "no ids of '\(input)' are looked up in a table; those of \(known.list) are"
    case .noToken(let token, let vocabulary):
      return "there is no token \(token) in a vocabulary of \(vocabulary)"
    }
  }
}
