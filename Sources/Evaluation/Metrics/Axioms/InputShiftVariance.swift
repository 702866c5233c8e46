// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How far attributions move when inputs are shifted and the network takes the shift off again:
/// Σ |A′ − A| / Σ |A|.
///
/// After Kindermans et al. 2017 (arXiv:1711.00867). Gradients do not move; a factor x does, and so do
/// paths from a baseline that is not shifted along: for images in 0…1 and a shift of −1, zeros are
/// black before and white after. What is told there is that the baseline was a choice, rather than
/// that the method is wrong.
public struct InputShiftVariance: Metric {
  /// Added to every element of floating-point inputs.
  public let shift: Double

  /// - Parameter shift: −1 is what Quantus takes.
  public init(shift: Double = -1) { self.shift = shift }

  public var name: String { "input shift variance" + (shift == -1 ? "" : "(\(shift))") }
  public var family: MetricFamily { .axiomatic }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost { MetricCost(explanations: 1) }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let model = ShiftedModel(base: explanation.model, shift: shift)
    let shifted = try explanation.explainer.method(
      for: model, quantity: explanation.heldQuantity()
    ).attributions(for: model.shifting(explanation.inputs))
    return MetricResult(
      try explanation.attributions.activation.distances(
        to: shifted.activation, over: { own, _ in own.absoluteSum },
        what: "the attribution of shifted inputs"))
  }
}

/// A network that takes a shift off its inputs before it does anything else.
struct ShiftedModel: Model {
  let base: any Model
  let shift: Double

  var inputs: [ModelInput] { base.inputs }
  var outputs: [Place] { base.outputs }
  var head: OutputHead? { base.head }
  var layers: [ModelLayer] { base.layers }

  private var shiftedPlaces: Set<Place> {
    Set(inputs.filter { $0.hasRows && $0.elementType.isFloatingPoint }.map(\.place))
  }

  /// Inputs of the base's, as this network wants them.
  func shifting(_ inputs: Inputs) throws -> Inputs {
    let shifted = shiftedPlaces
    var tensors = inputs.tensors
    for (name, tensor) in inputs.tensors {
      let place = name.isEmpty && self.inputs.count == 1 ? self.inputs[0].place : Place(name)
      guard shifted.contains(place), let input = self.inputs.first(where: { $0.place == place })
      else { continue }
      tensors[name] = try tensor.converted(to: input.elementType) + shift
    }
    return Inputs(tensors)
  }

  func places(of layer: String, anchor: Anchor) throws -> [Place] {
    try base.places(of: layer, anchor: anchor)
  }

  func evaluate(_ wanted: [Place], given: [Place: Tensor]) throws -> [Tensor] {
    let shifted = shiftedPlaces
    var inner = given
    for (place, tensor) in given where shifted.contains(place) { inner[place] = try tensor - shift }
    // An input that is wanted is what was given, with its shift.
    let computed = wanted.filter { given[$0] == nil }
    let values = Dictionary(
      zip(computed, try base.evaluate(computed, given: inner)),
      uniquingKeysWith: { first, _ in first })
    return try wanted.map { place in
      guard let tensor = given[place] ?? values[place] else {
        throw CutError.unknown(layer: place.value, among: layers.map(\.name))
      }
      return tensor
    }
  }

  func requirements(of wanted: [Place], given: [Place]) -> [Place] {
    base.requirements(of: wanted, given: given)
  }

  func affineReach(of given: [Place], toward wanted: [Place]) -> [Place] {
    base.affineReach(of: given, toward: wanted)
  }
}

extension Metric where Self == InputShiftVariance {
  /// How far attributions move when inputs are shifted and the network takes the shift off again.
  public static func inputShiftVariance(shift: Double = -1) -> InputShiftVariance {
    InputShiftVariance(shift: shift)
  }
}
