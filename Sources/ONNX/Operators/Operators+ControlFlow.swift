// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Operators with bodies: branches and loops.
  ///
  /// See ``PreparedBody``.
  static let controlFlow: [OperatorDefinition] = [
    OperatorDefinition("If", arity: 1...1, rows: .custom(branchRows), prepare: branch),
    OperatorDefinition("Loop", arity: 2...Int.max, rows: .custom(loopRows), prepare: loop),
    OperatorDefinition("Scan", since: 8, until: 8, arity: 1...Int.max, rows: .custom(scan8Rows)) {
      node in try Scan(node, hasBatch: true).function
    },
    OperatorDefinition(
      "Scan", since: 9, arity: 1...Int.max,
      rows: .custom { try Scan($0.reader, hasBatch: false).outcome(count: $0.count) }
    ) { node in try Scan(node, hasBatch: false).function },
  ]

  // MARK: If

  private static func branch(_ node: NodeReader) throws -> NodeFunction {
    let (then, otherwise) = (try node.body("then_branch"), try node.body("else_branch"))
    for (name, branch) in [("then_branch", then), ("else_branch", otherwise)] {
      guard branch.formalCount == 0 else {
        throw NodeFault("its '\(name)' has inputs of its own; branches read values by name")
      }
      guard branch.outputCount >= node.outputCount else {
        throw NodeFault(
          "it has \(node.outputCount) outputs, and its '\(name)' gives \(branch.outputCount)")
      }
    }
    return { inputs in
      try (try truth(try inputs[0]) ? then : otherwise).run([], around: inputs)
    }
  }

  /// The branch runs for all rows at once, unless they decide which one.
  private static func branchRows(_ context: RowContext) throws -> RowOutcome {
    guard context.input(0)?.hasRows == false else { return .oneByOne }
    let then = try context.reader.body("then_branch")
    let otherwise = try context.reader.body("else_branch")
    let count = context.count
    return .values { inputs in
      guard let condition = inputs[0] else { throw NodeFault("input 0 is missing") }
      return try (try truth(condition.tensor) ? then : otherwise)
        .run([], around: inputs, count: count)
    }
  }

  // MARK: Loop

  private static func loop(_ node: NodeReader) throws -> NodeFunction {
    let body = try node.body("body")
    let carried = node.node.ownInputCount - 2
    let scanned = body.outputCount - 1 - carried
    guard body.formalCount == carried + 2 else {
      throw NodeFault(
        "its body takes \(body.formalCount) inputs; for \(carried) carried values it takes"
          + " \(carried + 2)")
    }
    guard scanned >= 0, node.outputCount <= carried + scanned else {
      throw NodeFault(
        "its body gives \(body.outputCount) outputs; for \(carried) carried values and"
          + " \(node.outputCount) outputs it gives \(max(carried, node.outputCount) + 1)")
    }
    let (hasCount, hasCondition) = (node.hasInput(0), node.hasInput(1))
    let goesOn = try body.constantOutput(0).map { try truth($0) }
    let begins = try hasCondition ? node.constant(1).map { try truth($0) } : true
    guard hasCount || goesOn != true || begins != true else {
      throw NodeFault("it never ends: it has no number of iterations, and its condition is true")
    }
    return { inputs in
      // Loops of more than 2^53 iterations end no sooner.
      let count = try hasCount ? wholeNumber(try inputs[0]) : Int.max
      var holds = try hasCondition ? truth(try inputs[1]) : true
      var state = try (0..<carried).map { try inputs[$0 + 2] }
      var stacks = [[Tensor]](repeating: [], count: scanned)
      var iteration = 0
      while holds, iteration < count {
        let outputs = try body.run(
          [try Tensor(iteration), try Tensor(holds)] + state, around: inputs)
        holds = try truth(outputs[0])
        state = Array(outputs[1..<(1 + carried)])
        for place in 0..<scanned { stacks[place].append(outputs[1 + carried + place]) }
        iteration += 1
      }
      return try state
        + stacks.enumerated().map { place, parts in
          try parts.isEmpty ? body.empty(1 + carried + place, axis: 0) : .stacked(parts)
        }
    }
  }

  /// The body runs for all rows at once, as long as they do not decide how often.
  private static func loopRows(_ context: RowContext) throws -> RowOutcome {
    let body = try context.reader.body("body")
    let carried = context.reader.node.ownInputCount - 2
    let scanned = body.outputCount - 1 - carried
    let units = context.count
    return .values { inputs in
      if inputs[0]?.hasRows == true || inputs[1]?.hasRows == true { return nil }
      let count = try inputs[0].map { try wholeNumber($0.tensor) } ?? Int.max
      var holds = try inputs[1].map { try truth($0.tensor) } ?? true
      var state = try (0..<carried).map { place in
        guard let value = inputs[place + 2] else { throw NodeFault("a carried value is missing") }
        return value
      }
      var stacks = [[UnitValue]](repeating: [], count: scanned)
      var iteration = 0
      while holds, iteration < count {
        let formal = [try Tensor(iteration), try Tensor(holds)]
        let outputs = try body.run(
          formal.map { UnitValue(tensor: $0, hasRows: false) } + state, around: inputs,
          count: units)
        if outputs[0].hasRows { return nil }
        holds = try truth(outputs[0].tensor)
        state = Array(outputs[1..<(1 + carried)])
        for place in 0..<scanned { stacks[place].append(outputs[1 + carried + place]) }
        iteration += 1
      }
      return try state
        + stacks.enumerated().map { place, parts in
          try parts.isEmpty
            ? UnitValue(tensor: body.empty(1 + carried + place, axis: 0), hasRows: false)
            : .stacked(parts, axis: 0, count: units)
        }
    }
  }

  /// Whether a condition holds.
  static func truth(_ condition: Tensor) throws -> Bool {
    guard condition.count == 1 else {
      throw NodeFault("a condition should be one truth value and has the shape \(condition.shape)")
    }
    return try condition.number() != 0
  }

  private static func wholeNumber(_ count: Tensor) throws -> Int {
    guard count.count == 1 else {
      throw NodeFault("the number of iterations has the shape \(count.shape)")
    }
    return try count.integers()[0]
  }
}

extension NodeReader {
  /// A body of control flow.
  func body(_ name: String) throws -> PreparedBody {
    guard let body = bodies[name] else { throw NodeFault("the attribute '\(name)' has no graph") }
    return body
  }
}

extension PreparedBody {
  /// What an output gives, stacked along `axis`, when the body never runs.
  func empty(_ place: Int, axis: Int) throws -> Tensor {
    let value = network.graph.values[network.graph.outputs[place]]
    // Lengths that the file leaves open are none, as onnxruntime has it.
    var shape = (value.declaredShape ?? []).map { axis in
      if case .fixed(let length) = axis { length } else { 0 }
    }
    shape.insert(0, at: min(axis, shape.count))
    let type = network.types.computed(value.declaredType ?? .float32)
    return try .zeros(shape, type: type, on: type.isFloatingPoint ? network.types.device : .cpu)
  }
}
