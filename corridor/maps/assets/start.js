/* Puts the rooms together, and is the page's small interface: ready, select(id), selectSegment(n), setLayer(code), show(layer, on). */
(function () {
  'use strict';
  const C = window.corridor, chosen = C.select;

  /* Streets or buildings carry the colour, never both. Over streets the symbols and isochrones step back until asked for. */
  const ASIDE = ['institutes', 'carriers', 'stations', 'exchange', 'isochrones'], kept = {};
  let circle = 'total', fitted = false;
  C.circleLayer = () => circle;

  function turn(streets) {
    if (streets) circle = C.state.layer;
    for (const name of ASIDE) {
      if (streets) kept[name] = C.state.shown[name];
      C.state.shown[name] = !streets && kept[name];
    }
    C.state.tab = streets ? 'streets' : 'map';
    C.state.segment = -1;
    C.select(-1);
  }

  C.setLayer = function (layer) {
    const turned = (layer === 'streets') !== C.onStreets();
    if (turned) turn(layer === 'streets');
    C.state.layer = layer;
    C.tell('layer', layer);
    if (turned) { C.tell('shown', null); C.tell('tab', C.state.tab); }
    if (turned && layer === 'streets' && !fitted) { fitted = true; C.streets.fit(); }
    label();
    if (layer === 'streets') { C.byId('live').textContent = C.t('mapLabelStreets'); return; }
    const value = C.buildings.median(layer);
    C.byId('live').textContent = C.t('median', { layer: C.layerName(layer), value: value === null ? '—' : C.data.categories.some((c) => c.code === layer) ? C.minutes(value) : C.whole(value) });
  };
  C.setLang = function (lang) {
    C.state.lang = lang;
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
    C.map.closePopup();
    C.tell('lang', lang);
    label();
  };
  C.show = function (layer, on) {
    C.state.shown[layer] = on;
    C.tell('shown', layer);
  };
  /* By number from a click, by id from a test or a script. */
  C.select = (which) => chosen(typeof which === 'string' ? C.buildings.find(which) : which);

  function label() {
    const node = C.map.getContainer();
    node.setAttribute('role', 'application');
    node.setAttribute('aria-label', C.onStreets() ? C.t('mapLabelStreets') : C.t('mapLabel', { layer: C.layerName(C.state.layer) }));
  }

  function enter(event) {
    if (event.key !== 'Enter' || event.target !== C.map.getContainer()) return;
    if (C.onStreets()) return C.selectSegment(C.streets.at(C.map.getCenter(), 60));
    const found = C.buildings.at(C.map.getCenter());
    C.select(found === undefined ? -1 : found);
  }

  C.map.invalidateSize({ animate: false });
  C.openingView(C.studyBounds());
  C.startBase();
  C.startBuildings();
  C.startChain();
  if (C.streets) { C.startStreets(); C.startStreetView(); }
  C.startPointer();
  C.startPanel();
  C.startLegend();
  C.startCard();
  C.startSheet();
  C.startSymbols();
  C.startLabels();
  C.startPrint();
  C.startStrip();
  label();
  C.map.getContainer().addEventListener('keydown', enter);
  window.addEventListener('resize', () => { C.map.invalidateSize({ animate: false }); if (C.streets) C.streets.refit(); });
  if (C.data.opens === 'streets') {
    C.setLayer('streets');
    // The strip has taken its room: what opens is seen whole again.
    if (C.streets.bounds()) C.streets.fit();
    else C.openingView(C.studyBounds());
  }
  C.ready = true;
})();
