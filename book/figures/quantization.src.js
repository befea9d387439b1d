//@ include shared.js

const CSS = /*@ css */ '';
const DATA = /*@ data */ null;

const ROWS = DATA.rows, COLUMNS = DATA.columns, COUNT = ROWS * COLUMNS, SPOT = DATA.row * COLUMNS + DATA.column;
const MARKS = { symmetric: 'symmetric', affine: 'affine', anchored: 'anchored', nf4: 'nf4' };
const SHARED = { tensor: 'tensor', channel: 'channel', 64: 'group of 64', 32: 'group of 32' };
const OUTLIERS = { 0: 'none', 2: '2×', 4: '4×', 8: '8×', 16: '16×' };
const ORDER = ['tensor', 'channel', '64', '32'];
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

// The matrix, and the same with one weight made so many times as large as the largest.
export function matrix(outlier = 0) {
  const made = Float32Array.from(unpack(DATA.weights, 2), (step) => (step - DATA.half) * DATA.unit);
  if (outlier) made[SPOT] = outlier * LARGEST;
  return made;
}
const LARGEST = matrix().reduce((most, w) => Math.max(most, Math.abs(w)), 0);

// The arithmetic of llmbook.compression.rounding, in float32 as there, so that no code differs.
const f32 = Math.fround;

// To the nearest whole number; a half goes to the even neighbour.
function even(x) {
  const up = Math.round(x);
  return Math.abs(x % 1) === 0.5 && up % 2 ? up - 1 : up;
}

// To the nearest number of half precision: eleven binary digits, fewer below 2^-14.
export function half(x) {
  const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x) || 1)), -14) - 10);
  return even(x / step) * step;
}

// The place of the nearest mark of nf4; halfway between two, the even place.
function nearest(x) {
  let below = 0, above = 0;
  for (let i = 1; i < DATA.nf4.length; i++) {
    const middle = (DATA.nf4[i] + DATA.nf4[i - 1]) / 2;
    below += middle < x;
    above += middle <= x;
  }
  return below % 2 ? above : below;
}

// How many neighbours share a scale: they follow each other in the list of weights.
const sharers = (shared, count, columns) => (shared === 'tensor' ? count : shared === 'channel' ? columns : +shared);

// Codes, scales and zero points of a matrix, and the weights that they stand for.
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

// Root mean square of the errors over that of the weights, one weight left out.
export function relativeError(weights, values, skip = -1) {
  let error = 0, total = 0;
  for (let i = 0; i < weights.length; i++) {
    if (i === skip) continue;
    error += (values[i] - weights[i]) ** 2;
    total += weights[i] ** 2;
  }
  return Math.sqrt(error / total);
}

// Bytes of packed codes, of a scale in two bytes for each group, and of its zero point in one.
export const bytes = ({ bits, marks, shared }) => (COUNT * bits) / 8 + (COUNT / sharers(shared, COUNT, COLUMNS)) * (marks === 'affine' ? 3 : 2);

// Error of all weights but the planted one, and the share of them that become 0.
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

  // What a setting costs: worked out once.
  const price = (setting) => {
    const key = [setting.bits, setting.marks, setting.shared, setting.outlier].join();
    if (!known.has(key)) known.set(key, outcome(setting));
    return known.get(key);
  };

  // The knobs.
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

  // The question, and what the arithmetic says.
  const CASE = { bits: 4, marks: 'symmetric', shared: 'tensor' };
  const guessed = h('p', { class: 'told' });
  const guesses = radios('g', ['hardly anything', 'their error doubles', 'nearly all become 0'], (value) => {
    const before = price({ ...CASE, outlier: 0 }), after = price({ ...CASE, outlier: DATA.times });
    const right = after.zeros > 0.9 ? 2 : after.error > 1.5 * before.error ? 1 : 0;
    guessed.textContent = `${+value === right ? 'Right.' : 'Not this time.'} The error of the others goes from ${percent(before.error)} to ${percent(after.error)}, and ${roughly(after.zeros)} of them become 0 (before, ${roughly(before.zeros)}). The ruler has to reach the outlier, and no mark is left for the rest. The dial is set to this case: now fence the outlier in, with a scale for each channel, then for each group.`;
    set({ ...CASE, outlier: DATA.times, row: DATA.row, column: DATA.column }, `${guessed.textContent} `);
  });

  // The answers.
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

  // The three pictures, one pixel for each weight; the style sheet scales them up.
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

  // The chosen weight, and a frame around those that share its scale, as far as they are in the picture.
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

  // The weights that share one scale, above; the marks, and how many weights took each, below.
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

  // The error of every number of bits for all four ways to share a scale.
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

// The mark of a line, so that colour is not all that tells them apart: circle, square, triangle, diamond.
function dot(kind, x, y) {
  const shape = ['M-3.500 0a3.500 3.500 0 1 0 7 0a3.500 3.500 0 1 0-7 0Z', 'M-3-3h6v6h-6Z', 'M0-4L4 3H-4Z', 'M0-4.500L4 0 0 4.500-4 0Z'][kind];
  return svg('path', { class: 'dot', d: shape, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
}

export default { render };
