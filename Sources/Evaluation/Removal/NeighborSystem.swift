// SPDX-License-Identifier: Apache-2.0

import Torch

/// Fills the holes of pictures so that every filled pixel is the weighted mean of its neighbours.
///
/// The four direct neighbours weigh 1/6 and the four diagonal ones 1/12, and at the border those that
/// there are share the whole. With D the sum of a pixel's weights, W the weights, u the unknown pixels
/// and k the known ones, D u − W u = W k is one sparse system for each picture: symmetric, and positive
/// definite where anything is known. It is solved by conjugate gradients with D as preconditioner.
struct NeighborSystem {
  /// Elements of a row, with one more at each end, which is 0 and no pixel's.
  private let stride: Int
  /// Places of the unknown pixels.
  private let unknown: [Int]
  /// The sum of each unknown pixel's weights.
  private let weights: [Double]

  /// Where the residual is so small a part of what it was, a picture is done.
  private static let tolerance = 1e-8

  /// - Parameters:
  ///   - pictures: `[pictures, height, width]`, float64.
  ///   - holes: Of their shape, bool.
  /// - Returns: The pictures with their holes filled; 0 where nothing at all is known.
  /// - Complexity: For each picture about twice as many iterations as its widest hole has pixels
  ///   across, of some twenty operations for an unknown pixel; some 25 iterations where every other
  ///   pixel is known at random.
  static func filled(_ pictures: Tensor, where holes: Tensor) throws -> Tensor {
    let (height, width) = (pictures.shape[1], pictures.shape[2])
    var pixels = try pictures.numbers()
    let isHole = try holes.numbers().map { $0 != 0 }
    for first in Swift.stride(from: 0, to: pixels.count, by: height * width) {
      let range = first..<first + height * width
      let system = NeighborSystem(holes: isHole[range], height: height, width: width)
      system.fill(&pixels[range], width: width)
    }
    return try Tensor(pixels, shape: pictures.shape).moved(to: pictures.device)
  }

  private init(holes: ArraySlice<Bool>, height: Int, width: Int) {
    stride = width + 2
    var unknown: [Int] = []
    var inside = [Double](repeating: 0, count: (height + 2) * (width + 2))
    for (pixel, isHole) in holes.enumerated() {
      let place = (pixel / width + 1) * (width + 2) + pixel % width + 1
      inside[place] = 1
      if isHole { unknown.append(place) }
    }
    self.unknown = unknown
    let stride = stride
    weights = inside.withUnsafeBufferPointer { inside in
      unknown.map { Self.neighbors(of: $0, in: inside, stride: stride) }
    }
  }

  private func fill(_ pixels: inout ArraySlice<Double>, width: Int) {
    guard !unknown.isEmpty else { return }
    let first = pixels.startIndex
    var known = [Double](repeating: 0, count: (pixels.count / width + 2) * stride)
    for (pixel, value) in pixels.enumerated() {
      known[(pixel / width + 1) * stride + pixel % width + 1] = value
    }
    for place in unknown { known[place] = 0 }
    for (place, value) in zip(unknown, solution(known)) {
      pixels[first + (place / stride - 1) * width + place % stride - 1] = value
    }
  }

  /// The unknown pixels.
  private func solution(_ known: [Double]) -> [Double] {
    var solution = [Double](repeating: 0, count: unknown.count)
    var residual = known.withUnsafeBufferPointer { known in
      unknown.map { Self.neighbors(of: $0, in: known, stride: stride) }
    }
    var slope = zip(residual, weights).reduce(0) { $0 + $1.0 * $1.0 / $1.1 }
    let limit = slope * Self.tolerance * Self.tolerance
    var direction = [Double](repeating: 0, count: known.count)
    for (index, place) in unknown.enumerated() {
      direction[place] = residual[index] / weights[index]
    }
    var image = solution
    // In exact arithmetic it takes no more.
    for _ in unknown where slope > limit {
      var curvature = 0.0
      direction.withUnsafeBufferPointer { direction in
        for (index, place) in unknown.enumerated() {
          let value = direction[place]
          image[index] =
            weights[index] * value - Self.neighbors(of: place, in: direction, stride: stride)
          curvature += value * image[index]
        }
      }
      let length = slope / curvature
      var next = 0.0
      for (index, place) in unknown.enumerated() {
        solution[index] += length * direction[place]
        residual[index] -= length * image[index]
        next += residual[index] * residual[index] / weights[index]
      }
      let share = next / slope
      for (index, place) in unknown.enumerated() {
        direction[place] = residual[index] / weights[index] + share * direction[place]
      }
      slope = next
    }
    return solution
  }

  @inline(__always)
  private static func neighbors(
    of place: Int, in field: UnsafeBufferPointer<Double>, stride: Int
  ) -> Double {
    let direct =
      field[place - 1] + field[place + 1] + field[place - stride] + field[place + stride]
    let diagonal =
      field[place - stride - 1] + field[place - stride + 1] + field[place + stride - 1]
      + field[place + stride + 1]
    return direct / 6 + diagonal / 12
  }
}
