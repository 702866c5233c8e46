// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Attribution
import Evaluation
import Testing
import Torch

@Suite struct SupportTests {
  // The messages and digests of FIPS 180-4's examples, and lengths around a block's end.
  @Test(
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 64),
        "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"
      ),
    ])
  func `A digest is that of the standard`(text: String, digest: String) {
    var hash = SHA256()
    hash.update(Array(text.utf8))
    #expect(hash.finished() == digest)
  }

  @Test func `A digest does not depend on the pieces`() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var whole = SHA256()
    whole.update(bytes)
    var parts = SHA256()
    for start in stride(from: 0, to: 1000, by: 37) {
      parts.update(bytes[start..<min(start + 37, 1000)])
    }
    #expect(whole.finished() == parts.finished())
  }

  @Test func `JSON is escaped, ordered, and has no number that is not finite`() {
    let json: JSON = [
      "b": .string("a \"quoted\"\\ line\n\u{1}"), "a": [.number(.nan), .number(0.5), .integer(3)],
      "empty": [:], "flag": .boolean(true), "nothing": .null,
    ]
    #expect(
      json.text == #"""
        {
          "b": "a \"quoted\"\\ line\n\u0001",
          "a": [null, 0.5, 3],
          "empty": {},
          "flag": true,
          "nothing": null
        }
        """#)
  }

  @Test(
    arguments: [
      (0.0, "0"), (9.1102391, "9.1102"), (-0.000012345, "-1.2345e-05"), (.nan, "nan"),
      (-.infinity, "-inf"),
    ])
  func `A number in a table is short`(number: Double, text: String) {
    #expect(number.text() == text)
  }

  @Test func `The last part of a path has the name and its ending`() {
    #expect("a/b.c/eight.PNG".fileName == "eight.PNG")
    #expect("a/b.c/eight.PNG".fileExtension == "png")
    #expect("a/b.c/eight".fileExtension == "")
  }

  @Test(
    arguments: [
      (ToolError.usage(""), .usage), (ToolError.data(""), .data),
      (QuadratureError.tooFew(rule: "", count: 1, least: 2), .usage),
      (PathRuleError.unknown(""), .usage), (PathError.table([1], activation: [2]), .data),
      (BoundaryError.notFound(instances: [0]), .data), (GroupsError.notWhole(.float32), .data),
      (BaselineError.empty(""), .data), (ExactRuleError.curvedPath(""), .data),
      (PathError.otherInstances(""), .defect), (InstancesError.noModel, .defect),
      (FunctionModelError.markedTwice(""), .defect), (ExactRuleError.needsNetwork, .defect),
    ] as [(any Error, AttributeTool.ExitStatus)])
  func `What is wrong with the input is called no defect`(
    error: any Error, status: AttributeTool.ExitStatus
  ) {
    #expect(AttributeTool.ExitStatus(error) == status)
    #expect(message(for: error).contains("defect of the tool") == (status == .defect))
  }
}
