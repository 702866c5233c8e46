// SPDX-License-Identifier: Apache-2.0

import Attribution

extension ONNXModel {
  /// The shape of a place, an axis being nil where its length depends on what is fed; nil as a whole
  /// where the shape cannot be told.
  ///
  /// - Complexity: As ``layers``.
  public func shape(of place: Place) -> [Int?]? {
    network.graph.valueIndices[place.value].flatMap { network.shapes()[$0] }
  }
}

extension Network {
  /// Lengths for axes that a file leaves open, in pairs: short texts first, then images.
  private static let trialLengths = [(8, 12), (32, 48), (96, 128), (224, 256)]

  /// The shape of a value as the file declares it.
  func declaredShape(of value: Int) -> [Int?]? {
    graph.values[value].declaredShape?.map { axis in
      if case .fixed(let length) = axis { length } else { nil }
    }
  }

  /// The shape of each value, an axis being nil where its length depends on what is fed.
  ///
  /// What the file does not tell is found by running on zeros: for two lengths where the inputs leave
  /// lengths open, so that what differs is told from what is fixed.
  ///
  /// - Complexity: One or two forward passes of a row; more where the first lengths do not fit the
  ///   network.
  func shapes() -> [[Int?]?] {
    let found = foundShapes()
    return graph.values.indices.map { found?[$0] ?? declaredShape(of: $0) }
  }

  private func foundShapes() -> [[Int?]?]? {
    guard leavesLengthsOpen else { return analysis().map(lengths) }
    for (short, long) in Self.trialLengths {
      guard let first = trial(short), let second = trial(long) else { continue }
      return zip(first, second).map { first, second in
        guard let first, let second, first.count == second.count else { return nil }
        return zip(first, second).map { $0 == $1 ? $0 : nil }
      }
    }
    return analysis().map(lengths)
  }

  /// Whether an input leaves another axis open than the rows.
  private var leavesLengthsOpen: Bool {
    zip(graph.inputs, inputHasRows).contains { input, hasRows in
      declaredShape(of: input)?.dropFirst(hasRows ? 1 : 0).contains(nil) ?? false
    }
  }

  /// Shapes where every open axis has the same length.
  private func trial(_ length: Int) -> [[Int?]?]? {
    var shapes: [[Int]] = []
    for (input, hasRows) in zip(graph.inputs, inputHasRows) {
      guard var shape = declaredShape(of: input)?.map({ $0 ?? length }) else { return nil }
      if hasRows, !shape.isEmpty { shape[0] = unitRows }
      shapes.append(shape)
    }
    return analysis(for: shapes).map(lengths)
  }

  /// What an evaluation gives: rows first, even where they lie elsewhere in a run of one.
  private func lengths(_ analysis: RowAnalysis) -> [[Int?]?] {
    zip(analysis.shapes, analysis.states).map { shape, state in
      guard let shape, state == .rows else { return shape }
      if shape.first == unitRows { return [fixedRows] + shape.dropFirst().map { $0 } }
      return unitRows == 1 ? [fixedRows] + shape : shape
    }
  }
}
