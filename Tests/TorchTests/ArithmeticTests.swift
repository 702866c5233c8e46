// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing
import Torch

@Suite struct ArithmeticTests {
  // float16 is for storage, see `ElementType`.
  private static let numeric = ElementType.allCases.filter { $0 != .bool && $0 != .float16 }
  private static let floating = ElementType.allCases.filter {
    $0.isFloatingPoint && $0 != .float16
  }

  @Test(arguments: numeric)
  func `sums, differences, products and numbers keep the type`(type: ElementType) throws {
    let a = try Tensor([1, 2, 3] as [Double]).converted(to: type)
    let b = try Tensor([4, 5, 6] as [Double]).converted(to: type)
    for (result, expected) in [
      (try a + b, [5, 7, 9]), (try b - a, [3, 3, 3]), (try a * b, [4, 10, 18]),
      (try a + 2, [3, 4, 5]), (try 2 + a, [3, 4, 5]), (try b - 2, [2, 3, 4]),
      (try 7 - b, [3, 2, 1]), (try a * 3, [3, 6, 9]), (try 3 * a, [3, 6, 9]),
      (try a.squared(), [1, 4, 9]), (try a.power(2), [1, 4, 9]), (try a.power(a), [1, 4, 27]),
      (try a.minimum(b - 2), [1, 2, 3]), (try a.maximum(b - 2), [2, 3, 4]),
      (try a.clamped(from: 2), [2, 2, 3]), (try a.clamped(from: 2, to: 2), [2, 2, 2]),
      (try b.remainder(dividingBy: a), [0, 1, 0]), (try a.absolute(), [1, 2, 3]),
      (try a.sign(), [1, 1, 1]), (try a.clamped(), [1, 2, 3]),
    ] as [(Tensor, [Double])] {
      #expect(result.elementType == type)
      #expect(try result.numbers() == expected)
    }
  }

  @Test(arguments: numeric)
  func `quotients of integers are float32, of others their type`(type: ElementType) throws {
    let a = try Tensor([1, 2, 4] as [Double]).converted(to: type)
    for (result, expected) in [
      (try a / (a + a), [0.5, 0.5, 0.5]), (try a / 4, [0.25, 0.5, 1]), (try 2 / a, [2, 1, 0.5]),
    ] as [(Tensor, [Double])] {
      #expect(result.elementType == (type.isFloatingPoint ? type : .float32))
      #expect(try result.numbers() == expected)
    }
  }

  @Test func `a number divided by a tensor is rounded once`() throws {
    for divisor in 1...100 {
      let quotient = try 5 / Tensor([Float(divisor)])
      #expect(try quotient.scalars(as: Float.self) == [5 / Float(divisor)])
    }
  }

  @Test func `mixed types are promoted`() throws {
    func sum(_ a: ElementType, _ b: ElementType) throws -> ElementType {
      try (Tensor.ones([2], type: a) + Tensor.ones([2], type: b)).elementType
    }
    #expect(try sum(.int32, .int64) == .int64)
    #expect(try sum(.uint8, .int8) == .int16)
    #expect(try sum(.int64, .float32) == .float32)
    #expect(try sum(.float32, .float64) == .float64)
    #expect(try sum(.float16, .bfloat16) == .float32)
    #expect(try sum(.bool, .int32) == .int32)
    // Among floating types, a tensor without axes does not widen one that has some.
    #expect(try (Tensor.ones([2]) + Tensor.ones([], type: .float64)).elementType == .float32)
    #expect(try (Tensor([1, 2] as [Int]) + 0.5).elementType == .float32)
    #expect(try (Tensor([true, false]) + 1).integers() == [2, 1])
  }

  @Test func `a whole number that an integer type does not have is an error`() throws {
    let bytes = try Tensor([1, 255] as [UInt8])
    #expect(throws: TorchError.self) { try bytes + 256 }
    #expect(throws: TorchError.self) { try bytes * -1 }
    #expect(throws: TorchError.self) { try 300 - bytes }
    #expect(throws: TorchError.self) { try bytes.clamped(to: 300) }
    #expect(try (bytes - 1).numbers() == [0, 254])
  }

  @Test func `shapes broadcast from the last axis, or are an error`() throws {
    let a = try Tensor.ones([2, 1, 3])
    #expect(try (a + Tensor.ones([4, 1])).shape == [2, 4, 3])
    #expect(try (a * Tensor(2.0)).shape == [2, 1, 3])
    #expect(throws: TorchError.self) { try a + Tensor.ones([2]) }
    #expect(throws: TorchError.self) { try a.maximum(Tensor.ones([5, 2])) }
  }

  @Test func `remainders and rounded quotients follow the sign asked for`() throws {
    let a = try Tensor([7, -7, 7, -7])
    let b = try Tensor([3, 3, -3, -3])
    #expect(try a.remainder(dividingBy: b).integers() == [1, 2, -2, -1])
    #expect(try a.remainder(dividingBy: b, rounding: .towardZero).integers() == [1, -1, 1, -1])
    #expect(try a.divided(by: b, rounding: .down).integers() == [2, -3, -3, 2])
    #expect(try a.divided(by: b, rounding: .towardZero).integers() == [2, -2, -2, 2])
    let zero = try Tensor([0, 0, 0, 0])
    #expect(throws: TorchError.self) { try a.remainder(dividingBy: zero) }
    #expect(throws: TorchError.self) { try a.remainder(dividingBy: zero, rounding: .towardZero) }
    #expect(throws: TorchError.self) { try a.divided(by: zero, rounding: .down) }
    #expect(throws: TorchError.self) { try a.divided(by: zero, rounding: .towardZero) }
    #expect(try (Tensor([1.0, -1.0, 0]) / 0).numbers()[..<2] == [.infinity, -.infinity])
  }

