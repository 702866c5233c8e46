// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Where, on ways through an operation of straight pieces, one piece ends and the next begins.
///
/// Only the first operation that bends on a way is heard: what reaches it is straight all along, so
/// that the places of its corners are exact. Those of later ones are found once the way is cut there.
final class CornerLog: Sendable {
  private let state = Mutex<State>(State())

  private struct State {
    /// Rows of the leaves from a way's start to its end.
    var stride = 1
    /// By row, the shares of the way at which there is a corner.
    var corners: [Int: [Double]] = [:]
    var lost: String?
  }

  /// The operation behind which rows were lost, so that corners may be missing.
  var lost: String? { state.withLock { $0.lost } }

  /// The corners found since this was asked for last, by the row where the way starts.
  func take() -> [Int: [Double]] {
    state.withLock { state in
      defer { state.corners = [:] }
      return state.corners
    }
  }

  func start(stride: Int) { state.withLock { $0.stride = stride } }

  func lose(_ name: String) { state.withLock { $0.lost = $0.lost ?? name } }

  /// Hears of the corners of an operation.
  ///
  /// - Parameters:
  ///   - shares: Of the way, at each element.
  ///   - isMet: Where there is one.
  ///   - rows: Where ways lie.
  func note(_ shares: Tensor, where isMet: Tensor, rows: CellRows) throws {
    // Corners this close to an end of their way are those that it was cut at.
    let margin = shares.elementType == .float64 ? 1e-9 : 1e-4
    let isInside = try (shares .> margin) .& (shares .< 1 - margin)
    let places = try (isMet .& isInside).indicesOfNonzero()
    guard places.shape[0] > 0 else { return }
    let axis = try places.selected(rows.axis, axis: 1).integers()
    let found = try shares.converted(to: .float64)
      .taking((0..<shares.rank).map { try places.selected($0, axis: 1) }).numbers()
    state.withLock { state in
      var own: [Int: [Double]] = [:]
      for (place, share) in zip(axis, found) {
        // Rows may have been merged with axes behind them since they were leaves.
        let row = place * state.stride / rows.stride
        if state.corners[row] == nil { own[row, default: []].append(share) }
      }
      state.corners.merge(own) { first, _ in first }
    }
  }
}

extension SecantCall {
  /// Tells the pass, where it wants to know, of the corners of this operation: where what grows from
  /// `a` to `b` is 0.
  func noteZeros(from a: Tensor, to b: Tensor, rows: CellRows?) throws {
    try noteCorners(rows: rows) { (try a / (a - b), try (a * b) .< 0) }
  }

  /// - Parameter corners: The shares of the way, and where there is a corner at all.
  func noteCorners(rows: CellRows?, _ corners: () throws -> (Tensor, Tensor)) throws {
    guard let log = pass.corners else { return }
    guard let rows else { return log.lose(name) }
    let (shares, isMet) = try withoutRecording(corners)
    try log.note(shares, where: isMet, rows: rows)
  }

  /// The corners of an operation on single elements, of whose pieces no more is known than slopes:
  /// where the lines from both ends cross, or the middle of a way on which there are more than two.
  func noteCorners(of chord: Chord, slope: Tensor, rows: CellRows) throws {
    try noteCorners(rows: rows) {
      func derivative(_ point: Tensor) throws -> Tensor {
        try recording(true) {
          let point = try point.detached().tracked()
          let value = try run(replacing: [0: point])[0]
          guard value.isTracked else { return try point.filled(with: 0) }
          return try gradient(
            of: value, withRespectTo: [point], weight: point.filled(with: 1))[0]
        }
      }
      let (first, last) = (try derivative(chord.a), try derivative(chord.b))
      let bend = try first - last
      let isBent = try bend.absolute() .> 1e-12
      let crossing = try (slope - last) / bend
      let isInside = try isBent .& (crossing .> 0) .& (crossing .< 1)
      let isOff = try (slope - first).absolute() .> (slope.absolute() + first.absolute()) * 1e-9
      let isMoved = try chord.change .!= 0
      return (
        try crossing.filled(with: 0.5, where: .!isInside),
        try isMoved .& isOff .& (isInside .| .!isBent)
      )
    }
  }
}
