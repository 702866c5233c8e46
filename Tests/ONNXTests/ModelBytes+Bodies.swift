// SPDX-License-Identifier: Apache-2.0

@testable import ONNX

extension ModelBytes {
  static func branch(
    _ condition: String, then: [[UInt8]], else otherwise: [[UInt8]], name: String = "choice"
  ) -> [UInt8] {
    node(
      "If", [condition], ["y"], name: name,
      attributes: [
        body("then_branch", nodes: then, outputs: [value("t")]),
        body("else_branch", nodes: otherwise, outputs: [value("t")]),
      ])
  }

  static func loop(_ inputs: [String], _ nodes: [[UInt8]], on: String = "on") -> [UInt8] {
    node(
      "Loop", inputs, ["y"], name: "loop",
      attributes: [
        body(
          "body", nodes: nodes, inputs: ["i", "go", "a"].map { value($0) },
          outputs: [on, "b"].map { value($0) })
      ])
  }
}

/// Why a model is refused; `none` where it is not.
func complaint(_ bytes: [UInt8]) -> String {
  do { _ = try ONNXModel(bytes: bytes) } catch { return "\(error)" }
  return "none"
}
