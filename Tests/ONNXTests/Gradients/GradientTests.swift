// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import ONNX

/// The gradient of every operator that has one, over generated shapes and attributes.
@Suite struct GradientTests {
  /// Operators whose results are no floating-point function of their inputs.
  static let withoutGradient: [String: String] = [
    "ArgMax": "places", "ArgMin": "places", "NonMaxSuppression": "places", "NonZero": "places",
    "And": "truth", "Or": "truth", "Xor": "truth", "Not": "truth", "Equal": "truth",
    "Greater": "truth", "GreaterOrEqual": "truth", "Less": "truth", "LessOrEqual": "truth",
    "IsInf": "truth", "IsNaN": "truth",
    "BitCast": "bits", "BitShift": "bits", "BitwiseAnd": "bits", "BitwiseNot": "bits",
    "BitwiseOr": "bits", "BitwiseXor": "bits",
    "Shape": "a shape", "Size": "a shape", "ConstantOfShape": "a shape", "EyeLike": "a shape",
    "Range": "how many elements there are depends on the bounds",
    "Constant": "no inputs", "HannWindow": "a length", "HammingWindow": "a length",
    "BlackmanWindow": "a length", "MelWeightMatrix": "lengths",
  ]

  /// Operators with bodies, which only whole models have: ``ControlFlowTests`` checks them.
  static let inWholeModels: Set<String> = ["If", "Loop", "Scan"]

  static func key(_ definition: OperatorDefinition) -> String {
    (definition.domain.isEmpty ? "" : definition.domain + ".") + definition.name
  }

  @Test func `every operator has a gradient that is checked, or a reason to have none`() {
    for definition in OperatorRegistry.all where !Self.inWholeModels.contains(definition.name) {
      let key = Self.key(definition)
      let isChecked = GradientCases.all[key] != nil
      #expect(isChecked != (Self.withoutGradient[key] != nil), "\(key)")
    }
    let known = Set(OperatorRegistry.all.map(Self.key))
    #expect(known.isSuperset(of: GradientCases.all.keys))
    #expect(known.isSuperset(of: Self.withoutGradient.keys))
  }

  @Test func `gradients are those of central differences`() throws {
    var checked = 0
    var slopes = 0
    for definition in OperatorRegistry.all {
      let key = Self.key(definition)
      for (kind, make) in (GradientCases.all[key] ?? []).enumerated() {
        let versions = Set([definition.versions.lowerBound, definition.versions.upperBound])
        for version in versions.sorted() {
          for round in 0..<8 {
            let seed = key.unicodeScalars.reduce(UInt64(kind * 16 + round)) {
              $0 &* 31 &+ UInt64($1.value)
            }
            do {
              var sampler = GradientSampler(seed: seed)
              let test = try make(&sampler, version)
              let function = try test.function(
                of: definition, version: version, constants: sampler.flag())
              let (slope, difference) = try test.slopes(function, seed: seed &+ 1)
              checked += 1
              slopes += slope == 0 ? 0 : 1
              #expect(
                abs(slope - difference) <= 1e-6 * (1 + abs(slope)),
                "\(key), version \(version), kind \(kind), round \(round)")
            } catch {
              Issue.record("\(key), version \(version), kind \(kind), round \(round): \(error)")
            }
          }
        }
      }
    }
    print("\(checked) gradients checked, of which \(slopes) are not 0")
    #expect(checked > 3000)
    #expect(Double(slopes) > 0.9 * Double(checked))
  }
}
