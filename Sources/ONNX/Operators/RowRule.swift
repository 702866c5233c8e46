// SPDX-License-Identifier: Apache-2.0

import Torch

/// How an operator runs for several rows at once, so that each gets what it would get alone.
///
/// A model is a function of one *unit*: as many rows as it was written for, one where any number is
/// allowed. Every value of a unit's run has a shape [s₀, s₁, …], the unit's own. In a run for n units
/// at once the value lies in a tensor as ``RowLayout`` says. A rule tells, for a node of which at
/// least one input differs between units, how to compute the outputs of all units; where it cannot
/// tell, or the inputs lie in a way that it does not know, the node runs for one unit after the
/// other. So a rule makes things faster, and never decides whether they are right.
enum RowRule: Sendable {
  /// Element by element, with broadcasting.
  case elementwise
  /// Each place of the first axis of the first input apart; the other inputs must be shared.
  case leading
  /// The elements stay in their order and only the shape changes: to what the function says for the
  /// shape of one unit.
  case reshaping(@Sendable (NodeReader) throws -> ShapeFunction)
  /// Along some axes of the first input, and alike at all places of the others; the other inputs
  /// must be shared.
  case along(RowAxes)
  /// As the function says, which sees the unit's shapes.
  case custom(@Sendable (RowContext) throws -> RowOutcome)
  /// Cannot tell.
  case unknown
}

/// The shape that a change of shape leads to, for the shape of its input and its other inputs.
typealias ShapeFunction = @Sendable (_ shape: [Int], _ inputs: NodeInputs) throws -> [Int]

/// Where the units of a run lie in a tensor.
enum RowLayout: Sendable, Equatable {
  /// `[s₀, s₁, …]`: the value is the same for each unit.
  case shared
  /// `[n · s₀, s₁, …]`: the units follow each other on the first axis.
  case merged
  /// `[n, s₀, s₁, …]`: the units have an axis of their own.
  case stacked
}

/// A value in a run for several units: stacked, or shared.
struct UnitValue {
  let tensor: Tensor
  let hasRows: Bool

  /// The axis that a unit's value has in a place counted from the front.
  func axis(_ axis: Int) -> Int { hasRows ? axis + 1 : axis }

  /// With stacked units, repeated for each where it is shared.
  func stacked(_ count: Int) throws -> Tensor {
    hasRows ? tensor : try tensor.broadcast(to: [count] + tensor.shape)
  }

  /// Values put after one another on a new axis.
  static func stacked(_ values: [UnitValue], axis: Int, count: Int) throws -> UnitValue {
    guard values.contains(where: \.hasRows) else {
      return UnitValue(tensor: try .stacked(values.map(\.tensor), axis: axis), hasRows: false)
    }
    return UnitValue(
      tensor: try .stacked(values.map { try $0.stacked(count) }, axis: axis + 1), hasRows: true)
  }
}

/// A node in a run for several units.
struct RowContext {
  struct Input {
    let layout: RowLayout
    /// The unit's own.
    let shape: [Int]

    var hasRows: Bool { layout != .shared }
  }

  let definition: OperatorDefinition
  /// The node, every shared input among its constants.
  let reader: NodeReader
  /// Nil where the input is left out.
  let inputs: [Input?]
  /// Units in the run.
  let count: Int
  /// What the node does in the run of one unit.
  let function: NodeFunction

  func input(_ place: Int) -> Input? { place < inputs.count ? inputs[place] : nil }

  /// Whether all inputs but the first are shared, and the first is not.
  var onlyFirstHasRows: Bool {
    input(0)?.hasRows == true && !inputs.dropFirst().contains { $0?.hasRows == true }
  }

  /// Whether every input that differs between units has them merged.
  var isMerged: Bool { inputs.allSatisfy { $0?.layout != .stacked } }

  /// What the node would do with other attributes or constants.
  ///
  /// Axes that are counted from the end mean the same with an axis for the units ahead.
  func function(
    attributes: [String: Attribute] = [:], constants: [Int: Tensor] = [:]
  ) throws -> NodeFunction {
    let node = reader.node
    let changed = Graph.Node(
      name: node.name, operation: node.operation, domain: node.domain, version: node.version,
      inputs: node.inputs, ownInputCount: node.ownInputCount, outputs: node.outputs,
      attributes: node.attributes.merging(attributes) { _, new in new })
    var tensors = reader.constants
    for (place, tensor) in constants where place < tensors.count { tensors[place] = tensor }
    return try definition.prepare(
      NodeReader(
        node: changed, constants: tensors, types: reader.types, folder: nil, bodies: reader.bodies))
  }
}

/// How a node runs for all units at once.
enum RowOutcome: Sendable {
  /// The function treats the places of the first axis apart: it takes inputs with merged units,
  /// where those of all have the same s₀, and gives outputs with merged units.
  case apart(NodeFunction)
  /// The function takes and gives tensors with stacked units.
  case stacked(NodeFunction)
  /// The node's own function, which treats the places of an axis apart: that of each input and each
  /// output into which the units go, nil for inputs that all places share.
  case independent(inputs: [Int?], outputs: [Int])
  /// The function takes and gives values that have rows or are shared each; it gives nil where it
  /// cannot tell after all.
  case values(@Sendable ([UnitValue?]) throws -> [UnitValue]?)
  /// Each output is the same for each unit; the function takes the inputs as they are.
  case shared(NodeFunction)
  /// It cannot be told: one unit after the other.
  case oneByOne
}

extension RowOutcome {
  /// Whether the node treats the places of its inputs' first axes apart and alike, where those that
  /// are not shared have rows there.
  func keepsPlacesApart(_ layouts: [RowLayout]) -> Bool {
    switch self {
    case .apart, .shared: true
    case .stacked, .values, .oneByOne: false
    case .independent(let axes, let outputs):
      outputs.allSatisfy { $0 == 0 }
        && layouts.indices.allSatisfy { place in
          let axis = place < axes.count ? axes[place] : nil
          return layouts[place] == .shared ? axis == nil : axis == 0
        }
    }
  }
}

/// The axes along which an operator works, and where its node says so.
struct RowAxes: Sendable {
  let attribute: String
  /// The input that tells them where the attribute does not.
  var input: Int?
  /// Where the node does not tell.
  let standard: [Int]
  /// Whether the attribute holds several.
  var isList = false

  static func axis(_ standard: Int, input: Int? = nil) -> RowAxes {
    RowAxes(attribute: "axis", input: input, standard: [standard])
  }
}

extension RowAxes {
  func outcome(_ context: RowContext) throws -> RowOutcome {
    guard context.onlyFirstHasRows, let rank = context.input(0)?.shape.count else {
      return .oneByOne
    }
    let reader = context.reader
    let stated =
      isList ? try reader.integers(attribute) : try reader.integer(attribute).map { [$0] }
    let given = try stated ?? input.flatMap { try reader.constantIntegers($0) } ?? standard
    let axes = try resolved(axes: given, rank: rank)
    if context.isMerged, !axes.contains(0) { return .apart(context.function) }
    if given.allSatisfy({ $0 < 0 }) { return .stacked(context.function) }
    let fromEnd = axes.map { $0 - rank }
    if stated == nil, let input, let tensor = reader.constant(input) {
      let axes = try Tensor(fromEnd).reshaped(to: tensor.shape)
      return .stacked(try context.function(constants: [input: axes]))
    }
    let changed: Attribute =
      isList ? .ints(fromEnd.map { Int64($0) }) : .int(Int64(fromEnd.first ?? -1))
    return .stacked(try context.function(attributes: [attribute: changed]))
  }
}
