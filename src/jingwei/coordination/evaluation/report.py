"""The evaluation as a page to be read: the answer first, then what it rests on, then what cannot be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from jingwei.coordination.evaluation.compute import Evaluation
from jingwei.coordination.evaluation.method import Rescored
from jingwei.coordination.evaluation.model import Change, NationResult, ProvincesResult
from jingwei.coordination.evaluation.outlook import Future, Lesson, Vision
from jingwei.coordination.observations.actions import findings_table
from jingwei.coordination.observations.units import chinese
from jingwei.coordination.targets.model import WORDS, Verdict
from jingwei.kernel import places
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import markdown, readable
from jingwei.plan import GOALS

Say = Callable[[str, str], str]

SURE = 0.95
"""Share of replications in which a score must have risen, or fallen, to be called a move."""

SHOWN_MOVERS = 10

MODEL_NAMES = {"logistic": Text("逻辑斯蒂曲线", "logistic"), "loglinear": Text("指数增长", "exponential"),
               "damped": Text("阻尼趋势", "damped trend"), "combination": Text("组合", "their combination")}

READINGS = {
    "mobility": Text("像同名次的国家那样升降", "moving as states of similar rank have moved"),
    "mobility_within_method": Text("同上，不计方法改变的届次", "the same without editions whose method changed"),
    "own_drift": Text("按中国自己以往的势头", "keeping China's own pace"),
    "own_drift_within_method": Text("同上，不计方法改变的届次", "the same without editions whose method changed"),
}
"""The readings of the past that the world rank is carried forward by."""

YEAR = 2025
"""The year the thirteen goals and their targets are for."""


def report(done: Evaluation, context: Context) -> str:
    """Markdown in the language asked for."""
    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(context.language)

    parts = [_headline(done, say), _goals(done, say), _targets(done.verdicts, say)]
    if done.provinces:
        parts += [_ranking(done.provinces, say), _together(done.provinces, say), _moved(done.provinces, say)]
    parts += [_rooms(done, say), *(_over_time(room, say) for room in done.nation),
              _later(done.future, done.verdicts, say), _vision(done.vision, say), _findings(done, say, context),
              _limits(say)]
    return "\n".join(parts)


def ranks_otherwise(done: Rescored, context: Context) -> str:
    """Markdown: the places by a method of the asker's, which ranks survive it, and which other choice moves them most."""
    def say(zh: str, en: str) -> str:
        return Text(zh, en).in_(context.language)

    total, kept = len(done.places), int(done.survives.sum())
    pairs = total * (total - 1) // 2
    lead = say(f"{total} 个地区中 {kept} 个的标准名次落在这种算法的90%区间之内；{pairs} 对中有 {done.sure} 对分得出先后，"
               f"其中 {done.kept} 对按标准方法也同样分得出。",
               f"The standard rank of {kept} of {total} places lies within the 90 % interval of this method. Of {pairs} pairs, "
               f"{done.sure} are told apart; {done.kept} of them the same way by the standard method.")
    order = np.argsort(done.spread.rank, kind="stable")
    rows = ((f"{done.spread.rank[i]:.0f}", f"{done.low[i]:.0f}–{done.high[i]:.0f}", _place(done.places[i], say),
             f"{done.spread.score[i]:.1f}", f"{done.standard[i]:.0f}", say("是", "yes") if done.survives[i] else say("否", "no"))
            for i in order)
    head = (say("名次", "rank"), say("90% 区间", "90 % interval"), say("地区", "place"), say("得分", "score"),
            say("标准名次", "standard rank"), say("经得起", "survives"))
    moves = ((say(s.what.zh, s.what.en), f"{s.mean:.1f}", s.moved) for s in done.shifts)
    other = (say("只改一项", "one other choice"), say("平均移动几名", "places moved on average"), say("移动三名以上的地区", "moved by three or more"))
    return "\n".join([f"# {say(f'{done.year}年各省，换一种算法', f'Provinces in {done.year}, by another method')}", "", lead, "",
                      markdown(head, rows), f"## {say('哪个选择最要紧', 'Which choice matters most')}", "", markdown(other, moves)])


