// SPDX-License-Identifier: Apache-2.0

import Torch

/// A node as its operator reads it at load: attributes by type, and the inputs that are constant.
struct NodeReader: Sendable {
  let node: Graph.Node
  /// Tensors of the inputs that do not depend on what the model is fed.
  let constants: [Tensor?]
  let types: ElementTypes
  /// Where external data of attributes may lie.
  let folder: ModelFolder?
  /// The bodies of control flow, by attribute.
  var bodies: [String: PreparedBody] = [:]

  var version: Int { node.version }

  /// Whether an input is given at all.
  func hasInput(_ place: Int) -> Bool { place < node.inputs.count && node.inputs[place] != nil }

  /// Whether anybody names an output.
  func hasOutput(_ place: Int) -> Bool { place < node.outputs.count && node.outputs[place] != nil }

  var outputCount: Int { node.outputs.count }

  // MARK: Constant inputs

  func constant(_ place: Int) -> Tensor? { place < constants.count ? constants[place] : nil }

  /// Whole numbers of a constant input; nil where it is absent or not constant.
  func constantIntegers(_ place: Int) throws -> [Int]? { try constant(place)?.integers() }

  /// A single number of a constant input; nil where it is absent or not constant.
  func constantNumber(_ place: Int) throws -> Double? {
    guard let constant = constant(place) else { return nil }
    guard constant.count == 1 else {
      throw NodeFault("input \(place) should be one number and has shape \(constant.shape)")
    }
    return try constant.number()
  }

  // MARK: Attributes

  func float(_ name: String) throws -> Double? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .float(let value) = attribute else { throw wrongType(name, "a number") }
    // The shortest decimal that means this float is what the exporter had in mind: 0.1, 1e-05.
    return Double(value.description) ?? Double(value)
  }

  func float(_ name: String, _ standard: Double) throws -> Double { try float(name) ?? standard }

  func floats(_ name: String) throws -> [Double]? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .floats(let values) = attribute else { throw wrongType(name, "numbers") }
    return values.map { Double($0.description) ?? Double($0) }
  }

  func integer(_ name: String) throws -> Int? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .int(let value) = attribute, let integer = Int(exactly: value) else {
      throw wrongType(name, "a whole number")
    }
    return integer
  }

  func integer(_ name: String, _ standard: Int) throws -> Int { try integer(name) ?? standard }

  func flag(_ name: String, _ standard: Bool = false) throws -> Bool {
    try integer(name).map { $0 != 0 } ?? standard
  }

  func integers(_ name: String) throws -> [Int]? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .ints(let values) = attribute else { throw wrongType(name, "whole numbers") }
    return values.map { Int($0) }
  }

  func text(_ name: String, _ standard: String) throws -> String {
    guard let attribute = node.attributes[name] else { return standard }
    guard case .text(let value) = attribute else { throw wrongType(name, "text") }
    return value
  }

  func texts(_ name: String) throws -> [String]? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .texts(let values) = attribute else { throw wrongType(name, "texts") }
    return values
  }

  func tensor(_ name: String) throws -> Tensor? {
    guard let attribute = node.attributes[name] else { return nil }
    guard case .tensor(let message) = attribute else { throw wrongType(name, "a tensor") }
    return try types.tensor(try StoredTensor(message, folder: folder))
  }

  /// One of an enumeration's texts.
  func choice<Choice: RawRepresentable<String>>(
    _ name: String, _ standard: Choice
  ) throws -> Choice {
    let value = try text(name, standard.rawValue)
    guard let choice = Choice(rawValue: value) else {
      throw NodeFault("the attribute '\(name)' has the value '\(value)', which is not supported")
    }
    return choice
  }

  /// The attribute that names an element type, as what values of that type are computed in.
  func elementType(_ name: String) throws -> ElementType? {
    try integer(name).map { number in
      types.computed(try StoredElementType(number: Int64(number), of: "attribute \(name)"))
    }
  }

  /// Axes from an attribute, or from the constant input that took the attribute's place.
  ///
  /// The second is true where they come from an input that is not constant.
  func axes(_ name: String, input place: Int) throws -> (axes: [Int]?, atRun: Bool) {
    if let axes = try integers(name) { return (axes, false) }
    guard hasInput(place) else { return (nil, false) }
    if let axes = try constantIntegers(place) { return (axes, false) }
    return (nil, true)
  }

  private func wrongType(_ name: String, _ wanted: String) -> NodeFault {
    NodeFault("the attribute '\(name)' should be \(wanted)")
  }
}

