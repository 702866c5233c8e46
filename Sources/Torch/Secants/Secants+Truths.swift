// SPDX-License-Identifier: Apache-2.0

extension SecantRules {
  /// Comparisons, and what is made of truth values.
  ///
  /// A truth value that turns over on the way is 0 at one end and 1 at the other: a step, whose secant
  /// shares the change out among what is compared.
  static let truths: [String: Rule] = {
    var rules: [String: Rule] = [:]
    for name in ["lt", "le", "gt", "ge", "eq", "ne"] {
      rules["aten::" + name] = { try $0.comparison() }
    }
    rules["aten::logical_not"] = { call in try call.logic { try 1 - $0[0] } }
    rules["aten::logical_and"] = { call in try call.logic { try $0[0] * $0[1] } }
    rules["aten::logical_or"] = { call in try call.logic { try $0[0] + $0[1] - $0[0] * $0[1] } }
    rules["aten::logical_xor"] = { call in
      try call.logic { try $0[0] + $0[1] - $0[0] * $0[1] * 2 }
    }
    rules["aten::bitwise_not"] = rules["aten::logical_not"]
    rules["aten::bitwise_and"] = rules["aten::logical_and"]
    rules["aten::bitwise_or"] = rules["aten::logical_or"]
    rules["aten::bitwise_xor"] = rules["aten::logical_xor"]
    rules["aten::any"] = { call in
      try call.logic(RowMaps.along(1, keeps: 2)) {
        try $0[0].max(axes: call.integers(1), keepingAxes: call.flag(2))
      }
    }
    rules["aten::all"] = { call in
      try call.logic(RowMaps.along(1, keeps: 2)) {
        try $0[0].min(axes: call.integers(1), keepingAxes: call.flag(2))
      }
    }
    for name in ["isnan", "isinf", "isfinite"] {
      rules["aten::" + name] = { try $0.discrete(RowMaps.order) }
    }
    rules["aten::argmax"] = { try $0.place(1) }
    rules["aten::argmin"] = { try $0.place(-1) }
    return rules
  }()
}

extension SecantCall {
  fileprivate func comparison() throws -> [Tensor] {
    let results = try discrete(RowMaps.aligned)
    guard let secant = results[0].secant else { return results }
    func number(_ tensor: Tensor) throws -> Tensor? {
      if tensor.elementType.isFloatingPoint { return tensor }
      return try tensor.secant == nil ? tensor.converted(to: .float64) : tensor.secant?.truth
    }
    guard let x = try number(tensor(0)) else { return results }
    var other = try x.near.filled(with: self.number(1, 0))
    if let tensor = optionalTensor(1) {
      guard let found = try number(tensor) else { return results }
      other = found
    }
    pass.met(name, .corners)
    let difference = try x - other
    let (a, b) = (
      try results[0].near.converted(like: difference),
      try results[0].far.converted(like: difference)
    )
    let slope = try withoutRecording {
      try noteZeros(from: difference.near, to: difference.far, rows: difference.secant?.rows)
      return try Chord(a: difference.near, b: difference.far, fa: a, fb: b)
        .stepSlope(elsewhere: 0)
    }
    let truth = Tensor(
      try a.sloped(slope, of: difference.plain).storage,
      secant: Secant(pass, rows: secant.rows, far: secant.rows == nil ? b : nil))
    return [truth.carried(by: results[0])]
  }

  /// A result made of truth values, and the same of the numbers that stand for them.
  fileprivate func logic(
    _ map: RowMap = RowMaps.aligned, _ body: ([Tensor]) throws -> Tensor
  ) throws -> [Tensor] {
    let results = try discrete(map)
    guard results[0].secant != nil, results[0].elementType == .bool,
      followed.allSatisfy({ $0.secant?.truth != nil })
    else { return results }
    let truths = try tensors.map { tensor in
      guard tensor.elementType == .bool else {
        return try (tensor.near .!= 0).converted(to: .float64)
      }
      return try tensor.secant?.truth ?? tensor.converted(to: .float64)
    }
    return [try body(truths).carried(by: results[0])]
  }

  /// Where the greatest or the least is: it goes from one place to another as one overtakes the
  /// other.
  fileprivate func place(_ sign: Double) throws -> [Tensor] {
    let results = try discrete(RowMaps.along(1, keeps: 2))
    let x = try tensor(0)
    guard let secant = results[0].secant, x.elementType.isFloatingPoint,
      let axis = integers(1).first
    else { return results }
    pass.met(name, .corners)
    let keeps = flag(2)
    func lined(_ places: Tensor) throws -> Tensor {
      keeps ? places : try places.unsqueezed(axis: axis)
    }
    let (first, last) = (try lined(results[0].near), try lined(results[0].far))
    func lead(_ x: Tensor) throws -> Tensor {
      try x.gathered(last, axis: axis) - x.gathered(first, axis: axis)
    }
    let (a, b) = (try first.converted(like: x), try last.converted(like: x))
    let slope = try withoutRecording {
      try Chord(a: lead(x.near), b: lead(x.far), fa: a, fb: b).stepSlope(elsewhere: 0)
    }
    let place = try a.sloped(slope, of: lead(x.plain))
    func fitted(_ places: Tensor) throws -> Tensor {
      keeps ? places : try places.squeezed(axis: axis)
    }
    let far = secant.rows == nil ? try fitted(b) : nil
    return [
      Tensor(try fitted(place).storage, secant: Secant(pass, rows: secant.rows, far: far))
        .carried(by: results[0])
    ]
  }

  /// What is read at places that depend on the way: on average at both of them, and the jump from
  /// one to the other goes to what moves the place.
  ///
  /// - Parameters:
  ///   - argument: Where the places are.
  ///   - behind: How many axes of what is read lie behind those of the places.
  func moved(
    _ argument: Int, behind: Int = 0, _ read: (Tensor, Tensor) throws -> Tensor
  ) throws -> [Tensor] {
    let (x, places) = (try tensor(0), try tensor(argument))
    let (near, far) = (try nearResults()[0], try farResults()[0])
    guard x.elementType.isFloatingPoint, let truth = places.secant?.truth else {
      return try discrete()
    }
    pass.met(name, .corners)
    let (first, last) = (try places.near, try places.far)
    func beside(_ tensor: Tensor) throws -> Tensor {
      try tensor.reshaped(to: tensor.shape + [Int](repeating: 1, count: behind))
    }
    let rate = try withoutRecording {
      let way = try beside((last - first).converted(like: x))
      let jump = try read(x.middle, last) - read(x.middle, first)
      return try (jump / way).filled(with: 0, where: way .== 0)
    }
    let linear =
      try (read(x.plain, first) + read(x.plain, last)) * 0.5
      + beside(truth.plain.converted(like: x)) * rate
    return try following([near.standing(for: linear)], RowMaps.unknown, far: [far])
  }
}

extension Tensor {
  /// The truth values or whole numbers that these numbers stand for, knowing them.
  func carried(by choices: Tensor) -> Tensor {
    guard let secant = choices.secant else { return choices }
    return Tensor(
      choices.storage,
      secant: Secant(secant.pass, rows: secant.rows, far: secant.far, truth: self))
  }
}
