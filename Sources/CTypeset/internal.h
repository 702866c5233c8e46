// SPDX-License-Identifier: Apache-2.0
//
// What is called of Pango, Cairo and GLib: their public interfaces, which they keep, written here so
// that no header of theirs has to be installed.

#ifndef CTYPESET_INTERNAL_H
#define CTYPESET_INTERNAL_H

#include "include/CTypeset.h"

/// Units of Pango in a pixel.
#define TY_PANGO_UNITS 1024.0

typedef struct ty_rectangle {
  int x, y, width, height;
} ty_rectangle;

/// As `PangoAttribute` begins.
typedef struct ty_attribute {
  const void *kind;
  unsigned start;
  unsigned end;
} ty_attribute;

/// As `PangoLayoutLine` begins.
typedef struct ty_line {
  void *layout;
  int start;
  int length;
} ty_line;

/// Result, name, parameters.
#define TY_FUNCTIONS(entry)                                                                   \
  entry(void *, cairo_image_surface_create, (int format, int width, int height))              \
  entry(int, cairo_surface_status, (void *surface))                                           \
  entry(void, cairo_surface_destroy, (void *surface))                                         \
  entry(void, cairo_surface_flush, (void *surface))                                           \
  entry(unsigned char *, cairo_image_surface_get_data, (void *surface))                       \
  entry(int, cairo_image_surface_get_stride, (void *surface))                                 \
  entry(void *, cairo_create, (void *surface))                                                \
  entry(int, cairo_status, (void *context))                                                   \
  entry(void, cairo_destroy, (void *context))                                                 \
  entry(void, cairo_set_source_rgb, (void *context, double red, double green, double blue))   \
  entry(void, cairo_paint, (void *context))                                                   \
  entry(void, cairo_new_path, (void *context))                                                \
  entry(void, cairo_arc,                                                                      \
        (void *context, double x, double y, double radius, double from, double to))           \
  entry(void, cairo_close_path, (void *context))                                              \
  entry(void, cairo_fill, (void *context))                                                    \
  entry(void, cairo_move_to, (void *context, double x, double y))                             \
  entry(void *, cairo_font_options_create, (void))                                            \
  entry(void, cairo_font_options_destroy, (void *options))                                    \
  entry(void, cairo_font_options_set_antialias, (void *options, int antialias))               \
  entry(void, cairo_font_options_set_hint_style, (void *options, int style))                  \
  entry(void, cairo_font_options_set_hint_metrics, (void *options, int metrics))              \
  entry(void *, pango_cairo_font_map_new, (void))                                             \
  entry(void *, pango_font_map_create_context, (void *map))                                   \
  entry(void, pango_cairo_context_set_font_options, (void *context, const void *options))     \
  entry(void, pango_cairo_context_set_resolution, (void *context, double dots))               \
  entry(void, pango_cairo_show_layout, (void *cairo, void *layout))                           \
  entry(void, pango_context_set_base_dir, (void *context, int direction))                     \
  entry(void, pango_context_set_language, (void *context, void *language))                    \
  entry(void *, pango_language_from_string, (const char *name))                               \
  entry(void *, pango_context_load_font, (void *context, const void *description))            \
  entry(void *, pango_font_description_new, (void))                                           \
  entry(void, pango_font_description_free, (void *description))                               \
  entry(void, pango_font_description_set_family, (void *description, const char *family))     \
  entry(void, pango_font_description_set_weight, (void *description, int weight))             \
  entry(void, pango_font_description_set_absolute_size, (void *description, double size))     \
  entry(void *, pango_attr_list_new, (void))                                                  \
  entry(void, pango_attr_list_insert, (void *list, ty_attribute *attribute))                  \
  entry(void, pango_attr_list_unref, (void *list))                                            \
  entry(ty_attribute *, pango_attr_foreground_new,                                            \
        (uint16_t red, uint16_t green, uint16_t blue))                                        \
  entry(ty_attribute *, pango_attr_letter_spacing_new, (int spacing))                         \
  entry(void *, pango_layout_new, (void *context))                                            \
  entry(void, pango_layout_set_text, (void *layout, const char *text, int count))             \
  entry(void, pango_layout_set_attributes, (void *layout, void *list))                        \
  entry(void, pango_layout_set_font_description, (void *layout, const void *description))     \
  entry(void, pango_layout_set_width, (void *layout, int width))                              \
  entry(void, pango_layout_set_alignment, (void *layout, int alignment))                      \
  entry(void, pango_layout_set_wrap, (void *layout, int mode))                                \
  entry(void, pango_layout_set_spacing, (void *layout, int spacing))                          \
  entry(void, pango_layout_set_auto_dir, (void *layout, int is_automatic))                    \
  entry(void, pango_layout_set_single_paragraph_mode, (void *layout, int is_single))          \
  entry(void, pango_layout_get_extents,                                                       \
        (void *layout, ty_rectangle *ink, ty_rectangle *logical))                             \
  entry(int, pango_layout_get_unknown_glyphs_count, (void *layout))                           \
  entry(void *, pango_layout_get_iter, (void *layout))                                        \
  entry(void, pango_layout_iter_free, (void *iterator))                                       \
  entry(int, pango_layout_iter_next_line, (void *iterator))                                   \
  entry(ty_line *, pango_layout_iter_get_line_readonly, (void *iterator))                     \
  entry(void, pango_layout_iter_get_line_extents,                                             \
        (void *iterator, ty_rectangle *ink, ty_rectangle *logical))                           \
  entry(void, pango_layout_line_get_x_ranges,                                                 \
        (ty_line *line, int start, int end, int **ranges, int *count))                        \
  entry(void, g_object_unref, (void *object))                                                 \
  entry(void, g_free, (void *memory))

typedef struct ty_library {
  void *handle;
#define TY_FIELD(result, name, parameters) result(*name) parameters;
  TY_FUNCTIONS(TY_FIELD)
#undef TY_FIELD
} ty_library;

struct ty_typesetter {
  ty_library library;
  /// The fonts.
  void *map;
};

struct ty_text {
  const ty_library *library;
  void *layout;
};

/// Loads the library and finds its functions; `library->handle` ends with `dlclose`.
ty_status ty_library_load(const char *name, ty_library *library);

/// Keeps a message for `ty_error_message`, and gives the status back.
ty_status ty_fail(ty_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
