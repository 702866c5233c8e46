// SPDX-License-Identifier: Apache-2.0
//
// `attribution::lstm`: libtorch's operator of that name, which records some twenty operations a step.
// Here a whole sequence is one, and its gradient is written down.
//
// S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997.

#include "handles.h"
#include "packed_product.h"

#include <ATen/Dispatch.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <tuple>

namespace {

using ctorch::PackedProduct;
using ctorch::Squash;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// One direction's weights, as libtorch has them: `[4 · hidden, features]` for what comes in,
/// `[4 · hidden, hidden]` for the state, and a bias `[4 · hidden]`.
struct Layer {
  at::Tensor input, state, bias;

  /// From two weights, and two biases or none, for `x` of `[time, rows, features]`.
  Layer(at::TensorList own, const at::Tensor &x)
      : input(own[0].contiguous()), state(own[1].contiguous()),
        bias(own.size() == 4 ? own[2] + own[3] : at::zeros({own[0].size(0)}, own[0].options())) {
    const int64_t gates = state.size(0), hidden = gates / 4;
    check(state, {4 * hidden, hidden}, x, "the state's weights");
    check(input, {gates, x.size(2)}, x, "the input's weights");
    check(bias, {gates}, x, "the biases");
  }

  /// A state, which is read without asking again.
  void check_state(const at::Tensor &state, int64_t directions, const at::Tensor &x) const {
    check(state, {directions, x.size(1), bias.size(0) / 4}, x, "a state");
  }

 private:
  static void check(const at::Tensor &tensor, at::IntArrayRef shape, const at::Tensor &x,
                    const char *name) {
    TORCH_CHECK(tensor.sizes() == shape && tensor.scalar_type() == x.scalar_type() &&
                    tensor.device() == x.device(),
                name, " should be ", shape, " of ", x.scalar_type(), ", not ", tensor.sizes(),
                " of ", tensor.scalar_type());
  }
};

/// A product for each run of gates that squash alike: input and forget, the candidate, and output.
class GateProducts {
 public:
  GateProducts(const at::Tensor &weight, int64_t rows)
      : hidden(weight.size(1)), entry(product(weight, 0, 2, rows, Squash::logistic)),
        candidate(product(weight, 2, 1, rows, Squash::tanh)),
        exit(product(weight, 3, 1, rows, Squash::logistic)) {}

  /// From the input's share of the gates to the gates.
  void operator()(const at::Tensor &state, const at::Tensor &gates) const {
    entry(state, gates.narrow(1, 0, 2 * hidden));
    candidate(state, gates.narrow(1, 2 * hidden, hidden));
    exit(state, gates.narrow(1, 3 * hidden, hidden));
  }

 private:
  static PackedProduct product(const at::Tensor &weight, int64_t first, int64_t count, int64_t rows,
                               Squash squash) {
    const int64_t hidden = weight.size(1);
    return {weight.narrow(0, first * hidden, count * hidden).t(), rows, 4 * hidden, /*adds=*/true,
            squash};
  }

  int64_t hidden;
  PackedProduct entry, candidate, exit;
};

/// The rows of a matrix, each of them dense.
template <typename T>
struct Rows {
  T *first;
  int64_t count, columns, stride;

  explicit Rows(const at::Tensor &matrix)
      : first(matrix.data_ptr<T>()), count(matrix.size(0)), columns(matrix.size(1)),
        stride(matrix.stride(0)) {}

