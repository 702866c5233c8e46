// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@Suite struct TensorTests {
  @Test func `arithmetic broadcasts and keeps the type`() throws {
    let a = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
    let b = try Tensor([10, 20] as [Float])
    let c = try (a + b) * 2 - 1
    #expect(c.elementType == .float32)
    #expect(try c.numbers() == [21, 43, 25, 47])
    #expect(try a[1].numbers() == [3, 4])
    #expect(try a[.all, 0].numbers() == [1, 3])
  }

  @Test func `a gradient follows the chain rule and unused inputs get zeros`() throws {
    let x = try Tensor([1, 2, 3] as [Double]).tracked()
    let unused = try Tensor([5] as [Double]).tracked()
    let y = try (x * x).sum()
    let gradients = try gradient(of: y, withRespectTo: [x, unused])
    #expect(try gradients[0].numbers() == [2, 4, 6])
    #expect(try gradients[1].numbers() == [0])
  }

  @Test func `a shape that does not fit is an error that names operation and shapes`() throws {
    let a = try Tensor.ones([2, 3])
    let error = #expect(throws: TorchError.self) { try a.matrixProduct(a) }
    #expect(error?.operation == "aten::matmul")
    #expect(error?.shapes == [[2, 3], [2, 3]])
  }

  @Test func `the same seed draws the same numbers`() throws {
    let first = try Tensor.normal([100], from: Generator(seed: 7)).numbers()
    let second = try Tensor.normal([100], from: Generator(seed: 7)).numbers()
    let other = try Tensor.normal([100], from: Generator(seed: 8)).numbers()
    #expect(first == second)
    #expect(first != other)
  }
}
