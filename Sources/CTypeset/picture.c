// SPDX-License-Identifier: Apache-2.0

#include <math.h>
#include <stdlib.h>

#include "internal.h"

enum { CAIRO_FORMAT_RGB24 = 1, CAIRO_STATUS_SUCCESS = 0 };

struct ty_picture {
  const ty_library *library;
  void *surface;
  void *context;
};

static void set_color(ty_picture *picture, ty_color color) {
  picture->library->cairo_set_source_rgb(picture->context, color.red / 255.0, color.green / 255.0,
                                         color.blue / 255.0);
}

ty_status ty_picture_create(ty_typesetter *typesetter, uint32_t width, uint32_t height,
                            ty_color color, ty_picture **picture) {
  const ty_library *library = &typesetter->library;
  ty_picture *made = malloc(sizeof *made);
  if (made == NULL) return ty_fail(TY_OUT_OF_MEMORY, "no memory for a picture");
  made->library = library;
  made->surface = library->cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
  made->context = library->cairo_create(made->surface);
  // What Cairo cannot make is something that fails, and is ended as others are.
  if (library->cairo_surface_status(made->surface) != CAIRO_STATUS_SUCCESS ||
      library->cairo_status(made->context) != CAIRO_STATUS_SUCCESS) {
    ty_picture_free(made);
    return ty_fail(TY_OUT_OF_MEMORY, "Cairo makes no picture of %u × %u pixels", width, height);
  }
  set_color(made, color);
  library->cairo_paint(made->context);
  *picture = made;
  return TY_OK;
}

void ty_picture_free(ty_picture *picture) {
  if (picture == NULL) return;
  picture->library->cairo_destroy(picture->context);
  picture->library->cairo_surface_destroy(picture->surface);
  free(picture);
}

void ty_picture_fill(ty_picture *picture, double x, double y, double width, double height,
                     double radius, ty_color color) {
  const ty_library *library = picture->library;
  void *context = picture->context;
  double right = x + width, bottom = y + height;
  double most = fmin(width, height) / 2;
  double round = radius < most ? radius : most;
  library->cairo_new_path(context);
  library->cairo_arc(context, right - round, y + round, round, -M_PI / 2, 0);
  library->cairo_arc(context, right - round, bottom - round, round, 0, M_PI / 2);
  library->cairo_arc(context, x + round, bottom - round, round, M_PI / 2, M_PI);
  library->cairo_arc(context, x + round, y + round, round, M_PI, 3 * M_PI / 2);
  library->cairo_close_path(context);
  set_color(picture, color);
  library->cairo_fill(context);
}

void ty_picture_write(ty_picture *picture, ty_text *text, double x, double y, ty_color ink) {
  set_color(picture, ink);
  picture->library->cairo_move_to(picture->context, x, y);
  picture->library->pango_cairo_show_layout(picture->context, text->layout);
}

const uint32_t *ty_picture_pixels(ty_picture *picture, size_t *stride) {
  picture->library->cairo_surface_flush(picture->surface);
  *stride = (size_t)picture->library->cairo_image_surface_get_stride(picture->surface) / 4;
  // Cairo aligns rows for words of 32 bits.
  return (const uint32_t *)(const void *)picture->library->cairo_image_surface_get_data(
      picture->surface);
}
