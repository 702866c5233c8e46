// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Attribution
import Testing
import Torch

@Suite struct CutGrammarTests {
  @Test(
    arguments: [
      ("input", "input"), ("input:image", "input(image)"), ("output", "output"),
      ("output:probabilities", "output(probabilities)"), ("logits", "logits"),
      ("conv2", "conv2"), ("in:conv2", "input of conv2"), ("dense/BiasAdd:0", "dense/BiasAdd:0"),
      ("layer:logits", "logits"), ("layer:a+b@c", "a+b@c"), ("layer:in:x", "in:x"),
      ("conv2@channel:3", "conv2[axis 1: 3]"),
      ("in:conv2@channel:3-5", "input of conv2[axis 1: 3..<6]"),
      ("input@axis3:0", "input[axis 3: 0]"), ("encoder@token:0", "encoder[axis 1: 0]"),
      ("conv2@channel:3@axis2:1-2", "conv2[axis 1: 3][axis 2: 1..<3]"),
      ("conv1+pool@channel:1", "conv1 + pool[axis 1: 1]"),
    ])
  func `A cut is read as it is written`(text: String, name: String) throws {
    #expect(try CutGrammar.cut(text).name == name)
  }

  @Test func `A layer can be called like another form`() throws {
    #expect(try CutGrammar.cut("layer:logits") is LayerCut)
    #expect(try CutGrammar.cut("logits") is LogitCut)
  }

  @Test(
    arguments: [
      "", "in:", "input:", "layer:", "conv2@", "conv2@channel", "conv2@channel:", "conv2@axis0:1",
      "conv2@axis:1", "conv2@channel:5-3", "conv2@channel:-1", "conv2@row:1", "conv1+",
      "conv2@channel:9223372036854775807", "conv2@channel:99999999999999999999",
    ])
  func `What is no cut is refused with an example`(text: String) {
    let error = #expect(throws: ToolError.self) { try CutGrammar.cut(text) }
    #expect(error?.status == .usage)
    #expect(error?.description.contains("write") == true)
  }
}

@Suite struct QuantityGrammarTests {
  @Test(
    arguments: [
      ("predicted", "score of class predicted"), ("winning", "score of the winning class"),
      ("class:3", "score of class 3"), ("class:predicted", "score of class predicted"),
      ("class:8-class:3", "score of class 8 − score of class 3"),
      ("0.5*class:1 + 2 * class:2", "0.5 · score of class 1 + 2.0 · score of class 2"),
      ("-class:1", "− score of class 1"),
      ("class:1 - 1e-2*class:2", "score of class 1 − 0.01 · score of class 2"),
      ("probability:3", "probability of class 3"),
      ("log-probability:predicted", "log-probability of class predicted"),
      ("logit:0-logit:1", "logit of class 0 − logit of class 1"),
      ("channel:7", "sum of channel 7"), ("channel:7:mean", "mean of channel 7"),
      ("channel:3,7:max", "max of channel 3, 7"), ("unit:3,0,0", "unit [3, 0, 0]"),
      ("threshold:-0.5", "threshold -0.5"),
      ("threshold:1e-3+class:1", "threshold 0.001 + score of class 1"),
    ])
  func `A quantity is read as it is written`(text: String, name: String) throws {
    #expect(try QuantityGrammar.quantity(text).name == name)
  }

  @Test func `Labels stand for a class of each instance`() throws {
    let quantity = try QuantityGrammar.quantity("probability:label", labels: [8, 3])
    #expect((quantity as? ClassProbability)?.choice == .labels([8, 3]))
  }

  @Test func `Arithmetic is that of the numbers`() throws {
    let output = try Tensor([1, 10, 100] as [Float], shape: [1, 3])
    let explained = ExplainedOutput(output: output, instance: try Tensor([0]))
    let quantity = try QuantityGrammar.quantity("2*class:1-0.5*class:2+class:0")
    #expect(try quantity.values(of: output, explaining: explained).numbers() == [-29])
  }

  @Test(
    arguments: [
      "", "class", "class:", "class:x", "class:-1", "predicted winning", "2", "2*", "class:1-",
      "class:1+*class:2", "channel:", "channel:1:median", "unit:", "unit:1,", "threshold:", "mean",
      "class:1:2", "1e999*class:1", "class:99999999999999999999", "class:label",
    ])
  func `What is no quantity is refused`(text: String) {
    let error = #expect(throws: ToolError.self) { try QuantityGrammar.quantity(text) }
    #expect(error?.status == .usage)
  }

  @Test func `Labels that no term uses are refused`() {
    let error = #expect(throws: ToolError.self) {
      try QuantityGrammar.quantity("class:3", labels: [1])
    }
    #expect(error?.description.contains("class:label") == true)
  }
}
