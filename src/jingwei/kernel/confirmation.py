"""What cannot be undone, where there are two persons: asked for by one, confirmed by the other, done once; each on the record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from jingwei.kernel import people, people_records
from jingwei.kernel.actions import Action, Context, digest_of
from jingwei.kernel.i18n import Text
from jingwei.kernel.ledger import Event, Ledger
from jingwei.kernel.people import Approval
from jingwei.kernel.problems import Problem

if TYPE_CHECKING:
    import sqlalchemy as sa

VALID = timedelta(days=3)
"""A request that was not confirmed and used by then is worth nothing."""


def request(action: Action, context: Context, given: Any, key: str) -> Approval:
    """Ask for a second person to confirm exactly this; the same request under the same key is one.

    Raises Problem ``not_permitted``, ``key_reused``, ``bad_approval`` or, for a key that is no identifier, ``not_recordable``.
    """
    asked = people.ask(context.principal, action.scope, digest_of(action, given), key, context.clock(), VALID)
    with context.workspace.store.write() as connection:
        kept = people_records.file_request(connection, asked, context.principal)
        if kept is asked:
            _record(context, "approval.asked", kept)
    return kept


def confirm(context: Context, key: str) -> Approval:
    """Confirm what another asked for. Raises Problem as ``Approval.confirm`` does, and ``second_person`` when nothing was asked."""
    with context.workspace.store.write() as connection:
        asked = _known(connection, key)
        confirmed = asked.confirm(context.principal, context.clock(), people_records.organisations(connection))
        people_records.advance(connection, asked, confirmed)
        _record(context, "approval.confirmed", confirmed)
    return confirmed


def spend(action: Action, context: Context, given: Any) -> None:
    """Use up the confirmation under ``context.approval``, before the action begins: what fails half-way needs another.

    Raises Problem ``second_person`` where there is none, and as ``Approval.use`` does.
    """
    with context.workspace.store.write() as connection:
        confirmed = _known(connection, context.approval, " ".join(action.path))
        used = confirmed.use(context.principal, digest_of(action, given), context.clock())
        people_records.advance(connection, confirmed, used)
        _record(context, "approval.used", used)


def _known(connection: sa.Connection, key: str, what: str = "") -> Approval:
    found = people_records.approval(connection, key) if key else None
    if found is None:
        raise Problem("second_person",
                      Text(f"{what or '这'} 不能撤销，要有第二个人确认，而这里没有这样的申请",
                           f"{what or 'it'} cannot be undone and needs a second person, and no such request is known"), where=key,
                      remedy=Text("请先申请，由本单位或上级单位的另一人确认，再给出申请的键。",
                                  "Ask for it, have someone of your organisation or one above confirm it, then give the request's key."))
    return found


def _record(context: Context, kind: str, request: Approval) -> None:
    Ledger(context.workspace.store).record([Event(kind, context.clock(), context.principal.id, {
        "request": request.key, "scope": request.scope, "content": request.digest})])
