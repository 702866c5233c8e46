// SPDX-License-Identifier: Apache-2.0

// ONNX's messages as they stand in the file, named and numbered by `onnx.proto`. Decoding checks
// their form only; `Graph` checks what they say.

/// A whole file: `ModelProto`.
struct ModelMessage: WireMessage {
  var irVersion: Int64 = 0
  var operatorSets: [OperatorSetMessage] = []
  var producerName = ""
  var producerVersion = ""
  var domain = ""
  var modelVersion: Int64 = 0
  var graph: GraphMessage?
  var metadata: [EntryMessage] = []
  var functions: [FunctionMessage] = []

  /// Decodes a file.
  ///
  /// - Throws: ``ONNXError/malformedFile(place:offset:reason:)``.
  init(_ bytes: ByteSlice) throws(ONNXError) {
    var reader = WireReader(bytes)
    try self.init(&reader)
  }

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: irVersion = try field.integer("ir_version")
      case 2: producerName = try field.text("producer_name")
      case 3: producerVersion = try field.text("producer_version")
      case 4: domain = try field.text("domain")
      case 5: modelVersion = try field.integer("model_version")
      case 7:
        guard graph == nil else { throw reader.fault("a second graph", at: field.offset) }
        graph = try field.message("graph", inside: reader)
      case 8: try field.append("opset_import", to: &operatorSets, inside: reader)
      case 14: try field.append("metadata_props", to: &metadata, inside: reader)
      case 25: try field.append("functions", to: &functions, inside: reader)
      default: break
      }
    }
  }
}

/// A version of a domain's operators: `OperatorSetIdProto`.
struct OperatorSetMessage: WireMessage {
  var domain = ""
  var version: Int64 = 0

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: domain = try field.text("domain")
      case 2: version = try field.integer("version")
      default: break
      }
    }
  }
}

/// A key and a value: `StringStringEntryProto`.
struct EntryMessage: WireMessage {
  var key = ""
  var value = ""

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: key = try field.text("key")
      case 2: value = try field.text("value")
      default: break
      }
    }
  }
}

/// An operator that the model brings along, made of other operators: `FunctionProto`.
struct FunctionMessage: WireMessage {
  var name = ""
  var domain = ""
  var overload = ""
  var inputs: [String] = []
  var outputs: [String] = []
  var attributeNames: [String] = []
  var attributeDefaults: [AttributeMessage] = []
  var nodes: [NodeMessage] = []
  var operatorSets: [OperatorSetMessage] = []

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.text("name")
      case 4: try field.append("input", to: &inputs)
      case 5: try field.append("output", to: &outputs)
      case 6: try field.append("attribute", to: &attributeNames)
      case 7: try field.append("node", to: &nodes, inside: reader)
      case 9: try field.append("opset_import", to: &operatorSets, inside: reader)
      case 10: domain = try field.text("domain")
      case 11: try field.append("attribute_proto", to: &attributeDefaults, inside: reader)
      case 13: overload = try field.text("overload")
      default: break
      }
    }
  }
}
