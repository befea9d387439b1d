"""Recurrent networks: RNN, LSTM and GRU cells, stacks of them over time, a language model.

Chapter: notebooks/architecture/recurrent.ipynb. Shapes: B batch, T tokens, D width of the input,
M width of the state (the memory), V vocabulary, L layers. Masks: True = a real token.
Papers: Elman 1990 (RNN), Hochreiter and Schmidhuber 1997 with Gers et al. 2000 (LSTM), Cho et al.
2014 (GRU), Bengio et al. 1994 and Pascanu et al. 2013 (gradients over distance). Names, shapes and
order of the weights are torch's. Leaves out: dropout, peepholes, projections, fused kernels.
"""

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from llmbook.text.ngram import temper

State = tuple[Float[Tensor, "B M"], ...]  # what a cell remembers; it shows the first of them


class RecurrentCell(nn.Module):
    """What all cells share: a matrix for the input, one for the state, and one step of time.

    A subclass sets `blocks`, the number of blocks of M rows in each matrix, and `vectors`, the
    number of vectors in its state, and writes `step`. ValueError unless both widths are >= 1.
    """

    blocks = 1
    vectors = 1

    def __init__(self, input_width: int, width: int):
        super().__init__()
        if input_width < 1 or width < 1:
            raise ValueError(f"input_width, width: got {input_width}, {width}; expected both >= 1")
        self.input_width, self.width = input_width, width
        rows = self.blocks * width
        self.weight_ih = nn.Parameter(torch.empty(rows, input_width))
        self.weight_hh = nn.Parameter(torch.empty(rows, width))
        self.bias_ih = nn.Parameter(torch.zeros(rows))
        self.bias_hh = nn.Parameter(torch.zeros(rows))
        # Inputs keep their variance (Glorot and Bengio, 2010); the state keeps its length, because
        # each block is a rotation (Saxe et al., 2014).
        for block in self.weight_ih.chunk(self.blocks):
            nn.init.xavier_uniform_(block)
        for block in self.weight_hh.chunk(self.blocks):
            nn.init.orthogonal_(block)

    def project(self, x: Float[Tensor, "*B D"]) -> Float[Tensor, "*B _"]:
        """The input's half of the sums: it needs no state, so it can run for all times at once."""
        return F.linear(x, self.weight_ih, self.bias_ih)

    def step(self, projected: Float[Tensor, "B _"], state: State) -> State:
        """The state after one more input, which `project` has been through."""
        raise NotImplementedError("step: use RNNCell, LSTMCell or GRUCell")

    def forward(self, x: Float[Tensor, "B D"], state: State | None = None) -> State:
        """One step of time from `state`, or from zeros; errors as in `checked_state`."""
        state = checked_state(self, x, state)
        return self.step(self.project(x), state)


def checked_state(cell: RecurrentCell, x: Float[Tensor, "B *T D"], state: State | None) -> State:
    """The state to start from: the one given, or zeros; x is [B D] or [B T D].

    TypeError for the wrong dtype, ValueError for a wrong width, no data, or another state's shape.
    """
    B, M, dtype = x.shape[0], cell.width, cell.weight_hh.dtype
    if x.dtype != dtype:
        raise TypeError(f"x: got {x.dtype}; expected {dtype}, as the weights")
    if x.ndim not in (2, 3) or x.shape[-1] != cell.input_width or x.numel() == 0:
        expected = f"[B, {cell.input_width}] or [B, T, {cell.input_width}], none of them 0"
        raise ValueError(f"x: got shape {list(x.shape)}; expected {expected}")
    if state is None:
        return (x.new_zeros(B, M),) * cell.vectors
    shapes = [list(vector.shape) for vector in state]
    if shapes != [[B, M]] * cell.vectors:
        raise ValueError(f"state: got shapes {shapes}; expected {[[B, M]] * cell.vectors}")
    for vector in state:
        if vector.dtype != dtype:
            raise TypeError(f"state: got {vector.dtype}; expected {dtype}, as the weights")
    return tuple(state)


