// SPDX-License-Identifier: Apache-2.0
//
// `attribution::convolution`: libtorch's operator of that name, by the fastest algorithm there is.

#include "handles.h"
#include "winograd.h"

#include <torch/library.h>

#include <algorithm>

namespace {

std::atomic<bool> allows_winograd{true};

bool all(at::IntArrayRef numbers, int64_t number) {
  return std::all_of(numbers.begin(), numbers.end(), [=](int64_t n) { return n == number; });
}

at::Tensor convolution(const at::Tensor &x, const at::Tensor &weight,
                       const c10::optional<at::Tensor> &bias, at::IntArrayRef stride,
                       at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                       at::IntArrayRef output_padding, int64_t groups) {
  const bool is_plain =
      !transposed && groups == 1 && all(stride, 1) && all(padding, 1) && all(dilation, 1);
  // Without a bias nothing but zeros gives exactly zero, the corner of a rectifier: rounding, which
  // Winograd's algorithm does there too, would open some gates.
  if (is_plain && bias && allows_winograd && ctorch::suits_winograd(x, weight, *bias)) {
    return ctorch::winograd(x, weight, *bias);
  }
  return at::convolution(x, weight, bias, stride, padding, dilation, transposed, output_padding,
                         groups);
}

}  // namespace

TORCH_LIBRARY(attribution, library) {
  library.def(
      "convolution(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, "
      "int[] dilation, bool transposed, int[] output_padding, int groups) -> Tensor",
      &convolution);
}

bool ct_allows_winograd(void) { return allows_winograd; }

void ct_set_allows_winograd(bool allows) { allows_winograd = allows; }
