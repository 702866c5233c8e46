// SPDX-License-Identifier: Apache-2.0

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
