// SPDX-License-Identifier: Apache-2.0
//
// Numbers whose gradient goes back rectified.

#include "handles.h"

#include <torch/csrc/autograd/custom_function.h>

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

struct RectifiedGradient : torch::autograd::Function<RectifiedGradient> {
  static at::Tensor forward(AutogradContext *, at::Tensor value) { return value.variable_data(); }

  static variable_list backward(AutogradContext *, variable_list gradients) {
    return {at::relu(gradients[0])};
  }
};

}  // namespace

ct_status ct_tensor_rectifying_gradient(const ct_tensor *tensor, ct_tensor **result) {
  return ctorch::guarded(
      [&] { *result = ctorch::handle(RectifiedGradient::apply(tensor->value)).release(); });
}
