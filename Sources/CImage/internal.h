// SPDX-License-Identifier: Apache-2.0

#ifndef CIMAGE_INTERNAL_H
#define CIMAGE_INTERNAL_H

#include <stdint.h>

#include "include/CImage.h"

/// Keeps a message for `ci_error_message`, and gives the status back.
ci_status ci_fail(ci_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// Refuses dimensions that are zero, beyond the caller's limit, or beyond what `count` bytes can
/// hold when each byte describes at most `pixels_per_byte` pixels.
ci_status ci_check_size(uint32_t width, uint32_t height, uint64_t pixel_limit, size_t count,
                        uint64_t pixels_per_byte);

ci_status ci_decode_png(const uint8_t *bytes, size_t count, uint64_t pixel_limit, ci_image *image);
ci_status ci_decode_jpeg(const uint8_t *bytes, size_t count, uint64_t pixel_limit,
                         ci_image *image);

#endif
