/* The page's data: JSON from the island, integers and shapes from its packed sections (see pack.py). */
window.corridor = (function () {
  'use strict';
  const data = JSON.parse(document.getElementById('corridor-data').textContent);
  const CELL = 4096; // grid units of one index cell, about 520 m at Shanghai

  function bytes(text) {
    const raw = atob(text), out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return fflate.unzlibSync(out);
  }

  function ints(text) {
    const b = bytes(text);
    let count = 0;
    for (let i = 0; i < b.length; i++) if (b[i] < 128) count++;
    const out = new Int32Array(count);
    let last = 0, code = 0, scale = 1, n = 0;
    for (let i = 0; i < b.length; i++) {
      const byte = b[i];
      if (byte > 127) {
        code += (byte - 128) * scale;
        scale *= 128;
      } else {
        code += byte * scale;
        last += code % 2 ? -(code + 1) / 2 : code / 2;
        out[n++] = last;
        code = 0;
        scale = 1;
      }
    }
    return out;
  }

  function lines(text) {
    const all = new TextDecoder().decode(bytes(text));
    return all ? all.split('\n') : [];
  }

  function starts(counts) {
    const out = new Int32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i++) out[i + 1] = out[i] + counts[i];
    return out;
  }

  /* Lines or polygons: shape i has rings ring[i]..ring[i+1]-1, ring r has points at[r]..at[r+1]-1. */
  function shapes(section) {
    const ring = starts(ints(section.rings)), at = starts(ints(section.sizes));
    const x = ints(section.x), y = ints(section.y), count = ring.length - 1;
    const box = new Int32Array(4 * count);
    for (let i = 0; i < count; i++) {
      let x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
      for (let p = at[ring[i]]; p < at[ring[i + 1]]; p++) {
        if (x[p] < x0) x0 = x[p];
        if (x[p] > x1) x1 = x[p];
        if (y[p] < y0) y0 = y[p];
        if (y[p] > y1) y1 = y[p];
      }
      box[4 * i] = x0;
      box[4 * i + 1] = y0;
      box[4 * i + 2] = x1;
      box[4 * i + 3] = y1;
    }
    return { count, ring, at, x, y, box };
  }

  /* Index by square cells: which shapes may touch a rectangle, each once, in their own order. */
  function index(set) {
    const cells = new Map(), seen = new Int32Array(set.count);
    let round = 0;
    for (let i = 0; i < set.count; i++) {
      const b = 4 * i;
      for (let cx = Math.floor(set.box[b] / CELL); cx <= Math.floor(set.box[b + 2] / CELL); cx++)
        for (let cy = Math.floor(set.box[b + 1] / CELL); cy <= Math.floor(set.box[b + 3] / CELL); cy++) {
          const key = cx * 1e6 + cy;
          if (cells.has(key)) cells.get(key).push(i);
          else cells.set(key, [i]);
        }
    }
    return function (x0, y0, x1, y1) {
      round++;
      const found = [];
      for (let cx = Math.floor(x0 / CELL); cx <= Math.floor(x1 / CELL); cx++)
        for (let cy = Math.floor(y0 / CELL); cy <= Math.floor(y1 / CELL); cy++)
          for (const i of cells.get(cx * 1e6 + cy) || []) {
            const b = 4 * i;
            if (seen[i] === round || set.box[b] > x1 || set.box[b + 2] < x0 || set.box[b + 1] > y1 || set.box[b + 3] < y0) continue;
            seen[i] = round;
            found.push(i);
          }
      return found.sort((a, b) => a - b);
    };
  }

  const listeners = {};
  return {
    ready: false,
    data, ints, lines, shapes, index,
    state: { lang: data.lang, layer: 'total', selected: -1, tab: 'map', shown: {} },
    on(event, act) { (listeners[event] = listeners[event] || []).push(act); },
    tell(event, value) { for (const act of listeners[event] || []) act(value); },
  };
})();