/// Which type values are computed in, given the type that the file has for them.
struct ElementTypes: Sendable {
  /// What floating-point values are computed in; nil for the file's own types, where those of 16
  /// bits are computed in float32.
  let floating: ElementType?
  let device: Device

  func computed(_ type: StoredElementType) -> ElementType {
    switch type {
    case .float16, .bfloat16, .float32: floating ?? .float32
    case .float64: floating ?? .float64
    case .uint8: .uint8
    case .int8: .int8
    case .int16: .int16
    case .int32, .uint16: .int32
    case .int64, .uint32, .uint64: .int64
    case .bool: .bool
    }
  }

  /// A stored tensor, in the type that it is computed in.
  ///
  /// Floating-point values go to the device; the others, nearly always shapes and indices, stay on
  /// the processor.
  func tensor(_ stored: StoredTensor) throws -> Tensor {
    let type = computed(stored.elementType)
    let tensor = try stored.tensor()
    // The pages of the file that the tensor was copied from are not looked at again.
    if !stored.isKept { stored.bytes.mapping?.forget(stored.bytes.indices) }
    let converted = try tensor.converted(to: type)
    return type.isFloatingPoint ? try converted.moved(to: device) : converted
  }
}

extension StoredTensor {
  /// The smallest tensor that lies in a mapped file instead of being copied, in bytes.
  private static let smallestShared = 1 << 16

  /// The tensor on the processor; unsigned types that libtorch lacks become the next wider one.
  fileprivate func tensor() throws -> Tensor {
    func of(_ type: ElementType) throws -> Tensor {
      if isKept, let mapping = bytes.mapping, bytes.count >= Self.smallestShared,
        bytes.startIndex.isMultiple(of: elementType.width), let start = mapping.bytes.baseAddress
      {
        return try Tensor(
          memory: start + bytes.startIndex, shape: shape, type: type, owner: mapping)
      }
      return try bytes.withUnsafeBytes { try Tensor(bytes: $0, shape: shape, type: type) }
    }
    switch elementType {
    case .float32: return try of(.float32)
    case .float64: return try of(.float64)
    case .float16: return try of(.float16)
    case .bfloat16: return try of(.bfloat16)
    case .int8: return try of(.int8)
    case .int16: return try of(.int16)
    case .int32: return try of(.int32)
    case .int64: return try of(.int64)
    case .uint8: return try of(.uint8)
    case .bool: return try Tensor(bytes.map { $0 != 0 }, shape: shape)
    case .uint16:
      return try Tensor(unsigned(UInt16.self).map { Int32($0) }, shape: shape)
    case .uint32:
      return try Tensor(unsigned(UInt32.self).map { Int64($0) }, shape: shape)
    case .uint64:
      let numbers = unsigned(UInt64.self)
      guard numbers.allSatisfy({ $0 <= UInt64(Int64.max) }) else {
        throw NodeFault("a uint64 above the largest int64 is not supported")
      }
      return try Tensor(numbers.map { Int64($0) }, shape: shape)
    }
  }

  private func unsigned<T: FixedWidthInteger>(_ type: T.Type) -> [T] {
    bytes.withUnsafeBytes { raw in
      (0..<raw.count / MemoryLayout<T>.size).map {
        T(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.size, as: T.self))
      }
    }
  }
}
