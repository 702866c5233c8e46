// SPDX-License-Identifier: Apache-2.0

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static _Thread_local char last_message[256];

const char *ci_error_message(void) { return last_message; }

ci_status ci_fail(ci_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(last_message, sizeof last_message, format, arguments);
  va_end(arguments);
  return status;
}

void ci_free(void *memory) { free(memory); }

ci_status ci_check_size(uint32_t width, uint32_t height, uint64_t pixel_limit, size_t count,
                        uint64_t pixels_per_byte) {
  // Both fit 32 bits, so that the product fits 64.
  uint64_t pixels = (uint64_t)width * height;
  if (pixels == 0) {
    return ci_fail(CI_MALFORMED, "it has %u × %u pixels", width, height);
  }
  if (pixels > pixel_limit) {
    return ci_fail(CI_TOO_LARGE, "%u × %u pixels are more than the limit of %llu", width, height,
                   (unsigned long long)pixel_limit);
  }
  if (pixels / pixels_per_byte > count) {
    return ci_fail(CI_MALFORMED, "it claims %u × %u pixels, more than its %zu bytes can hold",
                   width, height, count);
  }
  return CI_OK;
}

ci_status ci_decode(const uint8_t *bytes, size_t count, uint64_t pixel_limit, ci_image *image) {
  static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  static const uint8_t jpeg[] = {0xFF, 0xD8, 0xFF};
  if (count >= sizeof png && memcmp(bytes, png, sizeof png) == 0) {
    return ci_decode_png(bytes, count, pixel_limit, image);
  }
  if (count >= sizeof jpeg && memcmp(bytes, jpeg, sizeof jpeg) == 0) {
    return ci_decode_jpeg(bytes, count, pixel_limit, image);
  }
  return ci_fail(CI_UNKNOWN_FORMAT, "the bytes start like neither a PNG nor a JPEG file");
}
