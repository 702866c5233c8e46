// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A regular file, read by ranges, or mapped where it is large.
struct File: ~Copyable {
  let path: String
  let size: Int
  private let descriptor: Int32

  /// Opens a file for reading.
  ///
  /// - Throws: ``ONNXError/unreadableFile(path:reason:)`` when there is none, or not a regular one.
  init(path: String) throws(ONNXError) {
    guard !path.utf8.contains(0) else {
      throw .unreadableFile(path: path, reason: "the path holds a zero byte")
    }
    // Not blocking: opening a pipe or a device must not wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw .unreadableFile(path: path, reason: String(cString: strerror(errno)))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let size = Int(exactly: status.st_size), size >= 0
    else {
      close(descriptor)
      throw .unreadableFile(path: path, reason: "it is not a regular file")
    }
    self.path = path
    self.descriptor = descriptor
    self.size = size
  }

  deinit { close(descriptor) }

  /// The bytes from `offset` on.
  ///
  /// - Throws: ``ONNXError/unreadableFile(path:reason:)`` when the file has fewer, which is known
  ///   before memory is taken, or when reading fails.
  func read(offset: Int, count: Int) throws(ONNXError) -> [UInt8] {
    _ = try Self.range(offset: offset, count: count, of: size, path)
    var done = 0
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while done < count, let start = buffer.baseAddress {
        let step = pread(descriptor, start + done, count - done, off_t(offset + done))
        if step < 0 && errno == EINTR { continue }
        guard step > 0 else {
          failure = step < 0 ? errno : 0
          break
        }
        done += step
      }
      initialized = done
    }
    guard done == count else {
      let reason = failure == 0 ? "it became shorter" : String(cString: strerror(failure))
      throw .unreadableFile(path: path, reason: reason)
    }
    return bytes
  }

  /// The places of `count` bytes at `offset`, in a file that has them.
  static func range(
    offset: Int, count: Int, of size: Int, _ path: String
  ) throws(ONNXError) -> Range<Int> {
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
      throw .unreadableFile(
        path: path, reason: "\(count) bytes at \(offset) wanted of a file of \(size) bytes")
    }
    return offset..<(offset + count)
  }

  /// The whole file, mapped into memory.
  func mapped() throws(ONNXError) -> Mapping {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else {
      throw .unreadableFile(path: path, reason: String(cString: strerror(errno)))
    }
    return try Mapping(path: path, descriptor: copy, size: size)
  }

  /// The smallest model that is mapped while it is loaded, in bytes.
  private static let smallestMapped = 16 << 20

  /// All bytes of a file.
  ///
  /// Those of a large file are mapped, so that its weights are in memory once, as tensors.
  static func contents(path: String) throws(ONNXError) -> ByteSlice {
    let file = try File(path: path)
    guard file.size < smallestMapped else { return ByteSlice(try file.mapped()) }
    return ByteSlice(try file.read(offset: 0, count: file.size))
  }

  /// The absolute path without links, or nil when there is no such file.
  static func resolved(_ path: String) -> String? {
    guard !path.utf8.contains(0), let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
