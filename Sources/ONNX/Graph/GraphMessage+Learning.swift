// SPDX-License-Identifier: Apache-2.0

extension GraphMessage {
  /// Makes a graph ready that a converter of scikit-learn wrote.
  ///
  /// - A linear model that applies its softmax or sigmoid itself becomes two nodes, so that the
  ///   logits between them are a place: `NAME/scores`, where the output is called `NAME`.
  /// - Outputs that are no tensors of numbers (labels as texts, sequences and maps) are left out,
  ///   with the nodes that nothing else needs, as long as another output remains. A map that `ZipMap`
  ///   packs stays, as the table of numbers that it packs.
  ///
  /// - Returns: The names of the outputs left out.
  mutating func prepareLearned() -> [String] {
    guard
      nodes.contains(where: { $0.domain == Self.learning })
        || outputs.contains(where: \.isText)
    else { return [] }
    splitLinks()
    unpackMaps()
    return leaveOutTexts()
  }

  private static let learning = "ai.onnx.ml"

  // MARK: Links

  private mutating func splitLinks() {
    nodes = nodes.flatMap { node -> [NodeMessage] in
      guard node.domain == Self.learning,
        let place = ["LinearClassifier": 1, "LinearRegressor": 0][node.operation],
        place < node.outputs.count, !node.outputs[place].isEmpty,
        let link = node.attributes.first(where: { $0.name == "post_transform" })?.text,
        let function = ["SOFTMAX": "Softmax", "LOGISTIC": "Sigmoid"][link]
      else { return [node] }
      var linear = node
      linear.attributes.removeAll { $0.name == "post_transform" }
      if place == 1, node.floats("intercepts")?.count == 1, node.classCount == 2 {
        // Two classes from one column: σ(−s) and σ(s), so that −s and s are the logits.
        guard function == "Sigmoid" else { return [node] }
        for index in linear.attributes.indices
        where ["coefficients", "intercepts"].contains(linear.attributes[index].name) {
          let values = linear.attributes[index].floats
          linear.attributes[index].floats = values.map { -$0 } + values
        }
      }
      let scores = node.outputs[place] + "/scores"
      linear.outputs[place] = scores
      var last = NodeMessage(
        operation: function, inputs: [scores], outputs: [node.outputs[place]], version: 13)
      last.name = node.name.isEmpty ? "" : "\(node.name)/\(function)"
      if function == "Softmax" { last.attributes = [AttributeMessage(name: "axis", int: 1)] }
      return [linear, last]
    }
  }

  // MARK: Outputs

  /// Outputs that are maps from class to number become the tables of these numbers.
  private mutating func unpackMaps() {
    let maps = Set(
      nodes.filter { $0.operation == "ZipMap" && $0.domain == Self.learning }.flatMap(\.outputs))
    for index in outputs.indices where maps.contains(outputs[index].name) {
      outputs[index].type = nil
    }
  }

  private mutating func leaveOutTexts() -> [String] {
    let kept = outputs.filter { !$0.isText }
    guard !kept.isEmpty, kept.count < outputs.count else { return [] }
    let leftOut = outputs.filter(\.isText).map(\.name)
    let needed = values(behind: kept.map(\.name))
    let dropped = values(behind: leftOut).subtracting(needed)
    outputs = kept
    nodes = nodes.compactMap { node in
      let isDropped = node.outputs.map { dropped.contains($0) }
      guard isDropped.contains(true) else { return node }
      // A classifier gives the scores as well, and stays for them.
      var node = node
      for (place, isDropped) in isDropped.enumerated() where isDropped { node.outputs[place] = "" }
      return node.outputs.contains { !$0.isEmpty } ? node : nil
    }
    initializers.removeAll { dropped.contains($0.name) }
    return leftOut
  }

  /// Values from which others follow, these included.
  private func values(behind names: [String]) -> Set<String> {
    var producers: [String: Int] = [:]
    for (position, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty { producers[output] = position }
    }
    var found = Set<String>()
    var open = names
    while let name = open.popLast() {
      guard found.insert(name).inserted, let producer = producers[name] else { continue }
      open += nodes[producer].reads
    }
    return found
  }
}

extension ValueInfoMessage {
  /// Whether it is no tensor, or one of texts.
  fileprivate var isText: Bool {
    type?.isOther == true || type?.tensor?.elementType == 8
  }
}

extension NodeMessage {
  /// The values that a node reads, or that bodies in it may.
  fileprivate var reads: [String] {
    inputs.filter { !$0.isEmpty }
      + attributes.flatMap(\.graphs).flatMap { body in
        body.nodes.flatMap(\.reads) + body.outputs.map(\.name)
      }
  }

  fileprivate func floats(_ name: String) -> [Float]? {
    attributes.first { $0.name == name }?.floats
  }

  fileprivate var classCount: Int {
    attributes.filter { $0.name.hasPrefix("classlabels_") }
      .map { max($0.ints.count, $0.strings.count) }.max() ?? 0
  }
}

extension AttributeMessage {
  fileprivate var text: String? { string.flatMap { String(validating: $0, as: UTF8.self) } }
}
