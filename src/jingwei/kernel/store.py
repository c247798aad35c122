"""Records that change: SQLAlchemy on SQLite or PostgreSQL, one Alembic history, one transaction at a time in view."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

import jingwei
from jingwei.kernel.clock import CHINA
from jingwei.kernel.files import held
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem

if TYPE_CHECKING:
    from alembic.config import Config

FILE = "store.db"
BUSY_SECONDS = 30.0
"""How long a writer waits for another before it gives up."""

_LOCK = "hashtextextended(current_schema() || '/' || :name, 0)"
"""Nodes that share a database have a schema each, and their locks apart."""

_JOINED: ContextVar[dict[str, sa.Connection] | None] = ContextVar("joined", default=None)


class Instant(TypeDecorator[datetime]):
    """A moment, kept in UTC and given back in China's zone. A time without a zone is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone")
        kept = value.astimezone(UTC)
        return kept.replace(tzinfo=None) if dialect.name == "sqlite" else kept

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value).astimezone(CHINA)


@dataclass(frozen=True, slots=True)
class Step:
    """One revision of the schema, as an upgrade passes it."""

    revision: str
    about: str


@dataclass(frozen=True, slots=True)
class Store:
    """One node's records. Nothing is created until something is written: an absent store reads as an empty one.

    folder : the node's folder; holds ``store.db`` when ``url`` is empty
    url : ``postgresql://…`` as the setting ``[store] url`` says
    """

    folder: Path
    url: str = ""

    @property
    def address(self) -> str:
        """The full address SQLAlchemy opens."""
        if self.url:
            return "postgresql+psycopg://" + self.url.partition("://")[2]
        return f"sqlite:///{self.folder.resolve() / FILE}"

    @property
    def where(self) -> str:
        """The address as people may see it, without a password."""
        return repr(sa.make_url(self.address)) if self.url else str(self.folder / FILE)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection on which every query sees one and the same state.

        Raises Problem ``older_store``, ``newer_store``, ``damaged_store``, ``store_busy`` or ``no_store``.
        """
        if (joined := (_JOINED.get() or {}).get(self.address)) is not None:
            yield joined
            return
        with _problems(self):
            if self._absent():
                with _nothing().connect() as connection:
                    yield connection
                return
            with self._engine().connect() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                versions = versions_of(connection)
                self._check(versions)
                if versions:
                    yield connection
                    return
            with _nothing().connect() as connection:
                yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction, committed durably at the end or not at all; writers of SQLite take turns from its beginning.

        Inside another ``write`` of the same thread it joins that one, so that a change and its entry in the ledger
        stand or fall together. An absent store is created. Raises what ``read`` raises, and ``store_not_writable``.
        """
        joined = _JOINED.get() or {}
        if self.address in joined:
            yield joined[self.address]
            return
        with _problems(self), self._writer() as connection:
            versions = versions_of(connection)
            if not versions:
                _migrate(connection)
            self._check(versions)
            token = _JOINED.set({**joined, self.address: connection})
            try:
                yield connection
            finally:
                _JOINED.reset(token)

    @contextmanager
    def write_in_turn(self, what: str) -> Iterator[sa.Connection]:
        """As ``write``, and of all who take turns over that name nobody else reads or writes in between.

        SQLite's writers take turns anyway; those of PostgreSQL would only when they append to the ledger, after they have read.
        """
        with self.write() as connection:
            if self.url:
                connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"), {"name": what})
            yield connection

    @contextmanager
    def attempt(self) -> Iterator[sa.Connection]:
        """As ``write``, for what may break a constraint and is then tried another way: nothing of it is left.

        A savepoint only inside an open ``write``: SQLite puts aside a copy of every page that changes after one.
        """
        joined = self.address in (_JOINED.get() or {})
        with self.write() as connection, connection.begin_nested() if joined else nullcontext():
            yield connection

    def upgrade(self, *, dry_run: bool = False) -> tuple[Step, ...]:
        """Bring the schema up to what this program knows, in one transaction; returns the revisions passed.

        ``dry_run`` does it all and then takes it back. A store that is absent is left absent.
        """
        with _problems(self):
            if self._absent():
                return ()
            with self._writer(commit=not dry_run) as connection:
                versions = versions_of(connection)
                self._check(versions, older=True)
                return _migrate(connection) if versions else ()

    def exists(self) -> bool:
        """Whether anything was ever written to it."""
        with _problems(self):
            if self._absent():
                return False
            with self._engine().connect() as connection:
                return bool(versions_of(connection))

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Whether nobody else holds that name; it is then held until the block ends, or this process does, however it ends.

        name : a place below the node's folder, where SQLite's neighbour keeps a lock file; PostgreSQL keeps the lock itself
        """
        if not self.url:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            with held(self.folder / name, wait=False) as mine:
                yield mine
            return
        key = {"name": name}
        with _problems(self), self._engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            mine = bool(connection.scalar(sa.text(f"SELECT pg_try_advisory_lock({_LOCK})"), key))
            try:
                yield mine
            finally:
                if mine:
                    connection.execute(sa.text(f"SELECT pg_advisory_unlock({_LOCK})"), key)

    def close(self) -> None:
        """Let go of the file or the server; the next use opens it again."""
        self._engine().dispose()

    def settle(self) -> None:
        """Push SQLite's write-ahead log into the file and empty it, so that it keeps nothing that was erased.

        Inside an open ``write`` there is nothing to do yet: what was erased is pushed out by the next to settle.
        """
        if not self.url and not self._absent() and self.address not in (_JOINED.get() or {}):
            with _problems(self), self._engine().connect() as connection:
                raw = connection.connection.driver_connection
                if raw is not None:
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _check(self, versions: frozenset[str], *, older: bool = False) -> None:
        if not versions or reached(versions) == _history().keys():
            return
        if unknown := sorted(versions - _history().keys()):
            raise Problem("newer_store",
                          Text(f"存储库的结构是 {'、'.join(unknown)}，本程序不认识",
                               f"the store has schema {', '.join(unknown)}, which this program does not know"),
                          where=self.where,
                          remedy=Text("请用写它的程序，或更新的版本。", "Use the program that wrote it, or a newer one."))
        if not older:
            raise Problem("older_store",
                          Text(f"存储库的结构是 {'、'.join(sorted(versions))}，本程序需要 {'、'.join(sorted(heads()))}",
                               f"the store has schema {', '.join(sorted(versions))}, this program needs "
                               f"{', '.join(sorted(heads()))}"),
                          where=self.where,
                          remedy=Text("先用写它的程序做备份，再运行：jingwei upgrade",
                                      "Make a backup with the program that wrote it, then run: jingwei upgrade"))

    def _absent(self) -> bool:
        return not self.url and not (self.folder / FILE).exists()

    def _engine(self) -> sa.Engine:
        return _engine(self.address, os.getpid())  # a connection must not be shared with a forked process

    @contextmanager
    def _writer(self, *, commit: bool = True) -> Iterator[sa.Connection]:
        if self._absent():
            from jingwei.kernel.workspace import Workspace

            Workspace(self.folder).establish()
        with self._engine().connect() as connection:
            connection.execution_options(jingwei_writes=True, jingwei_folder=self.folder)
            with connection.begin() as transaction:
                if connection.dialect.name == "postgresql" and not versions_of(connection):
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(2522)")  # two must not both create it
                yield connection
                if not commit:
                    transaction.rollback()


def versions_of(connection: sa.Connection) -> frozenset[str]:
    """Revisions a database stands at; empty when it holds no store."""
    there = ("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'" if connection.dialect.name == "sqlite" else
             "SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL")
    if connection.exec_driver_sql(there).first() is None:
        return frozenset()
    return frozenset(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())


_FOLLOWS = re.compile(r"^(?:down_revision|depends_on)\b.*$", re.MULTILINE)


@lru_cache(maxsize=1)
def _history() -> dict[str, frozenset[str]]:
    """What each revision follows or depends on, read from the files named after them: Alembic loads only to migrate."""
    return {path.stem: frozenset(re.findall(r"\"(\w+)\"", "".join(_FOLLOWS.findall(path.read_text(encoding="utf-8")))))
            for place in _places() for path in place.glob("*.py")}


def heads() -> frozenset[str]:
    """The revisions this program needs, without those that another of them implies."""
    return frozenset(_history()).difference(*_history().values())


def reached(versions: Iterable[str]) -> set[str]:
    """All revisions a database has been through when it stands at these."""
    found, waiting = set[str](), list(versions)
    while waiting:
        if (each := waiting.pop()) not in found:
            found.add(each)
            waiting += _history().get(each, ())
    return found


def _places() -> list[Path]:
    """Where revisions are kept: each room keeps a branch of the one history under its own ``migrations/versions``."""
    return sorted(Path(jingwei.__file__).parent.glob("**/migrations/versions"))


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, _places())).replace("%", "%%"))
    return config


def _migrate(connection: sa.Connection, target: str = "heads") -> tuple[Step, ...]:
    """Run what is missing up to ``target`` on an open transaction."""
    from alembic import command

    config, passed = _config(), list[Step]()
    config.attributes.update(connection=connection, passed=lambda revision, about: passed.append(Step(revision, about)))
    command.upgrade(config, target)
    return tuple(passed)


@lru_cache(maxsize=1)
def _nothing() -> sa.Engine:
    """An empty store in memory, read in place of one that nobody has written yet."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False})
    with engine.begin() as connection:
        _migrate(connection)
        connection.exec_driver_sql("PRAGMA query_only = 1")
    return engine


