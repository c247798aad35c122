"""One node's directory: its settings, its lake, its store and ledger, its receipts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem
from jingwei.kernel.settings import FILE, Settings

if TYPE_CHECKING:
    from jingwei.kernel.lake import Lake
    from jingwei.kernel.ledger import Ledger
    from jingwei.kernel.store import Store


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder that a node calls its own. Nothing is written to it until something is worth keeping."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings.read(self.folder)

    @property
    def lake(self) -> Lake:
        from jingwei.kernel.lake import Lake

        return Lake(self.folder / "lake", self.settings.lake.engine)

    @property
    def store(self) -> Store:
        from jingwei.kernel.store import Store

        return Store(self.folder, self.settings.store.url)

    @property
    def ledger(self) -> Ledger:
        from jingwei.kernel.ledger import Ledger

        return Ledger(self.store)

    def establish(self) -> None:
        """Make the folder and an empty settings file, so that it is known for what it is."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / FILE).touch(exist_ok=True)
        except OSError as error:
            raise Problem("no_workspace", Text(f"写不进去（{error.strerror}）", f"cannot write there ({error.strerror})"),
                          where=str(self.folder),
                          remedy=Text("请用 --workspace DIR 换一个目录。", "Choose another folder with --workspace DIR.")) from None
