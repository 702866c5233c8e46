// SPDX-License-Identifier: Apache-2.0

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/// Everything that must outlive a `longjmp`: never held in locals of the function that calls
/// `setjmp`.
typedef struct reader {
  jmp_buf failure;
  ci_status status;
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  uint64_t pixel_limit;
  png_bytep samples;
  png_bytepp rows;
  png_bytep expanded;
  ci_image image;
} reader;

static void on_error(png_structp png, png_const_charp message) {
  reader *state = png_get_error_ptr(png);
  state->status = ci_fail(CI_MALFORMED, "libpng: %s", message);
  longjmp(state->failure, 1);
}

// What libpng only warns about leaves the samples whole: bad ancillary chunks.
static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t length) {
  reader *state = png_get_io_ptr(png);
  if (length > state->count - state->position) {
    png_error(png, "the file ends too early");
  }
  memcpy(target, state->bytes + state->position, length);
  state->position += length;
}

static void leave(reader *state, ci_status status) {
  state->status = status;
  longjmp(state->failure, 1);
}

static void *allocate(reader *state, size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (memory == NULL) {
    leave(state, ci_fail(CI_OUT_OF_MEMORY, "no memory for %zu bytes of samples", count * size));
  }
  return memory;
}

/// Replaces palette indices by colors, with alpha where some color has one.
static void expand_palette(reader *state) {
  png_colorp palette = NULL;
  int colors = 0;
  png_bytep alpha = NULL;
  int alphas = 0;
  png_get_PLTE(state->png, state->info, &palette, &colors);
  png_get_tRNS(state->png, state->info, &alpha, &alphas, NULL);
  size_t channels = alphas > 0 ? 4 : 3;
  size_t pixels = (size_t)state->image.width * state->image.height;
  state->expanded = allocate(state, pixels, channels);
  for (size_t pixel = 0; pixel < pixels; pixel++) {
    int index = state->samples[pixel];
    if (index >= colors) {
      leave(state, ci_fail(CI_MALFORMED, "a pixel has color %d of a palette of %d", index, colors));
    }
    png_bytep target = state->expanded + pixel * channels;
    target[0] = palette[index].red;
    target[1] = palette[index].green;
    target[2] = palette[index].blue;
    if (channels == 4) {
      target[3] = index < alphas ? alpha[index] : 255;
    }
  }
  free(state->samples);
  state->samples = state->expanded;
  state->expanded = NULL;
  state->image.channels = (uint32_t)channels;
}

static void decode(reader *state) {
  png_structp png = state->png;
  png_infop info = state->info;
  png_set_read_fn(png, state, read_bytes);
  // The caller's limit counts pixels; libpng's own, of one side, would refuse panoramas.
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
  png_set_chunk_malloc_max(png, 1 << 23);
  png_set_chunk_cache_max(png, 128);
  png_read_info(png, info);

  ci_image *image = &state->image;
  image->width = png_get_image_width(png, info);
  image->height = png_get_image_height(png, info);
  int color = png_get_color_type(png, info);
  int depth = png_get_bit_depth(png, info);
  image->bits = depth == 16 ? 16 : 8;
  // Deflate shrinks at most 1032 times.
  unsigned pixel_bits = (unsigned)(depth * png_get_channels(png, info));
  ci_status size = ci_check_size(image->width, image->height, state->pixel_limit, state->count,
                                 1032 * 8 / pixel_bits);
  if (size != CI_OK) {
    leave(state, size);
  }

  png_set_packing(png);
  if (color == PNG_COLOR_TYPE_GRAY && depth < 8) {
    png_set_expand_gray_1_2_4_to_8(png);
  }
  if (color != PNG_COLOR_TYPE_PALETTE && png_get_valid(png, info, PNG_INFO_tRNS)) {
    png_set_tRNS_to_alpha(png);
  }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (depth == 16) {
    png_set_swap(png);
  }
#endif
  png_set_interlace_handling(png);
  png_read_update_info(png, info);

  image->channels = png_get_channels(png, info);
  size_t stride = png_get_rowbytes(png, info);
  if (stride != (size_t)image->width * image->channels * (image->bits / 8)) {
    leave(state, ci_fail(CI_UNSUPPORTED, "its rows have %zu bytes, which was not expected", stride));
  }
  state->samples = allocate(state, image->height, stride);
  state->rows = allocate(state, image->height, sizeof(png_bytep));
  for (uint32_t row = 0; row < image->height; row++) {
    state->rows[row] = state->samples + row * stride;
  }
  png_read_image(png, state->rows);
  png_read_end(png, NULL);
  if (color == PNG_COLOR_TYPE_PALETTE) {
    expand_palette(state);
  }
}

ci_status ci_decode_png(const uint8_t *bytes, size_t count, uint64_t pixel_limit,
                        ci_image *image) {
  reader *state = calloc(1, sizeof *state);
  if (state == NULL) {
    return ci_fail(CI_OUT_OF_MEMORY, "no memory to start reading");
  }
  state->bytes = bytes;
  state->count = count;
  state->pixel_limit = pixel_limit;
  if (setjmp(state->failure) == 0) {
    state->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, state, on_error, on_warning);
    state->info = state->png == NULL ? NULL : png_create_info_struct(state->png);
    if (state->info == NULL) {
      leave(state, ci_fail(CI_OUT_OF_MEMORY, "libpng did not start"));
    }
    decode(state);
  }

  ci_status status = state->status;
  png_destroy_read_struct(&state->png, &state->info, NULL);
  free(state->rows);
  free(state->expanded);
  if (status == CI_OK) {
    *image = state->image;
    image->samples = state->samples;
  } else {
    free(state->samples);
  }
  free(state);
  return status;
}
