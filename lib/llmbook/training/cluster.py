"""What would a thousand GPUs do? Time and memory of a training step on a cluster, by arithmetic.

Chapter: notebooks/training/distributed.ipynb
Letters: D width, F feed-forward width, T tokens of a sequence, L layers; d, t, p ways of data,
tensor and pipeline parallelism; m micro-batches of a step.
Follows: Narayanan et al. (2021), pipelines; Korthikanti et al. (2022), FLOPs and activations;
Rajbhandari et al. (2020, ZeRO), sharding; Williams et al. (2009), arithmetic against traffic.
Leaves out: experts, context parallelism, stragglers, failures, reading data, saving checkpoints.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

Number = int | float
LINKS = 0.8  # share of a link's bandwidth that a collective reaches
HIDDEN = 0.5  # share of data-parallel traffic that hides behind the arithmetic, at most
PASSES = 3  # how often a saved byte crosses the memory bus in one pass, forward or back
USABLE = 0.92  # share of a GPU's memory for tensors; CUDA, NCCL and holes take the rest


def _positive(thing: object, *names: str) -> None:
    """ValueError naming the first of these fields that is not a number above 0."""
    for name in names:
        if not 0 < getattr(thing, name) < float("inf"):
            raise ValueError(f"{name}: got {getattr(thing, name)}; expected a number above 0")


@dataclass(frozen=True)
class Accelerator:
    """One GPU: its data sheet, and the one number that no data sheet holds."""

    peak: Number  # FLOP/s of dense bf16 matrix products
    memory: Number  # bytes
    bandwidth: Number  # bytes/s of that memory
    link: Number  # bytes/s to the other GPUs of its node, one way
    efficiency: Number  # share of the peak in the products of a layer, fitted on one published run

    def __post_init__(self):
        _positive(self, "peak", "memory", "bandwidth", "link", "efficiency")


# NVIDIA's data sheets, all SXM; they add up both ways of NVLink, and quote peaks with sparsity.
A100 = Accelerator(312e12, 80e9, 2.039e12, 300e9, 0.66)  # fitted: Korthikanti et al. (2022), 175B
H100 = Accelerator(989e12, 80e9, 3.35e12, 450e9, 0.55)  # fitted: MPT-7B, 128 GPUs (llm-foundry)
H200 = Accelerator(989e12, 141e9, 4.8e12, 450e9, 0.55)  # taken from the H100


@dataclass(frozen=True)
class Cluster:
    """Nodes of GPUs: fast links inside a node, one network card per GPU between nodes."""

    gpu: Accelerator
    nodes: int
    network: Number = 50e9  # bytes/s of a GPU's card, one way
    per_node: int = 8
    latency: tuple[Number, Number] = (3e-6, 10e-6)  # seconds per message inside a node, between two

    def __post_init__(self):
        _positive(self, "nodes", "network", "per_node")

    def gather(self, size: Number, group: int, stride: int) -> Number:
        """Seconds in which a ring of `group` GPUs, `stride` apart, collects `size` bytes in all.

        A reduce-scatter takes as long; an all-reduce is a reduce-scatter and a gather.
        """
        inside = min(group, max(self.per_node // stride, 1))  # members of the ring in one node
        nodes = -(-group // inside)
        speed = min(self.gpu.link, self.network * inside) if nodes > 1 else self.gpu.link
        delay = (group - nodes) * self.latency[0] + (nodes - 1) * self.latency[1]
        return size * (group - 1) / group / (LINKS * speed) + delay


@dataclass(frozen=True)
class TransformerShape:
    """What the cost of a decoder depends on."""

    layers: int
    width: int
    heads: int
    vocabulary: int
    length: int  # tokens of a sequence
    hidden: int | None = None  # None: 4 widths
    groups: int | None = None  # key/value heads; None: as many as heads
    matrices: int = 2  # of a feed-forward layer; 3 in SwiGLU
    fused: bool = True  # FlashAttention: scores never reach the memory

    def __post_init__(self):
        _positive(self, "layers", "width", "heads", "vocabulary", "length", "matrices")

    def costs(self) -> tuple[dict[str, Number], dict[str, Number]]:
        """FLOPs of a layer's forward pass, and bytes that it saves for the way back, per token.

        By part, in bf16. Masked scores count in full, as in the papers.
        """
        D, F, T = self.width, self.hidden or 4 * self.width, self.length
        shared = D * (self.groups or self.heads) / self.heads  # width of the keys, of the values
        up = (self.matrices - 1) * F
        flops = {"attention": 4 * D * (D + shared), "scores": 4 * T * D, "up": 2 * D * up}
        saved = {"stream": 8 * D, "attention": 4 * (D + shared), "up": 2 * (up + F)}
        scores = 0 if self.fused else 5 * self.heads * T  # softmax, dropout and its mask
        return flops | {"down": 2 * D * F}, saved | {"scores": scores}

    def parameters(self) -> Number:
        """Weights of the layers and of the embedding, which is the head; no norms, no biases."""
        flops, _ = self.costs()
        per_layer = (sum(flops.values()) - flops["scores"]) / 2
        return self.layers * per_layer + self.vocabulary * self.width


# What is computed again on the way back instead of saved. "early" is PyTorch's checkpoint, which
# stops at the last tensor that it needs; "full" is Megatron's, which runs a layer to its end.
EARLY = ("stream", "attention", "scores", "up")
RECOMPUTED = {"none": (), "scores": ("scores",), "early": EARLY, "full": (*EARLY, "down")}


@dataclass(frozen=True)
class Plan:
    """How the work is cut: data * tensor * pipeline GPUs."""

    data: int = 1
    tensor: int = 1
    pipeline: int = 1
    sequences: int = 1  # of a micro-batch
    micro_batches: int = 1  # of a step, one after the other
    chunks: int = 1  # pieces of the model per stage, interleaved
    sharded: int = 0  # ZeRO: 1 optimizer state, 2 gradients too, 3 parameters too
    checkpoint: str = "none"  # a key of RECOMPUTED
    sequence_parallel: bool = True  # the tensor group shares out the residual stream, too

    def __post_init__(self):
        _positive(self, "data", "tensor", "pipeline", "sequences", "micro_batches", "chunks")

    def check(self, shape: TransformerShape, cluster: Cluster) -> None:
        """Raise ValueError unless the plan cuts this shape evenly and fills this cluster."""
        ways, gpus = self.data * self.tensor * self.pipeline, cluster.nodes * cluster.per_node
        if ways != gpus:
            raise ValueError(f"data, tensor, pipeline: got {ways} GPUs; expected {gpus}")
        if shape.heads % self.tensor or self.pipeline > shape.layers:
            most = f"a divisor of {shape.heads} heads, at most {shape.layers} layers"
            raise ValueError(
                f"tensor, pipeline: got {self.tensor}, {self.pipeline}; expected {most}"
            )
        if self.chunks > 1 and (self.pipeline == 1 or self.micro_batches % self.pipeline):
            got = f"{self.chunks} with {self.micro_batches} micro-batches, {self.pipeline} stages"
            raise ValueError(f"chunks: got {got}; expected stages that divide the micro-batches")
        if self.checkpoint not in RECOMPUTED or self.sharded not in range(4):
            got, known = (self.checkpoint, self.sharded), sorted(RECOMPUTED)
            raise ValueError(f"checkpoint, sharded: got {got}; expected one of {known}, 0 to 3")


def micro_batch_time(shape: TransformerShape, plan: Plan, cluster: Cluster) -> dict[str, Number]:
    """Seconds of a GPU for one micro-batch, forward and back, by what it waits for.

    The way back costs the products of two passes forward, and everything else of one.
    """
    (flops, saved), again = shape.costs(), RECOMPUTED[plan.checkpoint]
    gpu, t = cluster.gpu, plan.tensor
    tokens, layers = plan.sequences * shape.length, shape.layers / plan.pipeline
    saved["stream"] *= 1 if plan.sequence_parallel else t  # else each member holds all of it
    work = 3 * sum(flops.values()) + sum(flops.get(part, 0) for part in again)
    moved = 2 * sum(saved.values()) + sum(saved.get(part, 0) for part in again)
    head = 6 * shape.vocabulary * shape.width / plan.pipeline
    boundary = 2 * tokens * shape.width  # bytes of the stream between two layers
    passes = 3 if "stream" in again else 2
    hop = gpu.link if plan.data * t < cluster.per_node else cluster.network
    hops = 2 * plan.chunks if plan.pipeline > 1 else 0
    return {
        "products": (layers * work + head) * tokens / t / (gpu.peak * gpu.efficiency),
        "memory": PASSES * layers * moved * tokens / t / gpu.bandwidth,
        "tensor": passes * layers * 4 * cluster.gather(boundary, t, 1),  # two all-reduces each
        "stages": hops * boundary / t / (LINKS * hop),
    }


def step_time(shape: TransformerShape, plan: Plan, cluster: Cluster) -> dict[str, Number]:
    """Seconds of a training step by what the GPUs wait for; the sum is the time of the step.

    Gradients travel in float32, parameters in bf16, layer by layer. ValueError for a plan that
    does not fit the shape or the cluster.
    """
    plan.check(shape, cluster)
    once = micro_batch_time(shape, plan, cluster)
    layers, share = shape.layers / plan.pipeline, shape.parameters() / plan.tensor / plan.pipeline
    bf16, fp32 = (
        layers * cluster.gather(size * share / layers, plan.data, plan.tensor) for size in (2, 4)
    )
    traffic = (2 * fp32, bf16 + fp32, bf16 + fp32, 2 * bf16 + fp32)[plan.sharded]
    shown = max(traffic - sum(once.values()), (1 - HIDDEN) * traffic)
    owned = share / (plan.data if plan.sharded else 1)
    return {name: plan.micro_batches * seconds for name, seconds in once.items()} | {
        "bubble": (plan.pipeline - 1) / plan.chunks * sum(once.values()),
        "data": shown * (plan.micro_batches if plan.sharded == 3 else 1),
        "optimizer": 30 * owned / cluster.gpu.bandwidth,  # AdamW reads 16 bytes and writes 14
    }


def utilization(shape: TransformerShape, plan: Plan, cluster: Cluster) -> tuple[Number, Number]:
    """MFU and HFU: FLOPs that the model needs, and FLOPs that are done, as shares of the peak."""
    flops, _ = shape.costs()
    again = shape.layers * sum(flops.get(part, 0) for part in RECOMPUTED[plan.checkpoint])
    needed = 3 * (shape.layers * sum(flops.values()) + 2 * shape.vocabulary * shape.width)
    tokens = plan.data * plan.micro_batches * plan.sequences * shape.length
    seconds = sum(step_time(shape, plan, cluster).values())
    possible = cluster.gpu.peak * cluster.nodes * cluster.per_node * seconds / tokens
    return needed / possible, (needed + again) / possible


def memory_needed(shape: TransformerShape, plan: Plan) -> dict[str, Number]:
    """Bytes on a GPU of the first stage, the fullest one, by part: mixed-precision AdamW."""
    (_, saved), again = shape.costs(), RECOMPUTED[plan.checkpoint]
    p, t, d = plan.pipeline, plan.tensor, plan.data
    share, tokens = shape.parameters() / t / p, plan.sequences * shape.length / t
    saved["stream"] *= 1 if plan.sequence_parallel else t
    held = sum(size for part, size in saved.items() if part not in again)
    held += saved["stream"] / 4 if "stream" in again else 0  # the input of the layer, nothing else
    more = 1 + (p - 1) / (p * plan.chunks) if plan.chunks > 1 else 1  # Korthikanti et al., 4.2.3
    alive = shape.layers / p * min(p, plan.micro_batches) * more  # layers times micro-batches
    return {
        "parameters": 2 * share / (d if plan.sharded > 2 else 1),
        "gradients": 4 * share / (d if plan.sharded > 1 else 1),
        "optimizer": 12 * share / (d if plan.sharded > 0 else 1),
        "activations": tokens * (alive * held + (sum(saved.values()) if again else 0)),
        "logits": 4 * tokens * shape.vocabulary if p == 1 else 0.0,
    }


def plans(shape: TransformerShape, cluster: Cluster, batch: int) -> Iterator[Plan]:
    """Every plan for `batch` sequences per step that fits the memory, tensor groups in a node."""
    gpus, L = cluster.nodes * cluster.per_node, shape.layers
    stages = [p for p in range(1, L + 1) if L % p == 0]
    for t, p, sequences in product((1, 2, 4, 8), stages, (1, 2, 4, 8, 16)):
        d, idle = divmod(gpus, t * p)
        m, rest = divmod(batch, max(d, 1) * sequences)
        if idle or rest or not m or shape.heads % t or t > cluster.per_node:
            continue
        even = [c for c in (2, 4, 8) if L % (p * c) == 0 and m % p == 0 and p > 1]
        for chunks, sharded, again in product((1, *even), (1, 3), ("none", "scores", "early")):
            plan = Plan(d, t, p, sequences, m, chunks, sharded, again)
            if sum(memory_needed(shape, plan).values()) <= USABLE * cluster.gpu.memory:
                yield plan


def best_plan(shape: TransformerShape, cluster: Cluster, batch: int) -> Plan:
    """The fastest plan for `batch` sequences per step; ValueError when none fits the memory."""
    fitting = list(plans(shape, cluster, batch))
    if not fitting:
        got = f"{batch} sequences on {cluster.nodes * cluster.per_node} GPUs"
        raise ValueError(f"batch, cluster: got {got}; expected a plan that fits the memory")
    return min(fitting, key=lambda plan: sum(step_time(shape, plan, cluster).values()))


Piece = tuple[str, int] | tuple[str, int, int]  # "forward" or "backward", micro-batch, chunk


def interleaved(stage: int, stages: int, micro_batches: int, chunks: int) -> list[Piece]:
    """The order of work of one stage that holds `chunks` pieces of the model, in 1F1B's manner.

    Micro-batches come in groups of `stages`; a group passes one chunk after the other. First as
    many pieces go forward as keep all stages busy, then one forward, one backward, in turns
    (Narayanan et al. 2021, section 2.2). Raises ValueError when the groups do not come out even.
    """
    if not 0 <= stage < stages or min(micro_batches, chunks) < 1 or micro_batches % stages:
        got = f"{stage}, {stages}, {micro_batches}, {chunks}"
        raise ValueError(f"stage, stages, micro_batches, chunks: got {got}; expected even groups")
    turns = [divmod(k, stages * chunks) for k in range(micro_batches * chunks)]
    forward = [("forward", group * stages + k % stages, k // stages) for group, k in turns]
    backward = [("backward", i, chunks - 1 - c) for _, i, c in forward]
    ahead = stages - stage - 1
    fill = ahead if chunks == 1 else 2 * ahead + (chunks - 1) * stages
    pairs = zip(forward[fill:], backward, strict=False)
    mixed = [piece for pair in pairs for piece in pair]
    return forward[:fill] + mixed + backward[len(mixed) // 2 :]


def simulate(
    orders: Sequence[Sequence[Piece]], forward: Number = 1, backward: Number = 2
) -> list[tuple[int, Number, Number, Piece]]:
    """Run each stage in its order: (stage, start, end, piece), each as soon as its input is there.

    forward, backward: seconds of one piece. Pieces without a chunk are of chunk 0. Raises
    ValueError for orders that wait for each other.
    """
    stages, last = len(orders), len(orders) * max(1 + sum(x[2:]) for o in orders for x in o) - 1
    queues, free, events = [list(order)[::-1] for order in orders], [0.0] * stages, []
    done = {("forward", x[1], -1): 0.0 for o in orders for x in o}  # (kind, batch, place) -> end
    while any(queues):
        before = len(events)
        for stage, queue in enumerate(queues):
            while queue:
                kind, i = queue[-1][:2]
                place = sum(queue[-1][2:]) * stages + stage  # in the model, chunk after chunk
                source = (kind, i, place - 1 if kind == "forward" else place + 1)
                if source == ("backward", i, last + 1):
                    source = ("forward", i, last)  # the loss: the way back starts there
                if source not in done:
                    break
                start = max(free[stage], done[source])
                free[stage] = start + (forward if kind == "forward" else backward)
                done[kind, i, place] = free[stage]
                events.append((stage, start, free[stage], queue.pop()))
        if len(events) == before:
            raise ValueError(f"orders: got a deadlock after {before} pieces; expected none")
    return events


@dataclass(frozen=True)
class Run:
    """What somebody measured: MFU, or HFU, in a benchmark that they published."""

    name: str
    source: str
    shape: TransformerShape
    plan: Plan
    gpu: Accelerator
    measured: float
    kind: str = "MFU"

    @property
    def cluster(self) -> Cluster:
        """The machine: nodes of 8, cards of 200 Gb/s beside A100s and 400 Gb/s beside H100s."""
        gpus = self.plan.data * self.plan.tensor * self.plan.pipeline
        return Cluster(self.gpu, gpus // 8, 25e9 if self.gpu == A100 else 50e9)

    def predicted(self) -> Number:
        """The same share by this module."""
        return utilization(self.shape, self.plan, self.cluster)[self.kind == "HFU"]


def _megatron() -> Iterator[Run]:
    """NVIDIA's benchmarks on A100s. Our assumptions stand beside the sources."""
    gpt = {"22B": (48, 6144, 64), "175B": (96, 12288, 96), "530B": (105, 20480, 128)}
    gpt["1T"] = (128, 25600, 160)
    gpt = {
        n: TransformerShape(*s, vocabulary=51200, length=2048, fused=False) for n, s in gpt.items()
    }
    source = "Korthikanti et al. (2022), tables 3 and 5, section 6.3"
    for name, d, p, sequences, m, chunks, mfu in (
        ("22B", 1, 1, 4, 1, 1, 0.415),
        ("175B", 1, 8, 1, 64, 3, 0.514),
        ("530B", 1, 35, 1, 280, 3, 0.560),
        ("1T", 1, 64, 1, 512, 1, 0.563),
        ("530B", 8, 35, 1, 280, 3, 0.542),
    ):
        plan = Plan(d, 8, p, sequences, m, chunks, 0, "scores")
        yield Run(f"GPT {name}", source, gpt[name], plan, A100, mfu)
    source = "Narayanan et al. (2021), table 2"  # assumed: stages are not interleaved
    for name, d, p, m, teraflops in (
        ("175B", 4, 12, 384, 153),
        ("175B", 8, 12, 192, 149),
        ("175B", 16, 12, 96, 141),
        ("530B", 2, 35, 1120, 171),
        ("530B", 4, 35, 560, 167),
        ("530B", 8, 35, 280, 159),
    ):
        plan = Plan(d, 8, p, 1, m, checkpoint="full", sequence_parallel=False)
        yield Run(f"GPT {name}", source, gpt[name], plan, A100, teraflops / 312, "HFU")
    for d, sequences, teraflops in ((384, 4, 144), (768, 2, 88), (1536, 1, 44)):
        plan = Plan(d, sequences=sequences, sharded=3, checkpoint="full")
        yield Run("GPT 175B, ZeRO-3", source, gpt["175B"], plan, A100, teraflops / 312, "HFU")