def _headline(done: Evaluation, say: Say) -> str:
    counts = Counter(g.word for g in done.goals)
    zh = "，".join(f"{text.zh} {counts[word]}" for word, text in WORDS.items() if counts[word])
    en = ", ".join(f"{counts[word]} {text.en}" for word, text in WORDS.items() if counts[word])
    under = Counter(v.word for v in done.verdicts if v.target.year <= YEAR)
    told_zh = "，".join(f"{text.zh} {under[word]}" for word, text in WORDS.items() if under[word])
    told_en = ", ".join(f"{under[word]} {text.en}" for word, text in WORDS.items() if under[word])
    numeric = say(f"{under.total()} 个数值目标：{told_zh}。", f"The {under.total()} numeric targets: {told_en}.")
    return f"# {say(f'{YEAR}年十三项目标：{zh}。', f'The thirteen goals of {YEAR}: {en}.')}\n\n{numeric}\n"


def _goals(done: Evaluation, say: Say) -> str:
    kinds = {"level": say("水平", "level"), "change": say("变化", "change"), "acceleration": say("加速", "acceleration")}
    rows = ((g.number, say(GOALS[g.number - 1].text.zh, GOALS[g.number - 1].text.en), kinds[GOALS[g.number - 1].wording],
             say(WORDS[g.word].zh, WORDS[g.word].en), say(g.reason.zh, g.reason.en)) for g in done.goals)
    return markdown((say("序号", "no."), say("目标", "goal"), say("说的是", "asks for"), say("结论", "verdict"), say("依据", "because")), rows)


def _targets(verdicts: Sequence[Verdict], say: Say) -> str:
    rows = ((v.target.code, f"{say(v.target.name.zh, v.target.name.en)}", f"{_sign(v)} {readable(v.target.value)} {say(v.target.unit.zh, v.target.unit.en)}",
             "–" if v.value is None else f"{readable(v.value)} ({v.period})", say(WORDS[v.word].zh, WORDS[v.word].en),
             say(v.reason.zh, v.reason.en)) for v in verdicts if v.target.year <= YEAR)
    head = (say("编号", "code"), say("指标", "measure"), say("目标", "target"), say("最近的数", "last figure"),
            say("结论", "verdict"), say("依据", "because"))
    return f"## {say('各项数值目标', 'Numeric targets')}\n\n{markdown(head, rows)}"


def _sign(verdict: Verdict) -> str:
    return "≥" if verdict.target.at_least else "≤"


def _ranking(result: ProvincesResult, say: Say) -> str:
    top = result.top
    order = np.argsort(top.rank, kind="stable")
    low, high = top.rank_quantile(0.05), top.rank_quantile(0.95)
    rooms = [r for r in result.rooms if r.assessable]
    rows = ((f"{top.rank[i]:.0f}", f"{low[i]:.0f}–{high[i]:.0f}", _place(result.places[i], say), f"{top.score[i]:.1f}",
             f"{result.low[i]:.1f}–{result.high[i]:.1f}", f"{result.coverage[i]:.0%}") for i in order)
    head = (say("名次", "rank"), say("90% 区间", "90 % interval"), say("地区", "place"), say("得分", "score"),
            say("90% 区间", "90 % interval"), say("数据齐全", "coverage"))
    named = say("、".join(r.name.zh for r in rooms), ", ".join(r.name.en for r in rooms))
    about = say(
        f"只评得了 {len(rooms)}/11 章（{named}）的 {len(result.measures)} 个指标；分数以 {result.year} 年及以前各年各地的最低、最高值为 0 和 100。"
        f"与人均GDP的名次相关 {result.gdp_correlation:.2f}：相当部分说的是富裕程度。"
        f"按官方“5+5”框架重排，名次相关 {result.views_agree:.2f}。",
        f"Public figures assess {len(rooms)} of the 11 rooms ({named}) by {len(result.measures)} measures; 0 and 100 are the "
        f"lowest and highest values of any place up to {result.year}. Rank correlation with GDP per head "
        f"{result.gdp_correlation:.2f}: much of this is wealth. Rank correlation with the official 5+5 view of the same "
        f"measures {result.views_agree:.2f}.")
    return f"## {say(f'{result.year}年各省', f'Provinces in {result.year}')}\n\n{about}\n\n{markdown(head, rows)}"


