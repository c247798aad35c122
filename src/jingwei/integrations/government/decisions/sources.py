"""Models, inputs and folders of cases as they come from outside."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from jingwei.engines.decisions.kinds import ANY
from jingwei.engines.decisions.model import Model
from jingwei.engines.decisions.plain import taken
from jingwei.engines.decisions.reading import MAX_BYTES
from jingwei.engines.decisions.values import Value
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, Unreadable, did_you_mean
from jingwei.kernel.tables import Document

MAX_FILES = 200


def model_of(document: Document, imports: Document | None) -> Model:
    """The model, with what it imports. Raises Unreadable or Problem."""
    return Model.read(document.content, document.name, _unpacked(imports) if imports else ())


def _unpacked(document: Document) -> list[tuple[str, bytes]]:
    """The models in an archive; bounded, for a small one may hold a very large one."""
    try:
        with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith(".dmn")]
            if len(members) > MAX_FILES or sum(m.file_size for m in members) > MAX_BYTES:
                raise Unreadable(Text(f"压缩包里的模型超过 {MAX_FILES} 个或 {MAX_BYTES:,} 字节", f"the archive holds more than {MAX_FILES} models or {MAX_BYTES:,} bytes of them"), where=document.name)
            return [(m.filename, archive.read(m)) for m in members]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Unreadable(Text(f"不是可读的 zip 压缩包（{error}）", f"not a readable zip archive ({error})"), where=document.name) from None


def inputs_of(document: Document | None, model: Model) -> dict[str, Value]:
    """Inputs by name as FEEL values, strings read by the type of their input. Raises Unreadable, or Problem for a name the model has not."""
    if document is None:
        return {}
    try:
        given = json.loads(document.text(), parse_float=Decimal, parse_int=Decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Unreadable(Text(f"不是合格的 JSON（{error}）", f"not valid JSON ({error})"), where=document.name) from None
    if not isinstance(given, dict):
        raise Unreadable(Text("输入应为一个对象", "the inputs are not one object"), where=document.name, remedy=Text('写 {"输入名": 值, …}。', 'Write {"name": value, …}.'))
    kinds = model.input_kinds()
    known = {*kinds, *(n.name for n in model.decisions()), *(i.prefix for i in model.main.imports)}
    for name in given:
        if name not in known and not any(name.startswith(f"{i.prefix}.") for i in model.main.imports if i.prefix):
            raise Problem("decision_input", Text(f"模型没有名为 {name!r} 的输入", f"the model has no input {name!r}"), where=document.name,
                          remedy=did_you_mean(name, known) or Text(f"有：{'、'.join(sorted(kinds))}", f"There are: {', '.join(sorted(kinds))}"))
    return {name: taken(value, kinds.get(name, ANY)) for name, value in given.items()}


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def name_of(model: Model, asked: str) -> str:
    """The decision asked for, or the only one there is. Raises Problem."""
    if asked:
        return model.named(asked).name
    names = [n.name for n in model.decisions()]
    if len(names) != 1:
        raise Problem("decision_which", Text(f"模型有 {len(names)} 个决策", f"the model has {len(names)} decisions"), where=model.main.where,
                      remedy=Text(f"用 --decision 指明一个：{'、'.join(names[:20])}", f"Name one with --decision: {', '.join(names[:20])}"))
    return names[0]


def case_folders(folder: str) -> list[tuple[str, dict[str, bytes]]]:
    """Every folder at or below one that holds a model or cases, by its path below it, with its files' contents. Raises Unreadable."""
    root = Path(folder)
    if not root.is_dir():
        raise Unreadable(Text("没有这个文件夹", "there is no such folder"), where=folder)
    found = [(str(at.relative_to(root)), files) for at in (root, *sorted(p for p in root.rglob("*") if p.is_dir())) if (files := dict(_files(at)))]
    if not found:
        raise Unreadable(Text("文件夹里没有 .dmn 模型", "there is no .dmn model in the folder"), where=folder)
    return found


def _files(at: Path) -> Iterator[tuple[str, bytes]]:
    paths = [p for p in sorted(at.iterdir()) if p.suffix in {".dmn", ".xml"} and p.is_file()]
    files = [(p.name, p.read_bytes()) for p in paths]
    if any(name.endswith(".dmn") or b"testCases" in content[:4096] for name, content in files):
        yield from files
