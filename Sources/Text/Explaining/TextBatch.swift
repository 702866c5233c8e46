// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Encoded texts as a model reads them: a row each, padded to one length.
public struct TextBatch: Sendable {
  public let encodings: [Encoding]
  /// What is fed, by input name.
  public let inputs: Inputs
  /// 1 where the tokens of the texts are, 0 where special ones and padding stand, `[rows, length]`.
  ///
  /// For ``HoldingBaseline``: with it special tokens keep what they are along a path.
  public let words: Tensor
  /// Tokens of the longest text, or the length that the model is fixed to.
  public let length: Int

  /// - Parameters:
  ///   - padding: The id behind shorter texts; the model's mask, where it has one, hides it.
  ///   - others: What else the model reads, by input name.
  /// - Throws: ``TextBatchError`` where an input is of no known meaning and not among `others`, or
  ///   texts are longer than the model reads; texts of different length need a mask.
  public init(
    _ encodings: [Encoding], for model: any Model, padding: Int = 0, others: [String: Tensor] = [:]
  ) throws {
    guard !encodings.isEmpty, encodings.allSatisfy({ $0.count > 0 }) else {
      throw TextBatchError.empty
    }
    let longest = encodings.map(\.count).max() ?? 0
    let roles = try Self.roles(in: model, besides: others)
    let fixed = roles.keys.compactMap { input in
      input.shape.flatMap { $0.count > 1 ? $0[1] : nil }
    }.first
    if let fixed, fixed < longest { throw TextBatchError.tooLong(longest, maximum: fixed) }
    let length = fixed ?? longest
    if !roles.values.contains(.mask), encodings.contains(where: { $0.count < length }) {
      throw TextBatchError.needsMask(lengths: encodings.map(\.count).sorted(), length: length)
    }
    func rows(_ numbers: (Encoding) -> [Int], padding: Int) throws -> Tensor {
      try Tensor(
        encodings.flatMap { encoding -> [Int64] in
          let own = numbers(encoding).map { Int64($0) }
          return own + [Int64](repeating: Int64(padding), count: length - own.count)
        }
      ).reshaped(to: [encodings.count, length])
    }
    var tensors = others
    for (input, role) in roles {
      let tensor =
        switch role {
        case .ids: try rows(\.ids, padding: padding)
        case .mask: try rows({ [Int](repeating: 1, count: $0.count) }, padding: 0)
        case .types: try rows(\.types, padding: 0)
        case .positions: try rows({ Array(0..<$0.count) }, padding: 0)
        }
      tensors[input.name] = try tensor.converted(to: input.elementType)
    }
    self.encodings = encodings
    self.length = length
    inputs = Inputs(tensors)
    words = try rows({ $0.isSpecial.map { $0 ? 0 : 1 } }, padding: 0).converted(to: .float32)
  }

  private enum Role: Equatable {
    case ids, mask, types, positions

    /// What exporters call them.
    init?(name: String) {
      let name = name.lowercased()
      if name.contains("mask") {
        self = .mask
      } else if name.contains("type") || name.contains("segment") {
        self = .types
      } else if name.contains("position") {
        self = .positions
      } else if name.contains("ids") || name.contains("token") || name.contains("text") {
        self = .ids
      } else {
        return nil
      }
    }
  }

  private static func roles(
    in model: any Model, besides others: [String: Tensor]
  ) throws -> [ModelInput: Role] {
    let open = model.inputs.filter { others[$0.name] == nil }
    if open.count == 1, let only = open.first { return [only: .ids] }
    var roles: [ModelInput: Role] = [:]
    for input in open {
      guard let role = Role(name: input.name) else {
        throw TextBatchError.unknownInput(input.name)
      }
      roles[input] = role
    }
    guard roles.values.contains(.ids) else {
      throw TextBatchError.noIDs(model.inputs.map(\.name))
    }
    return roles
  }
}

/// Why texts cannot be fed.
public enum TextBatchError: Error, Sendable, Equatable, CustomStringConvertible {
  case empty
  case unknownInput(String)
  case noIDs([String])
  case tooLong(Int, maximum: Int)
  case needsMask(lengths: [Int], length: Int)

  public var description: String {
    switch self {
    case .empty: return "there is no text, or one without tokens: special tokens make one of none"
    case .unknownInput(let name):
      return "it is not known what the model's input '\(name)' wants of a text: give it as a "
        + "tensor, on the command line as \(name)=FILE"
    case .noIDs(let names):
      return "none of the model's inputs (\(names.joined(separator: ", "))) is known to want ids"
    case .tooLong(let length, let maximum):
      return "a text has \(length) tokens, and the model reads \(maximum): shorten it"
    case .needsMask(let lengths, let length):
      return "texts of \(lengths.map(String.init).joined(separator: ", ")) tokens are to have one "
        + "length of \(length), and the model has no input for a mask that would hide the padding: "
        + "explain them one by one"
    }
  }
}