def _together(result: ProvincesResult, say: Say) -> str:
    lines = [f"- {_join((_place(result.places[i], say) for i in run), say)}" for run in result.runs]
    told = np.maximum(result.top.above, result.top.above.T) >= SURE
    pairs = len(result.places) * (len(result.places) - 1) // 2
    sure = int(np.triu(told, 1).sum())
    lead = say(f"{pairs} 对省份中，只有 {sure} 对（{sure / pairs:.0%}）在至少 95% 的重算里先后一致。下面每组之内分不出先后：",
               f"Of {pairs} pairs, {sure} ({sure / pairs:.0%}) keep their order in at least 95 % of replications. Within each "
               "of these sets no two places can be told apart:")
    left = [say(f"数据太少未排名：{_join((_place(p, say) for p in result.left_out), say)}。",
                f"Not ranked, too few figures: {_join((_place(p, say) for p in result.left_out), say)}.")] if result.left_out else []
    return "\n".join([f"## {say('分不出先后的', 'What cannot be told apart')}", "", lead, "", *lines, *left, ""])


def _moved(result: ProvincesResult, say: Say) -> str:
    year = result.year
    title = f"## {say(f'{year - 1}至{year}年的变化', f'What moved from {year - 1} to {year}')}\n"
    surely = [c for c in result.changes if c.p_rose >= SURE or c.p_rose <= 1 - SURE]
    if not surely:
        return f"{title}\n{say('没有一个省的变化超出不确定性。', 'No place moved beyond its uncertainty.')}\n"
    biggest = sorted(surely, key=lambda c: -abs(c.after - c.before))[:SHOWN_MOVERS]
    names = {m.code: m.name for m in result.measures}

    def gifts(c: Change) -> str:
        sign = np.sign(c.after - c.before)
        most = sorted(c.given, key=lambda g: -sign * g[1])[:2]
        return _join((f"{say(names[code].zh, names[code].en)} {g:+.1f}" for code, g in most), say)

    rows = ((_place(c.place, say), f"{c.after - c.before:+.1f}", f"{c.q05:+.1f} … {c.q95:+.1f}", f"{c.p_rose:.0%}",
             gifts(c)) for c in biggest)
    lead = say(f"{len(result.changes)} 个省中 {len(surely)} 个的变化超出不确定性；变化最大的：",
               f"{len(surely)} of {len(result.changes)} places moved beyond their uncertainty; the largest moves:")
    head = (say("地区", "place"), say("变化", "change"), say("90% 区间", "90 % interval"), say("上升的可能", "P(rose)"),
            say("主要来自", "mostly from"))
    return f"{title}\n{lead}\n\n{markdown(head, rows)}"


def _rooms(done: Evaluation, say: Say) -> str:
    levels = {"provinces": say("省", "provinces"), "nation": say("全国", "nation")}
    rows = ((r.code, say(r.name.zh, r.name.en), levels[r.level], r.year, say("可评", "assessable") if r.assessable else
             say("不可评", "not assessable"), say(r.reason.zh, r.reason.en)) for r in done.rooms)
    counts = ", ".join(f"{levels[level]} {sum(r.assessable for r in done.rooms if r.level == level)}/11"
                       for level in dict.fromkeys(r.level for r in done.rooms))
    head = (say("章", "room"), say("名称", "name"), say("层级", "level"), say("年", "year"), say("能否评", "verdict"), say("依据", "because"))
    title = say(f"公布的数评得了几章：{counts}", f"Rooms that public figures can assess: {counts}")
    return f"## {title}\n\n{markdown(head, rows)}"


