// SPDX-License-Identifier: Apache-2.0

import Torch

/// What a node does with its inputs, its attributes already read: called at each evaluation.
///
/// Gives the node's outputs, as many as the operator has; those that nobody names are ignored.
typealias NodeFunction = @Sendable (NodeInputs) throws -> [Tensor]

/// An operator of ONNX over a range of operator-set versions.
///
/// `prepare` runs once for each node, when a model is loaded: it reads and checks attributes, turns
/// constant shape inputs into Swift integers, and refuses forms that are not supported. What it
/// returns does the arithmetic, by operations of `Tensor` alone where values are floating-point, so
/// that gradients flow.
struct OperatorDefinition: Sendable {
  let name: String
  let domain: String
  let versions: ClosedRange<Int>
  /// How many inputs a node may have, optional ones included.
  let arity: ClosedRange<Int>
  let rows: RowRule
  let prepare: @Sendable (NodeReader) throws -> NodeFunction

  /// - Parameters:
  ///   - since: The first version of the operator set in which the operator works like this.
  ///   - until: The last one; the newest known where not given.
  init(
    _ name: String, domain: String = "", since: Int = 6, until: Int = Graph.newestOperatorSet,
    arity: ClosedRange<Int>, rows: RowRule,
    prepare: @escaping @Sendable (NodeReader) throws -> NodeFunction
  ) {
    self.name = name
    self.domain = domain
    versions = since...until
    self.arity = arity
    self.rows = rows
    self.prepare = prepare
  }

  /// A function of each element alone, without attributes.
  static func elementwise(
    _ name: String, since: Int = 6, _ function: @escaping @Sendable (Tensor) throws -> Tensor
  ) -> OperatorDefinition {
    OperatorDefinition(name, since: since, arity: 1...1, rows: .elementwise) { _ in
      { inputs in [try function(try inputs[0])] }
    }
  }

  /// A function of two tensors that broadcast against each other, without attributes.
  static func binary(
    _ name: String, since: Int = 6,
    _ function: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
  ) -> OperatorDefinition {
    OperatorDefinition(name, since: since, arity: 2...2, rows: .elementwise) { _ in
      { inputs in
        let (a, b) = try onOneDevice(try inputs[0], try inputs[1])
        return [try function(a, b)]
      }
    }
  }
}

/// The tensors that a node reads at one evaluation.
struct NodeInputs {
  let tensors: [Tensor?]

  var count: Int { tensors.count }

  /// The input in a place that the operator cannot do without.
  subscript(place: Int) -> Tensor {
    get throws {
      guard let tensor = self.optional(place) else { throw NodeFault("input \(place) is missing") }
      return tensor
    }
  }

  /// The input in a place that may be left empty.
  func optional(_ place: Int) -> Tensor? { place < tensors.count ? tensors[place] : nil }

  /// All inputs of an operator that takes any number.
  func all() throws -> [Tensor] { try tensors.indices.map { try self[$0] } }

  /// A whole-number input read to Swift, from whichever device it is on.
  func integers(_ place: Int) throws -> [Int] { try self[place].integers() }
}

/// What is wrong with a node; the place is added by the one who knows it.
struct NodeFault: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Brings two tensors together where one is on a device and the other, a small constant or the
/// result of shape arithmetic, on the processor.
func onOneDevice(_ a: Tensor, _ b: Tensor) throws -> (Tensor, Tensor) {
  guard a.device != b.device else { return (a, b) }
  return a.device == .cpu ? (try a.moved(to: b.device), b) : (a, try b.moved(to: a.device))
}

/// An axis counted from the front, where negative ones count from the back.
///
/// - Throws: ``NodeFault`` where `rank` axes do not have it.
func resolved(axis: Int, rank: Int) throws -> Int {
  guard axis >= -rank, axis < rank else {
    throw NodeFault("axis \(axis) does not exist in a tensor of \(rank) axes")
  }
  return axis < 0 ? axis + rank : axis
}

/// Axes counted from the front, each once.
func resolved(axes: [Int], rank: Int) throws -> [Int] {
  guard axes.count <= rank else { throw NodeFault("\(axes.count) axes of a tensor of \(rank)") }
  let resolvedAxes = try axes.map { try resolved(axis: $0, rank: rank) }
  guard Set(resolvedAxes).count == axes.count else { throw NodeFault("axes \(axes) repeat one") }
  return resolvedAxes
}

/// Refuses shapes that only a damaged or hostile file can ask for.
///
/// - Throws: ``NodeFault`` where a length is negative, or the elements are more than a tebi.
func checkPlausible(_ shape: [Int]) throws {
  guard shape.allSatisfy({ $0 >= 0 }), try product(shape.map { max($0, 1) }) <= 1 << 40 else {
    throw NodeFault("a tensor of the shape \(shape) cannot be made")
  }
}

/// The product of lengths.
///
/// - Throws: ``NodeFault`` where no integer holds it.
func product(_ lengths: some Sequence<Int>) throws -> Int {
  var result = 1
  for length in lengths {
    let (next, overflow) = result.multipliedReportingOverflow(by: length)
    guard !overflow else { throw NodeFault("a shape larger than any memory") }
    result = next
  }
  return result
}
