// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How a cut is written on the command line.
public enum CutGrammar {
  public static let help = """
    CUTS (--from, --to, --at)
      input            all inputs with floating-point elements; input:NAME for one
      embeddings       where ids of words become vectors: the input with the
                       largest table; embeddings:NAME for another
      output           the first output; output:NAME for another
      logits           the value ahead of the final softmax or sigmoid; the first
                       output where the model ends in neither
      LAYER            what a layer gives: a node or value that `inspect` lists
      in:LAYER         what a layer reads
      layer:LAYER      the name as it stands, whatever is in it
      CUT@channel:3    a part of any of them: one place, or 3-5 for three;
                       @token:3 and @axis2:3 likewise (axis 0 has the instances)
      CUT+CUT          several as one; --to makes one tensor of them, with a last
                       axis for them; of other shapes --to CUT,CUT, whose
                       numbers are counted through: value:0, value:1, …
    """

  /// Reads a cut.
  ///
  /// - Throws: ``ToolError/usage(_:)``; whether the model has such a place is found out later.
  public static func cut(_ text: String) throws -> any Cut {
    if let name = text.after("layer:") { return LayerCut(try checked(name, in: text)) }
    let parts = text.split(separator: "+", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return try single(text) }
    return JointCut(try parts.map { try single(String($0)) })
  }

  /// Reads where a slice ends: several cuts are stacked, or put side by side, since a
  /// quantity reads one tensor.
  ///
  /// - Throws: ``ToolError/usage(_:)``.
  public static func end(_ text: String) throws -> any Cut {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    if parts.count > 1, text.after("layer:") == nil {
      return SideBySideCut(try parts.map { try Self.cut(String($0)) })
    }
    let cut = try Self.cut(text)
    return (cut as? JointCut).map { StackedCut($0.cuts) } ?? cut
  }

  private static func single(_ text: String) throws -> any Cut {
    guard let mark = text.lastIndex(of: "@") else { return try whole(text) }
    let part = text[text.index(after: mark)...]
    let (axis, range) = try place(part, in: text)
    return PartialCut(of: try single(String(text[..<mark])), axis: axis, range: range)
  }

  private static func whole(_ text: String) throws -> any Cut {
    switch text {
    case "input": return InputCut()
    case "embeddings": return EmbeddingCut()
    case "output": return OutputCut()
    case "logits": return LogitCut()
    default: break
    }
    if let name = text.after("input:") { return InputCut([try checked(name, in: text)]) }
    if let name = text.after("embeddings:") { return EmbeddingCut(try checked(name, in: text)) }
    if let name = text.after("output:") { return OutputCut(try checked(name, in: text)) }
    if let name = text.after("layer:") { return LayerCut(try checked(name, in: text)) }
    if let name = text.after("in:") {
      return LayerCut(try checked(name, in: text), anchor: .input)
    }
    return LayerCut(try checked(text, in: text))
  }

  private static func place(
    _ part: Substring, in text: String
  ) throws -> (axis: Int, range: Range<Int>) {
    var scanner = TextScanner(String(part))
    var axis: Int?
    if scanner.take("channel") || scanner.take("token") {
      axis = 1
    } else if scanner.take("axis") {
      axis = scanner.integer()
    }
    if let axis, axis > 0, scanner.take(":"), let first = scanner.integer(), first < Int.max {
      if scanner.isAtEnd { return (axis, first..<first + 1) }
      if scanner.take("-"), let last = scanner.integer(), scanner.isAtEnd, last >= first,
        last < Int.max
      {
        return (axis, first..<last + 1)
      }
    }
    throw ToolError.usage(
      "'@\(part)' in '\(text)' is no part of a cut: write @channel:3, @channel:3-5, @token:0 or "
        + "@axis2:3 (axis 0 has the instances); for a name that has an @ in it, layer:NAME")
  }

  private static func checked(_ name: String, in text: String) throws -> String {
    guard name.isEmpty else { return name }
    throw ToolError.usage(
      "'\(text)' names no cut: write input, embeddings, logits, output, LAYER or in:LAYER")
  }
}

extension String {
  /// What follows a prefix.
  func after(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
