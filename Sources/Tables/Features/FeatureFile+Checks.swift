// SPDX-License-Identifier: Apache-2.0

extension FeatureFile {
  /// What the keys' types do not tell.
  func check(_ file: String) throws {
    guard !features.isEmpty else { throw TableError(file, column: "features", "the list is empty") }
    var names: Set<String> = []
    for (index, feature) in features.enumerated() {
      let place = "features[\(index)]"
      guard !feature.name.isEmpty else {
        throw TableError(file, column: "\(place).name", "it is empty")
      }
      guard names.insert(feature.name).inserted else {
        throw TableError(file, column: "\(place).name", "'\(feature.name)' is there twice")
      }
      if feature.name == target {
        throw TableError(
          file, column: "target",
          "'\(feature.name)' is a feature, too: what is predicted is not fed")
      }
      try feature.categories == nil
        ? feature.checkNumber(place, file) : feature.checkCategories(place, file)
    }
    try Self.checkScale(output?.mean, output?.scale, "output", file)
  }

  fileprivate static func checkScale(
    _ mean: Double?, _ scale: Double?, _ place: String, _ file: String
  ) throws {
    if let mean, !mean.isFinite {
      throw TableError(file, column: "\(place).mean", "it is not finite")
    }
    guard let scale, !(scale > 0 && scale.isFinite) else { return }
    throw TableError(
      file, column: "\(place).scale",
      "\(scale) is no standard deviation: a number above 0 is expected")
  }
}

extension FeatureFile.Feature {
  fileprivate func checkNumber(_ place: String, _ file: String) throws {
    for (key, isGiven) in [("encoding", encoding != nil), ("dropped", dropped != nil)] where isGiven
    {
      throw TableError(
        file, column: "\(place).\(key)", "it is for categories: list them as \"categories\"")
    }
    try FeatureFile.checkScale(mean, scale, place, file)
    if case .category(let text) = baseline {
      throw TableError(
        file, column: "\(place).baseline",
        "'\(text)' is no number, and the feature has no categories")
    }
  }

  fileprivate func checkCategories(_ place: String, _ file: String) throws {
    let categories = categories ?? []
    for (key, isGiven) in [("mean", mean != nil), ("scale", scale != nil)] where isGiven {
      throw TableError(file, column: "\(place).\(key)", "categories have none")
    }
    guard !categories.isEmpty else {
      throw TableError(file, column: "\(place).categories", "the list is empty")
    }
    guard Set(categories).count == categories.count else {
      throw TableError(file, column: "\(place).categories", "one is there twice")
    }
    guard let encoding else {
      throw TableError(
        file, column: "\(place).encoding", "it is missing: one-hot, or ids for an embedding")
    }
    if let dropped {
      guard encoding == .oneHot, categories.count > 1, categories.contains(dropped) else {
        throw TableError(
          file, column: "\(place).dropped",
          "'\(dropped)' must be one of several categories that are one-hot")
      }
    }
    switch baseline {
    case .number(let number):
      throw TableError(
        file, column: "\(place).baseline",
        "\(number) is no category: write one of \(categories.listed()) as a text")
    case .category(let text) where !categories.contains(text):
      throw TableError(
        file, column: "\(place).baseline", "'\(text)' is none of \(categories.listed())")
    default: break
    }
  }
}
