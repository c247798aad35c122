"""A small OpenID provider on the loopback address, honest until it is told how to cheat."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT, SECRET = "jingwei", "not told to anybody"


class OpenIdProvider:
    """``person`` is who signs in next; ``claims`` changes what the next tokens say, ``signed`` how they are signed."""

    def __init__(self) -> None:
        self.first = RSAKey.generate_key(2048, auto_kid=True)
        self.honest()
        handler = type("Handler", (_Handler,), {"provider": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def honest(self) -> None:
        """As at first; who signs in next never did before."""
        self.keys: list[Any] = [self.first]
        self.person: dict[str, Any] = {"sub": f"zhang.wei.{secrets.token_hex(6)}@example.gov.cn", "name": "张伟", "email": "zhang.wei@example.gov.cn"}
        self.claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.signed: Callable[[dict[str, Any]], str] = self.sign
        self.described: dict[str, Any] = {}
        self.answers: dict[str, str] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.forgiving = False

    def sign(self, claims: dict[str, Any]) -> str:
        key = self.keys[-1]
        return jwt.encode({"alg": "ES256" if isinstance(key, ECKey) else "RS256", "kid": key.kid}, claims, key)

    def sign_with(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """As somebody would who has the public key alone."""
        said = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({**header, "kid": self.keys[-1].kid}, claims))
        if header["alg"] == "none":
            return said.decode() + "."
        return (said + b"." + base64.urlsafe_b64encode(hmac.digest(self.keys[-1].as_pem(private=False), said, "sha256")).rstrip(b"=")).decode()

    def rotate(self) -> None:
        """Another key, of another kind; tokens signed with the old one hold no longer."""
        self.keys = [ECKey.generate_key("P-256", auto_kid=True)]

    # Endpoints

    def discovery(self) -> dict[str, Any]:
        base = self.issuer
        return {"issuer": base, "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token", "jwks_uri": f"{base}/keys",
                "end_session_endpoint": f"{base}/end", "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256", "ES256"],
                "response_types_supported": ["code"], **self.described}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to."""
        assert asked["response_type"] == "code"
        assert (asked["client_id"], asked["code_challenge_method"]) == (CLIENT, "S256")
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "person": json.dumps(self.person)}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], **self.answers})}"

    def token(self, asked: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The tokens for a code, once, for whoever has its verifier and the client's secret."""
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        there = self.codes.get(asked.get("code", "")) if self.forgiving else self.codes.pop(asked.get("code", ""), None)
        if there is None or authorization != f"Basic {basic}":
            return None
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if challenge != there["code_challenge"] or asked["redirect_uri"] != there["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {**json.loads(there["person"]), "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": there["nonce"]}
        return {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer", "id_token": self.signed(self.claims(claims))}


class _Handler(BaseHTTPRequestHandler):
    provider: OpenIdProvider

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        self.provider.asked.append(path)
        match path:
            case "/.well-known/openid-configuration":
                self._json(self.provider.discovery())
            case "/keys":
                self._json(KeySet(self.provider.keys).as_dict(private=False))
            case "/authorize":
                self._go(self.provider.authorize(query))
            case "/end":
                self._go(query["post_logout_redirect_uri"])
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        self.provider.asked.append(urlsplit(self.path).path)
        body = {k: v[0] for k, v in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
        told = self.provider.token(body, self.headers.get("Authorization", ""))
        self._json(told or {"error": "invalid_grant"}, 200 if told else 400)

    def _json(self, told: Any, status: int = 200) -> None:
        content = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _go(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def openid_provider():  # type: ignore[no-untyped-def]
    provider = OpenIdProvider()
    thread = threading.Thread(target=provider.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        provider.server.server_close()


def settings_for(provider: OpenIdProvider) -> str:
    return f'[login]\nissuer = "{provider.issuer}"\nclient = "{CLIENT}"\nsecret_file = "login.secret"\n'