def _on_h100() -> Iterator[Run]:
    """Benchmarks of MosaicML and of Meta, with FSDP alone and with everything."""
    source = "llm-foundry (2024), scripts/train/benchmarking"  # assumed: early stop, 400 Gb/s cards
    mpt = {"1B": (24, 2048, 16), "3B": (32, 2560, 20), "7B": (32, 4096, 32)}
    mpt |= {"13B": (40, 5120, 40), "30B": (48, 7168, 56), "70B": (80, 8192, 64)}
    for name, sequences, sharded, checkpoint, shares in (
        ("1B", 12, 2, "none", (0.4060, 0.3915, 0.3665)),
        ("3B", 8, 2, "none", (0.4243, 0.4125, 0.3924)),
        ("7B", 6, 3, "none", (0.4571, 0.4415, 0.4220)),
        ("13B", 16, 3, "early", (0.4218, 0.4142, 0.4112)),
        ("30B", 8, 3, "early", (0.4185, 0.4089, 0.4027)),
        ("70B", 8, 3, "early", (0.4336, 0.4242, 0.4125)),
    ):
        shape = TransformerShape(*mpt[name], vocabulary=50368, length=2048)
        for d, mfu in zip((128, 256, 512), shares, strict=True):
            plan = Plan(d, sequences=sequences, sharded=sharded, checkpoint=checkpoint)
            yield Run(f"MPT {name}", source, shape, plan, H100, mfu)
    source = "Dubey et al. (2024), table 4"  # assumed: a chunk is one layer
    llama = TransformerShape(126, 16384, 128, 128256, 8192, 53248, groups=8, matrices=3)
    for d, m, mfu in ((64, 32, 0.43), (128, 16, 0.41)):
        yield Run("Llama 3 405B", source, llama, Plan(d, 8, 16, 1, m, 8, 2), H100, mfu)


PUBLISHED = (*_megatron(), *_on_h100())
