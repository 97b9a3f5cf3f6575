/* Our own vector base: ground under the buildings; elevated road, rail and outlines above them. */
(function () {
  'use strict';
  const C = window.corridor, base = C.data.base, areas = C.data.areas;
  const set = {};
  for (const name of ['green', 'water', 'stream', 'rail', 'streets', 'corridor']) set[name] = C.shapes(base[name]);
  for (const name of ['study', 'extent', 'rim', 'short', 'isochrones']) set[name] = C.shapes(areas[name]);
  const streetClass = C.ints(base.streets.class), streetsIn = C.index(set.streets);
  const greenIn = C.index(set.green), waterIn = C.index(set.water), streamIn = C.index(set.stream);
  C.base = set;

  /* Width in px at zoom 16 and first zoom of each street class (layers.py, STREET_CLASS). */
  const WIDTH = [0, 8, 7, 6, 4.2, 3.6, 1.8, 0.8, 1.1, 5], FROM = [0, 0, 0, 12, 14, 15, 15, 16, 16, 0];
  const PATH = 7, STEPS = 8, ELEVATED = 9, CORRIDOR = { 14: 3.3, 15: 3.3, 16: 4.4, 17: 7, 18: 12 };
  C.corridorWidth = (zoom) => CORRIDOR[Math.max(14, Math.min(18, Math.round(zoom)))];

  function areaFill(ctx, t, shapes, found, fill, line) {
    if (!found.length) return;
    ctx.beginPath();
    for (const i of found) C.trace(ctx, shapes, i, t.k, t.dx, t.dy, true);
    ctx.fillStyle = fill;
    ctx.fill('evenodd');
    ctx.strokeStyle = line;
    ctx.lineWidth = 0.7;
    ctx.stroke();
  }

  function stroke(ctx, t, shapes, list, width, colour, dash) {
    if (!list.length) return;
    ctx.beginPath();
    for (const i of list) C.trace(ctx, shapes, i, t.k, t.dx, t.dy, false);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.setLineDash(dash || []);
    ctx.stroke();
    ctx.setLineDash([]);
  }

  const find = (index, t) => index(t.view.x0, t.view.y0, t.view.x1, t.view.y1);

  function byClass(t) {
    const out = WIDTH.map(() => []);
    for (const i of find(streetsIn, t)) if (t.zoom >= FROM[streetClass[i]]) out[streetClass[i]].push(i);
    return out;
  }

  function ground(ctx, t) {
    const z = t.zoom, streets = byClass(t);
    ctx.fillStyle = C.colour('--map-land');
    ctx.fillRect(0, 0, t.size, t.size);
    ctx.lineJoin = 'round';
    areaFill(ctx, t, set.green, find(greenIn, t), C.colour('--map-green'), C.colour('--map-green-line'));
    areaFill(ctx, t, set.water, find(waterIn, t), C.colour('--map-water'), C.colour('--map-water-line'));
    stroke(ctx, t, set.stream, find(streamIn, t), Math.max(1, C.widthAt(2, z)), C.colour('--map-water-line'));
    // Amber like the note that counts them: buildings here stand nearer to the end of the data than they should.
    if (set.short.count) {
      ctx.beginPath();
      C.trace(ctx, set.short, 0, t.k, t.dx, t.dy, true);
      ctx.fillStyle = C.hatch(ctx, 'rgba(199,154,46,.5)', null, 16, 1.1);
      ctx.fill('evenodd');
    }
    const w = (cls) => Math.max(0.8, C.widthAt(WIDTH[cls], z)), g = w(PATH) / 0.8;
    stroke(ctx, t, set.streets, streets[PATH], w(PATH), C.colour('--map-path'), [2 * g, 1.6 * g]);
    stroke(ctx, t, set.streets, streets[STEPS], 1.5 * w(STEPS), C.colour('--map-rail'), [1, 1]);
    ctx.lineCap = 'round';
    for (let cls = 6; cls > 0; cls--) stroke(ctx, t, set.streets, streets[cls], w(cls) + 1.3, C.colour('--map-road-case'));
    for (let cls = 6; cls > 0; cls--) stroke(ctx, t, set.streets, streets[cls], w(cls), C.colour('--map-road'));
    ctx.lineCap = 'butt';
  }

  function all(shapes) {
    return Array.from({ length: shapes.count }, (_, i) => i);
  }

  function elevated(ctx, t) {
    const road = byClass(t)[ELEVATED], w = Math.max(1.2, C.widthAt(WIDTH[ELEVATED], t.zoom));
    stroke(ctx, t, set.streets, road, w + 1.4, '#A9AAA5');
    stroke(ctx, t, set.streets, road, w, '#EFEEE9');
    if (t.zoom >= 15) stroke(ctx, t, set.streets, road, 0.8, '#A9AAA5');
    const rail = Math.min(1.3, C.widthAt(1, t.zoom));
    stroke(ctx, t, set.rail, all(set.rail), 2.6 * rail, C.colour('--map-rail'));
    stroke(ctx, t, set.rail, all(set.rail), 1.5 * rail, '#FFFFFF', [7, 7]);
  }

  function outside(ctx, t, shapes, i, fill) {
    ctx.beginPath();
    ctx.rect(-2, -2, t.size + 4, t.size + 4);
    C.trace(ctx, shapes, i, t.k, t.dx, t.dy, true);
    ctx.fillStyle = fill;
    ctx.fill('evenodd');
  }

  function outline(ctx, t, shapes, i, halo, width, colour, dash) {
    for (const [px, col, d] of [[halo, 'rgba(255,255,255,.85)', []], [width, colour, dash]]) {
      ctx.beginPath();
      C.trace(ctx, shapes, i, t.k, t.dx, t.dy, true);
      ctx.lineWidth = px;
      ctx.strokeStyle = col;
      ctx.setLineDash(d);
      ctx.stroke();
    }
    ctx.setLineDash([]);
  }

  /* Dashes grow longer with the limit, and the last is solid: the line says its minutes without its colour. */
  const ISO = [{ width: 1.5, dash: [2, 3] }, { width: 1.5, dash: [7, 3] }, { width: 1.7, dash: [] }];
  const isoLook = (i) => (i === set.isochrones.count - 1 ? ISO[2] : ISO[Math.min(i, 1)]);

  function above(ctx, t) {
    ctx.lineJoin = 'round';
    elevated(ctx, t);
    if (set.extent.count) {
      outside(ctx, t, set.extent, 0, C.hatch(ctx, 'rgba(124,131,138,.32)', null, 16, 1));
      outline(ctx, t, set.extent, 0, 0.01, 1, C.colour('--map-rail'), [3, 3]);
    }
    if (set.rim.count) outline(ctx, t, set.rim, 0, 3, 1, C.colour('--ink-3'), [2, 4]);
    const iso = set.isochrones;
    if (C.state.shown.isochrones && iso.count) {
      outside(ctx, t, iso, iso.count - 1, 'rgba(247,246,242,.58)');
      for (let i = 0; i < iso.count; i++) outline(ctx, t, iso, i, isoLook(i).width + 2.4, isoLook(i).width, '#2B3A4A', isoLook(i).dash);
    }
    if (set.study.count) outline(ctx, t, set.study, 0, 5.5, 2.6, C.colour('--ink'), [14, 4, 2.6, 4]);
    // Where streets carry the data the corridor is one of them.
    if (C.state.shown.corridor && !C.onStreets()) {
      const w = C.corridorWidth(t.zoom);
      ctx.lineCap = 'round';
      stroke(ctx, t, set.corridor, all(set.corridor), (w * 9) / 4.4, '#FFFFFF');
      stroke(ctx, t, set.corridor, all(set.corridor), w, C.colour('--accent'));
      ctx.lineCap = 'butt';
    }
  }

  C.studyBounds = function () {
    const b = set.study.box;
    return L.latLngBounds(C.toLatLng(b[0], b[1]), C.toLatLng(b[2], b[3]));
  };

  C.startBase = function () {
    C.ground = C.tiles('ground', 210, ground);
    C.above = C.tiles('above', 230, above);
    C.on('shown', () => C.above.repaint());
  };
})();
