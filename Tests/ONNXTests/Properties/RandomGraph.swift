// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

@testable import ONNX

/// An ONNX model made of random operators over random shapes, node after node: with the same seed, a
/// smaller one is the beginning of a larger one.
struct RandomGraph {
  /// A value, with the shape that it has in a run of one unit.
  struct Value {
    let name: String
    let shape: [Int]
    var isFloating = true

    var count: Int { shape.reduce(1, *) }
  }

  /// What a file says about its first axis.
  enum Rows: Equatable {
    case open
    case fixed(Int)

    var unit: Int { if case .fixed(let count) = self { count } else { 1 } }
  }

  struct Input {
    let value: Value
    let hasRows: Bool
    /// Whole numbers below this; nil for real ones.
    var classes: Int?
  }

  let seed: UInt64
  let rows: Rows
  private(set) var inputs: [Input] = []
  private(set) var values: [Value] = []
  private(set) var outputs: [String] = []
  /// What each node does, in words.
  private(set) var lines: [String] = []
  private var nodes: [[UInt8]] = []
  private var initializers: [[UInt8]] = []
  private var constantCount = 0
  /// The table that whole numbers are looked up in, once there is one.
  var table: String?
  var random: SeededGenerator

  init(seed: UInt64, rows: Rows, nodes count: Int) {
    self.seed = seed
    self.rows = rows
    random = SeededGenerator(seed: seed)
    addInputs()
    while nodes.count < count { addNode() }
    // Whatever nobody reads is an output, the last value first.
    outputs = values.reversed().filter { value in
      value.isFloating && !inputs.contains { $0.value.name == value.name }
    }.prefix(2).map(\.name)
  }

  var bytes: [UInt8] {
    ModelBytes.model(
      nodes: nodes, initializers: initializers,
      inputs: inputs.map { input in
        var axes: [ModelBytes.Axis] = input.value.shape.map { .fixed($0) }
        if input.hasRows, rows == .open { axes[0] = .named("batch") }
        return ModelBytes.input(
          input.value.name, axes, type: input.classes == nil ? 1 : 7)
      }, outputs: outputs, version: 17)
  }

  /// Real numbers around zero, or whole ones below the number of classes.
  mutating func tensor(for input: Input, rows: Int) throws -> Tensor {
    var shape = input.value.shape
    if input.hasRows { shape[0] = rows }
    let count = shape.reduce(1, *)
    if let classes = input.classes {
      return try Tensor((0..<count).map { _ in Int.random(in: 0..<classes, using: &random) })
        .reshaped(to: shape)
    }
    return try Tensor(random.numbers(count).map { $0 * 1.5 }, shape: shape)
  }

  var description: String {
    let heads = inputs.map { input in
      "\(input.value.name)\(input.value.shape)\(input.hasRows ? "" : " shared")"
        + (input.classes.map { " < \($0)" } ?? "")
    }
    return "seed \(seed), \(rows)\n  inputs " + heads.joined(separator: ", ") + "\n  "
      + lines.joined(separator: "\n  ") + "\n  outputs " + outputs.joined(separator: ", ")
  }

  // MARK: Inputs

  private mutating func addInputs() {
    let rank = pick(1...3)
    let x = Value(name: "x", shape: [rows.unit] + lengths(rank))
    inputs.append(Input(value: x, hasRows: true))
    if chance(0.3) {
      let shape = chance(0.5) ? x.shape : [rows.unit] + lengths(pick(1...2))
      inputs.append(Input(value: Value(name: "x2", shape: shape), hasRows: true))
    }
    if chance(0.3) {
      let ids = Value(name: "ids", shape: [rows.unit] + lengths(1), isFloating: false)
      inputs.append(Input(value: ids, hasRows: true, classes: 5))
    }
    if chance(0.2), x.shape.last != rows.unit, let last = x.shape.last {
      inputs.append(Input(value: Value(name: "scale", shape: [last]), hasRows: false))
    }
    values = inputs.map(\.value)
  }

  // MARK: Chance

  mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
  mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &random)]
  }
  mutating func lengths(_ count: Int) -> [Int] { (0..<count).map { _ in pick(1...4) } }
  mutating func order(_ count: Int) -> [Int] { Array(0..<count).shuffled(using: &random) }

  /// A shape of so many elements.
  mutating func factors(_ count: Int) -> [Int] {
    var rest = count
    var shape: [Int] = []
    while shape.count < 4 {
      let divisors = (1...rest).filter { rest % $0 == 0 }
      let length = pick(divisors)
      shape.append(length)
      rest /= length
      if rest == 1 && chance(0.6) { break }
    }
    if rest > 1 { shape.append(rest) }
    return shape
  }

  // MARK: Building

  mutating func weight(_ shape: [Int], positive: Bool = false) -> String {
    let numbers = random.numbers(shape.reduce(1, *)).map { Float(positive ? abs($0) + 0.3 : $0) }
    constantCount += 1
    let name = "w\(constantCount)"
    initializers.append(ModelBytes.tensor(name, shape.map { Int64($0) }, floats: numbers))
    return name
  }

  mutating func integers(_ numbers: [Int], shape: [Int]? = nil) -> String {
    constantCount += 1
    let name = "k\(constantCount)\(numbers)"
    let data = numbers.map { Int64($0) }.withUnsafeBytes { Array($0) }
    initializers.append(
      ModelBytes.tensor(
        name, (shape ?? [numbers.count]).map { Int64($0) }, type: 7,
        rest: ModelBytes.field(9, data)))
    return name
  }

  /// Adds a node with one output for each shape, and gives their names.
  @discardableResult
  mutating func node(
    _ operation: String, _ inputs: [String], _ attributes: [ModelBytes.Named] = [],
    shapes: [[Int]], isFloating: Bool = true
  ) -> [Value] {
    let outputs = shapes.indices.map {
      Value(
        name: "v\(nodes.count)" + ($0 == 0 ? "" : "_\($0)"), shape: shapes[$0],
        isFloating: isFloating)
    }
    nodes.append(
      ModelBytes.node(
        operation, inputs, outputs.map(\.name), attributes: attributes.map(\.bytes)))
    let settings = attributes.map(\.text).joined(separator: " ")
    lines.append(
      "\(outputs.map { "\($0.name)\($0.shape)" }.joined(separator: ", ")) = \(operation)("
        + inputs.joined(separator: ", ") + ")" + (settings.isEmpty ? "" : " " + settings))
    values += outputs
    return outputs
  }

  /// A value with floating-point numbers, the youngest ones more often.
  mutating func floating(_ rank: ClosedRange<Int> = 0...5) -> Value? {
    let known = values.filter { $0.isFloating && rank.contains($0.shape.count) }
    guard !known.isEmpty else { return nil }
    return chance(0.6) ? known[known.count - 1 - pick(0...min(3, known.count - 1))] : pick(known)
  }

  private mutating func addNode() {
    let before = nodes.count
    while nodes.count == before {
      switch pick(0...9) {
      case 0, 1: addElementwise()
      case 2, 3: addLayer()
      case 4, 5: addShapeChange()
      case 6, 7: addPart()
      case 8: addAlongAxis()
      default: addShapeArithmetic()
      }
    }
  }
}

extension ModelBytes {
  enum Axis {
    case fixed(Int)
    case named(String)
  }

  static func input(_ name: String, _ axes: [Axis], type: Int64) -> [UInt8] {
    let shape = axes.flatMap { axis -> [UInt8] in
      switch axis {
      case .fixed(let length): field(1, field(1, integer: Int64(length)))
      case .named(let name): field(1, field(2, name))
      }
    }
    return field(1, name) + field(2, field(1, field(1, integer: type) + field(2, shape)))
  }

  /// An attribute, and how it reads.
  enum Named {
    case int(String, Int)
    case ints(String, [Int])
    case float(String, Float)
    case text(String, String)

    var bytes: [UInt8] {
      switch self {
      case .int(let name, let value):
        field(1, name) + field(3, integer: Int64(value)) + field(20, integer: 2)
      case .ints(let name, let values): attribute(name, ints: values.map { Int64($0) })
      case .float(let name, let value):
        field(1, name) + [0x15]
          + (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
          + field(20, integer: 1)
      case .text(let name, let value): field(1, name) + field(4, value) + field(20, integer: 3)
      }
    }

    var text: String {
      switch self {
      case .int(let name, let value): "\(name)=\(value)"
      case .ints(let name, let values): "\(name)=\(values)"
      case .float(let name, let value): "\(name)=\(value)"
      case .text(let name, let value): "\(name)=\(value)"
      }
    }
  }
}
