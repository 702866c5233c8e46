// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Foundation
import Testing
import Torch
import Visualization

/// A command line that must fail, and what it must say.
struct Failing: CustomTestStringConvertible {
  let arguments: [String]
  let message: String

  init(_ arguments: String, _ message: String) {
    self.arguments = arguments.split(separator: " ").map(String.init)
    self.message = message
  }

  var testDescription: String { arguments.joined(separator: " ") }
}

@Suite struct FailureTests {
  @Test(
    arguments: [
      Failing("explain", "Missing expected argument"),
      Failing("explain MODEL", "Missing expected argument"),
      Failing("explain MODEL EIGHT --unknown", "Unknown option"),
      Failing("frobnicate", "Unexpected argument"),
      Failing("explain MODEL EIGHT --steps none", "invalid for '--steps"),
      Failing("explain MODEL EIGHT --steps 0", "from 1 to"),
      Failing("explain MODEL EIGHT --steps 20000", "midpoint"),
      Failing("explain MODEL EIGHT --rule trapezoid --steps 1", "at least 2 steps"),
      Failing("explain MODEL EIGHT --rule simpson", "no rule"),
      Failing("explain MODEL EIGHT --quantity class:x", "no quantity"),
      Failing("explain MODEL EIGHT --quantity class:label", "--label"),
      Failing("explain MODEL EIGHT --label 8,3", "2 classes, and there are 1 instances"),
      Failing("explain MODEL EIGHT --label eight", "eight"),
      Failing("explain MODEL EIGHT --from conv2@row:1", "no part of a cut"),
      Failing("explain MODEL EIGHT --distribution blurry", "--distribution help"),
      Failing("explain MODEL EIGHT --distribution point --steps 5", "takes no --steps"),
      Failing("explain MODEL EIGHT --distribution point --baseline zeros", "takes no --baseline"),
      Failing("explain MODEL EIGHT --distribution blur --baseline zeros", "blurred instance"),
      Failing("explain MODEL EIGHT --distribution boundary --baseline zeros", "at the boundary"),
      Failing("explain MODEL EIGHT --distribution guided --rule left", "takes no --rule"),
      Failing("explain MODEL EIGHT --distribution guided --tolerance 0.1", "not estimated"),
      Failing("explain MODEL EIGHT --distribution gaussian:1 --steps 9", "gaussian:0.1:100"),
      Failing("explain MODEL EIGHT --distribution idgi --rule midpoint", "trapezoid"),
      Failing("explain MODEL EIGHT --distribution blur --rule exact", "straight path"),
      Failing("explain MODEL EIGHT -d discretized:Data/ten-digits.npy --steps 5", "30 anchors"),
      Failing("explain MODEL EIGHT -d polyline:Data/ten-digits.npy --steps 9", "11 pieces"),
      Failing("explain MODEL EIGHT --standard-errors a.npy", "is for draws"),
      Failing("explain MODEL EIGHT -d gaussian:1 --standard-errors a.png", "a .npy file"),
      Failing("explain MODEL EIGHT --tolerance 2", "between 0 and 1"),
      Failing("explain MODEL EIGHT --range 1:0", "lower first"),
      Failing("explain MODEL EIGHT --range 1", "lower first"),
      Failing("explain MODEL EIGHT --distribution expected", "--baseline samples:"),
      Failing("explain MODEL EIGHT --baseline black", "--baseline help"),
      Failing("explain MODEL EIGHT --output out.txt", "FILE.npy"),
      Failing("explain MODEL EIGHT --output out.txt", "FILE.csv"),
      Failing("explain MODEL EIGHT --output a.npy --output a.npy", "twice"),
      Failing("explain MODEL EIGHT --rows 0", "at least one row"),
      Failing("explain MODEL EIGHT --image-deviation 0", "above 0"),
      Failing("explain MODEL EIGHT --image-mean 1,2", "one for each"),
    ])
  func `A command line without sense ends with 64`(failing: Failing) throws {
    try expect(failing, status: 64)
  }

