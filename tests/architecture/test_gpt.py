"""GPT against `transformers`: random GPT-2s, generation, folders, counts; and what is refused."""

import json
import random
import re

import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.attention import KVCache
from llmbook.architecture.gpt import (
    GPT,
    GPTConfig,
    check_choice,
    choose_token,
    flops_per_token,
    generate,
    gpt_config_from_hf,
    gpt_config_to_hf,
    gpt_weights_to_hf,
    parameters_by_part,
    place_tokens,
)
from safetensors.torch import load_file, save_file
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.testing import assert_close
from torch.utils.flop_counter import FlopCounterMode

SEEDS = range(24)
EXACT = {"atol": 1e-5, "rtol": 1e-5}


@pytest.fixture(autouse=True, scope="module")
def quiet():
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()


def refused(says: str):
    """Our clear error, or the annotation's where the test run checks types and shapes first."""
    return pytest.raises((ValueError, TypeError), match=f"{says}|[Tt]ype-check")


def draw(seed: int, **changes) -> transformers.GPT2LMHeadModel:
    """A `transformers` GPT-2 of a random small shape, every parameter of it random."""
    rng = random.Random(seed)
    heads = rng.choice([1, 2, 3, 5, 7])
    shape = {
        "vocab_size": rng.randint(11, 70),
        "n_positions": rng.choice([17, 24, 33]),
        # A norm over fewer than 4 numbers is nearly a sign, which no two sums agree on.
        "n_embd": heads * rng.choice([k for k in (1, 4, 6, 9) if heads * k >= 4]),
        "n_layer": rng.randint(1, 4),
        "n_head": heads,
        "n_inner": rng.choice([None, 1, 13, 40]),
        "activation_function": rng.choice(["gelu_new", "gelu", "relu", "silu"]),
        "layer_norm_epsilon": 10 ** rng.uniform(-7, -2),
        "tie_word_embeddings": rng.random() < 0.6,
        "bos_token_id": None,
        "eos_token_id": None,
    }
    torch.manual_seed(seed)
    theirs = transformers.GPT2LMHeadModel(transformers.GPT2Config(**shape | changes)).eval()
    with torch.no_grad():
        for name, parameter in theirs.named_parameters():
            parameter.normal_(1.0 if "ln_" in name and "weight" in name else 0.0, 0.25)
    return theirs


