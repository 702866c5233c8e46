// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Files that are there as a whole or not at all, also where the process or the machine stops in the
/// middle: written beside, brought to the disk, and only then given their name.
enum DurableFile {
  /// What files are called until they are whole.
  static let ending = ".part"

  /// Takes the bytes of a file, piece by piece.
  struct Writer: ~Copyable {
    fileprivate let descriptor: Int32
    fileprivate let path: String

    func write(_ bytes: some Collection<UInt8>) throws {
      let bytes = Array(bytes)
      var done = 0
      while done < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done)
        }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw DurableFile.failure(path, "cannot be written") }
        done += count
      }
    }

    func write(_ text: String) throws { try write(text.utf8) }
  }

  /// Puts a file at `path`, in the stead of what is there.
  static func replace(_ path: String, _ body: (borrowing Writer) throws -> Void) throws {
    let temporary = path + ending
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path, "cannot be written") }
    do {
      defer { close(descriptor) }
      try body(Writer(descriptor: descriptor, path: path))
      guard fsync(descriptor) == 0 else { throw failure(path, "cannot be brought to the disk") }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else { throw failure(path, "cannot be written") }
    synchronize(folder: path.parent)
  }

  static func replace(_ path: String, with text: String) throws {
    try replace(path) { try $0.write(text) }
  }

  /// The whole of a file; `nil` where there is none.
  static func contents(of path: String) throws -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw failure(path, "cannot be read")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, "cannot be read") }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure(path, "cannot be removed") }
  }

  /// Makes a folder, and those that it lies in.
  static func makeFolder(_ path: String) throws {
    guard !exists(path) else { return }
    if !path.parent.isEmpty { try makeFolder(path.parent) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure(path, "cannot be made") }
    synchronize(folder: path.parent)
  }

  /// The names in a folder, sorted; those that start with a dot are left out.
  static func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw failure(folder, "cannot be read") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// A lock that ends with the process, however that ends; `nil` where another one holds it.
  static func lock(_ path: String) throws -> Lock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(path, "cannot be written") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    return Lock(descriptor: descriptor)
  }

  /// Is held as long as it lives.
  final class Lock: Sendable {
    private let descriptor: Int32
    fileprivate init(descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }
  }

  /// A rename is on the disk when the folder is; where a file system cannot say so, it is left to it.
  private static func synchronize(folder: String) {
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure(_ path: String, _ what: String) -> ExperimentError {
    .file(path, reason: "\(what): \(String(cString: strerror(errno)))")
  }
}

extension String {
  /// The folder that a path lies in; empty where it names none.
  fileprivate var parent: String {
    guard let slash = lastIndex(of: "/") else { return "" }
    return slash == startIndex ? "/" : String(self[..<slash])
  }
}
