// SPDX-License-Identifier: Apache-2.0

import Torch

/// Finds the straight pieces of a network along a line, for one instance; see ``ExactRule``.
struct PieceSearch {
  /// Of one instance.
  let evaluator: SliceEvaluator
  let quantities: [any QuantityOfInterest]
  let maximumPieces: Int
  let rowLimit: Int
  private(set) var forwardRows = 0

  private struct Piece {
    var from: Double
    var to: Double
  }

  init(
    _ evaluator: SliceEvaluator, quantities: [any QuantityOfInterest], maximumPieces: Int,
    rowLimit: Int
  ) {
    self.evaluator = evaluator
    self.quantities = quantities
    self.maximumPieces = maximumPieces
    self.rowLimit = max(2, rowLimit)
  }

  /// The times at which pieces meet, 0 and 1 included.
  ///
  /// - Parameters:
  ///   - start: `[1, …]`.
  ///   - direction: The way to the end, of the same shape.
  mutating func times(from start: Activation, along direction: Activation) throws -> [Double] {
    var open = [Piece(from: 0, to: 1)]
    var ends: Set<Double> = [0]
    while !open.isEmpty {
      var next: [Piece] = []
      var first = 0
      while first < open.count {
        let batch = open[first..<min(open.count, first + rowLimit / 2)]
        let corners = try corners(of: Array(batch), start, direction)
        for (piece, shares) in zip(batch, corners) {
          let inner = Set(shares).sorted()
          let cuts = inner.map { piece.from + $0 * (piece.to - piece.from) }
          let bounds = [piece.from] + cuts + [piece.to]
          let pieces = zip(bounds, bounds.dropFirst()).filter { $1 - $0 > 1e-13 }
          if inner.isEmpty || pieces.count < 2 {
            ends.insert(piece.to)
          } else {
            // Closed without gaps, whatever was too short to count.
            var from = piece.from
            for (place, part) in pieces.enumerated() {
              let to = place == pieces.count - 1 ? piece.to : part.1
              next.append(Piece(from: from, to: to))
              from = to
            }
          }
        }
        first += batch.count
        guard ends.count + next.count <= maximumPieces else {
          throw ExactRuleError.tooManyPieces(
            instance: evaluator.batchRows[0], limit: maximumPieces)
        }
      }
      open = next
    }
    return ends.sorted()
  }

  /// For each piece, the shares of it at which the first operation that bends there has corners.
  private mutating func corners(
    of pieces: [Piece], _ start: Activation, _ direction: Activation
  ) throws -> [[Double]] {
    let times = pieces.flatMap { [$0.from, $0.to] }
    let points = try start.combined(with: direction) { start, direction in
      let time = try Tensor(times).converted(like: start).alignedToRows(rank: start.rank)
      return try start + direction * time
    }
    let pass = SecantPass.findingCorners()
    let leaves = try points.map { try $0.tracked(bySecantsTo: 1, of: pass) }
    try withoutRecording {
      let output = try evaluator.output(given: evaluator.given(points: leaves))
      let explained = try evaluator.explained(samples: times.count)
      for quantity in quantities { _ = try quantity.values(of: output, explaining: explained) }
    }
    forwardRows += times.count
    let curved = pass.smoothOperations
    guard curved.isEmpty else { throw ExactRuleError.curved(operations: curved) }
    let found = try pass.takeCorners()
    // Every other row only leads from the end of a piece to the start of the next.
    return pieces.indices.map { found[2 * $0] ?? [] }
  }
}
