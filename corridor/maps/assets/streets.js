/* Streets by upgrade priority: unpacked columns, painted lines with width and colour, labels, what lies under a click. */
(function () {
  'use strict';
  const C = window.corridor, data = C.data.streets;
  C.state.segment = -1;
  C.onStreets = () => C.state.layer === 'streets';
  C.streets = null;
  if (!data) return;

  const packed = data.segments, lines = C.shapes(packed), within = C.index(lines), FINE = 1000;
  const one = (text) => C.ints(text), role = one(packed.role), stable = one(packed.stable), score = one(packed.score), order = one(packed.order);
  const parts = packed.parts.map(one), chainage = packed.chainage.map(one), length = one(packed.length), known = one(packed.known);
  const rank = one(packed.rank), low = one(packed.rank_low), high = one(packed.rank_high), own = one(packed.rank_corridor);
  const ids = C.lines(packed.id), titles = packed.title.map(C.lines), corners = packed.corners.map(C.lines), from = packed.from.map(C.lines), to = packed.to.map(C.lines);
  const columns = {}, PARTS = ['need', 'potential', 'feasibility'], CORRIDOR = 0, count = packed.count;
  const less = (value, factor) => (value ? (value - 1) / factor : null);
  /* Columns of indicators are unpacked with the first card. */
  const column = (table, n) => columns[table + n] || (columns[table + n] = one(data[table][n]));

  const scoreOf = (i) => less(score[i], FINE);
  const classOf = (i) => (score[i] ? Math.min(5, Math.floor((score[i] - 1) / (20 * FINE)) + 1) : 0);
  const unstable = (i) => stable[i] === 2;
  const classes = Uint8Array.from({ length: count }, (_, i) => classOf(i));
  const painting = Array.from({ length: count }, (_, i) => i).sort((a, b) => (role[a] === CORRIDOR) - (role[b] === CORRIDOR) || score[a] - score[b] || a - b);
  const corridor = Array.from({ length: count }, (_, i) => i).filter((i) => role[i] === CORRIDOR);

  /* A street is as wide as it is urgent: the colour only repeats it. */
  function width(i, zoom) {
    const c = classes[i] || 1, px = role[i] === CORRIDOR ? 4 + 1.5 * c : 1.6 + 1.05 * c;
    // From afar the corridor must still be the widest line.
    return Math.max(role[i] === CORRIDOR ? 3.6 + 0.4 * c : 1.2, Math.min(2.4 * px, C.widthAt(px, zoom)));
  }

  function trace(ctx, t, i, px, colour, dash) {
    ctx.beginPath();
    C.trace(ctx, lines, i, t.k, t.dx, t.dy, false);
    ctx.lineWidth = px;
    ctx.strokeStyle = colour;
    ctx.setLineDash(dash || []);
    ctx.stroke();
  }

  function paint(ctx, t) {
    if (!C.onStreets()) return;
    const seen = new Set(within(t.view.x0, t.view.y0, t.view.x1, t.view.y1)), list = painting.filter((i) => seen.has(i));
    ctx.lineJoin = 'round';
    ctx.lineCap = 'butt';
    for (const i of list) if (role[i] === CORRIDOR) trace(ctx, t, i, width(i, t.zoom) + 6.2, '#FFFFFF');
    for (const i of list) {
      const w = width(i, t.zoom);
      if (i === C.state.segment) { trace(ctx, t, i, w + 9, '#FFFFFF'); trace(ctx, t, i, w + 5, C.colour('--ink')); }
      if (!classes[i]) {
        trace(ctx, t, i, w + 1.2, C.colour('--na-line'));
        trace(ctx, t, i, w, '#FFFFFF');
        trace(ctx, t, i, w, C.colour('--na-line'), [1.3, 2.6]);
        continue;
      }
      trace(ctx, t, i, w + 1.2, 'rgba(27,39,51,.5)');
      trace(ctx, t, i, w, C.colour('--prio-' + classes[i]));
      if (unstable(i) && w > 2.6) trace(ctx, t, i, Math.max(1, Math.min(2.2, 0.24 * w)), classes[i] > 1 ? '#FFFFFF' : C.colour('--ink-3'), [4, 5]);
    }
    ctx.setLineDash([]);
  }

  /* The point half way along a segment, in grid units. */
  function middle(i) {
    let total = 0, best = [0, 0];
    const a = lines.at[lines.ring[i]], b = lines.at[lines.ring[i + 1]], step = (p) => Math.hypot(lines.x[p] - lines.x[p - 1], lines.y[p] - lines.y[p - 1]);
    for (let p = a + 1; p < b; p++) total += step(p);
    let left = total / 2;
    for (let p = a + 1; p < b; p++) {
      const d = step(p), f = d ? Math.min(1, left / d) : 0;
      best = [lines.x[p - 1] + (lines.x[p] - lines.x[p - 1]) * f, lines.y[p - 1] + (lines.y[p] - lines.y[p - 1]) * f];
      if (left <= d) break;
      left -= d;
    }
    return best;
  }

  function away(i, x, y) {
    let least = Infinity;
    for (let r = lines.ring[i]; r < lines.ring[i + 1]; r++)
      for (let p = lines.at[r] + 1; p < lines.at[r + 1]; p++) {
        const ax = lines.x[p - 1], ay = lines.y[p - 1], dx = lines.x[p] - ax, dy = lines.y[p] - ay;
        const f = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
        least = Math.min(least, Math.hypot(x - ax - f * dx, y - ay - f * dy));
      }
    return least;
  }

  /* The nearest segment within some pixels of a place; -1 where there is none. */
  function at(latlng, pixels) {
    const p = C.toGrid(latlng), reach = pixels * Math.pow(2, 20 - C.map.getZoom());
    let best = -1, least = reach;
    for (const i of within(p.x - reach, p.y - reach, p.x + reach, p.y + reach)) {
      const d = away(i, p.x, p.y) - (role[i] === CORRIDOR ? 1 : 0);
      if (d < least) [least, best] = [d, i];
    }
    return best;
  }

  const said = (pair, i) => (C.state.lang === 'zh' ? pair[0][i] : pair[1][i] || pair[0][i]) || '';
  const number = (i) => (role[i] === CORRIDOR && order[i] ? `D${order[i] - 1}` : '');
  /* As the reports call them: no two titles are alike. */
  const ends = (i) => said(corners, i), title = (i) => said(titles, i);

  /* Labels of the corridor's segments, beside the line with a leader; their boxes keep street names away. */
  C.streetLabels = function ({ ctx, screen, hit, keep, font, width: measure, scale }) {
    if (!C.onStreets() || C.map.getZoom() < 14) return;
    const list = corridor.includes(C.state.segment) || C.state.segment < 0 ? corridor : corridor.concat(C.state.segment);
    const px = 12 * scale, h = 10 * scale;
    for (const i of [...list].sort((a, b) => (b === C.state.segment) - (a === C.state.segment))) {
      const [x, y] = screen(...middle(i)), figure = score[i] ? C.whole(scoreOf(i)) : C.t('noRank'), head = number(i), dark = i === C.state.segment;
      const wide = measure(head, px, true) + measure(figure, px, false) + (head ? 6 : 0) + 14, off = width(i, C.map.getZoom()) / 2 + 14;
      for (const side of [1, -1]) {
        const x0 = side > 0 ? x + off : x - off - wide, box = [x0, y - h, x0 + wide, y + h];
        if (hit(box)) continue;
        keep(box);
        ctx.save();
        ctx.setLineDash([]);
        ctx.lineWidth = 1;
        ctx.strokeStyle = C.colour('--ink');
        ctx.beginPath();
        ctx.moveTo(x, y);
        ctx.lineTo(side > 0 ? x0 : x0 + wide, y);
        ctx.stroke();
        ctx.fillStyle = dark ? C.colour('--ink') : '#FFFFFF';
        ctx.fillRect(box[0], box[1], wide, 2 * h);
        ctx.strokeRect(box[0] + 0.5, box[1] + 0.5, wide - 1, 2 * h - 1);
        ctx.fillStyle = dark ? '#FFFFFF' : C.colour('--ink');
        ctx.textBaseline = 'middle';
        ctx.textAlign = 'left';
        ctx.font = font(px, true);
        ctx.fillText(head, x0 + 7, y + 1);
        ctx.font = font(px, false);
        ctx.fillText(figure, x0 + 7 + measure(head, px, true) + (head ? 6 : 0), y + 1);
        ctx.restore();
        break;
      }
    }
  };

  function step(by) {
    if (!corridor.length) return;
    const now = corridor.indexOf(C.state.segment), next = now < 0 ? (by > 0 ? 0 : corridor.length - 1) : Math.max(0, Math.min(corridor.length - 1, now + by));
    C.selectSegment(corridor[next]);
  }

  C.streets = {
    count, classes, classOf, width, from: (i) => said(from, i), to: (i) => said(to, i), scoreOf, unstable, corridor, role, at, number, ends, title, middle, step, box: lines.box,
    id: (i) => ids[i], find: (id) => ids.indexOf(id), part: (n, i) => less(parts[n][i], FINE), PARTS,
    lengthM: (i) => less(length[i], 10), chainage: (i) => (chainage[0][i] ? [less(chainage[0][i], 10), less(chainage[1][i], 10)] : null),
    rank: (i) => less(rank[i], 1), low: (i) => less(low[i], 1), high: (i) => less(high[i], 1), own: (i) => less(own[i], 1), known: (i) => less(known[i], 100),
    ranked: () => { let n = 0; for (let i = 0; i < count; i++) if (rank[i]) n++; return n; },
    /* An indicator on a segment: value (null: unknown), 1–4 for what it rests on, score and points (null: not ranked on). */
    indicator(n, i) {
      const basis = column('basis', n)[i];
      return { basis, value: basis ? column('values', n)[i] / Math.pow(10, data.decimals[n]) : null, score: less(column('scores', n)[i], FINE), points: less(column('points', n)[i], FINE) };
    },
  };

  /* The lines of a segment as lists of points in grid units. */
  C.streets.points = (i) => Array.from({ length: lines.ring[i + 1] - lines.ring[i] }, (_, n) => {
    const r = lines.ring[i] + n;
    return Array.from({ length: lines.at[r + 1] - lines.at[r] }, (__, p) => [lines.x[lines.at[r] + p], lines.y[lines.at[r] + p]]);
  });

  /* Where the corridor lies; null without one. */
  C.streets.bounds = function () {
    if (!corridor.length) return null;
    const box = L.latLngBounds([]);
    for (const i of corridor) box.extend(C.toLatLng(lines.box[4 * i], lines.box[4 * i + 1])).extend(C.toLatLng(lines.box[4 * i + 2], lines.box[4 * i + 3]));
    return box;
  };

  C.startStreets = function () {
    const layer = C.tiles('streetlines', 235, paint);
    for (const event of ['layer', 'segment']) C.on(event, () => layer.repaint());
    C.map.getContainer().addEventListener('keydown', (event) => {
      if (!C.onStreets() || event.target !== C.map.getContainer() || event.ctrlKey || event.metaKey) return;
      if (event.key === '[' || event.key === ']') { event.preventDefault(); step(event.key === ']' ? 1 : -1); }
    });
  };
})();
