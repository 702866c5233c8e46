// SPDX-License-Identifier: Apache-2.0

/// Where special tokens stand around one text, or around two.
struct Template: Sendable {
  enum Part: Sendable {
    case special(id: Int, type: Int)
    /// The first text or the second.
    case text(Int, type: Int)
  }

  var single: [Part]
  /// Nil where two texts have no place.
  var pair: [Part]?

  /// Texts one after the other, with nothing around.
  static let plain = Template(
    single: [.text(0, type: 0)], pair: [.text(0, type: 0), .text(1, type: 1)])

  /// `[CLS] A [SEP] B [SEP]`.
  static func bert(start: Int, end: Int) -> Template {
    let first: [Part] = [
      .special(id: start, type: 0), .text(0, type: 0), .special(id: end, type: 0),
    ]
    return Template(single: first, pair: first + [.text(1, type: 1), .special(id: end, type: 1)])
  }

  /// `<s> A </s></s> B </s>`, all of one type.
  static func roberta(start: Int, end: Int) -> Template {
    let first: [Part] = [
      .special(id: start, type: 0), .text(0, type: 0), .special(id: end, type: 0),
    ]
    return Template(
      single: first,
      pair: first + [.special(id: end, type: 0), .text(1, type: 0), .special(id: end, type: 0)])
  }
}

extension [Template.Part] {
  /// How many tokens the template adds.
  var specialCount: Int {
    count { if case .special = $0 { true } else { false } }
  }
}
