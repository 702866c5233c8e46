// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Torch

/// Slopes where numbers are extreme: ends that meet or nearly do, saturated, masked, or zero.
@Suite struct SecantEdgeTests {
  private typealias Function = @Sendable (Tensor) throws -> Tensor

  private static let functions: [(name: String, range: ClosedRange<Double>, apply: Function)] = [
    ("relu", -90...90, { try $0.relu() }),
    ("leaky relu", -90...90, { try $0.leakyReLU(slope: 0.1) }),
    ("abs", -90...90, { try $0.absolute() }),
    ("clamp", -90...90, { try $0.clamped(from: -1, to: 2) }),
    ("elu", -90...90, { try $0.elu() }),
    ("selu", -90...90, { try $0.selu() }),
    ("celu", -90...90, { try $0.celu(alpha: 0.5) }),
    ("sigmoid", -90...90, { try $0.sigmoid() }),
    ("log sigmoid", -90...90, { try $0.logSigmoid() }),
    ("tanh", -90...90, { try $0.hyperbolicTangent() }),
    ("softplus", -90...90, { try $0.softplus() }),
    ("gelu", -90...90, { try $0.gelu() }),
    ("gelu by tanh", -90...90, { try $0.gelu(approximated: true) }),
    ("silu", -90...90, { try $0.silu() }),
    ("mish", -90...90, { try $0.mish() }),
    ("hard swish", -90...90, { try $0.hardSwish() }),
    ("exp", -80...80, { try $0.exponential() }),
    ("expm1", -80...80, { try $0.exponentialMinusOne() }),
    ("erf", -90...90, { try $0.errorFunction() }),
    ("sin", -90...90, { try $0.sine() }),
    ("cos", -90...90, { try $0.cosine() }),
    ("atan", -90...90, { try $0.arcTangent() }),
    ("sinh", -60...60, { try $0.hyperbolicSine() }),
    ("cosh", -60...60, { try $0.hyperbolicCosine() }),
    ("asin", -1...1, { try $0.arcSine() }),
    ("acos", -1...1, { try $0.arcCosine() }),
    ("log", 1e-6...90, { try $0.logarithm() }),
    ("log1p", -0.999...90, { try $0.logarithmOfOnePlus() }),
    ("sqrt", 0...90, { try $0.squareRoot() }),
    ("reciprocal", 1e-3...90, { try $0.reciprocal() }),
    ("power", 1e-3...9, { try $0.power(1.7) }),
    ("cube", -9...9, { try $0.power(3) }),
    ("square", -90...90, { try $0.squared() }),
  ]

  /// Numbers of a range: both ends of it, zero, and many between, more of them near zero.
  private func numbers(_ range: ClosedRange<Double>) -> [Double] {
    let spread = (-24...24).map { place -> Double in
      let share = Double(place) / 24
      return share * share * share * max(abs(range.lowerBound), abs(range.upperBound))
    }
    return ([range.lowerBound, range.upperBound] + spread).filter(range.contains)
  }

  @Test(arguments: [ElementType.float64, .float32])
  func `slopes between all pairs of ends are quotients of differences`(type: ElementType) throws {
    let precision = type == .float64 ? 1e-13 : 2e-5
    for (name, range, f) in Self.functions {
      let ends = numbers(range)
      for step in [1.0, 1e-2, 1e-4, 1e-9, 0] {
        let a = try Tensor(ends.flatMap { a in ends.map { _ in a } }).converted(to: type)
        let b = try Tensor(ends.flatMap { a in ends.map { a + ($0 - a) * step } })
          .converted(to: type)
        let point = try a.tracked(bySecantsTo: b, of: SecantPass())
        let slope = try gradient(
          of: f(point), withRespectTo: [point], weight: a.filled(with: 1))[0]
        let (fa, fb) = (try f(a), try f(b))
        let gap = try (slope * (b - a) - (fb - fa)).absolute()
        let size = try fa.absolute().maximum(fb.absolute()) + 1
        // A slope that has no bound has no finite derivative either.
        let isMet = try a .== b
        let worst = try (gap / size).filled(with: 0, where: isMet).max().number()
        #expect(worst <= precision, "\(name), step \(step)")
        guard step == 0, name != "asin", name != "acos", name != "sqrt", name != "log1p" else {
          continue
        }
        let tracked = try a.tracked()
        let derivative = try gradient(
          of: f(tracked), withRespectTo: [tracked], weight: a.filled(with: 1))[0]
        let isOff =
          try (slope - derivative).absolute()
          .> (derivative.absolute() + 1) * (precision * 100)
        #expect(try isOff.converted(to: .float64).sum().number() == 0, "\(name)")
      }
    }
  }

