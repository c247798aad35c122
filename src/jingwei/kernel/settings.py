"""One node's settings: ``jingwei.toml`` in its workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from jingwei.kernel.problems import Problem

FILE = "jingwei.toml"


class Lake(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """engine : what runs queries over the Parquet files; ``spark`` needs the extra of that name."""

    engine: Literal["duckdb", "spark"] = "duckdb"


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """url : where records that change are kept; empty for SQLite in the workspace, or ``postgresql://user@host/name``.

    A password is better left to PostgreSQL's own password file than written here.
    """

    url: str = ""

    def __post_init__(self) -> None:
        if self.url and not self.url.startswith("postgresql://"):
            raise ValueError("store.url must be empty or begin with postgresql://")


class Federation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """threshold : rows a cell must rest on to be shown to another node."""

    threshold: int = 10

    def __post_init__(self) -> None:
        if self.threshold < 2:
            raise ValueError("federation.threshold must be 2 or more")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every setting has a default; the file may be empty.

    demonstration : what happens on this node is invented, and every page says so
    """

    lake: Lake = Lake()
    store: Store = Store()
    federation: Federation = Federation()
    demonstration: bool = False

    @classmethod
    def read(cls, folder: Path) -> Settings:
        """The workspace's settings, or the defaults when it has no file. Raises Problem ``bad_settings``."""
        path = folder / FILE
        try:
            return msgspec.toml.decode(path.read_bytes(), type=cls)
        except (FileNotFoundError, NotADirectoryError):
            return cls()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
            raise Problem("bad_settings", str(error), where=str(path)) from None
