/* Carriers, stations, metro stops and events: own symbols, popups of text, and what happens when they crowd. */
(function () {
  'use strict';
  const C = window.corridor, all = C.data.symbols;
  const SIZE = { core: 31, institute: 25, station: 23, metro: 22, exchange: 17 }, CARRIER = 21, SMALL = 5;
  const FROM_ZOOM_15 = 15, CROWDED = 18, SHIFT = 14, MOST = 4;
  const RANK = ['core', 'institute', 'metro', 'station', 'carrier', 'exchange'];
  const NAME_ZOOM = { core: 15, institute: 15, metro: 13, carrier: 16, station: 17, exchange: 17 };
  const kindOf = (s) => (s.sign.startsWith('carrier') ? 'carrier' : s.sign);
  const order = all.map((_, i) => i).sort((a, b) => RANK.indexOf(kindOf(all[a])) - RANK.indexOf(kindOf(all[b])) || a - b);
  const group = L.layerGroup();
  let placed = [];

  C.symbolSpot = (s) => C.map.latLngToContainerPoint(L.latLng(s.at[0], s.at[1]));
  C.symbolName = (s) => (C.state.lang === 'en' && s.nameEn) || s.name;

  const big = () => (window.innerWidth >= 1800 ? 1.25 : 1);
  const sizeOf = (s) => (SIZE[s.sign] || CARRIER) * big() * (C.map.getZoom() <= 15 ? 0.85 : 1);
  const small = (s) => C.map.getZoom() < FROM_ZOOM_15 && !['core', 'institute', 'metro'].includes(s.sign);

  function shown() {
    return order.map((i) => all[i]).filter((s) => C.state.shown[s.layer]);
  }

  /* The more important symbol keeps its place, its neighbour moves aside; a crowd becomes one counted square. */
  function arrange() {
    const out = [], crowds = [];
    const size = C.map.getSize();
    const list = shown().map((s) => ({ s, at: C.symbolSpot(s) }))
      .filter((p) => p.at.x > -200 && p.at.y > -200 && p.at.x < size.x + 200 && p.at.y < size.y + 200);
    const taken = new Set();
    for (const p of list) {
      if (taken.has(p) || small(p.s)) continue;
      const near = list.filter((q) => !taken.has(q) && !small(q.s) && q.at.distanceTo(p.at) < CROWDED);
      if (near.length > MOST) {
        near.forEach((q) => taken.add(q));
        crowds.push({ at: p.at, members: near.map((q) => q.s) });
      }
    }
    for (const p of list) {
      if (taken.has(p)) continue;
      const clash = (spot) => out.filter((q) => !q.small && q.spot.distanceTo(spot) < CROWDED).length;
      let spot = p.at, fewest = small(p.s) ? 0 : clash(spot);
      for (let turn = 0; turn < 16 && fewest; turn++) {
        const angle = (Math.PI / 4) * (turn % 8), reach = turn < 8 ? SHIFT * 0.75 : SHIFT;
        const other = L.point(p.at.x + reach * Math.cos(angle), p.at.y + reach * Math.sin(angle)), n = clash(other);
        if (n < fewest) [fewest, spot] = [n, other];
      }
      out.push({ s: p.s, at: p.at, spot, small: small(p.s), size: small(p.s) ? SMALL : sizeOf(p.s), kind: kindOf(p.s) });
    }
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

  const kindText = (s) => C.t('kind_' + s.kind);
  const factValue = (key, value) => (C.has('value_' + value) && key === 'stage' ? C.t('value_' + value) : value);

  function popup(s) {
    const rows = s.facts.map(([key, value]) => C.el('div', {}, C.el('dt', { text: C.t('fact_' + key) }), C.el('dd', { text: factValue(key, value) })));
    const notes = [];
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
    placed = out.concat(crowds.map((c) => ({ crowd: true, at: c.at, spot: c.at, size: 20, kind: 'crowd' })));
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
      group.addLayer(marker(c.at, 20, C.el('span', { class: 'crowd', text: String(c.members.length) }), names.join(C.t('comma')), list));
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
