// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

@testable import ONNX

/// A model with inputs and what it should give: see `make_fixtures.py`.
struct Case: WireMessage, CustomStringConvertible {
  var name = ""
  var model: [UInt8] = []
  var inputs: [TensorMessage] = []
  var outputs: [TensorMessage] = []
  var relative = 0.0
  var absolute = 0.0
  /// What the network does with its logits; of families alone.
  var head = ""

  init(_ reader: inout WireReader) throws(ONNXError) {
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.text("name")
      case 2: model = Array(try field.bytes("model"))
      case 3: try field.append("input", to: &inputs, inside: reader)
      case 4: try field.append("output", to: &outputs, inside: reader)
      case 5: if case .fixed64(let bits) = field.value { relative = Double(bitPattern: bits) }
      case 6: if case .fixed64(let bits) = field.value { absolute = Double(bitPattern: bits) }
      case 7: head = try field.text("head")
      default: break
      }
    }
  }

  var description: String { name }

  /// All cases of a fixture.
  static func all(_ file: String) throws -> [Case] {
    struct Cases: WireMessage {
      var cases: [Case] = []
      init(_ reader: inout WireReader) throws(ONNXError) {
        while let field = try reader.next() {
          if field.number == 1 { try field.append("case", to: &cases, inside: reader) }
        }
      }
    }
    var reader = WireReader(try File.contents(path: fixture(file)))
    return try Cases(&reader).cases
  }

  static func named(_ name: String, in file: String) throws -> Case {
    guard let found = try all(file).first(where: { $0.name == name }) else {
      throw ONNXError.unknownName(name, alternatives: [])
    }
    return found
  }

  static func fixture(_ file: String) -> String {
    let here = #filePath
    return here[..<(here.lastIndex(of: "/") ?? here.endIndex)] + "/Fixtures/" + file
  }

  /// A tensor of the case, in its own type or a floating-point one.
  static func tensor(_ message: TensorMessage, _ floating: ElementType? = nil) throws -> Tensor {
    try ElementTypes(floating: floating, device: .cpu).tensor(
      try StoredTensor(message, folder: nil))
  }

  func output(_ name: String, _ floating: ElementType? = nil) throws -> Tensor {
    guard let message = outputs.first(where: { $0.name == name }) else {
      throw ONNXError.unknownName(name, alternatives: outputs.map(\.name))
    }
    return try Self.tensor(message, floating)
  }

  /// Runs the model's nodes on the inputs, with no thought of rows.
  func run(
    _ model: ONNXModel, _ inputs: [Tensor]
  ) throws -> [(name: String, computed: Tensor)] {
    let network = model.network
    let computed = outputs.map(\.name).filter { name in
      network.graph.valueIndices[name].map { network.constants[$0] == nil } ?? false
    }
    // Models that keep a constant among their inputs do not want it given.
    let open = Set(network.graph.inputs)
    let given = zip(self.inputs, inputs).filter {
      network.graph.valueIndices[$0.0.name].map { open.contains($0) } ?? false
    }
    let plan = try network.plan(computed.map { Place($0) }, given: given.map { Place($0.0.name) })
    let results = try network.run(plan, given: given.map(\.1))
    return outputs.compactMap { output in
      if let place = computed.firstIndex(of: output.name) { return (output.name, results[place]) }
      guard let value = network.graph.valueIndices[output.name] else { return nil }
      return network.constants[value].map { (output.name, $0) }
    }
  }
}

/// Where two tensors differ by more than tolerance allows, in words; nil where they do not.
func difference(
  _ a: Tensor, _ b: Tensor, relative: Double, absolute: Double
) throws -> String? {
  guard a.shape == b.shape else { return "shape \(a.shape), not \(b.shape)" }
  let (left, right) = (try a.numbers(), try b.numbers())
  for (place, (x, y)) in zip(left, right).enumerated() {
    if x == y || (x.isNaN && y.isNaN) { continue }
    if !(abs(x - y) <= absolute + relative * abs(y)) {
      return "\(x), not \(y), at \(place) of shape \(a.shape)"
    }
  }
  return nil
}

/// A generator of random numbers that gives the same ones for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func numbers(_ count: Int) -> [Double] {
    (0..<count).map { _ in Double.random(in: -1...1, using: &self) }
  }
}
