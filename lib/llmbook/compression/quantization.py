"""Quantization: layers and models whose weights are packed codes, smaller in memory and on disk.

Chapter: notebooks/compression/quantization.ipynb. How a matrix becomes codes is in `rounding`.
Shapes: O rows of a matrix (outputs), I columns (inputs), N rows of inputs.

Follows Jacob et al. 2018 (integer products), Dettmers et al. 2022 (a scale for each row of inputs).
Left out: kernels that multiply 4-bit codes without unpacking them, the cache of keys and values,
the positions of a GPT.
"""

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from os import PathLike
from typing import Any

import torch
from jaxtyping import Float, Int, Int8, Int32
from torch import Tensor, nn
from torch.nn import functional as F

from llmbook.architecture.checkpoint import Tensors, fill, read_config, read_weights, write_folder
from llmbook.architecture.gpt import GPT, LanguageModel
from llmbook.architecture.llama import Llama
from llmbook.compression.formats import pack, unpack, word_shape
from llmbook.compression.rounding import (
    SCALE_DTYPES,
    Codes,
    Scales,
    Scheme,
    Solution,
    Weight,
    Zeros,
    dequantize,
    solve,
)

Recipe = Scheme | Mapping[str, Scheme | None]  # for all layers, or by patterns of their names
METHOD = "llmbook"  # the "quant_method" of our config.json
BLOCK = 1024  # rows of a matrix that are floats at the same time


