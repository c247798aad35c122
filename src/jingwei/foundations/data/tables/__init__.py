"""Tables: a department drops one in; it is read, described and kept as a dataset of the lake with a record in the catalogue."""

from jingwei.foundations.data.tables.asks import AskProfile, AskQuarantine, AskTable, RegisterTable
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

_HERE = "jingwei.foundations.data.tables.actions"

ACTIONS = (
    Action(("data", "register"), Text("登记一张表：读入、描述、入湖、列入目录", "Take in a table: read, described, kept in the lake, told in the catalogue"),
           clauses=("F2.2",), scope="catalogue.write", effect="write", input=RegisterTable, handler=f"{_HERE}.register",
           makes=("profile.json", "quarantine.csv", "receipt.json"), records_itself=True,
           example='jingwei data register people.csv --dataset people --title "常住人口" --owner civil --dry-run'),
    Action(("data", "profile"), Text("看已登记的表：列、统计、主键、各版差异", "Show a registered table: columns, statistics, keys, what its versions changed"),
           clauses=("F2.2",), scope="public", effect="read", input=AskProfile, handler=f"{_HERE}.profile", example="jingwei data profile people"),
    Action(("data", "quarantine"), Text("取出一张表被隔离的行", "Hand out the rows that were set apart from a table"),
           clauses=("F2.2",), scope="catalogue.write", effect="read", input=AskQuarantine, handler=f"{_HERE}.quarantine",
           makes=("quarantine.csv", "receipt.json"), example="jingwei data quarantine people --out out"),
)

PAGES = (Page(("table", "{dataset}"), "jingwei.foundations.data.tables.views.table", AskTable),)
