// SPDX-License-Identifier: Apache-2.0
//
// Any operator of libtorch, called through its dispatcher: the schema says what each argument must
// become, so that one function serves them all.

#include "handles.h"

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

using c10::TypeKind;

/// What the schema says about one argument, read once.
struct Parameter {
  std::string name;
  /// Its type, or what its optional type holds.
  c10::TypePtr type;
  TypeKind kind;
  /// What a list holds, or what the optional elements of a list hold.
  TypeKind element_kind = TypeKind::NoneType;
  bool is_optional = false;
  bool has_optional_elements = false;
  bool has_standard = false;
  c10::IValue standard;

  explicit Parameter(const c10::Argument &argument) : name(argument.name()), type(argument.type()) {
    if (auto optional = type->cast<c10::OptionalType>()) {
      is_optional = true;
      type = optional->getElementType();
    }
    kind = type->kind();
    if (auto list = type->cast<c10::ListType>()) {
      c10::TypePtr element = list->getElementType();
      if (auto optional = element->cast<c10::OptionalType>()) {
        has_optional_elements = true;
        element = optional->getElementType();
      }
      element_kind = element->kind();
    }
    if (argument.default_value()) {
      has_standard = true;
      standard = *argument.default_value();
    }
  }

  bool is_list_of(TypeKind element) const {
    return kind == TypeKind::ListType && element_kind == element;
  }
};

struct ct_operator {
  c10::OperatorHandle handle;
  std::vector<Parameter> parameters;

  explicit ct_operator(c10::OperatorHandle handle) : handle(handle) {
    for (const c10::Argument &argument : handle.schema().arguments()) {
      parameters.emplace_back(argument);
    }
  }
};

namespace {

thread_local uint64_t produced_bytes = 0;

[[noreturn]] void refuse(const Parameter &parameter, const char *given) {
  TORCH_CHECK(false, "the argument '", parameter.name, "' is ", parameter.type->str(), ", not ",
              given);
  throw std::logic_error("unreachable");
}

template <typename Element, typename Given>
c10::List<Element> list_of(const Given *given, size_t count) {
  c10::List<Element> list;
  list.reserve(count);
  for (size_t i = 0; i < count; ++i) list.push_back(static_cast<Element>(given[i]));
  return list;
}

c10::IValue tensor_list(const ct_argument &argument, const Parameter &parameter) {
  if (!parameter.is_list_of(TypeKind::TensorType)) refuse(parameter, "a list of tensors");
  c10::impl::GenericList tensors(parameter.type->castRaw<c10::ListType>()->getElementType());
  tensors.reserve(argument.count);
  for (size_t i = 0; i < argument.count; ++i) {
    const ct_tensor *tensor = argument.tensors[i];
    TORCH_CHECK(tensor || parameter.has_optional_elements, "tensor ", i, " of the argument '",
                parameter.name, "' is absent");
    tensors.push_back(tensor ? c10::IValue(tensor->value) : c10::IValue());
  }
  return tensors;
}

/// Numbers may arrive as integers where floating numbers are wanted, the other way round never: that
/// would lose digits.
c10::IValue integer(int64_t value, const Parameter &parameter) {
  switch (parameter.kind) {
    case TypeKind::IntType:
    case TypeKind::NumberType:
    case TypeKind::SymIntType:
      return value;
    case TypeKind::FloatType:
      return static_cast<double>(value);
    case TypeKind::ListType:
      if (parameter.element_kind == TypeKind::IntType) return list_of<int64_t>(&value, 1);
      [[fallthrough]];
    default:
      refuse(parameter, "an integer");
  }
}

c10::IValue integer_list(const ct_argument &argument, const Parameter &parameter) {
  if (parameter.is_list_of(TypeKind::FloatType)) {
    return list_of<double>(argument.integers, argument.count);
  }
  if (!parameter.is_list_of(TypeKind::IntType)) refuse(parameter, "a list of integers");
  return list_of<int64_t>(argument.integers, argument.count);
}

c10::IValue device(const ct_device &wanted, const Parameter &parameter) {
  if (parameter.kind != TypeKind::DeviceObjType) refuse(parameter, "a device");
  if (wanted.kind == CT_CPU) return at::Device(at::kCPU);
  int32_t count = ct_cuda_device_count();
  TORCH_CHECK(at::globalContext().hasCUDA(), "there is no device cuda:", wanted.index,
              ": this libtorch is built without CUDA");
  TORCH_CHECK(wanted.index >= 0 && wanted.index < count, "there is no device cuda:", wanted.index,
              ": CUDA devices that can be used here: ", count);
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(wanted.index));
}

