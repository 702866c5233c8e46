// SPDX-License-Identifier: Apache-2.0

/// A call of an operator some of whose arguments are followed by secants.
struct SecantCall {
  let name: String
  let arguments: [Operator.Argument]
  let pass: SecantPass
  private let operation: Operator
  private let capacity: Int

  /// Nil where nothing is followed.
  init?(_ operation: Operator, _ arguments: [Operator.Argument], atMost capacity: Int = 1) {
    guard let pass = arguments.lazy.compactMap(\.secantPass).first else { return nil }
    self.operation = operation
    self.arguments = arguments
    self.pass = pass
    self.capacity = capacity
    name = operation.name
  }

  /// The one result.
  func result() throws -> Tensor {
    let results = try results()
    guard results.count == 1 else {
      throw TorchError(
        operation: name, message: "gave \(results.count) tensors where one was expected")
    }
    return results[0]
  }

  func results() throws -> [Tensor] {
    guard let rule = SecantRules.rule(for: name) else { return try withoutSecant() }
    return try rule(self)
  }

  // MARK: Arguments

  /// All tensors among the arguments, those in lists included.
  var tensors: [Tensor] {
    arguments.flatMap { argument -> [Tensor] in
      switch argument {
      case .tensor(let tensor): [tensor]
      case .tensors(let list): list.compactMap { $0 }
      default: []
      }
    }
  }

  var followed: [Tensor] { tensors.filter { $0.secant != nil } }

  /// Whether a choice, as an index, depends on the way: nothing linear can be said of it.
  var hasMovingChoices: Bool { followed.contains { !$0.elementType.isFloatingPoint } }

  func tensor(_ place: Int) throws -> Tensor {
    guard case .tensor(let tensor)? = arguments.dropFirst(place).first else {
      throw TorchError(operation: name, message: "argument \(place) is no tensor")
    }
    return tensor
  }

  func optionalTensor(_ place: Int) -> Tensor? {
    if case .tensor(let tensor)? = arguments.dropFirst(place).first { tensor } else { nil }
  }

  func isFollowed(_ place: Int) -> Bool {
    switch arguments.dropFirst(place).first {
    case .tensor(let tensor): tensor.secant != nil
    case .tensors(let list): list.contains { $0?.secant != nil }
    default: false
    }
  }

  func integers(_ place: Int) -> [Int] {
    switch arguments.dropFirst(place).first {
    case .integer(let integer): [integer]
    case .integers(let list): list
    default: []
    }
  }

  func number(_ place: Int, _ standard: Double) -> Double {
    switch arguments.dropFirst(place).first {
    case .number(let number): number
    case .integer(let integer): Double(integer)
    default: standard
    }
  }

  func optionalNumber(_ place: Int) -> Double? {
    let value = number(place, .nan)
    return value.isNaN ? nil : value
  }

  func flag(_ place: Int, _ standard: Bool = false) -> Bool {
    if case .boolean(let flag)? = arguments.dropFirst(place).first { flag } else { standard }
  }

  // MARK: Runs

  /// The operation on plain tensors that `map` makes of the arguments' tensors.
  func run(_ map: (Tensor) throws -> Tensor) throws -> [Tensor] {
    try operation.plain(arguments.map { try $0.mapped(map) }, atMost: capacity)
  }

  /// The operation on other arguments.
  func run(replacing replacements: [Int: Tensor]) throws -> [Tensor] {
    var changed = arguments
    for (place, tensor) in replacements { changed[place] = .tensor(tensor) }
    return try operation.plain(changed.map { $0.mapped(\.plain) }, atMost: capacity)
  }

  /// The same call with other arguments, followed where they are.
  func again(_ arguments: [Operator.Argument]) throws -> [Tensor] {
    try operation.all(arguments: arguments, atMost: capacity)
  }

  /// The results where ways start, not recorded.
  func nearResults() throws -> [Tensor] { try withoutRecording { try run { try $0.near } } }

  /// The results where ways end, not recorded.
  func farResults() throws -> [Tensor] { try withoutRecording { try run { try $0.far } } }

  /// The results at both ends, not recorded: of one run where it is known where rows lie.
  func ends(_ map: RowMap) throws -> (near: [Tensor], far: [Tensor]) {
    let near = try nearResults()
    guard let rows = try rows(of: near, map) else { return (near, try farResults()) }
    return (near, try zip(near, rows).map { try $0.shifted($1) })
  }

  /// Where the rows of all results lie, if they tell where ways end.
  private func rows(of results: [Tensor], _ map: RowMap) throws -> [CellRows]? {
    guard followed.allSatisfy({ $0.secant?.far == nil }) else { return nil }
    let rows = try results.compactMap { try map(self, $0.shape) }
    return rows.count == results.count ? rows : nil
  }

