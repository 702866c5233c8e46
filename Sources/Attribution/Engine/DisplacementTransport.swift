// SPDX-License-Identifier: Apache-2.0

import Torch

/// Carries displacements from the distribution's cut to the slice's start.
extension SliceEvaluator {
  /// The activation's derivative along `tangent`: J · tangent, of the activation's shape.
  ///
  /// The product with J itself, not its transpose, comes from going back twice: Jᵀu is linear in u,
  /// and the gradient of ⟨Jᵀu, tangent⟩ with respect to u is J · tangent, exactly.
  ///
  /// - Parameters:
  ///   - activation: At the slice's start, recorded from `points` on.
  ///   - points: Tracked, at the distribution's cut.
  static func transported(
    _ tangent: Activation, from points: Activation, to activation: Activation
  ) throws -> Activation {
    let probes = try activation.map { try $0.detached().filled(with: 0).tracked() }
    let pulled = try gradient(
      of: Self.inner(probes, activation), withRespectTo: points.tensors, differentiable: true)
    return Activation(
      try gradient(of: Self.inner(Activation(pulled), tangent), withRespectTo: probes.tensors))
  }

  /// Σ a ⊙ b over all elements.
  private static func inner(_ a: Activation, _ b: Activation) throws -> Tensor {
    let products = try zip(a.tensors, b.tensors).map { try ($0 * $1).sum() }
    return try products.dropFirst().reduce(products[0]) { try $0 + $1 }
  }
}
