"""Records of unknown keys: which key is which field, told from its name and its values, over a whole source at once.

A key scores for a field by its name (the words of ``NAMES``, Chinese and English) and by what its values are like; the
best pairs are taken first. What no field fits stays with the record under its own key. The mapping is kept with the
source, shown by the harvest, and may be laid down key by key.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import msgspec

from jingwei.foundations.data.catalogue.rules import frequency, is_date

Tree = Mapping[str, Any]

SAMPLE = 200
"""Records looked at to tell what a key is; more would not change it."""

NAMES: dict[str, str] = {
    "title": "title name heading headline label caption dataset_name dataset_title resource_name 标题 名称 数据集名称 资源名称 信息资源名称 数据名称 目录名称",
    "description": "description notes abstract summary about details overview body text 描述 摘要 说明 简介 数据描述 资源摘要 信息资源摘要 数据摘要",
    "identifier": "identifier id uuid uid guid code slug doi key 编号 标识 标识符 代码 资源代码 信息资源代码 唯一标识",
    "keyword": "keyword keywords tags tag labels 关键词 关键字 标签",
    "theme": "theme themes category categories topic topics group groups subject subjects domain field area sector 主题 分类 领域 主题分类 类别 数据领域",
    "publisher": "publisher organization organisation managed_by managedby agency department owner provider maintainer_organization issuer steward bureau "
                 "author_organization source_agency producer 提供方 提供单位 数源单位 来源部门 发布单位 资源提供方 信息资源提供方 单位 部门 发布机构 数据提供方",
    "creator": "creator author authors created_by 作者 创建者 编制单位",
    "contact_name": "maintainer contact contact_name contact_point contactperson 联系人",
    "contact_email": "maintainer_email contact_email email mail author_email 邮箱 联系邮箱 电子邮箱 电子邮件",
    "contact_phone": "maintainer_phone contact_phone phone telephone tel 电话 联系电话",
    "contact_page": "maintainer_link contact_url contact_link contact_page 联系网址",
    "issued": "issued created published release_date date_created metadata_created publication_date first_published date_published 发布日期 发布时间 创建日期 创建时间 首次发布",
    "modified": "modified updated last_updated last_modified metadata_modified date_modified revised 更新日期 更新时间 修改日期 最后更新 最近更新",
    "frequency": "frequency update_frequency updatefrequency accrual_periodicity periodicity refresh cadence cycle 更新频率 更新周期 频率",
    "license": "license licence license_title license_id terms copyright rights_statement 许可 许可证 授权 使用许可 授权协议",
    "access_rights": "access_rights access access_level accesslevel restrictions 访问权限 开放程度 开放属性",
    "spatial": "spatial area_of_interest coverage geographic_coverage region location place geography 空间范围 地域 地区 行政区划 覆盖范围",
    "temporal": "temporal time_period temporal_coverage period timespan years 时间范围 时间跨度 数据时间",
    "language": "language languages lang 语言 语种",
    "landing_page": "landing_page landingpage homepage url link web website page documentation_url source_url 网址 链接 主页 地址 详情页",
    "documentation": "documentation docs manual guide data_dictionary 文档 说明文档",
    "source": "source origin upstream derived_from 来源 数据来源",
    "conforms_to": "conforms_to standard specification schema data_standard 标准 遵循标准",
    "version": "version revision edition release 版本 版本号",
    "resources": "resources distribution distributions files downloads links sources data assets endpoints 资源 数据文件 下载 分发 文件",
    "items": "fields columns items variables attributes data_items 数据项 信息项 字段 数据项信息 信息项信息",
    "sharing": "sharing sharing_attribute share_type 共享属性 共享类型",
    "sharing_basis": "sharing_basis 共享依据 不予共享依据",
    "sharing_mode": "sharing_mode share_mode 共享方式 提供方式",
    "use_conditions": "use_conditions usage usage_notes terms_of_use 使用条件 共享条件 使用要求",
    "grade": "grade classification security_level sensitivity 分级 数据分级 安全级别 分类分级 数据级别",
}
"""Field to names, as portals and guides write them; the first of a field are its own."""

RESOURCE_NAMES: dict[str, str] = {
    "title": "title name label 标题 名称 文件名", "description": "description notes details about 描述 说明",
    "address": "url access_url accessurl link href arn uri endpoint path address location 链接 网址 地址 访问地址",
    "download_url": "download_url downloadurl download contenturl 下载地址 下载链接",
    "format": "format type file_type filetype extension 格式 文件格式 类型", "media_type": "media_type mediatype mimetype mime encodingformat",
    "byte_size": "byte_size bytesize size filesize bytes contentsize 大小 文件大小", "sha256": "sha256 hash checksum",
    "issued": "issued created published 发布日期 创建日期", "modified": "modified updated last_modified last_updated 更新日期 更新时间",
    "license": "license licence 许可"}

ONE_KEY = frozenset(("title", "description", "publisher", "issued", "modified", "frequency", "license", "access_rights", "version", "resources", "items",
                     "sharing", "sharing_basis", "sharing_mode", "use_conditions", "grade", "contact_name", "contact_email", "contact_phone",
                     "contact_page", "temporal"))
"""Fields that one key fills; the others gather from several."""

LEAST = 0.5
"""The least score at which a key is taken for a field."""

_ADDRESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://[^\s/][^\n\r\t]*|arn:[\w-]*:\S+|doi:\S+)")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LICENCE = re.compile(r"licen[cs]e|creative commons|public domain|\bcc[ -](?:by|0)|\bcc0|\bodc\b|\bodbl\b|\bpddl\b|copyright|terms|open government|\bmit\b|许可|授权", re.I)


def is_link(value: object) -> bool:
    """Whether it can be followed: a URL, an ARN or a DOI."""
    return isinstance(value, str) and _ADDRESS.fullmatch(value.strip()) is not None


def by_language(value: Any) -> bool:
    """Whether it is one text in several languages: {"zh": …, "en": …}."""
    return isinstance(value, dict) and bool(value) and all(
        isinstance(k, str) and _LANGUAGE.fullmatch(k) and isinstance(v, str | None) for k, v in value.items())


@lru_cache(maxsize=4_096)
def plain(key: str) -> str:
    """A key's words, whatever case and marks part them: ``maintainerEmail`` and ``Maintainer-Email`` are one."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unicodedata.normalize("NFKC", key).strip())
    return re.sub(r"[\W_]+", "_", parted).strip("_").lower()


