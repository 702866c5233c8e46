// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A whole file in the address space, read page by page when its bytes are looked at.
///
/// Who shortens the file while it is mapped makes bytes vanish: looking at them then ends the process
/// with a signal, as it does in every program that maps files. ``checkUnchanged()`` tells of it, as
/// long as it is asked first.
final class Mapping: @unchecked Sendable {
  // Safe to share: the memory is never written, and lives as long as the object.
  let bytes: UnsafeRawBufferPointer
  private let path: String
  private let descriptor: Int32
  private let modified: timespec

  /// - Parameter descriptor: An open file, which the mapping closes when it ends.
  init(path: String, descriptor: Int32, size: Int) throws(ONNXError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      close(descriptor)
      throw .unreadableFile(path: path, reason: String(cString: strerror(errno)))
    }
    var start: UnsafeMutableRawPointer?
    if size > 0 {
      start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
      guard start != MAP_FAILED else {
        close(descriptor)
        throw .unreadableFile(path: path, reason: String(cString: strerror(errno)))
      }
    }
    bytes = UnsafeRawBufferPointer(start: start, count: size)
    self.path = path
    self.descriptor = descriptor
    modified = Self.modification(status)
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
    close(descriptor)
  }

  private static func modification(_ status: stat) -> timespec {
    #if canImport(Darwin)
    status.st_mtimespec
    #else
    status.st_mtim
    #endif
  }

  /// Compares size and time of change with what they were when the file was mapped.
  ///
  /// - Throws: ``ONNXError/unreadableFile(path:reason:)``.
  func checkUnchanged() throws(ONNXError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size == bytes.count,
      Self.modification(status).tv_sec == modified.tv_sec,
      Self.modification(status).tv_nsec == modified.tv_nsec
    else {
      throw .unreadableFile(
        path: path,
        reason: "it has changed since the model was loaded, which reads it when it runs;"
          + " load the model again")
    }
  }

  /// Gives pages back that have been read and are not looked at again soon.
  ///
  /// Their content stays: another look reads it from the file.
  func forget(_ range: Range<Int>) {
    guard let start = bytes.baseAddress else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let first = (range.lowerBound + page - 1) / page * page
    let last = range.upperBound / page * page
    guard first < last else { return }
    madvise(UnsafeMutableRawPointer(mutating: start + first), last - first, MADV_DONTNEED)
  }
}
