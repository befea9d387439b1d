"""Structured pruning: whole heads and neurons go, and the tensors really shrink.

Chapter: notebooks/compression/pruning.ipynb (its second module).
Shapes: B sequences, T tokens, D width, H query heads, G key/value heads, K head width, F
feed-forward width, L layers, U units (heads or neurons) that the inputs of a layer fall into.
Follows: Michel et al. 2019 (gates on heads), Molchanov et al. 2019 (Taylor scores), Ma et al. 2023
(LLM-Pruner: what must go together). Every layer loses equally many, so that a config can say it.
Leaves out: layers of unlike sizes, whole layers (the next chapter), the width of the stream.
"""

import copy
from collections.abc import Iterable
from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from llmbook.architecture.gpt import GPT
from llmbook.architecture.llama import Llama
from llmbook.training.evaluation import resting

Decoder = GPT | Llama
IdBatches = Iterable[Int[Tensor, "_ _"]]  # of ids, B T; the last may be smaller


def taylor_scores(
    model: Decoder, layers: list[nn.Linear], units: int, batches: IdBatches
) -> Float[Tensor, "L U"]:
    """How much the loss would change without each of the units that a layer's inputs fall into.

    To first order, in nats per token, averaged over sequences: a gate of 1 is put on each input x
    of each layer, and the gradient of the loss for it is x · ∂loss/∂x, summed over tokens.
    ValueError without batches or layers, or for units that do not divide a layer's inputs; ids that
    the model refuses raise what it raises.
    """
    if not layers or any(units < 1 or layer.in_features % units for layer in layers):
        sizes = sorted({layer.in_features for layer in layers})
        raise ValueError(f"units: got {units} for inputs {sizes}; expected a divisor of each")
    gates: dict[nn.Linear, Tensor] = {}

    def gate(layer: nn.Linear, inputs: tuple[Tensor]) -> Tensor:
        gates[layer] = torch.ones_like(inputs[0][:, :1]).requires_grad_()  # B 1 I
        return inputs[0] * gates[layer]

    handles = [layer.register_forward_pre_hook(gate) for layer in layers]
    total, count = torch.zeros(len(layers), units), 0
    try:
        with resting(model) as device, torch.enable_grad():
            for ids in batches:
                loss = model.loss(ids[:, :-1].to(device), ids[:, 1:].to(device)) * len(ids)
                slopes = torch.autograd.grad(loss, [gates[layer] for layer in layers])
                by_unit = [s.unflatten(-1, (units, -1)).sum(-1) for s in slopes]  # B 1 U each
                total += torch.stack([s.abs().sum((0, 1)) for s in by_unit]).float().cpu()
                count += len(ids)
    finally:
        for handle in handles:
            handle.remove()
    if not count:
        raise ValueError("batches: got none; expected at least one of ids (B, T)")
    return total / count


def head_importance(model: Decoder, batches: IdBatches) -> Float[Tensor, "L H"]:
    """`taylor_scores` of every query head; batches of ids (B, T). Michel et al. 2019, eq. 2."""
    attentions = [block.attention for block in check_decoder(model).blocks]
    return taylor_scores(model, [a.out for a in attentions], attentions[0].heads, batches)


def neuron_importance(model: Decoder, batches: IdBatches) -> Float[Tensor, "L F"]:
    """`taylor_scores` of every neuron of the feed-forward layers; batches of ids (B, T)."""
    downs = [block.feed_forward.down for block in check_decoder(model).blocks]
    return taylor_scores(model, downs, downs[0].in_features, batches)


def check_decoder(model: Decoder) -> Decoder:
    """The model; TypeError unless it is a GPT or a Llama."""
    if not isinstance(model, Decoder):
        raise TypeError(f"model: got {type(model).__name__}; expected a GPT or a Llama")
    return model


def check_importance(importance: Float[Tensor, "L U"], layers: int, units: int) -> None:
    """ValueError unless there is a finite number for each unit of each layer."""
    if importance.shape != (layers, units) or not importance.isfinite().all():
        got = f"shape {[*importance.shape]}, {int((~importance.isfinite()).sum())} not finite"
        raise ValueError(f"importance: got {got}; expected {[layers, units]}, all finite")


