"""Tests of llmbook.architecture.recurrent against torch's modules with the same weights."""

import math
from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.recurrent import (
    Bidirectional,
    GRUCell,
    LSTMCell,
    RecurrentCell,
    RecurrentLanguageModel,
    RecurrentStack,
    RNNCell,
    cell_from_torch,
    checked_state,
    gradient_by_distance,
    run_over_time,
)
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

KINDS = {RNNCell: nn.RNN, LSTMCell: nn.LSTM, GRUCell: nn.GRU}
STEPS = {RNNCell: nn.RNNCell, LSTMCell: nn.LSTMCell, GRUCell: nn.GRUCell}
cells = pytest.mark.parametrize("cell", list(KINDS))
quick = settings(deadline=None, max_examples=25)
sizes = st.integers(1, 6)
# B, T, D, M, L
shapes = pytest.mark.parametrize("shape", [(1, 1, 1, 1, 1), (3, 7, 5, 4, 2), (2, 30, 3, 9, 3)])


def pair(cell, D, M, L=1, **options):
    """A torch network with random weights, and ours made from it."""
    theirs = KINDS[cell](D, M, L, batch_first=True, **options)
    one_way = RecurrentStack if not options.get("bidirectional") else Bidirectional
    return theirs, one_way.from_torch(theirs)


def torch_state(states):
    """Our list of states, one tuple per layer, as torch's stacked tensors [L B M]."""
    return [torch.stack(vectors) for vectors in zip(*states, strict=True)]


def as_list(state):
    return list(state) if isinstance(state, tuple) else [state]


def real_places(lengths, T):
    return torch.arange(T) < torch.tensor(lengths)[:, None]


def close(actual, expected, tol=1e-5):
    torch.testing.assert_close(actual, expected, atol=tol, rtol=tol)


# --- Equal to torch ---


@cells
@shapes
def test_outputs_states_and_gradients_equal_torch(cell, shape):
    B, T, D, M, L = shape
    theirs, ours = pair(cell, D, M, L)
    x = torch.randn(B, T, D)
    start = [torch.randn(L, B, M) for _ in range(cell.vectors)]
    one, two = x.clone().requires_grad_(), x.clone().requires_grad_()
    expected, end = theirs(one, tuple(start) if cell is LSTMCell else start[0])
    states = [tuple(vector[layer] for vector in start) for layer in range(L)]
    actual, after = ours(two, states)
    close(actual, expected)
    for mine, torchs in zip(torch_state(after), as_list(end), strict=True):
        close(mine, torchs)
    weight = torch.randn(B, T, M)
    (expected * weight).sum().backward()
    (actual * weight).sum().backward()
    close(two.grad, one.grad)
    for name, parameter in theirs.named_parameters():
        key, layer = name.rsplit("_l", 1)
        close(getattr(ours.cells[int(layer)], key).grad, parameter.grad, 1e-4)


@cells
def test_without_a_state_it_starts_from_zeros_and_one_step_equals_torchs_cell(cell):
    theirs, ours = STEPS[cell](5, 4), cell(5, 4)
    ours.load_state_dict(theirs.state_dict())  # names, shapes and order are torch's
    x = torch.randn(3, 5)
    for mine, torchs in zip(ours(x), as_list(theirs(x)), strict=True):
        close(mine, torchs)


@quick
@given(st.sampled_from(list(KINDS)), sizes, sizes, sizes, sizes, st.integers(1, 3))
def test_any_shape_equals_torch(cell, B, T, D, M, L):
    theirs, ours = pair(cell, D, M, L)
    x = torch.randn(B, T, D)
    close(ours(x)[0], theirs(x)[0])


@cells
def test_double_precision_and_no_bias(cell):
    theirs = KINDS[cell](5, 4, 2, batch_first=True, bias=False, dtype=torch.float64)
    ours = RecurrentStack.from_torch(theirs)
    x = torch.randn(2, 9, 5, dtype=torch.float64)
    close(ours(x)[0], theirs(x)[0], 1e-12)


