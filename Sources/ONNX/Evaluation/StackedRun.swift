// SPDX-License-Identifier: Apache-2.0

import Torch

/// A run of a network for several units at once, node by node by their ``RowRule``.
///
/// The claim is that each unit's part of every value is what a run of that unit alone would give. It
/// holds of what is given, and by induction of every node's outputs: a node whose inputs are all
/// shared runs once; an operator's rule says how to compute all units at once, for the shapes that
/// its inputs have in this very run; and where there is no rule, the node runs for one unit after
/// the other. Shapes are those of a unit all along, so that shape arithmetic, and numbers that an
/// exporter has baked in, mean what they mean in a run of one.
final class StackedRun {
  /// Why units cannot run together: a value has another shape for each.
  struct UnequalShapes: Error {}

  let network: Network
  let count: Int
  /// By value, as far as it is computed.
  private(set) var layouts: [Int: RowLayout] = [:]
  /// Nodes that ran for one unit after the other.
  private(set) var oneByOne: [Int] = []
  /// Nodes that treated the places of their inputs' first axes apart, all of a unit's rows.
  private(set) var nodesApart: Set<Int> = []
  private let givenLayouts: [RowLayout]

  /// - Parameters:
  ///   - count: Units.
  ///   - given: How what the plan is given lies.
  init(_ network: Network, count: Int, plan: Plan, given: [RowLayout]) {
    self.network = network
    self.count = count
    givenLayouts = given
    for (value, layout) in zip(plan.givenValues, given) {
      if let value { layouts[value] = layout }
    }
  }

  func layout(_ source: Plan.Source) -> RowLayout {
    switch source {
    case .absent, .constant: .shared
    case .value(let value): layouts[value] ?? .shared
    case .given(let place): givenLayouts[place]
    }
  }

  /// The shape that a value has in a run of one unit.
  func unitShape(of tensor: Tensor, _ layout: RowLayout) -> [Int] {
    var shape = tensor.shape
    switch layout {
    case .shared: break
    case .merged: if !shape.isEmpty { shape[0] /= max(1, count) }
    case .stacked: if !shape.isEmpty { shape.removeFirst() }
    }
    return shape
  }

  // MARK: A node

  func outputs(
    _ step: Plan.Step, _ node: Network.PreparedNode, _ inputs: NodeInputs
  ) throws -> [Tensor] {
    let layouts = step.inputs.map(layout)
    let (outputs, layout) = try outputs(step, node, inputs, layouts)
    for case .some(let value) in step.outputs { self.layouts[value] = layout }
    return outputs
  }

  private func outputs(
    _ step: Plan.Step, _ node: Network.PreparedNode, _ inputs: NodeInputs, _ layouts: [RowLayout]
  ) throws -> ([Tensor], RowLayout) {
    if layouts.allSatisfy({ $0 == .shared }) {
      nodesApart.insert(step.node)
      return (try node.function(inputs), .shared)
    }
    let values = Values(run: self, tensors: inputs.tensors, layouts: layouts)
    let haveRowsFirst = values.layouts.indices.allSatisfy { place in
      layouts[place] == .shared
        || layouts[place] == .merged && values.shapes[place].first == network.unitRows
    }
    let outcome: RowOutcome
    switch node.definition.rows {
    case .elementwise:
      let isAligned = values.areAligned
      if isAligned, haveRowsFirst { nodesApart.insert(step.node) }
      return try elementwise(node, values, isAligned: isAligned)
    case .leading:
      outcome = values.onlyFirstHasRows ? .independent(inputs: [0], outputs: []) : .oneByOne
    case .reshaping(let prepare):
      guard values.onlyFirstHasRows else {
        outcome = .oneByOne
        break
      }
      let context = values.context(node)
      let shape = try prepare(context.reader)(
        values.shapes[0], NodeInputs(tensors: context.reader.constants))
      if haveRowsFirst, shape.first == network.unitRows { nodesApart.insert(step.node) }
      return try reshaped(try inputs[0], to: shape)
    case .along(let axes): outcome = try axes.outcome(values.context(node))
    case .custom(let rule): outcome = try rule(values.context(node))
    case .unknown: outcome = .oneByOne
    }
    if haveRowsFirst, outcome.keepsPlacesApart(values.layouts) { nodesApart.insert(step.node) }
    switch outcome {
    case .shared(let function): return (try function(inputs), .shared)
    case .apart(let function):
      if let merged = try values.merged() { return try checked(function(merged), .merged) }
    case .stacked(let function):
      return try checked(function(try values.stacked()), .stacked)
    case .values(let function):
      if let outputs = try function(values.unitValues()) {
        guard outputs.contains(where: \.hasRows) else { return (outputs.map(\.tensor), .shared) }
        return try checked(try outputs.map { try $0.stacked(count) }, .stacked)
      }
    case .independent(let axes, let outputAxes):
      if let result = try independent(node, values, axes, outputAxes) { return result }
    case .oneByOne: break
    }
    oneByOne.append(step.node)
    return try oneByOne(node, values)
  }

