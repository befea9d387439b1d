//@ include shared.js

const CSS = /*@ css */ '';
const DATA = /*@ data */ null;

const LAST = DATA.longest - 1, PAIRS = DATA.width / 2, TURN = 2 * Math.PI;
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

// Radians per position of each pair, fastest first, and the number that multiplies queries and keys.
export function frequencies({ width = DATA.width, base = DATA.base, scaling = 'none', factor = 1, trained = DATA.trained } = {}) {
  const plain = (b) => Array.from({ length: width / 2 }, (_, i) => b ** ((-2 * i) / width));
  const theta = plain(base);
  // Between the trained speed (share 1) and the fully slowed one (share 0).
  const blend = (share) => theta.map((t, i) => t * share(t, i) + (t / factor) * (1 - share(t, i)));
  if (scaling === 'linear') return { theta: theta.map((t) => t / factor), attention: 1 };
  if (scaling === 'ntk') return { theta: plain(base * factor ** (width / (width - 2))), attention: 1 };
  if (scaling === 'llama3') {
    const share = (t) => clamp(((trained * t) / TURN - DATA.low) / (DATA.high - DATA.low), 0, 1);
    return { theta: blend(share), attention: 1 };
  }
  if (scaling === 'yarn') {
    // The pair, as a fractional index, that turns so many times within the trained length.
    const pairOf = (turns) => (width * Math.log(trained / (turns * TURN))) / (2 * Math.log(base));
    const first = Math.max(Math.floor(pairOf(DATA.fast)), 0);
    let last = Math.min(Math.ceil(pairOf(DATA.slow)), width - 1);
    if (last === first) last += 0.001;
    const share = (_, i) => 1 - clamp((i - first) / (last - first), 0, 1);
    return { theta: blend(share), attention: factor > 1 ? 0.1 * Math.log(factor) + 1 : 1 };
  }
  return { theta, attention: 1 };
}

// A vector, given as pairs, turned as a token at this position turns it.
export function turned(pairs, position, { theta, attention }) {
  return pairs.map(([x, y], i) => {
    const c = attention * Math.cos(position * theta[i]), s = attention * Math.sin(position * theta[i]);
    return [x * c - y * s, x * s + y * c];
  });
}

// What each pair adds to the score of a query at m and a key at n.
export function parts(query, key, m, n, speeds) {
  const q = turned(query, m, speeds), k = turned(key, n, speeds);
  return q.map(([x, y], i) => x * k[i][0] + y * k[i][1]);
}
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
export const score = (query, key, m, n, speeds) => sum(parts(query, key, m, n, speeds));

// Is the angle between the arrows of each pair one that no distance in training has shown?
export function unseen(distance, plain, theta, trained = DATA.trained) {
  return theta.map((t, i) => (distance * t) % TURN > plain[i] * trained);
}

// Pairs of normally distributed numbers that depend on the seed and on nothing else.
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
// Small numbers as 3.2·10⁻⁴, which is shorter than 0.000316.
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

  // The line with the two tokens, and a third handle that holds both.
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

  // The dials, fast to slow.
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

  // The score, and the score at every distance.
  const scoreOut = h('dd', { class: 'score' }), distanceOut = h('dd'), news = h('p', { class: 'small soft fate' });
  const plot = svg('svg', { class: 'plot', role: 'slider', tabindex: 0, 'aria-label': 'Distance of the two tokens', 'aria-valuemin': 0, 'aria-valuemax': LAST });
  const toDistance = (event) => Math.round(((event.clientX - plot.getBoundingClientRect().left - EDGE.left) / (width - EDGE.left - EDGE.right)) * LAST);
  plot.addEventListener('pointerdown', (event) => { plot.setPointerCapture(event.pointerId); apart(toDistance(event)); });
  plot.addEventListener('pointermove', (event) => { if (plot.hasPointerCapture(event.pointerId)) apart(toDistance(event)); });
  slideKeys(plot, () => now.m - now.n, apart);

  // The knobs.
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

  // The key never comes after the query, as in a decoder.
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

  // An arc around the origin, from three o’clock against the clock.
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
