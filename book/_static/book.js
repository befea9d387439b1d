// Small repairs to the theme, and three comforts: summaries in the search results, the book's fonts
// inside live figures, and a name for what a button does. No page depends on this script to be read.
"use strict";

const root = document.documentElement;
const base = root.dataset.content_root || "./";

// Search results: for a page its opening words, for a place inside a page the page's title. They
// come from _static/summaries.js, because the theme's own summaries need fetch(), which file:// refuses.
function addSummaries() {
  for (const link of document.querySelectorAll("#search-results ul.search > li > a")) {
    const item = link.parentElement, to = new URL(link.href);
    const page = to.pathname.replace(/\.html$/, "");
    const name = Object.keys(window.pageSummaries || {}).find((key) => page.endsWith("/" + key));
    if (!name || item.querySelector(".context")) continue;
    const [title, words] = window.pageSummaries[name], inside = to.hash.length > 1;
    if (inside && link.textContent.trim() === title) continue;
    const line = document.createElement("p");
    line.className = "context";
    line.textContent = inside ? "in " + title : words;
    item.append(line);
  }
}

function watchSearch() {
  const script = document.createElement("script");
  script.src = base + "_static/summaries.js";
  script.addEventListener("load", addSummaries);
  document.head.append(script);
  const areas = [document.getElementById("pst-search-dialog"), document.getElementById("search-results")];
  for (const area of areas.filter(Boolean)) {
    new MutationObserver(addSummaries).observe(area, { childList: true, subtree: true });
  }
}

// Live figures are pages of their own: give them the book's fonts.
const FACES = `html .fig { font-family: "Inter Variable", Inter, system-ui, sans-serif;
  --mono: "JetBrains Mono Variable", ui-monospace, Menlo, Consolas, monospace; }`;
function dressFigure(frame) {
  const inside = frame.contentDocument;
  if (!inside || !inside.head || inside.querySelector("link[data-book]")) return;
  const link = inside.createElement("link");
  link.rel = "stylesheet";
  link.dataset.book = "";
  link.href = new URL(base + "_static/vendor/fonts.css", location.href);
  const style = inside.createElement("style");
  style.textContent = FACES;
  inside.head.append(link, style);
}

// Names for assistive technology where the theme leaves them out.
function nameThings() {
  for (const button of document.querySelectorAll("button.copybtn")) button.ariaLabel = "Copy this code";
  for (const icon of document.querySelectorAll("i[class*='fa-'], span[class*='fa-']")) icon.ariaHidden = "true";
  for (const pre of document.querySelectorAll("pre")) if (pre.scrollWidth > pre.clientWidth) pre.tabIndex = 0;
}

document.addEventListener("DOMContentLoaded", () => {
  watchSearch();
  nameThings();
  for (const frame of document.querySelectorAll("iframe.live-figure")) {
    frame.addEventListener("load", () => dressFigure(frame));
    dressFigure(frame);
  }
});
