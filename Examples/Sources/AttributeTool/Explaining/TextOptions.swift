// SPDX-License-Identifier: Apache-2.0

import Text

/// What stands on the command line of texts, as it was written.
public struct TextOptions: Sendable {
  /// What scores are told of.
  public enum Unit: String, Sendable, CaseIterable {
    case token
    case word
  }

  /// Which scores have the strongest color.
  public enum Scale: String, Sendable, CaseIterable {
    /// The greatest of all.
    case common
    /// The greatest of each configuration.
    case each
  }

  public var texts: [String] = []
  /// A file with a text on each line.
  public var file: String?
  /// Second texts: one for each text, or one for all.
  public var seconds: [String] = []
  public var tokenizer: String?
  /// A file with the tokens that another tokenizer made ids of.
  public var tokens: String?
  /// Whether a path moves tokens that were put around a text, as `[CLS]`, too.
  public var movesSpecial = false
  public var unit = Unit.word
  public var reduction = TokenReduction.sum
  public var scale = Scale.common
  /// A text that the others are compared with.
  public var similarTo: String?

  public init() {}

  /// Whether texts are explained.
  public var isGiven: Bool { areRead || tokens != nil }

  /// Whether texts are cut into tokens here.
  var areRead: Bool { !texts.isEmpty || file != nil }

  /// - Throws: ``ToolError/usage(_:)`` where parts make no sense together.
  func check(_ options: ExplainOptions) throws {
    guard areRead else {
      let strays = [
        ("--tokenizer", tokenizer != nil), ("--pair", !seconds.isEmpty),
        ("--similar-to", similarTo != nil), ("--move-special", movesSpecial && tokens == nil),
        ("--scale", scale != .common && tokens == nil),
      ]
      if let stray = strays.first(where: \.1) {
        throw ToolError.usage("\(stray.0) is for texts: give --text or --texts")
      }
      return
    }
    guard tokens == nil else {
      throw ToolError.usage(
        "--tokens are of ids that are inputs, as in ids=FILE.npy: leave --text and --texts out")
    }
    guard tokenizer != nil else {
      throw ToolError.usage(
        "texts are cut into tokens by --tokenizer: name the tokenizer.json or vocab.txt that came "
          + "with the model")
    }
    if let input = options.inputs.first(where: { !$0.contains("=") }) {
      throw ToolError.usage(
        "\(input) is given besides texts: explain one or the other, or say which input of the model "
          + "it is for, as in NAME=\(input)")
    }
    if seconds.count > 1, file == nil, seconds.count != texts.count {
      throw ToolError.usage(
        "--pair is given \(seconds.count) times for \(texts.count) "
          + "text\(texts.count == 1 ? "" : "s"): give one for each, or one for all")
    }
    if similarTo != nil, options.quantity != nil || !options.labels.isEmpty {
      throw ToolError.usage(
        "--similar-to is the quantity, the cosine of the angle between two outputs: leave "
          + "--quantity and --label out")
    }
  }
}
