/*! Will it fit? Memory of a training step
Built by scripts/figures.py from book/figures/: edit there.
height: 1330
<p>The memory of a training step with one sequence, in mixed precision, by this book’s code on one device; and on each of 64 GPUs with fused kernels, with tensor parallelism of 8, FSDP over 8, and activation checkpointing. With scripts switched on, you can change model, precision, optimizer, batch, context and plan here.</p><table><thead><tr><th scope='col'>model</th><th scope='col'>tokens</th><th scope='col'>parameters, billions</th><th scope='col'>weights, gradients and AdamW, GB</th><th scope='col'>activations, GB</th><th scope='col'>each of 64 GPUs, GB</th></tr></thead><tbody><tr><th scope='row'>this book’s model</th><td>256</td><td>0.0054</td><td>0.0864</td><td>0.0311</td><td>0.00239</td></tr><tr><th scope='row'>GPT-2 124M</th><td>1,024</td><td>0.124</td><td>1.99</td><td>0.743</td><td>0.066</td></tr><tr><th scope='row'>Llama 3 8B</th><td>4,096</td><td>8.03</td><td>128</td><td>30.2</td><td>2.58</td></tr><tr><th scope='row'>Llama 3 70B</th><td>4,096</td><td>70.6</td><td>1.13e+03</td><td>136</td><td>20.6</td></tr><tr><th scope='row'>Llama 3.1 405B</th><td>4,096</td><td>406</td><td>6.49e+03</td><td>399</td><td>116</td></tr></tbody></table>
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
const CSS = `.fig{--paper: #fffdf9;--ink: #1b2a3c;--soft: #5a6571;--edge: #858a93;--line: #e4dfd5;--accent: #0b6e8a;--on-accent: #fff;--tint: #e6f0f1;--well: #fff;--shade: #f6f3ec;--mono: ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;color-scheme: light;box-sizing: border-box;width: 100%;margin: 0;padding: 16px 18px 18px;color: var(--ink);background: var(--paper);border: 1px solid var(--line);border-radius: 10px;font: 15px/1.5 Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;container-type: inline-size;overflow-wrap: anywhere;}.fig[data-theme=dark]{--paper: #14181d;--ink: #d9e0e8;--soft: #9aa5b1;--edge: #7c838d;--line: #2b333c;--accent: #5cc1dc;--on-accent: #0c1a20;--tint: #1b2f38;--well: #0f1317;--shade: #1a2027;color-scheme: dark;}.fig *,.fig *::before,.fig *::after{box-sizing: border-box;}.fig h2,.fig h3,.fig p,.fig ol,.fig ul,.fig dl,.fig dd{margin: 0;padding: 0;}.fig ol,.fig ul{list-style: none;}.fig h2{font-size: 17px;line-height: 1.3;font-weight: 650;letter-spacing: -.01em;}.fig h3{font-size: 13px;line-height: 1.4;font-weight: 600;color: var(--soft);}.fig .lead{color: var(--soft);margin-top: 2px;max-width: 68ch;text-wrap: pretty;}.fig section{margin-top: 14px;}.fig .part{border-top: 1px solid var(--line);margin-top: 18px;padding-top: 14px;}.fig .row{display: flex;flex-wrap: wrap;gap: 8px;align-items: center;}.fig .apart{justify-content: space-between;}.fig code,.fig .mono{font-family: var(--mono);font-size: .92em;background: none;padding: 0;border: 0;color: inherit;}.fig .small{font-size: 13px;}.fig .soft{color: var(--soft);}.fig .num{font-variant-numeric: tabular-nums;}.fig label{font-size: 13px;font-weight: 600;color: var(--soft);}.fig button,.fig input,.fig textarea,.fig select{font: inherit;color: inherit;background: var(--well);border: 1px solid var(--edge);border-radius: 6px;margin: 0;}.fig input,.fig textarea{padding: 6px 10px;width: 100%;min-width: 0;}.fig textarea{display: block;resize: vertical;font-family: var(--mono);font-size: 14px;line-height: 1.55;}.fig button{padding: 4px 11px;min-height: 32px;cursor: pointer;font-size: 14px;}.fig button:hover:not(:disabled){border-color: var(--accent);color: var(--accent);}.fig button:disabled{opacity: .45;cursor: default;}.fig button.main{background: var(--accent);border-color: var(--accent);color: var(--on-accent);font-weight: 600;}.fig button.main:hover:not(:disabled){color: var(--on-accent);filter: brightness(1.08);}.fig button[aria-pressed=true],.fig button[aria-checked=true]{background: var(--tint);border-color: var(--accent);color: var(--accent);font-weight: 600;}.fig button.icon{padding: 0;width: 36px;display: inline-grid;place-items: center;}.fig svg.i{width: 16px;height: 16px;fill: currentColor;display: block;}.fig input[type=range]{padding: 0;border: 0;background: none;accent-color: var(--accent);height: 32px;}.fig :focus-visible{outline: 2px solid var(--accent);outline-offset: 2px;}.fig .sr{position: absolute;width: 1px;height: 1px;overflow: hidden;clip-path: inset(50%);white-space: nowrap;}.fig .stats{display: flex;flex-wrap: wrap;gap: 4px 26px;}.fig .stats div{display: flex;flex-direction: row-reverse;gap: 6px;align-items: baseline;justify-content: flex-end;}.fig .stats dd{font-size: 21px;font-weight: 600;letter-spacing: -.02em;font-variant-numeric: tabular-nums;}.fig .stats dt{font-size: 13px;color: var(--soft);}.fig table{border-collapse: collapse;font-size: 13px;width: auto;margin: 8px 0 0;}.fig th,.fig td{text-align: left;padding: 2px 14px 2px 0;border: 0;border-bottom: 1px solid var(--line);font-weight: 400;}.fig th{color: var(--soft);font-weight: 600;}@media (prefers-reduced-motion: no-preference){.fig button{transition: color .12s,border-color .12s,background-color .12s;}}@container (max-width: 30rem){.fig .lead{font-size: 14px;}}@media print{.fig{break-inside: avoid;}}.fig{--parameters: #3f8fd2;--gradients: #e08a1e;--optimizer: #22a07a;--activations: #a878c8;--logits: #d8574a;--bad: #b3362a;--good: #17694f;}.fig[data-theme=dark]{--bad: #ff8f80;--good: #5fd0a6;}.fig .tight{margin-top: 8px;}.fig .knobs{display: grid;gap: 8px 14px;align-items: end;margin-top: 6px;}.fig .three{grid-template-columns: repeat(3,minmax(0,1fr));}.fig .six{grid-template-columns: repeat(6,minmax(0,1fr));}.fig .four{grid-template-columns: repeat(4,minmax(0,1fr));}.fig .knobs.plan{grid-template-columns: repeat(3,minmax(0,1fr)) minmax(0,2fr);}.fig .knobs label{display: block;margin: 0 0 3px;white-space: nowrap;}.fig .knobs i{font-style: italic;color: var(--ink);}.fig .knobs select{width: 100%;height: 34px;padding: 0 6px;text-overflow: ellipsis;}.fig .knobs input[type=number]{height: 34px;padding: 0 8px;font-variant-numeric: tabular-nums;}.fig .knobs :disabled{opacity: .6;}.fig .knobs input[aria-invalid=true]{border-color: var(--bad);box-shadow: 0 0 0 1px var(--bad);}.fig .knobs .check{display: flex;gap: 8px;align-items: center;height: 34px;margin: 0;font-size: 14px;color: var(--ink);font-weight: 400;}.fig .knobs .check input{width: 18px;height: 18px;accent-color: var(--accent);flex: none;}.fig .switch{display: flex;flex-wrap: wrap;row-gap: 5px;}.fig .switch label{margin: 0;}.fig .switch label > span{display: grid;place-items: center;min-width: 44px;height: 34px;padding: 0 11px;border: 1px solid var(--edge);margin-left: -1px;background: var(--well);color: var(--ink);font-size: 14px;font-weight: 400;cursor: pointer;}.fig .switch label:first-child > span{border-radius: 6px 0 0 6px;margin-left: 0;}.fig .switch label:last-child > span{border-radius: 0 6px 6px 0;}.fig .switch input{position: absolute;opacity: 0;width: 1px;height: 1px;}.fig .switch input:checked + span{background: var(--tint);color: var(--accent);border-color: var(--accent);box-shadow: inset 0 0 0 1px var(--accent);font-weight: 700;position: relative;}.fig .switch input:focus-visible + span{outline: 2px solid var(--accent);outline-offset: 2px;position: relative;}.fig .wrong{color: var(--bad);font-weight: 600;min-height: 1.5em;margin-top: 4px;}.fig .wrong + div > .part:first-child{margin-top: 2px;}.fig .stale{opacity: .4;}.fig .verdict{margin-top: 8px;font-weight: 600;}.fig .verdict.no{color: var(--bad);}.fig .verdict.yes{color: var(--good);}.fig .bar{position: relative;margin: 8px 0 0;padding-bottom: 22px;}.fig .stack{display: flex;height: 34px;border-radius: 4px;overflow: hidden;background: var(--shade);}.fig .stack b{flex: none;box-shadow: inset -2px 0 var(--paper);}.fig .stack b[hidden]{display: none;}.fig b.parameters{background: var(--parameters);}.fig b.gradients{background: repeating-linear-gradient(45deg,var(--gradients) 0 6px,rgb(224 138 30 / .72) 6px 9px);}.fig b.optimizer{background: var(--optimizer);}.fig b.activations{background: repeating-linear-gradient(-45deg,var(--activations) 0 6px,rgb(168 120 200 / .72) 6px 9px);}.fig b.logits{background: var(--logits);}.fig .limit{position: absolute;top: -5px;height: 44px;border-left: 3px solid var(--ink);margin-left: -1px;}.fig .limit-text{position: absolute;top: 39px;transform: translateX(-50%);font-size: 12px;font-weight: 600;white-space: nowrap;line-height: 1.4;}.fig .limit-text.left{transform: none;}.fig .limit-text.right{transform: translateX(-100%);}.fig table{width: 100%;overflow-wrap: normal;margin: 0;}.fig th,.fig td{padding: 3px 0 3px 10px;vertical-align: top;}.fig th:first-child{color: var(--ink);font-weight: 400;padding-left: 0;}.fig thead th{vertical-align: bottom;}.fig thead th:first-child{color: var(--soft);font-weight: 600;}.fig tbody th{position: relative;}.fig tbody th:first-child{padding-left: 18px;}.fig .key{position: absolute;left: 0;top: 7px;width: 11px;height: 11px;border-radius: 2px;}.fig td.num,.fig th.num{text-align: right;}.fig td.num{white-space: nowrap;}.fig .how{display: block;font-size: 11.5px;line-height: 1.3;color: var(--soft);}.fig tfoot td,.fig tfoot th:first-child{font-weight: 700;border-bottom: 0;}.fig .fits{margin: 10px 0 0;}.fig .fits li{display: grid;grid-template-columns: 150px minmax(60px,1fr) 160px;gap: 4px 12px;align-items: center;padding: 2px 0;font-size: 14px;}.fig .gauge{height: 12px;border-radius: 3px;background: var(--shade);border: 1px solid var(--line);overflow: hidden;}.fig .gauge b{display: block;height: 100%;background: var(--accent);}.fig .no .gauge b{background: repeating-linear-gradient(45deg,var(--bad) 0 4px,transparent 4px 7px);}.fig .no .num{color: var(--bad);font-weight: 600;}.fig .sums{margin: 6px 0 8px;font-size: 14px;}.fig .sums div{display: grid;grid-template-columns: 100px minmax(0,1fr);gap: 0 12px;padding: 3px 0;border-bottom: 1px solid var(--line);}.fig .sums dt{color: var(--soft);}.fig .sums b{white-space: nowrap;}@container (max-width: 40rem){.fig .three{grid-template-columns: repeat(2,minmax(0,1fr));}.fig .six{grid-template-columns: repeat(3,minmax(0,1fr));}.fig .four{grid-template-columns: repeat(2,minmax(0,1fr));}.fig .knobs.plan{grid-template-columns: repeat(3,minmax(0,1fr));}.fig .knobs.plan > :last-child{grid-column: 1 / -1;}.fig td.wide,.fig th.wide{display: none;}.fig .sums div{grid-template-columns: minmax(0,1fr);}.fig .fits li{grid-template-columns: auto minmax(0,1fr);}.fig .fits .gauge{grid-column: 1 / -1;grid-row: 2;}.fig .fits .num{text-align: right;}}@container (max-width: 21rem){.fig .six{grid-template-columns: repeat(2,minmax(0,1fr));}}`;
const DATA = {first:`llama-3-8b`,usable:0.92,bytes:{float32:[4,4,0,4],bfloat16:[2,2,0,2],mixed:[2,2,4,4],megatron:[2,4,4,4]},states:{sgd:[0,0],momentum:[1,1],adagrad:[1,1],rmsprop:[1,1],adam:[2,2],adamw:[2,2],muon:[1,2]},gpus:[24,80,141],presets:[{slug:`book`,name:`this book’s model`,family:`llama`,layers:6,width:256,heads:8,groups:4,head:32,inner:688,vocabulary:4096,context:256,tied:true},{slug:`gpt2`,name:`GPT-2 124M`,family:`gpt2`,layers:12,width:768,heads:12,groups:12,head:64,inner:3072,vocabulary:50257,context:1024,tied:true},{slug:`llama-3-8b`,name:`Llama 3 8B`,family:`llama`,layers:32,width:4096,heads:32,groups:8,head:128,inner:14336,vocabulary:128256,context:8192,tied:false},{slug:`llama-3-70b`,name:`Llama 3 70B`,family:`llama`,layers:80,width:8192,heads:64,groups:8,head:128,inner:28672,vocabulary:128256,context:8192,tied:false},{slug:`llama-3-405b`,name:`Llama 3.1 405B`,family:`llama`,layers:126,width:16384,heads:128,groups:8,head:128,inner:53248,vocabulary:128256,context:8192,tied:false}]};
const FAMILIES = { gpt2: 'GPT-2', llama: 'Llama' };
const SHAPE = {
layers: ['L', 'layers', 1, 512], width: ['D', 'width', 8, 65536], inner: ['F', 'feed-forward', 8, 262144],
heads: ['H', 'heads', 1, 512], groups: ['G', 'KV heads', 1, 512], vocabulary: ['V', 'vocabulary', 1, 2000000],
};
const STEP = { length: ['T', 'context', 2, 10000000], sequences: ['b', 'texts at once', 1, 100000], micro: ['m', 'micro-batches', 1, 100000] };
const WAYS = { data: ['d', 'data', 1, 100000], tensor: ['t', 'tensor', 1, 512], pipeline: ['p', 'pipeline', 1, 512] };
const FIELDS = { ...SHAPE, ...STEP, ...WAYS };
const PRECISIONS = { float32: 'fp32', bfloat16: 'bf16 only', mixed: 'bf16 + fp32 master', megatron: 'bf16 + fp32 master, grads' };
const OPTIMIZERS = { sgd: 'SGD', momentum: 'SGD with momentum', adamw: 'Adam, AdamW', muon: 'Muon (and AdamW)' };
const KERNELS = { fused: 'fused GPU kernels', book: 'this book’s code' };
const SHARDED = ['nothing: plain DP', 'optimizer: ZeRO-1', '+ gradients: ZeRO-2', '+ parameters: FSDP'];
const PARTS = { parameters: 'parameters', gradients: 'gradients', optimizer: 'optimizer state', activations: 'activations', logits: 'logits' };
const FREE = { precision: PRECISIONS, optimizer: OPTIMIZERS, kernels: KERNELS, family: FAMILIES };
const START = { precision: 'megatron', optimizer: 'adamw', kernels: 'fused', checkpoint: false, length: 4096, sequences: 1, micro: 8, data: 1, tensor: 1, pipeline: 1, sharded: 0 };
const sum = (values) => Object.values(values).reduce((a, b) => a + b, 0);
export const presets = () => Object.fromEntries(DATA.presets.map(({ slug, name, head, ...shape }) => [slug, { ...shape, length: Math.min(shape.context, START.length) }]));
export const start = () => ({ ...START, ...presets()[DATA.first] });
export function problem(s) {
for (const [key, [, name, low, high]] of Object.entries(FIELDS)) {
if (!Number.isInteger(s[key]) || s[key] < low || s[key] > high) return `${name}: expected a whole number from ${low.toLocaleString('en')} to ${high.toLocaleString('en')}`;
}
if (s.width % s.heads) return `width: ${s.width.toLocaleString('en')} is no multiple of ${s.heads} heads`;
if (s.heads % s.groups) return `KV heads: ${s.heads} heads cannot share ${s.groups} KV heads equally`;
if (s.family !== 'gpt2' && (s.width / s.heads) % 2) return `width: heads of ${s.width / s.heads} are odd, but RoPE turns pairs`;
if (s.heads % s.tensor) return `tensor: ${s.heads} heads cannot be shared out over ${s.tensor} GPUs`;
if (s.pipeline > s.layers) return `pipeline: ${s.layers} layers cannot fill ${s.pipeline} stages`;
return '';
}
export function counts({ family, layers: L, width: D, heads: H, groups: G, inner: F, vocabulary: V, context, length, tied }) {
const tables = V * D * (tied ? 1 : 2), keys = (G * D) / H;
if (family === 'gpt2') return { tables: tables + Math.max(context, length) * D, matrices: L * (4 * D * D + 2 * D * F), vectors: L * (9 * D + F) + 2 * D };
return { tables, matrices: L * (2 * D * D + 2 * D * keys + 3 * D * F), vectors: L * 2 * D + D };
}
export function shares(total, remembered, { precision, data: d, tensor: t, pipeline: p, sharded }) {
const [weight, gradient, master, average] = DATA.bytes[precision], ways = t * p;
return {
parameters: (weight * total) / ways / (sharded > 2 ? d : 1),
gradients: (gradient * total) / ways / (sharded > 1 ? d : 1),
optimizer: (master * total + average * remembered) / ways / (sharded > 0 ? d : 1),
};
}
export function fused({ family, precision, layers: L, width: D, heads: H, groups: G, inner: F, vocabulary: V, length, sequences, micro, tensor: t, pipeline: p, checkpoint }) {
const number = DATA.bytes[precision][0] / 2, keys = (D * G) / H, up = (family === 'gpt2' ? 1 : 2) * F;
const stream = 8 * D * number, layer = stream + (4 * (D + keys) + 2 * (up + F)) * number, tokens = (sequences * length) / t;
const alive = (L / p) * Math.min(p, micro);
return { activations: tokens * (checkpoint ? (alive * stream) / 4 + layer : alive * layer), logits: p === 1 ? 4 * tokens * V : 0 };
}
export function plain({ family, precision, layers: L, width: D, heads: H, groups: G, inner: F, vocabulary: V, length: T, sequences, checkpoint }) {
const n = DATA.bytes[precision][0], old = family === 'gpt2', keys = (D * G) / H, tokens = sequences * T, mask = T * T;
const norm = old ? n * (2 * D + 2) : 4 * (D + 1) + n * 2 * D;
const layer = tokens * (2 * norm + n * 2 * (D + keys) + 4 * H + n * (old ? 2 : 4) * F);
const kept = L * (checkpoint ? tokens * n * D : layer) + (checkpoint ? mask : L * n * mask), ends = 16 * tokens + (old ? 8 * T : (2 * n * T * D) / H);
const logits = 4 * tokens * V, turn = tokens * norm + 4 * Math.ceil(tokens / 512) + 8 + 8 * V * Math.min(tokens, 512);
const inside = n * F * tokens * (old ? 1 : 2) + (checkpoint ? layer + n * mask : 0), late = inside > turn + logits;
return { activations: kept + ends + (late ? inside : turn), logits: late ? 0 : logits };
}
const kernels = (s) => (s.tensor * s.pipeline > 1 ? 'fused' : s.kernels);
export function memory(s) {
const held = counts(s), total = sum(held), [hidden, rest] = DATA.states[s.optimizer];
return { ...shares(total, hidden * held.matrices + rest * (total - held.matrices), s), ...(kernels(s) === 'book' ? plain(s) : fused(s)) };
}
export function sent(s) {
const [weight, gradient] = DATA.bytes[s.precision], share = sum(counts(s)) / s.tensor / s.pipeline;
return traffic(share, weight, gradient, s);
}
export function traffic(share, weight, gradient, { layers, width, length, sequences, micro, data: d, tensor: t, pipeline: p, sharded, checkpoint }) {
const stream = weight * sequences * length * width, once = [2 * gradient, weight + gradient, weight + gradient, micro * (2 * weight + gradient)][sharded];
return {
data: once * share * ((d - 1) / d),
tensor: micro * (checkpoint ? 3 : 2) * (layers / p) * 4 * stream * ((t - 1) / t),
pipeline: p > 1 ? (micro * 2 * stream) / t : 0,
};
}
export const bubble = ({ pipeline: p, micro }) => (p - 1) / (micro + p - 1);
export const fits = (bytes, size) => bytes <= DATA.usable * size * 1e9;
const exact = (value) => value.toLocaleString('en');
function short(value, units) {
let unit = 0;
for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
return `${value.toLocaleString('en', { maximumSignificantDigits: value >= 1000 ? 4 : 3 })} ${units[unit]}`.trim();
}
const count = (value) => value < 1e6 ? exact(value) : short(value, ['', 'thousand', 'M', 'B', 'T']);
const bytes = (value) => short(value, ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']);
const percent = (share) => (share === 0 ? '0%' : share < 0.001 ? '<0.1%' : `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%`);
const plural = (n, word) => `${exact(n)} ${word}${n === 1 ? '' : 's'}`;
const batches = (n) => (n === 1 ? '1 micro-batch' : `${exact(n)} micro-batches`);
const over = (names) => names.map((name) => ` ÷ ${name}`).join('');
function render({ model, el }) {
const all = presets(), root = h('div', { class: 'fig' }), say = speaker(root), uid = Math.random().toString(36).slice(2, 8);
let now = { ...START, ...(all[model.get('preset')] || all[DATA.first]) }, size = DATA.gpus.includes(model.get('gpu')) ? model.get('gpu') : 80;
for (const key of [...Object.keys(FIELDS), 'tied', 'checkpoint', 'sharded', ...Object.keys(FREE)]) {
const value = model.get(key);
if (FREE[key] ? FREE[key][value] : key === 'sharded' ? SHARDED[value] : typeof value === typeof now[key]) now[key] = value;
}
if (model.get('optimizer') === 'adam') now.optimizer = 'adamw';
const first = { ...now };
const choose = (name, key, choices, act) => {
const node = h('select', { id: key + uid }, Object.entries(choices).map(([value, text]) => h('option', { value }, text)));
node.addEventListener('change', () => act(node.value, node.selectedOptions[0].textContent));
return [h('div', {}, h('label', { for: key + uid }, name), node), node];
};
const set = (change, spoken = '', source = null) => {
Object.assign(now, change);
if (now.family === 'gpt2' && Number.isInteger(now.heads)) now.groups = now.heads;
show(spoken, source);
};
const tick = (key, name, said) => {
const node = h('input', { type: 'checkbox', id: key + uid });
node.addEventListener('change', () => set({ [key]: node.checked }, said[+node.checked]));
return [h('div', {}, h('label', { class: 'check', for: key + uid }, node, name)), node];
};
const [presetBox, presetIn] = choose('Preset', 'preset', { ...Object.fromEntries(DATA.presets.map((p) => [p.slug, p.name])), '': 'your own' }, (value, text) => { if (value) set(all[value], `${text}. `); });
presetIn.lastChild.disabled = true;
const selects = { family: 'Family', precision: 'Precision', optimizer: 'Optimizer', kernels: 'Activations of' };
const boxes = {}, inputs = {};
for (const [key, name] of Object.entries(selects)) [boxes[key], inputs[key]] = choose(name, key, FREE[key], (value, text) => set({ [key]: value }, `${name}: ${text}. `));
[boxes.sharded, inputs.sharded] = choose('The data ways share out', 'sharded', SHARDED, (value, text) => set({ sharded: +value }, `Shared out: ${text}. `));
[boxes.tied, inputs.tied] = tick('tied', 'Tied head', ['Head of its own. ', 'Tied head. ']);
[boxes.checkpoint, inputs.checkpoint] = tick('checkpoint', 'Checkpointing', ['Activations kept. ', 'Activation checkpointing. ']);
for (const [key, [letter, name, low, high]] of Object.entries(FIELDS)) {
const node = h('input', { type: 'number', id: key + uid, min: low, max: high, step: 1, inputmode: 'numeric' });
node.addEventListener('input', () => set({ [key]: node.value === '' ? NaN : +node.value }, '', node));
[boxes[key], inputs[key]] = [h('div', {}, h('label', { for: key + uid }, h('i', {}, letter), ` ${name}`), node), node];
}
const sizes = h('div', { class: 'switch', role: 'radiogroup', 'aria-labelledby': `gpu${uid}` }, DATA.gpus.map((gb) => {
const node = h('input', { type: 'radio', name: `gpu${uid}`, value: gb });
node.addEventListener('change', () => { size = gb; show(`GPU of ${gb} GB. `); });
return h('label', {}, node, h('span', {}, `${gb} GB`));
}));
const wrong = h('p', { class: 'wrong small', role: 'alert' });
const stat = (name) => { const value = h('dd'); return [h('div', {}, h('dt', {}, name), value), value]; };
const [totalBox, totalOut] = stat('parameters'), [gpuBox, gpuOut] = stat('GPUs'), [tokenBox, tokenOut] = stat('tokens per step'), [eachBox, eachOut] = stat('on each GPU');
const verdict = h('p', { class: 'verdict' });
const stack = h('div', { class: 'stack' }, Object.keys(PARTS).map((part) => h('b', { class: part }))), limit = h('span', { class: 'limit' }), limitText = h('span', { class: 'limit-text num' });
const bar = h('div', { class: 'bar', role: 'img' }, stack, limit, limitText);
const rows = Object.fromEntries(Object.entries(PARTS).map(([part, name]) => {
const cells = ['num wide', 'num', 'num wide'].map((kind) => h('td', { class: kind })), how = h('span', { class: 'how' });
return [part, { row: h('tr', {}, h('th', { scope: 'row' }, h('b', { class: `key ${part}`, 'aria-hidden': 'true' }), name, how), cells), cells, how }];
}));
const totals = ['num wide', 'num', 'num wide'].map((kind) => h('td', { class: kind }));
const table = h('table', {}, h('caption', { class: 'sr' }, 'Memory of a training step by part'),
h('thead', {}, h('tr', {}, ['part', 'if one GPU held all', 'each GPU', 'share'].map((name, i) => h('th', { scope: 'col', class: i ? `num${i === 2 ? '' : ' wide'}` : false }, name)))),
h('tbody', {}, Object.values(rows).map(({ row }) => row)), h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, 'all'), totals)));
const list = h('ul', { class: 'fits' }), sums = h('dl', { class: 'sums num' }), note = h('p', { class: 'small soft' });
const answers = h('div', {},
h('section', { class: 'part' }, h('dl', { class: 'stats' }, totalBox, gpuBox, tokenBox, eachBox), verdict, bar),
h('section', { class: 'tight' }, table, list),
h('section', { class: 'part' }, h('h3', {}, 'What each GPU sends in a step, and how long it waits'), sums, note));
const again = h('button', { type: 'button', onclick: () => set({ ...first }, 'As at the start. ') }, 'Start again');
const of = (...keys) => keys.map((key) => boxes[key]);
root.append(
h('h2', {}, 'Will it fit? Memory of a training step'),
h('p', { class: 'lead' }, 'Choose a model, how it is trained, and how the work is cut over GPUs. What lies in the memory of each one, and what must travel between them?'),
h('section', {}, h('h3', {}, 'Model'), h('div', { class: 'knobs three' }, presetBox, of('family', 'tied')), h('div', { class: 'knobs six' }, of(...Object.keys(SHAPE)))),
h('section', {}, h('h3', {}, 'Step'), h('div', { class: 'knobs three' }, of('precision', 'optimizer', 'kernels')), h('div', { class: 'knobs four' }, of(...Object.keys(STEP), 'checkpoint'))),
h('section', {}, h('h3', {}, 'Ways to cut it: d · t · p GPUs'), h('div', { class: 'knobs plan' }, of(...Object.keys(WAYS), 'sharded'))),
h('section', { class: 'row apart' }, h('div', { class: 'row' }, h('h3', { id: `gpu${uid}` }, 'A GPU has'), sizes), again),
wrong, answers,
);
function show(spoken = '', source = null) {
const own = Object.entries(all).find(([, preset]) => Object.keys(preset).every((key) => key === 'length' || preset[key] === now[key]));
presetIn.value = own ? own[0] : '';
const bad = problem(now);
for (const [key, node] of Object.entries(inputs)) {
if (node.type === 'checkbox') node.checked = now[key];
else if (node !== source) node.value = Number.isNaN(now[key]) ? '' : key === 'kernels' ? kernels(now) : now[key];
if (FIELDS[key]) node.setAttribute('aria-invalid', String(bad.startsWith(FIELDS[key][1] + ':')));
}
inputs.groups.disabled = now.family === 'gpt2';
inputs.kernels.disabled = now.tensor * now.pipeline > 1;
inputs.sharded.disabled = now.data === 1;
for (const node of sizes.querySelectorAll('input')) node.checked = +node.value === size;
wrong.textContent = bad && `${bad}.`;
answers.classList.toggle('stale', Boolean(bad));
answers.inert = Boolean(bad);
if (bad) return;
for (const [key, value] of Object.entries({ preset: presetIn.value, ...now, gpu: size })) model.set(key, value);
drawMemory();
drawTraffic();
say(`${spoken}${bytes(sum(memory(now)))} on each of ${plural(now.data * now.tensor * now.pipeline, 'GPU')}. ${verdict.textContent}`);
}
function formulas() {
const { data: d, tensor: t, pipeline: p, sharded, checkpoint } = now, [weight, gradient, master, average] = DATA.bytes[now.precision];
const [hidden, rest] = DATA.states[now.optimizer], cut = [t > 1 && 't', p > 1 && 'p'].filter(Boolean), from = (level) => over([...cut, ...(d > 1 && sharded >= level ? ['d'] : [])]);
const numbers = hidden === rest ? `${hidden} × ${average}` : `${hidden} × ${average} in matrices, ${rest} × ${average} elsewhere`;
const state = [master && `${master} for the master`, hidden + rest && numbers].filter(Boolean).join(' + ');
const each = over(t > 1 ? ['t'] : []), alive = p > 1 ? `, L ÷ p layers of ${batches(Math.min(p, now.micro))}` : '';
return {
parameters: `${weight} bytes × N${from(3)}`, gradients: `${gradient} bytes × N${from(2)}`, optimizer: state ? `(${state}) bytes × N${from(1)}` : 'nothing to remember',
activations: `${checkpoint ? 'the input of each layer, one layer whole' : 'what the way back needs'}: b · T tokens${each}${alive}`,
logits: p > 1 ? 'on the last stage' : !memory(now).logits ? 'gone by the fullest moment, inside a layer' : `4 bytes × b · T × V${each}`,
};
}
function drawMemory() {
const each = memory(now), total = sum(each), one = memory({ ...now, data: 1, tensor: 1, pipeline: 1, sharded: 0, kernels: kernels(now) }), whole = sum(one), how = formulas();
const gpus = now.data * now.tensor * now.pipeline, fit = fits(total, size), most = Math.max(total, size * 1e9) * 1.06;
totalOut.textContent = count(sum(counts(now)));
gpuOut.textContent = exact(gpus);
tokenOut.textContent = count(now.data * now.micro * now.sequences * now.length);
eachOut.textContent = bytes(total);
verdict.className = `verdict ${fit ? 'yes' : 'no'}`;
verdict.textContent = fit ? `Fits a GPU of ${size} GB: ${percent(total / (size * 1e9))} full.` : `Does not fit a GPU of ${size} GB: it needs ${percent(total / (size * 1e9))} of it, and ${percent(DATA.usable)} can be used.`;
Object.keys(PARTS).forEach((part, i) => {
stack.children[i].style.width = `${(100 * each[part]) / most}%`;
stack.children[i].hidden = !each[part];
const { cells, how: line } = rows[part];
line.textContent = how[part];
[bytes(one[part]), bytes(each[part]), percent(each[part] / total)].forEach((text, k) => { cells[k].textContent = text; });
});
[bytes(whole), bytes(total), ''].forEach((text, k) => { totals[k].textContent = text; });
const at = (100 * size * 1e9) / most;
limit.style.left = limitText.style.left = `${at}%`;
limitText.className = `limit-text num ${at < 12 ? 'left' : at > 88 ? 'right' : ''}`;
limitText.textContent = `${size} GB`;
bar.setAttribute('aria-label', `${bytes(total)} on each GPU: ${Object.keys(PARTS).map((part) => `${PARTS[part]} ${bytes(each[part])}`).join(', ')}. ${verdict.textContent}`);
list.replaceChildren(...DATA.gpus.map((gb) => {
const yes = fits(total, gb), share = total / (gb * 1e9);
return h('li', { class: yes ? 'yes' : 'no' }, h('span', {}, `a GPU with ${gb} GB`), h('span', { class: 'gauge', 'aria-hidden': 'true' }, h('b', { style: `width:${100 * Math.min(1, share)}%` })),
h('span', { class: 'num' }, yes ? `fits, ${percent(share)} full` : `does not fit: ${percent(share)}`));
}));
}
function drawTraffic() {
const { data: d, tensor: t, pipeline: p, micro, sharded } = now, kinds = sent(now), idle = bubble(now);
const line = (name, how, value) => h('div', {}, h('dt', {}, name), h('dd', {}, how, how ? ': ' : '', h('b', {}, value)));
sums.replaceChildren(
line('Data', d === 1 ? '' : ['gradients, summed over d', 'gradients summed, weights collected', 'gradients summed, weights collected', `weights collected twice and gradients summed, for ${batches(micro)}`][sharded], d === 1 ? 'nothing' : bytes(kinds.data)),
line('Tensor', t === 1 ? '' : `the stream summed twice in each layer, in ${now.checkpoint ? 3 : 2} passes, ${exact(micro)} times`, t === 1 ? 'nothing' : bytes(kinds.tensor)),
line('Pipeline', p === 1 ? '' : `the stream to the next stage, its gradient back, ${exact(micro)} times`, p === 1 ? 'nothing' : bytes(kinds.pipeline)),
line('Bubble', p === 1 ? '' : `(p − 1) ÷ (m + p − 1) of the step`, percent(idle)),
);
note.textContent = `${kernels(now) === 'book' ? 'Activations: what autograd keeps for the models of this book, masks included.' : 'Activations: with fused attention, the residual stream shared out in the tensor group; the first stage, which is the fullest.'} Stages hold equal shares of the weights; a layer that FSDP collects for a moment is not counted. ${percent(DATA.usable)} of a GPU’s memory is for tensors; 1 GB is 10⁹ bytes. Sums travel in rings, so that a GPU of n sends (n − 1) ÷ n of what is collected.`;
}
show();
return mount(el, 'memory', CSS, root);
}
export default { render };
