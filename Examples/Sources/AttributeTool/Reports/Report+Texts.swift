// SPDX-License-Identifier: Apache-2.0

import Text
import Visualization

extension Explanation {
  /// How texts were read; null where instances are none.
  var textArguments: JSON {
    let options = plan.options.text
    guard options.isGiven else { return .null }
    return [
      "movesSpecial": .boolean(options.movesSpecial),
      "unit": .string(options.unit.rawValue),
      "reduction": .string(options.reduction.rawValue),
      "similarTo": JSON(options.similarTo),
    ]
  }

  /// What is told of a text besides what is told of every instance; `nil` where it is none.
  func textReport(at index: Int) -> JSON? {
    guard texts.indices.contains(index) else { return nil }
    let text = texts[index]
    return [
      "text": .string(text.source.first),
      "second": JSON(text.source.second),
      "cutOff": .integer(text.encoding.cutOff),
      "ids": .array(text.encoding.ids.map { .integer($0) }),
      "tokens": .array(
        zip(text.tokens, text.encoding.tokens).map { Self.report(of: $0, spelling: $1) }),
      "words": .array(text.words.map { Self.report(of: $0) }),
    ]
  }

  private static func report(of token: ScoredToken, spelling: String? = nil) -> JSON {
    var members: [(key: String, value: JSON)] = [("text", .string(token.text))]
    if let spelling { members.append(("token", .string(spelling))) }
    members += [("score", .number(token.score)), ("special", .boolean(token.isSpecial))]
    return .object(members)
  }
}

extension JSON {
  /// An object with the members of another behind its own.
  func joined(with other: JSON?) -> JSON {
    guard case .object(let own) = self, case .object(let more)? = other else { return self }
    return .object(own + more)
  }
}
