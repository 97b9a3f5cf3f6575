/* All wording of the page in both languages, and how numbers are written. */
(function () {
  'use strict';
  const WORDS = {
    zh: {
      circle: '15分钟创新生活圈', tabMap: '生活圈', tabSheet: '数据与方法', other: 'EN', print: '打印', panel: '指标', pages: '页面',
      now: '研究范围现状', colour: '建筑着色', medians: '中位数', single: '单项类别…', items: '{n}项', noItem: '本次资料无此项',
      assumptions: '计算口径', speed: '步行速度', band: '（区间{a}–{b}）', gates: '小区门禁', steps: '台阶系数', stepsNone: '不可通行', stepsTimes: '台阶按{a}倍计', stepsClosed: '台阶不可通行（有坡道者除外）',
      gates_public: '仅公共通行', gates_residents: '居民可进出', gates_open: '全部开放', layers: '图层', completeness: '数据完整度',
      total: '综合得分', LIFE: '生活', WORK: '工作', SERVICE: '服务', EXCHANGE: '交流', score: '{kind}得分',
      legendScore: '研究范围内每栋建筑，0–100分；柱长为栋数', legendMinutes: '研究范围内每栋建筑步行分钟，末级含步行不可达',
      standard: '标准', noData: '无资料', over: '＞{a}', minutes: '分钟', unit: '栋',
      corridor: '{name}主线', corridorPlain: '街区主线', institutes: '科研院所', carriers: '科创载体', filter: '按产业、政策、部门筛选', filterBy: '产业、政策、部门', by_industry: '产业', by_policies: '政策', by_owner: '主管部门', stations: '服务站点',
      metro: '轨道站', exchange: '交流场所', isochrones: '等时圈{list}分钟', isochronesNone: '等时圈（无核心载体）', uncertainty: '点位误差范围', gatesLayer: '院门', core: '核心载体',
      lgC1: '载体：概念验证', lgC2: '孵化', lgC3: '加速', lgC4: '产业化、园区', study: '研究范围', lgCorridor: '主线', places: '该类设施点',
      figMedian: '综合得分中位数', figBand: '步速{a}–{b}：{low}–{high}', figWorkers: '就业者可达{name}', figResidents: '居民可达{name}',
      figGap: '{name}覆盖最低', figHow: '{minutes}分钟；估算{range}', figHowBuildings: '{minutes}分钟；步速{range}', figFull: '{what}：研究范围内步行{minutes}分钟以内的{base}；区间{low}–{high}%', base_workers: '就业者比例，按建筑面积估算', base_residents: '居民比例，按建筑面积估算', base_gap: '建筑栋数比例',
      schematic: '示意样本', toSheet: '完整度说明', unattachedTitle: '连接不足',
      unattached: '研究范围内{n}栋建筑（共{total}栋）距步行网络过远，未计分。',
      use_residential: '居住建筑', use_office: '办公建筑', use_commercial: '商业建筑', use_education: '教育建筑', use_health: '医疗建筑',
      use_industrial: '工业建筑', use_hotel: '旅馆', use_civic: '公共建筑', use_religious: '宗教建筑', use_other: '其他建筑', use_unknown: '建筑，用途未知',
      number: '编号{id}', levels: '{n}层', levelsUnknown: '层数未知', areaAssumed: '，层数用途取默认值', outside: '研究范围外',
      people: '居民约{r}人（{rl}–{rh}），就业者约{w}人（{wl}–{wh}）', bandTotal: '步速区间{low}–{high}',
      notMet: '未达标{n}项（分钟）', allMet: '计分项全部达标', walk: '步行', limit: '标准', excess: '超出', metCount: '已达标{n}项',
      borderline: '临界{n}项：{list}，超出不足0.1分钟', borderItem: '{name}{t}', notScored: '不计分{n}项，资料不全',
      outOfRadius: '半径{m} m外', ofItems: '{a} / {b}项', beyond: '＞{t}：{t}分钟内步行不可达', nearEdge: '离资料边界不足{m} m，得分可能偏低', edgeTitle: '资料边界过近', edge: '研究范围内{n}栋建筑离资料边界不足{m} m，得分可能偏低，图上以黄色斜线标出。', lgShort: '资料余量不足', rim: '此线以外资料余量不足', notConnected: '此建筑与步行网络不连通，未计分。',
      formula: '得分为各项按步行时间加权的贡献之和，{n}项；步行{v} m/min。算式见“数据与方法”。', close: '关闭', details: '建筑详情',
      osm: '© OpenStreetMap contributors（ODbL 1.0）', dataDate: '数据{date}', review: '审图号：', reviewBlank: '（公开前送审）', north: '北向上',
      publisher: '编制单位：{name}', metre: '米', zoomIn: '放大', zoomOut: '缩小', menu: '指标与图层', legend: '图例', mapLabel: '15分钟创新生活圈地图：{layer}',
      extent: '资料范围至此', position: '位置为示意（± {m} m）', positionPlain: '位置误差± {m} m', synthetic: '生成的示意数据', coverage: '达标覆盖率',
      fact_stage: '阶段', fact_level: '级别', fact_address: '地址', fact_floor_area_m2: '建筑面积（m²）', fact_firms: '企业数', fact_opened: '启用',
      fact_source: '来源', fact_hours: '时间', fact_capacity: '容量', fact_series: '系列', fact_venue: '场所', fact_period: '时段',
      kind_institute: '科研院所', kind_university: '高校', kind_lab: '实验室', kind_poc: '概念验证', kind_incubator: '孵化器', kind_coworking: '众创空间',
      kind_accelerator: '加速器', kind_park: '园区', kind_office: '商务楼宇', kind_business: '营商', kind_fintech: '科技金融', kind_ai: 'AI全链接',
      kind_ip: '知识产权', kind_quality: '质量', kind_talent: '人才', kind_finance: '融资服务', kind_metro: '轨道站', kind_event: '活动',
      value_rd: '研发', value_transfer: '转化', value_incubation: '孵化', value_industry: '产业化',
      gate_open: '院门，公共', gate_res: '院门，居民', gate_shut: '院门，关闭', sMethod: '计算方法', sFormula: '单项贡献 m：步行时间不超过标准为1，标准至两倍标准之间线性降至0。类得分 = 100 × Σ(权重 × m) ÷ Σ权重，只计有资料且计分的类别；综合得分为四类加权平均。',
      sMet: '“达标”只分是与否：步行时间不超过标准即达标，与得分分列。等时圈外缘为便于阅读作平滑处理，覆盖率不取自所绘外缘。',
      sKinds: '四类权重：{list}。', sWalker: '步行速度{middle} m/min（区间{low}–{high}），{steps}，门禁：{gates}；建筑与设施沿最近可通行的街段接入，接入距离上限{snap} m。',
      sPeople: '居民与就业者按建筑面积估算：建筑面积 = 基底 × 层数（缺者取默认值），再除以人均面积；高低值给出区间。',
      sCategories: '类别、标准与覆盖', cCategory: '类别', cLimit: '步行标准', cWeight: '权重', cSource: '依据', cGrade: '等级', cCount: '处数',
      cBuildings: '建筑%', cResidents: '居民%', cWorkers: '就业者%', cState: '计分', scored: '计', unscored: '不计，资料不全', missing: '无资料',
      gradeNote: '等级A 官方文本 · B 二手出版物 · C 转引，写入方案前须核实。覆盖为研究范围内步行时间达标的比例。',
      sCompleteness: '数据完整度', cItem: '项目', cShare: '完整度', cBasis: '算法', sAccount: '资料账目：读入 = 采用 + 剔除', cRead: '读入', cUsed: '采用', cExcluded: '剔除', cReason: '原因',
      sNotices: '提示{n}条', sNoticesCut: '（此处列前{shown}条，全部见notices.csv）', cWhere: '位置', cWhat: '内容', cValue: '原值', cAction: '处理', noNotices: '无。',
      sSources: '来源与版本', cKey: '项', licence: '底图与街道数据 © OpenStreetMap contributors，ODbL 1.0。界面使用Leaflet（BSD-2-Clause）与fflate（MIT）。',
      limitText: '{a}分钟，{b}\u00a0m', limitPlain: '{a}分钟', median: '{layer}中位数{value}', colon: '：', comma: '、', semicolon: '；',
    },
    en: {
      circle: '15-minute innovation life circle', tabMap: 'Life circle', tabSheet: 'Data and method', other: '中文', print: 'Print', panel: 'Figures', pages: 'Pages',
      now: 'Study area today', colour: 'Buildings coloured by', medians: 'median', single: 'Single category…', items: '{n}', noItem: 'not in these data',
      assumptions: 'Assumptions', speed: 'Walking speed', band: ' (band {a}–{b})', gates: 'Compound gates', steps: 'Steps factor', stepsNone: 'closed', stepsTimes: 'steps count {a} times', stepsClosed: 'steps cannot be walked but where they have a ramp',
      gates_public: 'public ways only', gates_residents: 'residents only', gates_open: 'all open', layers: 'Layers', completeness: 'Completeness of data',
      total: 'Overall score', LIFE: 'Life', WORK: 'Work', SERVICE: 'Service', EXCHANGE: 'Exchange', score: '{kind} score',
      legendScore: 'Each building of the study area, 0–100; bars count buildings', legendMinutes: 'Minutes walked from each building of the study area; the last class includes not reachable',
      standard: 'standard', noData: 'No data', over: '> {a}', minutes: 'min', unit: 'buildings',
      corridor: '{name}', corridorPlain: 'Main street', institutes: 'Institutes', carriers: 'Carriers', filter: 'Filter by industry, policy, department', filterBy: 'industry, policy, department', by_industry: 'Industry', by_policies: 'Policy', by_owner: 'Department', stations: 'Service stations',
      metro: 'Metro', exchange: 'Exchange places', isochrones: 'Isochrones {list} min', isochronesNone: 'Isochrones (no core carrier)', uncertainty: 'Position uncertainty', gatesLayer: 'Gates', core: 'Core carrier',
      lgC1: 'Proof of concept', lgC2: 'Incubation', lgC3: 'Acceleration', lgC4: 'Industry, park', study: 'Study area', lgCorridor: 'Main street', places: 'Places of the category',
      figMedian: 'median overall score', figBand: '{a}–{b} m/min: {low}–{high}', figWorkers: 'of workers reach: {name}', figResidents: 'of residents reach: {name}',
      figGap: 'lowest coverage: {name}', figHow: '{minutes} min; estimate {range}', figHowBuildings: '{minutes} min; by speed {range}', figFull: '{what}: {base} of the study area within {minutes} minutes on foot; band {low}–{high} %', base_workers: 'share of workers, estimated from floor area,', base_residents: 'share of residents, estimated from floor area,', base_gap: 'share of buildings',
      schematic: 'Schematic sample', toSheet: 'Completeness', unattachedTitle: 'Unattached',
      unattached: '{n} of {total} buildings of the study area are too far from the walking network and carry no score.',
      use_residential: 'Residential building', use_office: 'Office building', use_commercial: 'Commercial building', use_education: 'Education', use_health: 'Health care',
      use_industrial: 'Industrial building', use_hotel: 'Hotel', use_civic: 'Civic building', use_religious: 'Religious building', use_other: 'Other building', use_unknown: 'Building, use unknown',
      number: 'id {id}', levels: '{n} levels', levelsUnknown: 'levels unknown', areaAssumed: ', from default levels and use', outside: 'outside the study area',
      people: 'about {r} residents ({rl}–{rh}), {w} workers ({wl}–{wh})', bandTotal: 'at slow–fast walk {low}–{high}',
      notMet: 'Not met: {n} (minutes)', allMet: 'All scored categories are met', walk: 'walk', limit: 'limit', excess: 'over by', metCount: 'Met: {n}',
      borderline: 'Borderline: {n}: {list}, over by less than 0.1 min', borderItem: '{name} {t}', notScored: 'Not scored, data incomplete: {n}',
      outOfRadius: 'beyond {m} m', ofItems: '{a} / {b}', beyond: '> {t}: not reachable on foot within {t} minutes', nearEdge: 'less than {m} m from the end of the data: score may be low', edgeTitle: 'Data end close by', edge: '{n} buildings of the study area lie less than {m} m from the end of the data: their scores may be low, marked by amber hatching.', lgShort: 'Data end close by', rim: 'beyond this line data are cut short', notConnected: 'This building has no way to the walking network and carries no score.',
      formula: 'The score adds the contributions of {n} categories by walking time, at {v} m/min. Formula under “Data and method”.', close: 'Close', details: 'Building',
      osm: '© OpenStreetMap contributors (ODbL 1.0)', dataDate: 'data of {date}', review: 'Map review no.: ', reviewBlank: ' (required before publication)', north: 'North is up',
      publisher: 'Published by {name}', metre: 'm', zoomIn: 'Zoom in', zoomOut: 'Zoom out', menu: 'Figures and layers', legend: 'Legend', mapLabel: 'Life-circle map: {layer}',
      extent: 'end of the data', position: 'position schematic (± {m} m)', positionPlain: 'position ± {m} m', synthetic: 'generated, schematic', coverage: 'coverage',
      fact_stage: 'Stage', fact_level: 'Level', fact_address: 'Address', fact_floor_area_m2: 'Floor area (m²)', fact_firms: 'Firms', fact_opened: 'Opened',
      fact_source: 'Source', fact_hours: 'Hours', fact_capacity: 'Capacity', fact_series: 'Series', fact_venue: 'Venue', fact_period: 'Period',
      kind_institute: 'Institute', kind_university: 'University', kind_lab: 'Laboratory', kind_poc: 'Proof of concept', kind_incubator: 'Incubator', kind_coworking: 'Co-working',
      kind_accelerator: 'Accelerator', kind_park: 'Park', kind_office: 'Office building', kind_business: 'Business', kind_fintech: 'Fintech', kind_ai: 'AI',
      kind_ip: 'Intellectual property', kind_quality: 'Quality', kind_talent: 'Talent', kind_finance: 'Finance', kind_metro: 'Metro station', kind_event: 'Event',
      value_rd: 'research', value_transfer: 'transfer', value_incubation: 'incubation', value_industry: 'industry',
      gate_open: 'Gate, public', gate_res: 'Gate, residents', gate_shut: 'Gate, shut', sMethod: 'Method', sFormula: 'Contribution m of a category: 1 within the standard time, falling in a line to 0 at twice the standard. Kind score = 100 × Σ(weight × m) ÷ Σ weight over the scored categories with data; the overall score is the weighted mean of the four kinds.',
      sMet: '“Met” is yes or no: the walk takes no longer than the standard; it is reported beside the score. Isochrone outlines are smoothed for reading; no coverage figure comes from a drawn outline.',
      sKinds: 'Weights of the kinds: {list}.', sWalker: 'Walking speed {middle} m/min (band {low}–{high}), {steps}, gates: {gates}; buildings and facilities attach along the nearest walkable street within {snap} m.',
      sPeople: 'Residents and workers are estimated from floor area: footprint × levels (default where unknown), divided by floor area a person; low and high values give the band.',
      sCategories: 'Categories, standards, coverage', cCategory: 'Category', cLimit: 'Walking limit', cWeight: 'Weight', cSource: 'Source', cGrade: 'Grade', cCount: 'Places',
      cBuildings: 'buildings %', cResidents: 'residents %', cWorkers: 'workers %', cState: 'Scored', scored: 'yes', unscored: 'no, data incomplete', missing: 'no data',
      gradeNote: 'Grade A official text · B secondary publication · C quoted only: confirm before use. Coverage is the share of the study area within the standard time.',
      sCompleteness: 'Completeness of data', cItem: 'Item', cShare: 'Complete', cBasis: 'How counted', sAccount: 'Account: read = used + excluded', cRead: 'Read', cUsed: 'Used', cExcluded: 'Excluded', cReason: 'Reason',
      sNotices: 'Notices: {n}', sNoticesCut: ' (first {shown} here, all in notices.csv)', cWhere: 'Where', cWhat: 'What', cValue: 'Value', cAction: 'Action', noNotices: 'None.',
      sSources: 'Sources and versions', cKey: 'Item', licence: 'Base map and streets © OpenStreetMap contributors, ODbL 1.0. The page uses Leaflet (BSD-2-Clause) and fflate (MIT).',
      limitText: '{a}\u00a0min, {b}\u00a0m', limitPlain: '{a} min', median: '{layer}: median {value}', colon: ': ', comma: ', ', semicolon: '; ',
    },
  };
  const C = window.corridor;

  C.addWords = (more) => { for (const lang in more) Object.assign(WORDS[lang], more[lang]); };
  C.has = (key) => key in WORDS[C.state.lang];
  C.t = function (key, values) {
    const text = WORDS[C.state.lang][key];
    if (text === undefined) return key;
    return values ? text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all)) : text;
  };
  C.pick = (pair) => pair[C.state.lang] || pair.en || pair.zh || '';
  /* A half is rounded up as the number is written, as reports do (`figure`): by its bits 0.45 would be 0.4. */
  C.fixed = function (n, places) {
    if (!Number.isFinite(n)) return String(n);
    const shift = (v, by) => { const [digits, e] = String(v).split('e'); return Number(`${digits}e${Number(e || 0) + by}`); };
    const size = shift(Math.round(shift(Math.abs(n), places)), -places);
    return (size && n < 0 ? '-' : '') + size.toFixed(places);
  };
  C.whole = (n) => Number(C.fixed(n, 0)).toLocaleString('en').replace('-', '−');
  /* Two-digit percentages from 10 % on keep one decimal; tiny ones are named as such. */
  C.minutes = (value) => (value === Infinity ? C.t('over', { a: C.data.content.reachMinutes }) : C.fixed(value, 1));
  C.percent = function (share) {
    if (share === null || share === undefined) return '—';
    if (share > 0 && share < 0.01) return C.state.lang === 'zh' ? '＜1' : '< 1';
    return C.fixed(share * 100, 0);
  };
  C.share1 = (share) => (share === null || share === undefined ? '—' : C.fixed(share * 100, 1));
  C.categoryName = (c) => { const name = C.pick(c.name); return name.charAt(0).toUpperCase() + name.slice(1); };
  C.layerName = function (layer) {
    if (layer === 'total') return C.t('total');
    if (layer === 'streets') return C.t('streetLayer');
    if (layer in C.extra.layers) return C.extra.layers[layer].name();
    const category = C.data.categories.find((c) => c.code === layer);
    return category ? C.categoryName(category) : C.t('score', { kind: C.t(layer) });
  };
  C.KINDS = ['LIFE', 'WORK', 'SERVICE', 'EXCHANGE'];
})();
