// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct SecantTests {
  /// Σ m ⊙ Δx of a way, less Δ Σ w ⊙ y, and the size of both, for a function of rows.
  private func gap(
    _ x: Tensor, stride: Int, weight: Tensor? = nil, _ f: (Tensor) throws -> Tensor
  ) throws -> (gap: Double, size: Double, gradient: Tensor) {
    let pass = SecantPass()
    let points = try x.tracked(bySecantsTo: stride, of: pass)
    let y = try f(points)
    let rows = x.shape[0]
    let weights = try weight ?? normal(y.shape, 3)
    let own = [rows] + [Int](repeating: 1, count: y.rank - 1)
    let mask = try Tensor((0..<rows).map { $0 < rows - stride ? 1.0 : 0 }).reshaped(to: own)
    let m = try gradient(of: y, withRespectTo: [points], weight: weights * mask)[0]
    func ends(_ t: Tensor) throws -> Tensor {
      try t.sliced(axis: 0, from: stride) - t.sliced(axis: 0, to: rows - stride)
    }
    let shared = try (m.sliced(axis: 0, to: rows - stride) * ends(x)).sum().number()
    let change = try (ends(f(x)) * weights.sliced(axis: 0, to: rows - stride)).sum().number()
    return (abs(shared - change), abs(change) + 1, m)
  }

  private func normal(_ shape: [Int], _ seed: UInt64 = 1) throws -> Tensor {
    try Tensor.normal(shape, type: .float64, from: Generator(seed: seed))
  }

  @Test func `differences add up through every kind of operation, on rows and with lost rows`()
    throws
  {
    let w = try normal([5, 4], 5)
    let kernel = try normal([3, 2, 3, 3], 6)
    let functions: [(String, [Int], (Tensor) throws -> Tensor)] = [
      ("mlp", [6, 4], { try $0.linear(weight: w).relu().squared() }),
      ("gelu", [6, 4], { try $0.linear(weight: w).gelu().hyperbolicTangent().sigmoid() }),
      (
        "pooled", [6, 2, 7, 7],
        {
          try $0.convolved(weight: kernel, padding: [1, 1]).relu().maxPooled(window: [2, 2])
        }
      ),
      ("softmax", [6, 4], { try ($0 * 3).softmax(axis: -1) * $0 }),
      ("log-softmax", [6, 4], { try ($0 * 3).logSoftmax(axis: 1) }),
      (
        "attention", [6, 3, 4],
        {
          let heads = try $0.linear(weight: w).hyperbolicTangent()
          return try heads.matrixProduct(heads.transposed()).softmax(axis: -1).matrixProduct(heads)
        }
      ),
      ("layer norm", [6, 3, 4], { try $0.layerNormalized(shape: [4]) }),
      ("maximum", [6, 4], { try $0.maximum(-$0 * 0.5).clamped(to: 1.3) }),
      (
        "reduced", [6, 3, 4],
        { try $0.max(axes: [2]) + $0.min(axes: [1]).sum(axes: [1], keepingAxes: true) }
      ),
      ("where", [6, 4], { try ($0 * 2).chosen(where: $0 .> 0.3, else: $0 * $0 + 1) }),
      (
        "logic", [6, 4],
        {
          try (($0 .> 0.3) .| ($0 .< -0.5)).converted(to: .float64) * $0
        }
      ),
      (
        "shapes", [6, 4],
        {
          try Tensor.concatenated(
            [$0.reshaped(to: [-1, 2, 2]).transposed().flattened(from: 1), $0], axis: 1
          )
          .exponential()
        }
      ),
      ("quotient", [6, 4], { try $0 / ($0.squared() + 1) }),
    ]
    for (name, shape, f) in functions {
      let x = try normal(shape)
      for stride in [1, 2, 3] {
        let known = try gap(x, stride: stride, f)
        #expect(known.gap <= 1e-13 * known.size, "\(name), stride \(stride)")
        // An index loses where rows lie: each end is computed by itself then.
        let all = try Tensor.range(to: shape[0])
        let lost = try gap(x, stride: stride) { try f($0.taking([all])) }
        #expect(lost.gap <= 1e-13 * lost.size, "\(name), stride \(stride), lost")
        try expectClose(known.gradient, lost.gradient, absolute: 1e-12, relative: 1e-10)
      }
    }
  }
}
