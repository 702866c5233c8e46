// SPDX-License-Identifier: Apache-2.0

import Torch

/// How `Resize` turns the places of an output axis into places of the input axis, and those into
/// weights of input elements.
struct Resampling: Sendable {
  enum Mode: String, Sendable {
    case nearest, linear, cubic
  }

  enum Coordinates: String, Sendable {
    case halfPixel = "half_pixel"
    case halfPixelSymmetric = "half_pixel_symmetric"
    case torchHalfPixel = "pytorch_half_pixel"
    case alignCorners = "align_corners"
    case asymmetric = "asymmetric"
    case cropAndResize = "tf_crop_and_resize"
  }

  enum Rounding: String, Sendable {
    case preferFloor = "round_prefer_floor"
    case preferCeiling = "round_prefer_ceil"
    case floor = "floor"
    case ceiling = "ceil"
    /// Operator set 10 and `Upsample`: down where the axis grows, up where it shrinks.
    case byDirection
  }

  var mode: Mode
  var coordinates: Coordinates
  var rounding: Rounding
  var cubicCoefficient: Double
  var excludesOutside: Bool
  var antialiases: Bool
  var extrapolation: Double

  /// One axis to resample.
  struct Axis: Sendable {
    let axis: Int
    let length: Int
    let newLength: Int
    let scale: Double
    /// The part of the axis that is looked at, in units of its length: for cropping alone.
    let region: (start: Double, end: Double)
  }

  /// The place on the input axis, in elements, that an output element stands for.
  func source(of place: Int, on axis: Axis) -> Double {
    let place = Double(place)
    let scaled = axis.scale * Double(axis.length)
    switch coordinates {
    case .asymmetric: return place / axis.scale
    case .halfPixel: return (place + 0.5) / axis.scale - 0.5
    case .torchHalfPixel: return scaled == 1 ? -0.5 : (place + 0.5) / axis.scale - 0.5
    case .halfPixelSymmetric:
      let offset = Double(axis.length) / 2 * (1 - Double(axis.newLength) / scaled)
      return offset + (place + 0.5) / axis.scale - 0.5
    case .alignCorners:
      return scaled == 1 ? 0 : place * Double(axis.length - 1) / (scaled - 1)
    case .cropAndResize:
      let last = Double(axis.length - 1)
      let extent = (axis.region.end - axis.region.start) * last
      let step = scaled == 1 ? extent / 2 : place * extent / (scaled - 1)
      return axis.region.start * last + step
    }
  }

  /// Whether an output element lies outside of the input, where cropping puts a constant.
  func isOutside(_ source: Double, _ axis: Axis) -> Bool {
    coordinates == .cropAndResize && (source < 0 || source > Double(axis.length - 1))
  }

  /// The element that each output element copies.
  func nearestSources(_ axis: Axis) -> [Int] {
    (0..<axis.newLength).map { place in
      let source = source(of: place, on: axis)
      let whole: Double
      switch rounding {
      case .preferFloor: whole = (source - 0.5).rounded(.up)
      case .preferCeiling: whole = (source + 0.5).rounded(.down)
      case .floor: whole = source.rounded(.down)
      case .ceiling: whole = source.rounded(.up)
      case .byDirection: whole = axis.scale < 1 ? source.rounded(.up) : source.rounded(.down)
      }
      return clamped(whole, axis.length)
    }
  }

  /// The matrix `[newLength, length]`, in row-major order, that resamples the axis.
  func matrix(_ axis: Axis) -> [Double] {
    var matrix = [Double](repeating: 0, count: axis.newLength * axis.length)
    for place in 0..<axis.newLength {
      let source = source(of: place, on: axis)
      // The element at or right behind which the source lies, and how far: in (0, 1].
      let base = source.rounded(.up) - 1
      let (first, plain) = weights(source - base, axis.scale)
      var weights = plain
      if excludesOutside {
        for index in weights.indices {
          let element = base + Double(first + index)
          if element < 0 || element >= Double(axis.length) { weights[index] = 0 }
        }
      }
      let total = excludesOutside || antialiases ? weights.reduce(0, +) : 1
      for (index, weight) in weights.enumerated() where weight != 0 {
        let element = clamped(base + Double(first + index), axis.length)
        matrix[place * axis.length + element] += weight / total
      }
    }
    return matrix
  }

