// SPDX-License-Identifier: Apache-2.0

import CImage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Bits of a sample in a PNG file.
public enum SampleDepth: Int, Sendable {
  case eight = 8
  case sixteen = 16
}

extension Image {
  /// The most pixels that are decoded unless a caller allows more: 50 millions, which is beyond
  /// cameras and within memory (600 MB as samples of three channels).
  public static let defaultPixelLimit = 50_000_000

  /// Reads a PNG or JPEG file, told apart by its content, whatever its name.
  ///
  /// PNG: every color type and depth; 1, 2 and 4 bits become `n / largest`, 16 bits are kept;
  /// palettes become colors, transparency an alpha channel. JPEG: gray and color. Gamma, color
  /// profiles and EXIF orientation are not applied: samples are what the file holds.
  ///
  /// - Throws: ``VisualizationError`` where the file cannot be read, is damaged, truncated, CMYK or
  ///   larger than `pixelLimit`, which is found out before memory is taken.
  public init(contentsOf file: URL, pixelLimit: Int = Image.defaultPixelLimit) throws {
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw VisualizationError(
        .file, file: file.path, message: "cannot be read: check that it exists and may be read")
    }
    do {
      try self.init(decoding: data, pixelLimit: pixelLimit)
    } catch var error as VisualizationError {
      error.file = file.path
      throw error
    }
  }

  /// Decodes the bytes of a PNG or JPEG file, as ``init(contentsOf:pixelLimit:)`` does.
  public init(
    decoding bytes: some ContiguousBytes, pixelLimit: Int = Image.defaultPixelLimit
  ) throws {
    var decoded = ci_image()
    let status = bytes.withUnsafeBytes { buffer in
      buffer.withMemoryRebound(to: UInt8.self) { bytes -> ci_status in
        guard let start = bytes.baseAddress else { return CI_UNKNOWN_FORMAT }
        return ci_decode(start, bytes.count, UInt64(clamping: pixelLimit), &decoded)
      }
    }
    try Self.check(status, "cannot be read as an image")
    defer { ci_free(decoded.samples) }
    let width = Int(decoded.width)
    let height = Int(decoded.height)
    guard let format = PixelFormat(rawValue: Int(decoded.channels)), let start = decoded.samples
    else {
      throw VisualizationError(
        .unsupported, message: "it has \(decoded.channels) channels: 1 to 4 are known")
    }
    let count = width * height * format.rawValue
    let samples: [Float] =
      if decoded.bits == 16 {
        UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt16.self), count: count)
          .map { Float($0) / 65535 }
      } else {
        UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)
          .map { Float($0) / 255 }
      }
    self.init(checkedWidth: width, height: height, format: format, samples: samples)
  }

  /// Writes a PNG file, whole or not at all: another file of that name stays until it is replaced.
  ///
  /// Samples are rounded to the nearest of the depth's steps, so that what was read with eight bits
  /// is written unchanged.
  ///
  /// - Throws: ``VisualizationError`` where the file cannot be written.
  public func write(to file: URL, depth: SampleDepth = .eight) throws {
    let data = try pngData(depth: depth)
    do {
      try data.write(to: file, options: .atomic)
    } catch {
      throw VisualizationError(
        .file, file: file.path,
        message: "cannot be written: check that its folder exists and may be written to")
    }
  }

  /// The bytes of a PNG file of this image.
  public func pngData(depth: SampleDepth = .eight) throws -> Data {
    switch depth {
    case .eight: try encode(samples.map { UInt8(($0 * 255).rounded()) }, depth)
    case .sixteen: try encode(samples.map { UInt16(($0 * 65535).rounded()) }, depth)
    }
  }

  private func encode<Sample>(_ quantized: [Sample], _ depth: SampleDepth) throws -> Data {
    guard let width = UInt32(exactly: width), let height = UInt32(exactly: height) else {
      throw VisualizationError(
        .tooLarge, message: "\(width) × \(height) pixels are more than a PNG file holds")
    }
    var quantized = quantized
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status = quantized.withUnsafeMutableBytes { buffer -> ci_status in
      guard let start = buffer.baseAddress else { return CI_UNSUPPORTED }
      var image = ci_image(
        width: width, height: height, channels: UInt32(channels), bits: UInt32(depth.rawValue),
        samples: start)
      return ci_encode_png(&image, &bytes, &count)
    }
    try Self.check(status, "cannot be encoded")
    guard let bytes else { throw VisualizationError(.malformed, message: "libpng gave nothing") }
    defer { ci_free(bytes) }
    return Data(bytes: bytes, count: count)
  }

  private static func check(_ status: ci_status, _ failure: String) throws {
    let kind: VisualizationError.Kind
    switch status {
    case CI_OK: return
    case CI_UNKNOWN_FORMAT: kind = .unknownFormat
    case CI_UNSUPPORTED: kind = .unsupported
    case CI_TOO_LARGE: kind = .tooLarge
    case CI_OUT_OF_MEMORY: kind = .outOfMemory
    default: kind = .malformed
    }
    let message = String(cString: ci_error_message())
    throw VisualizationError(kind, message: "\(failure): \(message)")
  }
}
