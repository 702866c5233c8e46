// SPDX-License-Identifier: Apache-2.0

import Foundation
import Torch

/// The explanation of one group of instances by a distribution that is refined, for each instance,
/// until its estimated error is below a tolerance; see ``AutomaticRule``.
struct Refinement {
  let distribution: any RefinableDistribution
  let rule: AutomaticRule
  let quantities: Int
  let instances: Int
  /// Explains some of the instances by a distribution.
  let explain: (any DistributionOfInterest, _ instances: [Int]) throws -> GroupRun.Outcome

  /// Instances that have come equally far, and what was found for them.
  private struct Front {
    var instances: [Int]
    var kind: Kind
    var steps: Int
    var nextSteps: Int
    /// For each quantity.
    var results: [GroupResult]
    /// How much the results of each instance changed at last; empty at first.
    var changes: [Double] = []
    /// How often they changed.
    var refinements = 0

    /// Some of the instances, by their places here.
    func selecting(_ places: [Int]) throws -> Front {
      var part = self
      if places.count == instances.count { return part }
      part.instances = places.map { instances[$0] }
      part.results = try results.map { try $0.selecting(places) }
      part.changes = places.map { changes[$0] }
      return part
    }
  }

  private enum Kind {
    case secant
    case gaussLegendre
    /// Secants, where it may be that Gauss–Legendre's rule is better.
    case unsure
  }

  private var finished: [Front] = []
  private var hasCorners = true
  private var estimates: [Double]
  private var evaluations: [Int]

  init(
    _ distribution: any RefinableDistribution, rule: AutomaticRule, quantities: Int, instances: Int,
    explain: @escaping (any DistributionOfInterest, _ instances: [Int]) throws -> GroupRun.Outcome
  ) {
    self.distribution = distribution
    self.rule = rule
    self.quantities = quantities
    self.instances = instances
    self.explain = explain
    estimates = [Double](repeating: .infinity, count: instances)
    evaluations = [Int](repeating: 0, count: instances)
  }

  /// The results for each quantity, instances in their order.
  mutating func results() throws -> [GroupResult] {
    let all = Array(0..<instances)
    func first(_ kind: Kind, _ steps: Int, factor: Int) throws -> (Front, SecantPass?) {
      let steps = min(steps * distribution.pieces, distribution.steps)
      let (results, secants) = try run(kind, steps, all)
      let next = min(distribution.steps, factor * steps)
      return (
        Front(instances: all, kind: kind, steps: steps, nextSteps: next, results: results), secants
      )
    }
    // Two cells, then six: half of all networks need no more for 1 %.
    var (front, secants) = try first(.secant, 2, factor: 3)
    front.kind = kind(secants)
    hasCorners = secants?.operationsWithCorners.isEmpty == false
    if front.kind == .gaussLegendre { front = try first(.gaussLegendre, 4, factor: 2).0 }
    var fronts = [front]
    while let front = fronts.popLast() { fronts += try refined(front) }
    return try assembled()
  }

  /// What the operations met on the slice say about the rule.
  private func kind(_ secants: SecantPass?) -> Kind {
    guard let secants, secants.operationsWithoutSecant.isEmpty else { return .gaussLegendre }
    if secants.smoothOperations.isEmpty { return .secant }
    return secants.operationsWithCorners.isEmpty ? .gaussLegendre : .unsure
  }

  private mutating func run(
    _ kind: Kind, _ steps: Int, _ instances: [Int]
  ) throws -> (results: [GroupResult], secants: SecantPass?) {
    let rule: any PathRule =
      kind == .gaussLegendre
      ? GaussLegendreRule() : SecantRule(grid: self.rule.grid, fallback: .derivative)
    let outcome = try explain(distribution.refined(by: rule, steps: steps), instances)
    for instance in instances { evaluations[instance] += outcome.tally.samples }
    return (outcome.results, outcome.secants)
  }

  // MARK: Steps

  /// Takes more steps for a front, and gives the fronts of those that are not good enough yet.
  private mutating func refined(_ front: Front) throws -> [Front] {
    guard front.steps < distribution.steps else {
      finished.append(front)
      return []
    }
    var next = front
    next.steps = front.nextSteps
    next.refinements += 1
    next.results = try run(front.kind, next.steps, front.instances).results
    next.changes = try Self.changes(from: front.results, to: next.results)
    for (place, instance) in front.instances.enumerated() {
      estimates[instance] = estimate(
        front.kind, change: next.changes[place],
        before: front.changes.isEmpty ? nil : front.changes[place],
        estimated: estimates[instance], factor: Double(next.steps) / Double(front.steps))
    }
    let open = try settle(next)
    guard front.kind == .unsure else { return open }
    // A trial is worth its steps only where many would follow.
    return try open.flatMap { $0.nextSteps >= 4 * next.steps ? try compared($0) : [$0] }
  }

