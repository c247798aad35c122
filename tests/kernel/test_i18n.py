"""Two languages."""

from __future__ import annotations

import pytest

from jingwei.kernel.i18n import Text, language_of


@pytest.mark.parametrize(("environment", "language"), [
    ({}, "en"), ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "de_DE.UTF-8"}, "en"), ({"LANG": "zh_CN", "LC_ALL": "C"}, "en"),
    ({"LANG": "C", "LC_MESSAGES": "ZH_TW"}, "zh"), ({"JINGWEI_LANG": "zh", "LC_ALL": "en_GB"}, "zh"),
    ({"JINGWEI_LANG": "", "LANG": "zh"}, "zh"), ({"JINGWEI_LANG": "en", "LANG": "zh_CN"}, "en")])
def test_the_language_is_jingwei_lang_or_else_the_locale(environment, language):
    assert language_of(environment) == language


def test_the_process_environment_is_asked_by_default(monkeypatch):
    monkeypatch.setenv("JINGWEI_LANG", "zh")
    assert language_of() == "zh"


def test_a_text_is_given_in_either_language():
    text = Text("经纬", "Jingwei")
    assert (text.in_("zh"), text.in_("en")) == ("经纬", "Jingwei")
