"""A training step and decoding: GPT and Llama against `transformers` and the plain recipe.

6 layers, width 256, 8 heads, vocabulary 4,096; a step reads 8 sequences of 256 tokens. Every
contender takes its turn in every round, in an order that shifts from round to round, and a ratio
is the median over the rounds of theirs / ours within one round: what else the machine does falls
on all of them.
"""

import argparse
import gc
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
import transformers
from llmbook.architecture.gpt import GPT, GPTConfig, flops_per_token
from llmbook.architecture.llama import Llama, LlamaConfig
from torch import nn
from torch.nn import functional as F

LAYERS, WIDTH, HEADS, CONTEXT, BATCH, VOCAB, HIDDEN = 6, 256, 8, 256, 8, 4096, 688
PROMPT, NEW = 16, 128
ROUNDS, COMPILED_ROUNDS = 15, 10


class PlainGPT(nn.Module):
    """The reference: nanoGPT's recipe in torch's own modules, with the GELU that GPT-2 has."""

    def __init__(self, layers: int = LAYERS):
        super().__init__()
        self.tokens, self.places = nn.Embedding(VOCAB, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.ModuleList(PlainBlock() for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCAB, bias=False)
        self.head.weight = self.tokens.weight
        self.apply(lambda m: isinstance(m, nn.Linear) and nn.init.normal_(m.weight, std=0.02))
        self.tokens.weight.data.normal_(std=0.02)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Logits of the token after each token."""
        x = self.tokens(ids) + self.places(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class PlainBlock(nn.Module):
    """One layer of it: queries, keys and values in one matrix, fused causal attention."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The stream after this layer."""
        split = self.qkv(self.norm1(x)).split(WIDTH, -1)
        q, k, v = (t.view(*t.shape[:2], HEADS, -1).transpose(1, 2) for t in split)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(x.shape))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


def their_gpt() -> nn.Module:
    """GPT-2 of `transformers`, dropout off."""
    config = transformers.GPT2Config(
        vocab_size=VOCAB,
        n_positions=CONTEXT,
        n_embd=WIDTH,
        n_layer=LAYERS,
        n_head=HEADS,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=None,
        eos_token_id=None,
    )
    return transformers.GPT2LMHeadModel(config)


def their_llama() -> nn.Module:
    """Llama of `transformers`, with as many key/value heads as queries."""
    config = transformers.LlamaConfig(
        vocab_size=VOCAB,
        hidden_size=WIDTH,
        intermediate_size=HIDDEN,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
    )
    return transformers.LlamaForCausalLM(config)


def our_gpt() -> nn.Module:
    """The book's GPT of that shape."""
    return GPT(GPTConfig(VOCAB, CONTEXT, WIDTH, LAYERS, HEADS))


def our_llama() -> nn.Module:
    """The book's Llama of that shape, heads not grouped."""
    return Llama(LlamaConfig(VOCAB, CONTEXT, WIDTH, LAYERS, HEADS, HEADS, HIDDEN))


