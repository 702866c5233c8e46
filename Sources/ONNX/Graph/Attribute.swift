// SPDX-License-Identifier: Apache-2.0

/// The value of a node's attribute.
enum Attribute: Sendable {
  case float(Float)
  case int(Int64)
  case text(String)
  case tensor(TensorMessage)
  case floats([Float])
  case ints([Int64])
  case texts([String])
  /// A body of control flow, which the node keeps as a graph (``Graph/Node/bodies``); a list of
  /// tensors or graphs, a type: no supported operator reads one.
  case other
}

extension Attribute {
  /// - Throws: ``ONNXError/invalidGraph(place:reason:)`` where the declared kind is not there.
  init(_ message: AttributeMessage, of node: String) throws(ONNXError) {
    func missing() -> ONNXError {
      .invalidGraph(
        place: "node '\(node)'", reason: "the attribute '\(message.name)' has no value of its type")
    }
    switch message.kind ?? message.presentKind {
    case .float:
      guard let float = message.float else { throw missing() }
      self = .float(float)
    case .int:
      guard let int = message.int else { throw missing() }
      self = .int(int)
    case .string:
      guard let text = message.string.flatMap({ String(validating: $0, as: UTF8.self) }) else {
        throw missing()
      }
      self = .text(text)
    case .tensor:
      guard let tensor = message.tensor else { throw missing() }
      self = .tensor(tensor)
    case .floats: self = .floats(message.floats)
    case .ints: self = .ints(message.ints)
    case .strings:
      var texts: [String] = []
      for bytes in message.strings {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw missing() }
        texts.append(text)
      }
      self = .texts(texts)
    case .graph, .tensors, .graphs, .sparseTensor, .sparseTensors, .type, .types: self = .other
    case .undefined: throw missing()
    }
  }
}

extension AttributeMessage {
  /// The kind by the member that is there: files of the first ONNX versions do not declare it.
  fileprivate var presentKind: Kind {
    if float != nil { return .float }
    if int != nil { return .int }
    if string != nil { return .string }
    if tensor != nil { return .tensor }
    if !floats.isEmpty { return .floats }
    if !ints.isEmpty { return .ints }
    if !strings.isEmpty { return .strings }
    if !graphs.isEmpty { return .graph }
    return .undefined
  }
}