  /// What came out, known to have a place for each unit.
  private func checked(
    _ outputs: [Tensor], _ layout: RowLayout
  ) throws -> ([Tensor], RowLayout) {
    for output in outputs {
      guard let length = output.shape.first,
        layout == .stacked ? length == count : length % max(1, count) == 0
      else { throw UnequalShapes() }
    }
    guard layout == .stacked else { return (outputs, layout) }
    // Where the unit has its rows first, they go on as any other model's: no axis is added.
    guard outputs.allSatisfy({ $0.rank > 1 && $0.shape[1] == network.unitRows }) else {
      return (outputs, layout)
    }
    return (try outputs.map { try $0.reshaped(to: [-1] + $0.shape.dropFirst(2)) }, .merged)
  }

  /// Elements in the same order, of another shape for each unit.
  private func reshaped(_ tensor: Tensor, to shape: [Int]) throws -> ([Tensor], RowLayout) {
    if shape.first == network.unitRows {
      return ([try tensor.reshaped(to: [count * shape[0]] + shape.dropFirst())], .merged)
    }
    return ([try tensor.reshaped(to: [count] + shape)], .stacked)
  }

  // MARK: Elementwise

  private func elementwise(
    _ node: Network.PreparedNode, _ values: Values, isAligned: Bool
  ) throws -> ([Tensor], RowLayout) {
    if isAligned {
      return try checked(node.function(NodeInputs(tensors: values.tensors)), .merged)
    }
    return try checked(node.function(try values.stacked(rank: values.rank)), .stacked)
  }

  // MARK: Axes of their own

  /// Merges the units into an axis whose places the operator treats apart.
  ///
  /// - Returns: Nil where the inputs do not have these axes, or not of one length.
  private func independent(
    _ node: Network.PreparedNode, _ values: Values, _ axes: [Int?], _ outputAxes: [Int]
  ) throws -> ([Tensor], RowLayout)? {
    var tensors = values.tensors
    var length: Int?
    for place in tensors.indices where tensors[place] != nil {
      guard place < axes.count, let axis = axes[place] else {
        guard values.layouts[place] == .shared else { return nil }
        continue
      }
      let shape = values.shapes[place]
      guard axis < shape.count, length == nil || length == shape[axis] else { return nil }
      length = shape[axis]
      if axis == 0, values.layouts[place] == .merged { continue }
      guard let stacked = try values.stacked(place) else { continue }
      let order = (0..<axis).map { $0 + 1 } + [0] + Array((axis + 1)..<(shape.count + 1))
      var merged = shape
      merged[axis] *= count
      tensors[place] = try (axis == 0 ? stacked : stacked.permuted(to: order)).reshaped(to: merged)
    }
    guard let length else { return nil }
    let outputs = try node.function(NodeInputs(tensors: tensors))
    if outputAxes.allSatisfy({ $0 == 0 }) {
      guard outputs.allSatisfy({ $0.shape.first == count * length }) else { return nil }
      return try checked(outputs, .merged)
    }
    return try checked(
      try outputs.enumerated().map { place, output in
        let axis = place < outputAxes.count ? outputAxes[place] : 0
        let shape = output.shape
        guard axis < shape.count, shape[axis] == count * length else { throw UnequalShapes() }
        let apart = Array(shape[..<axis]) + [count, length] + Array(shape[(axis + 1)...])
        let order = [axis] + Array(0..<axis) + Array((axis + 1)..<apart.count)
        return try output.reshaped(to: apart).permuted(to: order)
      }, .stacked)
  }

  // MARK: One by one

  private func oneByOne(
    _ node: Network.PreparedNode, _ values: Values
  ) throws -> ([Tensor], RowLayout) {
    let units = try (0..<count).map { unit in
      try node.function(NodeInputs(tensors: try values.unit(unit)))
    }
    guard let first = units.first else { throw UnequalShapes() }
    let shapes = first.map(\.shape)
    guard units.allSatisfy({ $0.map(\.shape) == shapes }) else { throw UnequalShapes() }
    let isMerged = shapes.allSatisfy { $0.first == network.unitRows }
    let outputs = try first.indices.map { place in
      let parts = units.map { $0[place] }
      return isMerged ? try Tensor.concatenated(parts) : try Tensor.stacked(parts)
    }
    return (outputs, isMerged ? .merged : .stacked)
  }
}

