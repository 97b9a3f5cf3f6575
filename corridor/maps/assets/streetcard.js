/* The card of one segment: where, score and rank, what the score is made of as bars, measures, photos. */
(function () {
  'use strict';
  const C = window.corridor, data = C.data.streets, S = C.streets, FIRST = 3;
  C.selectSegment = () => {};
  C.segmentCard = () => {};
  if (!data) return;
  const opened = {}, measureAt = C.ints(data.measures.segment), texts = {};
  const lines = (name) => texts[name] || (texts[name] = C.lines(data.measures[name]));
  const nameOf = (code) => { const found = data.indicators.find((row) => row.code === code); return found ? capital(C.pick(found.name)) : code; };
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function head(i) {
    const score = S.scoreOf(i), span = S.chainage(i), about = [C.t('lengthOf', { n: C.whole(S.lengthM(i)) })];
    if (span) about.push(C.t('chainageOf', { a: C.whole(span[0]), b: C.whole(span[1]) }));
    const rank = S.rank(i), known = [];
    if (rank !== null) {
      known.push(S.low(i) === null ? C.t('stNoDraws') : C.t('rankSpan', { a: S.low(i), b: S.high(i) }));
      if (S.low(i) !== null) known.push(C.t(S.unstable(i) ? 'unstableSegment' : 'stableSegment'));
      if (S.own(i) !== null) known.push(C.t('rankOwn', { n: S.own(i) }));
    }
    if (S.known(i) !== null) known.push(C.t('knownShare', { n: C.whole(S.known(i) * 100) }));
    return C.el('header', {}, C.el('h3', { text: S.title(i) }), C.el('p', { text: about.join(' · ') }),
      C.el('div', { class: 'big' }, score === null ? '—' : C.whole(score), C.el('small', { text: rank === null ? C.t('priority') : `${C.t('priority')} · ${C.t('rankOf', { a: rank })}` })),
      C.el('p', { class: 'all', text: known.join(' · ') }),
      C.el('button', { class: 'shut', 'aria-label': C.t('close'), text: '×', on: { click: () => C.selectSegment(-1) } }));
  }

  /* weight × value = share; the shares sum to the score. */
  function parts(i) {
    const has = S.PARTS.filter((_, n) => S.part(n, i) !== null), all = has.reduce((sum, part) => sum + data.weights[part], 0), score = S.scoreOf(i);
    const rows = S.PARTS.map((part, n) => {
      const value = S.part(n, i), weight = data.weights[part] / (all || 1);
      return C.el('tr', {}, C.el('th', { scope: 'row' }, C.t(part), C.el('small', { text: value === null ? '' : C.t('ofPart', { weight: C.fixed(weight, 2), value: C.fixed(value, 1) }) })),
        C.el('td', {}, C.el('i', { class: 'gauge' + (value === null ? ' hatch' : ''), vars: { '--v': `${value || 0}%` } })),
        C.el('td', { class: 'r', text: value === null || score === null ? '—' : C.fixed(weight * value, 1) }));
    });
    const foot = C.el('tr', { class: 'sum' }, C.el('th', { scope: 'row', text: C.t('sum') }), C.el('td', {}), C.el('td', { class: 'r', text: score === null ? '—' : C.fixed(score, 1) }));
    const short = S.lengthM(i) < data.leastLength, why = C.el('p', { class: 'small', text: C.t(short ? 'notRankedShort' : 'notRankedWhy', { n: C.whole(data.leastWeight * 100), m: C.whole(data.leastLength) }) });
    return C.el('div', { class: 'cats' }, C.el('h4', { class: 'first', text: C.t('composed') }), score === null ? why : null, C.el('table', { class: 'parts' }, C.el('tbody', {}, ...rows, foot)));
  }

  const mark = (basis) => C.el('span', { class: 'basis b' + basis, title: C.t('basisTitle', { name: C.t('basis' + basis) }), text: C.t('basis' + basis) });

  function row({ indicator, at, weight }) {
    const hint = at.points === null ? C.t('notRankedOn') : C.t('weightScore', { w: C.fixed(weight, 3), s: C.fixed(at.score, 1), p: C.fixed(at.points, 1) });
    return C.el('tr', { 'data-code': indicator.code }, C.el('td', { title: `${C.pick(indicator.formula)} ${at.score === 0 ? '' : hint}` }, capital(C.pick(indicator.name)), mark(at.basis)),
      C.el('td', { class: 'r sub', text: C.amount(at.value, indicator.unit, indicator.digits) }),
      C.el('td', {}, at.score === null ? null : C.el('i', { class: 'gauge thin', vars: { '--v': `${at.score}%` } })),
      C.el('td', { class: 'r', text: at.points === null ? '—' : C.fixed(at.points, 1) }));
  }

  function fold(key, title, closed, body) {
    const open = Boolean(opened[key]);
    return [open || closed ? C.el('button', { class: 'more', 'data-fold': key, 'aria-expanded': String(open), on: { click: () => { opened[key] = !open; C.segmentCard(key); } } },
      C.el('span', { text: open ? C.t('lessItems') : title }), C.el('span', { text: open ? '▴' : '▾' })) : null, open ? body() : null];
  }

  const line = (...inside) => C.el('tr', { class: 'g' }, C.el('td', { colspan: 4 }, ...inside));
  const table = (rows) => C.el('table', { class: 'made' }, C.el('tbody', {}, ...rows));

  function composition(i) {
    const all = data.indicators.map((indicator, n) => ({ indicator, at: S.indicator(n, i) })), out = [];
    S.PARTS.forEach((part, n) => {
      const mine = all.filter((x) => x.indicator.part === part && x.at.points !== null).sort((a, b) => b.at.points - a.at.points || (a.indicator.code < b.indicator.code ? -1 : 1));
      if (!mine.length) return;
      const weights = mine.reduce((sum, x) => sum + x.indicator.weight, 0);
      mine.forEach((x) => { x.weight = x.indicator.weight / weights; });
      const open = opened[part], shown = open ? mine : mine.slice(0, FIRST), rows = shown.map(row);
      if (mine.length > FIRST) rows.push(line(...fold(part, C.t('moreItems', { n: mine.length - FIRST }), true, () => null)));
      out.push(C.el('h4', {}, C.t(part), C.el('span', { class: 'r', text: C.fixed(S.part(n, i), 1) })), table(rows));
    });
    const aside = all.filter((x) => x.at.points === null && x.at.basis), unknown = all.filter((x) => !x.at.basis);
    if (aside.length) out.push(...fold('aside', C.t('othersTitle', { n: aside.length }), true, () => table(aside.map(row))));
    if (unknown.length) out.push(C.el('p', { class: 'small', text: C.t('unknownItems', { n: unknown.length, list: unknown.map((x) => C.pick(x.indicator.name)).join(C.t('comma')) }) }));
    return C.el('div', { class: 'cats' }, C.el('h4', { class: 'first', text: C.t('indicatorsTitle') }), ...out);
  }

  function measures(i) {
    const mine = [];
    for (let m = 0; m < measureAt.length; m++) if (measureAt[m] === i) mine.push(m);
    if (!mine.length) return null;
    const item = (m) => C.el('li', {}, C.el('b', { text: lines(C.state.lang)[m] }), C.el('span', { text: C.t('because', { name: nameOf(lines('because')[m]) }) }),
      C.el('details', {}, C.el('summary', { text: C.t('editTitle') }), C.el('code', { tabindex: 0, text: lines('edit')[m] })));
    return C.el('div', { class: 'cats' }, C.el('h4', { class: 'first', text: C.t('measuresTitle') }), C.el('p', { class: 'small', text: C.t('measuresHow') }), C.el('ol', { class: 'todo' }, ...(opened.measures ? mine : mine.slice(0, FIRST)).map(item)),
      ...(mine.length > FIRST ? fold('measures', C.t('moreItems', { n: mine.length - FIRST }), true, () => null) : []));
  }

  function photos(i) {
    const mine = data.photos.rows.filter((row) => row.segment === i);
    if (!mine.length) return null;
    const words = (row) => [C.pick(row.item), C.t('side_' + (row.compass || row.side)), row.date].filter(Boolean).join(' · ');
    return C.el('div', { class: 'cats photos' }, C.el('h4', { class: 'first', text: C.t('photosTitle') }),
      ...mine.map((row) => C.el('figure', {}, C.el('img', { src: data.photos.files[row.file], alt: words(row) }), C.el('figcaption', { text: words(row) }))));
  }

  /* Redraws the card; `key` names the fold whose button keeps the focus. */
  C.segmentCard = function (key) {
    const i = C.state.segment, card = C.byId('card'), top = key ? card.scrollTop : 0;
    card.hidden = false;
    card.setAttribute('aria-label', C.t('segmentCard'));
    C.renew('card', head(i), parts(i), measures(i), photos(i), composition(i), C.el('footer', { text: C.t('streetFormula', { list: C.streetWeights() }) }));
    card.scrollTop = top;
    if (key) { const button = card.querySelector(`[data-fold="${key}"]`); if (button) button.focus(); }
  };

  C.selectSegment = function (i) {
    C.state.segment = i;
    C.state.selected = -1;
    C.tell('segment', i);
    C.tell('select', -1);
    C.drawCard();
    if (i >= 0) S.bring(i);
    C.byId('live').textContent = i < 0 ? '' : C.t('priorityOf', { name: S.title(i), score: S.scoreOf(i) === null ? '—' : C.whole(S.scoreOf(i)), rank: S.rank(i) === null ? '—' : S.rank(i) });
  };
})();
