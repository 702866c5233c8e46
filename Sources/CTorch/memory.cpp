// SPDX-License-Identifier: Apache-2.0

#include "handles.h"

#include <c10/core/CPUAllocator.h>

#include <cstring>
#include <mutex>

struct ct_memory_account {
  std::shared_ptr<std::atomic<int64_t>> left;
};

namespace {

thread_local ct_memory_account *current = nullptr;

/// Memory that goes back to the account that it was taken from.
struct Block {
  at::DataPtr memory;
  std::shared_ptr<std::atomic<int64_t>> account;
  int64_t size;

  static void free(void *block) {
    auto *self = static_cast<Block *>(block);
    self->account->fetch_add(self->size);
    delete self;
  }
};

/// libtorch's own allocator, as long as no account is set.
///
/// What it overrides is const in some versions of libtorch and not in others.
class AccountingAllocator final : public at::Allocator {
 public:
  explicit AccountingAllocator(at::Allocator *base) : base_(base) {}

  at::DataPtr allocate(size_t size) const { return taken(size); }
  at::DataPtr allocate(size_t size) { return taken(size); }
  at::DeleterFnPtr raw_deleter() const { return base_->raw_deleter(); }
  void copy_data(void *to, const void *from, std::size_t count) const {
    std::memcpy(to, from, count);
  }

 private:
  at::DataPtr taken(size_t size) const {
    if (!current || size == 0) return base_->allocate(size);
    auto account = current->left;
    auto wanted = static_cast<int64_t>(size);
    if (account->fetch_sub(wanted) < wanted) {
      int64_t left = account->fetch_add(wanted) + wanted;
      TORCH_CHECK(false, size, " bytes are wanted where ", left, " are left to be used");
    }
    // From here on the bytes go back with the block, whatever happens.
    std::unique_ptr<Block, void (*)(void *)> block(new Block{{}, account, wanted}, Block::free);
    block->memory = base_->allocate(size);
    void *memory = block->memory.get();
    return {memory, block.release(), Block::free, at::Device(at::kCPU)};
  }

  at::Allocator *base_;
};

void install() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Lives as long as the process: tensors may be freed at its very end.
    static auto *allocator = new AccountingAllocator(c10::GetCPUAllocator());
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
