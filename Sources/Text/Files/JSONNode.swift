// SPDX-License-Identifier: Apache-2.0

/// A value of a JSON file that knows where it stands, so that errors can tell.
struct JSONNode {
  let value: JSON
  let place: String

  init(_ value: JSON, at place: String = "its top") {
    self.value = value
    self.place = place
  }

  /// A member; nil where there is none, or null.
  subscript(key: String) -> JSONNode? {
    guard case .object(let members) = value, let found = members.last(where: { $0.key == key }),
      found.value != .null
    else { return nil }
    return JSONNode(found.value, at: place == "its top" ? key : "\(place).\(key)")
  }

  func member(_ key: String) throws -> JSONNode {
    guard let member = self[key] else { throw error("'\(key)' is missing") }
    return member
  }

  func error(_ reason: String) -> TokenizerError { .malformed(place: place, reason: reason) }

  var text: String {
    get throws {
      guard case .string(let text) = value else { throw error("a string was expected") }
      return text
    }
  }

  var integer: Int {
    get throws {
      guard case .number(let number) = value, let integer = Int(exactly: number) else {
        throw error("a whole number was expected")
      }
      return integer
    }
  }

  var flag: Bool {
    get throws {
      guard case .bool(let flag) = value else { throw error("true or false was expected") }
      return flag
    }
  }

  var elements: [JSONNode] {
    get throws {
      guard case .array(let values) = value else { throw error("a list was expected") }
      return values.enumerated().map { JSONNode($1, at: "\(place)[\($0)]") }
    }
  }

  var members: [(key: String, node: JSONNode)] {
    get throws {
      guard case .object(let members) = value else { throw error("an object was expected") }
      return members.map { ($0.key, JSONNode($0.value, at: "\(place).\($0.key)")) }
    }
  }

  /// A flag that may be missing.
  func flag(_ key: String, default standard: Bool) throws -> Bool {
    try self[key]?.flag ?? standard
  }

  /// What the part says it is.
  var kind: String { get throws { try member("type").text } }
}
