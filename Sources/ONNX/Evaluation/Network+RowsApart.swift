// SPDX-License-Identifier: Apache-2.0

import Attribution
import Synchronization
import Torch

extension Network {
  /// Makes sure that the rows of one unit, in a model that was written for several, do not see each
  /// other.
  ///
  /// Some rows are changed, once to other numbers and once to NaN, which nearly every operation
  /// hands on: no result of another row may change. For each bit of the rows' numbers those that
  /// have it are changed, and then those that do not, so that every pair of rows is put to the test.
  /// What passes is remembered.
  ///
  /// - Throws: ``ONNXError/invalidInput(name:reason:)`` naming a result that mixes rows.
  /// - Complexity: 4 ⌈log₂ rows⌉ + 1 runs of one unit, once for each pair of given and wanted places.
  func checkRowsApart(_ plan: Plan, _ key: Plan.Key, _ batch: Batch) throws {
    guard !plansApart.withLock({ $0.contains(key) }), let rows = batch.rows, rows > 0 else {
      return
    }
    try withoutRecording {
      let unit = try batch.part(from: 0, count: min(rows, unitRows))
      let results = try runUnit(plan, key.wanted, unit)
      var bit = 1
      while bit < unitRows {
        for isSet in [true, false] {
          let changed = (0..<unitRows).map { ($0 & bit != 0) == isSet }
          try check(plan, key, unit, results, changed)
        }
        bit *= 2
      }
      try checkPlaces(plan, key, unit, results)
    }
    plansApart.withLock {
      if $0.count >= 256 { $0.removeAll() }
      $0.insert(key)
    }
  }

  private func check(
    _ plan: Plan, _ key: Plan.Key, _ unit: Batch, _ results: [Tensor], _ changed: [Bool]
  ) throws {
    let rest = try Tensor(changed.indices.filter { !changed[$0] }).moved(to: types.device)
    var isTold = false
    for isNaN in [true, false] {
      let other = try unit.changing(changed, toNaN: isNaN)
      // A NaN where a whole number is needed may fail; then the other numbers tell.
      guard let others = try? runUnit(plan, key.wanted, other) else { continue }
      isTold = true
      for place in results.indices where plan.results[place].isComputed {
        let before = try results[place].selecting(rest).converted(to: .float64)
        let after = try others[place].selecting(rest).converted(to: .float64)
        guard try isSame(before, after) else {
          throw ONNXError.invalidInput(
            name: key.wanted[place].description,
            reason: "its value for one row depends on other rows: the model was written for"
              + " \(unitRows) of them, or its first axis does not count rows; export it with the"
              + " batch first, and any number of rows allowed")
        }
      }
    }
    guard isTold else {
      throw ONNXError.invalidInput(
        name: key.wanted.first?.description ?? "output",
        reason: "it cannot be told whether the \(unitRows) rows that the model was written for are"
          + " kept apart; export it with any number of rows allowed")
    }
  }

  /// Rows that all move by one place must take their results along.
  private func checkPlaces(
    _ plan: Plan, _ key: Plan.Key, _ unit: Batch, _ results: [Tensor]
  ) throws {
    let order = try Tensor((0..<unitRows).map { ($0 + 1) % unitRows }).moved(to: types.device)
    let moved = try runUnit(plan, key.wanted, try unit.replacing { try $0.selecting(order) })
    for place in results.indices where plan.results[place].isComputed {
      let wanted = try results[place].selecting(order).converted(to: .float64)
      guard try isSame(wanted, try moved[place].converted(to: .float64)) else {
        throw ONNXError.invalidInput(
          name: key.wanted[place].description,
          reason: "its value depends on where among the \(unitRows) rows that the model was written"
            + " for a row stands, so rows cannot be explained each by itself; export it with any"
            + " number of rows allowed")
      }
    }
  }

  /// Equal up to rounding; NaN only where there was one before.
  private func isSame(_ before: Tensor, _ after: Tensor) throws -> Bool {
    guard before.shape == after.shape else { return false }
    let (a, b) = (try before.numbers(), try after.numbers())
    let scale = a.lazy.filter(\.isFinite).map { abs($0) }.max() ?? 0
    return zip(a, b).allSatisfy { a, b in
      a == b || (a.isNaN && b.isNaN) || abs(a - b) <= 1e-6 * scale
    }
  }
}

extension Batch {
  /// The same with some rows changed, whole numbers to others in their range.
  fileprivate func changing(_ changed: [Bool], toNaN: Bool) throws -> Batch {
    let generator = try Generator(seed: 1)
    return try replacing { tensor in
      let mask = try Tensor(changed).moved(to: tensor.device)
        .reshaped(to: [-1] + [Int](repeating: 1, count: tensor.rank - 1))
      let other: Tensor
      if !tensor.elementType.isFloatingPoint {
        other =
          tensor.elementType == .bool
          ? try .!tensor : try (try tensor.max() - tensor).converted(to: tensor.elementType)
      } else if toNaN {
        other = try tensor.filled(with: .nan)
      } else {
        let noise = try Tensor.normal(tensor.shape, type: .float64, from: generator)
        other = try noise.converted(like: tensor) - tensor * 1.5
      }
      return try other.chosen(where: mask, else: tensor)
    }
  }

  /// The same with other tensors where there are rows.
  fileprivate func replacing(_ body: (Tensor) throws -> Tensor) throws -> Batch {
    Batch(
      self,
      try tensors.indices.map { layouts[$0] == .shared ? tensors[$0] : try body(tensors[$0]) },
      rows: rows, wanted: wantedRows)
  }
}
