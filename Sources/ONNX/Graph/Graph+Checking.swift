// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// The newest version of ONNX's operator set that this library was written for.
  static let newestOperatorSet = 28

  /// Checks a decoded model and resolves its names.
  ///
  /// - Throws: ``ONNXError/invalidGraph(place:reason:)``.
  /// - Complexity: Linear in nodes and edges; a file whose nodes are not in order adds a logarithm.
  init(_ model: ModelMessage) throws(ONNXError) {
    guard var graph = model.graph else {
      throw .invalidGraph(place: "model", reason: "it holds no graph; is it an ONNX file?")
    }
    graph.nodes = try FunctionInlining.nodes(of: model)
    guard graph.sparseInitializerCount == 0 else {
      throw .invalidGraph(
        place: "graph", reason: "sparse initializers are not supported; export dense ones")
    }
    let versions = try Self.versions(model.operatorSets)
    try addInitializers(graph)
    try addInputs(graph)
    try addNodes(graph, versions)
    try resolveNodeInputs(graph)
    for (position, output) in graph.outputs.enumerated() {
      guard let index = valueIndices[output.name] else {
        throw .invalidGraph(
          place: "graph.output[\(position)]", reason: "nothing gives the value '\(output.name)'")
      }
      try declare(index, output)
      outputs.append(index)
    }
    guard !outputs.isEmpty else {
      throw .invalidGraph(place: "graph", reason: "it has no outputs")
    }
    // Declarations of values that an optimizer removed stay behind in real files: not a fault.
    for info in graph.valueInfo {
      if let index = valueIndices[info.name] { try declare(index, info) }
    }
    try sortNodes()
    nameNodes()
  }

  private static func versions(
    _ operatorSets: [OperatorSetMessage]
  ) throws(ONNXError) -> [String: Int] {
    var versions: [String: Int] = [:]
    for (position, set) in operatorSets.enumerated() {
      let domain = set.domain == "ai.onnx" ? "" : set.domain
      let place = "opset_import[\(position)]"
      guard let version = Int(exactly: set.version), version > 0 else {
        throw .invalidGraph(place: place, reason: "the version is \(set.version)")
      }
      guard versions.updateValue(version, forKey: domain) == nil else {
        throw .invalidGraph(place: place, reason: "the domain '\(domain)' has two versions")
      }
      guard !domain.isEmpty || version <= newestOperatorSet else {
        throw .invalidGraph(
          place: place,
          reason: "operator set \(version) is newer than this library knows"
            + " (\(newestOperatorSet)); export with an older opset_version")
      }
    }
    return versions
  }

  // MARK: Values

  private mutating func addValue(_ name: String, at place: String) throws(ONNXError) -> Int {
    guard !name.isEmpty else { throw .invalidGraph(place: place, reason: "it has no name") }
    let index = values.count
    guard valueIndices.updateValue(index, forKey: name) == nil else {
      throw .invalidGraph(place: place, reason: "the value '\(name)' exists already")
    }
    values.append(Value(name: name))
    return index
  }

  private mutating func addInitializers(_ graph: GraphMessage) throws(ONNXError) {
    for (position, tensor) in graph.initializers.enumerated() {
      initializers[try addValue(tensor.name, at: "graph.initializer[\(position)]")] = tensor
    }
  }

  private mutating func addInputs(_ graph: GraphMessage) throws(ONNXError) {
    var seen: Set<String> = []
    for (position, input) in graph.inputs.enumerated() {
      let place = "graph.input[\(position)]"
      guard seen.insert(input.name).inserted else {
        throw .invalidGraph(place: place, reason: "the input '\(input.name)' exists already")
      }
      // Old files list every initializer as an input too, as a default that a caller may replace.
      if let index = valueIndices[input.name] {
        try declare(index, input)
      } else {
        let index = try addValue(input.name, at: place)
        try declare(index, input)
        inputs.append(index)
      }
    }
  }

  private mutating func declare(
    _ index: Int, _ info: ValueInfoMessage
  ) throws(ONNXError) {
    guard let type = info.type?.tensor else {
      guard info.type?.isOther != true else {
        throw .invalidGraph(
          place: "value '\(info.name)'", reason: "it is not a tensor; only tensors are supported")
      }
      return
    }
    // An unknown type is no fault here: what reads the value will say so.
    values[index].declaredType = StoredElementType(rawValue: type.elementType)
    if let shape = type.shape, values[index].declaredShape == nil {
      values[index].declaredShape = shape.axes.map { AxisLength($0) }
    }
  }

  // MARK: Nodes

  private mutating func addNodes(
    _ graph: GraphMessage, _ versions: [String: Int]
  ) throws(ONNXError) {
    for (position, message) in graph.nodes.enumerated() {
      let label = message.name.isEmpty ? "" : " '\(message.name)'"
      let place = "graph.node[\(position)]\(label)"
      guard !message.operation.isEmpty else {
        throw .invalidGraph(place: place, reason: "it names no operator")
      }
      let domain = message.domain == "ai.onnx" ? "" : message.domain
      guard let version = message.version.flatMap({ Int(exactly: $0) }) ?? versions[domain] else {
        throw .invalidGraph(
          place: place, reason: "the model imports no version of the operators '\(domain)'")
      }
      var attributes: [String: Attribute] = [:]
      for attribute in message.attributes {
        let value = try Attribute(attribute, of: message.name)
        guard attributes.updateValue(value, forKey: attribute.name) == nil else {
          throw .invalidGraph(
            place: place, reason: "the attribute '\(attribute.name)' is there twice")
        }
      }
      var outputs: [Int?] = []
      for (slot, name) in message.outputs.enumerated() {
        outputs.append(name.isEmpty ? nil : try addValue(name, at: "\(place).output[\(slot)]"))
      }
      guard outputs.contains(where: { $0 != nil }) else {
        throw .invalidGraph(place: place, reason: "it has no outputs")
      }
      nodes.append(
        Node(
          name: message.name, operation: message.operation, domain: domain, version: version,
          inputs: [], outputs: outputs, attributes: attributes))
    }
  }

  private mutating func resolveNodeInputs(_ graph: GraphMessage) throws(ONNXError) {
    for (position, message) in graph.nodes.enumerated() {
      for (slot, name) in message.inputs.enumerated() {
        guard !name.isEmpty else {
          nodes[position].inputs.append(nil)
          continue
        }
        guard let index = valueIndices[name] else {
          let label = message.name.isEmpty ? "" : " '\(message.name)'"
          throw .invalidGraph(
            place: "graph.node[\(position)]\(label).input[\(slot)]",
            reason: "nothing gives the value '\(name)'")
        }
        nodes[position].inputs.append(index)
      }
    }
  }
}
