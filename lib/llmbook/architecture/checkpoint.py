"""Model folders: config.json and safetensors, as `transformers` reads and writes them.

Plumbing for the chapters bert, gpt and llama; the format itself is a later chapter's subject.
Weights are named and laid out as `transformers` names them; each family renames to its own.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

CONFIG, GENERATION = "config.json", "generation_config.json"
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLE = "pytorch_model.bin"
# Names that `write_folder` gives, and removes when it writes another set.
OURS = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?|generation_config\.json")
Tensors = dict[str, Tensor]
Model = TypeVar("Model")


@dataclass(frozen=True)
class Family:
    """How `transformers` names the config fields and the weights of one family of models."""

    model_types: tuple[str, ...]  # values of "model_type" that the functions understand
    config_from_hf: Callable[[Mapping[str, Any]], Any]  # fields of config.json -> our config
    config_to_hf: Callable[[Any], dict[str, Any]]
    weights_from_hf: Callable[[Tensors, Any], Tensors]  # their names and layouts -> ours
    weights_to_hf: Callable[[Tensors, Any], Tensors]


class Pretrained(nn.Module):
    """A model that loads from a folder or a `transformers` model, and saves to a folder."""

    config: Any

    @staticmethod
    def family() -> Family:
        """How `transformers` names its fields and weights."""
        raise NotImplementedError

    def count_parameters(self) -> int:
        """The number of learned numbers; tied ones count once."""
        return sum(parameter.numel() for parameter in self.parameters())

    @classmethod
    def from_pretrained(
        cls: type[Model],
        source: str | os.PathLike | nn.Module,
        *,
        dtype: torch.dtype = torch.float32,
        allow_pickle: bool = False,
        **options: Any,
    ) -> Model:
        """The model that a folder or a `transformers` model holds, ready for inference.

        Other options go to the class, such as `classes=2` for a new classification head.
        Raises FileNotFoundError without config or weights; ValueError for a config of another
        family, weights that do not fit it, a damaged file, or a pickle unless it is allowed.
        """
        family = cls.family()
        hf, weights = read(source, family.model_types, allow_pickle)
        config = family.config_from_hf(hf)
        model = cls(config, **options)
        fill(model, family.weights_from_hf(weights, config))
        return model.to(dtype).eval()

    def save_pretrained(
        self, folder: str | os.PathLike, max_shard_bytes: int = 5_000_000_000
    ) -> None:
        """Write config.json and safetensors that `transformers` reads; see `write_folder`."""
        weights = {name: tensor.detach() for name, tensor in self.state_dict().items()}
        weights = self.family().weights_to_hf(weights, self.config)
        config = self.family().config_to_hf(self.config)
        config["dtype"] = str(next(self.parameters()).dtype).removeprefix("torch.")
        write_folder(folder, config, weights, max_shard_bytes)


def as_ids(value: int | Collection[int] | None) -> tuple[int, ...]:
    """Token ids of a config.json, where one is a number, several are a list, and none is null."""
    return () if value is None else (value,) if isinstance(value, int) else tuple(value)


def require_sizes(config: Any, *names: str) -> None:
    """Raise ValueError unless these fields of a config are whole numbers of at least 1."""
    for name in names:
        size = getattr(config, name)
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise ValueError(f"{name}: got {size!r}; expected a whole number of at least 1")


def read(
    source: str | os.PathLike | nn.Module, model_types: tuple[str, ...], allow_pickle: bool
) -> tuple[dict[str, Any], Tensors]:
    """Config and weights of a folder or a `transformers` model, of one of these families."""
    if isinstance(source, nn.Module):
        if not hasattr(getattr(source, "config", None), "to_dict"):
            kind = type(source).__name__
            raise TypeError(f"source: got a {kind}; expected a folder or a `transformers` model")
        hf, place = source.config.to_dict(), type(source).__name__
        if (generation := getattr(source, "generation_config", None)) is not None:
            hf["eos_token_id"] = generation.eos_token_id
    else:
        hf, place = read_config(source), Path(source) / CONFIG
        if (Path(source) / GENERATION).is_file():  # where chat models say how their texts end
            generation = read_config(source, GENERATION)
            hf["eos_token_id"] = generation.get("eos_token_id", hf.get("eos_token_id"))
    if hf.get("model_type") not in model_types:
        expected = " or ".join(repr(name) for name in model_types)
        raise ValueError(f"{place}: got model_type {hf.get('model_type')!r}; expected {expected}")
    if isinstance(source, nn.Module):
        return hf, {name: tensor.detach() for name, tensor in source.state_dict().items()}
    return hf, read_weights(source, allow_pickle)


def read_config(folder: str | os.PathLike, name: str = CONFIG) -> dict[str, Any]:
    """The fields of a folder's config.json; FileNotFoundError or ValueError."""
    path = Path(folder) / name
    if not path.parent.is_dir():
        raise FileNotFoundError(f"folder: got {str(folder)!r}; expected a folder with {name}")
    if not path.is_file():
        raise FileNotFoundError(f"folder: {str(folder)!r} has no {name}")
    try:
        config = json.loads(path.read_text("utf8"))
    except ValueError as error:
        raise ValueError(f"{path}: no JSON ({error})") from None
    if not isinstance(config, dict):
        raise ValueError(f"{path}: got {type(config).__name__}; expected an object")
    return config


