//@ include shared.js

const CSS = /*@ css */ '';
const DATA = /*@ data */ null;

const SIZES = { disk: 'file', container: 'coded file', memory: 'memory' };
const GOODS = { above: 'bits per byte', sound: 'stories that pass' };
const PACES = { write: 'writing', read: 'reading' };
const MEGA = 1e6;

export const rows = () => DATA.rows;
export const find = (slug) => DATA.rows.find((row) => row.slug === slug);
const WHOLE = DATA.rows[0];
const CHANCE = Math.max(...DATA.rows.filter(({ family }) => family === 'zeros').flatMap((row) => [row.write_times, row.read_times]).map((ratio) => Math.abs(ratio - 1)));

// What is wanted small: bits per byte above the floor, or minus the share of stories that pass.
export const cost = (row, y) => (y === 'above' ? row.above[0] : -row.sound[0]);

// A budget: at most so many bytes of this size, at least so many tokens per second of this pace.
export const fits = (row, { x, size, pace, speed }) => row[x] <= size && row[pace] >= speed;

// Those that no other one beats: as small and as good, and better in one of the two.
export function pareto(some, x, y) {
  const beats = (a, b) => a[x] <= b[x] && cost(a, y) <= cost(b, y) && (a[x] < b[x] || cost(a, y) < cost(b, y));
  return some.filter((row) => !some.some((other) => beats(other, row))).sort((a, b) => a[x] - b[x]);
}

// Of those that fit: the best, and the smallest that these texts cannot tell from it.
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

// The marks of the families, for a radius of 1; areas about alike.
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

  // The chart. Both axes are logarithms, but for shares.
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

  // Names of those on the line, where there is room for them: on its better side first.
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

  // Show one method: its numbers, its ring, its interval.
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
