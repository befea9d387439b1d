/*! What a decoder costs
Built by scripts/figures.py from book/figures/: edit there.
height: 1280
<p>What published decoders cost. Forward GFLOP: billions of operations, two for each multiply-add, for a token that looks at the whole context; training costs three times as much. KV cache: per token, with 2 bytes for each number. With scripts switched on you can change every size here and see parameters, work and memory by part.</p><table><thead><tr><th scope='col'>model</th><th scope='col'>parameters</th><th scope='col'>context</th><th scope='col'>forward GFLOP per token</th><th scope='col'>KV cache, bytes</th></tr></thead><tbody><tr><th scope='row'>GPT-2 124M</th><td>124,439,808</td><td>1,024</td><td>0.285</td><td>36,864</td></tr><tr><th scope='row'>GPT-2 355M</th><td>354,823,168</td><td>1,024</td><td>0.808</td><td>98,304</td></tr><tr><th scope='row'>GPT-2 774M</th><td>774,030,080</td><td>1,024</td><td>1.73</td><td>184,320</td></tr><tr><th scope='row'>GPT-2 1558M</th><td>1,557,611,200</td><td>1,024</td><td>3.42</td><td>307,200</td></tr><tr><th scope='row'>Llama 2 7B</th><td>6,738,415,616</td><td>4,096</td><td>15.4</td><td>524,288</td></tr><tr><th scope='row'>Llama 3 8B</th><td>8,030,261,248</td><td>8,192</td><td>19.3</td><td>131,072</td></tr><tr><th scope='row'>Llama 3 70B</th><td>70,553,706,496</td><td>8,192</td><td>160</td><td>327,680</td></tr><tr><th scope='row'>Qwen2.5 0.5B</th><td>494,032,768</td><td>32,768</td><td>3.81</td><td>12,288</td></tr><tr><th scope='row'>Qwen3 0.6B</th><td>596,049,920</td><td>40,960</td><td>10.6</td><td>114,688</td></tr><tr><th scope='row'>this book’s model</th><td>5,401,856</td><td>256</td><td>0.0124</td><td>3,072</td></tr></tbody></table>
*/
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
function ownFrame() {
try {
return window.frameElement?.classList.contains('live-figure') ? window.frameElement : null;
} catch { return null; /* of another origin: it keeps its height and scrolls */ }
}
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
function speaker(root) {
const region = h('p', { class: 'sr', role: 'status', 'aria-live': 'polite' });
root.append(region);
let timer = 0;
return (text, wait = 250) => {
clearTimeout(timer);
timer = setTimeout(() => { region.textContent = text; }, wait);
};
}
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
const CSS = `.fig{--paper: #fffdf9;--ink: #1b2a3c;--soft: #5a6571;--edge: #858a93;--line: #e4dfd5;--accent: #0b6e8a;--on-accent: #fff;--tint: #e6f0f1;--well: #fff;--shade: #f6f3ec;--mono: ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;color-scheme: light;box-sizing: border-box;width: 100%;margin: 0;padding: 16px 18px 18px;color: var(--ink);background: var(--paper);border: 1px solid var(--line);border-radius: 10px;font: 15px/1.5 Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;container-type: inline-size;overflow-wrap: anywhere;}.fig[data-theme=dark]{--paper: #14181d;--ink: #d9e0e8;--soft: #9aa5b1;--edge: #7c838d;--line: #2b333c;--accent: #5cc1dc;--on-accent: #0c1a20;--tint: #1b2f38;--well: #0f1317;--shade: #1a2027;color-scheme: dark;}.fig *,.fig *::before,.fig *::after{box-sizing: border-box;}.fig h2,.fig h3,.fig p,.fig ol,.fig ul,.fig dl,.fig dd{margin: 0;padding: 0;}.fig ol,.fig ul{list-style: none;}.fig h2{font-size: 17px;line-height: 1.3;font-weight: 650;letter-spacing: -.01em;}.fig h3{font-size: 13px;line-height: 1.4;font-weight: 600;color: var(--soft);}.fig .lead{color: var(--soft);margin-top: 2px;max-width: 68ch;text-wrap: pretty;}.fig section{margin-top: 14px;}.fig .part{border-top: 1px solid var(--line);margin-top: 18px;padding-top: 14px;}.fig .row{display: flex;flex-wrap: wrap;gap: 8px;align-items: center;}.fig .apart{justify-content: space-between;}.fig code,.fig .mono{font-family: var(--mono);font-size: .92em;background: none;padding: 0;border: 0;color: inherit;}.fig .small{font-size: 13px;}.fig .soft{color: var(--soft);}.fig .num{font-variant-numeric: tabular-nums;}.fig label{font-size: 13px;font-weight: 600;color: var(--soft);}.fig button,.fig input,.fig textarea,.fig select{font: inherit;color: inherit;background: var(--well);border: 1px solid var(--edge);border-radius: 6px;margin: 0;}.fig input,.fig textarea{padding: 6px 10px;width: 100%;min-width: 0;}.fig textarea{display: block;resize: vertical;font-family: var(--mono);font-size: 14px;line-height: 1.55;}.fig button{padding: 4px 11px;min-height: 32px;cursor: pointer;font-size: 14px;}.fig button:hover:not(:disabled){border-color: var(--accent);color: var(--accent);}.fig button:disabled{opacity: .45;cursor: default;}.fig button.main{background: var(--accent);border-color: var(--accent);color: var(--on-accent);font-weight: 600;}.fig button.main:hover:not(:disabled){color: var(--on-accent);filter: brightness(1.08);}.fig button[aria-pressed=true],.fig button[aria-checked=true]{background: var(--tint);border-color: var(--accent);color: var(--accent);font-weight: 600;}.fig button.icon{padding: 0;width: 36px;display: inline-grid;place-items: center;}.fig svg.i{width: 16px;height: 16px;fill: currentColor;display: block;}.fig input[type=range]{padding: 0;border: 0;background: none;accent-color: var(--accent);height: 32px;}.fig :focus-visible{outline: 2px solid var(--accent);outline-offset: 2px;}.fig .sr{position: absolute;width: 1px;height: 1px;overflow: hidden;clip-path: inset(50%);white-space: nowrap;}.fig .stats{display: flex;flex-wrap: wrap;gap: 4px 26px;}.fig .stats div{display: flex;flex-direction: row-reverse;gap: 6px;align-items: baseline;justify-content: flex-end;}.fig .stats dd{font-size: 21px;font-weight: 600;letter-spacing: -.02em;font-variant-numeric: tabular-nums;}.fig .stats dt{font-size: 13px;color: var(--soft);}.fig table{border-collapse: collapse;font-size: 13px;width: auto;margin: 8px 0 0;}.fig th,.fig td{text-align: left;padding: 2px 14px 2px 0;border: 0;border-bottom: 1px solid var(--line);font-weight: 400;}.fig th{color: var(--soft);font-weight: 600;}@media (prefers-reduced-motion: no-preference){.fig button{transition: color .12s,border-color .12s,background-color .12s;}}@container (max-width: 30rem){.fig .lead{font-size: 14px;}}@media print{.fig{break-inside: avoid;}}.fig{--embedding: #3f8fd2;--attention: #e08a1e;--scores: #f3c07d;--inner: #22a07a;--norms: #d8574a;--head: #a878c8;--bad: #b3362a;}.fig[data-theme=dark]{--scores: #8d5a1b;--bad: #ff8f80;}.fig .knobs{display: grid;grid-template-columns: repeat(4,minmax(0,1fr));gap: 10px 18px;align-items: end;}.fig .knobs.three{grid-template-columns: repeat(3,minmax(0,1fr));}.fig .knobs label{display: block;margin: 0 0 4px;white-space: nowrap;}.fig .knobs i{font-style: italic;color: var(--ink);}.fig .knobs select{width: 100%;height: 34px;padding: 0 6px;}.fig .knobs input[type=number]{height: 34px;padding: 0 8px;font-variant-numeric: tabular-nums;}.fig .knobs input[type=range]{display: block;width: 100%;height: 26px;}.fig .knobs input:disabled{opacity: .6;}.fig .knobs input[aria-invalid=true]{border-color: var(--bad);box-shadow: 0 0 0 1px var(--bad);}.fig .knobs .check{display: flex;gap: 8px;align-items: center;height: 34px;margin: 0;font-size: 14px;color: var(--ink);font-weight: 400;}.fig .knobs .check input{width: 18px;height: 18px;accent-color: var(--accent);}.fig .wrong{color: var(--bad);font-weight: 600;min-height: 1.5em;margin-top: 4px;}.fig .wrong + div > .part:first-child{margin-top: 2px;}.fig .stale{opacity: .4;}.fig .stacks{display: grid;gap: 8px;}.fig .stack{display: flex;gap: 2px;height: 20px;border-radius: 4px;overflow: hidden;background: var(--shade);}.fig .stack b{min-width: 1px;flex-basis: 0;}.fig .stack b[hidden]{display: none;}.fig b.embedding{background: var(--embedding);}.fig b.attention{background: var(--attention);}.fig b.scores{background: var(--scores);}.fig b.inner{background: var(--inner);}.fig b.norms{background: var(--norms);}.fig b.head{background: var(--head);}.fig tbody th{position: relative;}.fig tbody th:first-child{padding-left: 18px;}.fig .key{position: absolute;left: 0;top: 7px;width: 11px;height: 11px;border-radius: 2px;}.fig table{width: 100%;overflow-wrap: normal;}.fig th,.fig td{padding: 3px 0 3px 10px;vertical-align: top;}.fig thead th:first-child,.fig tfoot th:first-child{padding-left: 0;}.fig th:first-child{color: var(--ink);font-weight: 400;}.fig thead th{vertical-align: bottom;}.fig thead th:first-child{color: var(--soft);font-weight: 600;}.fig td.num,.fig th.num{text-align: right;}.fig td span:not(.how){white-space: nowrap;}.fig .brief{display: none;}.fig h3 + .knobs{margin-top: 8px;}.fig .how{display: block;font-size: 11.5px;line-height: 1.3;color: var(--soft);}.fig tfoot td,.fig tfoot th:first-child{font-weight: 700;border-bottom: 0;}.fig table + p{margin-top: 8px;max-width: 80ch;}.fig .sums{margin-top: 12px;font-size: 14px;}.fig .sums div{display: grid;grid-template-columns: 150px minmax(0,1fr);gap: 0 12px;padding: 3px 0;border-bottom: 1px solid var(--line);}.fig .sums dt{color: var(--soft);}.fig .sums b,.fig .fits .num{white-space: nowrap;}.fig .fits{margin: 12px 0 8px;}.fig .fits li{display: grid;grid-template-columns: 150px minmax(60px,1fr) 150px;gap: 4px 12px;align-items: center;padding: 2px 0;font-size: 14px;}.fig .gauge{height: 12px;border-radius: 3px;background: var(--shade);border: 1px solid var(--line);overflow: hidden;}.fig .gauge b{display: block;height: 100%;background: var(--accent);}.fig .no .gauge b{background: repeating-linear-gradient(45deg,var(--bad) 0 4px,transparent 4px 7px);}.fig .no .num{color: var(--bad);font-weight: 600;}@container (max-width: 40rem){.fig .knobs{grid-template-columns: repeat(2,minmax(0,1fr));}.fig .knobs.three{grid-template-columns: repeat(2,minmax(0,1fr));}.fig .share,.fig .long{display: none;}.fig .brief{display: inline;}.fig .sums div{grid-template-columns: minmax(0,1fr);}.fig .fits li{grid-template-columns: auto minmax(0,1fr);}.fig .fits .gauge{grid-column: 1 / -1;grid-row: 2;}.fig .fits .num{text-align: right;}}@container (max-width: 24rem){.fig th,.fig td{padding-left: 6px;font-size: 12px;}}`;
const DATA = {first:`gpt2`,presets:[{slug:`gpt2`,name:`GPT-2 124M`,family:`gpt2`,layers:12,width:768,heads:12,groups:12,head:64,inner:3072,vocabulary:50257,context:1024,tied:true},{slug:`gpt2-medium`,name:`GPT-2 355M`,family:`gpt2`,layers:24,width:1024,heads:16,groups:16,head:64,inner:4096,vocabulary:50257,context:1024,tied:true},{slug:`gpt2-large`,name:`GPT-2 774M`,family:`gpt2`,layers:36,width:1280,heads:20,groups:20,head:64,inner:5120,vocabulary:50257,context:1024,tied:true},{slug:`gpt2-xl`,name:`GPT-2 1558M`,family:`gpt2`,layers:48,width:1600,heads:25,groups:25,head:64,inner:6400,vocabulary:50257,context:1024,tied:true},{slug:`llama-2-7b`,name:`Llama 2 7B`,family:`llama`,layers:32,width:4096,heads:32,groups:32,head:128,inner:11008,vocabulary:32000,context:4096,tied:false},{slug:`llama-3-8b`,name:`Llama 3 8B`,family:`llama`,layers:32,width:4096,heads:32,groups:8,head:128,inner:14336,vocabulary:128256,context:8192,tied:false},{slug:`llama-3-70b`,name:`Llama 3 70B`,family:`llama`,layers:80,width:8192,heads:64,groups:8,head:128,inner:28672,vocabulary:128256,context:8192,tied:false},{slug:`qwen2.5-0.5b`,name:`Qwen2.5 0.5B`,family:`qwen2`,layers:24,width:896,heads:14,groups:2,head:64,inner:4864,vocabulary:151936,context:32768,tied:true},{slug:`qwen3-0.6b`,name:`Qwen3 0.6B`,family:`qwen3`,layers:28,width:1024,heads:16,groups:8,head:128,inner:3072,vocabulary:151936,context:40960,tied:true},{slug:`book`,name:`this book’s model`,family:`llama`,layers:6,width:256,heads:8,groups:4,head:32,inner:688,vocabulary:4096,context:256,tied:true}]};
const FAMILIES = { gpt2: 'GPT-2', llama: 'Llama', qwen2: 'Qwen2', qwen3: 'Qwen3' };
const FIELDS = {
layers: ['L', 'layers', 1, 512], width: ['D', 'width', 8, 65536], heads: ['H', 'heads', 1, 512], groups: ['G', 'KV heads', 1, 512],
head: ['K', 'width of a head', 1, 65536], inner: ['F', 'feed-forward', 8, 262144], vocabulary: ['V', 'vocabulary', 1, 2000000], context: ['T', 'context', 1, 10000000],
};
const PARTS = { embedding: 'embedding', attention: 'attention', scores: 'attention scores', inner: 'feed-forward', norms: 'norms', head: 'head' };
const sum = (values) => Object.values(values).reduce((a, b) => a + b, 0);
export const presets = () => Object.fromEntries(DATA.presets.map(({ slug, name, ...shape }) => [slug, shape]));
export function problem(s) {
for (const [key, [, name, low, high]] of Object.entries(FIELDS)) {
if (!Number.isInteger(s[key]) || s[key] < low || s[key] > high) return `${name}: expected a whole number from ${low.toLocaleString('en')} to ${high.toLocaleString('en')}`;
}
if (s.heads % s.groups) return `KV heads: ${s.heads} heads cannot share ${s.groups} KV heads equally`;
if (s.family === 'gpt2' && s.width !== s.heads * s.head) return `width: ${s.width.toLocaleString('en')} is no multiple of ${s.heads} heads`;
if (s.family !== 'gpt2' && s.head % 2) return `width of a head: ${s.head} is odd, but RoPE turns pairs`;
return '';
}
function terms(s) {
const { family, layers: L, width: D, heads: H, groups: G, head: K, inner: F, vocabulary: V, context: T } = s, old = family === 'gpt2';
const bias = { gpt2: [H * K + 2 * G * K + D, ' + HK + 2GK + D'], qwen2: [H * K + 2 * G * K, ' + HK + 2GK'] }[family] || [0, ''];
const normed = family === 'qwen3' ? [L * 2 * K, ' + 2LK'] : [0, ''];
return {
embedding: [V * D + (old ? T * D : 0), old ? 'VD + TD' : 'VD'],
attention: [L * (2 * D * H * K + 2 * D * G * K + bias[0]), `L(2DHK + 2DGK${bias[1]})`],
scores: [0, ''],
inner: old ? [L * (2 * D * F + F + D), 'L(2DF + F + D)'] : [L * 3 * D * F, 'L · 3DF'],
norms: old ? [(2 * L + 1) * 2 * D, '(2L + 1) · 2D'] : [(2 * L + 1) * D + normed[0], `(2L + 1)D${normed[1]}`],
head: s.tied ? [0, 'the embedding again'] : [V * D, 'VD'],
};
}
const pick = (pairs, i) => Object.fromEntries(Object.entries(pairs).map(([key, pair]) => [key, pair[i]]));
export const parameters = (shape) => pick(terms(shape), 0);
function work({ family, layers: L, width: D, heads: H, groups: G, head: K, inner: F, vocabulary: V, context: T }) {
const matrices = family === 'gpt2' ? 2 : 3;
return {
embedding: [0, 'a look-up'],
attention: [2 * L * (2 * D * H * K + 2 * D * G * K), '2L(2DHK + 2DGK)'],
scores: [4 * L * T * H * K, '4LTHK'],
inner: [2 * L * matrices * D * F, `2L · ${matrices}DF`],
norms: [0, 'not counted'],
head: [2 * V * D, '2VD'],
};
}
export const flops = (shape) => pick(work(shape), 0);
export const cacheBytes = ({ layers, groups, head }, bytes) => 2 * layers * groups * head * bytes;
const WEIGHTS = { 4: 'float32', 2: 'bfloat16', 1: 'int8', 0.5: 'int4' };
const CACHE = { 4: 'float32', 2: 'bfloat16', 1: 'int8' };
const MACHINES = [['a laptop with 16 GB', 16], ['a GPU with 24 GB', 24], ['a GPU with 80 GB', 80]];
const exact = (value) => value.toLocaleString('en');
function short(value, units) {
let unit = 0;
for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
return `${value.toLocaleString('en', { maximumSignificantDigits: value >= 1000 ? 4 : 3 })} ${units[unit]}`.trim();
}
const count = (value) => short(value, ['', 'thousand', 'M', 'B', 'T']);
const bytes = (value) => short(value, ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']);
const flop = (value) => short(value, ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP', 'PFLOP']);
const percent = (share) => (share === 0 ? '–' : share < 0.001 ? '<0.1%' : `${(100 * share).toFixed(1)}%`);
const geometric = (low, high, step) => {
const list = [];
for (let value = low; value <= high; value *= 2) for (const part of step) if (value * part <= high) list.push(value * part);
return list;
};
const divisors = (n) => Array.from({ length: Math.min(n, 512) }, (_, i) => i + 1).filter((i) => n % i === 0);
function stops(key, s) {
return {
layers: () => Array.from({ length: 128 }, (_, i) => i + 1),
width: () => (s.family === 'gpt2' ? geometric(64, 16384, [1, 1.25, 1.5, 1.75]).map((d) => Math.max(1, Math.round(d / s.heads)) * s.heads) : geometric(64, 16384, [1, 1.25, 1.5, 1.75])),
heads: () => (s.family === 'gpt2' ? divisors(s.width).filter((n) => n <= 128) : Array.from({ length: 128 }, (_, i) => i + 1)),
groups: () => divisors(s.heads),
head: () => Array.from({ length: 32 }, (_, i) => 8 * (i + 1)),
inner: () => geometric(64, 65536, [1, 1.25, 1.5, 1.75]),
vocabulary: () => geometric(256, 262144, [1, 1.25, 1.5, 1.75]),
context: () => geometric(64, 1048576, [1, 1.5]),
}[key]();
}
function render({ model, el }) {
const all = presets(), root = h('div', { class: 'fig' });
const say = speaker(root);
const uid = Math.random().toString(36).slice(2, 8);
let slug = all[model.get('preset')] ? model.get('preset') : DATA.first;
let shape = { ...all[slug] }, batch = 1, weight = 2, cache = 2;
for (const key of Object.keys(shape)) if (typeof model.get(key) === typeof shape[key] && (key !== 'family' || FAMILIES[model.get(key)])) shape[key] = model.get(key);
if (Number.isInteger(model.get('batch')) && model.get('batch') > 0) batch = model.get('batch');
if (WEIGHTS[model.get('weight')]) weight = model.get('weight');
if (CACHE[model.get('cache')]) cache = model.get('cache');
const choose = (name, id, choices, act) => {
const node = h('select', { id: id + uid }, Object.entries(choices).map(([value, text]) => h('option', { value }, text)));
node.addEventListener('change', () => act(node.value));
return [h('div', {}, h('label', { for: id + uid }, name), node), node];
};
const [presetBox, presetIn] = choose('Model', 'p', { ...Object.fromEntries(DATA.presets.map((p) => [p.slug, p.name])), '': 'your own' }, (value) => {
if (value) shape = { ...all[value] };
show(value ? `${presetIn.selectedOptions[0].textContent}. ` : '');
});
presetIn.lastChild.disabled = true;
const [familyBox, familyIn] = choose('Family', 'f', FAMILIES, (value) => {
shape.family = value;
if (value === 'gpt2' && shape.width % shape.heads) shape.width = shape.heads * shape.head;
fitted();
show(`Family ${FAMILIES[value]}. `);
});
const tiedIn = h('input', { type: 'checkbox', id: `t${uid}` });
tiedIn.addEventListener('change', () => { shape.tied = tiedIn.checked; show(shape.tied ? 'Tied head. ' : 'Head of its own. '); });
const knobs = Object.fromEntries(Object.entries(FIELDS).map(([key, [letter, name, low, high]]) => {
const id = `${key}${uid}`, number = h('input', { type: 'number', id, min: low, max: high, step: 1, inputmode: 'numeric' });
const range = h('input', { type: 'range', min: 0, step: 1, 'aria-label': `${name}, slider` });
number.addEventListener('input', () => { shape[key] = number.value === '' ? NaN : +number.value; fitted(key); show('', number); });
range.addEventListener('input', () => { shape[key] = stops(key, shape)[+range.value]; fitted(key, true); show('', range); });
const box = h('div', { class: 'knob' }, h('label', { for: id }, h('i', {}, letter), ` ${name}`), number, range);
return [key, { box, number, range, name }];
}));
const wrong = h('p', { class: 'wrong small', role: 'alert' });
const stat = (name) => { const value = h('dd'); return [h('div', {}, h('dt', {}, name), value), value]; };
const [totalBox, totalOut] = stat('parameters'), [forwardBox, forwardOut] = stat('forward, per token'), [trainBox, trainOut] = stat('training, per token');
const stack = (name) => { const bar = h('div', { class: 'stack', 'aria-hidden': 'true' }, Object.keys(PARTS).map((part) => h('b', { class: part }))); return [h('div', {}, h('p', { class: 'small soft' }, name), bar), bar]; };
const [stackBox, stackOut] = stack('Parameters'), [flopBox, flopOut] = stack('Forward FLOPs per token');
const rows = Object.fromEntries(Object.entries(PARTS).map(([part, name]) => {
const cells = ['num', 'num share', 'num', 'num share'].map((kind) => h('td', { class: kind })), how = [h('span', { class: 'how' }), h('span', { class: 'how' })];
cells[0].append(h('span'), how[0]);
cells[2].append(h('span', { class: 'long' }), h('span', { class: 'brief' }), how[1]);
return [part, { row: h('tr', {}, h('th', { scope: 'row' }, h('b', { class: `key ${part}`, 'aria-hidden': 'true' }), name), cells), cells, how }];
}));
const totals = ['num', 'num share', 'num', 'num share'].map((kind) => h('td', { class: kind }));
const table = h('table', {}, h('caption', { class: 'sr' }, 'Parameters and forward FLOPs per token by part'),
h('thead', {}, h('tr', {}, ['part', 'parameters', 'share', 'FLOPs / token', 'share'].map((name, i) => h('th', { scope: 'col', class: i ? `num${i % 2 ? '' : ' share'}` : false }, name)))),
h('tbody', {}, Object.values(rows).map(({ row }) => row)), h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, 'all'), totals)));
const note = h('p', { class: 'small soft' });
const [weightBox, weightIn] = choose('Weights in', 'w', {}, (value) => { weight = +value; show(`Weights in ${WEIGHTS[value]}. `); });
const [cacheBox, cacheIn] = choose('KV cache in', 'c', {}, (value) => { cache = +value; show(`Cache in ${CACHE[value]}. `); });
for (const [node, kinds] of [[weightIn, WEIGHTS], [cacheIn, CACHE]]) node.append(...Object.entries(kinds).sort((a, b) => b[0] - a[0]).map(([value, name]) => h('option', { value }, name)));
const batchIn = h('input', { type: 'number', id: `n${uid}`, min: 1, max: 100000, step: 1, inputmode: 'numeric' });
batchIn.addEventListener('input', () => { if (Number.isInteger(+batchIn.value) && +batchIn.value >= 1 && +batchIn.value <= 100000) { batch = +batchIn.value; show('', batchIn); } });
const sums = h('dl', { class: 'sums num' });
const fits = h('ul', { class: 'fits' });
const answers = h('div', {},
h('section', { class: 'part' }, h('dl', { class: 'stats' }, totalBox, forwardBox, trainBox)),
h('section', { class: 'stacks' }, stackBox, flopBox),
h('section', {}, table, note),
h('section', { class: 'part' }, h('h3', {}, 'Memory to run it'),
h('div', { class: 'knobs three' }, weightBox, cacheBox, h('div', {}, h('label', { for: `n${uid}` }, 'Batch: texts at once'), batchIn)),
sums, fits, h('p', { class: 'small soft' }, '1 GB is 10⁹ bytes. The running program, its activations and the scales of int8 and int4 need room besides.')));
root.append(
h('h2', {}, 'What a decoder costs'),
h('p', { class: 'lead' }, 'Choose a published model or make your own: parameters, work per token and memory, all from its shape.'),
h('section', { class: 'knobs three' }, presetBox, familyBox, h('div', {}, h('label', { class: 'check', for: `t${uid}` }, tiedIn, 'Tied head'))),
h('section', { class: 'knobs' }, Object.values(knobs).map(({ box }) => box)),
wrong, answers,
);
function fitted(changed, slid) {
if (shape.family === 'gpt2') {
shape.groups = shape.heads;
shape.head = Math.max(1, Math.floor(shape.width / shape.heads) || 1);
} else if (slid && changed === 'heads') shape.groups = divisors(shape.heads).findLast((n) => n <= shape.groups) || 1;
}
function show(spoken = '', source = null) {
const own = Object.entries(all).find(([, preset]) => Object.keys(preset).every((key) => preset[key] === shape[key]));
slug = own ? own[0] : '';
presetIn.value = slug;
familyIn.value = shape.family;
tiedIn.checked = shape.tied;
weightIn.value = weight;
cacheIn.value = cache;
if (source !== batchIn) batchIn.value = batch;
const bad = problem(shape);
for (const [key, { number, range, name }] of Object.entries(knobs)) {
const follows = shape.family === 'gpt2' && (key === 'groups' || key === 'head');
number.disabled = range.disabled = follows;
if (source !== number) number.value = shape[key];
number.setAttribute('aria-invalid', String(bad.startsWith(name + ':')));
const list = Number.isFinite(shape[key]) && Number.isInteger(shape.heads) && shape.heads > 0 && shape.width > 0 ? stops(key, shape) : [];
if (list.length) {
range.max = list.length - 1;
if (source !== range) range.value = list.reduce((best, value, i) => (Math.abs(value - shape[key]) < Math.abs(list[best] - shape[key]) ? i : best), 0);
range.setAttribute('aria-valuetext', exact(shape[key]));
}
}
wrong.textContent = bad && `${bad}.`;
answers.classList.toggle('stale', Boolean(bad));
answers.inert = Boolean(bad);
if (bad) return;
for (const [key, value] of Object.entries({ preset: slug, ...shape, batch, weight, cache })) model.set(key, value);
drawTable();
drawMemory();
say(`${spoken}${exact(sum(parameters(shape)))} parameters, ${flopOut.dataset.said} forward per token, ${sums.dataset.said}.`);
}
function drawTable() {
const held = terms(shape), done = work(shape), own = sum(pick(held, 0)), total = sum(pick(done, 0));
totalOut.textContent = count(own);
forwardOut.textContent = flopOut.dataset.said = flop(total);
trainOut.textContent = flop(3 * total);
for (const [part, { cells, how }] of Object.entries(rows)) {
const [value, formula] = held[part], [ops, opsFormula] = done[part];
cells[0].firstChild.textContent = exact(value);
cells[1].textContent = percent(value / own);
cells[2].children[0].textContent = exact(ops);
cells[2].children[1].textContent = ops ? flop(ops) : '0';
cells[3].textContent = percent(ops / total);
how[0].textContent = formula;
how[1].textContent = opsFormula;
}
totals[0].replaceChildren(h('span', {}, exact(own)));
totals[2].replaceChildren(h('span', { class: 'long' }, exact(total)), h('span', { class: 'brief' }, flop(total)));
Object.keys(PARTS).forEach((part, i) => {
stackOut.children[i].style.flexGrow = held[part][0] / own;
flopOut.children[i].style.flexGrow = done[part][0] / total;
stackOut.children[i].hidden = !held[part][0];
flopOut.children[i].hidden = !done[part][0];
});
note.textContent = `Forward: two FLOPs for each multiply-add of a matrix product, for a token that looks at all T = ${exact(shape.context)} tokens of the context. Training costs three times as much: the backward pass needs twice the forward one.`;
}
function drawMemory() {
const own = sum(parameters(shape)), held = own * weight, each = cacheBytes(shape, cache), kept = each * shape.context * batch, need = held + kept;
const line = (name, how, value) => h('div', {}, h('dt', {}, name), h('dd', {}, how, ' = ', h('b', {}, value)));
sums.dataset.said = `${bytes(need)} of memory`;
sums.replaceChildren(
line('Weights', `${exact(own)} × ${weight}`, bytes(held)),
line('KV cache per token', `2 × ${shape.layers} layers × ${shape.groups} KV heads × ${shape.head} × ${cache}`, `${exact(each)} bytes`),
line('KV cache', `${exact(each)} bytes × ${exact(shape.context)} tokens × ${exact(batch)}`, bytes(kept)),
line('Together', `${bytes(held)} + ${bytes(kept)}`, bytes(need)),
);
fits.replaceChildren(...MACHINES.map(([name, size]) => {
const share = need / (size * 1e9), fit = share <= 1;
return h('li', { class: fit ? 'yes' : 'no' }, h('span', {}, name), h('span', { class: 'gauge', 'aria-hidden': 'true' }, h('b', { style: `width:${100 * Math.min(1, share)}%` })),
h('span', { class: 'num' }, fit ? `fits, ${percent(share)} full` : `does not fit: ${(100 * share).toFixed(0)}%`));
}));
}
show();
return mount(el, 'gpt', CSS, root);
}
export default { render };
