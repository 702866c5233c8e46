// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct CreationTests {
  @Test(arguments: ElementType.allCases)
  func `filled tensors have shape, type and value`(type: ElementType) throws {
    let zeros = try Tensor.zeros([2, 3], type: type)
    #expect(zeros.shape == [2, 3])
    #expect(zeros.rank == 2)
    #expect(zeros.count == 6)
    #expect(zeros.elementType == type)
    #expect(zeros.device == .cpu)
    #expect(try zeros.numbers() == [0, 0, 0, 0, 0, 0])
    #expect(try zeros.filled(with: 1).numbers() == [1, 1, 1, 1, 1, 1])
    #expect(try Tensor.ones([], type: type).number() == 1)
    #expect(try Tensor.identity(2, type: type).numbers() == [1, 0, 0, 1])
    #expect(try zeros.bytes() == [UInt8](repeating: 0, count: 6 * type.byteCount))
  }

  @Test(arguments: ElementType.allCases)
  func `conversion keeps the numbers that a type has`(type: ElementType) throws {
    let tensor = try Tensor([0, 1, 2, 100] as [Double]).converted(to: type)
    #expect(tensor.elementType == type)
    #expect(try tensor.numbers() == (type == .bool ? [0, 1, 1, 1] : [0, 1, 2, 100]))
    let like = try Tensor.ones([1], type: .float64).converted(like: tensor)
    #expect(like.elementType == type)
  }

  @Test func `scalars come back as they went in`() throws {
    #expect(try Tensor([1.5, -2] as [Float]).scalars(as: Float.self) == [1.5, -2])
    #expect(try Tensor([1.5, -2] as [Double]).scalars(as: Double.self) == [1.5, -2])
    #expect(try Tensor([-128, 127] as [Int8]).scalars(as: Int8.self) == [-128, 127])
    #expect(try Tensor([.min, .max] as [Int16]).scalars(as: Int16.self) == [.min, .max])
    #expect(try Tensor([.min, .max] as [Int32]).scalars(as: Int32.self) == [.min, .max])
    #expect(try Tensor([.min, .max] as [Int]).scalars(as: Int64.self) == [.min, .max])
    #expect(try Tensor([0, 255] as [UInt8]).scalars(as: UInt8.self) == [0, 255])
    #expect(try Tensor([true, false]).scalars(as: Bool.self) == [true, false])
    #expect(try Tensor(2.5).number() == 2.5)
    #expect(try Tensor([1.9, -1.9]).integers() == [1, -1])
    #expect(try Tensor([] as [Float]).scalars(as: Float.self) == [])
  }

  @Test func `16-bit storage rounds to nearest`() throws {
    let number = 1 + 0x1p-7 + 0x1p-9
    #expect(try Tensor(number).converted(to: .float16).number() == number)
    #expect(try Tensor(number).converted(to: .bfloat16).number() == 1 + 0x1p-7)
    #expect(try Tensor(1e6).converted(to: .float16).number() == .infinity)
    #expect(try Tensor(1e38).converted(to: .bfloat16).number().isFinite)
    let sum = try Tensor.ones([3], type: .bfloat16).sum()
    #expect(sum.elementType == .bfloat16)
    #expect(try sum.number() == 3)
  }

  @Test func `what cannot be made or read is an error`() throws {
    #expect(throws: TorchError.self) { try Tensor([1, 2, 3] as [Float], shape: [2, 2]) }
    #expect(throws: TorchError.self) { try Tensor([1] as [Float], shape: [-1, -1]) }
    #expect(throws: TorchError.self) { try Tensor([] as [Float], shape: [1 << 40, 1 << 40]) }
    #expect(throws: TorchError.self) { try Tensor([] as [Float], shape: [0, 1 << 40, 1 << 40]) }
    #expect(throws: TorchError.self) { try Tensor.zeros([-1]) }
    #expect(throws: TorchError.self) { try Tensor.zeros([1 << 40, 1 << 40]) }
    #expect(throws: TorchError.self) { try Tensor.full([1], 0.5, type: .int64) }
    #expect(throws: TorchError.self) { try Tensor.full([1], 256, type: .uint8) }
    #expect(throws: TorchError.self) { try Tensor.full([1], .nan, type: .int32) }
    #expect(throws: TorchError.self) { try Tensor.ones([1]).scalars(as: Double.self) }
    #expect(throws: TorchError.self) { try Tensor.ones([2]).number() }
    #expect(throws: TorchError.self) { try Tensor.ones([0]).number() }
    #expect(throws: TorchError.self) { try Tensor.range(to: 5, by: 0) }
    #expect(throws: TorchError.self) { try Tensor.identity(-1) }
  }

  @Test func `memory that is not there is its own kind of error`() throws {
    let error = #expect(throws: TorchError.self) { try Tensor.zeros([1 << 46]) }
    #expect(error?.kind == .outOfMemory)
    #expect(error?.operation == "aten::full")
  }

  @Test func `ranges count before their end`() throws {
    #expect(try Tensor.range(to: 4).integers() == [0, 1, 2, 3])
    #expect(try Tensor.range(from: 5, to: -1, by: -2).integers() == [5, 3, 1])
    #expect(try Tensor.range(from: 2, to: 2).shape == [0])
  }

  @Test func `tensors without elements have a shape like others`() throws {
    let empty = try Tensor.zeros([0, 3])
    #expect(empty.count == 0)
    #expect(try empty.sum().number() == 0)
    #expect(try empty.sum(axes: [0]).numbers() == [0, 0, 0])
    #expect(try (empty + 1).shape == [0, 3])
    #expect(try empty.transposed().shape == [3, 0])
    #expect(try empty.matrixProduct(Tensor.ones([3, 2])).shape == [0, 2])
    #expect(
      try Tensor.zeros([2, 0]).matrixProduct(Tensor.ones([0, 2])).numbers() == [0, 0, 0, 0])
    #expect(try Tensor.concatenated([empty, Tensor.ones([1, 3])]).numbers() == [1, 1, 1])
    #expect(try empty.numbers() == [])
    #expect(throws: TorchError.self) { try empty.max() }
  }

  @Test func `a description shows few elements`() throws {
    #expect(try Tensor([1, 2] as [Int]).description == "Tensor(int64, shape [2], [1.0, 2.0])")
    #expect(try Tensor.zeros([100]).description == "Tensor(float32, shape [100])")
  }

  @Test(.enabled(if: Device.cudaDevices.isEmpty))
  func `a device that is not there is named`() throws {
    let errors = [
      #expect(throws: TorchError.self) { try Tensor.zeros([1], on: .cuda(0)) },
      #expect(throws: TorchError.self) { try Tensor.zeros([1]).moved(to: .cuda(0)) },
      #expect(throws: TorchError.self) { try Tensor.range(to: 1, on: .cuda(-1)) },
    ]
    for error in errors {
      #expect(error?.message.hasPrefix("there is no device cuda:") == true)
      #expect((error?.message.count ?? 0) < 120)
    }
  }

  @Test func `copies do not share memory, and the same place and type is the same tensor`() throws {
    let live = Tensor.liveCount
    let tensor = try Tensor.ones([2])
    let same = try tensor.converted(to: .float32).moved(to: .cpu)
    #expect(same.elementType == .float32)
    #expect(try tensor.copied().numbers() == [1, 1])
    #expect(Tensor.liveCount >= live)
  }
}
