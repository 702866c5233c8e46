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

/// `value`, a function of exponentials of `x` and their sums along `axes`.
struct Exponentials : torch::autograd::Function<Exponentials> {
  static at::Tensor forward(AutogradContext *context, at::Tensor, at::Tensor mean,
                            at::Tensor value, std::vector<int64_t> axes, int64_t kind) {
    context->save_for_backward({mean});
    context->saved_data["axes"] = axes;
    context->saved_data["kind"] = kind;
    return value.variable_data();
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const at::Tensor mean = context->get_saved_variables()[0];
    const auto axes = context->saved_data["axes"].toIntVector();
    at::Tensor gradient = gradients[0], sum = mean.sum(axes, true);
    sum = sum.masked_fill(sum == 0, 1);
    switch (context->saved_data["kind"].toInt()) {
      case CT_SOFTMAX:
        gradient = mean * (gradient - (mean * gradient).sum(axes, true) / sum);
        break;
      case CT_LOG_SOFTMAX: gradient = gradient - mean * (gradient.sum(axes, true) / sum); break;
      default: gradient = mean * (gradient / sum);
    }
    return {gradient, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
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

ct_status ct_secant_middle(const ct_tensor *tensor, int64_t axis, int64_t stride,
                           ct_tensor **result) {
  return ctorch::guarded([&] {
    at::NoGradGuard unrecorded;
    const at::Tensor &near = tensor->value;
    const int64_t ways = near.size(axis) - stride;
    at::Tensor middle = at::empty_like(near);
    at::Tensor head = middle.narrow(axis, 0, ways);
    at::add_out(head, near.narrow(axis, 0, ways), near.narrow(axis, stride, ways)).mul_(0.5);
    middle.narrow(axis, ways, stride).copy_(near.narrow(axis, ways, stride));
    *result = ctorch::handle(middle).release();
  });
}

ct_status ct_secant_exponentials(enum ct_exponentials kind, const ct_tensor *x,
                                 const ct_tensor *mean, const ct_tensor *value,
                                 const int64_t *axes, size_t axis_count, ct_tensor **result) {
  return ctorch::guarded([&] {
    check_shapes(mean->value, x->value);
    *result = ctorch::handle(Exponentials::apply(x->value, mean->value, value->value,
                                                 std::vector<int64_t>(axes, axes + axis_count),
                                                 static_cast<int64_t>(kind)))
                  .release();
  });
}
