// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

/// Files that NumPy wrote; `Fixtures/NPY/make.py` says what they hold.
@Suite struct NPYReadingTests {
  @Test(arguments: [
    ("i1-little", ElementType.int8), ("i2-little", .int16), ("i2-big", .int16),
    ("i4-little", .int32), ("i4-big", .int32), ("i8-little", .int64), ("i8-big", .int64),
    ("f2-little", .float16), ("f2-big", .float16), ("f4-little", .float32), ("f4-big", .float32),
    ("f8-little", .float64), ("f8-big", .float64),
  ])
  func `signed types are read in both byte orders`(name: String, type: ElementType) throws {
    let tensor = try Tensor(contentsOfNPY: fixture("NPY/\(name).npy"))
    #expect(tensor.elementType == type)
    #expect(tensor.shape == [2, 3, 4])
    #expect(try tensor.numbers() == (0..<24).map { Double($0) - 12 })
  }

  @Test(arguments: [
    ("u1-little", ElementType.uint8, 255), ("u2-little", .int32, 65535), ("u2-big", .int32, 65535),
    ("u4-little", .int64, 4_294_967_295), ("u4-big", .int64, 4_294_967_295),
  ])
  func `unsigned types are read without loss`(name: String, type: ElementType, top: Int) throws {
    let tensor = try Tensor(contentsOfNPY: fixture("NPY/\(name).npy"))
    #expect(tensor.elementType == type)
    #expect(tensor.shape == [2, 3, 4])
    #expect(try tensor.integers() == (0..<24).map { top - $0 })
  }

  @Test func `truth values are read`() throws {
    let tensor = try Tensor(contentsOfNPY: fixture("NPY/b1-little.npy"))
    #expect(tensor.shape == [2, 3, 4])
    #expect(try tensor.scalars(as: Bool.self) == (0..<24).map { $0 % 3 == 0 })
  }

  @Test(arguments: ["fortran", "fortran-big", "version-2", "version-3"])
  func `Fortran order and later versions give the same numbers`(name: String) throws {
    let tensor = try Tensor(contentsOfNPY: fixture("NPY/\(name).npy"))
    try expectClose(tensor, (0..<24).map(Double.init), shape: [2, 3, 4], absolute: 0, relative: 0)
  }

  @Test func `arrays without axes, with one, and without elements are read`() throws {
    #expect(try Tensor(contentsOfNPY: fixture("NPY/scalar.npy")).shape == [])
    #expect(try Tensor(contentsOfNPY: fixture("NPY/scalar.npy")).number() == 2.5)
    let vector = try Tensor(contentsOfNPY: fixture("NPY/fortran-vector.npy"))
    #expect(try vector.numbers() == [0, 1, 2, 3])
    #expect(try Tensor(contentsOfNPY: fixture("NPY/empty.npy")).shape == [0, 3])
  }

  @Test func `every bit of a special number is kept`() throws {
    let numbers = try Tensor(contentsOfNPY: fixture("NPY/special.npy")).scalars(as: Float.self)
    #expect(numbers[0].isNaN)
    #expect(numbers[1...2] == [.infinity, -.infinity])
    #expect(numbers[3] == 0 && numbers[3].sign == .minus)
    #expect(numbers[4] == .leastNonzeroMagnitude)
  }

  @Test(arguments: [
    ("u8", "'<u8'"), ("c8", "'<c8'"), ("text", "'<U3'"), ("date", "'<M8[D]'"), ("object", "'|O'"),
    ("structured", "structured, [('a', '<f4'), ('b', '<i4', (2,))], 'fortran_order': False, …,"),
    ("nonascii", "structured, [('gr??????e', '<f4')], 'fortran_order': False, 'shape': (2,), …,"),
  ])
  func `a type that no tensor has is refused by name`(name: String, type: String) throws {
    let path = fixture("NPY/refused-\(name).npy")
    let error = #expect(throws: NPYError.self) { try Tensor(contentsOfNPY: path) }
    guard case .unsupportedType(let found)? = error?.reason else {
      Issue.record("refused for another reason: \(String(describing: error))")
      return
    }
    #expect(found.hasPrefix(type.prefix(20)))
    #expect(error?.path == path)
    #expect(error?.description.contains("astype") == true)
  }
}
