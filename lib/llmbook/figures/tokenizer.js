/*! Tokenizer playground
Built by scripts/figures.py from book/figures/: edit there.
height: 700
<p>The book’s tokenizer cuts “Of all the children in the valley, none was as lively as Rufus the boy.” (71 bytes) into 20 tokens; · is a space. With scripts switched on you can type here and step through the merges.</p><table><thead><tr><th scope='col'>token</th><th scope='col'>id</th><th scope='col'>bytes</th></tr></thead><tbody><tr><td><code>Of</code></td><td>1654</td><td>4f 66</td></tr><tr><td><code>·all</code></td><td>396</td><td>20 61 6c 6c</td></tr><tr><td><code>·the</code></td><td>261</td><td>20 74 68 65</td></tr><tr><td><code>·ch</code></td><td>654</td><td>20 63 68</td></tr><tr><td><code>ild</code></td><td>1102</td><td>69 6c 64</td></tr><tr><td><code>re</code></td><td>280</td><td>72 65</td></tr><tr><td><code>n</code></td><td>78</td><td>6e</td></tr><tr><td><code>·in</code></td><td>313</td><td>20 69 6e</td></tr><tr><td><code>·the</code></td><td>261</td><td>20 74 68 65</td></tr><tr><td><code>·valley</code></td><td>1370</td><td>20 76 61 6c 6c 65 79</td></tr><tr><td><code>,</code></td><td>12</td><td>2c</td></tr><tr><td><code>·none</code></td><td>1343</td><td>20 6e 6f 6e 65</td></tr><tr><td><code>·was</code></td><td>286</td><td>20 77 61 73</td></tr><tr><td><code>·as</code></td><td>326</td><td>20 61 73</td></tr><tr><td><code>·lively</code></td><td>1840</td><td>20 6c 69 76 65 6c 79</td></tr><tr><td><code>·as</code></td><td>326</td><td>20 61 73</td></tr><tr><td><code>·Rufus</code></td><td>1413</td><td>20 52 75 66 75 73</td></tr><tr><td><code>·the</code></td><td>261</td><td>20 74 68 65</td></tr><tr><td><code>·boy</code></td><td>571</td><td>20 62 6f 79</td></tr><tr><td><code>.</code></td><td>14</td><td>2e</td></tr></tbody></table>
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
const CSS = `.fig{--paper: #fffdf9;--ink: #1b2a3c;--soft: #5a6571;--edge: #858a93;--line: #e4dfd5;--accent: #0b6e8a;--on-accent: #fff;--tint: #e6f0f1;--well: #fff;--shade: #f6f3ec;--mono: ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;color-scheme: light;box-sizing: border-box;width: 100%;margin: 0;padding: 16px 18px 18px;color: var(--ink);background: var(--paper);border: 1px solid var(--line);border-radius: 10px;font: 15px/1.5 Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;container-type: inline-size;overflow-wrap: anywhere;}.fig[data-theme=dark]{--paper: #14181d;--ink: #d9e0e8;--soft: #9aa5b1;--edge: #7c838d;--line: #2b333c;--accent: #5cc1dc;--on-accent: #0c1a20;--tint: #1b2f38;--well: #0f1317;--shade: #1a2027;color-scheme: dark;}.fig *,.fig *::before,.fig *::after{box-sizing: border-box;}.fig h2,.fig h3,.fig p,.fig ol,.fig ul,.fig dl,.fig dd{margin: 0;padding: 0;}.fig ol,.fig ul{list-style: none;}.fig h2{font-size: 17px;line-height: 1.3;font-weight: 650;letter-spacing: -.01em;}.fig h3{font-size: 13px;line-height: 1.4;font-weight: 600;color: var(--soft);}.fig .lead{color: var(--soft);margin-top: 2px;max-width: 68ch;text-wrap: pretty;}.fig section{margin-top: 14px;}.fig .part{border-top: 1px solid var(--line);margin-top: 18px;padding-top: 14px;}.fig .row{display: flex;flex-wrap: wrap;gap: 8px;align-items: center;}.fig .apart{justify-content: space-between;}.fig code,.fig .mono{font-family: var(--mono);font-size: .92em;background: none;padding: 0;border: 0;color: inherit;}.fig .small{font-size: 13px;}.fig .soft{color: var(--soft);}.fig .num{font-variant-numeric: tabular-nums;}.fig label{font-size: 13px;font-weight: 600;color: var(--soft);}.fig button,.fig input,.fig textarea,.fig select{font: inherit;color: inherit;background: var(--well);border: 1px solid var(--edge);border-radius: 6px;margin: 0;}.fig input,.fig textarea{padding: 6px 10px;width: 100%;min-width: 0;}.fig textarea{display: block;resize: vertical;font-family: var(--mono);font-size: 14px;line-height: 1.55;}.fig button{padding: 4px 11px;min-height: 32px;cursor: pointer;font-size: 14px;}.fig button:hover:not(:disabled){border-color: var(--accent);color: var(--accent);}.fig button:disabled{opacity: .45;cursor: default;}.fig button.main{background: var(--accent);border-color: var(--accent);color: var(--on-accent);font-weight: 600;}.fig button.main:hover:not(:disabled){color: var(--on-accent);filter: brightness(1.08);}.fig button[aria-pressed=true],.fig button[aria-checked=true]{background: var(--tint);border-color: var(--accent);color: var(--accent);font-weight: 600;}.fig button.icon{padding: 0;width: 36px;display: inline-grid;place-items: center;}.fig svg.i{width: 16px;height: 16px;fill: currentColor;display: block;}.fig input[type=range]{padding: 0;border: 0;background: none;accent-color: var(--accent);height: 32px;}.fig :focus-visible{outline: 2px solid var(--accent);outline-offset: 2px;}.fig .sr{position: absolute;width: 1px;height: 1px;overflow: hidden;clip-path: inset(50%);white-space: nowrap;}.fig .stats{display: flex;flex-wrap: wrap;gap: 4px 26px;}.fig .stats div{display: flex;flex-direction: row-reverse;gap: 6px;align-items: baseline;justify-content: flex-end;}.fig .stats dd{font-size: 21px;font-weight: 600;letter-spacing: -.02em;font-variant-numeric: tabular-nums;}.fig .stats dt{font-size: 13px;color: var(--soft);}.fig table{border-collapse: collapse;font-size: 13px;width: auto;margin: 8px 0 0;}.fig th,.fig td{text-align: left;padding: 2px 14px 2px 0;border: 0;border-bottom: 1px solid var(--line);font-weight: 400;}.fig th{color: var(--soft);font-weight: 600;}@media (prefers-reduced-motion: no-preference){.fig button{transition: color .12s,border-color .12s,background-color .12s;}}@container (max-width: 30rem){.fig .lead{font-size: 14px;}}@media print{.fig{break-inside: avoid;}}.fig .tokens{display: flex;flex-wrap: wrap;gap: 5px 3px;max-height: 15.5em;overflow-y: auto;padding: 3px;margin: 6px -3px 0;}.fig .chip{position: relative;display: inline-flex;flex-direction: column;align-items: center;font-family: var(--mono);line-height: 1.25;--c: #3f8fd2;background: color-mix(in srgb,var(--c) 17%,var(--paper));border: 1px solid transparent;border-bottom: 3px solid var(--c);border-radius: 5px 5px 4px 4px;padding: 3px 6px 2px;color: var(--ink);white-space: pre;}.fig button.chip{min-height: 0;font-size: 14px;font-family: var(--mono);}.fig .chip i{font-style: normal;opacity: .55;}.fig .chip b{font-weight: 400;font-size: .82em;opacity: .85;}.fig .chip small{font-size: 11px;color: var(--soft);font-variant-numeric: tabular-nums;}.fig button.chip:hover:not(:disabled){color: var(--ink);border-color: var(--c);}.fig button.chip[aria-pressed=true]{font-weight: 400;color: var(--ink);background: color-mix(in srgb,var(--c) 34%,var(--paper));border-color: var(--ink);}.fig button.chip[aria-pressed=true] small{color: var(--ink);}.fig .c1{--c: #e08a1e;}.fig .c2{--c: #22a07a;}.fig .c3{--c: #d8574a;}.fig .c4{--c: #a878c8;}.fig .word{outline: 0;}.fig .pieces{display: flex;flex-wrap: wrap;align-items: flex-start;min-height: 62px;margin-top: 10px;row-gap: 8px;}.fig .pieces .chip{font-size: 18px;--c: var(--edge);background: var(--shade);padding: 4px 8px 3px;}.fig .pieces .chip.hot{--c: var(--accent);background: var(--tint);border-color: var(--accent);}.fig .pieces .chip.fresh{outline: 2px solid var(--accent);outline-offset: 1px;}.fig .gap{display: flex;flex-direction: column;align-items: center;justify-content: center;min-width: 24px;height: 52px;padding: 0 4px;font-size: 12px;line-height: 1.2;color: var(--soft);font-variant-numeric: tabular-nums;}.fig .gap.best{color: var(--accent);font-weight: 700;}.fig .gap.best::before{content: '+';font-size: 18px;line-height: .8;}.fig .gap.best::after{content: '';height: 10px;}.fig .rule{min-height: 1.7em;margin-top: 10px;font-size: 15px;}.fig .ranks{margin: 2px 0 8px;}.fig .rule code{background: var(--shade);border-radius: 4px;padding: 1px 5px;white-space: pre;}.fig .player{display: flex;flex-wrap: wrap;gap: 6px;align-items: center;margin-top: 6px;}.fig .player label{flex: 1 1 160px;display: flex;align-items: center;gap: 10px;font-weight: 400;}.fig .player output{white-space: nowrap;font-size: 13px;color: var(--soft);font-variant-numeric: tabular-nums;}.fig .about{min-height: 3em;margin-top: 8px;}@container (max-width: 30rem){.fig .about{min-height: 4.6em;}.fig .rule{min-height: 3.3em;}}`;
const DATA = {merges:`!p!m%U!|%U!i%U!{%|%{%U#!!v!l!m!l%U!j%U!q%U!w!m!z%}(%%U!k%U!%!t!t(#!i%U!p!w!}%U!n%U!t!q!l%~!i!z!m!q!v%U%{%U!v!i!|%|!w(1!{%U!u%U!l!i!z!w!z(*!|!w!|(7(6%U!x!v!m!1!%%U!o!Z%{!u!m!i#%!m!v%|!p!}!|!q!|!q!{!w!w%U(K(9!o!w#!!t!m(.!i!{!|(*!v!s!m!~(,!s((!i!l%U!O%U!m!z!i()!m!t!l(+!v%U!Y%~!|%}!{%~%{%U#%%{!z!o!p%U!}%U!N!3!%(;(E(+!n!q!z(:!z!m!|%U!G!z!w(O(=%~!w!z!q!i!v(k(3!q(0(4(C%U!U(m!|!~!m!|(,(*!{(]#%!w!v(Q!p%U!H(A(M(+(H!k!s(2(R(a!|!k!m!{!m!v!|(5!q(#),%}!|%U!s!l#%!t#%(X(L(#!p(5(S(2(_(n!x!q!m(N!|(!(8(;!w!j!w!m(0(;!m%U!T!i(0!p(U(!#%)F):!E!%(0(((2!i(b)*(2!w(5!i!#!%(>!w%}(0!z#%(g%{(o!m%U!X(#)C%~!p!m!x!}!v(T!v!q!t(T#%!}!z%U!K(G!t(3(%%U(c)?(^%U!V!m!{)!(H!q(%(3(e(S!l%U!S%}!v%|!q(A!w%U!R!i!u!q!u!o!m%U!Z!}!u(+(P%U!L(C!v()!i(E(l!k!p()!w%~!m(i(^(=(l!q!o(,!m(z((!x!x%{!l(@!m(A(6%~!u(J(c(#*+)-(P(5!m!}!o!q)#%U!z(V!v%U!P()(P([!|!O!|(v(%(g!w(3!|)6([(X)O!t!w%{!v!w(8)>!w)r(L(!!v!p(=!|)K(s(Y!m(%(A*9(B!|(y(L!i(9(.)n)f(M%}!o!|!w(f);(.!w*2(%(w!u(X!v()#%%U!~#!(M)+!o!~(N)9!v(@)|*c(U!,!{)5(((Q!|!a(3(4(z(6!m%U!^!m!t(7!|(;*7(J!w!i!t%U!I(G!}()!t()**(#(}*1)J!U!v*i*M(3)#!i!{%|#!(4*L%}!n)U!s*T*Q(G(P(1#%)P)%(3)4)R(L!i(Y(2)v(B!l%U!J!i([!}!t(0#%!v!o%}!z%U!M(S!v!w!k(1*f##!|%U!r(@)~)9(H%U(8%U(w(#(C(J!i(J(s+A!t!w(Y!q!k(5*_(Q!m)h!v%U!Q(d(Y(O*y!v(((#)m(q)K*w)3(+(]!n!|%}!t!~(((9!m(R!|!x(,)})0*##%(4*)(S!s(b*a(8!|(J(E(R!m(%(,(|!z(.*,*})()H+8*-(((Z*U!t!q%{(8!t!n(G!i*{!w(h!w(_!m*g(W%~!k+@)%!j!j)u((%~!x(4)G(5+n!}!{%|(8!i!s)y!x!y!}(>(e(;+r(T(8(4!m(=!m()(8)E)M!q!i(C!i!l(M+3)g(4)g(!!u(h)o+;#!!q!x(@*F(+!|!x(N!x!|%}!u(a!v)S*6,7*.(J)o*b(V!w+1(@!}(J(8(1!t(G)B(4*Y(n)5)s(C,B)b!{!{!n*)*X,F(K!v)Q)M%}*^(.!t(B!i(#!m(.*D!i)w(@#%(.(B()(((.!p%|)d(9!s!q)3!j*A!n+0!j#%(B!s(:(e!o(u!u!j!}!m(W)^*G(W)q#%%}(8%},W)?!s,T+K%U([(V(()H#!(+,3(@+m!l!l!q)%(},O*],o%~*j!})5(n+_)E)4(1(Q!v#%%~#!%~!v!u)~*X,y!m##(o(R*P*K(:(_)I(V!i)0()(E(b#%*%!k(7#%(}#%*S(((H#%!i(%!}(Y(+(e(9!i(o(,(O({(B!{%U)**^!{%},r)H(]%~)_(5+T*k*E(+#!(>,]->(l(1)(!j(W(5(M,2(l(.!z(7#!!i!x!p)m()!}()(s)I!w!|!p(#(9(A,Z*%!m*W(L(#)n!z(((a!~)6+R%~(3(.(=*x!{!k(W*8((-)+[-:(N!^*J%U(z(@+)!t!x(:-_()!z(b(%(:*O(5(u)Z!}-()k!O!v!}(m)h(9(3(m(d-G,?(^(n!v)x!w!Z!p(@!w)P(%(O(R)Q*K!u#%,u(((h(}!J!w!{*j(O(8)]+Y!w(%*s,_,=*!(.%{(h(c+Q-6-%!p!k*.(h)^(C)W(f)3-T!x!})0(2(})A)+(4!w*5+P!t(((2(=!w!m!z(V(2+)%~(L(~!o(X([!^!m-n-W(1!z(#)G)S-i(h(C*r)O%U+z%|!i(G+D)t!q.>!u(#*E!p!w)>(=!q)0(K(8(d(B!w!t)!!v(r!n!l!i!q##(v!z)Z!w.9(E(v!|%|*,!m!s,k(((4(w!u!x)d!x+o(B!}(%!m(Y(!(s(3!z+w!m(W#!!q(W(B!t(d!o)!+g!Y!w(4(B+6*=!z(E%~.+)p!i!i!~!|#%)P!{)t!}!U(H%|!z,@)3)_!o*###(2+-)R(e(w,E+j#!!u(,(3!l(2(V()(w(:(B+l+e,M.X()(_(2.w!x!p!H(P%~,a)8!m(L,^+=/0.8)O/1(,(G*Y)k!{,{)(!Z*J(@*A/8!p(O(U,>(N*p/,.A#%!T!w!i+0+L(V!i(H!z(U+?(e-z!m!k*=(A..(_#%+>(_(B);!i*!!o(,*P)M(5!w)^+U(G.l!k!i(d/Q(.(3(P!p!l(W)x*J+./6!x!m%~+z+9+y!u!u(J!z!i#()Z/=/^*l(4!t(J(u)J#%*W(e(#+h(*!n(c)%.h({(.(c(d+1/4+^!w#%(3)B(..{-p(R(>#!(:(8({!s-L)(-f,Y(J,n+~(u!o!{(5+C)h+q/z(Q!K)*(@(6(@(B(B)W(S(^(,!i(R#%!w,V!z)_%|)G(2)d(G(=*]0)0*!w())J(4++)S(Y!k!|.D-A(o/a*-#%!q(u(0!i(S!u)j/O.C07)x-+,#+x-=!v!m(B)>+F)t/n!{*=!}(8)}0C!i!p)I-1/Z((!N(V(b(=(N,v(o0!({*=*s0M/#([(;(V(@+/(u!m!w(L(.(8(A(8({((-D0#-R#%(4+S(7(L(K#%)-0/(n!{)e)*!]0%)G!i)I(E-o!u)P+i*g#%!l),(8!t(:+-(g/d){!t/[!i!G(%%~)y(v(00n.}!^+h!j(P(})B!x*p!{!k(h(B,N!{.E(^!n*F)f({)j,0)j0K)x((,c*K!v)w(>!x*1.f-I!l!i!n!k(^!t(V%U0a)e0g){(M+H,!+H0f.]!z/+)W)S.[.Z!o)-0b(#!w(4!})6)#*:+/*:/B*s-#+[!i/|)M!j(9(,!{(i,a)-(N-I-K1C,*!})4(.(V)y!j,>#!!S#%!v+5()/h(4)m(@(u(u.q)5!{)e0l*H!{*b+6*o(H+c1J,h)^-C!{.F)u1R(^(O,U(v!v!o!o!q(m()(Q)Z/T,x(V!q(e(d!|+6!w+?!l+Z(U!n,(%}*D(@-F(M!i(w+2)!0t)/!{1h(H(9!v(d0y,Q*,(A!z(c(6)j,;*}1s0u(B!i)3!m1[*2,E-])#1x#%(h(M)v)+)x/5*z)b,#(_.p!q!p+C(J2()S([)p0s!T(E!n++(J!t0>2-!I0S(R+U)>21*M#%+41=.T1?22((!|*U!^*E(.)|(=(,(B--+4-10k,)(G!m(z!x)4+i)Z2%*@1g*q1d-D1G-e)(!m-u!o((()+F)R(W)-1N)p-|2L(M!|((%|*p(,)W(5({(g1})(!v2Q2S%}!x(A*6)!1v)p1j,m)B.!(,%~)g(.(W)E+^)I)G-R({.S*D17(0!x!{(2(6(O!z)j1{*k23!v(E)Z2G+i)B!m(C(#(u(v.Q(|+2)!27)-2!)I(()b(()s(H-J0F/R1E/S*f2l)w(.+Y(4.e(g,L)7*A)B!{)p,(*r06+s/C)-2;*r,m+.,)!u,4(b3*(y+P)j,()j0R1r)y3+#%(7+2*:.511+^2f-k(B!v(R!{)e08)e2Y*T!w*Z2i.o##!u+C!~!i!n!n(v2k)e+g(R!p(T!w(k)G+.({,Q.m29(,3D(V(H(](N!i*:/m*l.R*z0D*{,V+w3M.^((.v!{/}/U(G(N)j/@+3!u+42x!R(u!l!m(o,;)Z,{3((W!v!i%}*-(4*D(6(M(G+y)6(^)I,)*:-#,h,43^(W!k#%(,!v(A(s)e3>*8)_.s([!t,L(#1k(.!})_!i)b!w,?!s.i(]/3((()+v(d-y(g._*t/L3x(M!M)o!O!{!i(s!i)b!p.g(6!q(b(B).!{16([4!)B%|(N*5/x-K)d(o/s1Z3]1c)(!i0(!{)B(s0h)H(()s)k)t3J)t3q){3i*%*a*12s*q,L*r!{.^!n/Y43!j(C!n+v%U(N(2*6)v!q,#(=,K.~3_(C4B-k!m!w!t3a!|)+)E(H)R4J+H,0+l(H-*!{._-Q4M!{(A!m(N)W){3L*-(,-Q):-q(W#((c(4*l(d(=)w(Y.S4-.i)%4Z!|!m#%)J4b)Y4#)p,;)p3r){*L*6!w*]4c*q3n+>/X-9,v-J)M(#%{(C!|+;)k%|*O%~!}(4)_(S!n(d(N2O(^%~**(5(E(o4T!j*l)9(Q*q4*!N!m!i#!(X(8)]*A.s3h)]!w)t4I+.411F!{!l)w!m!m(4)J(h-4.T424n3I().e(G(E(o4h)e4Y)p4D){*Y*q.g-=!t-f4A-o,Y.F);5#(((v-u)9)m(:5,(G*Q(G++){4W+9-/!j2P(5.~(@36,2)(.1##!q)+!}):%~.R(@)+*;4K*o(=,w!m.o4z!i(L(.*O(5+S(;5S(@(M)}([*51)+Q*_.@(U.N!i!Y!p!i!q!k*E()(V(G.N(Q!{(k(u)R--)](P)f)y-H1b0,!|4{5a%}!k(A2@(a.Q+>)O+L#%.I!o5A5q!j(()]4o)v5s){1o*:5L*;)(*w);+4+v,K5u-j(((G*O(y+2*t4]./!{#(#%%~1+(@(}(b(](b/K+s+5/~*=%~!s(7!l)q)~*/(u*z+U/.#%!^.I(#!z(5,!5b!t(#.m(24Q*50V/])g68!m%|!m()(z(=)d(d!t(g6@)r)0.u+m/q(,0U)u1(!{6B,*!b.5#!(N%}1O(@+5+=(_+o!w-r!{!L(B!m+8!}+q#!+h%~(W({#%)I6Q)Q6S2](]!}+_(;(P)!6J)t5]*8-/2Z,X%|(3%|+/(+!z(G**(d(0(g)u(h)u)f,!*@(L+H5_.#1!6g!x()({(9(P(@6n(k0@)>+T.##!+a!{,N)0/b.c(6--*b(E,:!{.*!{3v#%)A-y)H1])e/J+q(W-b*92[((%{!{(J+-(d!i(y)0*:62,h#%/j)0/q!v4C2H4S)^5c+F7((N!s(,!s(9!})#%U6I(:.p)%!{0w((6?)#6q(W77#%!L(C!q3?(3!{(8/H(z7@*8)g+Q7A-](]()35(O6Y(g6v5H(U(.(P)h!k*S,X4=*.!T(V!m+x#!!m(g+5)6+P!i(8!u)+%}(s%~(u(X/X)}(^*57T*v(,6|4@!k(,!t)4(.)+(b7^(j(0)--+*%((-a((/*/L7]!|7_7g!i+e*%!i*84t+@(L,K7i!q({(%!i(D!{+4)o+J,X0T,4%~+g(#3B(4,n(9)3,N+x.|!{!m-4(#*F)r)#*/({0-!p!G!|!U!n!i/F%~33+98%+j+U.1(04r4V6F#%!Z!w((*p(4.c(J(w(b*7)S,^)S6%)],i-b*y1|(((#)o(G-|,f(U4w*.!t(U(G({(k7z,w)v-H/F6r5F!O!n!m#(!u(C!|(W!}(9%|)W()+y(@+S)b(C,9,Y8E.68L!m!z(=(1+R(4(Q(h-.)J,i,w8S/N+R3b74!i)4!v(U%~*6(2.c(4/@(=!w(J)C*k),5!,X8Y(B8[!|8^(W!S(M!i.)(5)_(>!m(G,U(X(0)]#%*#(e+=8f2U*O3j!|8g*!!k!}!t!|(41w(78r(@+C(G.](h/C(h6R,S(98v(W8x)|!s(N!t3=(%(W(A(c(X8~*z!{4s,v!G(8!u(((;+S(A(w(W!|0U#!4F!{!U!p(1)5(>,*(@8/(_(V(w!v*#(E*/94*W.[+o8O.1(E2U953U!{5Q2:!k)b(.)W(G!w(J.6)H/J!m)4!|.K(4(u(6(,(6)w(7(%)E0()](B)s03*](R+j1*,c)M-b9H3S9?3p7B6.#%9L(C(H(Y)6!m)R9U)_!s+l)%+~(B/R(L5}#%65+F!n);!o)+!z(C(*3X(4*F(@(s(W8W)]+S)r((9c!i9d(Y9e9b!j!m(.)G(4(N*_((6A9o9m(B9n)3!l.a!{!p%{(_%}9u%~(H(5(((@+T(B+K(X75(h*O*59z+D(^+j7o+~*),x,i-q9s.!9D6C.3810V9w8D9y+/!k+5!n!m(d(%)%);)6:1*o(U6T,47K:.8+,i!o8G!~(U(d/K)V,i+Q3=,=(Y2E!{3S:77t+e!N(,!x(l%|++%~-+(+(c(:-F(j:B)}73*o(e,x3~/](M7R((:E1!:G!l%|(c(5/5*l!{00+56a*!:,((!u*F!v*7(h(8)]4~)f1w+=(Y+=/H+l!x,c:U.Z)5/}:V7*!{:X!t!U(P!v+D#(!m%|(9(@6U(Q*!)>.f)x!p+9/m,N)4.E:e/N1)3p!x!Y%{!Y5-!|!{()09(21](@3~([#%+s7O-Z((/:!{0w(,!x!t(.(l(E!p(G(9(c2d(h.K)-#%)}(%*5++*p!n+2(,+o;#.#;,!Y33!|(N(2**(b-4(d({)e*a)h)3*8(U*U!u*g(N+v!p,q-6-%;7/o((5N:w7)(]9K((;1(l!V9f!p+)!})k(52:(f5K.A2}5l)|!q)C#!.3(U(,(j)^(~,]+w)k.8(0.k!u/j;J0-;I1e!{3j.q!L*L!v(,#%!w%|!}(8(_(=!{(B.6(G,Z({!i)99~+?(^,=!l-(!m/~-A5B2N5^)J6m;^:I(N!k7%!q(8!u9X!|(U(2(B(4;j(A:i(E(,(R(((i!s*z#%,0;k,S;t/Y7S/c;l4O!{6N;p9F.)!{)C(8;{(G;|(h(s*W(9+>3X5.(N;~-Q!I({!^!i!n)(!q);%~(s()*y(2(P(:-4(g1+(k!w(v=+(z)k*S(,+6.N,3)(,Q=7,S=6,x7?:})W=*(Q=1);=9,!!J0@!k(l#!(,((!{(G)+(v8}3l8X3}!{5((H=D#%!x(((4*O(?!p(B0h(S!t(X(Y(b##(n,^2?6~=K(l=O(W`,special:1,story:`Of all the children in the valley, none was as lively as Rufus the boy.`};
const SPLIT = /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
const printable = (byte) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
const ORDER = [...Array(256).keys()].sort((a, b) => printable(b) - printable(a) || a - b);
const ID_OF_BYTE = ORDER.map((_, byte) => DATA.special + ORDER.indexOf(byte));
const BYTES = [...Array(DATA.special).fill([]), ...ORDER.map((byte) => [byte])]; // the bytes of each id
const FIRST = BYTES.length;
const MERGES = []; // by rank: left id, right id, the id they become
const RANKS = new Map(); // left * 65536 + right -> rank
const MADE = new Map(); // id -> the rank that made it
const known = new Map();
for (const flat = unpack(DATA.merges, 2); 2 * MERGES.length < flat.length;) {
const rank = MERGES.length, left = flat[2 * rank], right = flat[2 * rank + 1];
const bytes = [...BYTES[left], ...BYTES[right]], spelling = bytes.join();
if (!known.has(spelling)) { // two pairs may spell the same token
known.set(spelling, BYTES.length);
BYTES.push(bytes);
}
const id = known.get(spelling);
MERGES.push([left, right, id]);
RANKS.set(left * 65536 + right, rank);
if (!MADE.has(id)) MADE.set(id, rank);
}
export const split = (text) => text.match(SPLIT) || [];
export function steps(word) {
let ids = [...new TextEncoder().encode(word)].map((byte) => ID_OF_BYTE[byte]);
const states = [];
for (;;) {
const ranks = ids.slice(1).map((right, i) => RANKS.get(ids[i] * 65536 + right) ?? null);
const known = ranks.filter((rank) => rank !== null);
const best = known.length ? ranks.indexOf(Math.min(...known)) : -1;
states.push({ ids, ranks, best });
if (best < 0) return states;
ids = [...ids.slice(0, best), MERGES[ranks[best]][2], ...ids.slice(best + 2)];
}
}
const cache = new Map();
function encodeWord(word) {
if (!cache.has(word)) cache.set(word, steps(word).at(-1).ids);
return cache.get(word);
}
export const encode = (text) => split(text.toWellFormed()).flatMap(encodeWord);
export const decode = (ids) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(ids.flatMap((id) => BYTES[id])));
const PRESETS = {
Story: DATA.story,
Digits: 'In 1948 she paid 1234567 coins for 3.14159 pies.',
Chinese: '从前有一个小女孩。',
Emoji: 'A cat 🐱 and a family 👩‍👩‍👧',
Code: 'def add(a, b):\n    return a + b\n',
};
const hex = (bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
const plural = (n, word) => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;
const SIGNS = { ' ': ['·', 'space'], '\n': ['↵', 'newline'], '\t': ['⇥', 'tab'], '\r': ['␍', 'return'], '\u00a0': ['⍽', 'no-break space'] };
function asText(bytes) {
try { return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes)); } catch { return null; }
}
function drawn(bytes) {
const text = asText(bytes);
if (text === null) return [h('b', {}, hex(bytes))];
return [...text].map((c) => (SIGNS[c] ? h('i', {}, SIGNS[c][0]) : /\p{C}/u.test(c) && c !== '\u200d' ? h('b', {}, hex([...new TextEncoder().encode(c)])) : c === '\u200d' ? h('b', {}, 'ZWJ') : c));
}
function spoken(bytes) {
const text = asText(bytes);
if (text === null) return `${bytes.length === 1 ? 'byte' : 'bytes'} ${hex(bytes)}`;
return [...text].map((c) => (SIGNS[c] ? ` ${SIGNS[c][1]} ` : c)).join('').trim();
}
const quoted = (id) => h('code', {}, ...drawn(BYTES[id]));
function render({ model, el }) {
let text = String(model.get('text') ?? DATA.story);
let words = [], spans = [], word = 0, step = 0, states = [], token = 0, timer = 0;
const root = h('div', { class: 'fig' });
const say = speaker(root);
const uid = Math.random().toString(36).slice(2, 8);
const area = h('textarea', { id: `t${uid}`, rows: 3, maxlength: 2000, spellcheck: 'false', autocomplete: 'off' });
area.value = text;
area.addEventListener('input', () => setText(area.value));
const presets = Object.entries(PRESETS).map(([name, sample]) =>
h('button', { type: 'button', onclick: () => { area.value = sample; setText(sample); } }, name));
const stat = (name) => { const value = h('dd'); return [h('div', {}, h('dt', {}, name), value), value]; };
const [bytesBox, bytesOut] = stat('bytes'), [tokensBox, tokensOut] = stat('tokens'), [ratioBox, ratioOut] = stat('bytes per token');
const tokens = h('div', { class: 'tokens', role: 'group', 'aria-label': 'Tokens of your text' });
const about = h('p', { class: 'about small' });
arrowKeys(tokens, 'button');
const wordName = h('span', { class: 'mono' }), wordAt = h('span', { class: 'small soft num' });
const pieces = h('div', { class: 'pieces', role: 'img' });
const rule = h('p', { class: 'rule' });
const slider = h('input', { type: 'range', min: 0, step: 1, 'aria-label': 'Merge step' });
const stepOut = h('output');
slider.addEventListener('input', () => { stop(); setStep(+slider.value); });
const button = (name, path, action) => h('button', { type: 'button', class: 'icon', 'aria-label': name, title: name, onclick: action }, icon(path));
const moveBy = (n) => () => { stop(); setStep(step + n); };
const first = button('First step', ICONS.first, moveBy(-1e9)), back = button('Previous step', ICONS.back, moveBy(-1));
const next = button('Next step', ICONS.next, moveBy(1)), last = button('Last step', ICONS.last, moveBy(1e9));
const play = button('Play', ICONS.play, () => (timer ? stop() : start()));
const wordBack = button('Previous word', ICONS.back, () => { stop(); setWord(word - 1); });
const wordNext = button('Next word', ICONS.next, () => { stop(); setWord(word + 1); });
root.append(
h('h2', {}, 'Tokenizer playground'),
h('p', { class: 'lead' }, `Type, and see how the book’s tokenizer cuts it: ${MERGES.length.toLocaleString('en')} merge rules, learned from the stories.`),
h('section', {},
h('div', { class: 'row apart', style: 'margin-bottom:6px' }, h('label', { for: `t${uid}` }, 'Your text'),
h('div', { class: 'row', role: 'group', 'aria-label': 'Examples' }, presets)),
area),
h('section', {}, h('dl', { class: 'stats' }, bytesBox, tokensBox, ratioBox), tokens, about),
h('section', { class: 'part' },
h('div', { class: 'row apart' },
h('h3', {}, 'How the word ', wordName, ' is merged'),
h('div', { class: 'row' }, wordAt, wordBack, wordNext)),
pieces, rule,
h('p', { class: 'ranks small soft' }, 'Between two pieces: the rank of the rule that joins them, – if there is none. The lowest rank goes first.'),
h('div', { class: 'player' }, first, back, play, next, last, h('label', {}, slider, stepOut))),
);
function setText(value) {
text = value.toWellFormed();
words = split(text);
spans = [];
words.forEach((part, at) => encodeWord(part).forEach((id, i) => spans.push({ id, word: at, i })));
const size = new TextEncoder().encode(text).length;
bytesOut.textContent = size.toLocaleString('en');
tokensOut.textContent = spans.length.toLocaleString('en');
ratioOut.textContent = spans.length ? (size / spans.length).toFixed(2) : '–';
presets.forEach((preset) => preset.setAttribute('aria-pressed', String(PRESETS[preset.textContent] === text)));
tokens.replaceChildren(...spans.map(({ id }, i) => h('button', {
type: 'button', class: `chip c${i % 5}`, tabindex: -1, 'aria-pressed': 'false', 'data-id': id,
onclick: () => { stop(); setToken(i); },
}, h('span', { class: 'sr' }, `${spoken(BYTES[id])}, id ${id}`),
h('span', { 'aria-hidden': 'true' }, ...drawn(BYTES[id])), h('small', { 'aria-hidden': 'true' }, String(id)))));
model.set('text', text);
setWord(longest());
say(`${plural(size, 'byte')}, ${plural(spans.length, 'token')}`, 700);
}
function longest() {
const merges = words.map((part) => steps(part).length);
return Math.max(0, merges.indexOf(Math.max(...merges)));
}
function setWord(at) {
word = Math.max(0, Math.min(words.length - 1, at));
states = words.length ? steps(words[word]) : [{ ids: [], ranks: [], best: -1 }];
slider.max = states.length - 1;
const utf8 = [...new TextEncoder().encode(words[word] ?? '')];
wordName.replaceChildren(...drawn(utf8));
wordAt.textContent = words.length ? `word ${word + 1} of ${words.length}` : 'no words';
wordBack.disabled = word <= 0;
wordNext.disabled = word >= words.length - 1;
markToken(spans.findIndex((span) => span.word === word));
setStep(0, words.length ? `Word ${word + 1} of ${words.length}: ${spoken(utf8)}. ` : '');
}
function setToken(at) {
if (spans[at].word !== word) setWord(spans[at].word);
markToken(at);
say(about.textContent);
}
function markToken(at) {
token = at;
[...tokens.children].forEach((chip, i) => {
chip.setAttribute('aria-pressed', String(i === at));
chip.tabIndex = i === Math.max(0, at) ? 0 : -1;
});
if (at < 0) return about.replaceChildren('Nothing to tokenize: type something above.');
const { id } = spans[at], rank = MADE.get(id);
const made = rank === undefined ? ['one of the 256 bytes every text is made of.']
: ['made by merge ', h('b', {}, String(rank)), ': ', quoted(MERGES[rank][0]), ' + ', quoted(MERGES[rank][1]), '.'];
about.replaceChildren('Token ', quoted(id), ' has id ', h('b', {}, String(id)), `, ${plural(BYTES[id].length, 'byte')} `,
h('code', {}, hex(BYTES[id])), ' (hexadecimal), ', ...made);
}
function setStep(at, before = '') {
step = Math.max(0, Math.min(states.length - 1, at));
const { ids, ranks, best } = states[step], fresh = step ? states[step - 1].best : -1;
pieces.replaceChildren(...ids.flatMap((id, i) => [
i ? h('span', { class: `gap${i - 1 === best ? ' best' : ''}` }, ranks[i - 1] === null ? '–' : String(ranks[i - 1])) : null,
h('span', { class: `chip${best >= 0 && (i === best || i === best + 1) ? ' hot' : ''}${i === fresh ? ' fresh' : ''}` },
h('span', {}, ...drawn(BYTES[id])), h('small', {}, String(id))),
]).filter(Boolean));
pieces.setAttribute('aria-label', `Pieces: ${ids.map((id) => spoken(BYTES[id]) || 'space').join(' | ')}`);
if (best >= 0) {
rule.replaceChildren('Next: rule ', h('b', {}, String(ranks[best])), ', ', quoted(ids[best]), ' + ', quoted(ids[best + 1]), ' → ', quoted(MERGES[ranks[best]][2]), '.');
} else {
rule.replaceChildren(ids.length > 1 ? `No rule joins any two neighbours: the word ends as ${plural(ids.length, 'token')}.` : ids.length ? 'One piece is left: the whole word is one token.' : '');
}
slider.value = step;
const done = states.length - 1;
stepOut.textContent = `step ${step} of ${done}`;
const now = best >= 0 ? `Next, rule ${ranks[best]} joins ${spoken(BYTES[ids[best]]) || 'space'} and ${spoken(BYTES[ids[best + 1]]) || 'space'}.` : rule.textContent;
slider.setAttribute('aria-valuetext', `step ${step} of ${done}`);
first.disabled = back.disabled = step === 0;
next.disabled = last.disabled = step === done;
play.disabled = done === 0;
say(`${before}Step ${step} of ${done}: ${plural(ids.length, 'piece')}. ${now}`);
}
function start() {
if (step === states.length - 1) setStep(0);
timer = setInterval(() => { setStep(step + 1); if (step === states.length - 1) stop(); }, 1100);
play.replaceChildren(icon(ICONS.pause));
play.setAttribute('aria-label', 'Pause');
play.title = 'Pause';
}
function stop() {
clearInterval(timer);
timer = 0;
play.replaceChildren(icon(ICONS.play));
play.setAttribute('aria-label', 'Play');
play.title = 'Play';
}
setText(text);
if (Number.isInteger(model.get('word'))) setWord(model.get('word'));
if (Number.isInteger(model.get('step'))) setStep(model.get('step'));
const unmount = mount(el, 'tokenizer', CSS, root);
return () => { stop(); unmount(); };
}
export default { render };
