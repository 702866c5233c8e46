// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Text
import Torch

extension ExplainPlan {
  /// What the distribution and the baseline are made of.
  func materials(
    _ loader: InputLoader, _ inputs: LoadedInputs, tokenizer: Tokenizer?
  ) -> Materials {
    let cut = distributionCut ?? slice.start
    let elementType: ElementType? = options.usesDoublePrecision ? .float64 : nil
    return Materials(
      seed: options.seed, range: range ?? imageRange(at: cut, inputs), cutName: cut.name,
      shape: { try Self.shape(at: cut, of: loader.model, inputs) },
      array: { try Self.array($0, loader) },
      input: { try Self.input($0, loader) },
      model: { try ONNXModel(path: $0, elementType: elementType) },
      words: WordMaterials(tokenizer: tokenizer) {
        try ((cut as? EmbeddingCut) ?? .embeddings).embedding(in: loader.model)
      })
  }

  /// What the samples of images may be, scaled as they are; `nil` where the instances are no images,
  /// or where the distribution lives elsewhere.
  private func imageRange(at cut: any Cut, _ inputs: LoadedInputs) -> ClosedRange<Double>? {
    guard cut is InputCut, inputs.texts == nil, inputs.files.allSatisfy(\.isImageName) else {
      return nil
    }
    return options.imageScaling.range
  }

  /// The shape of one instance, its axis of rows kept; of the first of several tensors.
  private static func shape(
    at cut: any Cut, of model: any Model, _ inputs: LoadedInputs
  ) throws -> [Int] {
    let places = try cut.places(in: model)
    let values = try withoutRecording {
      try cut.read(model.evaluate(places, given: inputs.given(for: model, rows: 0..<1)))
    }
    return values.first?.shape ?? []
  }

  /// A plain array; an image is an input.
  private static func array(_ file: String, _ loader: InputLoader) throws -> Tensor {
    guard !file.isImageName else { return try input(file, loader) }
    let tensor = try Tensor(contentsOfNPY: file)
    try InputLoader.checkFinite(tensor, file: file)
    return tensor
  }

  static func input(_ file: String, _ loader: InputLoader) throws -> Tensor {
    guard loader.model.inputs.count == 1 else {
      throw ToolError.data(
        "\(file) cannot be taken for an input: the model has several, \(loader.model.inputs.names)")
    }
    return try loader.tensor(of: file, for: loader.model.inputs[0])
  }
}

extension String {
  /// Whether a file's name says that it is an image.
  var isImageName: Bool { ["png", "jpg", "jpeg"].contains(fileExtension) }
}
