// SPDX-License-Identifier: Apache-2.0

import Evaluation
import FoundationEssentials
import Torch
import Visualization

/// Where the sets are written.
struct Folder {
  private let url: URL

  init(_ path: String) { url = URL(filePath: path) }

  func write(_ tensor: Tensor, to part: String, _ name: String) throws {
    let place = url.appending(path: part)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try tensor.writeNPY(to: place.appending(path: "\(name).npy").path)
  }

  func write(_ sets: Sets, to part: String) throws {
    let objects = sets.objects
    try write(objects.images, to: part, "objects")
    try write(objects.masks.converted(to: .uint8), to: part, "objects-masks")
    try write(labels(objects.objectLabels), to: part, "objects-labels")
    try write(labels(objects.sceneLabels), to: part, "scenes-labels")
    let mosaics = try sets.mosaics.groundTruth
    try write(mosaics.inputs, to: part, "mosaic")
    if let mask = mosaics.truth.mask {
      try write(mask.converted(to: .uint8), to: part, "mosaic-masks")
    }
    try write(labels(mosaics.labels), to: part, "mosaic-labels")
    try write(sets.mosaics.presence.converted(to: .uint8), to: part, "mosaic-presence")
    try write(sets.clusters.inputs, to: part, "gaussian")
    try write(sets.clusters.masks.converted(to: .uint8), to: part, "gaussian-masks")
    try write(labels(sets.clusters.labels), to: part, "gaussian-labels")
    try write(sets.heartbeats.series, to: part, "heartbeats")
    try write(sets.heartbeats.masks.converted(to: .uint8), to: part, "heartbeats-masks")
    try write(labels(sets.heartbeats.labels), to: part, "heartbeats-labels")
    try write(sets.shapes.images, to: part, "shapes")
    try write(sets.shapes.pixelLabels.converted(to: .uint8), to: part, "shapes-pixels")
  }

  /// Eight pictures, and what must matter in each.
  func draw(_ pictures: Tensor, masks: Tensor, as name: String) throws {
    // Neighbours differ in one class alone; five lie far enough apart.
    let chosen = (0..<8).map { $0 * 5 % pictures.shape[0] }
    let tiles = try chosen.flatMap { row in
      [
        Panel.Tile(try Image(pictures[row]), title: "\(name) \(row)"),
        Panel.Tile(try Image(masks[row]), title: "what must matter"),
      ]
    }
    let panel = Panel(tiles, columns: 4)
    try panel.image.write(to: url.appending(path: "\(name).png"))
  }

  private func labels(_ labels: [Int]) throws -> Tensor { try Tensor(labels.map { Int64($0) }) }
}
