"""BERT: a Transformer encoder that reads in both directions and learns by filling in blanks.

Chapter: notebooks/architecture/bert.ipynb.
Shapes: B batch, T tokens, D width, C classes, V vocabulary. A mask is True at real tokens.
Follows: Devlin et al. 2018; Liu et al. 2019 (RoBERTa: fresh blanks each time, one text per input).
Loads and saves folders of BertModel, BertForMaskedLM and BertForSequenceClassification.
Left out: next-sentence prediction; dropout on the attention weights; BERT as a decoder.
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from llmbook.architecture.checkpoint import Family, Pretrained, Tensors, fill, read, require_sizes
from llmbook.architecture.position import LearnedPositions
from llmbook.architecture.transformer import EncoderLayer, LayerNorm, activation, check_ids

Ids = Int[Tensor, "B T"]
Mask = Bool[Tensor, "B T"] | None  # True at real tokens; None: all are
Segments = Int[Tensor, "B T"] | None  # which text of the input a token is from; None: the first
Labels = Int[Tensor, " B"]
Hidden = Float[Tensor, "B T D"]
Loss = Float[Tensor, ""]  # in nats
IGNORED = -100  # the target of a token that is not asked for, as in torch.nn.functional


@dataclass(frozen=True)
class BertConfig:
    """The shape of a BERT. Defaults: BERT base, uncased."""

    vocab_size: int = 30522
    context: int = 512  # tokens that it can read
    width: int = 768  # numbers in the stream per token
    layers: int = 12
    heads: int = 12
    hidden: int = 3072  # width inside a feed-forward layer
    activation: str = "gelu"
    segments: int = 2  # kinds of text in one input, such as question and answer
    eps: float = 1e-12  # added to the variance in a norm
    dropout: float = 0.1  # share of numbers set to 0 in training
    spread: float = 0.02  # standard deviation of the first weights; the paper's, for width 768
    head_dropout: float | None = None  # the same before the classifier; None: as dropout
    pad_id: int | None = 0  # the token that fills up short texts; its embedding stays 0
    tied: bool = True  # the masked-language-model head reuses the embedding
    classes: int = 2  # of the classification head
    labels: tuple[str, ...] = ()  # their names; (): LABEL_0, LABEL_1, ...

    def __post_init__(self):
        sizes = "vocab_size context width layers heads hidden segments classes"
        require_sizes(self, *sizes.split())
        if self.width % self.heads:
            raise ValueError(f"heads: got {self.heads}; expected a divisor of width {self.width}")
        for share in (self.dropout, self.head_dropout or 0.0):
            if not 0 <= share < 1:
                raise ValueError(f"dropout: got {share}; expected 0 or more, below 1")
        if self.pad_id is not None and not 0 <= self.pad_id < self.vocab_size:
            raise ValueError(f"pad_id: got {self.pad_id}; expected 0 to {self.vocab_size - 1}")
        if self.labels and len(set(self.labels)) != self.classes:
            raise ValueError(f"labels: got {self.labels}; expected {self.classes} different names")
        activation(self.activation)

    @property
    def label_names(self) -> tuple[str, ...]:
        """A name for each class."""
        return self.labels or tuple(f"LABEL_{i}" for i in range(self.classes))


def mask_tokens(
    ids: Ids,
    mask_id: int,
    vocab_size: int,
    special_ids: Collection[int] = (),
    share: float = 0.15,
    generator: Generator | None = None,
) -> tuple[Ids, Ids]:
    """Inputs with blanks, and targets: the token that was there, -100 where none is asked for.

    Each token is chosen with probability `share`, special ones never. A chosen token becomes
    [MASK] in 80% of cases, a random token in 10%, and stays in 10%. Raises TypeError or ValueError
    for bad ids, a mask_id outside the vocabulary, or a share outside 0 to 1. Devlin et al., 3.1.
    """
    check_ids(ids, vocab_size, ids.shape[-1])
    if not 0 <= mask_id < vocab_size or not 0 < share < 1:
        got, most = f"{mask_id} and {share}", vocab_size - 1
        raise ValueError(f"mask_id, share: got {got}; expected 0 to {most}, between 0 and 1")
    special = torch.tensor(sorted(special_ids), dtype=ids.dtype, device=ids.device)
    chance, fate = torch.rand(2, *ids.shape, generator=generator, device=ids.device)
    other = torch.randint_like(ids, vocab_size, generator=generator)
    chosen = (chance < share) & ~torch.isin(ids, special)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), other, inputs)
    return inputs, ids.masked_fill(~chosen, IGNORED)


def initialize(module: nn.Module, spread: float) -> None:
    """Matrices from N(0, spread²), biases and the padding's embedding 0.

    So small that a fresh head gives logits near 0, all classes alike. The paper's code cuts the
    normal off at two deviations; `transformers` does not, nor do we.
    """
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=spread)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding) and module.padding_idx is not None:
        nn.init.zeros_(module.weight.data[module.padding_idx])


class BertEmbedding(nn.Module):
    """What a token is, where it stands and which text it is from: three vectors, added."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.tokens = nn.Embedding(config.vocab_size, config.width, padding_idx=config.pad_id)
        self.positions = LearnedPositions(config.context, config.width)
        self.segments = nn.Embedding(config.segments, config.width)
        self.norm = LayerNorm(config.width, config.eps)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, ids: Ids, segments: Segments = None) -> Hidden:
        """The stream before the first layer. TypeError or ValueError for what does not fit."""
        check_ids(ids, self.tokens.num_embeddings, len(self.positions.weight))
        segments = torch.zeros_like(ids) if segments is None else segments
        if segments.shape != ids.shape:
            raise ValueError(f"segments: got {segments.shape}; expected {ids.shape}, as the ids")
        check_ids(segments, self.segments.num_embeddings, ids.shape[1])
        positions = torch.arange(ids.shape[1], device=ids.device)[None]
        x = self.tokens(ids) + self.segments(segments) + self.positions(positions)
        return self.dropout(self.norm(x))


