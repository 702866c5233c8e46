// SPDX-License-Identifier: Apache-2.0
//
// Runs models on given inputs, and compares what they give with given outputs: the half in Swift of
// Benchmarks/conformance.py, which lays the files out and reads the answers.
//
// A line of the standard input is one test, with tabs between its fields:
//
//     FOLDER  SETS  RELATIVE  ABSOLUTE  [INPUT…]
//
// FOLDER has `model.onnx` and `set-0`, `set-1`, … with `input-0.npy`, … (the inputs' names stand in
// the line in that order) and `output-0.npy`, …, one for each output of the model. The answer is a
// line too: `passed`, or `failed` and why.

import Glibc
import ONNX
import Torch

struct Failure: Error, CustomStringConvertible {
  let description: String
}

struct Test {
  let folder: String
  let sets: Int
  let relative: Double
  let absolute: Double
  let inputs: [String]

  init(line: String) throws {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard fields.count >= 4, let sets = Int(fields[1]), let relative = Double(fields[2]),
      let absolute = Double(fields[3])
    else { throw Failure(description: "the line is no test: \(line)") }
    self.sets = sets
    self.relative = relative
    self.absolute = absolute
    folder = fields[0]
    inputs = Array(fields[4...])
  }

  func run() throws {
    let model = try ONNXModel(path: folder + "/model.onnx")
    for set in 0..<sets {
      let path = "\(folder)/set-\(set)/"
      var given: [String: Tensor] = [:]
      for (place, name) in inputs.enumerated() where !name.isEmpty {
        given[name] = try Tensor(contentsOfNPY: path + "input-\(place).npy")
      }
      let outputs = try model.run(given)
      for (place, output) in outputs.enumerated() {
        let expected = try Tensor(contentsOfNPY: path + "output-\(place).npy")
        if let complaint = try difference(output, expected) {
          throw Failure(description: "output \(place): \(complaint)")
        }
      }
    }
  }

  /// Where two tensors differ by more than tolerance allows, in words; nil where they do not.
  func difference(_ a: Tensor, _ b: Tensor) throws -> String? {
    guard a.shape == b.shape else { return "the shape is \(a.shape), not \(b.shape)" }
    guard a.elementType == b.elementType else {
      return "the type is \(a.elementType.rawValue), not \(b.elementType.rawValue)"
    }
    for (place, (x, y)) in zip(try a.numbers(), try b.numbers()).enumerated() {
      if x == y || (x.isNaN && y.isNaN) { continue }
      if !(abs(x - y) <= absolute + relative * abs(y)) {
        return "\(x), not \(y), at \(place) of the shape \(a.shape)"
      }
    }
    return nil
  }
}

while let line = readLine() {
  do {
    try Test(line: line).run()
    print("passed")
  } catch {
    print("failed\t\("\(error)".split(whereSeparator: \.isNewline).joined(separator: " "))")
  }
  // The other side waits for each line: a crash must not take answers along.
  fflush(nil)
}
