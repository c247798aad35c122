"""The OpenID provider as one worker knows it: its description, its keys, and the exchange of a code for an identity token.

OpenID Connect Core 1.0 and Discovery 1.0, RFC 6749, 7636 (PKCE), 9207 (issuer in the answer). Everything is asked at the issuer's own
origin; no redirect is followed and no proxy used, so a description cannot send the node anywhere else.
"""

from __future__ import annotations

import json
import os
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from jingwei.doors.asked import Refused
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem
from jingwei.kernel.settings import Login

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

SECRET = "JINGWEI_LOGIN_SECRET"
PATIENCE = 10.0
MOST_BYTES = 2**20
KEYS_LAST = 600.0
"""Seconds the provider's keys are kept: one it has withdrawn is not believed for longer."""

KEYS_REST = 30.0
"""Least seconds between two looks for a key that is not known, however many tokens name one."""

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


_AGAIN = Text("请重新登录；再不成，请告诉管理本节点的人。", "Sign in again; should it fail once more, tell whoever runs this node.")


class SignInRefused(Refused):
    """A sign-in that came to nothing. ``why`` is one word for the record."""

    def __init__(self, why: str, what: Text, remedy: Text = _AGAIN) -> None:
        super().__init__(HTTPStatus.FORBIDDEN, "sign_in_failed", what, remedy=remedy)
        self.why = why


