// SPDX-License-Identifier: Apache-2.0

#include "handles.h"

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

}  // namespace

void ct_tensor_free(ct_tensor *tensor) { delete tensor; }

int64_t ct_live_tensors(void) { return ct_tensor::alive.load(); }

ct_status ct_tensor_from_bytes(const void *bytes, size_t byte_count, const int64_t *shape,
                               size_t rank, ct_scalar_type type, ct_tensor **result) {
  return ctorch::guarded([&] {
    at::Tensor value =
        at::empty(at::IntArrayRef(shape, rank), at::TensorOptions(static_cast<at::ScalarType>(type)));
    TORCH_CHECK(value.nbytes() == byte_count, "the shape ", value.sizes(), " of ",
                value.scalar_type(), " takes ", value.nbytes(), " bytes, not ", byte_count);
    if (byte_count > 0) std::memcpy(value.data_ptr(), bytes, byte_count);
    *result = new ct_tensor(std::move(value));
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

ct_status ct_tensor_type(const ct_tensor *tensor, ct_scalar_type *type) {
  return ctorch::guarded([&] {
    at::ScalarType own = tensor->value.scalar_type();
    TORCH_CHECK(is_named(own), "elements of type ", own, " are not supported");
    *type = static_cast<ct_scalar_type>(own);
  });
}

ct_status ct_tensor_device(const ct_tensor *tensor, ct_device *device) {
  return ctorch::guarded([&] {
    at::Device own = tensor->value.device();
    TORCH_CHECK(own.is_cpu() || own.is_cuda(), "the device ", own, " is not supported");
    *device = own.is_cpu() ? ct_device{CT_CPU, 0} : ct_device{CT_CUDA, own.index()};
  });
}
