// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import Testing
import Torch

@testable import ONNX

/// Slices of random graphs at random cuts, against a run of the whole network, node by node, for
/// every row and point alone.
///
/// `ATTRIBUTION_PROPERTY_GRAPHS=5000` checks as many graphs, `ATTRIBUTION_PROPERTY_SEED` begins with
/// another one.
@Suite struct SlicePropertyTests {
  /// What went wrong with a graph.
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  private static func setting(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment["ATTRIBUTION_PROPERTY_\(name)"].flatMap { Int($0) }
  }

  /// Runs `check` on graphs of growing size, and records the smallest one of the first that fails.
  ///
  /// - Parameter check: Tells whether there was something to check; a fair part of the graphs must
  ///   have it.
  private func forGraphs(
    _ count: Int, rows: [RandomGraph.Rows], _ check: (inout RandomGraph, ONNXModel) throws -> Bool
  ) {
    var checked = 0
    let count = Self.setting("GRAPHS") ?? count
    let first = UInt64(Self.setting("SEED") ?? 1)
    var failures = 0
    for seed in first..<first + UInt64(count) {
      let kind = rows[Int(seed) % rows.count]
      func fault(nodes: Int) -> String? {
        var graph = RandomGraph(seed: seed, rows: kind, nodes: nodes)
        guard !graph.outputs.isEmpty else { return nil }
        do {
          let model = try ONNXModel(bytes: graph.bytes, elementType: .float64)
          // A layer that runs along the rows takes one alone.
          guard model.network.timeFault == nil else { return nil }
          if try check(&graph, model) { checked += 1 }
          return nil
        } catch { return "\(error)\n\(graph.description)" }
      }
      guard let complaint = fault(nodes: 2 + Int(seed % 13)) else { continue }
      var smallest: String?
      for nodes in 1...14 where smallest == nil { smallest = fault(nodes: nodes) }
      Issue.record("\(smallest ?? complaint)")
      failures += 1
      if failures == 3 { return }
    }
    #expect(count < 50 || 8 * checked > count, "only \(checked) of \(count) graphs were checked")
  }

  private func expectSame(
    _ a: Tensor, _ b: Tensor, _ what: @autoclosure () -> String, tolerance: Double = 1e-9
  ) throws {
    let scale = try b.numbers().map { abs($0) }.filter(\.isFinite).max() ?? 0
    let difference = try difference(a, b, relative: tolerance, absolute: tolerance * (1 + scale))
    if let difference { throw Fault(description: "\(what()): \(difference)") }
  }

  /// A batch, and its rows apart.
  private func batch(
    _ graph: inout RandomGraph, rows: Int
  ) throws -> (whole: [String: Tensor], rows: [[String: Tensor]]) {
    var whole: [String: Tensor] = [:]
    for input in graph.inputs {
      whole[input.value.name] = try graph.tensor(for: input, rows: rows)
    }
    let rowsApart = try (0..<rows).map { row in
      var own = whole
      for input in graph.inputs where input.hasRows {
        own[input.value.name] = try whole[input.value.name]?[row..<row + 1]
      }
      return own
    }
    return (whole, rowsApart)
  }

  private func places(_ tensors: [String: Tensor]) -> [Place: Tensor] {
    Dictionary(uniqueKeysWithValues: tensors.map { (Place($0), $1) })
  }

  // MARK: Values

