// SPDX-License-Identifier: Apache-2.0

/// Why an array could not be read from, or written to, NumPy's format.
public struct NPYError: Error, Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    /// The bytes do not start as NumPy's do.
    case notNPY
    /// A version of the format that does not exist yet.
    case unknownVersion(major: Int, minor: Int)
    /// The bytes end before the array does.
    case truncated(needed: Int, found: Int)
    /// Bytes follow the array.
    case trailingBytes(Int)
    /// The header is not what NumPy writes: what is wrong, and at which byte of the header's text.
    case malformedHeader(String, at: Int)
    /// Elements that a tensor cannot hold, as NumPy calls them.
    case unsupportedType(String)
    /// The shape takes more bytes, or more axes, than a tensor can have.
    case tooLarge(shape: [Int])
    /// The system refused to read or write the file.
    case file(String)
  }

  public var reason: Reason
  /// The file, where there is one.
  public var path: String?

  public init(_ reason: Reason, path: String? = nil) {
    self.reason = reason
    self.path = path
  }
}

extension NPYError: CustomStringConvertible {
  public var description: String { (path.map { $0 + ": " } ?? "") + reason.description }
}

extension NPYError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notNPY:
      "not a .npy file: it does not start with \\x93NUMPY. Write it with numpy.save(file, array); "
        + "take single arrays out of an .npz with numpy.load(file)[name]"
    case .unknownVersion(let major, let minor):
      "version \(major).\(minor) of the .npy format is not known, 1.0, 2.0 and 3.0 are: "
        + "save it with a NumPy that writes one of these"
    case .truncated(let needed, let found):
      "the file is cut short: \(found) bytes where \(needed) are needed. Copy or save it again"
    case .trailingBytes(let count):
      "\(count) bytes follow the array. Save each array to a file of its own"
    case .malformedHeader(let problem, let offset):
      "the header is damaged at its byte \(offset): \(problem). Save the array again"
    case .unsupportedType(let type):
      "elements of type \(type) are not supported. Convert the array before saving it, for example "
        + "array.astype(numpy.float32)"
    case .tooLarge(let shape):
      "an array of shape \(shape) takes more bytes, or has more axes, than a tensor can: the header "
        + "is damaged, or the array is to be saved in parts"
    case .file(let reason):
      reason
    }
  }
}
