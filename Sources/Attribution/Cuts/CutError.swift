// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a cut.
public enum CutError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The model has no layer of that name; `similar` are names that it has.
  case unknownLayer(String, similar: [String])
  /// The model has no output of that name.
  case unknownOutput(String, known: [String])
  /// No input of the model has floating-point elements, so none can be moved or differentiated.
  case noContinuousInput([String])
  /// The cut spans several tensors where one is wanted.
  case severalTensors(cut: String, places: [String])
  /// The cut has tensors without gradients, such as ids.
  case notContinuous(cut: String, place: String)
  /// A part that the activation does not have.
  case part(String, shape: [Int])
  /// Cuts that are to be one tensor have tensors of different shapes.
  case unequal(cut: String, [Int], [Int])
  /// Nothing that happens at the distribution's cut is felt where attributions are wanted.
  case unreached(cut: String, from: String)

  public var description: String {
    switch self {
    case .unknownLayer(let name, let similar):
      let hint = similar.isEmpty ? "" : "; near it are \(similar.list)"
      return "the model has no layer '\(name)'\(hint). `attribute inspect` lists them all"
    case .unknownOutput(let name, let known):
      return "the model has no output '\(name)'; it has \(known.list)"
    case .noContinuousInput(let names):
      return "no input has floating-point elements (\(names.list)), so there is no gradient "
        + "there: cut at a layer behind them, such as an embedding"
    case .severalTensors(let cut, let places):
      return "\(cut) spans several tensors (\(places.list)), and one is wanted: name it"
    case .notContinuous(let cut, let place):
      return "\(cut) reads '\(place)', whose elements are whole numbers: there is no gradient there"
    case .part(let what, let shape):
      return "the activation of shape \(shape) has no \(what)"
    case .unequal(let cut, let first, let other):
      return
        "\(cut) makes one tensor of several, and theirs have the shapes \(first) and \(other): "
        + "name values of one shape"
    case .unreached(let cut, let from):
      return "the distribution moves \(from), and \(cut) does not depend on it, so it has no "
        + "displacement: let the distribution live at \(cut) or ahead of it, or ask for the influence"
    }
  }

  /// An unknown layer, with the known names that come near it.
  public static func unknown(layer: String, among names: [String]) -> CutError {
    let near =
      names
      .map { (name: $0, distance: editDistance(layer.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= max(2, layer.count / 3) || $0.name.contains(layer) }
      .sorted { $0.distance < $1.distance }
    return .unknownLayer(layer, similar: near.prefix(5).map(\.name))
  }
}

/// How many insertions, deletions and replacements lie between two words.
private func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let replaced = diagonal + (letter == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
