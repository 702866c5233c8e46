// SPDX-License-Identifier: Apache-2.0

/// By operator: functions that draw cases of it.
enum GradientCases {
  static let all: [String: [GradientCase.Make]] =
    [elementwise, arithmetic, shapes, indexing, reductions, layers, images, sequences, fused]
    .reduce(into: [:]) { $0.merge($1) { first, _ in first } }
}