  T *operator[](int64_t row) const { return first + row * stride; }
};

/// The cells behind a step.
template <typename T>
void remember(Rows<T> gates, Rows<T> before, Rows<T> cells) {
  const int64_t hidden = cells.columns;
  for (int64_t row = 0; row < cells.count; ++row) {
    const T *input = gates[row], *forget = input + hidden, *candidate = input + 2 * hidden;
    const T *last = before[row];
    T *cell = cells[row];
    for (int64_t i = 0; i < hidden; ++i) cell[i] = forget[i] * last[i] + input[i] * candidate[i];
  }
}

/// The hidden state behind a step.
template <typename T>
void show(Rows<T> gates, Rows<T> squashed, Rows<T> states) {
  const int64_t hidden = states.columns;
  for (int64_t row = 0; row < states.count; ++row) {
    const T *output = gates[row] + 3 * hidden, *squash = squashed[row];
    T *state = states[row];
    for (int64_t i = 0; i < hidden; ++i) state[i] = output[i] * squash[i];
  }
}

/// From the gradient at a step's hidden state and cells to that at the arguments of its gates, and at
/// the cells before.
template <typename T>
void go_back(Rows<T> gates, Rows<T> before, Rows<T> squashed, Rows<T> to_states, Rows<T> to_cells,
             Rows<T> to_gates) {
  const int64_t hidden = to_cells.columns;
  for (int64_t row = 0; row < to_cells.count; ++row) {
    const T *gate = gates[row], *last = before[row], *squash = squashed[row];
    const T *to_state = to_states[row];
    T *to_cell = to_cells[row], *to_gate = to_gates[row];
    for (int64_t i = 0; i < hidden; ++i) {
      const T input = gate[i], forget = gate[hidden + i];
      const T candidate = gate[2 * hidden + i], output = gate[3 * hidden + i];
      const T here = to_cell[i] + to_state[i] * output * (1 - squash[i] * squash[i]);
      to_gate[i] = here * candidate * input * (1 - input);
      to_gate[hidden + i] = here * last[i] * forget * (1 - forget);
      to_gate[2 * hidden + i] = here * input * (1 - candidate * candidate);
      to_gate[3 * hidden + i] = to_state[i] * squash[i] * output * (1 - output);
      to_cell[i] = here * forget;
    }
  }
}

/// A layer along a sequence, `[time, rows, features]`, from states of `[rows, hidden]`: the hidden
/// states of all steps, and the last states.
struct Sequence : torch::autograd::Function<Sequence> {
  static variable_list forward(AutogradContext *context, const at::Tensor &x,
                               const at::Tensor &first_hidden, const at::Tensor &first_cell,
                               const at::Tensor &input_weight, const at::Tensor &state_weight,
                               const at::Tensor &bias, bool records) {
    at::AutoDispatchBelowADInplaceOrView below;
    const int64_t steps = x.size(0), rows = x.size(1), hidden = state_weight.size(1);
    // Where nothing goes back, nobody asks for a cell when its step is over.
    const int64_t kept = records ? steps : 1;
    const at::Tensor gates = at::linear(x, input_weight, bias);
    const at::Tensor sequence = at::empty({steps, rows, hidden}, x.options());
    const at::Tensor cells = at::empty({kept, rows, hidden}, x.options());
    const at::Tensor squashed = at::empty({kept, rows, hidden}, x.options());

    const GateProducts products(state_weight, rows);
    at::Tensor state = first_hidden.contiguous(), cell = first_cell.contiguous();
    for (int64_t step = 0; step < steps; ++step) {
      const at::Tensor all = gates[step], before = cell;
      at::Tensor squash = squashed[step % kept];
      products(state, all);
      cell = cells[step % kept];
      state = sequence[step];
      AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "lstm", [&] {
        using Rows = Rows<scalar_t>;
        remember(Rows(all), Rows(before), Rows(cell));
        at::tanh_out(squash, cell);
        show(Rows(all), Rows(squash), Rows(state));
      });
    }
    if (records) {
      context->save_for_backward({x, first_hidden, first_cell, input_weight, state_weight, bias,
                                  gates, cells, squashed});
    }
    return {sequence, state.clone(), cell.clone()};
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    if (at::GradMode::is_enabled()) return recorded(saved, gradients);
    at::AutoDispatchBelowADInplaceOrView below;
    const at::Tensor &input_weight = saved[3], &state_weight = saved[4];
    const at::Tensor &gates = saved[6], &cells = saved[7], &squashed = saved[8];
    const int64_t steps = gates.size(0), rows = gates.size(1), hidden = state_weight.size(1);
    const at::Tensor first_cell = saved[2].contiguous(), to_x = at::empty_like(saved[0], at::MemoryFormat::Contiguous);

    const int64_t features = input_weight.size(1);
    const PackedProduct input_product(input_weight, rows, features, /*adds=*/false, Squash::none);
    const PackedProduct state_product(state_weight, rows, hidden, /*adds=*/true, Squash::none);
    const at::Tensor to_gates = at::empty({rows, 4 * hidden}, gates.options());
    const at::Tensor to_cell = gradients[2].clone(at::MemoryFormat::Contiguous);
    at::Tensor to_state = at::empty({rows, hidden}, gates.options());
    at::add_out(to_state, gradients[0][steps - 1], gradients[1]);
    for (int64_t step = steps - 1; step >= 0; --step) {
      const at::Tensor before = step > 0 ? cells[step - 1] : first_cell;
      AT_DISPATCH_FLOATING_TYPES(gates.scalar_type(), "lstm", [&] {
        using Rows = Rows<scalar_t>;
        go_back(Rows(gates[step]), Rows(before), Rows(squashed[step]), Rows(to_state),
                Rows(to_cell), Rows(to_gates));
      });
      input_product(to_gates, to_x[step]);
      if (step > 0) {
        to_state.copy_(gradients[0][step - 1]);
      } else {
        to_state.zero_();
      }
      state_product(to_gates, to_state);
    }
    return {to_x, to_state, to_cell, {}, {}, {}, {}};
  }

