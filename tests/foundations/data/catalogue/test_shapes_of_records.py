"""Catalogues as others write them, each shape with records of our own: all go in, and what they say is where it belongs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from jingwei.foundations.data.catalogue import ACTIONS, records
from jingwei.foundations.data.catalogue.model import AskCatalogue, Harvest, Unrecognised
from jingwei.foundations.data.catalogue.names import NAMES, RESOURCE_NAMES
from jingwei.foundations.data.catalogue.rules import day, frequency_in, licence, licence_in, period
from jingwei.foundations.data.catalogue.sources import Listed, read
from jingwei.foundations.data.catalogue.views import catalogue
from jingwei.kernel.actions import Context, run
from jingwei.kernel.workspace import Workspace

BY_PATH = {a.path: a for a in ACTIONS}
WHAT = ("Rain", "Trees", "Bus stops", "School meals", "Bridge loads", "Bird counts", "Pollen", "Tide gauges", "Soil moisture", "Fire calls")
WHO = ("Water Board of the Vale", "Office of Forests", "Institute of Seismology")


def title(n: int) -> str:
    return f"{WHAT[n % 10]} of parish {n}"


def about(n: int) -> str:
    return f"What the gauges of parish {n} told about {WHAT[n % 10].lower()}, hour by hour, with units and doubts. " * 3


def harvested(tmp_path: Path, documents: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Numbers and mapping of the harvest, and every record kept, by id."""
    folder = tmp_path / "source"
    folder.mkdir(parents=True)
    for name, tree in documents.items():
        said = tree if isinstance(tree, str) else json.dumps(tree, ensure_ascii=False) if name.endswith("json") else yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
        (folder / name).write_text(said, encoding="utf-8")
    node = Workspace(tmp_path / "node")
    data: dict[str, Any] = run(BY_PATH["data", "harvest"], Context(node), Harvest(str(folder))).data
    with node.store.read() as connection:
        return data, [msgspec.json.decode(r.encode()) for _, r in records.current(connection)]


def each(make: Any, ending: str = "yaml", number: int = 12) -> dict[str, Any]:
    return {f"r{n:02d}.{ending}": make(n) for n in range(number)}