  @Test(
    arguments: [
      Failing("inspect Models/none.onnx", "No such file"),
      Failing("inspect Models", "not a regular file"),
      Failing("inspect Data/eight.png", "not a readable ONNX file"),
      Failing("explain MODEL Data/none.npy", "No such file"),
      Failing("explain MODEL Data/none.png", "cannot be read"),
      Failing("explain MODEL Models/README.md", "known by its name"),
      Failing("explain MODEL Models/README.md", ".csv of tables"),
      Failing("explain MODEL Data/breast-cancer.npy", "wants [any, 1, 8, 8]"),
      Failing("explain MODEL x=Data/eight.npy", "no input 'x'; it has 'image'"),
      Failing("explain TABULAR Data/eight.png", "which is none"),
      Failing("explain TABULAR Data/breast-cancer.npy -o picture.png", "which is no image"),
      Failing("explain MODEL EIGHT --from conv9", "near it are 'conv1', 'conv2'"),
      Failing("explain MODEL EIGHT --from conv2@channel:32", "no places"),
      Failing("explain MODEL EIGHT --to output:logits", "it has 'probabilities'"),
      Failing("explain MODEL EIGHT --from input:x", "it has the inputs 'image'"),
      Failing("explain MODEL EIGHT --from conv1+conv2 -o a.npy", "2 tensors"),
      Failing("explain MODEL EIGHT --from dense -o picture.png", "without height and width"),
      Failing("explain MODEL EIGHT --from input@axis2:0-3 -o picture.png", "part of the height"),
      Failing("explain MODEL EIGHT --quantity class:10", "no class 10"),
      Failing("explain MODEL EIGHT --to conv2", "the slice ends in"),
      Failing("explain MODEL EIGHT --to conv2 --quantity unit:99,0,0", "no unit"),
      Failing("explain MODEL EIGHT --baseline Data/breast-cancer.npy", "must be [1, 1, 8, 8]"),
      Failing("explain MODEL EIGHT --baseline mean:Data/none.npy", "No such file"),
      Failing("explain MODEL EIGHT -d polyline:Data/breast-cancer.npy", "have shape [30]"),
      Failing("explain MODEL EIGHT -d spline:Data/breast-cancer.npy", "have shape [30]"),
      Failing("explain MODEL EIGHT -d sequential:axis4", "last axis is axis3"),
      Failing("explain MODEL EIGHT -d sequential:Data/three.npy", "whole numbers"),
      Failing("explain MODEL EIGHT -d discretized:Data/breast-cancer.npy:2", "the table is"),
      Failing("explain MODEL EIGHT -d discretized:Data/ten-digits.npy", "discretized:FILE.npy:6"),
      Failing("explain MODEL EIGHT -d decoded:MODEL:MODEL", "wants [any, 1, 8, 8]"),
      Failing("explain MODEL EIGHT -d decoded:Models/none.onnx:MODEL", "No such file"),
      Failing("explain MODEL EIGHT -d blur --from dense", "nothing to blur"),
      Failing("explain MODEL EIGHT -d boundary:8", "predicted for instance 0 already"),
      Failing("explain MODEL EIGHT -d boundary:10", "no class 10"),
      Failing("explain MODEL EIGHT -d boundary --to conv2 -q unit:0,0,0", "lies between"),
      Failing("explain MODEL EIGHT -d adversarial:10", "no class 10"),
      Failing("explain MODEL EIGHT -b nearest:EIGHT", "add some of another class"),
      Failing("explain MODEL EIGHT -b nearest:Data/three.npy:Data/three.npy", "labels are one"),
      Failing("explain MODEL EIGHT -b counterfactual:Data/three.npy@conv9", "near it are"),
      Failing("explain MODEL EIGHT -d gaussian:1:1 --standard-errors /tmp/a.npy", "draw more"),
      Failing("explain MODEL EIGHT -d gaussian:1 --standard-errors /no/such/a.npy", "/no/such"),
      Failing("explain MODEL EIGHT --rule exact --quantity probability:8", "piecewise linear"),
      Failing("explain MODEL EIGHT --rule exact --steps 1", "straight pieces"),
      Failing("explain MODEL EIGHT -o /no/such/folder/a.npy", "/no/such/folder"),
    ])
  func `Files that do not fit end with 65`(failing: Failing) throws {
    try expect(failing, status: 65)
  }

