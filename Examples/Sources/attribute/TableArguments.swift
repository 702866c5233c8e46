// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AttributeTool

/// The options of `attribute explain` that are about tables.
struct TableArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What describes the features. (default: MODEL.features.json where it is there)",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var features: String?

  @Option(
    help: ArgumentHelp(
      "The column that has what is to be predicted: shown, not fed.", valueName: "column"))
  var target: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A column to leave out, may be repeated.", valueName: "column"))
  var ignore: [String] = []

  var options: TableOptions {
    var options = TableOptions()
    options.features = features
    options.target = target
    options.ignored = ignore
    return options
  }
}
