// SPDX-License-Identifier: Apache-2.0

import Torch

/// Fills the holes of pictures so that every filled pixel is the weighted mean of its neighbours.
///
/// The four direct neighbours weigh 1/6 and the four diagonal ones 1/12, and at the border those that
/// there are share the whole. With D the sum of a pixel's weights, W the weights, u unknown and k known
/// pixels, D u − W u = W k is one sparse system for each picture and channel: symmetric, and positive
/// definite where each hole has a known pixel at its rim. All are solved together by conjugate
/// gradients with D as preconditioner.
struct NeighborSystem {
  /// Where the residual is so small a part of the right side, a picture is done.
  static let tolerance = 1e-8

  /// - Parameters:
  ///   - pictures: `[pictures, 1, height, width]`, float64.
  ///   - holes: Of their shape, bool.
  /// - Returns: The pictures with their holes filled; 0 where nothing at all is known.
  /// - Complexity: About as many iterations as the widest hole has pixels across, each a 3 × 3
  ///   convolution of all pictures.
  static func filled(_ pictures: Tensor, where holes: Tensor) throws -> Tensor {
    let unknown = try holes.converted(like: pictures)
    let known = try pictures.filled(with: 0, where: holes)
    let kernel = try Tensor(
      ([1, 2, 1, 2, 0, 2, 1, 2, 1] as [Double]).map { $0 / 12 }, shape: [1, 1, 3, 3]
    ).moved(to: pictures.device)
    func neighbors(_ field: Tensor) throws -> Tensor {
      try field.convolved(weight: kernel, padding: [1, 1])
    }
    func dot(_ a: Tensor, _ b: Tensor) throws -> Tensor {
      try (a * b).sum(axes: [1, 2, 3], keepingAxes: true)
    }
    let weights = try neighbors(pictures.filled(with: 1))

    var solution = try pictures.filled(with: 0)
    var residual = try neighbors(known) * unknown
    let limit = try dot(residual, residual) * (tolerance * tolerance)
    var step = try residual / weights
    var direction = step
    var slope = try dot(residual, step)
    let most = pictures.shape[2] * pictures.shape[3]
    for _ in 0..<most {
      // Finished pictures stand still, so that they do not depend on the others.
      let open = try dot(residual, residual) .> limit
      guard try open.any() else { break }
      let image = try (weights * direction - neighbors(direction)) * unknown
      let length = try ratio(slope, dot(direction, image), where: open)
      solution = try solution + length * direction
      residual = try residual - length * image
      step = try residual / weights
      let next = try dot(residual, step)
      direction = try step + ratio(next, slope, where: open) * direction
      slope = next
    }
    return try solution.chosen(where: holes, else: known)
  }

  /// `a / b`, and 0 for pictures that are done.
  private static func ratio(_ a: Tensor, _ b: Tensor, where open: Tensor) throws -> Tensor {
    try (a / b.filled(with: 1, where: .!open)).filled(with: 0, where: .!open)
  }
}

extension Tensor {
  /// Whether any element of a bool tensor is true.
  fileprivate func any() throws -> Bool { try converted(to: .float64).max().number() > 0 }
}
