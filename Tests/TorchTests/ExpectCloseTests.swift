// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct ExpectCloseTests {
  @Test func `equal, nearly equal and equally infinite numbers pass`() throws {
    let x = try Tensor([1, -2, 0, .infinity] as [Double], shape: [2, 2])
    try expectClose(x, x, absolute: 0, relative: 0)
    try expectClose(x, [1 + 1e-7, -2, 1e-7, .infinity], shape: [2, 2])
    expectClose(1, 1 + 1e-7)
    try expectClose(Tensor.zeros([0, 3]), Tensor.zeros([0, 3]))
  }

  @Test func `a difference is recorded as an issue`() throws {
    withKnownIssue { try expectClose(Tensor.ones([2]), [1, 2]) }
    withKnownIssue { try expectClose(Tensor.ones([2]), Tensor.ones([1, 2])) }
    withKnownIssue { expectClose(1, 2) }
  }

  @Test func `the allowance is absolute plus relative times the expected magnitude`() {
    #expect(complaint([103], [100], absolute: 1, relative: 0.02) == nil)
    #expect(complaint([103], [100], absolute: 0.9, relative: 0.02) != nil)
  }

  @Test func `not a number and the other infinity are close to nothing`() {
    #expect(complaint([.nan], [.nan], absolute: .infinity) != nil)
    #expect(complaint([.nan], [1], absolute: .infinity) != nil)
    #expect(complaint([.infinity], [1], absolute: 1e300) != nil)
    #expect(complaint([1], [.infinity], absolute: 1, relative: 1) != nil)
    #expect(complaint([-.infinity], [.infinity]) != nil)
  }

  @Test func `shapes are compared before elements, and the worst element is named`() {
    #expect(
      complaint([1, 2], shape: [2], [1, 2], wanted: [1, 2]) == "the shape is [2], not [1, 2]")
    #expect(complaint([1, 2], shape: [2], [1]) == "2 elements of shape [2], not 1")
    let text = complaint([0, 1, 2, 3, 9, 5], shape: [2, 3], [0, 1.5, 2, 3, 4, 5]) ?? ""
    #expect(text.hasPrefix("2 of 6 elements differ; the worst, at [1, 1]: 9.0, not 4.0"))
  }

  @Test func `the relative distance is measured in units of what is expected`() throws {
    let a = try Tensor([1, 2, 3] as [Float])
    let b = try Tensor([1, 1, 2] as [Float])
    #expect(try relativeL1(a, b) == 0.5)
    #expect(try relativeL1(b, b) == 0)
    #expect(try relativeL1(Tensor.zeros([2]), Tensor.zeros([2])) == 0)
    #expect(try relativeL1(a, Tensor.zeros([3])) == .infinity)
    #expect(try relativeL1(a, Tensor.ones([2])) == .infinity)
    #expect(try !(relativeL1(a.filled(with: .nan), b) <= 1))
  }

  private func complaint(
    _ actual: [Double], shape: [Int]? = nil, _ expected: [Double], wanted: [Int]? = nil,
    absolute: Double = 0, relative: Double = 0
  ) -> String? {
    differenceInWords(
      actual, shape: shape ?? [actual.count], expected, shape: wanted, absolute: absolute,
      relative: relative)
  }
}
