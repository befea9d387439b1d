//@ include shared.js

const CSS = /*@ css */ '';
const DATA = /*@ data */ null;

const FAMILIES = { gpt2: 'GPT-2', llama: 'Llama' };
const SHAPE = {
  layers: ['L', 'layers', 1, 512], width: ['D', 'width', 8, 65536], inner: ['F', 'feed-forward', 8, 262144],
  heads: ['H', 'heads', 1, 512], groups: ['G', 'KV heads', 1, 512], vocabulary: ['V', 'vocabulary', 1, 2000000],
};
const STEP = { length: ['T', 'context', 2, 10000000], sequences: ['b', 'texts at once', 1, 100000], micro: ['m', 'micro-batches', 1, 100000] };
const WAYS = { data: ['d', 'data', 1, 100000], tensor: ['t', 'tensor', 1, 512], pipeline: ['p', 'pipeline', 1, 512] };
const FIELDS = { ...SHAPE, ...STEP, ...WAYS };
const PRECISIONS = { float32: 'fp32', bfloat16: 'bf16 only', mixed: 'bf16 + fp32 master', megatron: 'bf16 + fp32 master, grads' };
const OPTIMIZERS = { sgd: 'SGD', momentum: 'SGD with momentum', adamw: 'Adam, AdamW', muon: 'Muon (and AdamW)' };
const KERNELS = { fused: 'fused GPU kernels', book: 'this book’s code' };
const SHARDED = ['nothing: plain DP', 'optimizer: ZeRO-1', '+ gradients: ZeRO-2', '+ parameters: FSDP'];
const PARTS = { parameters: 'parameters', gradients: 'gradients', optimizer: 'optimizer state', activations: 'activations', logits: 'logits' };
const FREE = { precision: PRECISIONS, optimizer: OPTIMIZERS, kernels: KERNELS, family: FAMILIES };
const START = { precision: 'megatron', optimizer: 'adamw', kernels: 'fused', checkpoint: false, length: 4096, sequences: 1, micro: 8, data: 1, tensor: 1, pipeline: 1, sharded: 0 };
const sum = (values) => Object.values(values).reduce((a, b) => a + b, 0);

export const presets = () => Object.fromEntries(DATA.presets.map(({ slug, name, head, ...shape }) => [slug, { ...shape, length: Math.min(shape.context, START.length) }]));
export const start = () => ({ ...START, ...presets()[DATA.first] });

// What is wrong with a configuration, or ''.
export function problem(s) {
  for (const [key, [, name, low, high]] of Object.entries(FIELDS)) {
    if (!Number.isInteger(s[key]) || s[key] < low || s[key] > high) return `${name}: expected a whole number from ${low.toLocaleString('en')} to ${high.toLocaleString('en')}`;
  }
  if (s.width % s.heads) return `width: ${s.width.toLocaleString('en')} is no multiple of ${s.heads} heads`;
  if (s.heads % s.groups) return `KV heads: ${s.heads} heads cannot share ${s.groups} KV heads equally`;
  if (s.family !== 'gpt2' && (s.width / s.heads) % 2) return `width: heads of ${s.width / s.heads} are odd, but RoPE turns pairs`;
  if (s.heads % s.tensor) return `tensor: ${s.heads} heads cannot be shared out over ${s.tensor} GPUs`;
  if (s.pipeline > s.layers) return `pipeline: ${s.layers} layers cannot fill ${s.pipeline} stages`;
  return '';
}

// Parameters in tables, hidden matrices and vectors (scaling.py: parameter_counts).
export function counts({ family, layers: L, width: D, heads: H, groups: G, inner: F, vocabulary: V, context, length, tied }) {
  const tables = V * D * (tied ? 1 : 2), keys = (G * D) / H;
  if (family === 'gpt2') return { tables: tables + Math.max(context, length) * D, matrices: L * (4 * D * D + 2 * D * F), vectors: L * (9 * D + F) + 2 * D };
  return { tables, matrices: L * (2 * D * D + 2 * D * keys + 3 * D * F), vectors: L * 2 * D + D };
}