def test_a_copy_shares_no_memory():
    theirs, ours = pair(LSTMCell, 3, 2)
    before = ours.cells[0].weight_hh.clone()
    with torch.no_grad():
        theirs.weight_hh_l0.zero_()
    close(ours.cells[0].weight_hh, before, 0)


# --- Padding ---


@cells
@pytest.mark.parametrize("lengths", [[7, 3, 1], [7, 7, 7], [2, 5, 7]])
def test_padding_equals_packed_sequences(cell, lengths):
    theirs, ours = pair(cell, 5, 4, 2)
    x = torch.randn(3, 7, 5)
    packed = pack_padded_sequence(x, torch.tensor(lengths), True, enforce_sorted=False)
    expected, end = theirs(packed)
    expected, _ = pad_packed_sequence(expected, batch_first=True, total_length=7)
    actual, after = ours(x, mask=real_places(lengths, 7))
    close(actual, expected)
    for mine, torchs in zip(torch_state(after), as_list(end), strict=True):
        close(mine, torchs)


@cells
@quick
@given(data=st.data())
def test_padding_changes_nothing_wherever_it_stands(cell, data):
    mask = data.draw(st.lists(st.booleans(), min_size=1, max_size=9).filter(any))
    stack = RecurrentStack(cell, 3, 4, 2)
    real = torch.tensor(mask)
    x = torch.randn(1, len(mask), 3)
    filled = torch.where(real[None, :, None], x, float("nan"))
    outputs, states = stack(filled, mask=real[None])
    expected, end = stack(x[:, real])
    close(outputs[:, real], expected)
    assert (outputs[:, ~real] == 0).all()
    for mine, alone in zip(states, end, strict=True):
        close(torch.stack(mine), torch.stack(alone))


@cells
def test_a_row_of_padding_keeps_its_state_and_gives_no_nan(cell):
    stack = RecurrentStack(cell, 3, 4)
    start = (torch.randn(2, 4),) * cell.vectors
    mask = torch.tensor([[True, True], [False, False]])
    x = torch.randn(2, 2, 3, requires_grad=True)
    outputs, (end,) = stack(x, [start], mask)
    close(torch.stack(end)[:, 1], torch.stack(start)[:, 1], 0)
    outputs.sum().backward()
    assert torch.isfinite(x.grad).all()
    assert (x.grad[1] == 0).all()


# --- Streams, batches, time ---


@quick
@given(st.sampled_from(list(KINDS)), st.integers(1, 8), st.integers(1, 8), st.integers(1, 2))
def test_reading_in_pieces_equals_reading_at_once(cell, first, second, layers):
    stack = RecurrentStack(cell, 3, 4, layers)
    x = torch.randn(2, first + second, 3)
    outputs, states = stack(x)
    one, between = stack(x[:, :first])
    two, end = stack(x[:, first:], between)
    close(torch.cat([one, two], 1), outputs)
    for mine, whole in zip(end, states, strict=True):
        close(torch.stack(mine), torch.stack(whole))


@cells
def test_the_future_and_the_neighbours_change_nothing(cell):
    stack = RecurrentStack(cell, 3, 4, 2)
    x = torch.randn(3, 6, 3)
    outputs, _ = stack(x)
    other = x.clone()
    other[:, 4:] += 1.0
    close(stack(other)[0][:, :4], outputs[:, :4], 1e-6)
    assert not torch.allclose(stack(other)[0][:, 4:], outputs[:, 4:])
    close(stack(x[1:2])[0], outputs[1:2], 1e-6)


# --- Both directions ---


@cells
@pytest.mark.parametrize("lengths", [[6, 6], [2, 6]])
def test_bidirectional_equals_torch(cell, lengths):
    theirs, ours = pair(cell, 5, 4, bidirectional=True)
    x = torch.randn(2, 6, 5)
    packed = pack_padded_sequence(x, torch.tensor(lengths), True, enforce_sorted=False)
    expected, end = theirs(packed)
    expected, _ = pad_packed_sequence(expected, batch_first=True, total_length=6)
    actual, states = ours(x, real_places(lengths, 6))
    close(actual, expected)
    for mine, torchs in zip(torch_state(states), as_list(end), strict=True):
        close(mine, torchs)
    if lengths == [6, 6]:
        close(ours(x)[0], expected)