def prompts(model: GPT, seed: int, length: int = 15):
    """Random ids, and a mask that pads every row but the first on the left."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(model.config.vocab_size, (3, length), generator=generator)
    return ids, torch.arange(length) >= torch.tensor([0, 3, length - 1])[:, None]


def places(mask):
    return (mask.cumsum(1) - 1).clamp(min=0)


def small(**changes) -> GPT:
    torch.manual_seed(0)
    shape = {"vocab_size": 40, "context": 24, "width": 12, "layers": 2, "heads": 3} | changes
    model = GPT(GPTConfig(**shape)).eval()
    for name, parameter in model.named_parameters():
        torch.nn.init.normal_(parameter, 1.0 if "norm.weight" in name else 0.0, 0.3)
    return model


# --- equal to `transformers` -----------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("side", ["none", "left", "right"])
def test_logits_and_gradients(seed, side):
    theirs = draw(seed)
    ours = GPT.from_pretrained(theirs)
    ids, mask = prompts(ours, seed)
    mask = {"none": torch.ones_like(mask), "left": mask, "right": mask.flip(1)}[side]
    expected = theirs(ids, attention_mask=mask.long(), position_ids=places(mask)).logits
    got = ours(ids, mask=None if side == "none" else mask)
    assert_close(got[mask], expected[mask], **EXACT)
    push = torch.randn(expected[mask].shape, generator=torch.Generator().manual_seed(1))
    push /= push.numel()
    (expected[mask] * push).sum().backward()
    (got[mask] * push).sum().backward()
    mine = gpt_weights_to_hf({n: p.grad for n, p in ours.named_parameters()}, ours.config)
    reference = {name: p.grad for name, p in theirs.named_parameters()}
    assert mine.keys() == reference.keys()
    for name, gradient in reference.items():
        assert_close(mine[name], gradient, msg=lambda m, n=name: f"{n}: {m}", **EXACT)
    assert ours.count_parameters() == theirs.num_parameters()
    assert sum(parameters_by_part(ours).values()) == theirs.num_parameters()


@pytest.mark.parametrize("seed", SEEDS)
def test_cached_equals_uncached_up_to_the_full_context(seed):
    ours = GPT.from_pretrained(draw(seed))
    rng, length = random.Random(seed), ours.config.context
    ids, mask = prompts(ours, seed, length)
    with torch.no_grad():
        for given_mask in (None, mask):
            whole = ours(ids, mask=given_mask)
            chunks = [rng.randint(1, 6) for _ in range(length)] if seed % 2 else [1] * length
            cache, pieces, start = KVCache(ours.config.layers), [], 0
            for size in chunks:
                stop = min(start + size, length)
                if start < stop:
                    part = None if given_mask is None else given_mask[:, start:stop]
                    pieces.append(ours(ids[:, start:stop], cache, part))
                start = stop
            assert len(cache) == length
            real = torch.ones_like(mask) if given_mask is None else mask
            assert_close(torch.cat(pieces, 1)[real], whole[real], **EXACT)
        with pytest.raises(ValueError, match="ids: got 1 tokens; expected at most 0"):
            ours(ids[:, :1], cache)


@pytest.mark.parametrize("seed", SEEDS)
def test_greedy_text(seed):
    """Single prompts, batches, left padding, to the end of the context; with and without eos."""
    theirs = draw(seed)
    ours = GPT.from_pretrained(theirs)
    ids, mask = prompts(ours, seed, 5)
    new = ours.config.context - 5
    options = {"do_sample": False, "pad_token_id": 0, "max_new_tokens": new}
    alone = theirs.generate(ids[:1], attention_mask=torch.ones(1, 5, dtype=torch.long), **options)
    assert torch.stack([*ours.generate(ids[:1], new)], 1).tolist() == alone[:, 5:].tolist()
    expected = theirs.generate(ids, attention_mask=mask.long(), **options)[:, 5:]
    free = torch.stack([*ours.generate(ids, new, mask=mask)], 1)
    assert free.tolist() == expected.tolist()
    stop = sorted({int(free[0, 4]), int(free[2, 7])})
    expected = theirs.generate(ids, attention_mask=mask.long(), eos_token_id=stop, **options)
    stopped = torch.stack([*ours.generate(ids, new, mask=mask, stop=stop)], 1)
    assert stopped.shape == expected[:, 5:].shape
    for mine, reference in zip(stopped.tolist(), expected[:, 5:].tolist(), strict=True):
        ends = [i for i, token in enumerate(reference) if token in stop]
        end = ends[0] + 1 if ends else new
        assert mine[:end] == reference[:end]
        assert set(mine[end:]) <= {mine[end - 1]}


def test_the_mask_that_transformers_infers_from_a_pad_id():
    theirs = draw(2)
    ours = GPT.from_pretrained(theirs)
    ids = torch.randint(1, ours.config.vocab_size, (2, 6))
    ids[1, :3] = 0
    theirs.generation_config.pad_token_id = 0
    expected = theirs.generate(ids, max_new_tokens=8, do_sample=False)[:, 6:]
    assert torch.stack([*ours.generate(ids, 8, mask=ids != 0)], 1).tolist() == expected.tolist()


def test_the_config_says_where_a_text_ends():
    free = [int(t) for t in small().generate(torch.tensor([[1, 2]]), 12)]
    model = small(eos_ids=(free[3],))
    stopped = [int(t) for t in model.generate(torch.tensor([[1, 2]]), 12)]
    assert stopped == free[: free.index(free[3]) + 1]
    assert [int(t) for t in model.generate(torch.tensor([[1, 2]]), 12, stop=())] == free


def test_generation_streams_and_keeps_no_graph():
    model = small()
    stream = model.generate(torch.tensor([[1, 2], [3, 4]]), 5)
    first = next(stream)
    assert first.shape == (2,)
    assert not first.requires_grad
    assert torch.is_grad_enabled()  # also between two tokens
    assert model(torch.tensor([[1]])).requires_grad
    assert len([*stream]) == 4


# --- properties ------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(0, 11))
def test_causal_and_blind_to_the_rest_of_the_batch(seed, length, place):
    model, place = small(layers=1 + seed % 3), min(place, length - 1)
    ids = torch.randint(40, (3, length), generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        whole = model(ids)
        changed = ids.clone()
        changed[:, place] = (changed[:, place] + 1 + seed % 39) % 40
        assert_close(model(changed)[:, :place], whole[:, :place], **EXACT)
        assert (model(changed)[:, place:] - whole[:, place:]).abs().amax(-1).min() > 1e-6
        assert_close(model(ids[1:2]), whole[1:2], **EXACT)
        assert_close(model(ids[[2, 0, 1]]), whole[[2, 0, 1]], **EXACT)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(0, 7), st.integers(0, 7))
def test_padding_on_both_sides_changes_nothing(seed, length, left, right):
    model, generator = small(), torch.Generator().manual_seed(seed)
    ids = torch.randint(40, (2, length), generator=generator)
    junk = torch.randint(40, (2, left + right), generator=generator)
    padded = torch.cat([junk[:, :left], ids, junk[:, left:]], 1)
    mask = torch.zeros_like(padded, dtype=torch.bool)
    mask[:, left : left + length] = True
    with torch.no_grad():
        expected, got = model(ids), model(padded, mask=mask)
        assert_close(got[:, left : left + length], expected, **EXACT)
        if right == 0:
            text = [t.tolist() for t in model.generate(ids, 4)]
            assert [t.tolist() for t in model.generate(padded, 4, mask=mask)] == text


def test_rows_of_padding_alone_leave_no_nan():
    model = small()
    ids = torch.randint(40, (3, 6))
    mask = torch.tensor([[True] * 6, [False] * 6, [False] * 3 + [True] * 3])
    logits = model(ids, mask=mask)
    logits.sum().backward()
    assert logits.isfinite().all()
    assert all(p.grad.isfinite().all() for p in model.parameters())
    assert_close(logits[:1], model(ids[:1]), **EXACT)
    cache = KVCache(2)
    with torch.no_grad():
        assert model(ids, cache, mask).isfinite().all()
        assert model(ids[:, :1], cache).isfinite().all()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.booleans(), min_size=7, max_size=7), min_size=1, max_size=4))
def test_place_tokens_against_its_definition(rows):
    mask = torch.tensor(rows)
    positions, visible = place_tokens(torch.zeros_like(mask, dtype=torch.long), mask=mask)
    for b, row in enumerate(rows):
        for t in range(7):
            assert not row[t] or positions[b, t] == sum(row[:t])
            assert visible[b, 0, t].tolist() == [row[s] and s <= t for s in range(7)]


# --- loss ------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [1, 4, 7, 22, 512])
def test_loss(chunk):
    model = small()
    ids, targets = torch.randint(40, (2, 11)), torch.randint(40, (2, 11))
    targets[0, 3:9] = targets[1, 0] = -100
    expected = F.cross_entropy(model(ids).flatten(0, 1), targets.flatten())
    loss = model.loss(ids, targets, chunk)
    assert_close(loss, expected)
    assert_close(loss, model.loss(ids.int(), targets.int(), chunk))
    for mine, reference in zip(
        torch.autograd.grad(loss, list(model.parameters())),
        torch.autograd.grad(expected, list(model.parameters())),
        strict=True,
    ):
        assert_close(mine, reference, **EXACT)


def test_loss_is_what_transformers_calls_loss():
    theirs = draw(5)
    ours = GPT.from_pretrained(theirs)
    ids, _ = prompts(ours, 5)
    assert_close(ours.loss(ids[:, :-1], ids[:, 1:]), theirs(ids, labels=ids).loss, **EXACT)


# --- sampling --------------------------------------------------------------------------------


@pytest.mark.parametrize(("temperature", "top_k"), [(1.0, None), (0.6, 3), (2.5, None), (1.3, 99)])
def test_samples_follow_the_probabilities(temperature, top_k):
    logits = torch.tensor([2.0, -1.0, 0.5, 1.5, -3.0, 1.0])
    keep = logits.argsort(descending=True)[:top_k]
    expected = torch.zeros(6)
    expected[keep] = (logits[keep] / temperature).softmax(-1)
    generator = torch.Generator().manual_seed(1)
    drawn = choose_token(logits.expand(20_000, 6), temperature, top_k, generator)
    found = drawn.bincount(minlength=6) / 20_000
    assert_close(found, expected, atol=0.015, rtol=0)
    assert (found[expected == 0] == 0).all()


@pytest.mark.parametrize(("temperature", "min_p"), [(1.0, 0.1), (0.7, 0.3), (2.0, 1.0), (1.0, 0.0)])
def test_min_p_keeps_what_transformers_keeps(temperature, min_p):
    logits = torch.tensor([[2.0, -1.0, 0.5, 1.5, -3.0, 1.0]])
    warped = transformers.MinPLogitsWarper(min_p)(None, logits / temperature)
    generator = torch.Generator().manual_seed(1)
    drawn = choose_token(logits.expand(20_000, 6), temperature, None, generator, min_p)
    found = drawn.bincount(minlength=6) / 20_000
    assert_close(found, warped.softmax(-1)[0], atol=0.015, rtol=0)
    assert (found[warped[0].isinf()] == 0).all()


def test_the_ends_of_the_scale():
    logits = torch.randn(5, 30)
    best = logits.argmax(-1)
    assert torch.equal(choose_token(logits), best)
    for temperature, top_k in ((1e-3, None), (1e-40, None), (9.0, 1)):
        assert torch.equal(choose_token(logits, temperature, top_k), best)
    equals = torch.tensor([[1.0, 1.0, 1.0, 0.0]]).expand(500, 4)
    assert set(choose_token(equals, 1.0, 1).tolist()) == {0, 1, 2}


def test_a_generator_makes_it_reproducible():
    model, ids = small(), torch.tensor([[1, 2], [3, 4]])

    def told(seed):
        generator = torch.Generator().manual_seed(seed)
        options = {"temperature": 1.5, "top_k": 20, "generator": generator}
        return torch.stack([*model.generate(ids, 12, **options)]).tolist()

    torch.manual_seed(0)
    before = torch.rand(1)
    torch.manual_seed(0)
    first = told(7)
    assert torch.equal(torch.rand(1), before)  # the global generator was left alone
    assert first == told(7) != told(8)


# --- counts ----------------------------------------------------------------------------------

SIZES = {  # width, layers, heads, and the parameters that OpenAI's files hold
    "gpt2": (768, 12, 12, 124_439_808),
    "gpt2-medium": (1024, 24, 16, 354_823_168),
    "gpt2-large": (1280, 36, 20, 774_030_080),
    "gpt2-xl": (1600, 48, 25, 1_557_611_200),
}


@pytest.mark.parametrize("name", SIZES)
def test_published_parameter_counts(name):
    width, layers, heads, expected = SIZES[name]
    with torch.device("meta"):
        model = GPT(GPTConfig(width=width, layers=layers, heads=heads))
    assert model.count_parameters() == expected
    parts = parameters_by_part(model)
    assert sum(parts.values()) == expected
    assert parts["embedding"] == 50257 * width
    assert parts["positions"] == 1024 * width
    assert parts["norm"] == (2 * layers + 1) * 2 * width
    assert parts["attention"] == layers * (4 * width**2 + 4 * width)


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_flops_are_those_that_torch_counts(seed):
    ours = GPT.from_pretrained(draw(seed))
    ids, _ = prompts(ours, seed)
    # PyTorch's counter knows plain products, and not the fused attention kernel of a CPU.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter, torch.no_grad():
        ours(ids)
    # The scores are computed whole, also above the diagonal: every token looks at all 15.
    assert counter.get_total_flops() == ids.numel() * sum(flops_per_token(ours, 15).values())
    table = parameters_by_part(ours)
    linear = flops_per_token(ours, 1)
    biases = ours.config.layers * 4 * ours.config.width
    assert linear["attention"] == 2 * (table["attention"] - biases)


def test_initialization():
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=900, context=200, width=192, layers=8, heads=4))
    for name, parameter in model.named_parameters():
        if parameter.ndim == 2:
            expected = 0.005 if name.endswith(("out.weight", "down.weight")) else 0.02
            assert parameter.std().item() == pytest.approx(expected, rel=0.03), name
            assert abs(parameter.mean().item()) < 3 * expected / parameter.numel() ** 0.5
        else:
            assert (parameter == (1 if name.endswith("weight") else 0)).all(), name
    assert model.head.weight is model.embedding.weight


def test_dropout_works_in_training_only():
    model = small(dropout=0.5)
    ids = torch.randint(40, (1, 9))
    assert torch.equal(model(ids), model(ids))
    model.train()
    assert not torch.equal(model(ids), model(ids))


# --- folders ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_folders_both_ways(seed, tmp_path):
    theirs = draw(seed, eos_token_id=3)
    theirs.save_pretrained(tmp_path / "theirs", max_shard_size="6KB" if seed % 2 else "1GB")
    ours = GPT.from_pretrained(tmp_path / "theirs")
    assert ours.config.eos_ids == (3,)
    ids, _ = prompts(ours, seed)
    with torch.no_grad():
        expected = ours(ids)
        assert_close(expected, theirs(ids).logits, **EXACT)
        ours.save_pretrained(tmp_path / "ours", max_shard_bytes=5_000 if seed % 3 else 10**9)
        back = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "ours").eval()
        assert type(back) is type(theirs)
        assert_close(back(ids).logits, expected, **EXACT)
    again = GPT.from_pretrained(tmp_path / "ours")
    assert again.config == ours.config
    for name, tensor in ours.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_the_old_layout_of_the_hub(seed, tmp_path):
    """OpenAI's own folders: no prefix, the masks stored as buffers, a config with `n_ctx`."""
    theirs = draw(seed, tie_word_embeddings=True)
    layers, context = theirs.config.n_layer, theirs.config.n_positions
    old = {n.removeprefix("transformer."): t for n, t in theirs.state_dict().items()}
    del old["lm_head.weight"]
    for i in range(layers):
        old[f"h.{i}.attn.bias"] = torch.ones(1, 1, context, context).tril()
        old[f"h.{i}.attn.masked_bias"] = torch.tensor(-1e4)
    save_file({n: t.contiguous() for n, t in old.items()}, tmp_path / "model.safetensors")
    fields = {k: v for k, v in theirs.config.to_dict().items() if k.startswith(("n_", "vocab"))}
    kept = {k: getattr(theirs.config, k) for k in ("activation_function", "layer_norm_epsilon")}
    hub = {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_ctx": context}
    (tmp_path / "config.json").write_text(json.dumps(fields | kept | hub))
    ours = GPT.from_pretrained(tmp_path)
    ids, _ = prompts(ours, seed)
    with torch.no_grad():
        assert_close(ours(ids), theirs(ids).logits, **EXACT)
    assert ours.config.eos_ids == (50256,)  # what `transformers` takes when the file is silent
    again = transformers.GPT2LMHeadModel.from_pretrained(tmp_path)
    assert again.config.eos_token_id == 50256


def test_a_bare_model_has_no_head_but_the_embedding():
    theirs = draw(1, tie_word_embeddings=True)
    ids, _ = prompts(ours := GPT.from_pretrained(theirs.transformer), 1)
    assert_close(ours(ids), theirs(ids).logits, **EXACT)
    untied = draw(1, tie_word_embeddings=False)
    with pytest.raises(ValueError, match=r"missing \['head.weight'\]"):
        GPT.from_pretrained(untied.transformer)


def test_configs_round_trip():
    for seed in SEEDS:
        config = GPT.from_pretrained(draw(seed)).config
        assert gpt_config_from_hf(gpt_config_to_hf(config)) == config
    default = transformers.GPT2Config()
    assert gpt_config_from_hf({"model_type": "gpt2"}) == gpt_config_from_hf(default.to_dict())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scale_attn_by_inverse_layer_idx", True),
        ("scale_attn_weights", False),
        ("add_cross_attention", True),
        ("quantization_config", {"bits": 4}),
        ("activation_function", "mish"),
        ("n_head", 7),
        ("n_layer", 0),
        ("n_inner", -4),
    ],
)
def test_configs_that_we_cannot_run(tmp_path, field, value):
    small().save_pretrained(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    ours = {"activation_function": "activation", "n_head": "heads", "n_layer": "layers"}
    says = ours.get(field, "hidden" if field == "n_inner" else field)
    with pytest.raises(ValueError, match=f"{says}: got {re.escape(repr(value))}"):
        GPT.from_pretrained(tmp_path)


def test_a_tied_head_unlike_the_embedding(tmp_path):
    model = small()
    model.save_pretrained(tmp_path)
    path = tmp_path / "model.safetensors"
    weights, table = load_file(path), model.embedding.weight.detach()
    save_file(weights | {"lm_head.weight": table.clone()}, path)
    assert torch.equal(GPT.from_pretrained(tmp_path).head.weight, table)
    save_file(weights | {"lm_head.weight": table + 1}, path)
    with pytest.raises(ValueError, match="lm_head: got its own weights"):
        GPT.from_pretrained(tmp_path)


# --- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"heads": 5}, "heads: got 5; expected a divisor of width 12"),
        ({"hidden": 0}, "hidden: got 0"),
        ({"width": 0}, "width: got 0"),
        ({"vocab_size": -1}, "vocab_size: got -1"),
        ({"context": 0}, "context: got 0"),
        ({"dropout": 1.0}, "dropout: got 1.0"),
        ({"dropout": -0.1}, "dropout: got -0.1"),
        ({"activation": "swish2"}, "activation: got 'swish2'"),
    ],
)
def test_bad_configs(changes, says):
    with refused(re.escape(says)):
        small(**changes)


