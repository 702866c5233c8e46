// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

/// In processes of their own, because the count of living tensors is one for the whole process.
@Suite struct LeakTests {
  @Test func `gradient loops keep nothing`() async {
    await #expect(processExitsWith: .success) {
      try expectNothingKept {
        var x = try Tensor.ones([10])
        for _ in 0..<50 {
          let tracked = try x.tracked()
          let y = try (tracked * tracked + 1).softmax(axis: 0).squared().sum()
          let first = try gradient(of: y, withRespectTo: [tracked], differentiable: true)
          let second = try gradient(of: first[0].sum(), withRespectTo: tracked)
          x = try x - second * 0.1
        }
      }
    }
  }

  @Test func `operations that throw keep nothing`() async {
    await #expect(processExitsWith: .success) {
      try expectNothingKept {
        let x = try Tensor.ones([2, 3])
        for _ in 0..<50 {
          _ = try? x.matrixProduct(x)
          _ = try? (x + 1).reshaped(to: [7])
          _ = try? x.split(lengths: [1, 7], axis: 0)
          _ = try? Operator("aten::unbind", "int").all(.tensor(x.flattened()), atMost: 2)
          _ = try? Operator("aten::fft_fft")(.tensor(x))
          _ = try? Tensor(npy: Array(x.npyBytes().dropLast(1)))
          _ = try? gradient(of: x, withRespectTo: [x, x])
          _ = try? Tensor([1, 2, 3] as [Float], shape: [2])
        }
      }
    }
  }

  @Test func `generators, lists of results and files keep nothing`() async {
    await #expect(processExitsWith: .success) {
      try expectNothingKept {
        for seed in 0..<50 as Range<UInt64> {
          let generator = try Generator(seed: seed)
          let x = try Tensor.normal([4, 5], from: generator)
          _ = try x.sorted().values[0].top(2)
          _ = try x.split(lengths: [1, 1, 2])
          _ = try Tensor(npy: x.transposed().npyBytes())
          _ = try Tensor.concatenated([x, x]).singularValueDecomposition()
          _ = try? Tensor.normal([1], type: .int64, from: generator)
        }
      }
    }
  }

  @Test func `the count counts`() async {
    await #expect(processExitsWith: .success) {
      let tensor = try Tensor.ones([1])
      precondition(Tensor.liveCount == 1)
      let view = try tensor[0]
      let same = tensor
      precondition(Tensor.liveCount == 2)
      withExtendedLifetime((view, same)) {}
    }
  }
}

/// Ends the process where `body` leaves tensors behind.
private func expectNothingKept(_ body: () throws -> Void) throws {
  try body()
  precondition(Tensor.liveCount == 0, "\(Tensor.liveCount) tensors were left")
}
