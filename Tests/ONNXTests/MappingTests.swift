// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import Testing
import Torch

@testable import ONNX

/// Models whose weights lie in large files, which are holes here and take no disk.
@Suite struct MappingTests {
  private typealias Bytes = ModelBytes

  /// A weight of 2 MiB behind a large one, in one file.
  private struct Sparse {
    let folder = NSTemporaryDirectory() + "onnx-mapping-" + UUID().uuidString
    /// Where the small weight begins: where the large one ends.
    let offset: Int
    static let width = 1 << 17

    var path: String { folder + "/weights.bin" }
    var model: String { folder + "/m.onnx" }

    /// - Parameter size: Bytes of the large weight.
    init(size: Int) throws {
      offset = size
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      _ = FileManager.default.createFile(atPath: path, contents: nil)
      let file = try #require(FileHandle(forUpdatingAtPath: path))
      try file.truncate(atOffset: UInt64(size + 16 * Self.width))
      try file.seek(toOffset: UInt64(size))
      try file.write(contentsOf: ([1, 2, 3, 4] as [Float]).withUnsafeBytes { Data($0) })
      try file.close()
      func external(_ name: String, _ width: Int, at offset: Int) -> [UInt8] {
        var rest = Bytes.field(14, integer: 1)
        for (key, value) in [("location", "weights.bin"), ("offset", "\(offset)")] {
          rest += Bytes.field(13, Bytes.field(1, key) + Bytes.field(2, value))
        }
        return Bytes.tensor(name, [4, Int64(width)], rest: rest)
      }
      func value(_ name: String) -> [UInt8] {
        let axes = [Bytes.field(2, "rows"), []].flatMap { Bytes.field(1, $0) }
        return Bytes.field(1, name)
          + Bytes.field(2, Bytes.field(1, Bytes.field(1, integer: 1) + Bytes.field(2, axes)))
      }
      let nodes = [
        Bytes.node("MatMul", ["x", "large"], ["z"]), Bytes.node("MatMul", ["x", "small"], ["y"]),
      ]
      let graph =
        nodes.flatMap { Bytes.field(1, $0) }
        + [external("large", size / 16, at: 0), external("small", Self.width, at: size)]
        .flatMap { Bytes.field(5, $0) } + Bytes.field(11, value("x"))
        + ["y", "z"].flatMap { Bytes.field(12, value($0)) }
      let bytes =
        Bytes.field(1, integer: 8) + Bytes.field(8, Bytes.field(2, integer: 13))
        + Bytes.field(7, graph)
      try Data(bytes).write(to: URL(fileURLWithPath: model))
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// Whether any page of a range of the file is in memory, in this process or another.
    func isRead(_ range: Range<Int>) throws -> Bool {
      let descriptor = open(path, O_RDONLY)
      defer { close(descriptor) }
      let mapped = mmap(
        nil, range.count, PROT_READ, MAP_SHARED, descriptor, off_t(range.lowerBound))
      guard let mapped, mapped != MAP_FAILED else { throw CocoaError(.fileReadUnknown) }
      defer { munmap(mapped, range.count) }
      var pages = [UInt8](repeating: 0, count: (range.count + 4095) / 4096)
      #expect(mincore(mapped, range.count, &pages) == 0)
      return pages.contains { $0 & 1 == 1 }
    }
  }

  /// Offsets of more than 2³¹ bytes, in a file that is larger than what a message can hold.
  @Test(arguments: [64 << 20, 3 << 30])
  func `a weight that nothing runs is never read`(size: Int) throws {
    let sparse = try Sparse(size: size)
    defer { sparse.remove() }
    let begin = ContinuousClock.now
    let model = try ONNXModel(path: sparse.model)
    #expect(ContinuousClock.now - begin < .seconds(5))
    #expect(model.parameterCount == size / 4 + 4 * Sparse.width)
    let x = try Tensor.ones([1, 4])
    let y = try model.evaluate([Place("y")], given: [Place("x"): x])[0]
    #expect(try y[0][0..<5].numbers() == [1, 2, 3, 4, 0])
    // The system reads a little around what is looked at.
    #expect(try !sparse.isRead(0..<(size - (16 << 20))))
    #expect(try sparse.isRead(size..<(size + 4096)))
    guard size < 1 << 30 else { return }
    // The check above can fail: what runs is read.
    _ = try model.evaluate([Place("z")], given: [Place("x"): x])
    #expect(try sparse.isRead(0..<(size - (16 << 20))))
  }

  @Test func `a mapped file that changes is noticed before a run`() throws {
    let sparse = try Sparse(size: 64 << 20)
    defer { sparse.remove() }
    let model = try ONNXModel(path: sparse.model)
    let file = try #require(FileHandle(forUpdatingAtPath: sparse.path))
    try file.truncate(atOffset: 4096)
    try file.close()
    #expect {
      try model.evaluate([Place("y")], given: [Place("x"): try .ones([1, 4])])
    } throws: { error in
      "\(error)".contains("weights.bin") && "\(error)".contains("changed")
    }
  }

  @Test func `a mapped file that is too short is refused at load`() throws {
    let sparse = try Sparse(size: 64 << 20)
    defer { sparse.remove() }
    let file = try #require(FileHandle(forUpdatingAtPath: sparse.path))
    try file.truncate(atOffset: UInt64(sparse.offset + 4096))
    try file.close()
    #expect {
      try ONNXModel(path: sparse.model)
    } throws: { error in
      "\(error)".contains("'small'") && "\(error)".contains("wanted of a file of")
    }
  }

  @Test func `a file is replaced by renaming another`() throws {
    let sparse = try Sparse(size: 64 << 20)
    defer { sparse.remove() }
    let model = try ONNXModel(path: sparse.model)
    try FileManager.default.removeItem(atPath: sparse.path)
    let y = try model.evaluate([Place("y")], given: [Place("x"): try .ones([1, 4])])[0]
    #expect(try y[0][3].number() == 4)
  }

  @Test func `a large model is mapped while it is loaded`() throws {
    let path = NSTemporaryDirectory() + "onnx-large-" + UUID().uuidString + ".onnx"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let width = 1 << 20
    let data = [Float](repeating: 0.5, count: 4 * width).withUnsafeBytes { Array($0) }
    let bytes = Bytes.model(
      nodes: [Bytes.node("MatMul", ["x", "w"], ["y"])],
      initializers: [Bytes.tensor("w", [4, Int64(width)], rest: Bytes.field(9, data))])
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let contents = try File.contents(path: path)
    #expect(contents.mapping != nil)
    #expect(contents.count == bytes.count && contents.withUnsafeBytes { $0.elementsEqual(bytes) })
    let model = try ONNXModel(path: path)
    let y = try model.evaluate(model.outputs, given: [Place("x"): try .ones([1, 4])])[0]
    #expect(try y.numbers().allSatisfy { $0 == 2 })
  }
}
