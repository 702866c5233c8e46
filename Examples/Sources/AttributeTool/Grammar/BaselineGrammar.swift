// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How a baseline is written on the command line.
public indirect enum BaselineGrammar: Sendable, Equatable {
  case zeros
  case constant(Double)
  case mean(file: String)
  case mode(file: String)
  case samples(file: String)
  case activation(file: String)
  case blurred(Double)
  case gaussian(standardDeviation: Double, count: Int)
  case uniform(ClosedRange<Double>, count: Int)
  case farthest(ClosedRange<Double>)
  case file(String)
  case mixed([BaselineGrammar])

  public static let help = """
    BASELINES (--baseline), where a path starts; FILE is a .npy file
      zeros, constant:0.5
      FILE, IMAGE      an activation: one for all instances, or one for each
      mean:FILE, mode:FILE    of the rows of a data set, feature by feature
      samples:FILE     every row, with equal shares
      activation:FILE  what the model has at --at for that input
      blurred:5        the instance, blurred with that standard deviation
      gaussian:0.1     the instance with normal noise; gaussian:0.1:10 for 10 draws
      uniform:0:1      even noise from 0 to 1; uniform:0:1:10 for 10 draws
      farthest:0:1     the end of the range that lies farther from the instance
      B+B              several with equal shares
    """

  /// Reads a baseline.
  ///
  /// - Throws: ``ToolError/usage(_:)``.
  public init(_ text: String) throws {
    let parts = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    if parts.count > 1, !SystemFile.exists(text) {
      self = .mixed(try parts.map { try BaselineGrammar(single: $0) })
    } else {
      try self.init(single: text)
    }
  }

  private init(single text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let rest = parts.count > 1 ? String(text.dropFirst(parts[0].count + 1)) : ""
    switch (parts[0], parts.count) {
    case ("zeros", 1): self = .zeros
    case ("constant", 2):
      guard let value = parts[1].finiteNumber else {
        throw Self.complaint(text, "a number is expected, as in constant:0.5")
      }
      self = .constant(value)
    case ("mean", 2...) where !rest.isEmpty: self = .mean(file: rest)
    case ("mode", 2...) where !rest.isEmpty: self = .mode(file: rest)
    case ("samples", 2...) where !rest.isEmpty: self = .samples(file: rest)
    case ("activation", 2...) where !rest.isEmpty: self = .activation(file: rest)
    case ("blurred", 2):
      guard let deviation = parts[1].finiteNumber, deviation > 0, deviation <= 10_000 else {
        throw Self.complaint(
          text, "a standard deviation above 0 is expected, in elements, as in blurred:5")
      }
      self = .blurred(deviation)
    case ("gaussian", 2...3):
      guard let deviation = parts[1].finiteNumber, deviation >= 0 else {
        throw Self.complaint(text, "a standard deviation is expected, as in gaussian:0.1")
      }
      self = .gaussian(
        standardDeviation: deviation, count: try Self.count(parts.dropFirst(2).first, text))
    case ("uniform", 3...4):
      self = .uniform(
        try Self.range(parts[1], parts[2], text),
        count: try Self.count(parts.dropFirst(3).first, text))
    case ("farthest", 3): self = .farthest(try Self.range(parts[1], parts[2], text))
    default:
      guard text.contains(".") || SystemFile.exists(text) else {
        throw Self.complaint(
          text,
          "write zeros, constant:0.5, mean:FILE, mode:FILE, samples:FILE, activation:FILE, "
            + "blurred:5, gaussian:0.1, uniform:0:1, farthest:0:1 or a file")
      }
      self = .file(text)
    }
  }

  /// Makes the baseline.
  ///
  /// - Parameters:
  ///   - seed: For noise.
  ///   - read: Reads a file: a plain array, or an input of the model (images too).
  func baseline(
    seed: UInt64, read: (_ file: String, _ isInput: Bool) throws -> Tensor
  ) throws -> any Baseline {
    switch self {
    case .zeros: ZeroBaseline()
    case .constant(let value): ConstantBaseline(value)
    case .mean(let file): DataBaseline(.mean, of: try read(file, false))
    case .mode(let file): DataBaseline(.mode, of: try read(file, false))
    case .samples(let file): SampleBaseline(try read(file, false))
    case .activation(let file): ActivationBaseline(of: Inputs(try read(file, true)))
    case .blurred(let deviation): BlurredBaseline(standardDeviation: deviation)
    case .gaussian(let deviation, let count):
      NoiseBaseline(
        .gaussian(standardDeviation: deviation, range: nil), count: count, seed: seed)
    case .uniform(let range, let count): NoiseBaseline(.uniform(range), count: count, seed: seed)
    case .farthest(let range): FarthestBaseline(in: range)
    case .file(let file): TensorBaseline(try read(file, false), name: file.fileName)
    case .mixed(let parts):
      MixedBaseline(try parts.map { try $0.baseline(seed: seed, read: read) })
    }
  }

  private static func range(
    _ low: String, _ high: String, _ text: String
  ) throws -> ClosedRange<Double> {
    guard let low = low.finiteNumber, let high = high.finiteNumber, low < high else {
      throw complaint(text, "two numbers are expected, the lower first, as in uniform:0:1")
    }
    return low...high
  }

  private static func count(_ part: String?, _ text: String) throws -> Int {
    guard let part else { return 1 }
    if let count = part.count() { return count }
    throw complaint(
      text, "'\(part)' is no number of draws, which is one from 1 to \(Limits.evaluations)")
  }

  private static func complaint(_ text: String, _ expected: String) -> ToolError {
    .usage("'\(text)' is no baseline: \(expected)")
  }
}