@dataclass(slots=True)
class Seen:
    """What a key's values are like over the records looked at. Shares are of the values that say something."""

    filled: int = 0
    of: int = 0
    shares: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)

    def share(self, *kinds: str) -> float:
        return sum(self.shares[k] for k in kinds) / self.filled if self.filled else 0.0

    @property
    def coverage(self) -> float:
        return self.filled / self.of if self.of else 0.0

    @property
    def distinct(self) -> float:
        return len(set(self.texts)) / len(self.texts) if self.texts else 0.0

    @property
    def length(self) -> float:
        return sum(map(len, self.texts)) / len(self.texts) if self.texts else 0.0


def survey(trees: Sequence[Tree]) -> dict[str, Seen]:
    """Every key of the records, in order of appearance."""
    step = -(-len(trees) // SAMPLE) or 1
    looked = trees[::step]
    found: dict[str, Seen] = {}
    for tree in looked:
        for key, value in tree.items():
            seen = found.setdefault(str(key), Seen(of=len(looked)))
            if value in (None, "", [], {}):
                continue
            seen.filled += 1
            kind = kind_of(value)
            seen.shares[kind] += 1
            if kind == "texts":
                seen.texts += [str(v) for v in value][:20]
            elif by_language(value):
                seen.texts.append(next(iter(value.values())) or "")
            elif not isinstance(value, dict | list):
                seen.texts.append(str(value))
    return found


def kind_of(value: Any) -> str:  # noqa: PLR0911 (one return a kind)
    """link, mail, date, frequency, number, flag, text, texts, table (a list of records), links, record or mixed."""
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, date | datetime):
        return "date"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        text = value.strip()
        if is_link(text):
            return "link"
        if _MAIL.fullmatch(text):
            return "mail"
        if _NUMBER.fullmatch(text):
            return "number"
        return "date" if is_date(text) else "frequency" if frequency(text) else "text"
    if isinstance(value, dict):
        return "text" if by_language(value) else "record"
    if isinstance(value, list) and value:
        if all(isinstance(v, dict) for v in value):
            return "table"
        if all(isinstance(v, str) for v in value):
            return "links" if all(is_link(v) for v in value) else "texts"
        return "texts" if not any(isinstance(v, dict | list) for v in value) else "mixed"
    return "mixed"


