"""A form as it is asked: questions in their order, when each is asked, and what would answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from jingwei.kernel.i18n import NOTHING, Text

Kind = Literal["text", "paragraph", "number", "date", "choice", "several", "yesno", "file", "group"]

LEFT_EMPTY = None
"""The answer to a question that need not be answered and was passed over; JSON's null is no answer to anything else."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers: as the schema has it, and as people read it."""

    value: str | int
    label: Text

    @property
    def sent(self) -> str:
        """As a page sends it."""
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Question:
    """One question, which is one page. ``parts`` are the fields of a group, such as an address.

    name : the fact it asks for; inside a group the name of the part
    hint : what helps to answer, as ``description`` says it
    schema : JSON Schema 2020-12 of the answer
    required : whether it must be answered whenever it is asked; at the top of a form a branch may ask for it too
    held : whether somebody is expected to know it already (``readOnly``): asked only where nobody does
    """

    name: str
    kind: Kind
    title: Text
    schema: Mapping[str, Any]
    hint: Text = NOTHING
    unit: Text = NOTHING
    choices: tuple[Choice, ...] = ()
    parts: tuple[Question, ...] = ()
    required: bool = False
    held: bool = False

    def label(self, value: Any) -> Text:
        """What an answer is called where it has a name of its own."""
        return next((c.label for c in self.choices if c.value == value), Text(str(value), str(value)))


@dataclass(frozen=True, slots=True)
class Branch:
    """Where ``condition`` holds of what was answered before, ``opens`` are asked and ``needs`` must be answered."""

    condition: Mapping[str, Any]
    opens: frozenset[str]
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Form:
    """Questions in the order they are asked in.

    always : names of those that no branch decides about
    schema : the whole JSON Schema, which the finished answers must satisfy
    """

    title: Text
    questions: tuple[Question, ...]
    always: frozenset[str]
    branches: tuple[Branch, ...]
    schema: Mapping[str, Any]

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def __getitem__(self, name: str) -> Question:
        return next(q for q in self.questions if q.name == name)

    def __contains__(self, name: object) -> bool:
        return any(q.name == name for q in self.questions)


def needed(question: Question) -> Question:
    """The same question where it must be answered."""
    return question if question.required else replace(question, required=True)
