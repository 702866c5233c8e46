// SPDX-License-Identifier: Apache-2.0

#include "handles.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/csrc/api/include/torch/version.h>

#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

ct_status ct_generator_new(uint64_t seed, ct_generator **result) {
  return ctorch::guarded([&] {
    *result = new ct_generator{at::detail::createCPUGenerator(seed)};
  });
}

void ct_generator_free(ct_generator *generator) { delete generator; }

const char *ct_version(void) { return TORCH_VERSION; }

int32_t ct_thread_count(void) { return at::get_num_threads(); }

ct_status ct_set_thread_count(int32_t count) {
  return ctorch::guarded([&] { at::set_num_threads(count); });
}

void ct_keep_freed_memory(int32_t byte_count) {
  // The largest block that glibc lets come from the heap, instead of a mapping of its own.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, byte_count);
}

bool ct_matrix_library(char *path, size_t capacity) {
  // The symbol is looked up as libtorch's own calls are.
  void *symbol = dlsym(RTLD_DEFAULT, "sgemm_");
  Dl_info info;
  if (!symbol || dladdr(symbol, &info) == 0 || !info.dli_fname) return false;
  char *resolved = realpath(info.dli_fname, nullptr);
  bool fits = resolved && strlen(resolved) < capacity;
  if (fits) strcpy(path, resolved);
  free(resolved);
  return fits;
}

int32_t ct_cuda_device_count(void) {
  int32_t count = 0;
  ct_status status = ctorch::guarded([&] {
    if (at::globalContext().hasCUDA()) count = at::detail::getCUDAHooks().getNumGPUs();
  });
  return status == CT_OK ? count : 0;
}
