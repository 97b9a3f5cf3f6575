/* Carriers, stations, metro stops and events: own symbols, popups of text, and what happens when they crowd. */
(function () {
  'use strict';
  const C = window.corridor, all = C.data.symbols;
  const SIZE = { core: 31, institute: 25, station: 23, metro: 22, exchange: 17 }, CARRIER = 21, SMALL = 5;
  const FROM_ZOOM_15 = 15, CROWDED = 18, SHIFT = 14, MOST = 4, CROWD = 20;
  const RANK = ['core', 'institute', 'metro', 'station', 'carrier', 'exchange'];
  const LANDMARKS = ['core', 'institute', 'metro'];
  const NAME_ZOOM = { core: 15, institute: 15, metro: 13, carrier: 16, station: 17, exchange: 17 };
  const kindOf = (s) => (s.sign.startsWith('carrier') ? 'carrier' : s.sign);
  const order = all.map((_, i) => i).sort((a, b) => RANK.indexOf(kindOf(all[a])) - RANK.indexOf(kindOf(all[b])) || a - b);
  const group = L.layerGroup();
  let placed = [];

  /* A group is [what, word], such as ['industry', '…']; only records that carry groups are filtered. */
  C.inGroup = (s) => !C.state.group || !s.groups || s.groups.some((g) => g[0] === C.state.group[0] && g[1] === C.state.group[1]);
  C.groups = () => {
    const found = new Map();
    for (const s of all) for (const g of s.groups || []) found.set(g.join('\u0000'), g);
    return Array.from(found.values()).sort((a, b) => (a.join() < b.join() ? -1 : 1));
  };
  C.symbolSpot = (s) => C.map.latLngToContainerPoint(L.latLng(s.at[0], s.at[1]));
  C.symbolName = (s) => (C.state.lang === 'en' && s.nameEn) || s.name;

  const big = () => (window.innerWidth >= 1800 ? 1.25 : 1);
  const sizeOf = (s) => (SIZE[s.sign] || CARRIER) * big() * (C.map.getZoom() <= 15 ? 0.85 : 1);
  const small = (s) => C.map.getZoom() < FROM_ZOOM_15 && !LANDMARKS.includes(s.sign);

  function shown() {
    return order.map((i) => all[i]).filter((s) => C.state.shown[s.layer] && C.inGroup(s));
  }

  /* The place at or round a point where a symbol covers least of those already placed. */
  function beside(out, at, size) {
    const covered = (spot) => out.reduce((sum, q) => sum + (q.small ? 0 : Math.max(0, 0.92 * (q.size + size) / 2 - q.spot.distanceTo(spot))), 0);
    let best = at, least = covered(at);
    for (const reach of [0.7 * SHIFT, SHIFT, 2 * SHIFT])
      for (let turn = 0; turn < 8 && least; turn++) {
        // Only a core carrier is so large that its neighbour has to move further.
        if (reach > SHIFT && !out.some((q) => q.s.sign === 'core' && q.at.distanceTo(at) < q.size)) continue;
        const angle = (Math.PI / 4) * turn, spot = L.point(at.x + reach * Math.cos(angle), at.y + reach * Math.sin(angle)), n = covered(spot);
        if (n < least - 1) [least, best] = [n, spot];
      }
    return best;
  }

  /* The more important symbol keeps its place, its neighbour moves aside; a crowd becomes one counted square.
     Landmarks never go into a crowd. */
  function arrange() {
    const out = [], crowds = [];
    const size = C.map.getSize();
    const list = shown().map((s) => ({ s, at: C.symbolSpot(s) }))
      .filter((p) => p.at.x > -200 && p.at.y > -200 && p.at.x < size.x + 200 && p.at.y < size.y + 200);
    const taken = new Set();
    for (const p of list) {
      const crowding = (q) => !taken.has(q) && !small(q.s) && !LANDMARKS.includes(q.s.sign);
      if (!crowding(p)) continue;
      const near = list.filter((q) => crowding(q) && q.at.distanceTo(p.at) < CROWDED);
      if (near.length > MOST) {
        near.forEach((q) => taken.add(q));
        crowds.push({ at: p.at, members: near.map((q) => q.s) });
      }
    }
    for (const p of list) {
      if (taken.has(p)) continue;
      const tiny = small(p.s), size = tiny ? SMALL : sizeOf(p.s);
      out.push({ s: p.s, at: p.at, spot: tiny ? p.at : beside(out, p.at, size), small: tiny, size, kind: kindOf(p.s) });
    }
    for (const c of crowds) c.spot = beside(out, c.at, CROWD);
    return { out, crowds };
  }

  function picture(s, size) {
    const box = s.sign === 'core' ? 32 : 24;
    const node = C.shape('svg', { viewBox: `0 0 ${box} ${box}`, width: size, height: size, 'aria-hidden': 'true' },
      C.shape('use', { href: '#s-' + s.sign }));
    if (s.sign === 'station')
      node.append(C.shape('text', { x: 12, y: 16.3, 'font-size': 12, 'text-anchor': 'middle', class: 'char', text: C.pick(s.character) }));
    return node;
  }
  C.symbolPicture = picture;

  const kindText = (s) => C.t('kind_' + s.kind);
  const COUNTS = ['floor_area_m2', 'firms', 'capacity'];
  const factValue = (key, value) => {
    if (key === 'stage' && C.has('value_' + value)) return C.t('value_' + value);
    return COUNTS.includes(key) && isFinite(value) ? C.whole(Number(value)) : value;
  };

  function popup(s) {
    const rows = s.facts.map(([key, value]) => C.el('div', {}, C.el('dt', { text: C.t('fact_' + key) }), C.el('dd', { text: factValue(key, value) })));
    for (const [term, value] of C.extra.facts(s.id)) rows.push(C.el('div', {}, C.el('dt', { text: term }), C.el('dd', { text: value })));
    const notes = C.extra.notes(s.id);
    if (s.uncertainty) notes.push(C.t(s.uncertainty >= 200 ? 'position' : 'positionPlain', { m: s.uncertainty }));
    if (s.synthetic) notes.push(C.t('synthetic'));
    return C.el('div', { class: 'pop' },
      C.el('h3', { text: C.symbolName(s) }),
      C.el('p', { class: 'muted', text: s.sign === 'core' ? `${C.t('core')} · ${kindText(s)}` : kindText(s) }),
      rows.length ? C.el('dl', {}, ...rows) : null,
      notes.length ? C.el('p', { class: 'muted', text: notes.join(C.t('semicolon')) }) : null);
  }

  function marker(point, size, node, name, contents) {
    const icon = L.divIcon({ className: 'sym', html: node, iconSize: [size, size], iconAnchor: [size / 2, size / 2] });
    const m = L.marker(C.map.containerPointToLatLng(point), { icon, title: name, alt: name, riseOnHover: true });
    m.bindPopup(contents, { maxWidth: 300, minWidth: 180, autoPanPadding: [40, 60] });
    return m;
  }

  function draw() {
    group.clearLayers();
    const { out, crowds } = arrange();
    placed = out.concat(crowds.map((c) => ({ crowd: true, at: c.at, spot: c.spot, size: CROWD, kind: 'crowd' })));
    for (const p of out) {
      if (p.small) continue;
      const m = marker(p.spot, p.size, picture(p.s, p.size), `${C.symbolName(p.s)}${C.t('comma')}${kindText(p.s)}`, () => popup(p.s));
      m.on('mouseover', () => C.tell('hover', p.s)).on('mouseout', () => C.tell('hover', null));
      m.on('popupopen', () => C.tell('picked', p.s)).on('popupclose', () => C.tell('picked', null));
      group.addLayer(m);
    }
    for (const c of crowds) {
      const names = c.members.map((s) => C.symbolName(s));
      const list = C.el('ul', { class: 'pop' }, ...names.map((name) => C.el('li', { text: name })));
      group.addLayer(marker(c.spot, CROWD, C.el('span', { class: 'crowd', text: String(c.members.length) }), names.join(C.t('comma')), list));
    }
  }

  C.symbols = {
    all,
    placed: () => placed,
    named: (p) => p.s && C.map.getZoom() >= NAME_ZOOM[p.kind],
    /* Popups are rebuilt from the data; a test opens one by the record's id. */
    open(id) {
      const p = placed.find((q) => q.s && q.s.id === id);
      group.eachLayer((m) => { if (p && m.getLatLng().equals(C.map.containerPointToLatLng(p.spot))) m.openPopup(); });
    },
  };
  C.startSymbols = function () {
    group.addTo(C.map);
    draw();
    C.on('shown', draw);
    C.on('lang', draw);
    C.map.on('zoomend resize', draw);
  };
})();
