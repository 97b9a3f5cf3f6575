/* Buildings: classes computed here from the packed values, painted on canvas, found by ray casting. */
(function () {
  'use strict';
  const C = window.corridor, packed = C.data.buildings, count = packed.count;
  const outlines = C.shapes(packed), within = C.index(outlines);
  const flags = C.ints(packed.flags), scores = packed.scores.map(C.ints), band = packed.band.map(C.ints);
  const LAYERS = ['total', ...C.KINDS], cache = {};
  const IN_AREA = 1, CONNECTED = 4, ASSUMED = 8, NEAR_EDGE = 16, NO_DATA = 0;
  const BATCH = 40; // a path of thousands of rings fills far slower than the same rings a few at a time
  const medianCache = {};
  const unpacked = {};
  let texts = null;

  /* Ids and names are needed with the first card, not with the first picture. */
  function facts() {
    if (!texts)
      texts = {
        id: C.lines(packed.id), name: C.lines(packed.name), use: C.ints(packed.use), place: C.ints(packed.place),
        places: C.lines(packed.places), levels: C.ints(packed.levels), people: {},
      };
    return texts;
  }

  function people(name, i) {
    const known = facts().people;
    known[name] = known[name] || C.ints(packed.people[name]);
    return known[name][i] ? known[name][i] - 1 : null;
  }

  /* Walks of a category are unpacked when it is first asked for. */
  function column(table, n) {
    const key = table + n;
    return unpacked[key] || (unpacked[key] = C.ints(packed[table][n]));
  }

  /* Cost of the walk in decimetres, or null where the category cannot be reached. */
  const cost = (n, i) => { const value = column('walks', n)[i]; return value ? value - 1 : null; };
  const length = (n, i) => cost(n, i) - column('detours', n)[i];
  const inArea = (i) => (flags[i] & IN_AREA) !== 0, connected = (i) => (flags[i] & CONNECTED) !== 0;
  const categoryOf = (layer) => C.data.categories.find((c) => c.code === layer);

  function scoreClass(tenths) {
    return tenths ? Math.min(5, Math.floor((tenths - 1) / 200) + 1) : NO_DATA;
  }

  /* Short walks are dark: edges at 1/3, 2/3, 1 and 4/3 of the limit, an edge belonging to the shorter side. */
  function walkClass(dm, limit) {
    if (dm * 3 <= limit) return 5;
    if (dm * 3 <= 2 * limit) return 4;
    if (dm <= limit) return 3;
    return dm * 3 <= 4 * limit ? 2 : 1;
  }

  function classes(layer) {
    if (layer in C.extra.layers) return C.extra.layers[layer].classes();
    if (cache[layer]) return cache[layer];
    const out = new Uint8Array(count), category = categoryOf(layer);
    if (!category) {
      const values = scores[LAYERS.indexOf(layer)];
      for (let i = 0; i < count; i++) out[i] = scoreClass(values[i]);
    } else if (category.column >= 0) {
      for (let i = 0; i < count; i++) {
        const dm = cost(category.column, i);
        out[i] = !connected(i) ? NO_DATA : dm === null ? 1 : walkClass(dm, category.limit);
      }
    }
    return (cache[layer] = out);
  }

  const minutesOf = (dm) => dm / 10 / C.data.content.walker.middle;

  /* Median of the study area: a score, or minutes for a single category (Infinity beyond the search); null without values. */
  function median(layer) {
    if (layer in medianCache) return medianCache[layer];
    if (layer in C.extra.layers) return (medianCache[layer] = C.extra.layers[layer].median());
    const category = categoryOf(layer), all = new Float64Array(count);
    let n = 0;
    for (let i = 0; i < count; i++) {
      if (!inArea(i)) continue;
      if (category) {
        const dm = category.column >= 0 ? cost(category.column, i) : null;
        if (category.column >= 0 && connected(i)) all[n++] = dm === null ? Infinity : minutesOf(dm);
      } else {
        const tenths = scores[LAYERS.indexOf(layer)][i];
        if (tenths) all[n++] = (tenths - 1) / 10;
      }
    }
    const values = all.subarray(0, n).sort();
    return (medianCache[layer] = n ? (values[(n - 1) >> 1] + values[n >> 1]) / 2 : null);
  }

  function counts(layer) {
    const out = new Array(6).fill(0), cls = classes(layer);
    for (let i = 0; i < count; i++) if (inArea(i)) out[cls[i]]++;
    return out;
  }

  /* The plain map of buildings, where streets carry the colour. */
  function plain(ctx, t) {
    const found = within(t.view.x0, t.view.y0, t.view.x1, t.view.y1), line = t.zoom < 15 ? 0 : Math.min(0.7, C.widthAt(0.55, t.zoom));
    ctx.lineJoin = 'round';
    ctx.fillStyle = C.colour('--map-bldg');
    ctx.strokeStyle = C.colour('--map-bldg-line');
    ctx.lineWidth = line || 1;
    for (let from = 0; from < found.length; from += BATCH) {
      ctx.beginPath();
      for (let n = from; n < Math.min(from + BATCH, found.length); n++) C.trace(ctx, outlines, found[n], t.k, t.dx, t.dy, true);
      ctx.fill('evenodd');
      if (line) ctx.stroke();
    }
  }

  function paint(ctx, t) {
    if (C.onStreets()) return plain(ctx, t);
    const groups = [[], [], [], [], [], []], cls = classes(C.state.layer);
    for (const i of within(t.view.x0, t.view.y0, t.view.x1, t.view.y1)) groups[cls[i]].push(i);
    const line = t.zoom < 15 ? 0 : Math.min(0.7, C.widthAt(0.55, t.zoom));
    ctx.lineJoin = 'round';
    groups.forEach((group, c) => {
      if (!group.length) return;
      const missing = c === NO_DATA;
      ctx.fillStyle = missing ? C.hatch(ctx, C.colour('--na-line'), C.colour('--na-bg'), 8, 1.4) : C.colour('--score-' + c);
      ctx.strokeStyle = missing ? C.colour('--na-line') : C.colour('--score-line');
      ctx.lineWidth = line || 1;
      for (let from = 0; from < group.length; from += BATCH) {
        ctx.beginPath();
        for (let n = from; n < Math.min(from + BATCH, group.length); n++) C.trace(ctx, outlines, group[n], t.k, t.dx, t.dy, true);
        ctx.fill('evenodd');
        if (line) ctx.stroke();
      }
    });
  }

  function contains(i, x, y) {
    let inside = false;
    for (let r = outlines.ring[i]; r < outlines.ring[i + 1]; r++) {
      const from = outlines.at[r], to = outlines.at[r + 1];
      for (let a = from, b = to - 1; a < to; b = a++) {
        const ya = outlines.y[a], yb = outlines.y[b];
        if (ya > y !== yb > y && x < ((outlines.x[b] - outlines.x[a]) * (y - ya)) / (yb - ya) + outlines.x[a]) inside = !inside;
      }
    }
    return inside;
  }

  function at(latlng) {
    const p = C.toGrid(latlng);
    return within(p.x, p.y, p.x, p.y).reverse().find((i) => contains(i, p.x, p.y));
  }

  C.buildings = {
    count, outlines, classes, counts, median, at, cost, length, connected, inArea, people, minutesOf,
    nearEdge: (i) => (flags[i] & NEAR_EDGE) !== 0,
    assumed: (i) => (flags[i] & ASSUMED) !== 0,
    score: (layer, i) => (scores[LAYERS.indexOf(layer)][i] ? (scores[LAYERS.indexOf(layer)][i] - 1) / 10 : null),
    band: (i) => (band[0][i] && band[1][i] ? [(band[0][i] - 1) / 10, (band[1][i] - 1) / 10] : null),
    id: (i) => facts().id[i],
    find: (id) => facts().id.indexOf(id),
    name: (i) => facts().name[i] || '',
    use: (i) => packed.uses[facts().use[i]],
    place: (i) => facts().places[2 * facts().place[i] + (C.state.lang === 'zh' ? 0 : 1)] || '',
    levels: (i) => (facts().levels[i] ? (facts().levels[i] - 1) / 10 : null),
    centre: (i) => [(outlines.box[4 * i] + outlines.box[4 * i + 2]) / 2, (outlines.box[4 * i + 1] + outlines.box[4 * i + 3]) / 2],
  };
  C.startBuildings = function () {
    C.buildings.layer = C.tiles('buildings', 220, paint);
    C.on('layer', () => C.buildings.layer.repaint());
    C.map.on('click', (event) => {
      if (C.onStreets()) return C.selectSegment(C.streets.at(event.latlng, 14));
      const found = at(event.latlng);
      C.select(found === undefined ? -1 : found);
    });
  };
})();
