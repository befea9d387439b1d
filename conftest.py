"""What holds for every test: no network, and nbval's holes closed.

nbval skips pictures, passes a notebook that was never run, and lets a notebook reach the network.
Here pictures are compared by pixels, never-run cells fail, and kernels start with sockets blocked.
"""

import base64
import io
import os
import shutil
import tempfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

BLOCK_NETWORK = """
import socket

_connect, _lookup = socket.socket.connect, socket.getaddrinfo


def _local(host):
    return host in (None, "", "localhost", "::1") or str(host).startswith("127.")


def _guarded_connect(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _local(address[0]):
        raise OSError(f"the book runs offline: connection to {address!r} refused")
    return _connect(self, address)


def _guarded_lookup(host, *args, **kwargs):
    if not _local(host):
        raise OSError(f"the book runs offline: look-up of {host!r} refused")
    return _lookup(host, *args, **kwargs)


socket.socket.connect, socket.getaddrinfo = _guarded_connect, _guarded_lookup
"""
BLOCK = 6  # pictures are compared in blocks of this many pixels: a line may move by one
BLOCK_TOLERANCE = 0.12  # of full contrast, per block
BLOCKS_ALLOWED = 0.01  # the share of blocks that may differ by more


def pytest_configure(config: pytest.Config) -> None:
    exec(BLOCK_NETWORK, {})
    folder = Path(tempfile.mkdtemp(prefix="llmbook-ipython-")) / "profile_default" / "startup"
    folder.mkdir(parents=True)
    (folder / "00-offline.py").write_text(BLOCK_NETWORK)
    os.environ["IPYTHONDIR"] = str(folder.parent.parent)
    config.add_cleanup(lambda: shutil.rmtree(folder.parent.parent, ignore_errors=True))
    if config.pluginmanager.hasplugin("nbval"):
        _close_holes_of_nbval()


def same_picture(first: str, second: str) -> bool:
    """Whether two base64 PNGs show the same picture, up to what another CPU changes."""
    a, b = _blocks(first), _blocks(second)
    if a.shape != b.shape:
        return False
    return float((np.abs(a - b) > BLOCK_TOLERANCE).mean()) <= BLOCKS_ALLOWED


def _blocks(png: str) -> np.ndarray:
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    pixels = np.asarray(image, dtype=np.float32) / 255
    height, width = (n - n % BLOCK for n in pixels.shape[:2])
    pixels = pixels[:height, :width]
    return pixels.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3).mean((1, 3))


def _close_holes_of_nbval() -> None:
    from nbval.plugin import IPyNbCell

    compare, run = IPyNbCell.compare_outputs, IPyNbCell.runtest

    def compare_outputs(self, test, ref, skip_compare=None):
        new, stored = _pictures(test), _pictures(ref)
        pairs = zip(new, stored, strict=False)
        if len(new) != len(stored) or not all(same_picture(n, s) for n, s in pairs):
            self.comparison_traceback = ["a picture differs from the stored one (make refresh)"]
            return False
        return compare(self, _without_pictures(test), _without_pictures(ref), skip_compare)

    def runtest(self):
        if self.cell.source.strip() and self.cell.execution_count is None:
            self.raise_cell_error("this cell was never run (make refresh)")
        if any(output.get("name") == "stderr" for output in self.cell.outputs):
            self.raise_cell_error("this cell stores a warning on stderr")
        return run(self)

    IPyNbCell.compare_outputs, IPyNbCell.runtest = compare_outputs, runtest


def _pictures(outputs: list) -> list[str]:
    return [o["data"]["image/png"] for o in outputs if "image/png" in o.get("data", {})]


def _without_pictures(outputs: list) -> list:
    """The outputs with each picture reduced to its alternative text."""
    reduced = []
    for output in outputs:
        if "image/png" in output.get("data", {}):
            alt = {"text/plain": output["data"].get("text/plain", "")}
            output = nbformat.from_dict({**output, "data": alt})
        reduced.append(output)
    return reduced
