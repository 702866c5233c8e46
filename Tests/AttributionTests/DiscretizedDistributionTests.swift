// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

@Suite struct DiscretizedDistributionTests {
  static func table(_ count: Int = 60, size: Int = 4) throws -> Tensor {
    try Tensor.normal([count, size], type: .float64, from: Generator(seed: 12))
  }

  /// The points of each instance's path, from the baseline on: `[anchors][instances][size]`.
  static func points(
    _ distribution: DiscretizedDistribution, _ x: Tensor
  ) throws -> [[[Double]]] {
    // With the left rule and one step a piece, samples are the stops themselves.
    let samples = try distribution.samples(around: Instances(activation: Activation(x)))
    return try (1..<samples.count).map { index in
      let point = try samples.rows(index..<index + 1).points.tensors[0]
      return try (0..<x.shape[0]).map { try point[$0].numbers() }
    }
  }

  /// The same, written down vector by vector: every vector of the table is a neighbour.
  static func reference(
    _ w: [Double], to goal: [Double], table: [[Double]], anchors: Int,
    _ strategy: DiscretizedDistribution.Strategy
  ) -> [[Double]] {
    var used = Set(table.indices.filter { table[$0] == w || table[$0] == goal })
    var points: [[Double]] = []
    var v = w
    for _ in 0..<anchors {
      var best: (cost: Double, far: Double, index: Int, point: [Double])?
      for (index, e) in table.enumerated() where !used.contains(index) {
        var cost = 0.0
        let fitted = e.indices.map { i in
          let isBetween = min(v[i], goal[i]) <= e[i] && e[i] <= max(v[i], goal[i])
          let value = isBetween ? e[i] : v[i] - (v[i] - goal[i]) / Double(anchors)
          cost += strategy == .greedy ? (e[i] - value) * (e[i] - value) : isBetween ? -1 : 0
          return value
        }
        // Of equals the nearest.
        let far = zip(e, v).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        if best.map({ (cost, far) < ($0.cost, $0.far) }) ?? true {
          best = (cost, far, index, fitted)
        }
      }
      guard let best else { return points }
      used.insert(best.index)
      points.append(best.point)
      v = best.point
    }
    return points
  }

  @Test(arguments: DiscretizedDistribution.Strategy.allCases)
  func `anchors are those of the plain search`(
    strategy: DiscretizedDistribution.Strategy
  ) throws {
    let table = try Self.table()
    let rows = try (0..<60).map { try table[$0].numbers() }
    let distribution = DiscretizedDistribution(
      through: table, from: .tensor(try table[20]), strategy: strategy, anchors: 9, rule: .left,
      steps: 10)
    let found = try Self.points(distribution, table[3..<7])
    for row in 0..<4 {
      let expected = Self.reference(
        rows[3 + row], to: rows[20], table: rows, anchors: 9, strategy)
      for (index, point) in expected.reversed().enumerated() {
        try expectClose(Tensor(found[index][row]), point, absolute: 1e-12)
      }
    }
  }

  @Test(arguments: DiscretizedDistribution.Strategy.allCases)
  func `every number goes one way only, and passes real ones`(
    strategy: DiscretizedDistribution.Strategy
  ) throws {
    let table = try Self.table()
    let x = try table[3..<7]
    let distribution = DiscretizedDistribution(
      through: table, from: .tensor(try table[20]), strategy: strategy, anchors: 12,
      neighbors: 15, rule: .left, steps: 13)
    let found = try Self.points(distribution, x)
    let known = Set(try table.numbers())
    for row in 0..<4 {
      let (goal, own) = (try table[20].numbers(), try x[row].numbers())
      let path = [goal] + found.map { $0[row] } + [own]
      for (here, next) in zip(path, path.dropFirst()) {
        for i in own.indices { #expect((next[i] - here[i]) * (own[i] - goal[i]) >= -1e-15) }
      }
      #expect(found.map { $0[row].filter(known.contains).count }.reduce(0, +) >= 5)
    }
  }

  @Test(arguments: [1, 3, 100]) func `attributions are complete, whatever the batch`(
    rows: Int
  ) throws {
    let table = try Self.table()
    let model = try ToyModels.smooth()
    let distribution = DiscretizedDistribution(
      through: table, from: .tensor(try table[20]), anchors: 10, steps: 132)
    var engine = InternalInfluence(model, distribution: distribution, quantity: .predictedClass)
    engine.rowLimit = .rows(rows)
    let result = try engine.attributions(for: table[3..<6])
    try expectClose(#require(result.completenessGap), [0, 0, 0], absolute: 1e-6)
    #expect(result.cost.samples == 132)
    let straight = try IntegratedGradients(
      model, quantity: .predictedClass, from: .tensor(table[20])
    ).attributions(for: table[3..<6])
    #expect(try relativeL1(result.values, straight.values) > 0.01)
    #expect(
      try DistributionLaws.violations(of: distribution, around: Activation(table[3..<6])) == [])
  }

  @Test func `words of a sentence each take their own way, and those at the baseline stay`() throws
  {
    let table = try Self.table(size: 2)
    // Word 1 of both sentences is the baseline.
    let x = try table.selecting(Tensor([3, 20, 5, 8, 20, 4])).reshaped(to: [2, 3, 2])
    let reader = try SequentialDistributionTests.reader()
    let distribution = DiscretizedDistribution(
      through: table, from: .tensor(try table[20]), anchors: 6, steps: 42)
    let result = try InternalInfluence(
      reader, distribution: distribution, quantity: .classScore(0)
    ).attributions(for: x)
    #expect(try result.values[.all, 1].absolute().max().number() == 0)
    try expectClose(#require(result.completenessGap), [0, 0], absolute: 1e-5)
    let start = try table[20].broadcast(to: [1, 1, 2])
    for row in 0..<2 {
      for word in [0, 2] {
        let alone = DiscretizedDistribution(
          through: table, from: .tensor(start), anchors: 6, rule: .left, steps: 7)
        let together = DiscretizedDistribution(
          through: table, from: .tensor(try table[20]), anchors: 6, rule: .left, steps: 7)
        let own = try Self.points(alone, x[row..<row + 1, word..<word + 1])
        let all = try Self.points(together, x)
        for (one, several) in zip(own, all) {
          #expect(one[0] == Array(several[row][word * 2..<word * 2 + 2]))
        }
      }
    }
  }

  @Test func `a table that does not fit is refused`() throws {
    let x = try ToyModels.rows(2)
    func explain(_ table: Tensor, anchors: Int = 3) throws -> Attributions {
      try InternalInfluence(
        ToyModels.smooth(), distribution: .discretized(through: table, anchors: anchors),
        quantity: .classScore(0)
      ).attributions(for: x)
    }
    #expect(throws: PathError.table([60, 5], activation: [2, 4])) {
      try explain(Self.table(size: 5))
    }
    #expect(throws: PathError.tooFewVectors(60, anchors: 59)) {
      try explain(Self.table(), anchors: 59)
    }
  }
}
