// SPDX-License-Identifier: Apache-2.0

#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>

#include "internal.h"

enum {
  PANGO_LEFT_TO_RIGHT = 0,
  PANGO_RIGHT_TO_LEFT = 1,
  PANGO_ALIGN_LEFT = 0,
  PANGO_ALIGN_RIGHT = 2,
  PANGO_WRAP_WORD_CHAR = 2,
  PANGO_WEIGHT_NORMAL = 400,
  PANGO_WEIGHT_BOLD = 700,
  CAIRO_ANTIALIAS_GRAY = 2,
  CAIRO_HINT_STYLE_NONE = 1,
  CAIRO_HINT_METRICS_OFF = 1,
};

/// A context that no setting of the machine or of the user changes but the choice of fonts.
static void *new_context(const ty_typesetter *typesetter, int right_to_left) {
  const ty_library *library = &typesetter->library;
  void *context = library->pango_font_map_create_context(typesetter->map);
  void *options = library->cairo_font_options_create();
  library->cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  library->cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  library->cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  library->pango_cairo_context_set_font_options(context, options);
  library->cairo_font_options_destroy(options);
  library->pango_cairo_context_set_resolution(context, 96);
  library->pango_context_set_language(context, library->pango_language_from_string("en"));
  library->pango_context_set_base_dir(
      context, right_to_left ? PANGO_RIGHT_TO_LEFT : PANGO_LEFT_TO_RIGHT);
  return context;
}

static void *new_font(const ty_library *library, double size, int bold) {
  void *font = library->pango_font_description_new();
  library->pango_font_description_set_family(font, "sans-serif");
  library->pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  library->pango_font_description_set_absolute_size(font, size * TY_PANGO_UNITS);
  return font;
}

ty_status ty_typesetter_create(const char *name, ty_typesetter **typesetter) {
  ty_typesetter *result = calloc(1, sizeof *result);
  if (result == NULL) return ty_fail(TY_OUT_OF_MEMORY, "no memory for a typesetter");
  ty_status status = ty_library_load(name, &result->library);
  if (status != TY_OK) {
    free(result);
    return status;
  }
  const ty_library *library = &result->library;
  result->map = library->pango_cairo_font_map_new();
  // Without any font Pango would write complaints of its own, and draw nothing.
  void *context = new_context(result, 0);
  void *font = new_font(library, 16, 0);
  void *loaded = library->pango_context_load_font(context, font);
  if (loaded != NULL) library->g_object_unref(loaded);
  library->pango_font_description_free(font);
  library->g_object_unref(context);
  if (loaded == NULL) {
    ty_typesetter_free(result);
    return ty_fail(TY_NO_FONT, "fontconfig finds no font");
  }
  *typesetter = result;
  return TY_OK;
}

void ty_typesetter_free(ty_typesetter *typesetter) {
  if (typesetter == NULL) return;
  typesetter->library.g_object_unref(typesetter->map);
  dlclose(typesetter->library.handle);
  free(typesetter);
}

static void insert(const ty_library *library, void *list, ty_attribute *attribute, ty_span span) {
  attribute->start = span.start;
  attribute->end = span.end;
  library->pango_attr_list_insert(list, attribute);
}

static void *new_attributes(const ty_library *library, const ty_span *spans, size_t count) {
  void *list = library->pango_attr_list_new();
  for (size_t index = 0; index < count; index++) {
    ty_span span = spans[index];
    insert(library, list,
           library->pango_attr_foreground_new((uint16_t)(span.ink.red * 257),
                                              (uint16_t)(span.ink.green * 257),
                                              (uint16_t)(span.ink.blue * 257)),
           span);
    if (span.spacing != 0) {
      int spacing = (int)lround(span.spacing * TY_PANGO_UNITS);
      insert(library, list, library->pango_attr_letter_spacing_new(spacing), span);
    }
  }
  return list;
}

