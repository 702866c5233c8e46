// SPDX-License-Identifier: Apache-2.0
//
// A C interface to Pango and Cairo, which set text of every script and draw it. They are looked for
// when a program asks for them: a program is built, linked and started where they are not installed.
//
// Contract, for every function unless its comment says otherwise:
// - Status: functions that can fail return `ty_status`. On anything but `TY_OK` no out parameter
//   has been written and nothing is left allocated; `ty_error_message` tells why on this thread.
// - Ownership: what a `create` gives belongs to the caller, who ends it with its one `free`. Texts
//   and pictures may not outlive their typesetter. Memory that goes in is borrowed for the call.
// - Nullability: pointers are non-null unless marked `_Nullable`.
// - Threads: a typesetter, with its texts and pictures, is used by one thread at a time; several
//   typesetters are used by several at once.
// - Lengths are pixels, from the top left.

#ifndef CTYPESET_H
#define CTYPESET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef enum ty_status {
  TY_OK = 0,
  TY_NO_LIBRARY = 1,  // it is not installed, or is not what it was
  TY_NO_FONT = 2,     // no font is installed
  TY_OUT_OF_MEMORY = 3,
} ty_status;

/// The message of this thread's last failure; valid until its next call into this library.
const char *ty_error_message(void);

/// The libraries, and the fonts that they found.
typedef struct ty_typesetter ty_typesetter;

/// Loads the libraries, the first time from disk.
///
/// `library` is the name of PangoCairo's shared library, which brings the others with it.
ty_status ty_typesetter_create(const char *library,
                               ty_typesetter *_Nullable *_Nonnull typesetter);
void ty_typesetter_free(ty_typesetter *_Nullable typesetter);

typedef struct ty_color {
  uint8_t red;
  uint8_t green;
  uint8_t blue;
} ty_color;

/// How the lines of a text are set.
typedef struct ty_style {
  /// From a line's baseline to that of the next, where type is set solid.
  double size;
  /// What lines are broken at, within a word where it is longer; 0 or less breaks none.
  double width;
  /// Between two lines.
  double leading;
  int bold;
  /// Whether lines are read from the right, and begin there.
  int right_to_left;
} ty_style;

/// A part of a text: bytes from `start` to below `end`.
typedef struct ty_span {
  uint32_t start;
  uint32_t end;
  ty_color ink;
  /// Room behind every letter.
  double spacing;
} ty_span;

/// A text in lines.
typedef struct ty_text ty_text;

/// Sets a text of `count` bytes of valid UTF-8 without NUL, fewer than 2³¹. What is no part of a
/// span has the ink that it is drawn with.
ty_status ty_text_create(ty_typesetter *typesetter, const char *text, size_t count, ty_style style,
                         const ty_span *_Nullable spans, size_t span_count,
                         ty_text *_Nullable *_Nonnull result);
void ty_text_free(ty_text *_Nullable text);

double ty_text_width(const ty_text *text);
double ty_text_height(const ty_text *text);

/// How many signs no installed font has; boxes stand for them.
size_t ty_text_missing(const ty_text *text);

/// Where a span lies: the height is that of its line.
typedef struct ty_box {
  size_t span;
  double x;
  double y;
  double width;
  double height;
} ty_box;

/// The boxes of spans, line by line: several for a span where lines or directions change in it.
///
/// Spans are in the order of the text and do not overlap. The boxes end with one `ty_free`.
ty_status ty_text_boxes(ty_text *text, const ty_span *spans, size_t span_count,
                        ty_box *_Nullable *_Nonnull boxes, size_t *count);

void ty_free(void *_Nullable memory);

/// What is drawn on; opaque.
typedef struct ty_picture ty_picture;

/// A picture of one color, at least 1 and at most 32,767 pixels wide and high.
ty_status ty_picture_create(ty_typesetter *typesetter, uint32_t width, uint32_t height,
                            ty_color color, ty_picture *_Nullable *_Nonnull picture);
void ty_picture_free(ty_picture *_Nullable picture);

/// A rectangle with round corners.
void ty_picture_fill(ty_picture *picture, double x, double y, double width, double height,
                     double radius, ty_color color);

/// Draws a text, its top left at a place.
void ty_picture_write(ty_picture *picture, ty_text *text, double x, double y, ty_color ink);

/// The pixels, `0x00RRGGBB` in the machine's byte order; a row is `*stride` of them behind the one
/// above. They are the picture's, and valid until it is drawn on or ended.
const uint32_t *ty_picture_pixels(ty_picture *picture, size_t *stride);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
