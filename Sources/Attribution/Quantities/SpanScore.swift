// SPDX-License-Identifier: Apache-2.0

import Torch

/// Which span of a text is asked about, by its first and last token.
public enum SpanChoice: Sendable {
  /// The same for all instances.
  case range(ClosedRange<Int>)
  /// One for each instance of the batch.
  case each([ClosedRange<Int>])
  /// The span that is predicted for the instance, and held along the path: start ≤ end, with the
  /// greatest sum of both logits.
  ///
  /// - Parameter tokens: 1 where a span may begin and end, 0 elsewhere: of an answer, the tokens of
  ///   the text that it is looked for in, `[instances, positions]`; `nil` allows all.
  case predicted(among: Tensor? = nil)

  var label: String {
    switch self {
    case .range(let range): "\(range.lowerBound)…\(range.upperBound)"
    case .each: "of each instance"
    case .predicted: "predicted"
    }
  }
}

/// The logits of a span's start and end, or their sum: what a network for question answering says of
/// an answer.
///
/// Reads `[rows, positions, 2]`, starts and then ends. Networks that give them as two outputs are
/// sliced at ``StackedCut``, which makes one of both.
public struct SpanScore: QuantityOfInterest {
  public enum Part: String, Sendable, CaseIterable {
    case start
    case end
    /// Start and end, added.
    case span
  }

  public let span: SpanChoice
  public let part: Part

  public init(_ span: SpanChoice = .predicted(), _ part: Part = .span) {
    self.span = span
    self.part = part
  }

  public var name: String {
    part == .span ? "span \(span.label)" : "\(part.rawValue) of span \(span.label)"
  }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    guard output.rank == 3, output.shape[2] == 2 else {
      throw QuantityError.noSpans(shape: output.shape, quantity: name)
    }
    let (start, end) = try bounds(explained, length: output.shape[1])
    func logit(_ place: RowPlace, of kind: Int) throws -> Tensor {
      try place.entry(of: output.selected(kind, axis: 2), axis: 1)
    }
    switch part {
    case .start: return try logit(start, of: 0)
    case .end: return try logit(end, of: 1)
    case .span: return try logit(start, of: 0) + logit(end, of: 1)
    }
  }

  private func bounds(
    _ explained: ExplainedOutput, length: Int
  ) throws -> (start: RowPlace, end: RowPlace) {
    func places(_ start: PositionChoice, _ end: PositionChoice) throws -> (RowPlace, RowPlace) {
      let starts = try start.places(of: explained, length: length, for: name)
      return (starts[0], try end.places(of: explained, length: length, for: name)[0])
    }
    switch span {
    case .predicted(let tokens): return try best(explained, among: tokens)
    case .range(let range): return try places(.at([range.lowerBound]), .at([range.upperBound]))
    case .each(let ranges):
      return try places(
        .each(ranges.map { [$0.lowerBound] }), .each(ranges.map { [$0.upperBound] }))
    }
  }

  /// The span of the greatest sum of each row; the first among equals.
  ///
  /// - Complexity: positions² for each row.
  private func best(
    _ explained: ExplainedOutput, among tokens: Tensor?
  ) throws -> (start: RowPlace, end: RowPlace) {
    let output = explained.output
    let (rows, length) = (output.shape[0], output.shape[1])
    var logits = try output.detached().converted(to: .float64)
    if let tokens {
      let instances = Int(try explained.instance.max().number()) + 1
      guard tokens.rank == 2, tokens.shape[0] >= instances, tokens.shape[1] == length else {
        throw QuantityError.spanTokens(tokens.shape, length: length, quantity: name)
      }
      let own = try tokens.converted(like: logits).selecting(explained.instance)
      guard try own.max(axes: [1]).min().number() > 0 else {
        throw QuantityError.noPositions(quantity: name)
      }
      logits = try logits + own.sign().logarithm().unsqueezed(axis: 2)
    }
    // [rows, start, end], with −∞ where the end is ahead of the start.
    let sums =
      try logits.selected(0, axis: 2).unsqueezed(axis: 2)
      + logits.selected(1, axis: 2).unsqueezed(axis: 1)
    let all = try Tensor.full([length, length], 1, type: .float64, on: output.device)
    let forward = try sums + all.upperTriangle().logarithm()
    let best = try forward.reshaped(to: [rows, -1]).indexOfMaximum(axis: 1, keepingAxis: false)
    let width = try best.filled(with: Double(length))
    return try (
      .own(best.divided(by: width, rounding: .down)), .own(best.remainder(dividingBy: width))
    )
  }
}

extension QuantityOfInterest where Self == SpanScore {
  /// The logits of a span's start and end, added, or one of them.
  public static func span(
    _ span: SpanChoice = .predicted(), _ part: SpanScore.Part = .span
  ) -> SpanScore { SpanScore(span, part) }
  /// The same of one span, first to last token.
  public static func span(
    _ range: ClosedRange<Int>, _ part: SpanScore.Part = .span
  ) -> SpanScore { SpanScore(.range(range), part) }
}
