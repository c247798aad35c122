"""A source taken in: nothing lost, nothing doubled, nothing written twice, and every key shown with what was made of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
import yaml

from jingwei.foundations.data.catalogue import ACTIONS, records
from jingwei.foundations.data.catalogue.model import Harvest, Search, Show
from jingwei.foundations.data.catalogue.yaml_trees import yaml_trees
from jingwei.kernel.actions import Context, run
from jingwei.kernel.problems import Problem, Unreadable
from jingwei.kernel.store import Store
from jingwei.kernel.tables import Document
from jingwei.kernel.workspace import Workspace

BY_PATH = {a.path: a for a in ACTIONS}


def harvest(workspace: Workspace, source: Path, **given: Any) -> dict[str, Any]:
    rehearsed = given.pop("dry_run", False)
    data: dict[str, Any] = run(BY_PATH["data", "harvest"], Context(workspace, dry_run=rehearsed), Harvest(str(source), **given)).data
    return data


def written(store: Store) -> dict[str, int]:
    """Rows of every table."""
    with store.read() as connection:
        return {name: connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in sa.inspect(connection).get_table_names()}


def live(workspace: Workspace) -> dict[str, Any]:
    with workspace.store.read() as connection:
        return {one: msgspec.to_builtins(record) for one, record in records.current(connection)}


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each)
    elif value not in (None, ""):
        yield str(value).strip()


@pytest.fixture(scope="module")
def philly(shared: Path) -> Path:
    return shared / "oracles/catalogue/opendataphilly"


@pytest.fixture(scope="module")
def harvested(philly, tmp_path_factory) -> tuple[Workspace, dict[str, Any]]:
    workspace = Workspace(tmp_path_factory.mktemp("node"))
    return workspace, harvest(workspace, philly)


def test_a_real_catalogue_of_468_records_is_taken_in_or_set_apart_whole(harvested):
    _, data = harvested
    assert (data["read"], data["accepted"] + data["quarantined"]) == (468, 468)
    assert data["accepted"] >= 0.99 * 468
    assert {(r["document"], r["code"]) for r in data["refused"]} == {("creal-program.md", "no_title"), ("septa-ridership-statistics.md", "unreadable")}


def test_every_value_of_every_record_of_it_can_be_found_in_what_was_kept(harvested, philly):
    workspace, _ = harvested
    lost: list[tuple[str, str]] = []
    for one, record in live(workspace).items():
        content = (philly / f"{one.partition('/')[2]}.md").read_text(encoding="utf-8")
        whole = "\n".join(leaves(record))
        lost += [(one, value) for value in leaves(yaml_trees(content.split("\n---", 1)[0].removeprefix("---"), one))
                 if value not in whole and value.upper() not in whole and value not in ("True", "False")]
    assert lost == []


def test_harvested_again_without_a_change_it_parses_nothing_and_writes_no_row(harvested, philly, monkeypatch):
    workspace, first = harvested
    before = written(workspace.store)
    monkeypatch.setattr("jingwei.foundations.data.catalogue.sources.read", lambda *_: pytest.fail("something was parsed"))
    again = harvest(workspace, philly)
    assert (again["parsed"], again["written"]) == (0, 0)
    assert {k: again[k] for k in ("read", "accepted", "quarantined")} == {k: first[k] for k in ("read", "accepted", "quarantined")}
    assert written(workspace.store) == before


def test_a_harvest_and_its_entry_in_the_ledger_stand_together(harvested, philly, tmp_path, monkeypatch):
    workspace, _ = harvested
    kinds = [json.loads(entry)["kind"] for _, entry in workspace.ledger.entries()]
    assert kinds == ["catalogue.harvested"]
    other = Workspace(tmp_path / "other")
    monkeypatch.setattr("jingwei.foundations.data.catalogue.actions._record", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        harvest(other, philly)
    assert live(other) == {}


def test_a_rehearsal_says_the_same_and_keeps_nothing(philly, tmp_path):
    data = harvest(Workspace(tmp_path / "node"), philly, dry_run=True)
    assert (data["read"], data["written"]) == (468, 0)
    assert not (tmp_path / "node").exists()


# What changes between two harvests


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "records"
    made.mkdir()
    for name in ("a", "b", "c"):
        (made / f"{name}.yaml").write_text(f"title: Table {name}\nnotes: about {name}\n", encoding="utf-8")
    return made


def test_every_version_stays_and_what_vanished_is_marked_and_may_come_back(node, folder):
    harvest(node, folder)
    (folder / "a.yaml").write_text("title: Table a\nnotes: told anew\n", encoding="utf-8")
    kept = (folder / "b.yaml").read_text()
    (folder / "b.yaml").unlink()
    second = harvest(node, folder)
    assert {k: second[k] for k in ("read", "parsed", "new", "changed", "gone")} == {"read": 2, "parsed": 1, "new": 0, "changed": 1, "gone": 1}
    show = lambda **given: run(BY_PATH["catalogue", "show"], Context(node), Show(**given)).data  # noqa: E731
    assert [show(record="records/a", version=v)["record"]["description"][0]["text"] for v in (1, 2)] == ["about a", "told anew"]
    assert show(record="records/b")["gone"]
    assert set(live(node)) == {"records/a", "records/c"}
    (folder / "b.yaml").write_text(kept, encoding="utf-8")
    assert (harvest(node, folder)["gone"], set(live(node))) == (0, {"records/a", "records/b", "records/c"})
    assert show(record="records/b")["version"] == 1


def test_of_two_harvests_at_once_one_is_kept_whole_and_the_other_says_that_it_was_overtaken(node, folder, monkeypatch):
    from jingwei.foundations.data.catalogue import sources

    harvest(node, folder)
    (folder / "a.yaml").write_text("title: Table a, first\n")
    read, done = sources.read, list[dict[str, Any]]()

    def slow(*given: Any) -> Any:
        taken = read(*given)
        if not done:
            done.append({})
            (folder / "a.yaml").write_text("title: Table a, second\n")
            done.append(harvest(node, folder))
        return taken

    monkeypatch.setattr(sources, "read", slow)
    before = node.ledger.size()
    with pytest.raises(Problem, match="Harvest again"):
        harvest(node, folder)
    assert live(node)["records/a"]["title"][0]["text"] == "Table a, second"
    assert node.ledger.size() == before + 1


def test_what_was_refused_is_kept_as_it_stood_until_its_source_is_put_right(node, folder):
    (folder / "d.yaml").write_text("notes: [unclosed\n", encoding="utf-8")
    first = harvest(node, folder)
    assert (first["read"], first["accepted"], first["quarantined"], first["refused"][0]["code"]) == (4, 3, 1, "unreadable")
    assert harvest(node, folder)["quarantined"] == 1
    with node.store.read() as connection:
        (row,) = connection.execute(sa.select(records.QUARANTINE)).all()
    assert (bytes(row.content), row.until) == (b"notes: [unclosed\n", None)
    (folder / "d.yaml").write_text("title: D\n", encoding="utf-8")
    assert (harvest(node, folder)["quarantined"], len(live(node))) == (0, 4)
    with node.store.read() as connection:
        assert connection.scalar(sa.select(records.QUARANTINE.c.until)) is not None


def test_a_record_that_says_the_same_in_a_changed_document_gets_no_new_version(node, tmp_path):
    source = tmp_path / "dump.json"
    made = [{"id": f"x{i}", "title": f"T{i}", "notes": "n"} for i in range(5)]
    source.write_text(json.dumps({"success": True, "result": {"count": 5, "results": made}}))
    assert harvest(node, source)["new"] == 5
    made[3]["notes"] = "changed"
    source.write_text(json.dumps({"success": True, "result": {"count": 5, "results": made[::-1]}}))
    again = harvest(node, source)
    assert {k: again[k] for k in ("new", "changed", "gone", "read")} == {"new": 0, "changed": 1, "gone": 0, "read": 5}


def test_two_documents_of_one_name_stay_two_records_whichever_changes_first(node, folder):
    (folder / "a.json").write_text('{"title": "Json a", "notes": "n"}')
    harvest(node, folder)
    assert {i: r["title"][0]["text"] for i, r in live(node).items() if "/a" in i} == {"records/a": "Json a", "records/a~2": "Table a"}
    (folder / "a.yaml").write_text("title: Table a again\n")
    assert {k: v for k, v in harvest(node, folder).items() if k in ("new", "changed", "gone")} == {"new": 0, "changed": 1, "gone": 0}
    assert {i: r["title"][0]["text"] for i, r in live(node).items() if "/a" in i} == {"records/a": "Json a", "records/a~2": "Table a again"}


def test_two_records_of_one_id_in_one_document_are_both_kept(node, tmp_path):
    (tmp_path / "d.json").write_text('[{"id": "x", "title": "One"}, {"id": "x", "title": "Two"}]')
    assert harvest(node, tmp_path / "d.json")["accepted"] == 2
    assert {i: r["title"][0]["text"] for i, r in live(node).items()} == {"d/x": "One", "d/x~2": "Two"}


# Key names never seen before


def other_keys(number: int) -> dict[str, Any]:
    """A record as no list of names knows it, of the shape cloud registries and ministries write."""
    return {"Bezeichnung": f"Messreihe {number} der Wasserwerke", "Erläuterung": f"Stündliche Pegel und Güte, Reihe {number}. " * 8,
            "ManagedBy": ["Wasseramt", "Stadtwerke", "Landesamt für Umwelt"][number % 3], "UpdateFrequency": ["Daily", "Monthly", "As data arrive"][number % 3],
            "Schlagworte": [["wasser", "pegel", "güte"][number % 3], f"gebiet {number % 20}"], "Lizenz": "Creative Commons BY 4.0",
            "Kontakt": f"amt{number % 5}@wasser.example", "Stand": f"2024-0{1 + number % 9}-11",
            "Bestände": [{"Was": "Rohdaten", "ARN": f"arn:aws:s3:::bucket-{number}", "Region": "eu-1"}, {"Was": "Karte", "ARN": f"arn:aws:s3:::karte-{number}"}],
            "Sonstiges": {"Tutorials": [{"Title": "How", "URL": "https://t.example"}]}, "Nr": number}


def test_a_folder_of_other_key_names_goes_in_by_the_same_command_and_shows_its_mapping(tmp_path):
    folder = tmp_path / "register"
    folder.mkdir()
    for number in range(300):
        (folder / f"r{number}.yaml").write_text(yaml.safe_dump(other_keys(number), allow_unicode=True), encoding="utf-8")
    data = harvest(Workspace(tmp_path / "node"), folder)
    assert (data["read"], data["accepted"], data["quarantined"]) == (300, 300, 0)
    assert {k: data["mapping"].get(k) for k in ("Bezeichnung", "Erläuterung", "ManagedBy", "UpdateFrequency", "Schlagworte", "Lizenz", "Kontakt", "Stand", "Bestände",
                                                "resources.ARN")} == {
        "Bezeichnung": "title", "Erläuterung": "description", "ManagedBy": "publisher", "UpdateFrequency": "frequency", "Schlagworte": "keyword",
        "Lizenz": "license", "Kontakt": "contact_email", "Stand": "modified", "Bestände": "resources", "resources.ARN": "address"}
    assert set(data["unmapped"]) == {"Sonstiges", "Nr"}
    assert data["not_recognised"]["frequency"] == {"As data arrive": 100}
    for one, record in live(Workspace(tmp_path / "node")).items():
        number = int(one.rpartition("/r")[2])
        kept = "\n".join(leaves(record))
        assert all(value in kept or value.upper() in kept for value in leaves(other_keys(number)))


def test_chinese_keys_of_a_resource_catalogue_are_order_809s_fields(node, tmp_path):
    folder = tmp_path / "目录"
    folder.mkdir()
    said = {"信息资源名称": "法人基本信息", "信息资源摘要": "企业登记的基本信息", "信息资源提供方": "市市场监管局", "更新周期": "每日", "共享属性": "有条件共享",
            "共享方式": "接口", "使用条件": "仅限行政审批核验", "数据分级": "一般数据", "发布日期": "2024年3月5日", "信息项": [{"名称": "统一社会信用代码", "数据类型": "字符型"}, {"名称": "注册资本"}]}
    (folder / "法人.json").write_text(json.dumps([said, {**said, "信息资源名称": "社保缴纳信息", "共享属性": "看情况"}], ensure_ascii=False), encoding="utf-8")
    data = harvest(node, folder)
    assert (data["accepted"], data["not_recognised"]) == (2, {"sharing": {"看情况": 1}})
    first = next(r for r in live(node).values() if r["title"][0]["text"] == "法人基本信息")
    assert {k: first[k] for k in ("sharing", "sharing_mode", "use_conditions", "grade", "issued")} == {
        "sharing": "conditional", "sharing_mode": "接口", "use_conditions": "仅限行政审批核验", "grade": "一般数据", "issued": "2024-03-05"}
    assert first["publisher"]["name"] == "市市场监管局"
    assert [i["name"] for i in first["items"]] == ["统一社会信用代码", "注册资本"]
    assert first["frequency"]["address"].endswith("/DAILY")


def test_titles_in_two_languages_one_level_down_or_nowhere_are_found(node, tmp_path):
    for name, content in (("two", 'title: {zh: 水井, en: Wells}\nnotes: {zh: 深度, en: depth}\nkeywords: "water, wells; depth"\n'),
                          ("deep", "metadata:\n  title: Deep wells\n  description: far down\nchecksum: abc\n"), ("no-name_here", "size: 5\nunit: m\n")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
        assert harvest(node, folder)["accepted"] == 1
    kept = live(node)
    assert {w["language"]: w["text"] for w in kept["two/two"]["title"]} == {"zh": "水井", "en": "Wells"}
    assert [w["text"] for w in kept["two/two"]["keyword"]] == ["depth", "water", "wells"]
    assert kept["deep/deep"]["title"][0]["text"] == "Deep wells"
    assert kept["deep/deep"]["description"][0]["text"] == "far down"
    assert kept["no-name_here/no-name_here"]["title"][0]["text"] == "no name here"


def test_a_mapping_laid_down_goes_before_what_is_guessed_and_is_kept(node, folder):
    (folder / "x.yaml").write_text("title: Wrong\nheading: Right\nnotes: n\n", encoding="utf-8")
    mapping = Document("m.json", b'{"heading": "title", "title": ""}')
    harvest(node, folder, mapping=mapping)
    assert live(node)["records/x"]["title"][0]["text"] == "Right"
    assert live(node)["records/x"]["extras"] == {"title": "Wrong"}
    (folder / "x.yaml").write_text("title: Wrong\nheading: Righter\nnotes: n\n", encoding="utf-8")
    harvest(node, folder)
    assert live(node)["records/x"]["title"][0]["text"] == "Righter"
    with pytest.raises(Problem, match="Fields: title"):
        harvest(node, folder, mapping=Document("m.json", b'{"heading": "heading"}'))


# What a source may be


def test_ckan_dcat_croissant_and_front_matter_go_in_by_one_command(node, tmp_path):
    folder = tmp_path / "mixed"
    (folder / "deep").mkdir(parents=True)
    (folder / "ckan.json").write_text(json.dumps({"success": True, "help": "h", "result": {
        "id": "1-2", "name": "roads", "title": "Roads", "notes": "All roads", "license_title": "CC-BY", "organization": {"title": "Transport", "id": "o1"},
        "tags": [{"name": "street", "display_name": "street"}], "groups": [{"title": "Mobility"}], "metadata_modified": "2024-03-05T10:00:00",
        "extras": [{"key": "spatial-text", "value": "City"}], "resources": [{"url": "https://c.example/r.csv", "format": "CSV", "name": "r", "size": 5}]}}))
    (folder / "deep" / "d.ttl").write_text('@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n'
                                           '<urn:x:rivers> a dcat:Dataset ; dct:title "Rivers"@en, "河流"@zh . <urn:x:none> a dcat:Dataset .')
    (folder / "c.jsonld").write_text(json.dumps({"@context": {"@vocab": "https://schema.org/"}, "@type": "Dataset", "@id": "urn:x:lakes", "name": "Lakes"}))
    (folder / "p.md").write_text("---\ntitle: Ponds\n---\nAll ponds of the town.\n")
    (folder / "README.txt").write_text("not a record")
    data = harvest(node, folder)
    assert (data["read"], data["accepted"], data["quarantined"], data["passed_over"]) == (5, 4, 1, 1)
    found = {r["title"][0]["text"]: r for r in live(node).values()}
    assert found["Roads"]["publisher"]["name"] == "Transport"
    assert found["Roads"]["extras"]["extras"] == [{"key": "spatial-text", "value": "City"}]
    assert [w["text"] for w in found["Roads"]["keyword"]] == ["street"]
    assert found["Ponds"]["description"][0]["text"] == "All ponds of the town."
    assert found["Rivers"]["address"] == "urn:x:rivers"


def test_a_list_of_datasets_whose_context_lies_elsewhere_is_read_by_its_keys(node, tmp_path):
    (tmp_path / "data.json").write_text(json.dumps({"@context": "https://p.example/catalog.jsonld", "conformsTo": "v1.1", "dataset": [
        {"identifier": f"i{n}", "title": f"T{n}", "description": "d", "publisher": {"name": "Agency"}, "modified": "R/P1Y", "keyword": ["k"],
         "distribution": [{"downloadURL": "https://p.example/f.csv", "mediaType": "text/csv"}]} for n in range(3)]}))
    assert harvest(node, tmp_path / "data.json")["accepted"] == 3
    one = live(node)["data/i1"]
    assert (one["publisher"]["name"], one["resources"][0]["download_url"][0]["address"]) == ("Agency", "https://p.example/f.csv")
    assert one["frequency"]["address"].endswith("/ANNUAL")


@pytest.mark.parametrize(("name", "content", "said"), [
    ("bomb.yaml", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]" for i in range(9)), "never ends"),
    ("self.yaml", "a: &a\n  b: *a\n", "holds itself"), ("tag.yaml", "title: !!python/object/apply:os.system [ls]\n", "not read"),
    ("twice.yaml", "title: a\ntitle: b\n", "given twice"), ("page.json", "<!DOCTYPE html><html></html>", "web page"), ("deep.json", "[" * 5_000 + "]" * 5_000, "JSON"),
    ("context.jsonld", '{"@context": "https://evil.example/", "@type": "Dataset"}', "never fetched"), ("plain.md", "# No record\n", "does not begin"),
    ("list.yaml", "- 1\n- 2\n", "not a record"), ("empty.yaml", "", "empty"), ("none.ttl", "<urn:a> <urn:b> <urn:c> .", "dcat:Dataset"), ("gbk.yaml", b"title: \xff\xfe\x81", "")])
def test_what_is_no_record_is_set_apart_with_its_reason_and_the_others_go_in(node, folder, name, content, said):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    data = harvest(node, folder)
    assert data["accepted"] == 3
    assert data["read"] == 3 + data["quarantined"] > 3
    assert said in data["refused"][0]["reason"]


def test_what_is_set_apart_says_why_in_chinese_to_who_reads_chinese(node, folder):
    wrong = {"self.yaml": "a: &a\n  b: *a\n", "twice.yaml": "title: a\ntitle: b\n", "page.json": "<html></html>", "plain.md": "# No\n", "list.yaml": "- 1\n- 2\n",
             "empty.yaml": "", "none.ttl": "<urn:a> <urn:b> <urn:c> ."}
    for name, content in wrong.items():
        (folder / name).write_text(content)
    told = run(BY_PATH["data", "harvest"], Context(node, "zh", dry_run=True), Harvest(str(folder))).data["refused"]
    assert {r["document"] for r in told} == set(wrong)
    assert [r for r in told if not re.search("[\u4e00-\u9fff]", r["reason"])] == []


def test_numbers_days_and_words_of_yaml_stay_as_they_are_written():
    (tree,) = yaml_trees("code: 010\nat: 12:30:45\ncountry: NO\nday: 2024-03-05\nversion: 1.10\nflag: true\nnone: ~\n", "t")
    assert tree == {"code": "010", "at": "12:30:45", "country": "NO", "day": "2024-03-05", "version": "1.10", "flag": True, "none": None}


def test_gb18030_and_utf16_are_read(node, folder):
    (folder / "g.yaml").write_bytes("title: 水质监测\nnotes: 每日\n".encode("gb18030"))
    (folder / "h.json").write_bytes('{"title": "气象站", "notes": "n"}'.encode("utf-16"))
    harvest(node, folder)
    assert {"水质监测", "气象站"} <= {r["title"][0]["text"] for r in live(node).values()}


def test_links_that_lead_out_of_the_folder_are_not_followed(node, folder, tmp_path):
    (tmp_path / "secret.yaml").write_text("title: Secret\n")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "up").symlink_to(tmp_path)
    assert harvest(node, folder)["read"] == 3


@pytest.mark.parametrize("source", ["/nowhere/at/all", "https://c.example/catalog"])
def test_a_source_that_is_no_folder_is_refused_and_nothing_is_marked_as_gone(node, folder, source):
    harvest(node, folder)
    with pytest.raises((Problem, Unreadable)):
        harvest(node, Path(source) if source.startswith("/") else source, name="records")
    for each in folder.iterdir():
        each.unlink()
    with pytest.raises(Unreadable, match="no catalogue"):
        harvest(node, folder)
    assert len(live(node)) == 3


# Search


def found(workspace: Workspace, words: str, **facets: str) -> list[str]:
    data = run(BY_PATH["catalogue", "search"], Context(workspace), Search(words, **facets)).data
    return [r["title"] for r in data["records"]]


def test_words_of_two_characters_are_found_on_either_database(node, tmp_path):
    folder = tmp_path / "目录"
    folder.mkdir()
    for number, title in enumerate(("上海市公共数据资源目录", "公共卫生机构", "空气质量监测站点", "Bridge inspections", "桥梁检测数据")):
        (folder / f"{number}.yaml").write_text(f"title: {title}\nnotes: 说明 of bridges {number}\npublisher: {'甲局' if number % 2 else '乙局'}\n", encoding="utf-8")
    harvest(node, folder)
    assert found(node, "公共") == ["上海市公共数据资源目录", "公共卫生机构"]
    assert found(node, "公共数据") == ["上海市公共数据资源目录"]
    assert found(node, "数据") == ["上海市公共数据资源目录", "桥梁检测数据"]
    assert found(node, "桥梁") == ["桥梁检测数据"]
    assert found(node, "bridge")[0] == "Bridge inspections"
    assert len(found(node, "bridge")) == 5
    assert found(node, "bridge", publisher="甲局") == ["Bridge inspections", "公共卫生机构"]
    assert found(node, "'\"; DROP TABLE catalogue_records --") == []
    assert found(node, "!!!") == []
    assert len(found(node, "")) == 5
    (folder / "1.yaml").write_text("title: 疾控机构\n", encoding="utf-8")
    harvest(node, folder)
    assert found(node, "公共") == ["上海市公共数据资源目录"]
    assert found(node, "疾控") == ["疾控机构"]


def test_both_databases_find_the_same_in_the_real_catalogue(philly, tmp_path, cluster, harvested):
    import psycopg

    name = "s_catalogue"
    address = f"{cluster}&options=-csearch_path%3D{name}%20-ctimezone%3DAsia/Shanghai"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    other = Workspace(tmp_path / "node")
    other.establish()
    (other.folder / "jingwei.toml").write_text(f'[store]\nurl = "{address}"\n')
    harvest(other, philly)
    sqlite, _ = harvested
    for words in ("bridge", "police complaints", "air quality", "parks and recreation", "zoning", "2010 census blocks", "SEPTA", "", "nothing-of-the-kind"):
        one, two = (run(BY_PATH["catalogue", "search"], Context(w), Search(words, count=500)).data for w in (sqlite, other))
        assert one == two
        assert one["found"] or words == "nothing-of-the-kind"
    other.store.close()


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_a_backup_brings_the_catalogue_to_the_other_database_and_its_words_are_found_there(node, folder, tmp_path, request, to):
    from datetime import UTC, datetime

    import psycopg

    from jingwei.coordination.record.backup import opened, put_back, write_backup

    harvest(node, folder)
    write_backup(node, tmp_path / "b", datetime(2026, 1, 1, tzinfo=UTC))
    other = Workspace(tmp_path / "other")
    other.establish()
    if to == "postgresql":
        name = f"back_{'p' if node.store.url else 's'}"
        address = f"{request.getfixturevalue('cluster')}&options=-csearch_path%3D{name}%20-ctimezone%3DAsia/Shanghai"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        (other.folder / "jingwei.toml").write_text(f'[store]\nurl = "{address}"\n')
    with opened(tmp_path / "b", other.folder) as (told, unpacked):
        put_back(unpacked, told, other)
    assert live(other) == live(node)
    assert found(other, "table a") == found(node, "table a") == ["Table a"]
    (folder / "n.yaml").write_text("title: New table\n", encoding="utf-8")
    assert (harvest(other, folder)["new"], found(other, "new")) == (1, ["New table"])
    other.store.close()
