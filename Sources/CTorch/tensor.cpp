// SPDX-License-Identifier: Apache-2.0

#include "handles.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

std::atomic<int64_t> ct_tensor::alive{0};

namespace {

bool is_named(at::ScalarType type) {
  switch (static_cast<int>(type)) {
    case CT_UINT8:
    case CT_INT8:
    case CT_INT16:
    case CT_INT32:
    case CT_INT64:
    case CT_FLOAT16:
    case CT_FLOAT32:
    case CT_FLOAT64:
    case CT_BOOL:
    case CT_BFLOAT16:
      return true;
    default:
      return false;
  }
}

/// The bytes of a tensor; throws where they are more than can be counted, and before anything is
/// allocated: the shape may come from a damaged file.
size_t byte_count_of(at::IntArrayRef shape, ct_scalar_type type) {
  auto scalar_type = static_cast<at::ScalarType>(type);
  TORCH_CHECK(is_named(scalar_type), "there is no element type ", static_cast<int>(type));
  int64_t bytes = c10::elementSize(scalar_type);
  for (int64_t length : shape) {
    TORCH_CHECK(length >= 0, "an axis of the shape ", shape, " has a negative length");
    bool overflows = length > 0 && __builtin_mul_overflow(bytes, length, &bytes);
    TORCH_CHECK(!overflows, "the shape ", shape, " takes more bytes than there are addresses");
  }
  return std::count(shape.begin(), shape.end(), 0) > 0 ? 0 : static_cast<size_t>(bytes);
}

/// A tensor whose elements `fill` writes.
template <typename Fill>
std::unique_ptr<ct_tensor> filled(at::IntArrayRef shape, ct_scalar_type type, Fill &&fill) {
  at::Tensor value = at::empty(shape, at::TensorOptions(static_cast<at::ScalarType>(type)));
  fill(value.data_ptr(), value.nbytes());
  if (type == CT_BOOL) {
    // Any byte but 0 and 1 in a bool is undefined behavior wherever it is read.
    auto *truths = static_cast<uint8_t *>(value.data_ptr());
    std::transform(truths, truths + value.nbytes(), truths, [](uint8_t byte) { return byte != 0; });
  }
  return ctorch::handle(std::move(value));
}

}  // namespace

std::unique_ptr<ct_tensor> ctorch::handle(at::Tensor value) {
  if (!value.defined()) return nullptr;
  TORCH_CHECK(is_named(value.scalar_type()), "elements of type ", value.scalar_type(),
              " are not supported");
  TORCH_CHECK(value.is_cpu() || value.is_cuda(), "the device ", value.device(),
              " is not supported");
  return std::make_unique<ct_tensor>(std::move(value));
}

void ctorch::hand_out(const std::vector<at::Tensor> &tensors, ct_tensor **results) {
  std::vector<std::unique_ptr<ct_tensor>> handles;
  handles.reserve(tensors.size());
  for (const at::Tensor &tensor : tensors) handles.push_back(handle(tensor));
  for (std::unique_ptr<ct_tensor> &handle : handles) *results++ = handle.release();
}

void ct_tensor_free(ct_tensor *tensor) { delete tensor; }

int64_t ct_live_tensors(void) { return ct_tensor::alive.load(); }

ct_status ct_tensor_from_bytes(const void *bytes, size_t byte_count, const int64_t *shape,
                               size_t rank, ct_scalar_type type, ct_tensor **result) {
  return ctorch::guarded([&] {
    at::IntArrayRef lengths(shape, rank);
    size_t needed = byte_count_of(lengths, type);
    TORCH_CHECK(needed == byte_count, "the shape ", lengths, " takes ", needed, " bytes, not ",
                byte_count);
    *result = filled(lengths, type, [&](void *place, size_t count) {
                if (count > 0) std::memcpy(place, bytes, count);
              }).release();
  });
}

ct_status ct_tensor_filled(const int64_t *shape, size_t rank, ct_scalar_type type, ct_filler fill,
                           void *context, ct_tensor **result) {
  return ctorch::guarded([&] {
    at::IntArrayRef lengths(shape, rank);
    byte_count_of(lengths, type);
    *result = filled(lengths, type, [&](void *place, size_t count) {
                TORCH_CHECK(fill(place, count, context), "the elements could not be written");
              }).release();
  });
}

ct_status ct_tensor_borrowed(const void *bytes, const int64_t *shape, size_t rank,
                             ct_scalar_type type, void (*release)(void *), void *owner,
                             ct_tensor **result) {
  return ctorch::guarded([&] {
    at::IntArrayRef lengths(shape, rank);
    byte_count_of(lengths, type);
    TORCH_CHECK(type != CT_BOOL, "memory of truth values cannot be shared");
    // Told to go only once the tensor is made: until then the memory stays the caller's.
    auto gone = std::make_shared<std::pair<bool, void *>>(false, owner);
    at::Tensor value = at::from_blob(
        const_cast<void *>(bytes), lengths,
        [gone, release](void *) {
          if (gone->first) release(gone->second);
        },
        at::TensorOptions(static_cast<at::ScalarType>(type)));
    std::unique_ptr<ct_tensor> made = ctorch::handle(std::move(value));
    gone->first = true;
    *result = made.release();
  });
}

ct_status ct_tensor_to_bytes(const ct_tensor *tensor, void *bytes, size_t byte_count) {
  return ctorch::guarded([&] {
    at::Tensor value = tensor->value.detach().to(at::kCPU).contiguous();
    TORCH_CHECK(value.nbytes() == byte_count, "the tensor has ", value.nbytes(), " bytes, not ",
                byte_count);
    if (byte_count > 0) std::memcpy(bytes, value.data_ptr(), byte_count);
  });
}

size_t ct_tensor_rank(const ct_tensor *tensor) { return static_cast<size_t>(tensor->value.dim()); }

void ct_tensor_shape(const ct_tensor *tensor, int64_t *shape) {
  for (int64_t length : tensor->value.sizes()) *shape++ = length;
}

int64_t ct_tensor_count(const ct_tensor *tensor) { return tensor->value.numel(); }

ct_scalar_type ct_tensor_type(const ct_tensor *tensor) {
  return static_cast<ct_scalar_type>(tensor->value.scalar_type());
}

ct_device ct_tensor_device(const ct_tensor *tensor) {
  at::Device own = tensor->value.device();
  return own.is_cuda() ? ct_device{CT_CUDA, own.index()} : ct_device{CT_CPU, 0};
}
