// What the figures share: elements, the host page's theme, the frame's height, announcements.

// h('p', { class: 'x', onclick: f }, 'text', child) makes an element; svg('path', {...}) a drawn one.
function fill(node, props, children) {
  for (const [key, value] of Object.entries(props || {})) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, '');
    else if (value !== false && value != null) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child != null));
  return node;
}
const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);
const svg = (tag, props, ...children) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);

const icon = (path) => svg('svg', { class: 'i', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, svg('path', { d: path }));

const ICONS = {
  first: 'M2.500 3h2v10h-2zM11.700 2.600L13.100 4l-4 4 4 4-1.400 1.400L6.300 8z',
  back: 'M10.700 2.600L12.100 4L8.100 8l4 4-1.400 1.400L5.300 8z',
  play: 'M4 2.500v11L13 8z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  next: 'M5.300 2.600L3.900 4l4 4-4 4 1.400 1.400L10.700 8z',
  last: 'M11.500 3h2v10h-2zM4.300 2.600L2.900 4l4 4-4 4 1.400 1.400L9.700 8z',
  plus: 'M7 3h2v4h4v2H9v4H7V9H3V7h4z',
  minus: 'M3 7h10v2H3z',
};

// The theme of the page around us: sphinx-book-theme, JupyterLab, VS Code, Colab, or the system.
function namedTheme(page) {
  const root = page.documentElement, body = page.body || root;
  const name = root.dataset.theme || root.getAttribute('theme') || body.dataset.theme;
  if (name === 'light' || name === 'dark') return name;
  const lab = body.dataset.jpThemeLight;
  if (lab) return lab === 'true' ? 'light' : 'dark';
  const code = /vscode-(light|dark|high-contrast-light|high-contrast)/.exec(body.className);
  return code ? (code[1].endsWith('light') ? 'light' : 'dark') : null;
}

function pagesAround() {
  const pages = [document];
  try {
    for (let view = window; view !== view.parent; view = view.parent) pages.push(view.parent.document);
  } catch { /* a page of another origin: what we have seen so far must do */ }
  return pages.filter(Boolean);
}

function followTheme(root) {
  const pages = pagesAround(), system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const theme = pages.map(namedTheme).find(Boolean) || (system.matches ? 'dark' : 'light');
    root.dataset.theme = theme;
    if (!ownFrame()) return;
    document.documentElement.style.colorScheme = theme;
    document.documentElement.style.background = getComputedStyle(root).backgroundColor;
  };
  const watch = new MutationObserver(apply);
  const attributeFilter = ['data-theme', 'theme', 'data-jp-theme-light', 'class'];
  for (const page of pages) {
    for (const node of [page.documentElement, page.body]) if (node) watch.observe(node, { attributeFilter });
  }
  system.addEventListener('change', apply);
  apply();
  return () => { watch.disconnect(); system.removeEventListener('change', apply); };
}

// The frame that `fig(...)` made for this figure alone, or null.
function ownFrame() {
  try {
    return window.frameElement?.classList.contains('live-figure') ? window.frameElement : null;
  } catch { return null; /* of another origin: it keeps its height and scrolls */ }
}

// Our own frame grows with its content, so that the page has one scroll bar and not two.
function fitFrame(root) {
  const frame = ownFrame();
  if (!frame) return () => {};
  document.documentElement.style.overflow = 'hidden';
  const fit = () => {
    const height = Math.ceil(root.getBoundingClientRect().height);
    if (height) frame.style.height = height + 'px';
  };
  const watch = new ResizeObserver(fit);
  watch.observe(root, { box: 'border-box' });
  fit();
  return () => watch.disconnect();
}

// A polite live region that speaks once the reader has stopped for a moment.
function speaker(root) {
  const region = h('p', { class: 'sr', role: 'status', 'aria-live': 'polite' });
  root.append(region);
  let timer = 0;
  return (text, wait = 250) => {
    clearTimeout(timer);
    timer = setTimeout(() => { region.textContent = text; }, wait);
  };
}

// One tab stop for a row of buttons; the arrow keys, Home and End move inside it.
function arrowKeys(box, selector) {
  box.addEventListener('keydown', (event) => {
    const items = [...box.querySelectorAll(selector)], at = items.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    let to = step ? at + step : { Home: 0, End: items.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    to = Math.max(0, Math.min(items.length - 1, to));
    items[at].tabIndex = -1;
    items[to].tabIndex = 0;
    items[to].focus();
  });
}

function mount(el, name, css, root) {
  const style = h('style');
  style.textContent = css;
  el.replaceChildren(style, root);
  root.dataset.figure = name;
  const stops = [followTheme(root), fitFrame(root)];
  return () => { stops.forEach((stop) => stop()); };
}

// Numbers packed by the build, most significant digit first (book/figures/pack.py).
const ALPHABET = [...Array(94).keys()].map((i) => String.fromCharCode(33 + i)).filter((c) => !`"&'<$\\\``.includes(c)).join('');
function unpack(text, width) {
  const numbers = [];
  for (let i = 0; i < text.length; i += width) {
    let value = 0;
    for (let j = i; j < i + width; j++) value = value * ALPHABET.length + ALPHABET.indexOf(text[j]);
    numbers.push(value);
  }
  return numbers;
}
