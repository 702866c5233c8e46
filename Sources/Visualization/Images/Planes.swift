// SPDX-License-Identifier: Apache-2.0

import Torch

/// The numbers of one image-shaped tensor, all finite: `[channels, height, width]`.
struct Planes {
  let channels: Int
  let height: Int
  let width: Int
  let values: [Double]

  /// Takes `[channels, height, width]`, the same behind axes of length 1, or `[height, width]`.
  init(_ tensor: Tensor) throws {
    var shape = tensor.shape[...]
    while shape.count > 3, shape.first == 1 { shape = shape.dropFirst() }
    if shape.count == 2 { shape = [1] + shape }
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
      throw VisualizationError(
        .shape,
        message: "a picture is made of one tensor [channels, height, width], not of shape "
          + "\(tensor.shape): choose one row of a batch first")
    }
    let lengths = Array(shape)
    channels = lengths[0]
    height = lengths[1]
    width = lengths[2]
    values = try tensor.numbers()
    guard let place = values.firstIndex(where: { !$0.isFinite }) else { return }
    let count = values.count { !$0.isFinite }
    throw VisualizationError(
      .value,
      message: "\(count) of \(values.count) values are not finite; the first is "
        + "\(values[place]) at channel \(place / (height * width)), row "
        + "\(place / width % height), column \(place % width): a picture of them would be made "
        + "up, look for the cause in the model or its input")
  }
}

/// The rows of a batch `[rows, channels, height, width]`, one tensor each.
func rows(of batch: Tensor) throws -> [Tensor] {
  guard batch.rank == 4 else {
    throw VisualizationError(
      .shape,
      message: "a batch of pictures is [rows, channels, height, width], not \(batch.shape)")
  }
  return try (0..<batch.shape[0]).map { try batch.selected($0, axis: 0) }
}
