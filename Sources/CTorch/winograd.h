// SPDX-License-Identifier: Apache-2.0
//
// Convolutions by Winograd's algorithm. Private to this target.

#ifndef CTORCH_WINOGRAD_H
#define CTORCH_WINOGRAD_H

#include <ATen/ATen.h>

namespace ctorch {

/// Whether the convolution of `x` with `weight`, without stride, dilation and groups and with a
/// border of one zero, can be had by Winograd's algorithm, and takes less time so.
bool suits_winograd(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias);

/// The convolution.
at::Tensor winograd(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias);

}  // namespace ctorch

#endif
