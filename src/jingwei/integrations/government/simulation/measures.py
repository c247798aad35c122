"""The number drills give the evaluation."""

from __future__ import annotations

from jingwei.kernel.i18n import Text
from jingwei.kernel.measures import Definition, Measure

CASES_ANY_PROVIDER_DOWN = Measure(
    code="cases_any_provider_down", name=Text(zh="任一提供方停摆仍能办结的办件", en="Cases that finish with any one provider down"),
    unit="%", direction=1, clause="I2.2", tag="enabling", domain="government",
    definitions=(Definition("led_again", Text(
        zh="某日真实办件按其流程重演，逐个停掉每个提供方，不论停哪个都能办到终点的比重", en="Of the real cases of a day, led again through their process with each provider silent in turn, "
        "the share that comes to its end whichever it is"), 2026),),
    issuer=Text(zh="本节点账本", en="This node's ledger"), bounded=True,
    caution=Text(zh="申请人补答、补交算办得成；模拟的一天不计。", en="Asked of the applicant instead counts as finished; simulated days do not count."))