def int8_rows(x: Float[Tensor, "N I"], scale: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Rows of inputs as int8 (N I) and their scales (N 1); those given, or max |x| / 127 of each.

    What exceeds a given scale is cut off.
    """
    if scale is None:
        scale = (x.abs().amax(1, keepdim=True) / 127).clamp(min=torch.finfo(torch.float32).tiny)
    return torch.round(x / scale).clamp(-127, 127).to(torch.int8), scale


def integer_product(a: Int8[Tensor, "N I"], b: Int8[Tensor, "O I"]) -> Int32[Tensor, "N O"]:
    """a bᵀ in whole numbers, exactly: a processor's own int8 product, else sums in doubles."""
    if a.device.type == "cpu" and a.shape[1] > 1:  # of one input it makes garbage (torch 2.13)
        return torch._int_mm(a, b.t())
    return (a.double() @ b.double().t()).int()


class QuantizedMatrix(nn.Module):
    """O rows of I numbers kept as codes: buffers `packed`, `scales`, `zeros`; `store` fills them.

    The codes of a row begin with a byte of their own, so that rows can be had one by one.
    Where inputs are rounded too, codes are kept as signed bytes, code - 128, for integer products;
    `input_scale` is for inputs that are rounded by a fixed scale.
    """

    def __init__(self, rows: int, columns: int, scheme: Scheme):
        super().__init__()
        self.out_features, self.in_features, self.scheme = rows, columns, scheme
        per_word, size = word_shape(scheme.bits)
        shape = scheme.scale_shape(rows, columns)
        dtype = torch.uint8 if scheme.kind == "mxfp4" else SCALE_DTYPES[scheme.scales]
        packed = torch.zeros(rows, -(-columns // per_word) * size, dtype=torch.uint8)
        zeros = None if scheme.symmetric else torch.zeros(shape, dtype=torch.uint8)
        self.flip = 0 if scheme.inputs == "float" else 128  # the highest bit: minus 128, signed
        self.register_buffer("packed", packed)
        self.register_buffer("scales", torch.zeros(shape, dtype=dtype))
        self.register_buffer("zeros", zeros)
        self.register_buffer("input_scale", torch.ones(()) if scheme.inputs == "static" else None)

    def store(self, codes: Codes, scales: Scales, zeros: Zeros = None) -> None:
        """Keep these codes, with scales and zeros as `scales_and_zeros` gives them.

        ValueError for shapes of another matrix or another scheme.
        """
        got = [None if t is None else tuple(t.shape) for t in (codes, scales, zeros)]
        matrix, shape = (self.out_features, self.in_features), tuple(self.scales.shape)
        expected = [matrix, shape, None if self.zeros is None else shape]
        if got != expected:
            raise ValueError(f"codes, scales, zeros: got shapes {got}; expected {expected}")
        if self.scheme.kind == "mxfp4":
            scales = scales.to(torch.float8_e8m0fnu).view(torch.uint8)
        self.packed.copy_(pack(codes, self.scheme.bits) ^ self.flip)
        self.scales.copy_(scales)
        if self.zeros is not None:
            self.zeros.copy_(zeros)

    @property
    def codes(self) -> Codes:
        """The codes, one byte each."""
        return unpack(self.packed ^ self.flip, self.scheme.bits, self.in_features)

    @property
    def weight(self) -> Weight:
        """The whole matrix as floats."""
        return self.rows(slice(None))

    def rows(self, which: slice | Int[Tensor, " n"]) -> Float[Tensor, "n I"]:
        """Some rows as floats."""
        packed = self.packed[which] ^ self.flip if self.flip else self.packed[which]
        codes = unpack(packed, self.scheme.bits, self.in_features)
        scales, zeros = self.scales, self.zeros
        if self.scheme.granularity != "tensor":
            scales, zeros = scales[which], None if zeros is None else zeros[which]
        if self.scheme.kind == "mxfp4":
            scales = scales.view(torch.float8_e8m0fnu)
        return dequantize(codes, self.scheme, scales.float(), zeros)


def multiply(x: Float[Tensor, "*B I"], matrix: QuantizedMatrix) -> Float[Tensor, "*B O"]:
    """x times the transpose of a matrix, as its scheme says: in floats, or in whole numbers.

    In floats at most BLOCK rows of the matrix are unpacked at the same time.
    """
    if matrix.scheme.inputs == "float":
        starts = range(0, matrix.out_features, BLOCK)
        blocks = (matrix.rows(slice(i, i + BLOCK)).to(x.dtype) for i in starts)
        return torch.cat([F.linear(x, block) for block in blocks], -1)
    inputs, scale = int8_rows(x.reshape(-1, matrix.in_features), matrix.input_scale)
    total = integer_product(inputs, matrix.packed.view(torch.int8))
    total = total * scale * matrix.scales.float().t()
    return total.to(x.dtype).reshape(*x.shape[:-1], -1)


class QuantizedLinear(QuantizedMatrix):
    """A linear layer whose weights are codes. Biases stay floats: they are few."""

    def __init__(self, rows: int, columns: int, scheme: Scheme, bias: bool = False):
        super().__init__(rows, columns, scheme)
        self.register_buffer("bias", torch.zeros(rows) if bias else None)

    def forward(self, x: Float[Tensor, "*B I"]) -> Float[Tensor, "*B O"]:
        """x Wᵀ + b."""
        product = multiply(x, self)
        return product if self.bias is None else product + self.bias.to(x.dtype)


class QuantizedEmbedding(QuantizedMatrix):
    """A table whose rows are unpacked when they are looked up."""

    def forward(self, ids: Int[Tensor, "*B"]) -> Float[Tensor, "*B I"]:
        """The rows of some ids."""
        return self.rows(ids.flatten()).unflatten(0, ids.shape)


class TiedHead(nn.Module):
    """An output layer without weights of its own: the embedding's table, turned round."""

    def __init__(self, table: QuantizedEmbedding):
        super().__init__()
        self.__dict__["table"] = table  # not as a part of its own: it is saved with the embedding

    @property
    def weight(self) -> Weight:
        """The table as floats."""
        return self.table.weight

    def forward(self, x: Float[Tensor, "*B I"]) -> Float[Tensor, "*B O"]:
        """How well x fits each row."""
        return multiply(x, self.table)


def empty_layer(module: nn.Module, scheme: Scheme) -> QuantizedMatrix:
    """A layer with room for the codes of a linear layer or an embedding; TypeError for others."""
    if not isinstance(module, nn.Linear | nn.Embedding):
        kind = type(module).__name__
        raise TypeError(f"module: got {kind}; expected a linear layer or an embedding")
    rows, columns = module.weight.shape
    if isinstance(module, nn.Embedding):
        return QuantizedEmbedding(rows, columns, scheme)
    return QuantizedLinear(rows, columns, scheme, module.bias is not None)


def quantized_layer(
    module: nn.Module, scheme: Scheme, solution: Solution | None = None
) -> QuantizedMatrix:
    """A linear layer or an embedding, rounded to the nearest, or with these codes for its weights.

    Raises what `empty_layer`, `scales_and_zeros` and `store` raise.
    """
    layer = empty_layer(module, scheme)
    layer.store(*(solution or solve(module.weight, scheme)))
    if getattr(module, "bias", None) is not None:
        layer.bias.copy_(module.bias.detach())
    return layer.to(module.weight.device)


# --- models ----------------------------------------------------------------------------------


def tied_heads(model: nn.Module) -> dict[str, str]:
    """The names of linear layers that share an embedding's weight, with the embedding's name."""
    modules = dict(model.named_modules())
    tables = {id(m.weight): n for n, m in modules.items() if isinstance(m, nn.Embedding)}
    linears = {n: id(m.weight) for n, m in modules.items() if isinstance(m, nn.Linear)}
    return {name: tables[weight] for name, weight in linears.items() if weight in tables}


def schemes_by_name(model: nn.Module, recipe: Recipe) -> dict[str, Scheme]:
    """The scheme of each linear layer and embedding that the recipe quantizes, by its name.

    A recipe is one scheme for all, or patterns of names ("blocks.*.value"), each with a scheme or
    None for "leave it"; the first that fits holds. A tied head goes by the name of its embedding.
    ValueError for a pattern that fits nothing, or when nothing is left to quantize.
    """
    patterns = {"*": recipe} if isinstance(recipe, Scheme) else dict(recipe)
    modules, tied = dict(model.named_modules()), tied_heads(model)
    layers = [n for n, m in modules.items() if n and isinstance(m, nn.Linear | nn.Embedding)]
    names = [name for name in layers if name not in tied]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise ValueError(f"recipe: got {pattern!r}; expected it to fit a layer, as {names[:3]}")
    found = {}
    for name in names:
        scheme = next((s for p, s in patterns.items() if fnmatchcase(name, p)), None)
        if scheme is None:
            continue
        if isinstance(modules[name], nn.Embedding) and name not in tied.values():
            scheme = replace(scheme, inputs="float")  # it is read, never multiplied
        found[name] = scheme
    if not found:
        raise ValueError("recipe: got None for every layer; expected a scheme for one or more")
    return found


class QuantizedModel(LanguageModel):
    """A model that saves itself as codes, and loads them."""

    def save_pretrained(self, folder: str | PathLike, max_shard_bytes: int = 5_000_000_000) -> None:
        """Write a folder; see `save_quantized`."""
        save_quantized(self, folder, max_shard_bytes)

    @classmethod
    def from_pretrained(cls, source: str | PathLike) -> "QuantizedModel":
        """Read a folder; see `load_quantized`."""
        return load_quantized(source)


class QuantizedLlama(QuantizedModel, Llama):
    """A Llama, Qwen2 or Qwen3 of codes."""


class QuantizedGPT(QuantizedModel, GPT):
    """A GPT-2 of codes."""


QUANTIZED: dict[type, type] = {Llama: QuantizedLlama, GPT: QuantizedGPT}


def with_layers(model: nn.Module, layers: Mapping[str, QuantizedMatrix]) -> nn.Module:
    """A copy of the model that has these layers in place of its own, and heads tied to them."""
    instead: dict[int, nn.Module] = {id(model.get_submodule(n)): x for n, x in layers.items()}
    for head, embedding in tied_heads(model).items():
        if embedding in layers:
            instead[id(model.get_submodule(head))] = TiedHead(layers[embedding])
    copied = copy.deepcopy(model, instead)  # what it finds there, it takes as copied already
    copied.__class__ = QUANTIZED.get(type(model), type(model))
    return copied.eval()


def quantize(
    model: nn.Module,
    recipe: Recipe,
    solutions: Mapping[str, Solution] | None = None,
    input_ranges: Mapping[str, float] | None = None,
) -> nn.Module:
    """A copy of the model with packed codes in place of weights, for inference; same interface.

    `solutions` are codes of layers that are not to be rounded to the nearest, by name;
    `input_ranges` the largest |x| that reaches a layer, for schemes with static inputs. ValueError,
    with the layer's name, for weights that cannot be rounded so, names that the recipe does not
    quantize, or a static layer without a range above 0; and what `schemes_by_name` refuses.
    """
    schemes = schemes_by_name(model, recipe)
    solutions, ranges = dict(solutions or {}), dict(input_ranges or {})
    if unknown := sorted({*solutions, *ranges} - {*schemes}):
        raise ValueError(f"solutions, ranges: got {unknown}; expected names of quantized layers")
    layers = {}
    for name, scheme in schemes.items():
        try:
            layers[name] = quantized_layer(model.get_submodule(name), scheme, solutions.get(name))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        if scheme.inputs == "static":
            if not 0 < ranges.get(name, 0) < torch.inf:
                raise ValueError(f"{name}: got range {ranges.get(name)}; expected a number above 0")
            layers[name].input_scale.fill_(ranges[name] / 127)
    return with_layers(model, layers)


# --- folders ---------------------------------------------------------------------------------


def fingerprint(config: Mapping[str, Any], weights: Tensors) -> str:
    """SHA-256 of the fields of a config and of all tensors: changes when a single bit does."""
    found = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    for name, tensor in sorted(weights.items()):
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        found.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return found.hexdigest()


def save_quantized(
    model: LanguageModel, folder: str | PathLike, max_shard_bytes: int = 5_000_000_000
) -> None:
    """Write config.json, with schemes and fingerprint, and the codes as safetensors.

    Written aside first; see `write_folder`. TypeError for a model that is not a quantized one.
    """
    if not isinstance(model, QuantizedModel):
        raise TypeError(f"model: got {type(model).__name__}; expected what `quantize` returns")
    layers = {n: m for n, m in model.named_modules() if isinstance(m, QuantizedMatrix)}
    schemes = {name: asdict(layer.scheme) for name, layer in layers.items()}
    weights = dict(model.named_parameters()) | dict(model.named_buffers())  # what is tied once
    settings = {"quant_method": METHOD, "schemes": schemes}
    config = model.family().config_to_hf(model.config) | {"quantization_config": settings}
    settings["sha256"] = fingerprint(config, weights)
    weights = {name: tensor.detach() for name, tensor in weights.items()}
    write_folder(folder, config, weights, max_shard_bytes)


def check_sizes(hf: Mapping[str, Any], weights: Tensors) -> None:
    """ValueError for a config with more layers or wider ones than these tensors can hold.

    Asked before anything is built: a file of a few bytes can declare a model of terabytes.
    """
    blocks = len({name.split(".")[1] for name in weights if name.startswith("blocks.")})
    most = 4 * sum(tensor.numel() for tensor in weights.values())  # codes of 2 bits in bytes
    limits = {"num_hidden_layers": blocks, "n_layer": blocks}
    limits |= dict.fromkeys(("hidden_size", "head_dim", "n_embd"), most)
    for key in limits.keys() & hf.keys():
        if isinstance(value := hf[key], int | float) and value > limits[key]:
            raise ValueError(f"{key}: got {value}; these weights have at most {limits[key]}")


def check_tensors(model: nn.Module, weights: Tensors) -> None:
    """ValueError unless these are the tensors of a model: names, shapes, types, finite numbers.

    The model may be on "meta", where a tensor has a shape and takes no memory.
    """
    buffers = dict(model.named_buffers())
    expected = dict(model.named_parameters()) | buffers
    if wrong := sorted(weights.keys() ^ expected.keys()):
        raise ValueError(f"weights: {wrong[:3]} are missing, or unknown to the config")
    for name, place in expected.items():
        tensor, shape = weights[name], tuple(place.shape)
        if tensor.shape != shape:
            raise ValueError(f"{name}: got {tuple(tensor.shape)}; the config expects {shape}")
        same = tensor.dtype == place.dtype if name in buffers else tensor.is_floating_point()
        if not same or not tensor.float().isfinite().all():
            got = f"{tensor.dtype}, or NaN in it"
            raise ValueError(f"{name}: got {got}; expected finite {place.dtype}")


def load_quantized(folder: str | PathLike) -> QuantizedModel:
    """The model that `save_quantized` wrote, ready for inference, bit for bit.

    Raises FileNotFoundError, or ValueError for a folder that is not one of ours, weights that are
    damaged or do not fit the config, and anything that was changed after it was saved.
    """
    hf, weights = read_config(folder), read_weights(folder)
    settings = hf.get("quantization_config")
    kind = next((m for m in QUANTIZED if hf.get("model_type") in m.family().model_types), None)
    if kind is None or not isinstance(settings, dict) or settings.get("quant_method") != METHOD:
        got = f"model_type {hf.get('model_type')!r}, quantization_config {settings!r:.80}"
        raise ValueError(f"{folder}: got {got}; expected a folder of `save_quantized`")
    check_sizes(hf, weights)
    plain = {**hf, "quantization_config": None}
    try:
        with torch.device("meta"):  # shapes alone, until they are known to be those of the file
            model = kind(kind.family().config_from_hf(plain))
            pairs = [(n, model.get_submodule(n), s) for n, s in settings["schemes"].items()]
            layers = {name: empty_layer(module, Scheme(**s)) for name, module, s in pairs}
            quantized = with_layers(model, layers)
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise ValueError(f"{folder}: config.json does not describe a model ({error})") from None
    check_tensors(quantized, weights)
    if settings.pop("sha256", None) != fingerprint(hf, weights):
        raise ValueError(f"{folder}: damaged, or changed after it was saved (its SHA-256 differs)")
    heads = tied_heads(quantized)  # of floats: those of codes have no weights of their own
    quantized.to_empty(device="cpu")
    for head, embedding in heads.items():
        quantized.get_submodule(head).weight = quantized.get_submodule(embedding).weight
    fill(quantized, weights)
    return quantized
