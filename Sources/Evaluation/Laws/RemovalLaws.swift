// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Checks the laws of ``Removal``.
public enum RemovalLaws {
  /// - Parameters:
  ///   - inputs: Two rows at least.
  ///   - explainer: Its slice starts where features are removed.
  ///   - tolerance: Between an instance alone and among others, relative to elements beyond 1.
  public static func violations(
    of removal: any Removal, from inputs: Inputs, in model: any Model, by explainer: Explainer,
    seed: UInt64 = 1, tolerance: Double = 1e-6
  ) throws -> [LawViolation] {
    var violations: [LawViolation] = []
    func require(_ holds: Bool, _ law: String, _ detail: String) {
      if !holds { violations.append(LawViolation(law, detail)) }
    }
    let explanation = try explainer.explanation(of: inputs, in: model)
    let instances = explanation.activation
    // Of a checkerboard one colour goes, then the other.
    let masks = try instances.map { tensor in
      let places = try Tensor.range(to: tensor.count / tensor.shape[0])
        .remainder(dividingBy: Tensor(Int64(2))).moved(to: tensor.device)
      let shape = [1] + tensor.shape.dropFirst()
      let even = try (places .== 0).reshaped(to: shape)
      return try Tensor.concatenated([even, .!even]).repeatingEach(tensor.shape[0])
    }
    func points(of explanation: Explanation, _ masks: Activation) throws -> Activation {
      try removal.substitutes(for: explanation, seed: seed)
        .points(replacing: masks, of: explanation.activation)
    }
    let whole = try points(of: explanation, masks)
    for (index, tensor) in whole.tensors.enumerated() {
      let (mask, own) = (masks.tensors[index], instances.tensors[index])
      let kept = try tensor.filled(with: 0, where: mask)
      let expected = try own.repeatingRows(2).filled(with: 0, where: mask)
      try require(
        kept.numbers() == expected.numbers(), "what is not removed stays", "tensor \(index)")
      try require(
        tensor.isFinite().numbers().allSatisfy { $0 == 1 }, "substitutes are numbers",
        "tensor \(index)")
    }
    guard violations.isEmpty else { return violations }
    let again = try points(of: explanation, masks)
    for (a, b) in zip(again.tensors, whole.tensors) {
      try require(
        a.numbers() == b.numbers(), "same seed, same substitutes", "the second time")
    }
    for row in 0..<explanation.count {
      let alone = try explainer.explanation(
        of: inputs.rows(row..<row + 1, of: model), in: model, indices: row..<row + 1)
      let rows = try Tensor([Int64(row), Int64(row + explanation.count)])
      let own = try points(of: alone, masks.map { try $0.selecting(rows.moved(to: $0.device)) })
      for (a, b) in zip(own.tensors, whole.tensors) {
        let expected = try b.selecting(rows.moved(to: b.device)).numbers()
        try require(
          zip(a.numbers(), expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) },
          "instances do not see each other", "instance \(row)")
      }
    }
    return violations
  }
}
