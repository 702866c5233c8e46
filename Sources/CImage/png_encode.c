// SPDX-License-Identifier: Apache-2.0

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/// What must outlive a `longjmp`.
typedef struct writer {
  jmp_buf failure;
  ci_status status;
  png_structp png;
  png_infop info;
  uint8_t *bytes;
  size_t count;
  size_t capacity;
} writer;

static void on_error(png_structp png, png_const_charp message) {
  writer *state = png_get_error_ptr(png);
  // A failed allocation has already said what it is.
  if (state->status == CI_OK) {
    state->status = ci_fail(CI_UNSUPPORTED, "libpng: %s", message);
  }
  longjmp(state->failure, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void write_bytes(png_structp png, png_bytep source, size_t length) {
  writer *state = png_get_io_ptr(png);
  if (length > state->capacity - state->count) {
    size_t capacity = 2 * state->capacity + length;
    uint8_t *grown = realloc(state->bytes, capacity);
    if (grown == NULL) {
      state->status = ci_fail(CI_OUT_OF_MEMORY, "no memory for a file of %zu bytes", capacity);
      longjmp(state->failure, 1);
    }
    state->bytes = grown;
    state->capacity = capacity;
  }
  memcpy(state->bytes + state->count, source, length);
  state->count += length;
}

static void flush_bytes(png_structp png) { (void)png; }

static void encode(writer *state, const ci_image *image) {
  static const int colors[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                               PNG_COLOR_TYPE_RGB_ALPHA};
  png_structp png = state->png;
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
  png_set_write_fn(png, state, write_bytes, flush_bytes);
  png_set_IHDR(png, state->info, image->width, image->height, (int)image->bits,
               colors[image->channels - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  // Enlarged pixels repeat themselves: trying filters row by row takes twice the time for nothing.
  png_set_filter(png, PNG_FILTER_TYPE_DEFAULT, PNG_FILTER_NONE);
  png_write_info(png, state->info);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (image->bits == 16) {
    png_set_swap(png);
  }
#endif
  size_t stride = (size_t)image->width * image->channels * (image->bits / 8);
  for (uint32_t row = 0; row < image->height; row++) {
    png_write_row(png, (png_const_bytep)image->samples + row * stride);
  }
  png_write_end(png, state->info);
}

ci_status ci_encode_png(const ci_image *image, uint8_t **bytes, size_t *count) {
  if (image->width == 0 || image->height == 0 || image->channels < 1 || image->channels > 4
      || image->samples == NULL
      || (image->bits != 8 && image->bits != 16)) {
    return ci_fail(CI_UNSUPPORTED, "no PNG file holds %u × %u pixels of %u channels and %u bits",
                   image->width, image->height, image->channels, image->bits);
  }
  writer *state = calloc(1, sizeof *state);
  if (state == NULL) {
    return ci_fail(CI_OUT_OF_MEMORY, "no memory to start writing");
  }
  if (setjmp(state->failure) == 0) {
    state->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, state, on_error, on_warning);
    state->info = state->png == NULL ? NULL : png_create_info_struct(state->png);
    if (state->info == NULL) {
      state->status = ci_fail(CI_OUT_OF_MEMORY, "libpng did not start");
    } else {
      encode(state, image);
    }
  }

  ci_status status = state->status;
  png_destroy_write_struct(&state->png, &state->info);
  if (status == CI_OK) {
    *bytes = state->bytes;
    *count = state->count;
  } else {
    free(state->bytes);
  }
  free(state);
  return status;
}
