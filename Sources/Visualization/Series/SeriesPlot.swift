// SPDX-License-Identifier: Apache-2.0

import Torch

/// Series as lines, one field for each channel, with their attributions.
///
/// Below the thin line of a channel runs a broad one in the color of what each step says for or
/// against, the stronger the more of it shows: where nothing is said the line stands alone, on white
/// and on black paper alike. Below bars tell how much, on one scale for all channels.
///
/// Long series are drawn in columns of several steps; a column shows the least and the greatest value
/// in it, and its strongest attribution for and against, so that no extreme is lost.
public struct SeriesPlot: Sendable {
  /// One line.
  public struct Channel: Sendable, Equatable {
    public let name: String
    /// A value that is not finite is missing: the line breaks there.
    public let values: [Double]
    /// One for each value, in units of the quantity; what is not finite counts as 0.
    public let attributions: [Double]
    /// Where paths started; drawn faintly.
    public let baseline: [Double]?

    public init(
      _ name: String, values: [Double], attributions: [Double], baseline: [Double]? = nil
    ) {
      self.name = name
      self.values = values
      self.attributions = attributions
      self.baseline = baseline
    }
  }

  /// When the steps are.
  public struct TimeAxis: Sendable, Equatable {
    /// With the unit.
    public let label: String
    /// How long a step takes, in that unit.
    public let step: Double

    /// Steps, counted from 0.
    public static let steps = TimeAxis(label: "step", step: 1)

    /// - Precondition: The rate is finite and above 0.
    public static func seconds(samplingRate: Double) -> TimeAxis {
      precondition(
        samplingRate > 0 && samplingRate.isFinite, "a rate above 0, not \(samplingRate)")
      return TimeAxis(label: "seconds", step: 1 / samplingRate)
    }
  }

  /// What the whole is called.
  public let title: String
  public let channels: [Channel]
  public let time: TimeAxis
  /// Steps that are marked, as those that a quantity reads.
  public let marked: [Range<Int>]
  public let colors: ColorMap
  /// The attribution that has the strongest color and the longest bar; above 0.
  public let scale: Double
  let columns: [SeriesColumns]

  /// - Parameters:
  ///   - colors: A map of two arms; of others the last color serves both signs.
  ///   - scale: The largest attribution of these channels where not given; one for all plots that
  ///     are to be compared.
  /// - Throws: ``VisualizationError`` where there is no channel or no step, or where channels have
  ///   different lengths.
  public init(
    title: String = "", channels: [Channel], time: TimeAxis = .steps, marked: [Range<Int>] = [],
    colors: ColorMap = .redWhiteBlue, scale: Double? = nil
  ) throws {
    let count = channels.first?.values.count ?? 0
    guard count > 0 else {
      throw VisualizationError(.shape, message: "there is no series to draw: give a step at least")
    }
    for channel in channels {
      let lengths = [channel.values.count, channel.attributions.count, channel.baseline?.count]
      if let other = lengths.compactMap({ $0 }).first(where: { $0 != count }) {
        throw VisualizationError(
          .shape,
          message: "the channel '\(channel.name)' has \(other) numbers where \(count) are wanted: "
            + "values, attributions and baseline of all channels are equally long")
      }
    }
    self.title = title
    self.channels = channels
    self.time = time
    self.marked = marked.map { $0.clamped(to: 0..<count) }.filter { !$0.isEmpty }
    self.colors = colors
    self.scale = scale ?? Self.scale(of: channels)
    columns = channels.map { SeriesColumns($0, limit: Self.columnLimit) }
  }

  /// Channels of tensors, `[channels, steps]` each.
  ///
  /// - Parameter names: One for each channel; numbers where there are none.
  public static func channels(
    _ series: Tensor, attributions: Tensor, baseline: Tensor? = nil, names: [String] = []
  ) throws -> [Channel] {
    guard series.rank == 2, attributions.shape == series.shape,
      baseline?.shape ?? series.shape == series.shape
    else {
      throw VisualizationError(
        .shape,
        message:
          "a series of shape \(series.shape) with attributions of \(attributions.shape): both "
          + "are [channels, steps]")
    }
    return try (0..<series.shape[0]).map { index in
      Channel(
        names.indices.contains(index) ? names[index] : "channel \(index)",
        values: try series[index].numbers(), attributions: try attributions[index].numbers(),
        baseline: try baseline?[index].numbers())
    }
  }

  /// The largest size of the channels' finite attributions; 1 where all are 0.
  public static func scale(of channels: [Channel]) -> Double {
    let largest = channels.lazy.flatMap(\.attributions).map(abs).filter(\.isFinite).max() ?? 0
    return largest > 0 ? largest : 1
  }

  /// Steps.
  public var count: Int { channels[0].values.count }

  /// What a reader has to know of how it was drawn; `nil` where all is as it seems.
  public var note: String? {
    var notes: [String] = []
    let width = columns[0].steps
    if width > 1 {
      notes.append(
        "A column of the drawing stands for up to \(width) steps: the line shows their least and "
          + "greatest value, color and bars their strongest attribution for and against.")
    }
    let missing = channels.reduce(0) { $0 + $1.values.count { !$0.isFinite } }
    if missing > 0 { notes.append("\(missing) value\(missing == 1 ? " is" : "s are") missing.") }
    let unknown = channels.reduce(0) { $0 + $1.attributions.count { !$0.isFinite } }
    if unknown > 0 {
      notes.append(
        "\(unknown) attribution\(unknown == 1 ? " is" : "s are") not finite, and drawn as 0.")
    }
    return notes.isEmpty ? nil : notes.joined(separator: " ")
  }

  /// More columns than this are more than a screen shows.
  static let columnLimit = 720

  /// Whether columns stand for several steps: the line may then be a field, which would hide what lies
  /// under it, and color lies over it.
  var isDense: Bool { columns[0].steps > 1 }

  /// The color of what is said for or against, at full strength.
  func color(isFor: Bool) -> Color {
    // The outermost colors are too dark to be told from dark paper.
    colors.color(at: isFor || !colors.isDiverging ? 0.92 : 0.08)
  }
}