SHAPES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "a registry of a cloud": (each(lambda n: {
        "Name": title(n), "Description": about(n), "Documentation": f"https://d.example/{n}", "Contact": f"Ann Author <ann{n}@o.example>", "ManagedBy": f"[{WHO[n % 3]}](https://o.example)",
        "UpdateFrequency": ("Updated quarterly", "As new scenes arrive")[n % 2], "Tags": ["water", f"t{n}"], "License": "https://creativecommons.org/licenses/by/4.0/",
        "Resources": [{"Description": "raw", "ARN": f"arn:aws:s3:::b{n}", "Region": "x-1", "Type": "S3 Bucket"}], "DataAtWork": {"Tutorials": [{"Title": "How", "URL": "https://t.example"}]}}),
        {"Name": "title", "Description": "description", "ManagedBy": "publisher", "UpdateFrequency": "frequency", "Contact": "contact_name", "Resources": "resources", "resources.ARN": "address"}),
    "the title two levels down": (each(lambda n: {
        "dataset": {"info": {"heading": title(n), "blurb": about(n)}, "owner": {"org": WHO[n % 3], "email": "a@b.example"}}, "dates": {"created": "2019-05-01", "lastChange": "2024-01-03"},
        "files": [{"path": f"s3://b/{n}.parquet", "fmt": "parquet"}]}),
        {"dataset.info.heading": "title", "dataset.info.blurb": "description", "dates.created": "issued", "dates.lastChange": "modified", "files": "resources", "resources.fmt": "format"}),
    "a short name beside the title": (each(lambda n: {
        "name": f"ds-{n}", "label": title(n), "licenses": [{"name": "CC-BY-4.0", "path": "https://l.example"}], "contributors": [{"title": "Ann", "role": "author"}],
        "resources": [{"path": f"https://f.example/{n}.csv", "format": "csv"}], "sources": [{"title": WHO[n % 3]}]}, "json"),
        {"name": "identifier", "label": "title", "licenses": "license", "contributors": "creator", "resources": "resources", "sources": "source"}),
    "only a short name": (each(lambda n: {"version": 2, "models": [{"name": f"model_{n}", "description": about(n), "columns": [{"name": "id", "description": "key"}]}]}),
                          {"name": "title", "description": "description", "columns": "items"}),
    "several hands, several names for one thing": (each(lambda n: {("name", "title", "dataset_name")[n % 3]: title(n), ("description", "summary", "abstract")[n % 3]: about(n)}),
                                                   {"name": "title", "title": "title", "dataset_name": "title", "abstract": "description", "summary": "description"}),
    "records under their names": ({"all.yaml": {f"d{n}": {"name": title(n), "about": about(n), "url": f"https://u.example/{n}"} for n in range(12)}},
                                  {"key": "identifier", "name": "title", "about": "description", "url": "landing_page"}),
    "records under their names beside what the whole is": ({"c.yml": {"metadata": {"version": 1}, "sources": {
        f"s{n}": {"description": about(n), "driver": "csv", "args": {"urlpath": f"https://f.example/{n}"}, "metadata": {"title": title(n), "tags": ["a", f"b{n}"]}} for n in range(12)}}},
        {"metadata.title": "title", "metadata.tags": "keyword", "description": "description", "key": "identifier"}),
    "lists in groups": ({"c.json": {"catalog": {"name": "All", "groups": [{"name": str(g), "datasets": [{"id": f"g{n}", "label": title(n), "desc": about(n)} for n in range(g, g + 6)]} for g in (0, 6)]}}},
                        {"id": "identifier", "label": "title", "desc": "description"}),
    "pairs of key and value": (each(lambda n: {"metadata": [{"key": "title", "value": title(n)}, {"key": "owner", "value": WHO[n % 3]}, {"key": "description", "value": about(n)}]}),
                               {"metadata.title": "title", "metadata.owner": "publisher", "metadata.description": "description"}),
    "one value in every list": (each(lambda n: {"title": [title(n)], "modified": ["2024-01-02"], "publisher": [WHO[n % 3]]}), {"title": "title", "modified": "modified", "publisher": "publisher"}),
    "titles, subjects and rights as lists of records": (each(lambda n: {"id": f"10.1/{n}", "attributes": {
        "titles": [{"title": title(n)}], "creators": [{"name": "Author, Ann"}], "publisher": WHO[n % 3], "publicationYear": 2019, "descriptions": [{"description": about(n)}],
        "rightsList": [{"rights": "CC BY 4.0", "rightsUri": "https://l.example"}], "url": f"https://u.example/{n}"}}, "json"),
        {"id": "identifier", "attributes.titles": "title", "attributes.creators": "creator", "attributes.publicationYear": "issued", "attributes.rightsList": "license"}),
    "German": (each(lambda n: {"Titel": title(n), "Beschreibung": about(n), "Herausgeber": WHO[n % 3], "Stichwörter": ["a", "b", f"c{n}"], "Veröffentlicht": "03.05.2021",
                               "Aktualisierung": "täglich", "Dateien": [{"Adresse": f"https://f.example/{n}"}]}),
               {"Titel": "title", "Herausgeber": "publisher", "Veröffentlicht": "issued", "Aktualisierung": "frequency", "Stichwörter": "keyword", "Dateien": "resources"}),
    "Chinese": (each(lambda n: {"名称": f"雨量站第{n}号", "摘要": "逐小时的降雨观测，含站点、时间与数值。" * 3, "来源单位": ("市气象局", "市水务局")[n % 2], "更新频率": "每月更新", "数据格式": "xls,csv",
                                "最近更新日期": "2024年3月5日", "联系方式": "12345678", "开放条件": "登录后下载", "所属领域": ("气象", "水利")[n % 2]}),
                {"名称": "title", "摘要": "description", "来源单位": "publisher", "更新频率": "frequency", "数据格式": "format", "最近更新日期": "modified", "开放条件": "access_rights"}),
    "keys that mean nothing": (each(lambda n: {"aa": title(n), "bb": about(n), "cc": WHO[n % 3], "dd": f"2024-01-{n + 1:02d}", "ee": [{"q": f"https://f.example/{n}"}],
                                               "ff": ["a", f"b{n}"], "gg": f"x{n}", "hh": "same"}),
                               {"aa": "title", "bb": "description", "cc": "publisher", "dd": "modified", "ee": "resources", "ff": "keyword", "resources.q": "address"})}


@pytest.mark.parametrize("shape", SHAPES)
def test_records_of_every_shape_go_in_and_their_keys_are_understood(tmp_path, shape):
    documents, mapping = SHAPES[shape]
    data, kept = harvested(tmp_path, documents)
    assert (data["accepted"], data["quarantined"], len(kept)) == (12, 0, 12)
    assert {k: data["mapping"].get(k) for k in mapping} == mapping
    assert len({r["title"][0]["text"] for r in kept}) == 12
    if "description" in mapping.values():
        assert len({r["description"][0]["text"] for r in kept}) >= len({str(about(n)) for n in range(12)}) or shape == "Chinese"


