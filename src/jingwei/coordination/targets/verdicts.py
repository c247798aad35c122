"""Was it met? Only figures of the right year, by the right definition, beyond the reach of rounding, may answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.model import Figure
from jingwei.coordination.targets.model import WORDS, Cap, GoalVerdict, Target, Verdict, Word
from jingwei.kernel.i18n import Text
from jingwei.kernel.markdown import readable
from jingwei.plan import Goal, clause

UNCERTAIN = "period_uncertain"
"""Marker in a figure's note: its issuer does not say which year it is for."""


def judge(target: Target, figures: Mapping[str, Sequence[Figure]], today: date) -> Verdict:
    """The verdict on one target.

    figures : usable national figures by measure
    The order of the questions: is there a figure of its year; does it count what the target counts; is its year certain;
    is it of the year's end; does it lie beyond the target whatever its rounding; do all sources agree. The date only says why there is no figure.
    """
    mine = figures.get(target.measure, ())
    shown = _newest(target, mine, figures)
    due = [f for f in mine if f.year == target.year]
    if not due:
        return _without_figure(shown, figures, today)
    same = [f for f in due if not target.definition or f.definition == target.definition]
    if not same:
        counted = _counted(due[0])
        return _say(shown, "not_comparable", f"{target.year}年的数是另一口径：{counted.zh}",
                    f"the {target.year} figure counts something else: {counted.en}")
    if len({f.definition for f in same if f.definition}) > 1:
        return _say(shown, "not_comparable", "同一年有几种口径", "several definitions in one year")
    certain = [f for f in same if not f.note.startswith(UNCERTAIN)]
    if not certain:
        return _say(shown, "not_established", "发布者没有说明这个数是哪一年的",
                    "its issuer does not say which year the figure is for")
    ended = [f for f in certain if not _early(f)]
    return _compare(shown, ended or certain, figures)


def _early(figure: Figure) -> bool:
    """Whether a figure of its year was taken before the year's end, and so says nothing against one of the end."""
    return f"{figure.year}-01" <= figure.as_of < f"{figure.year}-12"


def _say(shown: Verdict, word: Word, zh: str, en: str) -> Verdict:
    return replace(shown, word=word, reason=Text(zh, en))


def _without_figure(shown: Verdict, figures: Mapping[str, Sequence[Figure]], today: date) -> Verdict:
    target = shown.target
    other = [f for m in target.otherwise for f in figures.get(m, ()) if f.year == target.year]
    if other:
        name, value = declared_measures()[other[0].measure].name, readable(other[0].value or 0.0)
        return _say(shown, "not_comparable", f"{target.year}年只公布了另一口径：{name.zh} {value}",
                    f"for {target.year} only another definition is published: {name.en} {value}")
    if today <= date(target.year, 12, 31):
        return _say(shown, "not_assessable", f"{target.year}年底到期", f"due at the end of {target.year}")
    zh, en = (f"，最近是{shown.period}", f"; the last is for {shown.period}") if shown.period else ("", "")
    return _say(shown, "not_assessable", f"没有{target.year}年的公布数{zh}", f"no figure for {target.year} is published{en}")


def _counted(figure: Figure) -> Text:
    """What a figure counts, in the words of its definition."""
    known = {d.code: d.text for d in declared_measures()[figure.measure].definitions}
    return known.get(figure.definition, Text(figure.definition, figure.definition))


def _compare(shown: Verdict, same: Sequence[Figure], figures: Mapping[str, Sequence[Figure]]) -> Verdict:
    answers: dict[Word, Text] = {}
    for figure in same:
        word, reason = _one(shown.target, figure, figures)
        answers[word] = reason
    if len(answers) > 1:
        return _say(shown, "not_established", "几个来源结论不同：" + "；".join(r.zh for r in answers.values()),
                    "sources disagree: " + "; ".join(r.en for r in answers.values()))
    ((word, reason),) = answers.items()
    return replace(shown, word=word, reason=reason)


def _one(target: Target, figure: Figure, figures: Mapping[str, Sequence[Figure]]) -> tuple[Word, Text]:
    """What one figure says by itself."""
    bounds = on_target_scale(target, figure, figures)
    if bounds is None:
        return "not_assessable", Text(f"缺少分母 {target.per}", f"there is no {target.per} to divide by")
    value, low, high, note = bounds
    zh = f"{readable(value)}，目标 {readable(target.value)}{note.zh}"
    en = f"{readable(value)} against {readable(target.value)}{note.en}"
    early = _early(figure)
    if low >= target.value if target.at_least else high <= target.value:
        return "met", Text(f"{zh}，{figure.as_of}已达到", f"{en}, reached by {figure.as_of}") if early else Text(zh, en)
    short = high < target.value if target.at_least else low > target.value
    if early:
        return "not_established", Text(f"{zh}；只有{figure.as_of}的数，年底数未公布",
                                       f"{en}; the figure is for {figure.as_of}, year-end is not published")
    if short:
        return "missed", Text(zh, en)
    return "not_established", Text(f"{zh}；差距在四舍五入之内", f"{en}; within rounding")


def on_target_scale(target: Target, figure: Figure,
                    figures: Mapping[str, Sequence[Figure]]) -> tuple[float, float, float, Text] | None:
    """A figure as the target counts it: value, lowest and highest before rounding, and a remark on the denominator."""
    assert figure.value is not None  # usable figures have values
    half, value, note = figure.last_place / 2, figure.value, Text("", "")
    if target.per:
        base = [f for f in figures.get(target.per, ()) if f.year <= figure.year and f.value]
        if not base:
            return None
        by = max(base, key=lambda f: (f.year, f.order))
        assert by.value is not None
        value, half = value / by.value * target.scale, half / by.value * target.scale
        if by.year != figure.year:
            note = Text(f"（分母为{by.year}年）", f" (denominator of {by.year})")
    return value, value - half, value + half, note


