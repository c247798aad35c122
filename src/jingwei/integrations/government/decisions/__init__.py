"""Decision tables at work: run, explained, proved complete and free of overlap, compared between versions, held against the standard's kit."""

from jingwei.integrations.government.decisions.model import (
    CheckModel,
    Conformance,
    DiffModels,
    ExplainDecision,
    RunDecision,
)
from jingwei.kernel.actions import Action
from jingwei.kernel.i18n import Text

_ACTIONS = "jingwei.integrations.government.decisions.actions"

ACTIONS = (
    Action(("decisions", "run"), Text("对一组输入作出决策", "Decide for a set of inputs"), ("I2.2", "I2.3"), "public", "read", RunDecision, f"{_ACTIONS}.run",
           example="jingwei decisions run MODEL.dmn --decision NAME --input IN.json"),
    Action(("decisions", "explain"), Text("说明一次决策：哪些规则命中，用了哪些事实", "Explain a decision: which rules fired, on which facts"), ("I2.2", "I2.3"), "public", "read",
           ExplainDecision, f"{_ACTIONS}.explain", example="jingwei decisions explain MODEL.dmn --decision NAME --input IN.json"),
    Action(("decisions", "check"), Text("证明决策表完整且无重叠，否则给出反例", "Prove tables complete and free of overlap, or give the counter-example"), ("I2.1", "I2.2"), "public", "read",
           CheckModel, f"{_ACTIONS}.check", example="jingwei decisions check MODEL.dmn"),
    Action(("decisions", "diff"), Text("列出两版之间答案有变的输入", "List the inputs whose answer changes between two versions"), ("I2.1", "I2.2"), "public", "read",
           DiffModels, f"{_ACTIONS}.diff", example="jingwei decisions diff OLD.dmn NEW.dmn --decision NAME"),
    Action(("decisions", "conformance"), Text("运行按 DMN 技术兼容性测试包布局的案例，无一排除", "Run cases laid out like the DMN Technology Compatibility Kit, excluding none"), ("I2.2",),
           "decisions.test", "read", Conformance, f"{_ACTIONS}.conformance", example="jingwei decisions conformance DIR", anew=True),
)
