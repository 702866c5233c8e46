// SPDX-License-Identifier: Apache-2.0

import Torch

extension Attributions {
  /// What a method of one's own found.
  ///
  /// The completeness gap follows where the quantity is known at both ends, and the relative error
  /// from the standard error.
  ///
  /// - Parameters:
  ///   - activation: An attribution for every element at the slice's start, of the instances' shape
  ///     there, in units of the quantity.
  ///   - method: What it was found by, with its settings: the configuration's `distribution`.
  ///   - quantity: Of the instances, and at both ends where the attributions are to sum to its
  ///     change.
  ///   - measure: Influence where the values are per unit of the activation: there is no gap then.
  ///   - standardError: Of every attribution, where the method draws at random.
  /// - Throws: ``ActivationError`` where the standard error is of another cut; `TorchError` where it,
  ///   or a quantity, has another shape.
  public init(
    _ activation: Activation, by method: String, of quantity: any QuantityOfInterest,
    slice: NetworkSlice, values: QuantityValues, measure: Measure = .attribution,
    standardError: Activation? = nil, cost: Cost = Cost()
  ) throws {
    var gap: Tensor?
    if measure == .attribution, let start = values.start, let end = values.end {
      gap = try activation.rowSums() - (end - start).converted(to: .float64)
    }
    let variance = try standardError?.map { try $0.converted(to: .float64).squared() }
    self.init(
      activation: activation, influence: nil, quantity: values, completenessGap: gap,
      standardError: standardError,
      errorEstimate: try variance?.relativeStandardError(of: activation), efforts: [], cost: cost,
      configuration: Configuration(
        from: slice.start.name, to: slice.end.name, at: slice.start.name, distribution: method,
        quantity: quantity.name, measure: measure, statistic: .mean, libtorch: Runtime.version))
  }
}

extension QuantityValues {
  /// - Parameters:
  ///   - instance: The quantity of each instance, `[instances]`.
  ///   - start: Where attributions start to count, as at the baseline; `nil` where they do not.
  ///   - end: Where they end; with a start given and no end, the instances themselves.
  public init(_ instance: Tensor, from start: Tensor? = nil, to end: Tensor? = nil) throws {
    self.init(
      instance: try instance.converted(to: .float64),
      end: try (end ?? (start == nil ? nil : instance))?.converted(to: .float64),
      start: try start?.converted(to: .float64))
  }
}