  @Test func `Broken models end with 65 wherever they are cut`() throws {
    let folder = try TemporaryFolder()
    let model = try Data(contentsOf: Command.package.appendingPathComponent("Models/digits.onnx"))
    let path = folder.path("broken.onnx")
    for length in [0, 1, 100, model.count / 2, model.count - 1] {
      try model.prefix(length).write(to: URL(fileURLWithPath: path))
      let command = try Command.attribute("inspect", path)
      #expect(command.status == 65, "\(length) bytes: \(command.error)")
    }
  }

  @Test func `An operator that is not supported is named with its nodes`() throws {
    let folder = try TemporaryFolder()
    var model = try Data(contentsOf: Command.package.appendingPathComponent("Models/digits.onnx"))
    while let place = model.range(of: Data("Relu".utf8)) {
      model.replaceSubrange(place, with: Data("Rely".utf8))
    }
    let path = folder.path("unknown.onnx")
    try model.write(to: URL(fileURLWithPath: path))
    for arguments in [["inspect", path], ["explain", path, "Data/eight.png"]] {
      let command = try Command.run("attribute", arguments)
      #expect(command.status == 65)
      #expect(command.error.contains("Rely (version 17), used by 'relu1', 'relu2', 'relu3'"))
    }
  }

  @Test func `Numbers that are not finite are refused, not explained`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("nan.npy")
    var numbers = [Float](repeating: 0.5, count: 64)
    numbers[10] = .nan
    try Tensor(numbers, shape: [1, 1, 8, 8]).writeNPY(to: path)
    for arguments in [[path], ["Data/eight.npy", "--baseline", path]] {
      let command = try Command.run("attribute", ["explain", "Models/digits.onnx"] + arguments)
      #expect(command.status == 65)
      #expect(command.error.contains("nan.npy has 1 element that is not finite"))
    }
  }

  @Test func `A network that leaves the finite numbers is named with the node`() throws {
    let folder = try TemporaryFolder()
    var model = try Data(contentsOf: Command.package.appendingPathComponent("Models/digits.onnx"))
    while let place = model.range(of: Data("Relu".utf8)) {
      model.replaceSubrange(place, with: Data("Sqrt".utf8))
    }
    let path = folder.path("roots.onnx")
    try model.write(to: URL(fileURLWithPath: path))
    let command = try Command.run("attribute", ["explain", path, "Data/eight.png"])
    #expect(command.status == 65)
    #expect(command.error.contains("NaN first appears in 'relu1', at node 'relu1' (Sqrt)"))
    #expect(command.output.isEmpty)
  }

  @Test func `An image of another size is refused, not resized`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("wide.png")
    try Image(filledWith: .white, width: 9, height: 8).write(to: URL(fileURLWithPath: path))
    let command = try Command.attribute("explain", "Models/digits.onnx", path)
    #expect(command.status == 65)
    #expect(command.error.contains("has 9 × 8 pixels, and the input 'image' wants 8 × 8"))
  }

  @Test func `A failure leaves the old file and nothing else`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("old.npy")
    try Data("old".utf8).write(to: URL(fileURLWithPath: path))
    let command = try Command.attribute(
      "explain", "Models/digits.onnx", "Data/eight.npy", "--from", "nowhere", "-o", path)
    #expect(command.status == 65)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    #expect(try folder.contents == ["old.npy"])
  }

  private func expect(_ failing: Failing, status: Int32) throws {
    let names: KeyValuePairs = [
      "MODEL": "Models/digits.onnx", "TABULAR": "Models/tabular.onnx", "EIGHT": "Data/eight.png",
    ]
    let arguments = failing.arguments.map { argument in
      names.reduce(argument) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
    }
    let command = try Command.run("attribute", arguments)
    #expect(command.status == status)
    #expect(command.error.contains(failing.message), "\(command.error)")
    #expect(command.output == "")
    #expect(command.error.lowercased().hasPrefix("error: "))
  }
}
