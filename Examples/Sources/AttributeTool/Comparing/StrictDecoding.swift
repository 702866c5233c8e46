// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads JSON so that a slip is told with its place: a key that is not known is an error, too.
enum StrictDecoding {
  /// - Throws: ``ToolError/data(_:)``, as `FILE: methods[2].steps: …`.
  static func value<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], file: String
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw ToolError.data("\(file): \(words(for: error))")
    }
  }

  private static func words(for error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      let path = place(context.codingPath + [key])
      return "\(path): it is missing"
    case .typeMismatch(let type, let context):
      return "\(place(context.codingPath)): \(expected(type)) is expected"
    case .valueNotFound(let type, let context):
      return "\(place(context.codingPath)): \(expected(type)) is expected, not null"
    case .dataCorrupted(let context):
      let path = place(context.codingPath)
      return path.isEmpty ? "this is no JSON" : "\(path): \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }

  private static func expected(_ type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is Int.Type, is UInt64.Type: "a whole number"
    case is Double.Type: "a number"
    case is [String: Any].Type: "an object, { … },"
    default: "\(type)".hasPrefix("Dictionary") ? "an object, { … }," : "a list, [ … ],"
    }
  }

  /// `methods[2].steps`.
  static func place(_ path: [any CodingKey]) -> String {
    path.reduce("") { text, key in
      if let index = key.intValue { return "\(text)[\(index)]" }
      return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
    }
  }
}

/// A key of any name.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  /// A container that has no other keys than these.
  func strictContainer<Key: CodingKey & CaseIterable>(
    keyedBy type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    let known = Key.allCases.map(\.stringValue)
    let all = try container(keyedBy: AnyKey.self).allKeys
    if let stranger = all.sorted(by: { $0.stringValue < $1.stringValue })
      .first(where: { !known.contains($0.stringValue) })
    {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: codingPath + [stranger],
          debugDescription: "there is no such key; there are \(known.joined(separator: ", "))"))
    }
    return try container(keyedBy: type)
  }
}

/// One value, or a list of them.
public struct OneOrMore<Value: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
  public var values: [Value]

  public init(_ values: [Value]) { self.values = values }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if (try? decoder.unkeyedContainer()) != nil {
      values = try container.decode([Value].self)
      guard !values.isEmpty else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "the list is empty")
      }
    } else {
      values = [try container.decode(Value.self)]
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if values.count == 1 {
      try container.encode(values[0])
    } else {
      try container.encode(values)
    }
  }
}
