/* One canvas above the tiles: selection, uncertainty, marks, and names that never cover each other.
   Chinese street names are set upright, character by character along the street; others follow the line. */
(function () {
  'use strict';
  const C = window.corridor, map = C.map, PAD = 140;
  const names = C.data.base.names, lines = C.shapes(names);
  const cls = C.ints(names.class), zh = C.lines(names.zh), en = C.lines(names.en);
  const green = C.data.base.greenNames, greenName = C.lines(green.name), greenEnglish = C.lines(green.nameEn), greenX = C.ints(green.x), greenY = C.ints(green.y), greenArea = C.ints(green.area);
  const places = C.data.opportunities, placeKind = C.ints(places.category), placeX = C.ints(places.x), placeY = C.ints(places.y);
  const gates = C.data.base.gates, passage = C.ints(gates.passage), gateX = C.ints(gates.x), gateY = C.ints(gates.y);
  const FROM = [13, 14, 14, 15, 16, 16, 18], CORRIDOR = 0;
  const TRIES = [0.5, 0.3, 0.7, 0.15, 0.85];
  const HAN = /[\u3400-\u9fff\uf900-\ufaff]/, CHARACTERS = /^[\u3400-\u9fff\uf900-\ufaff\ud800-\udfff0-9A-Za-z·]{1,10}$/;
  let canvas, ctx, boxes, hovered = null, picked = null;

  const scale = () => (window.innerWidth >= 1800 ? 1.2 : 1);
  const hit = (b) => boxes.some((q) => b[0] < q[2] && b[2] > q[0] && b[1] < q[3] && b[3] > q[1]);
  const keep = (b) => boxes.push(b);
  let family = '';
  const font = (px, bold) => `${bold ? '700 ' : ''}${px}px ${family}`;

  function write(text, x, y, { px, bold, colour, halo = 3.2, align = 'center', angle = 0 }) {
    ctx.save();
    ctx.translate(x, y);
    ctx.rotate(angle);
    ctx.font = font(px, bold);
    ctx.textAlign = align;
    ctx.textBaseline = 'middle';
    ctx.lineJoin = 'round';
    ctx.lineWidth = halo;
    ctx.strokeStyle = C.colour('--map-halo');
    ctx.strokeText(text, 0, 0);
    ctx.fillStyle = colour;
    ctx.fillText(text, 0, 0);
    ctx.restore();
  }

  function width(text, px, bold) {
    ctx.font = font(px, bold);
    return ctx.measureText(text).width;
  }

  /* Boxes of what lies over the map, in canvas coordinates: no name hides behind the legend. */
  function coverBoxes() {
    const at = map.getContainer().getBoundingClientRect(), out = [];
    for (const id of ['banner', 'legend', 'card', 'zoom', 'north', 'foot']) {
      const r = C.byId(id).getBoundingClientRect();
      if (r.width) out.push([r.left - at.left + PAD - 2, r.top - at.top + PAD - 2, r.right - at.left + PAD + 2, r.bottom - at.top + PAD + 2]);
    }
    return out;
  }

  const screen = (x, y) => { const p = C.toScreen(x, y); return [p.x + PAD, p.y + PAD]; };

  function line(i, r) {
    const out = [];
    for (let p = lines.at[r]; p < lines.at[r + 1]; p++) out.push(screen(lines.x[p], lines.y[p]));
    return out;
  }

  function measured(points) {
    const along = [0];
    for (let i = 1; i < points.length; i++)
      along.push(along[i - 1] + Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]));
    return along;
  }

  function pointAt(points, along, d) {
    let i = 1;
    while (i < along.length - 1 && along[i] < d) i++;
    const f = (d - along[i - 1]) / (along[i] - along[i - 1] || 1);
    return [points[i - 1][0] + (points[i][0] - points[i - 1][0]) * f, points[i - 1][1] + (points[i][1] - points[i - 1][1]) * f];
  }

  /* The stretches of a line that are on the canvas: a long street is named where it is seen. */
  function visible(points) {
    const out = [];
    let run = [];
    const inside = (p) => p[0] > PAD + 8 && p[1] > PAD + 8 && p[0] < canvas.width / ratio() - PAD - 8 && p[1] < canvas.height / ratio() - PAD - 8;
    const fine = [];
    points.forEach((p, i) => {
      if (!i) return fine.push(p);
      const q = points[i - 1], n = Math.max(1, Math.ceil(Math.hypot(p[0] - q[0], p[1] - q[1]) / 40));
      for (let j = 1; j <= Math.min(n, 400); j++) fine.push([q[0] + ((p[0] - q[0]) * j) / n, q[1] + ((p[1] - q[1]) * j) / n]);
    });
    for (const p of fine) {
      if (inside(p)) run.push(p);
      else if (run.length) { if (run.length > 1) out.push(run); run = []; }
    }
    if (run.length > 1) out.push(run);
    return out;
  }

  const ratio = C.ratio;

  function look(rank) {
    const px = (rank === CORRIDOR ? 14.5 : rank <= 1 ? 13 : rank <= 3 ? 12 : 11) * scale();
    return {
      px, bold: rank <= 2, colour: rank === CORRIDOR ? C.colour('--accent') : C.colour('--map-label'),
      gap: (rank === CORRIDOR ? 2.6 : rank <= 2 ? 2.1 : 1.55) * px, halo: rank === CORRIDOR ? 4.5 : 3.2,
    };
  }

  function setUpright(text, points, style) {
    const along = measured(points), total = along[along.length - 1], chars = text.match(/[0-9A-Za-z]+|./gu), need = style.gap * (chars.length - 1);
    if (total < need + 4) return false;
    for (const f of TRIES) {
      const start = (total - need) * f, spots = chars.map((_, j) => pointAt(points, along, start + j * style.gap));
      const first = spots[0], last = spots[spots.length - 1], dx = last[0] - first[0], dy = last[1] - first[1];
      if (Math.abs(dx) > Math.abs(dy) ? dx < 0 : dy < 0) spots.reverse();
      const h = style.px * 0.62, found = spots.map((p) => [p[0] - h, p[1] - h, p[0] + h, p[1] + h]);
      if (found.some(hit)) continue;
      found.forEach(keep);
      spots.forEach((p, j) => write(chars[j], p[0], p[1], style));
      return true;
    }
    return false;
  }

  function setAlong(text, points, style) {
    const along = measured(points), total = along[along.length - 1], w = width(text, style.px, style.bold);
    if (total < w + 8) return false;
    for (const f of TRIES) {
      const start = (total - w) * f, a = pointAt(points, along, start), b = pointAt(points, along, start + w), m = pointAt(points, along, start + w / 2);
      if (Math.hypot(b[0] - a[0], b[1] - a[1]) < w * 0.93) continue;
      let angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
      if (angle > Math.PI / 2) angle -= Math.PI;
      if (angle < -Math.PI / 2) angle += Math.PI;
      const n = Math.max(2, Math.ceil(w / style.px)), found = [];
      for (let j = 0; j <= n; j++) {
        const p = pointAt(points, along, start + (w * j) / n), h = style.px * 0.6;
        found.push([p[0] - h, p[1] - h, p[0] + h, p[1] + h]);
      }
      if (found.some(hit)) continue;
      found.forEach(keep);
      write(text, m[0], m[1], { ...style, angle });
      return true;
    }
    return false;
  }

  /* Where the corridor carries data its name stands beside it, to the left or above. */
  function beside(points, far) {
    const a = points[0], b = points[points.length - 1], steep = Math.abs(b[1] - a[1]) > Math.abs(b[0] - a[0]);
    return points.map((p) => (steep ? [p[0] - far, p[1]] : [p[0], p[1] - far]));
  }

  function streetNames() {
    const zoom = map.getZoom(), done = {};
    for (let i = 0; i < lines.count; i++) {
      const rank = cls[i], text = C.state.lang === 'zh' ? zh[i] : en[i], most = rank === CORRIDOR ? 2 : 1;
      if (zoom < FROM[rank] && !(rank === CORRIDOR && zoom >= 13)) continue;
      if ((done[text] || 0) >= most || (/[弄号]$/.test(text) && zoom < 18)) continue;
      // What stands in brackets is for tables; along a street it would be taken for another name.
      const short = text.replace(/[（(].*?[)）]/g, '') || text, style = look(rank), upright = HAN.test(short) && CHARACTERS.test(short);
      const apart = rank === CORRIDOR && C.onStreets() ? 24 * scale() : 0;
      if (rank === CORRIDOR && (apart || !C.state.shown.corridor)) style.colour = C.colour('--map-label');
      for (let r = lines.ring[i]; r < lines.ring[i + 1]; r++)
        for (const run of visible(line(i, r))) {
          const halves = rank === CORRIDOR && most === 2 && run.length > 8 ? [run.slice(0, run.length >> 1), run.slice(run.length >> 1)] : [run];
          for (const part of halves)
            if ((done[text] || 0) < most && (upright ? setUpright : setAlong)(short, apart ? beside(part, apart) : part, style)) done[text] = (done[text] || 0) + 1;
        }
    }
  }

  function greenNames() {
    const zoom = map.getZoom();
    if (zoom < 14) return;
    for (let i = 0; i < greenName.length; i++) {
      if (zoom < 16 && greenArea[i] < 30000) continue;
      // A park the map has no English name of keeps its own: it stands on the signs.
      const text = (C.state.lang === 'en' && greenEnglish[i]) || greenName[i];
      const [x, y] = screen(greenX[i], greenY[i]), px = 12 * scale(), w = width(text, px) / 2 + 3;
      const box = [x - w, y - px * 0.7, x + w, y + px * 0.7];
      if (hit(box)) continue;
      keep(box);
      write(text, x, y, { px, colour: C.colour('--map-label-green') });
    }
  }

  function isochroneNames() {
    const iso = C.base.isochrones;
    if (!C.state.shown.isochrones) return;
    const w = canvas.width / ratio(), h = canvas.height / ratio();
    C.data.areas.minutes.forEach((minutes, i) => {
      const text = C.t('limitPlain', { a: minutes }), px = 11.5 * scale(), half = width(text, px, true) / 2 + 2, spots = [];
      for (let p = iso.at[iso.ring[i]]; p < iso.at[iso.ring[i + 1]]; p++) {
        const [x, y] = screen(iso.x[p], iso.y[p]);
        if (x > PAD + 40 && x < w - PAD - 40 && y > PAD + 50 && y < h - PAD - 50) spots.push([x, y]);
      }
      const aim = w * 0.55 + 60 * i;
      spots.sort((a, b) => Math.abs(a[0] - aim) - Math.abs(b[0] - aim));
      for (const [x, y] of spots) {
        const box = [x - half, y - px * 0.75, x + half, y + px * 0.75];
        if (hit(box)) continue;
        keep(box);
        write(text, x, y, { px, bold: true, colour: '#2B3A4A', halo: 4 });
        break;
      }
    });
  }

  /* The first free place on the line beyond which data are cut short. */
  function rimName() {
    const rim = C.base.rim, px = 11 * scale(), text = C.t('rim'), half = width(text, px) / 2 + 3;
    for (let p = 0; p < rim.x.length; p++) {
      const q = (p + 1) % rim.x.length, [x, y] = screen((rim.x[p] + rim.x[q]) / 2, (rim.y[p] + rim.y[q]) / 2);
      const box = [x - half, y - px - 8, x + half, y];
      if (x < PAD + half || y < PAD + 20 || x > canvas.width / ratio() - PAD - half || y > canvas.height / ratio() - PAD || hit(box)) continue;
      keep(box);
      return write(text, x, y - px * 0.9, { px, colour: C.colour('--ink-2') });
    }
  }

  /* Official names are long: two lines of ten characters at most on the map, in full in the popup. */
  function wrapped(text) {
    if (!HAN.test(text) || Array.from(text).length <= 12) return [text.length > 34 ? text.slice(0, 33) + '…' : text];
    const chars = Array.from(text), first = chars.slice(0, 10).join(''), rest = chars.slice(10);
    return [first, rest.length > 10 ? rest.slice(0, 9).join('') + '…' : rest.join('')];
  }

  function symbolNames(placed) {
    for (const p of placed) {
      if (!C.symbols.named(p)) continue;
      const bold = ['core', 'institute', 'metro'].includes(p.kind), px = (p.kind === 'core' ? 13 : 12) * scale();
      const rows = wrapped(C.symbolName(p.s)), w = Math.max(...rows.map((row) => width(row, px, bold))), lead = px * 1.2, h = (rows.length * lead) / 2;
      const x = p.spot.x + PAD, y = p.spot.y + PAD, gap = p.size / 2 + 4;
      const right = ['left', x + gap, y], leftward = ['right', x - gap, y], below = ['center', x, y + p.size / 2 + h + 1], over = ['center', x, y - p.size / 2 - h - 1];
      const corners = [['left', x + gap, y - h], ['right', x - gap, y - h], ['left', x + gap, y + h], ['right', x - gap, y + h]];
      for (const [align, tx, ty] of p.kind === 'metro' ? [below, right, leftward, over] : [right, leftward, below, over, ...corners]) {
        const x0 = align === 'left' ? tx : align === 'right' ? tx - w : tx - w / 2, box = [x0 - 2, ty - h, x0 + w + 2, ty + h];
        if (hit(box)) continue;
        keep(box);
        rows.forEach((row, j) => write(row, tx, ty + (j - (rows.length - 1) / 2) * lead, { px, bold, align, colour: C.colour('--ink') }));
        break;
      }
    }
  }

  const KIND_COLOUR = { LIFE: '--life', WORK: '--work', SERVICE: '--service', EXCHANGE: '--exchange' };

  /* A mark in its kind's shape: the colour only repeats what the shape says. */
  function mark(kind, x, y, r) {
    ctx.beginPath();
    if (kind === 'LIFE') ctx.arc(x, y, r, 0, 7);
    else if (kind === 'WORK') ctx.rect(x - r, y - r, 2 * r, 2 * r);
    else if (kind === 'SERVICE') { ctx.moveTo(x, y - r * 1.3); ctx.lineTo(x + r * 1.3, y); ctx.lineTo(x, y + r * 1.3); ctx.lineTo(x - r * 1.3, y); ctx.closePath(); }
    else { ctx.moveTo(x, y - r * 1.2); ctx.lineTo(x + r * 1.2, y + r); ctx.lineTo(x - r * 1.2, y + r); ctx.closePath(); }
    ctx.lineWidth = 2.4;
    ctx.strokeStyle = '#FFFFFF';
    ctx.stroke();
    ctx.fillStyle = C.colour(KIND_COLOUR[kind]);
    ctx.fill();
  }

  const LAYER_KIND = { institutes: 'WORK', carriers: 'WORK', stations: 'SERVICE', exchange: 'EXCHANGE', metro: 'LIFE' };

  function marks(placed) {
    const number = C.data.categories.findIndex((c) => c.code === C.state.layer);
    if (number >= 0)
      for (let i = 0; i < placeKind.length; i++)
        if (placeKind[i] === number) { const [x, y] = screen(placeX[i], placeY[i]); mark(C.data.categories[number].kind, x, y, map.getZoom() >= 15 ? 5 : 3); }
    for (const p of placed) {
      if (p.small) mark(LAYER_KIND[p.s.layer], p.spot.x + PAD, p.spot.y + PAD, 2.5);
      else if (p.s && p.spot !== p.at) {
        ctx.beginPath();
        ctx.moveTo(p.at.x + PAD, p.at.y + PAD);
        ctx.lineTo(p.spot.x + PAD, p.spot.y + PAD);
        ctx.lineWidth = 1;
        ctx.strokeStyle = C.colour('--ink');
        ctx.stroke();
      }
    }
  }

  function gateMarks() {
    if (!C.state.shown.gates || map.getZoom() < 16) return;
    const posts = ['M-8 0h5M3 0h5M-3-5v10M3-5v10', 'M-8 0h5M3 0h5M-3-5v10M3-5v10', 'M-8 0h16M-3-5v10M3-5v10'].map((d) => new Path2D(d));
    for (let i = 0; i < passage.length; i++) {
      const [x, y] = screen(gateX[i], gateY[i]);
      keep([x - 8, y - 6, x + 8, y + 6]);
      ctx.save();
      ctx.translate(x, y);
      for (const [colour, px] of [['#FFFFFF', 4.2], [C.colour('--ink'), 1.9]]) {
        ctx.strokeStyle = colour;
        ctx.lineWidth = px;
        ctx.stroke(posts[passage[i]]);
      }
      if (passage[i] === 1) { ctx.beginPath(); ctx.arc(0, 0, 1.8, 0, 7); ctx.fillStyle = C.colour('--ink'); ctx.fill(); }
      ctx.restore();
    }
  }

  function uncertainty(placed) {
    const perPixel = C.metresPerPixel(map.getZoom());
    for (const p of placed) {
      if (!p.s || !p.s.uncertainty || !(C.state.shown.uncertainty || p.s === hovered || p.s === picked)) continue;
      ctx.beginPath();
      ctx.arc(p.at.x + PAD, p.at.y + PAD, p.s.uncertainty / perPixel, 0, 7);
      ctx.setLineDash([2, 4]);
      ctx.lineWidth = 1.3;
      ctx.strokeStyle = 'rgba(23,58,115,.75)';
      ctx.stroke();
      ctx.setLineDash([]);
    }
  }

  function selection() {
    const i = C.state.selected;
    if (i < 0) return;
    const k = Math.pow(2, map.getZoom() - 20), o = screen(0, 0);
    ctx.lineJoin = 'round';
    for (const [px, colour] of [[6, '#FFFFFF'], [2.6, C.colour('--ink')]]) {
      ctx.beginPath();
      C.trace(ctx, C.buildings.outlines, i, k, o[0], o[1], true);
      ctx.lineWidth = px;
      ctx.strokeStyle = colour;
      ctx.stroke();
    }
  }

  function draw() {
    const size = map.getSize(), w = size.x + 2 * PAD, h = size.y + 2 * PAD, placed = C.symbols.placed();
    const now = (s) => C.symbolSpot(s);
    for (const p of placed) if (p.s) { const at = now(p.s); p.spot = p.spot === p.at ? at : p.spot.add(at.subtract(p.at)); p.at = at; }
    canvas.width = Math.round(w * ratio()); // setting the size also empties it
    canvas.height = Math.round(h * ratio());
    canvas.style.width = w + 'px';
    canvas.style.height = h + 'px';
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([-PAD, -PAD]));
    ctx.setTransform(ratio(), 0, 0, ratio(), 0, 0);
    boxes = coverBoxes();
    family = getComputedStyle(document.body).fontFamily;
    for (const p of placed) { const r = p.size / 2 + 1; keep([p.spot.x + PAD - r, p.spot.y + PAD - r, p.spot.x + PAD + r, p.spot.y + PAD + r]); }
    selection();
    uncertainty(placed);
    gateMarks();
    marks(placed);
    if (C.streetLabels) C.streetLabels({ ctx, screen, hit, keep, font, width, scale: scale() });
    symbolNames(placed);
    isochroneNames();
    rimName();
    streetNames();
    greenNames();
  }

  C.drawLabels = draw;
  C.startLabels = function () {
    map.createPane('names').style.zIndex = 450;
    map.getPane('names').style.pointerEvents = 'none';
    canvas = map.getPane('names').appendChild(document.createElement('canvas'));
    ctx = canvas.getContext('2d');
    map.on('moveend resize', draw);
    for (const event of ['lang', 'layer', 'shown', 'select', 'segment']) C.on(event, draw);
    C.on('hover', (s) => { hovered = s; if (s && s.uncertainty || !s) draw(); });
    C.on('picked', (s) => { picked = s; draw(); });
    draw();
  };
})();
