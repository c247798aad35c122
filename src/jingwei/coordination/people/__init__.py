"""People of this node: the roles there are, who is admitted in which of them, and what an identity provider's claims mean here."""

from jingwei.coordination.people.model import AdmitPerson, AskPeople, DismissPerson, MapClaim, SetRole, SignOutPerson
from jingwei.kernel.actions import Action, Effect
from jingwei.kernel.i18n import Text

_HERE = "jingwei.coordination.people.actions"


def _action(word: str, title: Text, given: type, handler: str, example: str, effect: Effect = "write", scope: str = "people.write") -> Action:
    return Action(("person", word), title, ("O.1",), scope, effect, given, f"{_HERE}.{handler}", example=f"jingwei person {word} {example}".strip())


ACTIONS = (
    _action("list", Text("列出接纳的人（假名）、角色和对应关系", "List people by pseudonym, roles, and what claims mean here"), AskPeople, "list_people", "",
            effect="read", scope="people.read"),
    _action("role", Text("设一个角色：能做哪些事", "Set a role: what it may do"), SetRole, "set_role",
            'sharer --zh 共享专员 --en "Sharing officer" --scope sharing.write --scope sharing.read'),
    _action("admit", Text("接纳一个人，以哪个单位、哪些角色", "Admit a person, for which organisation and in which roles"), AdmitPerson, "admit_person",
            "0123456789abcdef0123456789abcdef --organisation health --role sharer"),
    _action("dismiss", Text("不再让一个人进来，会话立即结束", "Let a person in no more; sessions end at once"), DismissPerson, "dismiss_person",
            "p-0123456789abcdef0123456789abcdef"),
    _action("sign-out", Text("结束一个人的全部会话", "End every session of a person"), SignOutPerson, "sign_out", "p-0123456789abcdef0123456789abcdef"),
    _action("map", Text("签一条对应关系：身份提供方说什么，在这里就是谁", "Sign what a claim of the identity provider means here"), MapClaim, "map_claim",
            "--claim groups --value health-data --organisation health --role sharer"),
)
