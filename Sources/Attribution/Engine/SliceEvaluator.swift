// SPDX-License-Identifier: Apache-2.0

import Torch

/// A cut, and the places of a model that it stands for.
struct ResolvedCut: Sendable {
  let cut: any Cut
  let places: [Place]

  init(_ cut: any Cut, in model: any Model) throws {
    self.cut = cut
    places = try cut.places(in: model)
  }

  func isSame(as other: ResolvedCut) -> Bool {
    places == other.places && cut.name == other.cut.name
  }
}

/// The three cuts of an explanation.
struct ResolvedCuts: Sendable {
  /// Where the distribution lives.
  let distribution: ResolvedCut
  /// Where attributions are wanted.
  let attribution: ResolvedCut
  /// Where the quantity reads: one tensor, of several places where the cut makes one of them.
  let quantity: ResolvedCut
  /// Whether the distribution lives where attributions are wanted.
  let coincide: Bool

  init(_ engine: InternalInfluence) throws {
    let model = engine.model
    attribution = try ResolvedCut(engine.slice.start, in: model)
    distribution =
      try engine.distributionCut.map { try ResolvedCut($0, in: model) } ?? attribution
    quantity = try ResolvedCut(engine.slice.end, in: model)
    coincide = distribution.isSame(as: attribution)
  }

  /// A distribution's cut that is the slice's start as well, and where the slice ends.
  init(from start: ResolvedCut, to end: ResolvedCut) throws {
    distribution = start
    attribution = start
    quantity = end
    coincide = true
  }
}

/// Runs the slice of a network for one group of instances: what the instances themselves give is
/// computed once and kept, and repeated for the points.
struct SliceEvaluator: Sendable {
  let model: any Model
  let cuts: ResolvedCuts
  /// Which rows of the batch the instances are.
  let batchRows: [Int]
  /// What the rest of the network needs besides the distribution's cut, and the values there.
  private let kept: [Place: Tensor]
  /// Those of them that are still needed where the slice's start is given too.
  ///
  /// Others may lie behind a part of the start that the distribution's cut does not reach.
  private let keptBeyondStart: Set<Place>
  /// Where the slice stops being affine in its start; nil where it does so at once, or where the
  /// distribution lives elsewhere.
  let affineReach: [Place]?
  private let keptBeyondReach: Set<Place>
  private let shared: Set<Place>
  private let valuesAtDistribution: [Tensor]
  /// The instances' own activation at the distribution's cut, `[instances, …]`.
  let activation: Activation
  /// The instances' own output at the slice's end, `[instances, …]`.
  let output: Tensor
  /// How they came to it, where that is recorded.
  private let ownPass: OwnPass?

  /// - Parameter recordsOwn: Whether the gradient at the instances themselves will be asked for;
  ///   without meaning where the distribution lives elsewhere than at the slice's start.
  init(
    _ model: any Model, cuts: ResolvedCuts, given: [Place: Tensor], batchRows: Range<Int>,
    recordsOwn: Bool = false
  ) throws {
    self.model = model
    self.cuts = cuts
    self.batchRows = Array(batchRows)
    shared = Set(model.inputs.filter { !$0.hasRows }.map(\.place))
    let start = cuts.distribution.places
    keptBeyondStart = Set(
      model.requirements(of: cuts.quantity.places, given: start + cuts.attribution.places)
    ).subtracting(start)
    let reach =
      cuts.coincide ? model.affineReach(of: start, toward: cuts.quantity.places) : start
    affineReach = reach == start ? nil : reach
    keptBeyondReach = Set(
      model.requirements(of: cuts.quantity.places, given: start + reach)
    ).subtracting(start)
    let needed = keptBeyondStart.union(keptBeyondReach).union(
      model.requirements(of: cuts.attribution.places + cuts.quantity.places + reach, given: start)
    ).subtracting(start)
    let recordsOwn = recordsOwn && cuts.coincide
    let ends = recordsOwn ? [] : cuts.quantity.places
    let places = start + ends + needed
    let values = try withoutRecording { try model.evaluate(places, given: given) }
    valuesAtDistribution = Array(values[..<start.count])
    activation = Activation(try cuts.distribution.cut.read(valuesAtDistribution))
    for (tensor, place) in zip(activation.tensors, start)
    where !tensor.elementType.isFloatingPoint {
      throw CutError.notContinuous(cut: cuts.distribution.cut.name, place: place.description)
    }
    let end = start.count + ends.count
    kept = Dictionary(zip(places[end...], values[end...]), uniquingKeysWith: { a, _ in a })
    guard recordsOwn else {
      output = try Self.single(
        cuts.quantity.cut.read(Array(values[start.count..<end])), of: cuts.quantity)
      ownPass = nil
      return
    }
    let leaves = try activation.tensors.map { try $0.tracked() }
    var around = kept
    let written = try cuts.distribution.cut.write(leaves, into: valuesAtDistribution)
    for (place, value) in zip(start, written) { around[place] = value }
    let recorded = try Self.single(
      cuts.quantity.cut.read(model.evaluate(cuts.quantity.places, given: around)),
      of: cuts.quantity)
    output = try recorded.detached()
    ownPass = OwnPass(leaves: leaves, output: recorded)
  }