BAD_IDS = [
    (torch.ones(1, 3), "ids: got dtype torch.float32"),
    (torch.ones(1, 3, dtype=torch.bool), "ids: got dtype torch.bool"),
    (torch.ones(3, dtype=torch.long), r"ids: got shape \(3,\)"),
    (torch.ones(0, 3, dtype=torch.long), r"ids: got shape \(0, 3\)"),
    (torch.ones(2, 0, dtype=torch.long), r"ids: got shape \(2, 0\)"),
    (torch.tensor([[1, 40]]), "ids: got 1 to 40; expected 0 to 39"),
    (torch.tensor([[-1, 4]]), "ids: got -1 to 4; expected 0 to 39"),
    (torch.ones(1, 25, dtype=torch.long), "ids: got 25 tokens; expected at most 24"),
]


@pytest.mark.parametrize(("ids", "says"), BAD_IDS)
def test_ids_that_no_model_can_read(ids, says):
    model = small()
    for call in (model, lambda x: model.loss(x, x), lambda x: generate(model, x, 1)):
        with refused(says):
            call(ids)


@pytest.mark.parametrize(
    "mask",
    [
        torch.ones(2, 4, dtype=torch.long),
        torch.ones(2, 4),
        torch.ones(2, 5, dtype=torch.bool),
        torch.ones(1, 4, dtype=torch.bool),
        torch.ones(4, dtype=torch.bool),
        torch.ones(2, 1, 1, 4, dtype=torch.bool),
    ],
)
def test_masks_that_do_not_fit(mask):
    model, ids = small(), torch.ones(2, 4, dtype=torch.long)
    for call in (model, lambda x, mask: generate(model, x, 1, mask=mask)):
        with refused("mask: got"):
            call(ids, mask=mask)


