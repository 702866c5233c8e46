// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The path of a file in the folder `Fixtures` beside this one.
func fixture(_ name: String) -> String {
  let file = #filePath
  let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
  return folder + "/Fixtures/" + name
}

/// The bytes of a file; none where it cannot be read.
func contents(of path: String) -> [UInt8] {
  guard let file = fopen(path, "rb") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes += buffer[..<count]
  }
}

/// Runs `body` with an empty folder that goes afterwards, with all files in it.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  var template = Array("/tmp/torch-tests-XXXXXX".utf8CString)
  _ = mkdtemp(&template)
  let folder = template.withUnsafeBufferPointer { $0.baseAddress.map(String.init(cString:)) } ?? ""
  defer {
    for name in entries(of: folder) { unlink(folder + "/" + name) }
    rmdir(folder)
  }
  return try body(folder)
}

/// The names in a folder.
func entries(of folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}