  /// The same for some of the instances.
  init(_ all: SliceEvaluator, selecting instances: [Int]) throws {
    model = all.model
    cuts = all.cuts
    batchRows = instances.map { all.batchRows[$0] }
    shared = all.shared
    keptBeyondStart = all.keptBeyondStart
    affineReach = all.affineReach
    keptBeyondReach = all.keptBeyondReach
    var kept = all.kept
    for (place, value) in all.kept where !shared.contains(place) {
      kept[place] = try value.selecting(instances)
    }
    self.kept = kept
    valuesAtDistribution = try all.valuesAtDistribution.map { try $0.selecting(instances) }
    activation = try all.activation.selecting(instances)
    output = try all.output.selecting(instances)
    ownPass = nil
  }

  /// The recorded pass of the instances, where that is what is asked for, and nobody has had it.
  func ownPass(at points: Activation) -> OwnPass.Recorded? {
    points.isSame(as: activation) ? ownPass?.take() : nil
  }

  /// Instances of the group.
  var count: Int { batchRows.count }

  /// What a caller gives besides the points.
  enum Besides {
    case nothing
    /// The values at the slice's start.
    case start
    /// Those where it stops being affine in its start.
    case affineReach
  }

  /// What the network is given where the activation at the distribution's cut is `points`,
  /// `[samples · instances, …]`, and all else is the instances'.
  func given(points: Activation, besides: Besides = .nothing) throws -> [Place: Tensor] {
    let samples = points.rows / count
    var given: [Place: Tensor] = [:]
    let needed: Set<Place>? =
      switch besides {
      case .nothing: nil
      case .start: keptBeyondStart
      case .affineReach: keptBeyondReach
      }
    for (place, value) in kept where needed?.contains(place) ?? true {
      given[place] = shared.contains(place) ? value : try value.repeatingRows(samples)
    }
    let base = try valuesAtDistribution.map { try $0.repeatingRows(samples) }
    let written = try cuts.distribution.cut.write(points.tensors, into: base)
    for (place, value) in zip(cuts.distribution.places, written) { given[place] = value }
    return given
  }

  /// What the network has at its affine reach where the activation at the start is `points`.
  func valuesAtReach(_ reach: [Place], points: Activation) throws -> [Tensor] {
    try model.evaluate(reach, given: given(points: points))
  }

  /// The gradients at the start that gradients at the affine reach amount to, `[instances, …]`.
  func pulledBack(_ gradients: [Tensor], from reach: [Place]) throws -> [Tensor] {
    let points = try activation.map { try $0.tracked() }
    let products = try zip(valuesAtReach(reach, points: points), gradients)
      .map { try ($0 * $1).sum() }
    let sum = try products.dropFirst().reduce(products[0]) { try $0 + $1 }
    guard sum.isTracked else { return try points.tensors.map { try $0.filled(with: 0) } }
    return try gradient(of: sum, withRespectTo: points.tensors)
  }

  /// One row of what the network is given.
  func row(_ row: Int, of given: [Place: Tensor]) throws -> [Place: Tensor] {
    var own = given
    for (place, value) in given where !shared.contains(place) {
      own[place] = try value[row..<row + 1].detached()
    }
    return own
  }

  /// Makes sure that the slice's start depends on the distribution's cut, so that displacements there
  /// mean something.
  ///
  /// - Throws: ``CutError/unreached(cut:from:)``.
  func checkReach() throws {
    guard !cuts.coincide else { return }
    let points = try activation.map { try $0.tracked() }
    guard try valuesAtStart(given: given(points: points)).contains(where: \.isTracked) else {
      throw CutError.unreached(
        cut: cuts.attribution.cut.name, from: cuts.distribution.cut.name)
    }
  }

  /// The values at the places of the slice's start.
  func valuesAtStart(given: [Place: Tensor]) throws -> [Tensor] {
    try model.evaluate(cuts.attribution.places, given: given)
  }

  /// The activation at the slice's start where that at the distribution's cut is `points`.
  func activationAtStart(points: Activation) throws -> Activation {
    Activation(try cuts.attribution.cut.read(valuesAtStart(given: given(points: points))))
  }

  /// The output at the slice's end, `[rows, …]`.
  func output(given: [Place: Tensor]) throws -> Tensor {
    let values = try model.evaluate(cuts.quantity.places, given: given)
    return try Self.single(cuts.quantity.cut.read(values), of: cuts.quantity)
  }

  private static func single(_ tensors: [Tensor], of cut: ResolvedCut) throws -> Tensor {
    guard let tensor = tensors.first, tensors.count == 1 else {
      throw CutError.severalTensors(
        cut: cut.cut.name, places: cut.places.map(\.description))
    }
    return tensor
  }

  /// What quantities see of the instances, for `samples` samples of each.
  func explained(samples: Int) throws -> ExplainedOutput {
    let rows = try Tensor(batchRows.map(Int64.init)).moved(to: output.device)
    return ExplainedOutput(
      output: try output.repeatingRows(samples), instance: try rows.repeatingRows(samples),
      scale: scale)
  }

  private var scale: OutputScale {
    guard let head = model.head, cuts.quantity.places.count == 1 else { return .unknown }
    switch cuts.quantity.places[0] {
    case head.logits: return .logits(head.function)
    case head.output: return .normalized(head.function)
    default: return .unknown
    }
  }
}
