"""``jingwei.toml``: every setting has a default, and none is silently ignored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingwei.kernel.problems import Problem
from jingwei.kernel.settings import FILE, Settings


@pytest.mark.parametrize("content", [None, "", "# nothing\n", "[lake]\n"])
def test_without_a_setting_the_defaults_hold(tmp_path, content):
    if content is not None:
        (tmp_path / FILE).write_text(content)
    assert Settings.read(tmp_path) == Settings()


def test_a_setting_is_read(tmp_path):
    (tmp_path / FILE).write_text('[lake]\nengine = "spark"\n')
    assert Settings.read(tmp_path).lake.engine == "spark"


@pytest.mark.parametrize(("content", "named"), [
    ("[lake]\nengin = 'duckdb'\n", "engin"), ("colour = 1\n", "colour"), ("[lake]\nengine = 'sqlite'\n", "sqlite"),
    ("[lake]\nengine = 3\n", "engine"), ("[lake\n", "line 1"), ("lake = 3\n", "lake")])
def test_an_unknown_key_or_value_is_refused_by_name(tmp_path, content, named):
    (tmp_path / FILE).write_text(content)
    with pytest.raises(Problem, match=named) as raised:
        Settings.read(tmp_path)
    assert raised.value.code == "bad_settings"
    assert raised.value.where.en.endswith(FILE)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    (tmp_path / FILE).mkdir()
    with pytest.raises(Problem):
        Settings.read(tmp_path)


@given(content=st.binary(max_size=80) | st.text("[]lake.engi='\"\n=123{}", max_size=40).map(str.encode))
def test_any_file_is_settings_or_a_problem(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("node")
    (folder / FILE).write_bytes(content)
    try:
        assert Settings.read(folder).lake.engine in ("duckdb", "spark")
    except Problem as problem:
        assert problem.code == "bad_settings"
