// SPDX-License-Identifier: Apache-2.0

import Torch

/// The instance, changed until a layer takes it for a reference: the counterfactual of IG2 (Zhuo and
/// others 2024, arXiv:2406.10852).
///
/// From the instance, steps of fixed length go down the gradient of h = ‖r(p) − r(reference)‖², r
/// being the activation at a layer. The paper's length is a constant in units of pixels; here `steps`
/// of them make up `reach` times the distance from instance to reference, so that it fits any scale.
/// The start is the point met with the least h. Only the end of that walk is taken; the explanation
/// goes along its own path.
///
/// - Complexity: `steps` forward and backward rows for each instance and reference, one after another.
public struct CounterfactualBaseline: Baseline {
  /// What the instance shall look like to the layer: one start or several, such as data of another
  /// class.
  public let references: any Baseline
  /// Where the network's view is compared: one tensor.
  public let representation: any Cut
  public let steps: Int
  /// The length of the walk in units of the distance from instance to reference.
  public let reach: Double
  /// What features may be, such as `0...1` for pixels; `nil` for anything.
  public let range: ClosedRange<Double>?

  /// - Precondition: `steps > 0` and `reach > 0`.
  public init(
    toward references: any Baseline, at representation: any Cut, steps: Int = 50, reach: Double = 1,
    range: ClosedRange<Double>? = nil
  ) {
    precondition(steps > 0, "a walk needs at least one step, not \(steps)")
    precondition(reach > 0, "a walk has a positive length, not \(reach)")
    self.references = references
    self.representation = representation
    self.steps = steps
    self.reach = reach
    self.range = range
  }

  public var name: String { "counterfactual toward \(references.name) at \(representation.name)" }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    let network = try instances.function(to: representation)
    return try references.starts(for: instances).map { reference in
      let target = try instances.broadcast(
        reference.activation, as: "the baseline '\(references.name)'")
      return WeightedStart(
        try walk(from: instances.activation, toward: target, network), weight: reference.weight)
    }
  }

  private func walk(
    from start: Activation, toward reference: Activation, _ network: InstanceFunction
  ) throws -> Activation {
    let view = try withoutRecording { try network(reference) }
    let length = try (reference - start).rowLengths() * (reach / Double(steps))
    var point = start
    var best = start
    var least: Tensor?
    for step in 0...steps {
      let tracked = try point.map { try $0.tracked() }
      let distance = try Activation((network(tracked) - view).squared()).rowSums()
      let isBetter = try least.map { try distance.detached() .< $0 }
      best = try isBetter.map { try point.choosingRows(where: $0, else: best) } ?? point
      least = try least.map { try distance.detached().minimum($0) } ?? distance.detached()
      guard step < steps else { break }
      let slope = Activation(try gradient(of: distance.sum(), withRespectTo: tracked.tensors))
      let size = try slope.rowLengths()
      let scale = try (length / size).filled(with: 0, where: size .<= 0)
      point = try (point - slope.scalingRows(by: scale)).clamped(to: range)
    }
    return best
  }
}

extension Baseline where Self == CounterfactualBaseline {
  /// The instance, changed until a layer takes it for a reference.
  ///
  /// - Parameters:
  ///   - references: What it shall look like to the layer.
  ///   - representation: The layer.
  ///   - range: What features may be; `nil` for anything.
  public static func counterfactual(
    toward references: any Baseline, at representation: any Cut, steps: Int = 50,
    in range: ClosedRange<Double>? = nil
  ) -> CounterfactualBaseline {
    CounterfactualBaseline(toward: references, at: representation, steps: steps, range: range)
  }
}
