"""A catalogue record: what State Council Order 809 art. 13 asks for, DCAT-AP 3.0.1's Dataset and Croissant 1.1's in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from jingwei.foundations.data.sharing.model import Attribute
from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text
from jingwei.kernel.tables import Document

SHARING: dict[str, Text] = {"unconditional": Text("无条件共享", "unconditional"), "conditional": Text("有条件共享", "conditional"),
                            "none": Text("不予共享", "none")}
"""Sharing attributes (Order 809 art. 14)."""


FEEDS = ("dcat", "ckan", "csw", "ogc", "files")
"""Kinds of service that a catalogue on the network may be."""


ARTICLE_14: tuple[Attribute, ...] = ("unconditional", "conditional", "none")


class Word(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """A text in a language; ``language`` is a BCP 47 tag in lower case, or empty."""

    text: str
    language: str = ""


class Term(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """Something that has a name, an address (IRI), or both: a theme, a place, a licence, a format, a page."""

    label: str = ""
    address: str = ""


class Agent(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """An organisation or person; ``address`` is an IRI, or ``_:…`` where extras speak of it."""

    name: str = ""
    address: str = ""
    email: str = ""
    page: str = ""


class Contact(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """Whom to ask."""

    name: str = ""
    email: str = ""
    phone: str = ""
    page: str = ""
    address: str = ""


class Period(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """From when to when, as written: a day, an instant, a month or a year."""

    start: str = ""
    end: str = ""
    address: str = ""


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One data item (信息项): a column. ``kind`` is its type as written, such as ``sc:Text`` or ``字符型``."""

    name: str
    kind: str = ""
    description: str = ""


class Resource(msgspec.Struct, frozen=True, omit_defaults=True):
    """A distribution: one form in which the data can be had. Times, sizes and numbers as written."""

    address: str
    title: tuple[Word, ...] = ()
    description: tuple[Word, ...] = ()
    access_url: tuple[Term, ...] = ()
    download_url: tuple[Term, ...] = ()
    format: Term | None = None
    media_type: Term | None = None
    license: Term | None = None
    byte_size: str = ""
    sha256: str = ""
    issued: str = ""
    modified: str = ""
    rights: Term | None = None
    access_service: tuple[Term, ...] = ()
    applicable_legislation: tuple[Term, ...] = ()
    availability: Term | None = None
    compress_format: Term | None = None
    package_format: Term | None = None
    conforms_to: tuple[Term, ...] = ()
    documentation: tuple[Term, ...] = ()
    language: tuple[Term, ...] = ()
    policy: Term | None = None
    status: Term | None = None
    spatial_resolution: str = ""
    temporal_resolution: str = ""
    extras: dict[str, Any] = {}


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """One dataset as catalogued. Fields of several values ascend and hold none twice, but ``items`` keep their order.

    address : IRI; minted from source and name where the source gives none
    items, sharing, sharing_basis, sharing_mode, use_conditions, grade : Order 809 art. 13 beyond what DCAT has
    extras : what the source says and no field holds, by its key; triples of RDF as N-Triples under ``rdf``
    """

    address: str
    title: tuple[Word, ...] = ()
    description: tuple[Word, ...] = ()
    identifier: tuple[str, ...] = ()
    keyword: tuple[Word, ...] = ()
    theme: tuple[Term, ...] = ()
    publisher: Agent | None = None
    creator: tuple[Agent, ...] = ()
    contact: tuple[Contact, ...] = ()
    issued: str = ""
    modified: str = ""
    frequency: Term | None = None
    spatial: tuple[Term, ...] = ()
    temporal: tuple[Period, ...] = ()
    language: tuple[Term, ...] = ()
    license: Term | None = None
    access_rights: Term | None = None
    landing_page: tuple[Term, ...] = ()
    documentation: tuple[Term, ...] = ()
    conforms_to: tuple[Term, ...] = ()
    applicable_legislation: tuple[Term, ...] = ()
    provenance: tuple[Term, ...] = ()
    source: tuple[Term, ...] = ()
    relation: tuple[Term, ...] = ()
    has_version: tuple[Term, ...] = ()
    in_series: tuple[Term, ...] = ()
    is_referenced_by: tuple[Term, ...] = ()
    other_identifier: tuple[Term, ...] = ()
    qualified_attribution: tuple[Term, ...] = ()
    qualified_relation: tuple[Term, ...] = ()
    sample: tuple[Term, ...] = ()
    type: tuple[Term, ...] = ()
    was_generated_by: tuple[Term, ...] = ()
    spatial_resolution: str = ""
    temporal_resolution: str = ""
    version: str = ""
    version_notes: tuple[Word, ...] = ()
    resources: tuple[Resource, ...] = ()
    items: tuple[Item, ...] = ()
    sharing: str = ""
    sharing_basis: str = ""
    sharing_mode: str = ""
    use_conditions: str = ""
    grade: str = ""
    extras: dict[str, Any] = {}

    def name(self, language: str = "") -> str:
        """Its title, in that language if there is one."""
        return spoken(self.title, language)

    def encode(self) -> bytes:
        return _ENCODER.encode(self)

    @classmethod
    def decode(cls, content: bytes) -> Record:
        return _DECODER.decode(content)


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Record)


