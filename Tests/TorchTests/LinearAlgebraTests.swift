// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct LinearAlgebraTests {
  private func random(_ shape: [Int], seed: UInt64) throws -> Tensor {
    try .normal(shape, type: .float64, from: Generator(seed: seed))
  }

  @Test func `matrix products take vectors, matrices and batches`() throws {
    let a = try Tensor([1, 2, 3, 4] as [Double], shape: [2, 2])
    let v = try Tensor([5, 6] as [Double])
    #expect(try a.matrixProduct(a).numbers() == [7, 10, 15, 22])
    #expect(try a.matrixProduct(v).numbers() == [17, 39])
    #expect(try v.matrixProduct(a).numbers() == [23, 34])
    #expect(try v.matrixProduct(v).number() == 61)
    let batches = try Tensor.ones([5, 1, 2, 3]).matrixProduct(Tensor.ones([4, 3, 2]))
    #expect(batches.shape == [5, 4, 2, 2])
    #expect(throws: TorchError.self) { try a.matrixProduct(Tensor.ones([3, 2], type: .float64)) }
    #expect(throws: TorchError.self) { try a.matrixProduct(Tensor.ones([2, 2])) }
    #expect(throws: TorchError.self) { try a.matrixProduct(Tensor(1.0)) }
  }

  @Test func `linear layers, added products and contractions are matrix products`() throws {
    let x = try random([4, 3], seed: 1)
    let weight = try random([2, 3], seed: 2)
    let bias = try random([2], seed: 3)
    let product = try x.matrixProduct(weight.transposed())
    try expectClose(x.linear(weight: weight), product, absolute: 1e-14)
    try expectClose(x.linear(weight: weight, bias: bias), product + bias, absolute: 1e-14)
    try expectClose(
      bias.addingProduct(x, weight.transposed(), scale: 2, selfScale: 3), product * 2 + bias * 3,
      absolute: 1e-13)
    try expectClose(
      Tensor.contraction("ij,kj->ik", [x, weight]), product, absolute: 1e-14)
    try expectClose(
      bias.outerProduct(x[0]), bias.unsqueezed(axis: 1) * x[0].unsqueezed(axis: 0))
    #expect(throws: TorchError.self) { try Tensor.contraction("ij,jk", [x]) }
    #expect(throws: TorchError.self) { try Tensor.contraction("", []) }
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `inverses, solutions and determinants satisfy their equations`(seed: UInt64) throws {
    let a = try random([2, 4, 4], seed: seed)
    let b = try random([2, 4, 3], seed: seed + 10)
    let one = try Tensor.identity(4, type: .float64).broadcast(to: [2, 4, 4])
    try expectClose(a.matrixProduct(a.inverse()), one, absolute: 1e-11)
    try expectClose(a.matrixProduct(a.solving(b)), b, absolute: 1e-11)
    try expectClose(a.determinant() * a.inverse().determinant(), Tensor.ones([2]), absolute: 1e-10)
    #expect(throws: TorchError.self) { try Tensor.zeros([2, 2]).inverse() }
    #expect(throws: TorchError.self) { try Tensor.zeros([2, 3]).inverse() }
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `decompositions multiply to the matrix`(seed: UInt64) throws {
    let a = try random([5, 3], seed: seed)
    let svd = try a.singularValueDecomposition()
    #expect(svd.u.shape == [5, 3])
    try expectClose((svd.u * svd.values).matrixProduct(svd.vt), a, absolute: 1e-12)
    #expect(try (svd.values[..<2] .>= svd.values[1...]).all(axis: 0).number() == 1)
    let qr = try a.qrDecomposition()
    try expectClose(qr.q.matrixProduct(qr.r), a, absolute: 1e-12)
    try expectClose(
      qr.q.transposed().matrixProduct(qr.q), Tensor.identity(3), absolute: 1e-12)
    let square = try a.transposed().matrixProduct(a)
    let eigen = try square.symmetricEigenDecomposition()
    try expectClose(
      (eigen.vectors * eigen.values).matrixProduct(eigen.vectors.transposed()), square,
      absolute: 1e-11)
    #expect(try (eigen.values[..<2] .<= eigen.values[1...]).all(axis: 0).number() == 1)
    let factor = try square.choleskyFactor()
    try expectClose(factor.matrixProduct(factor.transposed()), square, absolute: 1e-12)
    try expectClose(factor, factor.lowerTriangle())
    #expect(throws: TorchError.self) { try (square * -1).choleskyFactor() }
  }

  @Test func `the gradient of a product is the other factor's transpose`() throws {
    let a = try random([2, 3], seed: 1).tracked()
    let b = try random([3, 4], seed: 2)
    let weight = try random([2, 4], seed: 3)
    let slope = try gradient(of: (a.matrixProduct(b) * weight).sum(), withRespectTo: a)
    try expectClose(slope, weight.matrixProduct(b.transposed()), absolute: 1e-13)
  }
}
