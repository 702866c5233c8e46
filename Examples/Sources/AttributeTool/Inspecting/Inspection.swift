// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

/// What `attribute inspect` tells of a model.
public struct Inspection: Sendable {
  private let model: ONNXModel
  private let path: String

  /// Loads a model.
  ///
  /// - Throws: `ONNXError`, which lists all that is not supported, and where.
  public init(path: String) throws {
    self.path = path
    model = try ONNXModel(path: path)
  }

  /// Inputs, outputs, logits, and every layer that can be cut, with its shape.
  public var text: String {
    let layers = model.layers
    var lines = [header, ""]
    lines += table(
      "inputs",
      model.inputs.map { input in
        let note = input.hasRows ? "" : "shared by all instances"
        return [
          input.name, input.elementType.rawValue, input.shape.map(\.shapeText) ?? "any shape", note,
        ]
      })
    lines += table(
      "outputs",
      model.outputs.map { [$0.value, model.shape(of: $0).map(\.shapeText) ?? "?"] })
    if !model.omittedOutputs.isEmpty {
      let reason = "no tensor of numbers, but texts, a sequence or a map"
      lines += table("left out", model.omittedOutputs.map { [$0, reason] })
    }
    lines += table("logits", [logits])
    lines += table(
      "layers (for --from, --to and --at)",
      layers.map { [$0.name, $0.operation, $0.shape.map(\.shapeText) ?? "?"] })
    return lines.joined(separator: "\n") + "\n"
  }

  private var header: String {
    let origin = model.origin
    let producer = [origin.producer, origin.producerVersion].filter { !$0.isEmpty }
    let sets = origin.operatorSets.sorted { $0.key < $1.key }.map { domain, version in
      domain.isEmpty ? "opset \(version)" : "\(domain) \(version)"
    }
    let size = (Double(SystemFile.byteCount(path)) / 1e6).text(3)
    let parameters = "\(model.parameterCount) parameters"
    var parts = [path.fileName, "\(size) MB", parameters] + sets
    if !producer.isEmpty { parts.append("by " + producer.joined(separator: " ")) }
    return parts.joined(separator: " · ")
  }

  private var logits: [String] {
    guard let head = model.head else {
      let output = model.outputs.first?.value ?? "the output"
      return [output, "the output itself: the model ends in neither softmax nor sigmoid"]
    }
    let function =
      switch head.function {
      case .softmax(let axis): "softmax over axis \(axis)"
      case .logSoftmax(let axis): "log-softmax over axis \(axis)"
      case .sigmoid: "sigmoid"
      }
    return [head.logits.value, "ahead of the \(function) that gives \(head.output.value)"]
  }

  private func table(_ title: String, _ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    let lines = rows.map { row in
      let cells = zip(row, widths).map { $0.padded($1) }
      return "  " + cells.joined(separator: "  ").trimmedEnd
    }
    return [title] + lines + [""]
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