  @Test func `values between cuts are the whole network's`() {
    forGraphs(250, rows: [.open, .fixed(1)]) { graph, model in
      let naive = NaiveNetwork(model)
      let count = graph.pick(1...4)
      let (whole, rows) = try batch(&graph, rows: count)
      let own = try rows.map { try naive.values($0) }
      let start = graph.cut(of: model, values: own[0])
      let end = graph.cut(of: model, values: own[0])

      // Any value of the network, for all rows at once.
      let seen = try model.evaluate(start.places + end.places, given: places(whole))
      for (place, tensor) in zip(start.places + end.places, seen) {
        let alone = try rows.map { try naive.rowsFirst(naive.values(at: [place], $0)[0]) }
        try expectSame(tensor, .concatenated(alone), "\(place) of \(count) rows")
      }

      // The same rows, other values at the cut, and kept values for all else.
      let needed = model.requirements(of: end.places, given: start.places)
      let kept = try model.evaluate(needed, given: places(whole))
      var given = Dictionary(uniqueKeysWithValues: zip(needed, kept))
      for place in start.places {
        guard let shape = graph.shape(of: place, own[0], naive) else { continue }
        given[place] = try Tensor(
          graph.random.numbers(count * shape.reduce(1, *)),
          shape: [count * shape[0]] + shape.dropFirst())
      }
      let results = try model.evaluate(end.places, given: given)
      for (index, place) in end.places.enumerated() {
        let alone = try rows.indices.map { row in
          var replaced: [Place: Tensor] = [:]
          for place in start.places {
            guard let points = given[place] else { continue }
            replaced[place] = try naive.unit(points[row..<row + 1], of: place, like: own[row])
          }
          return try naive.rowsFirst(naive.values(at: [place], rows[row], replaced: replaced)[0])
        }
        let expected = try Tensor.concatenated(alone)
        try expectSame(
          results[index], expected,
          "\(place) from \(start.name), keeping \(needed.map(\.description))")
      }
      return true
    }
  }

  // MARK: Attributions

  @Test func `attributions are the formula's`() {
    forGraphs(120, rows: [.open, .fixed(1)]) { graph, model in
      let naive = NaiveNetwork(model)
      let count = graph.pick(1...3)
      let (whole, rows) = try batch(&graph, rows: count)
      let own = try rows.map { try naive.values($0) }
      let distributionCut = graph.cut(of: model, values: own[0])
      let start = graph.chance(0.6) ? distributionCut : graph.cut(of: model, values: own[0])
      let output = Place(graph.outputs[0])
      var engine = InternalInfluence(
        model,
        distribution: .linear(from: .constant(0.2), steps: 3, rule: RiemannRule(.middle)),
        quantity: RippledSum(),
        slice: NetworkSlice(from: start, to: PlacesCut(places: [output])), at: distributionCut)
      engine.keepsInfluence = true
      func attributions(_ inputs: [String: Tensor], rowsAtOnce: Int) throws -> Attributions? {
        engine.rowLimit = .rows(rowsAtOnce)
        do { return try engine.attributions(for: Inputs(inputs)) } catch CutError.unreached {
          return nil
        }
      }
      let together = try attributions(whole, rowsAtOnce: 64)
      let expected = try rows.indices.map { row in
        try formula(
          naive, rows[row], own[row], at: distributionCut.places, from: start.places, to: output)
      }
      guard let together else {
        // Nothing at the start moves, whichever way the distribution does.
        if expected.contains(where: { $0.moves }) {
          throw Fault(description: "\(start.name) is reached from \(distributionCut.name)")
        }
        return false
      }
      let what = "\(distributionCut.name) → \(start.name) → \(output)"
      for (index, place) in start.places.enumerated() {
        let values = try Tensor.concatenated(expected.map { try naive.rowsFirst($0.values[index]) })
        let influence = try Tensor.concatenated(
          expected.map { try naive.rowsFirst($0.influence[index]) })
        try expectSame(
          together.influence?.tensors[index] ?? together.values, influence,
          "influence of \(place), \(what)")
        try expectSame(
          together.activation.tensors[index], values, "attribution of \(place), \(what)",
          tolerance: 1e-5)
        for rowsAtOnce in [1, 3] {
          let chunked = try attributions(whole, rowsAtOnce: rowsAtOnce)
          try expectSame(
            chunked?.activation.tensors[index] ?? values, together.activation.tensors[index],
            "in chunks of \(rowsAtOnce), \(what)")
        }
        let alone = try rows.compactMap { try attributions($0, rowsAtOnce: 64) }
        try expectSame(
          .concatenated(alone.map { $0.activation.tensors[index] }),
          together.activation.tensors[index], "one by one, \(what)")
      }
      // The gap is against the intervened ends.
      let change = try Tensor(expected.map { $0.end - $0.start })
      let sums = try together.activation.tensors.map {
        try $0.reshaped(to: [count, -1]).sum(axes: [1])
      }
      let sum = try sums.dropFirst().reduce(sums[0]) { try $0 + $1 }
      if let gap = together.completenessGap {
        try expectSame(gap, try sum - change, "completeness gap, \(what)")
      }
      return true
    }
  }