  @Test(arguments: [ElementType.float64, .float32])
  func `masks of minus infinity stay finite`(type: ElementType) throws {
    let mask = try Tensor([0, -Double.infinity, 0, 0, -Double.infinity, -Double.infinity, 0, 0])
      .reshaped(to: [2, 4])
      .converted(to: type)
    let x = try Tensor.normal([6, 2, 4], type: type, from: Generator(seed: 4)) * 30
    let functions: [@Sendable (Tensor) throws -> Tensor] = [
      { try $0.softmax(axis: -1) },
      { try $0.logSoftmax(axis: -1).filled(with: 0, where: mask.isInfinite()) },
      { try $0.logSumExp(axes: [-1]) },
      { try $0.max(axes: [-1]) },
    ]
    for f in functions {
      let point = try x.tracked(bySecantsTo: 2, of: SecantPass())
      let y = try f(point + mask)
      let weight = try Tensor.normal(y.shape, type: type, from: Generator(seed: 5))
      let isWay = try Tensor([1.0, 1, 1, 1, 0, 0])
        .reshaped(to: [6] + [Int](repeating: 1, count: y.rank - 1)).converted(to: type)
      let slope = try gradient(of: y, withRespectTo: [point], weight: weight * isWay)[0]
      let rows = CellRows(axis: 0, stride: 2)
      let shares = try (slope * (x.shifted(rows) - x)).sum().number()
      let change = try ((y.near.shifted(rows) - y.near) * weight).sum().number()
      #expect(abs(shares - change) <= (type == .float64 ? 1e-12 : 1e-3) * (1 + abs(change)))
    }
  }

  @Test func `what has no secant is refused by name, or its derivative is taken`() throws {
    let x = try Tensor.normal([3, 4, 4], type: .float64, from: Generator(seed: 6))
    let end = try x * 1.5
    func singularValues(_ pass: SecantPass) throws -> (Tensor, Tensor) {
      let point = try x.tracked(bySecantsTo: end, of: pass)
      return (point, try point.singularValueDecomposition().values)
    }
    let error = #expect(throws: TorchError.self) { try singularValues(SecantPass()) }
    #expect(error?.description.contains("aten::linalg_svd") == true)
    #expect(error?.description.contains("falls back to derivatives") == true)
    let pass = SecantPass(fallback: .derivative)
    let (point, values) = try singularValues(pass)
    #expect(pass.operationsWithoutSecant == ["aten::linalg_svd"])
    let slope = try gradient(of: values.sum(), withRespectTo: point)
    // Singular values are linear along a ray, so that the derivative is as good as a secant.
    let shares = try (slope * (end - x)).sum().number()
    let change = try
      (end.singularValueDecomposition().values
      - x.singularValueDecomposition().values).sum().number()
    #expect(abs(shares - change) < 1e-10)
  }

  @Test(arguments: ["aten::convolution", "attribution::convolution"])
  func `convolutions are followed under both names`(_ name: String) throws {
    let x = try Tensor.normal([2, 3, 6, 6], type: .float64, from: Generator(seed: 7))
    let end = try x * 1.5
    let taps = try Tensor.normal([4, 3, 3, 3], type: .float64, from: Generator(seed: 8))
    func total(_ x: Tensor) throws -> Tensor {
      try Operator(name)(
        .tensor(x), .tensor(taps), .none, .integers([1, 1]), .integers([1, 1]), .integers([1, 1]),
        .boolean(false), .integers([0, 0]), .integer(1)
      ).relu().sum()
    }
    let pass = SecantPass()
    let point = try x.tracked(bySecantsTo: end, of: pass)
    let slope = try gradient(of: total(point), withRespectTo: point)
    let shares = try (slope * (end - x)).sum().number()
    let change = try (total(end) - total(x)).number()
    #expect(abs(shares - change) < 1e-10)
    #expect(pass.operationsWithoutSecant.isEmpty)
  }

  @Test func `numbers that change on the way cannot be read`() throws {
    let x = try Tensor([1.0, 2])
    let moving = try x.tracked(bySecantsTo: x * 2, of: SecantPass())
    #expect(throws: TorchError.self) { try moving.numbers() }
    let resting = try x.tracked(bySecantsTo: x, of: SecantPass())
    #expect(try resting.numbers() == [1, 2])
  }
}
