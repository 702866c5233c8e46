// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Resizing of images and the like, in the five forms that operator sets 7 to 19 gave it.
  static let resizing: [OperatorDefinition] = [
    OperatorDefinition(
      "Upsample", since: 7, until: 9, arity: 1...2, rows: .custom(resizeRows), prepare: resize),
    OperatorDefinition(
      "Resize", since: 10, arity: 2...4, rows: .custom(resizeRows), prepare: resize),
  ]

  // MARK: Resize

  private enum AspectRatio: String, Sendable {
    case stretch
    case notLarger = "not_larger"
    case notSmaller = "not_smaller"
  }

  private struct Resize: Sendable {
    var resampling: Resampling
    var axes: [Int]?
    var aspectRatio: AspectRatio
    /// From attribute or constant input.
    var scales: [Double]?
    var sizes: [Int]?
    var region: [Double]?
    /// Where scales, sizes and region stand among the inputs.
    var places: (scales: Int, sizes: Int?, region: Int?)

    init(_ node: NodeReader) throws {
      let isOld = node.version < 11
      let mode: Resampling.Mode = try node.choice("mode", .nearest)
      resampling = Resampling(
        mode: mode,
        // Operator sets 7 to 10 leave the places open. Runtimes take them from the corner on, in all
        // modes, and so do files of that time expect it.
        coordinates: isOld
          ? .asymmetric : try node.choice("coordinate_transformation_mode", .halfPixel),
        rounding: isOld ? .byDirection : try node.choice("nearest_mode", .preferFloor),
        cubicCoefficient: try node.float("cubic_coeff_a", -0.75),
        excludesOutside: try node.flag("exclude_outside"),
        antialiases: try node.flag("antialias") && mode != .nearest,
        extrapolation: try node.float("extrapolation_value", 0))
      axes = try node.integers("axes")
      aspectRatio = try node.choice("keep_aspect_ratio_policy", .stretch)
      places = isOld ? (1, nil, nil) : (2, 3, 1)
      scales = try node.floats("scales") ?? node.constant(places.scales)?.numbers()
      sizes = try places.sizes.flatMap { try node.constantIntegers($0) }
      region = try places.region.flatMap { try node.constant($0)?.numbers() }
    }

    /// The axes to resample, where anything changes along them.
    func axes(of shape: [Int], _ inputs: NodeInputs) throws -> [Resampling.Axis] {
      let axes = try resolved(axes: axes ?? Array(shape.indices), rank: shape.count)
      let lengths = axes.map { shape[$0] }
      var scales =
        try self.scales ?? inputs.optional(places.scales)?.numbers() ?? []
      var sizes =
        try self.sizes ?? places.sizes.flatMap { try inputs.optional($0)?.integers() } ?? []
      let region =
        try self.region ?? places.region.flatMap { try inputs.optional($0)?.numbers() } ?? []
      guard lengths.allSatisfy({ $0 > 0 }) else { throw NodeFault("the shape \(shape) is empty") }
      if !sizes.isEmpty {
        guard sizes.count == axes.count, sizes.allSatisfy({ $0 > 0 && $0 <= 1 << 24 }) else {
          throw NodeFault("the sizes \(sizes) do not fit \(axes.count) axes")
        }
        scales = zip(sizes, lengths).map { Double($0) / Double($1) }
        if aspectRatio != .stretch {
          let common = (aspectRatio == .notLarger ? scales.min() : scales.max()) ?? 1
          scales = scales.map { _ in common }
          sizes = lengths.map { Int(min(common * Double($0) + 0.5, 0x1p40).rounded(.down)) }
        }
      } else {
        guard scales.count == axes.count, scales.allSatisfy({ $0 > 0 && $0 <= 65_536 }) else {
          throw NodeFault("the scales \(scales) do not fit \(axes.count) axes")
        }
        sizes = zip(scales, lengths).map { Int(($0 * Double($1)).rounded(.down)) }
      }
      let crops = resampling.coordinates == .cropAndResize
      guard !crops || region.count == 2 * axes.count else {
        throw NodeFault("the region of interest has \(region.count) numbers for \(axes.count) axes")
      }
      return try axes.indices.compactMap { place in
        let part = crops ? (region[place], region[axes.count + place]) : (0, 1)
        if scales[place] == 1 && part == (0, 1) { return nil }
        guard sizes[place] > 0 else { throw NodeFault("axis \(axes[place]) would become empty") }
        return Resampling.Axis(
          axis: axes[place], length: lengths[place], newLength: sizes[place],
          scale: scales[place], region: part)
      }.sorted { $0.axis < $1.axis }
    }
  }

  private static func resize(_ node: NodeReader) throws -> NodeFunction {
    let resize = try Resize(node)
    return { inputs in
      let x = try inputs[0]
      return [try resize.resampling.apply(to: x, try resize.axes(of: x.shape, inputs))]
    }
  }

  private static func resizeRows(_ context: RowContext) throws -> RowOutcome {
    guard context.onlyFirstHasRows, let shape = context.input(0)?.shape else { return .oneByOne }
    let resize = try Resize(context.reader)
    let axes = try resize.axes(of: shape, NodeInputs(tensors: context.reader.constants))
    guard !axes.contains(where: { $0.axis == 0 }) else { return .oneByOne }
    return .apart { inputs in [try resize.resampling.apply(to: try inputs[0], axes)] }
  }
}
