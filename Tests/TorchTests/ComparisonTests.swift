// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct ComparisonTests {
  @Test(arguments: ElementType.allCases.filter { $0 != .bool })
  func `comparisons give truth values`(type: ElementType) throws {
    let a = try Tensor([1, 2, 3] as [Double]).converted(to: type)
    let b = try Tensor([3, 2, 1] as [Double]).converted(to: type)
    for (result, expected) in [
      (try a .< b, [true, false, false]), (try a .<= b, [true, true, false]),
      (try a .> b, [false, false, true]), (try a .>= b, [false, true, true]),
      (try a .== b, [false, true, false]), (try a .!= b, [true, false, true]),
      (try a .< 2, [true, false, false]), (try a .<= 2, [true, true, false]),
      (try a .> 2, [false, false, true]), (try a .>= 2, [false, true, true]),
      (try a .== 2, [false, true, false]), (try a .!= 2, [true, false, true]),
      (try a .< 2.5, [true, true, false]), (try a .>= 1.5, [false, true, true]),
    ] as [(Tensor, [Bool])] {
      #expect(try result.scalars(as: Bool.self) == expected)
    }
  }

  @Test func `numbers outside an integer type are compared as what they are`() throws {
    let bytes = try Tensor([0, 44, 255] as [UInt8])
    #expect(try (bytes .< 300).scalars() == [true, true, true])
    #expect(try (bytes .== 300).scalars() == [false, false, false])
    #expect(try (bytes .> -1).scalars() == [true, true, true])
    #expect(try (bytes .< .infinity).scalars() == [true, true, true])
    #expect(try (bytes .!= .nan).scalars() == [true, true, true])
    let large = try Tensor([16_777_216, 16_777_217, 16_777_218])
    #expect(try (large .== 16_777_217).scalars() == [false, true, false])
    #expect(try (large .> 16_777_216.5).scalars() == [false, true, true])
  }

  @Test func `logic takes zero for false`() throws {
    let a = try Tensor([true, true, false, false])
    let b = try Tensor([1, 0, 2, 0] as [Float])
    #expect(try (a .& b).scalars() == [true, false, false, false])
    #expect(try (a .| b).scalars() == [true, true, true, false])
    #expect(try (a .^ b).scalars() == [false, true, true, false])
    #expect(try (.!a).scalars() == [false, false, true, true])
  }

  @Test func `a choice broadcasts and passes gradients to what was chosen`() throws {
    let x = try Tensor([1, 2, 3] as [Double]).tracked()
    let other = try Tensor([10] as [Double]).tracked()
    let chosen = try x.chosen(where: Tensor([true, false, true]), else: other)
    #expect(try chosen.numbers() == [1, 10, 3])
    let slopes = try gradient(of: chosen.sum(), withRespectTo: [x, other])
    #expect(try slopes[0].numbers() == [1, 0, 1])
    #expect(try slopes[1].numbers() == [1])
  }

  @Test func `special numbers are told apart`() throws {
    let x = try Tensor([1, .infinity, -.infinity, .nan] as [Double])
    #expect(try x.isNaN().scalars() == [false, false, false, true])
    #expect(try x.isInfinite().scalars() == [false, true, true, false])
    #expect(try x.isFinite().scalars() == [true, false, false, false])
    #expect(try (x .== x).scalars() == [true, true, true, false])
  }
}
