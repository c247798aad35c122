"""What figures this node has, told as a catalogue: one record a measure, in DCAT, so that they are found beside all other data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from jingwei import plan
from jingwei.coordination.observations.declared import declared_measures
from jingwei.coordination.observations.figures import Book, read_book
from jingwei.coordination.observations.model import COLUMNS, OPTIONAL_COLUMNS, DescribeFigures, Figure
from jingwei.coordination.observations.published import read_sources
from jingwei.foundations.data.catalogue import dcat
from jingwei.foundations.data.catalogue.model import Agent, Item, Period, Record, Resource, Term, Word
from jingwei.foundations.data.catalogue.rules import EU
from jingwei.kernel.actions import Context, Result
from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Measure
from jingwei.kernel.tables import Document

ITEMS: dict[str, Text] = {
    "measure": Text("指标代码", "code of the measure"), "place": Text("行政区划代码", "administrative code"), "period": Text("时期", "period"), "value": Text("数值", "figure"),
    "unit": Text("单位", "unit"), "source": Text("出处", "source"), "vintage": Text("版次", "vintage"), "status": Text("状态", "status"),
    "definition": Text("口径", "definition it was counted by"), "as_of": Text("截至", "month it describes"), "note": Text("备注", "note")}

CONDITIONS = Text("据以决定之前，请到发布机构核对", "check at the issuer before a figure decides anything")


def describe(context: Context, given: DescribeFigures) -> Result:  # noqa: ARG001
    """Every measure that has figures, as ``figures.ttl``, to be taken in by ``jingwei data harvest``.

    Figures that are held back are described with the others, since they are there; invented ones are not.
    """
    made = list(described(read_book(context)))
    content = dcat.serialise(dcat.Writer().catalogue(made, "Figures"), "turtle")
    said = Text(f"{len(made)} 条目录记录：figures.ttl。收入目录：jingwei data harvest figures.ttl", f"{len(made)} records: figures.ttl. Take them in: jingwei data harvest figures.ttl")
    return Result(f"{said.in_(context.language)}\n", {"records": len(made)}, (Document("figures.ttl", content),))


def described(book: Book) -> Iterator[Record]:
    figures: dict[str, list[Figure]] = defaultdict(list)
    for figure in book.by_id.values():
        if figure.status != "synthetic":
            figures[figure.measure].append(figure)
    for code in sorted(figures):
        yield _record(declared_measures()[code], figures[code])


def _record(measure: Measure, figures: list[Figure]) -> Record:
    """What nobody stated, such as whether it may be shared and its grade, is left unsaid."""
    rooms, known, at = {r.code: r.name for r in plan.ROOMS}, read_sources(), f"urn:jingwei:figures:{measure.code}"
    room = measure.clause.partition(".")[0]
    periods = sorted(f.period for f in figures)
    codes = sorted({f.source for f in figures})
    licences = sorted({known[c].licence for c in codes if c in known and known[c].licence})
    reading = Resource(f"{at}:csv", title=_words(Text("每个数及其出处", "every figure with its source")), format=Term("", f"{EU}file-type/CSV"),
                       access_url=(Term(f"jingwei figures --measure {measure.code}", f"urn:jingwei:action:figures:{measure.code}"),))
    return Record(
        at, title=_words(measure.name), description=_words(measure.definitions[-1].text), identifier=(measure.code,), keyword=_words(Text("统计数", "statistics")),
        theme=(Term(_both(rooms[room]), f"urn:jingwei:room:{room}"),) if room in rooms else (), publisher=Agent(_both(measure.issuer)),
        frequency=Term("", f"{EU}frequency/ANNUAL"), spatial=(Term("中国 China", "urn:jingwei:place:CN"),), temporal=(Period(periods[0][:4], periods[-1][:4]),),
        license=Term("; ".join(licences)) if licences else None,
        source=tuple(sorted(Term(_both(known[c].issuer) if c in known else c, dcat.mint(f"source {c}")) for c in codes)), resources=(reading,),
        items=tuple(Item(c, "sc:Number" if c == "value" else "sc:Text", _both(ITEMS[c]) + (f" ({measure.unit})" if c == "value" else "")) for c in (*COLUMNS, *OPTIONAL_COLUMNS)),
        use_conditions=_both(CONDITIONS))


def _words(text: Text) -> tuple[Word, ...]:
    return tuple(sorted((Word(text.zh, "zh"), Word(text.en, "en"))))


def _both(text: Text) -> str:
    """A name in both languages, where a field has room for one."""
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"