class RNNCell(RecurrentCell):
    """The plain recurrent cell (Elman, 1990); its state is (h,).

    h' = tanh(W_ih x + b_ih + W_hh h + b_hh)
    """

    def step(self, projected: Float[Tensor, "B M"], state: State) -> State:
        """The new h."""
        (h,) = state
        return ((projected + F.linear(h, self.weight_hh, self.bias_hh)).tanh(),)


class LSTMCell(RecurrentCell):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997; Gers et al., 2000); state (h, c).

    i, f, g, o = the four blocks of W_ih x + b_ih + W_hh h + b_hh, in torch's order
    c' = σ(f) c + σ(i) tanh(g)     the memory: kept by the forget gate, written by the input gate
    h' = σ(o) tanh(c')             what is shown, through the output gate
    The forget gate's bias starts at 1, so that it starts more open than shut (Gers et al., 2000).
    """

    blocks, vectors = 4, 2

    def __init__(self, input_width: int, width: int):
        super().__init__(input_width, width)
        with torch.no_grad():
            self.bias_ih[width : 2 * width] = 1.0

    def step(self, projected: Float[Tensor, "B _"], state: State) -> State:
        """The new h and c."""
        h, c = state
        sums = projected + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, g, o = sums.chunk(4, dim=-1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


class GRUCell(RecurrentCell):
    """The gated recurrent unit (Cho et al., 2014), in torch's variant; its state is (h,).

    r, z = σ(the first two blocks of W_ih x + b_ih + W_hh h + b_hh)
    n  = tanh(W_in x + b_in + r (W_hn h + b_hn))    the proposal
    h' = z h + (1 - z) n                            keep the share z of the old state
    The published paper resets before the product, W_hn (r h); torch, as cuDNN, resets after it.
    """

    blocks = 3

    def step(self, projected: Float[Tensor, "B _"], state: State) -> State:
        """The new h."""
        (h,) = state
        x_r, x_z, x_n = projected.chunk(3, dim=-1)
        h_r, h_z, h_n = F.linear(h, self.weight_hh, self.bias_hh).chunk(3, dim=-1)
        r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
        n = (x_n + r * h_n).tanh()
        return (z * h + (1 - z) * n,)


def run_over_time(
    cell: RecurrentCell,
    x: Float[Tensor, "B T D"],
    state: State | None = None,
    mask: Bool[Tensor, "B T"] | None = None,
) -> tuple[Float[Tensor, "B T M"], State]:
    """What the cell shows at each time, and its last state; where the mask is False, time stops.

    Padding leaves the state as it was and shows zeros, wherever in the row it stands. ValueError
    unless the mask is [B, T]; other errors as in `checked_state`.
    """
    state = checked_state(cell, x, state)
    if mask is not None and mask.shape != x.shape[:2]:
        raise ValueError(f"mask: got {list(mask.shape)}; expected {list(x.shape[:2])}, as x")
    shown = []
    for t, projected in enumerate(cell.project(x).unbind(1)):
        after = cell.step(projected, state)
        if mask is not None:
            real = mask[:, t, None]
            after = tuple(torch.where(real, a, b) for a, b in zip(after, state, strict=True))
        state = after
        shown.append(state[0])
    outputs = torch.stack(shown, dim=1)
    return outputs if mask is None else outputs.where(mask[..., None], 0.0), state


TORCH_CELLS = {"RNN_TANH": RNNCell, "LSTM": LSTMCell, "GRU": GRUCell}  # by nn.RNNBase.mode


class RecurrentStack(nn.Module):
    """Layers of one kind of cell: each reads what the layer below shows. ValueError if layers < 1.

    `forward` takes and gives one state per layer, so that a text can be read in pieces.
    """

    def __init__(self, cell: type[RecurrentCell], input_width: int, width: int, layers: int = 1):
        super().__init__()
        if layers < 1:
            raise ValueError(f"layers: got {layers}; expected at least 1")
        widths = [input_width] + [width] * (layers - 1)
        self.cells = nn.ModuleList(cell(w, width) for w in widths)

    def forward(
        self,
        x: Float[Tensor, "B T D"],
        states: list[State] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> tuple[Float[Tensor, "B T M"], list[State]]:
        """Outputs of the top layer and the last state of each; errors as in `run_over_time`."""
        if states is None:
            states = [None] * len(self.cells)
        if len(states) != len(self.cells):
            raise ValueError(f"states: got {len(states)}; expected {len(self.cells)}, one a layer")
        after = []
        for cell, state in zip(self.cells, states, strict=True):
            x, state = run_over_time(cell, x, state, mask)
            after.append(state)
        return x, after

    @classmethod
    def from_torch(cls, source: nn.RNN | nn.LSTM | nn.GRU) -> "RecurrentStack":
        """The same network with the same weights; errors as in `cell_from_torch`."""
        if source.bidirectional:
            raise ValueError("source: got two directions; expected one (see Bidirectional)")
        cells = [cell_from_torch(source, f"l{layer}") for layer in range(source.num_layers)]
        stack = cls(type(cells[0]), source.input_size, source.hidden_size, len(cells))
        stack.cells = nn.ModuleList(cells)
        return stack


def cell_from_torch(source: nn.RNN | nn.LSTM | nn.GRU, suffix: str) -> RecurrentCell:
    """A copy of one layer of a torch network, named by its suffix: "l0", "l1", "l0_reverse".

    TypeError for another module; ValueError for what our cells do not do (ReLU, projections,
    dropout between layers) and for a layer that is not there.
    """
    if source.mode not in TORCH_CELLS or source.proj_size or source.dropout:
        got = f"{source.mode}, proj_size={source.proj_size}, dropout={source.dropout}"
        raise ValueError(f"source: got {got}; expected one of {list(TORCH_CELLS)}, 0 and 0")
    weights = {name: p for name, p in source.named_parameters() if name.endswith(f"_{suffix}")}
    if not weights:
        raise ValueError(f"suffix: got {suffix!r}; expected l0 … l{source.num_layers - 1}")
    cell = TORCH_CELLS[source.mode](weights[f"weight_ih_{suffix}"].shape[1], source.hidden_size)
    cell.to(weights[f"weight_hh_{suffix}"])  # its precision and device
    with torch.no_grad():
        for name, parameter in cell.named_parameters():
            if f"{name}_{suffix}" in weights:
                parameter.copy_(weights[f"{name}_{suffix}"])
            else:  # made with bias=False
                parameter.zero_()
    return cell


class Bidirectional(nn.Module):
    """One layer that reads both ways: two cells, their outputs side by side (Schuster, 1997).

    It sees the whole text at every place, so it can label a text but not predict its next token.
    """

    def __init__(self, cell: type[RecurrentCell], input_width: int, width: int):
        super().__init__()
        self.there, self.back = cell(input_width, width), cell(input_width, width)

    def forward(
        self, x: Float[Tensor, "B T D"], mask: Bool[Tensor, "B T"] | None = None
    ) -> tuple[Float[Tensor, "B T _"], tuple[State, State]]:
        """Both readings of each place [B, T, 2M], and the last state of each reader."""
        there, end = run_over_time(self.there, x, None, mask)
        # Padding stops time, so it may as well come first: turning the rows round is enough.
        turned = None if mask is None else mask.flip(1)
        back, start = run_over_time(self.back, x.flip(1), None, turned)
        return torch.cat([there, back.flip(1)], dim=-1), (end, start)

    @classmethod
    def from_torch(cls, source: nn.RNN | nn.LSTM | nn.GRU) -> "Bidirectional":
        """The same layer with the same weights; ValueError unless one layer, two directions."""
        if not source.bidirectional or source.num_layers != 1:
            got = f"bidirectional={source.bidirectional}, num_layers={source.num_layers}"
            raise ValueError(f"source: got {got}; expected True and 1")
        layer = cls(TORCH_CELLS.get(source.mode, RNNCell), source.input_size, source.hidden_size)
        layer.there = cell_from_torch(source, "l0")
        layer.back = cell_from_torch(source, "l0_reverse")
        return layer


def gradient_by_distance(
    stack: RecurrentStack, x: Float[Tensor, "B T D"], seed: int = 0
) -> Float[Tensor, " T"]:
    """How much the last output depends on the input t steps before it, for t = 0 to T - 1.

    Entry t is ‖∂(u · h_last) / ∂x_(last - t)‖, u a random unit vector for each sequence; the root
    of the mean square over the batch. Errors as in `run_over_time`. After Pascanu et al. (2013).
    """
    x = x.detach().requires_grad_()
    outputs, _ = stack(x)
    generator = torch.Generator().manual_seed(seed)
    u = torch.randn(outputs[:, -1].shape, generator=generator).to(outputs)
    loss = (outputs[:, -1] * F.normalize(u, dim=-1)).sum()
    (gradient,) = torch.autograd.grad(loss, x)
    return gradient.square().sum(-1).mean(0).sqrt().flip(0)


def checked_batch(ids: Int[Tensor, "B T"], vocab_size: int) -> Int[Tensor, "B T"]:
    """Ids ready for an embedding; TypeError unless whole numbers, ValueError unless 0 <= id < V."""
    if ids.is_floating_point() or ids.dtype == torch.bool:
        raise TypeError(f"ids: got {ids.dtype}; expected whole numbers")
    if ids.ndim != 2 or ids.numel() == 0:
        raise ValueError(f"ids: got shape {list(ids.shape)}; expected [B, T], none of them 0")
    if ids.min() < 0 or ids.max() >= vocab_size:
        raise ValueError(f"ids: got {ids.min()} … {ids.max()}; expected 0 <= id < {vocab_size}")
    return ids.long()


class RecurrentLanguageModel(nn.Module):
    """Embedding, stack, and a linear head that scores every id as the next one."""

    def __init__(
        self,
        cell: type[RecurrentCell],
        vocab_size: int,
        input_width: int,
        width: int,
        layers: int = 1,
    ):
        super().__init__()
        if vocab_size < 1:
            raise ValueError(f"vocab_size: got {vocab_size}; expected at least 1")
        self.vocab_size = vocab_size
        self.embedding = nn.Embedding(vocab_size, input_width)
        self.stack = RecurrentStack(cell, input_width, width, layers)
        self.head = nn.Linear(width, vocab_size)

    def forward(
        self,
        ids: Int[Tensor, "B T"],
        states: list[State] | None = None,
        mask: Bool[Tensor, "B T"] | None = None,
    ) -> tuple[Float[Tensor, "B T V"], list[State]]:
        """Scores of the next id at each place, and the states; errors as in `checked_batch`."""
        ids = checked_batch(ids, self.vocab_size)
        outputs, states = self.stack(self.embedding(ids), states, mask)
        return self.head(outputs), states

    def generate(
        self,
        ids: Int[Tensor, " T"],
        max_new_tokens: int,
        temperature: int | float = 1.0,
        seed: int = 0,
        stop: int | None = None,
    ) -> Iterator[int]:
        """Ids that continue `ids`, each given out as it is drawn, up to `stop`.

        Each step reads one id and replaces the states: neither grows with the text. ValueError for
        max_new_tokens < 0 or a temperature that is not above 0; for ids as in `forward`.
        """
        if max_new_tokens < 0:
            raise ValueError(f"max_new_tokens: got {max_new_tokens}; expected at least 0")
        random = np.random.default_rng(seed)
        with torch.no_grad():
            logits, states = self(ids[None])
        for _ in range(max_new_tokens):
            weights = temper(logits[0, -1].double().softmax(-1).cpu().numpy(), temperature)
            drawn = int(random.choice(self.vocab_size, p=weights))
            if drawn == stop:
                return
            yield drawn
            with torch.no_grad():
                logits, states = self(ids.new_tensor([[drawn]]), states)
