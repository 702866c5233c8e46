// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads JSON so that a slip is told with its place; a key that is not known is one, too.
public enum StrictJSON {
  /// What is wrong with a text, and where.
  public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
    /// `methods[2].steps`; `nil` for the text as a whole.
    public let place: String?
    public let reason: String

    public var description: String { (place.map { "\($0): " } ?? "") + reason }
  }

  /// Reads a text.
  ///
  /// - Throws: ``Fault``, and what the type itself throws besides `DecodingError`.
  public static func value<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8]
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      // Of a number that does not fit the decoder tells neither the place nor that it is JSON.
      throw Fault(
        error, isJSON: (try? JSONDecoder().decode(Anything.self, from: Data(bytes))) != nil)
    }
  }

  /// A container that has no other keys than these.
  ///
  /// - Throws: `DecodingError` at the first key that is another, of those in alphabetical order.
  public static func container<Key: CodingKey & CaseIterable>(
    of type: Key.Type, from decoder: any Decoder
  ) throws -> KeyedDecodingContainer<Key> {
    let known = Key.allCases.map(\.stringValue)
    let given = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
    if let stranger = given.sorted().first(where: { !known.contains($0) }) {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath + [AnyKey(stringValue: stranger)],
          debugDescription: "there is no such key; there are \(known.joined(separator: ", "))"))
    }
    return try decoder.container(keyedBy: type)
  }

  private struct Anything: Decodable {
    init(from decoder: any Decoder) {}
  }

  /// A key of any name.
  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

extension StrictJSON.Fault {
  fileprivate init(_ error: DecodingError, isJSON: Bool) {
    switch error {
    case .keyNotFound(let key, let context):
      self.init(context.codingPath + [key], "it is missing")
    case .typeMismatch(let type, let context):
      self.init(context.codingPath, "\(Self.name(of: type)) is expected")
    case .valueNotFound(let type, let context):
      self.init(context.codingPath, "\(Self.name(of: type)) is expected, not null")
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      self.init(
        [],
        isJSON
          ? "one of its numbers does not fit: it is negative, broken or too great"
          : "this is no JSON")
    case .dataCorrupted(let context): self.init(context.codingPath, context.debugDescription)
    @unknown default: self.init([], "\(error)")
    }
  }

  private init(_ path: [any CodingKey], _ reason: String) {
    let place = path.reduce("") { text, key in
      if let index = key.intValue { return "\(text)[\(index)]" }
      return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
    }
    self.init(place: place.isEmpty ? nil : place, reason: reason)
  }

  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is any BinaryInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    default: "\(type)".hasPrefix("Dictionary") ? "an object, { … }," : "a list, [ … ],"
    }
  }
}
