// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AttributeTool

@main
struct Attribute: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attribute",
    abstract: "Tells what a neural network looks at.",
    discussion: """
      Explains what a network in an ONNX file does to its inputs, or to the features inside it.

        attribute inspect digits.onnx
        attribute explain digits.onnx eight.png -o explained.png
        attribute compare experiment.json --output results

      Exit status: 0; 64 where the command line makes no sense; 65 where a file is unreadable, \
      broken, or does not fit; 70 for a defect of the tool.
      """,
    version: toolVersion,
    subcommands: [Inspect.self, Explain.self, Units.self, Compare.self])

  static func main() {
    main(nil)
    Console.leave(.success)
  }
}

/// Runs a command, and ends the process with the status that fits what went wrong.
func reporting(_ body: () throws -> Void) {
  do {
    try body()
  } catch {
    Console.writeError("error: \(message(for: error))\n")
    Console.leave(ExitStatus(error))
  }
}
