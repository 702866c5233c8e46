// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// An experiment as it stands in a file; `Docs/experiment.schema.json` tells the same in another
/// language, and a test keeps both in step.
///
/// Texts are those of `attribute explain`; files are found from the folder of the experiment's file.
public struct ExperimentFile: Codable, Sendable, Equatable {
  /// For editors.
  public var schema: String?
  public var name: String
  public var summary: String?
  public var seed: UInt64?
  public var models: [Model]
  public var data: [DataSet]
  public var slices: [Slice]?
  public var quantities: [Quantity]?
  public var methods: [Method]
  /// Random attributions, and edges where there are pictures; true where it is not given.
  public var controls: Bool?
  public var metrics: [String]
  public var rows: Int?
  public var threads: Int?

  public enum CodingKeys: String, CodingKey, CaseIterable {
    case schema = "$schema"
    case name, summary, seed, models, data, slices, quantities, methods, controls, metrics, rows
    case threads
  }

  public init(from decoder: any Decoder) throws {
    let container = try StrictJSON.container(of: CodingKeys.self, from: decoder)
    schema = try container.decodeIfPresent(String.self, forKey: .schema)
    name = try container.decode(String.self, forKey: .name)
    summary = try container.decodeIfPresent(String.self, forKey: .summary)
    seed = try container.decodeIfPresent(UInt64.self, forKey: .seed)
    models = try container.decode([Model].self, forKey: .models)
    data = try container.decode([DataSet].self, forKey: .data)
    slices = try container.decodeIfPresent([Slice].self, forKey: .slices)
    quantities = try container.decodeIfPresent([Quantity].self, forKey: .quantities)
    methods = try container.decode([Method].self, forKey: .methods)
    controls = try container.decodeIfPresent(Bool.self, forKey: .controls)
    metrics = try container.decode([String].self, forKey: .metrics)
    rows = try container.decodeIfPresent(Int.self, forKey: .rows)
    threads = try container.decodeIfPresent(Int.self, forKey: .threads)
  }

  init(name: String, models: [Model], data: [DataSet], methods: [Method], metrics: [String]) {
    self.name = name
    self.models = models
    self.data = data
    self.methods = methods
    self.metrics = metrics
  }
}

extension ExperimentFile {
  /// A network.
  public struct Model: Codable, Sendable, Equatable {
    public var name: String
    public var file: String
    /// Whether it is computed in double precision.
    public var float64: Bool?

    public enum CodingKeys: String, CodingKey, CaseIterable { case name, file, float64 }

    init(name: String, file: String) {
      self.name = name
      self.file = file
    }

    public init(from decoder: any Decoder) throws {
      let container = try StrictJSON.container(of: CodingKeys.self, from: decoder)
      name = try container.decode(String.self, forKey: .name)
      file = try container.decode(String.self, forKey: .file)
      float64 = try container.decodeIfPresent(Bool.self, forKey: .float64)
    }
  }

  /// Instances, and what is known of them.
  public struct DataSet: Codable, Sendable, Equatable {
    public var name: String
    /// `.npy` files with the axis of instances, or pictures; NAME=FILE where there are several inputs.
    public var inputs: OneOrMore<String>
    /// A class for each instance: numbers, or a `.npy` file of them.
    public var labels: Labels?
    /// A `.npy` file: 1 where a feature matters.
    public var mask: String?
    /// A `.npy` file: the attributions as they should be.
    public var truth: String?
    public var models: OneOrMore<String>?
    public var imageMean: OneOrMore<Double>?
    public var imageDeviation: OneOrMore<Double>?

    public enum CodingKeys: String, CodingKey, CaseIterable {
      case name, inputs, labels, mask, truth, models, imageMean, imageDeviation
    }

    init(name: String, inputs: [String]) {
      self.name = name
      self.inputs = OneOrMore(inputs)
    }

