// SPDX-License-Identifier: Apache-2.0

/// What stands on the command line of series, as it was written.
public struct SeriesOptions: Sendable {
  /// The axis of the input that time runs along; axis 0 has the instances.
  public var timeAxis: Int?
  /// Steps a second.
  public var samplingRate: Double?
  public var channelNames: [String] = []
  /// Whether the start of the path is drawn beside the series.
  public var showsBaseline = false

  public init() {}

  /// What is given of them, for messages.
  var given: String? {
    let all = [
      ("--time-axis", timeAxis != nil), ("--sampling-rate", samplingRate != nil),
      ("--channel-names", !channelNames.isEmpty), ("--show-baseline", showsBaseline),
    ]
    return all.first(where: \.1)?.0
  }

  /// - Throws: ``ToolError/usage(_:)`` where parts make no sense.
  func check(_ options: ExplainOptions) throws {
    if let given, options.text.isGiven {
      throw ToolError.usage("\(given) is for series: leave it out for texts")
    }
    if let timeAxis, timeAxis < 1 {
      throw ToolError.usage(
        "--time-axis \(timeAxis): axis 0 has the instances, and time is behind it")
    }
    if let samplingRate, !(samplingRate > 0 && samplingRate.isFinite) {
      throw ToolError.usage("--sampling-rate \(samplingRate): write the steps a second, above 0")
    }
  }
}
