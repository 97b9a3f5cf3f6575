/* Puts the rooms together, and is the page's small interface: ready, select(id), setLayer(code), show(layer, on). */
(function () {
  'use strict';
  const C = window.corridor, chosen = C.select;

  C.setLayer = function (layer) {
    C.state.layer = layer;
    C.tell('layer', layer);
    label();
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
    node.setAttribute('aria-label', C.t('mapLabel', { layer: C.layerName(C.state.layer) }));
  }

  function enter(event) {
    if (event.key !== 'Enter' || event.target !== C.map.getContainer()) return;
    const found = C.buildings.at(C.map.getCenter());
    C.select(found === undefined ? -1 : found);
  }

  C.map.invalidateSize({ animate: false });
  C.openingView(C.studyBounds());
  C.startBase();
  C.startBuildings();
  C.startChain();
  C.startPanel();
  C.startLegend();
  C.startCard();
  C.startSheet();
  C.startSymbols();
  C.startLabels();
  C.startPrint();
  label();
  C.map.getContainer().addEventListener('keydown', enter);
  window.addEventListener('resize', () => C.map.invalidateSize({ animate: false }));
  C.ready = true;
})();
