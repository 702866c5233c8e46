// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AttributeTool

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares ways to explain by numbers: an experiment.",
    usage: """
      attribute compare <experiment.json> --output <folder>
      attribute compare --quick <model> <data> ... [--output <folder>]
      """,
    discussion: """
      The same instances go through every combination of models, data, slices, quantities and \
      methods, and every metric is asked of each.

        attribute compare Experiments/digits.json --output results
        attribute compare --quick Models/digits.onnx Data/ten-digits.npy

      The folder then holds summary.csv (means with intervals), comparisons.csv (methods in \
      pairs, corrected), report.html (all on one page), experiment.json, and for each cell \
      attributions.npy, instances.csv, metrics.csv, curves.csv and cell.json.

      Stopped at any moment and run again with the same folder, it goes on where it was, and ends \
      with the same numbers. A file that was changed reuses what is equal. The folder of another \
      experiment is refused.

      THE FILE
        name, summary, seed, rows, threads, controls
        models      name, file, float64
        data        name, inputs, labels, mask, truth, models, imageMean, imageDeviation
        slices      name, from, to
        quantities  name, quantity
        methods     name, distribution, baseline, rule, steps, tolerance, at, range, influence; or \
      comparator, baseline, features
        metrics     texts

      Texts are those of attribute explain, whose lists hold here, too. A list in place of a \
      method's distribution, baseline, rule or steps makes a method of each. Files are found from \
      the experiment's folder. Docs/Experiments.md tells more, Docs/experiment.schema.json all for \
      editors.

      Exit status: 0, also where some cells have failed, which is told; 64 where the command line \
      makes no sense; 65 where a file is broken or does not fit, or all cells have failed; 70 for a \
      defect of the tool.
      """)

  @Argument(
    help: ArgumentHelp(
      "The experiment, a .json file; with --quick a model and its instances.",
      valueName: "file"))
  var files: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The folder for the results. (default with --quick: compare-MODEL)", valueName: "folder"))
  var output: String?

  @Flag(help: "Takes a grid that suits most: MODEL DATA in place of an experiment.")
  var quick = false

  @Flag(help: "Lists the metrics.")
  var metrics = false

  @Flag(help: "Lists the comparators.")
  var comparators = false

  func validate() throws {
    guard !metrics, !comparators else { return }
    guard !files.isEmpty else { throw ValidationError("Missing expected argument '<file> ...'") }
  }

  func run() throws {
    reporting {
      if metrics { Console.writeOutput(MetricGrammar.help + "\n") }
      if comparators { Console.writeOutput(ComparatorGrammar.help + "\n") }
      guard !metrics, !comparators else { return }
      var options = CompareOptions(files)
      options.output = output
      options.isQuick = quick
      options.showsProgress = Console.isInteractive
      Console.writeOutput(try CompareRun(options).run())
    }
  }
}