def _over_time(room: NationResult, say: Say) -> str:
    known = ~np.isnan(room.index)
    rows = ((y, f"{room.index[i]:.1f}", f"{room.low[i]:.1f}–{room.high[i]:.1f}", _gave(room, i, say) if i and known[i - 1] else "–")
            for i, y in enumerate(room.years) if known[i])
    head = (say("年", "year"), say("目标=100", "target = 100"), say("90% 区间", "90 % interval"), say("变化主要来自", "mostly from"))
    named = _join((say(m.name.zh, m.name.en) for m in room.room.measures), say)
    note = say(f"每个指标以2025年目标（没有目标的比重以100%）为满分，超过不多算：{named}。区间来自权重各变 25%、任去一个指标和四舍五入。",
               f"Each measure counts 100 at its target for 2025, or at 100 % where it is a share without one, and no more beyond "
               f"it: {named}. Interval: weights changed by a quarter, any one measure left out, rounding.")
    title = say(f"全国：{room.room.name.zh}", f"The nation: {room.room.name.en}")
    return f"## {title}\n\n{note}\n\n{markdown(head, rows)}"


def _gave(room: NationResult, year: int, say: Say) -> str:
    parts = [(say(m.name.zh, m.name.en), float(g)) for m, g in zip(room.room.measures, room.given[year], strict=True)]
    parts.append((say("指标增减", "measures coming or going"), float(room.composition[year])))
    most = sorted(parts, key=lambda p: -abs(p[1]))[:2]
    return _join((f"{name} {points:+.1f}" for name, points in most if abs(points) >= 0.05), say)


def _later(future: Future, verdicts: Sequence[Verdict], say: Say) -> str:
    rows = []
    for path in future.paths:
        made = path.forecast
        y = int(made.years[-1])
        rows.append((say(path.measure.name.zh, path.measure.name.en), y, readable(made.median[-1]),
                     f"{readable(made.q05[-1])}–{readable(made.q95[-1])}",
                     say(chinese(path.measure.unit), path.measure.unit), made.measured_horizon))
    due = [f"- {v.target.code} {say(v.target.name.zh, v.target.name.en)} {_sign(v)} {v.target.value:g} ({v.target.year}): "
           f"{say(v.reason.zh, v.reason.en)}" for v in verdicts if v.target.year > YEAR]
    head = (say("指标", "measure"), say("年", "year"), say("中位", "median"), say("90% 区间", "90 % interval"),
            say("单位", "unit"), say("实测到几年", "measured years ahead"))
    back = future.backtest
    trust = say(f"回测：{len(back.inside):,} 次预测（整个指标都不参与校准），90% 区间盖住了 {back.coverage:.0%} 的结果；"
                "表中最后一列之外的年份，区间是外推的宽度。",
                f"Tested on the past: of {len(back.inside):,} forecasts made with the whole measure kept out, the 90 % intervals "
                f"held {back.coverage:.0%} of what came. Beyond the years in the last column their width is extended, not measured.")
    return "\n".join([f"## {say('到2030年', 'To 2030')}", "", *due, "", markdown(head, rows), trust, _warned(future.lesson, say)])


def _warned(lesson: Lesson | None, say: Say) -> str:
    """Why no single curve is trusted."""
    if lesson is None:
        return ""
    errors = _join((f"{say(MODEL_NAMES[name].zh, MODEL_NAMES[name].en)} {error:+.1f}%" for name, error in lesson.errors.items()), say)
    first, last = lesson.fitted
    return say(f"\n单一模型靠不住：用{first}–{last}年的{lesson.measure.name.zh}推{lesson.year}年，误差为 {errors}。\n",
               f"\nNo single curve is trusted: fitted to {lesson.measure.name.en} of {first}–{last}, the models missed {lesson.year} by "
               f"{errors}.\n")


