// SPDX-License-Identifier: Apache-2.0
//
// How often an interval that is called 95 % holds the mean of what was drawn from: the intervals of
// `MeanEstimate`, and plain percentiles of resamples.
//
//     cd Examples && swift run -c release coverage
//
// Docs/Metrics.md has the table that it prints; ten seconds on one core.

import Evaluation
import Torch

let trials = 4000

/// The share of trials whose interval holds `mean`, ours and the plain one's.
func coverage(of numbers: [Double], count: Int, mean: Double) -> (ours: Double, plain: Double) {
  var (ours, plain) = (0, 0)
  for trial in 0..<trials {
    let own = Array(numbers[trial * count..<(trial + 1) * count])
    let seed = UInt64(trial)
    if BootstrapInterval.ofMean(own, seed: seed)?.contains(mean) ?? false { ours += 1 }
    let percentiles = BootstrapInterval.ofMean(
      own, method: .percentile, isExpanded: false, seed: seed)
    if percentiles?.contains(mean) ?? false { plain += 1 }
  }
  return (Double(ours) / Double(trials), Double(plain) / Double(trials))
}

func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }

print("instances  normal  plain  exponential  plain")
for count in [5, 10, 20, 50] {
  let generator = try Generator(seed: UInt64(count))
  let shape = [trials * count]
  let normal = try Tensor.normal(shape, type: .float64, from: generator).numbers()
  let uniform = try Tensor.uniform(shape, type: .float64, from: generator)
  let exponential = try (-(1 - uniform).logarithm()).numbers()
  let first = coverage(of: normal, count: count, mean: 0)
  let second = coverage(of: exponential, count: count, mean: 1)
  print(
    "\(count)  \(percent(first.ours))  \(percent(first.plain))  \(percent(second.ours))  "
      + percent(second.plain))
}
