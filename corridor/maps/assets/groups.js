/* The filter by industry, policy and department: symbols and links of one group, buildings by the walk to its nearest place. */
(function () {
  'use strict';
  const C = window.corridor, rows = C.data.groups, MINUTES = [5, 10, 15], TIER = 15, unpacked = {}, classCache = {};
  C.addWords({
    zh: { filterTitle: '筛选', filterNone: '全部产业、政策、部门', groupLayer: '至“{name}”步行', groupHint: '研究范围内每栋建筑步行至最近一处“{name}”载体、院所或站点的分钟；末级含30分钟内步行不可达',
      groupReach: '{n}分钟内可达占比', g_buildings: '建筑栋数', g_residents: '居民', g_workers: '就业者', groupPlaces: '有位置的载体、院所、站点', groupCarriers: '载体与院所', groupFirms: '企业', groupArea: '建筑面积', groupOff: '离带载体', groupChain: '15分钟内四阶段齐备的载体',
      groupSynthetic: '含示意数据', groupOnly: '此筛选作用于载体、院所、站点及其联系线、上面的建筑着色与本表；综合得分与四类得分、单项类别、创新链阶段、等时圈、轨道站、交流场所、线路和研究范围现状不随筛选变化。',
      filterNote: '筛选“{name}”只作用于载体、院所、站点与联系线；此建筑着色不随筛选变化。', groupNoPlace: '该组没有可步行到达的位置，建筑不着色。', groupTooMany: '本页只装下处数最多的各组的步行时间；该组建筑不着色，覆盖率见表。', groupCard: '至最近的“{name}”：步行{t}分钟', groupCardFar: '至最近的“{name}”：＞30分钟', groupShow: '建筑按此组步行时间着色' },
    en: { filterTitle: 'Filter', filterNone: 'All industries, policies, departments', groupLayer: 'Walk to “{name}”', groupHint: 'Each building of the study area: minutes on foot to the nearest carrier, institute or station of “{name}”; the last class includes what cannot be reached within 30 minutes',
      groupReach: 'within {n} min', g_buildings: 'Buildings', g_residents: 'Residents', g_workers: 'Workers', groupPlaces: 'Carriers, institutes, stations placed', groupCarriers: 'Carriers and institutes', groupFirms: 'Firms', groupArea: 'Floor area', groupOff: 'Carriers off the belt', groupChain: 'Carriers with all four stages within 15 min',
      groupSynthetic: 'holds schematic data', groupOnly: 'Filtered: carriers, institutes, stations, their links, this colouring of buildings and this table. Not filtered: scores, single categories, stages of the chain, isochrones, metro, exchange, trails and the figures of the study area.',
      filterNote: 'The filter “{name}” covers carriers, institutes, stations and links only; this colouring of buildings is not filtered.', groupNoPlace: 'No place of this group can be walked to: buildings are not coloured.', groupTooMany: 'This page holds the walks of the groups with most places only: buildings are not coloured; shares are in the table.', groupCard: 'Nearest “{name}”: {t} min on foot', groupCardFar: 'Nearest “{name}”: over 30 min', groupShow: 'Colour buildings by the walk to this group' },
  });

  const numberOf = (group) => (group ? rows.findIndex((row) => row.by === group[0] && row.group === group[1]) : -1);
  const layerOf = (n) => `group ${n}`;
  /* Tenths of a minute + 1, 0 out of reach: unpacked when a group is first chosen. */
  const walks = (n) => unpacked[n] || (unpacked[n] = C.ints(rows[n].walks));

  function classes(n) {
    if (classCache[n]) return classCache[n];
    const out = new Uint8Array(C.buildings.count), all = walks(n);
    for (let i = 0; i < out.length; i++) {
      const t = all[i] - 1;
      out[i] = !C.buildings.connected(i) ? 0 : t < 0 ? 1 : t <= 50 ? 5 : t <= 100 ? 4 : t <= 150 ? 3 : t <= 200 ? 2 : 1;
    }
    return (classCache[n] = out);
  }

  function median(n) {
    const inside = Array.from(walks(n)).filter((t, i) => C.buildings.inArea(i) && C.buildings.connected(i)).map((t) => (t ? (t - 1) / 10 : Infinity)).sort((a, b) => a - b);
    return inside.length ? (inside[(inside.length - 1) >> 1] + inside[inside.length >> 1]) / 2 : null;
  }

  const LABELS = { 5: '0–5', 4: '5–10', 3: '10–15', 2: '15–20' };
  const layer = (n) => ({
    classes: () => classes(n), name: () => C.t('groupLayer', { name: rows[n].group }), hint: () => C.t('groupHint', { name: rows[n].group }), tier: TIER,
    label: (c) => LABELS[c] || C.t('over', { a: 20 }), median: () => median(n), value: (v) => `${v === Infinity ? C.t('over', { a: 30 }) : v.toFixed(1)} ${C.t('minutes')}`,
  });

  /* Choosing a group colours the buildings by it; without one the colouring from before comes back. */
  let before = 'total';
  C.setGroup = function (group) {
    const last = numberOf(C.state.group), n = numberOf(group), current = C.state.layer;
    if (last < 0 || current !== layerOf(last)) before = current;
    C.state.group = group;
    if (n >= 0 && rows[n].walks) C.extra.layers[layerOf(n)] = layer(n);
    C.setLayer(n >= 0 && rows[n].walks ? layerOf(n) : before in C.extra.layers || !before.startsWith('group ') ? before : 'total');
    if (last >= 0 && last !== n) delete C.extra.layers[layerOf(last)];
    C.tell('shown', null);
  };

  C.filterNote = function () {
    const group = C.state.group;
    return group && C.state.layer !== layerOf(numberOf(group)) ? C.el('p', { class: 'filtered', text: C.t('filterNote', { name: group[1] }) }) : null;
  };

  function table(row) {
    return C.el('table', { class: 'reach' },
      C.el('thead', {}, C.el('tr', {}, C.el('th', {}), ...MINUTES.map((n) => C.el('th', { class: 'r', scope: 'col', text: C.t('limitPlain', { a: n }) })))),
      C.el('tbody', {}, ...['buildings', 'residents', 'workers'].map((base) => C.el('tr', {}, C.el('th', { scope: 'row', text: C.t('g_' + base) }),
        ...row.coverage[base].map((share) => C.el('td', { class: 'r', text: share === null ? '—' : C.share1(share) + '%' }))))));
  }

  function facts(row) {
    const { carriers, firms } = row.tables, share = (v) => (v === null || v === undefined ? '—' : C.percent(v) + '%');
    const list = [['groupPlaces', C.whole(row.places)]];
    if (carriers) list.push(['groupCarriers', C.whole(carriers.count)], ['groupArea', carriers.floor_area_m2 === null ? '—' : `${C.whole(carriers.floor_area_m2)}\u00a0m²`], ['groupOff', share(carriers.off_belt_share)], ['groupChain', share(carriers.chain_share)]);
    if (firms) list.push(['groupFirms', C.whole(firms.count)]);
    return C.el('dl', { class: 'kv' }, ...list.flatMap(([key, text]) => [C.el('dt', { text: C.t(key) }), C.el('dd', { text })]));
  }

  function details() {
    const n = numberOf(C.state.group), row = rows[n];
    if (!row) return [];
    const synthetic = [row.tables.carriers, row.tables.firms].some((part) => part && part.synthetic_share > 0);
    const note = (key) => C.el('p', { class: 'small', text: C.t(key) });
    return [table(row), facts(row), synthetic ? note('groupSynthetic') : null, row.places ? (row.walks ? null : note('groupTooMany')) : note('groupNoPlace'),
      row.walks && C.state.layer !== layerOf(n) ? C.el('button', { class: 'btn', text: C.t('groupShow'), on: { click: () => C.setLayer(layerOf(n)) } }) : null, note('groupOnly')];
  }

  C.groupPanel = function (section) {
    const groups = C.groups(), now = C.state.group ? C.state.group.join('\u0000') : '';
    if (!groups.length) return null;
    const parts = ['industry', 'policies', 'owner'].map((what) => C.el('optgroup', { label: C.t('by_' + what) },
      ...groups.filter((g) => g[0] === what).map((g) => C.el('option', { value: g.join('\u0000'), selected: g.join('\u0000') === now, text: g[1] }))));
    const choose = (event) => C.setGroup(groups.find((g) => g.join('\u0000') === event.target.value) || null);
    const select = C.el('select', { 'aria-label': C.t('filter'), on: { change: choose } }, C.el('option', { value: '', text: C.t('filterNone'), selected: !now }), ...parts.filter((part) => part.children.length));
    return section(C.t('filterTitle'), C.t('filterBy'), C.el('div', { class: 'pick plainpick' }, C.el('label', { class: now ? 'on' : null }, select)), ...details());
  };

  const plain = C.extra.card;
  C.extra.card = function (i) {
    const n = numberOf(C.state.group), first = plain(i), row = rows[n];
    if (!row || !row.walks) return first;
    const t = walks(n)[i], text = t ? C.t('groupCard', { name: row.group, t: C.fixed((t - 1) / 10, 1) }) : C.t('groupCardFar', { name: row.group });
    return C.el('div', {}, first, C.el('p', { class: 'chain', text }));
  };
})();