@lru_cache(maxsize=64)
def _engine(address: str, _process: int) -> sa.Engine:
    if not address.startswith("sqlite"):
        try:
            return sa.create_engine(address, pool_pre_ping=True)
        except ImportError:
            raise Problem("no_store",
                          Text("存储库设为 PostgreSQL，但没有装它的驱动",
                               "the store is set to PostgreSQL, whose driver is not installed"),
                          remedy=Text('这样安装：pip install "jingwei[postgresql]"',
                                      'Install it with: pip install "jingwei[postgresql]"')) from None
    engine = sa.create_engine(address, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
    sa.event.listen(engine, "connect", _settle)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _settle(connection: Any, _record: object) -> None:
    """Write-ahead log, every commit on the disk, references held, and erased rows overwritten.

    64 MiB of pages and 32 MiB of log before a checkpoint: keys fall anywhere in their index, and its pages would otherwise
    be written once a commit. What is put aside meanwhile stays in memory, not in a file beside.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:  # the first switch to WAL needs the file alone, and SQLite does not always wait for that
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except connection.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    for setting in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", "cache_size = -65536", "wal_autocheckpoint = 8000",
                    "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: sa.Connection) -> None:
    """Who only reads cannot write by mistake into a transaction that nobody will commit."""
    writes = connection.get_execution_options().get("jingwei_writes", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {0 if writes else 1}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _problems(store: Store) -> Iterator[None]:
    """What a database driver complains of, as something the user can put right. Broken constraints pass through."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.DatabaseError) as error:
        said = str(error.orig).strip().partition("\n")[0]
        if isinstance(error, sa.exc.IntegrityError | sa.exc.ProgrammingError | sa.exc.DataError | sa.exc.InternalError):
            raise
        if "locked" in said or "busy" in said:
            raise Problem("store_busy",
                          Text(f"另一个程序已连续写了 {BUSY_SECONDS:.0f} 秒",
                               f"another program has been writing for {BUSY_SECONDS:.0f} s"), where=store.where,
                          remedy=Text("请再试一次。", "Try again.")) from None
        if "malformed" in said or "not a database" in said or "Could not decode" in said:
            raise Problem("damaged_store", Text(f"存储库读不出来（{said[:80]}）", f"the store cannot be read ({said[:80]})"),
                          where=store.where,
                          remedy=Text("请从备份放回：jingwei restore FILE", "Put it back from a backup: jingwei restore FILE")) from None
        if store.url:
            raise Problem("no_store",
                          Text(f"PostgreSQL 没有正常应答（{said}）", f"PostgreSQL does not answer as it should ({said})"),
                          where=store.where,
                          remedy=Text("请启动服务器，或改正 jingwei.toml 里 [store] 的 url。",
                                      "Start the server, or correct [store] url in jingwei.toml.")) from None
        raise Problem("store_not_writable", Text(f"不能使用（{said}）", f"cannot be used ({said})"), where=store.where,
                      remedy=Text("请腾出空间，或用 --workspace DIR 换一个目录。",
                                  "Make room or choose another folder with --workspace DIR.")) from None
