// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import Testing
import Torch

@testable import ONNX

@Suite struct ExternalDataTests {
  private typealias Bytes = ModelBytes

  /// A model whose weight lies in a file, in a folder of its own.
  private func load(
    location: String, offset: String? = nil, length: String? = nil,
    prepare: (String) throws -> Void = { _ in }
  ) throws -> ONNXModel {
    let folder = NSTemporaryDirectory() + "onnx-external-" + UUID().uuidString
    let files = FileManager.default
    try files.createDirectory(atPath: folder + "/model", withIntermediateDirectories: true)
    defer { try? files.removeItem(atPath: folder) }
    let numbers: [Float] = [9, 1, 2, 3, 4]
    let data = numbers.withUnsafeBytes { Data($0) }
    try data.write(to: URL(fileURLWithPath: folder + "/model/weights.bin"))
    try data.write(to: URL(fileURLWithPath: folder + "/secret"))
    try prepare(folder)
    var rest = Bytes.field(14, integer: 1)
    for (key, value) in [("location", location), ("offset", offset), ("length", length)] {
      if let value { rest += Bytes.field(13, Bytes.field(1, key) + Bytes.field(2, value)) }
    }
    let bytes = Bytes.model(
      nodes: [Bytes.node("Add", ["x", "w"], ["y"])],
      initializers: [Bytes.tensor("w", [4], rest: rest)])
    try Data(bytes).write(to: URL(fileURLWithPath: folder + "/model/m.onnx"))
    return try ONNXModel(path: folder + "/model/m.onnx")
  }

  @Test func `weights beside the model are read`() throws {
    let model = try load(location: "weights.bin", offset: "4", length: "16")
    let y = try model.evaluate([model.outputs[0]], given: [model.inputs[0].place: .zeros([1, 4])])
    #expect(try y[0].numbers() == [1, 2, 3, 4])
  }

  @Test(arguments: [
    ("../secret", "not inside"), ("/etc/passwd", "not inside"), ("a/../../secret", "not inside"),
    ("missing.bin", "missing"), ("link", "leaves"), ("folder/secret", "leaves"), ("", "not named"),
    ("down", "not a regular file"),
  ])
  func `files outside of the folder are refused`(location: String, reason: String) throws {
    #expect {
      _ = try load(location: location) { folder in
        let files = FileManager.default
        try files.createSymbolicLink(
          atPath: folder + "/model/link", withDestinationPath: folder + "/secret")
        try files.createSymbolicLink(
          atPath: folder + "/model/folder", withDestinationPath: folder)
        try files.createDirectory(
          atPath: folder + "/model/down", withIntermediateDirectories: false)
      }
    } throws: { error in
      "\(error)".contains("'w'") && "\(error)".contains(reason)
    }
  }

  @Test(
    arguments: [
      (nil, "-1"), ("-4", nil), ("8", nil), ("9223372036854775807", nil), ("4", "15"), ("x", nil),
      ("99999999999999999999", nil),
    ] as [(String?, String?)])
  func `ranges that do not fit the file are refused`(offset: String?, length: String?) {
    #expect(throws: ONNXError.self) {
      try load(location: "weights.bin", offset: offset, length: length)
    }
  }

  @Test func `a missing model is an error`() {
    #expect(throws: ONNXError.self) { try ONNXModel(path: "/nowhere/model.onnx") }
    #expect(throws: ONNXError.self) { try ONNXModel(path: "/") }
  }
}