// Bytes of weights, gradients and optimizer on a GPU (scaling.py: step_memory; cluster.py shares them
// out): of `total` numbers the optimizer remembers `remembered`.
export function shares(total, remembered, { precision, data: d, tensor: t, pipeline: p, sharded }) {
  const [weight, gradient, master, average] = DATA.bytes[precision], ways = t * p;
  return {
    parameters: (weight * total) / ways / (sharded > 2 ? d : 1),
    gradients: (gradient * total) / ways / (sharded > 1 ? d : 1),
    optimizer: (master * total + average * remembered) / ways / (sharded > 0 ? d : 1),
  };
}

// Bytes of activations and logits on a GPU of the first stage with fused kernels, the residual stream
// shared out in the tensor group (cluster.py: memory_needed). A stage holds as many micro-batches as
// there are stages before it is full.
export function fused({ family, precision, layers: L, width: D, heads: H, groups: G, inner: F, vocabulary: V, length, sequences, micro, tensor: t, pipeline: p, checkpoint }) {
  const number = DATA.bytes[precision][0] / 2, keys = (D * G) / H, up = (family === 'gpt2' ? 1 : 2) * F;
  const stream = 8 * D * number, layer = stream + (4 * (D + keys) + 2 * (up + F)) * number, tokens = (sequences * length) / t;
  const alive = (L / p) * Math.min(p, micro);
  return { activations: tokens * (checkpoint ? (alive * stream) / 4 + layer : alive * layer), logits: p === 1 ? 4 * tokens * V : 0 };
}

// The same of this book’s code, as autograd keeps it (scaling.py: activation_bytes). The fullest moment
// is where the way back turns round, or, when that holds more, in a layer, the logits gone by then.
export function plain({ family, precision, layers: L, width: D, heads: H, groups: G, inner: F, vocabulary: V, length: T, sequences, checkpoint }) {
  const n = DATA.bytes[precision][0], old = family === 'gpt2', keys = (D * G) / H, tokens = sequences * T, mask = T * T;
  const norm = old ? n * (2 * D + 2) : 4 * (D + 1) + n * 2 * D;
  const layer = tokens * (2 * norm + n * 2 * (D + keys) + 4 * H + n * (old ? 2 : 4) * F);
  const kept = L * (checkpoint ? tokens * n * D : layer) + (checkpoint ? mask : L * n * mask), ends = 16 * tokens + (old ? 8 * T : (2 * n * T * D) / H);
  const logits = 4 * tokens * V, turn = tokens * norm + 4 * Math.ceil(tokens / 512) + 8 + 8 * V * Math.min(tokens, 512);
  const inside = n * F * tokens * (old ? 1 : 2) + (checkpoint ? layer + n * mask : 0), late = inside > turn + logits;
  return { activations: kept + ends + (late ? inside : turn), logits: late ? 0 : logits };
}

const kernels = (s) => (s.tensor * s.pipeline > 1 ? 'fused' : s.kernels);

// Bytes on each GPU, by part.
export function memory(s) {
  const held = counts(s), total = sum(held), [hidden, rest] = DATA.states[s.optimizer];
  return { ...shares(total, hidden * held.matrices + rest * (total - held.matrices), s), ...(kernels(s) === 'book' ? plain(s) : fused(s)) };
}

// Bytes that each GPU sends in a step, by kind (what cluster.py divides by the speed of the links).
export function sent(s) {
  const [weight, gradient] = DATA.bytes[s.precision], share = sum(counts(s)) / s.tensor / s.pipeline;
  return traffic(share, weight, gradient, s);
}
export function traffic(share, weight, gradient, { layers, width, length, sequences, micro, data: d, tensor: t, pipeline: p, sharded, checkpoint }) {
  const stream = weight * sequences * length * width, once = [2 * gradient, weight + gradient, weight + gradient, micro * (2 * weight + gradient)][sharded];
  return {
    data: once * share * ((d - 1) / d),
    tensor: micro * (checkpoint ? 3 : 2) * (layers / p) * 4 * stream * ((t - 1) / t),
    pipeline: p > 1 ? (micro * 2 * stream) / t : 0,
  };
}