  /// Results, followed: on the rows alone where it is known where those lie, else with their far
  /// ends.
  ///
  /// - Parameters:
  ///   - results: Recorded, as far as there are gradients.
  ///   - map: Where the rows of a result lie.
  ///   - far: The results where ways end, where they are known already.
  func following(_ results: [Tensor], _ map: RowMap, far: [Tensor]? = nil) throws -> [Tensor] {
    if let rows = try rows(of: results, map) {
      if pass.checksRows { try verify(rows, of: results) }
      return zip(results, rows).map { Tensor($0.storage, secant: Secant(pass, rows: $1)) }
    }
    if followed.contains(where: { $0.secant?.far == nil }) { pass.lostRows(name) }
    let far = try far ?? farResults()
    return try zip(results, far).map { result, far in
      guard far.shape == result.shape else { throw changedShape(result, far) }
      return Tensor(result.storage, secant: Secant(pass, rows: nil, far: far))
    }
  }

  /// - Throws: ``TorchError`` where rows do not lie where they are said to.
  func verify(_ rows: [CellRows], of results: [Tensor]) throws {
    for (place, far) in try farResults().enumerated() {
      let claimed = try results[place].shifted(rows[place])
      let isRight = try withoutRecording {
        let (one, other) = try (claimed.converted(to: .float64), far.converted(to: .float64))
        let isClose = try (one - other).absolute() .<= other.absolute() * 1e-9 + 1e-9
        return try isClose .| (one .== other) .| (one.isNaN() .& other.isNaN())
      }
      guard try isRight.hasSameElements(as: isRight.filled(with: 1)) else {
        throw TorchError(
          operation: name, shapes: tensors.map(\.shape),
          message: "its rows do not lie on axis \(rows[place].axis), \(rows[place].stride) apart")
      }
    }
  }

  private func changedShape(_ near: Tensor, _ far: Tensor) -> TorchError {
    TorchError(
      operation: name, shapes: [near.shape, far.shape],
      message: "gives other shapes at both ends of a way, so that there is no secant")
  }

  // MARK: What there is no secant of

  /// The results where the operation has no secant.
  ///
  /// - Throws: ``TorchError`` naming it, where the pass refuses.
  func withoutSecant() throws -> [Tensor] {
    let near = try nearResults()
    if near.allSatisfy({ !$0.elementType.isFloatingPoint }) { return try discrete() }
    pass.missed(name)
    guard pass.fallback == .derivative else {
      throw TorchError(
        operation: name, shapes: tensors.map(\.shape),
        message: "has no secant"
          + (hasMovingChoices ? " where what it chooses depends on the way" : "")
          + "; use a quadrature rule, or a secant rule that falls back to derivatives")
    }
    let middle = try run { tensor in
      guard tensor.secant != nil, tensor.elementType.isFloatingPoint else { return tensor.plain }
      return try tensor.middle.standing(for: tensor.plain)
    }
    let far = try farResults()
    return try near.indices.map { place in
      let isMoved = middle[place].shape == near[place].shape && middle[place].isTracked
      let value = isMoved ? try near[place].standing(for: middle[place]) : near[place]
      return Tensor(value.storage, secant: Secant(pass, rows: nil, far: far[place]))
    }
  }

  /// Whole numbers and truth values, which have no gradient: plain ones where both ends agree.
  func discrete(_ map: RowMap = RowMaps.unknown) throws -> [Tensor] {
    let (near, far) = try ends(map)
    let rows = try rows(of: near, map)
    if pass.checksRows, let rows { try verify(rows, of: near) }
    return try near.indices.map { place in
      guard near[place].shape == far[place].shape else {
        throw changedShape(near[place], far[place])
      }
      if try near[place].hasSameElements(as: far[place]) { return near[place] }
      if near[place].elementType.isFloatingPoint { return try withoutSecant()[place] }
      let secant = Secant(pass, rows: rows?[place], far: rows == nil ? far[place] : nil)
      return Tensor(near[place].storage, secant: secant)
    }
  }
}

extension Operator.Argument {
  fileprivate var secantPass: SecantPass? {
    switch self {
    case .tensor(let tensor): tensor.secant?.pass
    case .tensors(let list): list.lazy.compactMap { $0?.secant?.pass }.first
    default: nil
    }
  }

  fileprivate func mapped(_ map: (Tensor) throws -> Tensor) rethrows -> Operator.Argument {
    switch self {
    case .tensor(let tensor): .tensor(try map(tensor))
    case .tensors(let list): .tensors(try list.map { try $0.map(map) })
    default: self
    }
  }
}

extension Tensor {
  /// Whether all elements are equal; shapes are.
  func hasSameElements(as other: Tensor) throws -> Bool {
    try (self .!= other).flattened().unsqueezed(axis: 0).any(axis: 1).integers() == [0]
  }
}
