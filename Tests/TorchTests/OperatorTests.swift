// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct OperatorTests {
  private let x: Tensor

  init() throws { x = try Tensor([0.5, -0.25] as [Double]) }

  @Test func `an operator without a method is called by its name`() throws {
    try expectClose(Operator("aten::erfinv")(.tensor(x)).errorFunction(), x)
    #expect(try Operator("aten::add", "Scalar")(.tensor(x), .integer(1)).numbers() == [1.5, 0.75])
    let split = try Operator("aten::split", "Tensor").all(.tensor(x), .integer(1))
    #expect(split.count == 2)
  }

  @Test func `an unknown name is told by the call`() {
    let unknown = Operator("aten::no_such_thing")
    let error = #expect(throws: TorchError.self) { try unknown(.tensor(x)) }
    #expect(error?.message == "this libtorch has no operator aten::no_such_thing")
    #expect(throws: TorchError.self) { try Operator("no namespace")(.tensor(x)) }
    #expect(throws: TorchError.self) { try Operator("aten::add", "Nothing")(.tensor(x)) }
    #expect(throws: TorchError.self) { try Operator("")(.tensor(x)) }
  }

  @Test func `defaults are the operator's own, named or left out`() throws {
    let add = Operator("aten::add", "Tensor")
    #expect(try add(.tensor(x), .tensor(x), .standard).numbers() == [1, -0.5])
    #expect(try add(.tensor(x), .tensor(x), .number(3)).numbers() == [2, -1])
    let error = #expect(throws: TorchError.self) { try add(.tensor(x), .standard) }
    #expect(error?.message == "the argument 'other' has no default")
    #expect(throws: TorchError.self) { try add(.tensor(x)) }
    #expect(throws: TorchError.self) {
      try add(.tensor(x), .tensor(x), .integer(1), .integer(1))
    }
  }

  @Test func `every wrong kind of argument is an error that names the argument`() throws {
    let generator = try Generator(seed: 1)
    let wrong: [Operator.Argument] = [
      .tensor(x), .tensors([x]), .tensors([nil]), .integer(1), .integers([1]), .number(1),
      .numbers([1]), .boolean(true), .booleans([true]), .text("one"), .device(.cpu),
      .generator(generator), .none,
    ]
    // Which of the kinds above fit the second argument.
    let cases: [(Operator, [Operator.Argument], String, Set<Int>)] = [
      (Operator("aten::add", "Tensor"), [.tensor(x)], "other", [0]),
      (Operator("aten::add", "Scalar"), [.tensor(x)], "other", [3, 5, 7]),
      (Operator("aten::select", "int"), [.tensor(x), .integer(0)], "index", [3]),
      (Operator("aten::reshape"), [.tensor(x)], "shape", [3, 4]),
      (Operator("aten::gelu"), [.tensor(x)], "approximate", [9]),
      (Operator("aten::layer_norm"), [.tensor(x), .integers([2])], "weight", [0, 12]),
      (Operator("aten::stack"), [], "tensors", [1]),
      (Operator("aten::index", "Tensor"), [.tensor(x)], "indices", [1, 2]),
    ]
    for (call, start, name, fitting) in cases {
      for (index, argument) in wrong.enumerated() where !fitting.contains(index) {
        let error = #expect(throws: TorchError.self, "\(call.name) \(index)") {
          try call.all(arguments: start + [argument])
        }
        #expect(error?.message.contains("'\(name)'") == true, "\(index): \(error?.message ?? "")")
      }
    }
  }

  @Test func `results that no tensor can be are refused`() throws {
    #expect(throws: TorchError.self) { try Operator("aten::fft_fft")(.tensor(x)) }
    #expect(throws: TorchError.self) { try Operator("aten::item")(.tensor(x[0])) }
    #expect(throws: TorchError.self) { try Operator("aten::unbind", "int")(.tensor(x)) }
    let many = try Tensor.zeros([20])
    let error = #expect(throws: TorchError.self) {
      try Operator("aten::unbind", "int").all(.tensor(many))
    }
    #expect(error?.message == "gives 20 tensors, and there is room for 8")
    #expect(try Operator("aten::unbind", "int").all(.tensor(many), atMost: 20).count == 20)
  }

  @Test func `an error names operation and shapes, and reads as a sentence`() throws {
    let error = #expect(throws: TorchError.self) {
      try Tensor.concatenated([Tensor.ones([2, 2]), Tensor.ones([3])])
    }
    #expect(error?.operation == "aten::cat")
    #expect(error?.shapes == [[2, 2], [3]])
    #expect(error?.kind == .invalidArgument)
    #expect(error?.description.hasPrefix("aten::cat on [2, 2] × [3]: ") == true)
    #expect(error?.message.contains("\n") == false)
  }

  @Test func `bytes that operators produce are counted on their thread`() throws {
    let before = Runtime.producedBytes
    _ = try Tensor.zeros([1000])
    #expect(Runtime.producedBytes - before == 4000)
  }
}
