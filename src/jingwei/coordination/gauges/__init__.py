"""The four readings of G.1, from what the record says happened; no score is typed in by anybody."""

from jingwei.coordination.gauges.model import AskGauge, AskGauges
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text
from jingwei.kernel.pillar import Page

ACTIONS = (
    Action(
        ("gauges",),
        Text("读四个读数：横向打通、纵向贯通、协调、有力", "Read the four gauges: across, down, coordinated, powerful"),
        clauses=("G.1",),
        scope="public",
        effect="read",
        input=AskGauges,
        handler="jingwei.coordination.gauges.actions.gauges",
        example="jingwei gauges down",
    ),
)

PAGES = (
    Page(("gauges",), "jingwei.coordination.gauges.views.gauges"),
    Page(("gauge", "{code}"), "jingwei.coordination.gauges.views.gauge", AskGauge),
)