  struct Function: Sendable, CustomTestStringConvertible {
    var name: String
    var ours: @Sendable (Tensor) throws -> Tensor
    var reference: @Sendable (Double) -> Double
    var testDescription: String { name }
  }

  static let functions = [
    Function(name: "negation", ours: { try -$0 }, reference: { -$0 }),
    Function(name: "absolute", ours: { try $0.absolute() }, reference: { abs($0) }),
    Function(
      name: "sign", ours: { try $0.sign() }, reference: { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }),
    Function(
      name: "squareRoot", ours: { try $0.absolute().squareRoot() }, reference: { sqrt(abs($0)) }),
    Function(name: "squared", ours: { try $0.squared() }, reference: { $0 * $0 }),
    Function(
      name: "power", ours: { try $0.absolute().power(1.5) }, reference: { pow(abs($0), 1.5) }),
    Function(name: "reciprocal", ours: { try ($0 + 9).reciprocal() }, reference: { 1 / ($0 + 9) }),
    Function(name: "exponential", ours: { try $0.exponential() }, reference: { exp($0) }),
    Function(
      name: "exponentialMinusOne", ours: { try $0.exponentialMinusOne() }, reference: { expm1($0) }),
    Function(name: "logarithm", ours: { try ($0 + 9).logarithm() }, reference: { log($0 + 9) }),
    Function(
      name: "logarithmOfOnePlus", ours: { try $0.absolute().logarithmOfOnePlus() },
      reference: { log1p(abs($0)) }),
    Function(name: "sine", ours: { try $0.sine() }, reference: { sin($0) }),
    Function(name: "cosine", ours: { try $0.cosine() }, reference: { cos($0) }),
    Function(name: "tangent", ours: { try $0.tangent() }, reference: { tan($0) }),
    Function(name: "arcSine", ours: { try ($0 * 0.2).arcSine() }, reference: { asin($0 * 0.2) }),
    Function(
      name: "arcCosine", ours: { try ($0 * 0.2).arcCosine() }, reference: { acos($0 * 0.2) }),
    Function(name: "arcTangent", ours: { try $0.arcTangent() }, reference: { atan($0) }),
    Function(
      name: "arcTangent over", ours: { try $0.arcTangent(over: $0 - 1) },
      reference: { atan2($0, $0 - 1) }),
    Function(name: "hyperbolicSine", ours: { try $0.hyperbolicSine() }, reference: { sinh($0) }),
    Function(
      name: "hyperbolicCosine", ours: { try $0.hyperbolicCosine() }, reference: { cosh($0) }),
    Function(name: "errorFunction", ours: { try $0.errorFunction() }, reference: { erf($0) }),
    Function(name: "roundedDown", ours: { try $0.roundedDown() }, reference: { floor($0) }),
    Function(name: "roundedUp", ours: { try $0.roundedUp() }, reference: { ceil($0) }),
    Function(name: "rounded", ours: { try $0.rounded() }, reference: { rint($0) }),
    Function(name: "truncated", ours: { try $0.truncated() }, reference: { trunc($0) }),
    Function(
      name: "clamped", ours: { try $0.clamped(from: -1, to: 1.5) },
      reference: { min(max($0, -1), 1.5) }),
  ]

  @Test(arguments: functions, [ElementType.float32, .float64])
  func `functions agree with the C library`(function: Function, type: ElementType) throws {
    let points = [-3.5, -2.5, -1, -0.25, 0, 0.125, 0.5, 1, 1.5, 2.5, 4]
    let result = try function.ours(Tensor(points).converted(to: type))
    #expect(result.elementType == type)
    try expectClose(
      result, points.map(function.reference), absolute: (type.epsilon ?? 0) * 4,
      relative: (type.epsilon ?? 0) * 16)
  }

  @Test(arguments: functions)
  func `gradients agree with differences`(function: Function) throws {
    let smooth = [-2.3, -0.7, 0.3, 0.9, 2.2]
    let x = try Tensor(smooth).tracked()
    let slope = try gradient(of: function.ours(x).sum(), withRespectTo: x)
    let step = 1e-5
    let expected = smooth.map {
      (function.reference($0 + step) - function.reference($0 - step)) / (2 * step)
    }
    try expectClose(slope, expected, absolute: 1e-7, relative: 1e-7)
  }

  @Test(arguments: floating)
  func `functions work in every floating type`(type: ElementType) throws {
    let x = try Tensor([0.5, 1] as [Double]).converted(to: type)
    let result = try x.exponential().logarithm()
    #expect(result.elementType == type)
    try expectClose(result, [0.5, 1], absolute: 4 * (type.epsilon ?? 0))
  }
}