def named(key: str, names: str) -> float:
    """How well a key is one of the names: 1 when it is, less when it holds one of them or is nearly one."""
    return _named(plain(key.rpartition(".")[2] or key), names)


@lru_cache(maxsize=65_536)
def _named(word: str, names: str) -> float:
    best, options = 0.0, names.split()
    if word in options:
        return 1.0 - 0.001 * options.index(word)
    for name in options:
        if min(len(word), len(name)) < 2:
            continue
        if name in word.split("_") or (not name.isascii() and name in word):
            best = max(best, 0.6)
        elif word.isascii() and name.isascii() and word.replace("_", "") == name.replace("_", ""):
            return 0.98
        elif word[:1] == name[0] and min(len(word), len(name)) > 4 and abs(len(word) - len(name)) < 3:  # a slip, not in the first letter
            near = SequenceMatcher(None, word, name)
            if near.real_quick_ratio() > 0.85 and near.quick_ratio() > 0.85 and near.ratio() > 0.85:
                best = max(best, 0.7 * near.ratio())
    return best


def alike(seen: Seen) -> tuple[dict[str, tuple[float, float]], tuple[float, float]]:
    """How well values fit each field: a factor on the name's score (0 rules it out), and a score without any name.

    The last is that of the fields not listed.
    """
    text, texts = seen.share("text"), seen.share("texts")
    few = 1 - seen.distinct
    fits: dict[str, tuple[float, float]] = {
        "title": (seen.share("text", "number", "date", "frequency"), 0.62 * text * seen.coverage * seen.distinct * (4 <= seen.length <= 160)),
        "description": (seen.share("text", "texts", "frequency"), 0.60 * text * min(1.0, seen.length / 200) * seen.distinct),
        "keyword": (seen.share("texts", "text", "table"), 0.58 * texts * (seen.length < 40)),
        "theme": (seen.share("texts", "text", "record", "table"), 0.56 * (texts + text) * few * (seen.length < 40) * (few > 0.5) * (seen.coverage > 0.3)),
        "publisher": (seen.share("text", "record", "link", "texts", "table"), 0.54 * text * few * (4 <= seen.length <= 100) * (few > 0.3)),
        "contact_email": (seen.share("mail", "text"), 0.8 * seen.share("mail")),
        "contact_name": (seen.share("text", "mail", "record"), 0.0), "contact_phone": (seen.share("text", "number"), 0.0),
        "contact_page": (seen.share("link", "text"), 0.0),
        "issued": (seen.share("date"), 0.52 * seen.share("date")), "modified": (seen.share("date") + 0.75 * seen.share("frequency"), 0.53 * seen.share("date")),
        "frequency": (seen.share("frequency", "text"), 0.75 * seen.share("frequency")),
        "license": (seen.share("text", "link", "record"), 0.75 * _share(seen, _LICENCE) * few),
        "resources": (seen.share("table", "links", "record", "link"), 0.62 * seen.share("table", "links") * (seen.coverage > 0.2)),
        "items": (seen.share("table", "texts", "text"), 0.0),
        "landing_page": (seen.share("link", "links"), 0.55 * seen.share("link")),
        "documentation": (seen.share("link", "links", "text"), 0.0),
        "identifier": (seen.share("text", "number", "link"), 0.0)}
    return fits, (seen.share("text", "texts", "link", "links", "number", "date", "record", "frequency"), 0.0)


def _share(seen: Seen, form: re.Pattern[str]) -> float:
    looked = [t[:200] for t in seen.texts[:SAMPLE]]
    return sum(form.search(t) is not None for t in looked) / len(looked) if looked else 0.0


