// SPDX-License-Identifier: Apache-2.0

#include "handles.h"

#include <new>

namespace {

thread_local std::string message;

bool contains(const std::string &text, const char *part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

namespace ctorch {

ct_status record(const std::exception &error) noexcept {
  try {
    const auto *from_torch = dynamic_cast<const c10::Error *>(&error);
    message = from_torch ? from_torch->what_without_backtrace() : error.what();
    if (dynamic_cast<const std::bad_alloc *>(&error) || contains(message, "can't allocate memory") ||
        contains(message, "out of memory")) {
      return CT_OUT_OF_MEMORY;
    }
    return CT_FAILED;
  } catch (...) {
    return CT_OUT_OF_MEMORY;
  }
}

ct_status record_unknown() noexcept {
  try {
    message = "an exception of an unknown kind";
  } catch (...) {
  }
  return CT_FAILED;
}

}  // namespace ctorch

const char *ct_error_message(void) { return message.c_str(); }
