// SPDX-License-Identifier: Apache-2.0
//
// Numbers whose gradient is that of something else: how a secant takes a derivative's place.

#include "handles.h"

#include <torch/csrc/autograd/custom_function.h>

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

/// `value`, whose gradient goes to `linear`.
struct Standing : torch::autograd::Function<Standing> {
  static at::Tensor forward(AutogradContext *, at::Tensor linear, at::Tensor value) {
    return value.variable_data();
  }

  static variable_list backward(AutogradContext *, variable_list gradients) {
    return {gradients[0], at::Tensor()};
  }
};

/// `value`, whose gradient goes to `input`, times `slope`.
struct Sloped : torch::autograd::Function<Sloped> {
  static at::Tensor forward(AutogradContext *context, at::Tensor, at::Tensor slope,
                            at::Tensor value) {
    context->save_for_backward({slope});
    return value.variable_data();
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    return {gradients[0] * context->get_saved_variables()[0], at::Tensor(), at::Tensor()};
  }
};

void check_shapes(const at::Tensor &one, const at::Tensor &other) {
  TORCH_CHECK(one.sizes() == other.sizes(), "numbers of shape ", one.sizes(),
              " cannot stand for those of shape ", other.sizes());
}

}  // namespace

ct_status ct_tensor_standing(const ct_tensor *linear, const ct_tensor *value, ct_tensor **result) {
  return ctorch::guarded([&] {
    check_shapes(value->value, linear->value);
    *result = ctorch::handle(Standing::apply(linear->value, value->value)).release();
  });
}

ct_status ct_tensor_sloped(const ct_tensor *input, const ct_tensor *slope, const ct_tensor *value,
                           ct_tensor **result) {
  return ctorch::guarded([&] {
    check_shapes(value->value, input->value);
    check_shapes(slope->value, input->value);
    *result =
        ctorch::handle(Sloped::apply(input->value, slope->value, value->value)).release();
  });
}
