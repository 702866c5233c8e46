// SPDX-License-Identifier: Apache-2.0
//
// Slopes of secants, element by element in one pass over both ends.

#include "handles.h"

#include <ATen/TensorIterator.h>

#include <cmath>
#include <limits>

namespace {

/// Up to this distance of the ends a quotient of differences would lose digits to rounding.
template <typename T>
constexpr T close = std::is_same<T, double>::value ? T(1e-3) : T(1e-2);

template <typename T>
T ramp(T a, T b, T corner) {
  if (a == b) return a > corner ? 1 : 0;
  const T top = std::max(a, b) - corner, bottom = std::min(a, b) - corner;
  if (top <= 0) return 0;
  if (bottom >= 0 || std::isinf(top)) return 1;
  return top / (top - bottom);
}

/// Of exp: (1 − exp(−d)) / d times the greater of both, by its series where the ends are close.
template <typename T>
T exponential(T a, T b, T fa, T fb) {
  const T greater = std::max(fa, fb);
  if (a == b || greater == 0) return greater;
  const T d = std::abs(b - a);
  if (d > T(0.5)) return (greater - std::min(fa, fb)) / d;
  T sum = 1, term = 1;
  for (int n = 2; n < 14; ++n) {
    term *= -d / n;
    sum += term;
  }
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

template <typename T>
T slope(ct_secant kind, T parameter, T a, T b, T fa, T fb) {
  switch (kind) {
    case CT_SECANT_RAMP: return ramp(a, b, parameter);
    case CT_SECANT_EXPONENTIAL: return exponential(a, b, fa, fb);
    case CT_SECANT_SIGMOID: return logistic(a, b, fa, fb);
    case CT_SECANT_TANH: return hyperbolic(a, b, fa, fb);
    case CT_SECANT_SILU: return silu(a, b, fa, fb);
    case CT_SECANT_GELU: return gelu(a, b, fa, fb);
    case CT_SECANT_GELU_TANH: return gelu_tanh(a, b, fa, fb);
    case CT_SECANT_HARD_SWISH: return hard_swish(a, b);
  }
  return std::numeric_limits<T>::quiet_NaN();
}

template <typename T>
void fill(at::TensorIterator &iterator, ct_secant kind, T parameter) {
  iterator.for_each([=](char **data, const int64_t *strides, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      auto number = [&](int place) {
        return *reinterpret_cast<const T *>(data[place] + i * strides[place]);
      };
      *reinterpret_cast<T *>(data[0] + i * strides[0]) =
          slope<T>(kind, parameter, number(1), number(2), number(3), number(4));
    }
  });
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
