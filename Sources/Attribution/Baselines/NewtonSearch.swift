// SPDX-License-Identifier: Apache-2.0

import Torch

/// Looks for the nearest point at which the class predicted for an instance is no longer ahead.
///
/// 1. *Walk*: from the instance, Newton steps on its margin m (score less that of the strongest
///    rival), p − 1.02 m ∇m / ‖∇m‖², until it is no longer positive: DeepFool with the strongest
///    rival (Moosavi-Dezfooli and others 2016, arXiv:1511.04599). A step that does not lower the
///    margin is halved until it does.
/// 2. *Bisect* the line from the instance to that point, down to the tie of the two classes.
/// 3. *Refine*: at the tie, go from the instance straight toward the boundary's tangent plane, half
///    as far again as it is away, and bisect where the boundary was crossed; keep what is nearer.
///
/// Nothing is random, and instances do not see each other. The point found is a local answer: a
/// nearer one may exist elsewhere. In a linear network it is the nearest.
///
/// - Complexity: For each instance at most `steps + refinements` forward and backward rows, a forward
///   row for each trial of a step, and 1 + `refinements` bisections of 24 forward rows in float32 and
///   52 in float64.
public struct NewtonSearch: Sendable {
  /// Where the model tells classes apart: `[rows, classes]`, or one column whose sign is the class.
  public let scores: any Cut
  /// The most steps of the walk.
  public let steps: Int
  public let refinements: Int
  /// What features may be, such as `0...1` for pixels; `nil` for anything.
  public let range: ClosedRange<Double>?

  /// - Precondition: `steps > 0` and `refinements ≥ 0`.
  public init(
    scores: any Cut = LogitCut(), steps: Int = 100, refinements: Int = 3,
    range: ClosedRange<Double>? = nil
  ) {
    precondition(steps > 0, "a walk needs at least one step, not \(steps)")
    precondition(refinements >= 0, "refinements are not negative: \(refinements)")
    self.scores = scores
    self.steps = steps
    self.refinements = refinements
    self.range = range
  }

  /// A point for each instance, `[instances, …]`: a tie of its class with another, up to rounding on
  /// the other side.
  ///
  /// - Throws: ``BaselineError/noBoundary(instance:steps:)`` where no other class was reached.
  public func boundary(around instances: Instances) throws -> Activation {
    let margin = try ClassMargin(instances.function(to: scores), for: "a boundary")
    let start = instances.activation
    let beyond = try walk(from: start, by: margin, first: instances.range.lowerBound)
    var point = try bisected(from: start, to: beyond, by: margin).point
    for _ in 0..<refinements { point = try refined(point, from: start, by: margin) }
    return point
  }

  private func walk(from start: Activation, by margin: ClassMargin, first: Int) throws -> Activation
  {
    var point = start
    for _ in 0..<steps {
      let (ahead, slope) = try margin.gradient(at: point)
      if try ahead.max().number() <= 0 { return point }
      let free = try free(slope, at: point)
      let size = try free.rowLengths().squared()
      let length = try (ahead.converted(to: .float64).clamped(from: 0) / size * 1.02)
        .filled(with: 0, where: size .<= 0)
      point = try step(from: point, along: free, length, ahead: ahead, by: margin)
    }
    let left = try withoutRecording { try margin(point).numbers() }
    if let row = left.firstIndex(where: { !($0 <= 0) }) {
      throw BaselineError.noBoundary(instance: first + row, steps: steps)
    }
    return point
  }

  /// Goes down the slope, less far where the margin would not fall.
  private func step(
    from point: Activation, along slope: Activation, _ length: Tensor, ahead: Tensor,
    by margin: ClassMargin
  ) throws -> Activation {
    try withoutRecording {
      var length = length
      for _ in 0..<20 {
        let next = try clipped(point - slope.scalingRows(by: length))
        let falls = try (margin(next) .< ahead) .| (ahead .<= 0)
        if try falls.all(axis: 0).numbers() == [1] { return next }
        length = try length.chosen(where: falls, else: length * 0.5)
      }
      return try clipped(point - slope.scalingRows(by: length))
    }
  }

  /// The slope without what leads out of the range.
  private func free(_ slope: Activation, at point: Activation) throws -> Activation {
    guard let range else { return slope }
    return try slope.combined(with: point) { slope, point in
      let isStopped =
        try ((point .<= range.lowerBound) .& (slope .> 0))
        .| ((point .>= range.upperBound) .& (slope .< 0))
      return try slope.filled(with: 0, where: isStopped)
    }
  }

  private func clipped(_ point: Activation) throws -> Activation {
    guard let range else { return point }
    return try point.map { try $0.clamped(from: range.lowerBound, to: range.upperBound) }
  }

  /// Where the line from `start` to `target` leaves the class, and which rows it does so for.
  private func bisected(
    from start: Activation, to target: Activation, by margin: ClassMargin
  ) throws -> (point: Activation, crosses: Tensor) {
    try withoutRecording {
      let way = try target - start
      let crosses = try margin(target) .<= 0
      var inside = try Tensor.zeros([start.rows], type: .float64, on: crosses.device)
      var outside = try Tensor.ones([start.rows], type: .float64, on: crosses.device)
      let bits = start.tensors.allSatisfy { $0.elementType == .float64 } ? 52 : 24
      for _ in 0..<bits {
        let middle = try (inside + outside) * 0.5
        let isOutside = try margin(start + way.scalingRows(by: middle)) .<= 0
        outside = try middle.chosen(where: isOutside, else: outside)
        inside = try inside.chosen(where: isOutside, else: middle)
      }
      return (try start + way.scalingRows(by: outside), crosses)
    }
  }

  private func refined(
    _ point: Activation, from start: Activation, by margin: ClassMargin
  ) throws -> Activation {
    let (value, slope) = try margin.gradient(at: point)
    let size = try slope.rowLengths().squared()
    let along = try (slope * (start - point)).rowSums() + value.converted(to: .float64)
    let length = try (along / size * 1.5).filled(with: 0, where: size .<= 0)
    let target = try clipped(start - slope.scalingRows(by: length))
    let (other, crosses) = try bisected(from: start, to: target, by: margin)
    let isNearer =
      try (other - start).rowLengths().squared() .< (point - start).rowLengths().squared()
    return try other.choosingRows(where: crosses .& isNearer, else: point)
  }
}