def test_what_is_written_in_each_of_those_shapes_is_where_it_belongs(tmp_path):
    _, kept = harvested(tmp_path, {**SHAPES["a registry of a cloud"][0], "z.yaml": {
        "Name": "Last", "Description": "d", "Contact": "https://forum.example/", "License": "Open Government Licence v3.0", "UpdateFrequency": "daily or weekly"}})
    one, last = next(r for r in kept if r["title"][0]["text"] == title(0)), next(r for r in kept if r["title"][0]["text"] == "Last")
    assert one["contact"] == [{"name": "Ann Author", "email": "ann0@o.example"}]
    assert (one["publisher"], one["license"]["address"]) == ({"name": WHO[0], "page": "https://o.example"}, "https://spdx.org/licenses/CC-BY-4.0")
    assert one["frequency"]["address"].endswith("/QUARTERLY")
    assert one["resources"][0]["extras"] == {"Region": "x-1", "Type": "S3 Bucket"}, "a type that is no format"
    assert one["extras"]["UpdateFrequency"] == "Updated quarterly", "its own words stay"
    assert (last["contact"], last["license"]["address"], last["frequency"]) == ([{"page": "https://forum.example/"}], "https://spdx.org/licenses/OGL-UK-3.0", {"label": "daily or weekly"})


def test_words_that_no_rule_knew_are_listed_by_command_and_on_the_page_until_they_are_put_right(tmp_path):
    documents = {f"r{n}.yaml": {"title": title(n), "update_frequency": ("T+1", "daily")[n % 2], "license": "City licence", "issued": ("last spring", "2024-01-02")[n % 2],
                                "resources": [{"url": "https://f.example/a", "format": ("库表", "csv")[n % 2]}]} for n in range(4)}
    harvested(tmp_path, documents)
    node = Workspace(tmp_path / "node")
    told = run(BY_PATH["catalogue", "unrecognised"], Context(node), Unrecognised()).data["fields"]
    assert told == {"frequency": [{"words": "T+1", "records": 2}], "format": [{"words": "库表", "records": 2}], "license": [{"words": "City licence", "records": 4}],
                    "issued": [{"words": "last spring", "records": 2}]}
    view = catalogue(Context(node), AskCatalogue())
    assert {name.en: words for name, words, _ in view.unrecognised}["Format"] == (("库表", 2),)
    for n in range(4):
        (tmp_path / f"source/r{n}.yaml").write_text(f"title: {title(n)}\nupdate_frequency: weekly\n")
    run(BY_PATH["data", "harvest"], Context(node), Harvest(str(tmp_path / "source")))
    assert run(BY_PATH["catalogue", "unrecognised"], Context(node), Unrecognised()).data["fields"] == {}


def test_the_formats_that_a_record_tells_of_as_a_whole_are_forms_of_it(tmp_path):
    _, kept = harvested(tmp_path, SHAPES["Chinese"][0])
    assert [r["format"]["address"].rpartition("/")[2] for r in kept[0]["resources"]] == ["XLS", "CSV"]


def test_where_one_in_twenty_has_no_title_the_names_of_files_stand_in_and_below_that_the_slip_is_set_apart(tmp_path):
    habit, _ = harvested(tmp_path / "a", {f"tide-{n}.yaml": {"title": title(n), "notes": "n"} if n % 5 else {"notes": "n"} for n in range(20)})
    assert (habit["accepted"], habit["not_recognised"]["title"]) == (20, {"file name": 4})
    slip, _ = harvested(tmp_path / "b", {f"tide-{n}.yaml": {"title": title(n), "notes": "n"} if n else {"notes": "n"} for n in range(30)})
    assert (slip["accepted"], slip["quarantined"]) == (29, 1)


def test_what_lies_beside_the_records_of_a_repository_is_one_refusal_a_file(tmp_path):
    beside = {"tags.yaml": [f"tag {n}" for n in range(300)], "README.md": "# Read me", "empty.yaml": "# nothing yet\n"}
    data, kept = harvested(tmp_path, {**each(lambda n: {"Name": title(n), "Description": about(n)}), **beside})
    assert (len(kept), data["quarantined"], {r["document"] for r in data["refused"]}) == (12, 3, set(beside))


