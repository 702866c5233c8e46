// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a table, or with the description of its features, and where.
public struct TableError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's name.
  public let file: String
  /// Counted from 1, the header's line among them.
  public let line: Int?
  /// A column's name, or the place in a description, as `features[3].scale`.
  public let column: String?
  /// Cause and remedy.
  public let reason: String

  public init(_ file: String, line: Int? = nil, column: String? = nil, _ reason: String) {
    self.file = file
    self.line = line
    self.column = column
    self.reason = reason
  }

  public var description: String {
    var text = file
    if let line { text += ", line \(line)" }
    if let column { text += line == nil ? ": \(column)" : ", column '\(column)'" }
    return "\(text): \(reason)"
  }
}

extension [String] {
  /// The first names in quotes, and how many more there are.
  func listed(_ limit: Int = 8) -> String {
    let shown = prefix(limit).map { "'\($0)'" }.joined(separator: ", ")
    return count > limit ? "\(shown) and \(count - limit) more" : shown
  }
}
