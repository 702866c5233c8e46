// SPDX-License-Identifier: Apache-2.0

#include "handles.h"

#include <c10/core/CPUAllocator.h>

#include <cstring>
#include <mutex>
#include <unordered_map>

struct ct_memory_account {
  std::shared_ptr<std::atomic<int64_t>> left;
};

namespace {

thread_local ct_memory_account *current = nullptr;

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

at::Allocator *base = nullptr;

void settle_and_free(void *memory) {
  Ledger::shared().settle(memory);
  base->raw_deleter()(memory);
}

/// libtorch's own allocator, as long as no account is set.
///
/// What it overrides is const in some versions of libtorch and not in others.
class AccountingAllocator final : public at::Allocator {
 public:
  at::DataPtr allocate(size_t size) const { return taken(size); }
  at::DataPtr allocate(size_t size) { return taken(size); }
  at::DeleterFnPtr raw_deleter() const { return settle_and_free; }
  void copy_data(void *to, const void *from, std::size_t count) const {
    std::memcpy(to, from, count);
  }

 private:
  at::DataPtr taken(size_t size) const {
    if (!current || size == 0) return base->allocate(size);
    auto account = current->left;
    auto wanted = static_cast<int64_t>(size);
    if (account->fetch_sub(wanted) < wanted) {
      int64_t left = account->fetch_add(wanted) + wanted;
      TORCH_CHECK(false, size, " bytes are wanted where ", left, " are left to be used");
    }
    at::DataPtr memory;
    try {
      memory = base->allocate(size);
      Ledger::shared().enter(memory.get(), account, wanted);
    } catch (...) {
      account->fetch_add(wanted);
      throw;
    }
    void *address = memory.release_context();
    return {address, address, settle_and_free, at::Device(at::kCPU)};
  }
};

void install() {
  static std::once_flag once;
  std::call_once(once, [] {
    base = c10::GetCPUAllocator();
    static auto *allocator = new AccountingAllocator;
    c10::SetCPUAllocator(allocator, 255);
  });
}

}  // namespace

ct_status ct_memory_account_new(int64_t byte_count, ct_memory_account **result) {
  return ctorch::guarded([&] {
    install();
    *result = new ct_memory_account{std::make_shared<std::atomic<int64_t>>(byte_count)};
  });
}

void ct_memory_account_free(ct_memory_account *account) { delete account; }

ct_memory_account *ct_set_memory_account(ct_memory_account *account) {
  ct_memory_account *before = current;
  current = account;
  return before;
}
