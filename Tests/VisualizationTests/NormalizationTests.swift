// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Visualization

@Suite struct NormalizationTests {
  static let all: [Normalization] = [
    .symmetric(), .symmetric(percentile: 100), .symmetric(span: 0), .symmetric(cumulative: 0.98),
    .unsigned(), .magnitude(), Normalization(.unsigned, span: .cumulative(1)),
  ]

  func map(_ values: [Double]) throws -> AttributionMap {
    try AttributionMap(width: values.count, height: 1, values: values)
  }

  @Test func `the span is a percentile of what is shown, and what lies beyond is clamped`() throws {
    let map = try map([-8, -1, 0, 2, 4])
    #expect(Normalization.symmetric(percentile: 75).span(of: map) == 4)
    #expect(Normalization.symmetric(percentile: 75)(map).values == [-1, -0.25, 0, 0.5, 1])
    #expect(Normalization.symmetric(percentile: 100)(map).values == [-1, -0.125, 0, 0.25, 0.5])
    #expect(Normalization.unsigned(percentile: 75).span(of: map) == 2)
    #expect(Normalization.unsigned(percentile: 75)(map).values == [0, 0, 0, 1, 1])
    #expect(Normalization.magnitude(percentile: 75)(map).values == [1, 0.25, 0, 0.5, 1])
    #expect(Normalization.symmetric(span: 16)(map).values == [-0.5, -0.0625, 0, 0.125, 0.25])
  }

  @Test func `the cumulative rule is Captum's`() throws {
    let references = try References.read()
    let map = try references.map
    let signed = Normalization.symmetric(cumulative: 0.98)
    expectClose(signed.span(of: map), references.captum.span, absolute: 1e-12)
    let cases: [(Normalization, [Double])] = [
      (signed, references.captum.all),
      (Normalization(.unsigned, span: .cumulative(0.98)), references.captum.positive),
      (Normalization(.magnitude, span: .cumulative(0.98)), references.captum.magnitude),
    ]
    for (normalization, expected) in cases {
      #expect(distance(normalization(map).values, expected) < 1e-12)
    }
  }

  @Test(arguments: all)
  func `a map of zeros stays zero`(normalization: Normalization) throws {
    #expect(try normalization(map([0, 0, 0])).values == [0, 0, 0])
    #expect(try normalization(map([-0.0])).values == [0])
  }

  @Test(arguments: all)
  func `every value lands within the limits`(normalization: Normalization) throws {
    let lowest: Double = normalization.isSigned ? -1 : 0
    let least = Double.leastNonzeroMagnitude
    for values in [[1e308, -1e308, 5], [least, -least, 0], [3, 3, 3], [-2, -2, -2], [7]] {
      for value in try normalization(map(values)).values { #expect(lowest...1 ~= value) }
    }
  }

  @Test func `constant maps have full color, of their sign`() throws {
    #expect(try Normalization.symmetric()(map([3, 3])).values == [1, 1])
    #expect(try Normalization.symmetric()(map([-3, -3])).values == [-1, -1])
    #expect(try Normalization.unsigned()(map([-3, -3])).values == [0, 0])
    #expect(try Normalization.magnitude()(map([-3, -3])).values == [1, 1])
  }

  @Test func `few pixels of many are not lost to the percentile`() throws {
    var values = [Double](repeating: 0, count: 1000)
    values[17] = -5
    let normalized = try Normalization.symmetric(percentile: 99)(map(values)).values
    #expect(normalized[17] == -1)
    #expect(normalized.count { $0 == 0 } == 999)
  }
}
