// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// A network of an experiment, by name.
public struct ExperimentModel: Sendable {
  public let name: String
  /// The digest of its file, where it has one: another file of this name is another model.
  public let hash: String?
  /// What it is, in words that no other model has.
  let configuration: String
  let load: @Sendable () throws -> any Model

  /// - Parameters:
  ///   - variant: Tells apart what is made of one file in different ways, as in double precision.
  ///   - load: Reads the model, once in a run, and only if there is work to do with it.
  public init(
    _ name: String, hash: String? = nil, variant: String = "",
    load: @escaping @Sendable () throws -> any Model
  ) {
    self.name = name
    self.hash = hash
    configuration = [hash ?? name, variant].filter { !$0.isEmpty }.joined(separator: ", ")
    self.load = load
  }

  public init(_ name: String, _ model: any Model, hash: String? = nil) {
    self.init(name, hash: hash) { model }
  }
}

/// Instances to explain, by name.
public struct ExperimentData: Sendable {
  public let name: String
  /// The digest of what it is, where that is known: other data of this name is told apart by it.
  public let hash: String?
  /// How many instances there are.
  public let count: Int
  /// For which models it is; `nil` is for all.
  public let models: [String]?
  let read: @Sendable (Range<Int>, any Model) throws -> ExperimentBatch

  /// - Parameter read: Gives some of the instances, as the model wants them.
  public init(
    _ name: String, hash: String? = nil, count: Int, models: [String]? = nil,
    read: @escaping @Sendable (Range<Int>, any Model) throws -> ExperimentBatch
  ) {
    self.name = name
    self.hash = hash
    self.count = count
    self.models = models
    self.read = read
  }

  /// Instances in memory.
  ///
  /// - Parameters:
  ///   - input: Of a model with one input, `[instances, …]`.
  ///   - labels: A class for each, where quantities ask for it.
  ///   - truth: What should be found, `[instances, …]`, where that is known.
  public init(
    _ name: String, _ input: Tensor, labels: [Int]? = nil, truth: Truth = Truth(),
    models: [String]? = nil
  ) throws {
    var hash = SHA256()
    for tensor in [input, truth.mask].compactMap({ $0 }) + (truth.attributions?.tensors ?? []) {
      hash.update(try tensor.npyBytes())
    }
    hash.update("\(labels ?? [])".utf8)
    self.init(name, hash: hash.finished(), count: input.shape.first ?? 0, models: models) {
      rows, _ in
      ExperimentBatch(
        inputs: Inputs(try input.rows(rows)), labels: labels.map { Array($0[rows]) },
        truth: try truth.rows(rows))
    }
  }
}

/// Some of an experiment's instances, with what is known of them.
public struct ExperimentBatch: Sendable {
  public let inputs: Inputs
  public let labels: [Int]?
  public let truth: Truth

  public init(inputs: Inputs, labels: [Int]? = nil, truth: Truth = Truth()) {
    self.inputs = inputs
    self.labels = labels
    self.truth = truth
  }
}

/// From where attributions are wanted to where the quantity reads, by name.
public struct ExperimentSlice: Sendable {
  public let name: String
  public let slice: NetworkSlice

  public init(_ name: String? = nil, _ slice: NetworkSlice = NetworkSlice(to: LogitCut())) {
    self.name = name ?? "\(slice.start.name) → \(slice.end.name)"
    self.slice = slice
  }

  var configuration: String { "\(slice.start.name) → \(slice.end.name)" }
}

/// Which number is explained, by name.
public struct ExperimentQuantity: Sendable {
  public let name: String
  /// What it is, in words that no other quantity has.
  public let configuration: String
  private let make: @Sendable (ExperimentBatch, Range<Int>) throws -> (any QuantityOfInterest)?

  /// - Parameter quantity: What it holds of each instance, as a region, is that of the whole data set.
  public init(
    _ name: String? = nil, _ quantity: any QuantityOfInterest = ClassScore(.predicted)
  ) {
    self.name = name ?? quantity.name
    configuration = quantity.name
    make = { _, range in try quantity.choosing(instances: Array(range)) }
  }

  /// A quantity that asks for the instances' labels.
  ///
  /// - Parameter quantity: Makes it of the labels of some instances, those that are explained then.
  public init(
    _ name: String, configuration: String? = nil,
    labels quantity: @escaping @Sendable ([Int]) throws -> any QuantityOfInterest
  ) {
    self.name = name
    self.configuration = configuration ?? "of labels: \(name)"
    make = { batch, _ in try batch.labels.map(quantity) }
  }

  /// The quantity of some instances of the data, those of the range.
  func quantity(
    of batch: ExperimentBatch, _ range: Range<Int>, data: String
  ) throws -> any QuantityOfInterest {
    guard let quantity = try make(batch, range) else {
      throw ExperimentError.noLabels(quantity: name, data: data)
    }
    return quantity
  }
}

extension Truth {
  /// What is known of some of the instances; what has one row stands for all.
  fileprivate func rows(_ rows: Range<Int>) throws -> Truth {
    func part(_ tensor: Tensor) throws -> Tensor {
      tensor.shape.first ?? 1 == 1 ? tensor : try tensor.rows(rows)
    }
    return Truth(mask: try mask.map(part), attributions: try attributions?.map(part))
  }
}

extension Tensor {
  fileprivate func rows(_ range: Range<Int>) throws -> Tensor {
    try sliced(axis: 0, from: range.lowerBound, to: range.upperBound)
  }
}
