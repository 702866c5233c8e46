// SPDX-License-Identifier: Apache-2.0

import CTorch
import Synchronization

/// A run of a function in which differences take the place of derivatives.
///
/// A tensor that is followed by secants (``Tensor/tracked(bySecantsTo:of:)``) stands for many small
/// ways at once: its row r is where a way starts, and the row `stride` further on where it ends.
/// Every operation on it is followed: what comes out has a gradient too, and the gradient with
/// respect to row r is that of the *secant* over the way, not of the tangent at its start. Each
/// nonlinear operation is replaced by its own secant: φ by the slope (φ(b) − φ(a)) / (b − a), a
/// product u · v by ū dv + v̄ du with the means of both ends, and so on. So, with m the gradient of y
/// with respect to x,
///
///     Σ m ⊙ (x[r + stride] − x[r]) = y[r + stride] − y[r]
///
/// holds exactly up to rounding, however far the ends are apart: y's change is shared out among x's
/// changes. Where the ends meet the slopes are derivatives. Over one step it is the rescale rule of
/// DeepLIFT (Shrikumar et al. 2017, arXiv:1704.02685); along a path it converges to the path
/// integral.
///
/// Tensors that are not followed must be the same for both ends: alike in rows r and r + `stride`
/// where they have rows.
///
/// - Complexity: An operation that is linear costs what it costs anyway; others some passes over
///   their elements more. Where an operation moves rows in a way that is not known, what comes behind
///   it runs once for each end.
public final class SecantPass: Sendable {
  /// What happens at an operation that has no secant.
  public enum Fallback: String, Sendable, CaseIterable {
    /// It is an error that names the operation.
    case refuse
    /// The derivative in the middle of the way is taken. Differences do not add up exactly then.
    case derivative
  }

  /// How an operation bends, if it does.
  enum Bend: Sendable {
    /// A finite number of straight pieces, as of ReLU.
    case corners
    case smooth
  }

  public let fallback: Fallback
  /// Whether every claim about where rows lie is compared with each end computed by itself: for
  /// tests.
  let checksRows: Bool
  /// Where straight pieces end, for those who want to know.
  let corners: CornerLog?
  private let seen = Mutex<Seen>(Seen())

  private struct Seen {
    var corners: Set<String> = []
    var smooth: Set<String> = []
    var missing: Set<String> = []
    var losing: Set<String> = []
  }

  public convenience init(fallback: Fallback = .refuse) {
    self.init(fallback: fallback, checksRows: false)
  }

  /// A pass that finds out where, on each way, straight pieces end; see ``takeCorners()``.
  public static func findingCorners() -> SecantPass {
    SecantPass(checksRows: false, corners: CornerLog())
  }

  init(fallback: Fallback = .refuse, checksRows: Bool, corners: CornerLog? = nil) {
    self.fallback = fallback
    self.checksRows = checksRows
    self.corners = corners
  }

  /// For each way on which an operation has a corner, by the row where it starts, the shares of the
  /// way at which the first such operation has them: exact ones, those of later operations being
  /// found once the way is cut there.
  ///
  /// - Throws: ``TorchError`` where it is not known of an operation on which way its corners lie.
  public func takeCorners() throws -> [Int: [Double]] {
    if let lost = corners?.lost {
      throw TorchError(
        operation: lost,
        message: "cannot tell on which way its corners lie; use an automatic or a secant rule")
    }
    return corners?.take() ?? [:]
  }

  /// Operations met that consist of straight pieces: ReLU, maxima, absolute values.
  public var operationsWithCorners: [String] { seen.withLock { $0.corners.sorted() } }
  /// Operations met that are curved.
  public var smoothOperations: [String] { seen.withLock { $0.smooth.sorted() } }
  /// Operations met that have no secant.
  public var operationsWithoutSecant: [String] { seen.withLock { $0.missing.sorted() } }

  /// Operations behind which it is not known where rows lie, so that each end runs by itself.
  public var operationsThatLoseRows: [String] { seen.withLock { $0.losing.sorted() } }

  func met(_ name: String, _ bend: Bend) {
    seen.withLock { (seen: inout Seen) -> Void in
      switch bend {
      case .corners: seen.corners.insert(name)
      case .smooth: seen.smooth.insert(name)
      }
    }
  }

  func missed(_ name: String) {
    seen.withLock { (seen: inout Seen) -> Void in seen.missing.insert(name) }
  }

  func lostRows(_ name: String) {
    seen.withLock { (seen: inout Seen) -> Void in seen.losing.insert(name) }
  }
}

/// What a tensor that is followed by secants knows besides the numbers where ways start.
final class Secant: Sendable {
  let pass: SecantPass
  /// Where the rows lie; nil where that was lost.
  let rows: CellRows?
  /// The numbers where ways end, a plain tensor; nil where they are the rows `stride` further on.
  let far: Tensor?
  /// Truth values and whole numbers as numbers that are followed themselves, where they can be.
  let truth: Tensor?

