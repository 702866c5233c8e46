// SPDX-License-Identifier: Apache-2.0
//
// Products of many small matrices with the same one. Private to this target.

#ifndef CTORCH_PACKED_PRODUCT_H
#define CTORCH_PACKED_PRODUCT_H

#include <ATen/ATen.h>

#include <memory>

namespace ctorch {

/// What becomes of each number of a product.
enum class Squash { none, logistic, tanh };

/// `squash(x · matrix)` for one `x` after the other, or what lies there already added to the product.
///
/// oneDNN, where there is one, keeps the matrix in the form that suits the processor, and squashes what
/// still lies in its registers.
class PackedProduct {
 public:
  /// \param matrix `[inputs, outputs]`.
  /// \param rows Of each `x`.
  /// \param stride From row to row of each result.
  PackedProduct(const at::Tensor &matrix, int64_t rows, int64_t stride, bool adds, Squash squash);
  ~PackedProduct();

  /// Writes `result`, `[rows, outputs]`, for `x`, `[rows, inputs]` and dense.
  void operator()(const at::Tensor &x, at::Tensor result) const;

 private:
  struct Packed;

  at::Tensor matrix;
  bool adds;
  Squash squash;
  std::unique_ptr<Packed> packed;
};

}  // namespace ctorch

#endif
