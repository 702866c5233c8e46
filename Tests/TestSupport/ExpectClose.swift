// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

/// Records an issue where the tensors differ in shape, or an element of `actual` lies further from
/// its counterpart than `absolute + relative · |expected|`.
///
/// NaN is close to nothing, itself included; an infinity only to itself. Element types are not
/// compared. The worst element is named with its place.
public func expectClose(
  _ actual: Tensor, _ expected: Tensor, absolute: Double = 1e-6, relative: Double = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try expectClose(
    actual, expected.numbers(), shape: expected.shape, absolute: absolute, relative: relative,
    sourceLocation: sourceLocation)
}

/// The same, against numbers in row-major order; without a `shape` only their count is compared
/// first.
public func expectClose(
  _ actual: Tensor, _ expected: [Double], shape: [Int]? = nil, absolute: Double = 1e-6,
  relative: Double = 1e-5, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let difference = try differenceInWords(
    actual.numbers(), shape: actual.shape, expected, shape: shape, absolute: absolute,
    relative: relative)
  if let difference { Issue.record("\(difference)", sourceLocation: sourceLocation) }
}

/// The same for two numbers.
public func expectClose(
  _ actual: Double, _ expected: Double, absolute: Double = 1e-6, relative: Double = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let difference = differenceInWords(
    [actual], shape: [], [expected], shape: [], absolute: absolute, relative: relative)
  if let difference { Issue.record("\(difference)", sourceLocation: sourceLocation) }
}

/// Σ |a − b| / Σ |b|, the distance of `actual` in units of `expected`; 0 where both are zeros.
///
/// Infinite where shapes differ, so that no bound lets it pass.
public func relativeL1(_ actual: Tensor, _ expected: Tensor) throws -> Double {
  guard actual.shape == expected.shape else { return .infinity }
  let wanted = try expected.numbers()
  let distance = try zip(actual.numbers(), wanted).reduce(0) { $0 + abs($1.0 - $1.1) }
  return distance == 0 ? 0 : distance / wanted.reduce(0) { $0 + abs($1) }
}

/// What ``expectClose(_:_:absolute:relative:sourceLocation:)`` complains of, `nil` for nothing.
package func differenceInWords(
  _ actual: [Double], shape actualShape: [Int], _ expected: [Double], shape expectedShape: [Int]?,
  absolute: Double, relative: Double
) -> String? {
  if let expectedShape, actualShape != expectedShape {
    return "the shape is \(actualShape), not \(expectedShape)"
  }
  guard actual.count == expected.count else {
    return "\(actual.count) elements of shape \(actualShape), not \(expected.count)"
  }
  // How far each element lies beyond what is allowed, as a multiple of that.
  func excess(_ index: Int) -> Double {
    let (a, b) = (actual[index], expected[index])
    if a == b { return 0 }
    let ratio = abs(a - b) / (absolute + relative * abs(b))
    return ratio.isNaN || b.isInfinite ? .infinity : ratio
  }
  let misses = actual.indices.filter { excess($0) > 1 }
  func distance(_ index: Int) -> Double { abs(actual[index] - expected[index]) }
  guard
    let worst = misses.max(by: { (excess($0), distance($0)) < (excess($1), distance($1)) })
  else { return nil }
  let place = indices(of: worst, in: actualShape)
  return """
    \(misses.count) of \(actual.count) elements differ; the worst, at \(place): \
    \(actual[worst]), not \(expected[worst]) (distance \(distance(worst)), allowed \(absolute) + \
    \(relative) · \(abs(expected[worst])))
    """
}

/// The place of element `index` in row-major order along each axis.
private func indices(of index: Int, in shape: [Int]) -> [Int] {
  var rest = index
  var places: [Int] = []
  for length in shape.reversed() {
    places.append(rest % length)
    rest /= length
  }
  return places.reversed()
}
