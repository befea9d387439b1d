"""Pipeline parallel: each process holds some layers of a model, and batches flow through in pieces.

Chapter: notebooks/training/distributed.ipynb. Shapes: B rows of a micro-batch, T tokens, D width,
V vocabulary. Follows Huang et al. 2019 (GPipe) and Narayanan et al. 2019 and 2021 (1F1B).
Leaves out: interleaved stages, recomputed activations. torch.distributed.pipelining has them.
"""

from collections.abc import Sequence

import torch
import torch.distributed as dist
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from llmbook.architecture.gpt import place_tokens
from llmbook.architecture.llama import Llama
from llmbook.training.distributed import rank_rows

Order = list[tuple[str, int]]  # ("forward" or "backward", number of the micro-batch)


def in_turns(micros: int, ahead: int) -> Order:
    """`ahead` forwards, then a backward and a forward in turns, then what is left."""
    order = [("forward", i) for i in range(min(ahead, micros))]
    for i in range(micros):
        order.append(("backward", i))
        if ahead + i < micros:
            order.append(("forward", ahead + i))
    return order


def gpipe(stage: int, stages: int, micros: int) -> Order:
    """All forwards, then all backwards. Huang et al. 2019."""
    return in_turns(micros, micros)


def one_forward_one_backward(stage: int, stages: int, micros: int) -> Order:
    """As few forwards as keep the stages behind busy, then in turns. Narayanan et al. 2019."""
    return in_turns(micros, stages - stage)


class LlamaStage(nn.Module):
    """The layers of a Llama that one rank of a pipeline holds.

    The first stage also embeds, the last also norms and has the head. ValueError for fewer layers
    than stages and for a model with windows.
    """

    def __init__(self, model: Llama, stage: int, stages: int):
        super().__init__()
        if stages > model.config.layers or model.config.window is not None:
            got = f"{stages} stages, window {model.config.window}"
            raise ValueError(f"stages: got {got}; expected at most {model.config.layers}, None")
        self.stage, self.stages, self.rotary = stage, stages, model.rotary
        self.width = model.config.width
        self.embedding = model.embedding if stage == 0 else None
        self.blocks = model.blocks[rank_rows(len(model.blocks), stage, stages)]
        self.norm, self.head = (model.norm, model.head) if stage == stages - 1 else (None, None)
        self.tied = model.config.tied and stages > 1

    def forward(self, x: Float[Tensor, "B T D"] | None, ids: Int[Tensor, "B T"]) -> Tensor:
        """The stream after these layers, or on the last stage the logits (B T V)."""
        positions, visible = place_tokens(ids, None, None)
        x = self.embedding(ids) if x is None else x
        turn = tuple(t.to(x.dtype) for t in self.rotary(positions))
        for block in self.blocks:
            x = block(x, turn, visible)
        return x if self.head is None else self.head(self.norm(x))


class Pipeline:
    """One step of all stages: sends the stream down and its gradients up, in a given order."""

    def __init__(self, layers: LlamaStage):
        self.layers = layers
        # Connections of their own: a send down never waits behind a send up.
        self.down, self.up, self.ends = dist.new_group(), dist.new_group(), None
        if layers.tied:  # the first and the last stage each hold the embedding
            self.ends = dist.new_group([0, layers.stages - 1])

    def receive(self, ids: Tensor, source: int, group: dist.ProcessGroup) -> Tensor:
        """Wait for a stream of these ids, or for its gradient."""
        stream = next(self.layers.parameters()).new_empty(*ids.shape, self.layers.width)
        dist.recv(stream, source, group=group)
        return stream

    def gradients(self, order: Order, ids: Sequence[Tensor], targets: Sequence[Tensor]) -> Tensor:
        """Leave the gradients of the mean loss over all micro-batches; return it, on every rank.

        `order` is that of this stage; every rank is given all ids and targets.
        """
        layers, held, sent, total = self.layers, {}, [], torch.zeros((), device=ids[0].device)
        counted = sum(int((y != -100).sum()) for y in targets)
        for what, i in order:
            if what == "forward":
                x = None if layers.embedding else self.receive(ids[i], layers.stage - 1, self.down)
                y = layers(None if x is None else x.requires_grad_(), ids[i])
                if layers.head is None:
                    sent.append(
                        dist.isend(y.detach().contiguous(), layers.stage + 1, group=self.down)
                    )
                else:
                    y = F.cross_entropy(y.flatten(0, 1), targets[i].flatten(), reduction="sum")
                    total += (y := y / counted).detach()
                held[i] = x, y  # what a stage keeps for the way back
            else:
                x, y = held.pop(i)
                last = layers.head is not None
                y.backward(None if last else self.receive(ids[i], layers.stage + 1, self.up))
                if x is not None:
                    sent.append(dist.isend(x.grad.contiguous(), layers.stage - 1, group=self.up))
        for work in sent:
            work.wait()
        if self.ends is not None and layers.stage in (0, layers.stages - 1):
            table = layers.embedding or layers.head
            dist.all_reduce(table.weight.grad, group=self.ends)
        dist.broadcast(total, layers.stages - 1)
        return total
