// SPDX-License-Identifier: Apache-2.0

#include "handles.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

ct_status ct_tensor_tracked(const ct_tensor *tensor, ct_tensor **result) {
  return ctorch::guarded([&] {
    *result = ctorch::handle(tensor->value.detach().requires_grad_(true)).release();
  });
}

ct_status ct_tensor_detached(const ct_tensor *tensor, ct_tensor **result) {
  return ctorch::guarded([&] { *result = ctorch::handle(tensor->value.detach()).release(); });
}

bool ct_tensor_is_tracked(const ct_tensor *tensor) { return tensor->value.requires_grad(); }

ct_status ct_gradient(const ct_tensor *output, const ct_tensor *weight,
                      const ct_tensor *const *inputs, size_t input_count, bool keep_record,
                      bool differentiable, ct_tensor **results) {
  return ctorch::guarded([&] {
    torch::autograd::variable_list wanted;
    for (size_t i = 0; i < input_count; ++i) {
      TORCH_CHECK(inputs[i]->value.requires_grad(),
                  "no operation on input ", i, " was recorded: it is not tracked");
      wanted.push_back(inputs[i]->value);
    }
    TORCH_CHECK(weight || output->value.numel() == 1, "the output has shape ",
                output->value.sizes(), ": give a weight of that shape, or reduce it to one number");
    TORCH_CHECK(!weight || weight->value.sizes() == output->value.sizes(), "the weight has shape ",
                weight->value.sizes(), ", and the output ", output->value.sizes());
    torch::autograd::variable_list gradients(input_count);
    if (output->value.requires_grad()) {
      at::Tensor start = weight ? weight->value : at::ones_like(output->value);
      gradients = torch::autograd::grad({output->value}, wanted, {start},
                                        keep_record || differentiable, differentiable,
                                        /*allow_unused=*/true);
    }
    for (size_t i = 0; i < input_count; ++i) {
      if (!gradients[i].defined()) gradients[i] = at::zeros_like(wanted[i]);
    }
    ctorch::hand_out(gradients, results);
  });
}

bool ct_set_recording(bool enabled) {
  bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(enabled);
  return before;
}
