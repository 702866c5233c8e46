// SPDX-License-Identifier: Apache-2.0
//
// Any operator of libtorch, called through its dispatcher: the schema says what each argument must
// become, so that one function serves them all.

#include "handles.h"

#include <vector>

namespace {

thread_local uint64_t produced_bytes = 0;

using c10::TypeKind;

c10::TypePtr without_optional(c10::TypePtr type) {
  auto optional = type->cast<c10::OptionalType>();
  return optional ? optional->getElementType() : type;
}

/// Number lists may arrive as integers where the schema wants floating numbers, the other way
/// round never: that would lose digits.
c10::IValue integer_list(const ct_argument &argument, const c10::TypePtr &wanted) {
  auto list = wanted->cast<c10::ListType>();
  if (list && list->getElementType()->kind() == TypeKind::FloatType) {
    c10::List<double> numbers;
    for (size_t i = 0; i < argument.count; ++i) {
      numbers.push_back(static_cast<double>(argument.integers[i]));
    }
    return numbers;
  }
  c10::List<int64_t> integers;
  integers.reserve(argument.count);
  for (size_t i = 0; i < argument.count; ++i) integers.push_back(argument.integers[i]);
  return integers;
}

c10::IValue tensor_list(const ct_argument &argument, const c10::TypePtr &wanted) {
  auto list = wanted->cast<c10::ListType>();
  TORCH_CHECK(list, "a list of tensors where ", wanted->str(), " is wanted");
  c10::impl::GenericList tensors(list->getElementType());
  for (size_t i = 0; i < argument.count; ++i) {
    const ct_tensor *tensor = argument.tensors[i];
    tensors.push_back(tensor ? c10::IValue(tensor->value) : c10::IValue());
  }
  return tensors;
}

c10::IValue integer(const ct_argument &argument, const c10::TypePtr &wanted) {
  switch (wanted->kind()) {
    case TypeKind::FloatType:
      return static_cast<double>(argument.integer);
    case TypeKind::ListType: {
      c10::List<int64_t> one;
      one.push_back(argument.integer);
      return one;
    }
    default:
      return argument.integer;
  }
}

c10::IValue converted(const ct_argument &argument, const c10::Argument &schema) {
  c10::TypePtr wanted = without_optional(schema.type());
  switch (argument.kind) {
    case CT_ARGUMENT_DEFAULT: {
      auto standard = schema.default_value();
      TORCH_CHECK(standard, "the argument '", schema.name(), "' has no default");
      return *standard;
    }
    case CT_ARGUMENT_NONE:
      return c10::IValue();
    case CT_ARGUMENT_TENSOR:
      return argument.tensor->value;
    case CT_ARGUMENT_TENSORS:
      return tensor_list(argument, wanted);
    case CT_ARGUMENT_INTEGER:
      return integer(argument, wanted);
    case CT_ARGUMENT_INTEGERS:
      return integer_list(argument, wanted);
    case CT_ARGUMENT_NUMBER:
      return argument.number;
    case CT_ARGUMENT_NUMBERS: {
      c10::List<double> numbers;
      for (size_t i = 0; i < argument.count; ++i) numbers.push_back(argument.numbers[i]);
      return numbers;
    }
    case CT_ARGUMENT_BOOLEAN:
      return argument.boolean;
    case CT_ARGUMENT_BOOLEANS: {
      c10::List<bool> booleans;
      for (size_t i = 0; i < argument.count; ++i) booleans.push_back(argument.booleans[i]);
      return booleans;
    }
    case CT_ARGUMENT_TEXT:
      return std::string(argument.text);
    case CT_ARGUMENT_DEVICE: {
      bool cuda = argument.device.kind == CT_CUDA;
      return at::Device(cuda ? at::kCUDA : at::kCPU,
                        static_cast<c10::DeviceIndex>(cuda ? argument.device.index : -1));
    }
    case CT_ARGUMENT_GENERATOR:
      return argument.generator->value;
  }
  TORCH_CHECK(false, "an argument of unknown kind ", static_cast<int>(argument.kind));
}

/// Takes the tensors out of what an operator left on the stack.
std::vector<at::Tensor> tensors_on(const torch::jit::Stack &stack) {
  std::vector<at::Tensor> tensors;
  for (const c10::IValue &value : stack) {
    if (value.isTensorList()) {
      for (const at::Tensor &tensor : value.toTensorVector()) tensors.push_back(tensor);
    } else {
      TORCH_CHECK(value.isTensor(), "a result of kind ", value.tagKind(), ", not a tensor");
      tensors.push_back(value.toTensor());
    }
  }
  return tensors;
}

}  // namespace

ct_status ct_operator_find(const char *name, const char *overload, const ct_operator **result) {
  return ctorch::guarded([&] {
    auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
    TORCH_CHECK(handle.has_value(), "this libtorch has no operator ", name,
                overload[0] ? "." : "", overload);
    *result = new ct_operator{*handle};
  });
}

ct_status ct_operator_call(const ct_operator *op, const ct_argument *arguments,
                           size_t argument_count, ct_tensor **results, size_t capacity,
                           size_t *result_count) {
  return ctorch::guarded([&] {
    const auto &schema = op->handle.schema();
    const auto &wanted = schema.arguments();
    TORCH_CHECK(argument_count <= wanted.size(), schema.name(), " takes ", wanted.size(),
                " arguments, not ", argument_count);
    torch::jit::Stack stack;
    stack.reserve(wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) {
      stack.push_back(converted(i < argument_count ? arguments[i] : ct_argument{}, wanted[i]));
    }
    op->handle.callBoxed(&stack);
    std::vector<at::Tensor> tensors = tensors_on(stack);
    TORCH_CHECK(tensors.size() <= capacity, schema.name(), " gives ", tensors.size(),
                " tensors, and there is room for ", capacity);
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (tensors[i].defined()) produced_bytes += tensors[i].numel() * tensors[i].element_size();
      results[i] = new ct_tensor(std::move(tensors[i]));
    }
    *result_count = tensors.size();
  });
}

uint64_t ct_produced_bytes(void) { return produced_bytes; }
