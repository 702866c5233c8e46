// SPDX-License-Identifier: Apache-2.0
//
// A C interface to libpng and libjpeg: bytes to samples, and back.
//
// Contract, for every function unless its comment says otherwise:
// - Status: functions that can fail return `ci_status`. On anything but `CI_OK` no out parameter
//   has been written and nothing is left allocated; `ci_error_message` tells why on this thread.
// - Ownership: samples and bytes that come out belong to the caller, who ends them with one
//   `ci_free`. Memory that goes in is borrowed for the call, and never written.
// - Nullability: pointers are non-null unless marked `_Nullable`.
// - Threads: every function may be called from any thread; there is no state but the message,
//   which is kept per thread.
// - The libraries' `longjmp` stays inside: no function returns through a caller's frame.

#ifndef CIMAGE_H
#define CIMAGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef enum ci_status {
  CI_OK = 0,
  CI_UNKNOWN_FORMAT = 1,  // the bytes start like no format that is read here
  CI_MALFORMED = 2,       // broken or truncated
  CI_UNSUPPORTED = 3,     // well formed, but of a kind that is refused: CMYK, 12 bits
  CI_TOO_LARGE = 4,       // more pixels than the caller allows; nothing was allocated for them
  CI_OUT_OF_MEMORY = 5,
} ci_status;

/// The message of this thread's last failure; valid until its next call into this library.
const char *ci_error_message(void);

/// Samples in rows from the top, without padding, interleaved by pixel.
typedef struct ci_image {
  uint32_t width;
  uint32_t height;
  /// 1 gray, 2 gray and alpha, 3 red, green and blue, 4 with alpha. Alpha is not premultiplied.
  uint32_t channels;
  /// 8 or 16 bits a sample; 16-bit samples in the machine's byte order.
  uint32_t bits;
  /// `width * height * channels` samples of `bits / 8` bytes each.
  /// Null only before an image is filled.
  void *_Nullable samples;
} ci_image;

/// Ends samples or bytes that this library gave.
void ci_free(void *_Nullable memory);

/// Decodes a PNG or JPEG file, told apart by its first bytes.
///
/// PNG: every color type and bit depth, interlaced or not. Samples of 1, 2 and 4 bits are scaled to
/// 8; 16 bits are kept; palettes become red, green and blue; transparency (`tRNS`) becomes an alpha
/// channel. JPEG: gray, or YCbCr and RGB as red, green and blue, 8 bits, baseline or progressive;
/// CMYK is refused. Gamma, color profiles and EXIF orientation are not applied.
///
/// Truncated files, damaged data and palette indices without a color are `CI_MALFORMED`: no sample
/// is ever invented. More pixels than `pixel_limit`, or more than so few bytes could hold, are
/// refused from the header, before memory is allocated for them.
ci_status ci_decode(const uint8_t *bytes, size_t count, uint64_t pixel_limit, ci_image *image);

/// Encodes a PNG file: 8 or 16 bits, 1 to 4 channels, not interlaced.
/// `image->samples` is borrowed. Other channel counts or depths, and empty images, are
/// `CI_UNSUPPORTED`.
ci_status ci_encode_png(const ci_image *image, uint8_t *_Nullable *_Nonnull bytes, size_t *count);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
