// SPDX-License-Identifier: Apache-2.0
//
// oneDNN, where the package is built with it. Private to this target.

#ifndef CTORCH_ONEDNN_H
#define CTORCH_ONEDNN_H

#ifdef CTORCH_WITH_ONEDNN
#include <oneapi/dnnl/dnnl_version.h>
// Another version is called in another way, and no longer has all that is asked for.
#if DNNL_VERSION_MAJOR != 2
#undef CTORCH_WITH_ONEDNN
#endif
#endif

#ifdef CTORCH_WITH_ONEDNN

#include <oneapi/dnnl/dnnl.hpp>

#include <ATen/ATen.h>

namespace ctorch {

inline dnnl::engine &processor() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

/// Whoever runs a primitive brings its memory, so that none stays behind.
inline dnnl::primitive_attr own_scratch() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

/// A shape in oneDNN's own arrangement, whichever the algorithm likes.
inline dnnl::memory::desc any(const dnnl::memory::dims &shape) {
  return {shape, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
}

/// Memory of oneDNN's that lives as long as a tensor of bytes.
struct Buffer {
  at::Tensor bytes;
  dnnl::memory content;

  explicit Buffer(const dnnl::memory::desc &layout)
      : bytes(at::empty({static_cast<int64_t>(layout.get_size())}, at::kByte)),
        content(layout, processor(), bytes.data_ptr()) {}
};

/// A tensor's own memory.
inline dnnl::memory view(const at::Tensor &tensor) {
  const dnnl::memory::desc layout(tensor.sizes().vec(), dnnl::memory::data_type::f32,
                                  tensor.strides().vec());
  return {layout, processor(), tensor.data_ptr()};
}

}  // namespace ctorch

#endif

#endif
