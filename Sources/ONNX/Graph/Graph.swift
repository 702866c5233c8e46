// SPDX-License-Identifier: Apache-2.0

/// A checked graph: every name resolved to an index, nodes in an order in which they can run.
///
/// What holds of every graph that exists:
/// - value names are unique and not empty, and so are node names;
/// - every value is an input, an initializer, or the output of exactly one node;
/// - a node reads only values that nodes ahead of it, inputs or initializers give;
/// - every node's domain has a version.
struct Graph: Sendable {
  /// A tensor that flows along the graph's edges.
  struct Value: Sendable {
    let name: String
    /// What the file says of it; the shapes of hidden values are usually not there.
    var declaredType: StoredElementType?
    var declaredShape: [AxisLength]?
    /// The node that computes it; nil for inputs and initializers.
    var producer: Int?
    /// The nodes that read it, ascending, each once.
    var consumers: [Int] = []
  }

  /// The application of an operator.
  struct Node: Sendable {
    var name: String
    let operation: String
    /// Empty for ONNX's own.
    let domain: String
    /// The version of the operator set that the model imports.
    let version: Int
    /// Indices of values; nil where an optional one is left out.
    ///
    /// Behind the node's own come the values that its bodies capture.
    var inputs: [Int?]
    /// The inputs that are the node's own.
    var ownInputCount: Int
    let outputs: [Int?]
    let attributes: [String: Attribute]
    /// The bodies of control flow, by attribute.
    var bodies: [String: Body] = [:]

    /// - Parameter ownInputCount: All inputs, where not given.
    init(
      name: String, operation: String, domain: String, version: Int, inputs: [Int?],
      ownInputCount: Int? = nil, outputs: [Int?], attributes: [String: Attribute],
      bodies: [String: Body] = [:]
    ) {
      self.name = name
      self.operation = operation
      self.domain = domain
      self.version = version
      self.inputs = inputs
      self.ownInputCount = ownInputCount ?? inputs.count
      self.outputs = outputs
      self.attributes = attributes
      self.bodies = bodies
    }
  }

  /// A graph inside a node, which control flow runs any number of times.
  struct Body: Sendable {
    /// Its inputs are those that the operator feeds, and behind them what it captures: values of
    /// the graphs around it, by name.
    let graph: Graph
    /// Where the captured values lie among the node's inputs.
    let captured: [Int]
  }

  var values: [Value] = []
  var nodes: [Node] = []
  /// The inputs that a caller gives: those that no initializer gives a value.
  var inputs: [Int] = []
  var outputs: [Int] = []
  var initializers: [Int: TensorMessage] = [:]

  /// The names of the last of the inputs, where the graph is a body: values from around it.
  var capturedNames: [String] = []

  /// Indices by name.
  var valueIndices: [String: Int] = [:]
  var nodeIndices: [String: Int] = [:]
}

/// What a model declares about the length of an axis.
enum AxisLength: Equatable, Sendable {
  case fixed(Int)
  /// A name stands for the same length wherever it occurs.
  case named(String)
  case unknown

  /// Lengths below one, which some exporters write for "any", are unknown.
  init(_ message: AxisMessage) {
    if let length = message.length {
      self = length > 0 ? (Int(exactly: length).map { .fixed($0) } ?? .unknown) : .unknown
    } else if let name = message.name, !name.isEmpty {
      self = .named(name)
    } else {
      self = .unknown
    }
  }
}
