// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Whole files by the system's own calls: Foundation takes longer to load than a digit to explain.
package enum File {
  /// Why the system refused, in its words.
  package struct Failure: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    /// The reason for the last call that failed on this thread.
    fileprivate static var last: Failure { Failure(String(cString: strerror(errno))) }
  }

  /// A file that is being read.
  struct Reader: ~Copyable {
    fileprivate let descriptor: Int32
    let byteCount: Int

    /// Reads what comes next; fewer bytes than `bytes` has room for only at the end of the file.
    func read(into bytes: UnsafeMutableRawBufferPointer) throws -> Int {
      var done = 0
      while done < bytes.count {
        let count = Glibc.read(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw Failure.last }
        if count == 0 { break }
        done += count
      }
      return done
    }

    /// Goes on reading at a byte of the file.
    func move(to offset: Int) throws {
      guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { throw Failure.last }
    }

    /// Reads up to `limit` bytes.
    func read(atMost limit: Int) throws -> [UInt8] {
      try [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
        count = try read(into: UnsafeMutableRawBufferPointer(buffer))
      }
    }
  }

  /// Opens a regular file for the time of `body`.
  static func reading<Result>(
    _ path: String, _ body: (borrowing Reader) throws -> Result
  ) throws -> Result {
    try check(path)
    let descriptor = try opened(path, O_RDONLY)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Failure.last }
    guard isRegular(status) else { throw Failure("it is not a regular file") }
    return try body(Reader(descriptor: descriptor, byteCount: Int(status.st_size)))
  }

  /// Writes `parts` behind each other to a file beside, which then takes the place of `path`: who
  /// reads sees the old file or the new one, and after an error still the old one.
  ///
  /// A link is followed and permissions are kept. What is no regular file (`/dev/stdout`) is written
  /// to as it is.
  package static func replace(_ path: String, with parts: [[UInt8]]) throws {
    try check(path)
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists && !isRegular(status) {
      let descriptor = try opened(path, O_WRONLY)
      defer { close(descriptor) }
      return try write(parts, to: descriptor)
    }
    let target = exists ? resolved(path) : path
    let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? ""
    let temporary = folder + ".\(getpid())-\(counter.add(1, ordering: .relaxed).newValue).part"
    let descriptor = try opened(temporary, O_WRONLY | O_CREAT | O_EXCL)
    do {
      defer { close(descriptor) }
      if exists { _ = fchmod(descriptor, status.st_mode & 0o777) }
      try write(parts, to: descriptor)
      guard rename(temporary, target) == 0 else { throw Failure.last }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Tells the temporary files of one process apart.
  private static let counter = Atomic<Int>(0)

  /// The system would take a zero for the path's end, and mean another file.
  private static func check(_ path: String) throws {
    guard !path.utf8.contains(0) else { throw Failure("a path has no zero byte in it") }
  }

  private static func opened(_ path: String, _ flags: Int32) throws -> Int32 {
    let descriptor = open(path, flags | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure.last }
    return descriptor
  }

  private static func write(_ parts: [[UInt8]], to descriptor: Int32) throws {
    for part in parts {
      try part.withUnsafeBytes { bytes in
        var done = 0
        while done < bytes.count {
          let count = Glibc.write(
            descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
          if count < 0 && errno == EINTR { continue }
          guard count >= 0 else { throw Failure.last }
          done += count
        }
      }
    }
  }

  /// Where links lead.
  private static func resolved(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }
}
