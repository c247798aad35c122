"""Two cookies: what one sign-in has to remember until the provider sends the browser back, and the session afterwards."""

from __future__ import annotations

import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from jingwei.kernel.sessions import derived

LASTS = 600
"""Seconds a person may take at the provider."""

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
class Cookies:
    """The cookies of one node. Browsers give them to every port of a machine, so each node calls its own by its key."""

    folder: Path

    def name(self, what: Literal["session", "asking"]) -> str:
        return f"jingwei-{what}-{sha256(derived(self.folder, 'cookie name')).hexdigest()[:8]}"

    def sealed(self, pending: Pending) -> str:
        """Readable and changeable by no one else (AES-256-GCM), and the same to every worker."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(12)
        closed = AESGCM(derived(self.folder, "sign-in")).encrypt(nonce, json.dumps(asdict(pending)).encode(), b"")
        return urlsafe_b64encode(nonce + closed).decode()

    def opened(self, sealed: str, at: float) -> Pending | None:
        """What was sealed by this node, at most ``LASTS`` seconds ago."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = urlsafe_b64decode(sealed.encode())
            pending = Pending(**json.loads(AESGCM(derived(self.folder, "sign-in")).decrypt(raw[:12], raw[12:], b"")))
        except (InvalidTag, ValueError, TypeError):
            return None
        return pending if 0 <= at - pending.at <= LASTS else None


def ours(back: str) -> str:
    """An address on this portal, or nothing: what somebody else wrote into a link leads nowhere else."""
    return back if len(back) <= 2_000 and _BACK.fullmatch(back) and "//" not in back.partition("?")[0] and "/sign-" not in back else ""
