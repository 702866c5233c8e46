// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AttributeTool

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Attributes a number of a model's output to its inputs, or to a layer.",
    usage: """
      attribute explain <model> <input> ... [<options>]
      attribute explain <model> --text <text> --tokenizer <file> [<options>]
      """,
    discussion: """
      By default integrated gradients: the score (logit) of the predicted class, along the \
      straight path from zeros, with an estimated error below 1 %.

        attribute explain digits.onnx eight.png -o eight-explained.png
        attribute explain digits.onnx eight.png -q class:8-class:3 -o why.npy
        attribute explain digits.onnx eight.npy three.npy --from conv2
        attribute explain digits.onnx eight.png --from conv1 --at input
        attribute explain digits.onnx eight.png -d gaussian:0.1 --influence
        attribute explain bert.onnx --text "no fun at all" --tokenizer vocab.txt
        attribute explain rents.onnx rents.csv -b mean:train.csv -o rents.html

      -q, -d and -b given several times explain by every combination.

      CUTS (--from, --to, --at)
        input, embeddings, output, logits, LAYER, in:LAYER, CUT@channel:3, CUT+CUT
      QUANTITIES (--quantity)
        predicted, class:8-class:3, probability:3, channel:7:max, token:are@mask, span, …
      DISTRIBUTIONS (--distribution)
        linear, blur:5, spline:FILE, guided, idgi, expected:200, gaussian:0.1, …
      BASELINES (--baseline)
        zeros, constant:0.5, FILE, mean:FILE, nearest:FILE, boundary, token:[MASK], …
      RULES (--rule)
        automatic, secant, gauss-legendre, midpoint, …

      In place of a value, help lists all there are, each with what it means:

        attribute explain --distribution help
      """)

  @Argument(help: "The model, an .onnx file.", completion: .file(extensions: ["onnx"]))
  var model: String?

  @Argument(
    help: ArgumentHelp(
      "What to explain: .npy, .png or .jpg files, or a .csv table; NAME=FILE where there are several inputs.",
      discussion: """
        Several files are several instances. Images are scaled to 0…1, and turned to gray or \
        color as the model wants; they are not resized.
        """,
      valueName: "input"))
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "Where attributions are wanted. (default: input; of texts embeddings)", valueName: "cut"))
  var from: String?

  @Option(help: ArgumentHelp("Where the quantity is read.", valueName: "cut"))
  var to = "logits"

  @Option(
    help: ArgumentHelp(
      "Where the distribution lives. (default: where attributions are wanted)", valueName: "cut"))
  var at: String?

  @Option(
    name: .shortAndLong, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Which number is explained. (default: predicted)", valueName: "quantity"))
  var quantity: [String] = []

  @Option(
    help: ArgumentHelp(
      "A class for each instance, with commas between them; explains class:label.",
      valueName: "classes"))
  var label: ClassList?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("At which points the model is looked at.", valueName: "distribution"))
  var distribution = ["linear"]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where a path starts. (default: zeros)", valueName: "baseline"))
  var baseline: [String] = []

  @Option(
    help: ArgumentHelp(
      "How a path is integrated. (default: automatic)", valueName: "rule"))
  var rule: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Steps of a path; with a tolerance the most of them. (default: what the rule likes)",
      valueName: "count"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "The relative error at which steps or draws are enough. (default of paths: 0.01, which is 1 %)",
      valueName: "error"))
  var tolerance: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Where values must lie for what searches, as 0:1. (default: that of images, else anywhere)",
      valueName: "low:high"))
  var range: String?

  @Flag(help: "The influence alone: mean gradients, not multiplied with the way.")
  var influence = false

  @Flag(help: "Write and show the attributions' sizes, without signs.")
  var absolute = false

  @OptionGroup var running: RunArguments

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A file to write, may be repeated.",
      discussion: """
        .npy the values; .png original, gradient and attribution side by side, words in colors, \
        or series; .html words in colors, series, or tables with waterfalls; .csv values of tables; \
        .json all about them.
        """,
      valueName: "file"))
  var output: [String] = []

  @Option(
    help: ArgumentHelp(
      "The colors. (default: red-white-blue; of images orange-white-blue)", valueName: "palette"))
  var palette: String?

  @Option(
    help: ArgumentHelp(
      "A .npy file for the standard error of every attribution, where samples are draws.",
      valueName: "file"))
  var standardErrors: String?

  @OptionGroup(title: "Texts") var texts: TextArguments

  @OptionGroup(title: "Tables") var tables: TableArguments

  @OptionGroup(title: "Series") var series: SeriesArguments

  func validate() throws {
    guard help == nil else { return }
    guard model != nil else { throw ValidationError("Missing expected argument '<model>'") }
    guard !inputs.isEmpty || (texts.options.isGiven && texts.tokens == nil) else {
      throw ValidationError("Missing expected argument '<input> ...'")
    }
  }

  func run() throws {
    reporting {
      if let help { return Console.writeOutput(help + "\n") }
      let explanations = try ExplainPlans(options, choices).explanations()
      let notes = try explanations.writeOutputs()
      Console.writeOutput(explanations.summary(inColor: Console.takesColor))
      for note in notes { Console.writeError("note: \(note)\n") }
    }
  }

  private var choices: ExplainChoices {
    ExplainChoices(distributions: distribution, quantities: quantity, baselines: baseline)
  }

  private var help: String? { choices.help ?? options.help }

  private var options: ExplainOptions {
    var options = ExplainOptions(model: model ?? "", inputs: inputs)
    options.text = texts.options
    options.table = tables.options
    options.series = series.options
    options.from = from ?? (options.text.isGiven ? "embeddings" : options.from)
    options.to = to
    options.at = at
    options.labels = label?.classes ?? []
    options.rule = rule
    options.steps = steps
    options.tolerance = tolerance
    options.range = range
    options.measuresInfluence = influence
    options.isAbsolute = absolute
    running.apply(to: &options)
    options.outputs = output
    options.palette = palette
    options.standardErrors = standardErrors
    options.showsProgress = Console.isInteractive
    return options
  }
}
