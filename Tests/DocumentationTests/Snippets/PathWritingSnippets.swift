// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import TestSupport
import Testing
import Torch

// snippet: in-turn
/// Some features first, then the others.
struct InTurn: Path {
  /// 1 where features go first, 0 elsewhere; broadcasts to an instance.
  let first: Tensor
  let corners = [0.5]

  func points(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    let own = try first.converted(like: end)
    let early = try (times * 2).clamped(from: 0, to: 1)
    let late = try (times * 2 - 1).clamped(from: 0, to: 1)
    return try start + (end - start) * (own * early + (1 - own) * late)
  }

  func velocities(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    let own = try first.converted(like: end)
    let isEarly = try (times .< 0.5).converted(like: end)
    return try (end - start) * (own * isEarly + (1 - own) * (1 - isEarly)) * 2
  }
}
// end

// snippet: both-ends-grid
/// Short cells at both ends: t = 3u² − 2u³.
struct BothEndsGrid: Grid {
  let name = "both ends"
  func time(_ u: Double) -> Double { u * u * (3 - 2 * u) }
}
// end

// snippet: fejer-rule
/// Fejér's first rule: nodes at the middles of even arcs, exact for polynomials of degree n − 1.
struct FejerRule: QuadratureRule {
  let name = "fejér"

  func degree(_ count: Int) -> Int { count - 1 }

  func nodes(_ count: Int) throws -> [QuadratureNode] {
    guard count >= 1 else { throw QuadratureError.tooFew(rule: name, count: count, least: 1) }
    return (0..<count).map { index in
      let angle = (Double(index) + 0.5) * .pi / Double(count)
      var weight = 1.0
      for j in stride(from: 1.0, through: Double(count / 2), by: 1) {
        weight -= 2 * cos(2 * j * angle) / (4 * j * j - 1)
      }
      return QuadratureNode(position: (1 - cos(angle)) / 2, weight: weight / Double(count))
    }
  }
}
// end

@Suite struct PathWritingSnippets: DigitSnippets {
  let example: DigitExample

  init() throws { example = try DigitExample() }

  /// The gap relative to what the quantity changes by.
  func gap(_ result: Attributions) throws -> Double {
    let change = try #require(result.quantity.end) - #require(result.quantity.start)
    let gap = try #require(result.completenessGap)
    return try (gap.absolute() / change.absolute()).max().number()
  }

  @Test func `a path from γ alone, and its laws`() throws {
    // snippet: glow
    let glow = CustomPath("glow") { t, start, end in
      try start + t * (end - start + 1 - t)
    }
    // end

    // snippet: use-glow
    let result = try InternalInfluence(
      model, distribution: .path(glow, rule: .automatic(tolerance: 0.01)), slice: slice
    ).attributions(for: digit)
    print(result.efforts[0], try result.errorEstimate?.number() ?? .nan)
    // end
    #expect(try #require(result.errorEstimate).number() <= 0.01)
    let fine = try InternalInfluence(
      model, distribution: .path(glow, steps: 500, rule: .secant), slice: slice
    ).attributions(for: digit)
    #expect(try relativeL1(result.values, fine.values) < 0.02)
    // Black pixels moved.
    let isBlack = try (digit .== 0).converted(like: digit)
    #expect(try (result.values * isBlack).absolute().sum().number() > 0)

    // snippet: use-in-turn
    let left = try Tensor((0..<64).map { $0 % 8 < 4 ? 1 : 0 }, shape: [1, 8, 8])
    let leftFirst = try InternalInfluence(
      model, distribution: .path(InTurn(first: left), steps: 16, rule: .secant), slice: slice
    ).attributions(for: digit)
    print(try leftFirst.completenessGap?.number() ?? .nan)  // 0, up to rounding
    // end
    #expect(try gap(leftFirst) < 1e-4)
    let tangents = try InternalInfluence(
      model, distribution: .path(InTurn(first: left), steps: 400), slice: slice
    ).attributions(for: digit)
    #expect(try relativeL1(leftFirst.values, tangents.values) < 0.05)

    // snippet: writing-path-laws
    let start = try Tensor.zeros([2, 1, 8, 8], type: .float64)
    let end = try digits[0..<2].converted(to: .float64)
    print(try PathLaws.violations(of: glow, from: start, to: end))  // []
    print(try PathLaws.violations(of: InTurn(first: left), from: start, to: end))  // []
    // end
    #expect(try PathLaws.violations(of: glow, from: start, to: end) == [])
    #expect(try PathLaws.violations(of: InTurn(first: left), from: start, to: end) == [])
  }

  @Test func `a grid`() throws {
    // snippet: use-grid
    let cubic = CustomGrid("cubic") { $0 * $0 * $0 }
    print(GridLaws.violations(of: BothEndsGrid()), GridLaws.violations(of: cubic))  // [] []
    let fromThree = try IntegratedGradients(
      model, slice: slice, from: .tensor(digits[3]), steps: 16, rule: .secant(grid: BothEndsGrid())
    ).attributions(for: digit)
    // end
    #expect(GridLaws.violations(of: BothEndsGrid()) == [] && GridLaws.violations(of: cubic) == [])
    #expect(GridLaws.violations(of: CustomGrid("falling") { 1 - $0 }) != [])
    let exact = try IntegratedGradients(
      model, slice: slice, from: .tensor(digits[3]), steps: 1000, rule: .secant(grid: .uniform)
    ).attributions(for: digit)
    #expect(try relativeL1(fromThree.values, exact.values) < 0.02)
  }

  @Test func `a quadrature rule`() throws {
    // snippet: use-fejer
    print(try QuadratureLaws.violations(of: FejerRule()))  // []
    let byFejer = try IntegratedGradients(model, slice: slice, steps: 50, rule: FejerRule())
      .attributions(for: digit)
    // end
    #expect(try QuadratureLaws.violations(of: FejerRule(), counts: 1...40) == [])
    #expect(try gap(byFejer) < 0.02)
  }
}
