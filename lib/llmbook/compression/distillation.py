"""Distillation: a small model learns from a large one.

Chapter: notebooks/compression/distillation.ipynb.
Shapes: B batch, T tokens, V vocabulary, D width, E the teacher's width, N places, S tokens of a
prompt and what was written after it.
Follows: Hinton et al. 2015 (soft targets); Romero et al. 2015 (FitNets: hidden states); Sanh et al.
2019 (DistilBERT: half the layers); Agarwal et al. 2023 (GKD: the student writes).
Works on any `Llama` or `GPT`, through the `loss` of a `TrainingLoop`. Texts that the teacher wrote
(Kim and Rush 2016) need nothing from here: they are texts. Thin matrices, the chapter's other way
to a smaller model, are in `llmbook.compression.low_rank`. Left out: attention maps as targets
(TinyBERT), policy gradients (MiniLLM, Gu et al. 2023), a teacher with another tokenizer.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from llmbook.architecture.gpt import LanguageModel, flops_per_token
from llmbook.architecture.transformer import check_ids
from llmbook.training.evaluation import resting
from llmbook.training.scaling import training_flops
from llmbook.training.training import language_loss

# --- soft targets ------------------------------------------------------------------------------


def check_mixture(temperature: int | float, alpha: int | float) -> None:
    """ValueError unless the temperature is above 0 and α from 0 to 1."""
    if not 0 < temperature < math.inf:
        raise ValueError(f"temperature: got {temperature}; expected a number above 0")
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha: got {alpha}; expected 0 to 1")


def kl_divergence(
    p_logits: Float[Tensor, "*N V"], q_logits: Float[Tensor, "*N W"], temperature: int | float = 1.0
) -> Float[Tensor, "*N"]:
    """KL(p ‖ q) at each place, in nats: the mean, over tokens drawn from p, of log p - log q.

    p and q are the softmax of their logits over the temperature. Computed in float32 at least.
    ValueError for a temperature that is not above 0, or vocabularies V and W that differ.
    """
    check_mixture(temperature, 1)
    if p_logits.shape[-1] != q_logits.shape[-1]:
        got = f"{p_logits.shape[-1]} and {q_logits.shape[-1]} tokens"
        raise ValueError(f"vocabulary: got {got}; expected one vocabulary for teacher and student")
    wide = torch.promote_types(p_logits.dtype, torch.float32)
    log_p, log_q = ((x.to(wide) / temperature).log_softmax(-1) for x in (p_logits, q_logits))
    return (log_p.exp() * (log_p - log_q)).sum(-1)


def distillation_loss(
    student_logits: Float[Tensor, "B T V"],
    teacher_logits: Float[Tensor, "B T W"],
    targets: Int[Tensor, "B T"],
    temperature: int | float = 2.0,
    alpha: int | float = 0.5,
) -> Float[Tensor, ""]:
    """α · temperature² · KL(teacher ‖ student) + (1 - α) · cross-entropy, in nats per token.

    The mean over the targets that are not -100. A temperature makes gradients smaller by about its
    square, which the factor makes good, so α means the same at every temperature. ValueError for α
    outside 0..1, targets all -100 or out of range, and as `kl_divergence`. Hinton et al. 2015.
    """
    check_mixture(temperature, alpha)
    counted = targets != -100
    if not counted.any():
        raise ValueError("targets: got -100 everywhere; expected at least one token")
    check_ids(targets[counted][None], student_logits.shape[-1], targets.numel())
    soft = kl_divergence(teacher_logits, student_logits, temperature)  # B T
    logits = student_logits.to(torch.promote_types(student_logits.dtype, torch.float32))
    hard = F.cross_entropy(logits.flatten(0, 1), targets.flatten().long(), reduction="none")
    return (alpha * temperature**2 * soft + (1 - alpha) * hard.view_as(soft))[counted].mean()


class Distiller:
    """A loss for `TrainingLoop`: student and teacher read the same batch, see `distillation_loss`.

    `alpha` 1 learns from the teacher alone, 0 from the text alone. The teacher rests: it gets no
    gradient, drops nothing out, and is left as it was. While the student rests, the loss is the
    plain one, so that validation losses compare with those of any other run.
    """

    def __init__(
        self, teacher: nn.Module, temperature: int | float = 2.0, alpha: int | float = 0.5
    ):
        check_mixture(temperature, alpha)
        self.teacher, self.temperature, self.alpha = teacher, temperature, alpha

    def __call__(
        self,
        model: nn.Module,
        ids: Int[Tensor, "B T"],
        targets: Int[Tensor, "B T"],
        label_smoothing: float = 0.0,
    ) -> Float[Tensor, ""]:
        """The loss of a batch; ValueError for label smoothing, which blurs what a teacher says."""
        if not model.training:
            return language_loss(model, ids, targets, label_smoothing)
        if label_smoothing:
            raise ValueError(f"label_smoothing: got {label_smoothing}; expected 0 with a teacher")
        return self.training_loss(model, ids, targets)

    def training_loss(self, model: nn.Module, ids: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch that the student is to learn from."""
        taught = self.teach(ids)
        return distillation_loss(model(ids), taught, targets, self.temperature, self.alpha)

    def teach(self, ids: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        """The teacher's logits."""
        with resting(self.teacher):
            return self.teacher(ids)


# --- hidden states -----------------------------------------------------------------------------


@contextmanager
def hidden_states(model: LanguageModel, layers: Sequence[int]) -> Iterator[dict[int, Tensor]]:
    """Within it, the stream (B T D) after each of these blocks is kept as the model runs.

    ValueError for a layer that the model does not have.
    """
    if wrong := [i for i in layers if not 0 <= i < len(model.blocks)]:
        raise ValueError(f"layers: got {wrong}; expected 0 to {len(model.blocks) - 1}")
    found: dict[int, Tensor] = {}

    def keep(layer: int, block: nn.Module, inputs: Any, output: Tensor) -> None:
        found[layer] = output

    hooks = [model.blocks[i].register_forward_hook(partial(keep, i)) for i in layers]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


def hint_loss(
    guess: Float[Tensor, "B T D"], hint: Float[Tensor, "B T E"], counted: Bool[Tensor, "B T"]
) -> Float[Tensor, ""]:
    """Squared error of the guess over the squared length of the hint, at the tokens that count.

    0 for an equal guess, 1 for a guess of nothing, whatever the scale. ValueError for guesses of
    another shape than the hint, or no token that counts. Romero et al. 2015, equation 3.
    """
    if guess.shape != hint.shape or not counted.any():
        got = f"{[*guess.shape]}, {[*hint.shape]} and {int(counted.sum())} tokens"
        raise ValueError(f"guess, hint, counted: got {got}; expected equal shapes, some token")
    guess, hint = guess[counted].float(), hint[counted].float()
    return (guess - hint).square().sum() / hint.square().sum()


class StateDistiller(Distiller):
    """The student's stream before the head is to be the teacher's; no head is computed at all.

    For a student of the teacher's width whose head reads as the teacher's does, such as one that is
    made of its layers. A step has no use for the targets, but for which of them count. ValueError
    for another width.
    """

    def training_loss(self, model: LanguageModel, ids: Tensor, targets: Tensor) -> Tensor:
        """The `hint_loss` of a batch."""
        with resting(self.teacher):
            hint = self.teacher.features(ids)
        return hint_loss(model.features(ids), hint, targets != -100)


class HintedStudent(nn.Module):
    """A student, and a matrix for each pair of layers that turns its stream into the teacher's.

    `pairs` holds (layer of the student, layer of the teacher). The matrices are trained with the
    student and thrown away after: keep `.student`. They begin as the identity, cut or padded.
    """

    def __init__(self, student: LanguageModel, width: int, pairs: Sequence[tuple[int, int]]):
        super().__init__()
        if not pairs:
            raise ValueError("pairs: got none; expected at least one pair of layers")
        self.student, self.pairs = student, list(pairs)
        self.projections = nn.ModuleList(
            nn.Linear(student.config.width, width, bias=False) for _ in pairs
        )
        for projection in self.projections:
            nn.init.eye_(projection.weight)

    def forward(self, ids: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        """The student's logits."""
        return self.student(ids)

    def loss(self, ids: Int[Tensor, "B T"], targets: Int[Tensor, "B T"]) -> Float[Tensor, ""]:
        """The student's own loss."""
        return self.student.loss(ids, targets)


class HintDistiller(Distiller):
    """A `Distiller` for a `HintedStudent`: `weight` times the mean `hint_loss` is added."""

    def __init__(self, teacher: LanguageModel, weight: int | float = 1.0, **options: Any):
        super().__init__(teacher, **options)
        if not 0 <= weight < math.inf:
            raise ValueError(f"weight: got {weight}; expected at least 0")
        self.weight = weight

    def training_loss(self, model: HintedStudent, ids: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch. ValueError for pairs of layers that are not there."""
        mine, theirs = zip(*model.pairs, strict=True)
        with hidden_states(model.student, mine) as own, hidden_states(self.teacher, theirs) as seen:
            loss = super().training_loss(model, ids, targets)
        hints = [
            hint_loss(projection(own[a]), seen[b], targets != -100)
            for projection, (a, b) in zip(model.projections, model.pairs, strict=True)
        ]
        return loss + self.weight * sum(hints) / len(hints)


# --- the student writes ------------------------------------------------------------------------

# (logits of the teacher, of the student) -> a cost at each place; `kl_divergence` is one.
Divergence = Callable[[Tensor, Tensor], Tensor]


def reverse_kl(
    teacher_logits: Float[Tensor, "*N V"], student_logits: Float[Tensor, "*N W"]
) -> Float[Tensor, "*N"]:
    """KL(student ‖ teacher), in nats: dear where the student says what the teacher would not."""
    return kl_divergence(student_logits, teacher_logits)


class OnPolicyDistiller(Distiller):
    """The student goes on from the first `prompt` tokens of each row; the teacher marks each word.

    So the student is taught where its own mistakes lead, not where the text would have led. In the
    other batches, a share of 1 - `share`, both read the text. No gradient passes through the
    choice of a token. Sizes below 1 or a share outside 0..1: ValueError. Agarwal et al. 2023.
    """

    def __init__(
        self,
        teacher: LanguageModel,
        prompt: int,
        new: int,
        divergence: Divergence = reverse_kl,
        share: int | float = 1.0,
    ):
        super().__init__(teacher)
        if min(prompt, new) < 1 or not 0 <= share <= 1:
            got = f"{prompt}, {new}, {share}"
            raise ValueError(f"prompt, new, share: got {got}; expected 1 or more, and 0 to 1")
        self.prompt, self.new, self.divergence, self.share = prompt, new, divergence, share

    def write(self, model: LanguageModel, ids: Int[Tensor, "B T"]) -> Int[Tensor, "B S"]:
        """The prompts and what the student draws after them, at temperature 1."""
        if ids.shape[1] < self.prompt:
            raise ValueError(f"prompt: got {self.prompt}; expected at most {ids.shape[1]}, a row")
        prompt = ids[:, : self.prompt]
        # Autocast would keep the weights it casts here, where they have no gradient.
        with resting(model), torch.autocast(ids.device.type, enabled=False):
            drawn = [*model.generate(prompt, self.new, temperature=1.0, stop=())]
        return torch.cat([prompt, torch.stack(drawn, 1)], 1)

    def training_loss(self, model: LanguageModel, ids: Tensor, targets: Tensor) -> Tensor:
        """Mean divergence, in nats per token, over what the student wrote (or the targets)."""
        counted = targets != -100
        if torch.rand(()) < self.share:
            ids = self.write(model, ids)[:, :-1]  # the last one is judged, not read
            counted = torch.zeros_like(ids, dtype=torch.bool)
            counted[:, self.prompt - 1 :] = True
        return self.divergence(self.teach(ids), model(ids))[counted].mean()


# --- what it costs -----------------------------------------------------------------------------


def distillation_flops(
    student: LanguageModel,
    teacher: LanguageModel,
    tokens: int,
    context: int | float,
    written: int = 0,
) -> dict[str, float]:
    """FLOPs of distilling on `tokens` tokens that look at `context` tokens each, by who spends.

    The student goes forward and back (three passes), the teacher forward only. Tokens that the
    student has `written` itself cost it one pass more. ValueError as `training_flops`.
    """
    return {
        "student": sum(training_flops(student, tokens, context).values()),
        "teacher": tokens * sum(flops_per_token(teacher, context).values()),
        "writing": written * sum(flops_per_token(student, context).values()),
    }


def state_flops(
    student: LanguageModel, teacher: LanguageModel, tokens: int, context: int | float
) -> dict[str, float]:
    """FLOPs of a `StateDistiller`, by who spends: as `distillation_flops`, but for the heads."""
    flops = distillation_flops(student, teacher, tokens, context)
    heads = [flops_per_token(model, context)["head"] for model in (student, teacher)]
    return {
        "student": flops["student"] - 3 * tokens * heads[0],
        "teacher": flops["teacher"] - tokens * heads[1],
    }


# --- smaller models to begin with --------------------------------------------------------------


def keep_layers(model: LanguageModel, layers: Sequence[int]) -> LanguageModel:
    """A copy of the model with these of its layers only, in this order; all else is the same.

    ValueError for no layer, or one that is not there.
    """
    layers = list(layers)
    if not layers or not all(0 <= i < len(model.blocks) for i in layers):
        raise ValueError(f"layers: got {layers}; expected some of 0 to {len(model.blocks) - 1}")
    copy, changed = deepcopy(model), {"layers": len(layers)}
    if old := getattr(model.config, "window_layers", ()):
        windowed = tuple(new for new, i in enumerate(layers) if i in old)
        changed |= {"window_layers": windowed, "window": model.config.window if windowed else None}
    copy.blocks = nn.ModuleList(deepcopy(copy.blocks[i]) for i in layers)
    copy.config = replace(model.config, **changed)
    return copy


def half_depth(model: LanguageModel) -> LanguageModel:
    """A copy with every second layer, the first included. Sanh et al. 2019, section 3.

    ValueError for a model of one layer.
    """
    if len(model.blocks) < 2:
        raise ValueError(f"model: got {len(model.blocks)} layer; expected two or more")
    return keep_layers(model, range(0, len(model.blocks), 2))
