/* What the window shows of the streets: the whole corridor on opening, and beside the card the segment that was chosen. */
(function () {
  'use strict';
  const C = window.corridor, S = C.streets, map = C.map;
  const GAP_PX = 12, LABEL_PX = 76, SHEET_BELOW = 1100, LARGEST_ZOOM = 17, SNAP = 0.25;
  if (!S) return;
  let shown = null;

  const box = (id) => { const node = C.byId(id); return node.hidden || !node.offsetHeight ? null : { left: node.offsetLeft, top: node.offsetTop, right: node.offsetLeft + node.offsetWidth, bottom: node.offsetTop + node.offsetHeight }; };

  /* The part of the map that nothing lies on, in its pixels; what stands in a corner is passed at its side or above it. */
  function free(card) {
    const size = map.getSize(), note = box('banner'), foot = box('foot'), room = { left: 0, top: note ? note.bottom : 0, right: size.x, bottom: foot ? foot.top : size.y };
    const lies = card && box('card');
    if (lies && window.innerWidth < SHEET_BELOW) room.bottom = lies.top;
    else if (lies) room.right = lies.left;
    return room;
  }

  function rooms() {
    const whole = free(false), legend = box('legend'), tools = box('zoom');
    const besides = (room, corner, side) => (corner ? [{ ...room, ...side }, { ...room, bottom: Math.min(room.bottom, corner.top) }] : [room]);
    return besides(whole, legend, { left: legend ? legend.right : 0 }).flatMap((room) => besides(room, tools, { right: tools ? tools.left : 0 }));
  }

  const zoomIn = (bounds, room) => map.getBoundsZoom(bounds, false, L.point(map.getSize().x - (room.right - room.left), map.getSize().y - (room.bottom - room.top)));
  /* Labels stand right of the line. */
  const inner = (room) => ({ left: room.left + GAP_PX, top: room.top + GAP_PX, right: room.right - Math.min(LABEL_PX, (room.right - room.left) / 3), bottom: room.bottom - GAP_PX });

  /* Put bounds into the middle of a room. */
  function place(bounds, zoom, room) {
    const size = map.getSize(), middle = map.project(bounds.getNorthWest(), zoom).add(map.project(bounds.getSouthEast(), zoom)).divideBy(2);
    const off = L.point((room.left + room.right - size.x) / 2, (room.top + room.bottom - size.y) / 2);
    map.setView(map.unproject(middle.subtract(off), zoom), zoom, { animate: false });
  }

  /* Show the whole corridor as large as it goes. */
  S.fit = function () {
    const bounds = S.bounds();
    if (!bounds) return;
    let best = null;
    for (const room of rooms().map(inner)) {
      const zoom = Math.min(LARGEST_ZOOM, zoomIn(bounds, room));
      if (room.right > room.left && room.bottom > room.top && (!best || zoom > best.zoom)) best = { zoom, room };
    }
    if (!best) return;
    place(bounds, best.zoom, best.room);
    shown = { centre: map.getCenter(), zoom: map.getZoom() };
  };

  /* After the window has changed: the whole again, unless the reader has moved on. */
  S.refit = function () {
    if (shown && C.onStreets() && !document.body.classList.contains('printing') && shown.zoom === map.getZoom() && shown.centre.distanceTo(map.getCenter()) < 1) S.fit();
  };

  /* Move a segment out from under the card; where it does not fit beside it, from farther off. */
  S.bring = function (i) {
    const room = inner(free(true)), [west, south, east, north] = S.box.subarray(4 * i, 4 * i + 4), bounds = L.latLngBounds(C.toLatLng(west, south), C.toLatLng(east, north));
    if (room.right <= room.left || room.bottom <= room.top) return;
    const a = map.latLngToContainerPoint(bounds.getNorthWest()), b = map.latLngToContainerPoint(bounds.getSouthEast());
    const by = { x: a.x < room.left ? a.x - room.left : Math.max(0, b.x - room.right), y: a.y < room.top ? a.y - room.top : Math.max(0, b.y - room.bottom) };
    if (b.x - a.x > room.right - room.left || b.y - a.y > room.bottom - room.top) place(bounds, Math.min(map.getZoom(), zoomIn(bounds, room)), room);
    else if (by.x || by.y) map.panBy([by.x, by.y], { animate: false });
  };

  C.startStreetView = function () {
    C.on('layer', () => { map.options.zoomSnap = C.onStreets() ? SNAP : 1; });
  };
})();
