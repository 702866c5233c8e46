// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Torch

/// A graph that can run: every node with the function of its operator, every constant computed.
final class Network: Sendable {
  let graph: Graph
  let types: ElementTypes
  /// By value: what does not depend on any input.
  ///
  /// Folded once, at load.
  let constants: [Tensor?]
  /// By node; nil where all outputs are constants.
  let nodes: [PreparedNode?]
  /// Floating-point numbers that the file brings along as weights.
  let parameterCount: Int
  /// By the last node of each: nodes that can run as one.
  let fusions: [Int: Fusion]
  /// Where files lie that weights are read from when they are used.
  let folder: ModelFolder?
  /// Which inputs have rows, in the order of `graph.inputs`.
  let inputHasRows: [Bool]
  /// The number of rows that the file fixes, nil where any number is allowed.
  let fixedRows: Int?
  /// Why there can be one row only, where an input has time on its first axis.
  let timeFault: ONNXError?

  /// What running on zeros has shown, by the shapes of the inputs; nil where that failed.
  let analyses = Mutex<[[[Int]]: RowAnalysis?]>([:])
  /// The shapes of values seen last, a unit's own, for models that leave them open.
  let seenShapes = Mutex<[Int: [Int]]>([:])
  let plans = Mutex<[Plan.Key: Plan]>([:])
  /// Weights of convolutions in the layout in which they are fastest, by node.
  let imageWeights = Mutex<[Int: Tensor]>([:])
  /// Plans that keep the rows of a unit of several apart.
  let plansApart = Mutex<Set<Plan.Key>>([])

  /// A node and what it does.
  struct PreparedNode: Sendable {
    let definition: OperatorDefinition
    let reader: NodeReader
    let function: NodeFunction
  }

  /// Prepares every node, and folds constants.
  ///
  /// - Parameters:
  ///   - folder: Where external data may lie; nil for none.
  ///   - allowance: What folding may take.
  ///   - known: Inputs that are constants, as a body captures them.
  /// - Throws: ``ONNXError``; all unsupported operators at once.
  init(
    _ graph: Graph, types: ElementTypes, folder: ModelFolder?, allowance: Allowance,
    known: [Int: Tensor] = [:]
  ) throws {
    let prepared = try Preparation(
      graph, types: types, folder: folder, allowance: allowance, known: known)
    (self.graph, constants, nodes) = (prepared.graph, prepared.constants, prepared.nodes)
    self.types = types
    self.folder = folder
    parameterCount = prepared.parameterCount
    (inputHasRows, fixedRows) = Self.rows(of: self.graph)
    timeFault = Self.timeFault(
      in: self.graph, nodes, hasRows: inputHasRows, fixedRows: fixedRows)
    fusions = Self.fusions(in: self.graph, nodes, constants: constants, types: types)
  }

  /// A network with other constants, of the same shapes and types, and the nodes prepared for them;
  /// it remembers nothing of what the first has seen.
  init(_ other: Network, constants: [Tensor?], nodes: [PreparedNode?]) {
    (graph, types, folder) = (other.graph, other.types, other.folder)
    (inputHasRows, fixedRows) = (other.inputHasRows, other.fixedRows)
    (parameterCount, timeFault) = (other.parameterCount, other.timeFault)
    self.constants = constants
    self.nodes = nodes
    fusions = Self.fusions(in: graph, nodes, constants: constants, types: types)
  }

  /// Runs `body`, and says of an error at which node it happened.
  ///
  /// Running out of memory stays what it is, for callers that can try with fewer rows.
  static func located<Result>(
    _ node: Graph.Node, atLoad: Bool, _ body: () throws -> Result
  ) throws -> Result {
    let reason: String
    do { return try body() } catch let fault as NodeFault {
      reason = fault.reason
    } catch let error as TorchError where error.kind != .outOfMemory {
      reason = error.description
    } catch let error as ONNXError {
      reason = error.description
    }
    throw atLoad
      ? ONNXError.invalidNode(node: node.name, operation: node.operation, reason: reason)
      : ONNXError.failedNode(node: node.name, operation: node.operation, reason: reason)
  }

  /// Which inputs have rows: the first one, and those whose first axis is declared as long as its.
  ///
  /// Exporters may give the rows of each input a name of its own: a name is taken for rows as well,
  /// unless it stands for another axis somewhere, as the length of a text does.
  private static func rows(of graph: borrowing Graph) -> (hasRows: [Bool], fixed: Int?) {
    let leading = graph.inputs.map { graph.values[$0].declaredShape.map(\.first) }
    var lengths: [AxisLength] = []
    for value in graph.inputs + graph.outputs {
      lengths += graph.values[value].declaredShape?.dropFirst() ?? []
    }
    // An input of unknown shape may have any number of rows; a number alone has none.
    let first = leading.compactMap { $0 ?? .unknown }.first ?? .unknown
    let hasRows = leading.map { axis -> Bool in
      guard let axis else { return true }
      switch (axis, first) {
      case (nil, _): return false
      case (.unknown?, _), (_, .unknown): return true
      case (let axis?, let first) where axis == first: return true
      case (.named?, .named): return axis.map { !lengths.contains($0) } ?? true
      default: return false
      }
    }
    guard case .fixed(let rows) = first else { return (hasRows, nil) }
    return (hasRows, rows)
  }
}