  init(_ pass: SecantPass, rows: CellRows?, far: Tensor? = nil, truth: Tensor? = nil) {
    self.pass = pass
    self.rows = rows
    self.far = far
    self.truth = truth
  }
}

/// The axis on which ways lie: the one that starts at a place ends `stride` places further on, and
/// those at the last `stride` places go nowhere.
struct CellRows: Sendable, Hashable {
  var axis: Int
  var stride: Int
}

extension Tensor {
  /// The same numbers at the start of a record by secants: row r of the first axis is where a way
  /// starts that ends at row r + `stride`.
  ///
  /// - Parameters:
  ///   - stride: How many rows further on the ways end; those of the last `stride` rows go nowhere.
  ///   - pass: Hears what is met on the way.
  /// - Throws: ``TorchError`` for types without gradients, and where there are fewer rows.
  public func tracked(bySecantsTo stride: Int, of pass: SecantPass) throws -> Tensor {
    try tracked(bySecantsAlong: 0, to: stride, of: pass)
  }

  /// As ``tracked(bySecantsTo:of:)-(Int,_)``, with rows on any axis.
  func tracked(
    bySecantsAlong axis: Int, to stride: Int, of pass: SecantPass
  ) throws -> Tensor {
    guard rank > axis, stride > 0, stride <= shape[axis] else {
      throw TorchError(
        operation: "tracked by secants", shapes: [shape],
        message: "ways of \(stride) rows need at least as many rows")
    }
    pass.corners?.start(stride: stride)
    return Tensor(
      try tracked().storage, secant: Secant(pass, rows: CellRows(axis: axis, stride: stride)))
  }

  /// The same numbers at the start of a record by secants: each is where a way starts, and `end` has
  /// where it ends.
  ///
  /// - Throws: ``TorchError`` for types without gradients, and where shapes differ.
  public func tracked(bySecantsTo end: Tensor, of pass: SecantPass) throws -> Tensor {
    guard end.shape == shape, end.elementType == elementType else {
      throw TorchError(
        operation: "tracked by secants", shapes: [shape, end.shape],
        message: "both ends of a way have one shape and one type")
    }
    return Tensor(
      try tracked().storage, secant: Secant(pass, rows: nil, far: try end.detached()))
  }

  /// Whether operations on this tensor are recorded by secants; see ``SecantPass``.
  public var isFollowedBySecants: Bool { secant != nil }

  /// The tensor where ways start, recorded as it is, but not followed by secants from here on.
  var plain: Tensor { Tensor(storage, secant: nil) }

  /// The numbers where ways start, neither recorded nor followed.
  var near: Tensor { get throws { try detached() } }

  /// The numbers where ways end, neither recorded nor followed; those at the start for ways that go
  /// nowhere, and where nothing is followed.
  var far: Tensor {
    get throws {
      guard let secant else { return try detached() }
      if let far = secant.far { return far }
      guard let rows = secant.rows else { return try detached() }
      return try near.shifted(rows)
    }
  }

  /// Each row replaced by that where its way ends; the last ones stay.
  ///
  /// Not recorded.
  func shifted(_ rows: CellRows) throws -> Tensor {
    let near = try near
    let length = near.shape[rows.axis]
    return try withoutRecording {
      try .concatenated(
        [
          near.sliced(axis: rows.axis, from: rows.stride),
          near.sliced(axis: rows.axis, from: length - rows.stride),
        ], axis: rows.axis)
    }
  }

  /// Makes sure that both ends have the same numbers, where they are read.
  ///
  /// - Throws: ``TorchError``: what is made of numbers that were read could not be followed.
  func checkReadable() throws {
    guard secant != nil, try !near.hasSameElements(as: far) else { return }
    throw TorchError(
      operation: "read numbers", shapes: [shape],
      message: "what is decided by numbers that change on the way has no secant;"
        + " use a quadrature rule")
  }

  /// The middle between both ends.
  var middle: Tensor {
    get throws {
      guard let secant else { return try near }
      guard secant.far == nil, let rows = secant.rows else {
        return try withoutRecording { try (near + far) * 0.5 }
      }
      var made: OpaquePointer?
      try check(
        ct_secant_middle(pointer, Int64(rows.axis), Int64(rows.stride), &made), "secant", [self])
      return try Tensor(orFail: made)
    }
  }

  /// These numbers, with the gradient of `linear`.
  func standing(for linear: Tensor) throws -> Tensor {
    var made: OpaquePointer?
    try check(ct_tensor_standing(linear.pointer, pointer, &made), "secant", [linear, self])
    return try Tensor(orFail: made)
  }

  /// These numbers, as a function of `input` that has the given slope.
  func sloped(_ slope: Tensor, of input: Tensor) throws -> Tensor {
    var made: OpaquePointer?
    try check(
      ct_tensor_sloped(input.pointer, slope.pointer, pointer, &made), "secant",
      [input, slope, self])
    return try Tensor(orFail: made)
  }
}
