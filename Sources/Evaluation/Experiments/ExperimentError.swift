// SPDX-License-Identifier: Apache-2.0

/// Why an experiment cannot be run, or its results cannot be read.
public enum ExperimentError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Nothing is given of something that every cell needs.
  case nothing(of: String)
  /// A name stands for two things.
  case twice(what: String, name: String)
  /// Data wants a model that is not there.
  case unknownModel(String, data: String, known: [String])
  /// The folder holds results of another experiment.
  case otherExperiment(folder: String, found: String, wanted: String)
  /// The folder holds something, and it is no experiment.
  case noExperiment(folder: String)
  /// Another process writes there.
  case inUse(folder: String)
  /// What lies in the folder is not what was written there.
  case damaged(file: String, reason: String)
  /// The system refused.
  case file(String, reason: String)
  /// The quantity asks for labels.
  case noLabels(quantity: String, data: String)

  public var description: String {
    switch self {
    case .nothing(let what): return "the experiment has no \(what): give one at least"
    case .twice(let what, let name):
      return
        "two \(what) are called '\(name)': results are told apart by names, so give each its own"
    case .unknownModel(let model, let data, let known):
      return "the data '\(data)' is for the model '\(model)', and the experiment has "
        + known.map { "'\($0)'" }.joined(separator: ", ")
    case .otherExperiment(let folder, let found, let wanted):
      return "\(folder) holds the results of the experiment '\(found)', not of '\(wanted)': name "
        + "another folder, or remove that one"
    case .noExperiment(let folder):
      return "\(folder) is not empty, and holds no experiment: name another folder"
    case .inUse(let folder):
      return "another process writes to \(folder): wait for its end, or name another folder"
    case .damaged(let file, let reason):
      return "\(file) is not as it was written (\(reason)): remove it, and run the experiment again"
    case .file(let path, let reason): return "\(path): \(reason)"
    case .noLabels(let quantity, let data):
      return
        "the quantity '\(quantity)' asks for the instances' labels, and the data '\(data)' has "
        + "none"
    }
  }
}
