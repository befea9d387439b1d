//@ include shared.js

const CSS = /*@ css */ '';
const DATA = /*@ data */ null;

// Words are cut as the tokenizer cuts them, each with the space before it. The last id stands for
// the end of a story; one more, which is only ever looked back at, for its start.
const WORDS = DATA.words.split('|');
const IDS = new Map(WORDS.map((word, id) => [word, id]));
const END = IDS.get(''), START = WORDS.length;
const SPLIT = /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
const DEPTH = DATA.n;

// The stories, one after the other, each behind a start mark. They come packed: an id that is not a
// word stands for two ids before it.
function unroll() {
  const runs = unpack(DATA.runs, 2), text = [START], stack = [];
  for (const packed of unpack(DATA.stories, 2)) {
    for (stack.push(packed); stack.length;) {
      const id = stack.pop(), run = 2 * (id - WORDS.length);
      if (run >= 0) stack.push(runs[run + 1], runs[run]);
      else text.push(id);
    }
    if (packed === END) text.push(START);
  }
  return text.slice(0, -1);
}
const TEXT = unroll();
const STORIES = TEXT.filter((id) => id === START).length;

export function idsOf(text) {
  return (text.match(SPLIT) || []).map((word) => IDS.get(word) ?? -1);
}

// One pass over all stories: after each context that an n-gram model could use, longest first, how
// often did each word come? Found by walking back from every place for as long as the words agree.
export function lookBack(ids, n) {
  const all = [START, ...ids], most = Math.min(n - 1, all.length);
  const counts = Array.from({ length: most + 1 }, () => new Map());
  for (let at = 0; at < TEXT.length; at++) {
    if (TEXT[at] === START) continue;
    for (let back = 0; back <= most; back++) {
      if (back && TEXT[at - back] !== all[all.length - back]) break;
      counts[back].set(TEXT[at], (counts[back].get(TEXT[at]) || 0) + 1);
    }
  }
  const rungs = counts.map((next, back) => ({
    context: all.slice(all.length - back), next, total: [...next.values()].reduce((a, b) => a + b, 0),
  })).reverse();
  return { rungs, used: rungs.findIndex((rung) => rung.total) };
}

// Next words with counts, most frequent first, and probabilities at temperature 1 and as asked.
// Probability to the power 1 / temperature, made to sum to 1; temperature 0 leaves the first only.
export function nextWords(ids, n, temperature) {
  const { rungs, used } = lookBack(ids, n), { next, total } = rungs[used];
  const rows = [...next].map(([id, count]) => ({ id, count, plain: count / total })).sort((a, b) => b.count - a.count || a.id - b.id);
  const powers = rows.map((row, i) => (temperature > 0 ? Math.exp(Math.log(row.count / rows[0].count) / temperature) : +(i === 0)));
  const sum = powers.reduce((a, b) => a + b, 0);
  rows.forEach((row, i) => { row.p = powers[i] / sum; });
  return { rungs, used, rows };
}

// A number in [0, 1) that depends on the seed and on the place in the story, and on nothing else.
export function chance(seed, place) {
  let t = (Math.imul(seed, 0x9e3779b1) + Math.imul(place + 1, 0x85ebca6b)) | 0;
  t = Math.imul(t ^ (t >>> 16), 0x21f0aaad);
  t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
  return ((t ^ (t >>> 15)) >>> 0) / 2 ** 32;
}

// The row on which a number in [0, 1) falls when the probabilities are laid end to end.
export function pick(rows, number) {
  for (const row of rows) if ((number -= row.p) < 0) return row.id;
  return rows[0].id;
}

export const sampleNext = (ids, n, temperature, seed) => pick(nextWords(ids, n, temperature).rows, chance(seed, ids.length));

const percent = (p) => (p >= 0.9995 ? '100%' : p >= 0.1 ? `${(100 * p).toFixed(0)}%` : p >= 0.001 ? `${(100 * p).toFixed(1)}%` : '<0.1%');
const shown = (id) => (id === END ? '(end of story)' : WORDS[id].replace(/^ /, '').replace(/\n/g, '↵') || 'space');
const plural = (n, word) => `${n.toLocaleString('en')} ${word}${n === 1 ? '' : 's'}`;

