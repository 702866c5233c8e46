// SPDX-License-Identifier: Apache-2.0

import Torch

/// Windows of any length: how long they take follows from the input, whatever a file says.
extension Window.Axis {
  /// The same windows over an axis of a length, without those of their elements that always lie
  /// beside it; one stays.
  func withinReach(of size: Int) -> Window.Axis {
    // Element k of window i lies at i · stride + k · dilation − before.
    let ahead = max(0, before - (count - 1) * stride)
    let first = min(length - 1, (ahead + dilation - 1) / dilation)
    let last = max(first, min(length - 1, (before + size - 1) / dilation))
    return Window.Axis(
      length: last - first + 1, stride: stride, dilation: dilation,
      before: before - first * dilation, after: after, count: count)
  }

  /// How many elements of each window lie at some places, `[count]`, where the axis begins at 0.
  func counts(in places: Range<Int>) throws -> Tensor {
    let starts = try Tensor.range(to: count) * Double(stride) - Double(before)
    func elements(ahead place: Int) throws -> Tensor {
      try (Double(place + dilation - 1) - starts)
        .divided(by: Tensor(dilation), rounding: .down).clamped(from: 0, to: Double(length))
    }
    return try elements(ahead: places.upperBound) - elements(ahead: places.lowerBound)
  }

  /// Padding behind that makes room for exactly the windows there are; negative where the axis' end
  /// is never looked at.
  func behind(_ size: Int) -> Int { (count - 1) * stride + extent - size - before }
}

extension [Window.Axis] {
  /// Whether looking at each element of each window is what a run should do: each element of the
  /// input comes up 256 times at most.
  func areSmall(over size: [Int]) -> Bool {
    let looks = reduce(1.0) { $0 * Double($1.count) * Double($1.length) }
    return looks <= 256 * size.reduce(1.0) { $0 * Double(Swift.max(1, $1)) }
  }
}

extension Tensor {
  /// The sum over each window of `[rows, channels, spatial…]`, with zeros outside of it.
  ///
  /// - Complexity: As many sums over the input as the windows' lengths have binary digits.
  func windowSums(_ axes: [Window.Axis]) throws -> Tensor {
    let size = shape.dropFirst(2)
    let none = [Int](repeating: 0, count: size.count)
    // One axis after the other: a window's sum is the sum of sums along its sides.
    return try zip(axes, size).enumerated().reduce(self) { sums, next in
      let (place, (axis, length)) = next
      let reached = axis.withinReach(of: length)
      var (before, after) = (none, none)
      (before[place], after[place]) = (reached.before, reached.behind(length))
      return try sums.spatiallyPadded(before: before, after: after)
        .sums(along: place + 2, over: reached)
    }
  }

  /// The sum over each window along one axis, from sums over 1, 2, 4, … elements.
  private func sums(along axis: Int, over window: Window.Axis) throws -> Tensor {
    var (partial, reach) = (self, 1)
    var (total, done) = (nil as Tensor?, 0)
    while true {
      if window.length & reach != 0 {
        let start = done * window.dilation
        let part = try partial.sliced(
          axis: axis, from: start, to: start + (window.count - 1) * window.stride + 1,
          by: window.stride)
        total = try total.map { try $0 + part } ?? part
        done += reach
      }
      guard done < window.length else { return total ?? self }
      let step = reach * window.dilation
      partial =
        try partial.sliced(axis: axis, to: partial.shape[axis] - step)
        + partial.sliced(axis: axis, from: step)
      reach *= 2
    }
  }

  /// The greatest element of each window of `[rows, channels, spatial…]`, which has room for all of
  /// them, and its place in the flattened spatial axes; of several as great, the first.
  ///
  /// - Complexity: As many comparisons with the input as the windows' lengths have binary digits.
  func windowMaxima(_ axes: [Window.Axis]) throws -> (values: Tensor, indices: Tensor) {
    let one = [Int](repeating: 1, count: axes.count)
    var best = self
    var places: Tensor?
    func pool(_ axis: Int, _ length: Int, stride: Int, dilation: Int) throws {
      func along(_ number: Int) -> [Int] {
        var numbers = one
        numbers[axis] = number
        return numbers
      }
      let pooled = try best.maxPooledWithIndices(
        window: along(length), stride: along(stride), dilation: along(dilation))
      let next = try pooled.indices.flattened(from: 2)
      places = try places?.gathered(next, axis: 2) ?? next
      best = pooled.values
    }
    // The last axis first, so that among equals the first in reading order wins.
    for (place, axis) in axes.enumerated().reversed() {
      var reach = 1
      while 2 * reach <= axis.length {
        try pool(place, 2, stride: 1, dilation: reach * axis.dilation)
        reach *= 2
      }
      // Two of these make the window; they may overlap.
      let rest = axis.length - reach
      try pool(
        place, rest > 0 ? 2 : 1, stride: axis.stride,
        dilation: rest > 0 ? rest * axis.dilation : 1)
    }
    guard let places else { throw NodeFault("a window of no axes") }
    return (best, try places.reshaped(to: best.shape))
  }
}
