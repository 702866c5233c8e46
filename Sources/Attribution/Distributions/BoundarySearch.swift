// SPDX-License-Identifier: Apache-2.0

import Torch

/// Looks for the nearest point at which another class ties with the one that is predicted.
///
/// 1. The margin m, the greatest score of another class less that of the predicted one, and its
///    gradient tell how far a linear network would be from the tie: d = −m / ‖∇m‖.
/// 2. In a ball of each radius, given as multiples of d, m is climbed by normalized gradient steps of
///    2 · radius / steps, each followed by the projection on the ball and into the range. All balls
///    share their evaluations.
/// 3. Of all points on the way where m ≥ 0, the nearest is kept.
/// 4. The line from the instance to it is bisected to the tie.
///
/// The point lies on the boundary, up to rounding; that no other point of it is nearer is likely, not
/// sure. Climbing in balls of several radii is the search of Wang and others 2021
/// (arXiv:2103.11257); there radii are absolute, a second attack joins in, and the tie is not sought.
public struct BoundarySearch: Sendable {
  /// The class to tie with; `nil` is any.
  public var target: Int?
  /// Of the balls, in units of the distance to the tie of a linear network.
  public var radii: [Double]
  /// Of each climb.
  public var steps: Int
  /// Each halves the distance to the tie.
  public var bisections: Int
  /// Where activations must lie, as 0…1 for pixels; `nil` is anywhere.
  public var range: ClosedRange<Double>?

  /// - Precondition: `radii` are positive, and there is one at least; `steps > 0`;
  ///   `bisections ≥ 0`.
  public init(
    toward target: Int? = nil, in range: ClosedRange<Double>? = nil,
    radii: [Double] = [1, 1.25, 1.5, 2, 3, 4, 6, 8, 16, 32, 64], steps: Int = 40,
    bisections: Int = 40
  ) {
    precondition(
      !radii.isEmpty && radii.allSatisfy { $0 > 0 && $0.isFinite },
      "a ball has a positive radius: \(radii)")
    precondition(steps > 0, "a climb takes at least one step, not \(steps)")
    precondition(bisections >= 0, "the line is bisected 0 times or more, not \(bisections)")
    self.target = target
    self.range = range
    self.radii = radii
    self.steps = steps
    self.bisections = bisections
  }

  /// What was found, a row for each instance.
  public struct Boundary: Sendable {
    /// The points, of the instances' shape.
    public let points: Activation
    /// The class that is predicted for the instance, `[instances]`, int64.
    public let own: Tensor
    /// The class that ties with it there, `[instances]`, int64.
    public let rival: Tensor
    /// From the instance, `[instances]`, float64, in units of the activation.
    public let distances: Tensor
  }

  /// The boundary around each instance.
  ///
  /// - Throws: ``BoundaryError`` where none is found, or the slice's end has no classes.
  /// - Complexity: `radii.count · steps` gradients of each instance, and `bisections` rows forward.
  public func boundary(around instances: Instances) throws -> Boundary {
    let probe = try instances.probe
    let margin = RivalMargin(target: target)
    let explained = try probe.explained.output
    let own = try Self.classes(of: explained, target: target)
    let success = try climb(from: instances, margin, probe)
    let center = try instances.activation.doubled()
    let way = try success.doubled() - center
    var low = try Tensor.zeros([instances.count], type: .float64, on: explained.device)
    var high = try low.filled(with: 1)
    func point(at time: Tensor) throws -> Activation {
      try (center + way.scalingRows(by: time)).converted(like: instances.activation)
    }
    for _ in 0..<bisections {
      let middle = try (low + high) / 2
      let isAcross = try probe.values(of: margin, at: point(at: middle)) .>= 0
      high = try middle.chosen(where: isAcross, else: high)
      low = try low.chosen(where: isAcross, else: middle)
    }
    let points = try point(at: high)
    let scores = try RivalMargin.rivals(of: probe.output(at: points), own: own, target: target)
    return Boundary(
      points: points, own: try own.squeezed(axis: 1),
      rival: try scores.indexOfMaximum(axis: 1),
      distances: try (points.doubled() - center).rowLengths())
  }

  /// The nearest point for each instance at which another class has won.
  private func climb(
    from instances: Instances, _ margin: RivalMargin, _ probe: Probe
  ) throws -> Activation {
    let first = try probe.gradients(of: margin, at: instances.activation)
    let slope = try first.gradients.rowLengths()
    let flat = try zip(slope.numbers(), first.values.numbers()).map { $0 == 0 && $1 < 0 }
    if let row = flat.firstIndex(of: true) {
      throw BoundaryError.flat(instance: instances.range.lowerBound + row)
    }
    let tiny = 1e-300
    let distance = try (first.values * -1).clamped(from: 0) / slope.clamped(from: tiny)
    let radius = try Tensor.concatenated(radii.map { try distance * $0 })
    let center = try instances.activation.repeated(radii.count)
    var point = center
    var nearest = center
    var length = try radius.filled(with: .infinity)
    for step in 0...steps {
      let (values, gradients) =
        step < steps
        ? try probe.gradients(of: margin, at: point)
        : (try probe.values(of: margin, at: point), point)
      let here = try (point - center).rowLengths()
      let isNearer = try (values .>= 0) .& (here .< length)
      length = try here.chosen(where: isNearer, else: length)
      nearest = try point.choosingRows(where: isNearer, else: nearest)
      guard step < steps else { break }
      let pace = try radius * (2 / Double(steps)) / gradients.rowLengths().clamped(from: tiny)
      let moved = try (point - center).doubled() + gradients.doubled().scalingRows(by: pace)
      let inside = try (radius / moved.rowLengths().clamped(from: tiny)).clamped(from: 0, to: 1)
      point = try (center + moved.scalingRows(by: inside).converted(like: center))
        .clamped(to: range)
    }
    return try Self.least(nearest, length, instances)
  }

  /// Of the balls' points, the nearest for each instance.
  private static func least(
    _ points: Activation, _ lengths: Tensor, _ instances: Instances
  ) throws -> Activation {
    let count = instances.count
    let table = try lengths.reshaped(to: [-1, count])
    let missed = try table.min(axes: [0]).numbers().enumerated().filter(\.element.isInfinite)
    guard missed.isEmpty else {
      throw BoundaryError.notFound(
        instances: missed.map { instances.range.lowerBound + $0.offset })
    }
    let rows =
      try table.indexOfMinimum(axis: 0) * Double(count)
      + Tensor.range(to: count, on: lengths.device)
    return try points.map { try $0.selecting(rows.converted(to: .int64)) }
  }

  /// The predicted classes, `[instances, 1]`.
  private static func classes(of output: Tensor, target: Int?) throws -> Tensor {
    guard output.rank == 2, output.shape[1] > 1 else {
      throw BoundaryError.classes(shape: output.shape)
    }
    let own = try output.indexOfMaximum(axis: 1, keepingAxis: true)
    if let target {
      guard target >= 0, target < output.shape[1] else {
        throw QuantityError.noClass(target, shape: output.shape)
      }
      if let row = try own.integers().firstIndex(of: target) {
        throw BoundaryError.ownClass(target, row: row)
      }
    }
    return own
  }
}
