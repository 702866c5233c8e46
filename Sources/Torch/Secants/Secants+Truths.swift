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
      try call.logic { try $0[0].max(axes: call.integers(1), keepingAxes: call.flag(2)) }
    }
    rules["aten::all"] = { call in
      try call.logic { try $0[0].min(axes: call.integers(1), keepingAxes: call.flag(2)) }
    }
    for name in ["isnan", "isinf", "isfinite"] {
      rules["aten::" + name] = { try $0.discrete() }
    }
    return rules
  }()
}

extension SecantCall {
  fileprivate func comparison() throws -> [Tensor] {
    let results = try discrete()
    guard let secant = results[0].secant, let far = secant.far,
      followed.allSatisfy(\.elementType.isFloatingPoint)
    else { return results }
    pass.met(name, .corners)
    let x = try tensor(0)
    let difference = try optionalTensor(1).map { try x - $0 } ?? x - number(1, 0)
    let type = difference.elementType
    let (a, b) = (try results[0].near.converted(to: type), try far.converted(to: type))
    let slope = try withoutRecording {
      try Chord(a: difference.near, b: difference.far, fa: a, fb: b).stepSlope(elsewhere: 0)
    }
    let truth = Tensor(
      try a.sloped(slope, of: difference.plain).storage,
      secant: Secant(pass, rows: difference.secant?.rows, far: b))
    return [truth.carried(by: results[0], secant)]
  }

  /// A result made of truth values, and the same of the numbers that stand for them.
  fileprivate func logic(_ body: ([Tensor]) throws -> Tensor) throws -> [Tensor] {
    let results = try discrete()
    guard let secant = results[0].secant, results[0].elementType == .bool,
      followed.allSatisfy({ $0.secant?.truth != nil })
    else { return results }
    let truths = try tensors.map { tensor in
      guard tensor.elementType == .bool else {
        return try (tensor.near .!= 0).converted(to: .float64)
      }
      return try tensor.secant?.truth ?? tensor.converted(to: .float64)
    }
    return [try body(truths).carried(by: results[0], secant)]
  }
}

extension Tensor {
  /// The truth values that these numbers stand for, knowing them.
  fileprivate func carried(by truths: Tensor, _ secant: Secant) -> Tensor {
    Tensor(
      truths.storage,
      secant: Secant(secant.pass, rows: secant.rows, far: secant.far, truth: self))
  }
}
