"""Watchers of a training run: a bar, a live plot, TensorBoard. Each is called with every record.

Plumbing of the chapter `training`. A watcher is any function of a record (a dictionary with
"step", "loss", "tokens", "seconds" and, at times, "val_loss").
"""

import math
import os
import sys
from typing import Any

from tqdm import tqdm

Record = dict[str, Any]


class ProgressBar:
    """A line that shows the step, the loss, tokens per second and the time left."""

    def __init__(self, steps: int, done: int = 0, file: Any = None):
        self.done, self.before = done, None
        file = sys.stderr if file is None else file
        self.bar = tqdm(total=steps, initial=done, file=file, unit="step", dynamic_ncols=True)

    def __call__(self, record: Record) -> None:
        """Move on to this record."""
        said = {"loss": f"{record['loss']:.3f}"}
        if "val_loss" in record:
            said["val"] = f"{record['val_loss']:.3f}"
        if self.before is not None:
            seconds = record["seconds"] - self.before["seconds"]
            tokens = record["tokens"] - self.before["tokens"]
            said["tokens/s"] = f"{tokens / max(seconds, 1e-9):,.0f}"
        self.bar.set_postfix(said, refresh=False)
        self.bar.update(record["step"] - self.done)
        self.done, self.before = record["step"], record

    def close(self) -> None:
        """Leave the last state on the screen."""
        self.bar.close()


class LossPlot:
    """A plot of the losses in a notebook that grows while the model trains."""

    def __init__(self, every: int = 1):
        self.every, self.records, self.handle = every, [], None

    def __call__(self, record: Record) -> None:
        """Add a record; draw at every `every`-th."""
        self.records.append(record)
        if len(self.records) % self.every == 0:
            self.draw()

    def draw(self) -> None:
        """Draw what there is, in place of what was drawn before."""
        import matplotlib.pyplot as plt
        from IPython.display import display

        from llmbook.notebook import picture

        figure, axes = plt.subplots(figsize=(6, 3))
        axes.plot(*zip(*[(r["step"], r["loss"]) for r in self.records], strict=True), label="train")
        if looks := [(r["step"], r["val_loss"]) for r in self.records if "val_loss" in r]:
            axes.plot(*zip(*looks, strict=True), "o-", label="validation")
        axes.set(xlabel="step", ylabel="loss (nats per token)")
        axes.legend()
        last = self.records[-1]
        said = f"after {last['step']} steps {last['loss']:.2f} nats per token in training"
        drawn = picture(figure, f"A curve of the loss against the steps: {said}")
        if self.handle is None:
            self.handle = display(drawn, raw=True, display_id=True)
        else:
            self.handle.update(drawn, raw=True)
        plt.close(figure)


def tensorboard(folder: str | os.PathLike) -> Any:
    """A watcher that writes a log for TensorBoard; needs the extra `llmbook[tensorboard]`.

    Raises ModuleNotFoundError, naming the extra, where TensorBoard is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError as error:
        said = "tensorboard is not installed; expected `pip install llmbook[tensorboard]`"
        raise ModuleNotFoundError(said) from error
    writer = SummaryWriter(str(folder))

    def watch(record: Record) -> None:
        for name, value in record.items():
            if name != "step" and isinstance(value, int | float) and math.isfinite(value):
                writer.add_scalar(name, value, record["step"])
        writer.flush()

    return watch
