// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch
import Visualization

/// What `attribute units` has found.
public struct UnitsStudy {
  let plan: UnitsPlan
  let model: ONNXModel
  let instances: UnitsInstances
  /// The quantity, and its parts where it has some.
  let quantities: [String]
  let layers: [StudiedLayer]
  /// The quantity at the input, for the first instances.
  let input: StudiedInput
  let seconds: Double
}

/// A layer with its units.
struct StudiedLayer {
  let layer: UnitsLayer
  let shape: [Int]
  let configuration: Configuration
  /// Of the quantity, and of its parts in their own order.
  let rankings: [UnitRanking]
  let views: [ViewedUnit]
  let essence: UnitReport.Essence?
  let layout: UnitLayout

  /// The units that are looked at, with their means for the quantity and each part.
  func means(of unit: Int) -> [Double] {
    rankings.map { ranking in ranking.units.first { $0.unit == unit }?.mean ?? .nan }
  }
}

/// What a unit looks at.
struct ViewedUnit {
  let unit: RankedUnit
  /// Of each shown instance.
  let instances: [ViewedInstance]
  /// Mean size of the completeness gaps, in units of the unit's own activation.
  let gap: Double?
  /// What of the input moves it most; of pictures none.
  let features: [UnitReport.Feature]
}

/// What a unit looks at in an instance.
struct ViewedInstance {
  let instance: Int
  /// What the unit does to the quantity there; `nil` where it is not among those remembered.
  let score: Double?
  /// Attributions of its activation, `[1, …]`.
  let attributions: Tensor
  /// What of the input acts on the quantity through the unit, `[1, …]`.
  let passage: Tensor
}

/// The quantity and its parts at the input.
struct StudiedInput {
  let loaded: LoadedInputs
  /// One for each quantity, `[instances, …]`.
  let attributions: [Attributions]
}
