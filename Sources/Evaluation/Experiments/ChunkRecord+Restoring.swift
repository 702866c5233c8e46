// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension Attributions {
  /// What lies on the disk of a chunk.
  init(restoring activation: Activation, _ record: ChunkRecord) throws {
    func tensor(_ value: (ChunkInstance) -> Double?) throws -> Tensor? {
      let numbers = record.instances.compactMap(value)
      return numbers.count == record.instances.count ? try Tensor(numbers) : nil
    }
    self.init(
      restoring: activation,
      quantity: QuantityValues(
        restoring: try Tensor(record.instances.map(\.quantity)), start: try tensor(\.start),
        end: try tensor(\.end)),
      completenessGap: try tensor(\.gap), errorEstimate: try tensor(\.errorEstimate),
      configuration: record.configuration)
  }
}
