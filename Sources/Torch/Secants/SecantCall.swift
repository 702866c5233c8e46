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

  /// Results, followed: on the rows alone where it is known where those lie, else with their far
  /// ends.
  ///
  /// - Parameters:
  ///   - results: Recorded, as far as there are gradients.
  ///   - map: Where the rows of a result lie.
  func following(_ results: [Tensor], _ map: RowMap, far: [Tensor]? = nil) throws -> [Tensor] {
    let rows = try results.map { try map(self, $0.shape) }
    let isLost = rows.contains { $0 == nil } || followed.contains { $0.secant?.far != nil }
    let ends = isLost ? try far ?? farResults() : nil
    return try results.indices.map { place in
      if let ends, ends[place].shape != results[place].shape {
        throw TorchError(
          operation: name, shapes: [results[place].shape, ends[place].shape],
          message: "gives other shapes at both ends of a way, so that there is no secant")
      }
      return Tensor(
        results[place].storage,
        secant: Secant(pass, rows: rows[place], far: ends?[place]))
    }
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
  func discrete() throws -> [Tensor] {
    let (near, far) = (try nearResults(), try farResults())
    return try near.indices.map { place in
      guard near[place].shape == far[place].shape else {
        throw TorchError(
          operation: name, shapes: [near[place].shape, far[place].shape],
          message: "gives other shapes at both ends of a way, so that there is no secant")
      }
      if try near[place].hasSameElements(as: far[place]) { return near[place] }
      return Tensor(near[place].storage, secant: Secant(pass, rows: nil, far: far[place]))
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
