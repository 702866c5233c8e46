// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@Suite struct RuntimeTests {
  @Test(arguments: [
    ("/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0", true),
    ("/usr/lib/aarch64-linux-gnu/blas/libblas.so.3", true),
    ("/usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3", false),
    ("/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblasp-r0.3.21.so", false),
    ("/usr/lib/x86_64-linux-gnu/blis-openmp/libblas.so.4", false),
    ("/usr/lib/x86_64-linux-gnu/atlas/libblas.so.3", false),
    ("/opt/torch/lib/libtorch_cpu.so", false),
    ("/usr/lib/blas/libsomething.so", false), ("libblas.so.3", false), ("", false), ("/", false),
  ])
  func `the reference BLAS is known by its folder`(path: String, isReference: Bool) {
    #expect(BLAS.isReference(path: path) == isReference)
  }

  @Test func `the version is three numbers`() {
    let parts = Runtime.version.prefix { $0 != "+" && $0 != "a" }.split(separator: ".")
    #expect(parts.count == 3)
    #expect(parts.first.flatMap { Int($0) }.map { (1...2).contains($0) } == true)
  }
}
