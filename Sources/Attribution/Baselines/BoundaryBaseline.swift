// SPDX-License-Identifier: Apache-2.0

/// A point near by at which the class predicted for the instance ties with another: what tips the
/// balance?
///
/// Integrated gradients from there are boundary-based (Wang, Fredrikson and Datta 2021,
/// arXiv:2103.11257). At the baseline both classes score alike, so that the attributions of the
/// margin between them sum to the instance's margin. The paper finds the point by several attacks and
/// stops behind the boundary; here ``BoundarySearch`` is followed to the tie itself.
///
/// - Complexity: That of ``BoundarySearch``, for each group of instances that is explained together.
public struct BoundaryBaseline: Baseline {
  public let search: BoundarySearch

  public init(_ search: BoundarySearch = BoundarySearch()) { self.search = search }

  public var name: String { "boundary of the class" }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    [WeightedStart(try search.boundary(around: instances))]
  }
}

extension Baseline where Self == BoundaryBaseline {
  /// A point near by at which the predicted class ties with another.
  ///
  /// - Parameter range: What features may be, such as `0...1` for pixels; `nil` for anything.
  public static func boundary(in range: ClosedRange<Double>? = nil) -> BoundaryBaseline {
    BoundaryBaseline(BoundarySearch(range: range))
  }
}
