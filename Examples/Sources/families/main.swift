// SPDX-License-Identifier: Apache-2.0
//
// Checks exported networks against PyTorch's numbers: what Benchmarks/families.py calls.
//
// Reads a line for each file, with tabs between the file, the folder of references, and key=value
// pairs. Writes a line for each: the file, then "ok" or a field for every fault.

import AttributeTool
import Torch

// One thread: small networks gain nothing from more.
try Runtime.setThreadCount(1)
while let line = readLine() {
  guard let expectation = Expectation(line: line) else { continue }
  let faults = FileCheck(expectation).faults()
  let fields = faults.isEmpty ? ["ok"] : faults
  Console.writeOutput(([expectation.model] + fields).joined(separator: "\t") + "\n")
}