def test_a_record_that_speaks_of_datasets_is_kept_beside_them(tmp_path):
    _, kept = harvested(tmp_path, {"d.json": {"title": "All of them", "description": about(1), "datasets": [{"title": "One"}, {"title": "Two"}]}})
    assert {r["title"][0]["text"] for r in kept} == {"All of them", "One", "Two"}


def test_no_name_and_no_key_is_lost_where_names_and_levels_meet(tmp_path):
    _, kept = harvested(tmp_path, {"a.yaml": {"wells": {"key": "K1", "title": "Wells", "n": "one"}, "roads": {"key": "K2", "title": "Roads", "n": "two"}},
                                   "b.yaml": {"meta.note": "flat", "meta": {"note": "deep", "title": "Ponds"}}})
    whole = json.dumps(kept)
    assert all(word in whole for word in ("wells", "roads", "K1", "K2", "one", "two", "flat", "deep", "Ponds"))
    assert len(kept) == 3


def test_a_programs_own_tags_in_yaml_stay_as_they_are_written(tmp_path):
    _, kept = harvested(tmp_path, {"r.yaml": "title: Wells\nwhere: !template '{{ DIR }}/x.csv'\nparts: !Join [a, b]\nnote: fine\nnote: fine\n"})
    assert kept[0]["extras"]["parts"] == {"!Join": ["a", "b"]}
    assert "!template {{ DIR }}/x.csv" in json.dumps(kept[0])


@pytest.mark.parametrize(("written", "is_"), [
    ("Updated quarterly", "QUARTERLY"), ("每月更新", "MONTHLY"), ("按年", "ANNUAL"), ("Annually, every June", "ANNUAL"), ("weekly on Mondays", "WEEKLY"), ("semi-annual", "ANNUAL_2"),
    ("daily or weekly", ""), ("no longer updated weekly", ""), ("T+1", ""), ("is not monthly", ""), ("As new scenes arrive", ""), ("不定期更新", "IRREG"), ("As required", "IRREG"), ("R/P1Y", "ANNUAL")])
def test_a_phrase_is_the_one_frequency_that_it_names_or_none(written, is_):
    assert frequency_in(written).rpartition("/")[2] == is_


@pytest.mark.parametrize(("written", "is_"), [
    ("CC BY 4.0", "CC-BY-4.0"), ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"), ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"), ("cc-by-nc-sa-3.0", "CC-BY-NC-SA-3.0"),
    ("Open Data Commons Open Database License (ODbL)", "ODbL-1.0"), ("Datenlizenz Deutschland – Namensnennung – Version 2.0", "DL-DE-BY-2.0"), ("MIT", "MIT"),
    ("cc-by", ""), ("Public domain", ""), ("https://creativecommons.org/licenses/by/3.0/us/", ""), ("https://example.org/licence", "")])
def test_a_licence_is_known_with_its_version_or_keeps_its_words(written, is_):
    assert licence(written).rpartition("/")[2] == is_


@pytest.mark.parametrize(("written", "is_"), [
    ("CC BY 4.0", "CC-BY-4.0"), ("Attribution, see [CC BY](https://creativecommons.org/licenses/by/4.0/).", "CC-BY-4.0"),
    ("Free to use, not to be sold, under a [licence](https://creativecommons.org/licenses/by-nc/4.0/deed.en). Name the source.", "CC-BY-NC-4.0"),
    ("Community Data License Agreement – Permissive, Version 1.0 https://cdla.dev/permissive-1-0/", "CDLA-Permissive-1.0"),
    ("Some of it under https://creativecommons.org/licenses/by/4.0/", ""), ("Not licensed under https://creativecommons.org/licenses/by/4.0/", ""),
    ("https://creativecommons.org/licenses/by/4.0/ and https://creativecommons.org/licenses/by/3.0/", ""),
    ("CC BY 3.0 US https://creativecommons.org/licenses/by/3.0/us/", ""), ("See https://example.org/terms", ""), ("CC0, CC-BY", "")])
def test_a_sentence_is_the_one_licence_whose_address_it_holds_or_none(written, is_):
    assert licence_in(written).rpartition("/")[2] == is_