def read_weights(folder: str | os.PathLike, allow_pickle: bool = False) -> Tensors:
    """All tensors of a folder, from one safetensors file or from shards with an index.

    A pickle can run any code when it is opened, so `pytorch_model.bin` is refused unless allowed,
    and then read by `torch.load(weights_only=True)`. Raises FileNotFoundError or ValueError.
    """
    folder = Path(folder)
    if (folder / WEIGHTS).is_file():
        return _load(folder / WEIGHTS)
    if (folder / INDEX).is_file():
        return _load_shards(folder)
    if not (folder / PICKLE).is_file():
        raise FileNotFoundError(f"folder: {str(folder)!r} has neither {WEIGHTS} nor {INDEX}")
    if not allow_pickle:
        raise ValueError(
            f"{folder / PICKLE}: got a pickle, which can run code when opened; expected "
            f"{WEIGHTS}. If you trust its maker, pass allow_pickle=True"
        )
    try:
        weights = torch.load(folder / PICKLE, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle can fail in any way
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"{folder / PICKLE}: damaged, or more than tensors ({reason})") from None
    if not isinstance(weights, dict) or not all(map(torch.is_tensor, weights.values())):
        raise ValueError(f"{folder / PICKLE}: expected a dictionary of tensors")
    return weights


def _load_shards(folder: Path) -> Tensors:
    """The tensors of every shard that the index names."""
    try:
        places = json.loads((folder / INDEX).read_text("utf8"))["weight_map"]
        shards = sorted(set(places.values()))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"{folder / INDEX}: expected JSON with a weight_map") from None
    weights: Tensors = {}
    for shard in shards:
        if Path(shard).name != shard or not (folder / shard).is_file():
            raise FileNotFoundError(f"{folder / INDEX}: names {shard!r}, which is not there")
        weights |= _load(folder / shard)
    if missing := sorted(set(places) - set(weights)):
        raise ValueError(f"{folder / INDEX}: names {missing[:3]}, which no shard holds")
    return weights


def _load(path: Path) -> Tensors:
    try:
        return load_file(path)
    except SafetensorError as error:
        size = path.stat().st_size
        raise ValueError(
            f"{path}: damaged, cut off, or no safetensors file ({size:,} bytes; {error})"
        ) from None


def fill(model: nn.Module, weights: Tensors) -> None:
    """Copy weights into a model; ValueError names what is missing, unknown or of another shape.

    Tied weights need to be given once.
    """
    state = model.state_dict()
    given = {state[name].data_ptr() for name in weights if name in state}
    missing = [n for n, t in state.items() if n not in weights and t.data_ptr() not in given]
    unknown = [n for n in weights if n not in state]
    if missing or unknown:
        raise ValueError(f"weights: missing {missing[:5]}, unknown {unknown[:5]}")
    for name, tensor in weights.items():
        if state[name].shape != tensor.shape:
            got, expected = tuple(tensor.shape), tuple(state[name].shape)
            raise ValueError(f"weights: {name} has shape {got}; the config expects {expected}")
    with torch.no_grad():
        for name, tensor in weights.items():
            state[name].copy_(tensor)


def write_folder(
    folder: str | os.PathLike, config: dict[str, Any], weights: Tensors, max_shard_bytes: int
) -> None:
    """Write config.json and one safetensors file, or shards with an index when it is too large.

    Everything is written aside first and moved when complete. Weights and a generation_config.json
    of an earlier save are removed; other files stay. Raises ValueError for a shard size below 1.
    """
    if max_shard_bytes < 1:
        raise ValueError(f"max_shard_bytes: got {max_shard_bytes}; expected at least 1")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".saving-", dir=folder))
    try:
        shards = _shards(weights, max_shard_bytes)
        places = {}
        for i, shard in enumerate(shards, 1):
            name = WEIGHTS if len(shards) == 1 else f"model-{i:05}-of-{len(shards):05}.safetensors"
            save_file(shard, aside / name, metadata={"format": "pt"})
            places |= dict.fromkeys(shard, name)
        if len(shards) > 1:
            total = sum(t.numel() * t.element_size() for t in weights.values())
            index = {"metadata": {"total_size": total}, "weight_map": places}
            (aside / INDEX).write_text(json.dumps(index, indent=2) + "\n", "utf8")
        (aside / CONFIG).write_text(json.dumps(config, indent=2) + "\n", "utf8")
        written = {path.name for path in aside.iterdir()}
        for path in sorted(aside.iterdir()):
            os.replace(path, folder / path.name)
        for old in folder.iterdir():
            if OURS.fullmatch(old.name) and old.name not in written:
                old.unlink()
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _shards(weights: Tensors, limit: int) -> list[Tensors]:
    """The tensors in their order, in groups of at most `limit` bytes (or one larger tensor)."""
    shards: list[Tensors] = [{}]
    size = 0
    for name, tensor in weights.items():
        grown = size + tensor.numel() * tensor.element_size()
        if shards[-1] and grown > limit:
            shards.append({})
            grown -= size
        shards[-1][name], size = tensor.contiguous(), grown
    return shards
