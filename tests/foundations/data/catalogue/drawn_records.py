"""Records of every shape, drawn by Hypothesis: whatever a field may hold."""

from __future__ import annotations

from hypothesis import strategies as st

from jingwei.foundations.data.catalogue.model import Agent, Contact, Item, Period, Record, Resource, Term, Word

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
LINK = st.sampled_from(["https://a.example/x", "https://b.example/y?q=1&r=2", "arn:aws:s3:::bucket", "urn:uuid:1-2"])


def label_of(address: str) -> str:
    """One address has one name, wherever it stands."""
    return "" if len(address) % 2 else f"名 {address[-3:]}"


TERM = st.one_of(TEXT.map(Term), LINK.map(lambda a: Term(label_of(a + "t"), a + "#t")))
WORD = st.builds(Word, TEXT, st.sampled_from(["", "en", "zh-cn"]))
AGENT = st.one_of(st.builds(Agent, TEXT, st.just(""), st.sampled_from(["", "a@b.example", "who knows"]), st.sampled_from(["", "https://home.example/"])),
                  st.sampled_from([Agent("局", "https://b.example/agent"), Agent("", "https://c.example/agent", "x@y.example")]))
CONTACT = st.builds(Contact, TEXT, st.sampled_from(["", "a@b.example"]), st.sampled_from(["", "+86-10-1", "12345"]), st.sampled_from(["", "https://w.example/", "no link"]))
DATE = st.sampled_from(["", "2024-02-29", "2024-02-29T10:00:00+08:00", "2024", "2024-05", "some day"])
PERIOD = st.builds(Period, DATE.filter(bool), DATE)
NUMBER = st.sampled_from(["", "10.5", "30", "about ten"])
DURATION = st.sampled_from(["", "P1D", "PT1H", "daily"])
EXTRA = st.dictionaries(TEXT.filter(lambda k: k != "rdf"), st.one_of(TEXT, st.integers(-9, 9), st.booleans(), st.lists(TEXT, max_size=2)), max_size=2)


def several(of: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(of, max_size=3).map(lambda found: tuple(sorted(set(found))))


def maybe(of: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(st.none(), of)


RESOURCE_TERMS = ("access_url", "download_url", "access_service", "applicable_legislation", "conforms_to", "documentation", "language")
RESOURCE_TERM = ("format", "media_type", "license", "rights", "availability", "compress_format", "package_format", "policy", "status")
RECORD_TERMS = ("theme", "spatial", "language", "landing_page", "documentation", "conforms_to", "applicable_legislation", "provenance", "source", "relation",
                "has_version", "in_series", "is_referenced_by", "other_identifier", "qualified_attribution", "qualified_relation", "sample", "type",
                "was_generated_by")
RECORD_TEXT = ("version", "sharing", "sharing_basis", "sharing_mode", "use_conditions", "grade")

RESOURCE = st.builds(
    Resource, st.just(""), title=several(WORD), description=several(WORD), **dict.fromkeys(RESOURCE_TERMS, several(TERM)),
    **dict.fromkeys(RESOURCE_TERM, maybe(TERM)), byte_size=st.sampled_from(["", "1024", "10 MB"]), sha256=st.sampled_from(["", "ab" * 32]), issued=DATE,
    modified=DATE, spatial_resolution=NUMBER, temporal_resolution=DURATION, extras=EXTRA)


def numbered(resources: list[Resource]) -> tuple[Resource, ...]:
    import msgspec

    return tuple(msgspec.structs.replace(r, address=f"urn:jingwei:record:s:d#r{i:04d}") for i, r in enumerate(resources))


RECORD = st.builds(
    Record, st.just("urn:jingwei:record:s:d"), title=several(WORD).filter(bool), description=several(WORD), identifier=several(TEXT), keyword=several(WORD),
    **dict.fromkeys(RECORD_TERMS, several(TERM)), publisher=maybe(AGENT), creator=several(AGENT), contact=several(CONTACT), issued=DATE, modified=DATE,
    frequency=maybe(TERM), temporal=several(PERIOD), license=maybe(TERM), access_rights=maybe(TERM), spatial_resolution=NUMBER, temporal_resolution=DURATION,
    version_notes=several(WORD), **dict.fromkeys(RECORD_TEXT, st.one_of(st.just(""), TEXT)), resources=st.lists(RESOURCE, max_size=2).map(numbered),
    items=st.lists(st.builds(Item, TEXT, st.sampled_from(["", "sc:Integer", "sc:Text", "字符型"]), st.one_of(st.just(""), TEXT)), max_size=3).map(tuple),
    extras=EXTRA)
