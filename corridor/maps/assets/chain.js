/* The innovation chain: arcs from the core carriers, buildings by stages within 15 minutes, trails with their stops. */
(function () {
  'use strict';
  const C = window.corridor, data = C.data.innovation;
  const links = C.shapes(data.links), linkRows = data.links.rows, trails = C.shapes(data.trails), trailRows = data.trails.rows;
  const STAGES = ['rd', 'transfer', 'incubation', 'industry'], LAYER = 'chain', BEND = 0.12;
  /* Upper limit in minutes, width and dash of a link: near ones are wide, far ones thin and dashed. The colour is that of
     carriers, never of the score: buildings alone carry that. */
  const CLASSES = [[5, 4, null], [10, 2.8, null], [15, 1.8, null], [Infinity, 1.4, [5, 4]]];
  const TRAIL = [['--exchange', null], ['--life', [9, 4]], ['--service', [3, 4]], ['--work', [12, 4, 3, 4]]];
  C.addWords({
    zh: { chain: '创新链', chainLayer: '创新链阶段', linksLayer: '核心载体联系', trailsLayer: '微旅游线路', chainHint: '研究范围内每栋建筑15分钟内步行可达的阶段数：研发、转化、孵化、产业化',
      chainHintOsm: '台账没有阶段，按地图资料中的高校、办公等场所计', chainN: '{n}个阶段', chainCard: '创新链：15分钟内{n} / 4个阶段', chainLacks: '，断在{stage}', chainWhole: '，四阶段齐备', stages: '个阶段',
      linkClass: '步行{a}–{b}分钟', linkFar: '步行15分钟以上', fromCore: '距{name}', fromCoreValue: '{t}分钟，{m}\u00a0m', offBelt: '离带：离主线与核心载体都超过{n}分钟', trailSign: '{name}：{t}分钟，{m}\u00a0m' },
    en: { chain: 'Innovation chain', chainLayer: 'Stages of the chain', linksLayer: 'Links of the core carrier', trailsLayer: 'Walking trails', chainHint: 'Each building of the study area: stages within 15 minutes on foot (research, transfer, incubation, industry)',
      chainHintOsm: 'no stages in the records: universities, offices of the map data', chainN: '{n} of 4', chainCard: 'Innovation chain: {n} of 4 stages within 15 minutes', chainLacks: ', breaks at {stage}', chainWhole: '', stages: 'of 4',
      linkClass: '{a}–{b} min on foot', linkFar: 'over 15 min on foot', fromCore: 'from {name}', fromCoreValue: '{t}\u00a0min, {m}\u00a0m', offBelt: 'off the belt: over {n} min from both corridor and core carrier', trailSign: '{name}: {t}\u00a0min, {m}\u00a0m' },
  });
  const stages = data.chain ? C.ints(data.chain.stages) : null, missing = data.chain ? C.ints(data.chain.missing) : null;
  const minutes = (seconds) => C.fixed(seconds / 60, 1);

  /* Colours of the score ramp: none of the four stages is palest, all four darkest; 0 is no data. */
  function median() {
    const inside = Array.from(stages).filter((n, i) => n && C.buildings.inArea(i)).sort((a, b) => a - b);
    return inside.length ? (inside[(inside.length - 1) >> 1] + inside[inside.length >> 1]) / 2 - 1 : null;
  }
  const classOf = (seconds) => CLASSES.findIndex(([limit]) => seconds <= limit * 60);

  function arc(ctx, t, i) {
    const a = links.at[links.ring[i]], x0 = links.x[a] * t.k + t.dx, y0 = links.y[a] * t.k + t.dy, x1 = links.x[a + 1] * t.k + t.dx, y1 = links.y[a + 1] * t.k + t.dy;
    ctx.moveTo(x0, y0);
    ctx.quadraticCurveTo((x0 + x1) / 2 + (y1 - y0) * BEND, (y0 + y1) / 2 - (x1 - x0) * BEND, x1, y1);
  }

  function paintLinks(ctx, t) {
    const look = linkRows.map((row) => CLASSES[classOf(row.seconds)]), grow = Math.max(0.7, Math.min(1.3, C.widthAt(1, t.zoom)));
    const hidden = new Set(C.data.symbols.filter((s) => !C.inGroup(s)).map((s) => s.id));
    ctx.lineCap = 'butt';
    for (const halo of [true, false])
      for (let i = links.count - 1; i >= 0; i--) {
        if (hidden.has(linkRows[i].to)) continue;
        ctx.beginPath();
        arc(ctx, t, i);
        ctx.lineWidth = look[i][1] * grow + (halo ? 3.2 : 0);
        ctx.strokeStyle = halo ? 'rgba(255,255,255,.9)' : C.colour('--work');
        ctx.setLineDash(halo || !look[i][2] ? [] : look[i][2]);
        ctx.stroke();
      }
  }

  function stops(ctx, t, row, colour) {
    const xs = C.ints(row.x), ys = C.ints(row.y);
    ctx.font = '700 11px ' + getComputedStyle(document.body).fontFamily;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    for (let n = 0; n < xs.length; n++) {
      // Beside the symbol of the place, not under it.
      const x = xs[n] * t.k + t.dx + 13, y = ys[n] * t.k + t.dy - 13;
      ctx.beginPath();
      ctx.arc(x, y, 8.5, 0, 2 * Math.PI);
      ctx.fillStyle = colour;
      ctx.fill();
      ctx.lineWidth = 1.6;
      ctx.strokeStyle = '#FFFFFF';
      ctx.stroke();
      ctx.fillStyle = '#FFFFFF';
      ctx.fillText(String(n + 1), x, y + 0.5);
    }
  }

  function paintTrails(ctx, t) {
    ctx.lineJoin = ctx.lineCap = 'round';
    for (let i = 0; i < trails.count; i++) {
      const [colour, dash] = TRAIL[i % TRAIL.length], w = Math.max(2.4, Math.min(5, C.widthAt(3.6, t.zoom)));
      for (const halo of [true, false]) {
        ctx.beginPath();
        C.trace(ctx, trails, i, t.k, t.dx, t.dy, false);
        ctx.lineWidth = halo ? w + 3.4 : w;
        ctx.strokeStyle = halo ? 'rgba(255,255,255,.9)' : C.colour(colour);
        ctx.setLineDash(halo || !dash ? [] : dash);
        ctx.stroke();
      }
      ctx.setLineDash([]);
    }
    for (let i = 0; i < trails.count; i++) stops(ctx, t, trailRows[i], C.colour(TRAIL[i % TRAIL.length][0]));
  }

  const line = (colour, width, dash) => C.dashSign(C.colour(colour), width, dash ? dash.join(' ') : null);

  C.extra = {
    /* A layer that colours buildings and is no score: classes 0–5, a name, a line of explanation, a label for each class. */
    layers: stages ? {
      [LAYER]: { classes: () => stages, name: () => C.t('chainLayer'), hint: () => C.t(data.basis === 'osm' ? 'chainHintOsm' : 'chainHint'), label: (c) => C.t('chainN', { n: c - 1 }), median, value: (v) => `${v} ${C.t('stages')}` },
    } : {},
    list: () => [
      ['links', C.t('linksLayer'), line('--work', 2.6), links.count > 0],
      ['trails', C.t('trailsLayer'), line('--exchange', 3.2), trails.count > 0],
    ],
    signs() {
      const out = [], shown = C.state.shown;
      if (shown.links) {
        const used = new Set(linkRows.map((row) => classOf(row.seconds)));
        CLASSES.forEach(([limit, width, dash], i) => {
          const text = limit === Infinity ? C.t('linkFar') : C.t('linkClass', { a: i ? CLASSES[i - 1][0] : 0, b: limit });
          if (used.has(i)) out.push(C.el('div', { class: 'long' }, line('--work', width, dash), text));
        });
      }
      if (shown.trails) trailRows.forEach((row, i) => out.push(C.el('div', { class: 'long' }, line(TRAIL[i % TRAIL.length][0], 3.2, TRAIL[i % TRAIL.length][1]),
        C.t('trailSign', { name: C.pick(row.name), t: minutes(row.seconds), m: C.whole(row.metres) }))));
      return out;
    },
    /* What a building's card says of the chain. */
    card(i) {
      if (!stages || !stages[i]) return null;
      const n = stages[i] - 1, end = missing[i] ? C.t('chainLacks', { stage: C.t('value_' + STAGES[missing[i] - 1]) }) : C.t('chainWhole');
      return C.el('p', { class: 'chain', text: C.t('chainCard', { n }) + end });
    },
    /* What a carrier's popup says of its walk from the core carriers. */
    facts: (id) => linkRows.filter((row) => row.to === id).map((row) => [C.t('fromCore', { name: row.fromName }), C.t('fromCoreValue', { t: minutes(row.seconds), m: C.whole(row.metres) })]),
    notes: (id) => (data.links.off.includes(id) ? [C.t('offBelt', { n: data.belt })] : []),
  };

  C.startChain = function () {
    const panes = { links: C.tiles('links', 240, (ctx, t) => { if (C.state.shown.links) paintLinks(ctx, t); }),
      trails: C.tiles('trails', 241, (ctx, t) => { if (C.state.shown.trails) paintTrails(ctx, t); }) };
    C.on('shown', (layer) => { for (const name of layer in panes ? [layer] : layer ? [] : Object.keys(panes)) panes[name].repaint(); });
  };
})();
