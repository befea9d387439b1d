/*! What rounding does to a matrix
Built by scripts/figures.py from book/figures/: edit there.
height: 1560
<p>A matrix of the book’s model, 18,432 weights, rounded in twelve ways. The error is the root mean square of what rounding changed, as a share of the root mean square of the weights. In the last column one weight was made 8 times as large as the largest, and the error is that of all others. With scripts switched on you can turn the dial here and see the marks among the weights.</p><table><thead><tr><th scope='col'>bits, a scale for</th><th scope='col'>bits per weight with scales</th><th scope='col'>error</th><th scope='col'>error with one outlier</th></tr></thead><tbody><tr><th scope='row'>8, the matrix</th><td>8.00</td><td>1.4%</td><td>11%</td></tr><tr><th scope='row'>8, each row</th><td>8.08</td><td>0.75%</td><td>1.4%</td></tr><tr><th scope='row'>8, each 32 weights</th><td>8.50</td><td>0.58%</td><td>0.71%</td></tr><tr><th scope='row'>4, the matrix</th><td>4.00</td><td>23%</td><td>99%</td></tr><tr><th scope='row'>4, each row</th><td>4.08</td><td>13%</td><td>16%</td></tr><tr><th scope='row'>4, each 32 weights</th><td>4.50</td><td>9.9%</td><td>11%</td></tr><tr><th scope='row'>3, the matrix</th><td>3.00</td><td>50%</td><td>100%</td></tr><tr><th scope='row'>3, each row</th><td>3.08</td><td>28%</td><td>29%</td></tr><tr><th scope='row'>3, each 32 weights</th><td>3.50</td><td>21%</td><td>22%</td></tr><tr><th scope='row'>2, the matrix</th><td>2.00</td><td>92%</td><td>100%</td></tr><tr><th scope='row'>2, each row</th><td>2.08</td><td>62%</td><td>62%</td></tr><tr><th scope='row'>2, each 32 weights</th><td>2.50</td><td>49%</td><td>49%</td></tr></tbody></table>
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
const CSS = `.fig{--paper: #fffdf9;--ink: #1b2a3c;--soft: #5a6571;--edge: #858a93;--line: #e4dfd5;--accent: #0b6e8a;--on-accent: #fff;--tint: #e6f0f1;--well: #fff;--shade: #f6f3ec;--mono: ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;color-scheme: light;box-sizing: border-box;width: 100%;margin: 0;padding: 16px 18px 18px;color: var(--ink);background: var(--paper);border: 1px solid var(--line);border-radius: 10px;font: 15px/1.5 Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;container-type: inline-size;overflow-wrap: anywhere;}.fig[data-theme=dark]{--paper: #14181d;--ink: #d9e0e8;--soft: #9aa5b1;--edge: #7c838d;--line: #2b333c;--accent: #5cc1dc;--on-accent: #0c1a20;--tint: #1b2f38;--well: #0f1317;--shade: #1a2027;color-scheme: dark;}.fig *,.fig *::before,.fig *::after{box-sizing: border-box;}.fig h2,.fig h3,.fig p,.fig ol,.fig ul,.fig dl,.fig dd{margin: 0;padding: 0;}.fig ol,.fig ul{list-style: none;}.fig h2{font-size: 17px;line-height: 1.3;font-weight: 650;letter-spacing: -.01em;}.fig h3{font-size: 13px;line-height: 1.4;font-weight: 600;color: var(--soft);}.fig .lead{color: var(--soft);margin-top: 2px;max-width: 68ch;text-wrap: pretty;}.fig section{margin-top: 14px;}.fig .part{border-top: 1px solid var(--line);margin-top: 18px;padding-top: 14px;}.fig .row{display: flex;flex-wrap: wrap;gap: 8px;align-items: center;}.fig .apart{justify-content: space-between;}.fig code,.fig .mono{font-family: var(--mono);font-size: .92em;background: none;padding: 0;border: 0;color: inherit;}.fig .small{font-size: 13px;}.fig .soft{color: var(--soft);}.fig .num{font-variant-numeric: tabular-nums;}.fig label{font-size: 13px;font-weight: 600;color: var(--soft);}.fig button,.fig input,.fig textarea,.fig select{font: inherit;color: inherit;background: var(--well);border: 1px solid var(--edge);border-radius: 6px;margin: 0;}.fig input,.fig textarea{padding: 6px 10px;width: 100%;min-width: 0;}.fig textarea{display: block;resize: vertical;font-family: var(--mono);font-size: 14px;line-height: 1.55;}.fig button{padding: 4px 11px;min-height: 32px;cursor: pointer;font-size: 14px;}.fig button:hover:not(:disabled){border-color: var(--accent);color: var(--accent);}.fig button:disabled{opacity: .45;cursor: default;}.fig button.main{background: var(--accent);border-color: var(--accent);color: var(--on-accent);font-weight: 600;}.fig button.main:hover:not(:disabled){color: var(--on-accent);filter: brightness(1.08);}.fig button[aria-pressed=true],.fig button[aria-checked=true]{background: var(--tint);border-color: var(--accent);color: var(--accent);font-weight: 600;}.fig button.icon{padding: 0;width: 36px;display: inline-grid;place-items: center;}.fig svg.i{width: 16px;height: 16px;fill: currentColor;display: block;}.fig input[type=range]{padding: 0;border: 0;background: none;accent-color: var(--accent);height: 32px;}.fig :focus-visible{outline: 2px solid var(--accent);outline-offset: 2px;}.fig .sr{position: absolute;width: 1px;height: 1px;overflow: hidden;clip-path: inset(50%);white-space: nowrap;}.fig .stats{display: flex;flex-wrap: wrap;gap: 4px 26px;}.fig .stats div{display: flex;flex-direction: row-reverse;gap: 6px;align-items: baseline;justify-content: flex-end;}.fig .stats dd{font-size: 21px;font-weight: 600;letter-spacing: -.02em;font-variant-numeric: tabular-nums;}.fig .stats dt{font-size: 13px;color: var(--soft);}.fig table{border-collapse: collapse;font-size: 13px;width: auto;margin: 8px 0 0;}.fig th,.fig td{text-align: left;padding: 2px 14px 2px 0;border: 0;border-bottom: 1px solid var(--line);font-weight: 400;}.fig th{color: var(--soft);font-weight: 600;}@media (prefers-reduced-motion: no-preference){.fig button{transition: color .12s,border-color .12s,background-color .12s;}}@container (max-width: 30rem){.fig .lead{font-size: 14px;}}@media print{.fig{break-inside: avoid;}}.fig{--none: rgb(250,248,242);--less: rgb(20,94,168);--more: rgb(200,84,0);--far: #b3362a;--c0: #b3362a;--c1: #b65a04;--c2: #0b6fb8;--c3: #0a7a57;}.fig[data-theme=dark]{--none: rgb(18,22,27);--less: rgb(110,185,255);--more: rgb(255,166,77);--far: #ff8f80;--c0: #ff8f80;--c1: #f0a04b;--c2: #63b3f0;--c3: #4cc79c;}.fig .c0{--c: var(--c0);}.fig .c1{--c: var(--c1);--dash: 9 3;}.fig .c2{--c: var(--c2);--dash: 2 3;}.fig .c3{--c: var(--c3);--dash: 9 3 2 3;}.fig .guess{border: 1px solid var(--accent);border-radius: 8px;background: var(--tint);padding: 10px 14px 12px;}.fig .guess h3{color: var(--ink);margin-bottom: 8px;max-width: 78ch;text-wrap: pretty;}.fig .guess .told:not(:empty){margin-top: 10px;}.fig .told{max-width: 78ch;text-wrap: pretty;}.fig .knobs{display: grid;grid-template-columns: minmax(0,1fr) minmax(0,1fr);gap: 14px 24px;align-items: start;}.fig .knobs label,.fig .knobs h3{display: block;margin: 0 0 4px;}.fig .knobs .value{color: var(--ink);font-variant-numeric: tabular-nums;}.fig input[type=range]{display: block;width: 100%;height: 26px;}.fig .scale{display: flex;justify-content: space-between;padding: 0 4px;font-size: 13px;line-height: 1.2;color: var(--soft);}.fig .scale span{width: 8px;display: grid;place-items: center;}.fig .stats{flex: 1;display: grid;grid-template-columns: 1.6fr 1fr 1.1fr .7fr;gap: 8px 18px;}.fig .stats div{flex-direction: column-reverse;gap: 0;align-items: start;}.fig .stats dt{line-height: 1.35;}.fig .apart{align-items: start;}.fig .note{margin-top: 8px;max-width: 84ch;text-wrap: pretty;}.fig .switch{display: flex;flex-wrap: wrap;row-gap: 5px;}.fig .switch label{margin: 0;}.fig .switch label > span{display: grid;place-items: center;min-width: 40px;height: 36px;padding: 0 11px;border: 1px solid var(--edge);margin-left: -1px;background: var(--well);color: var(--ink);font-size: 14px;font-weight: 400;cursor: pointer;}.fig .switch label:first-child > span{border-radius: 6px 0 0 6px;margin-left: 0;}.fig .switch label:last-child > span{border-radius: 0 6px 6px 0;}.fig .switch input{position: absolute;opacity: 0;width: 1px;height: 1px;}.fig .switch input:checked + span{background: var(--tint);color: var(--accent);border-color: var(--accent);box-shadow: inset 0 0 0 1px var(--accent);font-weight: 700;position: relative;}.fig .switch input:focus-visible + span{outline: 2px solid var(--accent);outline-offset: 2px;position: relative;}.fig .plot{display: block;width: 100%;margin-top: 4px;}.fig .plot text{font-size: 12px;fill: var(--soft);font-variant-numeric: tabular-nums;paint-order: stroke;stroke: var(--paper);stroke-width: 3px;stroke-linejoin: round;}.fig .ruler{height: 258px;margin-bottom: 8px;}.fig .chart{height: 214px;}.fig .plot path{fill: none;}.fig .plot .bins{fill: var(--edge);opacity: .55;}.fig .plot .marks{stroke: var(--accent);stroke-width: 1;}.fig .plot .faint{opacity: .7;}.fig .plot .axis{stroke: var(--edge);}.fig .plot .taken{fill: var(--accent);}.fig .plot .window{fill: var(--shade);stroke: var(--edge);}.fig .plot .far{fill: var(--far);font-weight: 600;}.fig .plot .planted{fill: var(--far);stroke: var(--paper);stroke-width: 2;}.fig .plot .grid{stroke: var(--line);}.fig .curve{fill: none;stroke: var(--c);stroke-width: 2;stroke-dasharray: var(--dash,none);}.fig .plot path.dot,.fig .dot{fill: var(--c);stroke: var(--paper);stroke-width: 1;}.fig .ghost{stroke: var(--soft);stroke-width: 1.200;}.fig .here{fill: none;stroke: var(--ink);stroke-width: 2.500;}.fig .legend{display: flex;flex-wrap: wrap;gap: 2px 14px;}.fig .legend span{display: inline-flex;gap: 6px;align-items: center;}.fig .legend [hidden]{display: none;}.fig .legend svg{width: 34px;height: 12px;}.fig .strips{display: grid;grid-template-columns: 52px minmax(0,1fr);gap: 8px 10px;align-items: center;margin-top: 8px;}.fig .map{position: relative;touch-action: pan-y;cursor: crosshair;outline-offset: 4px;}.fig canvas{display: block;width: 100%;aspect-ratio: 8;image-rendering: pixelated;box-shadow: 0 0 0 1px var(--line);}.fig .fence{position: absolute;box-shadow: 0 0 0 1px var(--paper),0 0 0 2.500px var(--ink);border-radius: 1px;pointer-events: none;}.fig .spot{position: absolute;width: 11px;height: 11px;margin: -5.500px 0 0 -5.500px;border: 2px solid var(--ink);border-radius: 50%;box-shadow: 0 0 0 1px var(--paper);pointer-events: none;}.fig .readout{margin-top: 8px;font-family: var(--mono);font-size: 13px;}.fig .keys{display: flex;flex-wrap: wrap;gap: 2px 14px;margin-top: 4px;}.fig .keys span::before{content: '';display: inline-block;width: 12px;height: 12px;border-radius: 2px;margin-right: 6px;vertical-align: -1px;background: var(--less);}.fig .keys .plus::before{background: var(--more);}@container (max-width: 40rem){.fig .knobs{grid-template-columns: minmax(0,1fr);}.fig .strips{grid-template-columns: minmax(0,1fr);gap: 2px;}.fig .strips .map{margin-bottom: 6px;}.fig canvas{aspect-ratio: 4;}}@container (max-width: 30rem){.fig .stats{grid-template-columns: repeat(2,minmax(0,1fr));flex: 1 0 100%;}}@container (max-width: 24rem){.fig .switch{gap: 5px;}.fig .switch label > span,.fig .switch label:first-child > span,.fig .switch label:last-child > span{margin: 0;border-radius: 6px;padding: 0 9px;}}`;
const DATA = {rows:96,columns:192,first:32,seen:24,row:40,column:77,bits:4,shared:`tensor`,times:8,nf4:[-1.0,-0.6961928009986877,-0.5250730514526367,-0.39491748809814453,-0.28444138169288635,-0.18477343022823334,-0.09105003625154495,0.0,0.07958029955625534,0.16093020141124725,0.24611230194568634,0.33791524171829224,0.44070982933044434,0.5626170039176941,0.7229568362236023,1.0],half:3784,unit:8.393946964191331e-05,weights:`Z4LmPNXhFXEoQtQwLqIfBZRaXjX+YsQ~FHP/VDKyLNKmI1Fa[[[hGXIeZKSHNy[![+_CUDL^TL8FPGJOO7O?K:bKSFKpNAU+OrQQP0K9S]WXI1NAW(QkTrPPXrH.CnL^NZW3aOZtDrVgY=JYJ_L;Ul_{OpI1HRZmYoP2G)KALIYtT?KPHoO)P,Rv[edI]o[@[kMbPmMdBJM,Yo93UD[DY,TKN,QrLmG2RRQeSGQEV}OJHKVCVeODLZWgU{THPeNyQQ]?b*HtJ5Mu_vPzOvN=Nu]1NDK+QRV[UZ](_CH{GoAONvSaD-_DX0OrZ.NlU1Qn^7WUTj[xYUFfJWCJR;UCSGL]Ql^%HOY8RnanMJNVJUOYR3L{T+IIL1WXZAKN^Y_m^4K(N=PNNHPkO,?{K;ZSRBL)TKQ(N}Ln[DNvPvPbK!RZN0U5NiQ-Z3KsQkT>O!R1PdVHMkJ6TqXSLPQNUoW@:7RpJUPLNRJ?PmXHKcNTV?Q#R2ORS,UW_2W6VZLWT(WrbUM{X-^hJtYUVCMgPw:SUmX)LZHH]/Fe[0NIZINHTCL6V-K=O6^MK{WZR5^.FXR@ZUKsWm[QIoU>UzV|CZQhMkS}P>MXS*R4Qi^EUdT3T:NdW/Y]UuSbQ:OWSsRF]6Qe^bGm[mKWReS(XY[0D(IKUCU;DDMoN-d/ORNz^>UQT,SJHaYxJ6MWS!M@K9L#TK[!QbVNU>SYVaH)5/K8PdS^S+YmUIX3RmXXVIDULeNJXsR+QgZbKbO%WwRp^%I?[}HgKgJWUTRCI|cbSeHZUhP~X@MoVlP8Y*VeH!U^TlV*]lb!PCU[R(R}PDFJK3G?U=LaPcOzSiTQJgT][uTeK#OoK|]|LN]|Q4JRN/[~LPKNOyQ0AkLtUFHsP_AVKZXQNCQ;YOEMOEPxN1XoSyO!UUMZNRM9UEOlT7^mR_L2MDR1SnN.L-[LS?[.WDIdY(RUU3OTSJQHf,OFSPUwOsaOKdOqNUT.YYXGQ#DAJLM;[!XLU@T#TSZ>LDSQNXS)JjT{e,S#Y4ItLpg%DQJQONFNR3N]]RN!WzM7OPTKRmZ-SGS5E:[QGnLtXsAZM/KZWPHBLlWrPGR#G^JpT/INH]Y?T,^_RoadZ7Q|Z6Q~IpT!UBO^C_]WOPPuO3UBZCPnV1R}GQJ-SlN{Z}JvR1DpRgIGbKOgTBd,XvV]LyLJU?M@SR[nUSG:VdGkb}D=QvS)L?HgYwYCOZRf_PL3JoI|N4PJJV]lGhPJV@NqZbTCRwO[HFPdMPHSA^E]FkXT]ES:C@QwgMKiM:K}XLQ;M,Y-R]T0SD>+VmZ2IfF[VAQfUYWnQBSMRxU~JlO8RfTjQ4HqMsHqdiVv^vY^[kFgPcZtOVR^GKWIZ1QjWFFfT]WiTTpWZjMaHgK#Q0N;F7N^HOLNJ9IdVyI2DfF^]nDVSkYlSs]/WVPmN~T{F%UTNoVa]DSeThO:X@TdNr^maEYN[0^?R6]KO3L)TbP,]iS@P%M9CiY>KQY2^lHjH6W*PKP]ThOdU!S7[+Mp;oLlOUV3KSZ/fsLcU/W>LMR(cIShN{H^CSJvJmG9S-SBO~TqI~G]V{VTT_PwM0Q4TnK^KSV.ZEU6M}O6XDWdQIH=Q?MOFYLQTGWGK.U,UqW{VZPaS*T*S}OkUjREYW@TMk@m]MM3XIMKH:N4UuQLZ7T+c>M3T0UJLiM!XpI8a=J~I1MuY(W=K}QEOJW(V#[aSTKqQtZ/UjN|E]YR]lJ!TsO=KUCeS6ZHV(UiUJ]CUiMoLdYwQ!P^X=jlb6KUKPQ7SjXjLfH#OCL=KrS@ZhSBRSKv]BHMUJPgP^GkEqS2R8O]P(OzXN[~^?C@RhZGPsWPKKNYT6GAO7]1M?P]NxA{MoIjL~UYY!LWN2]eYSQ/UTQ3UpY9PpLYY9NyJtK]GXQ,K(S9MaZ-V+Jh[eUyLuR!OMYxMwYFWScBFEPeQSH{ThIVLmQCXoU>PgL1OvQyPLPTK#YdN@R!Y*W?NPYA]gY1O#GhamblRqO[MTLBZ2OtPaW:_LP1^*CSJY^NQDQFOm9_U!IDRuROTfV/cYNybb[2RpLcNhSsOuSXP8KCZkEaSXS,MTU,WmMvWZVTD8gLQCPSflJ#OZOaNpHBa|QeP.M/YfWUO5R,LT^0]th%H3T3G{M0HpV@WbOGRv_3VGM[Qg[ZQKM6I-W:U{V#O6OfSMUOd=M@KvWrWPW=RKHvKWJRM2LKT1Q)ZATJQ=HuH#LBE:YVIIWlTrMrANPAZ6O4QQU?SdRx:JM,[MG/EuJ4OnK)JG]w[eRrRaX-QLP}TKTfROU)7_U#V:_Yj-]9VbIdOwGvTYJ@I5I:KpGrT9OG_iZ#BT[IGT^pFhUyQGWERWJ3I~LkS*XyVlDYRgLE[fOaS;R>T>ZZObGsR>[nRyI%SUJ(WrRhURU|QdU7VuUUO~F{VqY@J+UUIsRvLfK^QS[]KGJ)NZF4C^Y|O+TFO=U)H9FNHdPoK(VbTTQpI9SHN(J8U+H.Q]L5TvPjPhVRYaW%P0N{MJPDVVJ/F#PfUyTRNZORVc]|SZG!P1U6GAXsUBLFR|QyS~H,T*FeTSSWXRISKFJGVPD7WrK9L5KYZSQgVhY!S|RSJFSIX/RIQdQ;QgMVTYS2X^VSS}]VH.RALYIaS}T.RcSkQhZ?VdXOQ1M4LTUgSYXnU+O_UxTlP0O{QkQ)S7H8X%Y#U+W3MOKSOeM^P-coQ,_iVIJ@S?N=NQLWKoDRNIUxEIMIV}U|VySIX,KzN@WFR;QVPYUxV+M/UMQZT!SpJkYz_ZRUM_H?W(JgQDM!pbL(NUM)K>HFImLCLJQ6V-mFqI]5eDLxP|Z^VlRfPrUqNj_2NJNaZ=R(IsK_R/f;P1Sp[2PpF/YgNe[^SbHnUxQcJYC?E]MuRpanG]MKY%^1FkP|Hy[J^,L4O*SV].MCL6SkPHVhOv@HK{-QVqXASmWRPiMMWmY=ODDgHUUlFHXOJJ[cG[JhZEPsFoN)XeB6MfGXW8RpSDTY]IHUS|VcReB?]hSuP{YTTCV4VNND]?R|[BNWG7TXFP^d^5OQOh]H^mROP@Q=Pm]1J?]BKRPzNtE3dAMjT2HWMOD5+JLrR9_^PLU~MqQgHoXWNd[%P%K5OPOq_]SUVNXeSfTnL[FFT*N=HgL:T9R}QcL7VKPMJxN?SGPdWLLqLGR!S_P}PoTYQ2L@VpRyS1K+QxOrOpR+MxKMHgSMKuV#StNUY|M{L5N9T4FNUyOJG1KxYdVF[7GWQ=S:Q}O@QaSnODMiP+MwT6KwLQVV]bM9JAL7emPlRFN8RlTOQTNIS%T4Y~eeM9X5U{Z,]PJ6LRT=F_IeS|WDQ0KGMyRXM}S#OnNkE%^mDMTEYEIFEN]-KtEdPVN?PyP[b+XlM;K^Y|I@QAR}LKO?MpPcNOJ(P7H;WMUePPOnJ^KaVRSUMWRaL|R.H7X+V]MkQnK3SzKMUmN3PRO.^ZL-K>Z|@3[vK(TLSu^rRB]lRIJ?W{HHWiOnVlNTIYPEWnNbT;NlMdR7R}X>QSU9ODVCTiKxNt]sO4LZH|T)SMUINmKCKSI7EzO+NlMhGVK*HsSgG)LuT_P{M-U:a3QBVKL5X;D)C|KT@~R6WOKgN3GSP{NdRzHwKKVvT*K:_{LeOKDCV.KPUSK|Q,XzN1Z5LJZ~X#RN_FYR@@T3HgTHN~I+VPGTVFOVCjOFQuUaL]Z)BiPhV>NzN|P=Z(VQY]WqZ_TkR+GGT+M)Wg]ALt^7[fQ*JRTm^^E;PXPNS2U~VPJ8R#MXVKN2TqV]UnRwPf^HP-L}ReZ.N;Uk_MX-HCVGS8T2GEMCY9WCHvRRS*HCI.TrWPViOJN,a[U=UDT._M;kY_GsX2Wt?%PHYISaWcSPd!G{QTODR2KaT=YqH)M/PX^7aNNbIeE@FbQ.RwKbOJM}I%RH_+RHV5UAOOUUV/VtRKT{P+PqMHPkIzJ{X=IEObWNPUM.[AUHEtWhL@MOXMK+T.Q!]GX5I@XrTVO)V5GHSZImJXTXQ3]hGfP)KBPcPAP-RZZuR1P=RbHUH%RE]PU-KmNuM{W.K?W5RsM~NELGQsMPUK[PH3MoR,UdITY~bQH@XcR_Iw[kJ-XxR[YdO4A0VKOKN*XpcDHQY^LVSALlSvT_Q(TPN%YmXRZ:OwMtQBP#QDR5[DOyH;PPPhSgI=RnJtNTUVT1M~N/UXI!^AKwO@NCGBOaIpQ7V]PESaR9axRfJnI2UMM@TCMbP)QYIDIgKRFSXcU>^WJ%WkQYO-YdKEVhVdVIT2b%SbW3OsV_W.VxTiWaNCLGN}X.SWS6M3UGUkYtU9RcLHKAQfH>W3QcS:VcOUJo[kW(V,JqZ?KiKP^|Ke]cFBVDQuV[O;R7P}SD]wQaTILNNwRBI1VePTLJAONqI.N?P@]fPV[+WzTYU5ZO^zL:QjPYK6QdGf]:O5T3N]R*HqS4UKY.P_[0YU[_KnQ8SQQaPcIhQ>QNMKW-NZO8T*EQNkXmLHL^^@O_TuIvSf_5M#WjSzHLOQYtQ!UMZ=RhWcX0N*PYThUdK!X>TLL5OORSX0J![NRaS1L6U[V-I%VsKVYEW;BbJvY|ImLrD%UBP6RJQ9L?RS:JUcC{O2U4W~QfNkSbOOSdSzTzQrRlP^MU@9]1GbR+PpNeMM_2PaPRTiD+S=NxLV^~K5SzNYG[GnRXa)J=XiZrN_[cT3PWa2VdOKN}WpJuN)GHV.[FH1J?[#RIKpBkZeQ_OqS_[3WVOS[hJDRbLQNYLpMHX3S]QXUZFe?jA~DUDAV%U2VaSgg/S@Q|O]T%cfHEPWY9G[ZzYjKbW9S~Q~]WWvI9Q-HGKNTRM{MMQ|PoV?WSO[]5M*L[SNF,^HNZP]R4KvURHlPJUVY)ENQzP2@lLHYnXBi[YTK1LtR-OKRPJ[GxYQS^]1DKWIQ^Q~P:Pk^[PES[I;WYWCEiTgO+STEyQbU7WqM6OEWX]wV@SDUgYb[3_RYJT^>zY%S{QzU*ZoRzXRFgLTUFGdYENlHZSfUuL%H-cIMLIHP!QpTfP0XGUL]/OIS,XmJoYPL3[fThV^HaH4Y]O~L>SYSLO_QuR.QLR#U[SueYRJTTXuShN^TTRLWfE6Zh]]d8B9Y>L{QvQXV8KuNFV-R3S4J,Z-MnZzM:PMT|OTP/Ug[=V=H-Y^L/U|OaMaRpNqR@Y1QdRLPpWCUcQSOgTaMKGOZ#XjN?TT[1R}T,PhJ)T7UMRn[TRYIPVHT%U7HO[kTTK{K4P#LGOoMNRDJnK-QfQ?E;WfKdOIONM-YJJzK@Sxb5O*J[RMP1UrZ:UyO#KZH#UqPGP6_@RcFS[2Q!Nf[zLBIjI-J4L4O!NEDGaaP9YmOlPOQ[ORPuKmW,OrMKAKNoTjWGZAKtW9U@WEYf[vKbRuLQQIUbQgL^OEQWK%]-SEXTVnEqEyGsL2OdSMF,GuO>M?W,YwKBM{Lr[HH(^_UEMHS[KZCIJnQIG8D-ObKOG%NdYNC*MxOgM8OPIrRNRDXiF;IQTAL5TYPOELR7HCH:UWSz][OTA/L.MoOT]cQFX(N1^gX5S6FUHvXMY)T[M!P(LzF=UVH}LsU.OZMVJ)P.TRSXP[OnULRgL4OyVxU[P8VJVhNw>{OMOlUFXMSgSZPNWX[[Z[QyH|UzM9I5EoTbRmRcJpVBP:QDN>M7S@h7K:SPNS]ZWrTmUxESNzMlPp?{RdKjEHJ(OVU|V5U;^SToCYN6J/=nK0I@U,R9MsPCQkU!WPYTWyWM]qMUWSS>JEQIK#KzS)T:LrXLC0PyU4WC[KQhUsP;WFXlOUPbIUUAV3O+Z1[3WPJaW.DhRuFUP(QJQ.ZhJ=S;IGRbO4GvNVNtO~TsLbOX[{OMQmPCL.SbSyB2OlO|PmTxTA[]NBIEJ9DDKHQoK_Zp^3^2WgM#NVRhSfJ(U1ZjP8V}RqT4UOT8MZRjQ_U_QwUeGnJPS2KwKwVAPXB{TyY>OuTUKVT7U7SFVtWzLbUCD~Y8Sna,H.Q+RJP%U-QtIoWiLxMLK5P6O~UxQ[TJ[>PqSf[DS8QYZ_J>NpDcTaPzY+a1ZCM3PuMLO0JjNrTrOeT~UBHyPfPBVXR7HrWFgOTvCqTgFkS~U?SWX{N}>uT[H]ZTUGPRNCZJNaSeWYPEZ[LMM4Z7I)HfU]RGS/N(H^LuS~SJJgRPL(ObNhEiT3O^E^X-S[OJKbNYV2HZYOUYPRKQOzTVQNKwRuJ4R+U:R;UdLFRtV3_=OBJYTrPRXPUMTbM:QNNSP_FmRHQ-R?Oh_VSTNuROa.MaMvGnZaWdG~OwStP[XNUUO[TvK^N9KwYdUoNEO[PNL%MIWIU9],WVJ.R9O!Z4USLlK5OxO1NL@/YeJ(LxVYU|TzY,]bNfMLQ3X(OqS#PaNhPLIKUHN]GRKuMsXgN^J7MNaWR-Y|QFMnLxU_YqLMP1L|b!DEXwMNPcMHJYP)Ro9OQ3U@K5NlV*M(I1R[^uVvM1S7QIRuMfV8NrY/N!NxReTTHDQhSrE#GYUqLiX%W4PJUUV%[>PxL3IqX6ICWaO5T?W!U(KxOtK5OGS.OBR,DtAfFFL3W#SSPPHtZ/PKOERyOr;MV5U?MfR9QmQHZEV.I(MddgOiG4GbVpIfT+BKWGLeR(KwJ,LMQO[UFSRHJRSzNkLPW2M7IeL}IMW~MLVy[1SVPlP-PmK{LZIaL3UzH,9[S+X-QlA!H8SSO-R}X>d[a,UeNoRvL@MxN4EINZKw^+NqOH_KSGKIR4N1R~S6VlY!M@UnIb_gZ}I[BdY2WyX1L@LfK/TDX8RNPKUuU!N+KNWcM9K6U:RNTXTcYzO%HiN(HSS>ZlTLIaPrEUWOMOPtZCX8MwT+LeXvPh]i?{RuESN0ZgR?R(FJGdS0M#K{W#aMP]OgT%S7U|GxV*NsOPW?NKTrS7PGWd_5[gM)QEOs>zX@RuNUJ-]y^1X!T[RXRPKCV[Q]Y@RGLUXXQRR=V+SAS3XpQyY)OOMYXrNQDFRATwRBNuGABmL/W%U@S3ZBT6IcSvKdOPS0HIDhIjdMU@IXP+W3V{_%T]R8P/KA_=PfN{PQElHhe8N6LpSe7}P;XcL7Z(UJN7KsTM?qaqQPVt[*T!MlQ5EiMC;|UTK?TRV(ccVeXLSGVvQ|UyNxTb^eM2LHTSM0QoM]O>SJHAMqORMkYlO;PmYK[(FzTjS-J7RF^wYkLqS.RkSVMsU.[!QBN/S)Nq]@EQNVH,LGMAJ;QOTEX|BiQ_M%Qo[kBTRRPjTZE>WrRPXDL=LmLvT[M4ERLiPwT~TlUCJA@QT5NCFzP-MQUQOjUwJ?VrJCNdG}PfJ9TlNDQ*WX_?JjSiUrTgOBMcd)=ZGH[s^FJoJveNPzUN_BL6[3JrI4WD_v[lOzX5CuEBgXIUTYS8@bTgSnVeUB],JeNEITG/RVP*RQR1I6THP1TvQYVPZ,_(TgV%V6QfKyIbR}HoKeJYS8LxZgS+O1UpZ?RJJGSkWGPZYSR6Y[Q3F}OGJmLQYOQoYDO}YkKPQEH1R8PCKXKnP;Q>W_KPRUS5O>SSLwRyUMR*W]NFR>KaU9U3LWY>Pd]JU8RhB)Q;H|EWX9Idb)QUR;WdRpTjFnIhSsW4ZI^uRTM*VuVhIzCCUBX]Z;SMKxQjJ@[aP#H}H4PiJ%MsW9VpWAS6JXPEB%XwJjMVPQQ1Ha@TXPClV{VhN5QRMeTdRxT1QsRhU+EiI/QFQEHXU*NSMAO=H@O:JrM=]UMoJFH?VsKnG{I!UDINT>EJNeQtQnS2SMJ+N+cQJOQvK1c%R/[+M2]XKYJ=M{X@G3]RUbE5SQF0FAQ;KfK5Z4IIQNSoR~a#M)SUP][mJ}J3]cI}U~U2N4V5VDW.Q0K,](O>ZeIGheW1L:YuJ|S9C0P)RSIM]djHa_g7c8G3OvOUY?R9SvQYOG]ZO^T,YFIfNUP~Nqn}MvHMOUa,G~X7M|L^E)R(QOUlG=UXT%P>QRXjS=P9R8WB:7Y_MCP+O;J=P)K;Z3EpK6Q:Mt[hOCNmM[?dGcQ3GkR,IDSLKqLvRsS^ODRcLSZ}P^d#N-UaKYIOI}IUXnE5ORIkW:F4XXJBX(L5QCQ.CVLeWFImKWV*N^S|UR@7U6N|R!R,R^O5IMO~l^N#IiF@U[X/J*L1Z*S-H{W|O%Q8Sm]1jjF^RpUCE5G!3[L~N6bORSO_XFY7L6T?TNWBO7PnZ+U1PfNWP0LxP%NzPKLJQ/O)GGYgXDMbV}LQY3T[OwPgY1ReU0P=WHPBMKRYP3JBBTQ1Q>])R#H.Ub^0KwT>EJBI@VSlD(O0JUU3QpPGUtJTW{J7JpHdJ}WJW,M1U,QKQeZuZgL2N7UtS+Y(SrJ1S7I*ScSK[CSGU!BvOJPgWpH.VeLeY.M3V#VHIvVtFUXzU.ZuT_N8bDU(Q}AtO-K:Z|PTVBNsJ^XaIeNTLzRsRpXRS}JZNJPiO@YiWjW=RUQ@R@ZPRMKeKmTAQkWVS[Q+PvW]_NOeGLKt]JH|R+atT4KGV7MhM9V2S=E|@kR(L8QHV!SpW}PCTaR{MhU8MwNncXRRCfTT>]MZa}Y=aPUvYtCXHib+WnQeN?RxKKWXEyMPN%Ji@RNrV=agPwMbM_R=OF_yS1PSSsV%M}R5VuOkN(N1[lRpJz_OU%OTVjNJR5JW^OU?MXRbauP(M;R^S2K3V)RnnsXcR+PHICVlVdO9IREMU;S5K^X+NyIBLMNPWWbgM3SpV%S{O_MbK{TLH-U%ELZGRMRIF[Q#SyWa]8M;ZcTwH0QxLhUEZ]GFB2Mjb4O5ZxMLJPV2X~LbHwCpJ@SzU_G9MgMCLSO8PwJCNMZDRJ]7P*b?B#XFS+NuJYHiOPELQ!H>a%PQKSItL3TwJpCoTKH6QUITI!FkXDWCS1XVTyLmI;F4TlH!OrVZW8M}ZwOcS,W5TAQbNaQDTOTwQTOGH6UbQhQ_S~J0L+IrAS[iJfRhNCG3NZO!Xui;L*KRQIEdWgJ%YWBUY3SFQ7Nm[WSLaOF7H7KZR)NLQVL~FuPFM}T]KIJrh0Z!B6T{H1ODP9R@^_T~WXN{LCPLTiPHV{U{RIOLj6IxGLY8XRQgYEQ_h-TtUHHLQ7MHQza^c?QqYe[GSNR9O6LmMqJOO@D2C7RdU*S]U)H8T:VgVDJ4R+Yr])K+N-TBQ_MbJ2_VViV!MFTDKYHwRGMsNDE{VFO>TYQ,V2PgP1P%HDRIM_ZMWAD9^xS=[AFsPNMhL}QpUxMyT4G~QPPVRD[(PVO^]YL_LNLZIoSQI/YAZWT#O2Z[R~P_W4OiGcVpLf^9MzVo[;P;JFNacbUcRyQ,UwR4EWSpYCOtU8W:VqKcP^[4^:XBG+K~S|caRhO]S2TNQHSfKTL^NUJ@^#S5F/O*[EHpPdR7V)LfSRTwSRUqO5K}VISl:DSxR=XMI-@HUG_iE}X/P(KbSmOOK#KvWeX1U^IyEhW-R6Y;MOSQVFIYXAOMV%Y?RGGw]4Z,N)NxY>Q1G}GNK~TB[K_,PaP=MfMHVRR=Z}MMX^kIYQLnT)PMTmWOL~PlT>VzSkOzDuO7ShOlR^UKZ@m;X[YeJhWLJlPnPpJkM!KmPpURQFZLXdU(@gVTO+Q}GISaZ4Zab7NQNkVc[TPaNoMaFqADHGMta;MqX-_{RZKWRePXFrO.OSVTS%O!OeU4PGK!KZI:WCLDDqP}O[@gYOTIKwR1P6U:SDM/J7KGRVSDS(Q6L9[nA,[jUoQBh1_OeWO-M,TdL|QJL^ScR@SMDCN7WlScQzY|OUTLLXRrVpW3D.W2IiU*S5_LL>^HGFQXG-V9WwNFJiQnXVQFW/N9P3R/Q/NeT^L_N-CjQ6LbNGSrP:R3SOO?J,KdN7T9TcQhYnXIUWSbJ8RPOcSGVM]wLv^tH>G-VrJsYD^bJ+Q#UQY.Q5V?TRVZR1KCHWK5]1LbJ}G5Z(VHY,P+N/d4W0T9V.N0J>E)SeUYZ6K^L~^jJBgtJb_LBKOdNZOKX_](U:f!UsL|D{O5VuNTR}Q}WTcjQR_sUuLwVCF;ODWdb>KHS.VcOJXPK}WyG~[WT@TNJ>QIZ*GtSWO{R=WQZ@L2U[K9Z^RoX3[fT-H7T2LM]FQePOViR5TjJ>Li[IH6LbQ{HgVOEvI;RhNoQk[#Q0[0IwL2K~a4G.T@XDPtU!PTQbI?P>O=LpTrPFM@P~[hQ2YEJ.T3XfJ8LLG{WEJ{MTWtU4?m_]R;N5E6QjK#SPNOO8OHS5RyBOOvS~hIRid*TZN}X/VrRXHtS:I0NyZSNQJgNZTiFz^VW7OkKeD:Q3Q,SlWUFKJ4T}M^L7U]NSMHKlFMR*RFMAGnP!^0HOOGJ;[AXe@rM}B3S-D(N5W8RPMKVmKEUUC.N9R2H.]%E*QcLCRKZSTie)KnNeP:R:PARF]*KuMMLCTHQ0O.ULI*RBVQT(LdPcL8T?XYRWVnT,OaNIV,XjI?UCH-FuXVP>[#ITMMG~R]Y5XWW2A|NiQ+OXR@U3O*RjXHNoN>PBC3akG(HbDvJVW?GTRQW0_9RzPeT1KuY5P:QYG+IdV=Iz[;M{^xYgIxSWNESaG|I3IEXPV0FbQvS/HXDKd3N*PSJsP]KIG:WmbSW~N(N%MqSe^9TfOhY|LTJI].W_YaOZILLRHTXvLZH;R#QpZm^8PL_6N3]}RoSGJ9O2IbO!I8D9R>ZpTgWyC[W^UdZpFuPFVVR4TVYJP3WCP%OZR4Q3QLXXYzQWU4DeO(WsK_L|SSR]R)SUXvQv^vYGb3YOU-S+TMSGUAZ?@ZP5Q|S[RlRyMgB%LgFLJnR0L{Wc]aVKMULmJtQkO7K-R2P}U_LhP[T#atR~VvNOTzU_SvS_TEP!WgH)XbNPTqPwHyIHQHVDd;PCQYOlRvGnVqK,PyRdOiHXQMR.VGK0W/V.JHSWP:P+=|>zYcF|M*S9[pWsY{M?Q?V1TuMTL1VkShUzSWJXX#Q5ItS!MoRlUCN_EuU.C@N|LaU(YuT@_iW1GwY:K6P0TWE~WuPLP%OdLiQDKHA*IDMfK6U|U=PxQQX:W%UVBHLjSQ?*V1EXNmW*PpP=Q.VAG*I~SHc#K}F}YfP@P#VPZSLsQ0L1RUXBQ/R_U.M;M4XxQUN,S7S|SjT8ECV]TM[!LiXLRAQ5L5N/T5LRF,O3HxQUP7T;C/K:NlZzKGOzOTOWNIPT[qB)OqT1ZJHML%BNR}Q{LRLoU%NILrJ{J)JONEI!S>JZG/RTD9D3]9SlYmE?^7RrO)D_QNYuQ7B}M]XiJ5LZF(M%IuO+P.T=YlK:Pa[(aEAZ_LUt^yJbKAY|[0IOByL4YzXeQYVDQ7Q}Z}Q)ZqMSXtFMNHOJSPKdU~M4G+V.W[LhPfUaOmLnMNJ#VRP;Q_URStS|V2L|UcP4I:M/]6EIFLVaX_C0QEL@T6RPRgHtR5W1Q)SnZ~IqLzOnOTJIGnQ?LIOeXVW~M9WXN@PwU;E_V1RaP!T!U^R/SHG;[>QSUPR_MEJ7NlS:UhTLQCY)MdT.]XK{]QNC@aUHO^NyU7K>V_P/I.A8PJO4ViT)LG^]VRS-TnM1PzTdMVKHR0I5OPN8WEC6NDNzTjH?V3QVZ7^:]II}J9R|O0TtW,[vKiXrRFSpUKJzPORuApHqMmRRZqMYX]NfU0VbOj[vP=Ph].K~UwRuKUSz[dL@I@RuO*Ex_qS/RLHwKRXaC.ZbJYS3OHOf]{RbL/J,K4J~Q5J,LfE,S=N[ZkJAF/USMQR.SmK,KdIRVnM-OTF5EvO1PBW>VISKOvPBERUgE|P9S,Xe^][gO[QgNuNPUZ[MTnQMS-X?V2aPCeRsXcOCYHP0ZxQVI.OGSGWzPeTkT9SmUaHtU5T9PjIdRDS?MkYSR(LAV%Wz[LRFTkF%ItS0G9VbWLN-N!QfL6_vR8I{Q~U#MTXZG_SUOKN(LWPEO1NS^IHtHOO%K4M?a#WqB;SbSZR4L+OAEIQ~CVY}C!O>[KLSI6WUYtO@K5^|KBSJW7WMWFW^Ut[)_dU=JNQSW3LvTiWZCVNuL{RXT6XhRHI5_qW*W!KWLlRIW-N^aVOYTNCRQgMAL@TjPqQIMtN)RdIUC%F~R8EbT0HlRmIqZ%BGQoS~McO%KPIzW>cQWEIzJvY2OOMLTFVBH,S.GkTjQgTl^/QSPHS%_nSvQFI9F?ZMY(MLU2XLWeNkIZRQP|W|T7UfENWXQCP::7KbBkF)N6LLMOPtL%OHWaPfOxVSLJRcSmSeJ~UOHlUVWRERNeZxPSXPMzPdV^ZGS?Q{M7c,M6WJF2YeR8No]YXWOhUjK8F(_]R!ToLzJPIsPeHZIsXvQ#N*lPRtMcMkT/UjX+GMUHG:OFYwZ[P%O#KjE=OlS2P]KEP4SDUZTjN5QfOKMvT*XKCUQMLoOLT(X{NOZmRIJ*W6Fv^,XJC4KGL^V%T#LZN%G;E#REN{F}SWKaRjY8WwI3Vt@HNoQ%S;K1DiTN_RGsUV_=p|]:MYOEN6V,@-X;KTW)[cH7KtXiU)ULQ@S;RqH^XzTCQgWrVVNuQJK:R9WBPjTSS/JqG:GuP!G?d7Lha=C5R{aWP^[DQdM>J0BxR}LNM+HRRHHZK?KZPTQnT;M2OXW}QGN:P+H7KqI*L!QUSsTQO>EQJxTjI@T;LWPkXoZ2NOFmVdIvL5ObGVR3QiYiQ!F@R1WeR#OvOnhqUFR9H.H7FhG@YMX8O8WZPRU)WKWWN?^)N#R7RcWUJXR-V!OlPoUFRy[FPqL@E]P-J?Y~RIJGT8U}I/^cN{XEXOQ:EyK2B7MWfVJ}KVG!FtEb]QOmP7QwR|SZNvZp[!M0QkFPUkONIcO(VjS]UIP1O6[{IdOlMOX6NjTTAkZOO7S/KKTpLMR,F^S5SpX5TK]1K.NR[pYlSUYwRCQ)R}HS^JSUSESJUy[mSWR#RxP4ZAW%G;YVUKWWU3SyT4UuKcXLOHR)@dOYa8U0]gTCO}FEIIUDU9RnR7OIZ,S@WM:|VSIHB2GTLh@iU5TZR#[cPbTVFRXoWtNyVNM7MG?.B!VHY9T~TDNAQZN,QmI3T8LdVCRFbDE6Q!PxGRSSLJWERjITKwZe^HK}WGL^Nf[oQeJ;P6[cYTTTQnL.JuZ+[LPkZXRaJ/FZMuVOP*W(KMWDaOVsVHNtHiKdKIMtN8X=DYM,U5](S~TPJhQQR3P#W:R{VcW@NFS9OqOfL~HSZ@aoUJOoU-QUTcKNKMJjYrZ.H0[5FaH4F2I3_h_#TRLPS7M7FTWwShT_V1Y@S5[jUOPWT8RmT+NdM#Sib|N:WIZ[FoR*Y=BGQ,V+XBROM,TLQSLuLuOpHlMUS8WgL7QLJ9OXE_XFVjQb^xIuLoXtOji1T:SrPcNSN,PGUqTUMmO-NpTDLBG9LtJ?NgM6SPMI^1R0]fQmWu^.JQXwO2V7T8D5V*c^OAKFW7U(T{NuJcY]P|XZ[R;oUfYBS6SNXBLVX6G3ctSe[PNZIMK4PFeKT-O#LkVaNY[EV_VeS4ayVLKZMsM;PGLDS_>]N}MkRANQT>EEItSRS*SaOZRaElRuP8TWOUONE9JGKoM;cHGXRSK4[AN:OFK}H,QtUeJY^lT>W*MRPGZ/ZiIhM>JPHzXFP:U5S4W5d9MIKyQ/UzDMU?[SHVDSYLQ1IVNyTYSmPKM2TaPLSRKJH.K|FrR{FSTGW/NuKcQsV3UaY~QFO{@PV!TqS]K=[+TVO/OSW%V,OdXaOAI}Le[hE>M8LrL|JMM)N@ObJwXDKMP6J>S8U:WrIVP2WuP~?DFaK>Q+Y%PtMyInNqWLGDO3QEXBKOX(Q#MGJ7CHK|WsNfGadiQtO:Z;WGKkWiVVVuIzHaXGO6LlAMX/QrQJW1Y^USHPXZNrGQSX?3LUQ0[]PJQ@ZeWUO{_SU@QaO+P{U8HqUnAsM6KqZkL6X8JTNORNY/IgIDT*JnTLOe_sPmLFF4PuBkVZKdGkRlVgTUO7M+SHT4^HNyE*FjPWSRJAXaM8PKJ/JsOOW2X!X9Y:N9NlZI]dK>E#L9JGS,Y/Q+MLT;YvV@DgL^NsRqMdM|V!KsU8U{LbL>JlX^TdLN^AL1_9P_V.S+Z!NGXfQcQbI@Q+MvLYTqJA[JYNMSO~V[VWO6MqOkIbU~R~UoGnVdNjaaZUX5OmP7U}UAPBLcPwRtidekSMUK]LGNT9O-PNSmBOLUU_K/N6ZHObQ]MJT%]-NNUuK{VHKKTkWyTaM%PvP_QpR/KIUsJUKFT3RBN[QvSCIjWvG[Y8QPDXi%L0_pOySJPoLbN-E*G)Q.6kHGQ:JiU{MSZaL=T5OsJ{N]VvGxSRK>NhW/LKTqJ7TVU7L;Z!MtTrHMRROQN^L;KiK}IxQ)GpTLEhL4HWQUV@TGSaQ{GTS?E]N^S!W3XgSWSkU?OjT3YfK#KVQ?alO1O5J;MkJe];_oUMM3R6D{R?MNW7S9Z(L?P?MPW-TnZ2]wPnOGWXEqI9ZkR,WUW}HnX-L9JtF^TTNi[RQ}UYD5NKFwK-SWTGZEEOVoGuKNKtV1X7HYP}TPNTU.M{KRTzQcOEHUL^U8KYbkMdQMZLU@LhR7N7TYJbKqZ6F%LCLUPYRCS_LpMGY:C2[nRRU2^XVGVKLZW~Q5SgN/XnYOIKRIRV[jSdP~PoM2K]M9LbKXK|epFya7N:I,OuSETvLO[8KuMoJ~XjX*TcS(QdWNZ!W7Sl^/S]IDX=X^SXQz^mXRH9I-R}KkUJQGMvVdOnR1U[MSM0NzFQ^LSjA+T{ZUU_McX[IKW!R!JPGFSA[LN:B.T;e)Q4M{O6UFZ,WJ[+OvQ7GmY)[1_fbzXWMOU2^8OiPFVKO.^oZeZNQBWNTMXfc^RNLtLpO2EuNXJfb;O]WGVnU;WXV2UhT*VGNGT^MjL:LePrR{NQNr[JINFvYVR%L;J#M,]TI1NfMNJXUVY|[BLAL!RtXECyQSXjHRLnWPI@KbVaPMJkU:LmPYP8PbHj^hSnV?JsPLXjN^F!Q;RRA{X%ULMyRaO-U>T^J@Ry]uM~VRVPO!Z=OsM8LxJ-cFN}U;SR^rYgT#LiVE^5QxQAR(LjZCX-ItJrR8MKMeN#M2K0U(WHT6P*Z*S;[>K+J,QJK%LcX!QaToTeMzL_V+VqJ~UCN/MxIrLnGAS7Y:QnIgY?N7VtThQ|P5O~QNS?G_OpPQJe]ACwR6@AN~I?PTPCLFNMPvSkVFNGWEW)OAK^VCTDSU_4N|Q4QJSnPvE?O2IHOmY3NdXJR^R?VoMJJ@UbLDUQF|S3W>V}TpUlRBS4R0U|TNT9XiS)RcIwUOXzK|U{SsT,K-ZKUCR^NfZ@Y*S7J7SrVBYVPsRnS:OqLAOTJ]O?OBMPPnUILsXlV8RqJOLXMPZbOjQkL?M9Qy_TI~RBT0OTQzRVXgMBRDRcKrL/PMR}S^NdL4Y}SePaTXPAOdL@LFVpU=JrHOOjRqP_NAR-]INbY,G3MlV~VpS0VCPUUIMrOX]BJuEqN]RRI0TCX#ZVRiQWL)IsTVO3EyPuLVK5N*SWTRQ3X0R5OJS7OxP!T)O?SMD(LMTKO]axS}PuTBUqRzSSK:YmO%U.[XU{]XU=W9NYHLPnPUX:SSJXZCSZU.OxXqAlQ!NtWfQdL1YEVIM6P-Nf;lE}MXI^L+UEW8KB]aX>RaCrQIUVV#evS9IYNlUsUcH4RJReMV[~MyJXVmPaI~YpOk[bLbNQS6B3SkS/PEHdM?MlNGM2NVN2QKI+X#LQQBT1RTPx[gS1QQHaZOI*YEVgXLIPWbDhRmSDRHK5Y~FB^@Q/T_VGV1]kFUUUKWS)T>heTqIRP2VjUv_fO*M_SjOQSqS!NZ[PUxL6PQEFPrNHW>_eOFX5S(LIQmYPGxSgIvM-VN[%MGMQZmW/N~IEUAM[I9W2ShHRO5U}XaKoJ)OMMcX4RWOoQdXEP.Y|YEY%^7NHP1S.LIB3KfM+JBU)TEMpO{XzPKW*O6RAOrJYCbY0CVRKUmH}P8J5LTR~J)N@WaW{ZePEJ8KiGFUQRUVqMGRXZ:]*H?R@S~CBPgAZWqLy@VW4P^LNU!NlDeHRHdNbPHFgWHI+I?RNDgQpPBZTRyMLckH=MgI6VuBPOYW}BFMCLjMeOgM(PFVnVaYIPaR?SHIISWN.MiWHSJWbRGJ9V}QjU:PcR>ZOXvIeWzFgN!Xr[gV4KlQ|JKP7VGX~S}K,[8U)JXQV]IW=D1Y:L#WNUGGYM,AVT;N*QUO_K=H)HPJ5L~;oL=OdH^V~NlQORjVZMcRBSqR@RRQCb~]+UUM4JzV%H{P=TqWw[dWG[8O{H?J@[!G0MvSGLbE=Y)J%NEbPW7UaU?WmUAKXS#XkFhNiOlUtjTCGP?Nr]GHqSiF{P#UoOkV3PdOxTkL0iHKnN8TzI+L|R[SwNyazM{J[I^UQR0d4R0DBL#MxI6O3PRJ@MzW?WiY)OiNnXiOfR2N(IZJoT#R+HkI/RaRmJ2JBJvIH@=[5SPLpUHP@I2W#T-V*PdOoTbQG_lN{MW>gH2WlM1NOJTZYKwNUJMUkOsR{LlSUX~Q}X:LCMfJhWGG!LlJ0L!Y6QfVhYCOVZ,G|OILpZ7M3V_c@Y]ZKN)R6bHOGH5JJIWI*ZxTdKGNyQxKbJwLjLhT6U~OtTES]U(Y/U)[CLNWdU4VYTGRiSpWYECPuPKO4NBSeMCNVOXPsIfR?e@MaMnUwRIYCS4WeJgRjN=QeVmJdU3NpJ%TxU=HRMeUEPWQ:MpPNQLK1Z@WzX9P2Uo^nRNKwJ/U!QmW;U,^[I+ScQxIoc|JkO7RaSjH=^pP?W8Mm:|^/UCS%StRKCdTZH@UENrW5GxSoLhFwNWEDPZX%L0Q+NgVvVVP(S]LaLjM;HXXXJYO1VROMI>KWMFIIWFNJMyXBecT>PzNLU#eyP)RvUcYgT[ROQpUIOOEvTpZaKGRKLDM%NwWgQhV-Y#OrJDK0NnPyR7OgY3dNN.LvN@J+THO;VjO#RB]9P{LWT:R!V}A_JhJ=_tDIS1N>M9VmU^LXQ|WkKfWlRjI@HfI]R8G>WdKH[CMCU8TiS.J|UGNFU|Q3]|N^FJJvQfR=TVP1BaD-NKV=E9aNX2A^JwSxM@TrVfSIRnO|E1P}J{QEM4a>P8PJ[_GPSqH>UTNTJ~bpR8QQP-RvGlT|HJS3AsJAT:U9WRR!LcZQLNN.Y9K?JRL~OpMiSlTcHPaoIhZ:KiQ;_;^4T(OT_|TQRyR@Yq]=KfSdW0MFO~Q4VnHHLocAKPSQMFU:VGLi[/JrE(RxImRjQGk^WwK]MQcqR7SCN-QkH[JROALWO5QbP[KqVx>bT5MNPxKiU?YnQhJXKNRpB3XUTbTZEiRnQIZCMePTSwMdL9NNJJV5R6ThNHI;JhNrV4O[W(QaQGWfU#TIN5YlFrT2QtU>ZVQsKlG^QIU/]}QKM8XLIyNxRtNN_DZsStO7VmFgLAOiVdYWSAS@^2O*K.XePWR]LTRuL1]SE#U{WTPxY.YME8VwTpV3LVBjNkM]OWL>Q0NfNIG]LqOtLmOnHaPnKgW;PjR@PRQLYRVxN]M4MnNHS?MJR]YIGEYnL=UGI5SJR.SjP.]RO!EWNmRwONI7R]L!SkUgKAJ|WAU@PAV5BhTOK?L1VbUcPVQ?[(F_bAM4PvO3SqRRK9PLSbCeN?SxZMU>X[K|SrS9LeL=IUV!F-Y>UwLJLYSYOkOhQJPEYTZ/Q=koPjS_SiQLVR_1JwI#YmPqFkTM[0TlQlP]K-MSShP^IXASSlVLJP[5]?WCE1f2Rh[DI-OZQ]Y*W+OXRWQ^[IItO%T:R,D/M:I~S~SLR+J{SKO%Oy]|LLilO:F[NZ[oO*@=E!R3K4E8]J[sSjK:U/J/KBLxSdJOOIP0F0Z/KbNC>uOkQ@X>XcW>N0]aFeYYHyPmY>L>LHO=PtPHS-N_QDFCZ)JT?LQPOlLmDLOJFRJ{KdN:EWR^RzDfHmLkN,P[QAT^Pn_0DpQoHlN%R0XCM:P3P3CzWtT_C%OqKNE_]lHrMvLaS@DdPb]hVfUwQ;P4LPR2K|_mR^V,CPU9HEMRQAHJVfWnIwT|PCLXNLWAWq@uYnY{Q)TuRaPTMLXTKfTZXcL*M*MuPrS[UsQ!SNWLUFN/]yG_OkTE]jW:WC_4O|OjIOYYW5IFK*P2C_NdUCNUFzS(TjS[O^[GR0T3J4RXPXS4KDL1[EQfY3fu_?ElHUK:M|PxPvQ5TJOF]zDkQpOdUeG@XaY4XYO[QF=hQOTyVNShPeZNZGa_OMPR[WPYBkNdZXUJm^EOK(F3O)Nq[7ItWHJbV[T0F%XVTwY/^jVoQfVVO6TRe@Q>VzWzXQS=MbV{MGVyWgVfU#JK^QD{LOScHfSjU.UF[8XzLfV>WpYvN)IFWDI7MDRZYZS@N7MWDYS5QnS{BfKDUpV4P]F%STZ8VRX0QTHiMBY-UTV.MC[FF@CqVFGZE{WaFwLRTqQJHfY.NsU4UqO3W%IgJhTANlX9C.Vk[([)Q:L[TAVUIDbSQxXOPDV_^*RXN|P!JzRkV6c/TT^@MkTE?:YSQ?JoJQP2M6LvRjG=YHR8G/F7U;X7XgRLTiUwZ2LJWIUaIsS:OPH)R9V#ZHOFNASwOvT+U5M@UYK^DfSoW9R*Oq[fH)RgG|RsF9NUM+I?UER%Oz[9Q~D{TtSHNiUx]QYlb@RdT*V?O:XMXvWY^XTSUDUk[+T]VDNSV1QFa^[RL!Y[Uy]AI+V@DIX+EoeQQ:O;XmM{Q2ZLWgK*L]]JX%OULvPJ9HN:GLSFNzInYDGAO-]wJ9V6Y8UmP{L^S6IyO^DGUFZuLhRePh_~XGMLXXUhb%]5_;OY]9MZMoR#S5U)H.TvNVNZM_FxO%PuW;RMR:PzOnQxWQJYRbVP]oW;MmTk]#Yh;GU9BLMuIj].7qT+aCW[O!UBLWUcOSHhLFX_TQHnP?LWN?I+X^a)R,OzJ{Mia6U)E[WnGwOTM#KJMBC*LMH_Zb=ZVLSzS)cZWPV.HX@>U=[]G~V;LkY4Z?P%_mS2Z2RYKqYqUgE|HXR:]XZgD%JyS1HYWWLMR.T/XjY)XIO5QdR7UGGvU0>LE;MaOIb5T(Y~]LO*]Xe^SeLo]1MyWqOX@tXNMKSHGhT(alK_I8H[L]YVLFT@EWZfL=SPZ=Z@StNbLaL~Qtb8M[T@J!OyJqLCDGQZJpW.H1b:D3Rf],J|MWTTQZC*IvOIDcRKP#U6W5[rN/Q~LyPo]jPLMtN@YaH>X-TPJ3Q~O|]#T4NY^nN/EZPwX;L]NqQ,NxN!M^VJG6GQWaPpRiT>W#L6PUJN?RVvQIGUQ5QPGI^5S]BZM2R(UKXxNmN>VTXAW7S=K3TEIKP{Z9SQQT^>XfWAF*YeYcI?LKT)TfJ(KQG!S|P7Y)B]X2NFS!@0]cK:VENNXs^2R2R?Ujd:HEXTR(^7HuT,WtTaHHJ{Zf[d^#d!WYMc>{N;THTBOnPDVpQuGfEHGePcUJb#S|[]Ve]!V7I5Z=G)SXT6^VEgQTNmD_MtQvB6M3RoQuT/PcR_SbM(QKV5OCFUQeTkEx^_NlRTQqOtKFOZUqNUWEIOV~L]T1MKT!LJV?ULWvV]E6WLPVV.OENQZaGtZ2OHS(]UNVJFH+UgDZLfNFU@[nT3U9Y|UdUiIbTPCfT4L=QoDbVX_qRGaiN(D{WC[pYrEIIc]?W8G[M0WuG[E?RQQlN3LDJDL5BHS8L7Q^KQP?SfF}R/^:FfVfG{M]XAkNXxRAZEIeRuR%HOK0T8DAXg]}PNN}]wO]R!P5OJ@xQ@ROIbO|TQP_GpSqQ3QxSKY:NYMsT?T?E1ZIO|XtHBQ9P?acUaJ5D>TxC7WYFPOkQzLVIhQAJuL3F8YoF!_A_/TjNLKZWEQ!UuX(MGMNX6]#KGZEMGL6SLPtL5T~SrGtRMO[ZTO8GkVhX9MPKCOsDpIASHWSSLUIV>K,]RSoN/V}G]UTIQOzKHU+PwPeL3HaWi^6Y=LPN.[pO>Uy]KNuKrJl^iSJVvZ2T*WgMFKFDXQIRPT|G{QFL-NuPGM)HTS9SGLzSETrH8bKRB^NLHQvVILHOGa8]|MxU0H;NoRJZ9NTXEU.O+H9W[OHZyQQI1VbOzPTU4S!MANJGAM4JsV/N;PlRhO/G3J!OoD7KSQ_X1K}W[H4LASd[XMYPpQxPWOP[uJuNvW~KSY9RIM=TzXoR3TEOwF%[tSyJQI]JQYvVLNLcabpVKR>UtOzIrRXX]J2QkNLLQVLN;N[VBSFRPAeNVTIEiP%cIRjS3QfN?W[UqP8IGIbV3MkX,R0Q!ZNWDU>WgTGVdRCO5SXQiT3SqHJ]_N>Sg[sY|QJJ)M~YmL|V~TpQdNHRfPFN|VBScCmK>IFPkI]^:K7O=SmRdO_RlS/XVLVP)](TjWUXJZ)JfT2Q)SjOnKcT(]IV%c~PHTzPgL9MgYNN>V;SnP/XoX!K+XsCIX}a9R=[zO9[+GYZLTZLKUOQtXwVPQ7O8V]RcLYOpS@K%KJH1BlU)YCXRKGS3V%XXW*S|J+V]SPOyN(JoN,E1Gp?TR@S8SJ_+QPV{T>SXOCRQI][)R+T|I9NbU|N?QRLDQbH]YZU^aER{QFWXL;PlP/OJHZ^ZMWX7L>QTS2WW^4[)TTIQOYO8D8QRI}OnR]J0FTHCR{MMLbJ*Mt^7T|QGSxJ^PXf#PkKWIUZWTANvNvQqQGWbOiJ,SKQ|V1Z0LVO.ObNVVO_pT~SU[[UeU+PYY8Mk^FL7[+H%Z,PRZ@Z*DVTKZ;PXR0B]T!TdYI[kNPYvP-PtC=L@ROVDNhN]WoIQHo_oNT;ZSBF!PSOzUAI5RoZ!bqIOYFKnV?^.U%ScU)N1POI^P1YKMvP-QQ[2R~T@[sZ,P{N5ZbLhQ7VsR,LIMvLTHjVrRRLOT0V5Ns_cUP]5DxRTNyP4M8WrI=N0V#kFN[IFK8ZYQnXULmLtFzNUM#F|SQKQSmELXvRpNFN#QHcCZXIiP(SuVjRCUBb*TPPaRaLpU:T;U,[#atQOIlO1TxDwNyP4XiJ@LfSaMRIXF[F[L@[nheQ}NHMwZrKxQUT>Q_JNEP[mD,NiU(V!XTVIaPL3WiHOIhVMRnP_HrJXWeV(brb(S}U[PkXHODS@YdNoY?O8RcN|Q~ViM#GcM6KmeFL1X,CHVUpAQIS9PWRQL_TvJ]RDJ?KhR,MQNoX0kyZ+QYV*P^W7Lfc,I_Z]F.OBJTRTRgOtVNV%S(MJPkZRXdWCPmN3SkK:U3K2U|WXAzOMZWJPOlWpMPVWJAK]Z(M:O%TJF2Yx[TQ,K;KZR^J.P6KS?0BBSNN8PfTkT,YZUENKNfQRT;P4PVX7P_RqUYSaS4KpT]J^G~[]StMPPwapSkOrK3b{M2TIKyMAN.R-OdG-bRZ#O_Qd_vMoV/IxKA?:RpLMXYK5VX]2Tg^nTQUQDeL4Y)ShRyZgUIV7XVQ|KZW/H~_v^2H@JYL9OyIFDNGl]gBZRhC@E9T!T:L6Q_GgR|V@R9eJM[XNS,f+A_R8U5QyF@N/JQFeOMXvPYP_K9SEagSjTp=!])a9CgNqLqV/X>TjM%W!HmZ=IUEOTF^[iiQnMnVvU:QcBBUa;Aa_NoRnRzW=A7M0P3QUJSDsMJcGKQZ4LM;uN1N#VaK1TmQdR_U5O5QcPFKoS;O>KiGeH.]]J{azVQO@c)ZqO~KqSNEzJ6EZGYN}]2W0U2PQOMXJc5dZYDHlOOE_QDMoZ8N+XvUmSpHBM4N3B0Wf]eXYJcO8],I_]0cqTMNXBoLHXQ[}KWTUOPVyYhN{JEPNJjP[K,L0KjL?YuH~P@Y1WsO@cTVLA-QOevOrK2TvY(U5V3PsbXK9LXXcQRC^S(UKNhNi8.G7ErKQHn:@LxV%RLN=EvSIRaR9WN^zP_T=WHHO^=L[OkTPMaIuXpLeU2PzTnOiK}GOMm_cT%X0>KQvLPPYO^A~IVN]W|Q~S(J7Qm^jLyZOE#NqU/O@PgV*]|L!O1JxO_aHSSR^LEY}Q@GeRuP|Vx_;SQV9Uq^ye:K,Sz[GPbPfYzSJSiRAOyLxUSM=W)ReYZVSVgJ!QYThIvYeRpX9QLN!O;ZjY{]JQTV|UNNvPzH{O~SpN.YzS_NaT[NiO2ZGWkJ]_bLGWwS/MhJWJ5XEJDVaImOYNjRASDX/U1OiK.OEY/MnT=Y]PsQaF5YXD!TKR=aiY8PDFUX~V7SSFOSFOfM%]xURM,H(VmWKO3OjO/RQXXJMcUJ9XZ_qVeJ=RILhNyXvLuJ[UwU-G9KZQEQrO%MqVJPbX(]4TsF-_6XbJkHpNQ;vO4O3D*MG]]X2^TL!J}^^ZmS,Q_LfYrXjRQhYXiQVQHJ#T3WcGiV6K2QaTVUWf;EMMt[0QaRqO[C%=rZhN*RNJ)>RJ1C9H=F8F>X,PXVZQ,ZsFdI1JrVrb|U.Y7RxOZ]1K8H6K5OxU7P}TWT#M>EvN8ZSPLQ;cdQ!WQVhI%PHMQKSGnT.]DUGXnTJTa[h[rfOMoPrX(X1>EOhS}U6NMU8JwO3V1F4NtFqOT]6LxOhZ*RzKZYvNqL2A6SOL9[8O-M^P}bV^OWCPlT*QUJfP}P6VcP)KB]qJLQ1XyM=VqNG>rQM_qJ_GN[([)O)RFWqP4K[Q(P]RpItCZQjLNT0Q6M2Z-KQR}JBORU7U!MQY)JfOuLiL]SaYvTCe-EGW~S5Z*HTJoYyJBOwJ,K,Q%ToLuHwNXLmTW_iMmPlIoW7SETzHMXhQ9R7P%[FUjZgG>J)TfT#TbEGMkTLSDI#Z#PjMYTlAUQwM?L|ORN8_cSQU]?XW@M=L!PJ[|K.SaV^SeR:K9Xd^:L=[yD*H{cqXJ[/V;S]^-Ns[ZFVRP^3QlR+IWarKwUMD2TPK@PTN1ObI6M|T=QeNv^;KEJ|UkIzQ2Y)YbY4U#NDI]L%[!R%T5O|VbT>PIW#WETqObL|YLW>SpMTS5RKT)KbM9F^N8NEGtY-]KC/WeGmN)CNVfOwU3T?L-QOSgR-LuR(>PRG[ILZG>MTQdL1SfN#POQDD:NqV%NrKH[oWONrK)R#NlUzP-UOUMHDR#ITXlH)SIMfT7IbL}X(b^L:T+J0W,PHK.WPVSV}OtMgJhRiKqLXMKQNG3JYL:TcJDH6bFW?VwM5PfZgR}MbUQ]oOKNpZ[IwU{U4UeQ]P#WsLdQZX,NRWvR,JsToIaQ:EOEaQiH(JYVqDdGhNmD;UnVOV[JxUoQcXBXAP%JCIKMRMLO5QAX;S_S7NPS~E~N|N_VQKvO+UqKeO#[!O_RXPm[OU8UWL_RiTzWWZDOTHPa{K1L1QqKVXpSmYYO;VyOaFj]gK*Q5I?MyXtSFJ1a*X=FKL?U^QrH}GaRja6OfT#_=YfOHTxPDT![xTtQ4RRKxh(T@TGNrX+Q}bBKYRoG]_sIXOnSwTNO6QZOxU8S1L[UK]oSVNxS!KTUlD:VPKwZ*JkObGWYbP-_T_3O]ULM}]UYJT.NuEYN@UeM@VYSHNHOsG]A{MDIkRpSIU2RKVPh]GnjSHBSxaAP+GPJxP;HLUcL*Q-HiPrQoE_HJQ,M_X+MESz]jT-[pS}QWJ]N+WMOXG+I!M/Y8Y[NNT6R?MwPsVFYIQC]gTpNMN-Q-bjRuMwNVOzR_LuV.NMK|LyQ3HGZeM/PJPhUQJHThMvM3Q9Z0VT^hR@WYaLS*Y]R8PcNf[0PJO]RCT/[0KENBRLY[MnPBO8OoVBR[W+K7W.LkQdQ6OiASPJ_JfIK5P%L0PWWKSxL-SSPYQ!JuN|OTbxS,SZV8_!OuJOWXPQU#WjZRTpEgPqV)P!aaa#C]_:Q1VPKjMiGBL5TRG2Z/F;K3HqJ;LgVrUsHwRjVjS1T+W#PUQcO4O,S(W{FnNCGgK{X{VHFDT=NCPzMOUKKwXSb)Q7QWU]N.K(]^MIO4J#FYU4S%Ww_aT}V8M0RTQRAfJeUAPeT,X)N*NrOAE9^|P|Q[M;IEGHSyHtT?cITvF=N*K}L[M[Z2O~QtGAVmUZPjNUD(g2PHPFY2O)TbU>V3JZOLLMP3OJSXV2UmP;VWWZW:TRQqb^RJDCKG[QGxS)PERq;3CtS6N-Q)MiR#N/W)bYD>WzRAOiRFT!QfZ]G]b@HiU3UhNcCXR[PyDiOqBqPuNANwX*S0OjPp[7GRR4Z,L%[,E;[;_OJQKrBDQILUL3MoR:LRL!LxS0JJO>P!gRKfK]PxN7ZbQ?VjP7OeN_J8U>UTMjUrUBTAV]I)NcQESYJiDGU;MOD%W}HQTt@E[5R3HoT0TvY)Z8X{GsMfU8W]UpIZN5J%M;[YT>WKV>L}KANaUJQqLAHaN6](QwN!EOCLV@PVJsKgNZRjUvRURGG(SMYUQb]KQoNWQ9QJMPJ-Z[esQ5MSLWOBNOUqE[_aQ*SdM[OzJ^OqVmRO]vTQWLRIT;RtV?HKNRN#C0S)W|Vh^FL_Q[RaQ3NlJkR}OjYYG?H%S@VvNJ]qIFOu[QWETWQ|QFSoM[HkN-VmN9R[PgG3M}P:JECjYiS#O]JEGvMrLbP=NR^-PGQ9_DMBO{Q2So]qNtT+R;RFM0UUOWI%F:QJT_V>M^JwW1PfFG[sS*Q=KvAMSSKYOdQ1L4TLR3S?J{RYHqX1]VLiKHa{O.QbU0STL/W^LMMDP9VpQDV:MmUtX>O3I;UiQ(YLThL^VBPsQ(Q?O[QpWJNLT/[HLhSiHTLbTrHdL4dEV6T_GpQ*[7Y2KaKRM}XiQ#HqK?P-RUJyU!VfJvKYZ?TpMxF8V|H_DAPJRgTDDHMWL6PsXRInazT^KSV3VEVpNvRtRTN;TxIYM2NFTOQmMiS~SESXO[[%GMQVNxYDX=JIU(T+U/8:UxZH]dZ[U=CISU[NM=NxUiIOUTVLV/Y@XbP)UNbGTjNQPzUb[0SCG;HdUpH_U=T*O%S2J1R*PYLG=aR@P4TmDLTOVHUTVXHeLqH|d=L2?3TeN>U.N6ZzVtQ^MCL]OcP8N#QRMoZ5KiZ~INS{^pS)VlQBS>DTUKP#Qh_7JhPVSLPaZY^/KOZ*O3AAV}OzaNR9T;O8WYJsO4LRYpWsS,Oq^NTdXvTuH1McJ!U1_?Kb]~H.QZJHP=QyK>H=Z2K)aBQ)SGOqNoFeUiKuJdY[MsOdfZYNRKWIL{QdZ>HgK=_DVaI{XbPFXv^3UsUlMeW|Z5Qx[~YB^yV5LJT)MkI|WGJoBnJxPFLBCIH7KNOcQEVLL-_7YMQ,RzLIHdQPObP(K5U0M!Tl]4U}P9N-[4UA?WV3IoXqL%ZeV%EdC*M@LJU#^mMnV9PyTBFuXs]aQtS@O>Kig=SmMOSqYIG%[4LWPg[fGnTcZ,G-X4XPMVSnW+T5PgIlH[NqSuZmT2JxV|HOB@ZBQeQANrGoOuMtWLQ8ZAG[DMRbQeWxI%O|Xy_A]eRTT=T|[LV8U#L8OwUHL@PQPnNOVCVLN?RkU0N%UyNZZjFIPC?*a_O:7YR[S7TSR}QOSeJNRkNDVvR]XxO+JC=bM8Q)FvK(PObDLhOUT.MeY>R[HOU9Q@C|OAIbOOdiUtKbVq_~fxRr@^B.P^D=NHP]PUP=MXRRUeKAVD^^ThZzSfFNY}RdRoLGFEE(VF]@R{P;OGM6L:R4U^M0aJY#X|^7XIQ^M~MVTrT?VsEGMbSBLDYTHo_^NFQyIROkE4@l@cH6VsL6B;KiM-[7Z;^5]-A5UgFWGsZl@PG0FIKEDpQ%I)H.AfElKuNyQoP~^FLR]5V8S^JqQlLQW*XiOHI*LRY4T=EVVPZyCeU1SgO6WXFrPrWbVVS3d.N{PFU5ZcM|TxX4[][7F]HKKVU;Q>NqQ^V1EqWmHGS4L>X5KhM.MCQmWpGICySxQ4MrQAYOTxM2QdLWPWC0T~Dm_aW?BlT4NPVOSPX(XbT!MTU=^#S?UvY>K7IZKPIAE[VBKwZKNURYVvKG?tTOP+aaOPNiY,WzTpU!S1ZnYYWbI7WEEfQyZ/CEO_ZOJ?WMJ=WE[QVbdcVsNMBnTjFgUgW]NY[5KuHxK+KfO9F_[nH.b4SpF+cvWHS2S9QpY4ReWSLSKrWL_yT@PPRcFKT-UWY6XnJqb_V*SK;VKuM)^FIGTbUAToRQJuXwNLD:W4VTCm[hPXCpJJ]9SBG_cvI^JuSeVLS_U=L*WxNq[}KDO-Z->hUnYLT@Fe_pP!VHGzLDGIQ!L2QCQ?S1LEK-W/JbOEOkU1P%SxUoK>PPWKIaY)VtR)K/_2UpKM[oV~aJX;T+O)W:b3YZIKS^CeVTNAO)NNdzHiNLP*TDP:I7TAW-bmT9TrhXR#OpN,K][_Q*]yX7NEV_I}U]Qx_QH;HRPIN^MAK^S?aYPOMC[VKLX7WgV%NPO|LSIGJvL1Q{MTKuR6X-QkVSS![NQsS8IGZSL]BpIMQ~V)KCZ/J{I=SqSbd3RMY+LnM|X=CIN:XoNsJ3QTGZY*W;I4G3S#TVKrMm^8QLZNZSMNMVOpLOPQOlc0K3ZpV@[0EwQ-PhK(PzH1P5Z@Y0QCUyHw_3^BP%R>QPI~U4[1L~RzTOO:cHXndpSaY|YRP1MIL:H6T6SdN5FYH(MvE6Z1M+KaQvM*T,T2UlKYKdUUY9O5U^JXS4Mf]3K*U|JjS}PEPHW(N)ZdQ?LDK1Q~HdBUT]NSPlUzPqY!OHStRxRhEn_SOV?zI0QmXDV^IvFfU[R0VebFRyO,VPHlJZHcJ+DOP*GVPzXYMkIzJwMhHdS|V?KGGsSDTDTONcN6T!MG^ePUU._PO~LlXlO1MKSTPsa!XEH~FUOt^SJALuY?X+dgMKU[aHVLRxL^GlQ%1MTcRiUTZ%IKU~QbNLM;ILMmTWGZTrH]W(V6PpVAUkHZ?qB:FwKSZ3Y8L-RtJ*K:VMJgR6SIIcVNOGWfZ;EJLyTXRKMgPDR@LGJwJ]O+^XNcOEG(TlU)S+S*M,S_QfSjX/KIY^KUBwERYlOaNASvU!E{P=W/HMMpC+FgPNL?Nm]xReKlRn@AZ=MfTCU?U{PAS/P]EZTnMYQ=TXPCN.aH]WXwS3RSSQQRNPXpMnN?aDVnPZWYMAH>Q-Q]HY_6g=jJJ3QAR8KzQVWeIn@fU+K5PlK?R-Q-RRMlR|UaU?OZZ)T1RtJV@yRXKQSvUeIzMMFSOqKfM7O^Z1V]PoSLU;E5KYVZOoVHW/]@])P(Y{YdQ;Q+XDBzK~a%OGUOQhG%O1U]VRU0GoVxQ_RtSfOwUVOMJ9NKUKOfO)QkL:ORM5T|Jq]4PJHrOrQkNIQlI(S5OqLhSTL^NtZ0MmJZLR_YPZQ/S2Q;A[J/TlOxP,UUNNOQN=J/[[^YImK/T2M}QFP!aiSpISUgS*McQjQ(PMTfLJTEPlW8DxU.W_MMMyK3EaXYZDZzT|W=Q/Y7I+QeR.PVFpJ{D*e:OgX0]sG(RCUQPsT1JALQVyKjOSOHM/W7kZbUSfS[[YK4XVQGZsV%TqN0^@FUW4PKIuQgShTsKqOHX!WzD0XYQ#R-QLV7TETsVx^/VbZ4Q8S:QqUiZAR;RNWc[pV8FjQj]MJQL5]qYIK.MoNAAuObPZNNRdGnM,a%N)V7Ofi>eCWt]3T?WaUGIde@OnMY6k[/L5_QP4E6X=N4O+R|VRBLL2T]Wma;WJL6T1V)N*F>L+PC=?Q1RngOP(QpU#KMQqHRO2IzS0WmHFWwLiV^ZjFZX>YGYnNFP,W]OaT_L[S|RRP@:T@NLoGaPpKENWT]HUU:L[[LRoK#QUWsS^b{WbWrMfU^VKYQJbIUNfDcRvU:R%IBS@T)TNC8JIP(T9WVPzLdPrUuMxZ=I8HUJr_ZWhL=WsT!ShD1IQZ~KAL|P{X2OtPVUyLSRyS-MbViLPV6OeTXSET4[MKkFzXiU4_9OePDNXQhVza6SgRg=)WkSAQERjQ|DTZXLrMfHqI;FOXROkYNOj^[SRIiFXQ0HZVGZ7GLR)KQQ#V;YKSqFgUzM0SB_DMxdpJ-LAIWTRPALkPqi.OhSoR]OGQGUaJ#WaY5[@LkLsKOBy[lOGX)NLLaT,Dh]dPqKNQ9CwMmVbLC]+M@O~UAVIRv[=Mvd=YVJxT}WoG0HGL3LpT0W*Y?O%OET7_{QEZkNQUkB2RB^6MRJPRsJXRyP}a*H+UATzaoN]LfU,R9QnH/T?Z8MsSKT}S]K!NOEiToO{XoNaW=URR0UrLRO6GhNbJMd/Y*VtMiT!XxJg>uQ%P.FGT4OfJJP0RzV#UYRYXmTbcgZ%JtIMZ[N%>eP]QPULPxNXQqECV*YqXdQSUE^,Q5R:M}K9ZmPxR4D*R?KGUwMfTV]tPiO@_HP8UEV5YHYBP.SvOpL%R0RjaTOWOGSPP{InZ%HaS1M,OuXOR;Z}^pbdBBN^RUV*NKU=PRW#YgOgT5[7TPQ6O{To[>JKSh[FLhO_M{N)VrMAV-KIOdSfW(THVhX=_9O8TZ],UKTAEHI=TmSFN3Q6[nWrV3b;U*ZAZmO#VBS0RxSgK(MFILVhLzSlL:@vEdOyRkC>R_HKT9OnE?UVJqU!MLY[VtTIOHX;V(GSYMVdO>PRT-][YrQnIETuN{b#IsR,X-V@XRUHW:Mfa1[NQVW%ReMK]cPAAva4YSImM~P_ZXN-Uk[+GpYmLZMlRrMqY=[3RcTkM[](O%X|M;G;ORUoFjA2O!N7EjLcUaR.O-Lda~H0MGHQX%Z^FqQZVdQWN?WbQVN9Q|LWSDHPRDM,U-DQQCMjPSLvXhZ4ZqQLSJP|HwOdY]N:TfbmFUX7ONMCNt[1LOYIHtNdT]WV]|O4TXEnK[X6TRKNVfIL_+Q3LpP5MTOjNfL.g=NwTJNqXjcLVDP?S%^rI|PrX)YXH!cTSOR7JPdlS|FcTALYH9IU_SIvN-Q-LiKY>FPG>RPnRSPYK]NTN*K=PW[][EaGLqSHH-WIS6RlUlT,^:JWQTM8I~XMbmQYM#WaAkURAmH^S!StS{RiO#T^QSe6W_U|[-^SGlPvU/G+?8UURzT(U~c[I9JQKBE|I]XNXLRoLjVNXWRe[FS*ZPTpMWN3c8P?YIG5ZXH-NVN9KWY#OZPtKbLi[cWPJYLYN=VKRwV+T]O+P{TKN,PCGLB;R2TwRdUjH,B5_7[@U_RjP4kLPITrTuG~I~S;MJKWJ-M>LbR!VrP3R/NcRJW9JpDKPIb:NkH?CZF}QpULQwM^NpQ4TrYMTbR:LOZ#RgQ,QGSeK5VWImITZELVYwWHPd^[SQEZQ@[2RNQwKXZHP?V@^8R]C!WjPSS~T2G_O^N@WE]USXFrK1P%X-avWcNSEyI*Q=TKNMRkN3JUHlPuTSP(DsY3NES^T*^AMZR5UwD}MsBqNjQ8W}U/VQVbH,K!U7VAWNWtHb@tOHMlB-PNZ:OTPnPxCXGAS{T)V-O:RxYRYKB?Pq]sOOWo]dXhO8LJGeLfQzQ7[7LaXBzJWkaZV]U3R]QvUeXtJs]/R8Pb@oL/WYJ>H,LII5PlPhHdOvFoE+e=_KRtMjL8J(OvNsU?R*G][iYxRIQFQIZCZdJ~Q|SxQ)AVGId8eyVnO7JII0PSTy^!M?OlUaX=[OVCO?S1K>N6Vm^[V?ILTzYFNjJ,M!aiF>S4K*M{SSX>GqNABZJoAsN6OoIOSoGlNaVMOsW%XR[;O,^kQ|OwHER?M:PmXeQDQ1Y2dUM.S*K:bCK#I/R=L%Y:R8^:W8Q@VK@1f)F,cxI*K(EvV3PgS9W#UlT,J{CVQWZZTlIcT*V2OFR]G8VOW?Rv[fEwQUQFCPRmInILQHV8I-JeAZX)SgNb]|PVMuFp[!TIMiRGPEK:WqK#Us^3Q6V@A8K{MZP^YzT5U!N%PvN9PeM-VLWOTTT9R?U*V:SmPkNHQVO^P.^FHlDLF?Q)Z#X(QYTOZ+S6T>MeCzQSTvRrP*WsWtVt^jV+A+QsIfGtYBD]YAOHJJPgY[MBRUKNR2STR_R8QpM*YnEtOKTVOyF8J_JHQ]MpQyPTJ5WxG7MVD2CwPKMcUZIoNnQ_Q2PmGeQ6Y6JJ[IG+fWZXXTLRLnXOQkW0K3S%LrLaTJRyZ]O?KBUka1S4G,J#VfSkI!JUO!OxQ^NUY4VqR;IRW;TGW5W~@DN!U5L%UAWyKRS,Xe_l_vVqHFP:R-L!CIW=PfND>{WEG/kCMgTlG(OdS%N2XZVVG%PgMgR[LZM=SfPn=uGFVQP}QsV]YoJKWEU8U:S0YhPmZoP5SQ]^_VHJG!KyMtQ/MoQ!QBN;IyAxX8OWXA[/@IW7]aM*S;eWRJJdSLPfZy[_Ns[(XwKJR1Xv_;USW+SK]UI9UE^}WFL~M5S_QxdJIOhaZ>AkJRMyL)]9N=VOF7OaV[R_Tm]SH2TXTTJ>XEWsOeLEPHS7M+RwLPWXP6NXVAPdKBVbL;E{QAX#^SJ(J.RiD)K+[]BfJ(JCKAP-Q%M2R.LWUWIoXFNHM~MOFhS|Nx[DQWRsZvUsUbO4M!CXL6TsO2Jr[:NpLWbaN4RETvYyUrTJ[fMEO*DOStTVSkC%LA]IT:VyVFHlUHLqY1U8_DLSQ*NuISSgW%YZUsS[LtV~U0Juf2TjPzNLRHQ8PnYZM3T|R[HyWYAqPLU]YCM)N7SI;TZ_RmV_Q~QQVIUKZzC-[@C*[jW[J,LVLUY?S}R@[~Y>S+O0diSJY0PKKSR.KxNWPdSH^NUgLqNaPZTZX/Oa[+_dMCM@O;PJG9SuH1JIY=R;_y]^YKPOLCP[S%K+N3G@FM(OQAI@XdMQJeU,SdW+IPGAIqYAXs_2Sn]RS}K*RGHtOUReUtQjK5P(d3FHFPM?QbPgWaF>MENdSvLbWFZ0NdQTH=UsXYbvTzKdY)M,LjVVVNPIP{LRJCUgL!NvPVT7KqXYN_G3KYN.Y]LlVbL:OdOzTRR:D/TbG+VgNzDY[oV@VjQ*McHIJ(RNSCW^]?HJP%K%A?O)R9SUPlG@I9FaPKW-UDQ!I6V|CGROM%QQNIU>NRQwRBMBS[Q;WB]ZIlNhL>WBKWWVHT[MRAY#XYY=OeM8L)FuOnW!MHRGU/Vi[NTuZAVHO#Mq^CPk[/S1IXWbOpHiPVXqIQKmM]XEN%GOXtIbKAXrNLP(QM^(VJKEKQVyThbMM;St^:N.UKNHRXMnRgAZLJF]RTVSP{RjR+WjVPG2GMNWPf]lU9V|NoB5JaSTL?RxS)DsMr[=QENzWfQcMMW_JNM{O8VOQAN^]|W=VJX]Q.JJI8S-V8UASdQvL-X2JyNXKnB2NoKaFBO]O:PYLFNrL:X}Q8?fXMa)Q^WjN]_sWHOLUyQyNeQrN2W5PLJ^dRIMK?N;TxV%O3N#]lL:VlVDW=[(Sr=aUdgEPBQqML]dQbMRI=N}PbRbWuJ(CCNFR@LeT.M9YCT}ZMQcKGSgIAF}[k]/WYFRKJM8MeQOR=Y}DRQ=ObLLVZLIKF:3N6H1NHJ[KVF3PsHybEV*O{cCW]ND]6]LL{Thc8H|LGV*e)SMONeWT[K2?aZbO(LSZcLSR?NjTwS1VKGZO7]P[}[{Yf[aa(DQNyP/MsOg_%X>N-Z@JlGYG[>dMfMDH?V;NnIbe2W1QbR;H;Wb[VXHTWPxLZVTN-]oO7L]XgO:C?RM_zH?eeJ8EfW,Ra^;UBLf_#MxI3HyVo_KT)PXOKNoZqKjWFPhQdOmHkW4JR_*b_OldOV,XrX}FVbAEdKhUO]%NpLWROYxT(JUK>TrJ2P^V#Rb_Q[dc6U>SMOaT-atDzL@QYX=PSHR@aO=ZTX+JI?HG0[eS*NII-[+AOQ^W0TG_6Q|T{K#NgS@W8ahJ+RLFmO2P9K@POE[W]X]Q}Q%JsQEQUMuYNOnNySzJ}FWM.LtJoIgI^S9YURPO3MtVHVGS^WgHRL9WKWpU+YvYBNxLHWUXFWjUeS^Z0TtAhU*XIVbKLX!RZV9X=@RT-O@U>TAR/T(BzXzMSCOVjZkMZC3PqGi@ZGeK+S|L>LWHFSBVMIkP>LmaPbfX@K,XCe>fZR>UhI4S9BtcPY-eS]hQ5SrTAJPQ#MJLqRKZSCXEqNfP?XAPLI:QVSbOUXTQ3_>S;SDO[XeP4W!O2KaUjP4_^a%QqMBP!U;gCVpR>BmZPS^X]_cFGR#=ST%KyXeY6NYYaU?Rv_{Z(T5L5]qF%L{EcLmTC[)OKPdKhGwH~SdE1P.R5_5V+PxWdP%XKJyU@VMX0KANx_LZ[[!ZE]NIII[N)W[LLQYSMY1QCLaFTGtOLMw[bJUPAZ,G-PMIu]hOuGwTxX4Z4PYRc^?P6VLK7QINiQ6VBM;MIJIL*elP4K6S]SeZ@Sq;2NDNxD{M#M1^}KWSt_0WAR3PBSKOtaMOhZ%L-FuNLR(N3NjP2QQNjIKd@IfPLRjMVG#PORJRAMzTOLuLKY>9BSRMaL;P0KoN)XTV[SAY(K,WES:V0JlG>HuTwSiRY_3Kc^#ZEQI^0Q0LXLBGfTQW4R>TMO,RB^.]WM8X|LhSKFzVHSbMVK{V)R];oO?PVOCP@PG[%VqIGHyX}HQJEK5g?L=P=X6])MQSyXCQ6RqJcNiP4FuMKO:J-SmIXITR)RPCmT,S{LzN(I*OSOUW+OPMHCvNNTeRaWcTNR9YIK?PPWIKvM1MSObQ:JCN.HeDx_+PF>mS5O,FwM?Ox[cA6N1OL^!CjN{PKHOUNPuSYPHO+OfPDV}XTImP.OeREPXPrT@KRY,O}_iXcO=KcQ/G0IUPlIMPxMEN?LaIyN!I3NTX)TkXPReX@PWJ;P-J0Q=Q0KWNPObZjX(MJW.TKURGkQ-h1OmS8McFmV_KxIwHyP%M:NnH^UkX|OhJ@[oCgG/Y^K?Rv[pMWJ-OfO:N0KASoY9RlQ}VlN7RoZ=P7N)J*Y0VMXGV,X>BdLaZ.OUO+DzItHWNbOrJOSjK^aGI;N9Rj]WQDY4SGI_I8NDR3P/ZGFlQvTwOxD}LmSxOSNRPwXoOnX6UgI9I|NDT)RgTaO6YxZjS5WLK]L/T]UVN;P-JHEA_LTfYqH1^KT%WK^@XDPkSLU0VTYfVyPdU)RrRUNTYZR+TfS_VRMXLfLNPlY7P7B+Z]Ye>XLvF~MdU>TAMtSLXVR{X1XISy>8XoQAN/V%MIVrKcTPLhQDXvYJKSQ:RkJtRILxW5^HKMAQT0QhMITx_wK[RUXgTNUWP>J)MZYjV]SSD+H9XkZdUrQ|T=_;MyUTD-T;GQ?jL/NVU*W}MnQJGDR-VTS{]8JdWvXPTT[hLdPgG%UzfkS7N|ZdMuI.I#L,UVRYOibeDpNpTAL]LrI]j_QDbzSmM%KNO#MFTJV_RAZ/d%PWYMI>GbLCRBXTORIcbVYUK+g(RZF,WqOPAwH?Vu]kJDR?NeWTQdOzM(-TH)Na?gSCStGx[+YMU[TmW6Q+YYL8OFOj]AL>P(G8W^Q>WS]gZcO~QBU!L_WGdXHVZ}R{T*]BU-K.TJHm[FT;ddWrUoU(D{ehROpfI3XiV?F%gtTfVHVK]cFkY3G]Q^H:Ko[5D4T9B0PXMiNtLMf=YiGNK>SdUUTgL6E}Y6MTV/ZZYEQ}NvSHNiNPErMX>7RLC~P^K|QTUZb9SNV@K6_UVNFZ?1NwSvLu=H_0S5L*PxWbTKNNN=DbWsKyalMRW4Yx4ZUkUoY6zXUYg@OdS!H6TNO:HqO:IVJrRYLZY>IGSNP{OdXNKxWvA0D;SfRIO?WaT3TFWwT!FbXjV+G2K/OoIcZ,QwK^K)R8^BH)a@Q7N4N@P9Y/YTTLYbI2NDQBYxO9F*SyQ,P3UJK:NlMmXAN!]cTnW5L;I-R4iv@@XX[FP,N3VRS_M%JdP)SxUYPHS5M|JEVlTZStQjL.AmWOVWN1Z@O(L}M~HnOpK#C^>0LcE;OXUF[5NzY;[uSHXJMAPuWPQ(JAUKNHOyLJ^mR*T9SdMWYS[+L5W^PeRwTvSbViT.OcJyV|J)OOPwO#L1XfOJ^u^2OcRmPGRcMRIwV/L5KvHzShO~KFXObZW#S(TGY}T5P{P-[ALpRoLwUAS7P0NoX5KsSrK.NkG%I9G)R+PERPEdLdA,GmHiM6MMZVM9N]TEd=P1XwVNLjTKF(UOLoY8G#N@V+HRS8VDLzZcX?UjZ2ONTNX,G@P#RCP_S@TwMYKXM/QcO3K9KFJgT6NuF}TrO5MYJ^MbTRHy[aOwXXOVK4McPDRWToTHN8QLW!EKJgW3EzVYOcGXY9FfP[GHM{TjK1NlX~Q3JqT}Ol[NG-M^ShSDZ8WDU:RPOPSeTLLNM2]#X)UUQw[A]=M5ZCSNVpVLPyNRKAWwIyNmUOR#MfO8SnM|JtR~TWI[RGZzG(QMSiRwIMIrDQ]ICl^vGVVtJ}IvMP[7LrK,UQTTWeQ%DYUaKsR|I;YKKeT;U#L)V!O1JHRYSWTMNaQ,BtO1TlNzNHHcQ0RPG3RKT(LjLjUsI9M8N=RtYZSy]lWWTqI/KKQpEDO(RxPqM[[MO^L1JFSuMlU=WaQSH4WWOfXrN!=CS4D_XlN|Kc]qVYKJR}M5RgTzT!RoV#J8YaGeGY?OUARiSgF}O6_iDIdlW1LvG2V%M?RyV@QSOwUgK(W2H3WRKIR_^1W*W%TqXdK{PzUAO!RAQRU7L*TJOsV+]fQJA{WgJzStQ%JjMzO!Y%G)T3Wog=_?bcOgNIPtQlOpT%Pl%#T=O.Z!OMVAP+GXU!TVNbJxYII_[2V1QRE-OeW!W(M.MBOv@pVpUvjMI}K|N=PORlI9MMG2LqPqTiP*M|U_[~[1P;Q(RASxHkDkTWHoE3ZeQ/IHQBSYY9PcPII4H9VW_jRJIsO0S=HG^KRNVgxCPtT~XRT>KGQ/I_PcHDWGGSM6Gh[5GsPyRcUCQ6Q.LtQyRXT#ZcCwN8E~Q#O]KsJoS4BsNX^ZPJM/MjS4Q9SvIyU@R2PfUmB7M@LuNuJfV^YpP6KhL+WPI{AvH?J,Q[YZK+QM]XbFOSN_L;YKN+]MKgX%Y>JMIpS/UQA=Mf[vTwV4W.M4X=P^EIL#G%V=VlKPJRS]YdQyWaV>T.LNKnMuIGE)Q+HcT=V@JTR1R4IDKpWF~~WGSvKkH,]J]?LZSzL{YMZ:NqOZE|O^BtU_P5T*VaN*c2HjO[O*L7MbNcS_SBOgJ]]C^vW6[mC(QAYUa>S,WHO+OsHtW!QJL%ZQbyQQUOT2_nG1R+T(buTOW9U)P:SOS2^b^rJRL!X;W4RVLZLOQ)c1C+[wY7MCLEWZI#ZoQYT:JxTkJ^TH^*YuI2_OT5V?CHNBK_UebhQ,K=L7XtLtbgI+L8QyV0S^LbBvNsXmQ3TdJ#UDWHN#LZRZGXIXO(PmP~QQFuNVQ/G_PuP*Z~X{QsF}PqSFT9JG]gIsO6OxS@K4GsQIM3RUPpY.NFVCF1S(T[Yyh1QANsXCS,Tt[n^PHdZtXVG9TDSN]1T]R>H=OtZoOEZ4XQLMY>FXJ,NuV%Oz]yKxUoLXR=VEChS+Z8SiOnIFX3U;CjPUD?LuG{YDQtQzRLMhUqM,NfVhE-O:L;QdHhNBPf[gDk^0W*]tKa]EQI_kOYOmD4PAU3W[WPP5Utc6O/M5K8GeOGSYGcJZQ3IAMGYSLSQ?^5Y.IOZxU[U)R2QqLzS5YgL%X|WH]YOrNiNZYQCnNxJMV(Q+FjX6G_N9W|V>J3PAVfVJN2K#M^PYP7PUWGMBLqRWL-QDT[XPJ-E6RBZ}X+M}W~Z{OBYxGOZ![~ITInU1J[K.S*TZJ{Q8L>Q5V)NKQ1WjN|TkC5[fPaP|XuSmMzXUN9MfP([FMGRpXQc6S8LyLpMMM7MuPxUnEGOYPrVr_iE}TbONYvR)[{OgVgJdVeKod9JVV]HDT+PpWlN9YRIsMGIIMHP2GkY3IbC6F}R*UjQwPbQKDsU~RUH#X_XfRLQ%[QUxO!D{E*HDSKTPImNtMNG:PsTiR:CeP4Q3XjQdEXQ8SKGbR:NaRjL.JZUk[5GXLrNiIBRMSCb8KGWVT,USRZK1SnHsQ/M:ILX,OBH.Q~JKOOS.ZPN,j/HAP0WCY8M/G;P^M@MPP6ATMXPmL#P#RfR7UI](O*T@GR^3DoSAKoT@H~dtNzR@WsTdM8ZHH;R[KVRTSPZSLREtLINfRn],=aCoY4HpD2K~M[P7Z_TZ^G[%SLH!JTRWTMK5OHIEUcN6SyJEOyIXKgOdI7R]S:ISX~ObVUV5Y>K1LgG+T,aqTnQ#LuVeN3IL^HNfTNi:IEJ>L_NWM5M7L,PTAmd_LHWES;MKaRQhOBB=PJSKW4N!LxI5ThZZPNYSNJS8KCQPM0DlP>Y~c%TQZ8MCV]PlM4ZHL~L?RBT]PzFSUtbWF4Y}QyTr[-RoSsW*Y{D2VY@=HKNPQ[Y+IHLjRcUB@6TOCbW7Q.I3X.WwVmdT]AWnLMTzK.Z4NRWtPeY=f;WCJkKES+c1M@aXX[f2Q%[0FPK8R2U3YxQYAsT+MoVaEZL4Q/Y[[aQmV_ShULNcGdS3Nl__T,O4JM[TX4E-WgD)[0Y#W5LDJ*MzQ3K#KkM{TmRf[(V3UWS]G{HjLWZgY4B.Q)N@EyMbP@HBPVW;Y=GZMi^*Y0O!N0J/O2VsOEN.KqO?S#VrXjYePzS8WRaUNW]1c2Q%Wy^XSWU=K6_iBWANHsP)Is[kOzTUQMLAG9QHPADYH>VR]/SgLrRUW=>VU;K*Sy^lJ5Smdo[SPDVt]yRQMIU-I2E4VpUGLw^,WECnJ8Fh^lSPO}SSbIZoSGL1RaA}DxYh@P@,L?^KK]NwO|W0VCU,MwBTC;-BP@LnOyVhdMe#WSWz@]J~PkKCX8MAiJH{MiO[IVPCM8QYZ,O]R)H@YbW]V*cvK^GxQVR+K^T]FdQjQgH[^7YISrXTOoO!TVHiDIYYK]G2INbPVUXL[vY_T*I?Q{IP8xDhMOEHKR?dKcWFZXSkL?NxTVWBTZLhWfbgXYQmV@P[N)V?](K>SFLUQMRpW%S~O^aSUGStK4SlTrQuKIYnH^VyN7[1RIO3Z}U4TNDIG~^#O7VWY)SDOLV:Ga[6PHZbHJP?Z2A0ZuO}JFN9TyDBP|R.S?CgU*WpMpYzM}JxPr^jPn_6LlS(PSL%UcRCG~IiMUN=JpX@G{Y/UKK,B~Zt]GOw])NYO1R_IT@=JweKL^R/S~[-Q5R*O_XES4VbTHROR{HqZ5I^V}p[d)c5KCI)=FMBOGX|YTPcC(UdNDH!L8S/SRVNJDM+T^VTHtW3KkHiW|MdO8YFGKE6QUX*GiZWT[[KH1TtNfU_GJPlS(RAHcEPK7X1MFEA@tb.W+LNMEPkG+LwV6JdQ5R%RyH(YLS9NXUDK8QjH1UvX{QNR(S:TENOUGYjP7KXO%QsS?Q?MXU1XvTw]DQ8T~M(T;QuPBUNPcLuS{Y,c+TD[LZuJh:DXrS!PQM8RWKYV9I7i3M*O7CWG,JFJtRlQ.;DP)YzBRRnG(IiC/U-YZR%D-cfTWNxU+TBHCCPU(KhSlV_YbYzZMJfNCQ?K3LnRfH*JqLa[nUWP^T[R@P0]ZNmMDLJVOVKRGHXWTT1R?GbUxeN[uc5Tk]mJUSGP3P>XMS:]WaFRTH_II`};
const ROWS = DATA.rows, COLUMNS = DATA.columns, COUNT = ROWS * COLUMNS, SPOT = DATA.row * COLUMNS + DATA.column;
const MARKS = { symmetric: 'symmetric', affine: 'affine', anchored: 'anchored', nf4: 'nf4' };
const SHARED = { tensor: 'tensor', channel: 'channel', 64: 'group of 64', 32: 'group of 32' };
const OUTLIERS = { 0: 'none', 2: '2×', 4: '4×', 8: '8×', 16: '16×' };
const ORDER = ['tensor', 'channel', '64', '32'];
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
export function matrix(outlier = 0) {
const made = Float32Array.from(unpack(DATA.weights, 2), (step) => (step - DATA.half) * DATA.unit);
if (outlier) made[SPOT] = outlier * LARGEST;
return made;
}
const LARGEST = matrix().reduce((most, w) => Math.max(most, Math.abs(w)), 0);
const f32 = Math.fround;
function even(x) {
const up = Math.round(x);
return Math.abs(x % 1) === 0.5 && up % 2 ? up - 1 : up;
}
export function half(x) {
const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x) || 1)), -14) - 10);
return even(x / step) * step;
}
function nearest(x) {
let below = 0, above = 0;
for (let i = 1; i < DATA.nf4.length; i++) {
const middle = (DATA.nf4[i] + DATA.nf4[i - 1]) / 2;
below += middle < x;
above += middle <= x;
}
return below % 2 ? above : below;
}
const sharers = (shared, count, columns) => (shared === 'tensor' ? count : shared === 'channel' ? columns : +shared);
export function solve(weights, columns, { bits, marks, shared }) {
const size = sharers(shared, weights.length, columns), groups = weights.length / size, last = 2 ** bits - 1;
const made = { size, codes: new Uint8Array(weights.length), values: new Float32Array(weights.length), scales: new Float32Array(groups), zeros: new Uint8Array(groups) };
const steps = { symmetric: last / 2, affine: last, anchored: (last + 1) / 2, nf4: 1 }[marks];
for (let group = 0; group < groups; group++) {
const start = group * size, end = start + size;
let low = 0, high = 0;
for (let i = start; i < end; i++) { low = Math.min(low, weights[i]); high = Math.max(high, weights[i]); }
const span = marks === 'affine' ? f32(high - low) : Math.max(high, -low);
let scale = Math.max(half(f32(span / steps)), 2 ** -24);
if (marks === 'anchored' && high > -low) scale = -scale;
const zero = marks === 'affine' ? clamp(even(f32(-low / scale)), 0, last) : (last + 1) / 2, inverse = f32(1 / scale);
made.scales[group] = scale;
made.zeros[group] = zero;
for (let i = start; i < end; i++) {
const place = f32(weights[i] * inverse);
made.codes[i] = marks === 'nf4' ? nearest(clamp(place, -1, 1)) : clamp(even(place) + zero, 0, last);
made.values[i] = mark(made.codes[i], scale, zero, marks);
}
}
return made;
}
const mark = (code, scale, zero, marks) => f32(marks === 'nf4' ? f32(DATA.nf4[code]) * scale : (code - zero) * scale);
export function relativeError(weights, values, skip = -1) {
let error = 0, total = 0;
for (let i = 0; i < weights.length; i++) {
if (i === skip) continue;
error += (values[i] - weights[i]) ** 2;
total += weights[i] ** 2;
}
return Math.sqrt(error / total);
}
export const bytes = ({ bits, marks, shared }) => (COUNT * bits) / 8 + (COUNT / sharers(shared, COUNT, COLUMNS)) * (marks === 'affine' ? 3 : 2);
export function outcome(setting) {
const weights = matrix(setting.outlier), { values } = solve(weights, COLUMNS, setting), skip = setting.outlier ? SPOT : -1;
return { error: relativeError(weights, values, skip), zeros: values.reduce((n, v, i) => n + (v === 0 && i !== skip), 0) / (COUNT - (skip >= 0)) };
}
const exact = (value) => value.toLocaleString('en');
const percent = (share) => `${(100 * share).toFixed(share < 0.00995 ? 2 : share < 0.0995 ? 1 : 0)}%`;
const roughly = (share) => (share > 0.995 && share < 1 ? 'over 99%' : share > 0 && share < 0.005 ? 'under 1%' : `${Math.round(100 * share)}%`);
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const number = (value) => String(+value.toPrecision(3)).replace('-', '−');
const label = (props, content) => { const node = svg('text', props); node.textContent = content; return node; };
function render({ model, el }) {
const one = (key, choices, otherwise) => (Object.hasOwn(choices, model.get(key)) ? String(model.get(key)) : otherwise);
const whole = (key, low, high, otherwise) => (Number.isInteger(model.get(key)) ? clamp(model.get(key), low, high) : otherwise);
const start = { bits: whole('bits', 2, 8, DATA.bits), marks: one('marks', MARKS, 'symmetric'), shared: one('shared', SHARED, DATA.shared), outlier: +one('outlier', OUTLIERS, '0') };
if (start.marks === 'nf4') start.bits = 4;
const now = { ...start, row: DATA.row, column: DATA.column };
const root = h('div', { class: 'fig' }), say = speaker(root), uid = Math.random().toString(36).slice(2, 8), known = new Map();
let weights, solved, width = 0;
const price = (setting) => {
const key = [setting.bits, setting.marks, setting.shared, setting.outlier].join();
if (!known.has(key)) known.set(key, outcome(setting));
return known.get(key);
};
const radios = (key, choices, act, order = Object.keys(choices)) => h('div', { class: 'switch', role: 'radiogroup', 'aria-labelledby': key + uid }, order.map((value) => {
const input = h('input', { type: 'radio', name: key + uid, value });
input.addEventListener('change', () => act(value));
return h('label', {}, input, h('span', {}, choices[value]));
}));
const bits = h('input', { type: 'range', id: `b${uid}`, min: 2, max: 8, step: 1 }), bitsOut = h('span', { class: 'value' });
bits.addEventListener('input', () => set({ bits: +bits.value }));
const marks = radios('m', MARKS, (value) => set({ marks: value }));
const shared = radios('s', SHARED, (value) => set({ shared: value }), ORDER);
const outlier = radios('o', OUTLIERS, (value) => set({ outlier: +value }, value === '0' ? 'No outlier. ' : `An outlier of ${value} times the largest weight. `));
const knob = (key, name, node) => h('div', {}, h('h3', { id: key + uid }, name), node);
const again = h('button', { type: 'button', onclick: () => { guessed.textContent = ''; guesses.querySelectorAll('input').forEach((input) => { input.checked = false; }); set({ ...start, row: DATA.row, column: DATA.column }, 'As at the start. '); } }, 'Start again');
const CASE = { bits: 4, marks: 'symmetric', shared: 'tensor' };
const guessed = h('p', { class: 'told' });
const guesses = radios('g', ['hardly anything', 'their error doubles', 'nearly all become 0'], (value) => {
const before = price({ ...CASE, outlier: 0 }), after = price({ ...CASE, outlier: DATA.times });
const right = after.zeros > 0.9 ? 2 : after.error > 1.5 * before.error ? 1 : 0;
guessed.textContent = `${+value === right ? 'Right.' : 'Not this time.'} The error of the others goes from ${percent(before.error)} to ${percent(after.error)}, and ${roughly(after.zeros)} of them become 0 (before, ${roughly(before.zeros)}). The ruler has to reach the outlier, and no mark is left for the rest. The dial is set to this case: now fence the outlier in, with a scale for each channel, then for each group.`;
set({ ...CASE, outlier: DATA.times, row: DATA.row, column: DATA.column }, `${guessed.textContent} `);
});
const stat = () => h('dd');
const errorOut = stat(), bitsEach = stat(), bytesOut = stat(), timesOut = stat(), errorName = h('dt');
const told = h('p', { class: 'told' }), rulerName = h('h3'), ruler = svg('svg', { class: 'plot ruler', role: 'img' });
const picture = (name, key) => {
const canvas = h('canvas', { width: COLUMNS, height: DATA.seen }), fence = h('i', { class: 'fence' }), spot = h('i', { class: 'spot' });
return { canvas, fence, spot, box: h('div', { class: 'map' }, canvas, fence, spot), name: h('p', { class: 'small soft', id: key + uid }, name) };
};
const pictures = [picture('before', 'p'), picture('after', 'q'), picture('error', 'r')];
const place = pictures[0].box, readout = h('p', { class: 'small num readout' });
Object.entries({ role: 'slider', tabindex: 0, 'aria-label': 'A weight of the picture: row and column', 'aria-valuemin': 0, 'aria-valuemax': DATA.seen * COLUMNS - 1 }).forEach(([key, value]) => place.setAttribute(key, value));
pictures.slice(1).forEach(({ box, name }) => { box.setAttribute('role', 'img'); box.setAttribute('aria-label', name.textContent); });
const chart = svg('svg', { class: 'plot chart', role: 'img' });
const legend = h('p', { class: 'small legend', 'aria-hidden': 'true' }, ORDER.map((value, i) => h('span', { class: `c${i}` }, svg('svg', { viewBox: '0 0 34 12' }, svg('path', { class: 'curve', d: 'M1 6H33' }), dot(i, 17, 6)), SHARED[value])), h('span', {}, svg('svg', { viewBox: '0 0 34 12' }, svg('path', { class: 'ghost', d: 'M1 6H33' })), 'without the outlier'));
root.append(
h('h2', {}, 'What rounding does to a matrix'),
h('p', { class: 'lead' }, `Real weights: all ${exact(COUNT)} of the key projection in the Storyteller’s first block, ${ROWS} rows (channels) of ${COLUMNS}. Turn the dial, and see where the marks fall among the weights, what is left of them, and what it saves.`),
h('section', { class: 'guess' }, h('h3', { id: `g${uid}` }, `Guess first. At 4 bits, with one scale for the whole matrix, a single weight is made ${DATA.times} times as large as the largest. What happens to the other ${exact(COUNT - 1)}?`), guesses, guessed),
h('section', { class: 'knobs' },
h('div', {}, h('label', { for: `b${uid}` }, 'Bits of a code: ', bitsOut), bits, h('div', { class: 'scale num', 'aria-hidden': 'true' }, [2, 3, 4, 5, 6, 7, 8].map((n) => h('span', {}, String(n))))),
knob('m', 'Marks', marks), knob('s', 'A scale for each', shared), knob('o', 'Outlier: one weight, so many times the largest', outlier)),
h('section', { class: 'part row apart' }, h('dl', { class: 'stats' }, h('div', {}, errorName, errorOut), h('div', {}, h('dt', {}, 'bits per weight with scales'), bitsEach), h('div', {}, h('dt', {}, `bytes; as float32 ${exact(4 * COUNT)}`), bytesOut), h('div', {}, h('dt', {}, 'smaller'), timesOut)), again),
h('p', { class: 'small soft note' }, 'Error: the root mean square of what rounding changed, as a share of the root mean square of the weights. The planted outlier is left out. Scales are kept in 16 bits, zero points in 8.'),
h('section', {}, rulerName, ruler, told),
h('section', { class: 'part' }, h('h3', {}, `Before, after, and the error: ${DATA.seen} of the ${ROWS} rows`),
h('p', { class: 'small soft' }, 'Point at a weight, or use the arrow keys. The frame holds those that share its scale and the ruler above.'),
h('div', { class: 'strips' }, pictures.flatMap(({ name, box }) => [name, box])), readout,
h('p', { class: 'small soft keys', 'aria-hidden': 'true' }, h('span', { class: 'minus' }, 'below 0'), h('span', { class: 'plus' }, 'above 0'), 'the stronger the colour, the larger; the same colours in all three')),
h('section', { class: 'part' }, h('div', { class: 'row apart' }, h('h3', {}, 'Error against size, for 2 to 8 bits'), legend), chart),
);
for (const { box } of pictures) {
const aim = (event) => {
const area = box.getBoundingClientRect();
move(Math.floor(((event.clientY - area.top) / area.height) * DATA.seen), Math.floor(((event.clientX - area.left) / area.width) * COLUMNS));
};
box.addEventListener('pointermove', aim);
box.addEventListener('pointerdown', aim);
}
place.addEventListener('keydown', (event) => {
const [down, right] = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [-1, 0], ArrowDown: [1, 0], PageDown: [0, 32], PageUp: [0, -32], Home: [0, -COLUMNS], End: [0, COLUMNS] }[event.key] || [];
if (down === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
event.preventDefault();
move(now.row - DATA.first + down, now.column + right);
});
function move(row, column) {
const to = { row: DATA.first + clamp(row, 0, DATA.seen - 1), column: clamp(column, 0, COLUMNS - 1) };
if (to.row === now.row && to.column === now.column) return;
Object.assign(now, to);
drawPlace();
drawRuler();
}
function set(change, spoken = '') {
Object.assign(now, change);
if (change.marks === 'nf4') now.bits = 4;
else if (now.marks === 'nf4' && now.bits !== 4) now.marks = 'symmetric'; // nf4 has four bits
show();
const { error } = price(now);
say(`${spoken}${now.bits} bits, ${MARKS[now.marks]}, one scale for each ${SHARED[now.shared]}: error ${percent(error)}, ${bitsEach.textContent} bits per weight, ${timesOut.textContent} times smaller.`);
}
function show() {
weights = matrix(now.outlier);
solved = solve(weights, COLUMNS, now);
bits.value = now.bits;
bits.setAttribute('aria-valuetext', `${now.bits} bits, ${2 ** now.bits} marks`);
bitsOut.textContent = `${now.bits} (${2 ** now.bits} marks)`;
for (const [node, value] of [[marks, now.marks], [shared, now.shared], [outlier, String(now.outlier)]]) node.querySelectorAll('input').forEach((input) => { input.checked = input.value === value; });
for (const key of ['bits', 'marks', 'shared', 'outlier']) model.set(key, now[key]);
const size = bytes(now);
errorOut.textContent = percent(price(now).error);
errorName.textContent = now.outlier ? `error of the others; without the outlier ${percent(price({ ...now, outlier: 0 }).error)}` : 'error';
bitsEach.textContent = ((8 * size) / COUNT).toFixed(2);
bytesOut.textContent = exact(size);
timesOut.textContent = `${((4 * COUNT) / size).toFixed(1)}×`;
drawPictures();
drawPlace();
drawRuler();
drawChart();
}
function drawPictures() {
const style = getComputedStyle(root), [none, less, more] = ['--none', '--less', '--more'].map((key) => style.getPropertyValue(key).trim().match(/\d+/g).map(Number));
const from = DATA.first * COLUMNS, show = [(i) => weights[i], (i) => solved.values[i], (i) => solved.values[i] - weights[i]];
pictures.forEach(({ canvas }, at) => {
const image = canvas.getContext('2d').createImageData(COLUMNS, DATA.seen);
for (let i = 0; i < DATA.seen * COLUMNS; i++) {
const value = show[at](from + i), far = Math.min(1, Math.abs(value) / LARGEST) ** 0.6, end = value < 0 ? less : more;
for (let c = 0; c < 3; c++) image.data[4 * i + c] = Math.round(none[c] + (end[c] - none[c]) * far);
image.data[4 * i + 3] = 255;
}
canvas.getContext('2d').putImageData(image, 0, 0);
});
}
function drawPlace() {
const at = now.row * COLUMNS + now.column, { size } = solved, wide = Math.min(size, COLUMNS), left = Math.floor(now.column / wide) * wide, all = size > COLUMNS;
for (const { fence, spot } of pictures) {
fence.style.cssText = `left:${(100 * left) / COLUMNS}%;width:${(100 * wide) / COLUMNS}%;top:${all ? 0 : (100 * (now.row - DATA.first)) / DATA.seen}%;height:${all ? 100 : 100 / DATA.seen}%`;
spot.style.cssText = `left:${(100 * (now.column + 0.5)) / COLUMNS}%;top:${(100 * (now.row - DATA.first + 0.5)) / DATA.seen}%`;
}
const text = `weight[${now.row}, ${now.column}]: ${number(weights[at])} → code ${solved.codes[at]} → ${number(solved.values[at])}, error ${number(solved.values[at] - weights[at])}`;
readout.textContent = at === SPOT && now.outlier ? `${text} (the outlier)` : text;
place.setAttribute('aria-valuenow', (now.row - DATA.first) * COLUMNS + now.column);
place.setAttribute('aria-valuetext', readout.textContent);
}
function drawRuler() {
const at = now.row * COLUMNS + now.column, group = Math.floor(at / solved.size), first = group * solved.size, end = first + solved.size;
const scale = solved.scales[group], levels = Array.from({ length: 2 ** now.bits }, (_, code) => mark(code, scale, solved.zeros[group], now.marks)).sort((a, b) => a - b);
const holds = now.outlier && first <= SPOT && SPOT < end, view = 1.06 * LARGEST, who = solved.size === COUNT ? `all ${exact(COUNT)} weights` : solved.size === COLUMNS ? `row ${now.row}` : `row ${now.row}, columns ${first % COLUMNS} to ${((end - 1) % COLUMNS)}`;
const taken = new Map(), bins = new Array(61).fill(0);
for (let i = first; i < end; i++) {
taken.set(solved.values[i], (taken.get(solved.values[i]) || 0) + 1);
const bin = Math.floor(((weights[i] + view) / (2 * view)) * bins.length);
if (bin >= 0 && bin < bins.length) bins[bin]++;
}
const others = solved.size - (holds ? 1 : 0), zeros = (taken.get(0) || 0) / others, among = levels.filter((level) => Math.abs(level) <= LARGEST).length;
rulerName.textContent = `The ruler for ${who}`;
const how = { symmetric: '', affine: ', from the lowest weight to the highest', anchored: ', the outermost on the largest weight', nf4: ', close together near 0' }[now.marks];
told.textContent = `${levels.length} marks${now.marks === 'nf4' ? '' : ` ${number(Math.abs(scale))} apart`}${how}. ${capital(roughly(zeros))} of ${holds ? 'the other' : 'these'} ${exact(others)} weights become 0.`
+ (holds ? ` The ruler must reach the outlier at ${number(weights[SPOT])}, and ${among === 1 ? 'only one of its marks lies' : `${among} of its marks lie`} where the others are.` : '');
ruler.setAttribute('aria-label', `Histogram of ${who} and the marks below it. ${told.textContent}`);
if (!width) return;
const middle = 104, low = 190, x = (value) => width / 2 + (value / view) * (width / 2 - 6), tall = Math.max(...bins), most = Math.max(...[...taken].filter(([v]) => Math.abs(v) <= view).map(([, n]) => n), 1);
const seen = levels.filter((level) => Math.abs(level) <= view), gap = seen.length > 1 ? (x(seen.at(-1)) - x(seen[0])) / (seen.length - 1) : 60, bar = clamp(0.6 * gap, 1, 16);
const each = (2 * view) / bins.length, step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2].find((s) => LARGEST / s <= 3.5) || 5, ticks = [];
for (let value = -Math.floor(LARGEST / step); value <= LARGEST / step; value++) ticks.push(value * step);
const farthest = Math.max(view, ...levels.map(Math.abs), holds ? weights[SPOT] : 0), small = (value) => width / 2 + (value / farthest) * (width / 2 - 6), base = 244;
ruler.setAttribute('viewBox', `0 0 ${width} 258`);
ruler.replaceChildren(
svg('path', { class: 'bins', d: bins.map((n, i) => (n ? `M${x(i * each - view).toFixed(1)} ${middle}V${(middle - (n / tall) * 86).toFixed(1)}H${x((i + 1) * each - view).toFixed(1)}V${middle}Z` : '')).join('') }),
svg('path', { class: gap > 5 ? 'marks' : 'marks faint', d: seen.map((level) => `M${x(level).toFixed(1)} ${gap > 5 ? 20 : middle - 5}V${middle + 5}`).join('') }),
svg('path', { class: 'axis', d: `M6 ${middle}H${width - 6}` }),
svg('path', { class: 'taken', d: seen.filter((level) => taken.has(level)).map((level) => `M${(x(level) - bar / 2).toFixed(1)} ${middle + 5}h${bar.toFixed(1)}v${Math.max(1, (taken.get(level) / most) * (low - middle - 7)).toFixed(1)}h${(-bar).toFixed(1)}Z`).join('') }),
label({ x: 6, y: 14 }, 'weights'), label({ x: 6, y: low }, 'after rounding'),
...(holds ? [label({ x: width - 6, y: 14, 'text-anchor': 'end', class: 'far' }, `outlier at ${number(weights[SPOT])} →`)] : []),
...ticks.map((value) => label({ x: x(value), y: 206, 'text-anchor': 'middle' }, number(+value.toFixed(4)))),
label({ x: 6, y: 228 }, 'the whole ruler; boxed: the part above'),
svg('rect', { class: 'window', x: small(-view), y: base - 9, width: small(view) - small(-view), height: 18, rx: 3 }),
svg('path', { class: 'axis', d: `M6 ${base}H${width - 6}` }),
svg('path', { class: 'marks', d: levels.map((level) => `M${small(level).toFixed(1)} ${base - 5}v10`).join('') }),
...(holds ? [svg('circle', { class: 'planted', cx: small(weights[SPOT]), cy: base, r: 5 })] : []),
);
}
function drawChart() {
if (!width) return;
const even = now.marks === 'nf4' ? 'symmetric' : now.marks, all = [2, 3, 4, 5, 6, 7, 8], left = 38, right = width - 10, top = 8, low = 176;
const at = (setting) => [(8 * bytes(setting)) / COUNT, price(setting).error], lines = ORDER.map((value) => all.map((n) => at({ bits: n, marks: even, shared: value, outlier: now.outlier })));
const ghost = now.outlier ? all.map((n) => at({ bits: n, marks: even, shared: now.shared, outlier: 0 })) : [];
const x = (size) => left + ((size - 1.9) / 7) * (right - left), y = (error) => top + (Math.log(1.6 / error) / Math.log(1.6 / 0.004)) * (low - top);
const path = (line) => line.map(([size, error], i) => `${i ? 'L' : 'M'}${x(size).toFixed(1)} ${y(error).toFixed(1)}`).join(''), here = at(now);
chart.setAttribute('viewBox', `0 0 ${width} 214`);
chart.setAttribute('aria-label', `Error against bits per weight. ${ORDER.map((value, i) => `One scale for each ${SHARED[value]}: ${percent(lines[i][6][1])} at 8 bits, ${percent(lines[i][2][1])} at 4, ${percent(lines[i][0][1])} at 2`).join('. ')}.`);
legend.lastChild.hidden = !ghost.length;
chart.replaceChildren(
...[0.01, 0.03, 0.1, 0.3, 1].flatMap((share) => [svg('path', { class: 'grid', d: `M${left} ${y(share)}H${right}` }), label({ x: left - 5, y: y(share) + 4, 'text-anchor': 'end' }, `${100 * share}%`)]),
...all.map((n) => label({ x: x(n), y: low + 18, 'text-anchor': 'middle' }, String(n))),
label({ x: (left + right) / 2, y: 210, 'text-anchor': 'middle' }, 'bits per weight with scales'),
...(ghost.length ? [svg('path', { class: 'ghost', d: path(ghost) })] : []),
...lines.map((line, i) => svg('g', { class: `c${i}` }, svg('path', { class: 'curve', d: path(line) }), line.map(([size, error]) => dot(i, x(size), y(error))))),
svg('circle', { class: 'here', cx: x(here[0]), cy: y(here[1]), r: 8 }),
);
}
const watch = new ResizeObserver(() => {
const wide = ruler.parentNode.clientWidth;
if (!wide || wide === width) return;
width = wide;
drawRuler();
drawChart();
});
watch.observe(ruler.parentNode);
const unmount = mount(el, 'quantization', CSS, root);
const themed = new MutationObserver(drawPictures); // painted, not styled
themed.observe(root, { attributeFilter: ['data-theme'] });
show();
return () => { watch.disconnect(); themed.disconnect(); unmount(); };
}
function dot(kind, x, y) {
const shape = ['M-3.500 0a3.500 3.500 0 1 0 7 0a3.500 3.500 0 1 0-7 0Z', 'M-3-3h6v6h-6Z', 'M0-4L4 3H-4Z', 'M0-4.500L4 0 0 4.500-4 0Z'][kind];
return svg('path', { class: 'dot', d: shape, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
}
export default { render };
