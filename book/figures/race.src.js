//@ include shared.js

const CSS = /*@ css */ '';
const DATA = /*@ data */ null;

const LETTERS = 'ABCD', MOST = LETTERS.length;
const AXES = { steps: 'steps', tokens: 'tokens read', seconds: 'seconds' };
const STEP = 0.001;

// The recorded steps of a run of so many: closer together at the start (race_data.py).
const recorded = (steps) => [...new Set(Array.from({ length: DATA.points + 1 }, (_, k) => Math.round(steps * (k / DATA.points) ** 1.5)))];

// Every recorded run: its losses at its steps, and the step at which it died, or 0.
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

// How much of an axis one step of a run covers.
export const unit = (run, axis) => ({ steps: 1, tokens: run.batch * DATA.context, seconds: run.milliseconds / 1000 })[axis];

// The loss of a run at a step, on a straight line between what was recorded; infinite once it died.
export function lossAt(run, step) {
  if (run.died && step >= run.died) return Infinity;
  const i = run.steps.findIndex((s) => s >= step);
  if (i <= 0) return run.losses[i < 0 ? run.losses.length - 1 : 0];
  const [a, b] = [run.steps[i - 1], run.steps[i]];
  return run.losses[i - 1] + ((run.losses[i] - run.losses[i - 1]) * (step - a)) / (b - a);
}

// The finish is where the shortest run ends, on the chosen axis. Who is lowest there, by how much,
// and who is so near that another seed could have put them first.
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

// The rates of a run's optimizer at its batch, each with its loss where the race ends.
const ladder = (run, finish, axis) => siblings(run).map((other) => ({ rate: other.rate, loss: lossAt(other, Math.min(other.length, finish / unit(other, axis))) }));
const lowest = (rungs) => rungs.reduce((a, b) => (b.loss < a.loss ? b : a));
const ending = (run) => lossAt(run, run.length);

// At how many batches the best rate of one optimizer ends below the best rate of another.
export const beats = (one, other) => DATA.batches.filter((batch) => {
  const [a, b] = [one, other].map((slug) => Math.min(...RUNS.filter((run) => run.optimizer === slug && run.batch === batch).map(ending)));
  return a < b;
}).length;

// What the other recorded runs say about each contestant, from their numbers alone.
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

// Ready-made heats: [name, contestants, axis].
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

// The shapes of the badges, as the style sheet has them.
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

  // Contestants.
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

  // The prediction and the race.
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

  // A new race: nothing is shown of it until the reader has predicted.
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

  // The chart: all curves at once, behind a window that opens from the left.
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

  // Show the race up to a share of the finish.
  function move(to) {
    at = to;
    scrub.value = Math.round(1000 * to);
    scrub.disabled = !shown;
    const now = to * result.finish;
    scrub.setAttribute('aria-valuetext', amount(now));
    const losses = keys.map((key) => { const run = find(key); return lossAt(run, now / unit(run, axis)); });
    if (place) {
      shutter.setAttribute('width', Math.max(0, place.wide * to + (to >= 1 ? 1 : 0)));
      // Heads that would cover each other make room, in the order of their losses.
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

  // The finish: the verdict, and the score if this race is new.
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