// The share of a step in which a GPU of a pipeline waits for the others.
export const bubble = ({ pipeline: p, micro }) => (p - 1) / (micro + p - 1);

// Whether so many bytes fit a GPU of so many GB.
export const fits = (bytes, size) => bytes <= DATA.usable * size * 1e9;

const exact = (value) => value.toLocaleString('en');
function short(value, units) {
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${value.toLocaleString('en', { maximumSignificantDigits: value >= 1000 ? 4 : 3 })} ${units[unit]}`.trim();
}
const count = (value) => value < 1e6 ? exact(value) : short(value, ['', 'thousand', 'M', 'B', 'T']);
const bytes = (value) => short(value, ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']);
const percent = (share) => (share === 0 ? '0%' : share < 0.001 ? '<0.1%' : `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%`);
const plural = (n, word) => `${exact(n)} ${word}${n === 1 ? '' : 's'}`;
const batches = (n) => (n === 1 ? '1 micro-batch' : `${exact(n)} micro-batches`);
const over = (names) => names.map((name) => ` ÷ ${name}`).join('');

function render({ model, el }) {
  const all = presets(), root = h('div', { class: 'fig' }), say = speaker(root), uid = Math.random().toString(36).slice(2, 8);
  let now = { ...START, ...(all[model.get('preset')] || all[DATA.first]) }, size = DATA.gpus.includes(model.get('gpu')) ? model.get('gpu') : 80;
  for (const key of [...Object.keys(FIELDS), 'tied', 'checkpoint', 'sharded', ...Object.keys(FREE)]) {
    const value = model.get(key);
    if (FREE[key] ? FREE[key][value] : key === 'sharded' ? SHARDED[value] : typeof value === typeof now[key]) now[key] = value;
  }
  if (model.get('optimizer') === 'adam') now.optimizer = 'adamw';
  const first = { ...now };

  // The knobs.
  const choose = (name, key, choices, act) => {
    const node = h('select', { id: key + uid }, Object.entries(choices).map(([value, text]) => h('option', { value }, text)));
    node.addEventListener('change', () => act(node.value, node.selectedOptions[0].textContent));
    return [h('div', {}, h('label', { for: key + uid }, name), node), node];
  };
  const set = (change, spoken = '', source = null) => {
    Object.assign(now, change);
    if (now.family === 'gpt2' && Number.isInteger(now.heads)) now.groups = now.heads;
    show(spoken, source);
  };
  const tick = (key, name, said) => {
    const node = h('input', { type: 'checkbox', id: key + uid });
    node.addEventListener('change', () => set({ [key]: node.checked }, said[+node.checked]));
    return [h('div', {}, h('label', { class: 'check', for: key + uid }, node, name)), node];
  };
  const [presetBox, presetIn] = choose('Preset', 'preset', { ...Object.fromEntries(DATA.presets.map((p) => [p.slug, p.name])), '': 'your own' }, (value, text) => { if (value) set(all[value], `${text}. `); });
  presetIn.lastChild.disabled = true;
  const selects = { family: 'Family', precision: 'Precision', optimizer: 'Optimizer', kernels: 'Activations of' };
  const boxes = {}, inputs = {};
  for (const [key, name] of Object.entries(selects)) [boxes[key], inputs[key]] = choose(name, key, FREE[key], (value, text) => set({ [key]: value }, `${name}: ${text}. `));
  [boxes.sharded, inputs.sharded] = choose('The data ways share out', 'sharded', SHARDED, (value, text) => set({ sharded: +value }, `Shared out: ${text}. `));
  [boxes.tied, inputs.tied] = tick('tied', 'Tied head', ['Head of its own. ', 'Tied head. ']);
  [boxes.checkpoint, inputs.checkpoint] = tick('checkpoint', 'Checkpointing', ['Activations kept. ', 'Activation checkpointing. ']);
  for (const [key, [letter, name, low, high]] of Object.entries(FIELDS)) {
    const node = h('input', { type: 'number', id: key + uid, min: low, max: high, step: 1, inputmode: 'numeric' });
    node.addEventListener('input', () => set({ [key]: node.value === '' ? NaN : +node.value }, '', node));
    [boxes[key], inputs[key]] = [h('div', {}, h('label', { for: key + uid }, h('i', {}, letter), ` ${name}`), node), node];
  }
  const sizes = h('div', { class: 'switch', role: 'radiogroup', 'aria-labelledby': `gpu${uid}` }, DATA.gpus.map((gb) => {
    const node = h('input', { type: 'radio', name: `gpu${uid}`, value: gb });
    node.addEventListener('change', () => { size = gb; show(`GPU of ${gb} GB. `); });
    return h('label', {}, node, h('span', {}, `${gb} GB`));
  }));
  const wrong = h('p', { class: 'wrong small', role: 'alert' });

  // The answers.
  const stat = (name) => { const value = h('dd'); return [h('div', {}, h('dt', {}, name), value), value]; };
  const [totalBox, totalOut] = stat('parameters'), [gpuBox, gpuOut] = stat('GPUs'), [tokenBox, tokenOut] = stat('tokens per step'), [eachBox, eachOut] = stat('on each GPU');
  const verdict = h('p', { class: 'verdict' });
  const stack = h('div', { class: 'stack' }, Object.keys(PARTS).map((part) => h('b', { class: part }))), limit = h('span', { class: 'limit' }), limitText = h('span', { class: 'limit-text num' });
  const bar = h('div', { class: 'bar', role: 'img' }, stack, limit, limitText);
  const rows = Object.fromEntries(Object.entries(PARTS).map(([part, name]) => {
    const cells = ['num wide', 'num', 'num wide'].map((kind) => h('td', { class: kind })), how = h('span', { class: 'how' });
    return [part, { row: h('tr', {}, h('th', { scope: 'row' }, h('b', { class: `key ${part}`, 'aria-hidden': 'true' }), name, how), cells), cells, how }];
  }));
  const totals = ['num wide', 'num', 'num wide'].map((kind) => h('td', { class: kind }));
  const table = h('table', {}, h('caption', { class: 'sr' }, 'Memory of a training step by part'),
    h('thead', {}, h('tr', {}, ['part', 'if one GPU held all', 'each GPU', 'share'].map((name, i) => h('th', { scope: 'col', class: i ? `num${i === 2 ? '' : ' wide'}` : false }, name)))),
    h('tbody', {}, Object.values(rows).map(({ row }) => row)), h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, 'all'), totals)));
  const list = h('ul', { class: 'fits' }), sums = h('dl', { class: 'sums num' }), note = h('p', { class: 'small soft' });
  const answers = h('div', {},
    h('section', { class: 'part' }, h('dl', { class: 'stats' }, totalBox, gpuBox, tokenBox, eachBox), verdict, bar),
    h('section', { class: 'tight' }, table, list),
    h('section', { class: 'part' }, h('h3', {}, 'What each GPU sends in a step, and how long it waits'), sums, note));
  const again = h('button', { type: 'button', onclick: () => set({ ...first }, 'As at the start. ') }, 'Start again');
  const of = (...keys) => keys.map((key) => boxes[key]);

  root.append(
    h('h2', {}, 'Will it fit? Memory of a training step'),
    h('p', { class: 'lead' }, 'Choose a model, how it is trained, and how the work is cut over GPUs. What lies in the memory of each one, and what must travel between them?'),
    h('section', {}, h('h3', {}, 'Model'), h('div', { class: 'knobs three' }, presetBox, of('family', 'tied')), h('div', { class: 'knobs six' }, of(...Object.keys(SHAPE)))),
    h('section', {}, h('h3', {}, 'Step'), h('div', { class: 'knobs three' }, of('precision', 'optimizer', 'kernels')), h('div', { class: 'knobs four' }, of(...Object.keys(STEP), 'checkpoint'))),
    h('section', {}, h('h3', {}, 'Ways to cut it: d · t · p GPUs'), h('div', { class: 'knobs plan' }, of(...Object.keys(WAYS), 'sharded'))),
    h('section', { class: 'row apart' }, h('div', { class: 'row' }, h('h3', { id: `gpu${uid}` }, 'A GPU has'), sizes), again),
    wrong, answers,
  );

  function show(spoken = '', source = null) {
    const own = Object.entries(all).find(([, preset]) => Object.keys(preset).every((key) => key === 'length' || preset[key] === now[key]));
    presetIn.value = own ? own[0] : '';
    const bad = problem(now);
    for (const [key, node] of Object.entries(inputs)) {
      if (node.type === 'checkbox') node.checked = now[key];
      else if (node !== source) node.value = Number.isNaN(now[key]) ? '' : key === 'kernels' ? kernels(now) : now[key];
      if (FIELDS[key]) node.setAttribute('aria-invalid', String(bad.startsWith(FIELDS[key][1] + ':')));
    }
    inputs.groups.disabled = now.family === 'gpt2';
    inputs.kernels.disabled = now.tensor * now.pipeline > 1;
    inputs.sharded.disabled = now.data === 1;
    for (const node of sizes.querySelectorAll('input')) node.checked = +node.value === size;
    wrong.textContent = bad && `${bad}.`;
    answers.classList.toggle('stale', Boolean(bad));
    answers.inert = Boolean(bad);
    if (bad) return;
    for (const [key, value] of Object.entries({ preset: presetIn.value, ...now, gpu: size })) model.set(key, value);
    drawMemory();
    drawTraffic();
    say(`${spoken}${bytes(sum(memory(now)))} on each of ${plural(now.data * now.tensor * now.pipeline, 'GPU')}. ${verdict.textContent}`);
  }

  // How each part comes about, in letters.
  function formulas() {
    const { data: d, tensor: t, pipeline: p, sharded, checkpoint } = now, [weight, gradient, master, average] = DATA.bytes[now.precision];
    const [hidden, rest] = DATA.states[now.optimizer], cut = [t > 1 && 't', p > 1 && 'p'].filter(Boolean), from = (level) => over([...cut, ...(d > 1 && sharded >= level ? ['d'] : [])]);
    const numbers = hidden === rest ? `${hidden} × ${average}` : `${hidden} × ${average} in matrices, ${rest} × ${average} elsewhere`;
    const state = [master && `${master} for the master`, hidden + rest && numbers].filter(Boolean).join(' + ');
    const each = over(t > 1 ? ['t'] : []), alive = p > 1 ? `, L ÷ p layers of ${batches(Math.min(p, now.micro))}` : '';
    return {
      parameters: `${weight} bytes × N${from(3)}`, gradients: `${gradient} bytes × N${from(2)}`, optimizer: state ? `(${state}) bytes × N${from(1)}` : 'nothing to remember',
      activations: `${checkpoint ? 'the input of each layer, one layer whole' : 'what the way back needs'}: b · T tokens${each}${alive}`,
      logits: p > 1 ? 'on the last stage' : !memory(now).logits ? 'gone by the fullest moment, inside a layer' : `4 bytes × b · T × V${each}`,
    };
  }

  function drawMemory() {
    const each = memory(now), total = sum(each), one = memory({ ...now, data: 1, tensor: 1, pipeline: 1, sharded: 0, kernels: kernels(now) }), whole = sum(one), how = formulas();
    const gpus = now.data * now.tensor * now.pipeline, fit = fits(total, size), most = Math.max(total, size * 1e9) * 1.06;
    totalOut.textContent = count(sum(counts(now)));
    gpuOut.textContent = exact(gpus);
    tokenOut.textContent = count(now.data * now.micro * now.sequences * now.length);
    eachOut.textContent = bytes(total);
    verdict.className = `verdict ${fit ? 'yes' : 'no'}`;
    verdict.textContent = fit ? `Fits a GPU of ${size} GB: ${percent(total / (size * 1e9))} full.` : `Does not fit a GPU of ${size} GB: it needs ${percent(total / (size * 1e9))} of it, and ${percent(DATA.usable)} can be used.`;
    Object.keys(PARTS).forEach((part, i) => {
      stack.children[i].style.width = `${(100 * each[part]) / most}%`;
      stack.children[i].hidden = !each[part];
      const { cells, how: line } = rows[part];
      line.textContent = how[part];
      [bytes(one[part]), bytes(each[part]), percent(each[part] / total)].forEach((text, k) => { cells[k].textContent = text; });
    });
    [bytes(whole), bytes(total), ''].forEach((text, k) => { totals[k].textContent = text; });
    const at = (100 * size * 1e9) / most;
    limit.style.left = limitText.style.left = `${at}%`;
    limitText.className = `limit-text num ${at < 12 ? 'left' : at > 88 ? 'right' : ''}`;
    limitText.textContent = `${size} GB`;
    bar.setAttribute('aria-label', `${bytes(total)} on each GPU: ${Object.keys(PARTS).map((part) => `${PARTS[part]} ${bytes(each[part])}`).join(', ')}. ${verdict.textContent}`);
    list.replaceChildren(...DATA.gpus.map((gb) => {
      const yes = fits(total, gb), share = total / (gb * 1e9);
      return h('li', { class: yes ? 'yes' : 'no' }, h('span', {}, `a GPU with ${gb} GB`), h('span', { class: 'gauge', 'aria-hidden': 'true' }, h('b', { style: `width:${100 * Math.min(1, share)}%` })),
        h('span', { class: 'num' }, yes ? `fits, ${percent(share)} full` : `does not fit: ${percent(share)}`));
    }));
  }

  function drawTraffic() {
    const { data: d, tensor: t, pipeline: p, micro, sharded } = now, kinds = sent(now), idle = bubble(now);
    const line = (name, how, value) => h('div', {}, h('dt', {}, name), h('dd', {}, how, how ? ': ' : '', h('b', {}, value)));
    sums.replaceChildren(
      line('Data', d === 1 ? '' : ['gradients, summed over d', 'gradients summed, weights collected', 'gradients summed, weights collected', `weights collected twice and gradients summed, for ${batches(micro)}`][sharded], d === 1 ? 'nothing' : bytes(kinds.data)),
      line('Tensor', t === 1 ? '' : `the stream summed twice in each layer, in ${now.checkpoint ? 3 : 2} passes, ${exact(micro)} times`, t === 1 ? 'nothing' : bytes(kinds.tensor)),
      line('Pipeline', p === 1 ? '' : `the stream to the next stage, its gradient back, ${exact(micro)} times`, p === 1 ? 'nothing' : bytes(kinds.pipeline)),
      line('Bubble', p === 1 ? '' : `(p − 1) ÷ (m + p − 1) of the step`, percent(idle)),
    );
    note.textContent = `${kernels(now) === 'book' ? 'Activations: what autograd keeps for the models of this book, masks included.' : 'Activations: with fused attention, the residual stream shared out in the tensor group; the first stage, which is the fullest.'} Stages hold equal shares of the weights; a layer that FSDP collects for a moment is not counted. ${percent(DATA.usable)} of a GPU’s memory is for tensors; 1 GB is 10⁹ bytes. Sums travel in rings, so that a GPU of n sends (n − 1) ÷ n of what is collected.`;
  }

  show();
  return mount(el, 'memory', CSS, root);
}

export default { render };
