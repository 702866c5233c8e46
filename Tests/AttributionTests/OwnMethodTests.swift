// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Attributions by a method that is none of the library's.
@Suite struct OwnMethodTests {
  private let found: Activation
  private let own: Tensor

  init() throws {
    found = Activation(try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
    own = try Tensor([5, 6] as [Float])
  }

  private func make(_ values: QuantityValues, _ measure: Measure = .attribution) throws
    -> Attributions
  {
    try Attributions(
      found, by: "mine", of: ClassScore(.index(1)), slice: NetworkSlice(), values: values,
      measure: measure)
  }

  @Test func `the gap follows from the ends`() throws {
    let result = try make(QuantityValues(own, from: Tensor([1, 1] as [Double])))
    try expectClose(#require(result.completenessGap), [3 - 4, 7 - 5])
    #expect(result.completenessGap?.elementType == .float64)
    #expect(try result.quantity.end?.numbers() == [5, 6])
    let short = try make(
      QuantityValues(own, from: Tensor([1, 1] as [Double]), to: Tensor([2, 2] as [Double])))
    try expectClose(#require(short.completenessGap), [2, 6])
    #expect(try make(QuantityValues(own)).completenessGap == nil)
    let influence = try make(QuantityValues(own, from: Tensor([1, 1] as [Double])), .influence)
    #expect(influence.completenessGap == nil)
  }

  @Test func `the relative error follows from the standard errors`() throws {
    let errors = Activation(try Tensor([0.5, 1, 0.7, 0] as [Double], shape: [2, 2]))
    let result = try Attributions(
      found, by: "mine", of: ClassScore(.index(1)), slice: NetworkSlice(),
      values: QuantityValues(own), standardError: errors, cost: Cost(forwardRows: 7))
    try expectClose(#require(result.errorEstimate), [0.5, 0.1])
    #expect(result.cost.forwardRows == 7 && result.efforts.isEmpty)
    #expect(result.configuration.distribution == "mine")
    #expect(result.configuration.quantity == ClassScore(.index(1)).name)
  }
}
