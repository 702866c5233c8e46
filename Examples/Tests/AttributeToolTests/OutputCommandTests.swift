// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Attribution
import Foundation
import ONNX
import Testing
import Torch
import Visualization

/// Models whose output is more than one class: maps, several outputs, labels beside each other.
@Suite struct OutputCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    arguments: [
      ("class:1@predicted", "sum of class 1 over what is predicted as it"),
      ("class:2@predicted:1:mean", "mean of class 2 over what is predicted as 1"),
      ("class:1@box:10-20,12-30:sum", "sum of class 1 over box 10–20, 12–30"),
      ("class:predicted@pixel:12,30", "sum of class predicted over place 12, 30"),
      (
        "class:1@predicted-class:2@predicted:1",
        "sum of class 1 over what is predicted as it − sum of class 2 over what is predicted as 1"
      ),
      ("class:1@box:3-5-class:0", "sum of class 1 over box 3–5 − score of class 0"),
      ("present", "score of the classes present"),
      ("present:0.3-class:1", "score of the classes present above 0.3 − score of class 1"),
      ("value", "value"), ("value:2-0.5*value:0", "value 2 − 0.5 · value 0"),
    ])
  func `A quantity is read as it is written`(text: String, name: String) throws {
    #expect(try QuantityGrammar.quantity(text).name == name)
  }

  @Test(
    arguments: [
      "class:predicted@predicted", "class:1@box:", "class:1@box:5-3", "class:1@box:1,2",
      "class:1@pixel:", "class:1@region:", "class:1@region:a.png", "class:1@predicted:mean:sum",
      "present:0", "present:1", "present:", "value:", "value:x", "class:1@where",
    ])
  func `What is no quantity is refused`(text: String) {
    let error = #expect(throws: ToolError.self) { try QuantityGrammar.quantity(text) }
    #expect(error?.status == .usage)
  }

  @Test func `The region of a file is what is not zero in it`() throws {
    let file = folder.path("mask.npy")
    try Tensor([0, 3, 0, 1] as [UInt8], shape: [2, 2]).writeNPY(to: file)
    let map = try Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], shape: [1, 2, 2, 2])
    let explained = ExplainedOutput(output: map, instance: try Tensor([0]))
    let quantity = try QuantityGrammar.quantity("class:1@region:\(file):mean-class:0@pixel:1,1")
    #expect(try quantity.values(of: map, explaining: explained).numbers() == [7 - 4])
  }

  @Test func `What is called a square is explained over those pixels, with their outline`() throws {
    let (values, picture) = (folder.path("values.npy"), folder.path("square.png"))
    let command = try Command.attribute(
      "explain", "Models/shapes-segmented.onnx", "Data/shapes.npy", "-q",
      "class:2@predicted-class:0@predicted:2", "--rule", "midpoint", "--steps", "16", "-o", values,
      "-o", picture)
    #expect(command.status == 0, "\(command.error)")
    #expect(command.output.contains("the quantity reads nothing of shapes.npy["))
    let model = try ONNXModel(
      path: Command.package.appendingPathComponent("Models/shapes-segmented.onnx").path)
    let region = OutputRegion.predicted(as: 2)
    let expected = try IntegratedGradients(
      model, quantity: RegionScore(.index(2), over: region) - RegionScore(.index(0), over: region),
      steps: 16, rule: .midpoint
    ).attributions(
      for: Tensor(contentsOfNPY: Command.package.appendingPathComponent("Data/shapes.npy").path))
    let found = try Tensor(contentsOfNPY: values)
    #expect(try (found - expected.values).absolute().max().number() < 1e-4)
    #expect(try Image(contentsOf: URL(fileURLWithPath: picture)).width > 600)
  }

  @Test func `A map of classes without a region is refused with one`() throws {
    let command = try Command.attribute(
      "explain", "Models/shapes-segmented.onnx", "Data/shapes.npy")
    #expect(command.status == 65)
    #expect(command.error.contains("--quantity class:1@predicted"))
    let outside = try Command.attribute(
      "explain", "Models/shapes-segmented.onnx", "Data/shapes.npy", "-q", "class:1@pixel:32,0")
    #expect(outside.status == 65)
    #expect(outside.error.contains("[32, 32]"))
  }

  @Test func `Of several outputs one is explained, the others are named`() throws {
    let command = try Command.attribute("explain", "Models/object-size.onnx", "Data/objects.npy")
    #expect(command.status == 0, "\(command.error)")
    #expect(
      command.output.contains(
        "the model has 2 outputs, and 'probabilities' is explained: others are --to output:size"))
    let size = try Command.attribute(
      "explain", "Models/object-size.onnx", "Data/objects.npy", "--to", "output:size")
    #expect(size.status == 0, "\(size.error)")
    // The class is still told, of the output that has it.
    #expect(size.output.contains("label  probability"))
    let value = try Command.attribute(
      "explain", "Models/object-size.onnx", "Data/objects.npy", "--to", "output:size", "-q", "value"
    )
    #expect(value.output.split(separator: "\n")[3] == size.output.split(separator: "\n")[3])
    #expect(size.output.hasPrefix("value · attribution from input to output(size)"))
  }

  @Test func `A sum over outputs is explained in one run`() throws {
    func values(_ name: String, to end: String, _ quantity: String) throws -> Tensor {
      let command = try Command.attribute(
        "explain", "Models/object-size.onnx", "Data/objects.npy", "--to", end, "-q", quantity,
        "--rule", "midpoint", "--steps", "8", "-o", folder.path(name))
      #expect(command.status == 0, "\(command.error)")
      return try Tensor(contentsOfNPY: folder.path(name))
    }
    let both = try values("both.npy", to: "logits,output:size", "value:1+0.02*value:4")
    let first = try values("first.npy", to: "logits", "class:1")
    let second = try values("second.npy", to: "output:size", "0.02*value")
    #expect(try (both - first - second).absolute().max().number() < 1e-4)
    #expect(try second.absolute().max().number() > 1e-3)
  }

  @Test func `Labels that are there are told, and explained together`() throws {
    let command = try Command.attribute("explain", "Models/shapes-present.onnx", "Data/shapes.npy")
    #expect(command.status == 0, "\(command.error)")
    #expect(command.output.contains("the surest label is explained: --quantity present"))
    #expect(command.output.contains("labels above 0.5 of shapes.npy[0]: "))
    let all = try Command.attribute(
      "explain", "Models/shapes-present.onnx", "Data/shapes.npy", "-q", "present")
    #expect(all.status == 0 && all.output.hasPrefix("score of the classes present"))
    let digits = try Command.attribute(
      "explain", "Models/digits.onnx", "Data/eight.png", "-q", "present")
    #expect(digits.status == 65 && digits.error.contains("softmax chooses one"))
  }

  @Test func `Numbers that may be targets are asked about`() throws {
    let command = try Command.attribute("explain", "Models/gaussian.onnx", "Data/gaussian.npy")
    #expect(command.output.contains("where they are no classes but targets of a regression"))
    let several = try Command.attribute(
      "explain", "Models/gaussian.onnx", "Data/gaussian.npy", "-q", "value")
    #expect(several.status == 65 && several.error.contains("--quantity value:0"))
    let named = try Command.attribute(
      "explain", "Models/gaussian.onnx", "Data/gaussian.npy", "-q", "value:1")
    #expect(named.status == 0 && !named.output.contains("targets of a regression"))
  }
}
