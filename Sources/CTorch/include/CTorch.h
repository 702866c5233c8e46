// SPDX-License-Identifier: Apache-2.0
//
// A C interface to libtorch.
//
// Contract, for every function unless its comment says otherwise:
// - Status: functions that can fail return `ct_status`. On anything but `CT_OK` no out parameter
//   has been written, and `ct_error_message` tells why on the calling thread.
// - Ownership: a `ct_tensor *` that comes out of a function belongs to the caller, who ends it with
//   one `ct_tensor_free`. Tensors that go in are borrowed for the call.
// - Nullability: pointers are non-null unless marked `_Nullable`.
// - Threads: handles may be used from any thread, and one handle by several at once as long as
//   nobody writes into its memory. Error messages are kept per thread.

#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef enum ct_status {
  CT_OK = 0,
  CT_FAILED = 1,         // libtorch refused: shapes, types, an unknown operator
  CT_OUT_OF_MEMORY = 2,  // an allocation failed, on the processor or on a device
} ct_status;

/// The message of this thread's last failure; valid until its next call into this library.
const char *ct_error_message(void);

// Tensors ---------------------------------------------------------------------------------------

typedef struct ct_tensor ct_tensor;

/// Element types; the numbers are libtorch's own.
typedef enum ct_scalar_type {
  CT_UINT8 = 0,
  CT_INT8 = 1,
  CT_INT16 = 2,
  CT_INT32 = 3,
  CT_INT64 = 4,
  CT_FLOAT16 = 5,
  CT_FLOAT32 = 6,
  CT_FLOAT64 = 7,
  CT_BOOL = 11,
  CT_BFLOAT16 = 15,
} ct_scalar_type;

typedef enum ct_device_kind { CT_CPU = 0, CT_CUDA = 1 } ct_device_kind;

typedef struct ct_device {
  ct_device_kind kind;
  int32_t index;
} ct_device;

/// Ends a handle; the memory goes when the last tensor that shares it goes.
void ct_tensor_free(ct_tensor *tensor);

/// Handles alive now, for leak tests.
int64_t ct_live_tensors(void);

/// Copies `byte_count` bytes in row-major order into a new tensor on the processor.
/// Fails, before allocating, when the count does not fit the shape. Bytes of a bool other than 0
/// mean true.
ct_status ct_tensor_from_bytes(const void *_Nullable bytes, size_t byte_count,
                               const int64_t *_Nullable shape, size_t rank, ct_scalar_type type,
                               ct_tensor *_Nullable *_Nonnull result);

/// Writes the elements of a new tensor in row-major order to `bytes`; false gives up. Must not throw.
typedef bool (*ct_filler)(void *_Nullable bytes, size_t byte_count, void *_Nullable context);

/// Makes a tensor on the processor whose elements `fill` writes, once, before the function returns.
/// Fails when `fill` gives up. Bytes of a bool other than 0 mean true.
ct_status ct_tensor_filled(const int64_t *_Nullable shape, size_t rank, ct_scalar_type type,
                           ct_filler fill, void *_Nullable context,
                           ct_tensor *_Nullable *_Nonnull result);

/// Makes a tensor on the processor on memory that somebody else owns, in row-major order and not
/// written as long as the tensor lives. `release` is called with `owner` once, when the last tensor
/// that shares the memory goes; not where this function fails. Not for bool, whose bytes are checked.
ct_status ct_tensor_borrowed(const void *bytes, const int64_t *_Nullable shape, size_t rank,
                             ct_scalar_type type, void (*release)(void *owner), void *owner,
                             ct_tensor *_Nullable *_Nonnull result);

/// Copies the elements in row-major order to `bytes`, from any device and any layout.
/// Fails when `byte_count` is not the size of the elements.
ct_status ct_tensor_to_bytes(const ct_tensor *tensor, void *_Nullable bytes, size_t byte_count);

/// The number of axes. Cannot fail.
size_t ct_tensor_rank(const ct_tensor *tensor);

/// Writes the length of each axis to `shape`, which has room for `ct_tensor_rank` numbers.
void ct_tensor_shape(const ct_tensor *tensor, int64_t *_Nullable shape);

/// The number of elements. Cannot fail.
int64_t ct_tensor_count(const ct_tensor *tensor);

/// The element type. Cannot fail: no function gives a tensor of a type that is not named here.
ct_scalar_type ct_tensor_type(const ct_tensor *tensor);

