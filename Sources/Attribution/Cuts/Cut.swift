// SPDX-License-Identifier: Apache-2.0

import Torch

/// Names values of a network, reads its part of them, and writes it back: a lens.
///
/// Laws, which ``CutLaws`` checks:
/// - Reading what was written gives it back: `read(write(p, into: v)) = p`.
/// - Writing what was read changes nothing: `write(read(v), into: v) = v`.
/// - Writing is differentiable in what is written.
public protocol Cut: Sendable {
  /// The places of the model that hold the cut's tensors.
  ///
  /// - Throws: ``CutError`` where the model has no such place.
  func places(in model: any Model) throws -> [Place]

  /// Takes the cut's part of the values at its places, `[rows, …]` each. The default takes all.
  func read(_ values: [Tensor]) throws -> [Tensor]

  /// Puts a part in its place, into a copy of the values. The default replaces them.
  func write(_ part: [Tensor], into values: [Tensor]) throws -> [Tensor]

  /// How the cut is called in messages and results.
  var name: String { get }
}

extension Cut {
  public func read(_ values: [Tensor]) throws -> [Tensor] { values }
  public func write(_ part: [Tensor], into values: [Tensor]) throws -> [Tensor] { part }
}

/// The part of a network that an explanation runs through.
public struct NetworkSlice: Sendable {
  /// Where attributions are wanted.
  public let start: any Cut
  /// Where the quantity of interest reads.
  public let end: any Cut

  /// `NetworkSlice(from: .layer("conv4"), to: .logits)`.
  public init(from start: any Cut = InputCut(), to end: any Cut = OutputCut()) {
    self.start = start
    self.end = end
  }
}
