// SPDX-License-Identifier: Apache-2.0

/// A point near by at which the class predicted for the instance ties with another.
///
/// What tips the balance? Integrated gradients from there are boundary-based (Wang, Fredrikson and Datta 2021,
/// arXiv:2103.11257). At the baseline both classes score alike, so that the attributions of the
/// margin between them sum to the instance's margin. Classes are read at the slice's end, which should
/// be the logits.
///
/// - Complexity: That of ``BoundarySearch``, for each group of instances that is explained together.
public struct BoundaryBaseline: Baseline {
  public let search: BoundarySearch

  public init(_ search: BoundarySearch = BoundarySearch()) { self.search = search }

  public var name: String {
    "boundary of the class" + (search.target.map { " toward class \($0)" } ?? "")
  }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    [WeightedStart(try search.boundary(around: instances).points)]
  }
}

extension Baseline where Self == BoundaryBaseline {
  /// A point near by at which the predicted class ties with another.
  ///
  /// - Parameters:
  ///   - target: The other class; `nil` for any.
  ///   - range: What features may be, such as `0...1` for pixels; `nil` for anything.
  public static func boundary(
    toward target: Int? = nil, in range: ClosedRange<Double>? = nil
  ) -> BoundaryBaseline {
    BoundaryBaseline(BoundarySearch(toward: target, in: range))
  }
}
