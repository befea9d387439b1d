//@ include shared.js

const CSS = /*@ css */ '';
const DATA = /*@ data */ null;

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

// A shape and a colour for each kind of word, so that colour is never alone.
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

  // Find a word.
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

  // The map.
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

  // The neighbours.
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

  // From the unit square of the data to the screen: a margin, then the reader's zoom and shift.
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

  // Around the chosen word where it can be seen, else around the middle.
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

  // Mouse, touch, wheel, keys.
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

  // N and P go round the neighbours of the word where the walk began.
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
