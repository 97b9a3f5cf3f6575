/* The tracks of the strip profile: each draws itself on a sheet whose x axis is the corridor's chainage. */
(function () {
  'use strict';
  const C = window.corridor, data = C.data.strip, DM = 10, PLAN_M = 45, MOST_PLAN = 30, CARRIER_PX = 17;
  C.stripTracks = null;
  if (!data) return;
  const one = C.ints, none = (v) => (v ? v - 1 : null), metres = (text) => Array.from(one(text), (v) => v / DM);
  const from = metres(data.at[0]), to = metres(data.at[1]), length = data.length / DM, count = from.length;
  /* Where the corridor runs unbroken: a gap belongs to no track. */
  const stretches = from.reduce((all, m, n) => (n && m - to[n - 1] < 0.5 ? [...all.slice(0, -1), [all[all.length - 1][0], to[n]]] : [...all, [m, to[n]]]), []);
  /* Number, fill and word of what stands along a side, as in strip.py. */
  const FRONTS = [['#FFFFFF', 'fNone'], ['url(#na)', 'noData'], ['#D9D4C7', 'fPlain'], ['#C9772F', 'fActive'], ['url(#wall)', 'fWall'], ['#9CBF7E', 'fGreen']];
  const GATES = ['gate-open', 'gate-res', 'gate-shut'], FURNITURE = { trees: '#5C9447', seats: '#1B2733', lamps: '#B98A00' };

  function hatched(g, x, y, w, h, words) {
    g.add('rect', { x, y, width: Math.max(0, w), height: h, fill: 'url(#na)' });
    if (words && w > 60 * g.u) g.words(x + w / 2, y + h / 2 + 3.5 * g.u, words, { 'text-anchor': 'middle', class: 'halo' });
  }

  /* A track of which nothing is known takes one low line. */
  function unknown(g, key) {
    g.track(16, key);
    for (const [a, b] of stretches) hatched(g, g.x(a), g.top + 3 * g.u, (b - a) * g.k, 10 * g.u, C.t('noData'));
  }

  function path(g, set, i, close) {
    let d = '';
    for (let r = set.ring[i]; r < set.ring[i + 1]; r++) {
      for (let p = set.at[r]; p < set.at[r + 1]; p++) d += `${p === set.at[r] ? 'M' : 'L'}${g.x(set.x[p] / DM).toFixed(1)} ${(-set.y[p] / DM * g.k).toFixed(1)}`;
      if (close) d += 'Z';
    }
    return d;
  }
  const drawn = {};
  const plan = (name) => drawn[name] || (drawn[name] = C.shapes(data.plan[name]));

  function planTrack(g) {
    const half = Math.max(12 * g.u, Math.min(MOST_PLAN * g.u, PLAN_M * g.k));
    g.track(2 * half / g.u + 4, 'tPlan', data.way);
    const y = g.top + 2 * g.u + half, clip = C.shape('clipPath', { id: 'stripplan' }, C.shape('rect', { x: g.x(0), y: -half, width: length * g.k, height: 2 * half }));
    const all = C.shape('g', { transform: `translate(0 ${y})`, 'clip-path': 'url(#stripplan)' }, C.shape('rect', { x: g.x(0), y: -half, width: length * g.k, height: 2 * half, fill: C.colour('--map-land') }));
    const shapes = (name, close, look) => { const set = plan(name); let d = ''; for (let i = 0; i < set.count; i++) d += path(g, set, i, close); if (d) all.append(C.shape('path', { d, 'fill-rule': 'evenodd', ...look })); };
    shapes('green', true, { fill: C.colour('--map-green'), stroke: C.colour('--map-green-line'), 'stroke-width': 0.6 });
    shapes('streets', false, { fill: 'none', stroke: C.colour('--map-road-case'), 'stroke-width': 5 * g.u });
    shapes('streets', false, { fill: 'none', stroke: C.colour('--map-road'), 'stroke-width': 3.8 * g.u });
    shapes('buildings', true, { fill: C.colour('--map-bldg'), stroke: C.colour('--map-bldg-line'), 'stroke-width': 0.5 });
    const bare = data.unmapped.map(metres);
    bare[0].forEach((a, n) => all.append(C.shape('rect', { x: g.x(a), y: -half, width: (bare[1][n] - a) * g.k, height: 2 * half, fill: 'url(#nodata)' })));
    g.svg.append(clip, all);
    for (let n = 0; n < count; n++) priority(g, n, y - 3 * g.u, 6 * g.u);
    // North, turned with the plan; a ring has no one direction.
    if (data.bearing === null) return;
    const x = g.x(length) - 12 * g.u, up = y - half + 12 * g.u;
    g.svg.append(C.shape('circle', { cx: x, cy: up, r: 9.5 * g.u, fill: '#FFFFFF', 'fill-opacity': 0.85 }),
      C.shape('path', { d: 'M0 -8L4.2 7L0 4.2L-4.2 7Z', fill: C.colour('--ink'), transform: `translate(${x} ${up}) rotate(${90 - data.bearing}) scale(${g.u})` }, C.shape('title', { text: C.t('north') })));
  }

  function priority(g, n, y, h) {
    const c = C.streets.classes[C.streets.corridor[n]], x = g.x(from[n]) + 0.6, w = Math.max(1, (to[n] - from[n]) * g.k - 1.2);
    g.add('rect', { x, y, width: w, height: h, fill: c ? C.colour('--prio-' + c) : 'url(#na)', stroke: C.colour('--ink'), 'stroke-width': 0.5 });
    return [x, w, c];
  }

  /* The scores are what is reached by keys: strip.js gives each cell its name and its acts. */
  function scoreTrack(g) {
    g.track(24, 'priority', '0–100');
    for (let n = 0; n < count; n++) {
      const i = C.streets.corridor[n], cell = C.shape('g', { class: 'cell', 'data-n': n });
      g.into(cell, () => {
        const [x, w, c] = priority(g, n, g.top + 3 * g.u, 18 * g.u), short = C.streets.lengthM(i) < C.data.streets.leastLength, score = c ? C.whole(C.streets.scoreOf(i)) : short ? '—' : C.t('noData'), head = C.streets.number(i);
        const look = { 'text-anchor': 'middle', class: c ? 'b' : 'b halo', fill: c > 3 ? '#FFFFFF' : C.colour('--ink') };
        const fits = [`${head}\u2002${score}`, c ? score : head].find((text) => g.measure(text, 11, true) < w - 3);
        if (fits) g.words(x + w / 2, g.top + 16 * g.u, fits, look, 11);
      });
      g.svg.append(cell);
    }
  }

  function frontTrack(g) {
    const side = one(data.fronts.side), kind = one(data.fronts.kind), low = metres(data.fronts.from), high = metres(data.fronts.to);
    if (kind.every((k) => k === 1)) return unknown(g, 'tFronts');
    g.track(27, 'tFronts', C.t('tSides', g.sides()));
    for (let s = 0; s < side.length; s++) {
      const y = g.top + (3 + side[s] * 11.5) * g.u, h = 9.5 * g.u, x = g.x(low[s]), width = (high[s] - low[s]) * g.k;
      if (kind[s]) g.add('rect', { x, y, width, height: h, fill: FRONTS[kind[s]][0] });
      else g.add('path', { d: `M${x} ${y + h - 0.5}H${x + width}`, stroke: C.colour('--line'), 'stroke-width': 1 });
    }
  }

  function widthTrack(g) {
    const across = Array.from(one(data.width), (v) => (v ? (v - 1) / DM : null)), foot = Array.from(one(data.footway), (v) => (v ? (v - 1) / DM : null));
    const known = across.filter((v) => v !== null), step = data.widthStep, cell = length / across.length;
    if (!known.length && foot.every((v) => v === null)) return unknown(g, 'tWidth');
    g.track(46, 'tWidth', C.t('tWidthNote'));
    const most = known.some((v) => v > 40) ? 60 : 40, low = g.top + 42 * g.u, y = (m) => low - (Math.min(m, most) / most) * 36 * g.u;
    for (const m of [0, most / 2, most]) {
      g.add('path', { d: `M${g.x(0)} ${y(m)}H${g.x(length)}`, stroke: C.colour('--line'), 'stroke-width': 0.6 });
      g.label(y(m) + 3.5 * g.u, String(m));
    }
    const bare = data.unmapped.map(metres);
    bare[0].forEach((a, n) => hatched(g, g.x(a), y(most), (bare[1][n] - a) * g.k, 28 * g.u));
    let d = '', open = false;
    across.forEach((v, n) => {
      if (v === null) { open = false; return; }
      const middle = Math.min((n + 0.5) * step, length);
      d += open ? '' : `M${g.x(Math.max(0, middle - cell / 2)).toFixed(1)} ${y(v).toFixed(1)}`;
      d += `L${g.x(middle).toFixed(1)} ${y(v).toFixed(1)}${across[n + 1] === null || n + 1 === across.length ? `H${g.x(Math.min(length, middle + cell / 2)).toFixed(1)}` : ''}`;
      open = true;
    });
    if (d) g.add('path', { d, fill: 'none', stroke: C.colour('--ink'), 'stroke-width': 1.5 });
    foot.forEach((v, n) => {
      if (v === null) return hatched(g, g.x(from[n]) + 0.5, low - 6 * g.u, (to[n] - from[n]) * g.k - 1, 6 * g.u);
      g.add('path', { d: `M${g.x(from[n])} ${y(v)}H${g.x(to[n])}`, stroke: C.colour('--work'), 'stroke-width': 1.5, 'stroke-dasharray': '4 2.5' });
      if ((to[n] - from[n]) * g.k > 30 * g.u) g.words(g.x((from[n] + to[n]) / 2), y(v) - 3 * g.u, C.fixed(v, 1), { 'text-anchor': 'middle', class: 'halo', fill: C.colour('--work') }, 9.5);
    });
    if (foot.every((v) => v === null)) g.words(g.x(length / 2), low, C.t('noFootway'), { 'text-anchor': 'middle', class: 'halo' }, 9.5);
  }

  function crossingTrack(g) {
    if (data.crossings === null) return unknown(g, 'tCrossings');
    g.track(32, 'tCrossings', C.t('tCrossingsNote', { m: C.whole(data.norm) }));
    const y = g.top + 22 * g.u, stops = metres(data.crossings);
    for (const [a, b] of stretches) {
      const ends = [a, ...stops.filter((m) => m > a && m < b), b];
      g.add('path', { d: `M${g.x(a)} ${y}H${g.x(b)}`, stroke: C.colour('--ink-3'), 'stroke-width': 0.8 });
      for (let n = 1; n < ends.length; n++) {
        const gap = ends[n] - ends[n - 1], far = gap > data.norm, w = gap * g.k, text = far ? `${C.whole(gap)} m` : C.whole(gap), px = far ? 11.5 : 10;
        if (far) g.add('rect', { x: g.x(ends[n - 1]) + 4 * g.u, y: y - 1.8 * g.u, width: Math.max(0, w - 8 * g.u), height: 3.6 * g.u, fill: C.colour('--bad') });
        if (g.measure(text, px, far) < w - 8 * g.u) g.words(g.x((ends[n] + ends[n - 1]) / 2), y - 6 * g.u, text, { 'text-anchor': 'middle', class: far ? 'b' : null, fill: C.colour(far ? '--bad' : '--ink-2') }, px);
      }
    }
    for (const m of stops) for (const shift of [-2.2, 0, 2.2]) g.add('path', { d: `M${g.x(m) + shift * g.u} ${y - 5 * g.u}v${10 * g.u}`, stroke: C.colour('--ink'), 'stroke-width': 1.2 * g.u });
  }

  function flowTrack(g) {
    if (data.flow === null) return;
    const flow = Array.from(one(data.flow), none);
    if (flow.every((v) => v === null)) return unknown(g, 'tFlow');
    g.track(32, 'tFlow', C.t('tFlowNote'));
    flow.forEach((v, n) => {
      const x = g.x(from[n]), width = (to[n] - from[n]) * g.k, h = ((v || 0) / 1000) * 26 * g.u;
      if (v === null) hatched(g, x, g.top + 4 * g.u, width, 26 * g.u);
      else g.add('rect', { x, y: g.top + 30 * g.u - h, width, height: h, fill: C.colour('--gain-1'), stroke: C.colour('--work'), 'stroke-width': 0.8 });
    });
  }

  function furnitureTracks(g) {
    const all = data.furniture.map((row) => ({ ...row, count: Array.from(one(row.count), none), segment: one(row.segment), at: metres(row.at) }));
    const known = all.filter((row) => row.count.some((v) => v !== null)), lacking = all.filter((row) => !known.includes(row));
    if (!known.length) return unknown(g, 'tFurniture');
    g.track(4 + 13 * known.length, null);
    known.forEach((row, line) => {
      const y = g.top + (8.5 + 13 * line) * g.u;
      g.name(y + 4 * g.u, C.t(row.name), line ? '' : lacking.map((other) => C.t('tLacks', { name: C.t(other.name) })).join(C.t('comma')));
      row.count.forEach((v, n) => {
        const x = g.x(from[n]), w = (to[n] - from[n]) * g.k;
        if (v === null) hatched(g, x + 0.5, y - 4 * g.u, w - 1, 8 * g.u);
        else if (!row.segment.includes(n)) g.words(x + w / 2, y + 3.5 * g.u, C.whole(v), { 'text-anchor': 'middle', fill: C.colour('--ink-2') }, 10);
      });
      for (const m of row.at)
        if (row.name === 'seats') g.add('rect', { x: g.x(m) - 2.3 * g.u, y: y - 2.3 * g.u, width: 4.6 * g.u, height: 4.6 * g.u, fill: FURNITURE.seats });
        else g.add('circle', { cx: g.x(m), cy: y, r: 2.3 * g.u, fill: FURNITURE[row.name] });
    });
  }

  function gateTrack(g) {
    if (data.gates === null) return unknown(g, 'tGates');
    g.track(27, 'tGates', C.t('tGatesNote'));
    const at = metres(data.gates.at), side = one(data.gates.side), kind = one(data.gates.kind), size = 13 * g.u;
    for (const n of [0, 1]) g.add('path', { d: `M${g.x(0)} ${g.top + (7.5 + 12 * n) * g.u}H${g.x(length)}`, stroke: C.colour('--line'), 'stroke-width': 0.6 });
    at.forEach((m, n) => {
      const y = g.top + (7.5 + 12 * side[n]) * g.u;
      g.add('rect', { x: g.x(m) - size / 2, y: y - 4 * g.u, width: size, height: 8 * g.u, fill: '#FFFFFF' });
      g.svg.append(C.shape('g', {}, C.shape('title', { text: `${C.t(GATES[kind[n]].replace('-', '_'))}${C.t('comma')}${C.whole(m)} m` }),
        C.shape('use', { href: '#s-' + GATES[kind[n]], x: g.x(m) - size / 2, y: y - size / 2, width: size, height: size })));
    });
  }

  function recordTrack(g) {
    if (data.records === null) return unknown(g, 'tRecords');
    const at = metres(data.records.at), size = CARRIER_PX * g.u, free = [-1e9, -1e9], spots = [];
    at.forEach((m, n) => {
      const symbol = C.data.symbols.find((s) => s.id === data.records.ids[n]);
      if (!symbol) return;
      const want = Math.min(g.x(m), g.x(length) - size / 2), room = free.findIndex((x) => want - x >= size), row = room < 0 ? free.indexOf(Math.min(...free)) : room;
      free[row] = Math.max(want, free[row] + size);
      spots.push({ symbol, m, x: free[row], row });
    });
    const rows = Math.max(1, ...spots.map((s) => s.row + 1));
    g.track(5 + CARRIER_PX * rows, 'tRecords', C.t('tRecordsNote', { m: C.whole(data.records.reach) }));
    for (const { symbol, m, x, row } of spots) {
      const node = C.symbolPicture(symbol, size - 1);
      node.setAttribute('x', x - size / 2);
      node.setAttribute('y', g.top + (2.5 + CARRIER_PX * row) * g.u);
      g.svg.append(C.shape('g', {}, C.shape('title', { text: `${C.symbolName(symbol)}${C.t('comma')}${C.whole(m)} m` }), node));
    }
  }

  C.stripTracks = { from, to, length, FRONTS, all: [planTrack, scoreTrack, frontTrack, widthTrack, crossingTrack, flowTrack, furnitureTracks, gateTrack, recordTrack] };
})();
