// SPDX-License-Identifier: Apache-2.0

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// libjpeg's headers want `FILE` and `size_t` to be known.
#include <jpeglib.h>
#include <jerror.h>

#include "internal.h"

/// A progressive file may ask for its whole image to be refined once per scan of a few bytes.
static const int scan_limit = 500;

/// What must outlive a `longjmp`. `errors` comes first: libjpeg hands its address back.
typedef struct reader {
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf failure;
  ci_status status;
  struct jpeg_decompress_struct jpeg;
  bool started;
  uint8_t *samples;
} reader;

static void on_error(j_common_ptr jpeg) {
  reader *state = (reader *)jpeg->err;
  char message[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, message);
  ci_status status = CI_MALFORMED;
  switch (jpeg->err->msg_code) {
    case JERR_OUT_OF_MEMORY:
      status = CI_OUT_OF_MEMORY;
      break;
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED:
      status = CI_UNSUPPORTED;
      break;
    default:
      break;
  }
  state->status = ci_fail(status, "libjpeg: %s", message);
  longjmp(state->failure, 1);
}

static void leave(reader *state, ci_status status) {
  state->status = status;
  longjmp(state->failure, 1);
}

/// libjpeg warns where it goes on with invented samples; such warnings are errors here.
static void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) {
    return;
  }
  switch (jpeg->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_TOO_MUCH_DATA:
      break;
    default:
      on_error(jpeg);
  }
}

static void on_progress(j_common_ptr jpeg) {
  j_decompress_ptr decompress = (j_decompress_ptr)jpeg;
  if (decompress->input_scan_number > scan_limit) {
    leave((reader *)jpeg->err, ci_fail(CI_TOO_LARGE, "it has more than %d scans", scan_limit));
  }
}

static void decode(reader *state, const uint8_t *bytes, size_t count, uint64_t pixel_limit) {
  struct jpeg_decompress_struct *jpeg = &state->jpeg;
  jpeg_create_decompress(jpeg);
  state->started = true;
  state->progress.progress_monitor = on_progress;
  jpeg->progress = &state->progress;
  jpeg_mem_src(jpeg, bytes, count);
  jpeg_read_header(jpeg, TRUE);
  // A block of 64 pixels takes at least one bit.
  ci_status size =
      ci_check_size(jpeg->image_width, jpeg->image_height, pixel_limit, count, 64 * 8);
  if (size != CI_OK) {
    leave(state, size);
  }

  switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
      jpeg->out_color_space = JCS_GRAYSCALE;
      break;
    case JCS_RGB:
    case JCS_YCbCr:
      jpeg->out_color_space = JCS_RGB;
      break;
    case JCS_CMYK:
    case JCS_YCCK:
      leave(state, ci_fail(CI_UNSUPPORTED, "it is a CMYK image: convert it to RGB first"));
    default:
      leave(state, ci_fail(CI_UNSUPPORTED, "it has %d channels of an unknown meaning",
                           jpeg->num_components));
  }
  // The slow integer transform is the exact one; smoothing would invent what later scans hold.
  jpeg->dct_method = JDCT_ISLOW;
  jpeg->do_block_smoothing = FALSE;
  jpeg_start_decompress(jpeg);

  size_t stride = (size_t)jpeg->output_width * (size_t)jpeg->output_components;
  state->samples = calloc(jpeg->output_height, stride);
  if (state->samples == NULL) {
    leave(state, ci_fail(CI_OUT_OF_MEMORY, "no memory for %u rows of %zu bytes",
                         jpeg->output_height, stride));
  }
  while (jpeg->output_scanline < jpeg->output_height) {
    JSAMPROW row = state->samples + jpeg->output_scanline * stride;
    jpeg_read_scanlines(jpeg, &row, 1);
  }
  jpeg_finish_decompress(jpeg);
}

ci_status ci_decode_jpeg(const uint8_t *bytes, size_t count, uint64_t pixel_limit,
                         ci_image *image) {
  reader *state = calloc(1, sizeof *state);
  if (state == NULL) {
    return ci_fail(CI_OUT_OF_MEMORY, "no memory to start reading");
  }
  state->jpeg.err = jpeg_std_error(&state->errors);
  state->errors.error_exit = on_error;
  state->errors.emit_message = on_message;
  if (setjmp(state->failure) == 0) {
    decode(state, bytes, count, pixel_limit);
  }

  ci_status status = state->status;
  if (status == CI_OK) {
    image->width = state->jpeg.output_width;
    image->height = state->jpeg.output_height;
    image->channels = (uint32_t)state->jpeg.output_components;
    image->bits = 8;
    image->samples = state->samples;
  } else {
    free(state->samples);
  }
  if (state->started) {
    jpeg_destroy_decompress(&state->jpeg);
  }
  free(state);
  return status;
}
