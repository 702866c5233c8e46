// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct GradientTests {
  @Test func `inputs that are not used get zeros of their own shape and type`() throws {
    let x = try Tensor([1, 2] as [Double]).tracked()
    let unused = try Tensor.ones([2, 3]).tracked()
    let slopes = try gradient(of: x.squared().sum(), withRespectTo: [unused, x, unused])
    #expect(slopes.map(\.shape) == [[2, 3], [2], [2, 3]])
    #expect(slopes[0].elementType == .float32)
    #expect(try slopes[0].numbers() == [0, 0, 0, 0, 0, 0])
    #expect(try slopes[1].numbers() == [2, 4])
    let constant = try gradient(of: Tensor(3.0), withRespectTo: x)
    #expect(try constant.numbers() == [0, 0])
    #expect(try gradient(of: Tensor(3.0), withRespectTo: []).isEmpty)
  }

  @Test func `several numbers need a weight of their shape`() throws {
    let x = try Tensor([1, 2, 3] as [Double]).tracked()
    let y = try x.squared()
    let weight = try Tensor([1, 0, -1] as [Double])
    let slopes = try gradient(of: y, withRespectTo: [x], weight: weight, keepingRecord: true)
    #expect(try slopes[0].numbers() == [2, 0, -6])
    for (output, weight) in [
      (y, nil), (y, try Tensor.ones([2], type: .float64)), (try Tensor.ones([2]), nil),
      (try y.sum(), try Tensor.ones([1], type: .float64)),
    ] as [(Tensor, Tensor?)] {
      let error = #expect(throws: TorchError.self) {
        try gradient(of: output, withRespectTo: [x], weight: weight)
      }
      #expect(error?.operation == "gradient")
      #expect(error?.message.contains("shape") == true)
    }
  }

  @Test func `an input that is not tracked is an error that says which`() throws {
    let x = try Tensor([1] as [Double]).tracked()
    let plain = try Tensor([1] as [Double])
    let error = #expect(throws: TorchError.self) {
      try gradient(of: (x * plain).sum(), withRespectTo: [x, plain])
    }
    #expect(error?.message == "no operation on input 1 was recorded: it is not tracked")
  }

  @Test func `second derivatives come from a differentiable gradient`() throws {
    let x = try Tensor([2, 3] as [Double]).tracked()
    let first = try gradient(
      of: (x * x * x).sum(), withRespectTo: [x], differentiable: true)[0]
    #expect(try first.numbers() == [12, 27])
    #expect(first.isTracked)
    let second = try gradient(of: first.sum(), withRespectTo: x)
    #expect(try second.numbers() == [12, 18])
    #expect(!second.isTracked)
  }

  @Test func `a record is used once, unless it is kept`() throws {
    let x = try Tensor([2] as [Double]).tracked()
    let y = try x.exponential().sum()
    let once = try gradient(of: y, withRespectTo: [x], keepingRecord: true)
    let twice = try gradient(of: y, withRespectTo: [x])
    #expect(try once[0].numbers() == twice[0].numbers())
    #expect(throws: TorchError.self) { try gradient(of: y, withRespectTo: [x]) }
  }

  @Test func `gradients of hidden values and of the same input twice`() throws {
    let x = try Tensor([2] as [Double]).tracked()
    let hidden = try x * 3
    let y = try (hidden * hidden).sum()
    let slopes = try gradient(of: y, withRespectTo: [hidden, x, x])
    #expect(try slopes.map { try $0.number() } == [12, 36, 36])
  }

  @Test func `tracking starts a new record, and detaching ends one`() throws {
    let x = try Tensor([2] as [Double])
    #expect(!x.isTracked)
    let tracked = try x.tracked()
    #expect(tracked.isTracked && !x.isTracked)
    let y = try tracked.squared()
    #expect(y.isTracked)
    #expect(try !y.detached().isTracked)
    let again = try y.tracked()
    let slopes = try gradient(of: again.squared().sum(), withRespectTo: [again, tracked])
    #expect(try slopes.map { try $0.number() } == [8, 0])
    #expect(throws: TorchError.self) { try Tensor([1]).tracked() }
    #expect(throws: TorchError.self) { try Tensor([true]).tracked() }
  }

  @Test func `nothing is recorded where that is turned off, whatever is thrown`() throws {
    let x = try Tensor([2] as [Double]).tracked()
    #expect(try withoutRecording { try x.squared().isTracked } == false)
    #expect(throws: TorchError.self) { try withoutRecording { try x.reshaped(to: [5]) } }
    #expect(try x.squared().isTracked)
    let nested = try withoutRecording { () -> Bool in
      _ = try withoutRecording { try x.squared() }
      return try x.squared().isTracked
    }
    #expect(!nested)
  }

  @Test(arguments: [ElementType.float16, .bfloat16, .float32, .float64])
  func `a gradient has the type of its input`(type: ElementType) throws {
    let x = try Tensor([1.5] as [Double]).converted(to: type).tracked()
    let slope = try gradient(of: (x.converted(to: .float64) * 2).sum(), withRespectTo: x)
    #expect(slope.elementType == type)
    #expect(try slope.number() == 2)
  }
}
