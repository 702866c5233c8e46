// SPDX-License-Identifier: Apache-2.0
//
// Where the memory of tensors comes from, and who has paid for it.

#include "handles.h"

#include <c10/core/CPUAllocator.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_map>

struct ct_memory_account {
  std::shared_ptr<std::atomic<int64_t>> left;
};

namespace {

thread_local ct_memory_account *current = nullptr;

/// What the widest instructions and the lines of caches want.
constexpr size_t alignment = 64;

/// Memory of `malloc`, aligned by hand; ahead of it lies where it began.
///
/// libtorch's own allocator asks glibc for aligned memory, and glibc before 2.38 does not find a block
/// that was freed when one of the same size is asked for in that way: the heap grows by half.
void *aligned_memory(size_t size) {
  void *start = size < SIZE_MAX - alignment ? std::malloc(size + alignment) : nullptr;
  TORCH_CHECK(start, "can't allocate memory: ", size, " bytes");
  const auto end = reinterpret_cast<uintptr_t>(start) + alignment;
  void *memory = reinterpret_cast<void *>(end - end % alignment);
  static_cast<void **>(memory)[-1] = start;
  return memory;
}

/// The memory that accounts have paid for, by address.
///
/// Kernels may keep an address alone and free it by the allocator's deleter, so nothing can go along
/// with the memory itself.
class Ledger {
 public:
  void enter(void *memory, std::shared_ptr<std::atomic<int64_t>> account, int64_t size) {
    std::lock_guard<std::mutex> lock(mutex_);
    entries_[memory] = {std::move(account), size};
    count_ = entries_.size();
  }

  /// Gives the bytes of an address back, where an account has paid for them.
  void settle(void *memory) {
    if (count_ == 0) return;
    std::lock_guard<std::mutex> lock(mutex_);
    auto entry = entries_.find(memory);
    if (entry == entries_.end()) return;
    entry->second.account->fetch_add(entry->second.size);
    entries_.erase(entry);
    count_ = entries_.size();
  }

  static Ledger &shared() {
    // Lives as long as the process: tensors may be freed at its very end.
    static auto *ledger = new Ledger;
    return *ledger;
  }

 private:
  struct Entry {
    std::shared_ptr<std::atomic<int64_t>> account;
    int64_t size;
  };
  std::mutex mutex_;
  std::unordered_map<void *, Entry> entries_;
  std::atomic<size_t> count_{0};
};

void free_memory(void *memory) {
  if (!memory) return;
  Ledger::shared().settle(memory);
  std::free(static_cast<void **>(memory)[-1]);
}

/// What it overrides is const in some versions of libtorch and not in others.
class TensorAllocator final : public at::Allocator {
 public:
  at::DataPtr allocate(size_t size) const { return taken(size); }
  at::DataPtr allocate(size_t size) { return taken(size); }
  at::DeleterFnPtr raw_deleter() const { return free_memory; }
  void copy_data(void *to, const void *from, std::size_t count) const {
    std::memcpy(to, from, count);
  }

 private:
  static at::DataPtr taken(size_t size) {
    void *memory = size == 0 ? nullptr : current ? paid_memory(size) : aligned_memory(size);
    return {memory, memory, free_memory, at::Device(at::kCPU)};
  }

  static void *paid_memory(size_t size) {
    auto account = current->left;
    auto wanted = static_cast<int64_t>(size);
    if (account->fetch_sub(wanted) < wanted) {
      int64_t left = account->fetch_add(wanted) + wanted;
      TORCH_CHECK(false, size, " bytes are wanted where ", left, " are left to be used");
    }
    try {
      void *memory = aligned_memory(size);
      Ledger::shared().enter(memory, account, wanted);
      return memory;
    } catch (...) {
      account->fetch_add(wanted);
      throw;
    }
  }
};

}  // namespace

void ct_install_allocator(void) {
  static std::once_flag once;
  std::call_once(once, [] {
    static auto *allocator = new TensorAllocator;
    c10::SetCPUAllocator(allocator, 255);
  });
}

ct_status ct_memory_account_new(int64_t byte_count, ct_memory_account **result) {
  return ctorch::guarded([&] {
    ct_install_allocator();
    *result = new ct_memory_account{std::make_shared<std::atomic<int64_t>>(byte_count)};
  });
}

void ct_memory_account_free(ct_memory_account *account) { delete account; }

ct_memory_account *ct_set_memory_account(ct_memory_account *account) {
  ct_memory_account *before = current;
  current = account;
  return before;
}
