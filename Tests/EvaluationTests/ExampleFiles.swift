// SPDX-License-Identifier: Apache-2.0

import Foundation
import ONNX
import Testing
import Torch

/// The networks and sets in `Examples`.
enum ExampleFiles {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Examples")

  static func data(_ name: String) throws -> Tensor {
    try Tensor(contentsOfNPY: folder.appending(path: "Data/\(name).npy").path)
  }

  static func model(_ name: String) throws -> ONNXModel {
    try ONNXModel(path: folder.appending(path: "Models/\(name).onnx").path)
  }

  /// That a set's file has what was made, bit for bit.
  static func expectSame(
    _ made: Tensor, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let known = try data(name)
    #expect(
      known.elementType == made.elementType && known.shape == made.shape, "\(name)",
      sourceLocation: sourceLocation)
    #expect(try known.bytes() == made.bytes(), "\(name)", sourceLocation: sourceLocation)
  }
}
