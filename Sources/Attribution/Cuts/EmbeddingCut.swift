// SPDX-License-Identifier: Apache-2.0

import Torch

/// Where ids become vectors: the input of networks that read words.
public struct EmbeddingCut: Cut {
  /// The input whose ids are looked up; where nil, that with the largest table.
  public let input: String?

  public init(_ input: String? = nil) { self.input = input }

  public var name: String { input.map { "embeddings(\($0))" } ?? "embeddings" }

  public func places(in model: any Model) throws -> [Place] { [try embedding(in: model).place] }

  /// The table.
  ///
  /// - Throws: ``EmbeddingError`` where ids are not looked up.
  public func embedding(in model: any Model) throws -> Embedding {
    let all = model.embeddings
    guard !all.isEmpty else { throw EmbeddingError.none(inputs: model.inputs.map(\.name)) }
    guard let input else {
      // Words are many; segments and positions few.
      return all.dropFirst().reduce(all[0]) { $1.table.shape[0] > $0.table.shape[0] ? $1 : $0 }
    }
    guard let found = all.first(where: { $0.input == input }) else {
      throw EmbeddingError.unknown(input: input, known: all.map(\.input))
    }
    return found
  }
}

extension Cut where Self == EmbeddingCut {
  /// Where ids become vectors.
  public static var embeddings: EmbeddingCut { EmbeddingCut() }
  /// Where the ids of an input become vectors.
  public static func embeddings(of input: String) -> EmbeddingCut { EmbeddingCut(input) }
}
