// SPDX-License-Identifier: Apache-2.0

import Foundation
import Visualization

/// Writes PNG files without libpng: deflate's stored blocks, checksums computed here.
struct PNGWriter {
  var width: Int
  var height: Int
  var depth: Int
  /// 0 gray, 2 color, 3 palette, 4 gray and alpha, 6 color and alpha.
  var colorType: Int
  var isInterlaced = false
  var palette: [UInt8]?
  var transparency: [UInt8]?

  private var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType] ?? 1 }

  /// - Parameter sample: The sample at a row, column and channel, in the depth's own units.
  func data(sample: (Int, Int, Int) -> Int) -> Data {
    var raw: [UInt8] = []
    // Adam7: first row, row step, first column, column step.
    let passes =
      isInterlaced
      ? [
        (0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2),
        (1, 2, 0, 1),
      ] : [(0, 1, 0, 1)]
    for (firstRow, rowStep, firstColumn, columnStep) in passes {
      for row in stride(from: firstRow, to: height, by: rowStep) where firstColumn < width {
        var bits: [Int] = []
        for column in stride(from: firstColumn, to: width, by: columnStep) {
          for channel in 0..<channels {
            let value = sample(row, column, channel)
            for bit in (0..<depth).reversed() { bits.append(value >> bit & 1) }
          }
        }
        raw.append(0)
        for start in stride(from: 0, to: bits.count, by: 8) {
          let byte = (0..<8).reduce(0) { byte, bit in
            byte << 1 | (start + bit < bits.count ? bits[start + bit] : 0)
          }
          raw.append(UInt8(byte))
        }
      }
    }
    return file(header: header, compressed: stored(raw))
  }

  var header: [UInt8] {
    bigEndian(width) + bigEndian(height)
      + [UInt8(depth), UInt8(colorType), 0, 0, isInterlaced ? 1 : 0]
  }

  func file(header: [UInt8], compressed: [UInt8]) -> Data {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    bytes += chunk("IHDR", header)
    if let palette { bytes += chunk("PLTE", palette) }
    if let transparency { bytes += chunk("tRNS", transparency) }
    bytes += chunk("IDAT", compressed)
    bytes += chunk("IEND", [])
    return Data(bytes)
  }

  private func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return bigEndian(content.count) + body + bigEndian(Int(checksum(body)))
  }

  private func stored(_ raw: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: raw.count, by: 65535) {
      let block = raw[start..<min(start + 65535, raw.count)]
      let length = UInt16(block.count)
      bytes.append(start + block.count == raw.count ? 1 : 0)
      for word in [length, ~length] { bytes += [UInt8(word & 0xFF), UInt8(word >> 8)] }
      bytes += block
    }
    var (a, b) = (1, 0)
    for byte in raw {
      a = (a + Int(byte)) % 65521
      b = (b + a) % 65521
    }
    return bytes + bigEndian(b << 16 | a)
  }

  private func bigEndian(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    }
    return ~crc
  }
}

/// What other libraries say: `Fixtures/make_fixtures.py` wrote it.
struct References: Decodable {
  struct JPEG: Decodable {
    var width: Int
    var height: Int
    var samples: [Int]
  }
  struct Captum: Decodable {
    var span: Double
    var all: [Double]
    var positive: [Double]
    var magnitude: [Double]
  }
  var jpegs: [String: JPEG]
  var values: [Double]
  var width: Int
  var height: Int
  var percentiles: [String: Double]
  var blurs: [String: [Double]]
  var captum: Captum

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  static func read() throws -> References {
    let data = try Data(contentsOf: folder.appendingPathComponent("references.json"))
    return try JSONDecoder().decode(References.self, from: data)
  }

  var map: AttributionMap {
    get throws { try AttributionMap(width: width, height: height, values: values) }
  }
}

/// Runs a body with a folder of its own, removed at the end.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("visualization-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

/// The largest difference of two lists; infinite where their counts differ.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).map { abs($0 - $1) }.max() ?? 0
}
