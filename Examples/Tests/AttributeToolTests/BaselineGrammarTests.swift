// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Attribution
import Testing

@Suite struct BaselineGrammarTests {
  @Test(
    arguments: [
      ("zeros", .zeros), ("constant:-0.5", .constant(-0.5)),
      ("mean:a:b.npy", .statistic(.mean, file: "a:b.npy")),
      ("median:d.npy", .statistic(.median, file: "d.npy")),
      ("mode:d.npy", .statistic(.mode, file: "d.npy")), ("samples:d.npy", .samples(file: "d.npy")),
      ("activation:black.npy", .activation(file: "black.npy")), ("blurred:5", .blurred(5)),
      ("gaussian:0.1", .gaussian(standardDeviation: 0.1, count: 1)),
      ("gaussian:0.1:10", .gaussian(standardDeviation: 0.1, count: 10)),
      ("uniform:-1:1", .uniform(-1...1, count: 1)), ("uniform:0:1:10", .uniform(0...1, count: 10)),
      ("farthest:0:1", .farthest(0...1)), ("black.npy", .file("black.npy")),
      ("nearest:d.npy", .nearest(file: "d.npy", labels: nil, measuredAt: nil)),
      ("nearest:d.npy:l.npy", .nearest(file: "d.npy", labels: "l.npy", measuredAt: nil)),
      (
        "nearest:d.npy@in:conv2", .nearest(file: "d.npy", labels: nil, measuredAt: "in:conv2")
      ),
      (
        "nearest:d.npy:l.npy@conv2",
        .nearest(file: "d.npy", labels: "l.npy", measuredAt: "conv2")
      ),
      ("boundary", .boundary(class: nil)), ("boundary:3", .boundary(class: 3)),
      ("neutral", .neutral(near: nil)), ("neutral:zeros", .neutral(near: .zeros)),
      ("counterfactual:zeros@conv2", .counterfactual(toward: .zeros, at: "conv2")),
      (
        "counterfactual:nearest:d.npy@conv1@conv2",
        .counterfactual(
          toward: .nearest(file: "d.npy", labels: nil, measuredAt: "conv1"), at: "conv2")
      ),
      ("token:[MASK]", .token("[MASK]")), ("token:a:b", .token("a:b")), ("pad", .special(.padding)),
      ("mask", .special(.mask)), ("unknown", .special(.unknown)),
      ("vocabulary-mean", .vocabularyMean), ("zeros+constant:1", .mixed([.zeros, .constant(1)])),
    ] as [(String, BaselineGrammar)])
  func `A baseline is read as it is written`(text: String, expected: BaselineGrammar) throws {
    #expect(try BaselineGrammar(text) == expected)
  }

  @Test(
    arguments: [
      "", "black", "constant", "constant:", "constant:x", "constant:inf", "mean:", "median",
      "blurred:0", "blurred:-1", "gaussian:-1", "gaussian:0.1:0", "uniform:0", "uniform:1:0",
      "uniform:1:1", "farthest:0:1:2", "zeros+", "+", "zeros:1", "nearest", "nearest:",
      "nearest:d.npy@", "boundary:x", "boundary:-1", "boundary:", "neutral:", "neutral:x",
      "counterfactual",
      "counterfactual:zeros", "counterfactual:zeros@", "counterfactual:black@conv2",
    ])
  func `What is no baseline is refused`(text: String) {
    let error = #expect(throws: ToolError.self) { try BaselineGrammar(text) }
    #expect(error?.status == .usage)
  }
}
