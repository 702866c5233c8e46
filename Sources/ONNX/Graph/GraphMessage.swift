// SPDX-License-Identifier: Apache-2.0

/// A graph, or the body of a control-flow operator: `GraphProto`.
struct GraphMessage: WireMessage {
  var name = ""
  var nodes: [NodeMessage] = []
  var initializers: [TensorMessage] = []
  var sparseInitializerCount = 0
  var inputs: [ValueInfoMessage] = []
  var outputs: [ValueInfoMessage] = []
  var valueInfo: [ValueInfoMessage] = []

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: try field.append("node", to: &nodes, inside: reader)
      case 2: name = try field.text("name")
      case 5: try field.append("initializer", to: &initializers, inside: reader)
      case 11: try field.append("input", to: &inputs, inside: reader)
      case 12: try field.append("output", to: &outputs, inside: reader)
      case 13: try field.append("value_info", to: &valueInfo, inside: reader)
      case 15: sparseInitializerCount += 1
      default: break
      }
    }
  }
}

/// One application of an operator: `NodeProto`.
struct NodeMessage: WireMessage {
  var name = ""
  var operation = ""
  var domain = ""
  var overload = ""
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [AttributeMessage] = []
  /// The version of the operator set, where it is not the model's: inside functions.
  var version: Int64?

  init(operation: String, inputs: [String], outputs: [String], version: Int64) {
    self.operation = operation
    self.inputs = inputs
    self.outputs = outputs
    self.version = version
  }

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: try field.append("input", to: &inputs)
      case 2: try field.append("output", to: &outputs)
      case 3: name = try field.text("name")
      case 4: operation = try field.text("op_type")
      case 5: try field.append("attribute", to: &attributes, inside: reader)
      case 7: domain = try field.text("domain")
      case 8: overload = try field.text("overload")
      default: break
      }
    }
  }
}

/// A named parameter of a node: `AttributeProto`.
struct AttributeMessage: WireMessage {
  /// `AttributeProto.AttributeType`: which of the members counts.
  enum Kind: Int64 {
    case undefined = 0
    case float = 1
    case int = 2
    case string = 3
    case tensor = 4
    case graph = 5
    case floats = 6
    case ints = 7
    case strings = 8
    case tensors = 9
    case graphs = 10
    case sparseTensor = 11
    case sparseTensors = 12
    case type = 13
    case types = 14
  }

  var name = ""
  var reference = ""
  var kind: Kind?
  var float: Float?
  var int: Int64?
  var string: ByteSlice?
  var tensor: TensorMessage?
  var floats: [Float] = []
  var ints: [Int64] = []
  var strings: [ByteSlice] = []
  var tensors: [TensorMessage] = []
  /// One body or several.
  var graphs: [GraphMessage] = []

  init(name: String, int: Int64) {
    self.name = name
    self.int = int
    kind = .int
  }

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.text("name")
      case 2: float = try field.float("f")
      case 3: int = try field.integer("i")
      case 4: string = try field.bytes("s")
      case 5: tensor = try field.message("t", inside: reader)
      case 6: graphs = [try field.message("g", inside: reader)]
      case 7: try field.append("floats", to: &floats)
      case 8: try field.append("ints", to: &ints)
      case 9: strings.append(try field.bytes("strings"))
      case 10: try field.append("tensors", to: &tensors, inside: reader)
      case 11: try field.append("graphs", to: &graphs, inside: reader)
      case 20: kind = Kind(rawValue: try field.integer("type"))
      case 21: reference = try field.text("ref_attr_name")
      default: break
      }
    }
  }
}
