"""Whole models whose matrices are products of two thin ones: made, saved and loaded.

Plumbing of the chapter `distillation`, whose `LowRankLinear` takes the place of the linear layers.
Shapes: O outputs and I inputs of a layer, R rank. A factorized model is a `Llama` or `GPT` like any
other: it generates, scores and trains, and the thin matrices can be quantized in their turn.
"""

import os
from collections.abc import Mapping
from copy import deepcopy

import torch
from jaxtyping import Float
from torch import Tensor, nn

from llmbook.architecture.checkpoint import fill, read_config, read_weights, write_folder
from llmbook.architecture.gpt import GPT, LanguageModel
from llmbook.architecture.llama import Llama
from llmbook.compression.low_rank import LowRankLinear, check_rank
from llmbook.compression.pruning import linear_layers

KIND = "factorized"  # the model_type of a folder, so that nobody takes it for a plain one


def ranks_for_share(model: LanguageModel, share: int | float) -> dict[str, int]:
    """For each layer the largest rank that takes at most this share of its numbers, at least 1.

    ValueError for a share that is not above 0 and below 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"share: got {share}; expected above 0 and below 1")
    shapes = {name: layer.weight.shape for name, layer in linear_layers(model).items()}
    return {name: max(1, int(share * o * i / (o + i))) for name, (o, i) in shapes.items()}


def rank_for_energy(weight: Float[Tensor, "O I"], energy: int | float) -> int:
    """The smallest rank that keeps this share of the sum of the squared singular values.

    ValueError for a share that is not above 0 and at most 1.
    """
    if not 0 < energy <= 1:
        raise ValueError(f"energy: got {energy}; expected above 0, at most 1")
    check_rank(weight, 1)
    kept = torch.linalg.svdvals(weight.detach().double()).square().cumsum(0)
    return min(int((kept < energy * kept[-1]).sum()) + 1, len(kept))


def ranks_for_energy(model: LanguageModel, energy: int | float) -> dict[str, int]:
    """For each layer the rank that keeps this energy, where that takes fewer numbers than now."""
    ranks = {n: rank_for_energy(m.weight, energy) for n, m in linear_layers(model).items()}
    return {name: rank for name, rank in ranks.items() if _saves(model.get_submodule(name), rank)}


def _saves(layer: nn.Linear, rank: int) -> bool:
    return rank * (layer.out_features + layer.in_features) < layer.weight.numel()


def factorize(
    model: LanguageModel,
    ranks: int | Mapping[str, int],
    hessians: Mapping[str, Tensor] | None = None,
) -> LanguageModel:
    """A copy of the model in which these layers of its blocks are products of two thin matrices.

    One rank goes to all the layers that it makes smaller. A layer with a hessian (I, I), the sum of
    x xᵀ over its inputs, is made for these inputs. ValueError for a name that is no linear layer of
    a block, a rank that a layer cannot have, one that makes nothing smaller, a model of thin ones.
    """
    if any(isinstance(module, LowRankLinear) for module in model.modules()):
        raise ValueError("model: got thin matrices in it; expected whole ones")
    layers = linear_layers(model)
    if isinstance(ranks, int):
        ranks = {name: ranks for name, layer in layers.items() if _saves(layer, ranks)}
    if not ranks or (unknown := sorted(set(ranks) - set(layers))):
        got = "no layer that gets smaller" if not ranks else f"{unknown[:3]}"
        raise ValueError(f"ranks: got {got}; expected linear layers of the blocks")
    copy, hessians = deepcopy(model), hessians or {}
    for name, rank in ranks.items():
        _put(copy, name, LowRankLinear.from_linear(layers[name], rank, hessians.get(name)))
    return copy


def _put(model: nn.Module, name: str, layer: nn.Module) -> None:
    """Put a layer in the place of the one of that name."""
    parent, _, child = name.rpartition(".")
    setattr(model.get_submodule(parent), child, layer)


def save_factorized(model: LanguageModel, folder: str | os.PathLike) -> None:
    """Write config.json, with the rank of each layer, and safetensors; complete or not at all."""
    thin = {n: m for n, m in model.named_modules() if isinstance(m, LowRankLinear)}
    config = {
        "model_type": KIND,
        "model": model.family().config_to_hf(model.config),
        "ranks": {name: layer.right.out_features for name, layer in thin.items()},
    }
    weights = {name: parameter.detach() for name, parameter in model.named_parameters()}
    write_folder(folder, config, weights, max_shard_bytes=5_000_000_000)


def load_factorized(folder: str | os.PathLike) -> LanguageModel:
    """The model that `save_factorized` wrote, in float32, ready for inference.

    FileNotFoundError without the files; ValueError for a folder of another kind, a damaged file, or
    ranks and weights that do not fit the config.
    """
    config = read_config(folder)
    plain, ranks = config.get("model"), config.get("ranks")
    if config.get("model_type") != KIND or not all(isinstance(x, dict) for x in (plain, ranks)):
        got = config.get("model_type")
        raise ValueError(
            f"folder: got model_type {got!r}; expected {KIND!r}, a model and its ranks"
        )
    kinds = [k for k in (Llama, GPT) if plain.get("model_type") in k.family().model_types]
    if not kinds:
        raise ValueError(f"model_type: got {plain.get('model_type')!r}; expected a Llama or a GPT")
    model = kinds[0](kinds[0].family().config_from_hf(plain))
    layers = linear_layers(model)
    for name, rank in ranks.items():
        fits = (
            name in layers and isinstance(rank, int) and 1 <= rank <= min(layers[name].weight.shape)
        )
        if not fits:
            raise ValueError(f"ranks: got {name!r}: {rank!r}; expected layers of the model, ranks")
        old = layers[name]
        sizes = old.in_features, old.out_features, rank, old.bias is not None
        _put(model, name, LowRankLinear(*sizes))
    fill(model, read_weights(folder))
    return model.eval()
