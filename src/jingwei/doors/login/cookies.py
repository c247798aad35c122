"""The cookies: what one sign-in has to remember until the provider sends the browser back, the session afterwards; and of who applies for something, who
the provider says they are, and the key to what they have filled in."""

from __future__ import annotations

import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TypeVar

from jingwei.kernel.sessions import derived

LASTS = 600
"""Seconds a person may take at the provider."""

AN_HOUR = 3_600
"""Seconds that somebody who applies is known by one signing in."""

_BACK = re.compile(r"/(?:zh|en)(?:[/?][A-Za-z0-9._~%&=?/+:,@-]*)?")


@dataclass(frozen=True, slots=True)
class Pending:
    """One sign-in under way. ``back`` is where the reader came from, below /zh or /en; ``at`` seconds since 1970."""

    state: str
    nonce: str
    verifier: str
    back: str
    at: int

    @classmethod
    def drawn(cls, back: str, at: float) -> Pending:
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back, int(at))


@dataclass(frozen=True, slots=True)
class Person:
    """Who applies, as the provider has it. ``identity`` stands for them here; ``facts`` are theirs alone and lie nowhere but in their browser, sealed."""

    identity: str
    facts: dict[str, Any]
    at: int


P = TypeVar("P", Pending, Person)

What = Literal["session", "asking", "person", "draft"]


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of one node. Browsers give them to every port of a machine, so each node calls its own by its key."""

    folder: Path

    def name(self, what: What) -> str:
        return f"jingwei-{what}-{sha256(derived(self.folder, 'cookie name')).hexdigest()[:8]}"

    def sealed(self, pending: Pending | Person) -> str:
        """Readable and changeable by no one else (AES-256-GCM), and the same to every worker."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(12)
        closed = AESGCM(self._key(type(pending))).encrypt(nonce, json.dumps(asdict(pending)).encode(), b"")
        return urlsafe_b64encode(nonce + closed).decode()

    def opened(self, sealed: str, at: float) -> Pending | None:
        """What was sealed by this node, at most ``LASTS`` seconds ago."""
        return self._opened(Pending, sealed, at, LASTS)

    def person(self, sealed: str, at: float) -> Person | None:
        """Who signed in to apply, at most ``AN_HOUR`` ago."""
        return self._opened(Person, sealed, at, AN_HOUR)

    def _opened(self, kind: type[P], sealed: str, at: float, lasts: int) -> P | None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = urlsafe_b64decode(sealed.encode())
            found = kind(**json.loads(AESGCM(self._key(kind)).decrypt(raw[:12], raw[12:], b"")))
        except (InvalidTag, ValueError, TypeError):
            return None
        return found if 0 <= at - found.at <= lasts else None

    def _key(self, kind: type) -> bytes:
        """One purpose, one key: what was sealed as the one opens as no other."""
        return derived(self.folder, "sign-in" if kind is Pending else "applicant")


def ours(back: str) -> str:
    """An address on this portal, or nothing: what somebody else wrote into a link leads nowhere else."""
    return back if len(back) <= 2_000 and _BACK.fullmatch(back) and "//" not in back.partition("?")[0] and "/sign-" not in back else ""


def applies(back: str) -> bool:
    """Whether who signs in comes from what they are applying for: such a person acts for nobody."""
    return re.fullmatch(r"/(?:zh|en)/mine(?:[/?].*)?", back) is not None
