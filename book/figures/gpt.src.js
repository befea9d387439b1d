//@ include shared.js

const CSS = /*@ css */ '';
const DATA = /*@ data */ null;

const FAMILIES = { gpt2: 'GPT-2', llama: 'Llama', qwen2: 'Qwen2', qwen3: 'Qwen3' };
const FIELDS = {
  layers: ['L', 'layers', 1, 512], width: ['D', 'width', 8, 65536], heads: ['H', 'heads', 1, 512], groups: ['G', 'KV heads', 1, 512],
  head: ['K', 'width of a head', 1, 65536], inner: ['F', 'feed-forward', 8, 262144], vocabulary: ['V', 'vocabulary', 1, 2000000], context: ['T', 'context', 1, 10000000],
};
const PARTS = { embedding: 'embedding', attention: 'attention', scores: 'attention scores', inner: 'feed-forward', norms: 'norms', head: 'head' };
const sum = (values) => Object.values(values).reduce((a, b) => a + b, 0);

export const presets = () => Object.fromEntries(DATA.presets.map(({ slug, name, ...shape }) => [slug, shape]));

// What is wrong with a shape, or ''.
export function problem(s) {
  for (const [key, [, name, low, high]] of Object.entries(FIELDS)) {
    if (!Number.isInteger(s[key]) || s[key] < low || s[key] > high) return `${name}: expected a whole number from ${low.toLocaleString('en')} to ${high.toLocaleString('en')}`;
  }
  if (s.heads % s.groups) return `KV heads: ${s.heads} heads cannot share ${s.groups} KV heads equally`;
  if (s.family === 'gpt2' && s.width !== s.heads * s.head) return `width: ${s.width.toLocaleString('en')} is no multiple of ${s.heads} heads`;
  if (s.family !== 'gpt2' && s.head % 2) return `width of a head: ${s.head} is odd, but RoPE turns pairs`;
  return '';
}

// Each part as [terms to add up, how it reads]; GPT-2 has biases, learned positions, LayerNorms and a
// feed-forward layer of two matrices; the others RMSNorms and one of three.
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

// Forward FLOPs for one token that looks at T tokens: two for each weight of a matrix that it meets,
// and two for each multiplication in q·k and in the weighted sum of values.
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

// Bytes of keys and values for each token.
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

// What the sliders step through: few, round numbers, near enough to each other.
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

  // The knobs.
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

  // The answers.
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

  // Memory.
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

  // What follows from what was changed: GPT-2's heads split the width; KV heads divide the heads.
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
