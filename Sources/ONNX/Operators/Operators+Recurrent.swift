// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Recurrent layers, step by step.
  static let recurrent: [OperatorDefinition] = [
    OperatorDefinition("RNN", arity: 3...6, rows: .custom(recurrentRows)) { try layer(.rnn, $0) },
    OperatorDefinition("GRU", arity: 3...6, rows: .custom(recurrentRows)) { try layer(.gru, $0) },
    OperatorDefinition("LSTM", arity: 3...8, rows: .custom(recurrentRows)) { try layer(.lstm, $0) },
  ]

  private enum Direction: String, Sendable {
    case forward, reverse, bidirectional

    var count: Int { self == .bidirectional ? 2 : 1 }

    func isReverse(_ index: Int) -> Bool { self == .reverse || index == 1 }
  }

  /// The sequences of a batch run beside each other; rows of weights are shared.
  private static func recurrentRows(_ context: RowContext) throws -> RowOutcome {
    let batch = try context.reader.flag("layout") ? 0 : 1
    return .independent(
      inputs: [batch, nil, nil, nil, 0, batch, batch, nil],
      outputs: batch == 0 ? [0, 0, 0] : [2, 1, 1])
  }

  private static func layer(_ kind: RecurrentCell.Kind, _ node: NodeReader) throws -> NodeFunction {
    let direction: Direction = try node.choice("direction", .forward)
    let cells = try cells(kind, node, count: direction.count)
    let rowsFirst = try node.flag("layout")
    let standard = StandardRecurrence(kind, cells, node, isReverse: direction == .reverse)
    return { inputs in
      let x = rowsFirst ? try inputs[0].transposed(0, 1) : try inputs[0]
      let weights = try inputs[2]
      guard x.rank == 3, weights.rank == 3, weights.shape[0] == direction.count,
        try inputs[1].rank == 3, try inputs[1].shape[0] == direction.count
      else { throw NodeFault("the shapes \(x.shape) and \(weights.shape) do not fit") }
      guard x.shape[1] > 0, x.shape[2] > 0, weights.shape[2] > 0 else {
        throw NodeFault("nothing to run along: the shapes \(x.shape) and \(weights.shape)")
      }
      guard weights.shape[1] == kind.gates * weights.shape[2] else {
        throw NodeFault("recurrent weights of the shape \(weights.shape)")
      }
      // A step is more than a node's work.
      try Allowance.current?.spend(2 * x.shape[0])
      let isOpen = try sight(inputs.optional(4), length: x.shape[0], rows: x.shape[1], x.device)
      // Secants follow single steps, not whole layers.
      let isFollowed = inputs.tensors.contains { $0?.isFollowedBySecants == true }
      if isOpen == nil, !isFollowed, let standard, x.shape[0] > 0, x.shape[1] > 0 {
        return try standard.outputs(x, inputs, rowsFirst: rowsFirst)
      }
      var sequences: [Tensor] = []
      var ends = [[Tensor]](repeating: [], count: kind.states)
      for (index, cell) in cells.enumerated() {
        let starts = try (0..<kind.states).map { place in
          try inputs.optional(5 + place).map { rowsFirst ? try $0.transposed(0, 1) : $0 }
            .map { try $0.selected(index, axis: 0) }
            ?? Tensor.zeros([x.shape[1], weights.shape[2]], type: x.elementType, on: x.device)
        }
        let (sequence, end) = try run(
          cell, x, inputs, index, from: starts, isReverse: direction.isReverse(index), isOpen)
        sequences.append(sequence)
        for place in ends.indices { ends[place].append(end[place]) }
      }
      // [time, directions, rows, hidden], or rows ahead of both.
      let axes = rowsFirst ? [2, 0, 1, 3] : [0, 1, 2, 3]
      let all = try Tensor.stacked(sequences, axis: 1).permuted(to: axes)
      return try [all] + ends.map { try .stacked($0, axis: rowsFirst ? 1 : 0) }
    }
  }

  /// Where a step belongs to a row's sequence, `[time, rows, 1]`; nil where all are of full length.
  private static func sight(
    _ lengths: Tensor?, length: Int, rows: Int, _ device: Device
  ) throws -> Tensor? {
    guard let lengths, case let numbers = try lengths.integers(),
      numbers.contains(where: { $0 != length })
    else { return nil }
    guard numbers.count == rows, numbers.allSatisfy({ (0...length).contains($0) }) else {
      throw NodeFault("the lengths \(numbers) do not fit \(rows) sequences of \(length)")
    }
    return try
      (Tensor.range(to: length).unsqueezed(axis: 1)
      .< lengths.converted(to: .int64).moved(to: .cpu)).unsqueezed(axis: 2).moved(to: device)
  }

  /// One direction: the hidden state of each step, `[time, rows, hidden]`, and the last states.
  private static func run(
    _ cell: RecurrentCell, _ x: Tensor, _ inputs: NodeInputs, _ index: Int, from starts: [Tensor],
    isReverse: Bool, _ isOpen: Tensor?
  ) throws -> (sequence: Tensor, end: [Tensor]) {
    let hidden = try inputs[2].shape[2]
    let size = cell.kind.gates * hidden
    let bias =
      try inputs.optional(3)?.selected(index, axis: 0)
      ?? Tensor.zeros([2 * size], type: x.elementType, on: x.device)
    let halves = try bias.split(lengths: [size, size], axis: 0)
    let peepholes = try inputs.optional(7)?.selected(index, axis: 0)
      .split(lengths: [hidden, hidden, hidden], axis: 0)
    let weights = RecurrentCell.Weights(
      kernel: try inputs[2].selected(index, axis: 0).transposed(), bias: halves[1],
      peepholes: peepholes ?? [], hidden: hidden)
    // The input's share of all steps at once.
    let shares = try x.matrixProduct(inputs[1].selected(index, axis: 0).transposed()) + halves[0]
    guard shares.rank == 3, shares.shape[2] == size else {
      throw NodeFault("weights of the shape \(try inputs[1].shape)")
    }
    let times = Array(0..<x.shape[0])
    var state = starts
    var outputs: [Tensor] = []
    for time in isReverse ? times.reversed() : times {
      let next = try cell.step(try shares.selected(time, axis: 0), state, weights)
      guard let isOpen else {
        state = next
        outputs.append(next[0])
        continue
      }
      let isHere = try isOpen.selected(time, axis: 0)
      state = try zip(next, state).map { try $0.chosen(where: isHere, else: $1) }
      outputs.append(try next[0].filled(with: 0, where: .!isHere))
    }
    guard !outputs.isEmpty else {
      return (
        try .zeros([0, x.shape[1], hidden], type: x.elementType, on: x.device), starts
      )
    }
    return (try .stacked(isReverse ? outputs.reversed() : outputs), state)
  }

  /// The cell of each direction.
  private static func cells(
    _ kind: RecurrentCell.Kind, _ node: NodeReader, count: Int
  ) throws -> [RecurrentCell] {
    var names = [[String]](repeating: kind.activations, count: count).flatMap { $0 }
    if let attribute = node.node.attributes["activations"] {
      guard case .texts(let given) = attribute, given.count == names.count else {
        throw NodeFault("the attribute 'activations' should be \(names.count) names")
      }
      names = given
    }
    var alpha = try node.floats("activation_alpha").map { $0[...] } ?? []
    var beta = try node.floats("activation_beta").map { $0[...] } ?? []
    let functions = try names.map { try RecurrentActivation($0, alpha: &alpha, beta: &beta) }
    let limit = try node.float("clip")
    guard limit.map({ $0 >= 0 }) ?? true else {
      throw NodeFault("the attribute 'clip' is negative")
    }
    let couplesGates = try node.flag("input_forget")
    let resetsAfter = try node.flag("linear_before_reset")
    let each = kind.activations.count
    return (0..<count).map { index in
      RecurrentCell(
        kind: kind, activations: Array(functions[index * each..<(index + 1) * each]),
        limit: limit == 0 ? nil : limit, couplesGates: couplesGates, resetsAfter: resetsAfter)
    }
  }
}
