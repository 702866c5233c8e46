// SPDX-License-Identifier: Apache-2.0

import Evaluation

extension SHA256 {
  /// The digest of a file, in hexadecimal.
  static func digest(ofFile path: String) throws -> String {
    var hash = SHA256()
    try SystemFile.forEachPiece(of: path) { hash.update($0) }
    return hash.finished()
  }
}
