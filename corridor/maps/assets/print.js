/* Printing: one A3 sheet, the whole study area at a round scale, whatever the window shows. */
(function () {
  'use strict';
  const C = window.corridor, map = C.map, METRES_PER_CSS_PIXEL = 0.0254 / 96, PAINTED_MS = 200;
  const SCALES = [1000, 2000, 5000, 10000, 15000, 20000, 25000, 50000, 100000];
  let before = null;

  function zoomOf(scale) {
    return Math.log2(C.metresPerPixel(0) / (scale * METRES_PER_CSS_PIXEL));
  }

  function fits(scale, box) {
    const size = map.getSize(), zoom = zoomOf(scale);
    const a = map.project(box.getNorthWest(), zoom), b = map.project(box.getSouthEast(), zoom);
    return Math.abs(b.x - a.x) <= size.x && Math.abs(b.y - a.y) <= size.y - C.byId('foot').offsetHeight - C.byId('banner').offsetHeight;
  }

  function prepare() {
    before = { centre: map.getCenter(), zoom: map.getZoom(), snap: map.options.zoomSnap };
    map.closePopup();
    document.body.classList.add('printing');
    map.options.zoomSnap = 0;
    C.fitStrip();
    map.invalidateSize({ animate: false, pan: false });
    const box = C.studyBounds();
    map.setView(box.getCenter(), map.getZoom(), { animate: false });
    const scale = SCALES.find((s) => fits(s, box)) || SCALES[SCALES.length - 1];
    map.setView(box.getCenter(), zoomOf(scale), { animate: false });
    C.byId('foot').append(C.el('b', { text: `1:${C.whole(scale)}` }));
  }

  function restore() {
    if (!before) return;
    document.body.classList.remove('printing');
    map.options.zoomSnap = before.snap;
    C.fitStrip();
    map.invalidateSize({ animate: false, pan: false });
    map.setView(before.centre, before.zoom, { animate: false });
    before = null;
    C.tell('shown', null);
  }

  /* A canvas that is painted while the browser already prints goes to paper as drawing commands, and emptying it
     as a white sheet over all that lies below: so the sheet is shown first, for a few frames, and then printed. */
  function print() {
    if (before) return;
    prepare();
    setTimeout(() => requestAnimationFrame(() => window.print()), PAINTED_MS);
  }

  C.print = print;
  C.startPrint = function () {
    window.addEventListener('afterprint', restore);
    document.addEventListener('keydown', (event) => {
      if (event.key.toLowerCase() !== 'p' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      print();
    });
  };
})();