c10::IValue converted(const ct_argument &argument, const Parameter &parameter) {
  switch (argument.kind) {
    case CT_ARGUMENT_DEFAULT:
      TORCH_CHECK(parameter.has_standard, "the argument '", parameter.name, "' has no default");
      return parameter.standard;
    case CT_ARGUMENT_NONE:
      if (!parameter.is_optional) refuse(parameter, "absent");
      return c10::IValue();
    case CT_ARGUMENT_TENSOR:
      if (parameter.kind != TypeKind::TensorType) refuse(parameter, "a tensor");
      return argument.tensor->value;
    case CT_ARGUMENT_TENSORS:
      return tensor_list(argument, parameter);
    case CT_ARGUMENT_INTEGER:
      return integer(argument.integer, parameter);
    case CT_ARGUMENT_INTEGERS:
      return integer_list(argument, parameter);
    case CT_ARGUMENT_NUMBER:
      if (parameter.kind != TypeKind::FloatType && parameter.kind != TypeKind::NumberType) {
        refuse(parameter, "a floating number");
      }
      return argument.number;
    case CT_ARGUMENT_NUMBERS:
      if (!parameter.is_list_of(TypeKind::FloatType)) refuse(parameter, "a list of numbers");
      return list_of<double>(argument.numbers, argument.count);
    case CT_ARGUMENT_BOOLEAN:
      if (parameter.kind != TypeKind::BoolType && parameter.kind != TypeKind::NumberType) {
        refuse(parameter, "a truth value");
      }
      return argument.boolean;
    case CT_ARGUMENT_BOOLEANS:
      if (!parameter.is_list_of(TypeKind::BoolType)) refuse(parameter, "a list of truth values");
      return list_of<bool>(argument.booleans, argument.count);
    case CT_ARGUMENT_TEXT:
      if (parameter.kind != TypeKind::StringType) refuse(parameter, "text");
      return std::string(argument.text);
    case CT_ARGUMENT_DEVICE:
      return device(argument.device, parameter);
    case CT_ARGUMENT_GENERATOR:
      if (parameter.kind != TypeKind::GeneratorType) refuse(parameter, "a generator");
      return argument.generator->value;
  }
  TORCH_CHECK(false, "an argument of unknown kind ", static_cast<int>(argument.kind));
}

/// Takes the tensors out of what an operator left on the stack.
std::vector<at::Tensor> tensors_on(torch::jit::Stack &stack) {
  std::vector<at::Tensor> tensors;
  for (c10::IValue &value : stack) {
    if (value.isTensorList()) {
      for (at::Tensor &tensor : value.toTensorVector()) tensors.push_back(std::move(tensor));
    } else {
      TORCH_CHECK(value.isTensor(), "a result of kind ", value.tagKind(), ", not a tensor");
      tensors.push_back(std::move(value).toTensor());
    }
  }
  return tensors;
}

}  // namespace

ct_status ct_operator_find(const char *name, const char *overload, const ct_operator **result) {
  return ctorch::guarded([&] {
    static std::mutex lock;
    // Never destroyed: operators are used until the process ends.
    static auto &known = *new std::unordered_map<std::string, std::unique_ptr<const ct_operator>>;
    std::string full_name = std::string(name) + "." + overload;
    std::lock_guard<std::mutex> held(lock);
    auto found = known.find(full_name);
    if (found == known.end()) {
      auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
      TORCH_CHECK(handle.has_value(), "this libtorch has no operator ", name,
                  overload[0] ? "." : "", overload);
      found = known.emplace(full_name, std::make_unique<const ct_operator>(*handle)).first;
    }
    *result = found->second.get();
  });
}

ct_status ct_operator_call(const ct_operator *op, const ct_argument *arguments,
                           size_t argument_count, ct_tensor **results, size_t capacity,
                           size_t *result_count) {
  return ctorch::guarded([&] {
    const std::vector<Parameter> &parameters = op->parameters;
    TORCH_CHECK(argument_count <= parameters.size(), "takes ", parameters.size(),
                " arguments, not ", argument_count);
    torch::jit::Stack stack;
    stack.reserve(parameters.size());
    for (size_t i = 0; i < parameters.size(); ++i) {
      stack.push_back(converted(i < argument_count ? arguments[i] : ct_argument{}, parameters[i]));
    }
    op->handle.callBoxed(&stack);
    std::vector<at::Tensor> tensors = tensors_on(stack);
    TORCH_CHECK(tensors.size() <= capacity, "gives ", tensors.size(),
                " tensors, and there is room for ", capacity);
    uint64_t bytes = 0;
    for (const at::Tensor &tensor : tensors) {
      if (tensor.defined()) bytes += tensor.numel() * tensor.element_size();
    }
    ctorch::hand_out(tensors, results);
    *result_count = tensors.size();
    produced_bytes += bytes;
  });
}

uint64_t ct_produced_bytes(void) { return produced_bytes; }
