// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// The sets that networks are trained for.
struct Sets {
  let objects: PastedObjects
  let mosaics: Mosaics
  let clusters: GaussianClusters
  let heartbeats: Heartbeats
  let shapes: ShapePictures

  init(count: Int, seed: UInt64) throws {
    objects = try PastedObjects(count: count, seed: seed)
    mosaics = try Mosaics(count: count, seed: seed)
    clusters = try GaussianClusters(count: count, seed: seed)
    heartbeats = try Heartbeats(count: count, seed: seed)
    shapes = try ShapePictures(count: count, seed: seed)
  }
}
