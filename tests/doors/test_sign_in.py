"""Signing in with an OpenID provider: who is admitted gets in under a pseudonym, and no trick of a provider, a browser or a link lets anybody else in."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from litestar.testing import TestClient
from openid_provider import CLIENT, SECRET, OpenIdProvider, openid_provider, settings_for

from jingwei.coordination.people import actions, model
from jingwei.doors.asked import Refused
from jingwei.doors.login import routes
from jingwei.doors.login.cookies import Cookies, Pending, ours
from jingwei.doors.login.provider import Provider, SignInRefused
from jingwei.doors.login.tokens import claims_of
from jingwei.doors.portal.app import application
from jingwei.kernel.actions import Context
from jingwei.kernel.i18n import Text
from jingwei.kernel.people import Organisation, Principal, Role
from jingwei.kernel.people_records import keep_organisation
from jingwei.kernel.problems import Problem
from jingwei.kernel.settings import Login
from jingwei.kernel.workspace import Workspace

HERE = "http://127.0.0.1"


@contextmanager
def visiting(app: Any) -> Iterator[TestClient]:
    """A browser that is led nowhere by itself."""
    with TestClient(app, base_url=HERE) as client:
        client.follow_redirects = False
        yield client


@contextmanager
def another(browser: TestClient, cookies: dict[str, str] | None = None) -> Iterator[TestClient]:
    """Another browser for a while, with these cookies and no others."""
    own = dict(browser.cookies)
    browser.cookies.clear()
    for name, value in (cookies or {}).items():
        browser.cookies.set(name, value, domain="127.0.0.1")
    yield browser
    browser.cookies.clear()
    for name, value in own.items():
        browser.cookies.set(name, value, domain="127.0.0.1")


@pytest.fixture(scope="module")
def one_provider() -> Iterator[OpenIdProvider]:
    with openid_provider() as one:
        yield one


@pytest.fixture
def provider(one_provider) -> OpenIdProvider:
    """Honest again, and with somebody to sign in who never did before."""
    one_provider.honest()
    return one_provider


@pytest.fixture(scope="module")
def node(tmp_path_factory, one_provider) -> Context:
    context = Context(Workspace(tmp_path_factory.mktemp("signing") / "node"))
    context.workspace.establish()
    (context.workspace.folder / "jingwei.toml").write_text(settings_for(one_provider))
    (context.workspace.folder / "login.secret").write_text(SECRET + "\n")
    with context.workspace.store.write() as connection:
        for one in (Organisation("bureau", Text("市数据局", "City data bureau"), "bureau", "city", "440100"),
                    Organisation("health", Text("市卫健委", "Health"), "department", "city", "440100", "bureau"),
                    Organisation("civil", Text("市民政局", "Civil affairs"), "department", "city", "440100", "bureau")):
            keep_organisation(connection, one)
    actions.set_role(context, model.SetRole("sharer", "共享专员", "Sharing officer", ("sharing.write", "sharing.read")))
    return context


@pytest.fixture(scope="module")
def one_browser(node) -> Iterator[TestClient]:
    kept, routes.A_MINUTE, routes.AT_ONCE = (routes.A_MINUTE, routes.AT_ONCE), 10**6, 10**6
    with visiting(application(node.workspace)) as client:
        yield client
    routes.A_MINUTE, routes.AT_ONCE = kept


@pytest.fixture
def browser(one_browser, provider) -> TestClient:
    one_browser.cookies.clear()
    return one_browser


def sent_on(answer: httpx.Response) -> str:
    """Where the provider sends a browser that the portal sent there."""
    assert answer.status_code == 303
    where = urlsplit(answer.headers["location"])
    there = HTTPConnection(where.hostname, where.port)
    there.request("GET", f"{where.path}?{where.query}")
    home = there.getresponse().headers["location"]
    there.close()
    return home.removeprefix(HERE)


def go(browser: TestClient, back: str = "") -> httpx.Response:
    """From the link to what the portal says in the end."""
    return browser.get(sent_on(browser.get("/en/sign-in" + (f"?back={back}" if back else ""))))


def admitted(node: Context, browser: TestClient) -> httpx.Response:
    """Somebody who tried, was told their code, and was admitted."""
    code = re.search(r"\b[0-9a-f]{32}\b", go(browser).text)
    assert code
    actions.admit_person(node, model.AdmitPerson(code[0], "health", ("sharer",)))
    return go(browser)


def entries(node: Context) -> list[dict]:
    return [json.loads(entry) for _, entry in node.workspace.ledger.entries()]


def last_person(node: Context) -> dict:
    """Whoever signed in last."""
    whose = node.workspace.ledger.people()[[e for e in entries(node) if e["kind"] == "session.begun"][-1]["actor"]]
    return next(p for p in actions.list_people(node, model.AskPeople()).data["people"] if p["person"] == whose)


def test_who_is_not_admitted_is_told_a_code_and_who_is_acts_for_their_organisation(node, browser):
    first = go(browser)
    assert first.status_code == 403
    assert "You are not admitted yet" in first.text
    assert browser.get("/en/me").status_code == 303
    done = admitted(node, browser)
    assert (done.status_code, 'content="0;url=/en/me"' in done.text) == (200, True)
    me = browser.get("/en/me")
    assert "You act for Health" in me.text
    assert 'href="/en/do/share/request"' in me.text
    assert me.headers["cache-control"] == "no-store"
    assert ">Health</a>" in browser.get("/en/catalogue").text


def test_every_sign_in_is_on_record_and_nothing_of_the_person_is_anywhere(node, browser, provider):
    admitted(node, browser)
    browser.post("/en/sign-out")
    told = [e for e in entries(node) if e["kind"].startswith(("session.", "person."))]
    assert [e["kind"] for e in told][-3:] == ["person.admitted", "session.begun", "session.ended"]
    assert next(e for e in told if e["kind"] == "session.refused")["facts"] == {"why": "not_admitted"}
    assert re.fullmatch(r"p-[0-9a-f]{32}", told[-2]["actor"])
    assert set(told[-2]["facts"]) == {"session", "by"}
    kept = b"".join(path.read_bytes() for path in node.workspace.folder.rglob("*") if path.is_file())
    assert not any(word.encode() in kept for word in ("zhang", "张伟"))


def test_a_new_session_begins_with_each_sign_in_and_the_old_one_opens_nothing(node, browser):
    admitted(node, browser)
    name = next(c for c in browser.cookies if c.startswith("jingwei-session"))
    old = browser.cookies[name]
    go(browser)
    assert browser.cookies[name] != old
    with another(browser, {name: old}) as thief:
        assert thief.get("/en/me").status_code == 303
    with another(browser, {name: "planted"}) as fixed:
        assert go(fixed).status_code == 200
        assert fixed.cookies[name] != "planted"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(node, browser):
    set_ = admitted(node, browser).headers.get_list("set-cookie")
    session = next(c for c in set_ if c.startswith("jingwei-session")).lower()
    assert "httponly" in session
    assert "samesite=strict" in session


def test_signing_out_ends_the_session_here_and_at_the_provider(node, browser, provider):
    admitted(node, browser)
    name = next(c for c in browser.cookies if c.startswith("jingwei-session"))
    held = browser.cookies[name]
    out = browser.post("/en/sign-out")
    assert f"{provider.issuer}/end?client_id=jingwei" in out.text
    with another(browser, {name: held}) as thief:
        assert thief.get("/en/me").status_code == 303


def test_who_is_dismissed_or_signed_out_by_the_operator_is_out_at_once(node, browser):
    admitted(node, browser)
    person = last_person(node)
    assert person["sessions"] == 1
    actions.sign_out(node, model.SignOutPerson(person["person"]))
    assert browser.get("/en/me").status_code == 303
    assert go(browser).status_code == 200
    actions.dismiss_person(node, model.DismissPerson(person["person"]))
    assert browser.get("/en/me").status_code == 303
    assert go(browser).status_code == 403


def test_a_session_is_over_when_its_hours_are(node, browser, monkeypatch):
    admitted(node, browser)
    later = time.time() + 8 * 3600
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(later) - 60))
    assert browser.get("/en/me").status_code == 200
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(later) + 60))
    assert browser.get("/en/me").status_code == 303


def test_claims_mean_something_only_where_the_node_signed_it_and_only_as_long(node, browser, provider):
    provider.person |= {"groups": ["everybody", "health-data"], "organisation": "bureau", "roles": ["sharer"]}
    assert go(browser).status_code == 403
    meaning = model.MapClaim("groups", "health-data", "health", ("sharer",))
    actions.map_claim(node, meaning)
    assert go(browser).status_code == 200
    person = last_person(node)
    assert (person["organisation"], person["roles"], person["by"]) == ("health", ["sharer"], "claims")
    provider.person["groups"] = ["everybody"]
    assert go(browser).status_code == 403
    provider.person["groups"] = "health-data"
    assert go(browser).status_code == 200
    actions.map_claim(node, model.MapClaim("groups", "health-data", "health", ("sharer",), withdraw=True))
    assert go(browser).status_code == 403


def test_a_meaning_that_somebody_wrote_into_the_record_without_the_nodes_key_means_nothing(node, browser, provider):
    from jingwei.kernel.ledger import Event

    forged = {"map": "0" * 20, "organisation": "health", "roles": ["sharer"], "signature": "00" * 64}
    node.workspace.ledger.append(Event("claim.mapped", node.clock(), "local", forged, {"claim:" + "0" * 20: {"claim": "groups", "value": "x"}}))
    provider.person["groups"] = ["x"]
    assert go(browser).status_code == 403


def test_claims_of_two_organisations_let_nobody_in(node, browser, provider):
    for value, organisation in (("a", "health"), ("b", "civil")):
        actions.map_claim(node, model.MapClaim("groups", value, organisation, ("sharer",)))
    provider.person["groups"] = ["a", "b"]
    assert "two organisations" in go(browser).text


def test_who_was_admitted_by_hand_stays_what_they_are_whatever_the_claims_say(node, browser, provider):
    admitted(node, browser)
    actions.map_claim(node, model.MapClaim("groups", "b", "civil", ("sharer",)))
    provider.person["groups"] = ["b"]
    assert go(browser).status_code == 200
    assert "You act for Health" in browser.get("/en/me").text


# Providers that cheat


CHEATS = {
    "nonce": lambda p: {"nonce": "another"}, "no nonce": lambda p: {"nonce": None}, "aud": lambda p: {"aud": "another"}, "aud beside": lambda p: {"aud": ["jingwei", "another"]},
    "azp": lambda p: {"azp": "another"}, "iss": lambda p: {"iss": "https://elsewhere.example"}, "exp": lambda p: {"exp": int(time.time()) - 120},
    "exp endless": lambda p: {"exp": float("nan")}, "iat ahead": lambda p: {"iat": int(time.time()) + 600}, "iat long ago": lambda p: {"iat": int(time.time()) - 3600},
    "nbf": lambda p: {"nbf": int(time.time()) + 600}, "sub": lambda p: {"sub": ""}, "no sub": lambda p: {"sub": None}, "at_hash": lambda p: {"at_hash": "x" * 22},
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_a_token_that_says_anything_wrong_lets_nobody_in(node, browser, provider, cheat):
    why = {"exp": "expired", "exp endless": "exp"}.get(cheat, cheat.removeprefix("no ").split()[0])
    admitted(node, browser)
    browser.post("/en/sign-out")

    def changed(claims: dict) -> dict:
        return {k: v for k, v in {**claims, **CHEATS[cheat](provider)}.items() if v is not None}

    provider.claims = changed
    refused = go(browser)
    assert (refused.status_code, "You are not signed in" in refused.text) == (403, True)
    assert browser.get("/en/me").status_code == 303
    assert any(e["kind"] == "session.refused" and e["facts"]["why"] == why for e in entries(node))


def test_clocks_may_differ_a_little(node, browser, provider):
    admitted(node, browser)
    provider.claims = lambda claims: {**claims, "exp": int(time.time()) - 20, "iat": int(time.time()) + 20}
    assert go(browser).status_code == 200


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}])
def test_a_token_signed_with_nothing_or_with_the_public_key_lets_nobody_in(node, browser, provider, header):
    admitted(node, browser)
    browser.post("/en/sign-out")
    provider.signed = lambda claims: provider.sign_with(header, claims)
    assert go(browser).status_code == 403
    assert any(e["kind"] == "session.refused" and e["facts"]["why"] == "signature" for e in entries(node))


def test_a_token_of_a_stranger_or_one_that_was_changed_lets_nobody_in(node, browser, provider):
    admitted(node, browser)
    browser.post("/en/sign-out")
    with openid_provider() as stranger:
        stranger.keys[0] = type(stranger.keys[0]).import_key({**stranger.keys[0].as_dict(private=True), "kid": provider.keys[0].kid})
        provider.signed = stranger.sign
        assert go(browser).status_code == 403
    provider.signed = lambda claims: provider.sign(claims)[:-8] + "AAAABBBB"
    assert go(browser).status_code == 403


def test_keys_are_kept_and_a_new_one_is_looked_for_when_a_token_names_it(tmp_path, provider):
    now = [0.0]
    there = Provider(Login(provider.issuer, CLIENT), tmp_path, lambda: now[0])

    def holds(token: str) -> bool:
        try:
            return bool(claims_of(there, token, "", "n", time.time()))
        except SignInRefused as refused:
            assert refused.why == "signature"
            return False

    def token() -> str:
        return provider.sign({"iss": provider.issuer, "aud": CLIENT, "sub": "a", "iat": int(time.time()), "exp": int(time.time()) + 60, "nonce": "n"})

    old = token()
    assert [holds(old), holds(token())] == [True, True]
    assert provider.asked == ["/.well-known/openid-configuration", "/keys"]
    provider.rotate()
    assert not holds(token())  # looked for only after a rest: naming keys that nobody has costs the provider nothing
    assert provider.asked.count("/keys") == 1
    now[0] = 31.0
    assert [holds(token()), holds(old)] == [True, False]
    provider.keys = []
    now[0] = 10_000.0
    with pytest.raises(Refused):  # a provider without keys vouches for nothing, whatever was kept
        there.keys(None)


@pytest.mark.parametrize("described", [
    {"issuer": "http://127.0.0.1:1"}, {"token_endpoint": "http://127.0.0.1:1/token"}, {"jwks_uri": "http://169.254.169.254/keys"},
    {"authorization_endpoint": "https://elsewhere.example/a"}, {"end_session_endpoint": "https://elsewhere.example/a"},
    {"id_token_signing_alg_values_supported": None}, {"jwks_uri": None}])
def test_a_description_that_leads_elsewhere_is_not_followed(tmp_path, provider, described):
    provider.described = described
    with pytest.raises(Refused) as refused:
        Provider(Login(provider.issuer, CLIENT), tmp_path).address("s", "n", "v", HERE)
    assert (refused.value.code, int(refused.value.status)) == ("bad_provider", 502)
    assert provider.asked == ["/.well-known/openid-configuration"]


def test_a_provider_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(Refused) as refused:
        Provider(Login("http://127.0.0.1:9", CLIENT), tmp_path).address("s", "n", "v", HERE)
    assert refused.value.code == "provider_unreachable"


# Browsers and links


def test_a_code_serves_once_even_where_the_provider_takes_it_again(node, browser, provider):
    admitted(node, browser)
    provider.forgiving = True
    out = browser.get("/en/sign-in")
    asking = dict(browser.cookies)
    home = sent_on(out)
    assert browser.get(home).status_code == 200
    with another(browser, asking) as thief:
        assert thief.get(home).status_code == 403
        assert thief.get("/en/me").status_code == 303
    provider.forgiving = False


def test_what_another_browser_began_ends_nowhere(node, browser):
    admitted(node, browser)
    browser.post("/en/sign-out")
    out = browser.get("/en/sign-in")
    home = sent_on(out)
    with another(browser) as victim:
        assert victim.get(home).status_code == 403
        victim.get("/en/sign-in")
        assert victim.get(home).status_code == 403


@pytest.mark.parametrize("change", [{"state": "x"}, {"state": None}, {"code": None}, {"error": "access_denied"}, {"iss": "https://elsewhere.example"}])
def test_an_answer_that_is_not_to_this_question_is_refused(node, browser, provider, change):
    admitted(node, browser)
    browser.post("/en/sign-out")
    out = browser.get("/en/sign-in")
    home = urlsplit(sent_on(out))
    query = {k: v for k, v in {**{k: v[0] for k, v in parse_qs(home.query).items()}, **change}.items() if v is not None}
    asked = len(provider.asked)
    assert browser.get("/sign-in/callback", params=query).status_code == 403
    assert provider.asked[asked:] == []
    assert browser.get("/en/me").status_code == 303


def test_a_provider_that_says_it_names_itself_must(node, provider):
    provider.described = {"authorization_response_iss_parameter_supported": True}
    with visiting(application(node.workspace)) as browser:
        assert "another identity provider" in go(browser).text
        provider.answers = {"iss": provider.issuer}
        assert "You are not admitted yet" in go(browser).text


@pytest.mark.parametrize("back", ["https://elsewhere.example/zh", "//elsewhere.example/zh", "/zh//elsewhere.example", "/\\elsewhere", "/zh\\..", "javascript:alert(1)", "/fr", "/en/sign-out",
                                  "/zh@elsewhere.example", "/zh/\r\nSet-Cookie: a=b", '/zh/"onload'])
def test_a_link_leads_nowhere_but_to_this_portal(back):
    assert ours(back) == ""


@pytest.mark.parametrize("back", ["/zh", "/en/sharing/R-1", "/zh/catalogue?q=%E6%B0%B4"])
def test_a_link_leads_back_to_where_the_reader_was(back):
    assert ours(back) == back


def test_after_signing_in_the_reader_is_where_they_were(node, browser):
    admitted(node, browser)
    assert 'content="0;url=/en/sharing"' in go(browser, "/en/sharing").text
    assert 'content="0;url=/en/me"' in go(browser, "https://elsewhere.example/").text


def test_what_a_sign_in_remembers_can_be_neither_read_nor_made_nor_kept(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    mine, other = Cookies(tmp_path / "a"), Cookies(tmp_path / "b")
    pending = Pending.drawn("/zh", 1_000)
    sealed = mine.sealed(pending)
    assert pending.verifier not in sealed
    assert mine.opened(sealed, 1_599) == pending
    assert [mine.opened(sealed, 1_601), mine.opened(sealed, 999), other.opened(sealed, 1_001), mine.opened(sealed[:-4] + "AAAA", 1_001), mine.opened("é", 1_001)] == [None] * 5
    assert mine.name("session") != other.name("session")


# What the session is good for, and what it is not


def test_what_somebody_may_do_is_theirs_to_do_and_everybody_else_sees_the_same_page_as_before(node, browser):
    before = browser.get("/en/do/share/need")
    assert before.status_code == 403
    assert "Sign in to do it" in before.text
    public = browser.get("/en/sharing")
    admitted(node, browser)
    assert browser.get("/en/do/share/need").status_code == 200
    assert browser.get("/en/do/backup").status_code == 403
    assert browser.get("/en/do/restore").status_code == 403
    body = {"asker": "health", "holder": "civil", "evidence": "BIRTH", "days": "5", "answer": "now"}
    done = browser.post("/en/do/share/need", files={name: (None, value) for name, value in body.items()})
    assert done.status_code == 200
    declared = next(e for e in entries(node) if e["kind"] == "need.declared" and e["facts"]["evidence"] == "BIRTH")
    assert declared["actor"].startswith("p-")
    refused = browser.post("/en/do/share/need", files={name: (None, value) for name, value in {**body, "asker": "bureau"}.items()})
    assert "only bureau may declare" in refused.text
    browser.post("/en/sign-out")
    assert browser.post("/en/do/share/need", files={name: (None, value) for name, value in body.items()}).status_code == 403
    assert public.headers["cache-control"] == "no-cache"
    assert "Health</a>" not in browser.get("/en/sharing").text


def test_a_page_shown_to_somebody_signed_in_is_never_given_to_anybody_else(node, browser):
    admitted(node, browser)
    mine = browser.get("/en/sharing")
    assert (mine.headers["cache-control"], "etag" in mine.headers) == ("no-store", False)
    with another(browser) as other:
        assert "Health</a>" not in other.get("/en/sharing").text


def test_nobody_gives_more_than_they_have_nor_outside_their_organisation(node):
    from dataclasses import replace

    head = replace(node, principal=Principal(f"p-{7:032x}", "health", (Role("head", Text("负责人", "Head"), frozenset({"people.write", "sharing.read"})),)))
    for given in (model.AdmitPerson("0" * 32, "civil", ()), model.AdmitPerson("0" * 32, "health", ("sharer",))):
        with pytest.raises(Problem) as refused:
            actions.admit_person(head, given)
        assert refused.value.code == "beyond_own"
    with pytest.raises(Problem):
        actions.set_role(head, model.SetRole("more", "更多", "More", ("ledger.erase",)))


def test_without_a_provider_in_the_settings_nothing_changes_and_nobody_can_sign_in(tmp_path):
    with visiting(application(Workspace(tmp_path))) as client:
        assert client.get("/en/sign-in").status_code == 404
        assert client.get("/sign-in/callback?code=1&state=2").status_code == 404
        assert "sign-in" not in client.get("/en/sharing").text


@pytest.mark.parametrize("given", [{"issuer": "http://elsewhere.example", "client": "a"}, {"issuer": "ftp://localhost", "client": "a"}, {"issuer": "https://a.example"},
                                   {"issuer": "https://a.example?x=1", "client": "a"}, {"issuer": "https://u@a.example", "client": "a"}, {"skew": 301}, {"hours": 25}])
def test_settings_that_would_let_anybody_in_between_are_refused(given):
    with pytest.raises(ValueError, match=r"login"):
        Login(**given)
