"""Evaluate: figures in, verdicts with their doubts out."""

from __future__ import annotations

from jingwei.coordination.evaluation import tables
from jingwei.coordination.evaluation.ask import AskRank, Evaluate
from jingwei.coordination.evaluation.charts import rank_intervals
from jingwei.coordination.evaluation.compute import Evaluation, evaluated, national_figures
from jingwei.coordination.evaluation.method import rescore
from jingwei.coordination.evaluation.report import ranks_otherwise, report
from jingwei.coordination.observations.figures import read_book
from jingwei.coordination.redlines.records import caps_now
from jingwei.coordination.targets.model import WORDS, AskTargets
from jingwei.coordination.targets.registry import TARGETS
from jingwei.coordination.targets.verdicts import capped, judge
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.markdown import markdown, readable
from jingwei.kernel.tables import Document


def evaluate(context: Context, given: Evaluate) -> Result:
    """The whole evaluation as a report, tables in three forms, a figure and a receipt."""
    return written(evaluated(context, given), context)


def written(done: Evaluation, context: Context) -> Result:
    """An evaluation in the language asked for."""
    language = context.language
    grids = (
        tables.scores(done.provinces, done.nation, language),
        tables.pairs(done.provinces, language),
        tables.rooms(done.rooms, language),
        tables.goals(done.goals, language),
        tables.targets(done.verdicts, language),
        tables.findings(done.book, language),
        tables.changes(done.provinces, language),
        tables.outlook(done.future.paths, done.vision, language),
    )
    text = report(done, context)
    documents = [d for grid in grids for d in tables.documents(grid)]
    if done.provinces:
        documents.append(Document("ranks.svg", rank_intervals(done.provinces, language)))
    documents.append(Document("report.md", text.encode()))
    return Result(text, tables.as_json(grids), tuple(documents))


def targets(context: Context, given: AskTargets) -> Result:
    """Every numeric target with its verdict and reason."""
    figures = national_figures(read_book(context))
    judged = capped([judge(t, figures, context.clock().date()) for t in TARGETS], caps_now(context))
    verdicts = [v for v in judged if given.verdict in (None, v.word)]
    grid = tables.targets(verdicts, context.language)
    shown = markdown(("code", "target", "value", "verdict", "reason"), (
        (v.target.code, readable(v.target.value), "" if v.value is None else f"{readable(v.value)} ({v.period})",
         WORDS[v.word].in_(context.language), v.reason.in_(context.language)) for v in verdicts))
    return Result(shown, tables.as_json([grid])["targets"])


def rank(context: Context, given: AskRank) -> Result:
    """The places ranked by a method of the asker's, beside the standard one."""
    done = rescore(context, given)
    grid = tables.ranks(done, context.language)
    text = ranks_otherwise(done, context)
    return Result(text, tables.as_json([grid])["ranks"], (*tables.documents(grid), Document("report.md", text.encode())))
