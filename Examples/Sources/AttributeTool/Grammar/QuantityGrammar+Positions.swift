// SPDX-License-Identifier: Apache-2.0

import Attribution

extension QuantityGrammar.Parser {
  /// The quantity at what stands behind an `@`; itself where nothing does.
  mutating func positioned(
    _ quantity: any QuantityOfInterest
  ) throws -> any QuantityOfInterest {
    guard scanner.take("@") else { return quantity }
    var axis = 1
    let position: TokenPosition
    if scanner.take("mask") {
      position = .mask
    } else if scanner.take("last") {
      position = .last
    } else if scanner.take("words") {
      position = .words
    } else {
      if scanner.take("axis") {
        guard let number = scanner.integer(), (1..<100).contains(number) else {
          throw complaint("an axis behind that of the instances is expected, as in @axis2:5")
        }
        axis = number
      } else if !scanner.take("token"), !scanner.take("step") {
        throw complaint(
          "a position is expected: @token:5, @token:-1, @step:5, @mask, @last, @words")
      }
      guard scanner.take(":"), let places = places() else {
        throw complaint("a position is expected, counted from 0: @token:5, @token:3-5, @token:-1")
      }
      position = .places(places)
    }
    // Another axis has no tokens, and so no end of each text's own.
    if axis != 1, case .places(let places) = position {
      return PositionedQuantity(quantity, .at(places), axis: axis)
    }
    return PositionedQuantity(quantity, try words.choice(position), axis: axis)
  }

  /// `5`, `3-5`, or `-1`.
  private mutating func places() -> [Int]? {
    if scanner.take("-") {
      return scanner.integer().flatMap { $0 > 0 && $0 < 1 << 40 ? [-$0] : nil }
    }
    guard let range = range() else { return nil }
    return Array(range)
  }

  /// `5` or `3-5`: a minus ahead of a digit makes a range, any other one subtracts.
  private mutating func range() -> ClosedRange<Int>? {
    guard let first = scanner.integer() else { return nil }
    var trial = scanner
    guard trial.take("-"), let last = trial.integer() else { return first...first }
    guard last >= first, last - first < 1 << 16 else { return nil }
    scanner = trial
    return first...last
  }

  /// A quantity of the class that a token is, called by the token.
  ///
  /// The token is written as the vocabulary spells it: up to a sign, or within quotes.
  mutating func tokenQuantity(
    _ what: String, _ make: (ClassChoice) -> any QuantityOfInterest
  ) throws -> any QuantityOfInterest {
    let isQuoted = scanner.take("\"")
    guard let spelling = scanner.text(upTo: isQuoted ? "\"" : "@+- \t"), !spelling.isEmpty,
      !isQuoted || scanner.take("\"")
    else {
      throw complaint(
        "a token is expected as the vocabulary spells it, as in token:are; with quotes around one "
          + "that has a sign, as token:\"-\"")
    }
    let quantity = make(.index(try words.id(of: spelling)))
    guard case .texts = words else { return quantity }
    return CustomQuantity(
      "\(what) of token \(spelling)",
      explaining: { output, explained in
        try quantity.values(of: output, explaining: explained)
      })
  }

  /// The start or end of a span, or both.
  mutating func span(_ part: SpanScore.Part) throws -> any QuantityOfInterest {
    guard scanner.take(":"), !scanner.take("predicted") else {
      return SpanScore(try words.predictedSpan(), part)
    }
    guard let range = range(), part == .span || range.count == 1 else {
      throw complaint(
        "positions are expected, counted from 0, or predicted: start:3, end:5, span:3-5")
    }
    return SpanScore(try words.span(range), part)
  }
}
