/* Records that no place on the map stands for: named, with their kind, why, and where in the files they are. */
(function () {
  'use strict';
  const C = window.corridor, { rows, total, carried, labels } = C.data.offMap;
  let open = false;
  C.addWords({
    zh: { offTitle: '未上图', offCount: '{n}条', offNone: '有坐标可用的台账记录全部在图上。', off_none: '没有可用的坐标', off_carrier: '没有坐标，也没有已上图的所在载体', offWhere: '{file}，编号{id}', offWhereRow: '{file}第{row}行，编号{id}', offWhereOnly: '编号{id}',
      offCut: '此处列前{shown}条，全部见tables.xlsx。', offCarried: '另有{list}不单独上图，位置随所在载体。', offItem: '{n}条{table}', synthetic1: '示意', offOpen: '列出', offClose: '收起' },
    en: { offTitle: 'Not on the map', offCount: '{n}', offNone: 'Every record that has a usable coordinate is on the map.', off_none: 'no usable coordinate', off_carrier: 'no coordinate, and no carrier that has one', offWhere: '{file}, id {id}', offWhereRow: '{file}, row {row}, id {id}', offWhereOnly: 'id {id}',
      offCut: 'The first {shown} are listed here, all in tables.xlsx.', offCarried: 'Besides, {list} have no symbol of their own: they stand where their carrier does.', offItem: '{n} {table}', synthetic1: 'schematic', offOpen: 'List', offClose: 'Close' },
  });

  function item(row) {
    const kind = row.kind && C.has('kind_' + row.kind) ? C.t('kind_' + row.kind) : '';
    const what = [C.pick(labels[row.table]), kind, row.synthetic ? C.t('synthetic1') : ''].filter(Boolean).join(' · ');
    return C.el('li', {}, C.el('b', { text: row.name }), C.el('span', { text: what }),
      C.el('span', { text: C.t('off_' + row.reason) }), C.el('em', { text: C.t(!row.file ? 'offWhereOnly' : row.row ? 'offWhereRow' : 'offWhere', row) }));
  }

  C.offMapPanel = function (section) {
    const along = Object.keys(carried).map((name) => C.t('offItem', { n: C.whole(carried[name]), table: C.pick(labels[name]) })).join(C.t('comma'));
    if (!total && !along) return null;
    const toggle = total ? C.el('button', { class: 'more', id: 'off-map', 'aria-expanded': String(open), on: { click: () => { open = !open; C.tell('panel'); } } },
      C.el('span', { text: C.t(open ? 'offClose' : 'offOpen') }), C.el('span', { text: open ? '▴' : '▾' })) : C.el('p', { class: 'small', text: C.t('offNone') });
    return section(C.t('offTitle'), total ? C.t('offCount', { n: C.whole(total) }) : '', toggle,
      open ? C.el('ul', { class: 'off' }, ...rows.map(item)) : null,
      open && rows.length < total ? C.el('p', { class: 'small', text: C.t('offCut', { shown: rows.length }) }) : null,
      along ? C.el('p', { class: 'small', text: C.t('offCarried', { list: along }) }) : null);
  };
})();
