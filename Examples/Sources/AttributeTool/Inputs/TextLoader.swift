// SPDX-License-Identifier: Apache-2.0

import Attribution
import Text
import Torch

/// A text, or two that the model reads together.
public struct SourceText: Sendable, Equatable {
  public let first: String
  public let second: String?
}

/// Texts of a batch, and how they were cut into tokens.
public struct EncodedTexts: Sendable {
  public let sources: [SourceText]
  public let encodings: [Encoding]
  /// 1 where a token is of a text, 0 where it was put around or fills up, `[rows, length]`.
  let words: Tensor
  /// Tokens of a row, those that fill up included.
  let length: Int
}

/// Reads texts, and cuts them into tokens for a model.
struct TextLoader {
  let model: any Model
  let tokenizer: Tokenizer
  let options: TextOptions
  /// What the model reads besides.
  let others: OtherInputs

  /// - Parameter others: `NAME=FILE`, of inputs that are not read from texts.
  /// - Throws: ``TokenizerError`` where the file of the tokenizer is not understood.
  init(_ loader: InputLoader, options: TextOptions, others: [String]) throws {
    model = loader.model
    self.options = options
    self.others = try OtherInputs(others, loader)
    tokenizer = try Tokenizer(path: options.tokenizer ?? "")
  }

  /// All texts in one batch; one by one where the model has no mask to hide what fills them up.
  func load() throws -> [LoadedInputs] {
    let (sources, instances) = try sources()
    let encodings = try sources.map { try tokenizer.encode($0.first, $0.second) }
    try others.check(rows: sources.count)
    do {
      return [try batch(sources, encodings, instances, rows: 0..<sources.count)]
    } catch TextBatchError.needsMask where sources.count > 1 {
      return try sources.indices.map { index in
        try batch([sources[index]], [encodings[index]], [instances[index]], rows: index..<index + 1)
      }
    }
  }

  /// One text that is not explained.
  ///
  /// - Throws: ``ToolError/data(_:)`` where other inputs have several rows, of which none is its own.
  func load(_ text: String) throws -> LoadedInputs {
    try others.check(rows: 1)
    return try batch(
      [SourceText(first: text, second: nil)], [tokenizer.encode(text)],
      [Instance(file: nil, row: nil)], rows: 0..<1)
  }

  private func batch(
    _ sources: [SourceText], _ encodings: [Encoding], _ instances: [Instance], rows: Range<Int>
  ) throws -> LoadedInputs {
    let padding = SpecialToken.padding.id(in: tokenizer) ?? 0
    let batch = try TextBatch(
      encodings, for: model, padding: padding, others: others.tensors(rows: rows))
    return LoadedInputs(
      tensors: batch.inputs.tensors, instances: instances,
      texts: EncodedTexts(
        sources: sources, encodings: encodings, words: batch.words, length: batch.length),
      otherFiles: others.files)
  }

  private func sources() throws -> ([SourceText], [Instance]) {
    var texts = options.texts
    var instances = texts.indices.map { Instance(file: nil, row: $0) }
    if let file = options.file {
      let lines = try Self.lines(of: file)
      texts += lines.map(\.text)
      instances += lines.map { Instance(file: file, row: $0.number) }
    }
    guard !texts.isEmpty else {
      throw ToolError.data("\(options.file ?? "") has no text: write one on each line")
    }
    let seconds = options.seconds
    guard seconds.count <= 1 || seconds.count == texts.count else {
      throw ToolError.usage(
        "--pair is given \(seconds.count) times for \(texts.count) texts: give one for each, or "
          + "one for all")
    }
    let sources = texts.enumerated().map { index, text in
      SourceText(first: text, second: seconds.count > 1 ? seconds[index] : seconds.first)
    }
    return (sources, instances)
  }

  /// Lines that have something on them, counted from 1.
  private static func lines(of file: String) throws -> [(number: Int, text: String)] {
    var bytes: [UInt8] = []
    try SystemFile.forEachPiece(of: file) { bytes += $0 }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ToolError.data("\(file) is no text in UTF-8: convert it, or name another file")
    }
    return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      .filter { !$1.allSatisfy(\.isWhitespace) }.map { ($0 + 1, String($1)) }
  }
}
