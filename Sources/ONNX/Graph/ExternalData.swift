// SPDX-License-Identifier: Apache-2.0

/// Where a tensor's data lies outside the model's file: in a file beside it or below.
///
/// The model names that file, and a model is not trusted: absolute paths, `..` and links that
/// leave the model's folder are refused.
struct ExternalData {
  private let tensor: String
  private let location: String
  private let offset: Int
  private let length: Int?

  init(_ message: TensorMessage) throws(ONNXError) {
    tensor = message.name
    var location: String?
    var offset = 0
    var length: Int?
    for entry in message.externalData {
      switch entry.key {
      case "location": location = entry.value
      case "offset": offset = try Self.size(entry, of: message.name)
      case "length": length = try Self.size(entry, of: message.name)
      default: break
      }
    }
    guard let location, !location.isEmpty else {
      throw .invalidTensor(name: message.name, reason: "its data lies in a file that is not named")
    }
    self.location = location
    self.offset = offset
    self.length = length
  }

  private static func size(_ entry: EntryMessage, of tensor: String) throws(ONNXError) -> Int {
    guard let size = Int(entry.value), size >= 0 else {
      throw .invalidTensor(name: tensor, reason: "the \(entry.key) of its data is '\(entry.value)'")
    }
    return size
  }

  /// Reads the data.
  ///
  /// - Parameters:
  ///   - byteCount: What type and shape ask for.
  ///   - folder: The folder of the model's file; nil when the model was given as bytes.
  /// - Throws: ``ONNXError/invalidTensor(name:reason:)``.
  func read(byteCount: Int, folder: ModelFolder?) throws(ONNXError) -> ByteSlice {
    guard let folder else {
      throw fault("its data lies in the file '\(location)'; load the model by path, not from bytes")
    }
    if let length, length != byteCount {
      throw fault("type and shape take \(byteCount) bytes and its data has \(length)")
    }
    let path = try resolvedPath(folder.path)
    do {
      return try folder.bytes(of: path, offset: offset, count: byteCount)
    } catch {
      guard case .unreadableFile(_, let reason) = error else { throw error }
      throw fault("its data file '\(location)': \(reason)")
    }
  }

  private func resolvedPath(_ folder: String) throws(ONNXError) -> String {
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.hasPrefix("/"), !parts.contains(".."), !location.utf8.contains(0) else {
      throw fault("its data file '\(location)' is not inside the model's folder")
    }
    guard let root = File.resolved(folder), let path = File.resolved(root + "/" + location) else {
      throw fault("its data file '\(location)' is missing; copy it beside the model")
    }
    guard path.hasPrefix(root == "/" ? root : root + "/") else {
      throw fault(
        "its data file '\(location)' is a link that leaves the model's folder; put the file there")
    }
    return path
  }

  private func fault(_ reason: String) -> ONNXError {
    .invalidTensor(name: tensor, reason: reason)
  }
}
