"""Copy the site's fonts and scripts from node_modules to book/_static/vendor, and nothing else.

    npm ci && python scripts/vendor.py

The versions are pinned in package-lock.json. The folder is built, never committed: the site
loads every font and script from here, so that no page ever asks another machine for anything.
"""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "book" / "_static" / "vendor"

# Package, its style sheets, and the alphabets that we keep. A browser loads an alphabet's file
# only when the page holds a letter of it.
FONTS = [
    ("@fontsource-variable/source-serif-4", ["opsz.css", "opsz-italic.css"]),
    ("@fontsource-variable/inter", ["wght.css"]),
    ("@fontsource-variable/jetbrains-mono", ["wght.css"]),
]
ALPHABETS = {"latin", "latin-ext", "greek"}
# The component that the pages load, and the fonts that it looks for beside itself.
MATHJAX = ["tex-chtml.js", "output/chtml/fonts/woff-v2"]
FACE = re.compile(r"/\* (?P<name>[\w-]+) \*/\s*(?P<rule>@font-face \{.*?\})", re.S)
FILE = re.compile(r"url\(\./files/(?P<file>[\w-]+\.woff2)\)")


def package(name: str) -> Path:
    """The folder of an installed npm package; SystemExit with what to do where it is missing."""
    folder = MODULES / name
    if not folder.is_dir():
        raise SystemExit(f"{name}: not in {MODULES.name}/. Run `npm ci` first (`make book` does).")
    return folder


def vendor_font(name: str, sheets: list[str], into: Path) -> str:
    """Copy the font files of one family; return its @font-face rules, pointing at the copies."""
    source, rules = package(name), []
    for sheet in sheets:
        for face in FACE.finditer((source / sheet).read_text("utf8")):
            file = FILE.search(face["rule"])
            if file and _alphabet(file["file"]) in ALPHABETS:
                shutil.copy(source / "files" / file["file"], into / file["file"])
                rules.append(FILE.sub(r"url(fonts/\g<file>)", face["rule"]))
    if not rules:
        raise SystemExit(f"{name}: found no font of {sorted(ALPHABETS)} in {sheets}")
    shutil.copy(source / "LICENSE", into / f"{name.rsplit('/', 1)[1]}-LICENSE")
    return "\n".join(rules)


def _alphabet(file: str) -> str:
    """`source-serif-4-latin-ext-opsz-normal.woff2` is of `latin-ext`."""
    stem = re.sub(r"-(opsz|wght|standard)-(normal|italic)\.woff2$", "", file)
    return next((a for a in sorted(ALPHABETS, key=len, reverse=True) if stem.endswith(f"-{a}")), "")


def vendor_mathjax(into: Path) -> None:
    """Copy one MathJax component and its fonts, in the layout that the component expects."""
    source = package("mathjax")
    for part in MATHJAX:
        target = into / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (source / "es5" / part).is_dir():
            shutil.copytree(source / "es5" / part, target)
        else:
            shutil.copy(source / "es5" / part, target)
    shutil.copy(source / "LICENSE", into / "LICENSE")


def main() -> None:
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "fonts").mkdir(parents=True)
    rules = [vendor_font(name, sheets, fresh / "fonts") for name, sheets in FONTS]
    (fresh / "fonts.css").write_text("\n".join(rules) + "\n", "utf8")
    vendor_mathjax(fresh / "mathjax")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    files = [path for path in VENDOR.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"vendor: {len(files)} files, {size:.1f} MB in {VENDOR.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
