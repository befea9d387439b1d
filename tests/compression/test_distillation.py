"""Distillation: losses against torch, students bit for bit, low rank against the SVD."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.gpt import GPT, GPTConfig, flops_per_token
from llmbook.architecture.llama import Llama, LlamaConfig
from llmbook.compression.distillation import (
    Distiller,
    HintDistiller,
    HintedStudent,
    OnPolicyDistiller,
    StateDistiller,
    distillation_flops,
    distillation_loss,
    half_depth,
    hidden_states,
    hint_loss,
    keep_layers,
    kl_divergence,
    reverse_kl,
    state_flops,
)
from llmbook.compression.factorized import (
    factorize,
    load_factorized,
    rank_for_energy,
    ranks_for_energy,
    ranks_for_share,
    save_factorized,
)
from llmbook.compression.low_rank import LowRankLinear, low_rank, low_rank_for_inputs
from llmbook.compression.pruning import linear_layers
from llmbook.training.batches import Batches
from llmbook.training.evaluation import weight_bytes
from llmbook.training.training import TrainConfig, TrainingLoop
from torch import nn
from torch.nn import functional as F

IDS = np.random.default_rng(0).integers(0, 50, 2000)
CONFIG = TrainConfig(steps=6, warmup=1, log_every=1, eval_every=3, lr=0.003, matrix_lr=0.02)


def llama(layers: int = 4, seed: int = 0, **changes) -> Llama:
    torch.manual_seed(seed)
    sizes = {"vocab_size": 50, "context": 24, "width": 16, "heads": 2, "groups": 1, "hidden": 24}
    model = Llama(LlamaConfig(**sizes | {"layers": layers, "qk_norm": True} | changes))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4).add_(0.05 * torch.randn_like(parameter))
    return model.eval()


def gpt(layers: int = 4, dropout: float = 0.0, vocab_size: int = 50) -> GPT:
    torch.manual_seed(0)
    return GPT(GPTConfig(vocab_size, 24, width=16, layers=layers, heads=2, dropout=dropout))


def batch(number: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    return Batches(IDS, 3, 12)[number]


def logits(*shape: int, seed: int = 0) -> torch.Tensor:
    return 3 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


def targets_with_gaps() -> torch.Tensor:
    targets = torch.randint(0, 7, (2, 5), generator=torch.Generator().manual_seed(2))
    targets[0, 1] = targets[1, 3:] = -100
    return targets


# --- the loss ----------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0.5, 1, 4.0])
@pytest.mark.parametrize("alpha", [0, 0.3, 1.0])
def test_the_loss_equals_torch_by_hand(temperature, alpha):
    student, teacher, targets = logits(2, 5, 7), logits(2, 5, 7, seed=1), targets_with_gaps()
    here = targets != -100
    p, q = ((x[here] / temperature).log_softmax(-1) for x in (teacher, student))
    soft = F.kl_div(q, p, reduction="batchmean", log_target=True) * temperature**2
    hard = F.cross_entropy(student.flatten(0, 1), targets.flatten())
    found = distillation_loss(student, teacher, targets, temperature, alpha)
    torch.testing.assert_close(found, alpha * soft + (1 - alpha) * hard, rtol=1e-12, atol=1e-12)


def test_targets_that_do_not_count_have_no_gradient():
    student, targets = logits(2, 5, 7).requires_grad_(), targets_with_gaps()
    distillation_loss(student, logits(2, 5, 7, seed=1), targets).backward()
    assert torch.equal(student.grad.abs().sum(-1) > 0, targets != -100)


def test_hot_softmaxes_match_centred_logits():
    """Hinton et al. 2015, equation 4: at a high temperature the gradient is (z - v) / V."""
    student, teacher = logits(1, 4, 7).requires_grad_(), logits(1, 4, 7, seed=1)
    loss = distillation_loss(student, teacher, torch.zeros(1, 4, dtype=torch.long), 1e5, 1.0)
    loss.backward()
    centred = [x - x.mean(-1, keepdim=True) for x in (student.detach(), teacher)]
    expected = (centred[0] - centred[1]) / 7 / 4
    torch.testing.assert_close(student.grad, expected, rtol=1e-3, atol=1e-5)


def test_a_perfect_student_of_a_sure_teacher_pays_nothing():
    teacher = logits(2, 5, 7)
    targets = teacher.argmax(-1)
    assert distillation_loss(teacher, teacher, targets, 2.0, 1.0).item() == pytest.approx(0)
    sure = 1e4 * F.one_hot(targets, 7).double()
    assert distillation_loss(sure, sure, targets, 1.0, 0.5).item() == pytest.approx(0)
    assert math.isfinite(distillation_loss(-sure, sure, targets, 1.0, 0.5).item())


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000), st.floats(0.1, 20.0), st.floats(-50, 50))
def test_a_divergence_is_never_negative_and_blind_to_shifts(seed, temperature, shift):
    p, q = logits(3, 6, seed=seed), logits(3, 6, seed=seed + 1)
    found = kl_divergence(p, q, temperature)
    assert (found >= -1e-12).all()
    torch.testing.assert_close(found, kl_divergence(p + shift, q - shift, temperature))
    torch.testing.assert_close(reverse_kl(p, q), kl_divergence(q, p))


def test_halves_are_widened_before_they_are_summed():
    p, q = logits(4, 300).bfloat16(), logits(4, 300, seed=1).bfloat16()
    found = kl_divergence(p, q)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.double(), kl_divergence(p.double(), q.double()))


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"temperature": 0.0}, "temperature: got 0.0; expected a number above 0"),
        ({"temperature": math.nan}, "temperature: got nan"),
        ({"alpha": 1.5}, "alpha: got 1.5; expected 0 to 1"),
        ({"alpha": math.nan}, "alpha: got nan"),
        ({"targets": torch.full((2, 5), -100)}, "targets: got -100 everywhere"),
        ({"targets": torch.full((2, 5), 7)}, "got 7 to 7; expected 0 to 6"),
        ({"teacher_logits": logits(2, 5, 8)}, "vocabulary: got 8 and 7 tokens"),
    ],
)
def test_what_cannot_be_distilled_is_refused(options, named):
    given = {"student_logits": logits(2, 5, 7), "teacher_logits": logits(2, 5, 7)}
    with pytest.raises(ValueError, match=named):
        distillation_loss(**given | {"targets": torch.zeros(2, 5, dtype=torch.long)} | options)


# --- the teacher -------------------------------------------------------------------------------


@pytest.mark.parametrize("training", [True, False])
def test_the_teacher_rests_and_is_left_as_it_was(training):
    teacher, student, seen = gpt(dropout=0.5).train(training), gpt(2), []
    teacher.norm.register_forward_hook(
        lambda module, *_: seen.append((module.training, torch.is_grad_enabled()))
    )
    before = [p.clone() for p in teacher.parameters()]
    loop = TrainingLoop(student, Batches(IDS, 3, 12), CONFIG, loss=Distiller(teacher))
    loop.train()
    assert seen == [(False, False)] * 6
    assert teacher.training is training
    assert all(p.grad is None for p in teacher.parameters())
    assert all(map(torch.equal, before, teacher.parameters()))


def test_alpha_zero_is_the_plain_run_and_validation_is_plain_in_any():
    config, held_out = replace(CONFIG, steps=4), Batches(IDS[:200], 4, 12)
    runs = [
        TrainingLoop(llama(2), Batches(IDS, 3, 12), config, validation=held_out, **loss)
        for loss in ({}, {"loss": Distiller(llama(4), alpha=0)}, {"loss": Distiller(llama(4))})
    ]
    assert runs[0].validate() == pytest.approx(runs[2].validate(), rel=1e-6)
    plain, mixed, taught = ([r["loss"] for r in run.train()] for run in runs)
    assert mixed == pytest.approx(plain, rel=1e-4)
    assert taught != pytest.approx(plain, rel=1e-3)


def test_a_student_comes_closer_to_its_teacher():
    teacher, student = llama(4), llama(2, seed=1)
    loop = TrainingLoop(
        student, Batches(IDS, 3, 12), replace(CONFIG, steps=30), loss=Distiller(teacher, 1.0, 1.0)
    )
    losses = [r["loss"] for r in loop.train()]
    assert losses[-1] < 0.7 * losses[0]


def test_a_distiller_refuses_other_vocabularies_smoothing_and_impossible_settings():
    ids, targets = batch()
    with pytest.raises(ValueError, match="vocabulary: got 64 and 50 tokens"):
        Distiller(gpt(vocab_size=64))(gpt(2).train(), ids, targets)
    with pytest.raises(ValueError, match="label_smoothing: got"):
        Distiller(gpt())(gpt(2).train(), ids, targets, 0.1)
    for name, value in (("temperature", -1), ("alpha", 2)):
        with pytest.raises(ValueError, match=f"{name}: got {value}; expected"):
            Distiller(gpt(), **{name: value})
    with pytest.raises(ValueError, match="expected at most 12, the context"):
        Distiller(llama(context=12))(llama(2).train(), *Batches(IDS, 2, 16)[0])


# --- hidden states -----------------------------------------------------------------------------


def test_hidden_states_are_the_stream_after_each_block_and_hooks_go():
    model, (ids, _) = llama(3), batch()
    with hidden_states(model, [0, 2]) as found:
        features = model.features(ids)
    assert set(found) == {0, 2}
    torch.testing.assert_close(model.norm(found[2]), features)
    with hidden_states(model, [1]) as again, pytest.raises(ValueError, match="ids: got"):
        model(ids + 100)
    model(ids)
    assert not again
    assert all(not block._forward_hooks for block in model.blocks)
    with pytest.raises(ValueError, match=r"layers: got \[3\]; expected 0 to 2"):
        hidden_states(model, [3]).__enter__()


def test_a_hint_that_is_met_costs_nothing_and_one_that_is_ignored_costs_one():
    hint, counted = logits(2, 5, 4).float(), targets_with_gaps() != -100
    assert hint_loss(hint, hint, counted).item() == 0
    assert hint_loss(torch.zeros_like(hint), hint, counted).item() == pytest.approx(1)
    spoiled = torch.where(counted[..., None], hint, torch.full_like(hint, 1e6))
    assert hint_loss(spoiled, hint, counted).item() == 0
    guess = logits(2, 5, 4, seed=1).float()
    a, b = guess[counted].numpy(), hint[counted].numpy()
    expected = ((a - b) ** 2).mean() / (b**2).mean()
    assert hint_loss(10 * guess, 10 * hint, counted).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("width", [16, 8])
def test_hints_train_student_and_projection_and_add_to_the_loss(width):
    teacher, ids, targets = llama(4), *batch()
    student = llama(2, seed=1, width=width, heads=2, head_width=8)
    hinted = HintedStudent(student, 16, [(0, 1), (1, 3)]).train()
    assert torch.equal(hinted.projections[0].weight, torch.eye(16, width))
    plain = Distiller(teacher)(hinted, ids, targets)
    with hidden_states(student, [0, 1]) as own, hidden_states(teacher, [1, 3]) as seen:
        student(ids), teacher(ids)
    pairs = [(own[0], seen[1]), (own[1], seen[3])]
    misses = [(F.pad(a, (0, 16 - width)) - b).square().sum() / b.square().sum() for a, b in pairs]
    found = HintDistiller(teacher, weight=0.5)(hinted, ids, targets)
    torch.testing.assert_close(found, plain + 0.25 * sum(misses))
    loop = TrainingLoop(
        hinted, Batches(IDS, 3, 12), replace(CONFIG, steps=30), loss=HintDistiller(teacher, 10.0)
    )
    losses = [r["loss"] for r in loop.train()]
    assert losses[-1] < 0.95 * losses[0]
    assert not torch.equal(hinted.projections[0].weight, torch.eye(16, width))
    assert all(p.grad is None for p in teacher.parameters())
    ids, targets = batch(1)
    torch.testing.assert_close(hinted.loss(ids, targets), student.loss(ids, targets))


def test_bad_hints_are_refused():
    with pytest.raises(ValueError, match="pairs: got none"):
        HintedStudent(llama(2), 16, [])
    hint, counted = torch.ones(2, 5, 4), torch.zeros(2, 5, dtype=torch.bool)
    with pytest.raises(ValueError, match="and 0 tokens; expected equal shapes"):
        hint_loss(hint, hint, counted)
    with pytest.raises(ValueError, match="weight: got -1"):
        HintDistiller(llama(4), weight=-1)
    with pytest.raises(ValueError, match=r"layers: got \[4\]; expected 0 to 3"):
        HintDistiller(llama(4))(HintedStudent(llama(2), 16, [(0, 4)]).train(), *batch())


def test_a_state_distiller_compares_what_the_heads_would_read():
    teacher, student, (ids, targets) = llama(4), llama(2, seed=1).train(), batch()
    targets = targets.masked_fill(ids % 3 == 0, -100)
    for model in (teacher, student):
        model.head = nn.Identity()  # neither is computed
    loss = StateDistiller(teacher)
    counted = targets != -100
    a, b = student.features(ids)[counted], teacher.features(ids)[counted]
    expected = (a - b).square().sum() / b.square().sum()
    torch.testing.assert_close(loss(student, ids, targets), expected)
    assert loss(teacher.train(), ids, targets).item() == pytest.approx(0, abs=1e-10)
    narrow = llama(2, width=8, heads=2, head_width=4).train()
    with pytest.raises(ValueError, match="expected equal shapes"):
        loss(narrow, ids, targets)
    with pytest.raises(ValueError, match="0 tokens"):
        loss(student, ids, torch.full_like(targets, -100))


def test_states_bring_the_logits_closer():
    teacher, student, (ids, _) = llama(4), llama(2, seed=1), batch(7)
    student.embedding.load_state_dict(teacher.embedding.state_dict())

    def apart():
        return kl_divergence(teacher(ids), student.eval()(ids)).mean().item()

    before, config = apart(), replace(CONFIG, steps=40)
    TrainingLoop(student, Batches(IDS, 3, 12), config, loss=StateDistiller(teacher)).train()
    assert apart() < 0.8 * before


# --- the student writes ------------------------------------------------------------------------


def test_the_student_is_judged_on_what_it_wrote():
    teacher, student, (ids, targets) = llama(4), llama(2, seed=1).train(), batch()
    distiller = OnPolicyDistiller(teacher, prompt=4, new=6)
    torch.manual_seed(7)
    torch.rand(())  # whether the student writes
    written = distiller.write(student, ids)
    assert student.training
    assert written.shape == (3, 10)
    assert torch.equal(written[:, :4], ids[:, :4])
    torch.manual_seed(7)
    torch.rand(())
    student.eval()
    drawn = [*student.generate(ids[:, :4], 6, temperature=1.0, stop=())]
    assert torch.equal(written[:, 4:], torch.stack(drawn, 1))
    q, p = (m(written).log_softmax(-1)[:, 3:9] for m in (student, teacher))
    expected = F.kl_div(p, q, log_target=True, reduction="none").sum(-1).mean()
    torch.manual_seed(7)
    torch.testing.assert_close(distiller(student.train(), ids, targets), expected)
    assert not student(ids).isnan().any()


def test_when_the_student_does_not_write_the_text_is_read():
    teacher, student, (ids, targets) = llama(4), llama(2, seed=1).train(), batch()
    targets = targets.masked_fill(ids % 3 == 0, -100)
    reader = OnPolicyDistiller(teacher, 4, 6, kl_divergence, share=0.0)
    expected = distillation_loss(student(ids), teacher(ids), targets, 1.0, 1.0)
    torch.testing.assert_close(reader(student, ids, targets), expected)


def test_products_in_bfloat16_lose_no_gradient_where_the_student_wrote():
    config = replace(CONFIG, dtype="bfloat16")
    loss = OnPolicyDistiller(llama(4), 4, 6)
    student = llama(2, seed=1)
    loop = TrainingLoop(student, Batches(IDS, 3, 12), config, loss=loss)
    student.train()
    loop.gradients(range(1))
    matrices = {n: p for n, p in student.named_parameters() if p.ndim == 2}
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in matrices.values())


def test_on_policy_runs_repeat_and_help():
    def run(seed, steps):
        config, loss = replace(CONFIG, steps=steps, seed=seed), OnPolicyDistiller(llama(4), 4, 6)
        loop = TrainingLoop(llama(2, seed=1), Batches(IDS, 3, 12), config, loss=loss)
        return [record["loss"] for record in loop.train()]

    assert run(0, 2) == run(0, 2)
    assert run(0, 2) != run(1, 2)
    losses = run(0, 20)
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])


@pytest.mark.parametrize("sizes", [{"prompt": 0}, {"new": 0}, {"share": 1.5}])
def test_bad_sizes_of_what_is_written_are_refused(sizes):
    with pytest.raises(ValueError, match="prompt, new, share: got"):
        OnPolicyDistiller(llama(), **{"prompt": 4, "new": 6} | sizes)
    with pytest.raises(ValueError, match="prompt: got 13; expected at most 12"):
        OnPolicyDistiller(llama(), 13, 4)(llama(2).train(), *batch())
    with pytest.raises(ValueError, match="max_new_tokens: got 60"):
        OnPolicyDistiller(llama(), 4, 60)(llama(2).train(), *batch())


# --- compute -----------------------------------------------------------------------------------


def test_equal_compute_counts_the_teacher_and_what_was_written():
    teacher, student = llama(4), llama(2)
    one, other = (sum(flops_per_token(m, 6.5).values()) for m in (student, teacher))
    found = distillation_flops(student, teacher, 100, 6.5, written=30)
    assert found == pytest.approx(
        {"student": 300 * one, "teacher": 100 * other, "writing": 30 * one}
    )
    heads = 2.0 * student.head.weight.numel()
    assert state_flops(student, teacher, 100, 6.5) == pytest.approx(
        {"student": 300 * (one - heads), "teacher": 100 * (other - heads)}
    )
    for tokens, context in ((0, 5), (5, 0)):
        with pytest.raises(ValueError, match="got 0"):
            distillation_flops(student, teacher, tokens, context)


# --- half the layers ---------------------------------------------------------------------------


@pytest.mark.parametrize("make", [llama, gpt])
@pytest.mark.parametrize("layers", [2, 3, 4])
def test_half_depth_copies_every_second_layer_bit_for_bit(make, layers, tmp_path):
    model, (ids, _) = make(layers), batch()
    student = half_depth(model)
    kept = range(0, layers, 2)
    assert student.config == replace(model.config, layers=len(kept))
    for mine, i in zip(student.blocks, kept, strict=True):
        pairs = zip(mine.parameters(), model.blocks[i].parameters(), strict=True)
        assert all(torch.equal(a, b) and a.data_ptr() != b.data_ptr() for a, b in pairs)
    assert torch.equal(student.embedding.weight, model.embedding.weight)
    assert student.head.weight is student.embedding.weight
    with hidden_states(model, [0]) as x:
        model.eval()(ids)
    with hidden_states(student, [0]) as y:
        logits_here = student.eval()(ids)
    assert torch.equal(x[0], y[0])
    student.save_pretrained(tmp_path)
    again = type(model).from_pretrained(tmp_path)
    assert again.config == student.config
    assert torch.equal(again(ids), logits_here)
    assert len([*student.generate(ids[:1, :3], 4)]) == 4


def test_keeping_all_layers_is_the_model_and_windows_follow_their_layers():
    model, (ids, _) = llama(4, window=3, window_layers=(1, 2)), batch()
    assert torch.equal(keep_layers(model, range(4))(ids), model(ids))
    assert keep_layers(model, [0, 2, 3]).config.window_layers == (1,)
    assert keep_layers(model, [0, 3]).config.window is None
    one = keep_layers(model, [1])
    alone = llama(1, window=3, window_layers=(0,))
    alone.load_state_dict(one.state_dict())
    assert torch.equal(one(ids), alone(ids))
    twice = keep_layers(model, [0, 0])
    assert twice.blocks[0].attention.query.weight is not twice.blocks[1].attention.query.weight


def test_layers_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match=r"layers: got \[0, 4\]; expected some of 0 to 3"):
        keep_layers(llama(4), [0, 4])
    with pytest.raises(ValueError, match=r"layers: got \[\]"):
        keep_layers(llama(4), [])
    with pytest.raises(ValueError, match="model: got 1 layer"):
        half_depth(llama(1))


# --- low rank ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(12, 8), (8, 12), (9, 9)])
@pytest.mark.parametrize("rank", [1, 3, 8])
def test_low_rank_is_the_truncated_svd_and_nothing_is_closer(shape, rank):
    weight = logits(*shape)
    left, right = low_rank(weight, rank)
    assert left.shape == (shape[0], rank)
    assert right.shape == (rank, shape[1])
    u, s, v = torch.linalg.svd(weight)
    torch.testing.assert_close(left @ right, (u[:, :rank] * s[:rank]) @ v[:rank])
    error = (weight - left @ right).square().sum()
    torch.testing.assert_close(error, s[rank:].square().sum())
    for seed in range(20):  # nearby and random matrices of that rank
        for scale in (1e-3, 0.1, 1.0):
            a, b = logits(*left.shape, seed=seed), logits(*right.shape, seed=seed + 100)
            other = (left + scale * a) @ (right + scale * b)
            assert (weight - other).square().sum() >= error


@pytest.mark.parametrize("shape", [(12, 8), (8, 12)])
@pytest.mark.parametrize("rank", [1, 4])
def test_low_rank_for_inputs_is_the_whitened_svd(shape, rank):
    weight = logits(*shape)
    inputs = logits(200, shape[1], seed=1) @ logits(shape[1], shape[1], seed=2)
    hessian = inputs.mT @ inputs
    left, right = low_rank_for_inputs(weight, hessian, rank)
    root = torch.linalg.cholesky(hessian)
    u, s, v = torch.linalg.svd(weight @ root, full_matrices=False)
    expected = (u[:, :rank] * s[:rank]) @ v[:rank] @ torch.linalg.inv(root)
    torch.testing.assert_close(left @ right, expected, rtol=1e-6, atol=1e-6)

    def missed(a, b):
        return (inputs @ (weight - a @ b).mT).square().sum()

    torch.testing.assert_close(missed(left, right), s[rank:].square().sum())
    assert missed(left, right) < 0.99 * missed(*low_rank(weight, rank))
    for seed in range(20):
        a, b = logits(*left.shape, seed=seed), logits(*right.shape, seed=seed + 100)
        assert missed(left + 0.01 * a, right + 0.01 * b) >= missed(left, right)


def test_inputs_all_alike_give_the_plain_answer_and_missing_ones_do_no_harm():
    weight = logits(6, 8)
    plain, whitened = low_rank(weight, 3), low_rank_for_inputs(weight, 5 * torch.eye(8).double(), 3)
    torch.testing.assert_close(plain[0] @ plain[1], whitened[0] @ whitened[1])
    inputs = logits(2, 8, seed=1)  # fewer than the rank: the hessian has no inverse
    left, right = low_rank_for_inputs(weight, inputs.mT @ inputs, 3)
    torch.testing.assert_close(inputs @ (left @ right).mT, inputs @ weight.mT)


def test_energy_finds_the_smallest_rank():
    weight = torch.diag(torch.tensor([4.0, 2.0, 1.0, 0.0]))  # squares: 16, 4, 1, 0
    shares = [(0.5, 1), (16 / 21, 1), (0.77, 2), (20 / 21, 2), (0.96, 3), (1.0, 3)]
    assert [(share, rank_for_energy(weight, share)) for share, _ in shares] == shares
    assert rank_for_energy(torch.zeros(4, 4), 0.9) == 1
    for share in (0, 1.1, math.nan):
        with pytest.raises(ValueError, match="energy: got"):
            rank_for_energy(weight, share)


@pytest.mark.parametrize("bias", [True, False])
def test_a_low_rank_layer_is_the_product_of_its_factors(bias):
    linear, x = nn.Linear(10, 6, bias=bias), torch.randn(2, 3, 10)
    full = LowRankLinear.from_linear(linear, 6)
    torch.testing.assert_close(full(x), linear(x), rtol=1e-4, atol=1e-5)
    thin = LowRankLinear.from_linear(linear, 2)
    left, right = low_rank(linear.weight, 2)
    torch.testing.assert_close(thin.weight, left @ right)
    torch.testing.assert_close(thin(x), F.linear(x, left @ right, linear.bias))
    assert sum(p.numel() for p in thin.parameters()) == 2 * 16 + 6 * bias
    assert LowRankLinear.from_linear(linear.double(), 2).weight.dtype == torch.float64


@pytest.mark.parametrize("make", [llama, gpt])
def test_a_factorized_model_is_smaller_and_does_all_that_the_model_does(make, tmp_path):
    model, (ids, targets) = make(2).eval(), batch()
    before = model(ids)
    ranks = ranks_for_share(model, 0.6)
    assert set(ranks) == set(linear_layers(model))
    thin = factorize(model, ranks)
    assert torch.equal(model(ids), before)
    assert weight_bytes(thin) < weight_bytes(model)
    product = make(2).eval()
    product.load_state_dict(model.state_dict())
    for name in ranks:
        product.get_submodule(name).weight.data = thin.get_submodule(name).weight.detach()
    torch.testing.assert_close(thin(ids), product(ids), rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(thin.loss(ids, targets), product.loss(ids, targets))
    inner = [v for k, v in flops_per_token(thin, 5).items() if k in ("attention", "feed_forward")]
    assert sum(inner) <= 0.6 * 2 * sum(m.weight.numel() for m in linear_layers(model).values())
    step = TrainingLoop(thin.train(), Batches(IDS, 3, 12), CONFIG, loss=Distiller(model))
    assert math.isfinite(step.train()[-1]["loss"])
    thin.eval()
    save_factorized(thin, tmp_path)
    again = load_factorized(tmp_path)
    assert again.config == thin.config
    assert torch.equal(again(ids), thin(ids))
    drawn = [torch.stack([*m.generate(ids[:, :3], 8)]) for m in (again, thin)]
    assert torch.equal(*drawn)
    with pytest.raises(ValueError, match="got model_type 'factorized'"):
        type(model).from_pretrained(tmp_path)


def test_one_rank_goes_where_it_saves_and_energy_where_it_is_enough():
    model = llama(1)  # query and out 16 by 16, key and value 8 by 16, feed-forward 24 by 16
    thin = factorize(model, 6)
    layers = [n.removeprefix("blocks.0.") for n, m in thin.named_modules() if hasattr(m, "left")]
    expected = ["attention.query", "attention.out", *(f"feed_forward.{n}" for n in ("gate", "up"))]
    assert layers == [*expected, "feed_forward.down"]
    with torch.no_grad():
        left, right = low_rank(model.blocks[0].attention.query.weight, 2)
        model.blocks[0].attention.query.weight.copy_(left @ right)
    assert ranks_for_energy(model, 0.9999)["blocks.0.attention.query"] == 2


def test_hessians_are_used_where_they_are_given():
    model, (ids, _) = llama(1), batch()
    name, seen = "blocks.0.feed_forward.down", []
    model.get_submodule(name).register_forward_pre_hook(lambda _, x: seen.append(x[0]))
    model(ids)
    x = seen[0].detach().flatten(0, 1)

    def missed(thin):
        return ((x @ (thin.get_submodule(name).weight - weight).mT) ** 2).sum().item()

    weight = model.get_submodule(name).weight
    plain = factorize(model, {name: 4})
    aware = factorize(model, {name: 4}, {name: x.mT @ x})
    assert missed(aware) < 0.95 * missed(plain)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: low_rank(torch.ones(3, 4), 4), "rank: got 4; expected 1 to 3"),
        (lambda: low_rank(torch.ones(3, 4), 0), "rank: got 0"),
        (lambda: low_rank(torch.full((3, 4), math.nan), 1), "weight: got shape"),
        (lambda: low_rank_for_inputs(torch.ones(3, 4), torch.eye(3), 1), "hessian: got"),
        (lambda: low_rank_for_inputs(torch.ones(3, 4), torch.eye(4) / 0, 1), "hessian: got"),
        (lambda: factorize(llama(1), 16), "ranks: got no layer that gets smaller"),
        (lambda: factorize(factorize(llama(1), 4), 2), "model: got thin matrices"),
        (lambda: factorize(llama(1), {"head": 4}), r"ranks: got \['head'\]"),
        (lambda: factorize(llama(1), {"blocks.0.attention.query": 17}), "rank: got 17"),
        (lambda: ranks_for_share(llama(1), 1), "share: got 1"),
    ],
)
def test_ranks_that_cannot_be_are_refused(call, named):
    with pytest.raises(ValueError, match=named):
        call()


@pytest.mark.parametrize(
    "damage",
    [
        {"model_type": "qwen3"},
        {"ranks": None},
        {"ranks": {"head": 4}},
        {"ranks": {"blocks.0.attention.query": 10**9}},
        {"ranks": {"blocks.0.attention.query": "2"}},
        {"ranks": {}},
        {"model": {"model_type": "bert"}},
        {"model": []},
    ],
)
def test_damaged_folders_are_refused(damage, tmp_path):
    save_factorized(factorize(llama(1), 4), tmp_path)
    place = tmp_path / "config.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | damage))
    with pytest.raises(ValueError, match=r"got|missing"):
        load_factorized(tmp_path)


def test_a_cut_file_is_refused(tmp_path):
    save_factorized(factorize(llama(1), 4), tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(ValueError, match="damaged"):
        load_factorized(tmp_path)
    with pytest.raises(FileNotFoundError):
        load_factorized(tmp_path / "nothing")
