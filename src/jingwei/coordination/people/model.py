"""What is asked about people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from jingwei.kernel.actions import Option
from jingwei.kernel.i18n import Text

_ORGANISATION = Option(Text("单位编号，随工作方案录入", "organisation by its id, as a work plan brought it"))
_ROLE = Option(Text("角色，可多次", "a role; may be given several times"))
_PSEUDONYM = Option(Text("假名，见 jingwei person list", "pseudonym, as jingwei person list shows it"), positional=True)


@dataclass(frozen=True, slots=True)
class AskPeople:
    """Nothing."""


@dataclass(frozen=True, slots=True)
class SetRole:
    """A role, new or changed."""

    code: Annotated[str, Option(Text("代码", "its code"), positional=True)]
    zh: Annotated[str, Option(Text("中文名", "its Chinese name"))]
    en: Annotated[str, Option(Text("英文名", "its English name"))]
    scope: Annotated[tuple[str, ...], Option(Text("权限，写作 章.动词，可多次", "what it may do, as room.verb; may be given several times"))] = ()


@dataclass(frozen=True, slots=True)
class AdmitPerson:
    """Somebody who signed in once and was told this code."""

    code: Annotated[str, Option(Text("那个人登录时看到的编号", "the code shown to them when they signed in"), positional=True)]
    organisation: Annotated[str, _ORGANISATION]
    role: Annotated[tuple[str, ...], _ROLE] = ()


@dataclass(frozen=True, slots=True)
class DismissPerson:
    """Somebody who is admitted."""

    person: Annotated[str, _PSEUDONYM]


@dataclass(frozen=True, slots=True)
class SignOutPerson:
    """Somebody who is signed in."""

    person: Annotated[str, _PSEUDONYM]


@dataclass(frozen=True, slots=True)
class MapClaim:
    """Whoever has this value in this claim acts for this organisation in these roles."""

    claim: Annotated[str, Option(Text("声明，例如 groups", "the claim, such as groups"))]
    value: Annotated[str, Option(Text("其值，或其中一项", "its value, or one of its values"))]
    organisation: Annotated[str, _ORGANISATION]
    role: Annotated[tuple[str, ...], _ROLE] = ()
    withdraw: Annotated[bool, Option(Text("撤回这条对应关系", "withdraw it"))] = False
