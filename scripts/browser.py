"""The browser that looks at the built site: for the screenshots, the PDF and the tests of pages."""

import os
import shutil

NAMES = ["chromium", "chromium-browser", "google-chrome"]
# No sandbox: as root there is none to be had. The others keep it from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "no Chromium: install it (Debian: apt install chromium), or name one in $CHROMIUM"


def chromium() -> str | None:
    """The browser that $CHROMIUM names, else the first one installed, else None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
