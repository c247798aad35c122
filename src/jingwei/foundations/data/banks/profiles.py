"""The three banks the plan names: what each takes, links and answers. A fourth would be a fourth entry."""

from __future__ import annotations

from jingwei.foundations.data.banks.linkage import Evidence, Rules
from jingwei.foundations.data.banks.model import UNKNOWN, Dimension, Profile, Role
from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, did_you_mean

SEXES = {"M": Text("男", "male"), "F": Text("女", "female"), UNKNOWN: Text("不详", "unknown")}
BANDS = ("0-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+", UNKNOWN)
LEVELS = {"junior": Text("初中", "junior secondary"), "senior": Text("普通高中", "senior secondary"), "vocational": Text("中职", "vocational secondary"),
          "college": Text("高职专科", "vocational college"), "bachelor": Text("本科", "bachelor"), UNKNOWN: Text("不详", "unknown")}
DESTINATIONS = {"study": Text("升学", "further study"), "work": Text("就业", "employment"), "own": Text("创业", "own business"), "service": Text("参军", "military service"),
                "abroad": Text("出境", "abroad"), UNKNOWN: Text("去向不明", "unknown")}
TIMES = ("1", "2", "3-5", "6-10", "11+")

PERSON = (Evidence("name", "name", rare=True), Evidence("id_number", "identifier"), Evidence("birth_date", "date"), Evidence("sex", "code"), Evidence("place", "code"))
_PERSON_BLOCKS = (("id_number",), ("name", "birth_date"), ("name", "place", "sex"), ("birth_date", "place"))

HEALTH = Profile(
    "health", Text("公共卫生数据资源库", "Public health bank"),
    Text("某类疾病有多少人，按年龄、性别、地区各多少？", "How many people have a disease, by age, sex and place?"), Text("人", "people"),
    (Role("encounters", Text("就诊记录", "encounters"),
          {"record": "string", "name": "string", "id_number": "string", "birth_date": "string", "sex": "string", "place": "string", "condition": "string", "date": "string"},
          {"birth_date": "year", "sex": "exact", "place": "exact", "condition": "exact", "date": "month"}),),
    Rules(PERSON, _PERSON_BLOCKS, (("birth_date",), ("name", "place")), (("id_number",),), 0.7, 0.995),
    (Dimension("age", Text("年龄", "Age"), "birth_date", "age", BANDS), Dimension("sex", Text("性别", "Sex"), "sex", "value", ("M", "F", UNKNOWN), SEXES),
     Dimension("place", Text("地区", "Place"), "place", "value")),
    "condition", Text("疾病编码（ICD-10）", "disease (ICD-10)"), "date", 10)

SCIENCE = Profile(
    "science", Text("科技数据资源库", "Science and technology bank"),
    Text("谁有多少件专利，同名的人分开之后？", "Who holds how many patents, once people of one name are told apart?"), Text("发明人", "inventors"),
    (Role("inventions", Text("发明人署名", "inventors as named"),
          {"record": "string", "patent": "string", "name": "string", "affiliation": "string", "place": "string", "field": "string", "others": "string", "date": "string"},
          {"patent": "exact", "name": "exact", "affiliation": "exact", "place": "exact", "field": "exact", "date": "exact"}),),
    Rules((Evidence("name", "name", rare=True), Evidence("others", "set"), Evidence("affiliation", "words"), Evidence("field", "code"), Evidence("place", "code")),
          (("name",),), (("name",), ("affiliation", "field")), (("name", "affiliation", "field"),), 0.6, 0.97),
    (Dimension("field", Text("领域", "Field"), "field", "value"), Dimension("patents", Text("专利件数", "Patents"), "patent", "times", TIMES)),
    "field", Text("领域", "field"), "date", 0)

EDUCATION = Profile(
    "education", Text("教育数据资源库", "Education bank"),
    Text("毕业生从哪里、从哪个学段、去了哪里？", "Where do school leavers come from, at which level, and where do they go?"), Text("毕业生", "school leavers"),
    (Role("leavers", Text("毕业生名册", "register of leavers"),
          {"record": "string", "name": "string", "id_number": "string", "birth_date": "string", "sex": "string", "place": "string", "level": "string", "date": "string"},
          {"birth_date": "year", "sex": "exact", "place": "exact", "level": "exact", "date": "year"}),
     Role("destinations", Text("去向登记", "registers of destinations"),
          {"record": "string", "name": "string", "id_number": "string", "birth_date": "string", "sex": "string", "place": "string", "kind": "string"},
          {"birth_date": "year", "sex": "exact", "place": "exact", "kind": "exact"})),
    Rules(PERSON, _PERSON_BLOCKS, (("birth_date",), ("name", "place")), (("id_number",),), 0.7, 0.995, one_to_one=True),
    (Dimension("place", Text("生源地", "Origin"), "place", "value"), Dimension("level", Text("学段", "Level"), "level", "value", tuple(LEVELS), LEVELS),
     Dimension("destination", Text("去向", "Destination"), "kind", "linked", tuple(DESTINATIONS), DESTINATIONS)),
    "level", Text("学段", "level"), "date", 10)

PROFILES = {p.code: p for p in (HEALTH, SCIENCE, EDUCATION)}


def profile(code: str) -> Profile:
    """Raises Problem ``unknown_bank``."""
    if code not in PROFILES:
        raise Problem("unknown_bank", Text(f"没有资源库 {code[:40]!r}", f"there is no bank {code[:40]!r}"),
                      remedy=did_you_mean(code[:40], PROFILES) or Text(f"有：{'、'.join(PROFILES)}。", f"There are {', '.join(PROFILES)}."))
    return PROFILES[code]
