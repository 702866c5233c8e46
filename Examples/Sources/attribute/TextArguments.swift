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

  @Flag(help: "Move special tokens, as [CLS], along a path, too.")
  var moveSpecial = false

  @Option(help: "What scores are shown of.")
  var per = TextOptions.Unit.word

  @Option(help: "What a token's numbers become.")
  var reduce = TokenReduction.sum

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
    options.movesSpecial = moveSpecial
    options.unit = per
    options.reduction = reduce
    options.similarTo = similarTo
    return options
  }
}

extension TextOptions.Unit: ExpressibleByArgument {}
extension TokenReduction: @retroactive ExpressibleByArgument {}
