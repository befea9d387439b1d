/*! A map of words
Built by scripts/figures.py from book/figures/: edit there.
height: 760
<p>The nearest of 450 words of the stories, by the cosine of their vectors. With scripts switched on, all of them are on a map here that you can search.</p><table><caption>Nearest neighbours and cosines</caption><tr><th scope='row'>mother</th><td>father 0.97</td><td>grandmother 0.95</td><td>uncle 0.95</td><td>grandfather 0.93</td><td>aunt 0.90</td></tr><tr><th scope='row'>said</th><td>i 0.63</td><td>you 0.60</td><td>oh 0.53</td><td>is 0.47</td><td>me 0.47</td></tr><tr><th scope='row'>mother</th><td>father 0.97</td><td>grandmother 0.95</td><td>uncle 0.95</td><td>grandfather 0.93</td><td>aunt 0.90</td></tr></table>
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
const CSS = `.fig{--paper: #fffdf9;--ink: #1b2a3c;--soft: #5a6571;--edge: #858a93;--line: #e4dfd5;--accent: #0b6e8a;--on-accent: #fff;--tint: #e6f0f1;--well: #fff;--shade: #f6f3ec;--mono: ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;color-scheme: light;box-sizing: border-box;width: 100%;margin: 0;padding: 16px 18px 18px;color: var(--ink);background: var(--paper);border: 1px solid var(--line);border-radius: 10px;font: 15px/1.5 Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;container-type: inline-size;overflow-wrap: anywhere;}.fig[data-theme=dark]{--paper: #14181d;--ink: #d9e0e8;--soft: #9aa5b1;--edge: #7c838d;--line: #2b333c;--accent: #5cc1dc;--on-accent: #0c1a20;--tint: #1b2f38;--well: #0f1317;--shade: #1a2027;color-scheme: dark;}.fig *,.fig *::before,.fig *::after{box-sizing: border-box;}.fig h2,.fig h3,.fig p,.fig ol,.fig ul,.fig dl,.fig dd{margin: 0;padding: 0;}.fig ol,.fig ul{list-style: none;}.fig h2{font-size: 17px;line-height: 1.3;font-weight: 650;letter-spacing: -.01em;}.fig h3{font-size: 13px;line-height: 1.4;font-weight: 600;color: var(--soft);}.fig .lead{color: var(--soft);margin-top: 2px;max-width: 68ch;text-wrap: pretty;}.fig section{margin-top: 14px;}.fig .part{border-top: 1px solid var(--line);margin-top: 18px;padding-top: 14px;}.fig .row{display: flex;flex-wrap: wrap;gap: 8px;align-items: center;}.fig .apart{justify-content: space-between;}.fig code,.fig .mono{font-family: var(--mono);font-size: .92em;background: none;padding: 0;border: 0;color: inherit;}.fig .small{font-size: 13px;}.fig .soft{color: var(--soft);}.fig .num{font-variant-numeric: tabular-nums;}.fig label{font-size: 13px;font-weight: 600;color: var(--soft);}.fig button,.fig input,.fig textarea,.fig select{font: inherit;color: inherit;background: var(--well);border: 1px solid var(--edge);border-radius: 6px;margin: 0;}.fig input,.fig textarea{padding: 6px 10px;width: 100%;min-width: 0;}.fig textarea{display: block;resize: vertical;font-family: var(--mono);font-size: 14px;line-height: 1.55;}.fig button{padding: 4px 11px;min-height: 32px;cursor: pointer;font-size: 14px;}.fig button:hover:not(:disabled){border-color: var(--accent);color: var(--accent);}.fig button:disabled{opacity: .45;cursor: default;}.fig button.main{background: var(--accent);border-color: var(--accent);color: var(--on-accent);font-weight: 600;}.fig button.main:hover:not(:disabled){color: var(--on-accent);filter: brightness(1.08);}.fig button[aria-pressed=true],.fig button[aria-checked=true]{background: var(--tint);border-color: var(--accent);color: var(--accent);font-weight: 600;}.fig button.icon{padding: 0;width: 36px;display: inline-grid;place-items: center;}.fig svg.i{width: 16px;height: 16px;fill: currentColor;display: block;}.fig input[type=range]{padding: 0;border: 0;background: none;accent-color: var(--accent);height: 32px;}.fig :focus-visible{outline: 2px solid var(--accent);outline-offset: 2px;}.fig .sr{position: absolute;width: 1px;height: 1px;overflow: hidden;clip-path: inset(50%);white-space: nowrap;}.fig .stats{display: flex;flex-wrap: wrap;gap: 4px 26px;}.fig .stats div{display: flex;flex-direction: row-reverse;gap: 6px;align-items: baseline;justify-content: flex-end;}.fig .stats dd{font-size: 21px;font-weight: 600;letter-spacing: -.02em;font-variant-numeric: tabular-nums;}.fig .stats dt{font-size: 13px;color: var(--soft);}.fig table{border-collapse: collapse;font-size: 13px;width: auto;margin: 8px 0 0;}.fig th,.fig td{text-align: left;padding: 2px 14px 2px 0;border: 0;border-bottom: 1px solid var(--line);font-weight: 400;}.fig th{color: var(--soft);font-weight: 600;}@media (prefers-reduced-motion: no-preference){.fig button{transition: color .12s,border-color .12s,background-color .12s;}}@container (max-width: 30rem){.fig .lead{font-size: 14px;}}@media print{.fig{break-inside: avoid;}}.fig .find{display: grid;grid-template-columns: minmax(0,1fr) auto;gap: 8px;align-items: end;max-width: 520px;}.fig .find label{display: block;margin-bottom: 4px;}.fig .find input{height: 36px;}.fig .find button{height: 36px;}.fig .sides{display: grid;grid-template-columns: minmax(0,1fr) 224px;gap: 12px 16px;align-items: start;grid-template-rows: auto 1fr;}.fig .side{grid-row: 1 / 3;grid-column: 2;}.fig .map{position: relative;border: 1px solid var(--line);border-radius: 8px;background: var(--well);overflow: hidden;user-select: none;-webkit-user-select: none;cursor: grab;touch-action: pan-y;}.fig .map.close{touch-action: none;}.fig .map.dragged{cursor: grabbing;}.fig .map > svg{display: block;width: 100%;height: 100%;}.fig .map .zoom{position: absolute;right: 8px;top: 8px;display: flex;flex-direction: column;gap: 4px;cursor: default;}.fig .map .zoom button{padding: 0;width: 34px;height: 34px;background: var(--paper);}.fig .map .zoom .txt{font-size: 12px;}.fig .dot{cursor: pointer;}.fig .dot path{fill: var(--c);stroke: var(--well);stroke-width: 1;}.fig .map text{pointer-events: none;font-size: 12px;fill: var(--ink);paint-order: stroke;stroke: var(--well);stroke-width: 3px;stroke-linejoin: round;}.fig .dot.mute{opacity: .22;}.fig .map text.quiet{fill: var(--soft);}.fig .map text.near{font-weight: 600;}.fig .map text.here{font-weight: 700;font-size: 14px;fill: var(--accent);}.fig .dot.here circle{fill: none;stroke: var(--accent);stroke-width: 2.500;}.fig .tie{stroke: var(--accent);stroke-width: 1.500;opacity: .75;}.fig .near-list{margin-top: 6px;}.fig .near-list button{position: relative;display: grid;grid-template-columns: 14px minmax(0,1fr) 36px 34px;gap: 8px;align-items: center;width: 100%;text-align: left;background: none;border-color: transparent;padding: 2px 5px;min-height: 32px;}.fig .near-list button:hover:not(:disabled){background: var(--shade);border-color: var(--edge);color: var(--ink);}.fig .near-list span{font-size: 14px;}.fig .near-list .num{text-align: right;font-size: 13px;}.fig .near-list b{font-weight: 400;height: 8px;border-radius: 2px;background: var(--accent);display: block;}.fig .near-list .well{height: 8px;border-radius: 2px;background: var(--shade);}.fig svg.mark{width: 14px;height: 14px;display: block;overflow: visible;}.fig svg.mark path{fill: var(--c);}.fig .picked{font-size: 20px;font-weight: 650;letter-spacing: -.01em;color: var(--accent);line-height: 1.3;}.fig .legend{display: flex;flex-wrap: wrap;gap: 4px 4px;margin: 0 0 0 -8px;}.fig .legend button{display: inline-flex;gap: 6px;align-items: center;background: none;border-color: transparent;padding: 0 8px;min-height: 28px;font-size: 13px;}.fig .hint{margin-top: 6px;}.fig .problem{min-height: 1.5em;margin-top: 4px;}@container (max-width: 40rem){.fig .sides{grid-template-columns: minmax(0,1fr);grid-template-rows: auto;}.fig .side{grid-row: auto;grid-column: auto;}.fig .near-list button{grid-template-columns: 18px minmax(0,1fr) 90px 40px;}}`;
const DATA = {word:`mother`,dim:64,k:8,kindNames:[`names`,`people`,`animals`,`places`,`food`,`things`,`body`,`feelings`,`actions`,`looks and numbers`,`times`,`little words`,`other words`],words:`the|and|a|it|was|said|she|to|in|he|one|i|her|that|they|of|on|you|then|not|his|there|is|so|as|for|but|at|day|with|came|had|all|went|up|looked|out|asked|did|were|only|like|called|first|down|once|by|every|could|when|too|morning|time|sat|will|can|me|night|put|took|again|way|an|home|what|no|have|wanted|small|mother|long|girl|ran|good|best|father|boy|got|cried|back|two|fell|little|come|told|gave|big|knew|named|thought|found|stood|door|laughed|away|grandfather|bed|turned|held|about|whole|grandmother|village|friend|made|old|new|go|nose|look|played|saw|see|know|dark|lay|together|aunt|head|side|red|friends|mouse|let|lived|eyes|well|end|walked|shook|soup|left|waited|water|uncle|house|sorry|cake|pulled|far|tried|help|secret|opened|blue|listen|tree|bear|heart|say|give|hard|play|smelled|stopped|cat|winter|half|box|ate|warm|hat|step|green|story|three|world|mouth|hear|pocket|hold|wind|cold|forgot|road|dexter|louie|lost|joy|belly|bruno|ruby|tell|pepper|ralph|began|hill|feet|hazel|penny|tilly|week|just|pie|table|promise|quiet|jake|sun|voice|jumped|rabbit|flora|robin|ted|tom|blanket|kate|white|nina|ivy|pip|opal|crooked|laugh|millie|top|heard|emma|ruth|window|frog|harry|make|summer|broke|knocked|lamp|tess|afraid|asleep|coco|sally|bit|map|polly|snow|nora|rain|thing|smile|rufus|ben|edith|basil|breakfast|vera|right|liam|betty|eat|gina|hungry|simon|ones|black|dora|eva|basket|grew|think|alone|birthday|met|picked|times|evening|afternoon|others|carried|hand|gone|duck|star|young|bite|bread|lake|paw|dug|hole|surprise|whispered|cross|wet|spring|flew|early|sang|ago|counted|empty|kept|noise|ants|full|grass|monday|fast|twice|treasure|lantern|puddle|get|middle|seven|wrong|puppy|corner|scared|smiled|ball|laughing|remembered|fine|stars|liked|yellow|pieces|woke|brave|drum|floor|legs|squirrel|enough|felt|none|holidays|mole|better|carrot|letter|sunday|hid|valley|days|find|bigger|says|sleep|blew|kind|rope|knees|ten|scarf|shouted|talked|bowl|cart|sunny|past|fox|tart|wait|beat|drip|hedgehog|goat|otter|six|cows|ghost|leaf|try|honey|keep|rained|leaned|open|piece|windy|word|line|owl|clever|climbed|hurt|short|biggest|bake|market|rolled|kitchen|run|shut|meet|tower|ground|hills|need|saturday|build|read|stay|steps|cheerful|heavy|moon|sleepy|take|trade|ear|birds|today|yo|yours|late|wrote|apple|bright|busy|strange|year|cloak|write|brown|hands|hugged|upside|boom|oh|song|tick|light|lot|plate|sounded|stamp|whistle|crept|flour|lamb|sad|missing|slowly|barn|paper|pushed|river|spoon|badger|knows|closed|round|deep|five|pond|lie`,places:`j)Vzj1U6mH[wkjUrkl[-axKNiVP2fgZr-r=ghwNT*w[!caKUg]-[o,VAgBTbd1dD*d]g_7KmjHSPd?Evf+.Jkw]p]=MEpaUW;2kZ,VF^d7=6:S5c%OT^2?D;9=O|cP]-^Z=HN@:Z3Rl9:V3zBW1sFwsZb_EBWNn(3~^vc4kwHPrs!xSW>/e|U_h@8n9FEEtGbPCYK,NLIja#+MX)A3iS>jgYT1L6WiAO^(JR?gGGOq4]7IFO9M%-Rt]x3ce5?*Q5[fP;9SdjYhJBe2[Y=eo!b|#/88B>Q*u>Lt1NWySN[FECal%HPRs]Gh0o;dbWL[/iFsd_2N;15Im1QbGpR/V/4XGQL9e8IWiNJ?r]E{R7/b]!.F5M@[4l=zaE9/UnbY*+>IF6J{9RB,ev[.]+V6X,dg):J#mZZ2Q(S:PA5%d+Xz9{NfNGBrUcNED-7}L#,bf*UTFcYoHY;TFK2qGBE*MXa^!!9-00NyZB#i:cV%o%R:p^PINlJ#pv;=HnZb?;GKmx@@XvQZ)oZICu9,*SH3XqNRW+c4(L>bX?Z042H[)04Z7j:]Vc5gWWK,PG]c7)AV3?!S8-X|?]:mZ7N(rDPP=@U|_9T>R0HNIICT@IaxcdK3=lU=uCQbauWSa%Q#E.Y:a7M18^1a+F@|OK!!:eSpVN))EBO~aK5O3CYOA?G6B!T*Ig6HP+7;QtO?SCMz[jtACCq0FpR|>fm~>gYl2MlYF2qP=kVOMJoaGnoCE^6?M!@%TNSE-Vv+JNu>H9sKES@jMeDc]gGJ%s0!Fn>?-JP^lRqdE4:lR?FS99Cr5ePWvzptCRonIXr[CdubFUC5)gmWIy(y8?q[;(m)H=vcC.xNDO>d:2_TU[m:D4>?TG.ofOty@8q8HWIuDjRWx4qVK=R1N|+_Q:=5.i]4>HCAK+vmD}FH^#1]=bo}B#o5Cw>dLQ7Bbcu)L+PAWKrx>j3A3C/rP9[WUYsYAirlGNn2FxqtB++3TCrA@Hc95GwnJRrlIDWMNstNIkM9g-u*DwFijN*%:9n6BNwTGvH_E}H;@[_RWM3}WUGdRH.!dzH.2S(=J*VcYi-9XheaT0KSU{EA[.4_P9T,v[C2S=J0kA91FYFO#IL^CxDxYJR{0lQY4aRuMH]{5BIX;5A/^y,4RvaZ6!+NV@^hc>/yU++*C2J2Il/BLbFfIM;k;v;.@hC8FZ.CUkOS?7TMX,9uc*C3;,-Y?MW3G=QM6H*RISK(Z@Nlsx:G7JG6_WJg?NC_CkZyB9V|g3-hSc-~A1J8)m(A9w1:H%5*kKPgi!C3B.DH7I7F@,OhqmHMcyKUHgHNjn)8TfQTr8Vl;kG-+*?+@J)gVG1hE}H^lT%GF%RDF9T%8g]NC+S0AC79NNMGhoDtKqXO1A),HS3a+!BD4pT9_/FI,a5c?[-.W!Wg/hRDvMFY)HIvX~Q9>tLS:=R?t(U+rhODuW%SGj:fJMQ3g*areKPnM(E>%kOcQ^/}4mP9Y34G4eID3h/4Y1EFiH;{:3N,vjMnj^1PT>Su+p9F@|2%IY1bX~JgT,DJEC2{PaKXRW=lIg^(VR9U[JSk/:8~QdSGH/.uWK83ZDAlgvNuI85O]}P*jkM>HXJ[LjNxl-TEBWV6SPUc9=SIaaXLP?Am@cZUM[J%bhW7:-HI#K,gU.O%iGW7UpM5x;2x,XM@RF%68XR5+M?V_e@Efv:U92[85R]Bb;M-;wK:K1FPK4:l0VaSkEEo@f@U?ODl9.Dl##OfxN9P(p40i{Mk?7=CKIBH=_5A64=qVjRq7LT%t/[mZO=cGl?Lo5Qm2,)jFwAjTBUI/r`,kinds:`00000-0000.00000000000000000/0-00-0-0-0001-00000000//-000/--010(000-.#.#-..##--+.-.---.-----(-1#(--1.#(#-..-+-----.-1#+1.#%--+11--)--(#(,)-.--.-.-(%+--.---%/.*-.*1.1.(+-*-(.-(!!-!+!!-!!-(+!!!/1)(1,!(+-%!!!!1!.!!!!.-!*-!!(%!-/--*!,,!!-1!(!(1-!!!!/!.!!-!,!1.!!(--1/--///1-+1%(.-)(+-(1-,./-.-/-.-1%.(/..1*(-1..%(,-*--.(-.1-,*(+%1-1/%.)1/-(/-.---,*+.*--*(.1%)--1%%%.%#1-)----1.11%,--..-(-(---(((-/---1,.(,--+%/11.-).,,/*-.+-11111.1*-**-)%,111*-(1%1-...(1`,near:`!#,{!(*O!)*E%%*A!,*A!-*+%k*+)Z)y!!,{!(,+%,*h!3*V%I*O%g*D%k*C%.*?!)**!:*))Z)o%r)j%J)g%3)d%u)]**)[!#,+!2*_!!*O!+*:%,*,%g)~!*)|!))v!:*S!!*E!%**!()v)_)_#))[!;)V##)V!0,=!6+u)r++!;*K!_*J)l*D)a*;!8)}!.07%{*N!1*@!(*:%=*8%4*5!0*1!9*-!k+7!!*A!#)n#f)[%%)R!.)N)d)E!+)C(O*I!b*6!!*+#4*)%X)[#))Y(>)N#w)M!+07%{+#%=*h!1*^%]*X%4*U%b*S%g*P)(*4)g*,([**)R*#(p*#!5)}(X)o(6)f!*,=!6+)(:*W)r*5!+*1!.){!_)r%-)k!9/m#3+s#U+j#-+g!s+O!m+)#D+!!.*^!=+[!(*_(Z)g)!)S)-)9)M)8!6)2#f)*!#*V(,*J)@)g!.)V#p)N%M)B)O)B(()=#j)b(-)^%J)X(()@(y)3%3).%.)-#4)))p*)!/)})C)o![)5!n)/%!).(M)-(J(}!*+u!0+)#y*^!_*S!^*-!h*!)U*!!l)s!#*9!+)c).)Y#+)Y!@)G*#)F!.)7(!)6!L*v!*)}!V)i(P)X)D)R!6)F)c):#?),!1/m#3+a#-+Y#U+V!s+D!m+1#D*Z!.*O!)*S##**!%*)#o)t*!)h(y)f(h)X#N)S)c*t!**K#5)p!))V!^)U!6)R):)@)r)!!2+[(K*c!()i!V)c)!)^!X)X){)O!#)M%y*s(j*M%x)z(2)u(K)g(i)d(r)b(D)X(n)M(|)K)?)?(s):)E)5%9)4!c).#a(z*3)W!7)G#?)G!()?)t)7)J)3!#)0)E)#(U*:!I*)#k)P%o)I(r)H%K)C(/)+#-)#(k+4#_*1(x*#(%)d)M)](>)[%o)X(|)V(q)R)t);#L)3)C)3)n)2!B)1%~)*(H)*)P*:(f)u(x)j!G)h%X)d#+)E!K);%0);!k*+*2*%%i)T!.)T(Z)I#n)G#p);%[);%Z*X)@*1(W)~#4)V(-)H#p)D#F)?(j)6)t+V).*p!D)h!p)d(x)W(W)T#i)I%6)E(b+;(~*1#V)X)O)=({):*))1#%),!!),!A*))w)g(;)>(7);#/)7(U)3%T)3%Z(t#_)~(})K)=)K(])J%F)=%[).#k(}#x(}!P+=!U**)B)p!r)_)T)X!W)V)))Q)^)M!8*v#@)u#f)j!V)d)[)X!6)I#C)=!*)9#H*](=)q(h)O)T)I!:)I%~)8)M)3!B)3)V)l*!)>#%),)l({#^(z%i(y(R(x%-(q)x*L*3)p)t)_%2)B(-)?#u)?)c)3)O).##,B!K+=)B*j#K*U*,*?(2*=!S*9)4*3(k*8#J*2(m*+)j)N!B)E(p)>)3)=!h)5![*f)p*Z!v*T(e)h)S)G);)G%!)B(x)=##+6(Z*z(2*x(c*s)B*G)h*:!P*9)W*!)q*e)t)h#V)b#s)Z(+)7#F))):)((7)!!K**!P)s#Y)_%o)P)P)K!:)D(O);!!)5)-)s!8)i!L)d(t)c!=)c#y)b(K)O#t)L)Y*c(b)q#])f#9)]!K)V)5)+(D))%>(~)d*N(V)u!=)X#E)C!v)3#O)%#B(z#z(y)g-J(@,~)(,r(+,q(J,c%o,Q)R,A([+w)p*N!S)v#[)v)T)p*+)_(j)Y%V)W(u)S)p*j!R*f#B)y)T)k)C)i(e)P)9)O#))H(9*W(u)y!*)s%6)f%t)f)G)]!w)U#{)R#y*N#b*J)6*4!6*-(Y)l!;)U%W)S%-)N%-*V!6*S!**J),)s(v)s!0)r)R)h#g)X*.*m(L*b(x*=%_*3#.*.(**##2)~(@)v(8*y(Q*K#r*9!-*6)c)j#E)e#z)b%2)B(3*k(6*7!}*6!~*2#_)r)E)h#L)b)n)[)~*C%0)}%d)u%T)K)l)J*1)I%N)H)K)7)!*G),*1(U)s!g)m):)m#/)i#s)b(S)]#7,/)A*4%Q)u(X)o*%)g!p)]%d)U)W)F)E*-#Q*,%1*!#v)q)#)n!e)m%9)f(B)d#5*8!6*!)c*!)])d(Y)Z#n)K)e)F(t)D(M)U!{)A#8)9);).(m(l!X(l!_(g%7(e#@*l)a*V)r*L#i)b)[)[!0)L)^)B#y)>!,+7(^*F%Z*1!E*+)K)|%Q)y#p)x#f)f*/*7(M*#!6)s%?)m(X)T)I)S*+)J(V)G!s0/#3/s#U/s#-/e#D/A!9+1!1+)*.)U)E+P(B*z)B*]%y*Q)@*M(c*,(G)i(#)X)1/{%A/u)*/r!t/l(T/f(g/d(l/])//[!w*X(K*N(f*#!G)d!f)]#+)X!{)Q)i)O)])~%j)f)a)S*.)C)m)3!|)/#A)-#j)%(Y+##5*G)j*:(m){(y)y#F)r)I)b#6)a#303#-02!m0/#U/}#D/Z!1+O!9+D)7)e%A/m!o/l(g/g)*/^(T/[)//W)1/U*,/F((+5)d)H)=)D(n)=#L)8#p)5!E)#!#)##++y(M*s),*X#s*W!R*T%d*S%_*G)o*@!p*X(%)j(N)d!])U%q)J(f)I%8)H)j)@(h*R(n*A)V*1)w)V)0)N(Q)L#t)H#s)B%_+A(x*S#Y*4#+)a);)X*))P#B)=(6)6(b*7)4)v)0)U)Z):*,)3(r)2(2)1)V)*(t)z#{)Y!p)Q!])M!i)A#[)3!*)3(W)0#u+)%f*^)v*U#g*-)]*!)8)~#T)_#n)R(a*Y!c*6()*3*-*(%i)_%y)^)m)](f)[)I*L%v*L(X*7!c*2)h*()d)t)W)q(h)n(j+P)!*v(2*[(r*Y)W*S(c*Q#l*8%L*1#K-)(g,|*,,u)1,f%A,b!o,W)*,R(l,N(#)U)L)J%))C%v)B(=)@)X)?(i)>)))=(>*1(z*1(+){)G)u%d)k(/)h(%)b)()])9+k%X+:);*H%9*>%h)^!))[!-)Y#c)R#_*k*.*j(~*M);*H#L)}(Y)k%c)j%@)f!v+y%0*}#p*s%N*e)o*R#s*J(W*=)M)~(R+F#Z*m)V*l)P*i)2*1*1)u)K)i**)d!s02#30,#U/y!m/e#D/H!1+g!9+Y*.)l*.+#!a*.)U)e);)T%j)S(w);(*)3(c).).+W)@*B)q*@(L*=(;)~)t)|%x)o!e)i)p+,*#*U)^*O),*F#S)v(S)e%>)c)[)]*-,3)_+T)!+6)M+/#u*A#~*>)s*#)4)x(L*{)]*d#w*S(**L)W*>)i*-!a)~(r)u!s03#U03#-0,!m/s#D/V!1+s!9+a)7*?(r,m(j+-!t*s(T*o)W*i(2*])/*L***I)]*V)a*I!r*G!h*8#u*.#n*,!;)p)4)o%W*;!r)a%M)E(z)B#F)=)Z)9*+)2#r),!f,/%d*b*%*D)(*/([)y(p)s%!)r(k)k)e*h*-*0(m)z)>)z(u)o)G)^!})V(9)N#J*N#g)s),)n)l)k!W)]#;)L!K)1)K)**2*T#R)q%F)o#{)l#L)i(=)W#V)J)w)D(5*p(t*E%2*/(^)y(f)d#g)S%|)R(P)O(x*K(%*A)3*4(|)t(X)c#i)b*.)a(m)X(%+*%Q*@#S){#()U(-)U%Z)S(E)N(F)N(P*@)Q*-(t*+)U)q#y)e)j)_*3)V%@)T!j*l)r*c)4*[)l*U)~*I)S*4)K)}%W)x*.+9)U)p(p)m%^)e)L)c(w)C(@)5!q)-(a+j(q*f%}*U)p*A(_*7(E*7(O*6%P*%(z*.%f)h!P)g(,)c)v)])@)Z(L)W%W)U!s/Z#3/V#U/T#-/H!m/A!1+!!9*Z%K*H)w*t#P*N);*E#x*5#z*.(D){%F)k%:)j):+7)B*]%!*W%f*T)@*G(G*4#O)u#K)s(_,S)m,=#t,)#a+y%y+7%H*p)g*R(+*P*,*^!M*]%A*V(l*Q)W*M##*J)Z*G#K*E)/.9(T-t!t-s(g-s!o-S(l-E%A-A)1->)6+B(9+A%W+=#9*N)S*B!Q*2)]*#(m)r##-)(r,+**+R%A+:*,+2(g+0(l+-!o*p)L,5*.,()3+3)k*G#r*7(}*5)h*2#*)}#b+^#y*{(Y*{)K)s)l)p%!)X)V)T)t)P(r*_****#K*)(O*!#c)c)U)b!:)S)N)R#V*8),*(#F)u%c)i)q)i#Z)]#z)[%1)[)n+=#E*N)w*7(6*7%@)p(q)o#_)b)t)a(Y+L#q*9!g*,(v*))#*(%9)l%t)j#!)e)~*q)w*:)k*/#:)q)e)g(n)S)#)M(~)B),+3%_*W(6*H#b*=(w*,#>){#0)v%Z)q%f*d(~*A(-*?#q*6%6)g)P)f)i)a!|)_#303!s/}#-/y!m/s#D/T!1+j!9+V(Z)y**,H(r*J%1*C)w*=#c*;#O*8#K*7(U*5)r+2%*+2(E*V),*3(;*1#{*,)M)|)_)z)+/7%8/+)7-Q(4,x)f,V(n,@(^*v)G*N*)+1!y*4%y*1%d**%F)}%x)x%[)x%_)n***n#,*m#K*a)5)q#V)d(R)_##)^#O)](!*d#s*E#{*6)V*.%0)|!Z)v%N)s(|)f)K)v!W)f)U)d%?)V#*)S)R)S#H)R!P)Q(:*u)8*V)r*S)D*R*0*H*%*1)F*.%W)z(~+_%@*~*.*q#**k(k*L(3*F(p*4!B*1(_,N)m,/#G+y#t+:%H*c%y*?)#*%)-)p#y.?)-,;(Y,6#M+^).+C)l+=%Z+3)e+0***r)S*q)N*i#V*;(A*0)i)~)H){)s)x(g.p!t.b!o.Y)1.X(T.Q%A.F)/.2*,.!)-.()t,t).*c#b*b#y*]#q*O#k*,)k*+)!*N#n*M(S*.#~)}%W)})Y)r%-)q!L)j)]*m(9*l(t*K)8*9(#*0!|*-)y*))>)}(F*K(D*B)v*8%q*6(0)p%U)l#Y)h!S)e)b+3(X)})a)r!j)b#=)b)y)T)K)K!k)J)5+K(A*E(H*(*!)z!4)b)u)[(n)N)I)M(W*~)t*z*#*H(;*2#e*,).*)(2)o)k)a%A,8)*,7)/,3*,,2(0,*)0,!!t,!(g+y)_*-#w)z#q)m*0)[%X)A)F)@).)8(E)2#p*^#f*M)0*A)4*>#5*,)i*()])p(Z)b(t*?(8)w!:)t(G)n%t)m)X)^(J)D#Y)/#+*s#n*^(z*H((*>(K*=(W*1)0*/!k)x).,6)k*k#e*O)t*M(v*E)-*>#Q*9#T*6)k-;(},@%H*;!b*9#L*7).)p(Q)o)n)e!v*W%6*Q#+*J)q*J#[*E),*5):)z)V)i(_,]#G,))m+j#a+:)g*e(J*d%H*6(+)x%f+B)c+A(y+1(L+/!|+))]+%)B*o(c*g*1-P)2-+(|,b(s+r(R+d()*U(C*D)V*5)F+1(v*](r*Y#2*S#m)z)m)u)o)p)j)o);+m)L+L)8+1(6*I%h*F#E*5#_*0)^)~#b.?(Y-C)-,c)e,:#M*{)^*u)l*d!6*^%}+%(i*v)y*h*-*P(6*J#E*.)c*)(#)x)Q+.%N*e#y*P#[*6)e*1)R*-#W*,)N*().,E(x+i)P+?(/+(*.*:#}*%#q)t(b)d)P*_%i*6#|*%(x)j%c)_)-)V(0)A(e)9)8+o)l*|)L*j(W*R)4*K#1*>)h*.#f)}#F*W)%*+#7)r)p)q%1)f#K)c#M)X):)M%D/9%//6%w/4%4/1%]/0%a/,%k/+%S/*%S/,%#.|%D.{%B.y%=.u%/.n%..n%J.n)-*i)c)e#y)b#G)T(w)G)y)B#!)@**)@%5.2%S-~%,-v%I-u%O-q%C-m%=-i%3-i({,r#W+2)r*E*3*;)l*7)t*())){)O)k%//(%J/%%C.{%m.v%=.s%D.r%#.o%O.n%I/F%g/9%#.q%V.g%%.e%=.b%k.^%/.^)8+?%t*h!_*V(t*I)K*4(s*3)Q*0#f)q%m.q%%.n%S.j%/.j%z.h%J.h%].e%+.a%b/9%#/6%m/.%=/-%+/(%a/!%C.{%p.t(x,A)_+-#+*}%N*q%~*n%_*H%h*3%f*0%P+2***v*2*j%>*N#V*C#K*>*#*=!g*!)O+.)n+%)D*S#;*/#q)w(o)q%7)o*3)g%r/,%4.}%E.t%e.r%5.q%n.m%k.l%#.h%#/1%5.~%3.}%u.x%S.d%E._%{._%m.^%w/*%=/)%#/%%4.~%B.{%l.x%D.q%m.q#s*Q%c*B(W*B).*4(o*))t)u)?)o)P)l(6*K%^*E(.*@)O)v(9)o%2)o)=)Z(V)Z)+/I#X/+)f.0)7.,(4-E(n,j(^+))G*m(a+C(q*b#)*>(G*+)w)y)J)v(p)l#Q)l%Y*Z)l*%#E)j);)f#{)Z)?)P!6)L(})I)W,Y)Z+w(g+g)B+X)1+L(l+H(y+?%A+4%D/1%//-%n/+%s/+%5/)%b.{%S.z%B.w)P*r*#*S%1*N%P**(V)|)u)t#0)c)?)X(9*h){*f)6)})t)p!l)m)r)i(N)f%2)f(~+1#_*~){*r(9*D)M*@%~*1(j)s#P)p!o/u!t/m(l/g)*/c)1/Y(g/X(T/X)//L%b/.%D/,%n/*%#/(%5.{%%.y%=.w%z.u%S/4%/.{%+.{%l.e%B.e%b.b%r.Y%=.Y%#/9%=/1%B/,%z.~%%.{%p.t%+.r%5.q%#.}%].|%S.z%3.t%/.p%b.l%l.g%w.g)7*L(G*C)+*;#Y)}(z)x%8)r(=)p#:)o%#.r%5.o%m.o%J.m%S.d%k.a%a.Z%l.R(_,?)m+_%y+,#G*p#a*c#r*;#t*6)J)S%,/F%g.z%#.p%/.X%4.V%5.T%R.S%=.L%+/%%#.{%m.s%S.r%%.n%G.m%=.h%..h%].q%%.h%#.g%D.e%S.a%..W%E.Q%w.P%].c%=.X%%.V%#.T%S.P%4.O%D.J%K.H)@*m(8)q(r)o(U)X#F)W(Q)V*+)V)=)Q)M-3%~+q%0*q#+*e#{*e%j)|#[)s)_)m%B.t%/.p%+.n%m.e%5.a%g.^%#.[%..Z%1+2***z)y*q*(*N(N*L%>**#B*%#K*#(%*}#>*@)E*2!k)y%Z)v!f)u),)k*!)a%#.m%5.f%3.a%g.[%4.Y%,.X%k.V%E.T%C/4%%/,%#/*%l/(%V/!%=.z%E.z%a.v%|*i)C*N(w*H(t*C*.*8).*(%Z)_(*)[)*-y%A-y!o-t!t-d)/-_(0-^*,-T(T-P%S/!%,.g%e.b%J.a%..Z%%.P%+.P%E.M(9+l#J+=)]+))6+#)G*o)8*Z)l*Y*-*W(>,p)g,J)(,:(k+a(J+T)>+M(B+J%o+?%:*Z)w*=(u*5*+)v)=)[)M)J)#)I(C)@#b+3!F*X(~*2!k*1),**)l*(%Q)v#_)u(z,:(x*k)v*;(/*;#Y)x*.)r%F)l#|)d%w/E%#/0%E.|%l.u%m.u%K.q%D.q%{.n(V*p(.*n%7*E(6*2)h*1*0*)#W)h#A)e!y+A(]*^%j*[#S*W(x*Q(6*I%0*H!v*G%#/,%//!%z.w%S.v%r.j%=.i%n.e%B.c%//9%B/.%=.{%S.n%E.l%#.h%%.f%z.c)L+@)>*s(W*b)P*R%6*B)=*+*3*!(9)s#7*b)V*a(M*^!v*S)g*J%_*+#Y**)o){%3.r%V.b%m.I%l.F%s.A%k.?%5.>%S.=):+z#u+B#T*d!|*^#F*T%0*0)]*/)l)h%,/9%p/#%I.z%%.g%O.^%#.[%R.[%4.W);+M%X*x)9*S#x*F(m*9%0*3)~)y(s)h([*S#}*6)F*3(*)}(v)j#w)c!})_#5)^)M+}%_*[(c*A#u*/%~*-%N)|(x)z)])q%#/+%n.s%3.l%%.f%G.a%a._%s._%,.^%S/(%s.y%5.x%].u%B.t%=.s%/.n%E.g%//.%+.v%].u%J.s%{.s%5.q%..q%#.o%=/+%B/*%k.s%3.m%/.g%5.e%a.e%b.c)g-O(@-+([,n)(,X!Y,Q(>,6(p,((J+|%#/%%g/#%D.t%/.t%5.m%B.e%n._%C.X(?*t#h*6(:*6*%*%(K)j)n)b)t)X#+)X%3/,%{.j%a.j%+.h%=.a%5.]%S.Z%C.Y%=/+%l.y%u.v%S.u%k._%a.S%#.R%J.Q%-*h)a*f)G*/(-)m#o)m)K)m#Q)j!])f%4.x%s.v%S.i%b._%3.X%k.L%#.L%r.D(y,Z)h,S)W,3(c+()d*y)Z*n%;*b(g*]%]/E%#/4%5/*%%.h%E.g%D.g%=.f%{.e(j,](2+n)B+W(r+J)!+2)T*p)_*k)?*_(_+K#G+7)@+-%H+,!>*s!n*Q)m*L(-*E%D.~%a.w%B.u%%.k%..h%/.e%b.c%3.b%m.s%].n%r.j%B.f%w.e%3.c%S.a%4._%T*i(z*f)G*L%W*F*+)y)))r)+)r)7)r#z+%*)*w#B*U({*S)t)w).)k)F)a);)[)M-=%N+q%0*n%@*1%j*-(x)h#{)^#b)N#[*d)R*F(|)z%o)c(+)b(k)^(x)P#c)M(Z*9#g*0)m*+#B){#z)x(m)g)E)_*()Y#>+*%Q*}#K*n)Z*g%A*F(+*E#=*A)1*:!u+5)=++#p*>(~*4(7)y(z)p*1)c)G)Z(|,S*1,B)2+{(R+M#v*U)G*N%x*>#l*7#2*L!a*#%i)}#p)j%T)[(r)V)])I!g)E)(/+)g.G)R-.(J,z(@,r!Y,q(p,W(>,U)@*o!3*J).)d#C)c!g)Y(T)W)/)O#b)M)H*T%y*E)d*D#T*?(+*4(6*+)()y)X)u(6.p%^*n%7*@*0*5)R)~)Q)v#x)u(9)s#|+((x*Y)J*W(b*F%[*;#()h)D)g*.)U%A.6)/.-!o-w)*-d)1-a%U-^(T-Z(g-U*2*3#*)Y)Y)X(P)P)[)N%>)L(])H#_)A(r-p(j-n)B,q)h,Z(y,B##,1)W,1(c+}*.+/(9*u!c*k#_*F(u*:(h){)Y)v(^)r)7.7%8-E)+-B)f-(#X,x(n+T)D*))|)^***y#;*p(X*l(^*>(P*!*-)k#a)c)I)I(..p)H*U%7*K#z*J#x*I%_*I#S*H!c*7*0+C)O+B(8+5)q*(*))~(()y)@)k(C)g(7+5(Q+5(t+*!b*y)Q*F**)x#o)w%M)q%W+l(u+Y#J+A(3*u)]*r#g*l)G*j%?*h)r,3#^*u!0*W(?*@%q*6)e*2)^)z#W)r#k*2#W*1#/)~#G)c(e)b%Z)a(U)Q)@)@)o*X)i*(!M)q%F)p#:)W(V)U)J)R#E)O)g--([,y%X,p)(,](+,U(k,J%o,6(B,(%q*t(:*@#y*3(K)m(Y)h%h)W)r)S)O)D)g.D)(-l(J-V(p-3%o-+!Y,~(+,r(B,o#j*E)s*=#c*0)i*((8)d**)^(r)^%^)K)g-L)(-,(J,|(@,o)R,Z(p,E(>,(([+}#v*D)q*A(]*;*1*5)2*/*))z(q)r(7)g)u*])w*W(i*P#h*B%y*)(d*%#E){)X)u(J*d#W*V(w*F#B*7)F*#(:)m(a)l%P)k)v+R(t*a#h*K(x*)##)s%j)i)u)i(z)T)@+F)7*K(f*E%F*C(S*5#F*4(U*/(o*+)E*J(o*0#j*()%)z)#)x)d)p)I)i(n)[)I)k*2)b(X)])q)Z#O);#S);):)6**)5)g/+)(-u(@-V(p-3(B,|(+,z)>,h!Y,c)-,1*#*q!=*c!p*N)#*F#p*=(0*,)0)t#u+/#2*{!a*b#/*=)@*((c)u(w)a)M)^!v*s%d*^),*R*!*?!l*#):)})p)q)4)m*(*]){*[%P*L)b*9(o*/)z*/(q*.(%)~(]+-)k*q(|*U(>*L!-*I)3*9*1*8#B*6)c*o(w*F#?*@)?*9(5*!(X)v)u)f#b)])I+=(8+5*+*y(X*h!b*K#r)o(})e%M)V)2.y*1.V(|-t)V,/#v+d()+M#,+F(s*g),+E(G*5#f*.#0)e!e)]):)]#F)N%8)H!o/f!t/[(g/Y%A/X)//D)1/A)*/2(l/0)q+s)>+#)@*Q!A*:#V*5(G*/*)*%(r)w%^*p(2*F)d*9%>)|!X)u)4)o#x)c)u)_#k*~%c*b#~*R%6*B#+*=#p*1!F)~(-)t)I,W)b+g(d+^(5*l(Q*h!~*7)z*0)A*-#y-C#b,6(v,6#Q+L!r+##M*{)e*S)M*E!S*z!9*=(#*9!1*4)l*2)s*0%0*0!v*.)(-=)g-4(>,y%o,n(@,j(p,K(k,H(+,6(O+-%_*^(C*;%o*6)z*0*1)e(f)W(R)S)++A(m+8%8+)#X*v)G*R(n*J)7*F!k*F)m-|#t,]#G,S#a,N%H,?%y+K)k+6)b*H)F,4#B+j(q+F%9+C!}*Y(_*!)w)x)N)r*!+I!H+;(x*f##*G(/*F(r*E!z*7)1*3)h-F)W-B)B,j)Z,0(2+}(g+x(y+_(j+T(X+^)b+^)t+.)-*}(i*n({*R)q*G#d*1){+:);*?!R)h(q)d(;)b(a)a!a)V%_)V)%+C)E*l(G*E)#*)!p*#!D)u#;)d)[)b!t/g!o/d(T/Y%A/X)1/U)//S(l/M)*/:!x*R)d*7(3){(~)y%v)s!~)n)Y)Y!:)X({+G)X*y#z*v)u*t)-*q(d*n(D*P(_*-(2-n(r-a%x,])h+c(c+T#!+P)!+N)B+9(p-3)(,|)g,W(>,J([,H(+,?(J,-)>,)%A/g!o/])1/V(g/M!t/B)*/B(T/0)/.y)e+p(^+8%h*9(u*-!Q*+!r){#8)z)c)s%8,j)+,W#X,@)7,*(4+T)f+L)#*z(^*J)z+G)E*R(R*G)P*D*1*=(H*0(N*/)y*.)g-~)(-R(@-3(J-3(k-3(+,W)R,M([,K(a+F#B*f%9*b)W*E)o*E(N*.(%*-)T*!(2-p(j-a#4,m)W,e)B,?(g,,#K,+!t+g)2,L*1,5(|,(#v+r)8++(R*g)O*3%-*3(8+*)Q*o(F*a#g*K%-*I#;*E%T*C)c*B(9+Y)e+D)^+,*++,)=*j)G*^%W*E)5*@(Y,6#w*]#q*E#Q*))o)t!_)s)K)l%i)j)-*o#b*X*.*V%T*H(E*F(P*F)[*?).*2%0,A#|+i%[*k(b*f(/*Y)P*U!y*S%_*Q)h-J)W-#)B,q)Z,p%v,Z(2,B*,,4(g,#%[,:)v+1%|*f#p*H).*4#(*1#C*.%F)x%*,r)t+O(i+G))+4).*c%}*S(d*R!1*3*1/.)2.n(R-t#v,b(),S(s,()V+L)z*e)k-}#r,@#L*5)e)~)c)l(Q)e(O)Z(w)Y#_+_%@+1(9*f*)*b#**M#T*A#b*6((*4)_.C(j+N#1+6(r+3%x+2(2+0#!*v(c*t(n*z(K*F%0*/(f*)#Q*(#a*%(H)x!g)n(f+C%X*,%!*+)S)~(H)z(J)o)R)_)G)Y)g/7(+/+)R-z(J-u(@-l(p-R)>-P([-=({+4*3*C%*){).)y%|)r)t)_!K)Q)C)N!o/r%A/c!t/^*,/K)1/G(l/B(g/:)//2%8/I#X/7)7-}(4-B)f,v(n,W)G+N(^+A(S+E#S+3)l*z)Q*x!v*X):*R(M*R#0*F#e.(#y,c)t,=#b,;(K,1(d*}(i*q(w*o)t-!#|,E#q,6#/+W#b+C!G*p)k*e#e*c!o/[!t/W(g/S%A/L(T/D*,/C)*/2)1.~*,,v%A,p!o,d(g,b)/,X(T,L!t,F)*,A!o/{%A/Y(l/V!t/U(g/U)*/G(T/A*,/3*1/V(R.y(|.n#v-+(s,L()+{)V+u#,*1)L+6#L+3*%*N)u*;(O*9#=*4(j)})b)v(c+.##+,)T*x#@*[(2*W)B*Q#~*K)Z*?#j+K(u*@)=*;***(#Z)q#X)n*#)j#s)h#J+B%W+#)v*])8*8)l*5!^*4)T*,%?)}(4.7%8.,)+-}#X-Q)f-1(n,*)|*t)G*U#~+o)L+j)l+M%-+?#x+1(s++%W*Z#^*V#)+k%h*S);*6%X*3#x)x(a)m(O)i(s)h%f+z#F+7)c*V),*R)]*?*3*1(M)}#s)z#x+m%h+M*)+B)L+:#**H#)*H)n*F#E*E((++(u*j)5*;*0*2%c*+(j)y*+)n!#)j)R.j)(-P)g-P(J,h(@,E(p,E(+,E(k,)%x*_(P*9(s*1)c*#)T)y%6)o)8)h)!)Y)q+M(G+F%y+-(,*o%M*m(r*[).*Z(U*Q(T-v%A-f!o-^)1-^!t-T)*-L)/-H(g-@)h-J)W,t(y,q(2,q(c,j)Z,V(r,?(l+o(B*}%T*N)R*D*%*B)H*3);*0([*/)t*+)n+g)c*p%2*S#^*R(4*));*!*))v)Q)m!n+P(f*l(o*R(H*J%Q*2!g*-)c*!*3)t(a,4#w+1*-*~%i*3)!*0#^*.(E*#)s)~)g,.)S+a)R+_)(+Q)++N)>+I(J+A)K+8)(+e)K+d)g+U([+H(+*})R*_(6*U(-*T(X,W(Q+=!~*L*%)n(%)k(I)k##)j(H)i(/*W(J*I(>*I%9)v(p)r*.)o(@)e(3)^)l+o)H+d)S+?)G+8)8*D)R*>(@*=%-*4#L,5*.+t)8+j*%+g#x+L%c+@);+:)3+6%~-=%N-3%j+}#1+/*-*b)T*L*0*H(Y*E)S+0#c*i)j*@#{*(#W)y(a)r#V)c)p)[(7+B%2+.*3*t(s*3(o)})C)|%7)v%*)k#|+?%>*r#,*i#}*_#K*Y(x*U%c*R##*L#{+.)R+(),*x(t*o)]*S(8*F)X*A)a*8)>.j)(-z)g-Y(+-.(B,Z(J,T(p,M!Y,A)G+a)K+?)N+0#c*q#J*B***6#@*4)%)~)p-7)4*x%x*p##*O)M*L)!*H)_*G*+*D)X*=!6*!#?)q#A)p#.)e#*)e#])d#N)b*1,G(R,/)2+u(|+L#,*l%d*a#v*5(p*2)h.#(g-G)Z-D(c-B(y-#)B,t(l,q(r,e(i*y)Q*A)U*=(-)u(D)u)D)h)c)c!6)b)u*r!W*c(b)w(3)v#_)s#f)r%U)e(~)_)W-D(y,p(g,n)h,n(l,h)B,V(T,U!o,A(w*?!a)n(f)b#0)]!j)[!L)X)z)Q(1)N%W+)#u+%(9*r#g*m)a*e#2*d#5*V)Q*S)e+8(u+,#y*u)r*U#0*O#{)~#x)~(:)z)!.C#1+T%0+-(j*n(c*l%x*k(r*[#u*Y)h+%%t*f)]*e!j*V#5*I!**;)Q*8)G*!)z,l(X+g(d+^#i+3*(*e(_*H(N*9)q*7#u+A*-+8)y*y!;*t)D*p(P*o):*V(t*B%v*y!X*N(-*D(V*9(h*7#+)}*#){!~)t#y,:(m+p(u+D)^+8#b+0#8*h(Y*S(:*2%8.0)7-1(4-()+,v#X,V(n+L)G*_*(*5)(/7(J/+(+.G(@.D(p-~)R-Y)>-P%o-O)W.#)B-J(y-J(c-F)Z,n(2,Z%v,S*,,;)]*L#2*-(A*()!*((=*(#n*(#c)~)Z)o%A*L)N*@)/*>)A*;!r*:!o*8)**6*!*3(}-}#r-;(_+6(O*q#q*k).*e)m*U#L*G)K+o)8+M#b+=)r++#~*|),*z)G*n#y*d(_-|#G,=#a,/#t+j%H+_([+=)k*U%y*L)D+g#P+=%2+%)t*G);*F)r*6%_)x(6)s(=*X#+*R(q*E!v*@)M*1%d){(v)t#l)r)T-7#0+,![*j!R*Z!Z*N#B*A%V*:#H*4(U+s)@+M!T*e#s*J)z*H(d*G)>*C(C*A(:,3#W+2!*++)l++#@*c)^*U#^*S!j*L(A*=*-*4(Z*0()*/)8*/#1*#)F)~#v)y).-!#e,t)-,=!G+V({+O(d+.#k*z*#*d(i*t)Y*r(D*])_*E)3*;%>)t%_)q(d)m(F+R(z+1)6*]!|*U%[*;#h*8)8*1*0)~#E*t(D*W*)*S%Y*=#V*=#R*:#P*7(|){!O*L)T)k%h)X)s)W#u)U(Z)T(m)T*#)R)c*y%P*q)z*o#z*h)b*0(o*.)t*-#g*))b,l(o+G*1+*)y*o(|*e*(*R)q*H#v*4(e+:%@*r%?*f(N*[)t*/*%)w%2)f)C)f)7*t);)y(4)^%9)X).)N(v)D)i)B*));)*-t%A-o!t-a)1-]!o-V(l-E*,-:)/-/#R*q#b*Y#@*I!d*C)e*!#L)z%h)y(n)m(b+I)>+:)g+%)R*^(@*J([*F)}*?(M*?(K*q)t*d#0*U%>*S#k*H).*G)-*@%1*=)L+g)3*N#7*D)C*B#^*1%q*%){)w)I)n)b*e(N*])z*R%P*N*+*I%8*E(n*;)f*5);+B#Y+1%}*w(~*b)w*S(U*%(7)~(C)z#V,H#K+R(r*}%P*z(5*y%1*v#c*r#Z*n(u+,(Q*y*(*I)T*D(X*!*0)y%|)y%Y)v!o/Q)*/K%A/J!t/F)//C)1/3(g/#(l.v#1,3)c+8)F*~)M*b%W*W(9*R#z*P)s*4#L,()L+t#A+9(3+/#.+##_*q!a*m#**j!l*7)V*(%x)|#G)y#!)w)_)g)T)e%R)_(7+C)M*H#^*H(.*5)=*2%^*))v)~*+)y)2/V(|/.(R.V#v-P)V,G(),B(s,5)z+*%1*j#:*T***H(1*3!E*%#p)o(I)b){)Q)O*t))*C%**;):*1)t*/(>*.%c*!)C)y`};
const WORDS = DATA.words.split('|'); // most frequent first
const PLACE = unpack(DATA.places, 2); // x and y of each word, 0 … 7000
const KIND = unpack(DATA.kinds, 1);
const NEAR = unpack(DATA.near, 2); // of each word: eight times a word and a cosine, in thousandths
const K = DATA.k;
const SIDE = 7000;
export function neighbours(word) {
const at = WORDS.indexOf(word);
if (at < 0) return null;
return [...Array(K).keys()].map((i) => ({ id: NEAR[2 * (K * at + i)], word: WORDS[NEAR[2 * (K * at + i)]], cosine: NEAR[2 * (K * at + i) + 1] / 1000 }));
}
const SHAPES = [
'M0-5A5 5 0 1 1 0 5A5 5 0 1 1 0-5Z', // circle: names
'M-4.500-4.500h9v9h-9Z', // square: people
'M0-6L5.500 4.500h-11Z', // triangle: animals
'M0-6L6 0L0 6L-6 0Z', // diamond: places
'M0 6L5.500-4.500h-11Z', // triangle upside down: food
'M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z', // plus: things
'M-6 4A6 6 0 0 1 6 4Z', // half a disc: body
'M0-6.500L1.800-2L6.500-2L2.800 1.200L4.200 6L0 3.200L-4.200 6L-2.800 1.200L-6.500-2L-1.800-2Z', // star: feelings
'M-6-2.500h12v5h-12Z', // bar: actions
'M-2.500-6h5v12h-5Z', // post: looks
'M-5-5L0-2L5-5L2 0L5 5L0 2L-5 5L-2 0Z', // cross: times
'M0-5A5 5 0 1 1 0 5A5 5 0 1 1 0-5ZM0-2A2 2 0 1 0 0 2A2 2 0 1 0 0-2Z', // ring: little words
'M0-3A3 3 0 1 1 0 3A3 3 0 1 1 0-3Z', // dot: other words
];
const COLORS = ['#3f8fd2', '#e08a1e', '#22a07a', '#d8574a', '#a878c8', '#2f8fa0', '#c0568f', '#b8791a', '#5b79d6', '#6f9a2c', '#b0685a', '#7f8792', '#8a8f98'];
const KINDS = DATA.kindNames;
const mark = (kind) => svg('svg', { class: 'mark', viewBox: '-7 -7 14 14', 'aria-hidden': 'true', style: `--c:${COLORS[kind]}` }, svg('path', { d: SHAPES[kind] }));
function render({ model, el }) {
const root = h('div', { class: 'fig' });
const say = speaker(root);
const uid = Math.random().toString(36).slice(2, 8);
let here = Math.max(0, WORDS.indexOf(model.get('word') ?? DATA.word)), only = -1;
let width = 0, height = 0, k = 1, tx = 0, ty = 0, waiting = 0;
const input = h('input', { id: `f${uid}`, type: 'text', list: `w${uid}`, autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', placeholder: WORDS[here] });
const problem = h('p', { class: 'problem small', id: `e${uid}` });
input.setAttribute('aria-describedby', `e${uid}`);
const form = h('form', { class: 'find', role: 'search', onsubmit: (event) => { event.preventDefault(); search(); } },
h('div', {}, h('label', { for: `f${uid}` }, 'Find a word'), input), h('button', { type: 'submit' }, 'Find'),
h('datalist', { id: `w${uid}` }, [...WORDS].sort().map((word) => h('option', { value: word }))));
input.addEventListener('input', (event) => {
problem.textContent = '';
const at = WORDS.indexOf(tidy(input.value));
const listed = !event.inputType || event.inputType === 'insertReplacementText';
if (at >= 0 && listed) choose(at);
});
const ties = svg('g', {}), dots = svg('g', {}), names = svg('g', {});
const canvas = svg('svg', { 'aria-hidden': 'true' }, ties, dots, names);
const small = (name, content, action, extra) => h('button', { type: 'button', class: extra || 'icon', 'aria-label': name, title: name, onclick: action }, content);
const zoom = h('div', { class: 'zoom' },
small('Zoom in', icon(ICONS.plus), () => zoomBy(1.5)), small('Zoom out', icon(ICONS.minus), () => zoomBy(1 / 1.5)),
small('Show all', 'All', () => showAll(), 'txt'));
const map = h('div', { class: 'map', tabindex: 0, role: 'application', 'aria-roledescription': 'map', 'aria-label': `Map of ${WORDS.length} words`, 'aria-describedby': `k${uid}` }, canvas, zoom);
const nodes = WORDS.map((word, i) => {
const text = svg('text');
text.textContent = word;
const node = svg('g', { class: 'dot', style: `--c:${COLORS[KIND[i]]}` }, svg('circle', { r: 0 }), svg('path', { d: SHAPES[KIND[i]] }));
dots.append(node);
names.append(text);
return { node, text, ring: node.firstChild };
});
const picked = h('p', { class: 'picked' }), kindOf = h('p', { class: 'small soft' });
const list = h('ol', { class: 'near-list' });
arrowKeys(list, 'button');
const legend = h('div', { class: 'legend', role: 'group', 'aria-label': 'Kinds of words: show one kind' }, KINDS.map((name, kind) =>
h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => { only = only === kind ? -1 : kind; [...legend.children].forEach((b, i) => b.setAttribute('aria-pressed', String(i === only))); draw(); say(only < 0 ? 'All kinds of words.' : `Only ${name}.`); } }, mark(kind), name)));
root.append(
h('h2', {}, 'A map of words'),
h('p', { class: 'lead' }, `${WORDS.length} words of the stories, placed by their vectors. The map (t-SNE) flattens ${DATA.dim} dimensions to two; lines and list show the nearest of these words by cosine in all ${DATA.dim}.`),
h('section', {}, form, problem),
h('section', { class: 'sides', style: 'margin-top:4px' }, map,
h('div', { class: 'side' }, h('h3', {}, 'Nearest to'), picked, kindOf, list),
h('div', { class: 'below' }, legend, h('p', { class: 'small soft hint', id: `k${uid}` }, 'Drag to move, pinch or Ctrl + wheel to zoom. Keys on the map: arrows, + and −, 0 for all; N and P step through the neighbours.'))),
);
const tidy = (text) => text.trim().toLowerCase();
function search() {
const wanted = tidy(input.value);
if (!wanted) return;
const exact = WORDS.indexOf(wanted), found = exact >= 0 ? exact : WORDS.findIndex((word) => word.startsWith(wanted));
if (found < 0) {
problem.textContent = `“${wanted}” is not among the ${WORDS.length} words of the map.`;
say(problem.textContent);
return;
}
input.value = WORDS[found];
choose(found);
}
function choose(at, news = true) {
here = at;
model.set('word', WORDS[at]);
problem.textContent = '';
picked.textContent = input.placeholder = WORDS[at];
if (document.activeElement !== input) input.value = '';
kindOf.textContent = KINDS[KIND[at]];
const near = neighbours(WORDS[at]);
const focused = list.contains(document.activeElement);
list.replaceChildren(...near.map(({ id, word, cosine }, i) => h('li', {}, h('button', {
type: 'button', tabindex: i ? -1 : 0, onclick: () => choose(id),
}, mark(KIND[id]), h('span', { class: 'word' }, word), h('span', { class: 'sr' }, KINDS[KIND[id]]), h('span', { class: 'well', 'aria-hidden': 'true' }, h('b', { style: `width:${100 * cosine}%` })), h('span', { class: 'num' }, cosine.toFixed(2))))));
if (focused) list.querySelector('button').focus();
if (width) reveal([at]);
draw();
if (news) say(`${WORDS[at]}. Nearest: ${near.map(({ word }) => word).join(', ')}.`);
}
function spot(i) {
const inset = 26, right = 70;
return [
(inset + (PLACE[2 * i] / SIDE) * (width - inset - right)) * k + tx,
(inset + (1 - PLACE[2 * i + 1] / SIDE) * (height - 2 * inset)) * k + ty,
];
}
function clamp() {
k = Math.max(1, Math.min(12, k));
tx = Math.min(0, Math.max(width * (1 - k), tx));
ty = Math.min(0, Math.max(height * (1 - k), ty));
map.classList.toggle('close', k > 1);
}
function zoomBy(factor, x, y) {
if (x === undefined) {
[x, y] = spot(here);
if (x < 0 || x > width || y < 0 || y > height) [x, y] = [width / 2, height / 2];
}
const before = k;
k = Math.max(1, Math.min(12, k * factor));
tx = x - (x - tx) * (k / before);
ty = y - (y - ty) * (k / before);
clamp();
draw();
say(`Zoom ${k.toFixed(1)}.`);
}
function showAll() {
k = 1;
tx = ty = 0;
clamp();
draw();
say('The whole map.');
}
function shift(dx, dy) {
tx += dx;
ty += dy;
clamp();
draw();
}
function reveal(which) {
for (const i of which) {
const [x, y] = spot(i), pad = 50;
if (x < pad || x > width - pad) tx += width / 2 - x;
if (y < pad || y > height - pad) ty += height / 2 - y;
}
clamp();
}
function draw() {
if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; paint(); });
}
function paint() {
if (!width) return;
const near = new Map(neighbours(WORDS[here]).map(({ id }, i) => [id, i]));
const spots = WORDS.map((_, i) => spot(i));
ties.replaceChildren(...[...near.keys()].map((id) => svg('line', { class: 'tie', x1: spots[here][0], y1: spots[here][1], x2: spots[id][0], y2: spots[id][1] })));
const order = [here, ...near.keys(), ...WORDS.keys()], seen = new Set(), taken = [];
const scale = width < 480 ? 0.75 : 0.85;
for (const i of order) {
if (seen.has(i)) continue;
seen.add(i);
const { node, text, ring } = nodes[i], [x, y] = spots[i], inView = x > -90 && x < width + 10 && y > -10 && y < height + 10;
node.style.display = inView ? '' : 'none';
text.style.display = 'none';
if (!inView) continue;
const special = i === here || near.has(i), mute = only >= 0 && KIND[i] !== only && !special;
const style = i === here ? 'here' : near.has(i) ? 'near' : 'quiet';
node.setAttribute('class', `dot ${style}${mute ? ' mute' : ''}`);
text.setAttribute('class', style);
node.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
node.children[1].setAttribute('transform', `scale(${special ? 1.1 : scale})`);
ring.setAttribute('r', i === here ? 10 : 0);
const w = WORDS[i].length * (i === here ? 8.2 : special ? 7.4 : 6.9) + 4, gap = i === here ? 13 : 8;
const choices = [['start', gap, 4], ['end', -gap, 4], ['middle', 0, -gap - 2], ['middle', 0, gap + 10]].map(([anchor, dx, dy]) => {
const left = x + dx - { start: 0, end: w, middle: w / 2 }[anchor];
return { anchor, x: x + dx, y: y + dy, box: [left - 2, y + dy - 12, left + w + 2, y + dy + 4] };
});
const free = ({ box }) => box[0] > 2 && box[2] < width - 2 && !taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
const place = (mute ? null : choices.slice(0, special ? 4 : 2).find(free)) || (i === here ? choices[0] : null);
text.style.display = place ? '' : 'none';
if (place) {
text.setAttribute('text-anchor', place.anchor);
text.setAttribute('x', place.x.toFixed(1));
text.setAttribute('y', place.y.toFixed(1));
taken.push(place.box);
}
taken.push([x - 4, y - 4, x + 4, y + 4]);
}
for (const id of [...near.keys()].reverse()) dots.append(nodes[id].node);
dots.append(nodes[here].node);
}
const fingers = new Map();
let moved = 0, spread = 0;
const local = (event) => { const box = map.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
map.addEventListener('pointerdown', (event) => {
if (zoom.contains(event.target)) return;
fingers.set(event.pointerId, local(event));
if (fingers.size === 1) moved = 0;
spread = 0;
map.classList.add('dragged');
});
map.addEventListener('pointermove', (event) => {
if (!fingers.has(event.pointerId)) return;
const [x0, y0] = fingers.get(event.pointerId), [x, y] = local(event);
fingers.set(event.pointerId, [x, y]);
moved += Math.abs(x - x0) + Math.abs(y - y0);
if (moved > 6 && !map.hasPointerCapture(event.pointerId)) map.setPointerCapture(event.pointerId);
if (fingers.size === 1) return shift(x - x0, y - y0);
const [a, b] = [...fingers.values()], now = Math.hypot(a[0] - b[0], a[1] - b[1]);
if (spread) zoomBy(now / spread, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
spread = now;
shift((x - x0) / 2, (y - y0) / 2);
});
const lift = (event) => {
if (!fingers.delete(event.pointerId)) return;
spread = 0;
if (fingers.size) return;
map.classList.remove('dragged');
if (event.type === 'pointerup' && moved <= 6) pick(...local(event));
};
map.addEventListener('pointerup', lift);
map.addEventListener('pointercancel', lift);
map.addEventListener('touchmove', (event) => { if (event.touches.length > 1) event.preventDefault(); }, { passive: false });
map.addEventListener('wheel', (event) => {
if (!event.ctrlKey && !event.metaKey) return;
event.preventDefault();
zoomBy(Math.exp(-event.deltaY / 200), ...local(event));
}, { passive: false });
map.addEventListener('keydown', (event) => {
if (event.target !== map || event.ctrlKey || event.metaKey || event.altKey) return;
const near = neighbours(WORDS[here]);
const act = {
ArrowLeft: () => shift(60, 0), ArrowRight: () => shift(-60, 0), ArrowUp: () => shift(0, 60), ArrowDown: () => shift(0, -60),
'+': () => zoomBy(1.5), '=': () => zoomBy(1.5), '-': () => zoomBy(1 / 1.5), 0: showAll,
n: () => walk(1), p: () => walk(-1),
}[event.key];
if (act && near) { event.preventDefault(); act(); }
});
let tour = [], stop = 0;
function walk(by) {
if (tour[stop] !== here) { tour = [here, ...neighbours(WORDS[here]).map(({ id }) => id)]; stop = 0; }
stop = (stop + by + tour.length) % tour.length;
choose(tour[stop]);
}
function pick(x, y) {
const near = new Set(neighbours(WORDS[here]).map(({ id }) => id));
let best = -1, nearest = 24;
WORDS.forEach((_, i) => {
const [a, b] = spot(i), { text } = nodes[i];
let far = Math.hypot(x - a, y - b) - (near.has(i) ? 2 : 0);
if (text.style.display !== 'none') {
const box = text.getBBox();
if (x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height) far = Math.min(far, 3);
}
if (far < nearest) { nearest = far; best = i; }
});
if (best >= 0) choose(best);
}
const watch = new ResizeObserver(() => {
const wide = canvas.parentNode.clientWidth;
if (!wide || wide === width) return;
const ratio = width ? wide / width : 1;
width = wide;
height = Math.round(Math.max(330, Math.min(480, wide * 0.9)));
tx *= ratio;
map.style.height = `${height + 2}px`;
clamp();
draw();
});
watch.observe(map);
choose(here, false);
const unmount = mount(el, 'embedding', CSS, root);
return () => { watch.disconnect(); unmount(); };
}
export default { render };
