// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// One cell's folder: `chunks` with what is finished of it, and, when all is, the files for readers.
///
/// A chunk's attributions come first and its record last; when all attributions are joined in one
/// file, their chunks go.
struct CellFolder: Sendable {
  let path: String

  var recordFile: String { path + "/cell.json" }
  private var chunks: String { path + "/chunks" }

  /// - Parameter tensor: Which of the cut's, from 0.
  static func attributionsName(_ tensor: Int) -> String {
    tensor == 0 ? "attributions.npy" : "attributions-\(tensor + 1).npy"
  }

  // A number in front sorts; rows tell chunks of other sizes apart.
  private func name(of range: Range<Int>) -> String {
    let digits = String(range.lowerBound)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits + "-"
      + String(range.upperBound)
  }

  private func recordFile(_ range: Range<Int>) -> String { "\(chunks)/\(name(of: range)).json" }

  private func attributionsFile(_ range: Range<Int>, _ tensor: Int) -> String {
    "\(chunks)/\(name(of: range)).\(Self.attributionsName(tensor))"
  }

  /// What is finished of some instances; `nil` for nothing.
  func record(of range: Range<Int>) throws -> ChunkRecord? {
    guard
      DurableFile.exists(attributionsFile(range, 0))
        || DurableFile.exists(path + "/" + Self.attributionsName(0))
    else { return nil }
    return try ResultJSON.value(ChunkRecord.self, in: recordFile(range))
  }

  /// Keeps a chunk whose attributions are new.
  func write(_ record: ChunkRecord, _ attributions: Activation) throws {
    try DurableFile.makeFolder(chunks)
    for (index, tensor) in attributions.tensors.enumerated() {
      try DurableFile.replace(attributionsFile(record.range, index)) {
        try $0.write(tensor.npyBytes())
      }
    }
    try write(record)
  }

  /// Keeps a chunk whose attributions are there already.
  func write(_ record: ChunkRecord) throws {
    try DurableFile.replace(recordFile(record.range), with: ResultJSON.denseText(of: record))
  }

  /// The attributions of a finished chunk, a tensor for each of the cut's.
  func attributions(of range: Range<Int>) throws -> Activation {
    var tensors: [Tensor] = []
    while true {
      let whole = path + "/" + Self.attributionsName(tensors.count)
      let part = attributionsFile(range, tensors.count)
      if DurableFile.exists(part) {
        tensors.append(try Tensor(contentsOfNPY: part))
      } else if DurableFile.exists(whole) {
        tensors.append(try NPYFile(path: whole).rows(range))
      } else {
        return Activation(tensors)
      }
    }
  }

  /// Joins the attributions of all chunks, where that is not done yet.
  ///
  /// - Returns: The names of the files.
  func joinAttributions(_ ranges: [Range<Int>]) throws -> [String] {
    var names: [String] = []
    while true {
      let name = Self.attributionsName(names.count)
      let parts = ranges.map { attributionsFile($0, names.count) }
      if parts.allSatisfy(DurableFile.exists) {
        try DurableFile.replace(path + "/" + name) { file in
          try NPYFile.join(parts) { try file.write($0) }
        }
      } else if !DurableFile.exists(path + "/" + name) {
        break
      }
      names.append(name)
    }
    // Only now: as long as one is missing, a chunk counts as finished by its own files.
    for index in names.indices {
      for range in ranges { try DurableFile.remove(attributionsFile(range, index)) }
    }
    return names
  }

  /// Removes what a killed process was writing.
  func removeParts() throws {
    for folder in [path, chunks] where DurableFile.exists(folder) {
      for name in try DurableFile.names(in: folder) where name.hasSuffix(DurableFile.ending) {
        try DurableFile.remove(folder + "/" + name)
      }
    }
  }
}