class BertEncoder(Pretrained):
    """Embedding and layers: what all kinds of BERT share. Devlin et al. 2018, section 3."""

    parts: tuple[str, ...] = ()  # what this kind has besides the encoder
    architecture = "BertModel"  # its name in `transformers`

    @classmethod
    def family(cls) -> Family:
        """How `transformers` names its fields and weights."""
        return Family(
            ("bert",),
            bert_config_from_hf,
            partial(bert_config_to_hf, architecture=cls.architecture),
            partial(bert_weights_from_hf, parts=cls.parts),
            partial(bert_weights_to_hf, prefix="" if cls.architecture == "BertModel" else "bert."),
        )

    def __init__(self, config: BertConfig):
        super().__init__()
        self.config = config
        self.embedding = BertEmbedding(config)
        shape = (config.width, config.heads, config.hidden, config.activation)
        self.layers = nn.ModuleList(
            EncoderLayer(*shape, config.dropout, config.eps) for _ in range(config.layers)
        )
        self.apply(partial(initialize, spread=config.spread))

    def features(self, ids: Ids, mask: Mask = None, segments: Segments = None) -> Hidden:
        """What each token means in its text: the hidden states. At padding they mean nothing.

        Raises TypeError or ValueError for ids, a mask or segments that do not fit.
        """
        x = self.embedding(ids, segments)
        if mask is not None and (mask.dtype != torch.bool or mask.shape != ids.shape):
            raise ValueError(f"mask: got {mask.dtype} {mask.shape}; expected bool {ids.shape}")
        visible = None if mask is None else mask[:, None, None]  # the same for each head and query
        for layer in self.layers:
            x = layer(x, visible)
        return x

    def output(self, hidden: Hidden) -> Tensor:
        """What this kind of BERT makes of the hidden states."""
        return hidden

    def forward(self, ids: Ids, mask: Mask = None, segments: Segments = None) -> Tensor:
        """The hidden states, or the logits of a kind with a head."""
        return self.output(self.features(ids, mask, segments))


class Bert(BertEncoder):
    """The encoder and its pooler. `Bert(BertConfig())` is BERT base, with random weights."""

    parts = ("pooler",)

    def __init__(self, config: BertConfig):
        super().__init__(config)
        self.pooler = nn.Linear(config.width, config.width)
        initialize(self.pooler, config.spread)

    def pool(self, hidden: Hidden) -> Float[Tensor, "B D"]:
        """One vector for a text, from its first token: so pad on the right."""
        return self.pooler(hidden[:, 0]).tanh()


