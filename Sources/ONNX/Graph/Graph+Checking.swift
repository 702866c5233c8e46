// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// The newest version of ONNX's operator set that this library was written for.
  static let newestOperatorSet = 28

  /// Bodies inside bodies.
  static let deepestBodies = 24

  /// Checks a decoded model and resolves its names.
  ///
  /// - Throws: ``ONNXError/invalidGraph(place:reason:)``.
  /// - Complexity: Linear in nodes and edges; a file whose nodes are not in order adds a logarithm.
  init(_ model: ModelMessage) throws(ONNXError) {
    guard let graph = model.graph else {
      throw .invalidGraph(place: "model", reason: "it holds no graph; is it an ONNX file?")
    }
    try self.init(
      FunctionInlining.inlined(graph, model.functions),
      Scope(place: "graph", versions: try Self.versions(model.operatorSets)))
  }

  /// What a graph stands in.
  struct Scope {
    /// Where the graph lies in the file.
    let place: String
    /// The versions of operator sets by domain.
    let versions: [String: Int]
    var depth = 0
    /// Whether a graph around this one has a value of some name.
    var isVisible: (String) -> Bool = { _ in false }
  }

  init(_ graph: GraphMessage, _ scope: Scope) throws(ONNXError) {
    let place = scope.place
    guard scope.depth <= Self.deepestBodies else {
      throw .invalidGraph(
        place: place, reason: "bodies nested more than \(Self.deepestBodies) deep")
    }
    guard graph.sparseInitializerCount == 0 else {
      throw .invalidGraph(
        place: place, reason: "sparse initializers are not supported; export dense ones")
    }
    try addInitializers(graph, place)
    try addInputs(graph, place)
    try addNodes(graph, scope)
    try resolveNodeInputs(graph, scope)
    for (position, output) in graph.outputs.enumerated() {
      guard let index = resolved(output.name, scope) else {
        throw .invalidGraph(
          place: "\(place).output[\(position)]", reason: "nothing gives the value '\(output.name)'")
      }
      try declare(index, output, place)
      outputs.append(index)
    }
    guard !outputs.isEmpty else {
      throw .invalidGraph(place: place, reason: "it has no outputs")
    }
    // Declarations of values that an optimizer removed stay behind in real files: not a fault.
    for info in graph.valueInfo {
      if let index = valueIndices[info.name] { try declare(index, info, place) }
    }
    try sortNodes(place)
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
      guard [nil, version].contains(versions.updateValue(version, forKey: domain)) else {
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

  /// The value of a name: one of the graph's own, or one from around it, which it then captures.
  private mutating func resolved(_ name: String, _ scope: Scope) -> Int? {
    if let index = valueIndices[name] { return index }
    guard scope.isVisible(name) else { return nil }
    let index = values.count
    values.append(Value(name: name))
    valueIndices[name] = index
    inputs.append(index)
    capturedNames.append(name)
    return index
  }

  private mutating func addInitializers(
    _ graph: GraphMessage, _ place: String
  ) throws(ONNXError) {
    for (position, tensor) in graph.initializers.enumerated() {
      initializers[try addValue(tensor.name, at: "\(place).initializer[\(position)]")] = tensor
    }
  }

  private mutating func addInputs(
    _ graph: GraphMessage, _ graphPlace: String
  ) throws(ONNXError) {
    var seen: Set<String> = []
    for (position, input) in graph.inputs.enumerated() {
      let place = "\(graphPlace).input[\(position)]"
      guard seen.insert(input.name).inserted else {
        throw .invalidGraph(place: place, reason: "the input '\(input.name)' exists already")
      }
      // Old files list every initializer as an input too, as a default that a caller may replace.
      if let index = valueIndices[input.name] {
        try declare(index, input, graphPlace)
      } else {
        let index = try addValue(input.name, at: place)
        try declare(index, input, graphPlace)
        inputs.append(index)
      }
    }
  }

  private mutating func declare(
    _ index: Int, _ info: ValueInfoMessage, _ place: String
  ) throws(ONNXError) {
    guard let type = info.type?.tensor else {
      guard info.type?.isOther != true else {
        throw .invalidGraph(
          place: "\(place), value '\(info.name)'",
          reason: "it is not a tensor; only tensors are supported")
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

  private static func place(of node: NodeMessage, _ position: Int, _ scope: Scope) -> String {
    "\(scope.place).node[\(position)]" + (node.name.isEmpty ? "" : " '\(node.name)'")
  }

  private mutating func addNodes(_ graph: GraphMessage, _ scope: Scope) throws(ONNXError) {
    for (position, message) in graph.nodes.enumerated() {
      let place = Self.place(of: message, position, scope)
      guard !message.operation.isEmpty else {
        throw .invalidGraph(place: place, reason: "it names no operator")
      }
      let domain = message.domain == "ai.onnx" ? "" : message.domain
      guard
        let version = message.version.flatMap({ Int(exactly: $0) }) ?? scope.versions[domain]
      else {
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
          inputs: [], ownInputCount: message.inputs.count, outputs: outputs,
          attributes: attributes))
    }
  }

  private mutating func resolveNodeInputs(
    _ graph: GraphMessage, _ scope: Scope
  ) throws(ONNXError) {
    for (position, message) in graph.nodes.enumerated() {
      for (slot, name) in message.inputs.enumerated() {
        guard !name.isEmpty else {
          nodes[position].inputs.append(nil)
          continue
        }
        guard let index = resolved(name, scope) else {
          throw .invalidGraph(
            place: "\(Self.place(of: message, position, scope)).input[\(slot)]",
            reason: "nothing gives the value '\(name)'")
        }
        nodes[position].inputs.append(index)
      }
      guard Self.controlFlow.contains(nodes[position].operation), nodes[position].domain.isEmpty
      else { continue }
      for attribute in message.attributes where attribute.graphs.count == 1 {
        nodes[position].bodies[attribute.name] = try body(attribute, of: position, message, scope)
      }
    }
  }

  /// The operators whose bodies are read.
  private static let controlFlow: Set<String> = ["If", "Loop", "Scan"]

  /// A body, whose captured values become inputs of its node.
  private mutating func body(
    _ attribute: AttributeMessage, of position: Int, _ message: NodeMessage, _ scope: Scope
  ) throws(ONNXError) -> Body {
    let own = valueIndices
    let inner = try Graph(
      attribute.graphs[0],
      Scope(
        place: Self.place(of: message, position, scope) + ".attribute[\(attribute.name)]",
        versions: scope.versions, depth: scope.depth + 1,
        isVisible: { own[$0] != nil || scope.isVisible($0) }))
    var captured: [Int] = []
    for name in inner.capturedNames {
      guard let index = resolved(name, scope) else { continue }
      let inputs = nodes[position].inputs
      if let known = inputs[nodes[position].ownInputCount...].firstIndex(of: index) {
        captured.append(known)
      } else {
        captured.append(inputs.count)
        nodes[position].inputs.append(index)
      }
    }
    return Body(graph: inner, captured: captured)
  }
}
