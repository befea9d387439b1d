//@ include shared.js

const CSS = /*@ css */ '';
const DATA = /*@ data */ null;

const T = DATA.tokens, HEADS = DATA.layers * DATA.heads, MAP = T * T;
const SCORES = unpack(DATA.scores, 2).map((value) => (value + DATA.low) * DATA.step);
const WORDS = DATA.words.map((line) => line.split('|'));

// The scores of one head over one text, as stored: query · key, a row per query.
export const scoresOf = (text, layer, head) => {
  const start = ((text * DATA.layers + layer) * DATA.heads + head) * MAP;
  return Array.from({ length: T }, (_, i) => SCORES.slice(start + i * T, start + (i + 1) * T));
};

// Scores to weights: divided by the root of the head's width or not, the future hidden or not.
export function weights(rows, { scaled = true, causal = true, width = DATA.width } = {}) {
  return rows.map((row, i) => {
    const seen = row.map((s, j) => (causal && j > i ? -Infinity : s / (scaled ? Math.sqrt(width) : 1)));
    const top = Math.max(...seen), parts = seen.map((s) => Math.exp(s - top));
    const total = parts.reduce((a, b) => a + b, 0);
    return parts.map((p) => p / total);
  });
}

// How spread a row is: the number of tokens that equal weights of the same entropy would reach.
export const reach = (row) => Math.exp(-row.reduce((sum, w) => sum + (w > 0 ? w * Math.log(w) : 0), 0));

const percent = (w) => `${(100 * w).toFixed(w < 0.0995 ? 1 : 0)}%`;
const name = (word) => `“${word.replace('·', '')}”`;

