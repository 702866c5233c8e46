// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

/// What is known of an explanation besides its numbers: how it is drawn, and what has to be told.
public struct ExplainedMaps: Sendable {
  /// How the input is a series, where it is one.
  public var series: SeriesLayout?
  /// Where paths start, of the input's shape, where that is drawn.
  public var baseline: Tensor?
  /// Where the quantity reads, `[instances, positions…]`, 1 inside; `nil` where it reads no region.
  public var region: Tensor?
  /// What the reader should know, a line each.
  public var notes: [String] = []

  public init() {}
}

extension ExplainPlan {
  /// - Parameter materials: What the baseline is made of.
  func maps(
    of batch: ExplainedBatch, in model: ONNXModel, _ materials: @autoclosure () throws -> Materials
  ) throws -> ExplainedMaps {
    var maps = ExplainedMaps()
    guard batch.inputs.texts == nil else { return maps }
    maps.series = try seriesLayout(of: batch, in: model)
    if maps.series == nil, let given = options.series.given {
      throw ToolError.data(
        "\(given) is for series: attributions at '\(options.from)' are of none, or of another shape "
          + "than the input. Take --from input, of a model that reads [instances, channels, steps] or "
          + "[instances, steps, channels], or name the axis with --time-axis")
    }
    if let series = maps.series {
      maps.notes.append(series.text)
      let names = options.series.channelNames.count
      guard names == 0 || names == series.channels else {
        throw ToolError.usage(
          "--channel-names has \(names) name\(names == 1 ? "" : "s"), and the series have "
            + "\(series.channels) channel\(series.channels == 1 ? "" : "s"): \(series.text)")
      }
    }
    if options.series.showsBaseline { maps.baseline = try start(of: batch, in: model, materials()) }
    maps.region = try region(of: batch, in: model)
    maps.notes += try notes(on: batch, in: model, maps)
    return maps
  }

  private func seriesLayout(of batch: ExplainedBatch, in model: ONNXModel) throws -> SeriesLayout? {
    let values = batch.activation.tensors
    guard slice.start is InputCut, values.count == 1, options.text.isGiven == false else {
      return nil
    }
    return try SeriesLayout(shape: values[0].shape, timeAxis: options.series.timeAxis)
  }

  /// The one start of the path of each instance.
  private func start(
    of batch: ExplainedBatch, in model: ONNXModel, _ materials: Materials
  ) throws -> Tensor {
    guard distribution.options.contains(.baseline), distributionCut == nil else {
      throw ToolError.usage(
        "--show-baseline is for paths that start at the input, and '\(options.distribution)' has no "
          + "baseline there: leave it out")
    }
    let instances = try Instances(
      of: batch.inputs.inputs, in: model, at: slice.start, to: slice.end)
    let starts = try baseline.baseline(materials).starts(for: instances)
    guard let first = starts.first, starts.count == 1 else {
      throw ToolError.usage(
        "--show-baseline draws one start, and '\(options.baseline ?? "zeros")' has \(starts.count): "
          + "leave it out")
    }
    return try instances.broadcast(first.activation, as: "the baseline").tensors[0]
  }

  /// The regions that the quantity reads, together.
  private func region(of batch: ExplainedBatch, in model: ONNXModel) throws -> Tensor? {
    let regions = quantity.regions
    guard !regions.isEmpty else { return nil }
    let instances = try Instances(
      of: batch.inputs.inputs, in: model, at: slice.start, to: slice.end)
    let explained = try instances.probe.explained
    let masks = try regions.map { try $0.mask(of: explained) }
    return try masks.dropFirst().reduce(masks[0]) { try $0 + $1 }
  }
}
