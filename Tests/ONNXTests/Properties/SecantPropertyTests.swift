// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing

@testable import ONNX
@testable import Torch

/// Random graphs followed by secants, many rows at once.
@Suite struct SecantPropertyTests {
  /// What went wrong with a graph.
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  @Test(arguments: [RandomGraph.Rows.open, .fixed(1)])
  func `differences add up row by row through random networks`(rows: RandomGraph.Rows) {
    var (checked, known) = (0, 0)
    for seed in UInt64(1)...300 {
      func fault(nodes: Int) -> String? {
        var graph = RandomGraph(seed: seed, rows: rows, nodes: nodes)
        guard !graph.outputs.isEmpty else { return nil }
        do {
          let model = try ONNXModel(bytes: graph.bytes, elementType: .float64)
          // A layer that runs along the rows takes one alone.
          guard model.network.timeFault == nil else { return nil }
          let pass = SecantPass(checksRows: true)
          try check(&graph, model, pass)
          checked += 1
          if pass.operationsThatLoseRows.isEmpty { known += 1 }
          return nil
        } catch { return "\(error)\n\(graph.description)" }
      }
      guard let complaint = fault(nodes: 2 + Int(seed % 13)) else { continue }
      var smallest: String?
      for nodes in 1...14 where smallest == nil { smallest = fault(nodes: nodes) }
      Issue.record("\(smallest ?? complaint)")
    }
    print("\(checked) networks, \(known) of which know all along where rows lie")
    #expect(checked > 250)
    #expect(known > 220)
  }

  /// Ways of rows that lie side by side: sample s of instance i is row s · instances + i.
  private func check(_ graph: inout RandomGraph, _ model: ONNXModel, _ pass: SecantPass) throws {
    let instances = graph.pick(1...3)
    let samples = graph.pick(2...4)
    let count = instances * samples
    var given: [Place: Tensor] = [:]
    var moving: [(place: Place, numbers: Tensor)] = []
    for input in graph.inputs {
      let place = Place(input.value.name)
      guard input.hasRows else {
        given[place] = try graph.tensor(for: input, rows: count)
        continue
      }
      if input.classes == nil, moving.isEmpty || graph.chance(0.5) {
        moving.append((place, try graph.tensor(for: input, rows: count)))
      } else {
        // What does not move is the same all along a way.
        let own = try graph.tensor(for: input, rows: instances)
        given[place] = try .concatenated([Tensor](repeating: own, count: samples))
      }
    }
    let outputs = graph.outputs.map { Place($0) }
    func results(_ tensors: [Tensor]) throws -> [Tensor] {
      var given = given
      for (input, tensor) in zip(moving, tensors) { given[input.place] = tensor }
      return try model.evaluate(outputs, given: given)
    }
    let plain = try results(moving.map(\.numbers))
    // Only what has rows is shared out row by row.
    let places = plain.indices.filter {
      plain[$0].shape.first == count && plain[$0].elementType.isFloatingPoint
    }
    guard try places.allSatisfy({ try plain[$0].absolute().sum().number().isFinite }) else {
      return
    }
    let ways = count - instances
    let rows = CellRows(axis: 0, stride: instances)
    let weights = try plain.map { result -> Tensor in
      let numbers = try Tensor(graph.random.numbers(result.count), shape: result.shape)
      let isWay = try Tensor((0..<count).map { $0 < ways ? 1.0 : 0 })
        .reshaped(to: [count] + [Int](repeating: 1, count: result.rank - 1))
      return try numbers * isWay
    }
    func byRow(_ tensor: Tensor) throws -> Tensor {
      try tensor.reshaped(to: [count, -1]).sum(axes: [1])
    }
    func slopes(_ points: [Tensor]) throws -> [Tensor] {
      let followed = try results(points)
      var sums = try points.map { try $0.near.filled(with: 0) }
      for place in places where followed[place].isTracked {
        let parts = try gradient(
          of: followed[place], withRespectTo: points, weight: weights[place], keepingRecord: true)
        sums = try zip(sums, parts).map { try $0 + $1 }
      }
      return sums
    }
    let known = try slopes(
      moving.map { try $0.numbers.tracked(bySecantsTo: instances, of: pass) })
    let lost = try slopes(
      moving.map { try $0.numbers.tracked(bySecantsTo: $0.numbers.shifted(rows), of: SecantPass()) }
    )
    var shares = try Tensor(0.0)
    var size = try Tensor(1.0)
    for (slope, input) in zip(known, moving) {
      let parts = try slope * (input.numbers.shifted(rows) - input.numbers)
      shares = try shares + byRow(parts)
      size = try size + byRow(parts.absolute())
    }
    var changes = try shares.filled(with: 0)
    for place in places {
      let change = try plain[place].shifted(rows) - plain[place]
      changes = try changes + byRow(change * weights[place])
      size = try size + byRow(plain[place].absolute())
    }
    let gap = try ((shares - changes).absolute() / size).max().number()
    guard gap < 1e-10 else {
      throw Fault(description: "shares are off the change by \(gap) of their size")
    }
    for (one, other) in zip(known, lost) {
      let scale = try other.absolute().max().number() + 1
      let off = try (one - other).absolute().max().number()
      guard off <= 1e-8 * scale else {
        throw Fault(description: "slopes differ by \(off) of \(scale) where rows are lost")
      }
    }
  }
}
