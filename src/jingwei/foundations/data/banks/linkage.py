"""Which records speak of one person, firm or thing: Fellegi and Sunter's model, trained without labels by Splink on DuckDB."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import NotAssessable, Problem

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["name", "identifier", "date", "words", "code", "set"]
"""How two values are held against each other.

name : Chinese or Latin; alike, the same characters in another order, near by Jaro and Winkler, one character other
identifier : alike, one slip of the pen (Damerau and Levenshtein), two
date : alike, one slip, month and day exchanged, two slips
words : alike, near, less near
code : alike or not
set : values with a semicolon between them; by how many are in both
"""

APART = ";"
LETTERS = "_letters"
"""After a name's column: the same characters sorted, worked out once a record and not once a pair."""
SAMPLED = 300_000.0
"""Pairs drawn at random to learn how often records of two agree by chance."""
ROUNDS = (25, 6, 2)
"""Rounds of training at most; the next where the one before cannot be held in floating point."""
LEAST_WEIGHT = -10.0
"""Pairs below this weight (in bits) are not kept: they are nowhere near any threshold."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One column and how two of its values are compared. ``rare``: that a value is rare counts for more."""

    column: str
    kind: Kind
    rare: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """How records are linked.

    blocks : columns that two records must have alike to be compared at all; any of the rules is enough
    training : blocks within which the model is trained, so that each column is free in one of them at least
    certain : blocks whose pairs are taken to be the same, and ``recall``, the share of all true pairs they are thought to find
    precision : what the accepted pairs are to hold, by the model's own probabilities; decides the threshold
    one_to_one : a record has one partner at most in the other table
    """

    evidence: tuple[Evidence, ...]
    blocks: tuple[tuple[str, ...], ...]
    training: tuple[tuple[str, ...], ...]
    certain: tuple[tuple[str, ...], ...]
    recall: float = 0.8
    precision: float = 0.99
    one_to_one: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        named = [e.column for e in self.evidence]
        return tuple(dict.fromkeys([*named, *(c for b in (*self.blocks, *self.training, *self.certain) for c in b)]))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, weighed. weight : log2 of how much likelier the evidence is if they are one; ``because`` of each column, with the prior under ``""``."""

    left: str
    right: str
    weight: float
    probability: float
    because: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Linked:
    """What was found.

    clusters : the cluster of every record; named after its first record
    pairs : those compared that are not far apart, the heaviest first; ``accepted`` of them made the clusters
    threshold : weight from which on pairs were accepted, and ``precision`` and ``recall`` the model expects there of the pairs compared
    """

    clusters: Mapping[str, str]
    pairs: tuple[Pair, ...]
    threshold: float
    precision: float
    recall: float
    accepted: tuple[Pair, ...]


def link(tables: Mapping[str, pa.Table], rules: Rules, *, seed: int = 0) -> Linked:
    """Link the records of one table among themselves, or of two across.

    tables : one or two Arrow tables by name, with a text column ``record`` that no two records share, and the columns of the rules as text
    Raises Problem ``no_splink`` where the extra is not installed; NotAssessable where there is nothing to train on.
    """
    scored = _scored(tables, rules, seed)
    pairs = _pairs(scored, rules)
    threshold, precision, recall = _threshold(pairs, rules.precision)
    records = sorted(r for table in tables.values() for r in table["record"].to_pylist())
    taken = [p for p in pairs if p.weight >= threshold]
    if rules.one_to_one and len(tables) > 1:
        taken = _one_to_one(taken)
    return Linked(_clusters(records, taken), pairs, threshold, precision, recall, tuple(taken))


def clean(value: object, kind: Kind) -> str | None:
    """A value in the form in which it is compared: full width made narrow, no blanks around or, in codes, within; None when there is none."""
    if value is None:
        return None
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if kind in ("identifier", "code"):
        text = "".join(c for c in text if c.isalnum()).upper()
    elif kind == "date":
        text = "".join(c for c in text if c.isdigit())
    elif kind == "set":
        return APART.join(sorted({t.strip().casefold() for t in text.split(APART) if t.strip()})) or None
    else:
        text = " ".join(text.split()).casefold()
    return text or None


def _scored(tables: Mapping[str, pa.Table], rules: Rules, seed: int) -> pa.Table:
    """The pairs of all blocks under the trained model.

    On few records the odds of what is never seen shrink with each round of training until floating point cannot hold them; then fewer
    rounds are taken, which leave them small and no longer nothing.
    """
    for rounds in ROUNDS:
        api, linker = _linker(tables, rules, rounds)
        try:
            _train(linker, rules, seed)
            return linker.inference.predict(threshold_match_weight=LEAST_WEIGHT).as_pyarrow_table()
        except Exception as error:
            if rounds == ROUNDS[-1]:
                raise NotAssessable(Text(f"连接模型训练不出来（{_first(error)}）", f"the model of linkage could not be trained ({_first(error)})"),
                                    remedy=Text("记录太少，或没有两条记录在分块列上相同；请换更全的数据。",
                                                "There are too few records, or no two are alike in a block; bring fuller data.")) from None
        finally:
            api.duckdb_con.close()
    raise AssertionError


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]


def _linker(tables: Mapping[str, pa.Table], rules: Rules, rounds: int) -> tuple[Any, Any]:
    try:
        from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    except ImportError:
        raise Problem("no_splink", Text("这里没有装 Splink，不能连接记录", "Splink is not installed here, so that records cannot be linked"),
                      remedy=Text('运行 pip install "jingwei[linkage]"', 'Run: pip install "jingwei[linkage]"')) from None
    import duckdb

    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect()
    connection.execute("SET threads = 1")  # sums come out the same to the last bit, so that a receipt can be replayed
    api: Any = DuckDBAPI(connection)
    frames = [api.register(_prepared(table, rules), dataset_display_name=name, table_name=name) for name, table in tables.items()]
    settings = SettingsCreator(
        link_type="dedupe_only" if len(tables) == 1 else "link_only", unique_id_column_name="record", max_iterations=rounds,
        comparisons=[_comparison(e) for e in rules.evidence], blocking_rules_to_generate_predictions=[block_on(*b) for b in rules.blocks],
        retain_matching_columns=False, retain_intermediate_calculation_columns=True)
    return api, Linker(frames if len(frames) > 1 else frames[0], settings, log_level=logging.ERROR)


def _prepared(table: pa.Table, rules: Rules) -> pa.Table:
    """The columns that are compared, in the form in which they are, ordered by record: the order rows came in plays no part."""
    import pyarrow as pa

    kinds: dict[str, Kind] = {e.column: e.kind for e in rules.evidence}
    ordered = table.sort_by("record")
    columns: dict[str, Any] = {"record": ordered["record"].cast(pa.string())}
    for name in rules.columns:
        values: Sequence[Any] = [clean(v, kinds.get(name, "code")) for v in ordered[name].to_pylist()]
        if kinds.get(name) == "set":
            columns[name] = pa.array([v.split(APART) if v else None for v in values], pa.list_(pa.string()))
        else:
            columns[name] = pa.array(values, pa.string())
        if kinds.get(name) == "name":
            columns[name + LETTERS] = pa.array(["".join(sorted(v)) if v else None for v in values], pa.string())
    return pa.table(columns)


def _comparison(one: Evidence) -> Any:
    import splink.comparison_level_library as levels
    import splink.comparison_library as library

    c = one.column
    exact = levels.ExactMatchLevel(c, term_frequency_adjustments=True) if one.rare else levels.ExactMatchLevel(c)
    if one.kind == "set":
        return library.ArrayIntersectAtSizes(c, [2, 1])
    middle: list[Any] = {
        "name": [_turned(c), levels.JaroWinklerLevel(c, 0.92), levels.JaroWinklerLevel(c, 0.8), _one_other(c)],
        "identifier": [levels.DamerauLevenshteinLevel(c, 1), levels.DamerauLevenshteinLevel(c, 2)],
        "date": [levels.DamerauLevenshteinLevel(c, 1), _month_and_day(c), levels.DamerauLevenshteinLevel(c, 2)],
        "words": [levels.JaroWinklerLevel(c, 0.92), levels.JaroWinklerLevel(c, 0.8)],
        "code": [],
    }[one.kind]
    return library.CustomComparison(output_column_name=c, comparison_levels=[levels.NullLevel(c), exact, *middle, levels.ElseLevel()])


def _turned(c: str) -> Any:
    import splink.comparison_level_library as levels

    return levels.CustomLevel(f"{c}{LETTERS}_l = {c}{LETTERS}_r", label_for_charts="the same characters")


def _one_other(c: str) -> Any:
    """Of short names one character of two or three is a third and more of it: far by Jaro and Winkler, near as people mistake them."""
    import splink.comparison_level_library as levels

    return levels.CustomLevel(f"length({c}_l) = length({c}_r) AND levenshtein({c}_l, {c}_r) = 1", label_for_charts="one character other")


def _month_and_day(c: str) -> Any:
    import splink.comparison_level_library as levels

    return levels.CustomLevel(f"substr({c}_l, 1, 4) = substr({c}_r, 1, 4) AND substr({c}_l, 5, 2) = substr({c}_r, 7, 2) "
                              f"AND substr({c}_l, 7, 2) = substr({c}_r, 5, 2)", label_for_charts="month and day exchanged")


def _train(linker: Any, rules: Rules, seed: int) -> None:
    from splink import block_on

    linker.training.estimate_probability_two_random_records_match([block_on(*b) for b in rules.certain], recall=rules.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED, seed=seed)
    for block in rules.training:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*block))


def _pairs(scored: pa.Table, rules: Rules) -> tuple[Pair, ...]:
    names = set(scored.column_names)
    told = {e.column: [n for n in (f"mw_{e.column}", f"mw_tf_adj_{e.column}") if n in names] for e in rules.evidence}
    found = []
    for row in scored.to_pylist():
        left, right = sorted((row["record_l"], row["record_r"]))
        because = {column: sum(row[n] or 0.0 for n in parts) for column, parts in told.items()}
        weight = float(row["match_weight"])
        found.append(Pair(left, right, weight, float(row["match_probability"]), {"": weight - sum(because.values()), **because}))
    return tuple(sorted(found, key=lambda p: (-p.weight, p.left, p.right)))


def _one_to_one(pairs: Sequence[Pair]) -> list[Pair]:
    """The heaviest first, as long as neither record has a partner."""
    taken, kept = set[str](), []
    for pair in pairs:
        if pair.left not in taken and pair.right not in taken:
            taken |= {pair.left, pair.right}
            kept.append(pair)
    return kept


def _clusters(records: Sequence[str], pairs: Sequence[Pair]) -> dict[str, str]:
    """Records that pairs join, directly or through others, under the first of their names."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    place = {r: i for i, r in enumerate(records)}
    ends = np.array([(place[p.left], place[p.right]) for p in pairs], dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(records), len(records)))
    numbers = connected_components(graph, directed=False)[1]
    first: dict[int, str] = {}
    return {r: first.setdefault(int(n), r) for r, n in zip(records, numbers, strict=True)}  # records ascend


def _threshold(pairs: Sequence[Pair], wanted: float) -> tuple[float, float, float]:
    """The lowest weight at which the mean probability of what is accepted is still ``wanted``; no single pair below even odds is."""
    total, held, best = sum(p.probability for p in pairs), 0.0, (float("inf"), 1.0, 0.0)
    for n, pair in enumerate(pairs, 1):
        held += pair.probability
        if held / n < wanted or pair.weight < 0:
            break
        best = (pair.weight, held / n, held / total if total else 0.0)
    return best