def _vision(vision: Vision, say: Say) -> str:
    ten, twenty = vision.rank.between(10), vision.rank.between(20)
    lines = [say(f"- 联合国电子政务排名（{vision.rank.start}年第{vision.rank.start_rank}）到{vision.rank.edition}年：进前10的可能 "
                 f"{ten[0]:.0%} 到 {ten[1]:.0%}，进前20的可能 {twenty[0]:.0%} 到 {twenty[1]:.0%}，看信哪种读法。",
                 f"- UN e-government rank ({vision.rank.start_rank}th in {vision.rank.start}) by {vision.rank.edition}: "
                 f"P(rank ≤ 10) between {ten[0]:.0%} and {ten[1]:.0%}, P(rank ≤ 20) between {twenty[0]:.0%} and "
                 f"{twenty[1]:.0%}, by the reading of the past one trusts.")]
    lines += [say(f"  - {READINGS[r.model].zh}：前10 {r.within[10]:.0%}，前20 {r.within[20]:.0%}；中位第{r.median:.0f}（90% 区间 {r.q05:.0f}–{r.q95:.0f}）",
                  f"  - {READINGS[r.model].en}: rank ≤ 10 {r.within[10]:.0%}, rank ≤ 20 {r.within[20]:.0%}; median {r.median:.0f} "
                  f"(90 % interval {r.q05:.0f}–{r.q95:.0f})")
              for r in vision.rank.readings]
    lines.append(say(f"- 五个领域最弱者与均值之比：无法评估（{vision.why_not.zh}）。", f"- Weakest of the five fields over their mean: "
                     f"not assessable ({vision.why_not.en}).") if vision.weakest is None else
                 say(f"- 五个领域最弱者与均值之比：{vision.weakest:.2f}。", f"- Weakest of the five fields over their mean: {vision.weakest:.2f}."))
    rows = ((say(g.measure.name.zh, g.measure.name.en), g.first, _theil(g.before), g.last, _theil(g.after),
             _direction(g.before, g.after, say)) for g in vision.gaps)
    head = (say("人均", "per head"), say("年", "year"), say("泰尔指数", "Theil"), say("年", "year"), say("泰尔指数", "Theil"), say("变化", "change"))
    return "\n".join([f"## {say('2035年远景', 'The vision of 2035')}", "", *lines, "",
                      say("各省之间的差距（泰尔指数：0为人均相等，越大差距越大）：",
                          "Gaps between provinces (Theil index: 0 when all have the same per head, more the further apart):"), "", markdown(head, rows)])


def _theil(reading: tuple[float, float, float]) -> str:
    return f"{reading[0]:.4f} ({reading[1]:.4f}–{reading[2]:.4f})"


def _direction(before: tuple[float, float, float], after: tuple[float, float, float], say: Say) -> str:
    if after[2] < before[1]:
        return say("缩小", "narrowed")
    return say("扩大", "widened") if after[1] > before[2] else say("分不清", "cannot be told")


def _findings(done: Evaluation, say: Say, context: Context) -> str:
    held = [h for h in done.book.held if not h.released and not h.known]
    kept = len({figure for h in held for figure in h.figures})
    lead = say(f"{len(held)} 个问题扣下 {kept} 个数，没有参加评价。", f"{len(held)} findings hold {kept} figures back from the evaluation.")
    return f"## {say('扣下的数', 'Figures held back')}\n\n{lead}\n\n{findings_table(done.book.held, context.language)}"


def _limits(say: Say) -> str:
    lines = [
        say("G.1（横向打通、纵向贯通、协调有力）从公布的数无法评估：要由各节点自己的记录算出。",
            "G.1 (joined across, joined down, coordinated, powerful) cannot be assessed from published figures: it needs the "
            "nodes' own records."),
        say("名次区间说的是方法和数据空缺带来的散布，不是抽样误差；企业、人口的公布数本身有多准，公布者没有说。",
            "Rank intervals show the spread from method and missing figures, not sampling error: issuers do not say how exact "
            "their own figures are."),
        say("targets 表 checked 列为 False 的目标值，没有回到发布者处重读。",
            "Target values whose `checked` is false in the targets table were not read again at the issuer."),
    ]
    return "\n".join([f"## {say('说不了的', 'What cannot be said')}", "", *(f"- {line}" for line in lines), ""])


def _place(code: str, say: Say) -> str:
    short = places.find(code).short
    return say(short.zh, short.en)


def _join(words: Iterable[str], say: Say) -> str:
    return say("、", ", ").join(words)
