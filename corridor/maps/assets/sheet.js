/* Data and method: formula, categories with sources and coverage, completeness, account, notices, provenance. */
(function () {
  'use strict';
  const C = window.corridor, content = C.data.content;

  function table(heads, rows, numeric) {
    const cell = (tag) => (value, i) => C.el(tag, { class: numeric.includes(i) ? 'r' : null }, value);
    return C.el('div', { class: 'scroll' }, C.el('table', {},
      C.el('thead', {}, C.el('tr', {}, ...heads.map(cell('th')))),
      C.el('tbody', {}, ...rows.map((row) => C.el('tr', {}, ...row.map(cell('td')))))));
  }

  const section = (title, ...children) => C.el('section', {}, C.el('h2', { text: title }), ...children);
  const paragraph = (text) => C.el('p', { text });

  function method() {
    const w = content.walker, kinds = C.KINDS.map((kind) => `${C.t(kind)} ${content.kindWeights[kind]}`).join(C.t('comma'));
    const gates = C.has('gates_' + w.gates) ? C.t('gates_' + w.gates) : w.gates;
    return section(C.t('sMethod'), paragraph(C.t('sFormula')), paragraph(C.t('sKinds', { list: kinds })), paragraph(C.t('sMet')),
      paragraph(C.t('sWalker', { ...w, gates, steps: w.steps === null ? C.t('stepsClosed') : C.t('stepsTimes', { a: w.steps }) })), paragraph(C.t('sPeople')));
  }

  function categories() {
    const area = content.coverage.area || {};
    const rows = C.data.categories.map((c) => {
      const share = area[c.code] || {};
      return [
        C.el('span', {}, C.sign(C.KIND_SIGN[c.kind], 'ki'), C.categoryName(c)),
        c.metres === null ? C.t('limitPlain', { a: c.minutes }) : C.t('limitText', { a: c.minutes, b: C.whole(c.metres) }),
        String(c.weight), C.pick(c.source), c.grade, c.data ? C.whole(c.count) : '—',
        C.share1(share.buildings), C.share1(share.residents), C.share1(share.workers), C.t(!c.data ? 'missing' : c.scored ? 'scored' : 'unscored'),
      ];
    });
    const heads = ['cCategory', 'cLimit', 'cWeight', 'cSource', 'cGrade', 'cCount', 'cBuildings', 'cResidents', 'cWorkers', 'cState'].map((key) => C.t(key));
    return section(C.t('sCategories'), paragraph(C.t('gradeNote')), table(heads, rows, [2, 5, 6, 7, 8]));
  }

  function completeness() {
    const rows = content.completeness.map((item) => [C.pick(item.name), item.share === null ? '—' : C.percent(item.share) + '%', C.pick(item.basis)]);
    return section(C.t('sCompleteness'), table([C.t('cItem'), C.t('cShare'), C.t('cBasis')], rows, [1]));
  }

  function account() {
    const rows = content.account.map((row) => [C.pick(row.name), C.whole(row.read), C.whole(row.used), C.whole(row.excluded), C.pick(row.reason)]);
    return section(C.t('sAccount'), table(['cItem', 'cRead', 'cUsed', 'cExcluded', 'cReason'].map((key) => C.t(key)), rows, [1, 2, 3]));
  }

  function notices() {
    const { total, rows } = content.notices, cut = rows.length < total ? C.t('sNoticesCut', { shown: rows.length }) : '';
    const lines = rows.map((n) => [n.where.join(' '), C.pick(n.what), n.value, C.pick(n.action)]);
    return section(C.t('sNotices', { n: total }) + cut,
      total ? table(['cWhere', 'cWhat', 'cValue', 'cAction'].map((key) => C.t(key)), lines, []) : paragraph(C.t('noNotices')));
  }

  const sources = () => section(C.t('sSources'), paragraph(C.t('licence')), table([C.t('cKey'), C.t('cValue')], content.provenance, []));

  function draw() {
    const open = C.state.tab === 'sheet', sheet = C.byId('sheet');
    sheet.hidden = !open;
    if (!open) return sheet.replaceChildren();
    C.renew('sheet', C.el('div', { class: 'text' }, ...(C.data.circle ? [method(), categories()] : []), ...(C.streets ? C.streetSheet(section, paragraph, table) : []), completeness(), account(), notices(), sources())).setAttribute('aria-label', C.t('tabSheet'));
    sheet.scrollTop = 0;
  }

  C.startSheet = function () {
    C.on('tab', draw);
    C.on('lang', draw);
  };
})();
