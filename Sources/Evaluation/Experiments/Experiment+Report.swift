// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension Experiment {
  /// Puts `report.html`, results on one page with the first instances as pictures, into their folder.
  ///
  /// - Throws: What ``ExperimentReport/html()`` does; ``ExperimentError/file(_:reason:)``.
  public func writeReport(
    of results: ExperimentResults, in folder: String,
    options: ExperimentReport.Options = ExperimentReport.Options()
  ) throws {
    var report = ExperimentReport(results: results, folder: folder, options: options)
    report.options.seed = seed
    report.instances = shownInstances(options.instances)
    let page = try report.html()
    try DurableFile.replace(folder + "/report.html", with: page)
  }

  /// The first instances of each data set that has one input; those that cannot be read have failed
  /// their cells, and that is told there.
  private func shownInstances(_ count: Int) -> [String: Tensor] {
    var shown: [String: Tensor] = [:]
    for block in plan where shown[block.data.name] == nil && count > 0 {
      guard let model = try? block.model.load(),
        let batch = try? block.data.read(0..<min(count, block.data.count), model),
        let input = batch.inputs.tensors.values.first, batch.inputs.tensors.count == 1
      else { continue }
      shown[block.data.name] = input
    }
    return shown
  }
}
