// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Which features go where: from the columns of a table to a model's inputs, and from the
/// attributions there back to the features.
public struct TableLayout: Sendable {
  public let features: [TableFeature]
  /// The column of what is to be predicted.
  public let target: String?
  /// What the model's classes are called; empty where nobody said.
  public let classes: [String]
  /// What the model's only number is, and what it was standardized by.
  public let output: OutputScale
  /// Where features become numbers that can be moved: the inputs, and the embeddings of ids.
  public let cut: any Cut
  let slots: [Slot]
  let inputs: [Fed]

  /// Where a feature lies.
  struct Slot: Sendable, Equatable {
    /// The tensor of the cut.
    let tensor: Int
    let columns: Range<Int>
  }

  /// An input, and the features that it takes, in order.
  struct Fed: Sendable {
    let input: ModelInput
    let features: [Int]
    var isLookedUp = false
  }

  /// What a model's number means.
  public struct OutputScale: Sendable, Equatable {
    public var name: String?
    public var unit: String?
    public var mean = 0.0
    public var scale = 1.0

    public init() {}

    /// Whether prediction and output are the same number.
    public var isIdentity: Bool { mean == 0 && scale == 1 }
  }

  /// Of features in the order in which each input takes them.
  ///
  /// - Throws: ``TableError`` where the model has no such input, or one of another width.
  public init(
    _ features: [TableFeature], for model: any Model, target: String? = nil, classes: [String] = [],
    output: OutputScale = OutputScale(), file: String = "the features"
  ) throws {
    self.features = features
    self.target = target
    self.classes = classes
    self.output = output
    inputs = try Self.fed(features, model, file)
    let wanted = inputs.map(\.input.name)
    if let stranger = features.first(where: { !wanted.contains($0.input) }) {
      throw TableError(
        file,
        "the model has no input '\(stranger.input)', where '\(stranger.name)' goes; it has "
          + model.inputs.map(\.name).listed())
    }
    var slots = [Slot](repeating: Slot(tensor: 0, columns: 0..<0), count: features.count)
    for (tensor, fed) in inputs.enumerated() {
      var column = 0
      for feature in fed.features {
        let width = features[feature].width
        slots[feature] = Slot(tensor: tensor, columns: column..<column + width)
        column += width
      }
    }
    self.slots = slots
    cut = Self.cut(inputs, model)
  }

  private static func fed(
    _ features: [TableFeature], _ model: any Model, _ file: String
  ) throws -> [Fed] {
    try model.inputs.map { input in
      let own = features.indices.filter { features[$0].input == input.name }
      guard !own.isEmpty else {
        throw TableError(
          file, "the model's input '\(input.name)' gets no feature: name it as one's \"input\"")
      }
      var fed = Fed(input: input, features: own)
      fed.isLookedUp = features[own[0]].isLookedUp
      if let other = own.first(where: { features[$0].isLookedUp != fed.isLookedUp }) {
        throw TableError(
          file,
          "the input '\(input.name)' gets numbers and ids ('\(features[own[0]].name)' and "
            + "'\(features[other].name)'): an embedding's ids are an input of their own")
      }
      if fed.isLookedUp {
        try checkTable(of: input, own.map { features[$0] }, model, file)
      } else if !input.elementType.isFloatingPoint {
        throw TableError(
          file,
          "the model's input '\(input.name)' takes whole numbers: describe its features as categories "
            + "with the encoding ids")
      }
      try checkWidth(of: input, own.map { features[$0] }, file)
      return fed
    }
  }

  private static func checkWidth(
    of input: ModelInput, _ features: [TableFeature], _ file: String
  ) throws {
    guard let shape = input.shape else { return }
    let width = features.reduce(0) { $0 + $1.width }
    let wanted = shape.count == 1 ? 1 : shape.count == 2 ? shape[1] : nil
    guard input.hasRows, shape.count <= 2 else {
      throw TableError(
        file, "the model's input '\(input.name)' is no table: it has \(shape.count) axes, not 2")
    }
    guard wanted ?? width == width else {
      throw TableError(
        file,
        "the model's input '\(input.name)' takes \(wanted ?? 0) "
          + "column\(wanted == 1 ? "" : "s"), and the features give \(width): leave columns out with "
          + "--ignore or --target, or describe the features")
    }
  }

  private static func checkTable(
    of input: ModelInput, _ features: [TableFeature], _ model: any Model, _ file: String
  ) throws {
    let embedding = try EmbeddingCut(input.name).embedding(in: model)
    for feature in features where (feature.categories?.count ?? 0) > embedding.table.shape[0] {
      throw TableError(
        file,
        "'\(feature.name)' has \(feature.categories?.count ?? 0) categories, and the embedding "
          + "\(embedding.table.shape[0]) vectors")
    }
  }

  private static func cut(_ inputs: [Fed], _ model: any Model) -> any Cut {
    guard inputs.contains(where: \.isLookedUp) else { return InputCut() }
    let cuts = inputs.map { fed -> any Cut in
      fed.isLookedUp ? EmbeddingCut(fed.input.name) : InputCut([fed.input.name])
    }
    return cuts.count == 1 ? cuts[0] : JointCut(cuts)
  }
}