def _newest(target: Target, mine: Sequence[Figure], figures: Mapping[str, Sequence[Figure]]) -> Verdict:
    """An open verdict that shows the newest figure there is, whatever the answer will be."""
    open_ = Verdict(target, "not_assessable", Text("", ""))
    comparable = [f for f in mine if not target.definition or f.definition == target.definition] or list(mine)
    told = [f for f in comparable if f.year <= target.year]
    if not told:
        return open_
    newest = max(told, key=lambda f: (f.year, f.order, f.status == "revised"))
    bounds = on_target_scale(target, newest, figures)
    if bounds is None:
        return open_
    value, low, high, _ = bounds
    return replace(open_, value=value, low=low, high=high, period=newest.as_of or newest.period)


def judge_goal(goal: Goal, verdicts: Sequence[Verdict], figures: Mapping[str, Sequence[Figure]]) -> GoalVerdict:
    """One missed target misses the goal; all met meets it; anything else is said as it is, and nothing is averaged.

    A goal that asks for acceleration is judged by the growth of its measure, year on year.
    """
    if goal.wording == "acceleration":
        return _faster(goal, figures)
    under = [v for v in verdicts if v.target.goal == goal.number]
    if not under:
        return GoalVerdict(goal.number, "not_assessable", Text(
            "没有公布数值目标，也没有可比的公布数", "no numeric target and no comparable figure is published"))
    counts = Counter(v.word for v in under)
    told = Text("，".join(f"{w} {n}" for w, n in _said(counts, zh=True)), ", ".join(f"{n} {w}" for w, n in _said(counts, zh=False)))
    if counts["missed"]:
        names = [v.target.name for v in under if v.word == "missed"]
        return GoalVerdict(goal.number, "missed", Text(
            f"{'、'.join(n.zh for n in names)}未达到（{told.zh}）", f"{', '.join(n.en for n in names)} missed ({told.en})"))
    rest: tuple[tuple[bool, Word], ...] = (
        (counts["met"] == len(under), "met"), (counts["met"] + counts["capped"] == len(under), "capped"),
        (bool(counts["met"] or counts["capped"] or counts["not_established"]), "not_established"),
        (bool(counts["not_comparable"]), "not_comparable"), (True, "not_assessable"))
    return GoalVerdict(goal.number, next(word for holds, word in rest if holds), told)


def capped(verdicts: Sequence[Verdict], caps: Sequence[Cap]) -> tuple[Verdict, ...]:
    """The verdicts with none met in a room whose red line stands crossed."""
    by_room = {cap.room: cap for cap in caps}

    def one(v: Verdict) -> Verdict:
        cap = by_room.get(clause(v.target.clause).room)
        return v if cap is None or v.word != "met" else replace(v, word="capped", reason=_and(v.reason, cap))

    return tuple(map(one, verdicts))


def capped_goal(goal: Goal, verdict: GoalVerdict, caps: Sequence[Cap]) -> GoalVerdict:
    """A goal is not met either while a red line of a room it bears on stands crossed."""
    rooms = {clause(code).room for code in goal.clauses}
    cap = next((c for c in caps if c.room in rooms), None)
    return verdict if cap is None or verdict.word != "met" else replace(verdict, word="capped", reason=_and(verdict.reason, cap))


def _and(reason: Text, cap: Cap) -> Text:
    return Text(f"{reason.zh}；{cap.text.zh}", f"{reason.en}; {cap.text.en}")


ACCELERATING = "data_output"
"""The measure behind goal 2, "scale and quality of data resources rise faster": quality is not published."""

DUE = 2025


def _faster(goal: Goal, figures: Mapping[str, Sequence[Figure]]) -> GoalVerdict:
    """Growth of the due year against that of the year before, each as far as rounding lets it lie."""
    mine = [f for f in figures.get(ACCELERATING, ()) if f.value and f.year <= DUE]
    latest = max(mine, key=lambda f: f.year, default=None)
    by_year = {f.year: f for f in sorted(mine, key=lambda f: f.order) if latest and f.definition == latest.definition}
    growth = {y: _growth(by_year[y - 1], by_year[y]) for y in by_year if y - 1 in by_year}
    if latest is None or len(growth) < 2 or latest.year - 1 not in growth:
        return GoalVerdict(goal.number, "not_assessable", Text(
            "可比的数不足三年", "fewer than three comparable years are published"))
    (low, now, high), (low0, before, high0) = growth[latest.year], growth[latest.year - 1]
    told = Text(f"{latest.year}年增长 {now:.1%}，上年 {before:.1%}", f"growth {now:.1%} in {latest.year} against {before:.1%} the year before")
    if latest.year < DUE:
        return GoalVerdict(goal.number, "not_assessable", Text(f"{told.zh}；没有{DUE}年的公布数", f"{told.en}; no figure for {DUE} is published"))
    word: Word = "met" if low > high0 else "missed" if high < low0 else "not_established"
    return GoalVerdict(goal.number, word, told)


def _growth(before: Figure, after: Figure) -> tuple[float, float, float]:
    """Lowest, stated and highest growth that the printed digits allow."""
    assert before.value and after.value  # only figures above 0 come here
    a, b, ha, hb = before.value, after.value, before.last_place / 2, after.last_place / 2
    return (b - hb) / (a + ha) - 1, b / a - 1, (b + hb) / (a - ha) - 1


def _said(counts: Counter[Word], *, zh: bool) -> list[tuple[str, int]]:
    return [(text.zh if zh else text.en, counts[word]) for word, text in WORDS.items() if counts[word]]
