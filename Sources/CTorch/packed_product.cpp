// SPDX-License-Identifier: Apache-2.0

#include "packed_product.h"

#include "onednn.h"

#ifdef CTORCH_WITH_ONEDNN

namespace {

/// Whether this processor's products are faster so: those of AVX-512.
bool is_worthwhile(const at::Tensor &matrix, int64_t rows) {
  const int wide = static_cast<int>(dnnl::cpu_isa::avx512_core);
  static const bool is_wide = (static_cast<int>(dnnl::get_effective_cpu_isa()) & wide) == wide;
  // A single row costs less than bringing the matrix into its form.
  return is_wide && matrix.scalar_type() == at::kFloat && rows > 1;
}

}  // namespace

struct ctorch::PackedProduct::Packed {
  dnnl::matmul::primitive_desc what;
  dnnl::matmul product;
  Buffer matrix, scratch;
  mutable dnnl::stream stream;

  Packed(const at::Tensor &plain, int64_t rows, int64_t stride, bool adds, Squash squash)
      : what(described(plain, rows, stride, adds, squash)),
        product(what),
        matrix(what.weights_desc()),
        scratch(what.scratchpad_desc()),
        stream(processor()) {
    dnnl::memory given = view(plain);
    dnnl::reorder(given, matrix.content).execute(stream, given, matrix.content);
    stream.wait();
  }

  static dnnl::matmul::primitive_desc described(const at::Tensor &plain, int64_t rows,
                                                int64_t stride, bool adds, Squash squash) {
    using dnnl::algorithm;
    const int64_t inputs = plain.size(0), outputs = plain.size(1);
    const auto layout = [&](int64_t columns, int64_t stride) {
      return dnnl::memory::desc({rows, columns}, dnnl::memory::data_type::f32,
                                dnnl::memory::dims{stride, 1});
    };
    dnnl::post_ops operations;
    if (adds) operations.append_sum(1);
    if (squash == Squash::logistic) {
      operations.append_eltwise(1, algorithm::eltwise_logistic, 0, 0);
    } else if (squash == Squash::tanh) {
      operations.append_eltwise(1, algorithm::eltwise_tanh, 0, 0);
    }
    dnnl::primitive_attr attributes = own_scratch();
    attributes.set_post_ops(operations);
    return {{layout(inputs, inputs), any({inputs, outputs}), layout(outputs, stride)},
            attributes,
            processor()};
  }

  void operator()(const at::Tensor &x, const at::Tensor &result) const {
    product.execute(stream, {{DNNL_ARG_SRC, {what.src_desc(), processor(), x.data_ptr()}},
                             {DNNL_ARG_WEIGHTS, matrix.content},
                             {DNNL_ARG_DST, {what.dst_desc(), processor(), result.data_ptr()}},
                             {DNNL_ARG_SCRATCHPAD, scratch.content}});
    stream.wait();
  }
};

#else

struct ctorch::PackedProduct::Packed {
  void operator()(const at::Tensor &, const at::Tensor &) const {}
};

#endif

ctorch::PackedProduct::PackedProduct(const at::Tensor &matrix, int64_t rows, int64_t stride,
                                     bool adds, Squash squash)
    : matrix(matrix), adds(adds), squash(squash) {
#ifdef CTORCH_WITH_ONEDNN
  if (is_worthwhile(matrix, rows)) {
    packed = std::make_unique<Packed>(matrix, rows, stride, adds, squash);
  }
#endif
}

ctorch::PackedProduct::~PackedProduct() = default;

void ctorch::PackedProduct::operator()(const at::Tensor &x, at::Tensor result) const {
  if (packed) return (*packed)(x, result);
  if (adds) {
    result.addmm_(x, matrix);
  } else {
    at::mm_out(result, x, matrix);
  }
  if (squash == Squash::logistic) result.sigmoid_();
  if (squash == Squash::tanh) result.tanh_();
}