/// The device. Cannot fail: no function gives a tensor on another kind of device.
ct_device ct_tensor_device(const ct_tensor *tensor);

// Memory ----------------------------------------------------------------------------------------

/// An account of memory for tensors on the processor, from which a thread takes while it is set.
typedef struct ct_memory_account ct_memory_account;

/// Opens an account of `byte_count` bytes. Freed by `ct_memory_account_free`; tensors that were made
/// from it may live on.
ct_status ct_memory_account_new(int64_t byte_count,
                                ct_memory_account *_Nullable *_Nonnull result);
void ct_memory_account_free(ct_memory_account *account);

/// Sets the account that this thread takes memory for new tensors from; null for none. What goes
/// beyond fails with `CT_FAILED`; what is freed, by any thread, comes back. Gives the account that
/// was set before.
ct_memory_account *_Nullable ct_set_memory_account(ct_memory_account *_Nullable account);

// Operators -------------------------------------------------------------------------------------

typedef struct ct_operator ct_operator;

/// Looks up an operator by its full name (`aten::add`) and overload (`Tensor`, or empty).
/// The result is never freed: operators live as long as the process, one for each name.
ct_status ct_operator_find(const char *name, const char *overload,
                           const ct_operator *_Nullable *_Nonnull result);

typedef enum ct_argument_kind {
  CT_ARGUMENT_DEFAULT = 0,  // the operator's own default
  CT_ARGUMENT_NONE,
  CT_ARGUMENT_TENSOR,
  CT_ARGUMENT_TENSORS,
  CT_ARGUMENT_INTEGER,
  CT_ARGUMENT_INTEGERS,
  CT_ARGUMENT_NUMBER,
  CT_ARGUMENT_NUMBERS,
  CT_ARGUMENT_BOOLEAN,
  CT_ARGUMENT_BOOLEANS,
  CT_ARGUMENT_TEXT,
  CT_ARGUMENT_DEVICE,
  CT_ARGUMENT_GENERATOR,
} ct_argument_kind;

typedef struct ct_generator ct_generator;

/// One argument. Which member counts, `kind` tells; lists are borrowed for the call.
/// A null element of `tensors` is an absent tensor.
typedef struct ct_argument {
  ct_argument_kind kind;
  size_t count;
  union {
    const ct_tensor *_Nullable tensor;
    const ct_tensor *_Nullable const *_Nullable tensors;
    int64_t integer;
    const int64_t *_Nullable integers;
    double number;
    const double *_Nullable numbers;
    bool boolean;
    const bool *_Nullable booleans;
    const char *_Nullable text;
    ct_device device;
    const ct_generator *_Nullable generator;
  };
} ct_argument;

/// Calls an operator. Missing trailing arguments take the operator's defaults; an integer given
/// where the operator wants a floating number is converted. At most `capacity` result tensors are
/// written to `results` (a list result gives its elements, an absent result null), their number to
/// `result_count`. Fails when there are more, when a result is not a tensor or has a type or device
/// that this interface does not name, and when an argument is not of the operator's kind.
ct_status ct_operator_call(const ct_operator *op, const ct_argument *_Nullable arguments,
                           size_t argument_count, ct_tensor *_Nullable *_Nonnull results,
                           size_t capacity, size_t *result_count);

/// Bytes of the results that operators have given to this thread so far, views included.
/// Only grows: the difference of two readings measures what lies between them.
uint64_t ct_produced_bytes(void);

// Gradients -------------------------------------------------------------------------------------

/// A tensor on the same memory that starts a new record of operations.
ct_status ct_tensor_tracked(const ct_tensor *tensor, ct_tensor *_Nullable *_Nonnull result);

/// A tensor on the same memory that has no record.
ct_status ct_tensor_detached(const ct_tensor *tensor, ct_tensor *_Nullable *_Nonnull result);

/// Whether operations on the tensor are recorded. Cannot fail.
bool ct_tensor_is_tracked(const ct_tensor *tensor);

/// The gradient of `output` with respect to each of `inputs`, weighted by `weight`, which has the
/// shape of `output` (null: ones, and `output` has one element). An input on which `output` does not
/// depend gets zeros. `keep_record` allows another call on the same record; `differentiable`
/// records this call too, and keeps the record. Writes `input_count` tensors.
ct_status ct_gradient(const ct_tensor *output, const ct_tensor *_Nullable weight,
                      const ct_tensor *_Nonnull const *_Nonnull inputs, size_t input_count,
                      bool keep_record, bool differentiable, ct_tensor *_Nullable *_Nonnull results);

