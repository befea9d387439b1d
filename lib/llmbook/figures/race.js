/*! The training race
Built by scripts/figures.py from book/figures/: edit there.
height: 1000
<p>How 60 recorded runs of a Llama of 133,440 parameters ended, each after the same tokens of the book’s stories: the validation loss, in nats per token. Larger batches make fewer steps of the same tokens. With scripts switched on, you can choose contestants here, predict the winner and watch the race.</p><table><thead><tr><th scope='col'>optimizer, learning rate</th><th scope='col'>batch 2</th><th scope='col'>batch 8</th><th scope='col'>batch 32</th></tr></thead><tbody><tr><th scope='row'>SGD, 0.03</th><td>4.89</td><td>5.40</td><td>5.78</td></tr><tr><th scope='row'>SGD, 0.1</th><td>3.93</td><td>5.04</td><td>5.43</td></tr><tr><th scope='row'>SGD, 0.3</th><td>5.24</td><td>5.22</td><td>5.20</td></tr><tr><th scope='row'>SGD, 1</th><td>4.70</td><td>died, step 24</td><td>5.29</td></tr><tr><th scope='row'>SGD, 3</th><td>died, step 17</td><td>died, step 13</td><td>died, step 12</td></tr><tr><th scope='row'>Momentum, 0.01</th><td>3.96</td><td>5.08</td><td>5.50</td></tr><tr><th scope='row'>Momentum, 0.03</th><td>3.68</td><td>4.31</td><td>5.29</td></tr><tr><th scope='row'>Momentum, 0.1</th><td>3.80</td><td>4.50</td><td>5.22</td></tr><tr><th scope='row'>Momentum, 0.3</th><td>4.05</td><td>4.40</td><td>5.22</td></tr><tr><th scope='row'>Momentum, 1</th><td>died, step 119</td><td>died, step 55</td><td>died, step 22</td></tr><tr><th scope='row'>Adam, 0.001</th><td>3.40</td><td>4.01</td><td>5.02</td></tr><tr><th scope='row'>Adam, 0.003</th><td>3.40</td><td>3.72</td><td>4.35</td></tr><tr><th scope='row'>Adam, 0.01</th><td>4.62</td><td>4.38</td><td>4.82</td></tr><tr><th scope='row'>Adam, 0.03</th><td>4.95</td><td>5.02</td><td>5.07</td></tr><tr><th scope='row'>Adam, 0.1</th><td>5.21</td><td>5.19</td><td>5.21</td></tr><tr><th scope='row'>Muon, 0.003</th><td>3.35</td><td>3.58</td><td>4.56</td></tr><tr><th scope='row'>Muon, 0.01</th><td>3.26</td><td>3.42</td><td>4.10</td></tr><tr><th scope='row'>Muon, 0.03</th><td>3.57</td><td>3.46</td><td>3.92</td></tr><tr><th scope='row'>Muon, 0.1</th><td>4.21</td><td>3.85</td><td>4.03</td></tr><tr><th scope='row'>Muon, 0.3</th><td>4.85</td><td>4.49</td><td>4.41</td></tr></tbody></table>
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
const CSS = `.fig{--paper: #fffdf9;--ink: #1b2a3c;--soft: #5a6571;--edge: #858a93;--line: #e4dfd5;--accent: #0b6e8a;--on-accent: #fff;--tint: #e6f0f1;--well: #fff;--shade: #f6f3ec;--mono: ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;color-scheme: light;box-sizing: border-box;width: 100%;margin: 0;padding: 16px 18px 18px;color: var(--ink);background: var(--paper);border: 1px solid var(--line);border-radius: 10px;font: 15px/1.5 Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;container-type: inline-size;overflow-wrap: anywhere;}.fig[data-theme=dark]{--paper: #14181d;--ink: #d9e0e8;--soft: #9aa5b1;--edge: #7c838d;--line: #2b333c;--accent: #5cc1dc;--on-accent: #0c1a20;--tint: #1b2f38;--well: #0f1317;--shade: #1a2027;color-scheme: dark;}.fig *,.fig *::before,.fig *::after{box-sizing: border-box;}.fig h2,.fig h3,.fig p,.fig ol,.fig ul,.fig dl,.fig dd{margin: 0;padding: 0;}.fig ol,.fig ul{list-style: none;}.fig h2{font-size: 17px;line-height: 1.3;font-weight: 650;letter-spacing: -.01em;}.fig h3{font-size: 13px;line-height: 1.4;font-weight: 600;color: var(--soft);}.fig .lead{color: var(--soft);margin-top: 2px;max-width: 68ch;text-wrap: pretty;}.fig section{margin-top: 14px;}.fig .part{border-top: 1px solid var(--line);margin-top: 18px;padding-top: 14px;}.fig .row{display: flex;flex-wrap: wrap;gap: 8px;align-items: center;}.fig .apart{justify-content: space-between;}.fig code,.fig .mono{font-family: var(--mono);font-size: .92em;background: none;padding: 0;border: 0;color: inherit;}.fig .small{font-size: 13px;}.fig .soft{color: var(--soft);}.fig .num{font-variant-numeric: tabular-nums;}.fig label{font-size: 13px;font-weight: 600;color: var(--soft);}.fig button,.fig input,.fig textarea,.fig select{font: inherit;color: inherit;background: var(--well);border: 1px solid var(--edge);border-radius: 6px;margin: 0;}.fig input,.fig textarea{padding: 6px 10px;width: 100%;min-width: 0;}.fig textarea{display: block;resize: vertical;font-family: var(--mono);font-size: 14px;line-height: 1.55;}.fig button{padding: 4px 11px;min-height: 32px;cursor: pointer;font-size: 14px;}.fig button:hover:not(:disabled){border-color: var(--accent);color: var(--accent);}.fig button:disabled{opacity: .45;cursor: default;}.fig button.main{background: var(--accent);border-color: var(--accent);color: var(--on-accent);font-weight: 600;}.fig button.main:hover:not(:disabled){color: var(--on-accent);filter: brightness(1.08);}.fig button[aria-pressed=true],.fig button[aria-checked=true]{background: var(--tint);border-color: var(--accent);color: var(--accent);font-weight: 600;}.fig button.icon{padding: 0;width: 36px;display: inline-grid;place-items: center;}.fig svg.i{width: 16px;height: 16px;fill: currentColor;display: block;}.fig input[type=range]{padding: 0;border: 0;background: none;accent-color: var(--accent);height: 32px;}.fig :focus-visible{outline: 2px solid var(--accent);outline-offset: 2px;}.fig .sr{position: absolute;width: 1px;height: 1px;overflow: hidden;clip-path: inset(50%);white-space: nowrap;}.fig .stats{display: flex;flex-wrap: wrap;gap: 4px 26px;}.fig .stats div{display: flex;flex-direction: row-reverse;gap: 6px;align-items: baseline;justify-content: flex-end;}.fig .stats dd{font-size: 21px;font-weight: 600;letter-spacing: -.02em;font-variant-numeric: tabular-nums;}.fig .stats dt{font-size: 13px;color: var(--soft);}.fig table{border-collapse: collapse;font-size: 13px;width: auto;margin: 8px 0 0;}.fig th,.fig td{text-align: left;padding: 2px 14px 2px 0;border: 0;border-bottom: 1px solid var(--line);font-weight: 400;}.fig th{color: var(--soft);font-weight: 600;}@media (prefers-reduced-motion: no-preference){.fig button{transition: color .12s,border-color .12s,background-color .12s;}}@container (max-width: 30rem){.fig .lead{font-size: 14px;}}@media print{.fig{break-inside: avoid;}}.fig{--c0: #0b6fb8;--c1: #b65a04;--c2: #0a7a57;--c3: #8e4bb0;--win: #0b6e8a;}.fig[data-theme=dark]{--c0: #63b3f0;--c1: #f0a04b;--c2: #4cc79c;--c3: #c99be6;}.fig .c0{--c: var(--c0);}.fig .c1{--c: var(--c1);--dash: 9 4;}.fig .c2{--c: var(--c2);--dash: 2 4;}.fig .c3{--c: var(--c3);--dash: 10 4 2 4;}.fig .tight{margin-top: 8px;}.fig .pick{display: flex;gap: 8px;align-items: center;min-width: 0;}.fig select{height: 34px;padding: 0 6px;max-width: 100%;min-width: 0;text-overflow: ellipsis;}.fig .badge{display: inline-grid;place-items: center;width: 24px;height: 24px;flex: none;border-radius: 12px;font-size: 13px;line-height: 1;font-weight: 700;color: var(--paper);background: var(--c);}.fig .badge.c1{border-radius: 4px;}.fig .badge.c2{border-radius: 12px 12px 2px 2px;}.fig .badge.c3{border-radius: 2px 12px;}.fig .field{display: grid;gap: 6px;}.fig .field li{display: grid;grid-template-columns: 24px minmax(0,1.5fr) minmax(0,1fr) minmax(0,1fr) 36px;gap: 8px;align-items: center;}.fig .field button{min-height: 34px;}.fig .setup{display: flex;flex-wrap: wrap;gap: 12px 34px;}.fig .setup h3{margin-bottom: 4px;}.fig .switch{display: flex;flex-wrap: wrap;row-gap: 5px;}.fig .switch label{margin: 0;}.fig .switch label > span{display: grid;place-items: center;min-width: 44px;height: 36px;padding: 0 11px;border: 1px solid var(--edge);margin-left: -1px;background: var(--well);color: var(--ink);font-size: 14px;font-weight: 400;cursor: pointer;}.fig .switch label:first-child > span{border-radius: 6px 0 0 6px;margin-left: 0;}.fig .switch label:last-child > span{border-radius: 0 6px 6px 0;}.fig .switch input{position: absolute;opacity: 0;width: 1px;height: 1px;}.fig .switch input:checked + span{background: var(--tint);color: var(--accent);border-color: var(--accent);box-shadow: inset 0 0 0 1px var(--accent);font-weight: 700;position: relative;}.fig .switch input:focus-visible + span{outline: 2px solid var(--accent);outline-offset: 2px;position: relative;}.fig .finish{margin-top: 6px;}.fig .main{display: inline-flex;align-items: center;gap: 7px;}.fig .score{font-weight: 600;}.fig .note{min-height: 1.5em;margin-top: 4px;}.fig .chart{display: block;width: 100%;overflow: hidden;}.fig .chart text{font-size: 12px;fill: var(--soft);font-variant-numeric: tabular-nums;}.fig .chart .grid{stroke: var(--line);fill: none;}.fig .chart .line{stroke: var(--edge);stroke-width: 2;stroke-dasharray: 5 5;}.fig .chart .curve{fill: none;stroke: var(--c);stroke-width: 2.500;stroke-linejoin: round;stroke-dasharray: var(--dash,none);}.fig .chart .fall{stroke-width: 1.500;stroke-dasharray: 2 3;}.fig .chart .cross{fill: none;stroke: var(--c);stroke-width: 3;}.fig .chart .head path{fill: var(--c);stroke: var(--paper);stroke-width: 2;}.fig .chart .head text{fill: var(--paper);font-weight: 700;font-size: 11px;}.fig input[type=range]{display: block;width: 100%;}.fig input[type=range]:disabled{opacity: .45;}.fig table{width: 100%;margin-top: 0;overflow-wrap: normal;}.fig th,.fig td{padding: 3px 10px 3px 0;}.fig tbody th{color: var(--ink);font-weight: 400;}.fig tbody th .badge{margin-right: 8px;width: 20px;height: 20px;font-size: 11px;}.fig td.num,.fig th.num{text-align: right;padding-right: 0;padding-left: 10px;}.fig .verdict{border: 1px solid var(--accent);border-radius: 8px;background: var(--tint);padding: 10px 14px 12px;}.fig .verdict[hidden]{display: none;}.fig .told{font-weight: 600;max-width: 78ch;}.fig .verdict h3{margin: 8px 0 4px;color: var(--ink);}.fig .why{display: grid;gap: 5px;}.fig .why li{display: grid;grid-template-columns: 24px minmax(0,1fr);gap: 8px;align-items: start;}.fig .why + p:not(:empty){margin-top: 6px;}.fig .foot{margin-top: 12px;max-width: 84ch;}@container (max-width: 36rem){.fig .field li{grid-template-columns: 24px minmax(0,1fr) minmax(0,1fr) 36px;}.fig .field li > :nth-child(2){grid-column: 2 / 4;}.fig .field li > :nth-child(3){grid-column: 2;grid-row: 2;}.fig .field li > :nth-child(4){grid-column: 3;grid-row: 2;}.fig .field li > :nth-child(5){grid-column: 4;grid-row: 1;}.fig .pick,.fig .pick select{width: 100%;}.fig .pick select{flex: 1;}.fig .switch label > span{padding: 0 9px;}}`;
const DATA = {parameters:133440,vocabulary:512,context:64,rest:0.003,warmup:0.05,batches:[2,8,32],steps:[768,192,48],points:40,optimizers:[{slug:`sgd`,name:`SGD`,rates:[0.03,0.1,0.3,1.0,3.0]},{slug:`momentum`,name:`Momentum`,rates:[0.01,0.03,0.1,0.3,1.0]},{slug:`adam`,name:`Adam`,rates:[0.001,0.003,0.01,0.03,0.1]},{slug:`muon`,name:`Muon`,rates:[0.003,0.01,0.03,0.1,0.3]}],milliseconds:[[6.8,15.3,50.6],[7.3,15.7,48.0],[7.8,16.3,52.0],[10.6,19.1,53.9]],chance:[0.052,0.048,0.135,0.049],counts:[41,41,37,41,41,37,41,41,37,41,10,37,4,7,12,41,41,37,41,41,37,41,41,37,41,41,37,12,18,20,41,41,37,41,41,37,41,41,37,41,41,37,41,41,37,41,41,37,41,41,37,41,41,37,41,41,37,41,41,37],died:[0,0,0,0,0,0,0,0,0,0,24,0,17,13,12,0,0,0,0,0,0,0,0,0,0,0,0,119,55,22,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],losses:`odoco^oSo=nFl]k@j4i>hYg~gSg1fkfPf:f%ese^eHe7e)drd_dLd:d%clcVcEc1bzbebIb.amaGa,___:ododoco_oYoRoCo.nknBm]l}lIkukKk%jYj>ixiXi?i#hlhThAh,gtgfgSgBg3g%fvfif^fSfJfAf8f/f#odobo^oYoToOoJoEo?o7o0o(nynoncnEn5n#mamQmAm#lslYlMl5l+kpkfkQk?k5k!jojgjUjGodoboPnulnj:h;g7fOe|eSe.dbdBchc8b|b:b#_v_3^B]^[gZqZEYuXqX,WVW-VSV=UmU/TsU3T;SvSWS7odoco_oToAnrmHk}jyj+i7hVh%g[g:f{fafNf;f#eme[eNe?e/dydidZdId3d!cpcdcOc>c-bybhbQb6avodo]oPo@o)nen8mam-lYl1kikHk+jjj6i{igiCi3h}hahSh9h-grghgUgLg=g.g%fufkfefXfNodo[nskYhog,e~e=e6dxdud}dceOdodXdpdjdhdNdVdOdjdVdYdQdBdOd?dCdTdJdHdDd5dCdUdQd:d9d9odo_oTo-mgkYi8g|g5f]f+eae@e#did@d+c_cIdKbtbh~7dpdbdVdMdGdDd9d=d8d8d5d)d.d7d:d-d#c~odoQn~mwlJk>jDiZi#hUh/glgQg=g)f^fNf>f#eyekeVeMe;e1dxdodadZdNd>dCd!csctcXcfodoGkLg|foh3fXfkeBe,e1eOe/e2dfd[dvdldhdSdYdQe,dUdWdOd?dtdJdBdBd8cpc?bXavaJ_g^]^:[~odoSo-l4i9h4fU~7~7~7odn~lPiWh5g(fQfMfFhGe|e~h8~7x=~7~7~7r,n/j^gKj*f9ewePeDeVgJePece!e4dzdqd~doodnVrK~7odo2mAhMl(~7~7odmWhxrmiowQ~7~7~7~7~7~7ododoZo?nDkli-g^fcf(eXe4djdIczcNc(bhb6aT_s_-^F]_[lZzZZYSXqX3WcW-VfV=UXUFUiTjTQS|SVododoco_oWoKo*nOm^lgkXjQiXhrh=gjg>f|f^fCf,ereaeNe?e,dvdidYdDd3d!cqcacQcAc0b|bnb]bJodocoao]oWoQoJoAo6o*nvnfnRn;m}mFm*ljl4kvk[k+jnj@j+i^iKi*huhWh=h0gsg_gUgEg5odocoIn(jfgUf*eEd|dGcfbrb4aR_g]^]+ZrYcX9W=V^UuUBUBTaTCSmSHRdRBQyR2QxQ*QLQ_Q9Q;PdPBododoboVo@nim+k=iahQgDf^f#eaeEe,dhdOd1cncNc1bnbNb1ajaJa5_N^|^C]j]1[MZnZ8YZX|XZW~WUodoboZoNo>o%ncn8m_m#lIknk9jaj/i7hphQgqgUg@fufffIf=e}eqe]eTeGe:e4e*d|dydqdiodo^nRiqg2f7e;e%drd0dZdGcmbdar_e_X][]P[+ZHYKY*X.X7WUV]V:UTU+TLTYT+SjS5RzSMR[RUQ}Q^odoco[o7n#kihVg,f?eie@e2dkdTd8cicDcCc!cgc1bsbZbDaWa._|_i^j^1]4^Hdcb_avaE^J]T[MZLYlodo]oEnomvldkRjBi?hXg}gBfwf_fHere^eReBe3e)dwdmdWdQd@d4ctcecIc;cMcwc~d!c}c|odoSkYgMg=f8eOeGeDd]dXd=d*cWcUbub=_U_U^D]G[HZeZ~Z*YPXlXBX#W6VxW8VyVUV1U^UhUcTtT}TYodo_oLmqjGh1g2fWfEeMe#dnd[dSdJd,d1ckcRcJd9cwd5d,d0d;d.cQbrb6aE_~a*^W][[l[SZsZ7Y+XWodoQnWlPj?hfgSfvfFexeteeeCe3e(e*dzd}d2czcvctcnd2d*d/d5d;d7d%d)d#d,c|d(d%d#odo*hVh@ffg+fle}evf%gegiodoSnhilhth+pyjYf{f/feeUe7dxf!ge~7~7odn~keiAkSl=k*gtm!~7rWqj~7~7~7~7~7~7~7~7odoboLnUl7iEfWe*dJd+cUc+ay_x^[]4[-YzXyW|W,VDUsT~TDS_S5RMQ~Q5PXPPP6OfO5N}NyN[M}MaM0odoaoZoAnfm^l,jni]hRg9f;eSd~dWd>cxcecBbsbCaraC__^~^9]M[hZ{Z1YMXrX@WZW#VMV#UOT}TRT+odoRo(n@mTlwlFktkIjzjPj(iZi4hkh#gbgDfifPf9egePe)drdPdJc~crcTc8c-bkbQbBb(aeodo[n_k=gSdidRcyc-b8a9^z]a[%YKXAWGVNU^ThScS?S7RcR!QLQ@PgP6OVOHOHO*NnN4N*NSN;MnMVM+odoZoFn.l9jGgWe]d_dBdCd.c{cqcXc2babEa~aH_g_5^V]Q[ZZ_YoY5X)W/VRU{USTjT7S]S#R]R3QMPhodo+mCkwjbiPhEgGfZe|eLe!d]dEd-c^cHc?c+bZb;aiaXa)_e_!^g^!]a[}[=ZrZ0YXY7X[X!odoIkHf4eCe+e*dddmdDdAd*c~czcicScTcacfc9c)bvbYbDa[aHa-_h_M^s^b^@^G^!]a]P]:]([o[=[)odoFn=jvgNe*e:dZd[dcdQd]dRdNdJd5cycvcdc5bebBb#a|aT_t_B^y^f^;^!^%]p];[p[4ZZZ1YFX_X@odmTjFg9eOdddXd^dTdOdOd;d9d8d8cwcccLbtbebSb@b4a~awaZaJa6a0a!_n_Z_E_3^z^d^Godn^g5f3fAfMf,dudqdYdNc~cscPcHc4cUc:c!bgbNb/b3b;c!a}ayaYaWa=aAaKadadaJa._|_o_V_{_vodn[kgfKe_eYf/eEeae-dedgdOdGd0c}cocpcucschcYc]cjcqcpcdcYcScMcKc?c3bcbOb8b,azava_aaodkCgFf9feeCele6d|e!e,e/e.e#dvdcdYdSdIdFdDd@d5cvclcZcLc8c*bsbbb[bObJbFbAb:odk=gOhogDe4d^d^dQdZd:d1d>d?dQctdCd@dYeLdVc}d:d3ccd,d=cGc8cOcccsc^cFc,c3cecicYckczodlwh1i!qMmKjxhFfFe@dcdIdEd?d@d?d6d;d=d4d*d%d8dCd?d2d6d+d2d@d*cyc}d!d+d*d9ckc_cEcZodi%kOp@~7xPzAttpyn%khiXgqfef7f!eqeVdjdQdFdEdIdCd9d*d!c}c~c{cvctcwcxcwcwcvodoaoEnFkFf1cTbnaH^i[xZ2XKW/UkT[S~SSRzR@QhQKQ?PhPXPBP(OFNrNMN4N:N4M_MBMGMnMWM(LlLSodo_oWo6nOm7jCgZeTd*bsb;ama8_T^p^+]S[gZuY|Y)X6WBVTUnU-TLSdRxRDQ~QfQ=PlPDP=P6OyOQO3odoKnmmvlrkfjTiGhAgCfMebd~dHctc%bbbEasaaaOa-_v_P_;^k^T^+]t]P]/[z[Y[;[.ZkZKodo_o;mkiKd~cOaU^][oZ6XVW:VPU8T*S_S7RdR2QEQ%PiPLP-OfOUNoNNMxMYM_MQM9LbLcLpLYL@KvKQodo_oTo,n2lKhxf@d_c^bmab_L^E]>[3YuX~W{W(V.U=TgT.SVS(RDQrQOPhP:OwOgOBNoNYNKNWN9MgM@odoGn^mSl7joiPh>g8f@eRdpd=cmcHbcbAaxa0_g_D^Z^6]E[{[/ZeYwYTXlX.WjW0VSV8U_U,odo]n{l2gvdRboat_^]v[qZOYNXUWUV]VEUpUJTZS{S^SSS8RiRMQvQFPhPVPKP[P;O|OOOlP+P0OvOQO*odo]oNnkm8jtgse_d*bxag_Z^c]d[XZUYVX|WxW9VUUlUDTrT6SZS#RWR3QWQ1PjPKOsOPO?O5O)NWN-Mhodo>n6lWj{iZhMgKfOebdocxcAbmb/a,_a_-^/]i];[@ZrY{YVXhX@WaWAVYUyUZU)TLT5ScS-odoUn(k)gZdAbrar_a^P]h].[p[7ZYZ?Z+Z,YvYVYOY=Y,Y!XkXVX5X%WrWDWiWrWUWBV|VLV[VVV[VMVHodoWo8mll%j?gmead9cFbWaf_i^x^#])[.ZMYiY+XTWxWaW;VlVQU|UbUPU%TaTNT8SsSWSCSJSPS#R^R>odnym3kqjViCh;ggfQecdvd=c_cKbqavaI_y^z^V^-]8[iZvZPYdY;XWX8WRV{VZV(UOU:TrTAodoBmVkFgWdPc9bab@ahaJa8_}a(_xaJaFa[aQaCaAa2a9a?_q_]_p___r_w_V_Z_Y_9_+^m^}_D_3_%^hodoGn^mMlWjpgnecdFcXb~bHanaC_x_T_,^m^k^+]k]Q]A],[r[Y[L[3ZyZ_Z_Z]ZNZCZBYxYoYpYdY^Y^odnNmIlhktjhi[hAgDfUete0dZd5ckc)bdbEahaMa2_^_E^i^Q]u][].[p[DZtZ_Z;YqY]Y1Xh`};
const LETTERS = 'ABCD', MOST = LETTERS.length;
const AXES = { steps: 'steps', tokens: 'tokens read', seconds: 'seconds' };
const STEP = 0.001;
const recorded = (steps) => [...new Set(Array.from({ length: DATA.points + 1 }, (_, k) => Math.round(steps * (k / DATA.points) ** 1.5)))];
const RUNS = (() => {
const losses = unpack(DATA.losses, 2).map((value) => value * STEP), made = [];
let at = 0;
DATA.optimizers.forEach(({ slug, name, rates }, o) => rates.forEach((rate) => DATA.batches.forEach((batch, b) => {
const count = DATA.counts[made.length], died = DATA.died[made.length];
made.push({ optimizer: slug, name, rate, batch, length: DATA.steps[b], steps: recorded(DATA.steps[b]).slice(0, count), losses: losses.slice(at, at + count), died, milliseconds: DATA.milliseconds[o][b] });
at += count;
})));
return made;
})();
export const runs = () => RUNS;
export const find = ([optimizer, rate, batch]) => RUNS.find((run) => run.optimizer === optimizer && run.rate === rate && run.batch === batch);
export const unit = (run, axis) => ({ steps: 1, tokens: run.batch * DATA.context, seconds: run.milliseconds / 1000 })[axis];
export function lossAt(run, step) {
if (run.died && step >= run.died) return Infinity;
const i = run.steps.findIndex((s) => s >= step);
if (i <= 0) return run.losses[i < 0 ? run.losses.length - 1 : 0];
const [a, b] = [run.steps[i - 1], run.steps[i]];
return run.losses[i - 1] + ((run.losses[i] - run.losses[i - 1]) * (step - a)) / (b - a);
}
export function race(keys, axis) {
const field = keys.map(find), finish = Math.min(...field.map((run) => run.length * unit(run, axis)));
const ends = field.map((run) => { const step = finish / unit(run, axis); return { step, loss: lossAt(run, step) }; });
const order = ends.map((_, i) => i).sort((a, b) => (ends[a].loss === ends[b].loss ? a - b : ends[a].loss - ends[b].loss));
const finished = order.filter((i) => ends[i].loss < Infinity), first = finished[0];
const noise = (i) => DATA.chance[DATA.optimizers.findIndex(({ slug }) => slug === field[i].optimizer)];
const near = finished.filter((i) => ends[i].loss - ends[first].loss <= Math.max(noise(i), noise(first)));
const gap = finished.length > 1 ? ends[finished[1]].loss - ends[first].loss : null;
return { finish, ends, order, winner: finished.length ? first : -1, near, gap, chance: Math.max(0, ...near.map(noise)) };
}
const exact = (value) => value.toLocaleString('en');
const nats = (loss) => Number(loss).toFixed(2);
const plural = (n, word) => `${exact(n)} ${word}${n === 1 ? '' : 's'}`;
const rising = (run) => Math.max(1, Math.round(DATA.warmup * run.length));
const siblings = (run) => RUNS.filter((other) => other.optimizer === run.optimizer && other.batch === run.batch);
const reached = (loss) => (loss < Infinity ? `reaches ${nats(loss)}` : 'died');
const ladder = (run, finish, axis) => siblings(run).map((other) => ({ rate: other.rate, loss: lossAt(other, Math.min(other.length, finish / unit(other, axis))) }));
const lowest = (rungs) => rungs.reduce((a, b) => (b.loss < a.loss ? b : a));
const ending = (run) => lossAt(run, run.length);
export const beats = (one, other) => DATA.batches.filter((batch) => {
const [a, b] = [one, other].map((slug) => Math.min(...RUNS.filter((run) => run.optimizer === slug && run.batch === batch).map(ending)));
return a < b;
}).length;
export function reasons(keys, axis) {
const field = keys.map(find), { finish, ends, winner } = race(keys, axis), lines = [];
const rates = (run) => {
const rungs = ladder(run, finish, axis), top = lowest(rungs), here = rungs.findIndex(({ rate }) => rate === run.rate), off = here - rungs.indexOf(top);
const beside = [rungs[here - 1], rungs[here + 1]].filter(Boolean).map(({ rate, loss }) => `${rate} ${reached(loss)}`);
if (!off) return `${run.rate} is the best of its ${rungs.length} recorded rates at batch ${run.batch}; beside it ${beside.join(' and ')}`;
return `at batch ${run.batch} the best of its ${rungs.length} recorded rates is ${top.rate}, which ${reached(top.loss)}; ${run.rate} is ${plural(Math.abs(off), 'rung')} ${off > 0 ? 'above' : 'below'} it`;
};
field.forEach((run, i) => {
const safe = siblings(run).filter((other) => !other.died).map((other) => other.rate);
if (ends[i].loss === Infinity) lines.push([i, `died at step ${run.died}: its loss was no number any more. ${safe.length ? `At batch ${run.batch} the largest of its rates that survived is ${Math.max(...safe)}` : `At batch ${run.batch} none of its rates survived`}.`]);
else lines.push([i, `${rates(run)}.`]);
});
if (winner < 0) return { lines, between: '' };
const differ = (pick) => new Set(field.map(pick)).size > 1, between = [];
if (differ((run) => run.batch)) {
const [few, many] = [...field.keys()].sort((a, b) => field[a].batch - field[b].batch).filter((_, i, all) => i === 0 || i === all.length - 1);
between.push(axis === 'steps'
? `Steps are not equally large: to the finish ${LETTERS[few]} reads ${exact(Math.round(ends[few].step * unit(field[few], 'tokens')))} tokens, ${LETTERS[many]} ${exact(Math.round(ends[many].step * unit(field[many], 'tokens')))}. And the rate rises over a twentieth of each run: for ${plural(rising(field[few]), 'step')} of ${LETTERS[few]}, ${rising(field[many])} of ${LETTERS[many]}.`
: `To the finish ${LETTERS[few]} makes ${plural(Math.round(ends[few].step), 'step')}, ${LETTERS[many]} ${plural(Math.round(ends[many].step), 'step')}.`);
}
if (differ((run) => run.optimizer)) {
const mine = field[winner], others = [...new Map(field.filter((run) => run.optimizer !== mine.optimizer).map((run) => [run.optimizer, run.name]))];
between.push(`Best rate against best rate, as many steps each: ${mine.name} ends below ${others.map(([slug, name]) => `${name} at ${beats(mine.optimizer, slug)}`).join(', below ')} of the ${DATA.batches.length} batches.`);
}
if (axis === 'seconds' && differ((run) => run.milliseconds)) {
const cost = (run) => run.milliseconds / run.batch, by = [...field.keys()].sort((a, b) => cost(field[a]) - cost(field[b])), cheap = by[0], dear = by[by.length - 1];
between.push(`Time is not equally dear: a row of ${DATA.context} tokens costs ${LETTERS[cheap]} ${cost(field[cheap]).toFixed(1)} ms and ${LETTERS[dear]} ${cost(field[dear]).toFixed(1)} ms.`);
}
return { lines, between: between.join(' ') };
}
const label = (run) => `${run.name}, rate ${run.rate}, batch ${run.batch}`;
const optimizer = (slug) => DATA.optimizers.find((one) => one.slug === slug);
const bestKey = (slug, batch) => [slug, lowest(ladder(find([slug, optimizer(slug).rates[0], batch]), Infinity, 'steps')).rate, batch];
export function heats() {
const middle = DATA.batches[1], last = DATA.optimizers[DATA.optimizers.length - 1], adam = optimizer('adam');
return {
optimizers: ['Four optimizers, each at its best rate', DATA.optimizers.map(({ slug }) => bestKey(slug, middle)), 'steps'],
rates: ['One optimizer, four rates', [0, 1, 2, 4].map((i) => ['adam', adam.rates[i], middle]), 'steps'],
far: ['Too far? Momentum', optimizer('momentum').rates.slice(1).map((rate) => ['momentum', rate, middle]), 'steps'],
batches: ['Three batches, by step', DATA.batches.map((batch) => ['adam', adam.rates[1], batch]), 'steps'],
tokens: ['Three batches, by tokens', DATA.batches.map((batch) => ['adam', adam.rates[1], batch]), 'tokens'],
seconds: [`${last.name} against Adam, by the clock`, [bestKey('adam', DATA.batches[0]), bestKey('adam', middle), bestKey(last.slug, DATA.batches[0]), bestKey(last.slug, middle)], 'seconds'],
};
}
const LOW = Math.floor(5 * Math.min(...RUNS.flatMap((run) => run.losses))) / 5, HIGH = 6.5;
const EDGE = { left: 40, right: 22, top: 12, bottom: 42 }, TALL = 320, LASTS = 7000;
const BADGES = ['M-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0Z', 'M-8.500-8.500h17v17h-17Z', 'M-9 9V0A9 9 0 0 1 9 0V9Z', 'M-9-9H0A9 9 0 0 1 9 0V9H0A9 9 0 0 1-9 0Z'];
function ticks(most) {
const rough = most / 5, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough);
return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
}
function render({ model, el }) {
const uid = Math.random().toString(36).slice(2, 8), root = h('div', { class: 'fig' }), say = speaker(root);
const list = heats(), calm = matchMedia('(prefers-reduced-motion: reduce)');
const known = (keys) => Array.isArray(keys) && keys.length >= 2 && keys.length <= MOST && keys.every((key) => Array.isArray(key) && find(key));
let heat = list[model.get('heat')] ? model.get('heat') : 'optimizers', [, keys, axis] = list[heat];
if (known(model.get('contestants'))) { keys = model.get('contestants'); heat = ''; }
if (AXES[model.get('axis')] && model.get('axis') !== axis) { axis = model.get('axis'); heat = ''; }
keys = keys.map((key) => [...key]);
let guess = -1, at = 0, shown = false, frame = 0, before = 0, width = 0, result = race(keys, axis);
const score = { played: 0, right: 0 }, done = new Set();
const heatIn = h('select', { id: `h${uid}` }, Object.entries(list).map(([value, [name]]) => h('option', { value }, name)), h('option', { value: '', disabled: true }, 'your own'));
heatIn.addEventListener('change', () => {
heat = heatIn.value;
[, keys, axis] = list[heat];
keys = keys.map((key) => [...key]);
changed(`${heatIn.selectedOptions[0].textContent}. `, true);
});
const rows = h('ol', { class: 'field' });
const add = h('button', { type: 'button', onclick: () => {
const free = [...RUNS].find((run) => run.batch === keys[0][2] && !keys.some((key) => find(key) === run));
keys.push([free.optimizer, free.rate, free.batch]);
own(`${LETTERS[keys.length - 1]} joins. `, true);
rows.lastChild.querySelector('select').focus();
} }, 'Add a contestant');
const draw = h('button', { type: 'button', onclick: () => {
const deck = [...RUNS];
keys = Array.from({ length: 3 }, () => deck.splice(Math.floor(Math.random() * deck.length), 1)[0]).map((run) => [run.optimizer, run.rate, run.batch]);
own('Three drawn at random. ', true);
} }, 'Draw three');
const axisIn = h('div', { class: 'switch', role: 'radiogroup', 'aria-labelledby': `x${uid}` }, Object.entries(AXES).map(([value, text]) => {
const input = h('input', { type: 'radio', name: `x${uid}`, value });
input.addEventListener('change', () => { axis = value; own(`By ${text}. `); });
return h('label', {}, input, h('span', {}, text));
}));
const finishOut = h('p', { class: 'small soft finish' });
const choice = (name, values, value, act, text = String) => {
const node = h('select', { 'aria-label': name }, values.map((v) => h('option', { value: v, selected: v === value }, text(v))));
node.addEventListener('change', () => act(values[node.selectedIndex]));
return node;
};
const badge = (i) => h('b', { class: `badge c${i}`, 'aria-hidden': 'true' }, LETTERS[i]);
function fillRows() {
rows.replaceChildren(...keys.map((key, i) => {
const change = (place, value) => {
const ladder = optimizer(key[0]).rates.indexOf(key[1]);
key[place] = value;
if (place === 0) key[1] = optimizer(value).rates[ladder];
own(`${LETTERS[i]}: ${label(find(key))}. `, place === 0);
if (place === 0) rows.children[i].querySelector('select').focus();
};
const out = h('button', { type: 'button', class: 'icon', 'aria-label': `Remove ${LETTERS[i]}`, title: `Remove ${LETTERS[i]}`, disabled: keys.length <= 2, onclick: () => { keys.splice(i, 1); own(`${plural(keys.length, 'contestant')}. `, true); rows.children[Math.min(i, keys.length - 1)].querySelector('select').focus(); } }, icon(ICONS.minus));
return h('li', {}, badge(i),
choice(`${LETTERS[i]}: optimizer`, DATA.optimizers.map(({ slug }) => slug), key[0], (v) => change(0, v), (v) => optimizer(v).name),
choice(`${LETTERS[i]}: learning rate`, optimizer(key[0]).rates, key[1], (v) => change(1, v), (v) => `rate ${v}`),
choice(`${LETTERS[i]}: batch`, DATA.batches, key[2], (v) => change(2, v), (v) => `batch ${v}`), out);
}));
}
const guesses = h('div', { class: 'switch', role: 'radiogroup', 'aria-labelledby': `g${uid}` });
function fillGuesses() {
guesses.replaceChildren(...keys.map((key, i) => {
const input = h('input', { type: 'radio', name: `g${uid}`, value: i, checked: guess === i, 'aria-label': `${LETTERS[i]}: ${label(find(key))}` });
input.addEventListener('change', () => { guess = i; play.disabled = false; last.disabled = false; note.textContent = ''; });
return h('label', {}, input, h('span', {}, badge(i)));
}));
}
const play = h('button', { type: 'button', class: 'main', onclick: () => (frame ? pause() : start()) });
const last = h('button', { type: 'button', onclick: () => { pause(); reveal(); } }, 'To the finish');
const scrub = h('input', { type: 'range', min: 0, max: 1000, step: 1, 'aria-label': 'Where in the race' });
scrub.addEventListener('input', () => { pause(); move(+scrub.value / 1000); });
const note = h('p', { class: 'small soft note' });
const scoreOut = h('p', { class: 'score num' });
const plot = svg('svg', { class: 'chart', role: 'img', height: TALL });
const board = h('tbody', {});
const table = h('table', {}, h('caption', { class: 'sr' }, 'Standings'), h('thead', {}, h('tr', {}, ['', 'contestant', 'step', 'loss'].map((name, i) => h('th', { scope: 'col', class: i > 1 ? 'num' : false }, name || h('span', { class: 'sr' }, 'place'))))), board);
const told = h('p', { class: 'told' }), why = h('ul', { class: 'why small' }), between = h('p', { class: 'small' });
const verdict = h('section', { class: 'verdict', hidden: true }, told, h('h3', {}, 'What the other runs say'), why, between);
root.append(
h('h2', {}, 'The training race'),
h('p', { class: 'lead' }, `${RUNS.length} recorded runs of one small Llama (${exact(DATA.parameters)} parameters) on the book’s stories. All begin with the same weights and read the same rows in the same order. Choose who runs, say who will win, then play.`),
h('section', { class: 'row apart' }, h('div', { class: 'pick' }, h('label', { for: `h${uid}` }, 'Heat'), heatIn), h('div', { class: 'row' }, add, draw)),
h('section', { class: 'tight' }, rows),
h('section', { class: 'setup' },
h('div', {}, h('h3', { id: `x${uid}` }, 'Race by'), axisIn),
h('div', {}, h('h3', { id: `g${uid}` }, 'Lowest validation loss at the finish? Predict'), guesses)),
finishOut,
h('section', { class: 'row apart' }, h('div', { class: 'row' }, play, last), scoreOut),
note,
h('section', { class: 'tight' }, plot, scrub),
h('section', { class: 'tight' }, table),
verdict,
h('p', { class: 'small soft foot' }, `Loss in nats per token on held-out stories; vocabulary ${exact(DATA.vocabulary)}, rows of ${DATA.context} tokens. The rate rises over the first twentieth of a run and then stays; no clipping, no weight decay. Muon moves the hidden matrices, and AdamW at ${DATA.rest} the rest. Seconds: a step’s time on one CPU core, the fastest of several rounds of ten. Chance: how far the ends of three runs of an optimizer lie apart that differ in their seed alone; an order by less means nothing.`),
);
function own(spoken, rebuild = false) { heat = ''; changed(spoken, rebuild); }
function changed(spoken, rebuild = false) {
pause();
result = race(keys, axis);
guess = -1;
shown = false;
at = 0;
if (rebuild) fillRows();
fillGuesses();
heatIn.value = heat;
add.disabled = keys.length >= MOST;
for (const input of axisIn.querySelectorAll('input')) input.checked = input.value === axis;
for (const [key, value] of Object.entries({ heat, contestants: keys, axis })) model.set(key, value);
const ends = keys.map((key) => find(key)).map((run) => run.length * unit(run, axis)), short = ends.indexOf(result.finish);
finishOut.textContent = `Finish: ${amount(result.finish)}, where ${ends.every((end) => end === result.finish) ? 'all of them end' : `the shortest run (${LETTERS[short]}) ends`}.`;
play.disabled = last.disabled = true;
note.textContent = 'Predict first: the race starts after that.';
verdict.hidden = true;
frameChart();
move(0);
say(`${spoken}${finishOut.textContent}`);
}
const amount = (value) => (axis === 'seconds' ? `${value.toFixed(1)} seconds` : `${exact(Math.round(value))} ${axis}`);
let heads = [], shutter = null, place = null;
function frameChart() {
if (!width) return;
const wide = width - EDGE.left - EDGE.right, tall = TALL - EDGE.top - EDGE.bottom;
const x = (value) => EDGE.left + (wide * value) / result.finish, y = (loss) => EDGE.top + (tall * (HIGH - Math.min(loss, HIGH + 1))) / (HIGH - LOW);
place = { x, y, wide };
shutter = svg('rect', { x: EDGE.left, y: EDGE.top, width: 0, height: tall });
const curves = keys.map((key, i) => {
const run = find(key), each = unit(run, axis), spots = run.steps.map((s, k) => [s * each, run.losses[k]]).filter(([v], k) => k === 0 || run.steps[k - 1] * each < result.finish);
const line = svg('path', { class: `curve c${i}`, d: 'M' + spots.map(([v, loss]) => `${x(v).toFixed(1)} ${y(loss).toFixed(1)}`).join('L') });
const [v, loss] = spots[spots.length - 1];
const fall = run.died && run.died * each <= result.finish ? svg('path', { class: `curve fall c${i}`, d: `M${x(v).toFixed(1)} ${y(loss).toFixed(1)}L${x(run.died * each).toFixed(1)} ${EDGE.top}` }) : null;
return [line, fall];
});
heads = keys.map((_, i) => svg('g', { class: `head c${i}` }, svg('path', { d: BADGES[i] }), svg('text', { 'text-anchor': 'middle', y: 4 }, LETTERS[i])));
const crosses = keys.map((key, i) => {
const run = find(key), spot = run.died * unit(run, axis);
return run.died && spot <= result.finish ? svg('path', { class: `cross c${i}`, d: `M${(x(spot) - 6).toFixed(1)} ${EDGE.top}l12 12m0-12l-12 12` }) : null;
});
const levels = Array.from({ length: Math.floor(HIGH - LOW + 1e-9) + 1 }, (_, i) => Math.ceil(LOW) + i).filter((l) => l <= HIGH);
plot.setAttribute('viewBox', `0 0 ${width} ${TALL}`);
plot.replaceChildren(
svg('clipPath', { id: `c${uid}` }, shutter),
...levels.map((l) => svg('path', { class: 'grid', d: `M${EDGE.left} ${y(l)}h${wide}` })),
...levels.map((l) => svg('text', { x: EDGE.left - 8, y: y(l) + 4, 'text-anchor': 'end' }, String(l))),
...ticks(result.finish).map((v) => svg('text', { x: x(v), y: TALL - 24, 'text-anchor': 'middle' }, axis === 'tokens' && v >= 1000 ? `${exact(v / 1000)}k` : exact(v))),
svg('text', { x: EDGE.left + wide / 2, y: TALL - 5, 'text-anchor': 'middle', class: 'name' }, { steps: 'step', tokens: 'tokens read', seconds: 'seconds on one core' }[axis]),
svg('text', { x: EDGE.left + wide - 8, y: EDGE.top + 12, 'text-anchor': 'end', class: 'name' }, 'validation loss, nats per token'),
svg('path', { class: 'line', d: `M${x(result.finish)} ${EDGE.top}v${tall}` }),
svg('g', { 'clip-path': `url(#c${uid})` }, ...curves.flat().filter(Boolean), ...crosses.filter(Boolean)),
...heads,
);
}
function move(to) {
at = to;
scrub.value = Math.round(1000 * to);
scrub.disabled = !shown;
const now = to * result.finish;
scrub.setAttribute('aria-valuetext', amount(now));
const losses = keys.map((key) => { const run = find(key); return lossAt(run, now / unit(run, axis)); });
if (place) {
shutter.setAttribute('width', Math.max(0, place.wide * to + (to >= 1 ? 1 : 0)));
let above = -Infinity;
for (const i of keys.map((_, k) => k).sort((a, b) => losses[b] - losses[a] || a - b)) {
heads[i].setAttribute('visibility', losses[i] < Infinity ? 'visible' : 'hidden');
if (losses[i] === Infinity) continue;
above = Math.max(EDGE.top, place.y(losses[i]), to ? above + 18 : 0);
heads[i].setAttribute('transform', `translate(${place.x(now).toFixed(1)} ${above.toFixed(1)})`);
}
}
const order = keys.map((_, i) => i).sort((a, b) => (losses[a] === losses[b] ? a - b : losses[a] - losses[b]));
board.replaceChildren(...(to ? order : keys.map((_, i) => i)).map((i, rank) => {
const run = find(keys[i]), out = losses[i] === Infinity;
return h('tr', {}, h('td', {}, to && !out ? String(rank + 1) : '–'), h('th', { scope: 'row' }, badge(i), h('span', {}, label(run))),
h('td', { class: 'num' }, exact(out ? run.died : Math.round(now / unit(run, axis)))), h('td', { class: 'num' }, out ? 'died' : to ? nats(losses[i]) : '–'));
}));
plot.setAttribute('aria-label', to ? `Validation loss up to ${amount(now)}: ${order.map((i) => `${LETTERS[i]} ${losses[i] === Infinity ? 'died' : nats(losses[i])}`).join(', ')}` : 'Validation loss of the contestants; the race has not begun');
}
function start() {
if (calm.matches) return reveal();
if (at >= 1) at = 0;
before = performance.now() - at * LASTS;
const tick = (time) => {
move(Math.min(1, Math.max(0, time - before) / LASTS));
if (at >= 1) { frame = 0; return reveal(); }
frame = requestAnimationFrame(tick);
};
frame = requestAnimationFrame(tick);
buttons();
}
function pause() {
cancelAnimationFrame(frame);
frame = 0;
buttons();
}
function buttons() {
play.replaceChildren(icon(frame ? ICONS.pause : ICONS.play), frame ? 'Pause' : shown ? 'Play again' : 'Play');
}
function reveal() {
const first = !shown;
shown = true;
note.textContent = '';
move(1);
buttons();
if (!first) return;
const { winner, near, gap, chance, order, ends } = result, id = JSON.stringify([[...keys].sort(), axis]);
const fresh = !done.has(id) && winner >= 0, right = near.includes(guess);
if (fresh) { done.add(id); score.played++; score.right += right; }
const who = (i) => `${LETTERS[i]} (${label(find(keys[i]))})`;
const lines = [];
if (winner < 0) lines.push('Nobody reached the finish, so nobody wins.');
else if (near.length > 1) lines.push(`Too close to call: ${near.map((i) => LETTERS[i]).join(' and ')} end within ${nats(ends[near[near.length - 1]].loss - ends[winner].loss)} nats of each other, and seeds alone moved a loss by ${nats(chance)}.`);
else lines.push(`${who(winner)} wins with ${nats(ends[winner].loss)} nats per token${gap === null ? ', the only one to finish.' : `, ${nats(nats(ends[order[1]].loss) - nats(ends[winner].loss))} below ${LETTERS[order[1]]}.`}`);
if (winner >= 0) lines.push(right ? `You predicted ${LETTERS[guess]}: right.` : `You predicted ${LETTERS[guess]}: not this time.`);
if (!fresh && winner >= 0) lines.push('You have seen this race before, so it does not count again.');
told.textContent = lines.join(' ');
const found = reasons(keys, axis);
why.replaceChildren(...found.lines.map(([i, text]) => h('li', {}, badge(i), h('span', {}, `${find(keys[i]).name}: ${text}`))));
between.textContent = found.between;
verdict.hidden = false;
scoreOut.textContent = `Score: ${score.right} of ${score.played} right`;
model.set('score', { ...score });
say(`${told.textContent} ${scoreOut.textContent}.`);
}
const watch = new ResizeObserver(() => {
const wide = Math.round(plot.clientWidth || plot.getBoundingClientRect().width);
if (!wide || wide === width) return;
width = wide;
frameChart();
move(at);
});
scoreOut.textContent = 'Score: 0 of 0 right';
changed('', true);
const unmount = mount(el, 'race', CSS, root);
watch.observe(plot);
return () => { pause(); watch.disconnect(); unmount(); };
}
export default { render };
