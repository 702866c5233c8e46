// SPDX-License-Identifier: Apache-2.0

import Foundation
import ONNX

/// Names that occur in the models, to be put where others stand.
struct Names {
  var operators: [[UInt8]]
  var values: [[UInt8]] = []
  var attributes: [[UInt8]] = []

  init(of model: Message) {
    operators = ONNXModel.supportedOperators.map { Array($0.utf8) }
    var values: Set<[UInt8]> = []
    var attributes: Set<[UInt8]> = []
    var copy = model
    copy.visit { message in
      for field in message.fields {
        guard case .bytes(let bytes) = field.value else { continue }
        if message.kind == .node, field.number == 1 || field.number == 2 { values.insert(bytes) }
        if message.kind == .attribute, field.number == 1 { attributes.insert(bytes) }
      }
    }
    self.values = values.sorted { $0.lexicographicallyPrecedes($1) }
    self.attributes = attributes.sorted { $0.lexicographicallyPrecedes($1) }
  }
}

/// A model to start from.
struct Seed {
  let name: String
  let model: Message
  let names: Names
  /// What lies in the file `weights.bin` beside the model, where its weights do.
  var weights: [UInt8]?

  init?(_ name: String, _ bytes: [UInt8], weights: [UInt8]? = nil) {
    guard let model = Message(bytes[...], kind: .model) else { return nil }
    self.name = name
    self.model = model
    self.weights = weights
    names = Names(of: model)
  }

  /// The same model with its weights in a file of their own.
  var withExternalWeights: Seed? {
    var weights: [UInt8] = []
    var changed = model
    changed.visit { message in
      guard message.kind == .tensor, let data = message.bytes(9), data.count >= 64 else { return }
      message.fields.removeAll { $0.number == 9 }
      func entry(_ key: String, _ value: String) -> Message.Field {
        var entry = Message(kind: .entry)
        entry.fields = [
          .init(number: 1, value: .bytes(Array(key.utf8))),
          .init(number: 2, value: .bytes(Array(value.utf8))),
        ]
        return Message.Field(number: 13, value: .message(entry))
      }
      message.fields += [
        entry("location", "weights.bin"), entry("offset", "\(weights.count)"),
        entry("length", "\(data.count)"), .init(number: 14, value: .varint(1)),
      ]
      weights += data
    }
    return weights.isEmpty ? nil : Seed(name + ", external", changed.encoded(), weights: weights)
  }

  /// All models of files: `.onnx`, and `.cases` of the tests, which hold one in each case.
  static func all(in paths: [String]) throws -> [Seed] {
    var seeds: [Seed] = []
    for path in paths {
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      let name = URL(fileURLWithPath: path).lastPathComponent
      if path.hasSuffix(".cases") {
        for field in Message(bytes[...], kind: .entry)?.fields ?? [] {
          guard case .bytes(let content) = field.value,
            let test = Message(content[...], kind: .entry), let model = test.bytes(2)
          else { continue }
          let label = test.bytes(1).map { String(decoding: $0, as: UTF8.self) } ?? ""
          if let seed = Seed("\(name): \(label)", model) { seeds.append(seed) }
        }
      } else if let seed = Seed(name, bytes) {
        seeds.append(seed)
        if let external = seed.withExternalWeights { seeds.append(external) }
      }
    }
    return seeds
  }
}