function render({ model, el }) {
  let prompt = String(model.get('prompt') ?? DATA.prompt);
  let n = within(model.get('n'), 1, DEPTH, 3), temperature = within(model.get('temperature'), 0, 2, 1), seed = within(model.get('seed'), 0, 999999, 1);
  let words = [], ids = [], typed = 0, all = false, now = null;
  const root = h('div', { class: 'fig' });
  const say = speaker(root);
  const uid = Math.random().toString(36).slice(2, 8);

  function within(value, low, high, otherwise) {
    return typeof value === 'number' && value >= low && value <= high ? value : otherwise;
  }

  // The knobs.
  const orders = h('div', { class: 'switch' }, [...Array(DEPTH).keys()].map((i) => {
    const input = h('input', { type: 'radio', name: `n${uid}`, value: i + 1, checked: i + 1 === n, 'aria-label': `n = ${i + 1}: ${i ? `look back ${plural(i, 'word')}` : 'look at no word'}` });
    input.addEventListener('change', () => { n = i + 1; changed(`n = ${n}. `); });
    return h('label', {}, input, h('span', {}, String(i + 1)));
  }));
  const heat = h('input', { type: 'range', id: `t${uid}`, min: 0, max: 2, step: 0.05, value: temperature });
  const heatOut = h('span', { class: 'value' });
  heat.addEventListener('input', () => { temperature = +heat.value; changed(`Temperature ${temperature}. `); });
  const seedIn = h('input', { type: 'number', id: `s${uid}`, min: 0, max: 999999, step: 1, value: seed, inputmode: 'numeric' });
  seedIn.addEventListener('input', () => { seed = Math.trunc(within(+seedIn.value, 0, 999999, seed)); model.set('seed', seed); });
  const promptIn = h('input', { type: 'text', id: `p${uid}`, maxlength: 300, autocomplete: 'off', spellcheck: 'false' });
  promptIn.value = prompt;
  promptIn.addEventListener('input', () => { prompt = promptIn.value; restart(); });

  // The story, the way back, the next word.
  const story = h('p', { class: 'story' });
  const ladder = h('ol', { class: 'ladder' });
  const bars = h('div', { class: 'bars', role: 'group', 'aria-label': 'Next word: choose one' });
  arrowKeys(bars, 'button');
  const act = (name, action, main) => h('button', { type: 'button', class: main ? 'main' : false, onclick: action }, name);
  const draw = act('Draw a word', () => add(sampleNext(ids, n, temperature, seed), 'Drew'), true);
  const whole = act('Write to the end', writeOn), undo = act('Undo', takeBack), again = act('Start again', restart);
  const reseed = act('New seed', () => { seed = (seed * 7919 + 104729) % 1000; seedIn.value = seed; model.set('seed', seed); restart(); });

  root.append(
    h('h2', {}, 'Write a story by counting'),
    h('p', { class: 'lead' }, `An n-gram model looks back n − 1 words and draws the next one from what followed them in ${STORIES} stories. Punctuation marks count as words.`),
    h('section', { class: 'knobs' },
      h('fieldset', {}, h('legend', {}, 'Order n'), orders),
      h('div', { class: 'wide' }, h('label', { for: `t${uid}` }, 'Temperature ', heatOut), heat),
      h('div', {}, h('label', { for: `s${uid}` }, 'Seed'), h('div', { class: 'row' }, seedIn))),
    h('section', {}, h('label', { for: `p${uid}` }, 'Begin with'), promptIn),
    h('section', {}, story),
    h('section', { class: 'row' }, draw, whole, undo, again, reseed),
    h('section', { class: 'sides part' },
      h('div', {}, h('h3', {}, 'What comes next: choose a word'),
        h('p', { class: 'small soft' }, 'Bar and percent: probability at this temperature. Line: at temperature 1. Last: count.'), bars),
      h('div', {}, h('h3', {}, 'How far back the model can look'), ladder)),
  );

  function restart() {
    words = prompt.trimEnd().match(SPLIT) || [];
    ids = words.map((word) => IDS.get(word) ?? -1);
    typed = words.length;
    model.set('prompt', prompt);
    changed();
  }

  function add(id, how) {
    if (ids.at(-1) === END) return;
    words.push(WORDS[id]);
    ids.push(id);
    changed(`${how} ${shown(id)}. `);
  }

  function writeOn() {
    const from = ids.length;
    for (let i = 0; i < 400 && ids.at(-1) !== END; i++) {
      ids.push(sampleNext(ids, n, temperature, seed));
      words.push(WORDS[ids.at(-1)]);
    }
    changed(`Wrote ${plural(ids.length - from, 'word')}: ${words.slice(from).join('')} `);
  }

  function takeBack() {
    if (ids.length <= typed) return;
    const id = ids.pop();
    words.pop();
    changed(`Took back ${shown(id)}. `);
  }

  function changed(news = '') {
    all = false;
    model.set('n', n);
    model.set('temperature', temperature);
    now = nextWords(ids, n, temperature);
    heatOut.textContent = `${temperature.toFixed(2)}${temperature === 0 ? ' (always the likeliest)' : ''}`;
    const ended = ids.at(-1) === END;
    drawStory(ended);
    drawLadder();
    drawBars(ended);
    draw.disabled = whole.disabled = ended;
    undo.disabled = ids.length <= typed;
    const rung = now.rungs[now.used], back = now.used > 0 ? `Backed off to ${plural(rung.context.length, 'word')}. ` : '';
    if (news) say(news + (ended ? 'The story has ended.' : `${back}Next: ${now.rows.slice(0, 3).map((row) => `${shown(row.id)} ${percent(row.p)}`).join(', ')}.`));
  }

  function drawStory(ended) {
    const reach = now.rungs[now.used].context.filter((id) => id !== START).length;
    story.replaceChildren(...words.flatMap((word, i) => {
      if (ids[i] === END) return [' ', h('span', { class: 'fin' }, '■ the end')];
      const lead = word.startsWith(' ') ? ' ' : '', seen = !ended && i >= words.length - reach;
      return [lead, h('span', { class: seen ? 'seen' : ids[i] < 0 ? 'odd' : false, title: ids[i] < 0 ? 'not in the model’s vocabulary' : false }, word.slice(lead.length))];
    }), ended ? '' : h('span', { class: 'slot', 'aria-hidden': 'true' }));
  }

  function drawLadder() {
    ladder.replaceChildren(...now.rungs.map(({ context, next, total }, i) => {
      const text = context.map((id) => (id === START ? '▸' : id < 0 ? '?' : WORDS[id])).join('').trim();
      const name = context.length ? h('span', { class: 'mono' }, context[0] === START && context.length === 1 ? '▸ (start of story)' : text) : 'no word: how often each word occurs at all';
      const fate = !total ? 'never seen: back off to a shorter context'
        : i === now.used ? `used: seen ${total.toLocaleString('en')}×, ${next.size === 1 ? 'always followed by the same word' : `followed by ${next.size} different words`}`
          : `not needed: seen ${total.toLocaleString('en')}×`;
      return h('li', { class: i === now.used ? 'used' : false, 'aria-current': i === now.used ? 'true' : false },
        h('b', {}, context.length ? plural(context.length, 'word') + ' ' : ''), name, h('br'), fate);
    }));
  }

  function drawBars(ended) {
    const focused = bars.contains(document.activeElement), rows = all ? now.rows.slice(0, 60) : now.rows.slice(0, 8);
    const rest = now.rows.slice(rows.length), top = Math.max(...now.rows.map((row) => Math.max(row.p, row.plain)));
    const list = rows.map((row, i) => h('button', {
      type: 'button', disabled: ended, tabindex: i ? -1 : 0, 'data-id': row.id,
      onclick: () => add(row.id, 'Chose'),
    },
    h('span', { class: 'mono' }, row.id !== END && !WORDS[row.id].startsWith(' ') ? h('i', { 'aria-hidden': 'true' }, '⌢') : '', shown(row.id)),
    h('span', { class: 'bar', 'aria-hidden': 'true' }, h('b', { style: `width:${(100 * row.p) / top}%` }), h('u', { style: `left:calc(${(100 * row.plain) / top}% - 1px)` })),
    h('span', { class: 'num' }, percent(row.p)), h('span', { class: 'num soft' }, `${row.count.toLocaleString('en')}×`)));
    const others = rest.length ? h('p', { class: 'small soft' }, `${plural(rest.length, 'other word')} share ${percent(rest.reduce((sum, row) => sum + row.p, 0))}. `,
      all ? null : h('button', { type: 'button', style: 'display:inline-block;width:auto;border-color:var(--edge);padding:0 8px;min-height:26px;font-size:13px;margin:0', onclick: () => { all = true; drawBars(ended); bars.querySelector('button').focus(); } }, 'Show more')) : null;
    bars.replaceChildren(...list, ...(others ? [others] : []));
    if (focused && list[0]) list[0].focus();
  }

  restart();
  return mount(el, 'ngram', CSS, root);
}

export default { render };
