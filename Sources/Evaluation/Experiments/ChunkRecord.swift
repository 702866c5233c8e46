// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a cell gave for some instances, as it lies on the disk: all that is finished of them.
struct ChunkRecord: Codable {
  let lower: Int
  let upper: Int
  let configuration: Configuration
  let instances: [ChunkInstance]
  /// In the order in which they were computed.
  var metrics: [ChunkMetric]

  var range: Range<Int> { lower..<max(lower, upper) }
}

/// What the explanation of one instance was, and took.
struct ChunkInstance: Codable {
  let quantity: Double
  let start: Double?
  let end: Double?
  let gap: Double?
  let errorEstimate: Double?
  let evaluations: Double
  let seconds: Double
}

/// What a metric gave for a chunk.
struct ChunkMetric: Codable {
  let name: String
  let scores: [Double]
  let seconds: Double
  let position: String?
  let positions: [Double]?
  let heights: [[Double]]?

  init(_ name: String, _ result: MetricResult, seconds: Double) {
    self.name = name
    scores = result.scores
    self.seconds = seconds
    position = result.curves?.position
    positions = result.curves?.positions
    heights = result.curves?.heights
  }
}

extension ChunkRecord {
  /// - Parameter seconds: What the instances of the chunk took together.
  init(_ attributions: Attributions, range: Range<Int>, seconds: Double) throws {
    let values = try attributions.quantity.instance.numbers()
    let start = try attributions.quantity.start?.numbers()
    let end = try attributions.quantity.end?.numbers()
    let gaps = try attributions.completenessGap?.numbers()
    let errors = try attributions.errorEstimate?.numbers()
    let (cost, efforts) = (attributions.cost, attributions.efforts)
    // Methods without gradients count rows.
    let evaluations =
      cost.samples > 0 ? Double(cost.samples) : Double(cost.forwardRows) / Double(range.count)
    self.init(
      lower: range.lowerBound, upper: range.upperBound, configuration: attributions.configuration,
      instances: range.indices.map { row in
        let row = row - range.lowerBound
        return ChunkInstance(
          quantity: values[row], start: start?[row], end: end?[row], gap: gaps?[row],
          errorEstimate: errors?[row],
          evaluations: efforts.isEmpty ? evaluations : Double(efforts[row].evaluations),
          seconds: seconds / Double(range.count))
      }, metrics: [])
  }
}

/// JSON as results have it: sorted, readable, and bit by bit what it was.
enum ResultJSON {
  static func text(of value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoded(value, by: encoder) + "\n"
  }

  /// Without spaces, for what nobody reads.
  static func denseText(of value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoded(value, by: encoder)
  }

  /// - Returns: `nil` where there is no such file.
  /// - Throws: ``ExperimentError/damaged(file:reason:)``.
  static func value<Value: Decodable>(_ type: Value.Type, in file: String) throws -> Value? {
    guard let bytes = try DurableFile.contents(of: file) else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return try decoder.decode(type, from: Data(bytes))
    } catch {
      throw ExperimentError.damaged(file: file, reason: "no \(type) in JSON")
    }
  }

  private static func encoded(_ value: some Encodable, by encoder: JSONEncoder) throws -> String {
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
