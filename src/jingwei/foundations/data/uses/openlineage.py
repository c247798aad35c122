"""OpenLineage 2-0-2 events, out and in: each step of the record is a completed run with the datasets it read and made."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from jingwei.kernel.i18n import Text
from jingwei.kernel.lineage import Made, Stand
from jingwei.kernel.problems import Unreadable
from jingwei.kernel.tables import Document

SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
VERSION = "https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet"
MOST = 100_000
_RUNS = uuid.UUID("6f1a7f5e-0d7c-5d52-9a3f-5b0c9d3b2a11")
"""Under which runs are named after their ledger entries, so that the same step is the same run."""


def written(steps: Iterable[Made], namespace: str, producer: str) -> list[dict[str, Any]]:
    """The steps as run events. producer : an URI that says which program wrote them."""
    return [{"eventType": "COMPLETE", "eventTime": m.at.isoformat(), "producer": producer, "schemaURL": SPEC,
             "run": {"runId": str(uuid.uuid5(_RUNS, f"{namespace}/{m.entry}"))}, "job": {"namespace": namespace, "name": m.job},
             "inputs": [_dataset(s, namespace, producer) for s in m.reads], "outputs": [_dataset(s, namespace, producer) for s in m.makes]} for m in steps]


def _dataset(stand: Stand, namespace: str, producer: str) -> dict[str, Any]:
    version = {"version": {"_producer": producer, "_schemaURL": VERSION, "datasetVersion": stand.snapshot}} if stand.snapshot else {}
    return {"namespace": namespace, "name": stand.dataset, "facets": version}


def read(document: Document) -> list[dict[str, Any]]:
    """Completed run events as ``{at, run, job, reads, makes}``; other kinds of event say nothing of what was made and are passed over.

    Raises Unreadable, naming the event.
    """
    told = document.text().strip()
    try:
        events = json.loads(told)
    except (ValueError, RecursionError):
        try:
            events = [json.loads(line) for line in told.splitlines() if line.strip()]
        except (ValueError, RecursionError) as error:
            raise Unreadable(Text(f"不是 JSON（{error}）", f"not JSON ({error})"), where=document.name) from None
    listed = events if isinstance(events, list) else [events]
    if len(listed) > MOST:
        raise Unreadable(Text(f"多于 {MOST} 个事件", f"more than {MOST} events"), where=document.name, remedy=Text("请分成几份。", "Split the file."))
    return [found for number, event in enumerate(listed, 1) if (found := _event(event, document.name, number))]


def _event(event: Any, name: str, number: int) -> dict[str, Any] | None:
    where = Text(f"{name}，第 {number} 个事件", f"{name}, event {number}")
    if not isinstance(event, Mapping):
        raise Unreadable(Text("不是 OpenLineage 事件", "not an OpenLineage event"), where=where)
    if "run" not in event or event.get("eventType", "COMPLETE") != "COMPLETE":
        return None
    try:
        at = datetime.fromisoformat(event["eventTime"])
        run = str(uuid.UUID(event["run"]["runId"]))
        job = f"{event['job']['namespace']}/{event['job']['name']}"
        reads, makes = ([_named(d) for d in event.get(side) or ()] for side in ("inputs", "outputs"))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(Text(f"缺少或写错：{error}", f"missing or not as it should be: {error}"), where=where,
                         remedy=Text("需要 eventTime、run.runId、job、inputs、outputs。", "It takes eventTime, run.runId, job, inputs and outputs.")) from None
    if at.tzinfo is None:
        raise Unreadable(Text("eventTime 没有时区", "eventTime has no zone"), where=where)
    return {"at": at, "run": run, "job": job, "reads": reads, "makes": makes}


def _named(dataset: Mapping[str, Any]) -> tuple[str, str, str]:
    version = ((dataset.get("facets") or {}).get("version") or {}).get("datasetVersion", "")
    return str(dataset["namespace"]), str(dataset["name"]), str(version)
