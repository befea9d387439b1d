/*! Positions as turns of a dial
Built by scripts/figures.py from book/figures/: edit there.
height: 1120
<p>A head of width 16 has 8 pairs of numbers. RoPE turns each pair of a query and of a key by an angle in proportion to the token’s position, so that their score depends only on the distance of the two tokens. Below: each pair’s part of the score of a query and a key that are equal before they are turned. With scripts switched on you can move both tokens here and watch the dials turn.</p><table><thead><tr><th scope='col'>pair</th><th scope='col'>radians per position</th><th scope='col'>positions per turn</th><th scope='col'>at distance 0</th><th scope='col'>at distance 1</th><th scope='col'>at distance 8</th><th scope='col'>at distance 24</th><th scope='col'>at distance 64</th></tr></thead><tbody><tr><th scope='row'>0</th><td>1</td><td>6.3</td><td>1.00</td><td>0.54</td><td>-0.15</td><td>0.42</td><td>0.39</td></tr><tr><th scope='row'>1</th><td>0.316</td><td>19.9</td><td>1.00</td><td>0.95</td><td>-0.82</td><td>0.26</td><td>0.18</td></tr><tr><th scope='row'>2</th><td>0.1</td><td>62.8</td><td>1.00</td><td>1.00</td><td>0.70</td><td>-0.74</td><td>0.99</td></tr><tr><th scope='row'>3</th><td>0.0316</td><td>198.7</td><td>1.00</td><td>1.00</td><td>0.97</td><td>0.73</td><td>-0.44</td></tr><tr><th scope='row'>4</th><td>0.01</td><td>628.3</td><td>1.00</td><td>1.00</td><td>1.00</td><td>0.97</td><td>0.80</td></tr><tr><th scope='row'>5</th><td>0.00316</td><td>1,986.9</td><td>1.00</td><td>1.00</td><td>1.00</td><td>1.00</td><td>0.98</td></tr><tr><th scope='row'>6</th><td>0.001</td><td>6,283.2</td><td>1.00</td><td>1.00</td><td>1.00</td><td>1.00</td><td>1.00</td></tr><tr><th scope='row'>7</th><td>0.000316</td><td>19,869.2</td><td>1.00</td><td>1.00</td><td>1.00</td><td>1.00</td><td>1.00</td></tr><tr><th scope='row'>score</th><td></td><td></td><td>8.00</td><td>7.49</td><td>4.70</td><td>4.64</td><td>4.91</td></tr></tbody></table>
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
const CSS = `.fig{--paper: #fffdf9;--ink: #1b2a3c;--soft: #5a6571;--edge: #858a93;--line: #e4dfd5;--accent: #0b6e8a;--on-accent: #fff;--tint: #e6f0f1;--well: #fff;--shade: #f6f3ec;--mono: ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;color-scheme: light;box-sizing: border-box;width: 100%;margin: 0;padding: 16px 18px 18px;color: var(--ink);background: var(--paper);border: 1px solid var(--line);border-radius: 10px;font: 15px/1.5 Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;container-type: inline-size;overflow-wrap: anywhere;}.fig[data-theme=dark]{--paper: #14181d;--ink: #d9e0e8;--soft: #9aa5b1;--edge: #7c838d;--line: #2b333c;--accent: #5cc1dc;--on-accent: #0c1a20;--tint: #1b2f38;--well: #0f1317;--shade: #1a2027;color-scheme: dark;}.fig *,.fig *::before,.fig *::after{box-sizing: border-box;}.fig h2,.fig h3,.fig p,.fig ol,.fig ul,.fig dl,.fig dd{margin: 0;padding: 0;}.fig ol,.fig ul{list-style: none;}.fig h2{font-size: 17px;line-height: 1.3;font-weight: 650;letter-spacing: -.01em;}.fig h3{font-size: 13px;line-height: 1.4;font-weight: 600;color: var(--soft);}.fig .lead{color: var(--soft);margin-top: 2px;max-width: 68ch;text-wrap: pretty;}.fig section{margin-top: 14px;}.fig .part{border-top: 1px solid var(--line);margin-top: 18px;padding-top: 14px;}.fig .row{display: flex;flex-wrap: wrap;gap: 8px;align-items: center;}.fig .apart{justify-content: space-between;}.fig code,.fig .mono{font-family: var(--mono);font-size: .92em;background: none;padding: 0;border: 0;color: inherit;}.fig .small{font-size: 13px;}.fig .soft{color: var(--soft);}.fig .num{font-variant-numeric: tabular-nums;}.fig label{font-size: 13px;font-weight: 600;color: var(--soft);}.fig button,.fig input,.fig textarea,.fig select{font: inherit;color: inherit;background: var(--well);border: 1px solid var(--edge);border-radius: 6px;margin: 0;}.fig input,.fig textarea{padding: 6px 10px;width: 100%;min-width: 0;}.fig textarea{display: block;resize: vertical;font-family: var(--mono);font-size: 14px;line-height: 1.55;}.fig button{padding: 4px 11px;min-height: 32px;cursor: pointer;font-size: 14px;}.fig button:hover:not(:disabled){border-color: var(--accent);color: var(--accent);}.fig button:disabled{opacity: .45;cursor: default;}.fig button.main{background: var(--accent);border-color: var(--accent);color: var(--on-accent);font-weight: 600;}.fig button.main:hover:not(:disabled){color: var(--on-accent);filter: brightness(1.08);}.fig button[aria-pressed=true],.fig button[aria-checked=true]{background: var(--tint);border-color: var(--accent);color: var(--accent);font-weight: 600;}.fig button.icon{padding: 0;width: 36px;display: inline-grid;place-items: center;}.fig svg.i{width: 16px;height: 16px;fill: currentColor;display: block;}.fig input[type=range]{padding: 0;border: 0;background: none;accent-color: var(--accent);height: 32px;}.fig :focus-visible{outline: 2px solid var(--accent);outline-offset: 2px;}.fig .sr{position: absolute;width: 1px;height: 1px;overflow: hidden;clip-path: inset(50%);white-space: nowrap;}.fig .stats{display: flex;flex-wrap: wrap;gap: 4px 26px;}.fig .stats div{display: flex;flex-direction: row-reverse;gap: 6px;align-items: baseline;justify-content: flex-end;}.fig .stats dd{font-size: 21px;font-weight: 600;letter-spacing: -.02em;font-variant-numeric: tabular-nums;}.fig .stats dt{font-size: 13px;color: var(--soft);}.fig table{border-collapse: collapse;font-size: 13px;width: auto;margin: 8px 0 0;}.fig th,.fig td{text-align: left;padding: 2px 14px 2px 0;border: 0;border-bottom: 1px solid var(--line);font-weight: 400;}.fig th{color: var(--soft);font-weight: 600;}@media (prefers-reduced-motion: no-preference){.fig button{transition: color .12s,border-color .12s,background-color .12s;}}@container (max-width: 30rem){.fig .lead{font-size: 14px;}}@media print{.fig{break-inside: avoid;}}.fig{--q: #2f7fc4;--k: #d9821a;--new: #c0392b;}.fig[data-theme=dark]{--q: #5aa9ec;--k: #eda13f;--new: #ff8f80;}.fig .stage{padding: 0 30px;margin-top: 12px;}.fig .line{position: relative;height: 128px;user-select: none;-webkit-user-select: none;}.fig .rail{position: absolute;left: 0;right: 0;top: 71px;height: 6px;border-radius: 3px;background: repeating-linear-gradient(90deg,var(--edge) 0 3px,transparent 3px 6px);}.fig .known{height: 6px;border-radius: 3px;background: var(--edge);}.fig .span{position: absolute;top: 29px;height: 10px;border: 2px solid var(--edge);border-bottom: 0;border-radius: 4px 4px 0 0;}.fig .tick{position: absolute;top: 111px;width: 40px;margin-left: -20px;text-align: center;font-size: 12px;line-height: 1.3;color: var(--soft);}.fig .hold{position: absolute;height: 28px;display: flex;gap: 5px;align-items: center;justify-content: center;border-radius: 14px;background: var(--well);border: 2px solid var(--edge);font-size: 13px;line-height: 1;cursor: grab;touch-action: none;white-space: nowrap;font-variant-numeric: tabular-nums;}.fig .hold:active{cursor: grabbing;}.fig .hold b{font-weight: 650;}.fig .hold.query,.fig .hold.key{width: 56px;margin-left: -28px;}.fig .hold.query{top: 38px;border-color: var(--q);}.fig .hold.key{top: 81px;border-color: var(--k);border-style: dashed;}.fig .hold.query::after,.fig .hold.key::after{content: '';position: absolute;left: 50%;margin-left: -1px;width: 2px;height: 7px;background: var(--q);}.fig .hold.query::after{top: 100%;}.fig .hold.key::after{bottom: 100%;background: var(--k);}.fig .hold.both{top: 0;width: 148px;margin-left: -74px;left: clamp(44px,var(--at),calc(100% - 44px));}.fig .hold.both span{color: var(--soft);}.fig .stats{margin-top: 10px;}.fig .told{margin-top: 4px;min-height: 3em;max-width: 68ch;}.fig .legend{display: flex;gap: 16px;}.fig .legend span::before{content: '';display: inline-block;width: 22px;height: 0;border-top: 3px solid var(--q);vertical-align: 4px;margin-right: 6px;}.fig .legend .kl::before{border-top: 6px solid var(--k);vertical-align: 3px;}.fig .dials{display: grid;grid-template-columns: repeat(8,minmax(0,1fr));gap: 10px 6px;margin-top: 8px;}.fig .dials li{display: flex;flex-direction: column;align-items: center;text-align: center;font-size: 12px;line-height: 1.35;padding: 4px 1px 5px;border: 1px solid transparent;border-radius: 8px;overflow-wrap: normal;}.fig .dials li.slowed{background: var(--shade);}.fig .dials h4{margin: 0;font-size: 12px;font-weight: 600;color: var(--soft);line-height: 1.3;}.fig .dials svg{display: block;width: 100%;max-width: 92px;overflow: visible;}.fig .dials i{color: var(--soft);}.fig .face{fill: var(--well);stroke: var(--line);stroke-width: 1.500;}.fig .ring{fill: none;stroke: var(--edge);stroke-width: 3;opacity: .55;}.fig .spot{fill: var(--ink);stroke: var(--paper);stroke-width: 1.500;}.fig .unseen .spot{fill: var(--paper);stroke: var(--new);stroke-width: 3;}.fig .pin{fill: var(--ink);}.fig .dials .q .shaft{stroke: var(--q);stroke-width: 3;}.fig .dials .q .head{fill: var(--q);}.fig .dials .k .shaft{stroke: var(--k);stroke-width: 6.500;}.fig .dials .k .head{fill: var(--k);}.fig .dials .bar{position: relative;width: calc(100% - 8px);max-width: 84px;height: 8px;margin: 4px 0 2px;background: linear-gradient(90deg,transparent calc(50% - .5px),var(--edge) calc(50% - .5px) calc(50% + .5px),transparent calc(50% + .5px)),var(--shade);border-radius: 2px;}.fig .dials .slowed .bar{background-color: var(--well);}.fig .dials .bar b{position: absolute;top: 0;bottom: 0;background: var(--accent);border-radius: 2px;}.fig .dials .part-of{font-weight: 600;font-size: 13px;}.fig .dials .slow{color: var(--soft);}.fig .dials .slowed .slow{color: var(--accent);font-weight: 600;}.fig .dials .unseen h4{color: var(--new);}.fig .fate{margin: 4px 0 2px;min-height: 1.5em;}.fig .plot{display: block;width: 100%;height: 190px;margin-top: 6px;cursor: ew-resize;touch-action: pan-y;border-radius: 6px;}.fig .plot text{font-size: 12px;fill: var(--soft);}.fig .plot path{fill: none;}.fig .plot .beyond{fill: var(--shade);}.fig .plot .grid{stroke: var(--line);}.fig .plot .zero{stroke: var(--edge);}.fig .plot .mark{stroke: var(--edge);stroke-dasharray: 3 3;}.fig .plot .curve{stroke: var(--accent);stroke-width: 2;stroke-linejoin: round;}.fig .plot .ghost{stroke: var(--soft);stroke-width: 1.200;stroke-dasharray: 4 3;}.fig .plot .here{stroke: var(--ink);stroke-width: 1;opacity: .6;}.fig .plot .dot{fill: var(--ink);stroke: var(--paper);stroke-width: 2;}.fig .knobs{display: grid;grid-template-columns: minmax(150px,1fr) auto auto auto;gap: 12px 22px;align-items: end;}.fig .knobs .wide{grid-column: 1 / -1;}.fig .knobs label,.fig .knobs h3{display: block;margin: 0 0 4px;}.fig .knobs .value{color: var(--ink);font-variant-numeric: tabular-nums;}.fig .knobs input[type=range]{display: block;width: 100%;height: 34px;}.fig .knobs select{height: 34px;padding: 0 6px;}.fig .knobs .end{align-self: end;}.fig .knobs .end button{height: 34px;}.fig .switch{display: flex;flex-wrap: wrap;row-gap: 5px;}.fig .switch label{margin: 0;}.fig .switch span{display: grid;place-items: center;min-width: 36px;height: 34px;padding: 0 11px;border: 1px solid var(--edge);margin-left: -1px;background: var(--well);color: var(--ink);font-size: 14px;font-weight: 400;cursor: pointer;}.fig .switch label:first-child span{border-radius: 6px 0 0 6px;margin-left: 0;}.fig .switch label:last-child span{border-radius: 0 6px 6px 0;}.fig .switch input{position: absolute;opacity: 0;width: 1px;height: 1px;}.fig .switch input:checked + span{background: var(--tint);color: var(--accent);border-color: var(--accent);font-weight: 700;position: relative;}.fig .switch input:focus-visible + span{outline: 2px solid var(--accent);outline-offset: 2px;position: relative;}.fig .about{margin-top: 8px;max-width: 80ch;}@container (max-width: 40rem){.fig .dials{grid-template-columns: repeat(4,minmax(0,1fr));}.fig .knobs{grid-template-columns: minmax(0,1fr) auto;}.fig .knobs .all{grid-column: 1 / -1;}.fig .fate{min-height: 3em;}.fig .told{min-height: 4.5em;}}@container (max-width: 24rem){.fig .stage{padding: 0 26px;}.fig .switch{gap: 5px;}.fig .switch span,.fig .switch label:first-child span,.fig .switch label:last-child span{margin: 0;border-radius: 6px;padding: 0 9px;}}`;
const DATA = {width:16,base:10000,bases:[100,1000,10000,500000,1000000],trained:64,longest:256,query:40,key:16,fast:32.0,slow:1.0,low:1.0,high:4.0};
const LAST = DATA.longest - 1, PAIRS = DATA.width / 2, TURN = 2 * Math.PI;
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
export function frequencies({ width = DATA.width, base = DATA.base, scaling = 'none', factor = 1, trained = DATA.trained } = {}) {
const plain = (b) => Array.from({ length: width / 2 }, (_, i) => b ** ((-2 * i) / width));
const theta = plain(base);
const blend = (share) => theta.map((t, i) => t * share(t, i) + (t / factor) * (1 - share(t, i)));
if (scaling === 'linear') return { theta: theta.map((t) => t / factor), attention: 1 };
if (scaling === 'ntk') return { theta: plain(base * factor ** (width / (width - 2))), attention: 1 };
if (scaling === 'llama3') {
const share = (t) => clamp(((trained * t) / TURN - DATA.low) / (DATA.high - DATA.low), 0, 1);
return { theta: blend(share), attention: 1 };
}
if (scaling === 'yarn') {
const pairOf = (turns) => (width * Math.log(trained / (turns * TURN))) / (2 * Math.log(base));
const first = Math.max(Math.floor(pairOf(DATA.fast)), 0);
let last = Math.min(Math.ceil(pairOf(DATA.slow)), width - 1);
if (last === first) last += 0.001;
const share = (_, i) => 1 - clamp((i - first) / (last - first), 0, 1);
return { theta: blend(share), attention: factor > 1 ? 0.1 * Math.log(factor) + 1 : 1 };
}
return { theta, attention: 1 };
}
export function turned(pairs, position, { theta, attention }) {
return pairs.map(([x, y], i) => {
const c = attention * Math.cos(position * theta[i]), s = attention * Math.sin(position * theta[i]);
return [x * c - y * s, x * s + y * c];
});
}
export function parts(query, key, m, n, speeds) {
const q = turned(query, m, speeds), k = turned(key, n, speeds);
return q.map(([x, y], i) => x * k[i][0] + y * k[i][1]);
}
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
export const score = (query, key, m, n, speeds) => sum(parts(query, key, m, n, speeds));
export function unseen(distance, plain, theta, trained = DATA.trained) {
return theta.map((t, i) => (distance * t) % TURN > plain[i] * trained);
}
export function drawn(seed, count) {
let state = Math.imul(seed + 1, 0x9e3779b1);
const uniform = () => {
state = (state + 0x6d2b79f5) | 0;
let t = Math.imul(state ^ (state >>> 15), state | 1);
t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
};
return Array.from({ length: count }, () => {
const far = Math.sqrt(-2 * Math.log(uniform())), angle = TURN * uniform();
return [far * Math.cos(angle), far * Math.sin(angle)];
});
}
const SCALINGS = { none: 'none', linear: 'linear', ntk: 'NTK-aware', yarn: 'YaRN', llama3: 'Llama 3.1' };
const minus = (text) => text.replace('-', '−');
const fixed = (value, digits) => minus((Math.abs(value) < 0.5 / 10 ** digits ? 0 : value).toFixed(digits));
const signed = (value, digits) => (value > 0.5 / 10 ** digits ? '+' : '') + fixed(value, digits);
const round = (value, digits = 3) => value.toLocaleString('en', { maximumSignificantDigits: digits });
const long = (value) => value.toLocaleString('en', value < 1e5 ? { maximumFractionDigits: value < 100 ? 1 : 0 } : { maximumSignificantDigits: 3, notation: 'compact' });
const small = (value) => (value >= 0.001 ? round(value) : value.toExponential(1).replace('e-', '·10⁻').replace(/\d+$/, (digits) => [...digits].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit]).join('')));
const plural = (n, word) => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;
function render({ model, el }) {
const number = (name, low, high, otherwise) => {
const value = model.get(name);
return typeof value === 'number' && value >= low && value <= high ? value : otherwise;
};
const start = {
m: Math.round(number('query', 0, LAST, DATA.query)), n: Math.round(number('key', 0, LAST, DATA.key)),
scaling: SCALINGS[model.get('scaling')] ? model.get('scaling') : 'none', factor: number('factor', 1, 4, 4),
base: number('base', 2, 1e9, DATA.base), contents: model.get('contents') === 'random' ? 'random' : 'alike', seed: number('seed', 0, 1e6, 0),
};
start.n = Math.min(start.n, start.m);
let now = { ...start }, plain, speeds, query, key, curve, ghost, origin = null, width = 0;
const root = h('div', { class: 'fig' });
const say = speaker(root);
const uid = Math.random().toString(36).slice(2, 8);
const handle = (kind, name) => {
const node = h('div', { class: `hold ${kind}`, role: 'slider', tabindex: 0, 'aria-label': name, 'aria-valuemin': 0, 'aria-orientation': 'horizontal' });
let from = null;
node.addEventListener('pointerdown', (event) => { from = { x: event.clientX, m: now.m, n: now.n }; node.setPointerCapture(event.pointerId); node.focus({ preventScroll: true }); event.preventDefault(); });
node.addEventListener('pointermove', (event) => { if (from) move(kind, Math.round(((event.clientX - from.x) / line.clientWidth) * LAST) + (kind === 'key' ? from.n : from.m)); });
for (const end of ['pointerup', 'pointercancel']) node.addEventListener(end, () => { from = null; });
slideKeys(node, () => (kind === 'key' ? now.n : now.m), (to) => move(kind, to));
return node;
};
const both = handle('both', 'Both tokens: shift together'), q = handle('query', 'Query: position m'), k = handle('key', 'Key: position n');
const span = h('div', { class: 'span' }), marks = [0, DATA.trained, 2 * DATA.trained, 3 * DATA.trained, LAST];
const line = h('div', { class: 'line' }, h('div', { class: 'rail' }, h('div', { class: 'known', style: `width:${(100 * DATA.trained) / LAST}%` })), span,
marks.map((at) => h('span', { class: 'tick', style: `left:${(100 * at) / LAST}%`, 'aria-hidden': 'true' }, String(at))), both, q, k);
const told = h('p', { class: 'told' });
const dials = Array.from({ length: PAIRS }, (_, i) => {
const arrow = (kind) => svg('g', { class: kind }, svg('path', { class: 'shaft' }), svg('path', { class: 'head', d: kind === 'q' ? 'M0 0L-10-5v10Z' : 'M2 0L-11-6.500v13Z' }));
const node = {
ring: svg('path', { class: 'ring' }), spot: svg('circle', { class: 'spot', r: 4.500 }), k: arrow('k'), q: arrow('q'),
theta: h('span', { class: 'num' }), wave: h('span', { class: 'num' }), bar: h('b'), part: h('span', { class: 'num part-of' }), slow: h('span', { class: 'num slow' }),
};
node.box = h('li', {}, h('h4', {}, `pair ${i}`),
svg('svg', { viewBox: '-50 -50 100 100', 'aria-hidden': 'true' }, svg('circle', { class: 'face', r: 37 }), node.ring, node.k, node.q, svg('circle', { class: 'pin', r: 2.500 }), node.spot),
h('div', { class: 'bar', 'aria-hidden': 'true' }, node.bar), node.part, h('span', {}, h('i', {}, 'θ '), node.theta), h('span', {}, h('i', {}, 'λ '), node.wave), node.slow);
return node;
});
const scoreOut = h('dd', { class: 'score' }), distanceOut = h('dd'), news = h('p', { class: 'small soft fate' });
const plot = svg('svg', { class: 'plot', role: 'slider', tabindex: 0, 'aria-label': 'Distance of the two tokens', 'aria-valuemin': 0, 'aria-valuemax': LAST });
const toDistance = (event) => Math.round(((event.clientX - plot.getBoundingClientRect().left - EDGE.left) / (width - EDGE.left - EDGE.right)) * LAST);
plot.addEventListener('pointerdown', (event) => { plot.setPointerCapture(event.pointerId); apart(toDistance(event)); });
plot.addEventListener('pointermove', (event) => { if (plot.hasPointerCapture(event.pointerId)) apart(toDistance(event)); });
slideKeys(plot, () => now.m - now.n, apart);
const radios = (name, choices, current, act) => h('div', { class: 'switch', role: 'radiogroup', 'aria-labelledby': `${name}${uid}` }, Object.entries(choices).map(([value, text]) => {
const input = h('input', { type: 'radio', name: name + uid, value, checked: value === current });
input.addEventListener('change', () => act(value));
return h('label', {}, input, h('span', {}, text));
}));
const scalings = radios('s', SCALINGS, now.scaling, (value) => set({ scaling: value }, `Scaling: ${SCALINGS[value]}. `));
const contents = radios('c', { alike: 'equal', random: 'random' }, now.contents, (value) => set({ contents: value }, value === 'alike' ? 'Query and key are equal. ' : 'Query and key are drawn at random. '));
const factor = h('input', { type: 'range', id: `f${uid}`, min: 1, max: 4, step: 0.25 }), factorOut = h('span', { class: 'value' });
factor.addEventListener('input', () => set({ factor: +factor.value }, `Factor ${factor.value}. `));
const bases = [...new Set([...DATA.bases, now.base])].sort((a, b) => a - b);
const base = h('select', { id: `b${uid}` }, bases.map((value) => h('option', { value }, value.toLocaleString('en'))));
base.addEventListener('change', () => set({ base: +base.value }, `Base ${base.selectedOptions[0].textContent}. `));
const about = h('p', { class: 'small soft about' });
const redraw = h('button', { type: 'button', onclick: () => set({ contents: 'random', seed: now.contents === 'random' ? now.seed + 1 : now.seed }, 'New vectors. ') }, 'New vectors');
const again = h('button', { type: 'button', onclick: () => set({ ...start }, 'As at the start. ') }, 'Start again');
root.append(
h('h2', {}, 'Positions as turns of a dial'),
h('p', { class: 'lead' }, `A head of width ${DATA.width} has ${PAIRS} pairs of numbers. RoPE turns each pair of the query by m·θ and each pair of the key by n·θ, fast in the first pair, slowly in the last. Move the tokens and watch the score.`),
h('section', { class: 'stage' }, line),
h('dl', { class: 'stats' }, h('div', {}, h('dt', {}, 'score q·k'), scoreOut), h('div', {}, h('dt', {}, 'distance m − n'), distanceOut)),
told,
h('section', { class: 'part' },
h('div', { class: 'row apart' }, h('h3', {}, 'The pairs of the head, fast to slow'),
h('p', { class: 'small legend', 'aria-hidden': 'true' }, h('span', { class: 'ql' }, 'query'), h('span', { class: 'kl' }, 'key'))),
h('ol', { class: 'dials' }, dials.map((dial) => dial.box)), news,
h('p', { class: 'small soft' }, `Bar and number: the pair’s part of the score. θ: radians per position; λ: positions per turn; ÷: how much slower than in training. Outer ring: how far the two arrows can turn apart within the trained length of ${DATA.trained}; dot: how far they are now.`)),
h('section', { class: 'part' }, h('h3', {}, 'The score q·k at every distance'), plot),
h('section', { class: 'part knobs' },
h('div', { class: 'wide' }, h('h3', { id: `s${uid}` }, 'Stretch to longer texts'), scalings),
h('div', {}, h('label', { for: `f${uid}` }, 'Factor ', factorOut), factor),
h('div', {}, h('label', { for: `b${uid}` }, 'Base'), base),
h('div', { class: 'all' }, h('h3', { id: `c${uid}` }, 'Query and key'), contents),
h('div', { class: 'row end all' }, redraw, again)),
about,
);
function slideKeys(node, value, act) {
node.addEventListener('keydown', (event) => {
const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 16, PageDown: -16, Home: -1e4, End: 1e4 }[event.key];
if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
event.preventDefault();
act(value() + step);
});
}
function move(kind, to) {
const { m, n } = now, d = m - n;
const next = kind === 'both' ? { m: clamp(to, d, LAST), n: clamp(to, d, LAST) - d } : kind === 'query' ? { m: clamp(to, n, LAST), n } : { m, n: clamp(to, 0, m) };
if (next.m === m && next.n === n) return;
if (origin?.kind !== kind) origin = { kind, m, n, score: score(query, key, m, n, speeds) };
Object.assign(now, next);
show(true);
}
function apart(distance) {
const d = clamp(distance, 0, LAST);
if (d <= now.m) return move('key', now.m - d);
move('key', 0);
move('query', d);
}
function set(change, spoken) {
Object.assign(now, change);
prepare();
show(false);
say(`${spoken}Score ${fixed(sum(parts(query, key, now.m, now.n, speeds)), 3)}. ${about.textContent}`);
}
function prepare() {
origin = null;
plain = frequencies({ base: now.base }).theta;
speeds = frequencies(now);
const equal = Array.from({ length: PAIRS }, () => [1, 0]);
[query, key] = now.contents === 'alike' ? [equal, equal] : [drawn(2 * now.seed, PAIRS), drawn(2 * now.seed + 1, PAIRS)];
const all = (how) => Array.from({ length: LAST + 1 }, (_, d) => score(query, key, d, 0, how));
curve = all(speeds);
ghost = now.scaling === 'none' ? null : all(frequencies({ base: now.base }));
for (const input of [...scalings.querySelectorAll('input'), ...contents.querySelectorAll('input')]) input.checked = input.value === now.scaling || input.value === now.contents;
factor.value = now.factor;
factor.disabled = now.scaling === 'none';
factorOut.textContent = now.scaling === 'none' ? '–' : `${now.factor}`;
base.value = now.base;
about.textContent = explain();
dials.forEach((dial, i) => {
const by = plain[i] / speeds.theta[i], slow = by > 1.005;
dial.box.classList.toggle('slowed', slow);
dial.theta.textContent = small(speeds.theta[i]);
dial.wave.textContent = long(TURN / speeds.theta[i]);
dial.slow.textContent = slow ? `÷ ${fixed(by, 2)}` : 'as trained';
dial.ring.setAttribute('d', arc(45, Math.min(TURN, plain[i] * DATA.trained)));
});
for (const name of ['scaling', 'factor', 'base', 'contents', 'seed']) model.set(name, now[name]);
}
function explain() {
const times = now.factor, slow = `slow down ${times}×`, far = LAST / times, scale = speeds.attention;
return {
none: `As trained: pair i turns by θ = base^(−2i/${DATA.width}) radians per position. Su et al. (2021).`,
linear: `Linear: all dials ${slow}, so distance ${LAST} turns them as ${fixed(far, 2)} did in training; neighbours come closer together. Chen et al. (2023).`,
ntk: `NTK-aware: the base grows from ${now.base.toLocaleString('en')} to ${Math.round(now.base * times ** (DATA.width / (DATA.width - 2))).toLocaleString('en')}. The slowest dial slows down ${times}×, the fastest not at all. bloc97 (2023).`,
yarn: `YaRN: dials with more than ${plural(DATA.fast, 'turn')} in the trained length keep their speed, those with less than ${plural(DATA.slow, 'turn')} ${slow}, and a ramp over the pairs lies between. Queries and keys are also multiplied by ${fixed(scale, 3)}, so scores by ${fixed(scale * scale, 3)}. Peng et al. (2023).`,
llama3: `Llama 3.1: dials with more than ${plural(DATA.high, 'turn')} in the trained length keep their speed, those with less than ${plural(DATA.low, 'turn')} ${slow}, those between in part. Grattafiori et al. (2024).`,
}[now.scaling];
}
function arc(r, angle) {
if (angle >= TURN - 1e-9) return `M${r} 0A${r} ${r} 0 1 0 ${-r} 0A${r} ${r} 0 1 0 ${r} 0`;
return `M${r} 0A${r} ${r} 0 ${+(angle > Math.PI)} 0 ${(r * Math.cos(angle)).toFixed(2)} ${(-r * Math.sin(angle)).toFixed(2)}`;
}
function show(moved) {
const { m, n } = now, d = m - n, each = parts(query, key, m, n, speeds), total = sum(each), place = (at) => `${(100 * at) / LAST}%`;
q.style.left = place(m);
k.style.left = place(n);
span.style.left = place(n);
span.style.width = place(d);
both.style.setProperty('--at', place((m + n) / 2));
q.replaceChildren('q', h('b', {}, String(m)));
k.replaceChildren('k', h('b', {}, String(n)));
both.replaceChildren(h('span', {}, '◂'), ` both: ${d} apart `, h('span', {}, '▸'));
for (const [node, value, low, high, text] of [[q, m, n, LAST, `position ${m}`], [k, n, 0, m, `position ${n}`], [both, m, d, LAST, `query at ${m}, key at ${n}, ${d} apart`], [plot, d, 0, LAST, `distance ${d}, score ${fixed(total, 3)}`]]) {
node.setAttribute('aria-valuemin', low);
node.setAttribute('aria-valuemax', high);
node.setAttribute('aria-valuenow', value);
node.setAttribute('aria-valuetext', text);
}
const fresh = unseen(d, plain, speeds.theta), odd = fresh.flatMap((is, i) => (is ? [i] : []));
const turn = { q: turned(query, m, speeds), k: turned(key, n, speeds) }, norm = ([x, y]) => Math.hypot(x, y);
const longest = Math.max(...turn.q.map(norm), ...turn.k.map(norm)), most = Math.max(...turn.q.map((pair, i) => norm(pair) * norm(turn.k[i])));
dials.forEach((dial, i) => {
for (const kind of ['q', 'k']) {
const [x, y] = turn[kind][i], far = (33 * norm([x, y])) / longest, tip = dial[kind].lastChild;
dial[kind].setAttribute('transform', `rotate(${((-180 / Math.PI) * Math.atan2(y, x)).toFixed(2)})`);
dial[kind].firstChild.setAttribute('d', `M0 0H${Math.max(0, far - 6).toFixed(2)}`);
tip.setAttribute('transform', `translate(${far.toFixed(2)} 0)scale(${Math.min(1, far / 14).toFixed(2)})`);
}
const angle = d * speeds.theta[i];
dial.spot.setAttribute('cx', (45 * Math.cos(angle)).toFixed(2));
dial.spot.setAttribute('cy', (-45 * Math.sin(angle)).toFixed(2));
dial.box.classList.toggle('unseen', fresh[i]);
dial.part.textContent = signed(each[i], 2);
const share = (50 * each[i]) / most;
dial.bar.style.cssText = `left:${share < 0 ? 50 + share : 50}%;width:${Math.abs(share)}%`;
});
scoreOut.textContent = fixed(total, 4);
distanceOut.textContent = d;
news.textContent = odd.length ? `New at this distance, an angle that training never showed (hollow dot): ${odd.length === 1 ? 'pair' : 'pairs'} ${odd.join(', ')}.`
: `Nothing new at this distance: training has shown all ${PAIRS} pairs at such angles.`;
tell(d, total, moved);
drawPlot(d);
model.set('query', m);
model.set('key', n);
}
function tell(d, total, moved) {
if (!moved) {
told.textContent = `Query at position ${now.m}, key at ${now.n}. Shift both: the score stays. Change their distance: it changes.`;
return;
}
const before = origin.m - origin.n, off = Math.abs(total - origin.score);
const drift = off === 0 ? 'it changed by exactly 0' : `it changed by ${minus(off.toExponential(0))}, the rounding of the arithmetic`;
told.textContent = origin.kind === 'both'
? `Both tokens moved by ${signed(now.m - origin.m, 0)}: every arrow turned, the distance is still ${d} and the score is still ${fixed(total, 4)} (${drift}).`
: `${origin.kind === 'query' ? `Query moved from ${origin.m} to ${now.m}` : `Key moved from ${origin.n} to ${now.n}`}: the distance went from ${before} to ${d} and the score from ${fixed(origin.score, 4)} to ${fixed(total, 4)}.`;
say(told.textContent);
}
function drawPlot(d) {
if (!width) return;
const height = 190, { left, right, top, bottom } = EDGE, values = ghost ? [...curve, ...ghost] : curve;
const low = Math.min(0, ...values), high = Math.max(0, ...values), pad = (high - low) * 0.05;
const x = (at) => left + (at / LAST) * (width - left - right), y = (value) => top + ((high + pad - value) / (high - low + 2 * pad)) * (height - top - bottom);
const path = (list) => list.map((value, at) => `${at ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('');
const text = (props, content) => { const node = svg('text', props); node.textContent = content; return node; };
const reach = DATA.trained * now.factor, rule = (at, kind) => svg('path', { class: kind, d: `M${x(at)} ${top}V${height - bottom}` });
const step = [0.5, 1, 2, 5, 10, 20, 50].find((s) => (high - low) / s <= 5) || 100, grid = [];
for (let value = Math.ceil(low / step) * step; value <= high; value += step) grid.push(value);
plot.setAttribute('viewBox', `0 0 ${width} ${height}`);
plot.replaceChildren(
svg('rect', { class: 'beyond', x: x(DATA.trained), y: top, width: x(LAST) - x(DATA.trained), height: height - top - bottom }),
...grid.flatMap((value) => [svg('path', { class: value ? 'grid' : 'zero', d: `M${left} ${y(value)}H${width - right}` }), text({ x: left - 6, y: y(value) + 4, 'text-anchor': 'end' }, fixed(value, step < 1 ? 1 : 0))]),
rule(DATA.trained, 'mark'), text({ x: x(DATA.trained) + 5, y: top + 12 }, `trained length ${DATA.trained}`),
...(now.scaling !== 'none' && reach > DATA.trained && reach <= LAST + 1 ? [rule(Math.min(reach, LAST), 'mark'), text({ x: x(Math.min(reach, LAST)) - 5, y: top + 27, 'text-anchor': 'end' }, `× ${now.factor} = ${round(reach, 4)}`)] : []),
...marks.map((at) => text({ x: x(at), y: height - bottom + 15, 'text-anchor': 'middle' }, String(at))),
text({ x: x(LAST / 2), y: height - 3, 'text-anchor': 'middle' }, ghost ? 'distance m − n   (dashed: without scaling)' : 'distance m − n'),
...(ghost ? [svg('path', { class: 'ghost', d: path(ghost) })] : []), svg('path', { class: 'curve', d: path(curve) }),
rule(d, 'here'), svg('circle', { class: 'dot', cx: x(d), cy: y(curve[d]), r: 5.500 }),
);
}
const watch = new ResizeObserver(() => {
const wide = plot.parentNode.clientWidth;
if (!wide || wide === width) return;
width = wide;
drawPlot(now.m - now.n);
});
watch.observe(plot.parentNode);
prepare();
show(false);
const unmount = mount(el, 'position', CSS, root);
return () => { watch.disconnect(); unmount(); };
}
const EDGE = { left: 26, right: 14, top: 6, bottom: 34 };
export default { render };
