// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Testing

@Suite struct HelpTests {
  @Test(
    arguments: [
      ("--distribution", "idgi, idgi:blur"), ("-d", "expected:200"), ("--baseline", "nearest:FILE"),
      ("-b", "boundary:3"), ("--rule", "gauss-legendre"), ("--quantity", "class:8-class:3"),
      ("--from", "in:LAYER"), ("--to", "CUT@channel:3"), ("--at", "logits"),
    ])
  func `Help in place of a value lists all there are`(option: String, form: String) throws {
    for rest in [[], ["Models/digits.onnx", "Data/eight.png"]] {
      let command = try Command.run("attribute", ["explain"] + rest + [option, "help"])
      #expect(command.status == 0)
      #expect(command.error == "")
      #expect(command.output.contains(form))
      #expect(command.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
  }

  @Test func `The help of the command is short, and names every list`() throws {
    let command = try Command.attribute("explain", "--help")
    #expect(command.status == 0)
    for word in [
      "attribute explain <model> <input> ...", "in:LAYER", "class:8-class:3", "gaussian:0.1",
      "nearest:FILE", "gauss-legendre", "--distribution help", "--float64",
    ] {
      #expect(command.output.contains(word), "\(word)")
    }
    let lines = command.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.count <= 110)
  }

  /// A list that names a form which is none would send its readers into an error.
  @Test func `Every form that the lists show is read`() throws {
    let known = [
      "linear", "blur", "blur:5", "polyline:FILE", "spline:FILE", "decoded:DEC.onnx:ENC.onnx",
      "left:0.9", "right:0.9", "left:0.9:blur", "boundary", "boundary:3", "discretized:FILE",
      "sequential:axis2", "sequential:FILE", "guided", "guided:0.25:0.02", "adversarial",
      "adversarial:3,5", "idgi", "idgi:blur", "expected", "expected:200", "gaussian:0.1",
      "gaussian:0.1:100", "point",
    ]
    for form in known {
      #expect(DistributionGrammar.help.contains(form), "\(form)")
      _ = try DistributionGrammar(form)
    }
    for form in [
      "zeros", "constant:0.5", "mean:FILE", "median:FILE", "mode:FILE", "samples:FILE",
      "activation:FILE", "blurred:5", "gaussian:0.1:10", "uniform:0:1:10", "farthest:0:1",
      "nearest:FILE", "boundary:3", "counterfactual:nearest:FILE@conv2",
    ] {
      #expect(BaselineGrammar.help.contains(form), "\(form)")
      _ = try BaselineGrammar(form)
    }
  }
}