  /// The same by libtorch's own operations, which can be differentiated again.
  static variable_list recorded(const variable_list &saved, const variable_list &gradients) {
    const auto [sequence, hidden, cell] =
        at::lstm(saved[0], {saved[1].unsqueeze(0), saved[2].unsqueeze(0)},
                 {saved[3], saved[4], saved[5], at::zeros_like(saved[5])}, /*has_biases=*/true,
                 /*num_layers=*/1, /*dropout=*/0, /*train=*/false, /*bidirectional=*/false,
                 /*batch_first=*/false);
    variable_list wanted, results(7);
    for (size_t place = 0; place < 3; ++place) {
      if (saved[place].requires_grad()) wanted.push_back(saved[place]);
    }
    const variable_list found = torch::autograd::grad(
        {sequence, hidden.squeeze(0), cell.squeeze(0)}, wanted, gradients, /*retain_graph=*/true,
        /*create_graph=*/true, /*allow_unused=*/true);
    for (size_t place = 0, next = 0; place < 3; ++place) {
      if (saved[place].requires_grad()) results[place] = found[next++];
    }
    return results;
  }
};

bool is_suited(const at::Tensor &x, at::TensorList states, at::TensorList parameters,
               bool has_biases, int64_t layers, bool drops, bool both_ways) {
  const size_t count = (has_biases ? 4 : 2) * (both_ways ? 2 : 1);
  const bool learns = at::GradMode::is_enabled() &&
                      std::any_of(parameters.begin(), parameters.end(),
                                  [](const at::Tensor &tensor) { return tensor.requires_grad(); });
  return x.device().is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble) &&
         x.dim() == 3 && x.numel() > 0 && layers == 1 && !drops && !learns && states.size() == 2 &&
         parameters.size() == count && parameters[1].dim() == 2 && parameters[1].numel() > 0;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> lstm(
    const at::Tensor &input, at::TensorList states, at::TensorList parameters, bool has_biases,
    int64_t layers, double dropout, bool train, bool both_ways, bool rows_first) {
  const bool drops = train && dropout != 0;
  if (!is_suited(input, states, parameters, has_biases, layers, drops, both_ways)) {
    return at::lstm(input, states, parameters, has_biases, layers, dropout, train, both_ways,
                    rows_first);
  }
  const at::Tensor x = (rows_first ? input.transpose(0, 1) : input).contiguous();
  const bool records =
      at::GradMode::is_enabled() &&
      (x.requires_grad() || states[0].requires_grad() || states[1].requires_grad());
  const int64_t directions = both_ways ? 2 : 1, each = parameters.size() / directions;
  variable_list sequences, hidden, cells;
  for (int64_t direction = 0; direction < directions; ++direction) {
    const Layer layer(parameters.slice(direction * each, each), x);
    for (const at::Tensor &state : states) layer.check_state(state, directions, x);
    const auto turned = [&](const at::Tensor &steps) {
      return direction == 1 ? steps.flip(0) : steps;
    };
    const variable_list results = Sequence::apply(turned(x), states[0][direction],
                                                  states[1][direction], layer.input, layer.state,
                                                  layer.bias, records);
    sequences.push_back(turned(results[0]));
    hidden.push_back(results[1]);
    cells.push_back(results[2]);
  }
  const at::Tensor sequence = both_ways ? at::cat(sequences, -1) : sequences[0];
  return {rows_first ? sequence.transpose(0, 1) : sequence, at::stack(hidden), at::stack(cells)};
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(attribution, library) {
  library.def(
      "lstm(Tensor input, Tensor[] hx, Tensor[] params, bool has_biases, int num_layers, "
      "float dropout, bool train, bool bidirectional, bool batch_first) -> (Tensor, Tensor, Tensor)",
      &lstm);
}
