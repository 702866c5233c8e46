// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// The checker of ``ParameterLaws`` finds what it is there to find.
@Suite struct ParameterLawTests {
  /// y = x w, with a fault.
  private struct Scaled: ParameterizedModel {
    enum Fault { case none, forgetsWhatIsPutIn, changesOutput, tellsTwice }

    let fault: Fault
    var weight: Tensor
    var factor = 1.0

    let inputs = [ModelInput("x", elementType: .float64)]
    let outputs = [Place("y")]
    let head: OutputHead? = nil
    let layers = [ModelLayer("y", operation: "product")]

    var parameters: [ModelParameter] {
      [ModelParameter](
        repeating: ModelParameter("w", layers: ["y"], tensor: weight),
        count: fault == .tellsTwice ? 2 : 1)
    }

    func places(of layer: String, anchor: Anchor) throws -> [Place] { [Place(layer)] }

    func evaluate(_ wanted: [Place], given: [Place: Tensor]) throws -> [Tensor] {
      try wanted.map { place in
        if let tensor = given[place] { return tensor }
        guard let x = given[Place("x")] else { throw InputError.noRows }
        return try x * weight * factor
      }
    }

    func replacing(_ tensors: [String: Tensor]) throws -> Scaled {
      var copy = self
      let own = try parameters.replacements(tensors)
      if fault != .forgetsWhatIsPutIn { copy.weight = own["w"] ?? weight }
      if fault == .changesOutput { copy.factor = 2 }
      return copy
    }
  }

  private func laws(_ fault: Scaled.Fault) throws -> Set<String> {
    let model = Scaled(fault: fault, weight: try Tensor([1, 2, 3] as [Double]))
    return Set(
      try ParameterLaws.violations(of: model, on: Inputs(ToyModels.rows(2, features: 3)))
        .map(\.law))
  }

  @Test func `each broken law is named`() throws {
    #expect(try laws(.none) == [])
    #expect(try laws(.forgetsWhatIsPutIn) == ["what is put in is told, and the others stay"])
    #expect(try laws(.changesOutput) == ["replacing by what is there changes nothing"])
    #expect(try laws(.tellsTwice) == ["each parameter once"])
  }

  @Test func `layers come in the order in which they are computed`() throws {
    let model = try ParameterizedFunction.smooth()
    #expect(model.parameterizedLayers == ["first", "second", "y"])
    // A layer that cannot be cut at is one as well.
    let hidden = ParameterizedFunction(
      [
        ModelParameter("a", layers: ["inside", "y"], tensor: try Tensor.zeros([1])),
        ModelParameter("b", layers: ["y"], tensor: try Tensor.zeros([1])),
      ]
    ) { _ in ToyModels.function { $0 } }
    #expect(hidden.parameterizedLayers == ["inside", "y"])
  }

  @Test func `errors say what there is`() {
    #expect(
      ParameterError.unknown("v", known: ["w"]).description
        == "the model has no parameter 'v'; it has 'w'")
    #expect(
      ParameterError.shape("w", [2], expected: [3]).description
        == "the parameter 'w' has shape [3], and [2] is to take its place")
  }
}
