// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

/// Bytes that NumPy would not have written: each is refused with a reason, none ends the process.
@Suite struct NPYHostileTests {
  private static let good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"

  /// A file of version 1 around a header's text.
  private static func file(_ text: String, elements: Int = 8) -> [UInt8] {
    let text = Array(text.utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count & 255), UInt8(text.count >> 8)]
      + text + [UInt8](repeating: 0, count: elements)
  }

  private func reason(_ bytes: [UInt8]) -> NPYError.Reason? {
    #expect(throws: NPYError.self) { try Tensor(npy: bytes) }?.reason
  }

  @Test(arguments: [
    "{\"descr\":'<f4','fortran_order':False,'shape':(2,)}",
    "  { 'shape' : ( 2 , ) ,\n\t'descr' : '=f4' , 'fortran_order' : True }  \n",
    "{'descr': 'f4', 'fortran_order': False, 'shape': (2L,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }",
  ])
  func `what Python reads the same is read`(text: String) throws {
    #expect(try Tensor(npy: Self.file(text)).count == 2)
  }

  @Test func `every beginning of a file is refused`() throws {
    let whole = Self.file(Self.good)
    #expect(try Tensor(npy: whole).shape == [2])
    for length in whole.indices {
      guard case .truncated(let needed, let found)? = reason(Array(whole[..<length])) else {
        Issue.record("\(length) bytes were not called truncated")
        continue
      }
      #expect(found == length)
      #expect(needed > found && needed <= whole.count)
    }
  }

  @Test func `bytes behind the array are refused`() {
    #expect(reason(Self.file(Self.good, elements: 9)) == .trailingBytes(1))
    #expect(reason(Self.file(Self.good) + Self.file(Self.good)) == .trailingBytes(75))
  }

  @Test func `other files and versions are told apart`() {
    #expect(reason(Array("PK\u{3}\u{4}".utf8)) == .notNPY)
    #expect(reason([UInt8](repeating: 0x93, count: 100)) == .notNPY)
    for (major, minor) in [(0, 0), (4, 0), (1, 1), (255, 255)] {
      var bytes = Self.file(Self.good)
      (bytes[6], bytes[7]) = (UInt8(major), UInt8(minor))
      #expect(reason(bytes) == .unknownVersion(major: major, minor: minor))
    }
  }

  @Test func `a header that claims to be huge is refused before anything is allocated`() {
    let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF]
    #expect(
      reason(start) == .malformedHeader("it claims to be 4294967295 bytes long", at: 0))
  }

  @Test(arguments: [
    "(4611686018427387904,)", "(4294967296, 4294967296)", "(0, 4294967296, 4294967296)",
    "(9223372036854775807, 9223372036854775807, 0)", "(" + String(repeating: "1,", count: 65) + ")",
  ])
  func `a shape that is too large is refused`(shape: String) {
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape)}"
    guard case .tooLarge? = reason(Self.file(text, elements: 4)) else {
      Issue.record("refused for another reason")
      return
    }
  }

  @Test func `a shape that the bytes do not fill is refused before anything is allocated`() {
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }"
    let bytes = Self.file(text)
    #expect(
      reason(bytes)
        == .truncated(needed: bytes.count - 8 + 4_000_000_000_000, found: bytes.count))
  }

  @Test(arguments: [
    ("", 0), ("{", 1), ("}", 0), ("[]", 0), ("{}", 2), ("{,}", 1), ("{} x", 3),
    ("{'descr': '<f4', 'fortran_order': False, }", 42),
    ("{'descr': '<f4', 'shape': (2,), }", 33),
    ("{'fortran_order': False, 'shape': (2,), }", 41),
    ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 17),
    ("{'shape': (2,), 'shape': (2,), 'descr': '<f4', 'fortran_order': False}", 16),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}", 56),
    ("{'descr' '<f4'}", 9), ("{'descr': '<f4' 'shape'}", 16), ("{'descr': <f4}", 10),
    ("{'descr': '<f4", 10), ("{'descr': '<f\\x34'}", 10), ("{'descr': '<f4\"}", 10),
    ("{'gr\u{f6}\u{df}e': 1}", 1), ("{'descr': '\u{1}'}", 10), ("{1: 2}", 1),
    ("{'fortran_order': 1}", 18), ("{'fortran_order': true}", 18), ("{'fortran_order': }", 18),
    ("{'shape': 2}", 10), ("{'shape': (2)}", 13), ("{'shape': (-2,)}", 11),
    ("{'shape': ((2,),)}", 11), ("{'shape': (2,,)}", 13), ("{'shape': (,)}", 11),
    ("{'shape': (2.0,)}", 12), ("{'shape': (2 3)}", 13), ("{'shape': (0x2,)}", 12),
    ("{'shape': (9223372036854775808,)}", 11), ("{'shape': (2", 12), ("{'shape': (+2,)}", 11),
    ("{'shape': " + String(repeating: "(", count: 50_000), 11),
    ("{'shape': (" + String(repeating: "9", count: 50_000), 11),
    (String(repeating: "{", count: 50_000), 1),
  ])
  func `a damaged header is refused at the place of the damage`(text: String, place: Int) {
    guard case .malformedHeader(let problem, let found)? = reason(Self.file(text)) else {
      Issue.record("refused for another reason: \(String(describing: reason(Self.file(text))))")
      return
    }
    #expect(found == place, "\(problem)")
    #expect(!problem.isEmpty)
  }

  @Test(arguments: [
    "<f3", "<f16", "|V4", "<i0", "", "<", "<f44", "f4<", "<<f4", "float32", "<m8[s]",
  ])
  func `an unknown type is refused by name`(type: String) {
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (2,), }"
    #expect(reason(Self.file(text)) == .unsupportedType("'\(type)'"))
  }

  @Test func `truth values are true for every byte but 0`() throws {
    let text = "{'descr': '|b1', 'fortran_order': False, 'shape': (4,), }"
    var bytes = Self.file(text, elements: 4)
    bytes.replaceSubrange((bytes.count - 4)..., with: [0, 1, 2, 255])
    let tensor = try Tensor(npy: bytes)
    #expect(try tensor.bytes() == [0, 1, 1, 1])
    #expect(try tensor.scalars(as: Bool.self) == [false, true, true, true])
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `damage at random places gives an array or a reason`(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let names = ["f4-big", "fortran", "version-2", "u2-big", "b1-little", "refused-structured"]
    for _ in 0..<500 {
      let name = names.randomElement(using: &random) ?? names[0]
      var bytes = contents(of: fixture("NPY/\(name).npy"))
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<min(128, bytes.count), using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.remove(at: place)
        default: bytes.insert(bytes.randomElement(using: &random) ?? 0, at: place)
        }
      }
      do {
        let tensor = try Tensor(npy: bytes)
        #expect(tensor.count * tensor.elementType.byteCount <= 2 * bytes.count)
      } catch {
        #expect(error is NPYError, "seed \(seed): \(error)")
      }
    }
  }
}
