/* Panel, legend and method of the street pages: ranking with parts and intervals, worst first. */
(function () {
  'use strict';
  const C = window.corridor, data = C.data.streets, S = C.streets, OTHERS = 12;
  if (!data) return;

  const box = (value, unit, what, how) => C.el('div', { class: 'fig' }, C.el('b', {}, value, C.el('i', { text: unit })), C.el('span', { text: what }), C.el('em', { text: how }));
  const byRank = (list) => [...list].sort((a, b) => (S.rank(a) || 1e9) - (S.rank(b) || 1e9) || a - b);

  function figures() {
    const all = Array.from({ length: S.count }, (_, i) => i), ranked = S.ranked(), loose = all.filter(S.unstable).length, first = byRank(S.corridor).find((i) => S.rank(i) !== null);
    const metres = S.corridor.reduce((sum, i) => sum + S.lengthM(i), 0);
    return C.el('div', { class: 'figs' },
      box(S.corridor.length ? C.whole(metres) : '—', 'm', C.t('stLength'), S.corridor.length ? C.t('stSegments', { n: S.corridor.length }) : C.t('stNone')),
      box(C.whole(ranked), '', C.t('stRanked'), C.t('stOf', { n: C.whole(S.count) })),
      first === undefined ? null : box(C.whole(S.scoreOf(first)), '/ 100', C.t('stFirst'), S.title(first)),
      box(C.whole(loose), '', C.t('stUnstable'), data.draws ? C.t('stUnstableHow', { n: data.unstable, draws: C.whole(data.draws) }) : C.t('stNoDraws')));
  }

  /* The interval of ranks as a line, the rank itself as a ring. */
  function span(i, most) {
    const svg = C.shape('svg', { class: 'span', viewBox: '0 0 100 12', preserveAspectRatio: 'none', 'aria-hidden': 'true' }), x = (rank) => 4 + (92 * (rank - 1)) / Math.max(1, most - 1);
    svg.append(C.shape('path', { d: 'M4 6H96', class: 'rail' }));
    if (S.low(i) !== null) svg.append(C.shape('path', { d: `M${x(S.low(i))} 6H${Math.max(x(S.high(i)), x(S.low(i)) + 1)}`, class: 'run' }));
    return C.el('span', { class: 'spanbox', vars: { '--x': `${x(S.rank(i))}%` } }, svg, C.el('i', { class: S.unstable(i) ? 'loose' : null }));
  }

  function entry(i, most) {
    const ranked = S.rank(i) !== null, name = S.number(i) ? `${S.number(i)}` : '';
    const spoken = C.t('priorityOf', { name: S.title(i), score: ranked ? C.whole(S.scoreOf(i)) : '—', rank: ranked ? S.rank(i) : '—' });
    return C.el('li', {}, C.el('button', { 'aria-label': spoken, 'aria-pressed': String(C.state.segment === i), on: { click: () => choose(i) } },
      C.el('i', { class: ranked ? 'p' + S.classes[i] : 'hatch', text: ranked ? C.whole(S.scoreOf(i)) : '—' }),
      C.el('span', { class: 'what' }, C.el('b', { text: name ? `${name}\u2002` : '' }), S.number(i) ? S.ends(i) : S.title(i), ranked ? null : C.el('em', { text: C.t(S.lengthM(i) < data.leastLength ? 'notRankedShort' : 'notRankedSegment', { m: C.whole(data.leastLength) }) })),
      ranked ? C.el('span', { class: 'mini' }, ...S.PARTS.map((part, n) => C.el('u', { title: C.t(part) + (S.part(n, i) === null ? '' : ' ' + C.whole(S.part(n, i))), class: S.part(n, i) === null ? 'hatch' : 'm' + n, vars: { '--v': `${S.part(n, i) || 0}%` } }))) : null,
      ranked ? span(i, most) : null));
  }

  function choose(i) {
    document.body.classList.remove('drawn');
    C.byId('drawer').setAttribute('aria-expanded', 'false');
    C.selectSegment(i);
  }

  const key = () => C.el('p', { class: 'small key' }, ...S.PARTS.map((part, n) => C.el('span', {}, C.el('u', { class: 'm' + n }), C.t(part))));

  function lists(section) {
    const most = S.ranked(), others = byRank(Array.from({ length: S.count }, (_, i) => i).filter((i) => S.role[i] !== 0 && S.rank(i) !== null)).slice(0, OTHERS);
    const list = (all) => C.el('ol', { class: 'ranks' }, ...all.map((i) => entry(i, most)));
    return [S.corridor.length ? section(C.t('corridorList'), C.t('listHow'), key(), list(byRank(S.corridor))) : null,
      others.length ? section(C.t(S.corridor.length ? 'sideList' : 'sStreets', { n: others.length }), C.t('listHow'), S.corridor.length ? null : key(), list(others)) : null];
  }

  C.streetPanel = (section) => [section(C.t('stToday'), `${C.fixed(C.data.content.areaKm2, 2)} km²`, figures()), ...lists(section)];

  C.streetLegend = function () {
    const n = [0, 0, 0, 0, 0, 0], most = () => Math.max(1, ...n);
    for (let i = 0; i < S.count; i++) n[S.classes[i]]++;
    const line = (c, dashed) => C.shape('svg', { class: 'pl', viewBox: '0 0 40 16', 'aria-hidden': 'true' },
      C.shape('path', { d: 'M0 8H40', stroke: C.colour(c ? '--ink-3' : '--na-line'), 'stroke-width': c ? 3.2 + 1.6 * c : 7 }),
      C.shape('path', { d: 'M0 8H40', stroke: c ? C.colour('--prio-' + c) : '#FFFFFF', 'stroke-width': c ? 2.2 + 1.6 * c : 5.6 }),
      c ? null : C.shape('path', { d: 'M0 8H40', stroke: C.colour('--na-line'), 'stroke-width': 5.6, 'stroke-dasharray': '1.3 2.6' }),
      dashed ? C.shape('path', { d: 'M0 8H40', stroke: '#FFFFFF', 'stroke-width': 2, 'stroke-dasharray': '4 5' }) : null);
    const row = (c) => [line(c), C.el('span', { text: `${(c - 1) * 20}–${c * 20}` }), C.el('span', { class: 'word', text: data.classWords[C.state.lang][c - 1] }), C.el('u', { vars: { '--v': `${(n[c] / most()) * 100}%` } }), C.el('span', { class: 'r', text: C.whole(n[c]) })];
    const wide = (sign, text, count) => [sign, C.el('span', { class: 'wide', text }), C.el('span', { class: 'r', text: C.whole(count) })];
    const loose = Array.from({ length: S.count }, (_, i) => i).filter(S.unstable).length;
    return [C.el('h3', { text: C.t('streetLayer') }), C.el('p', { text: C.streetWeights() }),
      C.el('div', { class: 'lg street' }, ...[5, 4, 3, 2, 1].flatMap(row), ...wide(line(0), C.t('lgNoRank'), n[0]), ...wide(line(3, true), C.t('lgUnstable', { n: data.unstable }), loose)),
      C.el('p', { class: 'small', text: C.t('buildingsGrey') })];
  };

  /* What the sheet says of the street study: method, the same numbers as a table, the indicators. */
  C.streetSheet = function (section, paragraph, table) {
    const firstMeasure = new Map(), at = C.ints(data.measures.segment), words = C.lines(data.measures[C.state.lang]);
    at.forEach((i, m) => { if (!firstMeasure.has(i)) firstMeasure.set(i, words[m]); });
    const figure = (v) => (v === null ? '—' : C.fixed(v, 1)), whole = (v) => (v === null ? '—' : C.whole(v));
    const rows = byRank(Array.from({ length: S.count }, (_, i) => i)).slice(0, 400).map((i) => [S.title(i), C.whole(S.lengthM(i)), whole(S.rank(i)), S.low(i) === null ? '—' : `${S.low(i)}–${S.high(i)}`,
      figure(S.scoreOf(i)), ...S.PARTS.map((_, n) => figure(S.part(n, i))), firstMeasure.get(i) || '—']);
    const scale = (row) => (row.at[0] === null ? '—' : `${C.amount(row.at[0], row.unit)} → ${C.amount(row.at[1], row.unit)}`);
    const indicators = data.indicators.map((row) => [C.pick(row.name), row.part ? C.t(row.part) : '—', String(row.weight), scale(row), C.percent(row.share) + '%', C.t(row.ranked ? 'yes' : 'no'), C.pick(row.formula), C.pick(row.source), row.grade]);
    return [
      section(C.t('sStreetMethod'), paragraph(C.t('sStreetFormula', { list: C.streetWeights() })), paragraph(data.draws ? C.t('sStreetRobust', { draws: C.whole(data.draws), interval: C.whole(data.interval * 100), n: data.unstable, least: C.whole(data.leastData * 100) }) : C.t('stNoDraws'))),
      section(C.t('sStreets'), table([...['cSegment', 'cLength', 'cRank', 'cSpan', 'priority', 'need', 'potential', 'feasibility', 'cFirst'].map((key) => C.t(key))], rows, [1, 2, 3, 4, 5, 6, 7])),
      section(C.t('sStreetIndicators'), table(['cItem', 'cPart', 'cWeight', 'cScale', 'cData', 'cRanked', 'cFormula', 'cSource', 'cGrade'].map((key) => C.t(key)), indicators, [2, 4]))];
  };
})();
