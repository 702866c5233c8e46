// SPDX-License-Identifier: Apache-2.0

import Torch

/// `Scan`: a body that goes along sequences, carries states, and gives slices of other sequences.
///
/// In operator set 8 all tensors have a batch axis in front, along which the body runs again for
/// each place; the later ones have none, and sequences may lie on any axis.
struct Scan: Sendable {
  private let body: PreparedBody
  private let hasBatch: Bool
  private let states: Int
  private let sequences: Int
  private let inputAxes: [Int]
  private let inputsBackward: [Bool]
  private let outputAxes: [Int]
  private let outputsBackward: [Bool]

  init(_ node: NodeReader, hasBatch: Bool) throws {
    body = try node.body("body")
    self.hasBatch = hasBatch
    guard let sequences = try node.integer("num_scan_inputs"), sequences > 0 else {
      throw NodeFault("the attribute 'num_scan_inputs' should be at least 1")
    }
    self.sequences = sequences
    states = node.node.ownInputCount - (hasBatch ? 1 : 0) - sequences
    guard states >= 0, body.formalCount == states + sequences else {
      throw NodeFault(
        "its body takes \(body.formalCount) inputs, and \(states + sequences) are given,"
          + " \(sequences) of them sequences")
    }
    let scanned = body.outputCount - states
    guard scanned >= 0, node.outputCount <= states + scanned else {
      throw NodeFault(
        "its body gives \(body.outputCount) outputs, and \(states) states and"
          + " \(node.outputCount) outputs are wanted")
    }
    func list(_ name: String, _ count: Int) throws -> [Int] {
      guard let values = try node.integers(name) else { return [Int](repeating: 0, count: count) }
      guard values.count == count else {
        throw NodeFault("the attribute '\(name)' has \(values.count) numbers, not \(count)")
      }
      return values
    }
    func directions(_ name: String, _ count: Int) throws -> [Bool] {
      let values = try list(name, count)
      guard values.allSatisfy({ $0 == 0 || $0 == 1 }) else {
        throw NodeFault("the attribute '\(name)' should have zeros and ones, not \(values)")
      }
      return values.map { $0 == 1 }
    }
    inputAxes = try list("scan_input_axes", sequences)
    outputAxes = try list("scan_output_axes", scanned)
    inputsBackward = try directions(
      hasBatch ? "directions" : "scan_input_directions", sequences)
    outputsBackward = try directions("scan_output_directions", scanned)
  }

  var function: NodeFunction {
    { inputs in
      guard hasBatch else {
        let own = try (0..<(states + sequences)).map { try inputs[$0] }
        return try run(own, length: nil, around: inputs)
      }
      let own = try (1..<(1 + states + sequences)).map { try inputs[$0] }
      guard let rows = own.first?.shape.first,
        own.allSatisfy({ $0.rank > 0 && $0.shape[0] == rows }), rows > 0
      else { throw NodeFault("its inputs \(own.map(\.shape)) do not begin with the same batch") }
      let lengths = try inputs.optional(0)?.integers()
      guard lengths.map({ $0.count == rows }) ?? true else {
        throw NodeFault("the lengths of its sequences are not as many as its batch of \(rows)")
      }
      let results = try (0..<rows).map { row in
        try run(
          try own.map { try $0.selected(row, axis: 0) }, length: lengths?[row], around: inputs)
      }
      return try results[0].indices.map { output in try .stacked(results.map { $0[output] }) }
    }
  }

  /// Goes along one set of sequences.
  ///
  /// - Parameters:
  ///   - own: States, then sequences.
  ///   - length: How far to go, where it is not to the end; outputs are filled up with zeros.
  private func run(_ own: [Tensor], length: Int?, around inputs: NodeInputs) throws -> [Tensor] {
    var state = Array(own[..<states])
    let sequences = own[states...]
    let axes = try zip(sequences, inputAxes).map { try resolved(axis: $1, rank: $0.rank) }
    let lengths = zip(sequences, axes).map { $0.shape[$1] }
    guard let whole = lengths.first, lengths.allSatisfy({ $0 == whole }) else {
      throw NodeFault("its sequences have the lengths \(lengths)")
    }
    let count = length ?? whole
    guard (0...whole).contains(count) else {
      throw NodeFault("a sequence of \(whole) places should be read up to \(count)")
    }
    let scanned = body.outputCount - states
    var stacks = [[Tensor]](repeating: [], count: scanned)
    for step in 0..<count {
      let slices = try zip(sequences, zip(axes, inputsBackward)).map { sequence, place in
        try sequence.selected(place.1 ? count - 1 - step : step, axis: place.0)
      }
      let outputs = try body.run(state + slices, around: inputs)
      state = Array(outputs[..<states])
      for place in 0..<scanned { stacks[place].append(outputs[states + place]) }
    }
    return try state
      + stacks.enumerated().map { place, parts in
        guard let first = parts.first else {
          let one = try body.empty(states + place, axis: 0)
          guard whole > 0, one.rank > 1 else { return one }
          return try .zeros([whole] + one.shape.dropFirst(), type: one.elementType, on: one.device)
        }
        var ordered = outputsBackward[place] ? parts.reversed() : parts
        if count < whole {
          let zero = try first.filled(with: 0)
          ordered += [Tensor](repeating: zero, count: whole - count)
        }
        return try .stacked(
          ordered, axis: try resolved(axis: outputAxes[place], rank: first.rank + 1))
      }
  }
}

extension Scan {
  /// The body runs for all rows at once, along sequences that are as long for each.
  func outcome(count units: Int) -> RowOutcome {
    .values { inputs in
      let own = try (0..<(states + sequences)).map { place in
        guard let value = inputs[place] else { throw NodeFault("input \(place) is missing") }
        return value
      }
      var state = Array(own[..<states])
      let sequences = own[states...]
      let axes = try zip(sequences, inputAxes).map { value, axis in
        value.axis(
          try resolved(axis: axis, rank: value.tensor.rank - (value.hasRows ? 1 : 0)))
      }
      let lengths = zip(sequences, axes).map { $0.tensor.shape[$1] }
      guard let whole = lengths.first, whole > 0, lengths.allSatisfy({ $0 == whole }) else {
        return nil
      }
      let scanned = body.outputCount - states
      var stacks = [[UnitValue]](repeating: [], count: scanned)
      for step in 0..<whole {
        let slices = try zip(sequences, zip(axes, inputsBackward)).map { value, place in
          UnitValue(
            tensor: try value.tensor.selected(place.1 ? whole - 1 - step : step, axis: place.0),
            hasRows: value.hasRows)
        }
        let outputs = try body.run(state + slices, around: inputs, count: units)
        state = Array(outputs[..<states])
        for place in 0..<scanned { stacks[place].append(outputs[states + place]) }
      }
      return try state
        + stacks.enumerated().map { place, parts in
          let rank = parts[0].tensor.rank - (parts[0].hasRows ? 1 : 0)
          return try .stacked(
            outputsBackward[place] ? parts.reversed() : parts,
            axis: try resolved(axis: outputAxes[place], rank: rank + 1), count: units)
        }
    }
  }
}

extension OperatorRegistry {
  /// The batch is gone through one place after the other: units cannot meet.
  static func scan8Rows(_ context: RowContext) throws -> RowOutcome {
    let own = context.reader.node.ownInputCount
    let isApart = context.inputs.enumerated().allSatisfy { place, input in
      guard let input else { return true }
      return input.hasRows == (place < own)
    }
    return isApart ? .apart(context.function) : .oneByOne
  }
}