ty_status ty_text_create(ty_typesetter *typesetter, const char *text, size_t count, ty_style style,
                         const ty_span *spans, size_t span_count, ty_text **result) {
  const ty_library *library = &typesetter->library;
  ty_text *made = malloc(sizeof *made);
  if (made == NULL) return ty_fail(TY_OUT_OF_MEMORY, "no memory for a text");
  void *context = new_context(typesetter, style.right_to_left);
  void *layout = library->pango_layout_new(context);
  library->g_object_unref(context);
  void *font = new_font(library, style.size, style.bold);
  library->pango_layout_set_font_description(layout, font);
  library->pango_font_description_free(font);
  library->pango_layout_set_auto_dir(layout, 0);
  library->pango_layout_set_alignment(layout,
                                      style.right_to_left ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  library->pango_layout_set_single_paragraph_mode(layout, 1);
  if (style.width > 0) {
    library->pango_layout_set_width(layout, (int)floor(style.width * TY_PANGO_UNITS));
    library->pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  }
  library->pango_layout_set_spacing(layout, (int)lround(style.leading * TY_PANGO_UNITS));
  library->pango_layout_set_text(layout, text, (int)count);
  if (span_count > 0) {
    void *list = new_attributes(library, spans, span_count);
    library->pango_layout_set_attributes(layout, list);
    library->pango_attr_list_unref(list);
  }
  made->library = library;
  made->layout = layout;
  *result = made;
  return TY_OK;
}

void ty_text_free(ty_text *text) {
  if (text == NULL) return;
  text->library->g_object_unref(text->layout);
  free(text);
}

static ty_rectangle extent(const ty_text *text) {
  ty_rectangle logical;
  text->library->pango_layout_get_extents(text->layout, NULL, &logical);
  return logical;
}

double ty_text_width(const ty_text *text) { return extent(text).width / TY_PANGO_UNITS; }

double ty_text_height(const ty_text *text) { return extent(text).height / TY_PANGO_UNITS; }

size_t ty_text_missing(const ty_text *text) {
  return (size_t)text->library->pango_layout_get_unknown_glyphs_count(text->layout);
}

/// Boxes that grow as they are found.
typedef struct box_list {
  ty_box *boxes;
  size_t count;
  size_t room;
} box_list;

static int append(box_list *list, ty_box box) {
  if (list->count == list->room) {
    size_t room = list->room > 0 ? 2 * list->room : 64;
    ty_box *boxes = realloc(list->boxes, room * sizeof *boxes);
    if (boxes == NULL) return 0;
    list->boxes = boxes;
    list->room = room;
  }
  list->boxes[list->count++] = box;
  return 1;
}

/// The boxes of one span in one line; whether there was memory for them.
static int append_ranges(box_list *list, const ty_library *library, ty_line *line,
                         ty_rectangle logical, const ty_span *spans, size_t span) {
  int first = (int)spans[span].start, last = (int)spans[span].end;
  int start = line->start, end = line->start + line->length;
  int *ranges = NULL;
  int count = 0;
  // Beyond the line's own bytes Pango would add what lies beside it.
  library->pango_layout_line_get_x_ranges(line, first > start ? first : start,
                                          last < end ? last : end, &ranges, &count);
  int has_memory = 1;
  for (int index = 0; index < count && has_memory; index++) {
    int low = ranges[2 * index], high = ranges[2 * index + 1];
    ty_box box = {
        .span = span,
        .x = (low < high ? low : high) / TY_PANGO_UNITS,
        .y = logical.y / TY_PANGO_UNITS,
        .width = abs(high - low) / TY_PANGO_UNITS,
        .height = logical.height / TY_PANGO_UNITS,
    };
    has_memory = append(list, box);
  }
  library->g_free(ranges);
  return has_memory;
}

ty_status ty_text_boxes(ty_text *text, const ty_span *spans, size_t span_count, ty_box **boxes,
                        size_t *count) {
  const ty_library *library = text->library;
  box_list list = {0};
  int has_memory = 1;
  size_t next = 0;
  void *iterator = library->pango_layout_get_iter(text->layout);
  do {
    ty_line *line = library->pango_layout_iter_get_line_readonly(iterator);
    ty_rectangle logical;
    library->pango_layout_iter_get_line_extents(iterator, NULL, &logical);
    uint32_t start = (uint32_t)line->start, end = (uint32_t)(line->start + line->length);
    while (next < span_count && spans[next].end <= start) next++;
    for (size_t span = next; span < span_count && spans[span].start < end && has_memory; span++) {
      has_memory = append_ranges(&list, library, line, logical, spans, span);
    }
  } while (has_memory && library->pango_layout_iter_next_line(iterator));
  library->pango_layout_iter_free(iterator);
  if (!has_memory) {
    free(list.boxes);
    return ty_fail(TY_OUT_OF_MEMORY, "no memory for the places of %zu spans", span_count);
  }
  *boxes = list.boxes;
  *count = list.count;
  return TY_OK;
}
