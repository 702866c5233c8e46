// SPDX-License-Identifier: Apache-2.0

/// ONNX messages written by hand, well-formed or not.
enum ModelBytes {
  static func varint(_ number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = number
    while rest >= 128 {
      bytes.append(UInt8(rest & 127 | 128))
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func field(_ number: UInt64, _ data: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(data.count)) + data
  }

  static func field(_ number: UInt64, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  static func field(_ number: UInt64, integer: Int64) -> [UInt8] {
    varint(number << 3) + varint(UInt64(bitPattern: integer))
  }

  static func node(
    _ operation: String, _ inputs: [String], _ outputs: [String], name: String = "",
    attributes: [[UInt8]] = []
  ) -> [UInt8] {
    inputs.flatMap { field(1, $0) } + outputs.flatMap { field(2, $0) }
      + (name.isEmpty ? [] : field(3, name)) + field(4, operation)
      + attributes.flatMap { field(5, $0) }
  }

  static func attribute(_ name: String, ints: [Int64]) -> [UInt8] {
    field(1, name) + ints.flatMap { field(8, integer: $0) } + field(20, integer: 7)
  }

  /// A float32 tensor in `float_data`, unless other fields are given.
  static func tensor(
    _ name: String, _ shape: [Int64], type: Int64 = 1, floats: [Float]? = nil, rest: [UInt8] = []
  ) -> [UInt8] {
    let data = (floats ?? []).flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> UInt32(8 * $0)) }
    }
    return shape.flatMap { field(1, integer: $0) } + field(2, integer: type) + field(8, name)
      + (floats == nil ? [] : field(4, data)) + rest
  }

  /// A float32 value; nil stands for an axis of any length.
  static func value(_ name: String, _ shape: [Int64?]? = nil) -> [UInt8] {
    let axes = shape.map { shape in
      field(2, shape.flatMap { field(1, $0.map { field(1, integer: $0) } ?? []) })
    }
    return field(1, name) + field(2, field(1, field(1, integer: 1) + (axes ?? [])))
  }

  static func model(
    nodes: [[UInt8]], initializers: [[UInt8]] = [], inputs: [[UInt8]]? = nil,
    outputs: [String] = ["y"], version: Int64 = 13, rest: [UInt8] = []
  ) -> [UInt8] {
    let graph =
      nodes.flatMap { field(1, $0) } + field(2, "graph")
      + initializers.flatMap { field(5, $0) }
      + (inputs ?? [value("x", [nil, 4])]).flatMap { field(11, $0) }
      + outputs.flatMap { field(12, value($0)) } + rest
    return field(1, integer: 8) + field(8, field(2, integer: version)) + field(7, graph)
  }

  /// x · w + b and a ReLU: three values, two nodes.
  static let small = model(
    nodes: [
      node("Gemm", ["x", "w", "b"], ["h"], name: "linear"),
      node("Relu", ["h"], ["y"], name: "relu"),
    ],
    initializers: [
      tensor("w", [4, 2], floats: [1, 2, 3, 4, -1, -2, -3, -4]),
      tensor("b", [2], floats: [0.5, 1]),
    ])
}

extension ModelBytes {
  /// An attribute that holds a body of control flow.
  static func body(
    _ name: String, nodes: [[UInt8]], inputs: [[UInt8]] = [], outputs: [[UInt8]],
    initializers: [[UInt8]] = []
  ) -> [UInt8] {
    let graph =
      nodes.flatMap { field(1, $0) } + field(2, "body") + initializers.flatMap { field(5, $0) }
      + inputs.flatMap { field(11, $0) } + outputs.flatMap { field(12, $0) }
    return field(1, name) + field(6, graph) + field(20, integer: 5)
  }

  /// A tensor of whole numbers.
  static func integers(_ name: String, _ values: [Int64], shape: [Int64]? = nil) -> [UInt8] {
    tensor(
      name, shape ?? [Int64(values.count)], type: 7,
      rest: field(9, values.withUnsafeBytes { Array($0) }))
  }

  /// A single truth value.
  static func truth(_ name: String, _ value: Bool) -> [UInt8] {
    tensor(name, [], type: 9, rest: field(9, [value ? 1 : 0]))
  }
}