def test_generation_is_refused_at_once():
    model, ids = small(), torch.ones(2, 20, dtype=torch.long)
    assert len([*model.generate(ids, 5)]) == 5  # the last token is never read
    for wrong in (6, 0, -1, 2.5):
        with refused(f"max_new_tokens: got {wrong}; expected 1 to 5"):
            model.generate(ids, wrong)
    mask = torch.ones_like(ids, dtype=torch.bool)
    mask[1, -1] = False
    for wrong in (mask, torch.zeros_like(mask)):
        with refused("mask: got padding at the end of a prompt"):
            model.generate(ids, 1, mask=wrong)


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": -0.5},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"temperature": 1.0, "top_k": 0},
        {"temperature": 0.0, "top_k": -3},
        {"temperature": 1.0, "min_p": 1.1},
        {"temperature": 1.0, "min_p": -0.1},
        {"temperature": 1.0, "min_p": float("nan")},
    ],
)
def test_choices_that_cannot_be_made(options):
    model = small()
    logits = torch.zeros(1, 4)
    for call in (
        lambda **o: model.generate(torch.ones(1, 2, dtype=torch.long), 1, **o),
        lambda **o: choose_token(logits, **o),
        lambda temperature, top_k=None, min_p=0.0: check_choice(temperature, top_k, min_p),
    ):
        with refused("temperature, top_k, min_p: got"):
            call(**options)


