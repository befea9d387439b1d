/*! The frontier: size, loss and speed
Built by scripts/figures.py from book/figures/: edit there.
height: 1190
<p>31 ways to make the book’s model smaller, measured in one run on one core: bytes of the file, of the coded file and in memory; bits per byte on 100 unseen stories, whose own choices take 0.0866; the share of 120 written stories that pass the checks; tokens per second. With scripts switched on, you can look at the methods here and filter them by a budget.</p><table><thead><tr><th scope='col'>method</th><th scope='col'>file, MB</th><th scope='col'>coded, MB</th><th scope='col'>memory, MB</th><th scope='col'>bits per byte (95%)</th><th scope='col'>stories that pass</th><th scope='col'>tokens/s written</th><th scope='col'>read</th></tr></thead><tbody><tr><th scope='row'>float32</th><td>9.65</td><td>4.06</td><td>9.64</td><td>0.0945 (0.0915 to 0.0977)</td><td>66%</td><td>294</td><td>9918</td></tr><tr><th scope='row'>float16</th><td>4.83</td><td>3.97</td><td>4.82</td><td>0.0945 (0.0915 to 0.0977)</td><td>66%</td><td>443</td><td>2354</td></tr><tr><th scope='row'>bfloat16</th><td>4.83</td><td>3.11</td><td>4.82</td><td>0.0945 (0.0915 to 0.0977)</td><td>67%</td><td>257</td><td>14935</td></tr><tr><th scope='row'>int8</th><td>2.48</td><td>2.00</td><td>2.46</td><td>0.0945 (0.0916 to 0.0977)</td><td>62%</td><td>146</td><td>8554</td></tr><tr><th scope='row'>int8, integer products</th><td>2.48</td><td>2.00</td><td>2.46</td><td>0.0945 (0.0916 to 0.0978)</td><td>68%</td><td>303</td><td>15240</td></tr><tr><th scope='row'>int4</th><td>1.30</td><td>1.03</td><td>1.29</td><td>0.0969 (0.0936 to 0.1002)</td><td>70%</td><td>126</td><td>8302</td></tr><tr><th scope='row'>int4, AWQ</th><td>1.30</td><td>1.03</td><td>1.29</td><td>0.0968 (0.0935 to 0.1001)</td><td>64%</td><td>116</td><td>8074</td></tr><tr><th scope='row'>int4, GPTQ</th><td>1.30</td><td>1.03</td><td>1.29</td><td>0.0966 (0.0933 to 0.1000)</td><td>64%</td><td>121</td><td>7845</td></tr><tr><th scope='row'>int4, table int6</th><td>1.48</td><td>1.16</td><td>1.47</td><td>0.0951 (0.0921 to 0.0984)</td><td>62%</td><td>96</td><td>7890</td></tr><tr><th scope='row'>int4 GPTQ, table int6</th><td>1.48</td><td>1.16</td><td>1.47</td><td>0.0950 (0.0920 to 0.0983)</td><td>64%</td><td>98</td><td>7618</td></tr><tr><th scope='row'>int3</th><td>1.33</td><td>1.02</td><td>1.32</td><td>0.0985 (0.0955 to 0.1019)</td><td>59%</td><td>63</td><td>6891</td></tr><tr><th scope='row'>int3, GPTQ</th><td>1.33</td><td>1.02</td><td>1.32</td><td>0.0963 (0.0933 to 0.0996)</td><td>64%</td><td>63</td><td>6418</td></tr><tr><th scope='row'>int2, GPTQ</th><td>1.13</td><td>0.82</td><td>1.11</td><td>0.1751 (0.1709 to 0.1797)</td><td>0%</td><td>94</td><td>7559</td></tr><tr><th scope='row'>int2, trained</th><td>1.13</td><td>0.82</td><td>1.11</td><td>0.1168 (0.1125 to 0.1210)</td><td>18%</td><td>95</td><td>7398</td></tr><tr><th scope='row'>half at 0, by size</th><td>4.83</td><td>2.82</td><td>9.64</td><td>0.1197 (0.1167 to 0.1228)</td><td>0%</td><td>311</td><td>9414</td></tr><tr><th scope='row'>half at 0, one list</th><td>4.83</td><td>2.81</td><td>9.64</td><td>0.1139 (0.1107 to 0.1174)</td><td>2%</td><td>287</td><td>9574</td></tr><tr><th scope='row'>half at 0, Wanda</th><td>4.83</td><td>2.87</td><td>9.64</td><td>0.1323 (0.1291 to 0.1356)</td><td>0%</td><td>275</td><td>9045</td></tr><tr><th scope='row'>half at 0, SparseGPT</th><td>4.83</td><td>2.84</td><td>9.64</td><td>0.1035 (0.1003 to 0.1068)</td><td>32%</td><td>282</td><td>9298</td></tr><tr><th scope='row'>half at 0, SparseGPT, rec.</th><td>4.83</td><td>2.85</td><td>9.64</td><td>0.0982 (0.0951 to 0.1014)</td><td>64%</td><td>268</td><td>9407</td></tr><tr><th scope='row'>2:4, SparseGPT</th><td>4.83</td><td>2.92</td><td>9.64</td><td>0.2401 (0.2347 to 0.2459)</td><td>0%</td><td>289</td><td>9444</td></tr><tr><th scope='row'>2:4, SparseGPT, recovered</th><td>4.83</td><td>2.92</td><td>9.64</td><td>0.1096 (0.1060 to 0.1131)</td><td>35%</td><td>304</td><td>9749</td></tr><tr><th scope='row'>a quarter of the neurons gone</th><td>4.24</td><td>3.40</td><td>8.46</td><td>0.1040 (0.1006 to 0.1076)</td><td>54%</td><td>315</td><td>10748</td></tr><tr><th scope='row'>half of the neurons gone</th><td>3.65</td><td>2.90</td><td>7.28</td><td>0.1056 (0.1021 to 0.1092)</td><td>48%</td><td>320</td><td>11669</td></tr><tr><th scope='row'>a third of the heads gone</th><td>4.53</td><td>3.73</td><td>9.05</td><td>0.1280 (0.1228 to 0.1330)</td><td>12%</td><td>291</td><td>10791</td></tr><tr><th scope='row'>low rank</th><td>3.19</td><td>2.55</td><td>6.37</td><td>0.2899 (0.2748 to 0.3071)</td><td>0%</td><td>323</td><td>10854</td></tr><tr><th scope='row'>half the depth, distilled</th><td>3.20</td><td>2.55</td><td>6.39</td><td>0.1490 (0.1434 to 0.1550)</td><td>3%</td><td>482</td><td>15667</td></tr><tr><th scope='row'>half the depth, no teacher</th><td>3.20</td><td>2.55</td><td>6.39</td><td>0.1415 (0.1358 to 0.1481)</td><td>7%</td><td>504</td><td>15555</td></tr><tr><th scope='row'>half at 0, and int4</th><td>1.30</td><td>0.87</td><td>1.29</td><td>0.1022 (0.0989 to 0.1056)</td><td>51%</td><td>121</td><td>7915</td></tr><tr><th scope='row'>half of the neurons, and int4</th><td>1.17</td><td>0.88</td><td>1.15</td><td>0.1085 (0.1047 to 0.1122)</td><td>38%</td><td>106</td><td>8656</td></tr><tr><th scope='row'>half the depth, and int8 products</th><td>1.64</td><td>1.25</td><td>1.63</td><td>0.1490 (0.1434 to 0.1550)</td><td>3%</td><td>520</td><td>23727</td></tr><tr><th scope='row'>half the depth, and int4</th><td>1.04</td><td>0.77</td><td>1.03</td><td>0.1519 (0.1462 to 0.1580)</td><td>1%</td><td>136</td><td>11669</td></tr></tbody></table>
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
const CSS = `.fig{--paper: #fffdf9;--ink: #1b2a3c;--soft: #5a6571;--edge: #858a93;--line: #e4dfd5;--accent: #0b6e8a;--on-accent: #fff;--tint: #e6f0f1;--well: #fff;--shade: #f6f3ec;--mono: ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;color-scheme: light;box-sizing: border-box;width: 100%;margin: 0;padding: 16px 18px 18px;color: var(--ink);background: var(--paper);border: 1px solid var(--line);border-radius: 10px;font: 15px/1.5 Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;container-type: inline-size;overflow-wrap: anywhere;}.fig[data-theme=dark]{--paper: #14181d;--ink: #d9e0e8;--soft: #9aa5b1;--edge: #7c838d;--line: #2b333c;--accent: #5cc1dc;--on-accent: #0c1a20;--tint: #1b2f38;--well: #0f1317;--shade: #1a2027;color-scheme: dark;}.fig *,.fig *::before,.fig *::after{box-sizing: border-box;}.fig h2,.fig h3,.fig p,.fig ol,.fig ul,.fig dl,.fig dd{margin: 0;padding: 0;}.fig ol,.fig ul{list-style: none;}.fig h2{font-size: 17px;line-height: 1.3;font-weight: 650;letter-spacing: -.01em;}.fig h3{font-size: 13px;line-height: 1.4;font-weight: 600;color: var(--soft);}.fig .lead{color: var(--soft);margin-top: 2px;max-width: 68ch;text-wrap: pretty;}.fig section{margin-top: 14px;}.fig .part{border-top: 1px solid var(--line);margin-top: 18px;padding-top: 14px;}.fig .row{display: flex;flex-wrap: wrap;gap: 8px;align-items: center;}.fig .apart{justify-content: space-between;}.fig code,.fig .mono{font-family: var(--mono);font-size: .92em;background: none;padding: 0;border: 0;color: inherit;}.fig .small{font-size: 13px;}.fig .soft{color: var(--soft);}.fig .num{font-variant-numeric: tabular-nums;}.fig label{font-size: 13px;font-weight: 600;color: var(--soft);}.fig button,.fig input,.fig textarea,.fig select{font: inherit;color: inherit;background: var(--well);border: 1px solid var(--edge);border-radius: 6px;margin: 0;}.fig input,.fig textarea{padding: 6px 10px;width: 100%;min-width: 0;}.fig textarea{display: block;resize: vertical;font-family: var(--mono);font-size: 14px;line-height: 1.55;}.fig button{padding: 4px 11px;min-height: 32px;cursor: pointer;font-size: 14px;}.fig button:hover:not(:disabled){border-color: var(--accent);color: var(--accent);}.fig button:disabled{opacity: .45;cursor: default;}.fig button.main{background: var(--accent);border-color: var(--accent);color: var(--on-accent);font-weight: 600;}.fig button.main:hover:not(:disabled){color: var(--on-accent);filter: brightness(1.08);}.fig button[aria-pressed=true],.fig button[aria-checked=true]{background: var(--tint);border-color: var(--accent);color: var(--accent);font-weight: 600;}.fig button.icon{padding: 0;width: 36px;display: inline-grid;place-items: center;}.fig svg.i{width: 16px;height: 16px;fill: currentColor;display: block;}.fig input[type=range]{padding: 0;border: 0;background: none;accent-color: var(--accent);height: 32px;}.fig :focus-visible{outline: 2px solid var(--accent);outline-offset: 2px;}.fig .sr{position: absolute;width: 1px;height: 1px;overflow: hidden;clip-path: inset(50%);white-space: nowrap;}.fig .stats{display: flex;flex-wrap: wrap;gap: 4px 26px;}.fig .stats div{display: flex;flex-direction: row-reverse;gap: 6px;align-items: baseline;justify-content: flex-end;}.fig .stats dd{font-size: 21px;font-weight: 600;letter-spacing: -.02em;font-variant-numeric: tabular-nums;}.fig .stats dt{font-size: 13px;color: var(--soft);}.fig table{border-collapse: collapse;font-size: 13px;width: auto;margin: 8px 0 0;}.fig th,.fig td{text-align: left;padding: 2px 14px 2px 0;border: 0;border-bottom: 1px solid var(--line);font-weight: 400;}.fig th{color: var(--soft);font-weight: 600;}@media (prefers-reduced-motion: no-preference){.fig button{transition: color .12s,border-color .12s,background-color .12s;}}@container (max-width: 30rem){.fig .lead{font-size: 14px;}}@media print{.fig{break-inside: avoid;}}.fig{--floats: #5a6571;--bits: #0b6fb8;--zeros: #b65a04;--shape: #0a7a57;--two: #8e4bb0;}.fig[data-theme=dark]{--floats: #aab4bf;--bits: #63b3f0;--zeros: #f0a04b;--shape: #4cc79c;--two: #c99be6;}.fig .tight{margin-top: 10px;}.fig .setup{display: flex;flex-wrap: wrap;gap: 10px 30px;}.fig .setup h3{margin-bottom: 4px;}.fig .switch{display: flex;flex-wrap: wrap;row-gap: 5px;}.fig .switch label{margin: 0;}.fig .switch label > span{display: grid;place-items: center;min-width: 44px;height: 34px;padding: 0 11px;border: 1px solid var(--edge);margin-left: -1px;background: var(--well);color: var(--ink);font-size: 14px;font-weight: 400;cursor: pointer;}.fig .switch label:first-child > span{border-radius: 6px 0 0 6px;margin-left: 0;}.fig .switch label:last-child > span{border-radius: 0 6px 6px 0;}.fig .switch input{position: absolute;opacity: 0;width: 1px;height: 1px;}.fig .switch input:checked + span{background: var(--tint);color: var(--accent);border-color: var(--accent);box-shadow: inset 0 0 0 1px var(--accent);font-weight: 700;position: relative;}.fig .switch input:focus-visible + span{outline: 2px solid var(--accent);outline-offset: 2px;position: relative;}.fig .slides{display: grid;grid-template-columns: 1fr 1fr;gap: 4px 30px;}.fig .slide input{display: block;width: 100%;}.fig .slide output{font-size: 14px;font-weight: 600;}.fig .verdict{border: 1px solid var(--accent);border-radius: 8px;background: var(--tint);padding: 9px 14px 10px;margin-top: 6px;}.fig .verdict .row{flex-wrap: nowrap;align-items: start;}.fig .verdict button{flex: none;}.fig [hidden]{display: none;}.fig .told{font-weight: 600;max-width: 84ch;text-wrap: pretty;}.fig .legend{display: flex;flex-wrap: wrap;gap: 2px 16px;color: var(--soft);}.fig .legend li{display: flex;gap: 5px;align-items: center;}.fig .legend svg{width: 16px;height: 16px;overflow: visible;}.fig .legend svg.wide{width: 24px;height: 24px;}.fig .mark{stroke: var(--paper);stroke-width: 1;vector-effect: non-scaling-stroke;}.fig .mark.floats{fill: var(--floats);}.fig .mark.bits{fill: var(--bits);}.fig .mark.zeros{fill: var(--zeros);}.fig .mark.shape{fill: var(--shape);}.fig .mark.two{fill: var(--two);}.fig .chart{display: block;width: 100%;overflow: hidden;touch-action: manipulation;cursor: pointer;}.fig .chart text{font-size: 12px;fill: var(--soft);font-variant-numeric: tabular-nums;}.fig .chart .tag{fill: var(--ink);font-size: 11.5px;paint-order: stroke;stroke: var(--paper);stroke-width: 3px;stroke-linejoin: round;pointer-events: none;}.fig .chart .grid{stroke: var(--line);fill: none;}.fig .chart .front{fill: none;stroke: var(--edge);stroke-width: 1.500;stroke-dasharray: 5 4;}.fig .chart .beyond{fill: var(--shade);}.fig .spot.out{opacity: .25;}.fig .ring{pointer-events: none;}.fig .ring circle{fill: none;stroke: var(--ink);stroke-width: 2;}.fig .ring .span{stroke: var(--ink);stroke-width: 1.500;fill: none;}.fig .about{margin-top: 8px;border-top: 1px solid var(--line);padding-top: 10px;}.fig .about .name{font-size: 16px;font-weight: 650;color: var(--ink);}.fig .numbers{display: grid;grid-template-columns: repeat(3,minmax(0,1fr));gap: 8px 20px;margin-top: 6px;}.fig .numbers dt{font-size: 13px;color: var(--soft);}.fig .numbers dd{font-size: 14px;font-variant-numeric: tabular-nums;}.fig .numbers b{font-weight: 650;}.fig details{margin-top: 12px;border-top: 1px solid var(--line);padding-top: 8px;}.fig summary{cursor: pointer;font-size: 14px;font-weight: 600;color: var(--accent);width: fit-content;border-radius: 4px;}.fig table{width: 100%;overflow-wrap: normal;}.fig tbody th{color: var(--ink);font-weight: 400;}.fig td.num,.fig th.num{text-align: right;padding-right: 0;padding-left: 10px;}.fig tr.out th,.fig tr.out td{color: var(--soft);text-decoration: line-through;}.fig .foot{margin-top: 12px;max-width: 100ch;}@container (max-width: 36rem){.fig .slides{grid-template-columns: 1fr;}.fig .numbers{grid-template-columns: minmax(0,1fr);gap: 3px;}.fig .numbers div{display: grid;grid-template-columns: 118px minmax(0,1fr);align-items: baseline;}.fig .switch label > span{padding: 0 9px;}.fig .verdict .row{flex-wrap: wrap;}}`;
const DATA = {families:[{slug:`floats`,name:`As it is`},{slug:`bits`,name:`Fewer bits`},{slug:`zeros`,name:`Zeros`},{slug:`shape`,name:`Smaller shape`},{slug:`two`,name:`Two methods`}],floor:0.086578,texts:100,samples:120,command:`python -m bench compression`,cpu:`AMD EPYC`,torch:`2.13.0+cpu`,date:`2026-11-23`,written:32,read:256,rows:[{slug:`float32`,name:`float32`,family:`floats`,how:`the model as it is`,disk:9647317,container:4062657,memory:9641728,bits:[0.094531,0.091546,0.09772],above:[0.007953,0.007017,0.008971],rise:[0.0,0.0,0.0],sound:[0.6583,0.5697,0.7371],write:294.3,write_times:1.0,read:9917.8,read_times:1.0},{slug:`float16`,name:`float16`,family:`floats`,how:`the model as it is`,disk:4826453,container:3972864,memory:4820864,bits:[0.09453,0.091547,0.097721],above:[0.007952,0.007014,0.00897],rise:[-8e-06,-4e-05,2.5e-05],sound:[0.6583,0.5697,0.7371],write:442.7,write_times:1.544,read:2354.3,read_times:0.233},{slug:`bfloat16`,name:`bfloat16`,family:`floats`,how:`7 bits behind the point`,disk:4826502,container:3108855,memory:4820864,bits:[0.09453,0.09154,0.097723],above:[0.007953,0.007004,0.008973],rise:[-2e-06,-0.000379,0.00037],sound:[0.6667,0.5783,0.7447],write:257.0,write_times:0.889,read:14935.3,read_times:1.449},{slug:`int8`,name:`int8`,family:`bits`,how:`8 bits, a scale per row`,disk:2476009,container:2003948,memory:2461440,bits:[0.094522,0.091555,0.097713],above:[0.007945,0.007006,0.008962],rise:[-8.8e-05,-0.000485,0.000303],sound:[0.625,0.5358,0.7065],write:146.3,write_times:0.485,read:8554.1,read_times:0.847},{slug:`int8-dynamic`,name:`int8, integer products`,family:`bits`,how:`8 bits, and inputs rounded to 8 bits as they come`,disk:2476067,container:2004052,memory:2461440,bits:[0.094543,0.091595,0.097763],above:[0.007966,0.007,0.008989],rise:[0.000133,-0.000804,0.00106],sound:[0.675,0.5869,0.7522],write:302.6,write_times:1.02,read:15239.5,read_times:1.487},{slug:`int4`,name:`int4`,family:`bits`,how:`4 bits, groups of 64`,disk:1301966,container:1033145,memory:1287424,bits:[0.096868,0.093639,0.100243],above:[0.01029,0.009182,0.011469],rise:[0.024722,0.018989,0.030574],sound:[0.7,0.6128,0.7747],write:125.5,write_times:0.4,read:8302.4,read_times:0.82},{slug:`int4-awq`,name:`int4, AWQ`,family:`bits`,how:`4 bits, groups of 64; inputs scaled first`,disk:1301966,container:1034171,memory:1287424,bits:[0.096804,0.093487,0.100128],above:[0.010227,0.009065,0.011418],rise:[0.02405,0.018685,0.029734],sound:[0.6417,0.5527,0.7218],write:115.6,write_times:0.381,read:8073.6,read_times:0.82},{slug:`int4-gptq`,name:`int4, GPTQ`,family:`bits`,how:`4 bits, groups of 64; the table to the nearest`,disk:1301966,container:1033682,memory:1287424,bits:[0.096628,0.093335,0.100006],above:[0.01005,0.008906,0.011242],rise:[0.022183,0.016666,0.027626],sound:[0.6417,0.5527,0.7218],write:120.8,write_times:0.41,read:7844.9,read_times:0.73},{slug:`int4-6`,name:`int4, table int6`,family:`bits`,how:`4 bits, groups of 64; 6 bits for the table of tokens`,disk:1482189,container:1157043,memory:1467648,bits:[0.095116,0.092076,0.098433],above:[0.008538,0.007518,0.009614],rise:[0.006192,0.003066,0.009054],sound:[0.6167,0.5273,0.6988],write:95.5,write_times:0.327,read:7889.6,read_times:0.773},{slug:`int4-6-gptq`,name:`int4 GPTQ, table int6`,family:`bits`,how:`4 bits, groups of 64; 6 bits for the table of tokens`,disk:1482189,container:1157599,memory:1467648,bits:[0.095022,0.092035,0.098264],above:[0.008444,0.007448,0.009522],rise:[0.005193,0.003227,0.007345],sound:[0.6417,0.5527,0.7218],write:97.5,write_times:0.317,read:7618.4,read_times:0.734},{slug:`int3`,name:`int3`,family:`bits`,how:`3 bits, groups of 32; 6 bits for the table of tokens`,disk:1330141,container:1021450,memory:1315584,bits:[0.098503,0.095483,0.101895],above:[0.011925,0.010632,0.013268],rise:[0.042018,0.035102,0.048816],sound:[0.5917,0.5022,0.6754],write:63.1,write_times:0.215,read:6890.7,read_times:0.676},{slug:`int3-gptq`,name:`int3, GPTQ`,family:`bits`,how:`3 bits, groups of 32; 6 bits for the table of tokens`,disk:1330141,container:1022819,memory:1315584,bits:[0.096333,0.093308,0.099626],above:[0.009755,0.008718,0.01084],rise:[0.019066,0.014952,0.02307],sound:[0.6417,0.5527,0.7218],write:62.6,write_times:0.203,read:6418.3,read_times:0.678},{slug:`int2-gptq`,name:`int2, GPTQ`,family:`bits`,how:`2 bits, groups of 32; 6 bits for the table of tokens`,disk:1127389,container:820768,memory:1112832,bits:[0.175117,0.170915,0.179669],above:[0.088539,0.084376,0.092569],rise:[0.852489,0.794876,0.912349],sound:[0.0,0.0,0.031],write:93.7,write_times:0.314,read:7559.1,read_times:0.79},{slug:`int2-aware`,name:`int2, trained`,family:`bits`,how:`2 bits, groups of 32; 6 bits for the table of tokens; 40 steps of eight stories`,disk:1127389,container:818471,memory:1112832,bits:[0.116808,0.112523,0.120979],above:[0.030231,0.027412,0.033212],rise:[0.235667,0.209974,0.261504],sound:[0.175,0.1174,0.2528],write:95.2,write_times:0.322,read:7398.2,read_times:0.736},{slug:`size`,name:`half at 0, by size`,family:`zeros`,how:`the smallest of each matrix`,disk:4826453,container:2820906,memory:9641728,bits:[0.119696,0.116674,0.122804],above:[0.033118,0.031095,0.035129],rise:[0.266214,0.240812,0.293066],sound:[0.0,0.0,0.031],write:311.4,write_times:1.035,read:9413.7,read_times:0.993},{slug:`list`,name:`half at 0, one list`,family:`zeros`,how:`the smallest of all matrices`,disk:4826453,container:2813603,memory:9641728,bits:[0.113881,0.110738,0.117393],above:[0.027303,0.025378,0.029502],rise:[0.204699,0.183427,0.226162],sound:[0.025,0.0085,0.0709],write:286.8,write_times:0.992,read:9573.6,read_times:0.99},{slug:`wanda`,name:`half at 0, Wanda`,family:`zeros`,how:`size times input, row by row`,disk:4826453,container:2872299,memory:9641728,bits:[0.132267,0.129121,0.135638],above:[0.04569,0.043046,0.04833],rise:[0.399203,0.365784,0.434947],sound:[0.0,0.0,0.031],write:274.7,write_times:0.934,read:9045.1,read_times:0.91},{slug:`surgeon`,name:`half at 0, SparseGPT`,family:`zeros`,how:`the other half makes up for them`,disk:4826453,container:2841776,memory:9641728,bits:[0.103494,0.100289,0.10684],above:[0.016916,0.015577,0.018368],rise:[0.094819,0.083172,0.106741],sound:[0.325,0.2478,0.4131],write:282.2,write_times:0.928,read:9298.1,read_times:0.943},{slug:`surgeon-more`,name:`half at 0, SparseGPT, rec.`,family:`zeros`,how:`then 48 steps of eight stories`,disk:4826453,container:2845269,memory:9641728,bits:[0.098157,0.095097,0.101421],above:[0.01158,0.010283,0.012938],rise:[0.038363,0.030041,0.046866],sound:[0.6417,0.5527,0.7218],write:268.5,write_times:0.908,read:9407.4,read_times:0.932},{slug:`fours`,name:`2:4, SparseGPT`,family:`zeros`,how:`two of each four at zero`,disk:4826453,container:2916613,memory:9641728,bits:[0.240064,0.234674,0.245871],above:[0.153486,0.147445,0.15978],rise:[1.539537,1.44847,1.641424],sound:[0.0,0.0,0.031],write:288.7,write_times:0.938,read:9443.7,read_times:0.962},{slug:`fours-more`,name:`2:4, SparseGPT, recovered`,family:`zeros`,how:`then 48 steps of eight stories`,disk:4826453,container:2918241,memory:9641728,bits:[0.10957,0.106022,0.113114],above:[0.022992,0.020985,0.025253],rise:[0.159091,0.141098,0.178643],sound:[0.35,0.2705,0.4388],write:303.8,write_times:1.01,read:9749.3,read_times:1.001},{slug:`neurons-384`,name:`a quarter of the neurons gone`,family:`shape`,how:`384 of 512 in each layer stay; then 48 steps of eight stories`,disk:4236629,container:3397789,memory:8462080,bits:[0.103995,0.100557,0.107634],above:[0.017418,0.015915,0.019038],rise:[0.100122,0.086094,0.114169],sound:[0.5417,0.4526,0.6281],write:314.6,write_times:0.992,read:10748.0,read_times:1.118},{slug:`neurons-256`,name:`half of the neurons gone`,family:`shape`,how:`256 of 512 in each layer stay; then 48 steps of eight stories`,disk:3646805,container:2896899,memory:7282432,bits:[0.105589,0.102051,0.109194],above:[0.019012,0.017276,0.020806],rise:[0.116986,0.103054,0.131637],sound:[0.475,0.3878,0.5637],write:320.3,write_times:1.123,read:11668.8,read_times:1.227},{slug:`heads`,name:`a third of the heads gone`,family:`shape`,how:`4 of 6 stay; then 48 steps of eight stories`,disk:4531541,container:3725253,memory:9051904,bits:[0.127972,0.122763,0.133007],above:[0.041395,0.037348,0.045914],rise:[0.353764,0.313466,0.398805],sound:[0.1167,0.0708,0.1863],write:290.9,write_times:0.988,read:10790.8,read_times:1.112},{slug:`thin`,name:`low rank`,family:`shape`,how:`two thin matrices, half of the numbers; then 48 steps of eight stories`,disk:3194423,container:2546638,memory:6370048,bits:[0.28993,0.27484,0.307105],above:[0.203352,0.188982,0.21997],rise:[2.067044,1.913221,2.237515],sound:[0.0,0.0,0.031],write:323.1,write_times:1.046,read:10854.5,read_times:1.188},{slug:`depth`,name:`half the depth, distilled`,family:`shape`,how:`layers 0 and 3; half of the compute with a teacher, half without`,disk:3200273,container:2553967,memory:6394112,bits:[0.148985,0.143394,0.155021],above:[0.062407,0.058247,0.06682],rise:[0.576047,0.533315,0.620451],sound:[0.0333,0.013,0.0826],write:482.3,write_times:1.585,read:15667.1,read_times:1.569},{slug:`alone`,name:`half the depth, no teacher`,family:`shape`,how:`layers 0 and 3; 160 steps of eight stories`,disk:3200273,container:2553746,memory:6394112,bits:[0.141536,0.13584,0.148074],above:[0.054958,0.050878,0.059687],rise:[0.497247,0.454234,0.539905],sound:[0.0667,0.0342,0.1261],write:504.5,write_times:1.606,read:15555.2,read_times:1.577},{slug:`surgeon-int4`,name:`half at 0, and int4`,family:`two`,how:`SparseGPT, recovered; then 4 bits, to the nearest`,disk:1301966,container:865699,memory:1287424,bits:[0.102242,0.098946,0.105585],above:[0.015665,0.01427,0.017168],rise:[0.081579,0.07095,0.093272],sound:[0.5083,0.42,0.5961],write:120.6,write_times:0.396,read:7915.0,read_times:0.783},{slug:`neurons-int4`,name:`half of the neurons, and int4`,family:`two`,how:`then 4 bits, GPTQ; 6 bits for the table of tokens`,disk:1168845,container:884130,memory:1154304,bits:[0.108515,0.104742,0.112181],above:[0.021937,0.020046,0.023854],rise:[0.147934,0.131919,0.163765],sound:[0.3833,0.3012,0.4727],write:105.6,write_times:0.354,read:8656.3,read_times:0.874},{slug:`depth-int8`,name:`half the depth, and int8 products`,family:`two`,how:`distilled; then 8 bits, inputs too`,disk:1640431,container:1246119,memory:1632512,bits:[0.14904,0.143447,0.155022],above:[0.062463,0.058262,0.066899],rise:[0.576633,0.534042,0.621112],sound:[0.0333,0.013,0.0826],write:520.1,write_times:1.701,read:23727.2,read_times:2.452},{slug:`depth-int4`,name:`half the depth, and int4`,family:`two`,how:`then 4 bits, GPTQ; 6 bits for the table of tokens`,disk:1041103,container:766086,memory:1033216,bits:[0.151904,0.146245,0.157964],above:[0.065327,0.061058,0.069868],rise:[0.606935,0.562637,0.653481],sound:[0.0083,0.0015,0.0457],write:135.7,write_times:0.464,read:11669.0,read_times:1.154}]};
const SIZES = { disk: 'file', container: 'coded file', memory: 'memory' };
const GOODS = { above: 'bits per byte', sound: 'stories that pass' };
const PACES = { write: 'writing', read: 'reading' };
const MEGA = 1e6;
export const rows = () => DATA.rows;
export const find = (slug) => DATA.rows.find((row) => row.slug === slug);
const WHOLE = DATA.rows[0];
const CHANCE = Math.max(...DATA.rows.filter(({ family }) => family === 'zeros').flatMap((row) => [row.write_times, row.read_times]).map((ratio) => Math.abs(ratio - 1)));
export const cost = (row, y) => (y === 'above' ? row.above[0] : -row.sound[0]);
export const fits = (row, { x, size, pace, speed }) => row[x] <= size && row[pace] >= speed;
export function pareto(some, x, y) {
const beats = (a, b) => a[x] <= b[x] && cost(a, y) <= cost(b, y) && (a[x] < b[x] || cost(a, y) < cost(b, y));
return some.filter((row) => !some.some((other) => beats(other, row))).sort((a, b) => a[x] - b[x]);
}
export function choose(budget, y) {
const fit = DATA.rows.filter((row) => fits(row, budget));
if (!fit.length) return { fit, best: null, small: null };
const best = fit.reduce((a, b) => (cost(b, y) < cost(a, y) || (cost(b, y) === cost(a, y) && b[budget.x] < a[budget.x]) ? b : a));
const range = (row) => (y === 'above' ? row.rise : row.sound);
const near = fit.filter((row) => range(row)[1] <= range(best)[2] && range(row)[2] >= range(best)[1]);
return { fit, best, small: near.reduce((a, b) => (b[budget.x] < a[budget.x] ? b : a)) };
}
const megabytes = (bytes) => `${(bytes / MEGA).toFixed(2)} MB`;
const count = (value) => Math.round(value).toLocaleString('en');
const percent = (share) => `${(100 * share).toFixed(0)}%`;
const times = (value) => `${value < 9.95 ? value.toFixed(value < 1.995 ? 2 : 1) : value.toFixed(0)}×`;
const signed = (share) => { const value = 100 * share, n = Math.abs(value) < 9.95 ? 1 : 0; return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(n)}%`; };
const small = (value) => (value < 0.0995 ? value.toFixed(4) : value < 0.995 ? value.toFixed(3) : value.toFixed(2));
const told = (values, text) => `${text(values[0])} (${text(values[1])} to ${text(values[2])})`;
const TALL = 410, EDGE = { left: 46, right: 16, top: 24, bottom: 44 };
const MARKS = {
floats: 'M-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0Z', bits: 'M-.89-.89h1.780v1.780h-1.780Z', zeros: 'M0-1.250L1.150.85H-1.150Z',
shape: 'M0-1.250L1.250 0L0 1.250L-1.250 0Z', two: 'M-.45-1.150h.9v.7h.7v.9h-.7v.7h-.9v-.7h-.7v-.9h.7Z',
};
const mark = (family, r) => svg('path', { class: `mark ${family}`, d: MARKS[family], transform: `scale(${r.toFixed(2)})` });
const decades = (low, high) => [-4, -3, -2, -1, 0, 1, 2].flatMap((e) => [1, 2, 5].map((n) => n * 10 ** e)).filter((v) => v >= low * 0.999 && v <= high * 1.001);
function render({ model, el }) {
const uid = Math.random().toString(36).slice(2, 8), root = h('div', { class: 'fig' }), say = speaker(root);
const known = (name, options, first) => (options[model.get(name)] ? model.get(name) : first);
let x = known('x', SIZES, 'container'), y = known('y', GOODS, 'above'), pace = known('pace', PACES, 'write');
let size = model.get('size') > 0 ? model.get('size') * MEGA : Infinity, speed = model.get('speed') > 0 ? +model.get('speed') : 0;
let chosen = find(model.get('method')) || find('int4-6-gptq') || WHOLE, width = 0, spots = [];
const radios = (name, label, options, value, act) => {
const box = h('div', { class: 'switch', role: 'radiogroup', 'aria-labelledby': `${name}${uid}` }, Object.entries(options).map(([key, text]) => {
const input = h('input', { type: 'radio', name: `${name}${uid}`, value: key, checked: key === value });
input.addEventListener('change', () => { act(key); changed(); });
return h('label', {}, input, h('span', {}, text));
}));
return h('div', {}, h('h3', { id: `${name}${uid}` }, label), box);
};
const slider = (label, act) => {
const input = h('input', { type: 'range', min: 0, max: 100, step: 1, id: `${label.slice(0, 2)}${uid}` }), out = h('output', { class: 'num' });
input.addEventListener('input', () => { act(+input.value); changed(); });
return [input, out, h('div', { class: 'slide' }, h('div', { class: 'row apart' }, h('label', { for: input.id }, label), out), input)];
};
const ends = (name) => { const values = DATA.rows.map((row) => row[name]); return [Math.min(...values), Math.max(...values)]; };
const along = (name, share) => { const [low, high] = ends(name); return low * (high / low) ** share; };
const place = (name, value) => { const [low, high] = ends(name); return Math.log(value / low) / Math.log(high / low); };
const [sizeIn, sizeOut, sizeBox] = slider('Size, at most', (t) => { size = t < 100 ? along(x, t / 100) * 1.0005 : Infinity; });
const [speedIn, speedOut, speedBox] = slider('Speed, at least', (t) => { speed = t > 0 ? along(pace, t / 100) * 0.9995 : 0; });
const verdict = h('p', { class: 'told' }), also = h('p', { class: 'small' });
const show = h('button', { type: 'button', onclick: () => { const { best } = choose(budget(), y); if (best) pick(best, true); } }, 'Look at it');
const plot = svg('svg', { class: 'chart', height: TALL, role: 'group' });
const name = h('h3', { class: 'name' }), how = h('p', { class: 'small soft' }), numbers = h('dl', { class: 'numbers' });
const body = h('tbody', {}), heads = ['method', 'size', 'quality', 'speed'].map((text, i) => h('th', { scope: 'col', class: i ? 'num' : false }, text));
const legend = h('ul', { class: 'legend small' }, DATA.families.map(({ slug, name: text }) => h('li', {}, svg('svg', { viewBox: '-8 -8 16 16', 'aria-hidden': 'true' }, mark(slug, 5.5)), text)));
const paces = h('ul', { class: 'legend small', 'aria-label': 'Speed of a mark' });
root.append(
h('h2', {}, 'The frontier: size, loss and speed'),
h('p', { class: 'lead' }, `${DATA.rows.length} ways to make the book’s model smaller, or faster, or neither, measured in one run. A mark lies where its size and its quality are, and the larger it is, the faster is the model. Set a budget and see what is left.`),
h('section', { class: 'setup' }, radios('x', 'Size of', SIZES, x, (v) => { x = v; }), radios('y', 'Quality', GOODS, y, (v) => { y = v; }), radios('p', 'Speed of', PACES, pace, (v) => { pace = v; })),
h('section', { class: 'slides' }, sizeBox, speedBox),
h('section', { class: 'verdict' }, h('div', { class: 'row apart' }, verdict, show), also),
h('section', { class: 'tight' }, h('div', { class: 'row apart' }, legend, paces), plot),
h('section', { class: 'about' }, name, how, numbers),
h('details', {}, h('summary', {}, 'All methods in numbers'), h('table', {}, h('caption', { class: 'sr' }, 'All methods, the smallest first'), h('thead', {}, h('tr', {}, heads)), body)),
h('p', { class: 'small soft foot' }, `Recorded by ${DATA.command} on one core (${DATA.cpu}, torch ${DATA.torch}) on ${DATA.date}. Bits per byte on ${DATA.texts} stories that nobody has read; the floor, ${small(DATA.floor)}, is what the choices of the program that tells them take, and no model can be below it for long. A story passes if the program could have made every sentence of it and none contradicts another: ${DATA.samples} stories of each model. Intervals hold 95%. Speeds: medians of rounds in which all models take turns, one text of ${DATA.written} tokens written, ${DATA.read} tokens read at once. A model with zeros computes what float32 computes: that they differ, by up to ${percent(CHANCE)}, is chance. Coded file: the container of the chapter; smaller than the plain file of float32. The line joins what no other model that is fast enough beats in size and quality.`),
);
const budget = () => ({ x, size, pace, speed });
const quality = (row) => (y === 'above' ? `${small(row.bits[0])} bits per byte` : `${percent(row.sound[0])} of its stories pass`);
const spoken = (row) => `${row.name}: ${megabytes(row[x])} ${SIZES[x]}, ${quality(row)}, ${count(row[pace])} tokens per second ${PACES[pace]}`;
function changed(quiet = false) {
const { fit, best, small: less } = choose(budget(), y);
sizeIn.value = size === Infinity ? 100 : Math.round(100 * place(x, size));
speedIn.value = speed ? Math.round(100 * place(pace, speed)) : 0;
sizeOut.textContent = size === Infinity ? 'any' : megabytes(size);
speedOut.textContent = speed ? `${count(speed)} tokens/s` : 'any';
sizeIn.setAttribute('aria-valuetext', sizeOut.textContent);
speedIn.setAttribute('aria-valuetext', speedOut.textContent);
verdict.textContent = best ? `${fit.length} of ${DATA.rows.length} fit. The best of them: ${best.name}, ${megabytes(best[x])}, ${quality(best)}, ${count(best[pace])} tokens/s.` : 'Nothing fits. Give it more room or more time.';
also.textContent = !best ? '' : less === best ? 'None that fits is smaller and cannot be told from it.' : `${less.name} (${megabytes(less[x])}, ${quality(less)}) is the smallest that cannot be told from it on these ${y === 'above' ? 'texts' : 'samples'}.`;
show.hidden = !best;
for (const [key, value] of Object.entries({ x, y, pace, size: size === Infinity ? null : size / MEGA, speed: speed || null })) model.set(key, value);
fillTable(fit);
draw();
pick(chosen);
if (quiet !== true) say(`${verdict.textContent} ${also.textContent}`);
}
function fillTable(fit) {
heads[1].textContent = `${SIZES[x]}, MB`;
heads[2].textContent = y === 'above' ? 'bits per byte' : 'pass';
heads[3].textContent = `${PACES[pace]}, tokens/s`;
body.replaceChildren(...[...DATA.rows].sort((a, b) => a[x] - b[x]).map((row) => h('tr', { class: fit.includes(row) ? false : 'out' },
h('th', { scope: 'row' }, row.name, fit.includes(row) ? null : h('span', { class: 'sr' }, ' (does not fit)')),
h('td', { class: 'num' }, (row[x] / MEGA).toFixed(2)), h('td', { class: 'num' }, y === 'above' ? small(row.bits[0]) : percent(row.sound[0])), h('td', { class: 'num' }, count(row[pace])))));
}
let ring = null, at = null;
const radius = (value) => 3 + 8 * Math.sqrt(value / ends(pace)[1]);
function draw() {
if (!width) return;
const wide = width - EDGE.left - EDGE.right, tall = TALL - EDGE.top - EDGE.bottom;
const [low, high] = ends(x).map((v, i) => (v / MEGA) * (i ? 1.12 : 0.88));
const across = (bytes) => EDGE.left + (wide * Math.log(bytes / MEGA / low)) / Math.log(high / low);
const least = Math.min(...DATA.rows.map((row) => row.above[0]).filter((v) => v > 0)) * 0.75, most = Math.max(...DATA.rows.map((row) => row.above[0])) * 1.25;
const level = (v) => EDGE.top + (tall * Math.log(most / Math.max(v, least))) / Math.log(most / least);
const share = (v) => EDGE.top + 10 + (tall - 20) * (1 - v);
at = (row) => [across(row[x]), y === 'above' ? level(row.above[0]) : share(row.sound[0])];
const upTicks = y === 'above' ? decades(least, most).map((v) => [level(v), String(v)]) : [0, 0.25, 0.5, 0.75, 1].map((v) => [share(v), percent(v)]);
const acrossTicks = [0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10].filter((v) => v >= low && v <= high).map((v) => [across(v * MEGA), String(v)]);
const roomy = (list, gap) => { let last = Infinity; return list.filter(([p]) => { const free = Math.abs(p - last) >= gap; if (free) last = p; return free; }); };
const order = [...DATA.rows].sort((a, b) => a[x] - b[x] || a.above[0] - b.above[0]);
const fit = order.filter((row) => fits(row, budget())), line = pareto(DATA.rows.filter((row) => row[pace] >= speed), x, y);
const steps = line.map((row, i) => { const [px, py] = at(row); return `${i ? `H${px.toFixed(1)}V` : `M${px.toFixed(1)} `}${py.toFixed(1)}`; }).join('');
spots = order.map((row) => ({ row, x: at(row)[0], y: at(row)[1], r: radius(row[pace]) }));
const marks = spots.map((spot) => svg('g', {
class: `spot ${fit.includes(spot.row) ? '' : 'out'}`, role: 'option', tabindex: -1, 'aria-label': `${spoken(spot.row)}${fit.includes(spot.row) ? '' : '; does not fit'}`,
transform: `translate(${spot.x.toFixed(1)} ${spot.y.toFixed(1)})`, onfocus: () => pick(spot.row),
}, mark(spot.row.family, spot.r)));
const box = svg('g', { role: 'listbox', 'aria-label': 'Methods, the smallest first' }, ...marks);
arrowKeys(box, '[role=option]');
ring = svg('g', { class: 'ring', 'aria-hidden': 'true' });
plot.setAttribute('viewBox', `0 0 ${width} ${TALL}`);
plot.setAttribute('aria-label', `${GOODS[y]} against ${SIZES[x]}: ${DATA.rows.length} methods, of which ${fit.length} fit. Not beaten: ${line.map((row) => row.name).join(', ')}.`);
plot.replaceChildren(
...upTicks.map(([p]) => svg('path', { class: 'grid', d: `M${EDGE.left} ${p.toFixed(1)}h${wide}` })),
...roomy(upTicks, 15).map(([p, text]) => svg('text', { x: EDGE.left - 6, y: p + 4, 'text-anchor': 'end' }, text)),
...roomy(acrossTicks, 26).map(([p, text]) => svg('text', { x: p, y: TALL - 26, 'text-anchor': 'middle' }, text)),
svg('text', { x: EDGE.left + wide / 2, y: TALL - 7, 'text-anchor': 'middle' }, `${{ disk: 'file', container: 'coded file', memory: 'weights in memory' }[x]}, MB`),
svg('text', { x: EDGE.left + wide, y: 12, 'text-anchor': 'end' }, (y === 'above' ? ['bits per byte ', 'above the floor (lower is better)'] : ['share of stories ', 'that pass (higher is better)']).slice(width < 340 ? 1 : 0).join('')),
...(size < Infinity ? [svg('rect', { class: 'beyond', x: across(size), y: EDGE.top, width: Math.max(0, EDGE.left + wide - across(size)), height: tall })] : []),
svg('path', { class: 'front', d: steps }), box, ...labels(line), ring,
);
}
function labels(line) {
const away = y === 'above' ? 17 : -9;
const taken = spots.map((s) => [s.x - s.r, s.y - s.r, s.x + s.r, s.y + s.r]);
return line.map((row) => {
const spot = spots.find((s) => s.row === row), long = 6.3 * row.name.length, gap = spot.r + 5;
for (const [dx, dy, anchor] of [[-gap, 4, 'end'], [4 - gap, away, 'end'], [gap - 4, away, 'start'], [gap, 4, 'start'], [gap - 4, 8 - away, 'start']]) {
const left = spot.x + dx - (anchor === 'end' ? long : 0), top = spot.y + dy - 11, box = [left, top, left + long, top + 14];
const free = left > EDGE.left && box[2] < width - 2 && top > EDGE.top - 4 && box[3] < TALL - EDGE.bottom && !taken.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3]);
if (!free) continue;
taken.push(box);
return svg('text', { class: 'tag', x: (spot.x + dx).toFixed(1), y: (spot.y + dy).toFixed(1), 'text-anchor': anchor, 'aria-hidden': 'true' }, row.name);
}
return null;
}).filter(Boolean);
}
function pick(row, spokenToo = false) {
chosen = row;
model.set('method', row.slug);
name.textContent = row.name;
how.textContent = `${DATA.families.find(({ slug }) => slug === row.family).name}: ${row.how}.`;
const item = (term, value, more) => h('div', {}, h('dt', {}, term), h('dd', {}, h('b', {}, value), more ? ` ${more}` : ''));
const size_ = (key, term, whole) => item(term, megabytes(row[key]), row[key] === whole ? '' : `${times(whole / row[key])} smaller`);
numbers.replaceChildren(
size_('disk', 'File', WHOLE.disk), size_('container', 'Coded file', WHOLE.disk), size_('memory', 'In memory', WHOLE.memory),
item('Bits per byte', small(row.bits[0]), `(${small(row.bits[1])} to ${small(row.bits[2])})`),
item('Above the floor', small(row.above[0]), `(${small(row.above[1])} to ${small(row.above[2])})`),
row === WHOLE ? item('Against float32', 'the same') : item('Against float32', signed(row.rise[0]), `(${signed(row.rise[1])} to ${signed(row.rise[2])})`),
item('Stories that pass', percent(row.sound[0]), `(${percent(row.sound[1])} to ${percent(row.sound[2])})`),
item('Writes', `${count(row.write)} tokens/s`, row === WHOLE ? '' : `${times(row.write_times)} float32`),
item('Reads', `${count(row.read)} tokens/s`, row === WHOLE ? '' : `${times(row.read_times)} float32`),
);
paces.replaceChildren(...[0.1, 0.5, 1].map((part) => { const value = part * ends(pace)[1], nice = Number(value.toPrecision(1)); return h('li', {}, svg('svg', { viewBox: '-12 -12 24 24', class: 'wide', 'aria-hidden': 'true' }, mark('floats', radius(nice))), count(nice)); }), h('li', {}, 'tokens/s'));
if (!ring) return;
const spot = spots.find((s) => s.row === row);
const options = [...plot.querySelectorAll('[role=option]')];
options.forEach((node, i) => { const own = spots[i].row === row; node.tabIndex = own ? 0 : -1; node.setAttribute('aria-selected', own); });
const bounds = (y === 'above' ? row.above : row.sound).slice(1).map((v) => at({ ...row, above: [v], sound: [v] })[1]);
ring.replaceChildren(
svg('path', { class: 'span', d: `M${spot.x.toFixed(1)} ${bounds[0].toFixed(1)}V${bounds[1].toFixed(1)}` }),
svg('circle', { cx: spot.x.toFixed(1), cy: spot.y.toFixed(1), r: spot.r + 4 }),
);
if (spokenToo) say(spoken(row));
}
const nearest = (event, within) => {
const frame = plot.getBoundingClientRect(), px = event.clientX - frame.left, py = event.clientY - frame.top;
const far = (spot) => Math.hypot(spot.x - px, spot.y - py) - spot.r;
const best = spots.reduce((a, b) => (far(b) < far(a) ? b : a));
return far(best) <= within ? best.row : null;
};
plot.addEventListener('pointermove', (event) => { const row = event.pointerType === 'mouse' && nearest(event, 14); if (row && row !== chosen) pick(row); });
plot.addEventListener('click', (event) => { const row = nearest(event, 30); if (row) pick(row, true); });
const watch = new ResizeObserver(() => {
const wide = Math.round(plot.clientWidth || plot.getBoundingClientRect().width);
if (!wide || wide === width) return;
width = wide;
draw();
pick(chosen);
});
changed(true);
const unmount = mount(el, 'frontier', CSS, root);
watch.observe(plot);
return () => { watch.disconnect(); unmount(); };
}
export default { render };