  /// How many times more steps are likely to be enough for an instance.
  ///
  /// Cells of a grid with so many more contain those of the grid before.
  private func wantedFactor(_ instance: Int, _ kind: Kind) -> Int {
    guard kind != .gaussLegendre else { return 2 }
    let excess = 1.75 * estimates[instance] / rule.tolerance
    return [2, 3].first { pow(Double($0), 1.5) >= excess } ?? 4
  }

  /// How far an estimate has to be below the tolerance: errors scatter around estimates, more so around
  /// those from one change.
  private func margin(_ front: Front) -> Double {
    // Of smooth networks estimates are far too large anyway.
    guard hasCorners else { return 1 }
    return front.refinements < 2 ? 2 : 1.5
  }

  /// Puts those instances of a front aside that are good enough, and gives what is left, apart by how
  /// much more they need.
  private mutating func settle(_ front: Front) throws -> [Front] {
    var done: [Int] = []
    var open: [Int: [Int]] = [:]
    for (place, instance) in front.instances.enumerated() {
      if margin(front) * estimates[instance] <= rule.tolerance || front.steps >= distribution.steps
      {
        done.append(place)
      } else {
        open[wantedFactor(instance, front.kind), default: []].append(place)
      }
    }
    if !done.isEmpty { finished.append(try front.selecting(done)) }
    return try open.sorted { $0.key < $1.key }.map { factor, places in
      var part = try front.selecting(places)
      part.nextSteps = min(distribution.steps, front.steps * factor)
      return part
    }
  }

  /// Tries Gauss–Legendre's rule where it is not known which is better, and goes on with that whose
  /// estimate is smaller.
  private mutating func compared(_ front: Front) throws -> [Front] {
    let half = try run(.gaussLegendre, max(1, front.steps / 2), front.instances).results
    var other = front
    other.kind = .gaussLegendre
    other.results = try run(.gaussLegendre, front.steps, front.instances).results
    other.changes = try Self.changes(from: half, to: other.results)
    var (secant, gauss): ([Int], [Int]) = ([], [])
    for (place, instance) in front.instances.enumerated() {
      if other.changes[place] < estimates[instance] {
        estimates[instance] = other.changes[place]
        gauss.append(place)
      } else {
        secant.append(place)
      }
    }
    var fronts: [Front] = []
    if !secant.isEmpty {
      var part = try front.selecting(secant)
      part.kind = .secant
      fronts.append(part)
    }
    return try fronts + (gauss.isEmpty ? [] : settle(other.selecting(gauss)))
  }

  // MARK: Estimates

  /// The relative error of results, from how they changed when steps were multiplied.
  private func estimate(
    _ kind: Kind, change: Double, before: Double?, estimated: Double, factor: Double
  ) -> Double {
    switch kind {
    case .secant, .unsure:
      // The error falls like steps^−1.5, so that the change is this many times what is left of it.
      let fall = factor.squareRoot() * factor
      let fresh = change / (fall - 1)
      guard estimated.isFinite else { return fresh }
      // Changes scatter; what the estimate before foretells takes some of that away.
      return pow(fresh, 0.7) * pow(estimated / fall, 0.3)
    case .gaussLegendre:
      // It falls faster the more steps there are; at least as fast as it did before.
      guard let before, before > 0 else { return change }
      return change * min(1, change / before)
    }
  }

  /// Σ |to − from| / Σ |to| for each instance, the greatest of all quantities.
  private static func changes(
    from: [GroupResult], to: [GroupResult]
  ) throws -> [Double] {
    let all = try zip(from, to).map { from, to -> [Double] in
      let change = try (to.values - from.values).map { try $0.absolute() }.rowSums().numbers()
      let size = try to.values.map { try $0.absolute() }.rowSums().numbers()
      return zip(change, size).map { $0 == 0 ? 0 : $0 / $1 }
    }
    return all[0].indices.map { row in all.map { $0[row] }.max() ?? 0 }
  }

  // MARK: Results

  private func assembled() throws -> [GroupResult] {
    let order = finished.flatMap(\.instances)
    var places = [Int](repeating: 0, count: order.count)
    for (place, instance) in order.enumerated() { places[instance] = place }
    var efforts: [Effort] = []
    for front in finished {
      let rule = front.kind == .gaussLegendre ? GaussLegendreRule().name : SecantRule().name
      efforts += front.instances.map {
        Effort(rule: rule, steps: front.steps, evaluations: evaluations[$0])
      }
    }
    return try (0..<quantities).map { quantity in
      var result = try GroupResult.joined(finished.map { $0.results[quantity] })
        .selecting(places)
      result.errorEstimate = try Tensor(estimates)
      result.efforts = places.map { efforts[$0] }
      return result
    }
  }
}
