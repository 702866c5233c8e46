// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Files through the system's own calls: they take no library that would have to be loaded first.
enum SystemFile {
  private static let counter = Atomic<Int>(0)

  /// Gives the bytes of a file to `body`, piece by piece.
  static func forEachPiece(of path: String, _ body: (ArraySlice<UInt8>) -> Void) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "read") }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, "read") }
      if count == 0 { return }
      body(buffer[..<count])
    }
  }

  /// Writes a file beside, which then takes the place of `path`.
  ///
  /// A reader sees the old file or the new one, and an error leaves the old one. A link is followed,
  /// and permissions are kept.
  static func replace(_ path: String, with bytes: [UInt8]) throws {
    var status = stat()
    let exists = stat(path, &status) == 0
    let path = exists ? resolved(path) : path
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let serial = counter.add(1, ordering: .relaxed).newValue
    let temporary = folder + ".attribute-\(getpid())-\(serial).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path, "written") }
    if exists { _ = fchmod(descriptor, status.st_mode & 0o777) }
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let error = failure(path, "written")
        close(descriptor)
        unlink(temporary)
        throw error
      }
      done += count
    }
    close(descriptor)
    guard rename(temporary, path) == 0 else {
      let error = failure(path, "written")
      unlink(temporary)
      throw error
    }
  }

  /// Whether a file could be put at `path`: found out before the work, not after.
  static func checkWritable(_ path: String) throws {
    let folder =
      path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    guard access(folder, W_OK | X_OK) == 0 else {
      throw ToolError.data(
        "\(path) cannot be written: folder \(folder): \(String(cString: strerror(errno)))")
    }
    var status = stat()
    guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
      throw ToolError.data("\(path) cannot be written: it is there, and no regular file")
    }
  }

  /// The length of a file, 0 where there is none.
  static func byteCount(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Where links lead.
  private static func resolved(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func failure(_ path: String, _ what: String) -> ToolError {
    .data("\(path) cannot be \(what): \(String(cString: strerror(errno)))")
  }
}

extension String {
  /// The last part of a path.
  package var fileName: String { String(split(separator: "/").last ?? "") }

  /// What follows the last dot of a path's last part, in small letters.
  package var fileExtension: String {
    let name = fileName
    return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }
}