def _our_loss(model: nn.Module, ids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return model.loss(ids, targets)


def _their_loss(model: nn.Module, ids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    logits = model(ids, use_cache=False).logits
    return F.cross_entropy(logits.view(-1, VOCAB), targets.view(-1))


def _plain_loss(model: nn.Module, ids: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(model(ids).view(-1, VOCAB), targets.view(-1))


CONTENDERS: dict[str, tuple[Callable[[], nn.Module], Callable]] = {
    "GPT, ours": (our_gpt, _our_loss),
    "GPT, transformers": (their_gpt, _their_loss),
    "GPT, plain recipe": (PlainGPT, _plain_loss),
    "Llama, ours": (our_llama, _our_loss),
    "Llama, transformers": (their_llama, _their_loss),
}


def stepper(name: str, compiled: bool = False) -> Callable[[], None]:
    """A function that makes one training step of a contender: forward, back, AdamW."""
    torch.manual_seed(0)
    build, loss = CONTENDERS[name]
    model = build().train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    ids, targets = torch.randint(VOCAB, (2, BATCH, CONTEXT))
    run = torch.compile(loss) if compiled else loss

    def step() -> None:
        run(model, ids, targets).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step


def matmul() -> None:
    """2048 × 2048 by 2048 × 2048 in float32: the peak that a step is measured against."""
    SQUARE @ SQUARE


SQUARE = torch.randn(2048, 2048)


def alternate(turns: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of every contender in every round, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in turns}
    names = list(turns)
    for round_ in range(rounds + 1):
        for name in names[round_ % len(names) :] + names[: round_ % len(names)]:
            start = time.perf_counter()
            turns[name]()
            seconds[name].append(time.perf_counter() - start)
    return {name: values[1:] for name, values in seconds.items()}


def ratio(theirs: list[float], ours: list[float]) -> str:
    """How many times faster ours is: the median over rounds, and the middle half."""
    ratios = sorted(t / o for t, o in zip(theirs, ours, strict=True))
    low, high = ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]
    return f"{statistics.median(ratios):.2f}× ({low:.2f} to {high:.2f})"


def training_steps(compiled: bool) -> None:
    """Milliseconds of a step, tokens per second, share of the peak, and ours against theirs."""
    turns = {name: stepper(name, compiled) for name in CONTENDERS} | {"matmul": matmul}
    seconds = alternate(turns, COMPILED_ROUNDS if compiled else ROUNDS)
    peak = 2 * 2048**3 / statistics.median(seconds["matmul"])
    mode = "torch.compile" if compiled else "eager"
    print(f"\n{mode}; float32 matmul peak {peak / 1e9:.0f} GFLOP/s (median)\n")
    print(f"{'a training step':22} {'ms':>6} {'tokens/s':>9} {'of peak':>8}  ours is faster by")
    for name in CONTENDERS:
        family = our_gpt() if name.startswith("GPT") else our_llama()
        flops = 3 * sum(flops_per_token(family, (CONTEXT + 1) / 2).values()) * BATCH * CONTEXT
        typical = statistics.median(seconds[name])
        share = statistics.median(
            flops / s / (2 * 2048**3 / m)
            for s, m in zip(seconds[name], seconds["matmul"], strict=True)
        )
        ours = name.split(",")[0] + ", ours"
        faster = "" if name == ours else ratio(seconds[name], seconds[ours])
        rate = BATCH * CONTEXT / typical
        print(f"{name:22} {typical * 1e3:6.0f} {rate:9,.0f} {share:8.2f}  {faster}", flush=True)


def decoding() -> None:
    """Tokens per second at batch 1 with the cache, greedy, ours against `transformers`."""
    ids = torch.randint(VOCAB, (1, PROMPT), generator=torch.Generator().manual_seed(0))
    turns: dict[str, Callable[[], object]] = {}
    for family, build, ours in (("GPT", their_gpt, GPT), ("Llama", their_llama, Llama)):
        torch.manual_seed(0)
        theirs = build().eval()
        same = ours.from_pretrained(theirs)
        options = {
            "attention_mask": torch.ones_like(ids),
            "max_new_tokens": NEW,
            "do_sample": False,
            "pad_token_id": 0,
        }
        with torch.no_grad():
            expected = theirs.generate(ids, **options)[0, PROMPT:].tolist()
        if [int(token) for token in same.generate(ids, NEW)] != expected:
            raise RuntimeError(f"{family}: the two do not write the same tokens")
        turns[f"{family}, ours"] = lambda m=same: list(m.generate(ids, NEW))
        turns[f"{family}, transformers"] = lambda m=theirs, o=options: m.generate(ids, **o)
    seconds = alternate(turns, ROUNDS)
    print(f"\n{'decoding, batch 1':22} {'tokens/s':>9}  ours is faster by")
    for name, values in seconds.items():
        ours = name.split(",")[0] + ", ours"
        faster = "" if name == ours else ratio(values, seconds[ours])
        print(f"{name:22} {NEW / statistics.median(values):9,.0f}  {faster}")


def peak_memory() -> None:
    """Megabytes that three steps of each contender add to a process that has loaded everything."""
    print(f"\n{'peak memory of a step':22} {'MB':>6}")
    for name in CONTENDERS:
        command = [sys.executable, "-m", "bench.decoders", "--memory", name]
        print(f"{name:22} {subprocess.check_output(command, text=True).strip():>6}", flush=True)


def _memory_of(name: str) -> None:
    """Print the peak of three steps above what the process holds before, in MB (Linux)."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from what is held now
    before = _status("VmRSS")
    step = stepper(name)
    for _ in range(3):
        step()
    print((_status("VmHWM") - before) * 1024 // 10**6)


def _status(field: str) -> int:
    """A field of this process's status, in KiB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.M)[1])


def main() -> None:
    """Every table; the compiled steps take minutes to compile, BENCH_COMPILE=0 leaves them out."""
    transformers.logging.set_verbosity_error()
    torch.set_num_threads(os.cpu_count() or 1)
    training_steps(compiled=False)
    peak_memory()
    decoding()
    if os.environ.get("BENCH_COMPILE", "1") != "0":
        training_steps(compiled=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--memory", required=True, choices=CONTENDERS)
    _memory_of(parser.parse_args().memory)
