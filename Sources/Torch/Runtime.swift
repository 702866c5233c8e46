// SPDX-License-Identifier: Apache-2.0

import CTorch
import Glibc

/// The libtorch that this process runs on.
///
/// The first tensor sets the process up: threads (see ``threadCount``), and where tensors have their
/// memory from: the heap, which keeps up to a gibibyte that was freed for the tensors to come, unless
/// the environment sets `MALLOC_TRIM_THRESHOLD_` itself.
public enum Runtime {
  /// libtorch's version, as `1.13.1`.
  public static var version: String { String(cString: ct_version()) }

  /// Threads used inside one operator.
  ///
  /// Set from the number of processors when the first tensor is made, or from `OMP_NUM_THREADS`
  /// where that is set.
  public static var threadCount: Int {
    _ = started
    return Int(ct_thread_count())
  }

  /// Sets the number of threads used inside one operator.
  ///
  /// - Precondition: `count > 0`.
  public static func setThreadCount(_ count: Int) throws {
    precondition(count > 0, "at least one thread is needed, not \(count)")
    _ = started
    try check(ct_set_thread_count(Int32(clamping: count)), "set thread count")
  }

  /// Whether convolutions may run by Winograd's algorithm, where that is known to be faster.
  ///
  /// It takes a quarter of the products and rounds up to twice as much: a relative error of 1e-6
  /// where products of every tap have 5e-7. So run convolutions of 3 × 3 taps with a bias, in
  /// float32, over many channels and places, on processors with AVX-512, where Debian's libtorch and
  /// the headers of its oneDNN (`libdnnl-dev`) were there when this package was built. What is lost
  /// are exact zeros: where nothing contributes, a gradient may be what rounding leaves.
  public static var allowsWinograd: Bool {
    get { ct_allows_winograd() }
    set { ct_set_allows_winograd(newValue) }
  }

  /// Bytes of the results that operators have produced on this thread so far.
  ///
  /// Only grows: the difference of two readings measures what lies between them.
  public static var producedBytes: UInt64 { ct_produced_bytes() }

  /// Where matrix products are computed, and whether that is the slow reference implementation.
  public static var matrixLibrary: (path: String, isReference: Bool)? { BLAS.current() }

  /// Done once, before the first operator.
  static let started: Void = {
    if getenv("OMP_NUM_THREADS") == nil {
      _ = ct_set_thread_count(Int32(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    }
    ct_install_allocator()
    if getenv("MALLOC_TRIM_THRESHOLD_") == nil { ct_keep_freed_memory(1 << 30) }
    BLAS.warnIfReference()
  }()
}

/// Finds out which library multiplies matrices.
package enum BLAS {
  static func current() -> (path: String, isReference: Bool)? {
    var buffer = [CChar](repeating: 0, count: 4096)
    guard ct_matrix_library(&buffer, buffer.count) else { return nil }
    let path = buffer.withUnsafeBufferPointer { $0.baseAddress.map(String.init(cString:)) } ?? ""
    return (path, isReference(path: path))
  }

  /// Debian keeps the reference implementation in a folder of its own.
  package static func isReference(path: String) -> Bool {
    let parts = path.split(separator: "/")
    guard let file = parts.last, parts.count > 1 else { return false }
    return file.hasPrefix("libblas.so") && parts[parts.count - 2] == "blas"
  }

  static func warnIfReference() {
    guard let library = current(), library.isReference else { return }
    let text = """
      warning: matrix products run on the reference BLAS (\(library.path)), about 50 times slower \
      than an optimized one. Remedy: apt-get install libopenblas0-openmp

      """
    _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }
}
