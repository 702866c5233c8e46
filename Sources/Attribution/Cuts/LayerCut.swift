// SPDX-License-Identifier: Apache-2.0

import Torch

/// What a layer gives, or what it reads, by the layer's name.
public struct LayerCut: Cut {
  public let layer: String
  public let anchor: Anchor

  public init(_ layer: String, anchor: Anchor = .output) {
    self.layer = layer
    self.anchor = anchor
  }

  public var name: String { anchor == .output ? layer : "input of \(layer)" }

  public func places(in model: any Model) throws -> [Place] {
    try model.places(of: layer, anchor: anchor)
  }
}

/// Several cuts as one, whose tensors move together.
public struct JointCut: Cut {
  public let cuts: [any Cut]

  public init(_ cuts: [any Cut]) { self.cuts = cuts }

  public var name: String { cuts.map(\.name).joined(separator: " + ") }

  public func places(in model: any Model) throws -> [Place] {
    try cuts.flatMap { try single($0, in: model) }
  }

  public func read(_ values: [Tensor]) throws -> [Tensor] {
    try zip(cuts, values).flatMap { try $0.read([$1]) }
  }

  public func write(_ part: [Tensor], into values: [Tensor]) throws -> [Tensor] {
    try zip(cuts, zip(part, values)).flatMap { try $0.write([$1.0], into: [$1.1]) }
  }

  /// Parts are joined one tensor a cut, so that each knows which are its own.
  private func single(_ cut: any Cut, in model: any Model) throws -> [Place] {
    let places = try cut.places(in: model)
    guard places.count == 1 else {
      throw CutError.severalTensors(cut: cut.name, places: places.map(\.description))
    }
    return places
  }
}

extension Cut where Self == LayerCut {
  /// The output of the layer of that name, or what it reads.
  public static func layer(_ name: String, anchor: Anchor = .output) -> LayerCut {
    LayerCut(name, anchor: anchor)
  }
}

extension Cut where Self == JointCut {
  /// Several layers at once.
  public static func layers(_ names: String...) -> JointCut { JointCut(names.map { LayerCut($0) }) }
}
