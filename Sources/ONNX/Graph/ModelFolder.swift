// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The folder of a model's file, in which the files with its weights lie.
///
/// Large files are mapped: weights that nothing runs are never read. They must stay as they are as
/// long as the model is used. Small ones are read at load, and may change afterwards.
final class ModelFolder: Sendable {
  /// The smallest file that is mapped, in bytes.
  static let smallestMapped = 64 << 20

  let path: String
  private let mappings = Mutex<[String: Mapping]>([:])

  init(path: String) { self.path = path }

  /// Bytes of a file, given by its resolved path.
  ///
  /// - Throws: ``ONNXError/unreadableFile(path:reason:)``.
  func bytes(of path: String, offset: Int, count: Int) throws(ONNXError) -> ByteSlice {
    let file = try File(path: path)
    guard file.size >= Self.smallestMapped else {
      return ByteSlice(try file.read(offset: offset, count: count))
    }
    let mapping: Mapping
    if let known = mappings.withLock({ $0[path] }) {
      mapping = known
    } else {
      let made = try file.mapped()
      mapping = mappings.withLock { mappings in
        if let known = mappings[path] { return known }
        mappings[path] = made
        return made
      }
    }
    let range = try File.range(offset: offset, count: count, of: mapping.bytes.count, path)
    return ByteSlice(mapping)[range]
  }

  /// - Throws: ``ONNXError/unreadableFile(path:reason:)`` where a mapped file is not what it was.
  func checkUnchanged() throws(ONNXError) {
    for mapping in mappings.withLock({ Array($0.values) }) { try mapping.checkUnchanged() }
  }
}
