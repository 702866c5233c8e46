// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// How the columns of a table become a model's inputs, as it stands in a file beside the model;
/// `Docs/features.schema.json` tells the same in another language, and a test keeps both in step.
public struct FeatureFile: Codable, Sendable, Equatable {
  /// For editors.
  public var schema: String?
  /// In the order in which the model takes them.
  public var features: [Feature]
  /// The column that has what is to be predicted: shown, and never fed.
  public var target: String?
  /// What the model's classes are called, in order.
  public var classes: [String]?
  public var output: Output?

  public enum CodingKeys: String, CodingKey, CaseIterable {
    case schema = "$schema"
    case features, target, classes, output
  }

  public init(features: [Feature]) { self.features = features }

  public init(from decoder: any Decoder) throws {
    let container = try StrictJSON.container(of: CodingKeys.self, from: decoder)
    schema = try container.decodeIfPresent(String.self, forKey: .schema)
    features = try container.decode([Feature].self, forKey: .features)
    target = try container.decodeIfPresent(String.self, forKey: .target)
    classes = try container.decodeIfPresent([String].self, forKey: .classes)
    output = try container.decodeIfPresent(Output.self, forKey: .output)
  }

  /// Reads the text of a file.
  ///
  /// - Throws: ``TableError``, which names the place.
  public init(bytes: [UInt8], file: String = "the description") throws {
    do {
      self = try StrictJSON.value(FeatureFile.self, from: bytes)
    } catch let fault as StrictJSON.Fault {
      throw TableError(file, column: fault.place, fault.reason)
    }
    try check(file)
  }

  public init(path: String) throws {
    try self.init(bytes: CSVTable.bytes(of: path), file: CSVTable.name(of: path))
  }
}

extension FeatureFile {
  /// A column: a number, or a category.
  public struct Feature: Codable, Sendable, Equatable {
    public var name: String
    public var unit: String?
    /// The model's input that it goes to; may be left out where there is one.
    public var input: String?
    /// What is subtracted from numbers; 0 where it is left out.
    public var mean: Double?
    /// What numbers are then divided by; 1 where it is left out.
    public var scale: Double?
    /// In the order of their places or ids.
    public var categories: [String]?
    public var encoding: Encoding?
    /// The category that has no place of its own, as scikit-learn's `drop` leaves one out.
    public var dropped: String?
    /// Where paths start, in the feature's own unit; else the mean, or no category.
    public var baseline: Start?

    public enum CodingKeys: String, CodingKey, CaseIterable {
      case name, unit, input, mean, scale, categories, encoding, dropped, baseline
    }

    public init(name: String) { self.name = name }

    public init(from decoder: any Decoder) throws {
      let container = try StrictJSON.container(of: CodingKeys.self, from: decoder)
      name = try container.decode(String.self, forKey: .name)
      unit = try container.decodeIfPresent(String.self, forKey: .unit)
      input = try container.decodeIfPresent(String.self, forKey: .input)
      mean = try container.decodeIfPresent(Double.self, forKey: .mean)
      scale = try container.decodeIfPresent(Double.self, forKey: .scale)
      categories = try container.decodeIfPresent([String].self, forKey: .categories)
      encoding = try container.decodeIfPresent(Encoding.self, forKey: .encoding)
      dropped = try container.decodeIfPresent(String.self, forKey: .dropped)
      baseline = try container.decodeIfPresent(Start.self, forKey: .baseline)
    }
  }

  /// What a category becomes.
  public enum Encoding: String, Codable, Sendable, CaseIterable {
    /// 1 in its own place, 0 in the others'.
    case oneHot = "one-hot"
    /// Its number, which an embedding looks up.
    case ids

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      let text = try container.decode(String.self)
      guard let encoding = Encoding(rawValue: text) else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "'\(text)' is no encoding: one-hot and ids are")
      }
      self = encoding
    }
  }

  /// A number, or a category.
  public enum Start: Codable, Sendable, Equatable {
    case number(Double)
    case category(String)

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let category = try? container.decode(String.self) {
        self = .category(category)
      } else {
        self = .number(try container.decode(Double.self))
      }
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .category(let category): try container.encode(category)
      }
    }
  }

  /// The number that a model of one output predicts.
  public struct Output: Codable, Sendable, Equatable {
    public var name: String?
    public var unit: String?
    /// What the model's number was standardized by: prediction = mean + scale · output.
    public var mean: Double?
    public var scale: Double?

    public enum CodingKeys: String, CodingKey, CaseIterable { case name, unit, mean, scale }

    public init(
      name: String? = nil, unit: String? = nil, mean: Double? = nil, scale: Double? = nil
    ) {
      self.name = name
      self.unit = unit
      self.mean = mean
      self.scale = scale
    }

    public init(from decoder: any Decoder) throws {
      let container = try StrictJSON.container(of: CodingKeys.self, from: decoder)
      name = try container.decodeIfPresent(String.self, forKey: .name)
      unit = try container.decodeIfPresent(String.self, forKey: .unit)
      mean = try container.decodeIfPresent(Double.self, forKey: .mean)
      scale = try container.decodeIfPresent(Double.self, forKey: .scale)
    }
  }
}
