// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct TensorSnippets {
  init() throws { try Workplace.enter() }

  @Test func `making and reading`() throws {
    // snippet: making
    let a = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    let b = try Tensor.normal([2, 3], standardDeviation: 0.1, from: Generator(seed: 1))
    let zeros = try Tensor.zeros([2, 3], type: .float64)
    let saved = try Tensor(contentsOfNPY: "Data/eight.npy")
    try a.writeNPY(to: "a.npy")
    print(a.shape, a.elementType, try a.numbers(), try a.sum().number())
    // end
    #expect(b.shape == [2, 3] && zeros.elementType == .float64 && saved.shape == [1, 1, 8, 8])
    try expectClose(Tensor(contentsOfNPY: "a.npy"), a, absolute: 0, relative: 0)
  }

  @Test func `one try for an expression`() throws {
    let a = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    // snippet: arithmetic
    let c = try (a - a.mean(axes: [1], keepingAxes: true)) / a.max()
    let second = try a[1]  // [3]
    let columns = try a[.all, 0..<2]  // [2, 2]
    let kept = try a.chosen(where: a .> 2, else: a.filled(with: 0))
    let cube = try a.power(3.0)
    // end
    try expectClose(c, [-1, 0, 1, -1, 0, 1].map { $0 / 6 }, shape: [2, 3])
    try expectClose(second, [4, 5, 6], shape: [3])
    try expectClose(columns, [1, 2, 4, 5], shape: [2, 2])
    try expectClose(kept, [0, 0, 3, 4, 5, 6], shape: [2, 3])
    try expectClose(cube, [1, 8, 27, 64, 125, 216], shape: [2, 3])

    // snippet: tensor-error
    do { _ = try a + Tensor.zeros([4]) } catch { print(error) }
    // end
    #expect(throws: TorchError.self) { try a + Tensor.zeros([4]) }
  }

  @Test func `gradients`() throws {
    // snippet: gradient
    let x = try Tensor([1, 2] as [Float]).tracked()
    let y = try (x.squared() * 3).sum()
    print(try gradient(of: y, withRespectTo: x).numbers())  // [6.0, 12.0]
    // end
    let again = try (x.squared() * 3).sum()
    try expectClose(gradient(of: again, withRespectTo: x), [6, 12])
  }
}
