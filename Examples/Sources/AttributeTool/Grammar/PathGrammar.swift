// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How a path is written on the command line.
public enum PathGrammar: Sendable, Equatable {
  case linear
  case polyline(file: String)
  case spline(file: String)
  /// `nil` is a sixth of the longest side.
  case blur(standardDeviation: Double?)
  case decoded(decoder: String, encoder: String)

  /// Reads a path; `nil` where the form is none.
  ///
  /// - Throws: ``ToolError/usage(_:)``.
  init?(_ form: NamedForm) throws {
    switch form.name {
    case "linear":
      guard form.rest == nil else { throw form.complaint("linear takes nothing behind it") }
      self = .linear
    case "polyline": self = .polyline(file: try form.file(as: "polyline:POINTS.npy"))
    case "spline": self = .spline(file: try form.file(as: "spline:POINTS.npy"))
    case "blur":
      let example = "a standard deviation above 0, in elements, as in blur:5,"
      let parts = form.rest == nil ? [] : try form.parts(1...1, as: "blur or blur:5")
      self = .blur(
        standardDeviation: try parts.first.map {
          try form.number($0, { (0.0...10_000).contains($0) && $0 > 0 }, example)
        })
    case "decoded":
      guard let files = form.rest?.divided(after: ".onnx", at: ":"), !files.second.isEmpty else {
        throw form.complaint("two models are expected, as in decoded:DECODER.onnx:ENCODER.onnx")
      }
      self = .decoded(decoder: files.first, encoder: files.second)
    default: return nil
    }
  }

  /// Whether it starts at a baseline, and not at a start of its own.
  var hasBaseline: Bool {
    if case .blur = self { return false }
    return true
  }

  func path(_ materials: Materials) throws -> any Path {
    switch self {
    case .linear: StraightPath()
    case .polyline(let file): PolylinePath(through: try materials.points(in: file))
    case .spline(let file): SplinePath(through: try materials.points(in: file))
    case .blur(let deviation):
      BlurPath(standardDeviation: try deviation ?? Self.deviation(for: materials.shape()))
    case .decoded(let decoder, let encoder):
      DecodedPath(decoder: try materials.model(decoder), encoder: try materials.model(encoder))
    }
  }

  /// Where it starts.
  ///
  /// - Parameter baseline: Makes the baseline of the command line.
  func start(
    _ materials: Materials, _ baseline: () throws -> any Baseline
  ) throws -> any Baseline {
    guard case .blur(let deviation) = self else { return try baseline() }
    return BlurredBaseline(
      standardDeviation: try deviation ?? Self.deviation(for: materials.shape()))
  }

  /// As the paper has it: 50 pixels for images of about 300.
  private static func deviation(for shape: [Int]) throws -> Double {
    guard let side = shape.dropFirst(2).max(), side > 0 else {
      throw ToolError.data(
        "there is nothing to blur where an instance has shape \(Array(shape.dropFirst())): axes "
          + "behind the channels are blurred, and there are none")
    }
    return Double(side) / 6
  }
}
