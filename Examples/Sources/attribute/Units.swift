// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AttributeTool
import Attribution

struct Units: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ranks a layer's units by what they do, and shows what they look at.",
    usage: "attribute units <model> <input> ... --layer <layer> [<options>]",
    discussion: """
      Influence-directed explanations: each unit's part in a quantity, a mean over the instances with \
      its standard error, and for the first ones what of the input drives them.

        attribute units digits.onnx eight.png --layer relu2 -q class:8-class:3
        attribute units digits.onnx eight.png --layer all -q class:8-class:3 -o why.html
        attribute units digits.onnx ten-digits.npy --layer relu3 --essence -o units.csv
        attribute units tabular.onnx patients.npy --layer relu1 --names features.txt

      By default conductance: attributions at the layer along the straight path among inputs, so that \
      all units together have the quantity's change, at every layer. --at own takes the path in the \
      layer's own space; --influence is the mean gradient. Quantities, distributions, baselines and \
      rules are those of `attribute explain`; help in place of one lists them.
      """)

  @Argument(help: "The model, an .onnx file.", completion: .file(extensions: ["onnx"]))
  var model: String?

  @Argument(
    help: ArgumentHelp(
      "Instances: .npy, .png or .jpg files; NAME=FILE where the model has several inputs.",
      valueName: "input"))
  var inputs: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Whose units; may be repeated; all is every one.", valueName: "layer"))
  var layer: [String] = []

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: ArgumentHelp("Which number is explained. (default: predicted)", valueName: "quantity"))
  var quantity: String?

  @Option(help: ArgumentHelp("Where the quantity is read.", valueName: "cut"))
  var to = "logits"

  @Option(
    help: ArgumentHelp(
      "Where the distribution lives; own is each layer. (default: input)", valueName: "cut"))
  var at: String?

  @Option(name: .shortAndLong, help: "How many units of a layer are shown.")
  var top = 5

  @Option(help: "Which come first: those of the greatest size, those for, or those against.")
  var order = Choice(UnitOrder.magnitude)

  @Option(help: "What the numbers of a unit's positions become.")
  var reduce = Choice(PositionReduction.sum)

  @Option(
    help: ArgumentHelp(
      "Where units lie: auto (axis 1; the last of three axes), a number, or elements.",
      valueName: "axis"))
  var axis = "auto"

  @Option(help: ArgumentHelp("How many instances are shown of each unit.", valueName: "count"))
  var examples = 6

  @Flag(help: "Tell what is left where only the first units are kept.")
  var essence = false

  @Option(
    help: ArgumentHelp("A file with the input's features, a name on each line.", valueName: "file"))
  var names: String?

  @Option(
    help: ArgumentHelp("A class for each instance, with commas between them.", valueName: "classes")
  )
  var label: ClassList?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("At which points the model is looked at.", valueName: "distribution"))
  var distribution = "linear"

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where a path starts. (default: zeros)", valueName: "baseline"))
  var baseline: String?

  @Option(help: ArgumentHelp("How a path is integrated. (default: automatic)", valueName: "rule"))
  var rule: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("Steps of a path.", valueName: "count"))
  var steps: Int?

  @Option(help: ArgumentHelp("The relative error at which steps are enough.", valueName: "error"))
  var tolerance: Double?

  @Flag(help: "Rank by influence alone: mean gradients, not multiplied with the way.")
  var influence = false

  @OptionGroup var running: RunArguments

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A file to write, may be repeated: .html the page, .csv all units, .json everything.",
      valueName: "file"))
  var output: [String] = []

  func validate() throws {
    guard help == nil else { return }
    guard model != nil else { throw ValidationError("Missing expected argument '<model>'") }
    guard !inputs.isEmpty else { throw ValidationError("Missing expected argument '<input> ...'") }
    guard UnitsOptions.axis(axis) != nil else {
      throw ValidationError("--axis \(axis): write auto, elements, or a number from 1, or below 0")
    }
  }

  func run() throws {
    reporting {
      if let help { return Console.writeOutput(help + "\n") }
      let study = try UnitsRun(options).study()
      try study.writeOutputs()
      Console.writeOutput(study.summary())
    }
  }

  private var help: String? { options.explain.help }

  private var options: UnitsOptions {
    var explain = ExplainOptions(model: model ?? "", inputs: inputs)
    explain.to = to
    explain.at = at
    explain.quantity = quantity
    // Besides, they are what the essence is judged by.
    if quantity?.contains("label") ?? true { explain.labels = label?.classes ?? [] }
    explain.distribution = distribution
    explain.baseline = baseline
    explain.rule = rule
    explain.steps = steps
    explain.tolerance = tolerance
    explain.measuresInfluence = influence
    running.apply(to: &explain)
    explain.showsProgress = Console.isInteractive
    var options = UnitsOptions(explain)
    options.labels = label?.classes ?? []
    options.layers = layer
    options.top = top
    options.order = order.value
    options.reduction = reduce.value
    options.axis = UnitsOptions.axis(axis) ?? .automatic
    options.examples = examples
    options.measuresEssence = essence
    options.names = names
    options.outputs = output
    return options
  }
}