class BertForMaskedLM(BertEncoder):
    """BERT that fills in blanks: logits (B, T, V)."""

    parts = ("transform", "norm", "decoder")
    architecture = "BertForMaskedLM"

    def __init__(self, config: BertConfig):
        super().__init__(config)
        self.transform = nn.Linear(config.width, config.width)
        self.bend = activation(config.activation)
        self.norm = LayerNorm(config.width, config.eps)
        self.decoder = nn.Linear(config.width, config.vocab_size)
        self.apply(partial(initialize, spread=config.spread))
        if config.tied:
            self.decoder.weight = self.embedding.tokens.weight

    def output(self, hidden: Float[Tensor, "*B D"]) -> Float[Tensor, "*B V"]:
        """Logits of the token that belongs at each place."""
        return self.decoder(self.norm(self.bend(self.transform(hidden))))

    def loss(self, ids: Ids, targets: Ids, mask: Mask = None, segments: Segments = None) -> Loss:
        """Mean cross-entropy of the targets; those of -100 do not count.

        The decoder runs at the counted places only. ValueError for targets that do not fit.
        """
        counted, most = targets != IGNORED, self.config.vocab_size - 1
        wanted = targets[counted].long()
        fit = targets.shape == ids.shape and wanted.numel() and wanted.min() >= 0
        if not fit or wanted.max() > most:
            got = f"{targets.shape} with {wanted.numel()} that count, {wanted.tolist()[:9]}"
            raise ValueError(f"targets: got {got}; expected {ids.shape}, 1 or more, 0 to {most}")
        return F.cross_entropy(self.output(self.features(ids, mask, segments)[counted]), wanted)


class BertForClassification(Bert):
    """BERT that sorts texts into classes: logits (B, C)."""

    parts = ("pooler", "classifier")
    architecture = "BertForSequenceClassification"
    new_weights: tuple[str, ...] = ()  # what no checkpoint gave: random until you train it

    def __init__(self, config: BertConfig):
        super().__init__(config)
        share = config.dropout if config.head_dropout is None else config.head_dropout
        self.dropout = nn.Dropout(share)
        self.classifier = nn.Linear(config.width, config.classes)
        initialize(self.classifier, config.spread)

    @classmethod
    def from_pretrained(
        cls,
        source: str | os.PathLike | nn.Module,
        *,
        classes: int | None = None,
        labels: Collection[str] = (),
        dtype: torch.dtype = torch.float32,
        allow_pickle: bool = False,
    ) -> "BertForClassification":
        """The classifier that a folder holds; with `classes`, a new head on its encoder.

        `new_weights` then names what is random: the classifier, and the pooler where the source
        has none. Raises as `Pretrained` does; ValueError for no head where none is asked for.
        """
        hf, weights = read(source, cls.family().model_types, allow_pickle)
        config = bert_config_from_hf(hf)
        found = bert_weights_from_hf(weights, config, cls.parts)
        if asked := classes is not None or bool(labels):
            classes = len(labels) if classes is None else classes
            config = replace(config, classes=classes, labels=tuple(labels))
            found = {n: t for n, t in found.items() if not n.startswith("classifier.")}
        model = cls(config)
        fresh = {n: t for n, t in model.state_dict().items() if n.startswith(cls.parts)}
        model.new_weights = tuple(name for name in fresh if name not in found)
        if model.new_weights and not asked:
            raise ValueError(f"source: no {model.new_weights}; pass classes=N for a new head")
        fill(model, fresh | found)
        return model.to(dtype).eval()

    def output(self, hidden: Hidden) -> Float[Tensor, "B C"]:
        """Logits of the classes."""
        return self.classifier(self.dropout(self.pool(hidden)))

    def loss(self, ids: Ids, labels: Labels, mask: Mask = None, segments: Segments = None) -> Loss:
        """Mean cross-entropy of the classes; ValueError for labels that are none."""
        most = self.config.classes - 1
        if labels.shape != ids.shape[:1] or labels.min() < 0 or labels.max() > most:
            raise ValueError(f"labels: got {labels.tolist()}; expected 0 to {most}, one per text")
        return F.cross_entropy(self(ids, mask, segments), labels.long())


# --- folders of `transformers` ---------------------------------------------------------------

# Where `transformers` keeps each module, and each module of a layer.
BERT_PLACES = {
    "embedding.tokens": "embeddings.word_embeddings",
    "embedding.positions": "embeddings.position_embeddings",
    "embedding.segments": "embeddings.token_type_embeddings",
    "embedding.norm": "embeddings.LayerNorm",
    "pooler": "pooler.dense",
    "transform": "cls.predictions.transform.dense",
    "norm": "cls.predictions.transform.LayerNorm",
    "decoder": "cls.predictions.decoder",
    "classifier": "classifier",
}
BERT_LAYER_PLACES = {
    "attention.query": "attention.self.query",
    "attention.key": "attention.self.key",
    "attention.value": "attention.self.value",
    "attention.out": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "feed_forward.up": "intermediate.dense",
    "feed_forward.down": "output.dense",
    "feed_forward_norm": "output.LayerNorm",
}
BERT_HEADS = {"pooler", "transform", "norm", "decoder", "classifier", "cls", "qa_outputs"}


