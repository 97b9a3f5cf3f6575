/* Leaflet's map, the drawing grid, and canvas tiles that each layer paints. */
(function () {
  'use strict';
  const C = window.corridor, map = window.corridorMap, GRID = 20, TILE = 512;
  const { left, top } = C.data.grid;

  C.map = map;
  C.toGrid = function (latlng) {
    const p = map.project(latlng, GRID);
    return { x: p.x - left, y: p.y - top };
  };
  C.toLatLng = (x, y) => map.unproject(L.point(x + left, y + top), GRID);
  C.toScreen = (x, y) => map.latLngToContainerPoint(C.toLatLng(x, y));
  C.metresPerPixel = (zoom) => (156543.03392804097 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / Math.pow(2, zoom);

  /* Canvas pixels to a CSS pixel: sharper on paper than on the screen. */
  C.ratio = () => (map.options.zoomSnap ? window.devicePixelRatio || 1 : 3);

  /* px at zoom z = px at 16 × 2^(0.85 (z − 16)) */
  C.widthAt = (px16, zoom) => px16 * Math.pow(2, 0.85 * (zoom - 16));

  /* Trace shape i on a context: grid units times k plus shift. */
  C.trace = function (ctx, set, i, k, dx, dy, closed) {
    for (let r = set.ring[i]; r < set.ring[i + 1]; r++) {
      const from = set.at[r], to = set.at[r + 1];
      for (let p = from; p < to; p++) {
        const px = set.x[p] * k + dx, py = set.y[p] * k + dy;
        if (p === from) ctx.moveTo(px, py);
        else ctx.lineTo(px, py);
      }
      if (closed) ctx.closePath();
    }
  };

  const Tiles = L.GridLayer.extend({
    createTile(coords) {
      const canvas = document.createElement('canvas');
      this.paintTile(canvas, coords);
      return canvas;
    },
    paintTile(canvas, coords) {
      const ratio = C.ratio(), ctx = canvas.getContext('2d');
      canvas.width = canvas.height = TILE * ratio; // also empties a painted one
      ctx.scale(ratio, ratio);
      const k = Math.pow(2, coords.z - GRID), dx = left * k - coords.x * TILE, dy = top * k - coords.y * TILE;
      const pad = 24;
      const view = { x0: (-pad - dx) / k, y0: (-pad - dy) / k, x1: (TILE + pad - dx) / k, y1: (TILE + pad - dy) / k };
      this.options.paint(ctx, { k, dx, dy, view, zoom: coords.z, size: TILE });
    },
    /* Same tiles, new colours: nothing is taken from the page, so nothing flickers. */
    repaint() {
      for (const key in this._tiles) {
        const { el, coords } = this._tiles[key];
        this.paintTile(el, coords);
      }
    },
    /* Tiles of exactly the map's zoom, on paper and on the street page, not the nearest whole zoom scaled. */
    _clampZoom: () => map.getZoom(),
  });

  C.tiles = function (name, order, paint) {
    map.createPane(name).style.zIndex = order;
    map.getPane(name).style.pointerEvents = 'none';
    return new Tiles({ pane: name, paint, tileSize: TILE, updateWhenIdle: false, updateWhenZooming: false, keepBuffer: 1, minZoom: 0, maxZoom: 24 }).addTo(map);
  };

  /* Diagonal hatch that continues over tile borders: its period divides the tile. */
  C.hatch = function (ctx, line, ground, period, width) {
    const ratio = C.ratio(), n = period * ratio, c = document.createElement('canvas');
    c.width = c.height = n;
    const g = c.getContext('2d');
    if (ground) {
      g.fillStyle = ground;
      g.fillRect(0, 0, n, n);
    }
    g.strokeStyle = line;
    g.lineWidth = width * ratio;
    for (const shift of [-n, 0, n]) {
      g.beginPath();
      g.moveTo(shift - 2, n + 2);
      g.lineTo(shift + n + 2, -2);
      g.stroke();
    }
    const pattern = ctx.createPattern(c, 'repeat');
    pattern.setTransform(new DOMMatrix().scale(1 / ratio));
    return pattern;
  };

  /* The largest zoom at which the study area still nearly fits, so that streets are readable on opening. */
  C.openingView = function (box) {
    const fit = map.getBoundsZoom(box), size = map.getSize();
    const a = map.project(box.getNorthWest(), fit + 1), b = map.project(box.getSouthEast(), fit + 1);
    // A district may lose its corners for a closer look; a city opens whole.
    const near = fit >= 14 && Math.abs(b.x - a.x) <= 1.6 * size.x && Math.abs(b.y - a.y) <= 1.6 * size.y;
    map.setView(box.getCenter(), Math.min(17, near ? fit + 1 : fit), { animate: false });
  };
})();