def keep_lines(layer: nn.Linear, axis: int, index: Int[Tensor, " _"]) -> None:
    """Keep these outputs (axis 0) or inputs (axis 1) of a linear layer, in place: it shrinks."""
    index = index.to(layer.weight.device)
    layer.weight = nn.Parameter(layer.weight.detach().index_select(axis, index))
    if axis == 0 and layer.bias is not None:
        layer.bias = nn.Parameter(layer.bias.detach().index_select(0, index))
    layer.out_features, layer.in_features = layer.weight.shape


def prune_neurons(model: Decoder, importance: Float[Tensor, "L F"], hidden: int) -> Decoder:
    """A copy whose feed-forward layers keep their `hidden` most important neurons.

    Its logits are those of the model with the other columns of `down` at zero. ValueError unless
    1 <= hidden <= F, or for an importance that does not fit; TypeError for another model.
    """
    width = check_decoder(model).blocks[0].feed_forward.down.in_features
    check_importance(importance, len(model.blocks), width)
    if not 1 <= hidden <= width:
        raise ValueError(f"hidden: got {hidden}; expected 1 to {width}")
    smaller = copy.deepcopy(model)
    for block, scores in zip(smaller.blocks, importance, strict=True):
        index = scores.topk(hidden).indices.sort().values
        for name, layer in block.feed_forward.named_children():
            if isinstance(layer, nn.Linear):  # gate, up: their outputs; down: its inputs
                keep_lines(layer, int(name == "down"), index)
    smaller.config = replace(model.config, hidden=hidden)
    return smaller


def best_heads(
    scores: Float[Tensor, " H"], groups: int, heads: int, kept: int
) -> tuple[Int[Tensor, " _"], Int[Tensor, " _"]]:
    """The `heads` query heads and the `kept` of the groups to keep, those of the highest scores.

    In each group the best heads / kept of its queries; then the groups in which these weigh most.
    """
    by_group = scores.unflatten(0, (groups, -1))
    best = by_group.topk(heads // kept).indices.sort().values
    group = by_group.gather(1, best).sum(1).topk(kept).indices.sort().values
    return (group[:, None] * by_group.shape[1] + best[group]).flatten(), group


def prune_heads(
    model: Decoder, importance: Float[Tensor, "L H"], heads: int, groups: int
) -> Decoder:
    """A copy that keeps `groups` key/value heads in each layer, and `heads` query heads in them.

    Its logits are those of the model with the other heads' columns of `out` at zero. A Llama's
    config says the new sizes. A GPT's cannot: heads there are as wide as width / heads, so its
    config stays, and saving it to a folder is a ValueError. ValueError unless 1 <= groups <= G and
    heads / groups is a whole number from 1 to H / G; TypeError for another model.
    """
    first = check_decoder(model).blocks[0].attention
    check_importance(importance, len(model.blocks), first.heads)
    if not (1 <= groups <= first.groups and heads >= 1) or heads % groups:
        expected = f"1 to {first.groups} groups, and as many heads in each"
        raise ValueError(f"heads, groups: got {heads}, {groups}; expected {expected}")
    if heads // groups > first.heads // first.groups:
        most = groups * (first.heads // first.groups)
        raise ValueError(f"heads: got {heads} in {groups} groups; expected at most {most}")
    smaller = copy.deepcopy(model)
    for block, scores in zip(smaller.blocks, importance, strict=True):
        attention, inside = block.attention, torch.arange(first.head_width)
        pairs = best_heads(scores, first.groups, heads, groups)
        query, key = ((i[:, None] * len(inside) + inside).flatten() for i in pairs)
        keep_lines(attention.query, 0, query)
        keep_lines(attention.key, 0, key)
        keep_lines(attention.value, 0, key)
        keep_lines(attention.out, 1, query)
        attention.heads, attention.groups = heads, groups
    if isinstance(model, Llama):
        sizes = {"heads": heads, "groups": groups, "head_width": first.head_width}
        smaller.config = replace(model.config, **sizes)
    elif heads < first.heads:
        smaller.family = no_folder
    return smaller


def no_folder() -> None:
    """In place of `family`, in a model that no config.json can say: ValueError."""
    raise ValueError("model: got a GPT with fewer heads than its config says; no folder can say it")
