"""What it costs to deliver a table to another node: bytes on the wire beside the bytes of the file, seconds of processor, what the outbox keeps.

Two nodes in one process, every message and answer encoded, signed, read and checked as between two machines. ``--rows`` makes a shorter run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "coordination" / "federation"))
from sharing_nodes import PEOPLE, Two

from jingwei.foundations.data.sharing import landing
from jingwei.foundations.data.sharing.records import case
from jingwei.kernel import node_records
from jingwei.kernel.nodes import Acknowledgement, Message, Profile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        two = Two(Path(folder), many=1)
        path = Path(folder) / "big.parquet"
        kinds = {"string": pa.string(), "float64": pa.float64(), "int64": pa.int64(), "bool": pa.bool_()}
        columns = {"id": [f"a{n * 2654435761 % 2**32:08x}" for n in range(rows)], "name": ["张三丰"] * rows, "place": ["440106"] * rows, "born": ["1990-01-01"] * rows,
                   "income": [n * 337 % 90_000 for n in range(rows)], "weight": [n / 3 for n in range(rows)], "alive": [True] * rows}
        pq.write_table(pa.table(columns, schema=pa.schema([(c, kinds[k]) for c, k in PEOPLE.columns.items()])), path)
        two.city.workspace.lake.adopt(PEOPLE, path.read_bytes())
        wire, sent = two.wire, [0, 0]
        deliver, ask = wire.deliver, wire.ask

        def counted(to: Profile, message: Message) -> Acknowledgement:
            answer = deliver(to, message)
            sent[0] += len(message.encode()) + len(str(answer))
            return answer

        def counted_question(to: Profile, question: Message) -> Message:
            answer = ask(to, question)
            sent[1] += len(question.encode()) + len(answer.encode())
            return answer

        wire.deliver, wire.ask = counted, counted_question  # type: ignore[method-assign]
        name = two.ask(columns=("id", "place", "income", "weight"), rows=())
        two.pass_on()
        two.decide(name)
        sent[:] = [0, 0]
        began = time.process_time()
        two.deliver(name)
        made = time.process_time()
        two.pass_on()
        done = time.process_time()
        here = case(two.county.workspace.ledger, name)
        (coming,), (landed,) = here.coming, here.landed
        with two.city.workspace.store.read() as connection:
            kept = sum(len(m.encode()) for m in node_records.sent(connection, two.county_id, 1, 100))
        print(f"{landed.rows:,} rows, {coming.size:,} bytes of Parquet in {len(coming.parts)} parts of {landing.PART:,}")
        print(f"on the wire {sum(sent):,} bytes: {sum(sent) / coming.size:.3f} of the file; of that messages {sent[0]:,}")
        print(f"kept in the outbox for good {kept:,} bytes")
        print(f"{made - began:.2f} s of processor to make it, {done - made:.2f} s at both ends to pass it on, check and land it: "
              f"{coming.size / (done - made) / 2**20:.0f} MiB a second")


if __name__ == "__main__":
    main()
