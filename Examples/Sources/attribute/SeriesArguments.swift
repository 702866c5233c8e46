// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AttributeTool

/// The options of `attribute explain` that are about series.
struct SeriesArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The input's axis that is time. (default: the longer of two)", valueName: "axis"))
  var timeAxis: Int?

  @Option(help: ArgumentHelp("Steps a second, for an axis in seconds.", valueName: "hertz"))
  var samplingRate: Double?

  @Option(help: ArgumentHelp("What channels are called, with commas.", valueName: "names"))
  var channelNames: String?

  @Flag(help: "Draw where paths start, too.")
  var showBaseline = false

  var options: SeriesOptions {
    var options = SeriesOptions()
    options.timeAxis = timeAxis
    options.samplingRate = samplingRate
    options.channelNames =
      channelNames?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
    options.showsBaseline = showBaseline
    return options
  }
}