def test_links_in_markdown_and_addresses_in_sentences_go_where_they_belong_and_the_words_stay(tmp_path):
    asked = ["[ann@o.example](mailto:ann@o.example)", "[Help desk](https://help.example)", "For the content write to ann@o.example. For the rest, nobody.", "Ask at the gate"]
    _, kept = harvested(tmp_path, each(lambda n: {"Name": title(n), "Description": about(n), "Contact": asked[n % 4], "Documentation": f"[Guide {n}](https://d.example/{n})"}))
    told = {r["title"][0]["text"]: r for r in kept}
    assert [told[title(n)]["contact"] for n in range(4)] == [
        [{"email": "ann@o.example"}], [{"name": "Help desk", "page": "https://help.example"}], [{"name": asked[2], "email": "ann@o.example"}], [{"name": asked[3]}]]
    assert told[title(1)]["extras"]["Contact"] == asked[1]
    assert told[title(5)]["documentation"] == [{"label": "Guide 5", "address": "https://d.example/5"}]


def test_addresses_under_their_names_are_a_resource_and_a_provider_brings_its_page(tmp_path):
    _, kept = harvested(tmp_path, each(lambda n: {
        "title": title(n), "publisher": {"name": WHO[n % 3], "acronym": "X", "url": f"https://who{n % 3}.example"},
        "urls": {"direct_download": f"https://d.example/{n}.zip", "license": "https://d.example/terms", "authentication_type": 0}}, "json"))
    for record in kept:
        (resource,) = record["resources"]
        assert resource["access_url"][0]["address"].startswith("https://d.example/")
        assert resource["license"]["address"] == "https://d.example/terms"
        assert record["publisher"]["page"].startswith("https://who")


@pytest.mark.parametrize(("written", "is_"), [
    ("2017.01", "2017-01"), ("3 May 2021", "2021-05-03"), ("May 3, 2021", "2021-05-03"), ("Wed, 11 Mar 2020 11:53:03 GMT", "2020-03-11T11:53:03Z"), ("March 2024", "2024-03"), ("03.05.2021", "2021-05-03"),
    ("25/12/2024", "2024-12-25"), ("03/05/2024", ""), ("20240305", "2024-03-05"), ("1.10", ""), ("31 February 2020", ""), ("13 Foo 2020", "")])
def test_a_day_is_known_when_it_can_be_read_in_one_way(written, is_):
    assert day(written) == is_


@pytest.mark.parametrize(("written", "is_"), [
    ("1990-2010", ("1990", "2010")), ("2011 - present", ("2011", "")), ("January 2014 - Present", ("2014-01", "")), ("2000-01-15T00:45:00Z/2010-01-15T00:06:00Z", ("2000-01-15T00:45:00Z", "2010-01-15T00:06:00Z")),
    ("2015年至2020年", ("2015", "2020")), ("2019", ("2019", "2019")), ("2000 and 2012", None), ("2010-2005", None), ("Current", None)])
def test_a_period_has_a_beginning_and_an_end_or_lasts(written, is_):
    assert period(written) == is_


# Whatever the shape, nothing is lost

SAYINGS = st.sampled_from(["Wells", "daily", "2024-03-05", "5 March 2024", "2019", "https://a.example/x y", "https://a.example/x", "a@b.example", "Ann <a@b.example>", "CC BY 4.0", "csv, xls", "有条件共享", "1990-2010",
                           "[Board](https://b.example)", "text/csv", "a, b; c", "17", "arn:aws:s3:::b", " spaced ", "Office of Wells", "x" * 70])
KEYS = st.one_of(st.sampled_from([n for names in (*NAMES.values(), *RESOURCE_NAMES.values()) for n in names.split()]), st.sampled_from(["zz", "a.b", "@type", "Kind Of", "en", "value", "key"]))
VALUES = st.recursive(st.one_of(SAYINGS, st.integers(0, 3_000), st.booleans()), lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)), max_leaves=6)
TREES = st.lists(st.dictionaries(KEYS, VALUES, max_size=5).map(lambda tree: {"title": "Told", **tree}), min_size=1, max_size=4)


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each)
    elif not isinstance(value, bool) and value != "":
        yield str(value).strip()


@settings(max_examples=150, deadline=None)
@given(trees=TREES)
def test_whatever_a_record_says_can_be_found_in_what_was_kept(trees):
    taken = read("s", [Listed(f"d{n}.json", "json", b"", json.dumps(tree).encode()) for n, tree in enumerate(trees)], {}, {}, lambda _done=1: None)
    kept = "\n".join([*(w for *_, record in taken.records for w in leaves(json.loads(record.encode()))), *(r.content.decode() for r in taken.refused)]).lower()
    wanted = [w for tree in trees for w in leaves(tree)]
    lost = [w for w in wanted if w.lower() not in kept and not all(part in kept for part in re.split(r"[\s<>\[\](),;]+", w.lower()))]
    assert lost == []