# --- Starting weights ---


@cells
def test_weights_start_as_the_papers_say(cell):
    made = cell(12, 8)
    for block in made.weight_hh.chunk(cell.blocks):
        close(block @ block.T, torch.eye(8))
    edge = math.sqrt(6 / (12 + 8))
    assert 0.8 * edge < made.weight_ih.abs().max() <= edge
    biases = (made.bias_ih + made.bias_hh).chunk(cell.blocks)
    for index, bias in enumerate(biases):
        assert (bias == (1.0 if cell is LSTMCell and index == 1 else 0.0)).all()


def test_the_gru_keeps_its_state_where_the_update_gate_is_open():
    cell = GRUCell(2, 3)
    with torch.no_grad():
        cell.bias_ih[3:6] = 100.0
    state = (torch.randn(4, 3),)
    close(cell(torch.randn(4, 2), state)[0], state[0])


# --- Gradients over distance ---


@cells
def test_gradient_by_distance_equals_the_jacobian(cell):
    stack = RecurrentStack(cell, 3, 4, 2)
    x = torch.randn(1, 5, 3)
    jacobian = torch.autograd.functional.jacobian(lambda x: stack(x)[0][0, -1], x)  # [M 1 T D]
    u = torch.randn(1, 4, generator=torch.Generator().manual_seed(7))
    expected = torch.einsum("m,mtd->td", F.normalize(u, dim=-1)[0], jacobian[:, 0])
    found = gradient_by_distance(stack, x, seed=7)
    close(found, expected.norm(dim=-1).flip(0))


def test_gradient_by_distance_is_the_root_mean_square_of_the_batch_and_leaves_no_trace():
    stack = RecurrentStack(RNNCell, 3, 4)
    with torch.no_grad():
        stack.cells[0].weight_ih.zero_()  # then no input has any influence
    x = torch.randn(5, 6, 3)
    assert (gradient_by_distance(stack, x) == 0).all()
    assert x.grad is None
    assert all(p.grad is None for p in stack.parameters())
    stack = RecurrentStack(RNNCell, 3, 4)
    one = torch.randn(1, 6, 3)
    norms = gradient_by_distance(stack, one.expand(2000, -1, -1))
    h, seen = stack(one)[0][0, -1], stack.cells[0].weight_ih
    # The mean of u u^T is I / M: the mean square is the squared Frobenius norm / M.
    jacobian = (1 - h**2)[:, None] * seen
    assert norms[0] == pytest.approx((jacobian.square().sum() / 4).sqrt().item(), rel=0.05)


# --- Language model ---


def test_the_language_model_is_embedding_torch_network_and_head():
    model = RecurrentLanguageModel(LSTMCell, 11, 5, 4, layers=2)
    theirs = nn.LSTM(5, 4, 2, batch_first=True)
    model.stack = RecurrentStack.from_torch(theirs)
    ids = torch.randint(0, 11, (3, 8))
    logits, _ = model(ids)
    close(logits, model.head(theirs(model.embedding(ids))[0]))
    close(model(ids.int())[0], logits, 0)


@pytest.mark.parametrize("cell", [RNNCell, LSTMCell, GRUCell])
def test_generation_equals_reading_everything_again(cell):
    torch.manual_seed(0)
    model = RecurrentLanguageModel(cell, 11, 5, 8, layers=2)
    ids = torch.tensor([3, 1, 4])
    written = list(model.generate(ids, 30, temperature=1e-5))
    text = ids.tolist()
    for drawn in written:  # a temperature near 0 takes the favourite
        logits, _ = model(torch.tensor([text]))
        assert drawn == int(logits[0, -1].argmax())
        text.append(drawn)


def test_generation_is_seeded_bounded_lazy_and_stops():
    torch.manual_seed(1)
    model = RecurrentLanguageModel(GRUCell, 7, 4, 6)
    ids = torch.tensor([1, 2])
    one = list(model.generate(ids, 20, seed=4))
    assert one == list(model.generate(ids, 20, seed=4)) != list(model.generate(ids, 20, seed=5))
    assert list(model.generate(ids, 0)) == []
    assert list(model.generate(ids, 20, seed=4, stop=one[5])) == one[: one.index(one[5])]
    endless = model.generate(ids, 10**9, seed=4)
    assert [next(endless) for _ in range(20)] == one


