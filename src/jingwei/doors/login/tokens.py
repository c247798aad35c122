"""Whether an identity token says what it must: signed by the provider with a key of its own, for this node, for this very sign-in, now."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from math import isfinite
from typing import Any

from jingwei.doors.login.provider import Provider, SignInRefused
from jingwei.kernel.i18n import Text

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Signatures with a private key alone: neither ``none`` nor a secret that could be the public key."""

MOST_AGE = 600
"""Seconds since a token was issued: it is fetched at once, an older one comes from elsewhere."""


def claims_of(provider: Provider, token: str, access_token: str, nonce: str, now: float) -> Mapping[str, Any]:
    """The claims of a token that holds (OpenID Connect Core 1.0, 3.1.3.7). Raises SignInRefused.

    now : seconds since 1970
    """
    from authlib.oidc.core import CodeIDToken
    from joserfc import jws, jwt
    from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError

    login = provider.login
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
        read = jwt.decode(token, provider.keys(kid if isinstance(kid, str) else None), list(ALGORITHMS))
    except (JoseError, ValueError, TypeError, LookupError, UnicodeError, RecursionError):
        raise SignInRefused("signature", Text("身份令牌不是提供方签的", "the identity token is not signed by the provider")) from None
    claims = CodeIDToken(read.claims, read.header, {"iss": {"essential": True, "value": login.issuer}, "sub": {"essential": True}},
                         {"nonce": nonce, "client_id": login.client, "access_token": access_token})
    if claims.get("aud") not in (login.client, [login.client]):  # others beside us are not trusted
        raise _wrong("aud")
    if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise _wrong("nonce")
    if wrong := next((name for name in ("exp", "iat") if not _is_instant(claims.get(name))), ""):
        raise _wrong(wrong)
    try:
        claims.validate(int(now), login.skew)
    except ExpiredTokenError:
        raise SignInRefused("expired", Text("身份令牌已过期", "the identity token has expired")) from None
    except (InvalidClaimError, MissingClaimError) as error:
        raise _wrong(str(getattr(error, "claim", "")) or "claims") from None
    except (JoseError, ValueError, TypeError):
        raise _wrong("claims") from None
    if not -login.skew <= now - claims["iat"] <= MOST_AGE + login.skew:
        raise _wrong("iat")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise _wrong("sub")
    return dict(claims)


def _is_instant(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


_CLAIMS = {"iss": Text("签发者", "issuer"), "aud": Text("受众", "audience"), "azp": Text("受众", "audience"), "nonce": Text("一次性随机数", "nonce"),
           "exp": Text("有效期", "expiry"), "iat": Text("签发时间", "time of issue"), "nbf": Text("生效时间", "beginning of validity"),
           "sub": Text("主体", "subject"), "at_hash": Text("访问令牌摘要", "digest of the access token")}


def _wrong(claim: str) -> SignInRefused:
    named = _CLAIMS.get(claim, Text("内容", "content"))
    return SignInRefused(claim if claim in _CLAIMS else "claims", Text(f"身份令牌的{named.zh}不对", f"the identity token's {named.en} is wrong"))
