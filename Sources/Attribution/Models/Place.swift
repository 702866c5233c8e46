// SPDX-License-Identifier: Apache-2.0

/// A spot in a network where a tensor can be read, and another put in its stead.
public struct Place: Sendable, Hashable {
  /// The name of the value, unique in its model.
  public let value: String
  /// The reader for which alone the place stands; `nil` is the value wherever it is read.
  public let reader: Reader?

  /// One input of one node: an edge of the network.
  public struct Reader: Sendable, Hashable {
    public let node: String
    public let input: Int

    public init(node: String, input: Int) {
      self.node = node
      self.input = input
    }
  }

  public init(_ value: String, reader: Reader? = nil) {
    self.value = value
    self.reader = reader
  }
}

extension Place: CustomStringConvertible {
  public var description: String {
    reader.map { "\(value) into \($0.node)" } ?? value
  }
}

/// Which side of a layer a cut takes.
public enum Anchor: String, Sendable, Hashable, CaseIterable {
  /// What the layer reads.
  case input
  /// What the layer gives.
  case output
}
