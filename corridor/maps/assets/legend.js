/* Legend, foot with scale bar, note strip: what the picture means, where it comes from, what it may be used for. */
(function () {
  'use strict';
  const C = window.corridor;

  function rows() {
    const layer = C.state.layer, category = C.data.categories.find((c) => c.code === layer), n = C.buildings.counts(layer), most = Math.max(1, ...n);
    const edge = (f) => { const v = category.minutes * f; return Number.isInteger(v) ? String(v) : v.toFixed(1); };
    const label = (c) => {
      if (layer in C.extra.layers) return C.extra.layers[layer].label(c);
      if (!category) return `${(c - 1) * 20}–${c * 20}`;
      return c === 1 ? C.t('over', { a: edge(4 / 3) }) : `${c === 5 ? 0 : edge((5 - c) / 3)}–${edge((6 - c) / 3)}`;
    };
    const row = (cls, text, count) => [
      C.el('i', { class: cls }), C.el('span', { text }), C.el('u', { vars: { '--v': `${(count / most) * 100}%` } }), C.el('span', { class: 'r', text: C.whole(count) }),
    ];
    const out = [];
    for (const c of [5, 4, 3, 2, 1]) {
      out.push(...row('c' + c, label(c), n[c]));
      const tier = layer in C.extra.layers && C.extra.layers[layer].tier;
      if (tier && c === 3) out.push(C.el('b', { class: 'tier', text: C.t('limitPlain', { a: tier }) }));
      if (category && c === 3) out.push(C.el('b', { class: 'tier', text: `${C.t('standard')} ${edge(1)} ${C.t('minutes')}` }));
    }
    out.push(...row('hatch', C.t('noData'), n[0]));
    return out;
  }

  const dash = (colour, width, pattern) => C.shape('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    C.shape('path', { d: 'M1 12h22', stroke: colour, 'stroke-width': width, 'stroke-dasharray': pattern }));
  C.dashSign = dash;

  function signs() {
    const shown = C.state.shown, used = new Set(C.data.symbols.filter((s) => shown[s.layer]).map((s) => s.sign));
    const list = [['core', 'core'], ['institute', 'institutes'], ['carrier-1', 'lgC1'], ['carrier-2', 'lgC2'], ['carrier-3', 'lgC3'], ['carrier-4', 'lgC4'],
      ['station', 'stations', 'service'], ['metro', 'metro'], ['exchange', 'exchange']]
      .filter(([sign]) => used.has(sign)).map(([sign, key, look]) => C.el('div', {}, C.sign(look || sign), C.t(key)));
    const category = C.data.categories.find((c) => c.code === C.state.layer);
    if (category) list.push(C.el('div', {}, C.sign(C.KIND_SIGN[category.kind]), C.t('places')));
    if (shown.gates) for (const gate of ['gate-open', 'gate-res', 'gate-shut']) list.push(C.el('div', {}, C.sign(gate), C.t(gate.replace('-', '_'))));
    list.push(C.el('div', {}, dash('#1B2733', 2.4, '9 3 2 3'), C.t('study')));
    if (C.base.short.count) list.push(C.el('div', {}, C.el('i', { class: 'short' }), C.t('lgShort')));
    if (shown.corridor && !C.onStreets()) list.push(C.el('div', {}, dash('#B3261E', 4.5, null), C.t('lgCorridor')));
    return list.concat(C.extra.signs());
  }

  function legend() {
    if (C.onStreets()) return C.renew('legend', ...C.streetLegend(), C.el('div', { class: 'lsym' }, ...signs())).setAttribute('aria-label', C.t('legend'));
    const category = C.data.categories.find((c) => c.code === C.state.layer);
    C.renew('legend',
      C.el('h3', { text: C.layerName(C.state.layer) }),
      C.el('p', { text: C.state.layer in C.extra.layers ? C.extra.layers[C.state.layer].hint() : C.t(category ? 'legendMinutes' : 'legendScore') }),
      C.el('div', { class: 'lg' }, ...rows()),
      C.filterNote(),
      C.el('div', { class: 'lsym' }, ...signs())).setAttribute('aria-label', C.t('legend'));
  }

  function scaleBar() {
    const px = 1 / C.metresPerPixel(C.map.getZoom()), unit = C.state.lang === 'zh' ? ' ' + C.t('metre') : ' m';
    const total = [40, 100, 200, 400, 1000, 2000, 4000, 10000, 20000].filter((m) => m * px <= Math.min(205, C.map.getSize().x * 0.28)).pop() || 20;
    const ticks = [0, total / 4, total / 2, total], w = total * px;
    const svg = C.shape('svg', { class: 'sb', width: w + 52, height: 22, viewBox: `-8 0 ${w + 52} 22`, role: 'img', 'aria-label': `${total}${unit}` });
    for (let i = 0; i < 3; i++)
      svg.append(C.shape('rect', { x: ticks[i] * px, y: 13, width: (ticks[i + 1] - ticks[i]) * px, height: 4.5, fill: i % 2 ? '#fff' : '#1B2733', stroke: '#1B2733' }));
    // The quarter has a figure where there is room between the others.
    ticks.forEach((m, i) => (i !== 1 || total * px >= 100) && svg.append(C.shape('text', { x: m * px, y: 10, 'font-size': 10.5, 'text-anchor': 'middle', fill: '#1B2733', text: C.whole(m) + (i === 3 ? unit : '') })));
    return svg;
  }

  function foot() {
    const { osmDate, crs, reviewNo, publisher } = C.data.content;
    C.renew('foot', scaleBar(), C.el('span', { text: C.t('osm') }),
      osmDate ? C.el('span', { text: C.t('dataDate', { date: osmDate }) }) : null,
      C.el('span', { class: 'wide', text: C.pick(crs) }),
      publisher ? C.el('span', { class: 'wide', text: C.t('publisher', { name: publisher }) }) : null,
      C.el('span', { class: 'sp' }, C.t('review'), reviewNo ? reviewNo : C.el('u', { text: '\u3000'.repeat(6) }), reviewNo ? '' : C.t('reviewBlank')));
    room();
  }

  function banner() {
    const { schematic, unattached, nearEdge, marginM } = C.data.content, parts = [];
    const note = (head, words) => parts.push(C.el('div', {}, C.el('b', { text: head }), C.el('span', { text: words })));
    const title = C.t('schematic'), text = C.pick(schematic);
    // A study may begin its note with the very words of the title.
    const rest = text.startsWith(title) ? text.slice(title.length).replace(/^[：:\s]+/, '') : text;
    if (text) note(title, rest.charAt(0).toUpperCase() + rest.slice(1));
    if (unattached) note(C.t('unattachedTitle'), C.t('unattached', { n: C.whole(unattached.count), total: C.whole(unattached.total) }));
    if (nearEdge) note(C.t('edgeTitle'), C.t('edge', { n: C.whole(nearEdge), m: C.whole(marginM) }));
    if (parts.length) parts.push(C.el('button', { class: 'link', text: C.t('toSheet'), on: { click: () => C.openTab('sheet') } }));
    C.renew('banner', ...parts).hidden = !parts.length;
    room();
  }

  /* A long note and a narrow foot take two lines: what hangs beside them moves. */
  function room() {
    const look = C.byId('stage').style;
    look.setProperty('--note-h', `${C.byId('banner').offsetHeight}px`);
    look.removeProperty('--foot-h');
    look.setProperty('--foot-h', `${C.byId('foot').offsetHeight}px`);
  }

  C.startLegend = function () {
    C.on('lang', () => { banner(); foot(); legend(); });
    C.on('layer', legend);
    C.on('shown', legend);
    C.map.on('zoomend', foot);
    C.map.on('resize', room);
    banner();
    foot();
    legend();
  };
})();
