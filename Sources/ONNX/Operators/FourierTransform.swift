// SPDX-License-Identifier: Apache-2.0

import Glibc
import Torch

/// Numbers of two real parts.
struct ComplexTensor {
  var real: Tensor
  /// Nil where all are real.
  var imaginary: Tensor?

  /// From parts along the last axis, of which there are one or two, as ONNX has them.
  init(parts x: Tensor) throws {
    real = try x.selected(0, axis: -1)
    imaginary = x.shape.last == 2 ? try x.selected(1, axis: -1) : nil
  }

  init(_ real: Tensor, _ imaginary: Tensor?) {
    self.real = real
    self.imaginary = imaginary
  }

  func parts() throws -> Tensor {
    try .stacked([real, try imaginary ?? real.filled(with: 0)], axis: -1)
  }

  func map(_ body: (Tensor) throws -> Tensor) rethrows -> ComplexTensor {
    ComplexTensor(try body(real), try imaginary.map(body))
  }

  /// The sum of products of two real and two imaginary parts, whichever product is meant.
  func combined(
    _ other: ComplexTensor, by product: (Tensor, Tensor) throws -> Tensor
  ) throws -> ComplexTensor {
    guard let right = other.imaginary else { return try map { try product($0, other.real) } }
    let cross = try product(real, right)
    guard let imaginary else { return ComplexTensor(try product(real, other.real), cross) }
    return ComplexTensor(
      try product(real, other.real) - product(imaginary, right),
      try cross + product(imaginary, other.real))
  }
}

/// The discrete Fourier transform along the last axis, by ordinary real products, so that gradients
/// flow through it like through anything else.
///
/// A length that divides is transformed in two passes (Cooley and Tukey 1965); what is left are
/// products with small matrices.
struct FourierTransform {
  /// Up to here a length is transformed by one matrix.
  static let short = 64
  /// A prime length above this would take a matrix too large.
  static let longestPrime = 8192

  let isInverse: Bool

  /// - Parameter x: `[…, length]`.
  /// - Returns: `[…, length]`, divided by the length where it is the inverse.
  func callAsFunction(_ x: ComplexTensor) throws -> ComplexTensor {
    let length = x.real.shape.last ?? 0
    let result = try transformed(x, length)
    return isInverse ? try result.map { try $0 / Double(length) } : result
  }

  private func transformed(_ x: ComplexTensor, _ length: Int) throws -> ComplexTensor {
    let divisor = (2...Self.short).last { length > Self.short && length % $0 == 0 }
    guard let first = divisor else {
      guard length <= Self.longestPrime else {
        throw NodeFault("the length has the prime factor \(length), which is too large")
      }
      let matrix = try turns(length, length, of: length, like: x.real)
      return try x.combined(matrix) { try $0.matrixProduct($1) }
    }
    let second = length / first
    let shape = Array(x.real.shape.dropLast())
    // Places are second · i + j, frequencies k + first · l.
    let table = try x.map { try $0.reshaped(to: shape + [first, second]).transposed() }
    let inner = try transformed(table, first)  // […, j, k]
    let turned = try inner.combined(turns(second, first, of: length, like: x.real)) { try $0 * $1 }
    let outer = try transformed(try turned.map { try $0.transposed() }, second)  // […, k, l]
    return try outer.map { try $0.transposed().reshaped(to: shape + [length]) }
  }

  /// exp(∓2πi · row · column / period), `[rows, columns]`.
  private func turns(
    _ rows: Int, _ columns: Int, of period: Int, like x: Tensor
  ) throws -> ComplexTensor {
    let unit = (isInverse ? 2 : -2) * Double.pi / Double(period)
    var angles: [Double] = []
    for row in 0..<rows {
      for column in 0..<columns { angles.append(unit * Double(row * column % period)) }
    }
    func table(_ function: (Double) -> Double) throws -> Tensor {
      try Tensor(angles.map(function), shape: [rows, columns]).converted(like: x)
    }
    return ComplexTensor(try table(cos), try table(sin))
  }
}
