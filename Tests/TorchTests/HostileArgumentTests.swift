// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

/// Arguments that files and models may bring along: an error or a result, never the process's end.
@Suite struct HostileArgumentTests {
  @Test func `huge shapes end in errors, or in views that take no memory`() throws {
    let one = try Tensor.ones([1, 1])
    let wide = try one.broadcast(to: [1 << 20, 1 << 20])
    #expect(wide.count == 1 << 40)
    #expect(throws: TorchError.self) { try one.broadcast(to: [1 << 40, 1 << 40]) }
    #expect(throws: TorchError.self) { try one.tiled([1 << 40, 1 << 40]) }
    #expect(throws: TorchError.self) { try one.padded(before: [0, 0], after: [1 << 40, 1 << 40]) }
    #expect(throws: TorchError.self) { try one.padded(before: [0, 0], after: [0, .max]) }
    #expect(throws: TorchError.self) { try one.reshaped(to: [1 << 32, 1 << 32]) }
    #expect(throws: TorchError.self) { try Tensor.range(to: .max) }
    #expect(throws: TorchError.self) { try one.repeatingEach(.max) }
  }

  @Test func `places at the ends of the integers are cut or refused`() throws {
    let x = try Tensor.range(to: 3)
    #expect(try x.sliced(axis: 0, from: .min, to: .max, by: 1 << 40).integers() == [0])
    #expect(try x.sliced(axis: 0, from: .max).shape == [0])
    #expect(try x.replacingSlice(x, axis: 0, from: .min, to: .max).integers() == [0, 1, 2])
    #expect(throws: TorchError.self) { try x.selected(.min, axis: 0) }
    #expect(throws: TorchError.self) { try x.selected(0, axis: .max) }
    #expect(throws: TorchError.self) { try x.sum(axes: [.min]) }
    #expect(throws: TorchError.self) { try x.unsqueezed(axis: .max) }
    #expect(throws: TorchError.self) { try x.permuted(to: [.max]) }
  }

  @Test(arguments: [ElementType.int8, .int16, .int32, .int64])
  func `the least integer divided by -1 does not end the process`(type: ElementType) throws {
    let least = Int.min >> (64 - 8 * type.byteCount)
    let dividend = try Tensor([least, 7]).converted(to: type)
    let divisor = try Tensor([-1, -1]).converted(to: type)
    for rounding in [Tensor.Rounding.down, .towardZero] {
      #expect(try dividend.divided(by: divisor, rounding: rounding).integers()[1] == -7)
      #expect(try dividend.remainder(dividingBy: divisor, rounding: rounding).integers() == [0, 0])
      #expect(try dividend.divided(by: divisor, rounding: rounding).elementType == type)
    }
  }
}
