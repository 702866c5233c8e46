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
}
