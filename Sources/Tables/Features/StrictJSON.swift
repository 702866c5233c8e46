// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads JSON so that a slip is told with its place; a key that is not known is one, too.
enum StrictJSON {
  static func value<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], file: String
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      let (path, reason) = words(for: error)
      throw TableError(file, column: path.isEmpty ? nil : place(path), reason)
    }
  }

  private static func words(for error: DecodingError) -> ([any CodingKey], String) {
    switch error {
    case .keyNotFound(let key, let context): (context.codingPath + [key], "it is missing")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      (context.codingPath, "\(expected(type)) is expected")
    case .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? ([], "this is no JSON") : (context.codingPath, context.debugDescription)
    @unknown default: ([], "\(error)")
    }
  }

  private static func expected(_ type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Double.Type: "a number"
    default: "\(type)".hasPrefix("Dictionary") ? "an object, { … }," : "a list, [ … ],"
    }
  }

  /// `features[2].scale`.
  private static func place(_ path: [any CodingKey]) -> String {
    path.reduce("") { text, key in
      if let index = key.intValue { return "\(text)[\(index)]" }
      return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
    }
  }

  /// A key of any name.
  fileprivate struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

extension Decoder {
  /// A container that has no other keys than these.
  func container<Key: CodingKey & CaseIterable>(
    of type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    let known = Key.allCases.map(\.stringValue)
    let given = try container(keyedBy: StrictJSON.AnyKey.self).allKeys
    if let stranger = given.map(\.stringValue).sorted().first(where: { !known.contains($0) }) {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: codingPath + [StrictJSON.AnyKey(stringValue: stranger)],
          debugDescription: "there is no such key; there are \(known.joined(separator: ", "))"))
    }
    return try container(keyedBy: type)
  }
}
