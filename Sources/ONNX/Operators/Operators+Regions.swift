// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Pooling over boxes in images.
  ///
  /// Gradients flow to what is pooled, not to where the boxes lie.
  static let regions: [OperatorDefinition] = [
    OperatorDefinition("RoiAlign", since: 10, arity: 3...3, rows: .unknown, prepare: align),
    OperatorDefinition("MaxRoiPool", arity: 2...2, rows: .unknown, prepare: maxRegionPool),
  ]

  // MARK: RoiAlign

  private enum RegionMode: String, Sendable {
    case average = "avg"
    case maximum = "max"
  }

  private enum RegionCoordinates: String, Sendable {
    case halfPixel = "half_pixel"
    case outputHalfPixel = "output_half_pixel"
  }

  /// Samples of one box along one axis of an image.
  private struct Samples {
    /// For each sample the elements below and above, and their weights; weights outside are 0.
    var low: [Int] = []
    var high: [Int] = []
    var lowWeights: [Double] = []
    var highWeights: [Double] = []
    let count: Int

    /// Samples of a box along an axis: more than a picture has elements, by far.
    private static let most = 1 << 14

    /// - Parameters:
    ///   - bins: Into which the box is divided.
    ///   - ratio: Samples in each, or 0 for as many as elements.
    init(from start: Double, extent: Double, bins: Int, ratio: Int, length: Int) throws {
      let adaptive = max(0, (extent / Double(bins)).rounded(.up))
      guard ratio > 0 || adaptive <= Double(Self.most) else {
        throw NodeFault("a region \(extent) wide")
      }
      count = ratio > 0 ? ratio : Int(adaptive)
      guard bins * count <= Self.most else {
        throw NodeFault(
          "\(bins) bins of \(count) samples; \(Self.most) samples along an axis are the most")
      }
      for sample in 0..<bins * count {
        let place =
          start + (Double(sample) + 0.5) * extent / Double(bins * count)
        guard place >= -1, place <= Double(length) else {
          low.append(0)
          high.append(0)
          lowWeights.append(0)
          highWeights.append(0)
          continue
        }
        let inside = min(max(place, 0), Double(length - 1))
        let below = min(Int(inside), length - 1)
        low.append(below)
        high.append(min(below + 1, length - 1))
        highWeights.append(inside - Double(below))
        lowWeights.append(1 - (inside - Double(below)))
      }
    }

    /// The mean over the samples of each bin along an axis, which has the bins then.
    func averaged(_ x: Tensor, axis: Int, bins: Int) throws -> Tensor {
      let behind = [Int](repeating: 1, count: x.rank - axis - 1)
      func part(_ places: [Int], _ weights: [Double]) throws -> Tensor {
        try x.selecting(Tensor(places).moved(to: x.device), axis: axis)
          * Tensor(weights).converted(like: x).reshaped(to: [weights.count] + behind)
      }
      let samples = try part(low, lowWeights) + part(high, highWeights)
      return
        try samples
        .reshaped(to: x.shape[..<axis] + [bins, count] + x.shape[(axis + 1)...])
        .mean(axes: [axis + 1])
    }
  }

  private static func align(_ node: NodeReader) throws -> NodeFunction {
    let mode: RegionMode = try node.choice("mode", .average)
    let coordinates: RegionCoordinates =
      node.version < 16
      ? .outputHalfPixel : try node.choice("coordinate_transformation_mode", .halfPixel)
    let (height, width) = (
      try node.integer("output_height", 1), try node.integer("output_width", 1)
    )
    let ratio = try node.integer("sampling_ratio", 0)
    let scale = try spatialScale(node)
    guard (1...4096).contains(height), (1...4096).contains(width), (0...4096).contains(ratio) else {
      throw NodeFault("the output is \(height) × \(width), with \(ratio) samples")
    }
    return { inputs in
      let x = try inputs[0]
      let (boxes, images) = try regions(
        inputs[1], columns: 4, of: x, try inputs.integers(2))
      var pooled: [Tensor] = []
      for (box, image) in zip(boxes, images) {
        let shift = coordinates == .halfPixel ? 0.5 : 0
        let edges = box.map { $0 * scale - shift }
        var (wide, high) = (edges[2] - edges[0], edges[3] - edges[1])
        if coordinates == .outputHalfPixel { (wide, high) = (max(wide, 1), max(high, 1)) }
        let rows = try Samples(
          from: edges[1], extent: high, bins: height, ratio: ratio, length: x.shape[2])
        let columns = try Samples(
          from: edges[0], extent: wide, bins: width, ratio: ratio, length: x.shape[3])
        let picture = try x.selected(image, axis: 0)
        guard rows.count > 0, columns.count > 0 else {
          pooled.append(try .zeros([x.shape[1], height, width], type: x.elementType, on: x.device))
          continue
        }
        switch mode {
        case .average:
          let bands = try rows.averaged(picture, axis: 1, bins: height)
          pooled.append(try columns.averaged(bands, axis: 2, bins: width))
        case .maximum:
          let shape = [x.shape[1], height, rows.count, width, columns.count]
          pooled.append(
            try largestPart(picture, rows, columns).reshaped(to: shape).max(axes: [2, 4]))
        }
      }
      guard !pooled.isEmpty else {
        return [try .zeros([0, x.shape[1], height, width], type: x.elementType, on: x.device)]
      }
      return [try .stacked(pooled)]
    }
  }

  /// At each sample the largest of its four neighbours' shares, which is what ONNX means by the
  /// maximum: `[channels, samples, samples]`.
  private static func largestPart(
    _ picture: Tensor, _ rows: Samples, _ columns: Samples
  ) throws -> Tensor {
    let device = picture.device
    var shares: [Tensor] = []
    for (y, yWeights) in [(rows.low, rows.lowWeights), (rows.high, rows.highWeights)] {
      for (x, xWeights) in [(columns.low, columns.lowWeights), (columns.high, columns.highWeights)]
      {
        let part = try picture.selecting(Tensor(y).moved(to: device), axis: 1)
          .selecting(Tensor(x).moved(to: device), axis: 2)
        let weights = try Tensor(yWeights).unsqueezed(axis: 1) * Tensor(xWeights)
        shares.append(try part * weights.converted(like: picture))
      }
    }
    return try shares.dropFirst().reduce(shares[0]) { try $0.maximum($1) }
  }

  private static func spatialScale(_ node: NodeReader) throws -> Double {
    let scale = try node.float("spatial_scale", 1)
    guard scale.isFinite else { throw NodeFault("the attribute 'spatial_scale' is \(scale)") }
    return scale
  }

  /// Boxes as numbers, and the image that each is in.
  private static func regions(
    _ boxes: Tensor, columns: Int, of x: Tensor, _ images: [Int]
  ) throws -> (boxes: [[Double]], images: [Int]) {
    guard x.rank == 4, x.elementType.isFloatingPoint, x.shape[2] > 0, x.shape[3] > 0,
      boxes.rank == 2, boxes.shape[1] == columns, images.count == boxes.shape[0],
      images.allSatisfy({ (0..<x.shape[0]).contains($0) })
    else {
      throw NodeFault("regions of the shape \(boxes.shape) in images \(x.shape)")
    }
    let numbers = try boxes.numbers()
    guard numbers.allSatisfy({ abs($0) <= 1e9 }) else {
      throw NodeFault("a region's edge is not a number that a picture can have")
    }
    let rows = images.indices.map { Array(numbers[$0 * columns..<($0 + 1) * columns]) }
    return (rows, images)
  }

  // MARK: MaxRoiPool

  /// The largest element of each of the bins of a box, whose edges lie at whole elements.
  private static func maxRegionPool(_ node: NodeReader) throws -> NodeFunction {
    guard let size = try node.integers("pooled_shape"), size.count == 2,
      size.allSatisfy({ (1...4096).contains($0) }), size[0] * size[1] <= 4096
    else {
      throw NodeFault("the attribute 'pooled_shape' is missing or asks for more than 4096 bins")
    }
    let scale = try spatialScale(node)
    return { inputs in
      let (x, boxes) = (try inputs[0], try inputs[1])
      guard boxes.rank == 2, boxes.shape[1] == 5 else {
        throw NodeFault("regions of the shape \(boxes.shape)")
      }
      let (regions, images) = try regions(
        boxes, columns: 5, of: x, try boxes.selected(0, axis: 1).integers())
      func bin(_ index: Int, _ axis: Int, _ region: [Double], _ length: Int) -> Range<Int> {
        let place = axis == 0 ? 2 : 1
        let start = (region[place] * scale).rounded()
        let extent = max((region[place + 2] * scale).rounded() - start + 1, 1)
        let step = extent / Double(size[axis])
        func clamped(_ edge: Double) -> Int { Int(min(max(edge + start, 0), Double(length))) }
        let first = clamped((Double(index) * step).rounded(.down))
        return first..<max(first, clamped((Double(index + 1) * step).rounded(.up)))
      }
      let empty = try Tensor.zeros([x.shape[1]], type: x.elementType, on: x.device)
      var pooled: [Tensor] = []
      for (region, image) in zip(regions, images) {
        let picture = try x.selected(image, axis: 0)
        for row in 0..<size[0] {
          let rows = bin(row, 0, region, x.shape[2])
          let band = try picture.sliced(axis: 1, from: rows.lowerBound, to: rows.upperBound)
          for column in 0..<size[1] {
            let columns = bin(column, 1, region, x.shape[3])
            pooled.append(
              rows.isEmpty || columns.isEmpty
                ? empty
                : try band.sliced(axis: 2, from: columns.lowerBound, to: columns.upperBound)
                  .max(axes: [1, 2]))
          }
        }
      }
      guard !pooled.isEmpty else {
        return [try .zeros([0, x.shape[1]] + size, type: x.elementType, on: x.device)]
      }
      return [
        try Tensor.stacked(pooled).reshaped(to: [regions.count] + size + [x.shape[1]])
          .permuted(to: [0, 3, 1, 2])
      ]
    }
  }
}
