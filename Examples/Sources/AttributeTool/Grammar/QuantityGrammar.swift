// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How a quantity of interest is written on the command line.
public enum QuantityGrammar {
  public static let help = """
    QUANTITIES (--quantity), read where the slice ends (--to)
      predicted        the score of the class predicted for the instance
      winning          the greatest score at each point
      class:3          the score of a class; also class:predicted, class:label
      probability:3    softmax or sigmoid applied where the slice ends at logits;
      log-probability:3, logit:3   likewise, and with predicted or label
      channel:7        the sum of a channel; channel:7:mean, channel:7:max;
                       channel:3,7 adds channels
      unit:3,0,0       one unit, by its place behind the instances
      threshold:0.5    what lies above counts for, what lies below against
      token:are        the class that a token is; probability:token:are likewise
      start, end, span of the predicted answer; start:3, end:5, span:3-5 of a given
                       one (two outputs: --to output:START+output:END)
      Q@token:5        Q at a position of [texts, positions, classes], from 0, or
                       from the text's end as @token:-1; @token:3-5 adds three;
                       @step:5 likewise, @axis2:5 on another axis
      Q@mask           where the text has [MASK]; Q@last at its last token, Q@words
                       at all of its own, added
      class:1@predicted       a class over the pixels, or steps, that are predicted
                       as it, of [instances, classes, rows, columns];
                       @predicted:2 over those of class 2, @pixel:12,30,
                       @box:10-20,12-30, @region:FILE.npy; :mean behind it
      present          the scores of all labels above 0.5, added; present:0.3
      value            the number that a regression gives; value:1 of several
      class:8-class:3  quantities add and subtract; 0.5*class:1 scales one
    """

  /// Reads a quantity.
  ///
  /// - Parameters:
  ///   - text: As ``help`` describes.
  ///   - labels: What `label` stands for, a class for each instance.
  ///   - words: What tokens and positions are named of.
  /// - Throws: ``ToolError/usage(_:)``; ``ToolError/data(_:)`` where texts have no such token or
  ///   position.
  public static func quantity(
    _ text: String, labels: [Int] = [], words: QuantityWords = .none
  ) throws -> any QuantityOfInterest {
    var parser = Parser(scanner: TextScanner(text), labels: labels, words: words)
    let quantity = try parser.sum()
    guard labels.isEmpty || parser.usesLabels else {
      throw ToolError.usage(
        "--label is given, and the quantity '\(text)' does not use it: write class:label, "
          + "probability:label, or leave --quantity out")
    }
    return quantity
  }

  struct Parser {
    var scanner: TextScanner
    let labels: [Int]
    let words: QuantityWords
    var usesLabels = false

    mutating func sum() throws -> any QuantityOfInterest {
      var terms: [(quantity: any QuantityOfInterest, weight: Double)] = []
      repeat {
        scanner.skipSpace()
        var weight = 1.0
        if scanner.take("-") {
          weight = -1
        } else if !scanner.take("+"), !terms.isEmpty {
          throw complaint("+ or - is expected")
        }
        scanner.skipSpace()
        var trial = scanner
        if let factor = trial.number() {
          trial.skipSpace()
          guard trial.take("*") else { throw complaint("a factor is followed by *") }
          trial.skipSpace()
          scanner = trial
          weight *= factor
        }
        terms.append((try positioned(term()), weight))
        scanner.skipSpace()
      } while !scanner.isAtEnd
      if terms.count == 1, terms[0].weight == 1 { return terms[0].quantity }
      return WeightedSum(terms)
    }

    private mutating func term() throws -> any QuantityOfInterest {
      if scanner.take("predicted") { return ClassScore(.predicted) }
      if scanner.take("winning") { return WinningClassScore() }
      if scanner.take("class:token:") || scanner.take("token:") {
        return try tokenQuantity("score") { ClassScore($0) }
      }
      if scanner.take("class:") {
        let choice = try choice()
        return try RegionGrammar.score(of: choice, &scanner) ?? ClassScore(choice)
      }
      if scanner.take("present") { return try presentClasses() }
      if scanner.take("value") { return try value() }
      for part in SpanScore.Part.allCases where scanner.take(part.rawValue) {
        return try span(part)
      }
      for form in [ClassProbability.Form.logProbability, .probability, .logit]
      where scanner.take(form.rawValue + ":") {
        if scanner.take("token:") {
          return try tokenQuantity(form.rawValue) { ClassProbability($0, as: form) }
        }
        return ClassProbability(try choice(), as: form)
      }
      if scanner.take("channel:") { return try channel() }
      if scanner.take("unit:") {
        guard let place = scanner.integers() else {
          throw complaint("the unit's place is expected, as in unit:3,0,0")
        }
        return UnitActivation(place)
      }
      if scanner.take("threshold:") {
        guard let threshold = scanner.number() else {
          throw complaint("a number is expected, as in threshold:0.5")
        }
        return ThresholdSum(threshold)
      }
      throw complaint(
        "a quantity is expected: predicted, winning, class:3, class:1@predicted, present, value:0, "
          + "probability:3, log-probability:3, logit:3, token:are, start, end, span:3-5, channel:7, unit:3,0,0 or threshold:0.5"
      )
    }

    private mutating func choice() throws -> ClassChoice {
      if scanner.take("predicted") { return .predicted }
      if scanner.take("label") {
        guard !labels.isEmpty else {
          throw ToolError.usage(
            "'\(scanner.text)' uses the instances' labels: give them with --label, as in "
              + "--label 8,3 for two instances")
        }
        usesLabels = true
        return .labels(labels)
      }
      if let index = scanner.integer() { return .index(index) }
      throw complaint("a class is expected: its number, counted from 0, predicted or label")
    }

    private mutating func presentClasses() throws -> any QuantityOfInterest {
      guard scanner.take(":") else { return PresentClasses() }
      guard let threshold = scanner.number(), threshold > 0, threshold < 1 else {
        throw complaint("a probability between 0 and 1 is expected, as in present:0.3")
      }
      return PresentClasses(above: threshold)
    }

    private mutating func value() throws -> any QuantityOfInterest {
      guard scanner.take(":") else { return OutputValue() }
      guard let target = scanner.integer() else {
        throw complaint("a target's number is expected, counted from 0, as in value:1")
      }
      return OutputValue(target)
    }

    private mutating func channel() throws -> any QuantityOfInterest {
      guard let channels = scanner.integers() else {
        throw complaint("a channel's number is expected, counted from 0")
      }
      var reduction = ChannelActivation.Reduction.sum
      if scanner.take(":") {
        if scanner.take("mean") {
          reduction = .mean
        } else if scanner.take("max") {
          reduction = .max
        } else if !scanner.take("sum") {
          throw complaint("sum, mean or max is expected")
        }
      }
      return ChannelActivation(channels, reduction)
    }

    func complaint(_ expected: String) -> ToolError {
      .usage("'\(scanner.text)' is no quantity: at \(scanner.restText), \(expected)")
    }
  }
}