  /// What the formula says for one row.
  private struct Expected {
    var values: [Tensor]
    var influence: [Tensor]
    var start: Double
    var end: Double
    /// Whether anything moves at the slice's start.
    var moves: Bool
  }

  /// Three midpoints of the straight path from 0.2; what moves where attributions are wanted is found
  /// by differences.
  private func formula(
    _ naive: NaiveNetwork, _ inputs: [String: Tensor], _ own: [Tensor?], at cut: [Place],
    from start: [Place], to end: Place
  ) throws -> Expected {
    func replaced(_ time: Double) throws -> [Place: Tensor] {
      var points: [Place: Tensor] = [:]
      for place in cut {
        let value = try naive.values(at: [place], inputs)[0]
        points[place] = try (value - 0.2) * time + 0.2
      }
      return points
    }
    func quantity(_ replaced: [Place: Tensor]) throws -> Tensor {
      try RippledSum().values(
        of: naive.rowsFirst(naive.values(at: [end], inputs, replaced: replaced)[0]))
    }
    var result = Expected(
      values: [], influence: [], start: try quantity(replaced(0)).number(),
      end: try quantity(replaced(1)).number(), moves: false)
    for time in [1 / 6.0, 1 / 2.0, 5 / 6.0] {
      let points = try replaced(time)
      let leaves = try naive.values(at: start, inputs, replaced: points).map {
        try $0.detached().tracked()
      }
      let both = points.merging(zip(start, leaves)) { _, leaf in leaf }
      let value = try quantity(both).sum()
      let gradients =
        value.isTracked
        ? try gradient(of: value, withRespectTo: leaves) : try leaves.map { try $0.filled(with: 0) }
      let step = 1e-5
      let after = try naive.values(at: start, inputs, replaced: replaced(time + step))
      let before = try naive.values(at: start, inputs, replaced: replaced(time - step))
      for index in start.indices {
        let move = try (after[index] - before[index]) / (2 * step)
        result.moves = try result.moves || move.numbers().contains { abs($0) > 1e-7 }
        let share = try gradients[index] / 3
        if result.values.count <= index {
          result.values.append(try share * move)
          result.influence.append(share)
        } else {
          result.values[index] = try result.values[index] + share * move
          result.influence[index] = try result.influence[index] + share
        }
      }
    }
    return result
  }

  // MARK: Rows

  @Test func `rows of a fixed batch never mix`() {
    forGraphs(120, rows: [.fixed(2), .fixed(3)]) { graph, model in
      let naive = NaiveNetwork(model)
      let unit = graph.rows.unit
      let count = graph.pick(1...2 * unit + 1)
      let (whole, rows) = try batch(&graph, rows: count)
      let results: [Tensor]
      do {
        results = try model.evaluate(model.outputs, given: places(whole))
      } catch ONNXError.invalidInput { return false }
      for (row, own) in rows.enumerated() {
        // The row among others, wherever it stands.
        var (company, _) = try batch(&graph, rows: unit)
        let place = graph.pick(0...unit - 1)
        for input in graph.inputs {
          guard let others = company[input.value.name], let mine = own[input.value.name] else {
            continue
          }
          company[input.value.name] =
            input.hasRows
            ? try .concatenated(
              (0..<unit).map { $0 == place ? mine : try others[$0..<$0 + 1] }) : mine
        }
        let alone = try naive.values(at: model.outputs, company)
        for (index, output) in model.outputs.enumerated() {
          try expectSame(
            results[index][row..<row + 1], alone[index][place..<place + 1],
            "row \(row) of \(count) at \(output)")
        }
      }
      return true
    }
  }
}

extension RandomGraph {
  /// The shape that one row has at a place, rows first.
  func shape(of place: Place, _ own: [Tensor?], _ naive: NaiveNetwork) -> [Int]? {
    guard let value = naive.graph.valueIndices[place.value], let shape = own[value]?.shape else {
      return nil
    }
    return shape.first == 1 ? shape : [1] + shape
  }
}
