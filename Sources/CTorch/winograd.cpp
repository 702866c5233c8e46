// SPDX-License-Identifier: Apache-2.0
//
// Convolutions of 3 × 3 taps by Winograd's algorithm, which takes a quarter of the products.
//
// oneDNN has it, and libtorch never asks for it. A. Lavin and S. Gray, "Fast Algorithms for
// Convolutional Neural Networks", CVPR 2016.

#include "winograd.h"
#include "onednn.h"

#ifdef CTORCH_WITH_ONEDNN

#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace {

using ctorch::any;
using ctorch::Buffer;
using ctorch::own_scratch;
using ctorch::processor;
using ctorch::view;
using dnnl::memory;

const auto algorithm = dnnl::algorithm::convolution_winograd;
/// The step, and the border at each side.
const memory::dims one{1, 1};

memory::dims with_channels(memory::dims shape, int64_t channels) {
  shape[1] = channels;
  return shape;
}

/// The convolution of numbers with taps.
struct Forward {
  using Primitive = dnnl::convolution_forward;
  static constexpr int from_place = DNNL_ARG_SRC, to_place = DNNL_ARG_DST;
  Primitive::primitive_desc what;

  Forward(const memory::dims &from, const memory::dims &taps)
      : what({dnnl::prop_kind::forward_training, algorithm, any(from), any(taps),
              any({taps[0]}), any(with_channels(from, taps[0])), one, one, one},
             own_scratch(), processor()) {}

  memory::desc from() const { return what.src_desc(); }
  memory::desc to() const { return what.dst_desc(); }
};

/// Its transpose, the way of gradients.
struct Backward {
  using Primitive = dnnl::convolution_backward_data;
  static constexpr int from_place = DNNL_ARG_DIFF_DST, to_place = DNNL_ARG_DIFF_SRC;
  Primitive::primitive_desc what;

  Backward(const memory::dims &from, const memory::dims &taps)
      : what({algorithm, any(with_channels(from, taps[1])), any(taps), any(from), one, one, one},
             own_scratch(), processor(), Forward(with_channels(from, taps[1]), taps).what) {}

  memory::desc from() const { return what.diff_dst_desc(); }
  memory::desc to() const { return what.diff_src_desc(); }
};

/// Squares of 4 × 4 results, which are computed as one.
int64_t tiles(const at::Tensor &x) { return ((x.size(2) + 3) / 4) * ((x.size(3) + 3) / 4); }

/// As many rows at once as the processor's caches hold in transformed form: 36 numbers for each tile
/// and channel.
int64_t rows_at_once(const at::Tensor &x, const at::Tensor &weight) {
  const int64_t row = 36 * tiles(x) * (weight.size(0) + weight.size(1)) * sizeof(float);
  return std::min(x.size(0), std::max<int64_t>(1, (15 << 20) / row));
}

template <typename Direction>
void run(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
         const at::Tensor &result) {
  const Direction direction(x.sizes().vec(), weight.sizes().vec());
  dnnl::stream stream(processor());
  Buffer from(direction.from()), taps(direction.what.weights_desc()), to(direction.to());
  Buffer scratch(direction.what.scratchpad_desc());
  memory given = view(x), given_taps = view(weight), wanted = view(result);

  dnnl::reorder(given, from.content).execute(stream, given, from.content);
  dnnl::reorder(given_taps, taps.content).execute(stream, given_taps, taps.content);
  std::unordered_map<int, memory> arguments{{Direction::from_place, from.content},
                                            {DNNL_ARG_WEIGHTS, taps.content},
                                            {Direction::to_place, to.content},
                                            {DNNL_ARG_SCRATCHPAD, scratch.content}};
  if (bias.defined()) arguments.emplace(DNNL_ARG_BIAS, view(bias));
  typename Direction::Primitive(direction.what).execute(stream, arguments);
  dnnl::reorder(to.content, wanted).execute(stream, to.content, wanted);
  stream.wait();
}

template <typename Direction>
at::Tensor in_parts(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
                    int64_t channels) {
  const auto form = x.suggest_memory_format();
  const at::Tensor input = x.contiguous(form);
  const at::Tensor result =
      at::empty({x.size(0), channels, x.size(2), x.size(3)}, x.options().memory_format(form));
  const int64_t rows = rows_at_once(x, weight);
  for (int64_t row = 0; row < x.size(0); row += rows) {
    const int64_t count = std::min(rows, x.size(0) - row);
    run<Direction>(input.narrow(0, row, count), weight, bias, result.narrow(0, row, count));
  }
  return result;
}

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Winograd : torch::autograd::Function<Winograd> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &x,
                            const at::Tensor &weight, const at::Tensor &bias) {
    context->saved_data["weight"] = weight;
    return in_parts<Forward>(x, weight, bias.contiguous(), weight.size(0));
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const at::Tensor weight = context->saved_data["weight"].toTensor(), &gradient = gradients[0];
    if (!at::GradMode::is_enabled()) {
      return {in_parts<Backward>(gradient, weight, {}, weight.size(1)), {}, {}};
    }
    // What can be differentiated again: the convolution with the taps turned round.
    const at::Tensor turned = weight.flip({2, 3}).transpose(0, 1);
    return {apply(gradient, turned, at::zeros({weight.size(1)}, weight.options())), {}, {}};
  }
};

/// Whether this processor has an implementation.
bool is_available() {
  static const bool found = [] {
    try {
      Backward({1, 64, 56, 56}, {64, 64, 3, 3});
      return true;
    } catch (const dnnl::error &) {
      return false;
    }
  }();
  return found;
}

/// Whether it takes less time than products of every tap, which take 9 for each place and pair of
/// channels.
///
/// Here 36 are for each tile, and as many again for every 15 channels less, to transform the numbers,
/// and for 14 tiles less, to transform the taps; they come half as fast. Fitted to measurements of
/// 16 to 512 channels and 8 to 112 places on an AVX-512 processor, whose caches transformed taps of
/// more than 16 MB leave.
bool is_worthwhile(const at::Tensor &x, const at::Tensor &weight) {
  const double inputs = weight.size(1), outputs = weight.size(0);
  const double together = static_cast<double>(rows_at_once(x, weight) * tiles(x));
  const double share = 36.0 * tiles(x) / (9.0 * x.size(2) * x.size(3)) *
                       (1 + 15 / inputs + 15 / outputs + 14 / together);
  return together >= 64 && share < 0.45 && 36 * inputs * outputs * sizeof(float) <= 16e6;
}

bool is_plain(const at::Tensor &tensor, int64_t rank) {
  return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat && tensor.dim() == rank;
}

}  // namespace

bool ctorch::suits_winograd(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias) {
  return is_plain(x, 4) && is_plain(weight, 4) && is_plain(bias, 1) && x.numel() > 0 &&
         weight.size(2) == 3 && weight.size(3) == 3 && x.size(1) == weight.size(1) &&
         bias.size(0) == weight.size(0) && weight.size(0) % 16 == 0 && weight.size(1) % 16 == 0 &&
         weight.is_non_overlapping_and_dense() && !weight.requires_grad() &&
         !bias.requires_grad() && is_worthwhile(x, weight) &&
         is_available();
}

at::Tensor ctorch::winograd(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias) {
  return Winograd::apply(x, weight, bias);
}

#else

bool ctorch::suits_winograd(const at::Tensor &, const at::Tensor &, const at::Tensor &) {
  return false;
}

at::Tensor ctorch::winograd(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias) {
  return at::conv2d(x, weight, bias, 1, 1);
}

#endif
