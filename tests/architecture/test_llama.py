"""Llama against `transformers`: random members of three families, and what must be refused."""

import json
import math
import random
import re
from dataclasses import replace

import jaxtyping
import pytest
import torch
import transformers
from llmbook.architecture.attention import KVCache
from llmbook.architecture.gpt import GPT, GPTConfig, parameters_by_part
from llmbook.architecture.llama import (
    LLAMA_FAMILY,
    Llama,
    LlamaConfig,
    llama_config_from_hf,
    llama_config_to_hf,
    llama_kind,
    rope_from_hf,
    rope_to_hf,
)
from llmbook.architecture.position import (
    DynamicNTKScaling,
    LinearScaling,
    Llama3Scaling,
    NTKScaling,
    YarnScaling,
)
from safetensors.torch import load_file, save_file
from torch.testing import assert_close

CLASSES = {
    "llama": (transformers.LlamaConfig, transformers.LlamaForCausalLM),
    "qwen2": (transformers.Qwen2Config, transformers.Qwen2ForCausalLM),
    "qwen3": (transformers.Qwen3Config, transformers.Qwen3ForCausalLM),
}
SEEDS = range(24)


@pytest.fixture(autouse=True, scope="module")
def no_progress_bars():
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()


@pytest.fixture
def unchecked():
    """Bad input as a reader gives it: without the types and shapes that the tests check."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


# --- random members of the families ----------------------------------------------------------


def draw_rope(rng: random.Random, context: int) -> dict:
    """Rotary parameters of a random kind, with random numbers."""
    kind = rng.choice(["default", "linear", "dynamic", "llama3", "yarn"])
    rope = {"rope_type": kind, "rope_theta": rng.choice([100.0, 10_000.0, 5e5, 1e6])}
    if kind != "default":
        rope["factor"] = rng.choice([1.0, 1.5, 2.0, 4, 8.0])
    if kind in ("llama3", "yarn"):
        rope["original_max_position_embeddings"] = rng.choice([context, max(8, context // 2)])
    if kind == "llama3":
        low = rng.choice([0.5, 1.0, 2.0])
        rope |= {"low_freq_factor": low, "high_freq_factor": low * rng.choice([1.5, 2, 4])}
    if kind == "yarn":
        extra = {"beta_fast": 16.0, "beta_slow": 0.5, "attention_factor": 1.3, "truncate": False}
        rope |= {name: value for name, value in extra.items() if rng.random() < 0.4}
        if rng.random() < 0.3:
            rope |= {"mscale": 0.7, "mscale_all_dim": 1.1}
    return rope


def draw(seed: int):
    """A `transformers` model of a random small shape, every parameter of it random."""
    rng = random.Random(seed)
    kind = rng.choice([*CLASSES])
    groups, per_group, context = rng.randint(1, 3), rng.randint(1, 3), rng.choice([24, 40, 64])
    heads = groups * per_group
    shape = {
        "vocab_size": rng.randint(20, 70),
        "num_hidden_layers": rng.randint(1, 3),
        "num_attention_heads": heads,
        "num_key_value_heads": groups,
        "intermediate_size": rng.randint(3, 50),
        "max_position_embeddings": context,
        "rms_norm_eps": 10 ** rng.uniform(-7, -2),
        "tie_word_embeddings": rng.random() < 0.5,
        "rope_parameters": draw_rope(rng, context),
        "bos_token_id": None,
        "eos_token_id": None,
    }
    if rng.random() < 0.5 or kind == "qwen3":
        shape["head_dim"] = rng.choice([4, 6, 8, 16])
        shape["hidden_size"] = heads * rng.randint(2, 9) if kind == "llama" else rng.randint(9, 39)
    else:
        shape["hidden_size"] = heads * rng.choice([4, 6, 10])
    if kind == "llama":
        shape["mlp_bias"] = rng.random() < 0.5
    elif rng.random() < 0.6:
        # from 2: with a window of 1, the cache of transformers 5.23 forgets nothing (x[-0:])
        shape |= {"use_sliding_window": True, "sliding_window": rng.randint(2, 7)}
        shape["max_window_layers"] = rng.randint(0, 2)
    if kind != "qwen2":
        shape["attention_bias"] = rng.random() < 0.5
    torch.manual_seed(seed)
    config_class, model_class = CLASSES[kind]
    theirs = model_class(config_class(**shape)).eval()
    with torch.no_grad():
        for name, parameter in theirs.named_parameters():
            parameter.normal_(1.0 if "norm" in name else 0.0, 0.2)
    return theirs


def is_dynamic(model: Llama) -> bool:
    return isinstance(model.config.rope_scaling, DynamicNTKScaling)


def prompts(model: Llama, seed: int, longest: int = 22):
    """Random ids and a mask that pads every row but the first on the left."""
    generator = torch.Generator().manual_seed(seed)
    length = min(model.config.context, longest)
    ids = torch.randint(model.config.vocab_size, (3, length), generator=generator)
    starts = torch.tensor([0, 3, length - 2])
    return ids, torch.arange(length) >= starts[:, None]


def assert_six_digits(got, expected):
    """Within 1e-5, of the largest number where that is above 1."""
    assert_close(got, expected, atol=1e-5 * max(1.0, expected.abs().max().item()), rtol=0)


def places(mask):
    return (mask.cumsum(1) - 1).clamp(min=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_logits_and_gradients(seed):
    theirs = draw(seed)
    ours = Llama.from_pretrained(theirs)
    ids, mask = prompts(ours, seed)
    expected = theirs(ids, attention_mask=mask.long(), position_ids=places(mask)).logits
    got = ours(ids, mask=mask)
    assert_six_digits(got[mask], expected[mask])
    push = torch.randn(expected[mask].shape, generator=torch.Generator().manual_seed(1))
    push /= push.numel()
    (expected[mask] * push).sum().backward()
    (got[mask] * push).sum().backward()
    mine = LLAMA_FAMILY.weights_to_hf(
        {name: p.grad for name, p in ours.named_parameters()}, ours.config
    )
    reference = {name: p.grad for name, p in theirs.named_parameters()}
    assert mine.keys() == reference.keys()
    for name, gradient in reference.items():
        assert_close(mine[name], gradient, atol=1e-5, rtol=1e-4, msg=lambda m, n=name: f"{n}: {m}")
    assert ours.count_parameters() == theirs.num_parameters()


@pytest.mark.parametrize("seed", SEEDS)
def test_cached_pieces(seed):
    """Fed in pieces, the last ones single tokens: what `transformers` gives, and what one call
    gives, unless a dynamic base makes the two differ (there too)."""
    theirs = draw(seed)
    ours = Llama.from_pretrained(theirs)
    length = min(ours.config.context, 26)
    ids = torch.randint(ours.config.vocab_size, (2, length))
    cache, their_cache, pieces = KVCache(ours.config.layers), None, []
    with torch.no_grad():
        whole = ours(ids)
        for piece in ids.split([5, 1, 4, *[1] * (length - 10)], 1):
            pieces.append(ours(piece, cache))
            reply = theirs(piece, past_key_values=their_cache, use_cache=True)
            their_cache = reply.past_key_values
            assert_six_digits(pieces[-1], reply.logits)
    assert len(cache) == length
    if not is_dynamic(ours) or length <= ours.config.rope_scaling.trained:
        assert_six_digits(torch.cat(pieces, 1), whole)


@pytest.mark.parametrize("seed", SEEDS)
def test_greedy_text(seed):
    """Left-padded prompts, longer than any window, that stop at different times."""
    theirs = draw(seed)
    ours = Llama.from_pretrained(theirs)
    ids, mask = prompts(ours, seed, longest=12)
    options = {"attention_mask": mask.long(), "do_sample": False, "pad_token_id": 0}
    new = min(12, ours.config.context - ids.shape[1])
    free = torch.stack([*ours.generate(ids, new, mask=mask)], 1)
    theirs.generation_config.eos_token_id = None
    expected = theirs.generate(ids, max_new_tokens=new, **options)[:, ids.shape[1] :]
    assert free.tolist() == expected.tolist()
    stop = sorted({int(free[0, 3]), int(free[1, 6])})
    theirs = draw(seed)  # a dynamic base remembers the longest sequence it saw: start afresh
    expected = theirs.generate(ids, max_new_tokens=new, eos_token_id=stop, **options)
    ours.config = replace(ours.config, eos_ids=tuple(stop))
    stopped = torch.stack([*ours.generate(ids, new, mask=mask)], 1)
    assert stopped.shape == expected[:, ids.shape[1] :].shape
    for mine, reference in zip(stopped, expected[:, ids.shape[1] :], strict=True):
        ends = [i for i, token in enumerate(reference.tolist()) if token in stop]
        end = ends[0] + 1 if ends else new
        assert mine[:end].tolist() == reference[:end].tolist()
        assert (mine[end:] == mine[end - 1]).all()


@pytest.mark.parametrize("seed", SEEDS[:16])
def test_folders_both_ways(seed, tmp_path):
    theirs = draw(seed)
    theirs.save_pretrained(tmp_path / "theirs", max_shard_size="8KB" if seed % 2 else "1GB")
    ours = Llama.from_pretrained(tmp_path / "theirs")
    ids, _ = prompts(ours, seed)
    with torch.no_grad():
        expected = ours(ids)
        assert_six_digits(expected, theirs(ids).logits)
        ours.save_pretrained(tmp_path / "ours", max_shard_bytes=6_000 if seed % 3 else 10**9)
        back = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "ours").eval()
        assert type(back) is type(theirs)
        assert_six_digits(back(ids).logits, expected)
    again = Llama.from_pretrained(tmp_path / "ours")
    assert again.config == ours.config
    for name, tensor in ours.state_dict().items():
        assert_close(again.state_dict()[name], tensor, atol=0, rtol=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_spelling_of_transformers_4(seed, tmp_path):
    """`rope_theta` and `rope_scaling` with a `type`; no `layer_types`; both readers agree."""
    theirs = draw(seed)
    hf = theirs.config.to_dict()
    rope = hf.pop("rope_parameters")
    hf["rope_theta"] = rope.pop("rope_theta")
    kind = rope.pop("rope_type")
    old = None if kind == "default" else rope | {"type" if seed % 2 else "rope_type": kind}
    hf["rope_scaling"] = old
    hf.pop("layer_types", None)
    expected = llama_config_from_hf(theirs.config.to_dict())
    assert llama_config_from_hf(hf) == expected
    (tmp_path / "config.json").write_text(json.dumps(hf))
    read = transformers.AutoConfig.from_pretrained(tmp_path)
    assert llama_config_from_hf(read.to_dict()) == expected


def test_half_precision_checkpoint(tmp_path):
    theirs = draw(3).to(torch.bfloat16)
    theirs.save_pretrained(tmp_path)
    ours = Llama.from_pretrained(tmp_path)
    theirs = type(theirs).from_pretrained(tmp_path, dtype=torch.float32)
    assert next(ours.parameters()).dtype == torch.float32
    ids, _ = prompts(ours, 0)
    assert_close(ours(ids), theirs(ids).logits, atol=1e-5, rtol=1e-5)
    half = Llama.from_pretrained(tmp_path, dtype=torch.bfloat16)
    assert half(ids).dtype == torch.bfloat16
    half.save_pretrained(tmp_path / "half")
    assert json.loads((tmp_path / "half/config.json").read_text())["dtype"] == "bfloat16"
    stored = load_file(tmp_path / "half/model.safetensors")
    assert all(tensor.dtype == torch.bfloat16 for tensor in stored.values())


def test_dynamic_base_past_the_trained_length():
    """One call past it slows every pair; cached keys stay as they were turned, also theirs."""
    shape = {"hidden_size": 32, "num_attention_heads": 4, "num_hidden_layers": 2}
    shape |= {"intermediate_size": 40, "vocab_size": 50, "max_position_embeddings": 8}
    rope = {"rope_type": "dynamic", "rope_theta": 100.0, "factor": 4.0}
    config = transformers.LlamaConfig(**shape, rope_parameters=rope)
    theirs = transformers.LlamaForCausalLM(config).eval()
    for parameter in theirs.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    ours = Llama.from_pretrained(theirs)
    assert ours.config.context == 32
    ids, cache = torch.randint(50, (1, 30)), KVCache(2)
    with torch.no_grad():
        whole = ours(ids)
        assert_close(whole, theirs(ids).logits, atol=1e-5, rtol=1e-5)
        pieces = torch.cat([ours(piece, cache) for piece in ids.split(1, 1)], 1)
    assert_close(pieces[:, :8], ours(ids[:, :8]), atol=1e-5, rtol=1e-5)
    assert (pieces[:, -1] - whole[:, -1]).abs().max() > 1e-3


# --- published models, by their config.json --------------------------------------------------

LLAMA_2_7B = {
    "model_type": "llama",
    "hidden_act": "silu",
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "max_position_embeddings": 4096,
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 32,
    "pretraining_tp": 1,
    "rms_norm_eps": 1e-05,
    "rope_scaling": None,
    "tie_word_embeddings": False,
    "vocab_size": 32000,
}
LLAMA_3_8B = LLAMA_2_7B | {
    "intermediate_size": 14336,
    "num_key_value_heads": 8,
    "max_position_embeddings": 8192,
    "rope_theta": 500000.0,
    "vocab_size": 128256,
}
QWEN3_06B = {
    "model_type": "qwen3",
    "attention_bias": False,
    "head_dim": 128,
    "hidden_size": 1024,
    "intermediate_size": 3072,
    "max_position_embeddings": 40960,
    "max_window_layers": 28,
    "num_attention_heads": 16,
    "num_hidden_layers": 28,
    "num_key_value_heads": 8,
    "rms_norm_eps": 1e-06,
    "rope_scaling": None,
    "rope_theta": 1000000,
    "sliding_window": None,
    "tie_word_embeddings": True,
    "use_sliding_window": False,
    "vocab_size": 151936,
}
QWEN2_05B = {
    "model_type": "qwen2",
    "hidden_act": "silu",
    "hidden_size": 896,
    "intermediate_size": 4864,
    "max_position_embeddings": 131072,
    "max_window_layers": 24,
    "num_attention_heads": 14,
    "num_hidden_layers": 24,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-06,
    "rope_theta": 1000000.0,
    "sliding_window": 131072,
    "tie_word_embeddings": True,
    "use_sliding_window": False,
    "vocab_size": 151936,
}


@pytest.mark.parametrize(
    ("hf", "count"),
    [
        (LLAMA_2_7B, 6_738_415_616),
        (LLAMA_3_8B, 8_030_261_248),
        (QWEN3_06B, 596_049_920),
        (QWEN2_05B, 494_032_768),
    ],
)
def test_published_parameter_counts(hf, count):
    config = llama_config_from_hf(hf)
    with torch.device("meta"):
        model = Llama(config)
    assert model.count_parameters() == count
    assert sum(parameters_by_part(model).values()) == count
    assert llama_config_from_hf(llama_config_to_hf(config)) == config


def test_published_context_of_scaled_models():
    """What a folder says about its length: linear, dynamic and YaRN reach past it."""
    linear = {"rope_scaling": {"type": "linear", "factor": 4.0}, "max_position_embeddings": 4096}
    assert llama_config_from_hf(LLAMA_2_7B | linear).context == 16_384  # Vicuna 1.5 16k
    yarn = {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}
    assert llama_config_from_hf(QWEN3_06B | {"rope_scaling": yarn}).context == 131_072
    llama3 = {
        "factor": 32.0,
        "high_freq_factor": 4.0,
        "low_freq_factor": 1.0,
        "original_max_position_embeddings": 8192,
        "rope_type": "llama3",
    }
    scaled = LLAMA_3_8B | {"rope_scaling": llama3, "max_position_embeddings": 131072}
    assert llama_config_from_hf(scaled).context == 131_072  # Llama 3.2


# --- properties ------------------------------------------------------------------------------


def small(**changes) -> Llama:
    torch.manual_seed(0)
    defaults = {"vocab_size": 40, "context": 32, "width": 24, "layers": 2, "heads": 4, "groups": 2}
    model = Llama(LlamaConfig(**defaults | {"hidden": 36} | changes)).eval()
    for name, parameter in model.named_parameters():
        torch.nn.init.normal_(parameter, 1.0 if "norm" in name else 0.0, 0.3)
    return model


FLAVOURS = {
    "llama": {},
    "qwen2": {"qkv_bias": True, "window": 3, "window_layers": (1,)},
    "qwen3": {"qk_norm": True, "head_width": 10, "tied": False},
}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_causal_and_blind_to_the_batch(flavour):
    model = small(**FLAVOURS[flavour])
    ids = torch.randint(40, (3, 12))
    whole = model(ids)
    changed = ids.clone()
    changed[:, 7:] = (changed[:, 7:] + 1) % 40
    assert_close(model(changed)[:, :7], whole[:, :7])
    assert (model(changed)[:, 7:] - whole[:, 7:]).abs().max() > 1e-3
    assert_close(model(ids[1:2]), whole[1:2], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_padding_changes_nothing(flavour):
    """On either side, with a cache or without; rows of padding alone stay finite."""
    model = small(**FLAVOURS[flavour])
    ids, junk = torch.randint(40, (1, 9)), torch.randint(40, (1, 4))
    expected, real = model(ids), torch.ones(1, 9, dtype=torch.bool)
    pad = torch.zeros(1, 4, dtype=torch.bool)
    left = model(torch.cat([junk, ids], 1), mask=torch.cat([pad, real], 1))
    assert_close(left[:, 4:], expected, atol=1e-5, rtol=1e-5)
    right = model(torch.cat([ids, junk], 1), mask=torch.cat([real, pad], 1))
    assert_close(right[:, :9], expected, atol=1e-5, rtol=1e-5)
    with torch.no_grad():
        cache = KVCache(2)
        first = model(torch.cat([junk, ids[:, :5]], 1), cache, torch.cat([pad, real[:, :5]], 1))
        rest = [model(token, cache) for token in ids[:, 5:].split(1, 1)]
    assert_close(torch.cat([first[:, 4:], *rest], 1), expected, atol=1e-5, rtol=1e-5)
    both = model(torch.cat([ids, ids]), mask=torch.cat([real, ~real]))
    both.sum().backward()
    assert both.isfinite().all()
    assert all(p.grad.isfinite().all() for p in model.parameters())


def test_a_window_is_exact():
    """One layer sees its window: a change further back changes nothing, one inside does."""
    model = small(layers=1, window=4, window_layers=(0,))
    ids = torch.randint(40, (1, 12))
    far, near = ids.clone(), ids.clone()
    far[0, 7], near[0, 8] = (ids[0, 7] + 1) % 40, (ids[0, 8] + 1) % 40
    assert_close(model(far)[0, 11], model(ids)[0, 11])
    assert (model(near)[0, 11] - model(ids)[0, 11]).abs().max() > 1e-4
    wide = Llama(replace(model.config, window=12)).eval()
    full = Llama(replace(model.config, window=None, window_layers=())).eval()
    wide.load_state_dict(model.state_dict())
    full.load_state_dict(model.state_dict())
    assert_close(wide(ids), full(ids))


@pytest.mark.parametrize("window", [1, 2, 5])
def test_a_window_and_a_cache(window):
    model, cache = small(window=window, window_layers=(0, 1)), KVCache(2)
    ids = torch.randint(40, (2, 20))
    with torch.no_grad():
        pieces = [model(piece, cache) for piece in ids.split([3, 1, 9, *[1] * 7], 1)]
        assert_close(torch.cat(pieces, 1), model(ids), atol=1e-5, rtol=1e-5)


def test_grouped_queries_are_shared_heads():
    grouped, full = small(groups=2), small(groups=4)
    state = grouped.state_dict()
    for name in state:
        if ".attention.key." in name or ".attention.value." in name:
            heads = state[name].unflatten(0, (2, 6))
            state[name] = heads.repeat_interleave(2, 0).flatten(0, 1)
    full.load_state_dict(state)
    ids = torch.randint(40, (2, 10))
    assert_close(full(ids), grouped(ids), atol=1e-5, rtol=1e-5)


def test_query_key_norm_ignores_scale():
    model, ids = small(qk_norm=True, eps=1e-12), torch.randint(40, (2, 10))
    expected = model(ids)
    with torch.no_grad():
        model.blocks[0].attention.query.weight *= 50
        model.blocks[1].attention.key.weight *= 0.1
    assert_close(model(ids), expected, atol=1e-4, rtol=1e-4)


def test_cache_holds_two_numbers_per_layer_group_and_dimension():
    model, cache = small(), KVCache(2)
    with torch.no_grad():
        model(torch.randint(40, (3, 7)), cache)
        model(torch.randint(40, (3, 1)), cache)
    assert cache.numbers() == 2 * 2 * 3 * 8 * 2 * 6  # K and V, layers, B, T, G, K


def test_initial_weights():
    """Matrices N(0, 0.02²), those that add to the stream smaller by √(2L); the loss is ln V."""
    torch.manual_seed(0)
    model = Llama(LlamaConfig(vocab_size=512, context=64, qkv_bias=True))
    block = model.blocks[3]
    for weight, std in [
        (model.embedding.weight, 0.02),
        (block.attention.query.weight, 0.02),
        (block.feed_forward.gate.weight, 0.02),
        (block.attention.out.weight, 0.02 / math.sqrt(12)),
        (block.feed_forward.down.weight, 0.02 / math.sqrt(12)),
    ]:
        assert weight.std().item() == pytest.approx(std, rel=0.03)
    assert not block.attention.key.bias.any()
    assert (block.attention_norm.weight == 1).all()
    ids = torch.randint(512, (2, 65))
    loss = model.loss(ids[:, :-1], ids[:, 1:]).item()
    assert loss == pytest.approx(math.log(512), abs=0.15)


@pytest.mark.parametrize(
    "scaling",
    [
        None,
        LinearScaling(2.0),
        DynamicNTKScaling(2.0, 16),
        Llama3Scaling(2.0, 16),
        YarnScaling(2.0, 16, 8.0, 0.5, 1.2, False),
        YarnScaling(2.0, 16, mscale=0.7, mscale_all_dim=0.9),
        YarnScaling(4, 8, mscale=0.7),  # transformers needs both: said as a plain factor
    ],
)
def test_own_folders(scaling, tmp_path):
    model = small(rope_scaling=scaling, eos_ids=(3, 5), qk_norm=True)
    model.save_pretrained(tmp_path)
    again = Llama.from_pretrained(tmp_path)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(tmp_path)
    ids = torch.randint(40, (2, 20))
    expected = model(ids)
    assert_close(again(ids), expected, atol=0, rtol=0)
    assert_close(theirs(ids).logits, expected, atol=1e-5, rtol=1e-5)
    if scaling != YarnScaling(4, 8, mscale=0.7):
        assert again.config == model.config
    assert theirs.config.eos_token_id == [3, 5]


# --- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"heads": 5}, "heads: got 5; expected a divisor of width 256"),
        ({"groups": 3}, "groups: got 3; expected a divisor of heads 8"),
        ({"groups": 0}, "groups: got 0"),
        ({"layers": 0}, "layers: got 0"),
        ({"width": 2.5}, "width: got 2.5"),
        ({"vocab_size": True}, "vocab_size: got True"),
        ({"head_width": 0}, "head_width: got 0"),
        ({"head_width": 33}, "head_width: got 33; expected an even"),
        ({"window": 4}, "expected both or neither"),
        ({"window_layers": (1,)}, "expected both or neither"),
        ({"window": 0, "window_layers": (1,)}, "window: got 0"),
        ({"window": 4, "window_layers": (1, 6)}, "window_layers: got [6]; expected 0 to 5"),
        ({"rope_base": 0.0}, "base: got 0.0"),
    ],
)
def test_bad_shapes(changes, says, unchecked):
    with pytest.raises(ValueError, match=re.escape(says)), torch.device("meta"):
        Llama(LlamaConfig(**changes))


def test_bad_ids(unchecked):
    model = small()
    with pytest.raises(TypeError, match=r"ids: got dtype torch\.float32"):
        model.features(torch.zeros(1, 3))
    for ids, says in [
        (torch.tensor([[40]]), "ids: got 40 to 40; expected 0 to 39"),
        (torch.tensor([[-1, 2]]), "ids: got -1 to 2"),
        (torch.zeros(0, 3, dtype=torch.long), "not empty"),
        (torch.zeros(2, 0, dtype=torch.long), "not empty"),
        (torch.zeros(1, 33, dtype=torch.long), "ids: got 33 tokens; expected at most 32"),
    ]:
        with pytest.raises(ValueError, match=re.escape(says)):
            model(ids)
    cache = KVCache(2)
    with torch.no_grad():
        model(torch.zeros(1, 30, dtype=torch.long), cache)
        with pytest.raises(ValueError, match="ids: got 3 tokens; expected at most 2"):
            model(torch.zeros(1, 3, dtype=torch.long), cache)
        model(torch.zeros(1, 2, dtype=torch.long), cache)  # refusing has lost nothing
    assert len(cache) == 32


def test_bad_masks_and_options(unchecked):
    model, ids = small(), torch.zeros(2, 5, dtype=torch.long)
    with pytest.raises(ValueError, match="mask: got"):
        model.features(ids, mask=torch.ones(2, 4, dtype=torch.bool))
    right = torch.tensor([[True] * 5, [True] * 4 + [False]])
    with pytest.raises(ValueError, match="on the left"):
        model.generate(ids, 3, mask=right)
    for new in (0, 29):
        with pytest.raises(ValueError, match="max_new_tokens"):
            model.generate(ids, new)
    with pytest.raises(ValueError, match="temperature"):
        model.generate(ids, 3, temperature=-1.0)


def base_hf(**changes) -> dict:
    return llama_config_to_hf(small().config) | changes


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"hidden_act": "gelu"}, "hidden_act: got 'gelu'; expected 'silu'"),
        ({"hidden_size": "24"}, "hidden_size: got '24'"),
        ({"num_hidden_layers": None}, "num_hidden_layers: got None"),
        ({"num_attention_heads": 0}, "heads: got 0"),
        ({"quantization_config": {"quant_method": "gptq"}}, "quantization_config"),
        ({"rope_scaling": {"rope_type": "longrope", "factor": 2.0}}, "rope_type: got 'longrope'"),
        ({"rope_scaling": {"type": "linear"}}, "no linear scaling"),
        ({"rope_scaling": {"type": "linear", "factor": "2"}}, "no linear scaling"),
        ({"rope_scaling": {"type": "linear", "factor": 0.5}}, "factor: got 0.5"),
        ({"rope_parameters": {"partial_rotary_factor": 0.5}}, "expected one rotation of whole"),
        ({"partial_rotary_factor": 0.5}, "expected one rotation of whole"),
        ({"rope_parameters": {"full_attention": {"rope_theta": 5.0}}}, "expected one rotation"),
    ],
)
def test_configs_that_we_cannot_run(changes, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        llama_config_from_hf(base_hf(**changes))


def test_layer_types_that_we_cannot_run():
    qwen = QWEN3_06B | {"num_hidden_layers": 2, "use_sliding_window": True, "sliding_window": 4}
    for kinds in (["full_attention"], ["chunked_attention", "full_attention"]):
        with pytest.raises(ValueError, match="layer_types: got"):
            llama_config_from_hf(qwen | {"layer_types": kinds})
    contradictory = {"use_sliding_window": False, "layer_types": ["sliding_attention"] * 2}
    with pytest.raises(ValueError, match="window: got"):
        llama_config_from_hf(qwen | contradictory)


def test_no_family_has_it(tmp_path):
    for changes in (
        {"out_bias": True},
        {"qkv_bias": True, "feed_forward_bias": True},
        {"qk_norm": True, "qkv_bias": True},  # once saved as a Qwen2 without its norms
        {"qk_norm": True, "feed_forward_bias": True},
        {"window": 4, "window_layers": (0,)},
        {"heads": 5, "groups": 1, "head_width": 6},
    ):
        model = small(**changes)
        with pytest.raises(ValueError, match="of one family"):
            model.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="a larger rope_base"):
        small(rope_scaling=NTKScaling(2.0)).save_pretrained(tmp_path)
    assert not (tmp_path / "config.json").exists()
    assert llama_kind(LlamaConfig()) == "llama"


def test_rope_fields_survive():
    for scaling in (LinearScaling(3), Llama3Scaling(8.0, 100, 1.0, 4.0), YarnScaling(4.0, 100)):
        hf = {"rope_parameters": rope_to_hf(500.0, scaling), "max_position_embeddings": 400}
        assert rope_from_hf(hf) == (500.0, scaling)


@pytest.fixture
def folder(tmp_path):
    small().save_pretrained(tmp_path / "llama")
    return tmp_path / "llama"


def test_bad_folders(folder, tmp_path):
    for missing in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(FileNotFoundError):
            Llama.from_pretrained(missing)
    GPT(GPTConfig(vocab_size=9, context=8, width=8, layers=1, heads=2)).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="got model_type 'gpt2'; expected 'llama' or"):
        Llama.from_pretrained(tmp_path)
    with pytest.raises(TypeError, match="expected a folder"):
        Llama.from_pretrained(torch.nn.Linear(2, 2))
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"junk" * 99):
        weights.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"model\.safetensors"):
            Llama.from_pretrained(folder)
    weights.unlink()
    with pytest.raises(FileNotFoundError, match="neither"):
        Llama.from_pretrained(folder)
    torch.save({"x": torch.zeros(1)}, folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match="pickle"):
        Llama.from_pretrained(folder)


def test_pickles_open_when_asked(folder):
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    ids = torch.randint(40, (1, 6))
    model = Llama.from_pretrained(folder, allow_pickle=True)
    assert_close(model(ids), small()(ids))


def test_weights_that_do_not_fit(folder):
    weights = load_file(folder / "model.safetensors")
    path, name = folder / "model.safetensors", "model.layers.1.mlp.up_proj.weight"
    table = weights["model.embed_tokens.weight"]
    old = {"model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(3)}
    save_file(weights | old | {"lm_head.weight": table.clone()}, path)
    assert Llama.from_pretrained(folder).config.tied  # older folders hold these too
    for wrong, says in [
        ({n: t for n, t in weights.items() if n != name}, "missing"),
        (weights | {"model.layers.9.mlp.up_proj.weight": table.clone()}, "unknown"),
        (weights | {name: weights[name][:-1].clone()}, "has shape"),
        (weights | {"lm_head.weight": table + 1}, "lm_head: got its own weights"),
    ]:
        save_file(wrong, path)
        with pytest.raises(ValueError, match=says):
            Llama.from_pretrained(folder)