  private func clamped(_ place: Double, _ length: Int) -> Int {
    Int(min(max(place.isNaN ? 0 : place, 0), Double(length - 1)))
  }

  /// Weights of neighbouring elements, from `first` on relative to the base.
  private func weights(_ ratio: Double, _ scale: Double) -> (first: Int, weights: [Double]) {
    let stretch = antialiases ? min(scale, 1) : 1
    switch mode {
    case .nearest: return (0, [1])
    case .linear:
      guard antialiases else { return (0, [1 - ratio, ratio]) }
      let first = Int((-1 / stretch).rounded(.down)) + 1
      return (first, (first..<2 - first).map { max(0, 1 - abs((Double($0) - ratio) * stretch)) })
    case .cubic:
      let first = Int((-2 / stretch).rounded(.down)) + 1
      return (first, (first..<2 - first).map { cubic((Double($0) - ratio) * stretch) })
    }
  }

  /// Keys' cubic convolution kernel (1981), with its free parameter.
  private func cubic(_ x: Double) -> Double {
    let (a, x) = (cubicCoefficient, abs(x))
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}

extension Resampling {
  /// Resamples along each axis in turn.
  func apply(to x: Tensor, _ axes: [Axis]) throws -> Tensor {
    if let result = try atOnce(x, axes) { return result }
    var result = x
    var isOutside: Tensor?
    for axis in axes {
      guard axis.newLength <= 1 << 24, mode == .nearest || axis.newLength * axis.length <= 1 << 24
      else { throw NodeFault("an axis of \(axis.length) resized to \(axis.newLength)") }
      if mode == .nearest {
        let sources = try Tensor(nearestSources(axis)).moved(to: x.device)
        result = try result.selecting(sources, axis: axis.axis)
      } else {
        let weights = try Tensor(matrix(axis), shape: [axis.newLength, axis.length])
          .converted(to: x.elementType).moved(to: x.device)
        result = try result.transposed(axis.axis, -1).matrixProduct(weights.transposed())
          .transposed(axis.axis, -1)
      }
      let outside = (0..<axis.newLength).map { self.isOutside(source(of: $0, on: axis), axis) }
      if outside.contains(true) {
        var shape = [Int](repeating: 1, count: x.rank)
        shape[axis.axis] = axis.newLength
        let mask = try Tensor(outside, shape: shape).moved(to: x.device)
        isOutside = try isOutside.map { try $0 .| mask } ?? mask
      }
    }
    return try isOutside.map { try result.filled(with: extrapolation, where: $0) } ?? result
  }

  /// libtorch's own kernels, where they mean the same.
  private func atOnce(_ x: Tensor, _ axes: [Axis]) throws -> Tensor? {
    let spatial = x.rank - 2
    guard (1...3).contains(spatial), axes.map(\.axis) == Array(2..<x.rank),
      x.elementType.isFloatingPoint,
      axes.allSatisfy({ abs($0.scale * Double($0.length) - Double($0.newLength)) < 1e-9 })
    else { return nil }
    let size = axes.map(\.newLength)
    switch mode {
    case .nearest:
      let isRepetition = axes.allSatisfy { axis in
        guard axis.newLength % axis.length == 0, coordinates != .cropAndResize else { return false }
        let factor = axis.newLength / axis.length
        return nearestSources(axis) == (0..<axis.newLength).map { $0 / factor }
      }
      return isRepetition ? try x.resized(to: size, .nearest) : nil
    case .linear:
      guard !antialiases, !excludesOutside, axes.allSatisfy({ $0.newLength > 1 }) else {
        return nil
      }
      switch coordinates {
      case .halfPixel, .torchHalfPixel, .halfPixelSymmetric:
        return try x.resized(to: size, .linear(aligningCorners: false))
      case .alignCorners: return try x.resized(to: size, .linear(aligningCorners: true))
      case .asymmetric, .cropAndResize: return nil
      }
    case .cubic: return nil
    }
  }
}
