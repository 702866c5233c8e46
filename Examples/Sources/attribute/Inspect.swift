// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AttributeTool

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists a model's inputs, outputs, and every place where it can be cut.",
    discussion: """
      Where the model uses what is not supported, tells what and where, with exit status 65.
      """)

  @Argument(help: "The model, an .onnx file.", completion: .file(extensions: ["onnx"]))
  var model: String

  func run() throws {
    reporting { Console.writeOutput(try Inspection(path: model).text) }
  }
}
