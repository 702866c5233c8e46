// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

/// LSTM, whose gradient is written down, against libtorch's own operations one by one.
@Suite struct LSTMTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var steps: Int
    var rows: Int
    var features: Int
    var hidden: Int
    var directions = 1

    var testDescription: String {
      "\(steps) steps of \(rows) rows, \(features) to \(hidden), \(directions) directions"
    }
  }

  static let cases = [
    Case(steps: 7, rows: 5, features: 3, hidden: 4),
    Case(steps: 1, rows: 1, features: 1, hidden: 1),
    Case(steps: 5, rows: 1, features: 6, hidden: 9),
    Case(steps: 64, rows: 50, features: 17, hidden: 33),
    Case(steps: 6, rows: 3, features: 4, hidden: 5, directions: 2),
  ]

  /// What a layer is given.
  private struct Layer {
    let x: Tensor
    let states: [Tensor]
    let weights: [Tensor]

    init(_ it: Case, type: ElementType) throws {
      func random(_ shape: [Int], _ seed: UInt64) throws -> Tensor {
        try Tensor.normal(shape, type: .float64, from: Generator(seed: seed)).converted(to: type)
      }
      x = try random([it.steps, it.rows, it.features], 1)
      states = try [2, 3].map { try random([it.directions, it.rows, it.hidden], $0) }
      var weights: [Tensor] = []
      for direction in 0..<UInt64(it.directions) {
        weights.append(try random([4 * it.hidden, it.features], 10 * direction + 4))
        weights.append(try random([4 * it.hidden, it.hidden], 10 * direction + 5) * 0.5)
        weights.append(try random([4 * it.hidden], 10 * direction + 6))
        weights.append(try random([4 * it.hidden], 10 * direction + 7))
      }
      self.weights = weights
    }

    /// What comes out, and the gradients of a weighted sum of it at all that came in; with those of
    /// the sum of their squares, where `twice`.
    func run(_ isOurs: Bool, twice: Bool = false) throws -> [Tensor] {
      let leaves = try ([x] + states).map { try $0.tracked() }
      let outputs = try outputs(isOurs, leaves[0], Array(leaves[1...]))
      let sums = try outputs.enumerated().map { place, output in
        let weights = try Tensor.normal(
          output.shape, type: .float64, from: Generator(seed: 20 + UInt64(place)))
        return try (output * weights.converted(like: output)).sum()
      }
      let sum = try sums.dropFirst().reduce(sums[0]) { try $0 + $1 }
      let gradients = try gradient(of: sum, withRespectTo: leaves, differentiable: twice)
      guard twice else { return try outputs.map { try $0.detached() } + gradients }
      let squares = try gradients.map { try ($0 * $0).sum() }
      let total = try squares.dropFirst().reduce(squares[0]) { try $0 + $1 }
      return try gradients.map { try $0.detached() }
        + gradient(of: total, withRespectTo: leaves)
    }

    func outputs(_ isOurs: Bool, _ x: Tensor, _ states: [Tensor]) throws -> [Tensor] {
      if isOurs {
        let (sequence, ends) = try x.recurrent(.lstm, from: states, weights: weights)
        return [sequence] + ends
      }
      return try Operator("aten::lstm", "input").all(
        .tensor(x), .tensors(states), .tensors(weights), .boolean(true), .integer(1), .number(0),
        .boolean(false), .boolean(weights.count == 8), .boolean(false))
    }
  }

  @Test(arguments: cases)
  func `numbers and gradients are libtorch's`(_ it: Case) throws {
    for (type, tolerance) in [(ElementType.float64, 1e-12), (.float32, 2e-5)] {
      let layer = try Layer(it, type: type)
      for (ours, theirs) in try zip(layer.run(true), layer.run(false)) {
        try expectClose(ours, theirs, absolute: tolerance, relative: tolerance)
      }
    }
  }

  @Test(arguments: cases)
  func `a gradient can be differentiated again`(_ it: Case) throws {
    let layer = try Layer(it, type: .float64)
    for (ours, theirs) in try zip(layer.run(true, twice: true), layer.run(false, twice: true)) {
      try expectClose(ours, theirs, absolute: 1e-11, relative: 1e-11)
    }
  }

  @Test func `no record changes no number, and rows do not see each other`() throws {
    let layer = try Layer(Case(steps: 9, rows: 6, features: 8, hidden: 16), type: .float32)
    let all = try layer.outputs(true, layer.x, layer.states)
    let recorded = try layer.outputs(true, layer.x.tracked(), layer.states)
    for (one, other) in zip(all, recorded) {
      #expect(try one.numbers() == other.detached().numbers())
    }
    for row in 0..<6 {
      let alone = try layer.outputs(
        true, layer.x.selected(row, axis: 1).unsqueezed(axis: 1),
        layer.states.map { try $0.selected(row, axis: 1).unsqueezed(axis: 1) })
      for (one, other) in zip(all, alone) {
        try expectClose(
          other, one.selected(row, axis: 1).unsqueezed(axis: 1), absolute: 1e-6)
      }
    }
  }

  @Test func `sequences whose rows lie first in memory are read as they are`() throws {
    let layer = try Layer(Case(steps: 9, rows: 6, features: 8, hidden: 16), type: .float32)
    let turned = try layer.x.transposed(0, 1).contiguous().transposed(0, 1)
    for (one, other) in try zip(
      layer.outputs(true, turned, layer.states), layer.outputs(true, layer.x, layer.states))
    {
      #expect(try one.numbers() == other.numbers())
    }
  }

  @Test func `what does not fit is told, not read`() throws {
    let layer = try Layer(Case(steps: 3, rows: 2, features: 4, hidden: 5), type: .float32)
    let wrong = try Tensor.zeros([1, 1, 5])
    #expect(throws: TorchError.self) {
      try layer.outputs(true, layer.x, [wrong, layer.states[1]])
    }
    #expect(throws: TorchError.self) {
      try layer.outputs(true, Tensor.zeros([3, 2, 7]), layer.states)
    }
    #expect(throws: TorchError.self) {
      try layer.outputs(true, layer.x.converted(to: .float64), layer.states)
    }
  }

  @Test func `weights that are tracked learn`() throws {
    let layer = try Layer(Case(steps: 3, rows: 2, features: 4, hidden: 5), type: .float64)
    let weights = try layer.weights.map { try $0.tracked() }
    let (sequence, _) = try layer.x.recurrent(.lstm, from: layer.states, weights: weights)
    let gradients = try gradient(of: sequence.sum(), withRespectTo: weights)
    for gradient in gradients { #expect(try gradient.absolute().sum().number() > 0) }
  }
}
