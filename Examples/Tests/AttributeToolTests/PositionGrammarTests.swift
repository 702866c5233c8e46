// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Attribution
import Testing
import Torch

/// Quantities at positions, and spans, as the command line writes them.
@Suite struct PositionGrammarTests {
  @Test(
    arguments: [
      ("class:3@token:7", "score of class 3 at 7"), ("class:3@step:7", "score of class 3 at 7"),
      ("predicted@token:-1", "score of class predicted at -1"),
      ("class:3@token:2-4", "score of class 3 at 2, 3, 4"),
      ("probability:2@axis2:0", "probability of class 2 at 0"),
      ("winning@step:0", "score of the winning class at 0"),
      ("class:1@token:2-class:0@token:2", "score of class 1 at 2 − score of class 0 at 2"),
      (
        "class:1@token:2-4-class:0@token:2 - 0.5*class:3@step:1",
        "score of class 1 at 2, 3, 4 − score of class 0 at 2 − 0.5 · score of class 3 at 1"
      ),
      ("token:103@token:5", "score of class 103 at 5"),
      ("log-probability:token:103@token:5", "log-probability of class 103 at 5"),
      ("start", "start of span predicted"), ("end:predicted", "end of span predicted"),
      ("start:3", "start of span 3…3"), ("end:5", "end of span 5…5"),
      ("span:3-5", "span 3…5"), ("span:4", "span 4…4"),
      ("start:3-end:5", "start of span 3…3 − end of span 5…5"),
    ])
  func `A position is read as it is written`(text: String, name: String) throws {
    #expect(try QuantityGrammar.quantity(text).name == name)
  }

  @Test(
    arguments: [
      "class:3@", "class:3@7", "class:3@token", "class:3@token:", "class:3@token:x",
      "class:3@token:5-3", "class:3@token:-0", "class:3@axis0:1", "class:3@axis:1", "@token:1",
      "token:", "token:\"are", "token:\"\"", "start:3-5", "span:", "span:x", "span:5-3",
      "class:3@token:99999999999999999999", "class:3@token:0-99999999",
    ])
  func `What is no position is refused`(text: String) {
    let error = #expect(throws: ToolError.self) { try QuantityGrammar.quantity(text) }
    #expect(error?.status == .usage)
  }

  @Test(
    arguments: [
      ("class:3@mask", "--text"), ("class:3@last", "--text"), ("class:3@words", "--text"),
      ("token:are", "--tokenizer"), ("class:3@first", "@token:-1"),
    ])
  func `Without a text its tokens and positions are refused`(text: String, part: String) {
    let error = #expect(throws: ToolError.self) { try QuantityGrammar.quantity(text) }
    #expect(error?.status == .usage && error?.description.contains(part) == true)
  }

  @Test func `Another axis is the one that is read`() throws {
    let output = try Tensor((0..<12).map(Double.init), shape: [1, 3, 4])
    let explained = ExplainedOutput(output: output, instance: try Tensor([0]))
    func value(_ text: String) throws -> [Double] {
      try QuantityGrammar.quantity(text).values(of: output, explaining: explained).numbers()
    }
    #expect(try value("class:3@token:2") == [11])
    #expect(try value("class:2@axis2:3") == [11])
    #expect(try value("class:0@token:0-2") == [12])
    #expect(try value("class:0@axis2:-1") == [3])
  }

  @Test func `A slice ends in several cuts as one`() throws {
    #expect(try CutGrammar.end("output:a+output:b") is StackedCut)
    #expect(try CutGrammar.end("logits") is LogitCut)
    #expect(try CutGrammar.cut("output:a+output:b") is JointCut)
  }
}
