"""Tests of llmbook.architecture.bert against `transformers`' BERT with the same weights."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from llmbook.architecture.bert import (
    IGNORED,
    Bert,
    BertConfig,
    BertEncoder,
    BertForClassification,
    BertForMaskedLM,
    bert_config_from_hf,
    mask_tokens,
)
from safetensors.torch import load_file, save_file
from torch import nn

transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()
V, T = 37, 11
SMALL = BertConfig(
    vocab_size=V, context=16, width=12, layers=2, heads=3, hidden=20, segments=2, dropout=0.0
)
KINDS = {
    Bert: transformers.BertModel,
    BertForMaskedLM: transformers.BertForMaskedLM,
    BertForClassification: transformers.BertForSequenceClassification,
}
kinds = pytest.mark.parametrize("kind", list(KINDS))
quick = settings(deadline=None, max_examples=30)
# Several head counts, activations, norms, kinds of segment; padding ids and class counts.
SHAPES = {
    "one head": {"hidden_size": 8, "num_attention_heads": 1},
    "five heads": {"hidden_size": 20, "num_attention_heads": 5, "num_labels": 1},
    "relu": {"hidden_act": "relu", "layer_norm_eps": 1e-5, "intermediate_size": 7},
    "tanh gelu": {"hidden_act": "gelu_new", "type_vocab_size": 1, "num_labels": 5},
    "silu, untied": {"hidden_act": "silu", "tie_word_embeddings": False, "type_vocab_size": 4},
    "no padding id": {"pad_token_id": None, "num_hidden_layers": 1},
    "padding id 3": {"pad_token_id": 3, "layer_norm_eps": 0.1, "num_hidden_layers": 3},
}
shapes = pytest.mark.parametrize("shape", list(SHAPES))


def theirs_of(kind, **options):
    """A random model of `transformers`, in inference mode, whose every weight matters."""
    config = {
        "vocab_size": V,
        "hidden_size": 12,
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
        "intermediate_size": 20,
        "max_position_embeddings": 16,
        "num_labels": 3,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    }
    model = KINDS[kind](transformers.BertConfig(**config | options)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.3)
    return model


def batch(segments=1, rows=4):
    """Ids, a mask with padding at the right, at the left and at neither side, and segments."""
    ids, mask = torch.randint(V, (rows, T)), torch.ones(rows, T, dtype=torch.bool)
    mask[1, -4:] = False
    mask[2, :3] = False
    return ids, mask, torch.randint(segments, (rows, T))


def hidden_or_logits(output):
    return output.logits if "logits" in output else output.last_hidden_state


def close(actual, expected, tol=1e-5):
    torch.testing.assert_close(actual, expected, atol=tol, rtol=tol)


# --- Equal to transformers ---


@kinds
@shapes
def test_outputs_equal_transformers(kind, shape):
    theirs = theirs_of(kind, **SHAPES[shape])
    ours = kind.from_pretrained(theirs)
    ids, mask, segments = batch(theirs.config.type_vocab_size)
    with torch.no_grad():
        expected = theirs(ids, attention_mask=mask.long(), token_type_ids=segments)
        actual = ours(ids, mask, segments)
    if kind is not BertForClassification:  # what comes out at padding means nothing
        close(actual[mask], hidden_or_logits(expected)[mask])
    else:
        close(actual, expected.logits)
    if kind is Bert:
        close(ours.pool(actual), expected.pooler_output)
    with torch.no_grad():
        close(ours(ids), hidden_or_logits(theirs(ids)))


@kinds
@shapes
def test_losses_and_gradients_equal_transformers(kind, shape):
    theirs = theirs_of(kind, **SHAPES[shape])
    ours = kind.from_pretrained(theirs)
    ids, mask, segments = batch(theirs.config.type_vocab_size)
    given_theirs = {"attention_mask": mask.long(), "token_type_ids": segments}
    if kind is BertForClassification:
        labels = torch.arange(4) % ours.config.classes
        expected = nn.functional.cross_entropy(theirs(ids, **given_theirs).logits, labels)
        actual = ours.loss(ids, labels, mask, segments)
    elif kind is BertForMaskedLM:
        targets = torch.where(mask & (torch.rand(ids.shape) < 0.4), ids, IGNORED)
        targets[0, 0] = 1
        expected = theirs(ids, **given_theirs, labels=targets).loss
        actual = ours.loss(ids, targets, mask, segments)
    else:
        expected = theirs(ids, **given_theirs)
        expected = expected.last_hidden_state[mask].pow(3).mean() + expected.pooler_output.mean()
        hidden = ours(ids, mask, segments)
        actual = hidden[mask].pow(3).mean() + ours.pool(hidden).mean()
    close(actual, expected)
    actual.backward()
    expected.backward()
    gradients = {n: p.grad for n, p in theirs.named_parameters() if p.grad is not None}
    renamed = ours.family().weights_from_hf(gradients, ours.config)
    own = {n: p.grad for n, p in ours.named_parameters()}
    assert set(renamed) == set(own)
    for name in own:
        close(own[name], renamed[name])


def test_a_step_of_training_equals_transformers():
    theirs = theirs_of(BertForMaskedLM)
    ours = BertForMaskedLM.from_pretrained(theirs)
    ids, mask, _ = batch()
    targets = ids.masked_fill(torch.rand(ids.shape) < 0.6, IGNORED)
    for _ in range(5):
        for model in (ours, theirs):
            model.train().zero_grad()
        ours.loss(ids, targets, mask).backward()
        theirs(ids, attention_mask=mask.long(), labels=targets).loss.backward()
        for model in (ours, theirs):
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter -= 0.1 * parameter.grad
    close(ours(ids)[mask], theirs(ids).logits[mask], 1e-4)


# --- What a mask does ---


@kinds
def test_padding_changes_nothing_and_rows_of_padding_give_no_nan(kind):
    model = kind.from_pretrained(theirs_of(kind))
    ids, mask, _ = batch()
    other = torch.where(mask, ids, torch.randint(V, ids.shape))
    one, two = model(ids, mask), model(other, mask)
    if kind is BertForClassification:  # row 2 is padded on the left, and pools its first token
        assert torch.equal(one[[0, 1, 3]], two[[0, 1, 3]])
    else:
        assert torch.equal(one[mask], two[mask])
    short = model(ids[1:2, :-4])
    close(one[1:2] if kind is BertForClassification else one[1:2, :-4], short)
    mask[3] = False
    out = model(ids, mask)
    assert out.isfinite().all()
    close(out[:3], one[:3])
    out.sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())


def test_every_token_sees_every_other():
    model = Bert(replace(SMALL, spread=0.5))
    ids = torch.randint(1, V, (1, T))
    before = model(ids)
    for i in range(T):
        changed = ids.clone()
        changed[0, i] = (ids[0, i] + 1) % V or 1
        assert ((model(changed) - before).abs().amax(-1) > 1e-6).all()


@quick
@given(st.integers(1, 5), st.integers(1, 16), st.randoms(use_true_random=False))
def test_rows_do_not_see_each_other(rows, length, random):
    torch.manual_seed(random.randrange(1 << 30))
    model = BertForMaskedLM(SMALL).eval()
    ids = torch.randint(V, (rows, length))
    alone = torch.cat([model(row[None]) for row in ids])
    close(model(ids), alone)
    order = torch.randperm(rows)
    close(model(ids[order]), alone[order])


# --- Masking ---


def test_masking_is_80_10_10():
    ids = torch.randint(5, 1000, (64, 512))
    inputs, targets = mask_tokens(
        ids, 4, 1000, range(5), generator=torch.Generator().manual_seed(0)
    )
    chosen = targets != IGNORED
    assert chosen.float().mean() == pytest.approx(0.15, abs=0.01)
    assert torch.equal(targets[chosen], ids[chosen])
    assert torch.equal(inputs[~chosen], ids[~chosen])
    blank = (inputs == 4)[chosen].float().mean()
    same = (inputs == ids)[chosen].float().mean()
    assert blank == pytest.approx(0.8, abs=0.02)
    assert same == pytest.approx(0.1, abs=0.02)
    swapped = inputs[chosen & (inputs != 4) & (inputs != ids)]
    assert len(swapped.unique()) > 250  # any token of the vocabulary


@quick
@given(st.integers(1, 6), st.integers(1, 40), st.floats(0.05, 0.95), st.integers(0, 1 << 30))
def test_masking_spares_special_tokens_and_repeats_with_its_seed(rows, length, share, seed):
    ids = torch.randint(0, 12, (rows, length), generator=torch.Generator().manual_seed(seed))
    draw = [
        mask_tokens(ids, 3, 12, {0, 1, 2}, share, torch.Generator().manual_seed(seed))
        for _ in range(2)
    ]
    for one, two in zip(*draw, strict=True):
        assert torch.equal(one, two)
    inputs, targets = draw[0]
    special = ids < 3
    assert torch.equal(inputs[special], ids[special])
    assert (targets[special] == IGNORED).all()
    assert torch.equal(torch.where(targets == IGNORED, ids, targets), ids)
    assert inputs.shape == ids.shape
    assert inputs.dtype == ids.dtype


def test_masking_refuses_bad_input():
    ids = torch.randint(V, (2, T))
    for bad, error in [
        (ids.float(), TypeError),
        (ids[:0], ValueError),
        (ids + V, ValueError),
        (ids - V, ValueError),
    ]:
        with pytest.raises(error):
            mask_tokens(bad, 1, V)
    for options in [{"mask_id": V}, {"mask_id": -1}, {"share": 0.0}, {"share": 1.0}]:
        with pytest.raises(ValueError, match="mask_id, share"):
            mask_tokens(ids, **{"mask_id": 1, "vocab_size": V} | options)


# --- Folders ---


@kinds
@pytest.mark.parametrize("max_shard_bytes", [1 << 30, 900])
@pytest.mark.parametrize("shape", ["five heads", "silu, untied", "padding id 3"])
def test_folders_go_both_ways(tmp_path, kind, shape, max_shard_bytes):
    theirs = theirs_of(kind, **SHAPES[shape])
    theirs.save_pretrained(tmp_path / "theirs", max_shard_size=max_shard_bytes)
    ours = kind.from_pretrained(tmp_path / "theirs")
    ours.save_pretrained(tmp_path / "ours", max_shard_bytes)
    again, info = KINDS[kind].from_pretrained(tmp_path / "ours", output_loading_info=True)
    assert not any(info[k] for k in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    ids, mask, _ = batch()
    with torch.no_grad():
        expected = hidden_or_logits(theirs(ids, attention_mask=mask.long()))
        found = hidden_or_logits(again.eval()(ids, attention_mask=mask.long()))
        assert torch.equal(expected, found)
        mine = kind.from_pretrained(tmp_path / "ours")
        assert torch.equal(mine(ids, mask), ours(ids, mask))
    assert mine.config == ours.config
    assert again.config.num_labels == theirs.config.num_labels
    # The same tensors under the same names, those that are tied apart.
    names = [set(read_all(tmp_path / place)) for place in ("theirs", "ours")]
    assert names[0] == names[1]
    sharded = len(list((tmp_path / "ours").glob("*.safetensors"))) > 1
    assert sharded == (max_shard_bytes == 900)


def read_all(folder: Path):
    return {k: t for path in folder.glob("*.safetensors") for k, t in load_file(path).items()}


def test_every_field_of_the_config_survives(tmp_path):
    config = replace(
        SMALL,
        activation="relu",
        segments=3,
        eps=1e-3,
        dropout=0.2,
        head_dropout=0.3,
        spread=0.5,
        pad_id=4,
        tied=False,
        classes=3,
        labels=("sad", "happy", "so so"),
    )
    BertForClassification(config).save_pretrained(tmp_path)
    assert BertForClassification.from_pretrained(tmp_path).config == config
    theirs = transformers.AutoConfig.from_pretrained(tmp_path)
    assert theirs.id2label == {0: "sad", 1: "happy", 2: "so so"}
    assert theirs.label2id["happy"] == 1
    assert theirs.num_labels == 3
    assert theirs.classifier_dropout == 0.3


def test_defaults_are_bert_base():
    assert bert_config_from_hf({"model_type": "bert"}) == BertConfig()
    assert bert_config_from_hf(transformers.BertConfig().to_dict()) == BertConfig()
    with torch.device("meta"):  # the published count: 110 M with the pooler
        assert Bert(BertConfig()).count_parameters() == 109_482_240
        # and the decoder's bias is all that a tied head adds to its transform and norm
        extra = 768 * 768 + 768 + 2 * 768 + 30522
        plain = BertEncoder(BertConfig()).count_parameters()
        assert BertForMaskedLM(BertConfig()).count_parameters() == plain + extra


def test_label_names_come_from_transformers():
    options = {"id2label": {0: "no", 1: "yes"}, "label2id": {"no": 0, "yes": 1}}
    theirs = theirs_of(BertForClassification, num_labels=2, **options)
    assert BertForClassification.from_pretrained(theirs).config.label_names == ("no", "yes")
    unnamed = BertForClassification.from_pretrained(theirs_of(BertForClassification))
    assert unnamed.config.labels == ()
    assert unnamed.config.label_names == ("LABEL_0", "LABEL_1", "LABEL_2")


def test_the_folder_of_the_published_bert(tmp_path):
    """BERT base was saved with both of its heads, old names of norms and a buffer of positions."""
    options = theirs_of(BertForMaskedLM).config.to_dict()
    both = transformers.BertForPreTraining(transformers.BertConfig(**options)).eval()
    both.save_pretrained(tmp_path)
    weights = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): tensor
        for name, tensor in load_file(tmp_path / "model.safetensors").items()
    }
    weights["bert.embeddings.position_ids"] = torch.arange(16)[None]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    ids, mask, _ = batch()
    theirs = both(ids, attention_mask=mask.long())
    ours = BertForMaskedLM.from_pretrained(tmp_path)
    close(ours(ids, mask)[mask], theirs.prediction_logits[mask])
    bert = Bert.from_pretrained(tmp_path)
    pooled = both.bert(ids, attention_mask=mask.long()).pooler_output
    close(bert.pool(bert(ids, mask)), pooled)
    classifier = BertForClassification.from_pretrained(tmp_path, classes=2)
    assert classifier.new_weights == ("classifier.weight", "classifier.bias")
    close(classifier.pool(classifier.features(ids, mask)), pooled)


def test_a_new_head_on_the_encoder_of_a_masked_language_model(tmp_path):
    source = BertForMaskedLM(SMALL)
    source.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"no \('pooler.weight'.*pass classes=N"):
        BertForClassification.from_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"missing.*pooler"):
        Bert.from_pretrained(tmp_path)
    model = BertForClassification.from_pretrained(tmp_path, labels=["a", "b", "c"])
    assert model.config.label_names == ("a", "b", "c")
    assert model.config.classes == 3
    heads = [f"{part}.{kind}" for part in ("pooler", "classifier") for kind in ("weight", "bias")]
    assert sorted(model.new_weights) == sorted(heads)
    for name, tensor in model.state_dict().items():
        if name not in model.new_weights:
            assert torch.equal(tensor, source.state_dict()[name]), name
    assert model.classifier.weight.std() < 0.1
    assert not model.classifier.bias.any()
    ids, mask, _ = batch()
    close(BertEncoder.from_pretrained(tmp_path)(ids, mask), source.features(ids, mask))
    close(model.features(ids, mask), source.features(ids, mask))
    model.save_pretrained(tmp_path / "classifier")
    assert BertForClassification.from_pretrained(tmp_path / "classifier").new_weights == ()


def test_a_new_head_replaces_one_of_another_size():
    theirs = theirs_of(BertForClassification, num_labels=5)
    model = BertForClassification.from_pretrained(theirs, classes=2)
    assert model.new_weights == ("classifier.weight", "classifier.bias")
    assert torch.equal(model.pooler.weight, theirs.bert.pooler.dense.weight)
    assert model(batch()[0]).shape == (4, 2)
    with pytest.raises(ValueError, match="labels"):
        BertForClassification.from_pretrained(theirs, classes=2, labels=["a"])
    with pytest.raises(ValueError, match="classes"):
        BertForClassification.from_pretrained(theirs, classes=0)


def test_loading_damage_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"config\.json"):
        Bert.from_pretrained(tmp_path)
    for kind in (Bert, BertForClassification):
        model = kind(SMALL)
        model.save_pretrained(tmp_path)
        config = json.loads((tmp_path / "config.json").read_text())
        for wrong, message in [
            ({"model_type": "gpt2"}, "model_type 'gpt2'"),
            ({"is_decoder": True}, "decoder"),
            ({"position_embedding_type": "relative_key"}, "relative"),
            ({"hidden_act": "snake"}, "activation"),
            ({"num_attention_heads": 5}, "heads"),
            ({"hidden_size": 24}, "shape"),
            ({"num_hidden_layers": 3}, "missing"),
            ({"num_hidden_layers": 1}, "unknown"),
        ]:
            (tmp_path / "config.json").write_text(json.dumps(config | wrong))
            with pytest.raises(ValueError, match=message):
                kind.from_pretrained(tmp_path)
        (tmp_path / "config.json").write_text(json.dumps(config))
        path = tmp_path / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-100])
        with pytest.raises(ValueError, match="damaged"):
            kind.from_pretrained(tmp_path)
        torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
        path.unlink()
        with pytest.raises(ValueError, match="pickle"):
            kind.from_pretrained(tmp_path)
        assert kind.from_pretrained(tmp_path, allow_pickle=True).config == SMALL


def test_one_weight_missing_is_never_random(tmp_path):
    model = BertForClassification(SMALL)
    model.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["bert.encoder.layer.1.output.dense.weight"]
    save_file(weights, tmp_path / "model.safetensors")
    for options in ({}, {"classes": 4}):
        with pytest.raises(ValueError, match=r"missing \['layers.1.feed_forward.down.weight'\]"):
            BertForClassification.from_pretrained(tmp_path, **options)


def test_dtype_and_mode():
    theirs = theirs_of(BertForMaskedLM)
    model = BertForMaskedLM.from_pretrained(theirs, dtype=torch.bfloat16)
    assert model.decoder.weight.dtype == torch.bfloat16
    assert not model.training
    assert model.decoder.weight is model.embedding.tokens.weight
    assert model(batch()[0]).dtype == torch.bfloat16


# --- Start and bad input ---


def test_initialization():
    torch.manual_seed(0)
    model = BertForMaskedLM(replace(SMALL, vocab_size=2000, width=60, hidden=240, spread=0.05))
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            assert not parameter.any(), name
        elif parameter.ndim == 2 and "positions" not in name and len(parameter) > 2:
            assert parameter.std().item() == pytest.approx(0.05, rel=0.1), name
    assert not model.embedding.tokens.weight[0].any()
    assert model.embedding.tokens.weight[1:].abs().min(1).values.max() > 0
    fresh = BertForClassification(replace(SMALL, classes=4))
    share = fresh(torch.randint(V, (8, T))).softmax(-1)
    assert (share - 0.25).abs().max() < 0.05


def test_dropout_acts_in_training_only():
    model = BertForClassification(replace(SMALL, dropout=0.3))
    ids = torch.randint(V, (3, T))
    assert not torch.equal(model.train()(ids), model(ids))
    assert torch.equal(model.eval()(ids), model(ids))
    only_head = BertForClassification(replace(SMALL, head_dropout=0.5)).train()
    assert torch.equal(only_head.features(ids), only_head.features(ids))
    assert not torch.equal(only_head(ids), only_head(ids))


@pytest.mark.parametrize(
    "wrong",
    [
        {"heads": 5},
        {"heads": 0},
        {"vocab_size": 0},
        {"layers": -1},
        {"width": True},
        {"segments": 0},
        {"classes": 0},
        {"dropout": 1.0},
        {"head_dropout": -0.1},
        {"pad_id": V},
        {"pad_id": -1},
        {"labels": ("only one",)},
        {"labels": ("twice", "twice")},
        {"activation": "snake"},
    ],
    ids=str,
)
def test_bad_configs(wrong):
    name = next(iter(wrong))
    with pytest.raises(ValueError, match=name.removeprefix("head_")):
        replace(SMALL, **wrong)


@kinds
def test_bad_input(kind):
    model = kind(SMALL).eval()
    ids, mask, segments = batch()
    for bad, error in [
        (ids.float(), TypeError),
        (ids.bool(), TypeError),
        (ids[:0], ValueError),
        (ids[:, :0], ValueError),
        (ids + V, ValueError),
        (ids - V, ValueError),
        (torch.zeros(1, 17, dtype=torch.long), ValueError),
    ]:
        with pytest.raises(error):
            model(bad)
    for bad in (mask.long(), mask[:, :-1], mask[:1]):
        with pytest.raises((ValueError, TypeError)):
            model(ids, bad)
    for bad in (segments + 2, segments - 1, segments[:, :-1], segments.float()):
        with pytest.raises((ValueError, TypeError)):
            model(ids, None, bad)


def test_targets_and_labels_that_do_not_fit():
    ids, mask, _ = batch()
    model = BertForMaskedLM(SMALL)
    for bad in (ids + V, ids[:, :-1], torch.full_like(ids, IGNORED), torch.full_like(ids, -1)):
        with pytest.raises((ValueError, TypeError)):
            model.loss(ids, bad, mask)
    classifier = BertForClassification(SMALL)
    for bad in ([0, 1, 2, 0], [0, -1, 0, 0], [0, 1, 0]):
        with pytest.raises((ValueError, TypeError)):
            classifier.loss(ids, torch.tensor(bad))


def test_it_learns_what_only_the_right_context_says():
    """The first token repeats the last: half of the blanks can be filled from the right alone."""
    torch.manual_seed(0)
    model = BertForMaskedLM(replace(SMALL, width=24, layers=1, hidden=48, spread=0.2))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(120):
        ids = torch.randint(4, V, (32, 3))
        ids[:, 0] = ids[:, 2]
        inputs, targets = ids.clone(), torch.full_like(ids, IGNORED)
        targets[:, 0], inputs[:, 0] = ids[:, 0], 3
        optimizer.zero_grad()
        loss = model.loss(inputs, targets)
        loss.backward()
        optimizer.step()
    assert loss < 0.2
