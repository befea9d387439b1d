"""Take pictures of the built site: every page, light and dark, at 375 and 1440 pixels.

    python scripts/screenshots.py                          # all, to _build/screenshots
    python scripts/screenshots.py book/index --width 375   # pages whose path holds a word

Look at them before you finish a change of the site; no test can say whether a page is beautiful.
"""

import argparse
import sys
from pathlib import Path

from browser import FLAGS, MISSING, chromium
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent


def pages(site: Path) -> list[str]:
    """The pages that readers see, as paths below the site without `.html`, in order."""
    found = (p.relative_to(site).with_suffix("").as_posix() for p in site.rglob("*.html"))
    return sorted(p for p in found if p != "index" and not p.startswith("_"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("words", nargs="*", help="only pages whose path holds one of these")
    parser.add_argument("--site", type=Path, default=ROOT / "_build" / "html")
    parser.add_argument("--out", type=Path, default=ROOT / "_build" / "screenshots")
    parser.add_argument("--width", type=int, action="append", help="in pixels, may be repeated")
    parser.add_argument("--theme", choices=["light", "dark"], action="append")
    parser.add_argument("--open-folds", action="store_true", help="with every fold opened")
    args = parser.parse_args()
    if not (browser_path := chromium()):
        sys.exit(MISSING)
    names = [p for p in pages(args.site) if not args.words or any(w in p for w in args.words)]
    if not names:
        sys.exit(f"{args.site}: no page of {args.words or 'any name'}; run `make book` first")
    args.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=browser_path, args=FLAGS)
        for width in args.width or [375, 1440]:
            for theme in args.theme or ["light", "dark"]:
                page = browser.new_page(viewport={"width": width, "height": 900})
                page.add_init_script(
                    f"localStorage.setItem('mode', '{theme}');"
                    f"localStorage.setItem('theme', '{theme}')"
                )
                for name in names:
                    page.goto((args.site / f"{name}.html").as_uri())
                    page.evaluate("document.fonts.ready")
                    if args.open_folds:
                        page.evaluate(
                            "document.querySelectorAll('details').forEach(d => d.open = 1)"
                        )
                    page.wait_for_timeout(400)  # math and frames take their height
                    file = args.out / f"{name.replace('/', '-')}-{width}-{theme}.png"
                    page.screenshot(path=file, full_page=True)
                    print(file.relative_to(args.out))
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
