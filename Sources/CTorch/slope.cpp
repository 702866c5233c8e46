// SPDX-License-Identifier: Apache-2.0
//
// Slopes of secants, element by element in one pass over both ends.

#include "handles.h"

#include <ATen/TensorIterator.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace {

/// Up to this distance of the ends a quotient of differences would lose digits to rounding.
template <typename T>
constexpr T close = std::is_same<T, double>::value ? T(1e-3) : T(1e-2);

/// The share of the way above the corner, without branches; a corner that is touched has 0.
template <typename T>
T ramp(T a, T b, T corner) {
  const T share = (std::max(a, b) - corner) / std::abs(b - a);
  const T least = share > 1 ? T(1) : share;
  return least > 0 ? least : T(0);
}

/// Of exp: (1 − exp(−d)) / d times the greater of both, by its series where the ends are close.
template <typename T>
T exponential(T a, T b, T fa, T fb) {
  const T greater = std::max(fa, fb);
  if (a == b || greater == 0) return greater;
  const T d = std::abs(b - a);
  if (d > T(0.1)) return (greater - std::min(fa, fb)) / d;
  T sum = 1;
  for (int n = std::is_same<T, double>::value ? 11 : 6; n > 1; --n) sum = 1 - sum * d / n;
  return greater * sum;
}

/// tanh(h) / h.
template <typename T>
T tanh_ratio(T h) {
  const T s = h * h;
  return 1 - s * (T(1) / 3 - s * (T(2) / 15 - s * T(17) / 315));
}

template <typename T>
T hyperbolic(T a, T b, T fa, T fb) {
  if (a == b) return 1 - fa * fb;
  const T h = b - a;
  if (std::abs(h) > close<T>) return (fb - fa) / h;
  return tanh_ratio(h) * (1 - fa * fb);
}

template <typename T>
T logistic(T a, T b, T fa, T fb) {
  const T h = a == b ? 0 : b - a;
  if (std::abs(h) > close<T>) return (fb - fa) / h;
  return tanh_ratio(h / 2) / 2 * (fa * (1 - fb) + fb * (1 - fa));
}

/// Of x · g(x): the mean of x times the slope of g, and the mean of g.
template <typename T, typename Slope>
T gated(T a, T b, T fa, T fb, Slope slope) {
  if (std::abs(b - a) > close<T>) return (fb - fa) / (b - a);
  const T ga = a == 0 ? T(0.5) : fa / a, gb = b == 0 ? T(0.5) : fb / b;
  return (a + b) / 2 * slope(ga, gb) + (ga + gb) / 2;
}

template <typename T>
T silu(T a, T b, T fa, T fb) {
  // Where x is −∞, what x is multiplied with is 0.
  if (std::isinf(a) && a == b) return a > 0 ? 1 : 0;
  return gated(a, b, fa, fb, [&](T ga, T gb) { return logistic(a, b, ga, gb); });
}

template <typename T>
T gelu(T a, T b, T fa, T fb) {
  if (std::isinf(a) && a == b) return a > 0 ? 1 : 0;
  return gated(a, b, fa, fb, [&](T, T) {
    const T m = (a + b) / 2, h = b - a;
    const T density = std::exp(-m * m / 2) * T(0.3989422804014327);
    return density * (1 + h * h * (m * m - 1) / 24);
  });
}

template <typename T>
T gelu_tanh(T a, T b, T fa, T fb) {
  if (std::isinf(a) && a == b) return a > 0 ? 1 : 0;
  return gated(a, b, fa, fb, [&](T ga, T gb) {
    const T c = T(0.7978845608028654), k = T(0.044715);
    const T h = b - a;
    // The argument's own slope, a polynomial's, times that of (1 + tanh) / 2.
    const T argument = c * (1 + k * (a * a + a * b + b * b));
    const T ta = 2 * ga - 1, tb = 2 * gb - 1;
    return argument * tanh_ratio(argument * h) * (1 - ta * tb) / 2;
  });
}

