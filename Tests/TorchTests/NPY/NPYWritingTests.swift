// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing
import Torch

@Suite struct NPYWritingTests {
  @Test(arguments: [
    "i1-little", "i2-little", "i4-little", "i8-little", "u1-little", "f2-little", "f4-little",
    "f8-little", "b1-little", "scalar", "empty", "special",
  ])
  func `the bytes are those that NumPy writes`(name: String) throws {
    let path = fixture("NPY/\(name).npy")
    #expect(try Tensor(contentsOfNPY: path).npyBytes() == contents(of: path))
  }

  @Test(arguments: ElementType.allCases)
  func `what is written is read again`(type: ElementType) throws {
    let tensor = try Tensor([0, 1, 2, 3, 100, 127] as [Double], shape: [3, 2]).converted(to: type)
    let again = try Tensor(npy: tensor.npyBytes())
    #expect(again.elementType == (type == .bfloat16 ? .float32 : type))
    #expect(again.shape == [3, 2])
    #expect(try again.numbers() == tensor.numbers())
  }

  @Test func `a view is written as it reads, and tracked tensors too`() throws {
    let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]).tracked()
    let again = try Tensor(npy: tensor.transposed().npyBytes())
    #expect(again.shape == [3, 2])
    #expect(try again.numbers() == [1, 4, 2, 5, 3, 6])
  }

  @Test(arguments: [0, 1, 2, 5, 40, 64])
  func `the elements start at a multiple of 64 bytes`(rank: Int) throws {
    let bytes = try Tensor.ones([Int](repeating: 1, count: rank)).npyBytes()
    #expect(bytes.count % 64 == 4)
    #expect(try Tensor(npy: bytes).rank == rank)
  }

  @Test func `a file takes the place of the one before, and nothing else is left`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/x.npy"
      try Tensor.zeros([100]).writeNPY(to: path)
      chmod(path, 0o640)
      try Tensor.ones([3]).writeNPY(to: path)
      #expect(try Tensor(contentsOfNPY: path).numbers() == [1, 1, 1])
      #expect(entries(of: folder) == ["x.npy"])
      var status = stat()
      stat(path, &status)
      #expect(status.st_mode & 0o777 == 0o640)
    }
  }

  @Test func `a link is followed`() throws {
    try withTemporaryFolder { folder in
      try Tensor.zeros([1]).writeNPY(to: folder + "/file.npy")
      symlink("file.npy", folder + "/link.npy")
      try Tensor.ones([1]).writeNPY(to: folder + "/link.npy")
      #expect(try Tensor(contentsOfNPY: folder + "/file.npy").number() == 1)
      #expect(entries(of: folder) == ["file.npy", "link.npy"])
    }
  }

  @Test func `a file that cannot be written or read is an error that names it`() throws {
    try withTemporaryFolder { folder in
      let tensor = try Tensor.ones([1])
      let missing = folder + "/none/x.npy"
      for (path, reason) in [
        (missing, "No such file or directory"), (folder, "Is a directory"),
        ("/dev/full", "No space left on device"),
      ] {
        #expect(throws: NPYError(.file("cannot be written: \(reason)"), path: path)) {
          try tensor.writeNPY(to: path)
        }
      }
      #expect(throws: NPYError(.file("cannot be read: No such file or directory"), path: missing)) {
        try Tensor(contentsOfNPY: missing)
      }
      #expect(throws: NPYError(.file("cannot be read: it is not a regular file"), path: folder)) {
        try Tensor(contentsOfNPY: folder)
      }
      #expect(throws: NPYError.self) { try Tensor(contentsOfNPY: fixture("NPY/scalar.npy") + "\0") }
      #expect(throws: NPYError.self) { try tensor.writeNPY(to: folder + "/x\0.npy") }
      #expect(entries(of: folder) == [])
    }
  }
}
