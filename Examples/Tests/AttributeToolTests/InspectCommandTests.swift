// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct InspectCommandTests {
  @Test func `Every layer of a network is listed with its shape`() throws {
    let command = try Command.attribute("inspect", "Models/digits.onnx")
    #expect(command.status == 0)
    for line in [
      "  image  float32  [any, 1, 8, 8]", "  probabilities  [any, 10]",
      "  logits  ahead of the softmax over axis 1 that gives probabilities",
      "  conv2          Conv     [any, 32, 4, 4]", "  pool           MaxPool  [any, 32, 2, 2]",
    ] {
      #expect(command.output.split(separator: "\n").contains { $0 == line }, "\(line)")
    }
    #expect(command.output.contains("opset 17"))
  }

  @Test func `Help tells all grammars`() throws {
    let command = try Command.attribute("explain", "--help")
    #expect(command.status == 0)
    for word in [
      "in:LAYER", "class:8-class:3", "gaussian:0.1", "samples:FILE", "gauss-legendre", "--float64",
    ] {
      #expect(command.output.contains(word))
    }
    #expect(command.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }
}
