// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import TestSupport
import Testing
import Torch

/// Vehicles: what is where, and that explanations which compare find it.
@Suite struct VehicleTests {
  private static func network() throws -> ONNXModel {
    try ExampleFiles.model("vehicles")
  }

  @Test func `Swift and Python draw the same, bit for bit`() throws {
    let set = try Vehicles(count: 12, seed: 2)
    #expect(try set.images.bytes() == ExampleFiles.data("vehicles").bytes())
    #expect(try set.labels == ExampleFiles.data("vehicles-labels").integers())
    // Against a convertible where it is a sedan, and against a sedan elsewhere.
    let roofs = try set.masks(against: .convertible)
    let others = try set.masks(against: .sedan)
    let parts = try Tensor.concatenated(
      set.labels.enumerated().map { row, kind in try (kind == 0 ? roofs : others)[row..<row + 1] })
    #expect(try parts.converted(to: .uint8).bytes() == ExampleFiles.data("vehicles-parts").bytes())
  }

  @Test func `pictures depend on seed and place alone`() throws {
    let (few, many) = try (Vehicles(count: 3, seed: 5), Vehicles(count: 9, seed: 5))
    try expectClose(many.images[0..<3], few.images, absolute: 0, relative: 0)
    let pickups = try Vehicles(count: 2, seed: 5, only: .pickup)
    #expect(pickups.labels == [2, 2])
    try expectClose(pickups.images[0..<1], many.images[2..<3], absolute: 0, relative: 0)
    try expectClose(pickups.images[1..<2], many.images[6..<7], absolute: 0, relative: 0)
    #expect(try relativeL1(Vehicles(count: 3, seed: 6).images, few.images) > 0.1)
  }

  @Test
  func `kinds differ in their part and nowhere else, and the parts of two questions lie apart`()
    throws
  {
    let set = try Vehicles(count: 40, seed: 9, only: .sedan)
    #expect(set.images.shape == [40, 3, 40, 40] && set.labels == Array(repeating: 0, count: 40))
    var parts: [Tensor] = []
    for kind in Vehicles.Kind.allCases {
      let part = try set.masks(against: kind)
      let moved = try (set.images - set.counterparts(kind)).absolute().sum(
        axes: [1], keepingAxes: true)
      try expectClose(moved * (1 - part), part.filled(with: 0), absolute: 0)
      let sizes = try part.sum(axes: [1, 2, 3]).numbers()
      #expect(sizes.allSatisfy { kind == .sedan ? $0 == 0 : $0 >= 15 && $0 <= 200 })
      parts.append(part)
    }
    // The roof, and what stands on the rear.
    #expect(try (parts[1] * parts[2]).sum().number() == 0)
    #expect(try (parts[1] * parts[3]).sum().number() == 0)
    #expect(try (parts[2] * parts[3]).sum().number() > 0)
  }

  @Test func `the network answers fresh pictures as often as is said`() throws {
    let set = try Vehicles(count: 800, seed: 1234)
    #expect(try set.groundTruth(against: .sedan).accuracy(of: Self.network()) >= 0.955)
  }

  @Test func `of the same sedan without its roof the network says convertible`() throws {
    let set = try Vehicles(count: 100, seed: 77, only: .sedan)
    let open = GroundTruth(
      inputs: try set.counterparts(.convertible), labels: [Int](repeating: 1, count: 100),
      truth: Truth())
    #expect(try open.accuracy(of: Self.network()) >= 0.95)
  }

  // MARK: Comparative explanations

  /// Of each sedan, whether the strongest pixel lies in the part, and how much of what speaks for the
  /// answer does.
  private func scores(
    _ method: some AttributionMethod, in model: any Model, _ truth: GroundTruth
  ) throws -> (hits: [Double], masses: [Double]) {
    let explainer = Explainer("own", slice: NetworkSlice(to: .logits)) { _, _, _ in method }
    let explanation = try explainer.explanation(
      of: Inputs(truth.inputs), in: model, truth: truth.truth)
    return (
      try PointingGame().scores(of: explanation, seed: 0).scores,
      try RelevanceMassAccuracy().scores(of: explanation, seed: 0).scores
    )
  }

  @Test(arguments: [false, true])
  func `why a sedan and not a convertible lights the roof, more than why a sedan does`(
    throughUnits: Bool
  ) throws {
    let model = try Self.network()
    let set = try Vehicles(count: 100, seed: 7, only: .sedan)
    let truth = try set.groundTruth(against: .convertible)
    let sedan = ClassScore.classScore(0)
    func method(_ quantity: any QuantityOfInterest) -> any AttributionMethod {
      if throughUnits {
        return InfluenceDirected(
          model, through: 3, unitsOf: .layer("relu4"), quantity: quantity, steps: 8, rule: .secant)
      }
      return IntegratedGradients(model, quantity: quantity, steps: 8, rule: .secant)
    }
    let plain = try scores(method(sedan), in: model, truth)
    let compared = try scores(method(sedan - ClassScore.classScore(1)), in: model, truth)
    let masses = PairedComparison(compared.masses, plain.masses)
    #expect(try #require(masses.difference.interval).lowerBound > 0)
    #expect(masses.pValue < 0.01)
    #expect(compared.hits.reduce(0, +) >= plain.hits.reduce(0, +))
    // A blind guess hits the part as often as it is large.
    let area = try #require(truth.truth.mask).mean().number()
    #expect(try #require(MeanEstimate(compared.masses).interval).lowerBound > 3 * area)
    #expect(try #require(MeanEstimate(compared.hits).interval).lowerBound > 5 * area)
  }

  @Test func `another question about the same sedan has another answer`() throws {
    let model = try Self.network()
    let set = try Vehicles(count: 100, seed: 7, only: .sedan)
    let sedan = ClassScore.classScore(0)
    func maps(against kind: Vehicles.Kind) -> IntegratedGradients {
      IntegratedGradients(
        model, quantity: sedan - ClassScore.classScore(kind.rawValue), steps: 8, rule: .secant)
    }
    let (roof, rear) = try (
      set.groundTruth(against: .convertible), set.groundTruth(against: .van)
    )
    for (truth, own, other) in [
      (roof, Vehicles.Kind.convertible, Vehicles.Kind.van), (rear, .van, .convertible),
    ] {
      let right = try scores(maps(against: own), in: model, truth).masses
      let wrong = try scores(maps(against: other), in: model, truth).masses
      #expect(try #require(PairedComparison(right, wrong).difference.interval).lowerBound > 0)
    }
  }
}
