// SPDX-License-Identifier: Apache-2.0

#include "internal.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local char last_message[512];

const char *ty_error_message(void) { return last_message; }

ty_status ty_fail(ty_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(last_message, sizeof last_message, format, arguments);
  va_end(arguments);
  return status;
}

void ty_free(void *memory) { free(memory); }

ty_status ty_library_load(const char *name, ty_library *library) {
  // Never unloaded, since GLib keeps types that point into it.
  void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == NULL) {
    const char *message = dlerror();
    return ty_fail(TY_NO_LIBRARY, "%s", message != NULL ? message : name);
  }
  ty_library found = {.handle = handle};
  // POSIX has functions fit in a `void *`. A handle finds what its own libraries define, too.
#define TY_FIND(result, function, parameters)                              \
  *(void **)&found.function = dlsym(handle, #function);                    \
  if (found.function == NULL) {                                            \
    dlclose(handle);                                                       \
    return ty_fail(TY_NO_LIBRARY, "%s has no function " #function, name); \
  }
  TY_FUNCTIONS(TY_FIND)
#undef TY_FIND
  *library = found;
  return TY_OK;
}
