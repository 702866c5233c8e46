// SPDX-License-Identifier: Apache-2.0
//
// What the opaque handles are, and the one exception boundary. Private to this target.

#ifndef CTORCH_HANDLES_H
#define CTORCH_HANDLES_H

#include "CTorch.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <vector>

struct ct_tensor {
  explicit ct_tensor(at::Tensor value) : value(std::move(value)) { alive.fetch_add(1); }
  ~ct_tensor() { alive.fetch_sub(1); }
  ct_tensor(const ct_tensor &) = delete;
  ct_tensor &operator=(const ct_tensor &) = delete;

  at::Tensor value;
  static std::atomic<int64_t> alive;
};

struct ct_generator {
  at::Generator value;
};

namespace ctorch {

/// Keeps `error` as this thread's message and says which status it is.
ct_status record(const std::exception &error) noexcept;
ct_status record_unknown() noexcept;

/// Runs `body`, and turns whatever it throws into a status. Every function that can fail goes
/// through here, so no exception ever reaches a caller in another language.
template <typename Body>
ct_status guarded(Body &&body) noexcept {
  try {
    body();
    return CT_OK;
  } catch (const std::exception &error) {
    return record(error);
  } catch (...) {
    return record_unknown();
  }
}

/// A handle on `value`; null for an undefined tensor. Throws for element types and devices that the
/// interface does not name, so that every handle can be asked for both.
std::unique_ptr<ct_tensor> handle(at::Tensor value);

/// Writes a handle for each tensor to `results`: for all of them, or for none when one fails.
void hand_out(const std::vector<at::Tensor> &tensors, ct_tensor **results);

}  // namespace ctorch

#endif
