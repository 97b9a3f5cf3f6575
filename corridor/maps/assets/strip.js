/* The strip profile under the street page: aligned tracks along the corridor; strip and map point at each other. */
(function () {
  'use strict';
  const C = window.corridor, data = C.data.strip, S = C.streets, T = C.stripTracks;
  const LABEL_PX = 104, NARROW_LABEL_PX = 78, LEAST_PX = 620, NAMES_PX = 17, RIGHT_PX = 14;
  C.startStrip = () => {};
  C.fitStrip = () => {};
  if (!data) return;
  C.addWords({
    zh: { stripTitle: '{name}纵断面图', stripAbout: '{ends}{m} m；平面沿里程拉直，{way}', stripEnds: '{a} → {b}，', stripKeys: '{title}：左右方向键逐段查看，回车选中', fold: '收起纵断面', unfold: '展开纵断面', chainageAxis: '里程 m',
      tPlan: '平面', tFronts: '沿街界面', tSides: '{a} / {b}', tWidth: '街宽 / 人行道宽', tWidthNote: 'm', tCrossings: '过街间距', tCrossingsNote: 'm；宜 ≤ {m}', tFlow: '步行流量潜力', tFlowNote: '相对值', tFurniture: '树木座椅路灯', trees: '树木', seats: '座椅', lamps: '路灯', tLacks: '{name}无资料', tGates: '院门', tGatesNote: '开口为公共', tRecords: '载体与站点', tRecordsNote: '两侧{m} m内',
      fNone: '无建筑', fPlain: '一般建筑', fActive: '活跃界面', fWall: '围墙', fGreen: '绿地', noFootway: '人行道宽无资料', stripNow: '{title} · 里程{a}–{b} m · 优先度{score}' },
    en: { stripTitle: 'Strip profile of {name}', stripAbout: '{ends}{m} m; plan straightened, {way}', stripEnds: '{a} → {b}; ', stripKeys: '{title}: left and right arrows walk its segments, Enter selects', fold: 'Fold the strip', unfold: 'Show the strip', chainageAxis: 'chainage, m',
      tPlan: 'Plan', tFronts: 'Frontage', tSides: '{a} / {b}', tWidth: 'Width', tWidthNote: 'and footway, m', tCrossings: 'Crossings', tCrossingsNote: 'gaps, m; ≤ {m}', tFlow: 'Walking flow', tFlowNote: 'relative', tFurniture: 'Furniture', trees: 'Trees', seats: 'Seats', lamps: 'Lamps', tLacks: '{name}: no data', tGates: 'Gates', tGatesNote: 'gap: public', tRecords: 'Carriers', tRecordsNote: 'within {m} m',
      fNone: 'no building', fPlain: 'other building', fActive: 'active front', fWall: 'wall', fGreen: 'green', noFootway: 'footway width: no data', stripNow: '{title} · chainage {a}–{b} m · priority {score}' },
  });
  const SIDES = data.sides;
  let open = true, drawnWidth = 0, bands = [], cells = [];
  const place = (i) => S.corridor.indexOf(i);

  /* What the tracks draw on: the left column of names, and the scale of metres. */
  function sheet(width, label, u) {
    const names = C.shape('svg', { class: 'names', width: label, 'aria-hidden': 'true' }), svg = C.shape('svg', { class: 'tracks', width });
    const ctx = document.createElement('canvas').getContext('2d'), family = getComputedStyle(document.body).fontFamily;
    const g = {
      svg, names, u, k: (width - 8 - RIGHT_PX * u) / T.length, y: NAMES_PX * u, top: 0, x: (m) => 8 + m * g.k,
      measure(text, px, bold) { ctx.font = `${bold ? 700 : 400} ${px * u}px ${family}`; return ctx.measureText(text).width; },
      add(tag, props) { g.svg.append(C.shape(tag, props)); },
      words(x, y, text, props, px) { g.svg.append(C.shape('text', { x, y, 'font-size': (px || 10.5) * u, text, ...props })); },
      into(node, act) { const kept = g.svg; g.svg = node; act(); g.svg = kept; },
      sides: () => ({ a: SIDES[C.state.lang][0], b: SIDES[C.state.lang][1] }),
      /* Begins a track: a rule above it, its name, and in smaller letters what it shows where there is room. */
      track(height, key, note) {
        g.top = g.y;
        for (const [to, w] of [[names, label], [svg, width]]) to.append(C.shape('path', { d: `M0 ${g.top + 0.5}H${w}`, class: 'rule' }));
        const small = note && typeof note === 'object' ? '' : note;
        if (key) g.name(g.top + 12.5 * u, C.t(key), small, height > 25);
        g.y += height * u;
      },
      name(y, text, note, below) {
        names.append(C.shape('text', { x: 2, y, class: 'b', 'font-size': 11 * u, text }));
        const beside = 6 * u + g.measure(text, 11, true);
        if (note && below) names.append(C.shape('text', { x: 2, y: y + 11.5 * u, class: 'sub', 'font-size': 9.5 * u, text: note }));
        else if (note && beside + g.measure(note, 9.5) < label) names.append(C.shape('text', { x: beside, y, class: 'sub', 'font-size': 9.5 * u, text: note }));
      },
      label(y, text) { names.append(C.shape('text', { x: label - 3, y, class: 'sub', 'text-anchor': 'end', 'font-size': 9.5 * u, text })); },
    };
    svg.append(C.shape('defs', {}, C.shape('pattern', { id: 'wall', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(-45)' },
      C.shape('rect', { width: 6, height: 6, fill: '#E9EBED' }), C.shape('path', { d: 'M0 0V6', stroke: '#5B6670', 'stroke-width': 5 }))));
    return g;
  }

  /* Streets that cross: dotted lines through all tracks, names above. */
  function crossStreets(g, bottom) {
    let free = -1e9;
    for (let n = 0; n <= T.from.length; n++) {
      const i = S.corridor[Math.min(n, T.from.length - 1)], x = g.x(n < T.from.length ? T.from[n] : T.length), text = n < T.from.length ? S.from(i) : S.to(i);
      g.add('path', { d: `M${x} ${NAMES_PX * g.u}V${bottom}`, class: 'cross' });
      // Of several that meet here the first alone, where there is no room for all.
      for (const words of text ? [text, text.split(/、|, /)[0]] : []) {
        const wide = g.measure(words, 10.5, true), left = Math.max(0, Math.min(x - wide / 2, g.x(T.length) + RIGHT_PX * g.u - wide));
        if (left < free + 5 * g.u) continue;
        g.words(left, 12 * g.u, words, { class: 'b' });
        free = left + wide;
        break;
      }
    }
  }

  function axis(g) {
    const y = g.y + 3 * g.u, step = [50, 100, 200, 500, 1000, 2000, 5000].find((s) => s * g.k >= 30 * g.u) || 10000, unit = C.t('chainageAxis'), end = g.x(T.length);
    g.add('path', { d: `M${g.x(0)} ${y}H${end}`, stroke: C.colour('--ink'), 'stroke-width': 1 });
    for (let m = 0; m <= T.length; m += step) {
      const named = m % (2 * step) === 0;
      g.add('path', { d: `M${g.x(m)} ${y}v${(named ? 5 : 3) * g.u}`, stroke: C.colour('--ink'), 'stroke-width': 1 });
      if (named && (g.x(m) < end - g.measure(unit, 10) - 26 * g.u)) g.words(g.x(m), y + 14.5 * g.u, C.whole(m), { 'text-anchor': m ? 'middle' : 'start', class: 'sub' }, 10);
    }
    g.words(end, y + 14.5 * g.u, unit, { 'text-anchor': 'end', class: 'sub' }, 10);
    g.y = y + 18 * g.u;
  }

  function draw() {
    const scroller = C.byId('striptracks'), u = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16, whole = C.byId('stripbody').clientWidth;
    const label = (window.innerWidth < 700 && !document.body.classList.contains('printing') ? NARROW_LABEL_PX : C.state.lang === 'zh' ? LABEL_PX : LABEL_PX - 6) * u, width = Math.max(LEAST_PX * u, whole - label - 1);
    const g = sheet(width, label, u), under = C.shape('g', {});
    g.svg.append(under);
    for (const track of T.all) track(g);
    const bottom = g.y;
    for (const to of [g.names, g.svg]) to.append(C.shape('path', { d: `M0 ${bottom + 0.5}H${width}`, class: 'rule' }));
    crossStreets(g, bottom);
    axis(g);
    for (const svg of [g.names, g.svg]) svg.setAttribute('height', g.y);
    bands = T.from.map((m, n) => C.shape('rect', { x: g.x(m), y: NAMES_PX * u, width: (T.to[n] - m) * g.k, height: bottom - NAMES_PX * u, class: 'band' }));
    under.append(...bands);
    acts(g);
    const kept = scroller.scrollLeft, focused = cells.indexOf(document.activeElement);
    scroller.replaceChildren(g.svg);
    C.byId('stripbody').replaceChildren(g.names, scroller);
    scroller.scrollLeft = kept;
    cells = Array.from(g.svg.querySelectorAll('.cell'));
    cells.forEach(name);
    mark();
    if (focused >= 0) cells[focused].focus();
    drawnWidth = whole;
  }

  const words = (i) => C.t('priorityOf', { name: S.title(i), score: S.scoreOf(i) === null ? '—' : C.whole(S.scoreOf(i)), rank: S.rank(i) === null ? '—' : S.rank(i) });

  function name(cell, n) {
    const i = S.corridor[n];
    cell.setAttribute('role', 'button');
    cell.setAttribute('aria-label', words(i));
    cell.addEventListener('focus', () => { reach(cell); C.pointSegment(i); });
    cell.addEventListener('blur', () => C.pointSegment(-1));
    cell.addEventListener('keydown', (event) => {
      const next = { ArrowRight: n + 1, ArrowLeft: n - 1, Home: 0, End: cells.length - 1 }[event.key];
      if (next !== undefined) { event.preventDefault(); cells[Math.max(0, Math.min(cells.length - 1, next))].focus(); }
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(i); }
    });
  }

  /* One cell is in the order of the tab key: the arrows lead to the others. */
  const reach = (cell) => cells.forEach((other) => other.setAttribute('tabindex', other === cell ? 0 : -1));

  function acts(g) {
    const at = (event) => {
      const m = (event.clientX - g.svg.getBoundingClientRect().left - 8) / g.k, n = T.to.findIndex((end) => m <= end);
      return m < 0 || n < 0 ? -1 : S.corridor[n];
    };
    g.svg.addEventListener('pointermove', (event) => { if (event.pointerType !== 'touch') C.pointSegment(at(event)); });
    g.svg.addEventListener('pointerleave', () => C.pointSegment(-1));
    g.svg.addEventListener('click', (event) => { const i = at(event); if (i >= 0) choose(i); });
  }

  function choose(i) {
    C.selectSegment(i === C.state.segment ? -1 : i);
  }

  /* Which segment is selected, which is pointed at, here and in the head's line of words. */
  function mark() {
    const chosen = place(C.state.segment), now = place(C.state.pointed);
    bands.forEach((band, n) => band.setAttribute('class', 'band' + (n === chosen ? ' on' : '') + (n === now ? ' now' : '')));
    cells.forEach((cell, n) => { cell.setAttribute('aria-pressed', String(n === chosen)); cell.classList.toggle('on', n === chosen); });
    if (!cells.some((cell) => cell === document.activeElement)) reach(cells[Math.max(0, chosen)]);
    about();
  }

  function about() {
    const n = place(C.state.pointed) < 0 ? place(C.state.segment) : place(C.state.pointed), i = S.corridor[n], last = S.corridor[S.corridor.length - 1];
    const a = S.from(S.corridor[0]), b = S.to(last), way = data.way[C.state.lang];
    C.byId('stripnow').textContent = n < 0 ? C.t('stripAbout', { ends: a && b ? C.t('stripEnds', { a, b }) : '', m: C.whole(T.length), way })
      : C.t('stripNow', { title: S.title(i), a: C.whole(T.from[n]), b: C.whole(T.to[n]), score: S.scoreOf(i) === null ? '—' : C.whole(S.scoreOf(i)) });
  }

  /* Brings the selected segment into sight where the strip is wider than its window. */
  function seek() {
    const n = place(C.state.segment), scroller = C.byId('striptracks');
    if (n < 0 || !bands[n] || scroller.scrollWidth <= scroller.clientWidth) return;
    const x = Number(bands[n].getAttribute('x')), w = Number(bands[n].getAttribute('width'));
    if (x < scroller.scrollLeft || x + w > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = Math.max(0, x + w / 2 - scroller.clientWidth / 2);
  }

  function head() {
    const title = C.t('stripTitle', { name: data.name[C.state.lang] });
    const key = T.FRONTS.map(([fill, word], n) => [fill, word, n]).filter(([, , n]) => n).sort((p, q) => [3, 4, 2, 5, 1].indexOf(p[2]) - [3, 4, 2, 5, 1].indexOf(q[2]));
    C.byId('strip').setAttribute('aria-label', title);
    C.byId('striptracks').setAttribute('aria-label', C.t('stripKeys', { title }));
    C.renew('striphead', C.el('h2', { text: title }), C.el('p', { id: 'stripnow' }),
      open ? C.el('ul', {}, ...key.map(([fill, word]) => C.el('li', {}, C.shape('svg', { width: 18, height: 10, 'aria-hidden': 'true' }, C.shape('rect', { width: 18, height: 10, fill })), C.t(word)))) : null,
      C.el('button', { class: 'link', 'aria-expanded': String(open), 'aria-controls': 'stripbody', text: `${C.t(open ? 'fold' : 'unfold')} ${open ? '▾' : '▴'}`, on: { click: () => { open = !open; lay(); S.refit(); C.byId('striphead').querySelector('button').focus(); } } }));
    about();
  }

  /* Shows or hides the strip; the map takes what room is left. */
  function lay() {
    C.byId('strip').hidden = C.state.tab !== 'streets' || !C.onStreets();
    C.byId('stripbody').hidden = !open;
    if (!C.byId('strip').hidden) { head(); if (open) draw(); }
    C.map.invalidateSize({ animate: false });
  }
  C.fitStrip = () => { if (!C.byId('strip').hidden && open && C.byId('stripbody').clientWidth !== drawnWidth) draw(); };

  C.startStrip = function () {
    C.byId('strip').append(C.el('header', { id: 'striphead' }), C.el('div', { id: 'stripbody' }, C.el('div', { id: 'striptracks', role: 'group' })));
    for (const event of ['tab', 'layer', 'lang']) C.on(event, lay);
    C.on('segment', () => { if (bands.length) { mark(); seek(); } });
    C.on('pointed', () => { if (bands.length) mark(); });
    window.addEventListener('resize', C.fitStrip);
    lay();
  };
})();