function render({ model, el }) {
  const whole = (key, below, otherwise) => {
    const value = model.get(key);
    return Number.isInteger(value) && value >= 0 && value < below ? value : otherwise;
  };
  const now = {
    text: whole('text', WORDS.length, 0), layer: whole('layer', DATA.layers, DATA.layer), head: whole('head', DATA.heads, DATA.head),
    token: whole('token', T, DATA.token), scaled: model.get('scaled') !== false, causal: model.get('causal') !== false,
  };
  const root = h('div', { class: 'fig' }), say = speaker(root), uid = Math.random().toString(36).slice(2, 8);
  let maps = [];

  // A square of weights, one pixel each; the style sheet scales it up.
  const canvas = (props) => h('canvas', { width: T, height: T, ...props });
  function draw(node, rows) {
    const style = getComputedStyle(root), image = node.getContext('2d').createImageData(T, T);
    const [low, high] = ['--cold', '--hot'].map((key) => style.getPropertyValue(key).trim().match(/\d+/g).map(Number));
    rows.flat().forEach((w, at) => {
      const share = Math.sqrt(w); // small weights stay visible
      for (let c = 0; c < 3; c++) image.data[4 * at + c] = Math.round(low[c] + (high[c] - low[c]) * share);
      image.data[4 * at + 3] = 255;
    });
    node.getContext('2d').putImageData(image, 0, 0);
  }

  const text = h('select', { id: `t${uid}` }, WORDS.map((words, i) => h('option', { value: i, selected: i === now.text }, words.slice(0, 7).join('').replaceAll('·', ' ').trim() + ' …')));
  text.addEventListener('change', () => set({ text: Number(text.value) }));
  const toggle = (key, label) => {
    const input = h('input', { type: 'checkbox', name: key, checked: now[key] });
    input.addEventListener('change', () => set({ [key]: input.checked }));
    return h('label', { class: 'check' }, input, h('span', {}, label));
  };
  const thumbs = Array.from({ length: HEADS }, (_, i) => {
    const layer = Math.floor(i / DATA.heads), head = i % DATA.heads;
    const input = h('input', { type: 'radio', name: `h${uid}`, checked: layer === now.layer && head === now.head, 'aria-label': `layer ${layer + 1}, head ${head + 1}` });
    input.addEventListener('change', () => set({ layer, head }));
    const map = canvas({ 'aria-hidden': 'true' });
    return { layer, head, map, box: h('label', { class: 'thumb' }, input, map, h('span', { 'aria-hidden': 'true' }, `${layer + 1}.${head + 1}`)) };
  });

  const ribbon = h('div', { class: 'ribbon', role: 'group', 'aria-label': 'The tokens; choose the one that looks' });
  const big = canvas({ class: 'big', role: 'img' }), cross = h('div', { class: 'cross', 'aria-hidden': 'true' });
  const frame = h('div', { class: 'map' }, big, cross), told = h('p', { class: 'told' }), top = h('ol', { class: 'top' });
  const spread = h('dd'), future = h('dd');
  frame.addEventListener('pointermove', (event) => {
    const box = frame.getBoundingClientRect(), row = Math.floor(((event.clientY - box.top) / box.height) * T);
    if (row >= 0 && row < T && row !== now.token) set({ token: row });
  });
  arrowKeys(ribbon, 'button');

  root.append(
    h('h2', {}, DATA_TITLE),
    h('p', { class: 'lead' }, `Point at a token, or move to it with the arrow keys: it is the query, and the bar under every token shows how much of its attention that one gets. The small maps choose the head. The model has ${DATA.layers} layers of ${DATA.heads} heads, and was trained on the book’s stories.`),
    h('section', { class: 'row apart' }, h('div', { class: 'pick' }, h('label', { for: `t${uid}` }, 'Opening '), text), h('div', { class: 'row' }, toggle('causal', 'causal mask'), toggle('scaled', 'divide by √d'))),
    h('section', { class: 'heads', role: 'radiogroup', 'aria-label': 'Layer and head' }, thumbs.map((thumb) => thumb.box)),
    h('section', {}, ribbon),
    h('section', { class: 'pair' }, h('div', {}, frame, h('p', { class: 'small soft axes' }, 'rows: the token that looks · columns: what it looks at · colour: root of the weight')),
      h('div', {}, told, top, h('dl', { class: 'stats' }, h('div', {}, h('dt', {}, 'tokens reached'), spread), h('div', {}, h('dt', {}, 'on the future'), future)), h('p', { class: 'small soft note' }))),
  );
  const note = root.querySelector('.note');

  function set(change) {
    Object.assign(now, change);
    for (const [key, value] of Object.entries(change)) model.set(key, value);
    show(!('token' in change) || Object.keys(change).length > 1);
  }

  function show(all) {
    if (all) {
      maps = thumbs.map((thumb) => weights(scoresOf(now.text, thumb.layer, thumb.head), now));
      thumbs.forEach((thumb, i) => draw(thumb.map, maps[i]));
      draw(big, maps[now.layer * DATA.heads + now.head]);
      const had = ribbon.contains(document.activeElement);
      ribbon.replaceChildren(...WORDS[now.text].map((word, i) => {
        const node = h('button', { type: 'button', tabindex: i === now.token ? 0 : -1 }, word.replace('·', ' '));
        node.addEventListener('pointerenter', () => now.token !== i && set({ token: i }));
        node.addEventListener('focus', () => now.token !== i && set({ token: i }));
        node.addEventListener('click', () => set({ token: i }));
        return node;
      }));
      if (had) ribbon.children[now.token].focus();
    }
    const row = maps[now.layer * DATA.heads + now.head][now.token], words = WORDS[now.text];
    [...ribbon.children].forEach((node, i) => {
      node.style.setProperty('--w', `${(100 * row[i]).toFixed(1)}%`);
      node.tabIndex = i === now.token ? 0 : -1;
      node.setAttribute('aria-pressed', String(i === now.token));
      node.classList.toggle('hidden', now.causal && i > now.token);
      node.setAttribute('aria-label', `${words[i].replace('·', '') || 'blank'}, ${percent(row[i])}`);
    });
    cross.style.top = `${(100 * now.token) / T}%`;
    cross.style.height = `${100 / T}%`;
    const best = row.map((w, j) => [w, j]).sort((a, b) => b[0] - a[0]).slice(0, 4).filter(([w]) => w > 0.005);
    top.replaceChildren(...best.map(([w, j]) => h('li', {}, h('b', { style: `width:${100 * w}%` }), h('span', {}, words[j].replace('·', ' ') || ' '), h('span', { class: 'soft' }, j === now.token ? 'itself' : j < now.token ? `${now.token - j} back` : `${j - now.token} ahead`), h('span', { class: 'num' }, percent(w)))));
    told.textContent = `${name(words[now.token])} in layer ${now.layer + 1}, head ${now.head + 1} looks at`;
    spread.textContent = reach(row).toFixed(1);
    const ahead = row.slice(now.token + 1).reduce((a, b) => a + b, 0);
    future.textContent = percent(ahead);
    note.textContent = !now.causal ? 'Without the mask, a token sees what it is asked to predict. In training it never did, so these weights on the future mean nothing.'
      : !now.scaled ? `Without the division by √${DATA.width}, scores are ${Math.sqrt(DATA.width).toFixed(1)} times as large: a few tokens take nearly all the weight.` : '';
    big.setAttribute('aria-label', `Weights of layer ${now.layer + 1}, head ${now.head + 1}: ${T} tokens looking at ${T} tokens.`);
    say(`${told.textContent} ${best.map(([w, j]) => `${words[j].replace('·', '')} ${percent(w)}`).join(', ')}. ${note.textContent}`);
  }

  const unmount = mount(el, 'attention', CSS, root);
  const themed = new MutationObserver(() => show(true)); // the maps are painted, not styled
  themed.observe(root, { attributeFilter: ['data-theme'] });
  show(true);
  return () => { themed.disconnect(); unmount(); };
}

const DATA_TITLE = 'What every head looks at';

export default { render };
