/* Wording of the street pages, and how the indicators' values and units are written. */
(function () {
  'use strict';
  const C = window.corridor;
  C.addWords({
    zh: { tabStreets: '街道更新', streetLayer: '更新优先度', streetMap: '沿线公共空间和市容景观更新', lgNoRank: '资料缺失或过短，不排序', lgUnstable: '名次不稳（区间≥{n}名）', lgOwn: '主线', lgSide: '其他街道', noRank: '—',
      need: '需求', potential: '潜力', feasibility: '可行性', plus: ' + ', priority: '优先度',
      stToday: '街段排序', stLength: '主线长度', stSegments: '{n}个街段', stRanked: '参与排序街段', stOf: '共{n}段', stFirst: '主线最优先', stUnstable: '名次不稳', stUnstableHow: '区间≥{n}名；{draws}次权重抽样', stNoDraws: '未作抽样', stNone: '没有主线',
      corridorList: '主线街段', sideList: '其他街道前{n}名', listHow: '优先度，构成，名次区间', rankOf: '第{a}名', rankSpan: '名次区间{a}–{b}', rankOwn: '主线内第{n}名', chainageOf: '里程{a}–{b} m', lengthOf: '长{n} m',
      composed: '得分构成', indicatorsTitle: '指标与贡献', sum: '合计', ofPart: '{weight} × {value}', moreItems: '其余{n}项', lessItems: '收起', othersTitle: '不计入得分的指标{n}项', unknownItems: '无资料{n}项：{list}', weightScore: '权重{w} × 得分{s} = {p}', notRankedOn: '资料不足，只列出，不参与排序',
      measuresTitle: '建议措施', measuresHow: '由短板规则得出，可在方案推演中检验', because: '针对：{name}', editTitle: '情景改动', photosTitle: '踏勘照片', side_left: '左侧', side_right: '右侧', side_both: '两侧', side_west: '西侧', side_east: '东侧', side_north: '北侧', side_south: '南侧',
      notRankedSegment: '资料缺失，不参与排序', notRankedShort: '不足{m} m，不参与排序', notRankedWhy: '需求、潜力、可行性中有一部分的已知指标不足其权重的{n}%，不参与排序。', knownShare: '已知指标占权重{n}%', unstableSegment: '名次不稳', stableSegment: '名次稳定', streetFormula: '优先度 = {list}；各部分 = Σ 权重 × 指标得分。', segmentCard: '街段详情',
      basis1: '地图', basis2: '踏勘', basis3: '估计', basis4: '示意', basisTitle: '依据：{name}', mapLabelStreets: '街道更新优先度地图；方括号键沿主线逐段查看', priorityOf: '{name}，优先度{score}，名次{rank}', buildingsGrey: '街道着色时建筑为灰色底图',
      sStreets: '街段排序', sStreetMethod: '街道更新：算法', sStreetFormula: '优先度 = {list}，缺一部分时按其余权重。各部分为其指标得分的加权平均：贡献 = 权重 × 得分，只计有资料的指标；指标得分 =（值 − 0分值）÷（100分值 − 0分值）× 100，限于0–100。', sStreetRobust: '名次区间：{draws}次权重抽样的{interval}%区间与步速区间合并；跨{n}名及以上为不稳。有资料街段不足{least}%的指标只列出，不参与排序。',
      sStreetIndicators: '街段指标', cPart: '部分', cUnit: '单位', cScale: '0分值 → 100分值', cData: '有资料', cRanked: '参与排序', cFormula: '算法', yes: '是', no: '否', cSegment: '街段', cLength: '长度 m', cRank: '名次', cSpan: '区间', cFirst: '首项措施',
      unit_share: '%', 'unit_per 100 m': '个/百米', unit_persons: '人', unit_count: '处', unit_class: '级', unit_kinds: '类', unit_ratio: '', 'unit_0–100': '分', unit_m: 'm', 'unit_m²': 'm²' },
    en: { tabStreets: 'Street upgrade', streetLayer: 'Upgrade priority', streetMap: 'public space and streetscape upgrade', lgNoRank: 'no data or too short', lgUnstable: 'not stable (spans {n}+ ranks)', lgOwn: 'corridor', lgSide: 'other streets', noRank: '—',
      need: 'Need', potential: 'Potential', feasibility: 'Feasibility', plus: ' + ', priority: 'Priority',
      stToday: 'Ranking of segments', stLength: 'length of the corridor', stSegments: '{n} segments', stRanked: 'segments ranked', stOf: 'of {n}', stFirst: 'first on the corridor', stUnstable: 'ranks not stable', stUnstableHow: 'span {n} or more; {draws} weight draws', stNoDraws: 'no draws made', stNone: 'no corridor',
      corridorList: 'Corridor segments', sideList: 'Other streets, first {n}', listHow: 'priority, parts, interval', rankOf: 'rank {a}', rankSpan: 'interval {a}–{b}', rankOwn: 'no. {n} on the corridor', chainageOf: 'chainage {a}–{b} m', lengthOf: '{n} m long',
      composed: 'What the score is made of', indicatorsTitle: 'Indicators and their points', sum: 'Sum', ofPart: '{weight} × {value}', moreItems: '{n} more', lessItems: 'Close', othersTitle: 'Indicators that do not count: {n}', unknownItems: 'No data for {n}: {list}', weightScore: 'weight {w} × score {s} = {p}', notRankedOn: 'too little data: shown, not ranked on',
      measuresTitle: 'Suggested measures', measuresHow: 'from rules on what scores low; test them as scenarios', because: 'answers: {name}', editTitle: 'Scenario edit', photosTitle: 'Survey photos', side_left: 'left', side_right: 'right', side_both: 'both sides', side_west: 'west side', side_east: 'east side', side_north: 'north side', side_south: 'south side',
      notRankedSegment: 'Data missing, not ranked', notRankedShort: 'shorter than {m} m: not ranked', notRankedWhy: 'Of need, potential or feasibility the known indicators carry less than {n} % of the weight: not ranked.', knownShare: 'known indicators carry {n} % of the weight', unstableSegment: 'rank not stable', stableSegment: 'rank stable', streetFormula: 'Priority = {list}; each part = Σ weight × indicator score.', segmentCard: 'Segment',
      basis1: 'map', basis2: 'survey', basis3: 'estimate', basis4: 'schematic', basisTitle: 'rests on: {name}', mapLabelStreets: 'Map of street upgrade priority; bracket keys walk along the corridor', priorityOf: '{name}, priority {score}, rank {rank}', buildingsGrey: 'buildings are grey while streets carry the colour',
      sStreets: 'Ranking of street segments', sStreetMethod: 'Street upgrade: method', sStreetFormula: 'Priority = {list}; where a part is missing, over the weights of the others. Each part is the weighted mean of its indicators’ scores: points = weight × score over the indicators that are known; score of an indicator = (value − value worth 0) ÷ (value worth 100 − value worth 0) × 100, within 0–100.', sStreetRobust: 'Rank interval: the {interval} % interval of {draws} weight draws joined with the ranks at both ends of the speed band; spanning {n} ranks or more is not stable. Indicators with data on less than {least} % of segments are shown and not ranked on.',
      sStreetIndicators: 'Indicators of segments', cPart: 'Part', cUnit: 'Unit', cScale: 'worth 0 → worth 100', cData: 'Data', cRanked: 'Ranked on', cFormula: 'Formula', yes: 'yes', no: 'no', cSegment: 'Segment', cLength: 'Length m', cRank: 'Rank', cSpan: 'Interval', cFirst: 'First measure',
      unit_share: '%', 'unit_per 100 m': 'per 100 m', unit_persons: 'persons', unit_count: '', unit_class: 'class', unit_kinds: 'kinds', unit_ratio: '', 'unit_0–100': '/ 100', unit_m: 'm', 'unit_m²': 'm²' },
  });

  C.unit = (unit) => (C.has('unit_' + unit) ? C.t('unit_' + unit) : unit);
  /* `digits` as the report tells the unit (`unit_digits`); without them, of the ends of scales, as many as are needed. */
  C.amount = function (value, unit, digits) {
    if (value === null) return '—';
    const shown = unit === 'share' ? value * 100 : value, size = Math.abs(shown);
    const places = digits === undefined ? (unit === 'ratio' || size < 1 ? 2 : 1) : digits;
    const figure = digits === 0 || size >= 1000 || (digits === undefined && (size >= 100 || Number.isInteger(shown))) ? C.whole(shown) : C.fixed(shown, places), name = C.unit(unit);
    return name ? figure + (name === '%' ? (C.state.lang === 'zh' ? '%' : '\u00a0%') : /^[\u3400-\u9fff]/.test(name) ? name : '\u00a0' + name) : figure;
  };
  /* “0.40需求 + 0.35潜力 + 0.25可行性” */
  C.streetWeights = () => ['need', 'potential', 'feasibility'].map((part) => C.fixed(C.data.streets.weights[part], 2) + '\u00a0' + (C.state.lang === 'zh' ? C.t(part) : C.t(part).toLowerCase())).join(C.t('plus'));
})();