def spoken(words: tuple[Word, ...], language: str) -> str:
    """The text in a language, else the first."""
    return next((w.text for w in words if w.language.partition("-")[0] == language), words[0].text if words else "")


def called(source: str, document: str, part: str) -> str:
    """What a record is called: source, document without its ending, and its own name; a source of one file is not named twice."""
    stem = document.rpartition(".")[0] or document
    return "/".join(p for p in (source, "" if part and stem == source else stem, part) if p).replace("\0", "")


@dataclass(frozen=True, slots=True)
class Refused:
    """Something a source holds that is no record we can keep: quarantined as it stood, with the reason.

    part : its name within the document, empty for the whole
    """

    document: str
    part: str
    code: str
    reason: Text
    content: bytes


@dataclass(frozen=True, slots=True)
class Harvest:
    """A catalogue to be taken in."""

    source: Annotated[str, Option(Text("文件夹、文件或网址：DCAT、CKAN、Croissant、OGC 目录，或 YAML/JSON/Markdown 记录",
                                       "folder, file or address: DCAT, CKAN, Croissant, OGC catalogues, or records in YAML, JSON or Markdown"), positional=True)]
    name: Annotated[str, Option(Text("来源的名称，缺省为文件夹名", "what to call the source; by default the name of the folder"))] = ""
    kind: Annotated[str | None, Option(Text("网址是哪种服务，缺省由程序看出", "what kind of service an address is of; told by itself when absent"), choices=FEEDS)] = None
    mapping: Annotated[Document | None, Option(Text("指定键名与字段对应的 JSON，如 {\"标题\": \"title\"}",
                                                    'JSON that says which key is which field, such as {"heading": "title"}'))] = None


@dataclass(frozen=True, slots=True)
class AddSource:
    """A source on the network, to be harvested every night."""

    address: Annotated[str, Option(Text("网址", "its address"), positional=True)]
    name: Annotated[str, Option(Text("来源的名称，缺省为主机名", "what to call it; by default the name of its host"))] = ""
    kind: Annotated[str | None, Option(Text("哪种服务，缺省由程序看出", "what kind of service it is; told by itself when absent"), choices=FEEDS)] = None


