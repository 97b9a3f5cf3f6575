/* Bar and left panel: title, tabs, key figures, building colour, assumptions, layers, completeness. */
(function () {
  'use strict';
  const C = window.corridor, content = C.data.content;

  function layerList() {
    const corridorName = C.data.base.names, first = C.ints(corridorName.class), i = first.indexOf(0);
    const name = i < 0 ? '' : C.lines(C.state.lang === 'zh' ? corridorName.zh : corridorName.en)[i];
    const has = (layer) => C.data.symbols.some((s) => s.layer === layer);
    return [
      ['corridor', name ? C.t('corridor', { name }) : C.t('corridorPlain'), C.dashSign('#B3261E', 5, null), C.base.corridor.x.length > 0],
      ['institutes', C.t('institutes'), C.sign('institute'), has('institutes')],
      ['carriers', C.t('carriers'), C.sign('work'), has('carriers')],
      ['stations', C.t('stations'), C.sign('service'), has('stations')],
      ['exchange', C.t('exchange'), C.sign('exchange'), has('exchange')],
      ['metro', C.t('metro'), C.sign('metro'), has('metro')],
      ['isochrones', C.data.areas.minutes.length ? C.t('isochrones', { list: C.data.areas.minutes.join(' / ') }) : C.t('isochronesNone'), C.dashSign('#2B3A4A', 2.4, '6 3'), C.base.isochrones.count > 0],
      ...C.extra.list(),
      ['gates', C.t('gatesLayer'), C.sign('gate-open'), C.ints(C.data.base.gates.passage).length > 0],
      ['uncertainty', C.t('uncertainty'), C.shape('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' },
        C.shape('circle', { cx: 12, cy: 12, r: 9, fill: 'none', stroke: '#173A73', 'stroke-width': 1.8, 'stroke-dasharray': '2 3' })), C.data.symbols.some((s) => s.uncertainty > 0)],
    ];
  }

  for (const layer of ['corridor', 'institutes', 'carriers', 'stations', 'exchange', 'metro', 'isochrones']) C.state.shown[layer] = true;

  function section(title, aside, ...children) {
    return C.el('section', { class: 'sec' }, C.el('h2', {}, title, aside ? C.el('span', { text: aside }) : null), ...children);
  }

  function figure(f) {
    const percent = (v) => C.fixed(v * 100, 1), category = C.data.categories.find((c) => c.code === f.category), w = content.walker;
    const name = category ? C.categoryName(category) : '', minutes = category ? category.minutes : '';
    if (f.what === 'median')
      return figureBox(C.whole(f.value), '/ 100', C.t('figMedian'),
        f.low === null ? '' : C.t('figBand', { a: w.low, b: w.high, low: C.whole(f.low), high: C.whole(f.high) }));
    const what = C.t({ workers: 'figWorkers', residents: 'figResidents', gap: 'figGap' }[f.what], { name });
    const values = { what, minutes, base: C.t('base_' + f.what), low: f.low === null ? '—' : C.whole(f.low * 100), high: f.high === null ? '—' : C.whole(f.high * 100) };
    values.range = values.low === values.high ? values.low : `${values.low}–${values.high}`;
    return figureBox(percent(f.value), '%', what, C.t(f.what === 'gap' ? 'figHowBuildings' : 'figHow', values), C.t('figFull', values));
  }

  const figureBox = (value, unit, what, how, full) => C.el('div', { class: 'fig', title: full },
    C.el('b', {}, value, C.el('i', { text: unit })), C.el('span', { text: what }), C.el('em', { text: how }));

  function radio(layer, sign) {
    const on = C.state.layer === layer, value = C.buildings.median(layer);
    return C.el('label', { class: on ? 'on' : null },
      C.el('input', { type: 'radio', name: 'layer', class: 'hide', value: layer, checked: on, on: { change: () => C.setLayer(layer) } }),
      C.el('span', { class: 'radio' }), C.el('span', { class: 'what' }, sign, layer === 'total' ? C.t('total') : C.t(layer)),
      C.el('span', { class: 'v', text: value === null ? '—' : C.whole(value) }));
  }

  /* A layer that colours buildings and is no score. */
  function extra(layer) {
    const on = C.state.layer === layer, value = C.buildings.median(layer);
    return C.el('label', { class: on ? 'on' : null },
      C.el('input', { type: 'radio', name: 'layer', class: 'hide', value: layer, checked: on, on: { change: () => C.setLayer(layer) } }),
      C.el('span', { class: 'radio' }), C.el('span', { class: 'what' }, C.extra.layers[layer].name()),
      C.el('span', { class: 'v', text: value === null ? '—' : C.extra.layers[layer].value(value) }));
  }

  /* Every category can be chosen that has data; the others stay in the list, with the reason. */
  function single() {
    const current = C.data.categories.find((c) => c.code === C.state.layer), value = current ? C.buildings.median(current.code) : null;
    const groups = C.KINDS.map((kind) => C.el('optgroup', { label: C.t(kind) },
      ...C.data.categories.filter((c) => c.kind === kind).map((c) => C.el('option', {
        value: c.code, selected: c === current, disabled: c.column < 0, text: C.categoryName(c) + (c.column < 0 ? ` · ${C.t('noItem')}` : ''),
      }))));
    const select = C.el('select', { 'aria-label': C.t('single'), on: { change: (event) => C.setLayer(event.target.value) } },
      C.el('option', { value: 'total', text: C.t('single'), selected: !current }), ...groups);
    const able = C.data.categories.filter((c) => c.column >= 0).length;
    return C.el('label', { class: current ? 'on' : null }, C.el('span', { class: 'radio' }), select,
      C.el('span', { class: 'v', text: current ? (value === null ? '—' : `${C.minutes(value)} ${C.t('minutes')}`) : C.t('items', { n: able }) }));
  }

  function picker() {
    return C.el('div', { class: 'pick', role: 'radiogroup', 'aria-label': C.t('colour') },
      radio('total', null), ...C.KINDS.map((kind) => radio(kind, C.sign(C.KIND_SIGN[kind]))), ...Object.keys(C.extra.layers).map(extra), single());
  }

  function assumptions() {
    const w = content.walker;
    const rows = [
      ['speed', `${w.middle} m/min${C.t('band', { a: w.low, b: w.high })}`],
      ['gates', C.has('gates_' + w.gates) ? C.t('gates_' + w.gates) : w.gates],
      ['steps', w.steps === null ? C.t('stepsNone') : `× ${w.steps}`],
    ];
    return C.el('dl', { class: 'kv' }, ...rows.flatMap(([key, text]) => [C.el('dt', { text: C.t(key) }), C.el('dd', { text })]));
  }

  function layers() {
    return C.el('div', { class: 'pick layers' }, ...layerList().map(([layer, text, sign, able]) =>
      C.el('label', { class: able ? null : 'off', title: able ? null : C.t('noItem') },
        C.el('input', { type: 'checkbox', class: 'hide', checked: able && C.state.shown[layer], disabled: !able, on: { change: (event) => C.show(layer, event.target.checked) } }),
        sign, C.el('span', { text }), C.el('span', { class: 'chk' + (able && C.state.shown[layer] ? ' on' : '') }))));
  }

  const meter = (item) => C.el('div', { class: 'meter', title: C.pick(item.basis) }, C.el('span', { text: C.pick(item.name) }),
    C.el('i', { class: 'est', vars: { '--v': `${(item.share || 0) * 100}%` } }),
    C.el('span', { class: 'r', text: item.share === null ? '—' : C.percent(item.share) + '%' }));

  /* The panel has room for the weakest; the sheet lists all. */
  const leastComplete = () => content.completeness.slice().sort((a, b) => (a.share === null ? -1 : a.share) - (b.share === null ? -1 : b.share)).slice(0, 6);

  function panel() {
    const focused = document.activeElement && document.activeElement.closest('#panel') ? document.activeElement : null;
    const keep = focused && [focused.type, focused.value, Array.from(C.byId('panel').querySelectorAll('input,select,button')).indexOf(focused)];
    if (C.onStreets()) C.renew('panel', ...C.streetPanel(section), section(C.t('layers'), '', layers()), C.offMapPanel(section)).setAttribute('aria-label', C.t('menu'));
    else C.renew('panel',
      section(C.t('now'), `${C.fixed(content.areaKm2, 2)} km²`, C.el('div', { class: 'figs' }, ...content.figures.map(figure))),
      section(C.t('colour'), C.t('medians'), picker()),
      section(C.t('assumptions'), '', assumptions()),
      C.groupPanel(section),
      section(C.t('layers'), '', layers()),
      C.offMapPanel(section),
      section(C.t('completeness'), content.osmDate ? `OSM ${content.osmDate}` : '', ...leastComplete().map(meter))).setAttribute('aria-label', C.t('menu'));
    if (keep) { const again = C.byId('panel').querySelectorAll('input,select,button')[keep[2]]; if (again) again.focus(); }
  }

  function bar() {
    const title = C.pick(content.title);
    document.title = title;
    C.renew('title', title, C.el('small', { text: C.t(C.onStreets() ? 'streetMap' : 'circle') }));
    const tab = (id, key) => C.el('a', { href: '#' + id, 'aria-current': C.state.tab === id ? 'page' : null, text: C.t(key),
      on: { click: (event) => { event.preventDefault(); C.openTab(id); } } });
    C.renew('tabs', C.data.circle ? tab('map', 'tabMap') : null, C.streets ? tab('streets', 'tabStreets') : null, tab('sheet', 'tabSheet')).setAttribute('aria-label', C.t('pages'));
    C.renew('acts',
      C.el('button', { class: 'btn', lang: C.state.lang === 'zh' ? 'en' : 'zh-CN', text: C.t('other'), on: { click: () => C.setLang(C.state.lang === 'zh' ? 'en' : 'zh') } }),
      C.el('button', { class: 'btn', text: C.t('print'), on: { click: () => C.print() } }));
    C.byId('drawer').textContent = C.t('panel');
  }

  function zoom() {
    const button = (text, key, step) => C.el('button', { text, 'aria-label': C.t(key), on: { click: () => C.map.setZoom(C.map.getZoom() + step) } });
    C.renew('zoom', button('+', 'zoomIn', 1), button('−', 'zoomOut', -1));
    const north = C.byId('north');
    north.setAttribute('aria-label', C.t('north'));
    north.firstElementChild.setAttribute('href', C.state.lang === 'zh' ? '#s-north' : '#s-north-en');
  }

  C.openTab = function (tab) {
    C.state.tab = tab;
    if (tab !== 'sheet' && (tab === 'streets') !== C.onStreets()) C.setLayer(tab === 'streets' ? 'streets' : C.circleLayer());
    bar();
    C.tell('tab', tab);
  };
  C.startPanel = function () {
    const all = () => { bar(); panel(); zoom(); };
    all();
    C.on('lang', all);
    C.on('layer', () => { bar(); panel(); });
    C.on('segment', panel);
    C.on('panel', panel);
    C.on('shown', panel);
    C.byId('drawer').addEventListener('click', () => {
      const open = document.body.classList.toggle('drawn');
      C.byId('drawer').setAttribute('aria-expanded', String(open));
    });
  };
})();
