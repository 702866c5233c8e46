// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension BaselineGrammar {
  /// Makes the baseline.
  func baseline(_ materials: Materials) throws -> any Baseline {
    switch self {
    case .zeros: return ZeroBaseline()
    case .constant(let value): return ConstantBaseline(value)
    case .statistic(let statistic, let file):
      return DataBaseline(statistic, of: try materials.array(file))
    case .samples(let file): return SampleBaseline(try materials.array(file))
    case .activation(let file): return ActivationBaseline(of: Inputs(try materials.input(file)))
    case .blurred(let deviation): return BlurredBaseline(standardDeviation: deviation)
    case .gaussian(let deviation, let count):
      return NoiseBaseline(
        .gaussian(standardDeviation: deviation, range: nil), count: count, seed: materials.seed)
    case .uniform(let range, let count):
      return NoiseBaseline(.uniform(range), count: count, seed: materials.seed)
    case .farthest(let range): return FarthestBaseline(in: range)
    case .nearest(let file, let labels, let cut):
      return NearestBaseline(
        of: Inputs(try materials.input(file)), labels: try labels.map(materials.classes(in:)),
        measuredAt: try cut.map(CutGrammar.cut))
    case .boundary(let rival): return BoundaryBaseline.boundary(toward: rival, in: materials.range)
    case .counterfactual(let reference, let cut):
      return CounterfactualBaseline(
        toward: try reference.baseline(materials), at: try CutGrammar.cut(cut),
        range: materials.range)
    case .neutral(let start):
      return NeutralBaseline(from: try start?.baseline(materials), range: materials.range)
    case .file(let file): return TensorBaseline(try materials.array(file), name: file.fileName)
    case .token(let spelling): return try materials.words.token(spelling)
    case .special(let token): return try materials.words.special(token)
    case .vocabularyMean: return try materials.words.embedding().meanBaseline()
    case .mixed(let parts): return MixedBaseline(try parts.map { try $0.baseline(materials) })
    }
  }
}
