// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AttributeTool
import Text

/// The options of `attribute explain` that are about texts.
struct TextArguments: ParsableArguments {
  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A text to explain, may be repeated.", valueName: "text"))
  var text: [String] = []

  @Option(help: ArgumentHelp("A file with a text on each line.", valueName: "file"))
  var texts: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "The second text of a pair: one for all, or repeated for each.", valueName: "text"))
  var pair: [String] = []

  @Option(
    help: ArgumentHelp("The model's tokenizer.json or vocab.txt.", valueName: "file"),
    completion: .file(extensions: ["json", "txt"]))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "Tokens of ids that are inputs: a line, or a JSON array, for each text.", valueName: "file"))
  var tokens: String?

  @Flag(help: "Move special tokens, as [CLS], along a path, too.")
  var moveSpecial = false

  @Option(help: "What scores are shown of.")
  var per = Choice(TextOptions.Unit.word)

  @Option(help: "What a token's numbers become.")
  var reduce = Choice(TokenReduction.sum)

  @Option(help: "Whose greatest score has the strongest color: all or each configuration's.")
  var scale = Choice(TextOptions.Scale.common)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Explain the cosine between outputs: why texts are like this one.", valueName: "text"))
  var similarTo: String?

  var options: TextOptions {
    var options = TextOptions()
    options.texts = text
    options.file = texts
    options.seconds = pair
    options.tokenizer = tokenizer
    options.tokens = tokens
    options.movesSpecial = moveSpecial
    options.unit = per.value
    options.reduction = reduce.value
    options.scale = scale.value
    options.similarTo = similarTo
    return options
  }
}
