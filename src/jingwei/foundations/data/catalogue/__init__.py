"""The catalogue: what data there are, taken in from wherever they are described, found by their words, told in the standards' forms."""

from jingwei.foundations.data.catalogue.model import AskCatalogue, AskRecord, Export, Harvest, Search, Show, Validate
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

ACTIONS = (
    Action(
        ("data", "harvest"),
        Text("收割目录：读变化、隔离不合格、留每一版", "Take in a catalogue: what changed, with every version kept and what is no record set apart"),
        clauses=("F2.2",),
        scope="catalogue.write",
        effect="write",
        input=Harvest,
        handler="jingwei.foundations.data.catalogue.actions.harvest",
        example="jingwei data harvest records --json",
        records_itself=True,
    ),
    Action(
        ("catalogue", "search"),
        Text("检索目录，两字词也能找到", "Find records by their words, Chinese words of two characters among them"),
        clauses=("F2.2",),
        scope="public",
        effect="read",
        input=Search,
        handler="jingwei.foundations.data.catalogue.actions.search",
        example="jingwei catalogue search bridges --format CSV",
    ),
    Action(
        ("catalogue", "show"),
        Text("看一条目录及其各版", "Show a record and its versions"),
        clauses=("F2.2",),
        scope="public",
        effect="read",
        input=Show,
        handler="jingwei.foundations.data.catalogue.actions.show",
        example="jingwei catalogue show records/bridges",
    ),
    Action(
        ("catalogue", "export"),
        Text("以 DCAT 或 Croissant 导出目录", "Write the catalogue out as DCAT or Croissant"),
        clauses=("F2.2",),
        scope="public",
        effect="read",
        input=Export,
        handler="jingwei.foundations.data.catalogue.actions.export",
        makes=("catalogue.ttl", "catalogue.jsonld", "catalogue.croissant.json", "receipt.json"),
        example="jingwei catalogue export --form turtle --out out",
    ),
    Action(
        ("catalogue", "validate"),
        Text("按 DCAT-AP 与国务院令第809号核查目录", "Hold the catalogue against DCAT-AP and Order 809, or shapes of your own"),
        clauses=("F2.2",),
        scope="public",
        effect="read",
        input=Validate,
        handler="jingwei.foundations.data.catalogue.actions.validate",
        example="jingwei catalogue validate",
    ),
)

PAGES = (
    Page(("catalogue",), "jingwei.foundations.data.catalogue.views.catalogue", AskCatalogue, menu=Text("目录", "Catalogue")),
    Page(("record",), "jingwei.foundations.data.catalogue.views.record", AskRecord),
)
