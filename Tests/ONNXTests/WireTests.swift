// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing

@testable import ONNX

/// Files that are damaged or made to do harm give errors that name the place, and never more.
@Suite struct WireTests {
  @Test func `every truncation of a model is an error or a smaller model`() throws {
    for bytes in [ModelBytes.small, try Case.all("networks.cases")[0].model] {
      var complaints = 0
      for length in stride(from: 0, to: bytes.count, by: bytes.count > 4096 ? 7 : 1) {
        do { _ = try ONNXModel(bytes: Array(bytes[..<length])) } catch is ONNXError {
          complaints += 1
        }
      }
      #expect(complaints > 0)
    }
  }

  @Test func `a truncated file names the field and the byte`() throws {
    let bytes = Array(ModelBytes.small.dropLast(3))
    #expect {
      try ONNXModel(bytes: bytes)
    } throws: { error in
      guard case .malformedFile(let place, let offset, let reason)? = error as? ONNXError else {
        return false
      }
      return place.isEmpty && offset > 0 && reason.contains("left")
    }
  }

  @Test func `a fault deep inside is located by its path of fields`() throws {
    let attribute = ModelBytes.field(1, "axis") + ModelBytes.field(3, "not a number")
    let bytes = ModelBytes.model(
      nodes: [
        ModelBytes.node("Relu", ["x"], ["h"]),
        ModelBytes.node("Softmax", ["h"], ["y"], attributes: [attribute]),
      ])
    #expect {
      try ONNXModel(bytes: bytes)
    } throws: { error in
      guard case .malformedFile(let place, _, let reason)? = error as? ONNXError else {
        return false
      }
      return place == "graph.node[1].attribute[0].i" && reason.contains("number")
    }
  }

  static let malformed: [(String, [UInt8])] = [
    ("a length beyond the end", [0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
    ("a length beyond any integer", [0x3a] + [UInt8](repeating: 0xff, count: 9) + [0x01]),
    ("a number that never ends", [0x08] + [UInt8](repeating: 0x80, count: 20)),
    ("a number longer than 64 bits", [0x08] + [UInt8](repeating: 0xff, count: 9) + [0x7f]),
    ("field number zero", [0x00, 0x01]),
    ("wire type six", [0x0e, 0x01]),
    ("wire type seven", [0x0f, 0x01]),
    ("a group that ends unbegun", [0x0c]),
    ("a group that never ends", [0x0b, 0x08, 0x01]),
    ("no bytes", []),
    ("text", Array("<!DOCTYPE html>".utf8)),
  ]

  @Test(arguments: malformed)
  func `malformed bytes are refused`(what: String, bytes: [UInt8]) {
    #expect(throws: ONNXError.self, "\(what)") { try ONNXModel(bytes: bytes) }
  }

  @Test func `nesting is bounded`() {
    // A graph in an attribute in a node in a graph, and so on.
    var graph: [UInt8] = []
    for _ in 0..<20_000 {
      graph = ModelBytes.field(1, ModelBytes.field(5, ModelBytes.field(6, graph)))
      if graph.count > 100_000 { break }
    }
    #expect {
      try ONNXModel(bytes: ModelBytes.field(7, graph))
    } throws: { error in
      "\(error)".contains("nested")
    }
    let groups = [UInt8](repeating: 0x0b, count: 100_000)
    #expect(throws: ONNXError.self) { try ONNXModel(bytes: groups) }
  }

  @Test func `unknown fields of every kind are skipped`() throws {
    var unknown = ModelBytes.field(1000, "later") + ModelBytes.field(1001, integer: -1)
    unknown += ModelBytes.varint(1002 << 3 | 5) + [1, 2, 3, 4]
    unknown += ModelBytes.varint(1003 << 3 | 1) + [UInt8](repeating: 7, count: 8)
    unknown += ModelBytes.varint(1004 << 3 | 3) + [0x08, 0x01] + ModelBytes.varint(1004 << 3 | 4)
    let model = try ONNXModel(bytes: unknown + ModelBytes.small + unknown)
    #expect(model.outputs.map(\.value) == ["y"])
  }

  /// Real models with bytes changed, dropped, doubled and swapped, thousands of times.
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `mutated models never trap`(seed: UInt64) throws {
    let cases = try Case.all("networks.cases")
    let versions = try Case.all("versions.cases")
    var generator = SeededGenerator(seed: seed)
    var loaded = 0
    for round in 0..<600 {
      let original =
        round % 4 == 0
        ? ModelBytes.small
        : round % 4 == 1 ? cases[round % cases.count].model : versions[round % versions.count].model
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        // Most of a file is weights: three of four changes go to its first thousand bytes.
        let reach = Bool.random(using: &generator) ? bytes.count : min(bytes.count, 1000)
        guard reach > 8 else { break }
        let place = Int.random(in: 0..<reach - 8, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 4: bytes.replaceSubrange(place..<place + 8, with: bytes.suffix(8))
        default: bytes[place] = [0x00, 0x7f, 0x80, 0xff][Int.random(in: 0..<4, using: &generator)]
        }
      }
      do {
        _ = try ONNXModel(bytes: bytes)
        loaded += 1
      } catch is ONNXError {}
    }
    // Some mutations harm nothing; if none or all did, the test would test nothing.
    #expect(loaded > 0 && loaded < 600)
  }
}
