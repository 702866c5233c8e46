// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// A network read from an ONNX file.
///
/// Any value and any node can be a cut, by its name; a node without a name is called like its first
/// output. Only what lies between given and wanted places is computed. Gradients flow through
/// everything that is floating-point.
///
/// A model that was exported for a fixed number of rows, usually one, takes any number: all at once
/// where that provably keeps rows apart, else in groups of that number.
public struct ONNXModel: Model {
  public let inputs: [ModelInput]

  /// The outputs, floating-point ones first: what has no gradient, such as a predicted label, is
  /// seldom what is explained.
  public let outputs: [Place]

  /// The names of outputs that are left out because they are no tensors of numbers: labels as
  /// texts, sequences and maps, as long as the model has other outputs.
  public let omittedOutputs: [String]

  public let head: OutputHead?

  /// Who wrote the file, and for which operators.
  public let origin: Origin

  /// What floating-point values are computed in, and where.
  public var device: Device { network.types.device }

  /// Floating-point numbers that the file brings along as weights, as initializers.
  public var parameterCount: Int { network.parameterCount }

  let network: Network

  /// What a file says about itself.
  public struct Origin: Sendable, Hashable {
    /// The program that wrote the file, as `pytorch`, and its version; empty where not told.
    public var producer: String
    public var producerVersion: String
    /// Versions of operator sets by domain, ONNX's own under the empty name.
    public var operatorSets: [String: Int]
    /// Entries that the exporter added.
    public var metadata: [String: String]
  }

  /// Reads a model from a file.
  ///
  /// Large weights may lie in files beside it. Of such files those of 64 MiB and more are not read
  /// here, but when what they hold is first computed with: they must stay as they are as long as the
  /// model is used. Each evaluation checks that they have not changed before it starts, and fails
  /// with an error where they have. No check helps where one is shortened while an evaluation runs:
  /// the operating system then ends the process. To replace such a file, write a new one and rename
  /// it; what is mapped stays.
  ///
  /// - Parameters:
  ///   - path: The `.onnx` file.
  ///   - elementType: What all floating-point values are computed in, weights included. By default
  ///     what the file has; 16-bit weights are computed in float32.
  ///   - device: Where to compute.
  /// - Throws: ``ONNXError`` where the file is not a model, or uses what is not supported.
  /// - Complexity: One pass over the file; constants are folded once.
  public init(path: String, elementType: ElementType? = nil, device: Device = .cpu) throws {
    let bytes = try File.contents(path: path)
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
    try self.init(
      bytes, folder: ModelFolder(path: folder ?? "."), elementType: elementType, device: device)
  }

  /// Reads a model from the bytes of a file.
  ///
  /// All weights must be among them.
  public init(bytes: [UInt8], elementType: ElementType? = nil, device: Device = .cpu) throws {
    try self.init(ByteSlice(bytes), folder: nil, elementType: elementType, device: device)
  }

  private init(
    _ bytes: ByteSlice, folder: ModelFolder?, elementType: ElementType?, device: Device
  ) throws {
    guard elementType.map({ [.float32, .float64].contains($0) }) ?? true else {
      throw ONNXError.invalidInput(
        name: "elementType", reason: "models are computed in float32 or float64")
    }
    var message = try ModelMessage(bytes)
    omittedOutputs = message.graph?.prepareLearned() ?? []
    let network = try Network(
      try Graph(message), types: ElementTypes(floating: elementType, device: device),
      folder: folder, allowance: try Allowance(constantsOf: bytes.count))
    self.network = network
    origin = Origin(
      producer: message.producerName, producerVersion: message.producerVersion,
      operatorSets: Dictionary(
        message.operatorSets.map { ($0.domain == "ai.onnx" ? "" : $0.domain, Int($0.version)) },
        uniquingKeysWith: { first, _ in first }),
      metadata: Dictionary(
        message.metadata.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first }))
    inputs = network.modelInputs
    let values = network.graph.outputs.map { network.graph.values[$0] }
    let isNumber = { (value: Graph.Value) in value.declaredType?.isFloatingPoint ?? true }
    outputs = (values.filter(isNumber) + values.filter { !isNumber($0) }).map { Place($0.name) }
    head = network.head
  }

  /// What another model is, with another network that has the same graph.
  init(_ other: ONNXModel, network: Network) {
    (inputs, outputs, omittedOutputs) = (other.inputs, other.outputs, other.omittedOutputs)
    (head, origin) = (other.head, other.origin)
    self.network = network
  }

  /// The names of all operators that this library has, sorted.
  public static var supportedOperators: [String] {
    Set(OperatorRegistry.all.map(\.name)).sorted()
  }

  public func evaluate(_ wanted: [Place], given: [Place: Tensor]) throws -> [Tensor] {
    try network.evaluate(wanted, given: given)
  }

  /// The values at which convolutions, dense layers and other affine nodes behind `given` end.
  public func affineReach(of given: [Place], toward wanted: [Place]) -> [Place] {
    (try? network.affineReach(of: given, toward: wanted)) ?? given
  }

  /// The places that `wanted` depends on around `given`.
  ///
  /// Where a place is unknown the inputs are asked for: evaluating then tells what is wrong.
  public func requirements(of wanted: [Place], given: [Place]) -> [Place] {
    (try? network.requirements(of: wanted, given: given))
      ?? inputs.map(\.place).filter { !given.contains($0) }
  }

  /// Names the node that gives the first number that is not finite, or the value that is fed or
  /// stored so; with `gradient`, the node ahead of which the gradient first is not.
  ///
  /// - Complexity: A forward pass, and one of one row that keeps every value; with `gradient` a
  ///   backward pass more.
  public func firstNonFinite(
    _ wanted: [Place], given: [Place: Tensor], gradient: GradientTarget?
  ) throws -> NonFinite? {
    try network.firstNonFinite(wanted, given: given, gradient: gradient)
  }
}
