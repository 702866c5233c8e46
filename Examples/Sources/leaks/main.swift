// SPDX-License-Identifier: Apache-2.0
//
// Does the same work thousands of times, and tells by how much memory has grown.
//
//     swift run -c release leaks [ROUNDS]
//
// Ends with 1 where a round leaves tensors behind, or more than a kilobyte of memory.

import Attribution
import Foundation
import ONNX
import Torch

let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2000

/// Bytes of this process that lie in memory.
func residentBytes() throws -> Int {
  let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
  return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0)
    * sysconf(
      Int32(_SC_PAGESIZE))
}

var failures = 0

/// Repeats `work`; the first fifth of the rounds fills caches, and does not count.
@MainActor func repeated(_ name: String, _ work: () throws -> Void) throws {
  for _ in 0..<(rounds / 5) { try work() }
  let (memory, tensors) = (try residentBytes(), Tensor.liveCount)
  for _ in 0..<rounds { try work() }
  let grown = (try residentBytes() - memory) / rounds
  let left = Tensor.liveCount - tensors
  let hasGrown = grown > 1024 || left > 0
  if hasGrown { failures += 1 }
  print("\(hasGrown ? "GROWS" : "holds") \(name): \(grown) bytes a round, \(left) tensors left")
}

let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().path
let path = folder + "/Models/digits.onnx"
let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
let digit = try Tensor(contentsOfNPY: folder + "/Data/eight.npy")
let model = try ONNXModel(path: path)
let place = model.inputs[0].place

try repeated("loading a file") { _ = try ONNXModel(path: path).layers }
try repeated("refusing a broken file") {
  _ = try? ONNXModel(bytes: Array(bytes.prefix(bytes.count / 2)))
}
try repeated("evaluating") { _ = try model.evaluate(model.outputs, given: [place: digit]) }
try repeated("failing to evaluate") {
  _ = try? model.evaluate(model.outputs, given: [place: try .zeros([1, 1])])
}
try repeated("taking a gradient") {
  let tracked = try digit.tracked()
  let output = try model.evaluate(model.outputs, given: [place: tracked])[0]
  _ = try gradient(of: try output.sum(), withRespectTo: tracked)
}
try repeated("integrated gradients") {
  _ = try IntegratedGradients(model, slice: NetworkSlice(to: .logits)).attributions(for: digit)
}
try repeated("conductance of a layer") {
  _ = try Conductance(model, of: .layer("relu2")).attributions(for: digit)
}
exit(failures == 0 ? 0 : 1)
