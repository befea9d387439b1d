//@ include shared.js

const CSS = /*@ css */ '';
const DATA = /*@ data */ null;

// The book's tokenizer: GPT-2's split pattern, then merges of bytes, lowest rank first.
// \s of Python's regex is Unicode's White_Space; JavaScript's \s differs by three characters.
const SPLIT = /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

// Ids: special tokens, then the bytes in GPT-2's order (printable ones first), then the merges.
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

// Every state of one word, from bytes to tokens: its ids, the rank of each pair (null: no rule), the pair to join.
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

// A token's bytes as text, or null when they are only part of a character.
function asText(bytes) {
  try { return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes)); } catch { return null; }
}

// Drawn: spaces and line ends visible, pieces of characters as hexadecimal bytes.
function drawn(bytes) {
  const text = asText(bytes);
  if (text === null) return [h('b', {}, hex(bytes))];
  return [...text].map((c) => (SIGNS[c] ? h('i', {}, SIGNS[c][0]) : /\p{C}/u.test(c) && c !== '\u200d' ? h('b', {}, hex([...new TextEncoder().encode(c)])) : c === '\u200d' ? h('b', {}, 'ZWJ') : c));
}

// Spoken: the same in words.
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

  // Your text.
  const area = h('textarea', { id: `t${uid}`, rows: 3, maxlength: 2000, spellcheck: 'false', autocomplete: 'off' });
  area.value = text;
  area.addEventListener('input', () => setText(area.value));
  const presets = Object.entries(PRESETS).map(([name, sample]) =>
    h('button', { type: 'button', onclick: () => { area.value = sample; setText(sample); } }, name));
  const stat = (name) => { const value = h('dd'); return [h('div', {}, h('dt', {}, name), value), value]; };
  const [bytesBox, bytesOut] = stat('bytes'), [tokensBox, tokensOut] = stat('tokens'), [ratioBox, ratioOut] = stat('bytes per token');

  // Tokens.
  const tokens = h('div', { class: 'tokens', role: 'group', 'aria-label': 'Tokens of your text' });
  const about = h('p', { class: 'about small' });
  arrowKeys(tokens, 'button');

  // One word, merge by merge.
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

  // Start where there is something to see: at the word with the most merges.
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
