/* The card of one building: what and where, score, kinds, what is not met (worst first), what is met in one line. */
(function () {
  'use strict';
  const C = window.corridor, B = C.buildings;
  const NOTICEABLE = 0.05; // minutes: below it a figure with one decimal shows no excess
  let open = false;

  function walks(i) {
    return C.data.categories.filter((c) => c.column >= 0).map((c) => {
      const dm = B.cost(c.column, i), minutes = dm === null ? null : B.minutesOf(dm);
      return { c, minutes, metres: dm === null ? null : B.length(c.column, i) / 10, beyond: dm === null, met: dm !== null && dm <= c.limit, excess: dm === null ? Infinity : minutes - c.minutes };
    });
  }

  const limitText = (c) => `≤ ${c.minutes}`;
  const kindSign = (c) => C.sign(C.KIND_SIGN[c.kind], 'ki');
  const outside = (w) => w.c.metres !== null && w.metres !== null && w.metres > w.c.metres;

  function row(w) {
    const far = outside(w) ? ` · ${C.t('outOfRadius', { m: C.whole(w.c.metres) })}` : '';
    return C.el('tr', { 'data-category': w.c.code },
      C.el('td', { title: w.metres === null ? null : `${C.whole(w.metres)} m${far}` }, kindSign(w.c), C.categoryName(w.c)),
      C.el('td', { class: 'r', text: C.minutes(w.beyond ? Infinity : w.minutes) }),
      C.el('td', { class: 'r sub', text: limitText(w.c) }),
      w.met ? C.el('td', { class: 'r yes', text: '✓' })
        : C.el('td', { class: 'r no', text: w.beyond ? '—' : `+${C.fixed(w.excess, 1)}` }));
  }

  function head(i) {
    const total = B.score('total', i), band = B.band(i), levels = B.levels(i), name = B.name(i);
    const known = [C.t('number', { id: B.id(i) }), levels === null ? C.t('levelsUnknown') : C.t('levels', { n: levels })];
    if (!B.inArea(i)) known.push(C.t('outside'));
    if (B.nearEdge(i)) known.push(C.t('nearEdge', { m: C.whole(C.data.content.marginM) }));
    const p = (key) => { const n = B.people(key, i); return n === null ? '—' : C.whole(n); };
    const people = C.t('people', { r: p('residents'), rl: p('residents_low'), rh: p('residents_high'), w: p('workers'), wl: p('workers_low'), wh: p('workers_high') });
    return C.el('header', {},
      C.el('h3', { text: [name || C.t('use_' + B.use(i)), B.place(i)].filter(Boolean).join(C.state.lang === 'zh' ? '\u3000' : ', ') }),
      C.el('p', { text: known.join(' · ') }),
      C.el('div', { class: 'big' }, total === null ? '—' : C.whole(total), C.el('small', { text: C.t('total') + (band ? ` ${C.whole(band[0])}–${C.whole(band[1])}` : '') })),
      C.el('p', { class: 'all', text: people + (B.assumed(i) ? C.t('areaAssumed') : '') }),
      C.el('button', { class: 'shut', 'aria-label': C.t('close'), text: '×', on: { click: () => C.select(-1) } }));
  }

  function kinds(i, list) {
    return C.el('div', { class: 'kinds' }, ...C.KINDS.map((kind) => {
      const of = list.filter((w) => w.c.kind === kind && w.c.scored), score = B.score(kind, i), met = of.filter((w) => w.met).length;
      return C.el('div', { 'data-kind': kind }, C.sign(C.KIND_SIGN[kind]), C.el('span', { text: C.t(kind) }),
        C.el('i', { class: score === null ? 'hatch' : null, vars: { '--v': `${score || 0}%`, '--c': `var(--${C.KIND_SIGN[kind]})` } }),
        C.el('b', { text: score === null ? '—' : C.whole(score) }), C.el('span', { text: C.t('ofItems', { a: met, b: of.length }) }));
    }));
  }

  function table(list) {
    const scored = list.filter((w) => w.c.scored), lacking = scored.filter((w) => !w.met).sort((a, b) => b.excess - a.excess);
    const borderline = lacking.filter((w) => w.excess < NOTICEABLE), plain = lacking.filter((w) => w.excess >= NOTICEABLE);
    const met = scored.filter((w) => w.met).sort((a, b) => b.minutes / b.c.minutes - a.minutes / a.c.minutes), aside = list.filter((w) => !w.c.scored);
    const line = (...inside) => C.el('tr', { class: 'g' }, C.el('td', { colspan: 4 }, ...inside));
    const body = plain.map(row);
    if (borderline.length) {
      const names = borderline.map((w) => C.t('borderItem', { name: C.categoryName(w.c), t: C.fixed(w.minutes, 1) })).join(C.t('comma'));
      body.push(line(C.t('borderline', { n: borderline.length, list: names })));
    }
    if (list.some((w) => w.beyond)) body.push(line(C.t('beyond', { t: C.data.content.reachMinutes })));
    const more = C.el('button', { class: 'more', 'aria-expanded': String(open), on: { click: () => { open = !open; draw(); } } },
      C.el('span', {}, C.el('span', { class: 'yes', text: '✓ ' }), C.t('metCount', { n: met.length })), C.el('span', { text: open ? '▴' : '▾' }));
    body.push(line(more));
    if (open) body.push(...met.map(row));
    if (aside.length) body.push(line(C.t('notScored', { n: aside.length })));
    if (open) body.push(...aside.map(row));
    const title = plain.length ? C.t('notMet', { n: lacking.length }) : C.t('allMet');
    return C.el('div', { class: 'cats' }, C.el('table', {},
      C.el('thead', {}, C.el('tr', {}, C.el('th', { text: title }), ...['walk', 'limit', 'excess'].map((key) => C.el('th', { class: 'r', text: C.t(key) })))),
      C.el('tbody', {}, ...body)));
  }

  function draw() {
    if (C.state.segment >= 0) { C.segmentCard(); return leader(); }
    const i = C.state.selected, card = C.byId('card');
    card.hidden = i < 0;
    card.setAttribute('aria-label', C.t('details'));
    if (i < 0) return leader();
    const list = walks(i), scored = list.filter((w) => w.c.scored).length;
    if (B.connected(i)) C.renew('card', head(i), kinds(i, list), table(list), C.extra.card(i), C.el('footer', { text: C.t('formula', { n: scored, v: C.data.content.walker.middle }) }));
    else C.renew('card', head(i), C.el('p', { class: 'plain', text: C.t('notConnected') }));
    leader();
  }

  /* A line from the building to its card, while both are in sight of each other. */
  function leader() {
    const svg = C.byId('leader'), i = C.state.selected, n = C.state.segment, card = C.byId('card');
    svg.replaceChildren();
    if ((i < 0 && n < 0) || window.innerWidth < 1100) return;
    const size = C.map.getSize(), spot = C.toScreen(...(n < 0 ? B.centre(i) : C.streets.middle(n))), end = card.offsetLeft;
    // A segment's own label stands to its right: the line starts behind it.
    const box = B.outlines.box, east = n < 0 ? C.toScreen(box[4 * i + 2], box[4 * i + 1]).x + 5 : spot.x + 84;
    const y = Math.min(Math.max(spot.y, card.offsetTop + 12), card.offsetTop + card.offsetHeight - 12);
    if (east > end - 14 || spot.y < 30 || spot.y > size.y - 30 || east < 0) return;
    const bend = Math.max(east + 6, end - 26), d = Math.abs(y - spot.y) < 2 ? `M${east} ${y}H${end}` : `M${east} ${spot.y}H${bend}L${end} ${y}`;
    svg.append(C.shape('path', { d, class: 'halo' }), C.shape('path', { d }));
  }

  C.select = function (i) {
    if (C.state.segment >= 0) { C.state.segment = -1; C.tell('segment', -1); }
    C.state.selected = i;
    open = false;
    draw();
    C.tell('select', i);
    if (i >= 0) C.byId('live').textContent = `${C.t('use_' + B.use(i))} ${C.t('total')} ${B.score('total', i) === null ? '—' : C.whole(B.score('total', i))}`;
  };
  C.drawCard = draw;
  C.startCard = function () {
    C.on('lang', draw);
    C.map.on('move zoomend resize', leader);
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      if (C.state.segment >= 0) C.selectSegment(-1);
      else if (C.state.selected >= 0) C.select(-1);
    });
  };
})();
