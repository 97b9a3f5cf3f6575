/* The segment under the mouse, or under the keys in the strip, is ringed on the map. */
(function () {
  'use strict';
  const C = window.corridor, S = C.streets, REACH_PX = 10;
  C.state.pointed = -1;
  C.pointSegment = () => {};
  C.startPointer = () => {};
  if (!S) return;

  function ring() {
    const svg = C.byId('pointed'), i = C.onStreets() ? C.state.pointed : -1;
    svg.replaceChildren();
    if (i < 0 || i === C.state.segment) return;
    const d = S.points(i).map((line) => line.map(([x, y], n) => { const p = C.toScreen(x, y); return `${n ? 'L' : 'M'}${p.x.toFixed(1)} ${p.y.toFixed(1)}`; }).join('')).join('');
    const w = S.width(i, C.map.getZoom());
    svg.append(C.shape('path', { d, class: 'out', vars: { '--w': `${w + 6}px` } }), C.shape('path', { d, class: 'in', vars: { '--w': `${w + 1}px`, '--c': C.colour(S.classes[i] ? '--prio-' + S.classes[i] : '--na-bg') } }));
  }

  C.pointSegment = function (i) {
    if (i === C.state.pointed) return;
    C.state.pointed = i;
    ring();
    C.tell('pointed', i);
  };

  C.startPointer = function () {
    const node = C.map.getContainer();
    let next = null;
    C.map.on('mousemove', (event) => {
      if (!C.onStreets()) return;
      if (!next) requestAnimationFrame(() => { if (next) C.pointSegment(S.at(next, REACH_PX)); node.classList.toggle('over', C.state.pointed >= 0); next = null; });
      next = event.latlng;
    });
    C.map.on('mouseout', () => { next = null; C.pointSegment(-1); });
    C.map.on('move zoomend resize', ring);
    for (const event of ['segment', 'layer']) C.on(event, ring);
  };
})();
