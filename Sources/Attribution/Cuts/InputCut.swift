// SPDX-License-Identifier: Apache-2.0

import Torch

/// The model's inputs: those named, or all with floating-point elements.
///
/// The others (ids, masks given as whole numbers) keep the instance's values.
public struct InputCut: Cut {
  public let inputs: [String]?

  public init(_ inputs: [String]? = nil) { self.inputs = inputs }

  public var name: String { inputs.map { "input(\($0.joined(separator: ",")))" } ?? "input" }

  public func places(in model: any Model) throws -> [Place] {
    guard let inputs else {
      let moving = model.inputs.filter { $0.elementType.isFloatingPoint && $0.hasRows }
      guard !moving.isEmpty else {
        throw CutError.noContinuousInput(model.inputs.map(\.name))
      }
      return moving.map(\.place)
    }
    return try inputs.map { name in
      guard let input = model.inputs.first(where: { $0.name == name }) else {
        throw InputError.unknown(name, known: model.inputs.map(\.name))
      }
      return input.place
    }
  }
}

extension Cut where Self == InputCut {
  /// All inputs with floating-point elements.
  public static var input: InputCut { InputCut() }
  /// The inputs of these names.
  public static func input(_ names: String...) -> InputCut { InputCut(names) }
}
