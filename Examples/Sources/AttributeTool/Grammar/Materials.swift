// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Tables
import Torch

/// What the distributions and baselines of a command line are made of.
struct Materials {
  let seed: UInt64
  /// Where values must lie; `nil` is anywhere.
  let range: ClosedRange<Double>?
  /// Where the distribution lives.
  let cutName: String
  /// The shape of one instance there, `[1, …]`.
  let shape: () throws -> [Int]
  /// Reads an array.
  let array: (_ file: String) throws -> Tensor
  /// Reads inputs of the model, `[rows, …]`.
  let input: (_ file: String) throws -> Tensor
  /// Reads rows of a table; `nil` where the name is no table's.
  let table: (_ file: String) throws -> TableRows?
  /// Reads another model.
  let model: (_ file: String) throws -> ONNXModel
  /// What baselines of words need.
  let words: WordMaterials

  /// The rows of an array, such as an instance is where the distribution lives.
  ///
  /// - Throws: ``ToolError/data(_:)``.
  func points(in file: String) throws -> [Tensor] {
    let points = try array(file)
    guard points.rank > 1, points.shape[0] > 0 else {
      throw ToolError.data(
        "\(file) has shape \(points.shape): the points of a path are its rows, [points, …]")
    }
    let wanted = try shape()
    guard points.shape.dropFirst() == wanted.dropFirst() else {
      throw ToolError.data(
        "the points in \(file) have shape \(Array(points.shape.dropFirst())), and an instance at "
          + "'\(cutName)' has \(Array(wanted.dropFirst()))")
    }
    return try (0..<points.shape[0]).map { try points.sliced(axis: 0, from: $0, to: $0 + 1) }
  }

  /// A class for each row, such as `[0, 3, 3]`.
  ///
  /// - Throws: ``ToolError/data(_:)``.
  func classes(in file: String) throws -> [Int] {
    let labels = try array(file)
    guard labels.rank == 1 else {
      throw ToolError.data(
        "\(file) has shape \(labels.shape): labels are one class for each row, [rows]")
    }
    return try labels.numbers().map { number in
      guard let label = Int(exactly: number), label >= 0 else {
        throw ToolError.data("\(file) has \(number), which is no class: 0, 1, 2, … are")
      }
      return label
    }
  }
}