def test_targets_that_no_loss_is_defined_for():
    model, ids = small(), torch.ones(2, 4, dtype=torch.long)
    for targets, says in (
        (torch.ones(2, 3, dtype=torch.long), r"targets, chunk: got \(\(2, 3\), 512\)"),
        (torch.full((2, 4), -100), "targets: got -100 everywhere"),
        (torch.full((2, 4), 40), "got 40 to 40; expected 0 to 39"),
        (torch.full((2, 4), -5), "got -5 to -5"),
        (torch.ones(2, 4), "got dtype torch.float32"),
    ):
        with refused(says):
            model.loss(ids, targets)
    with refused(r"targets, chunk: got \(\(2, 4\), 0\)"):
        model.loss(ids, ids, chunk=0)


def test_a_cache_of_another_batch():
    model, ids = small(), torch.ones(2, 4, dtype=torch.long)
    for mask in (None, torch.ones_like(ids, dtype=torch.bool)):
        cache = KVCache(2)
        with torch.no_grad():
            model(ids, cache, mask)
            with refused("ids: got a batch of 1|new: got"):
                model(ids[:1], cache)


@pytest.mark.parametrize("context", [0, -1, 0.5, float("nan")])
def test_a_token_looks_at_itself_at_least(context):
    with refused("context: got"):
        flops_per_token(small(), context)