@dataclass(frozen=True)
class Provider:
    """folder : the workspace, beside whose settings the file with the client's secret lies; clock : seconds, to know how old the keys are"""

    login: Login
    folder: Path
    clock: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _keys: list[tuple[float, KeySet]] = field(default_factory=list)

    @cached_property
    def described(self) -> Mapping[str, Any]:
        """The provider's description of itself, fetched once. Raises Problem ``provider_unreachable`` or ``bad_provider``."""
        from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url

        told = self._json("GET", get_well_known_url(self.login.issuer, external=True))
        if told.get("issuer") != self.login.issuer:
            raise _bad(Text("它自称的签发者与设置不同", "it names itself otherwise than the settings do"), self.login.issuer)
        found = OpenIDProviderMetadata(told)
        try:
            for name in ("jwks_uri", "subject_types_supported", "id_token_signing_alg_values_supported"):
                getattr(found, f"validate_{name}")()
        except ValueError as error:
            raise _bad(Text(f"它的说明不全（{error}）", f"its description is not whole ({error})"), self.login.issuer) from None
        for name in (*ENDPOINTS, *(["end_session_endpoint"] if "end_session_endpoint" in told else [])):
            self._own(str(told.get(name, "")), name)
        return told

    def address(self, state: str, nonce: str, verifier: str, back: str) -> str:
        """Where the browser goes to sign in."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        return str(prepare_grant_uri(self.described["authorization_endpoint"], self.login.client, "code", back, " ".join(("openid", *self.login.scopes)), state,
                                     nonce=nonce, code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256"))

    def exchange(self, code: str, verifier: str, back: str) -> tuple[str, str]:
        """The identity token and access token for a code. Raises SignInRefused ``code``, when the provider does not take it."""
        from authlib.oauth2.auth import ClientAuth

        secret = self._secret
        known = self.described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        way = "none" if not secret else "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"
        body = urlencode({"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        where, headers, body = ClientAuth(self.login.client, secret, way).prepare("POST", self.described["token_endpoint"], headers, body)
        told = self._json("POST", where, body.encode(), headers, refused="code")
        if not isinstance(told.get("id_token"), str):
            raise SignInRefused("no_token", Text("提供方没有给身份令牌", "the provider gave no identity token"))
        return told["id_token"], str(told.get("access_token", ""))

    def keys(self, kid: str | None) -> KeySet:
        """The provider's keys; fetched anew when they are old, or when one is named that is not among them: it has changed its keys."""
        with self._lock:
            now = self.clock()
            if self._keys:
                at, kept = self._keys[-1]
                known = kid is None or any(key.kid == kid for key in kept)
                if now - at < (KEYS_LAST if known else KEYS_REST):
                    return kept
            fresh = self._fetched()
            self._keys[:] = [(now, fresh)]
            return fresh

    def sign_out(self, back: str) -> str | None:
        """Where the browser goes to end its session at the provider too; None where that cannot be asked for (RP-initiated logout 1.0)."""
        end = self.described.get("end_session_endpoint")
        return f"{end}{'&' if '?' in end else '?'}{urlencode({'client_id': self.login.client, 'post_logout_redirect_uri': back})}" if end else None

    def _fetched(self) -> KeySet:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        told = self._json("GET", self.described["jwks_uri"])
        try:  # none that is symmetric, whatever it is called: a public key is no secret
            public = [key for key in told["keys"] if key.get("kty") != "oct" and key.get("use", "sig") == "sig"]
            return KeySet.import_key_set({"keys": public})
        except (JoseError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise _bad(Text(f"它的密钥读不懂（{type(error).__name__}）", f"its keys cannot be read ({type(error).__name__})"), self.login.issuer) from None

    @cached_property
    def _secret(self) -> str:
        if found := os.environ.get(SECRET, ""):
            return found
        if not self.login.secret_file:
            return ""
        path = self.folder / self.login.secret_file
        try:
            return path.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Problem("bad_settings", Text(f"登录密钥文件读不了（{error}）", f"the file with the client's secret cannot be read ({error})"), where=str(path),
                          remedy=Text(f"请改正 login.secret_file，或设 {SECRET}。", f"Correct login.secret_file, or set {SECRET}.")) from None

    def _own(self, url: str, name: str) -> None:
        issuer, there = urlsplit(self.login.issuer), urlsplit(url)
        if (there.scheme, there.netloc.lower()) != (issuer.scheme, issuer.netloc.lower()) or there.fragment:
            raise _bad(Text(f"{name} 不在它自己的地址上", f"{name} is not at its own address"), self.login.issuer)

    def _json(self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, *, refused: str = "") -> dict[str, Any]:
        where = urlsplit(url)
        connection = (HTTPSConnection(where.hostname or "", where.port, timeout=PATIENCE, context=ssl.create_default_context()) if where.scheme == "https"
                      else HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE))
        try:
            connection.request(method, where.path + (f"?{where.query}" if where.query else ""), body, dict(headers or {"Accept": "application/json"}))
            answer = connection.getresponse()
            content, status = answer.read(MOST_BYTES + 1), answer.status
        except (OSError, HTTPException) as error:
            raise _unreachable(Text(f"身份提供方没有应答（{error or type(error).__name__}）", f"the identity provider does not answer ({error or type(error).__name__})")) from None
        finally:
            connection.close()
        try:
            told = json.loads(content) if len(content) <= MOST_BYTES else None
        except (ValueError, RecursionError):
            told = None
        if refused and 400 <= status < 500:
            raise SignInRefused(refused, Text("提供方不认这次登录", "the provider does not accept this sign-in"))
        if status != HTTPStatus.OK or not isinstance(told, dict):
            raise _unreachable(Text(f"身份提供方答非所问（状态 {status}）", f"the identity provider's answer cannot be used (status {status})"))
        return told


def _unreachable(what: Text) -> Refused:
    return Refused(HTTPStatus.BAD_GATEWAY, "provider_unreachable", what,
                   remedy=Text("请过一会儿再登录；一直不成，请告诉管理本节点的人。", "Sign in again in a while; if it never succeeds, tell whoever runs this node."))


def _bad(what: Text, where: str) -> Refused:
    problem = Refused(HTTPStatus.BAD_GATEWAY, "bad_provider", what,
                      remedy=Text("请管理本节点的人核对 jingwei.toml 的 [login]。", "Have whoever runs this node compare [login] in jingwei.toml."))
    problem.where = Text(where, where)
    return problem