/// The numbers of `value`, whose gradient goes to `linear` as it is. Both have one shape.
ct_status ct_tensor_standing(const ct_tensor *linear, const ct_tensor *value,
                             ct_tensor *_Nullable *_Nonnull result);

/// What a slope is of; see ct_secant_slope.
enum ct_secant {
  /// max(x − parameter, 0).
  CT_SECANT_RAMP,
  CT_SECANT_EXPONENTIAL,
  CT_SECANT_SIGMOID,
  CT_SECANT_TANH,
  CT_SECANT_SILU,
  CT_SECANT_GELU,
  CT_SECANT_GELU_TANH,
  CT_SECANT_HARD_SWISH,
};

/// The slope (f(b) − f(a)) / (b − a), and the derivative where both are equal, in one pass. All have
/// one shape. Rows of zeros are added behind on `axis`. Null where there is no such kernel: float32
/// and float64 have one on the CPU.
ct_status ct_secant_slope(enum ct_secant kind, double parameter, const ct_tensor *a,
                          const ct_tensor *b, const ct_tensor *fa, const ct_tensor *fb,
                          int64_t axis, int64_t rows, ct_tensor *_Nullable *_Nonnull result);

/// The numbers halfway between rows and those `stride` further on; the last ones stay.
ct_status ct_secant_middle(const ct_tensor *tensor, int64_t axis, int64_t stride,
                           ct_tensor *_Nullable *_Nonnull result);

/// What ct_secant_exponentials gives the gradient of, with w = mean / Σ mean.
enum ct_exponentials {
  /// mean · (x − Σ w x).
  CT_SOFTMAX,
  /// x − Σ w x.
  CT_LOG_SOFTMAX,
  /// Σ w x, with its axes kept.
  CT_LOG_SUM_EXP,
};

/// The numbers of `value`, with a gradient with respect to `x` that is linear in it. `mean` has the
/// shape of `x`; nothing is passed on where it is 0 along all `axes`.
ct_status ct_secant_exponentials(enum ct_exponentials kind, const ct_tensor *x,
                                 const ct_tensor *mean, const ct_tensor *value,
                                 const int64_t *axes, size_t axis_count,
                                 ct_tensor *_Nullable *_Nonnull result);

/// The numbers of `value`, whose gradient goes to `input` times `slope`. All have one shape.
ct_status ct_tensor_sloped(const ct_tensor *input, const ct_tensor *slope, const ct_tensor *value,
                           ct_tensor *_Nullable *_Nonnull result);

/// The same numbers; of the gradient that comes back only what is positive goes on.
ct_status ct_tensor_rectifying_gradient(const ct_tensor *tensor,
                                        ct_tensor *_Nullable *_Nonnull result);

/// Turns recording on this thread on or off, and gives back what it was.
bool ct_set_recording(bool enabled);

// Random numbers --------------------------------------------------------------------------------

/// A generator of its own, apart from libtorch's global one. Freed by `ct_generator_free`.
/// Not safe to draw from on two threads at once.
/// Draws on the processor only, so that a seed means the same numbers on every device.
ct_status ct_generator_new(uint64_t seed, ct_generator *_Nullable *_Nonnull result);
void ct_generator_free(ct_generator *generator);

// The library -----------------------------------------------------------------------------------

/// libtorch's version, as `1.13.1`.
const char *ct_version(void);

/// Threads used inside one operator.
int32_t ct_thread_count(void);
ct_status ct_set_thread_count(int32_t count);

/// Whether convolutions may run by Winograd's algorithm where that is faster; so at the start.
bool ct_allows_winograd(void);
void ct_set_allows_winograd(bool allows);

/// Lets the C library keep up to `byte_count` freed bytes of the heap for later tensors.
///
/// By default it returns every large block to the system at once, which then has to clear the pages
/// again for the next. Holds for the whole process.
void ct_keep_freed_memory(int32_t byte_count);

/// Writes the path of the library that multiplies matrices, ended by a zero, to `path`; false where
/// that cannot be told or `capacity` is too small.
bool ct_matrix_library(char *path, size_t capacity);

/// CUDA devices that can be used now; 0 where there is none or this libtorch has no CUDA.
int32_t ct_cuda_device_count(void);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
