"""Where every door hands its questions in: what is known is given at once, what must be worked out is rationed."""

from __future__ import annotations

from http import HTTPStatus

from jingwei.doors.answers import Answers, Question
from jingwei.doors.asked import Refused
from jingwei.doors.guard import Bucket
from jingwei.kernel.actions import Result
from jingwei.kernel.workspace import Workspace

COSTLY_A_MINUTE = 120
COSTLY_AT_ONCE = 120


class Desk:
    """The desk of one worker.

    costs : how many questions nobody asked before one asker may put; each worker rations for itself
    """

    def __init__(self, workspace: Workspace, *, answers: Answers | None = None, costs: Bucket | None = None) -> None:
        self.answers = answers or Answers(workspace)
        self._costs = costs or Bucket(COSTLY_A_MINUTE, COSTLY_AT_ONCE)

    def now(self, question: Question, asker: str) -> Result:
        """The answer. Raises Refused (429) when it must be worked out and the asker has asked for too much."""
        if not self.answers.has(question):
            self._ration(asker)
        return self.answers.answer(question)

    def _ration(self, asker: str) -> None:
        if wait := self._costs.take(asker):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", "too much was asked in a short time",
                          remedy=f"Ask again in {wait} s. What was answered before costs nothing.",
                          headers={"Retry-After": str(wait)})