def mapped(surveyed: Mapping[str, Seen], laid_down: Mapping[str, str] | None = None) -> dict[str, str]:
    """Key to field, the best pairs first; keys no field fits are absent. ``laid_down`` goes before (``""`` leaves a key alone)."""
    given = dict(laid_down or {})
    scores: list[tuple[float, float, str, str]] = []
    for place, (key, seen) in enumerate(surveyed.items()):
        if key in given or not seen.filled:
            continue
        fits, other = alike(seen)
        for target, names in NAMES.items():
            factor, alone = fits.get(target, other)
            score = max(named(key, names) * factor, alone)
            if score >= LEAST:
                scores.append((score + 0.05 * seen.coverage, -place, key, target))
    found = {k: t for k, t in given.items() if t}
    filled = set(found.values()) & ONE_KEY
    for _, _, key, target in sorted(scores, reverse=True):
        if key not in found and target not in filled:
            found[key] = target
            filled |= {target} & ONE_KEY
    return found


_TITLES = frozenset(NAMES["title"].split())


def tables(tree: Any, depth: int = 0) -> Iterator[Sequence[Tree]]:
    """Every list of records within a tree, outermost first."""
    if depth > 4:
        return
    if isinstance(tree, list):
        if tree and all(isinstance(t, dict) for t in tree):
            yield tree
        return
    if isinstance(tree, dict):
        for value in tree.values():
            yield from tables(value, depth + 1)


def records_in(tree: Any) -> list[Any]:
    """The records a JSON or YAML document holds: itself, or the members of the list it wraps (CKAN's result.results, dataset, …)."""
    if isinstance(tree, list):
        return tree
    if not isinstance(tree, dict):
        return [tree]
    if isinstance(inner := tree.get("result"), dict) and "success" in tree:  # CKAN's API, one package or a search
        return inner["results"] if isinstance(inner.get("results"), list) else [inner]
    title = any(plain(str(k)) in _TITLES and isinstance(v, str | int | float | date) for k, v in tree.items())
    wrapped = next((t for t in tables(tree) if len(t) > 1 and len(t) * 2 > len(tree)), None) if not title else None
    if wrapped is None and not title and isinstance(tree.get("dataset"), list):
        wrapped = tree["dataset"]
    return list(wrapped) if wrapped is not None else [tree]


def lifted(tree: Any) -> Any:
    """A record whose title lies one level down (``metadata: {title: …}``), with the keys of there beside its own, as ``metadata.title``."""
    if not isinstance(tree, dict) or any(plain(str(k)) in _TITLES for k in tree):
        return tree
    inner = [k for k, v in tree.items() if isinstance(v, dict) and any(plain(str(i)) in _TITLES for i in v)]
    if len(inner) != 1:
        return tree
    return {**{k: v for k, v in tree.items() if k != inner[0]}, **{f"{inner[0]}.{k}": v for k, v in tree[inner[0]].items()}}


def measured(tree: Any, most: int = 200_000) -> bool:
    """Whether a tree stays below so many values when its references are followed; YAML can write a billion in a line."""
    waiting, found = [(tree, 0)], 0
    while waiting:
        each, depth = waiting.pop()
        found += 1
        if found > most or depth > 60:
            return False
        if isinstance(each, dict):
            waiting += [(v, depth + 1) for v in each.values()]
        elif isinstance(each, list):
            waiting += [(v, depth + 1) for v in each]
    return True


def jsonable(value: Any) -> Any:
    """A value as JSON can hold it: days and instants as ISO 8601, keys as text; nothing else changes."""
    return msgspec.to_builtins(value, str_keys=True, enc_hook=_as_text) if not isinstance(value, str | int | float | bool | None) else value


def _as_text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def texts_in(value: Any) -> Iterable[str]:
    """The texts a value holds: itself, its members, or the names of members that are records (CKAN's tags and groups)."""
    if isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, dict):
        for key in ("display_name", "title", "name", "label", "@value"):
            if isinstance(value.get(key), str) and value[key].strip():
                yield value[key].strip()
                return
    elif value is not None and not isinstance(value, bool) and str(value).strip():
        yield value.isoformat() if isinstance(value, date) else str(value).strip()