@dataclass(frozen=True, slots=True)
class RemoveSource:
    """A source that is no longer harvested."""

    name: Annotated[str, Option(Text("来源的名称", "its name"), positional=True)]


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for."""

    words: Annotated[str, Option(Text("要找的词，中英文均可；空则全部", "words to find, Chinese or English; all records when empty"), positional=True)] = ""
    publisher: Annotated[str | None, Option(Text("只看某提供单位", "only from this provider"))] = None
    theme: Annotated[str | None, Option(Text("只看某主题", "only of this theme"))] = None
    format: Annotated[str | None, Option(Text("只看某格式", "only in this format"))] = None
    license: Annotated[str | None, Option(Text("只看某许可", "only under this licence"))] = None
    sharing: Annotated[str | None, Option(Text("只看某共享属性", "only with this sharing attribute"), choices=tuple(SHARING))] = None
    source: Annotated[str | None, Option(Text("只看某来源", "only from this source"))] = None
    count: Annotated[int, Option(Text("列几条", "how many to list"))] = 20


@dataclass(frozen=True, slots=True)
class Show:
    """One record."""

    record: Annotated[str, Option(Text("记录的编号", "id of the record"), positional=True)]
    version: Annotated[int | None, Option(Text("第几版，缺省为现行版", "which version; the current one by default"))] = None


@dataclass(frozen=True, slots=True)
class Export:
    """The catalogue, or one record, to be written out."""

    form: Annotated[str | None, Option(Text("格式，缺省为 turtle", "which form; turtle by default"), choices=("turtle", "jsonld", "croissant", "ckan", "csv"))] = None
    record: Annotated[str | None, Option(Text("只导出这一条", "only this record"))] = None
    source: Annotated[str | None, Option(Text("只导出某来源", "only from this source"))] = None


@dataclass(frozen=True, slots=True)
class Unrecognised:
    """Words that no rule knew."""

    source: Annotated[str | None, Option(Text("只看某来源", "only from this source"))] = None
    count: Annotated[int, Option(Text("每个字段列几条", "how many to list of each field"))] = 20


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """A record whose data are to be shared on the terms it states."""

    record: Annotated[str, Option(Text("记录编号", "id of the record"), positional=True)]
    data: Annotated[str | None, Option(Text("数据代码；缺省为记录的第一个标识", "code of the data; the record's first identifier by default"))] = None
    dataset: Annotated[str | None, Option(Text("数据湖中的表；缺省与数据代码同名", "its table in the lake; called as the data by default"))] = None
    provider: Annotated[str | None, Option(Text("提供部门；缺省为记录的提供者", "organisation that holds the data; the record's publisher by default"))] = None
    synthetic: Annotated[bool, Option(Text("演练数据，不进入任何公布的数字", "an exercise; enters no published number"))] = False


@dataclass(frozen=True, slots=True)
class Validate:
    """The catalogue, to be held against rules."""

    shapes: Annotated[Document | None, Option(Text("SHACL 规则文件（Turtle）；缺省为本产品自写的 DCAT-AP 3.0.1 必备项与国务院令第809号第13条规则",
                                                   "SHACL shapes in Turtle; by default our own for what DCAT-AP 3.0.1 makes mandatory and Order 809 art. 13"))] = None
    source: Annotated[str | None, Option(Text("只查某来源", "only from this source"))] = None
    count: Annotated[int, Option(Text("列几条", "how many findings to list"))] = 20


FACETS: dict[str, Text] = {"publisher": Text("提供单位", "Provider"), "theme": Text("主题", "Theme"), "format": Text("格式", "Format"),
                           "license": Text("许可", "Licence"), "sharing": Text("共享属性", "Sharing attribute"), "source": Text("来源", "Source")}


@dataclass(frozen=True, slots=True)
class AskCatalogue:
    """Which records to show."""

    q: Annotated[str, Option(Text("要找的词", "words to find"))] = ""
    publisher: Annotated[str | None, Option(FACETS["publisher"])] = None
    theme: Annotated[str | None, Option(FACETS["theme"])] = None
    format: Annotated[str | None, Option(FACETS["format"])] = None
    license: Annotated[str | None, Option(FACETS["license"])] = None
    sharing: Annotated[str | None, Option(FACETS["sharing"])] = None
    source: Annotated[str | None, Option(FACETS["source"])] = None
    page: Annotated[int, Option(Text("第几页", "which page"))] = 1


@dataclass(frozen=True, slots=True)
class AskRecord:
    """One record; ids hold strokes, so it is asked for and no part of the path."""

    id: Annotated[str, Option(Text("记录的编号", "id of the record"))]
    version: Annotated[int | None, Option(Text("第几版", "which version"))] = None