    public init(from decoder: any Decoder) throws {
      let container = try StrictJSON.container(of: CodingKeys.self, from: decoder)
      name = try container.decode(String.self, forKey: .name)
      inputs = try container.decode(OneOrMore<String>.self, forKey: .inputs)
      labels = try container.decodeIfPresent(Labels.self, forKey: .labels)
      mask = try container.decodeIfPresent(String.self, forKey: .mask)
      truth = try container.decodeIfPresent(String.self, forKey: .truth)
      models = try container.decodeIfPresent(OneOrMore<String>.self, forKey: .models)
      imageMean = try container.decodeIfPresent(OneOrMore<Double>.self, forKey: .imageMean)
      imageDeviation = try container.decodeIfPresent(
        OneOrMore<Double>.self, forKey: .imageDeviation)
    }
  }

  public enum Labels: Codable, Sendable, Equatable {
    case numbers([Int])
    case file(String)

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let file = try? container.decode(String.self) {
        self = .file(file)
      } else {
        self = .numbers(try container.decode([Int].self))
      }
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .numbers(let numbers): try container.encode(numbers)
      case .file(let file): try container.encode(file)
      }
    }
  }

  /// From where attributions are wanted to where the quantity is read.
  public struct Slice: Codable, Sendable, Equatable {
    public var name: String?
    public var from: String?
    public var to: String?

    public enum CodingKeys: String, CodingKey, CaseIterable { case name, from, to }

    public init(from decoder: any Decoder) throws {
      let container = try StrictJSON.container(of: CodingKeys.self, from: decoder)
      name = try container.decodeIfPresent(String.self, forKey: .name)
      from = try container.decodeIfPresent(String.self, forKey: .from)
      to = try container.decodeIfPresent(String.self, forKey: .to)
    }
  }

  public struct Quantity: Codable, Sendable, Equatable {
    public var name: String?
    public var quantity: String

    public enum CodingKeys: String, CodingKey, CaseIterable { case name, quantity }

    public init(from decoder: any Decoder) throws {
      let container = try StrictJSON.container(of: CodingKeys.self, from: decoder)
      name = try container.decodeIfPresent(String.self, forKey: .name)
      quantity = try container.decode(String.self, forKey: .quantity)
    }
  }

  /// A way to explain; several where a list stands in place of a value, every combination of them.
  public struct Method: Codable, Sendable, Equatable {
    public var name: String?
    public var distribution: OneOrMore<String>?
    /// In place of a distribution: a method that is none of the engine's.
    public var comparator: String?
    public var baseline: OneOrMore<String>?
    public var rule: OneOrMore<String>?
    public var steps: OneOrMore<Int>?
    public var tolerance: Double?
    public var at: String?
    public var range: String?
    public var influence: Bool?
    /// What a comparator takes away as one.
    public var features: String?

    public enum CodingKeys: String, CodingKey, CaseIterable {
      case name, distribution, comparator, baseline, rule, steps, tolerance, at, range, influence
      case features
    }

    init(name: String) { self.name = name }

    public init(from decoder: any Decoder) throws {
      let container = try StrictJSON.container(of: CodingKeys.self, from: decoder)
      name = try container.decodeIfPresent(String.self, forKey: .name)
      distribution = try container.decodeIfPresent(OneOrMore<String>.self, forKey: .distribution)
      comparator = try container.decodeIfPresent(String.self, forKey: .comparator)
      baseline = try container.decodeIfPresent(OneOrMore<String>.self, forKey: .baseline)
      rule = try container.decodeIfPresent(OneOrMore<String>.self, forKey: .rule)
      steps = try container.decodeIfPresent(OneOrMore<Int>.self, forKey: .steps)
      tolerance = try container.decodeIfPresent(Double.self, forKey: .tolerance)
      at = try container.decodeIfPresent(String.self, forKey: .at)
      range = try container.decodeIfPresent(String.self, forKey: .range)
      influence = try container.decodeIfPresent(Bool.self, forKey: .influence)
      features = try container.decodeIfPresent(String.self, forKey: .features)
    }
  }
}