def test_generation_follows_the_probabilities():
    torch.manual_seed(2)
    model = RecurrentLanguageModel(RNNCell, 3, 2, 4)
    with torch.no_grad():
        model.head.bias.copy_(torch.tensor([1.5, 0.0, -1.0]))
        p = model(torch.tensor([[0]]))[0][0, -1].softmax(-1)
    drawn = [next(model.generate(torch.tensor([0]), 1, seed=s)) for s in range(1500)]
    found = torch.tensor([drawn.count(i) / 1500 for i in range(3)])
    close(found, p, 0.04)


def test_the_state_does_not_grow():
    model = RecurrentLanguageModel(LSTMCell, 7, 4, 6, layers=2)
    sizes = []
    for length in (1, 10, 300):
        _, states = model(torch.zeros(1, length, dtype=torch.long))
        sizes.append(sum(vector.numel() for state in states for vector in state))
    assert all(a == b == 2 * 2 * 6 for a, b in pairwise(sizes))


def test_training_learns_a_cycle():
    torch.manual_seed(0)
    model = RecurrentLanguageModel(GRUCell, 5, 8, 16)
    ids = (torch.arange(21)[None] + torch.arange(4)[:, None]) % 5
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    for _ in range(40):
        logits, _ = model(ids[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.1
    assert list(model.generate(torch.tensor([0, 1]), 5, temperature=0.01)) == [2, 3, 4, 0, 1]


# --- Bad input ---


@cells
@pytest.mark.parametrize("widths", [(0, 3), (3, 0), (-1, 3), (3, -2)])
def test_bad_widths(cell, widths):
    with pytest.raises(ValueError, match=r"input_width, width: got .* expected both >= 1"):
        cell(*widths)


@cells
def test_bad_layers_and_vocabulary(cell):
    for layers in (0, -1):
        with pytest.raises(ValueError, match=f"layers: got {layers}; expected at least 1"):
            RecurrentStack(cell, 3, 4, layers)
    with pytest.raises(ValueError, match="vocab_size: got 0; expected at least 1"):
        RecurrentLanguageModel(cell, 0, 3, 4)


@cells
def test_bad_inputs_of_a_cell_and_of_a_stack(cell):
    one, stack = cell(3, 4), RecurrentStack(cell, 3, 4)
    for call, shape in ((one, (2, 3)), (stack, (2, 5, 3))):
        for wrong in (torch.ones(shape, dtype=torch.float64), torch.ones(shape).half()):
            with pytest.raises(TypeError, match=r"x: got torch.float.*; expected torch.float32"):
                call(wrong)
        with pytest.raises(TypeError):
            call(torch.ones(shape, dtype=torch.long))
        for axis in range(len(shape)):  # no sequence, no token, no width; and a wrong width
            wrong = list(shape)
            wrong[axis] = 0
            with pytest.raises(ValueError, match=r"x: got shape .*none of them 0"):
                call(torch.ones(wrong))
        with pytest.raises(ValueError, match=r"x: got shape .* expected \[B, 3\] or"):
            call(torch.ones(*shape[:-1], 7))
    for call, wrong in ((one, torch.ones(3)), (stack, torch.ones(5, 3))):
        with pytest.raises((ValueError, TypeError)):
            call(wrong)


@cells
def test_bad_states(cell):
    one, stack, x = cell(3, 4), RecurrentStack(cell, 3, 4), torch.ones(2, 5, 3)
    good = (torch.zeros(2, 4),) * cell.vectors
    for bad in ((torch.zeros(2, 5),) * cell.vectors, ()):
        with pytest.raises(ValueError, match=r"state: got shapes .* expected \[\[2, 4\]"):
            stack(x, [bad])
        with pytest.raises(ValueError, match="state: got shapes"):
            one(x[:, 0], bad)
    with pytest.raises(ValueError, match="state: got shapes"):
        one(x[:, 0], (*good, good[0]))
    with pytest.raises((ValueError, TypeError)):
        stack(x, [(torch.zeros(1, 4),) * cell.vectors])
    for states in ([], [good, good]):
        with pytest.raises(ValueError, match=r"states: got \d; expected 1, one a layer"):
            stack(x, states)
    with pytest.raises(TypeError, match=r"state: got torch.float64; expected torch.float32"):
        stack(x, [tuple(vector.double() for vector in good)])


@cells
def test_bad_masks(cell):
    stack, x = RecurrentStack(cell, 3, 4), torch.ones(2, 5, 3)
    for shape in ((2, 4), (1, 5)):
        with pytest.raises((ValueError, TypeError)):
            stack(x, mask=torch.ones(shape, dtype=torch.bool))
    with pytest.raises(TypeError):
        stack(x, mask=torch.ones(2, 5))
    with pytest.raises(TypeError):
        Bidirectional(cell, 3, 4)(x, torch.ones(2, 5))


def test_torch_networks_that_are_not_ours():
    bad = [
        nn.RNN(3, 4, nonlinearity="relu"),
        nn.LSTM(3, 4, proj_size=2),
        nn.GRU(3, 4, 2, dropout=0.5),
        nn.LSTM(3, 4, bidirectional=True),
    ]
    for source in bad:
        with pytest.raises(ValueError, match="source: got"):
            RecurrentStack.from_torch(source)
    for source in (nn.LSTM(3, 4), nn.LSTM(3, 4, 2, bidirectional=True)):
        with pytest.raises(ValueError, match="source: got bidirectional"):
            Bidirectional.from_torch(source)
    with pytest.raises(ValueError, match="source: got RNN_RELU"):
        Bidirectional.from_torch(nn.RNN(3, 4, nonlinearity="relu", bidirectional=True))
    with pytest.raises(TypeError):
        RecurrentStack.from_torch(nn.Linear(3, 4))
    with pytest.raises(ValueError, match="suffix: got 'l3'"):
        cell_from_torch(nn.LSTM(3, 4), "l3")


@cells
def test_bad_ids(cell):
    model = RecurrentLanguageModel(cell, 5, 3, 4)
    for bad in ([[0, 5]], [[-1, 0]]):
        with pytest.raises(ValueError, match=r"ids: got .* expected 0 <= id < 5"):
            model(torch.tensor(bad))
    with pytest.raises(ValueError, match=r"ids: got 9 … 9; expected 0 <= id < 5"):
        next(model.generate(torch.tensor([9]), 3))
    for shape in ((2, 0), (0, 2)):
        with pytest.raises(ValueError, match=r"ids: got shape .* none of them 0"):
            model(torch.zeros(shape, dtype=torch.long))
    with pytest.raises(ValueError, match="ids: got shape"):
        next(model.generate(torch.zeros(0, dtype=torch.long), 3))
    for wrong in (torch.zeros(1, 2), torch.zeros(1, 2, dtype=torch.bool)):
        with pytest.raises(TypeError):
            model(wrong)
    with pytest.raises((TypeError, ValueError)):
        model(torch.zeros(3, dtype=torch.long))


def test_bad_generation():
    model, ids = RecurrentLanguageModel(RNNCell, 5, 3, 4), torch.tensor([1])
    with pytest.raises(ValueError, match="max_new_tokens: got -1; expected at least 0"):
        next(model.generate(ids, -1))
    for temperature in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="temperature: got"):
            next(model.generate(ids, 3, temperature=temperature))


def test_a_cell_without_a_step_and_a_bad_state_of_none():
    with pytest.raises(NotImplementedError, match="step: use RNNCell"):
        RecurrentCell(2, 2)(torch.ones(1, 2))
    state = checked_state(LSTMCell(2, 3), torch.ones(4, 2), None)
    assert [list(vector.shape) for vector in state] == [[4, 3], [4, 3]]
    outputs, _ = run_over_time(LSTMCell(2, 3), torch.ones(4, 1, 2))
    assert outputs.shape == (4, 1, 3)
