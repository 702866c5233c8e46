// SPDX-License-Identifier: Apache-2.0

import CTorch

extension [Operator.Argument] {
  /// Runs `body` on the arguments as the C interface wants them; they are gone when it returns.
  ///
  /// Lists go to one piece of memory behind each other. Both pieces lie on the stack where they are
  /// small: this is on the way of every operation, and nothing here allocates.
  func withPacked<Result>(_ body: (UnsafeBufferPointer<ct_argument>) -> Result) -> Result {
    let listBytes = reduce(0) { $0 + $1.listByteCount }
    return withUnsafeTemporaryAllocation(of: ct_argument.self, capacity: count) { packed in
      withUnsafeTemporaryAllocation(byteCount: listBytes, alignment: 8) { lists in
        var free = lists
        for index in indices {
          packed.initializeElement(at: index, to: self[index].packed(listsIn: &free))
        }
        return withExtendedLifetime(self) { body(UnsafeBufferPointer(packed)) }
      }
    }
  }
}

extension Operator.Argument {
  /// Bytes that the list of an argument takes; a multiple of 8, so that the next one is aligned.
  fileprivate var listByteCount: Int {
    switch self {
    case .tensors(let list): list.count * 8
    case .integers(let list): list.count * 8
    case .numbers(let list): list.count * 8
    case .booleans(let list): (list.count + 7) & ~7
    case .text(let text): (text.utf8.count + 8) & ~7
    default: 0
    }
  }

  /// The argument for the C interface.
  ///
  /// A list is written to the start of `free`, which moves on.
  fileprivate func packed(listsIn free: inout UnsafeMutableRawBufferPointer) -> ct_argument {
    var packed = ct_argument()
    switch self {
    case .tensor(let tensor):
      packed.kind = CT_ARGUMENT_TENSOR
      packed.tensor = tensor.pointer
    case .tensors(let list):
      packed.kind = CT_ARGUMENT_TENSORS
      packed.count = list.count
      packed.tensors = write(list.lazy.map { $0?.pointer }, to: &free)
    case .integer(let integer):
      packed.kind = CT_ARGUMENT_INTEGER
      packed.integer = Int64(integer)
    case .integers(let list):
      packed.kind = CT_ARGUMENT_INTEGERS
      packed.count = list.count
      packed.integers = write(list.lazy.map(Int64.init), to: &free)
    case .number(let number):
      packed.kind = CT_ARGUMENT_NUMBER
      packed.number = number
    case .numbers(let list):
      packed.kind = CT_ARGUMENT_NUMBERS
      packed.count = list.count
      packed.numbers = write(list, to: &free)
    case .boolean(let boolean):
      packed.kind = CT_ARGUMENT_BOOLEAN
      packed.boolean = boolean
    case .booleans(let list):
      packed.kind = CT_ARGUMENT_BOOLEANS
      packed.count = list.count
      packed.booleans = write(list, to: &free)
    case .text(let string):
      packed.kind = CT_ARGUMENT_TEXT
      packed.text = write(string.utf8CString, to: &free)
    case .device(let device):
      packed.kind = CT_ARGUMENT_DEVICE
      packed.device = device.code
    case .generator(let generator):
      packed.kind = CT_ARGUMENT_GENERATOR
      packed.generator = generator.pointer
    case .elementType(let type):
      packed.kind = CT_ARGUMENT_INTEGER
      packed.integer = Int64(type.code.rawValue)
    case .none:
      packed.kind = CT_ARGUMENT_NONE
    case .standard:
      packed.kind = CT_ARGUMENT_DEFAULT
    }
    return packed
  }

  private func write<List: Collection>(
    _ list: List, to free: inout UnsafeMutableRawBufferPointer
  ) -> UnsafePointer<List.Element>? {
    guard !list.isEmpty else { return nil }
    let bytes = (list.count * MemoryLayout<List.Element>.stride + 7) & ~7
    let place = UnsafeMutableRawBufferPointer(rebasing: free[..<bytes])
    free = UnsafeMutableRawBufferPointer(rebasing: free[bytes...])
    _ = place.initializeMemory(as: List.Element.self, from: list)
    return UnsafeRawPointer(place.baseAddress)?.assumingMemoryBound(to: List.Element.self)
  }
}
