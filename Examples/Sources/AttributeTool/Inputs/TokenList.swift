// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import Text
import Torch

/// What another tokenizer wrote beside the ids: the tokens of each text.
struct TokenList {
  let file: String
  /// By text.
  let tokens: [[String]]

  /// Reads a list: `.json`, an array of tokens for each text, or one such array; else a line of tokens
  /// for each text, with tabs between them, or spaces.
  ///
  /// - Throws: ``ToolError/data(_:)``.
  init(_ file: String) throws {
    self.file = file
    var bytes: [UInt8] = []
    try SystemFile.forEachPiece(of: file) { bytes += $0 }
    if file.fileExtension == "json" {
      let decoder = JSONDecoder()
      if let lists = try? decoder.decode([[String]].self, from: Data(bytes)) {
        tokens = lists
      } else if let list = try? decoder.decode([String].self, from: Data(bytes)) {
        tokens = [list]
      } else {
        throw ToolError.data(
          "\(file) is no list of tokens: write [[\"[CLS]\", \"a\", …], …], an array for each text")
      }
    } else {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ToolError.data("\(file) is no text in UTF-8: convert it, or name another file")
      }
      tokens = text.split(whereSeparator: \.isNewline).map { line in
        let separator: Character = line.contains("\t") ? "\t" : " "
        return line.split(separator: separator).map(String.init)
      }
    }
  }

  /// The inputs with what their ids spell.
  ///
  /// - Throws: ``ToolError/data(_:)`` where there are not as many texts, or too many tokens.
  func read(beside inputs: LoadedInputs, of model: any Model) throws -> LoadedInputs {
    let rows = inputs.instances.count
    guard tokens.count == rows else {
      throw ToolError.data(
        "\(file) has tokens of \(tokens.count) texts, and the inputs have \(rows) rows: give a line, "
          + "or an array, for each")
    }
    let candidates = model.inputs.filter(\.hasRows).compactMap { input in
      inputs.tensors[input.name].map { (input, $0) }
    }.filter { $0.1.rank > 1 }
    guard
      let (input, ids) = candidates.first(where: { !$0.0.elementType.isFloatingPoint })
        ?? candidates.first
    else {
      throw ToolError.data("\(file): no input of the model has tokens, [texts, length, …]")
    }
    let length = ids.shape[1]
    var texts: [SpelledTokens] = []
    for (row, listed) in tokens.enumerated() {
      // What fills up is no part of the text, whether it is listed or not.
      let filling = listed.reversed().prefix { $0 == "[PAD]" || $0 == "<pad>" }
      let own = Array(listed.dropLast(filling.count))
      guard own.count <= length else {
        throw ToolError.data(
          "\(file) has \(own.count) tokens of text \(row + 1), and '\(input.name)' has \(length) ids "
            + "of each: give the same texts")
      }
      let numbers = ids.rank == 2 ? try ids[row].integers() : Array(0..<length)
      texts.append(SpelledTokens(own, ids: numbers))
    }
    var read = inputs
    read.texts = EncodedTexts(
      sources: texts.map { SourceText(first: $0.text, second: nil) },
      encodings: texts.map(\.encoding),
      words: try Tensor(
        texts.flatMap { text -> [Float] in
          let own: [Float] = text.encoding.isSpecial.map { $0 ? 0 : 1 }
          return own + [Float](repeating: 0, count: length - own.count)
        }, shape: [rows, length]), length: length)
    return read
  }
}
