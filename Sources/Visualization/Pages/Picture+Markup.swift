// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Picture {
  /// The picture as part of a page, its PNG file inside.
  ///
  /// - Parameters:
  ///   - description: What is to be seen, for those who cannot.
  ///   - limit: The most pixels of a side; larger pictures are reduced by a whole factor.
  /// - Throws: ``VisualizationError`` where libpng refuses.
  public func markup(description: String, limit: Int = 128) throws -> Markup {
    let side = max(image.width, image.height)
    let small = image.reduced(by: max(1, (side + limit - 1) / max(1, limit)))
    let address = try "data:image/png;base64," + small.pngData().base64EncodedString()
    return .element(
      "img",
      [
        "src": address, "alt": description, "width": "\(small.width)",
        "height": "\(small.height)",
      ])
  }
}
