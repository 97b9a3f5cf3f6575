/* Scenarios compared: ranking, small maps, and two states of the buildings under one divider. Data reach the page as text only. */
(function () {
  'use strict';
  const C = window.corridor, data = C.data, W = data.words, all = data.scenarios, el = C.el;
  const segments = C.shapes(data.segments), outlines = C.shapes(data.buildings), score = C.ints(data.buildings.score), inside = C.ints(data.buildings.inside);
  const streets = C.shapes(data.streets), streetClass = C.ints(data.streets.cls);
  const grounds = { area: C.shapes(data.area), corridor: C.shapes(data.corridor), green: C.shapes(data.green), water: C.shapes(data.water) };
  const STREET_WIDTH = [8, 7, 6, 4.2, 3.6, 1.8]; // px at 3.9 grid units a px (zoom 16)
  const AT_ZOOM_16 = 1 / 16, SAME = 3, BATCH = 40;
  const CHANGE = ['--loss-3', '--loss-2', '--loss-1', '--same', '--gain-1', '--gain-2', '--gain-3'];
  const CHANGE_TEXT = ['≤ −10', '−10 – −5', '−5 – −1', W.same, '+1 – +5', '+5 – +10', '≥ +10'];
  const view = { k: 0, dx: 0, dy: 0 };
  const state = { a: -1, b: all.length ? 0 : -1, by: 'change', at: 0.5, rank: 'overall' };

  const signed = (value, digits) => (value > 0 ? '+' : value < 0 ? '\u2212' : '') + Math.abs(value).toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const whole = (value) => Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const persons = (one, verb) => one.who['residents_' + verb] + one.who['workers_' + verb];
  const rough = (value) => Number(value.toPrecision(3)); // what rests on estimates is told with three digits
  const tone = (value) => (value > 0 ? 'up' : value < 0 ? 'down' : '');
  const sign = (value) => (value > 0 ? '▲ ' : value < 0 ? '▼ ' : '');
  /* What rounds to nothing and is something is told as less than the last digit. */
  const told = (value, digits) => sign(value) + (value && Number(value.toFixed(digits)) === 0 ? '<' + Math.pow(10, -digits).toFixed(digits) : signed(value, digits));

  const unpacked = {};
  function changes(n) {
    if (n < 0) return { at: [], after: [], cls: [] };
    return unpacked[n] || (unpacked[n] = { at: C.ints(all[n].at), after: C.ints(all[n].after), cls: C.ints(all[n].cls) });
  }

  /* Class of every building: change 0–6 (7: outside the area), or score 0 (none) – 5 (6: outside). */
  function classes(n, by) {
    const found = changes(n), out = new Uint8Array(outlines.count);
    if (by === 'change') {
      for (let i = 0; i < out.length; i++) out[i] = inside[i] ? SAME : 7;
      for (let j = 0; j < found.at.length; j++) out[found.at[j]] = found.cls[j];
      return out;
    }
    const tenths = Int32Array.from(score);
    for (let j = 0; j < found.at.length; j++) tenths[found.at[j]] = found.after[j];
    for (let i = 0; i < out.length; i++) out[i] = !inside[i] ? 6 : tenths[i] ? Math.min(5, Math.floor((tenths[i] - 1) / 200) + 1) : 0;
    return out;
  }

  function trace(ctx, set, i, t, close) {
    for (let r = set.ring[i]; r < set.ring[i + 1]; r++) {
      for (let p = set.at[r]; p < set.at[r + 1]; p++) {
        const x = set.x[p] * t.k + t.dx, y = set.y[p] * t.k + t.dy;
        if (p === set.at[r]) ctx.moveTo(x, y);
        else ctx.lineTo(x, y);
      }
      if (close) ctx.closePath();
    }
  }

  function every(ctx, set, t, close, act, picks) {
    const count = picks ? picks.length : set.count;
    for (let from = 0; from < count; from += BATCH) {
      ctx.beginPath();
      for (let n = from; n < Math.min(from + BATCH, count); n++) trace(ctx, set, picks ? picks[n] : n, t, close);
      act();
    }
  }

  const patterns = {};
  function hatch(ctx, ground, line, size, angle) {
    const key = ground + line;
    if (!patterns[key]) {
      const tile = document.createElement('canvas'), c = tile.getContext('2d');
      tile.width = tile.height = size * 2;
      c.fillStyle = ground;
      c.fillRect(0, 0, size * 2, size * 2);
      c.strokeStyle = line;
      c.lineWidth = 1.4;
      c.beginPath();
      for (let n = -1; n <= 2; n++) {
        c.moveTo(n * size * 2 - (angle > 0 ? 0 : size * 2), 0);
        c.lineTo(n * size * 2 + (angle > 0 ? -size * 2 : 0), size * 2);
      }
      c.stroke();
      patterns[key] = tile;
    }
    return ctx.createPattern(patterns[key], 'repeat');
  }

  function fillOf(ctx, by, cls) {
    if (by === 'change') {
      if (cls === 7) return C.colour('--map-bldg');
      const colour = C.colour(CHANGE[cls]);
      return cls < SAME ? hatch(ctx, colour, 'rgba(255,255,255,.8)', 4, 1) : colour;
    }
    if (cls === 6) return C.colour('--map-bldg');
    return cls ? C.colour('--score-' + cls) : hatch(ctx, C.colour('--na-bg'), C.colour('--na-line'), 6, -1);
  }

  function ground(ctx, t, width, height, plain) {
    ctx.fillStyle = C.colour('--map-land');
    ctx.fillRect(0, 0, width, height);
    ctx.lineJoin = ctx.lineCap = 'round';
    for (const [name, fill, line] of [['green', '--map-green', '--map-green-line'], ['water', '--map-water', '--map-water-line']]) {
      ctx.fillStyle = C.colour(fill);
      ctx.strokeStyle = C.colour(line);
      ctx.lineWidth = 0.7;
      every(ctx, grounds[name], t, true, () => { ctx.fill('evenodd'); ctx.stroke(); });
    }
    const grow = Math.pow(t.k / AT_ZOOM_16, 0.85);
    STREET_WIDTH.map((w, c) => [w * grow, c]).reverse().forEach(([w, c]) => {
      if (plain ? c > 2 : w < 0.7) return; // a small map shows main streets only
      const picks = [];
      for (let i = 0; i < streets.count; i++) if (streetClass[i] === c) picks.push(i);
      for (const [extra, colour] of plain ? [[0.6, '--map-road-case']] : [[1.3, '--map-road-case'], [0, '--map-road']]) {
        ctx.strokeStyle = C.colour(colour);
        ctx.lineWidth = w + extra;
        every(ctx, streets, t, false, () => ctx.stroke(), picks);
      }
    });
  }

  function buildings(ctx, t, cls, by, only) {
    const groups = {};
    for (let i = 0; i < outlines.count; i++) if (!only || only(cls[i])) (groups[cls[i]] = groups[cls[i]] || []).push(i);
    for (const [c, picks] of Object.entries(groups)) {
      ctx.fillStyle = fillOf(ctx, by, Number(c));
      ctx.strokeStyle = C.colour(only && Number(c) === SAME ? '--map-bldg-line' : '--score-line');
      ctx.lineWidth = Math.min(0.7, 0.55 * Math.pow(t.k / AT_ZOOM_16, 0.85));
      every(ctx, outlines, t, true, () => { ctx.fill('evenodd'); ctx.stroke(); }, picks);
    }
  }

  function above(ctx, t, thin, n) {
    ctx.strokeStyle = '#FFFFFF';
    ctx.lineWidth = thin ? 2 : 5;
    every(ctx, grounds.area, t, true, () => ctx.stroke());
    ctx.strokeStyle = C.colour('--ink');
    ctx.lineWidth = thin ? 0.8 : 2;
    ctx.setLineDash(thin ? [4, 2] : [14, 4, 2.6, 4]);
    every(ctx, grounds.area, t, true, () => ctx.stroke());
    ctx.setLineDash([]);
    ctx.strokeStyle = C.colour('--accent');
    ctx.lineWidth = thin ? 1.2 : 2.6;
    every(ctx, grounds.corridor, t, false, () => ctx.stroke());
    const picks = n < 0 ? [] : all[n].segments.map((row) => row[0]);
    for (const [wide, colour] of [[thin ? 5 : 9, '#FFFFFF'], [thin ? 3 : 6, C.colour('--ink')]]) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = wide;
      every(ctx, segments, t, false, () => ctx.stroke(), picks);
    }
  }

  function fitted(width, height) {
    const k = Math.min(width / data.size[0], height / data.size[1]);
    return { k, dx: (width - data.size[0] * k) / 2, dy: (height - data.size[1] * k) / 2 };
  }

  function sheet(width, height, ratio) {
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const ctx = canvas.getContext('2d');
    ctx.scale(ratio, ratio);
    return [canvas, ctx];
  }

  /* Ranking */
  function measured(n) {
    if (state.rank === 'overall') return all[n].mean;
    if (state.rank === 'cost') return all[n].per_cost;
    const chosen = data.indicators[Number(state.rank)], step = chosen.change[n];
    return step === null ? null : chosen.percent ? step * 100 : step;
  }

  const withUnit = (text, unit) => (!unit ? text : data.lang === 'zh' ? text + '（' + unit + '）' : text + ' (' + unit + ')');
  const better = () => (state.rank === 'overall' || state.rank === 'cost' ? 1 : data.indicators[Number(state.rank)].better);

  /* By what one ranks: the overall score, that by cost, or any indicator that some scenario changes. */
  function ranker() {
    const groups = new Map();
    data.indicators.forEach((one, i) => groups.set(one.group, [...(groups.get(one.group) || []), i]));
    const box = el('select', { 'aria-label': W.by, on: { change: (event) => { state.rank = event.target.value; rank(); small(); } } },
      el('option', { value: 'overall', text: W.overall }),
      all.some((one) => one.per_cost !== null) ? el('option', { value: 'cost', text: W.by_cost }) : null,
      ...[...groups].map(([label, members]) => el('optgroup', { label }, ...members.map((i) => el('option', { value: i, text: withUnit(data.indicators[i].name, data.indicators[i].unit) })))));
    box.value = state.rank;
    return el('label', { class: 'by' }, el('span', { text: W.by }), box);
  }

  /* Scenarios in the order of what is chosen; equal ones share a rank, those without a value come last. */
  function ordered() {
    const rows = all.map((one, n) => ({ n, value: measured(n) }));
    if (state.rank !== 'overall') rows.sort((a, b) => (a.value === null) - (b.value === null) || (better() || 1) * ((b.value || 0) - (a.value || 0)) || a.n - b.n);
    rows.forEach((row, i) => { row.rank = state.rank === 'overall' ? all[row.n].rank : row.value === null ? '—' : i && rows[i - 1].value === row.value ? rows[i - 1].rank : i + 1; });
    return rows;
  }
  const digits = (value) => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

  function rank() {
    const head = el('div', { class: 'head' }, el('h2', { text: W.ranking }), all.length ? ranker() : null, el('p', { text: state.rank === 'overall' || state.rank === 'cost' ? W.rule : W.rule_by }), data.part ? el('p', { class: 'part', text: data.part }) : null);
    if (!all.length) return C.renew('rank', head, el('p', { class: 'empty', text: W.none }));
    const order = ordered(), known = order.map((row) => row.value || 0);
    const most = Math.max(...known.map(Math.abs), 1e-9);
    const low = Math.min(0, ...known), high = Math.max(0, ...known);
    const span = high - low || most, zero = (-low / span) * 100;
    const rows = order.map(({ n, value, rank: place }) => {
      const one = all[n], step = value || 0, wide = (Math.abs(step) / span) * 100, from = step < 0 ? zero - wide : zero;
      const beam = el('div', { vars: { '--zero': zero + '%' }, 'aria-hidden': 'true' },
        el('i', { class: !better() ? 'flat' : step * better() < 0 ? 'loss' : null, vars: { '--from': from + '%', '--wide': wide + '%' } }));
      const name = el('button', { type: 'button', on: { click: () => choose('b', n) } }, el('span', { text: one.name }));
      return el('tr', { class: n === state.b ? 'on' : null },
        el('td', { class: 'r', text: String(place) }),
        el('td', {}, name, one.also.length ? el('small', { text: W.also + ' ' + one.also.join('、') }) : null),
        el('td', { class: 'beam' }, beam),
        el('td', { class: 'r ' + tone(step * better()), text: value === null ? W.cannot : told(rough(step), state.rank === 'overall' ? 2 : digits(step)) }),
        el('td', { class: 'r', text: whole(rough(persons(one, 'gain'))) }),
        el('td', { class: 'r', text: whole(rough(persons(one, 'lose'))) }),
        el('td', { class: 'r', text: one.cost === null ? '—' : whole(one.cost) }),
        el('td', { class: 'r', text: one.per_cost === null ? '—' : signed(rough(one.per_cost), digits(one.per_cost)) }));
    });
    const heads = ['', W.scenario, '', state.rank === 'overall' ? W.change : state.rank === 'cost' ? W.by_cost : withUnit(W.value, data.indicators[Number(state.rank)].unit), W.gain, W.lose, W.cost, W.per_cost];
    const kept = C.byId('rank').querySelector('.rows'), top = kept ? kept.scrollTop : 0;
    const table = el('div', { class: 'rows', tabindex: '0', role: 'region', 'aria-label': W.ranking },
      el('table', {}, el('thead', {}, el('tr', {}, ...heads.map((text, i) => el('th', { class: i > 2 || !i ? 'r' : null, scope: 'col', text })))), el('tbody', {}, ...rows)));
    C.renew('rank', head, table);
    table.scrollTop = top;
  }

  /* Before and after */
  let stage, canvas, rule, bar, tags, sheets = null, slider;
  const nameOf = (n) => (n < 0 ? W.today : all[n].name);

  function options(side) {
    return el('select', { 'aria-label': W[side === 'a' ? 'left' : 'right'], on: { change: (event) => choose(side, Number(event.target.value)) } },
      el('option', { value: -1, text: W.today }), ...all.map((one, n) => el('option', { value: n, text: one.rank + ' ' + one.name })));
  }

  function choose(side, n) {
    state[side] = n;
    sheets = null;
    rank();
    legend();
    gains();
    paint();
  }

  function legend() {
    const counts = classes(state.b, state.by).reduce((sum, c) => { sum[c]++; return sum; }, new Array(8).fill(0));
    const items = state.by === 'change'
      ? CHANGE.map((name, c) => [name, CHANGE_TEXT[c], counts[c], c < SAME ? 'loss' : null]).reverse()
      : [5, 4, 3, 2, 1].map((c) => ['--score-' + c, (c - 1) * 20 + '–' + c * 20, counts[c], null]).concat([['--na-bg', W.no_data, counts[0], 'na']]);
    C.renew('legend', el('b', { text: (state.by === 'change' ? W.legend_change : W.legend_score) + '　' + nameOf(state.b) }),
      ...items.map(([name, text, count, cls]) => el('span', {}, el('i', { class: cls, vars: { '--c': 'var(' + name + ')' } }), el('span', { text }), el('em', { text: whole(count) }))),
      state.b >= 0 && all[state.b].segments.length ? el('span', {}, el('i', { class: 'line' }), el('span', { text: W.segments }), el('em', { text: whole(all[state.b].segments.length) })) : null);
    for (const side of ['a', 'b']) {
      C.byId('pick-' + side).querySelector('select').value = String(state[side]);
      tags[side].textContent = nameOf(state[side]);
    }
    for (const button of document.querySelectorAll('#by button')) button.setAttribute('aria-pressed', String(button.dataset.by === state.by));
  }

  function paint() {
    const width = stage.clientWidth, height = stage.clientHeight, ratio = window.devicePixelRatio || 1;
    if (!width) return;
    if (!view.k) Object.assign(view, fitted(width, height));
    if (!sheets) {
      sheets = [state.a, state.b].map((n) => {
        const [drawn, ctx] = sheet(width, height, ratio);
        ground(ctx, view, width, height, false);
        buildings(ctx, view, classes(n, state.by), state.by);
        above(ctx, view, false, n);
        return drawn;
      });
    }
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const ctx = canvas.getContext('2d'), cut = Math.round(state.at * canvas.width);
    if (cut > 0) ctx.drawImage(sheets[0], 0, 0, cut, canvas.height, 0, 0, cut, canvas.height);
    if (cut < canvas.width) ctx.drawImage(sheets[1], cut, 0, canvas.width - cut, canvas.height, cut, 0, canvas.width - cut, canvas.height);
    rule.style.setProperty('--at', state.at * 100 + '%');
    measure();
    slider.value = String(Math.round(state.at * 1000));
  }

  /* The longest round length that fits. */
  function measure() {
    const most = 110 / view.k * data.metres, power = Math.pow(10, Math.floor(Math.log10(most)));
    const length = [5, 2, 1].map((n) => n * power).find((n) => n <= most);
    bar.style.setProperty('--long', length / data.metres * view.k + 'px');
    bar.textContent = length >= 1000 ? length / 1000 + ' km' : length + ' m';
  }

  let queued = false;
  function repaint(anew) {
    if (anew) sheets = null;
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => { queued = false; paint(); });
  }

  function zoom(by, x, y) {
    const least = fitted(stage.clientWidth, stage.clientHeight).k, k = Math.min(Math.max(view.k * by, least), 1.2), f = k / view.k;
    view.dx = x - (x - view.dx) * f;
    view.dy = y - (y - view.dy) * f;
    view.k = k;
    if (k === least) Object.assign(view, fitted(stage.clientWidth, stage.clientHeight));
    repaint(true);
  }

  function dragging() {
    let what = null, last = null;
    canvas.addEventListener('pointerdown', (event) => {
      const at = event.offsetX - state.at * stage.clientWidth;
      what = Math.abs(at) < 22 ? 'rule' : 'map';
      last = event;
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!what) return;
      if (what === 'rule') state.at = Math.min(1, Math.max(0, event.offsetX / stage.clientWidth));
      else {
        view.dx += event.offsetX - last.offsetX;
        view.dy += event.offsetY - last.offsetY;
      }
      last = event;
      repaint(what === 'map');
    });
    for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => { what = null; });
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.25 : 0.8, event.offsetX, event.offsetY);
    }, { passive: false });
  }

  function swipe() {
    canvas = el('canvas', { role: 'img', 'aria-label': W.map_label });
    rule = el('div', { class: 'rule', 'aria-hidden': 'true' });
    bar = el('div', { class: 'scale' });
    tags = { a: el('span', { class: 'tag a' }), b: el('span', { class: 'tag b' }) };
    const middle = () => [stage.clientWidth / 2, stage.clientHeight / 2];
    const button = (text, label, act) => el('button', { type: 'button', 'aria-label': label, title: label, text, on: { click: act } });
    stage = el('div', { class: 'stage' }, canvas, rule, tags.a, tags.b, bar, C.sign(data.lang === 'zh' ? 'north' : 'north-en', 'north'),
      el('div', { class: 'zoom' }, button('+', W.zoom_in, () => zoom(1.5, ...middle())), button('\u2212', W.zoom_out, () => zoom(1 / 1.5, ...middle())),
        button('⌂', W.home, () => { Object.assign(view, fitted(stage.clientWidth, stage.clientHeight)); repaint(true); })));
    slider = el('input', { type: 'range', min: 0, max: 1000, step: 10, 'aria-label': W.divider, on: { input: (event) => { state.at = Number(event.target.value) / 1000; repaint(false); } } });
    const by = (key, text) => el('button', { type: 'button', 'data-by': key, text, on: { click: () => { state.by = key; sheets = null; legend(); paint(); } } });
    C.renew('swipe', el('div', { class: 'head' }, el('h2', { text: W.swipe })),
      el('div', { class: 'tools' }, el('label', { id: 'pick-a' }, el('span', { text: W.left }), options('a')), el('label', { id: 'pick-b' }, el('span', { text: W.right }), options('b')),
        el('div', { class: 'seg', id: 'by', role: 'group', 'aria-label': W.colour }, by('change', W.by_change), by('score', W.by_score))),
      stage, el('div', { class: 'slide' }, slider), el('div', { class: 'lg', id: 'legend' }));
    dragging();
    legend();
    paint();
    window.addEventListener('resize', () => { view.k = 0; repaint(true); });
  }

  /* Small maps: one ground for all of them, and what changes on it. */
  function small() {
    const box = el('div', { class: 'grid' });
    C.renew('small', el('div', { class: 'head' }, el('h2', { text: W.small }), el('p', { text: W.small_note })), box);
    if (!all.length) return;
    const width = 200, height = Math.round(Math.min(Math.max((width * data.size[1]) / data.size[0], 120), 420)), ratio = window.devicePixelRatio || 1;
    const t = fitted(width, height), [base, under] = sheet(width, height, ratio);
    ground(under, t, width, height, true);
    buildings(under, t, classes(-1, 'change'), 'change', (c) => c === SAME);
    ordered().forEach(({ n, value, rank: place }) => {
      const one = all[n], step = value || 0;
      const [drawn, ctx] = sheet(width, height, ratio), cls = classes(n, 'change');
      ctx.save();
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.drawImage(base, 0, 0);
      ctx.restore();
      buildings(ctx, t, cls, 'change', (c) => c !== SAME && c !== 7);
      above(ctx, t, true, n);
      drawn.setAttribute('aria-hidden', 'true');
      box.append(el('figure', {}, el('button', { type: 'button', 'aria-label': one.name, on: { click: () => { choose('b', n); C.byId('swipe').scrollIntoView({ block: 'nearest' }); } } }, drawn),
        el('figcaption', {}, el('span', { text: place + '　' + one.name }), el('b', { class: tone(step * better()), text: value === null ? '—' : told(rough(step), state.rank === 'overall' ? 2 : digits(step)) }))));
    });
  }

  /* Who gains and who loses by the scenario on the right. */
  function table(title, heads, rows, more) {
    if (!rows.length) return null;
    const cells = (row, tag) => row.map((text, i) => el(tag, { class: i ? 'r' : null, scope: tag === 'th' ? 'col' : null, text: String(text) }));
    return el('div', { class: 'card' }, el('h3', { text: title }),
      el('table', {}, el('thead', {}, el('tr', {}, ...cells(heads, 'th'))), el('tbody', {}, ...rows.map((row) => el('tr', {}, ...cells(row, 'td'))))),
      more ? el('p', { text: W.more }) : null);
  }

  function gains() {
    const one = all[state.b], head = el('div', { class: 'head' }, el('h2', { text: one ? W.who + '　' + one.name : W.who }), el('p', { text: W.who_note }));
    if (!one) return C.renew('who', head, el('p', { class: 'empty', text: W.who_none }));
    const few = (value) => whole(rough(value));
    const counts = ['buildings', 'residents', 'workers', 'firms'].map((what) => [W['of_' + what], few(one.who[what + '_gain']), few(one.who[what + '_lose'])]);
    const places = (rows) => rows.map(([name, up, down, firmsUp, firmsDown, points]) => [name, few(up), few(down), whole(firmsUp) + ' / ' + whole(firmsDown), signed(rough(points), 0)]);
    const heads = (first) => [first, W.people_up, W.people_down, W.firms_both, W.points];
    const score = (value) => value.toFixed(1);
    const touched = one.streets.length || one.largest.length || one.segments.length;
    C.renew('who', head, touched ? el('div', { class: 'cards' },
      table(W.all, ['', W.up, W.down], counts),
      table(W.by_side, heads(W.side), places(one.sides)),
      table(W.by_street, heads(W.street), places(one.streets), one.more),
      table(W.largest, [W.building, W.score, W.value, W.people], one.largest.map(([where, id, before, after, people]) => [where + ' ' + id, score(before) + ' → ' + score(after), signed(after - before, 1), few(people)])),
      table(W.segments, [W.segment, W.renewal, W.value, W.place], one.segments.map(([, name, before, after, was, now]) => [name, score(before) + ' → ' + score(after), signed(after - before, 2), was === null ? '—' : was + ' → ' + now]))) : el('p', { class: 'empty', text: W.nobody }));
  }

  function failed() {
    if (!data.failed.length) return;
    C.byId('failed').hidden = false;
    C.renew('failed', el('div', { class: 'head' }, el('h2', { text: W.failed })),
      el('ul', {}, ...data.failed.map((one) => el('li', {}, el('b', { text: one.name }), ...one.why.map((text) => el('p', { text }))))));
  }

  rank();
  swipe();
  gains();
  small();
  failed();
  C.ready = true;
})();