/// x · clamp(x / 6 + 1 / 2, 0, 1) piece by piece.
template <typename T>
T hard_swish(T a, T b) {
  const T low = std::min(a, b), high = std::max(a, b);
  if (low == high) return low <= -3 ? 0 : low >= 3 ? 1 : low / 3 + T(0.5);
  const T from = std::min(std::max(low, T(-3)), T(3)), to = std::min(std::max(high, T(-3)), T(3));
  if (std::isinf(high)) return 1;
  const T above = std::max(high, T(3)) - std::max(low, T(3));
  return ((to - from) * (to + from + 3) / 6 + above) / (high - low);
}

template <typename T, typename Slope>
void fill(at::TensorIterator &iterator, Slope slope) {
  iterator.for_each([=](char **data, const int64_t *strides, int64_t count) {
    const bool is_dense =
        std::all_of(strides, strides + 5, [](int64_t stride) { return stride == sizeof(T); });
    if (is_dense) {
      T *to = reinterpret_cast<T *>(data[0]);
      const T *a = reinterpret_cast<const T *>(data[1]), *b = reinterpret_cast<const T *>(data[2]);
      const T *fa = reinterpret_cast<const T *>(data[3]), *fb = reinterpret_cast<const T *>(data[4]);
      for (int64_t i = 0; i < count; ++i) to[i] = slope(a[i], b[i], fa[i], fb[i]);
      return;
    }
    for (int64_t i = 0; i < count; ++i) {
      auto number = [&](int place) {
        return *reinterpret_cast<const T *>(data[place] + i * strides[place]);
      };
      *reinterpret_cast<T *>(data[0] + i * strides[0]) =
          slope(number(1), number(2), number(3), number(4));
    }
  });
}

template <typename T>
void fill(at::TensorIterator &iterator, ct_secant kind, T parameter) {
  switch (kind) {
    case CT_SECANT_RAMP:
      return fill<T>(iterator, [=](T a, T b, T, T) { return ramp(a, b, parameter); });
    case CT_SECANT_EXPONENTIAL: return fill<T>(iterator, exponential<T>);
    case CT_SECANT_SIGMOID: return fill<T>(iterator, logistic<T>);
    case CT_SECANT_TANH: return fill<T>(iterator, hyperbolic<T>);
    case CT_SECANT_SILU: return fill<T>(iterator, silu<T>);
    case CT_SECANT_GELU: return fill<T>(iterator, gelu<T>);
    case CT_SECANT_GELU_TANH: return fill<T>(iterator, gelu_tanh<T>);
    case CT_SECANT_HARD_SWISH:
      return fill<T>(iterator, [](T a, T b, T, T) { return hard_swish(a, b); });
  }
}

}  // namespace

ct_status ct_secant_slope(enum ct_secant kind, double parameter, const ct_tensor *a,
                          const ct_tensor *b, const ct_tensor *fa, const ct_tensor *fb,
                          int64_t axis, int64_t rows, ct_tensor **result) {
  return ctorch::guarded([&] {
    at::NoGradGuard unrecorded;
    const at::Tensor &start = a->value;
    const auto type = start.scalar_type();
    *result = nullptr;
    if (!start.device().is_cpu() || (type != at::kFloat && type != at::kDouble)) return;
    auto shape = start.sizes().vec();
    if (rows > 0) shape[axis] += rows;
    at::Tensor slopes = at::empty(shape, start.options());
    at::Tensor head = slopes;
    if (rows > 0) {
      head = slopes.narrow(axis, 0, start.size(axis));
      slopes.narrow(axis, start.size(axis), rows).zero_();
    }
    auto iterator = at::TensorIteratorConfig()
                        .set_check_mem_overlap(false)
                        .resize_outputs(false)
                        .add_output(head)
                        .add_input(start)
                        .add_input(b->value)
                        .add_input(fa->value)
                        .add_input(fb->value)
                        .build();
    if (type == at::kDouble) {
      fill<double>(iterator, kind, parameter);
    } else {
      fill<float>(iterator, kind, static_cast<float>(parameter));
    }
    *result = ctorch::handle(slopes).release();
  });
}