/// The inputs of a node in a run for several units.
private struct Values {
  let run: StackedRun
  let tensors: [Tensor?]
  let layouts: [RowLayout]
  /// A unit's; empty for inputs that are left out.
  let shapes: [[Int]]

  init(run: StackedRun, tensors: [Tensor?], layouts: [RowLayout]) {
    self.run = run
    self.tensors = tensors
    self.layouts = layouts
    shapes = zip(tensors, layouts).map { tensor, layout in
      tensor.map { run.unitShape(of: $0, layout) } ?? []
    }
  }

  var onlyFirstHasRows: Bool {
    layouts.first != .shared && layouts.dropFirst().allSatisfy { $0 == .shared }
  }

  var rank: Int { shapes.map(\.count).max() ?? 0 }

  /// Whether broadcasting lets the first axes of all inputs with merged units face each other, and
  /// nothing else.
  var areAligned: Bool {
    let rank = rank
    let first = layouts.indices.first { layouts[$0] == .merged }.flatMap { shapes[$0].first }
    return rank > 0
      && layouts.indices.allSatisfy { place in
        let shape = shapes[place]
        return switch layouts[place] {
        case .shared: shape.count < rank || shape.first == 1
        case .merged: shape.count == rank && shape.first == first
        case .stacked: false
        }
      }
  }

  func context(_ node: Network.PreparedNode) -> RowContext {
    RowContext(
      definition: node.definition,
      reader: NodeReader(
        node: node.reader.node,
        constants: zip(tensors, layouts).map { $1 == .shared ? $0 : nil },
        types: run.network.types, folder: nil, bodies: node.reader.bodies),
      inputs: tensors.indices.map { place in
        tensors[place].map { _ in
          RowContext.Input(layout: layouts[place], shape: shapes[place])
        }
      }, count: run.count, function: node.function)
  }

  /// The inputs with merged units; nil where they do not have the same length there.
  func merged() throws -> NodeInputs? {
    let places = layouts.indices.filter { layouts[$0] != .shared }
    guard let first = places.first.flatMap({ shapes[$0].first }),
      places.allSatisfy({ shapes[$0].first == first })
    else { return nil }
    return NodeInputs(
      tensors: try tensors.indices.map { place in
        guard let tensor = tensors[place], layouts[place] == .stacked else { return tensors[place] }
        return try tensor.reshaped(to: [run.count * first] + shapes[place].dropFirst())
      })
  }

  /// The inputs that differ between units with stacked ones, the others as they are.
  ///
  /// With a `rank`, axes of length 1 are added to the former behind the units, so that the latter
  /// broadcast against the right ones.
  func stacked(rank: Int = 0) throws -> NodeInputs {
    NodeInputs(
      tensors: try tensors.indices.map { place in
        guard let tensor = tensors[place], layouts[place] != .shared else { return tensors[place] }
        let missing = rank - shapes[place].count
        guard layouts[place] == .merged || missing > 0 else { return tensor }
        let ones = [Int](repeating: 1, count: max(0, missing))
        return try tensor.reshaped(to: [run.count] + ones + shapes[place])
      })
  }

  func unitValues() throws -> [UnitValue?] {
    try tensors.indices.map { place in
      guard let tensor = tensors[place] else { return nil }
      let hasRows = layouts[place] != .shared
      return UnitValue(tensor: hasRows ? try stacked(place) ?? tensor : tensor, hasRows: hasRows)
    }
  }

  /// One input with stacked units, repeated for each where it is shared.
  func stacked(_ place: Int) throws -> Tensor? {
    guard let tensor = tensors[place] else { return nil }
    switch layouts[place] {
    case .stacked: return tensor
    case .merged: return try tensor.reshaped(to: [run.count] + shapes[place])
    case .shared: return try tensor.broadcast(to: [run.count] + shapes[place])
    }
  }

  /// The inputs of a run of one unit.
  func unit(_ unit: Int) throws -> [Tensor?] {
    try tensors.indices.map { place in
      guard let tensor = tensors[place] else { return nil }
      switch layouts[place] {
      case .shared: return tensor
      case .stacked: return try tensor.selected(unit, axis: 0)
      case .merged:
        let length = shapes[place].first ?? 1
        return try tensor.sliced(axis: 0, from: unit * length, to: (unit + 1) * length)
      }
    }
  }
}
