// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Attribution
import Testing

@Suite struct DistributionGrammarTests {
  @Test(
    arguments: [
      ("point", .point), ("linear", .linear),
      ("polyline:points.npy", .path(.polyline(file: "points.npy"))),
      ("polyline:a:b.npy", .path(.polyline(file: "a:b.npy"))),
      ("spline:points.npy", .path(.spline(file: "points.npy"))),
      ("blur", .path(.blur(standardDeviation: nil))),
      ("blur:2.5", .path(.blur(standardDeviation: 2.5))),
      ("decoded:d.onnx:e.onnx", .path(.decoded(decoder: "d.onnx", encoder: "e.onnx"))),
      ("decoded:a:b.onnx:c:d.onnx", .path(.decoded(decoder: "a:b.onnx", encoder: "c:d.onnx"))),
      ("left", .split(.left, share: 0.9, .linear)),
      ("right:0.5", .split(.right, share: 0.5, .linear)),
      ("left:0.5:blur:2", .split(.left, share: 0.5, .blur(standardDeviation: 2))),
      ("boundary", .boundary(class: nil)), ("boundary:3", .boundary(class: 3)),
      ("discretized:words.npy", .discretized(file: "words.npy", anchors: 30)),
      ("discretized:words.npy:6", .discretized(file: "words.npy", anchors: 6)),
      ("sequential:groups.npy", .sequential(.file("groups.npy"))),
      ("sequential:axis2", .sequential(.axis(2))), ("sequential:token", .sequential(.axis(1))),
      ("sequential:channel", .sequential(.axis(1))),
      ("guided", .guided(fraction: 0.25, maxDistance: 0.02)),
      ("guided:0.5", .guided(fraction: 0.5, maxDistance: 0.02)),
      ("guided:0.5:1", .guided(fraction: 0.5, maxDistance: 1)),
      ("adversarial", .adversarial(.strongest(20))),
      ("adversarial:3,5", .adversarial(.classes([3, 5]))),
      ("idgi", .importantDirections(.linear)),
      ("idgi:blur:2", .importantDirections(.path(.blur(standardDeviation: 2)))),
      ("idgi:guided:0.5", .importantDirections(.guided(fraction: 0.5, maxDistance: 0.02))),
      ("gaussian:0.1", .gaussian(standardDeviation: 0.1, count: nil)),
      ("gaussian:0:100", .gaussian(standardDeviation: 0, count: 100)),
      ("expected", .expected(count: nil)), ("expected:200", .expected(count: 200)),
    ] as [(String, DistributionGrammar)])
  func `A distribution is read as it is written`(text: String, expected: DistributionGrammar) throws
  {
    #expect(try DistributionGrammar(text) == expected)
  }

  @Test(
    arguments: [
      "", "line", "linear:1", "point:1", "gaussian", "gaussian:-1", "gaussian:nan",
      "gaussian:0.1:0", "gaussian:0.1:x", "gaussian:1:2:3", "expected:0", "expected:1e9",
      "expected:99999999999", "expected:1:2", "polyline", "polyline:", "spline", "blur:0",
      "blur:-1",
      "blur:x", "blur:1:2", "decoded", "decoded:d.onnx", "decoded:d.onnx:", "left:2", "left:x",
      "left:0.5:point", "left:0.5:guided", "boundary:x", "boundary:-1", "boundary:1:2",
      "discretized", "discretized:words.npy:0", "discretized:words.npy:x", "sequential",
      "sequential:", "guided:2", "guided:0.5:-1", "guided:0.5:0.5:1", "guided:", "adversarial:",
      "adversarial:x", "adversarial:3,", "idgi:point", "idgi:idgi", "idgi:left", "idgi:",
    ])
  func `What is no distribution is refused`(text: String) {
    let error = #expect(throws: ToolError.self) { try DistributionGrammar(text) }
    #expect(error?.status == .usage)
    #expect(error?.description.isEmpty == false)
  }
}

@Suite struct RuleGrammarTests {
  @Test(
    arguments: [
      "secant", "gauss-legendre", "midpoint", "left", "right", "trapezoid", "exact", "automatic",
    ])
  func `A rule is read by its name`(text: String) throws {
    #expect(try RuleGrammar.rule(text, steps: nil, tolerance: nil).name == text)
  }

  @Test func `Without a name it is automatic, and Gauss–Legendre's with steps`() throws {
    let automatic = try RuleGrammar.rule(nil, steps: nil, tolerance: nil) as? AutomaticRule
    #expect(automatic?.tolerance == 0.01)
    let fine = try RuleGrammar.rule(nil, steps: 100, tolerance: 0.001) as? AutomaticRule
    #expect(fine?.tolerance == 0.001)
    #expect(try RuleGrammar.rule(nil, steps: 20, tolerance: nil) is GaussLegendreRule)
    let exact = try RuleGrammar.rule("exact", steps: 7, tolerance: nil) as? ExactRule
    #expect(exact?.maximumPieces == 7)
  }

  @Test(
    arguments: [
      ("simpson", nil, "gauss-legendre"), (nil, 0, "--tolerance"), (nil, 1, "--tolerance"),
      (nil, -0.1, "--tolerance"), (nil, .nan, "--tolerance"), ("midpoint", 0.01, "--tolerance"),
    ] as [(String?, Double?, String)])
  func `What is no rule is refused with those that are`(
    text: String?, tolerance: Double?, hint: String
  ) {
    let error = #expect(throws: ToolError.self) {
      try RuleGrammar.rule(text, steps: nil, tolerance: tolerance)
    }
    #expect(error?.description.contains(hint) == true)
  }
}