def bert_places(config: BertConfig, prefix: str = "") -> dict[str, str]:
    """The name of each module here -> in `transformers`, with this prefix but before a head's."""
    inner = ("embedding", "pooler")
    places = {n: prefix * n.startswith(inner) + theirs for n, theirs in BERT_PLACES.items()}
    for i in range(config.layers):
        for ours, theirs in BERT_LAYER_PLACES.items():
            places[f"layers.{i}.{ours}"] = f"{prefix}encoder.layer.{i}.{theirs}"
    return places


def bert_weights_from_hf(weights: Tensors, config: BertConfig, parts: tuple[str, ...]) -> Tensors:
    """Their names to ours, of the heads only `parts`. A tied decoder's matrix is left out."""
    ours = {theirs: name for name, theirs in bert_places(config).items()}
    named = {}
    for name, tensor in weights.items():
        module, _, kind = name.removeprefix("bert.").rpartition(".")
        if module.endswith("LayerNorm"):  # the names of 2018
            kind = {"gamma": "weight", "beta": "bias"}.get(kind, kind)
        named[f"{ours.get(module, module)}.{kind}"] = tensor
    bias = named.pop("cls.predictions.bias", None)
    if bias is not None and (config.tied or "decoder.bias" not in named):
        named["decoder.bias"] = bias
    if config.tied:
        named.pop("decoder.weight", None)
    named.pop("embeddings.position_ids", None)  # in old folders, no weights
    other = BERT_HEADS.difference(parts)
    return {n: tensor for n, tensor in named.items() if n.split(".")[0] not in other}


def bert_weights_to_hf(weights: Tensors, config: BertConfig, prefix: str) -> Tensors:
    """Our names to theirs, with this prefix but before a head's. A tied decoder is left out."""
    places, named = bert_places(config, prefix), {}
    for name, tensor in weights.items():
        module, _, kind = name.rpartition(".")
        if name == "decoder.bias":
            named["cls.predictions.bias"] = tensor.clone()
        if not (config.tied and module == "decoder"):
            named[f"{places[module]}.{kind}"] = tensor
    return named


# The fields of a config.json. A field that is absent has the default, which is the same there.
BERT_FIELDS = {
    "vocab_size": "vocab_size",
    "context": "max_position_embeddings",
    "width": "hidden_size",
    "layers": "num_hidden_layers",
    "heads": "num_attention_heads",
    "hidden": "intermediate_size",
    "activation": "hidden_act",
    "segments": "type_vocab_size",
    "eps": "layer_norm_eps",
    "dropout": "hidden_dropout_prob",
    "head_dropout": "classifier_dropout",
    "spread": "initializer_range",
    "pad_id": "pad_token_id",
    "tied": "tie_word_embeddings",
}


def bert_config_from_hf(hf: Mapping[str, Any]) -> BertConfig:
    """The config from the fields of a BERT config.json; ValueError for what we cannot run."""
    if hf.get("is_decoder") or hf.get("position_embedding_type", "absolute") != "absolute":
        raise ValueError("config: got a decoder or relative positions; this BERT has neither")
    fields = {ours: hf[theirs] for ours, theirs in BERT_FIELDS.items() if theirs in hf}
    names = {int(i): name for i, name in (hf.get("id2label") or {}).items()}
    labels = tuple(names[i] for i in sorted(names))
    config = BertConfig(**fields, classes=len(labels) or hf.get("num_labels", 2))
    return config if labels in ((), config.label_names) else replace(config, labels=labels)


def bert_config_to_hf(config: BertConfig, architecture: str) -> dict[str, Any]:
    """The fields of a config.json for one of `transformers`' BERT classes."""
    return {
        "model_type": "bert",
        "architectures": [architecture],
        **{theirs: getattr(config, ours) for ours, theirs in BERT_FIELDS.items()},
        "attention_probs_dropout_prob": 0.0,
        "id2label": {str(i): name for i, name in enumerate(config.label_names)},
        "label2id": {name: i for i, name in enumerate(config.label_names)},
    }
