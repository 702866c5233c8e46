// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Operators of `ai.onnx.ml`, as scikit-learn's converter writes them, that have gradients.
  static let learning: [OperatorDefinition] = [
    learned("Scaler", prepare: scaler),
    learned("Normalizer", prepare: normalizer),
    learned("Imputer", prepare: imputer),
    learned("Binarizer") { node in
      let threshold = try node.float("threshold", 0)
      return { inputs in
        let x = try inputs[0]
        return [try (x .> threshold).converted(to: x.elementType)]
      }
    },
    learned("LinearRegressor", prepare: linearRegressor),
    learned("LinearClassifier", prepare: linearClassifier),
    learned("FeatureVectorizer", arity: 1...Int.max, rows: sideBySide) { node in
      let type = node.types.computed(.float32)
      return { inputs in
        let parts = try inputs.all().map { part in
          let part = try part.converted(to: type)
          return part.rank == 1 ? try part.reshaped(to: [1, -1]) : part
        }
        return [try .concatenated(parts, axis: 1)]
      }
    },
    learned("ArrayFeatureExtractor", arity: 2...2) { _ in
      { inputs in
        let x = try inputs[0]
        let places = try inputs[1].reshaped(to: [-1])
        // A list of features is a table of one row.
        let table = x.rank < 2 ? try x.reshaped(to: [1, -1]) : x
        return [try table.selecting(places, axis: table.rank - 1)]
      }
    },
    // A map from class to probability packs the columns of a table, which stands for it here.
    learned("ZipMap") { _ in { inputs in [try inputs[0]] } },
  ]

  private static func learned(
    _ name: String, arity: ClosedRange<Int> = 1...1, rows: RowRule = table,
    prepare: @escaping @Sendable (NodeReader) throws -> NodeFunction
  ) -> OperatorDefinition {
    OperatorDefinition(
      name, domain: "ai.onnx.ml", since: 1, arity: arity, rows: rows, prepare: prepare)
  }

  /// A table has an instance in each row; a list of features is one instance.
  private static let table = RowRule.custom { context in
    context.onlyFirstHasRows && context.isMerged && (context.input(0)?.shape.count ?? 0) >= 2
      ? .apart(context.function) : .oneByOne
  }

  /// Tables side by side.
  private static let sideBySide = RowRule.custom { context in
    context.isMerged && context.inputs.allSatisfy { $0?.hasRows == true && $0?.shape.count == 2 }
      ? .apart(context.function) : .oneByOne
  }

  // MARK: Features

  /// (x − offset) · scale, with a number for each feature, or one for all.
  private static func scaler(_ node: NodeReader) throws -> NodeFunction {
    let type = node.types.computed(.float32)
    let offset = try row(node, "offset", type)
    let scale = try row(node, "scale", type)
    return { inputs in
      var x = try inputs[0].converted(to: type)
      if let offset { x = try x - offset }
      if let scale { x = try x * scale }
      return [x]
    }
  }

  /// Each row divided by its norm; a row of zeros stays.
  private static func normalizer(_ node: NodeReader) throws -> NodeFunction {
    enum Norm: String {
      case max = "MAX"
      case absoluteSum = "L1"
      case euclidean = "L2"
    }
    let norm = try node.choice("norm", Norm.max)
    let type = node.types.computed(.float32)
    return { inputs in
      let x = try inputs[0].converted(to: type)
      let axis = x.rank - 1
      let size =
        switch norm {
        case .max: try x.max(axes: [axis], keepingAxes: true)
        case .absoluteSum: try x.absolute().sum(axes: [axis], keepingAxes: true)
        case .euclidean: try x.norm(2, axes: [axis], keepingAxes: true)
        }
      return [try x / size.filled(with: 1, where: try size .== 0)]
    }
  }

  /// Another number for each place that holds a certain one, or none.
  private static func imputer(_ node: NodeReader) throws -> NodeFunction {
    let type = node.types.computed(.float32)
    guard let substitute = try row(node, "imputed_value_floats", type) else {
      throw NodeFault("only 'imputed_value_floats' is supported; give the model numbers")
    }
    let replaced = try node.float("replaced_value_float", 0)
    return { inputs in
      let x = try inputs[0].converted(to: type)
      let isMissing = replaced.isNaN ? try x.isNaN() : try x .== replaced
      return [try substitute.chosen(where: isMissing, else: x)]
    }
  }

  // MARK: Linear models

  /// x Wᵀ + b.
  private static func linearRegressor(_ node: NodeReader) throws -> NodeFunction {
    let targets = try node.integer("targets", 1)
    let link = try node.choice("post_transform", Link.none)
    let linear = try scores(node, rows: targets)
    return { inputs in [try link.apply(to: try linear(try inputs[0]))] }
  }

  /// The class of the largest score, and the scores.
  private static func linearClassifier(_ node: NodeReader) throws -> NodeFunction {
    let labels = try node.integers("classlabels_ints")
    let classes = try labels?.count ?? node.texts("classlabels_strings")?.count ?? 0
    guard labels != nil || !node.hasOutput(0) else {
      throw NodeFault("its labels are texts, which are not supported; export whole numbers")
    }
    let link = try node.choice("post_transform", Link.none)
    let columns = try node.floats("intercepts")?.count ?? classes
    let linear = try scores(node, rows: columns)
    let table = try Tensor((labels ?? Array(0..<classes)).map(Int64.init))
    // One column tells two classes apart: it is the second one's.
    guard columns == 1, classes == 2 else {
      guard columns == classes else {
        throw NodeFault("there are \(columns) columns of scores for \(classes) classes")
      }
      return { inputs in
        let scores = try linear(try inputs[0])
        return [
          try table.selecting(try scores.indexOfMaximum(axis: 1)), try link.apply(to: scores),
        ]
      }
    }
    guard link != .softmax else { throw NodeFault("a softmax over one column means nothing") }
    return { inputs in
      let score = try linear(try inputs[0])
      let second = try link.apply(to: score)
      let place = try (score .> 0).converted(to: .int64).reshaped(to: [-1])
      return [
        try table.selecting(place), try .concatenated([try 1 - second, second], axis: 1),
      ]
    }
  }

  /// What turns a linear model's scores into what it gives.
  private enum Link: String {
    case none = "NONE"
    case softmax = "SOFTMAX"
    case logistic = "LOGISTIC"

    func apply(to scores: Tensor) throws -> Tensor {
      switch self {
      case .none: scores
      case .softmax: try scores.softmax(axis: 1)
      case .logistic: try scores.sigmoid()
      }
    }
  }

  /// x Wᵀ + b for a node's `coefficients` and `intercepts`.
  private static func scores(
    _ node: NodeReader, rows: Int
  ) throws -> @Sendable (Tensor) throws -> Tensor {
    let type = node.types.computed(.float32)
    guard rows > 0, let coefficients = try node.floats("coefficients"),
      coefficients.count % rows == 0, !coefficients.isEmpty
    else { throw NodeFault("the attribute 'coefficients' does not make \(rows) rows") }
    let weight = try Tensor(coefficients, shape: [rows, coefficients.count / rows])
      .converted(to: type).moved(to: node.types.device)
    let bias = try row(node, "intercepts", type)
    guard (bias?.count ?? rows) == rows else {
      throw NodeFault("there are \(bias?.count ?? 0) intercepts for \(rows) rows of coefficients")
    }
    return { x in try x.converted(to: type).linear(weight: weight, bias: bias) }
  }

  /// A list of numbers, as a tensor.
  private static func row(
    _ node: NodeReader, _ name: String, _ type: ElementType
  ) throws -> Tensor? {
    guard let numbers = try node.floats(name), !numbers.isEmpty else { return nil }
    return try Tensor(numbers).converted(to: type).moved(to: node.types.device)
  }
}
