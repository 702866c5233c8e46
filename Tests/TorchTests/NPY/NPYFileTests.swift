// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@Suite struct NPYFileTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  @Test func rowsAreThoseOfTheWholeArray() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try Tensor((0..<24).map(Float.init), shape: [4, 3, 2])
    try whole.writeNPY(to: path("a.npy"))
    let file = try NPYFile(path: path("a.npy"))
    #expect(file.shape == [4, 3, 2])
    for range in [0..<4, 1..<3, 2..<2, 3..<4] {
      let rows = try file.rows(range)
      #expect(rows.shape == [range.count, 3, 2] && rows.elementType == .float32)
      #expect(
        try rows.numbers()
          == whole.numbers()[range.lowerBound * 6..<range.upperBound * 6].map { $0 })
    }
  }

  @Test func otherOrdersAreReadAsWell() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    // [[0, 1], [2, 3], [4, 5]] in Fortran order, and big-endian.
    func write(_ name: String, descr: String, order: String, _ elements: [UInt8]) throws {
      var text = "{'descr': '\(descr)', 'fortran_order': \(order), 'shape': (3, 2), }"
      text += String(repeating: " ", count: 117 - text.utf8.count) + "\n"
      let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(text.utf8) + elements
      try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }
    try write("f.npy", descr: "|u1", order: "True", [0, 2, 4, 1, 3, 5])
    #expect(try NPYFile(path: path("f.npy")).rows(1..<3).numbers() == [2, 3, 4, 5])
    try write("b.npy", descr: ">i2", order: "False", [0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5])
    #expect(try NPYFile(path: path("b.npy")).rows(1..<3).numbers() == [2, 3, 4, 5])
  }

  @Test func joinedFilesAreOneArray() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let parts = try [[1.5, 2], [3, 4, 5, 6], [7, 8]].enumerated().map { index, numbers in
      let name = path("\(index).npy")
      try Tensor(numbers as [Double], shape: [numbers.count / 2, 2]).writeNPY(to: name)
      return name
    }
    var bytes: [UInt8] = []
    try NPYFile.join(parts) { bytes += $0 }
    let joined = try Tensor(npy: bytes)
    #expect(joined.shape == [4, 2])
    #expect(try joined.numbers() == [1.5, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test func filesOfOtherRowsAreNotJoined() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try Tensor([1, 2] as [Double], shape: [1, 2]).writeNPY(to: path("a.npy"))
    try Tensor([1, 2] as [Float], shape: [1, 2]).writeNPY(to: path("b.npy"))
    #expect(throws: NPYError.self) { try NPYFile.join([path("a.npy"), path("b.npy")]) { _ in } }
  }

  @Test func aFileThatEndsEarlyIsRefusedByName() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try Tensor([1, 2, 3] as [Double]).writeNPY(to: path("a.npy"))
    let data = try Data(contentsOf: URL(fileURLWithPath: path("a.npy")))
    try data.dropLast(3).write(to: URL(fileURLWithPath: path("a.npy")))
    let error = #expect(throws: NPYError.self) { try NPYFile(path: path("a.npy")) }
    #expect(error?.path == path("a.npy"))
    #expect(throws: NPYError.self) { try NPYFile(path: path("none.npy")) }
  }
}
