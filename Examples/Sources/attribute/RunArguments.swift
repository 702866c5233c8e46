// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AttributeTool

/// How a model is run, whatever is asked of it.
struct RunArguments: ParsableArguments {
  @Option(help: "Where random draws start.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Rows evaluated at once. (default: what fits the memory)", valueName: "count"))
  var rows: Int?

  @Option(
    help: ArgumentHelp(
      "Processor threads. (default: one for small work, else all)", valueName: "count"))
  var threads: Int?

  @Flag(name: .customLong("float64"), help: "Compute in double precision.")
  var usesDoublePrecision = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Subtracted from image samples, one number or one for each channel, with commas.",
      valueName: "numbers"))
  var imageMean: NumberList?

  @Option(
    help: ArgumentHelp(
      "What image samples are then divided by, likewise.", valueName: "numbers"))
  var imageDeviation: NumberList?

  func apply(to options: inout ExplainOptions) {
    options.seed = seed
    options.rowsAtOnce = rows
    options.threads = threads
    options.usesDoublePrecision = usesDoublePrecision
    options.imageScaling.mean = imageMean?.numbers ?? options.imageScaling.mean
    options.imageScaling.deviation = imageDeviation?.numbers ?? options.imageScaling.deviation
  }
}
