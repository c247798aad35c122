"""The 2023 Overall Layout Plan for Digital China as data: its goals, rooms and clauses, and how far each clause is.

《数字中国建设整体布局规划》, Central Committee and State Council, published 27 February 2023; in our own short words,
close to the plan's. A clause's state is never written down: ``states`` derives it from what the rooms declare, what
has been observed and which engines an oracle vouches for.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from jingwei.kernel.i18n import Text
from jingwei.kernel.problems import Problem, did_you_mean

if TYPE_CHECKING:
    from jingwei.kernel.pillar import Pillar

State = Literal["not begun", "measured", "acts", "acts, outcome measured"]
STATES: dict[State, Text] = {
    "not begun": Text("未启动", "not begun"),
    "measured": Text("已度量", "measured"),
    "acts": Text("已运行", "acts"),
    "acts, outcome measured": Text("已运行、成效已度量", "acts, outcome measured"),
}
Wording = Literal["level", "change", "acceleration"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing the plan asks for, and what in Jingwei answers it."""

    code: str
    room: str
    asks: Text
    answer: Text


@dataclass(frozen=True, slots=True)
class Room:
    """One box of the plan's framework, and the package that answers it. ``heading`` is the plan's epithet for it."""

    code: str
    package: str
    name: Text
    heading: Text

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return tuple(c for c in CLAUSES if c.room == self.code)


@dataclass(frozen=True, slots=True)
class Wing:
    """One leg of the plan's strategic path, and a wing of the portal."""

    code: str
    head: Text

    @property
    def rooms(self) -> tuple[Room, ...]:
        return tuple(r for r in ROOMS if r.code[0] == self.code)


@dataclass(frozen=True, slots=True)
class Goal:
    """One of the thirteen goals for 2025, in the plan's own Chinese words.

    wording : what the verb commits to: a *level* held at the end of 2025, a *change* since the plan's publication, or
        an *acceleration*, a rate of change above the earlier one
    clauses : the clauses whose measures bear on it
    """

    number: int
    text: Text
    wording: Wording
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseState:
    """How far one clause is, and why no further."""

    code: str
    state: State
    because: Text


WINGS = (
    Wing("F", Text("夯实基础", "Consolidate the base")),
    Wing("I", Text("赋能全局", "Empower the whole")),
    Wing("C", Text("强化能力", "Strengthen capabilities")),
    Wing("E", Text("优化环境", "Improve the environment")),
    Wing("O", Text("组织保障", "Organisation")),
)

ROOMS = (
    Room("G", "jingwei.coordination", Text("总体目标", "Overall goals"),
         Text("整体、系统、协同", "Whole, systematic, in concert")),
    Room("F1", "jingwei.foundations.infrastructure", Text("数字基础设施", "Digital infrastructure"),
         Text("打通大动脉", "Open the arteries")),
    Room("F2", "jingwei.foundations.data", Text("数据资源体系", "Data resource system"),
         Text("畅通大循环", "Let data circulate")),
    Room("I1", "jingwei.integrations.economy", Text("数字经济", "Digital economy"),
         Text("做强做优做大", "Stronger, better, larger")),
    Room("I2", "jingwei.integrations.government", Text("数字政务", "Digital government"),
         Text("高效协同", "Efficient and coordinated")),
    Room("I3", "jingwei.integrations.culture", Text("数字文化", "Digital culture"),
         Text("自信繁荣", "Confident and flourishing")),
    Room("I4", "jingwei.integrations.society", Text("数字社会", "Digital society"),
         Text("普惠便捷", "Inclusive and convenient")),
    Room("I5", "jingwei.integrations.ecology", Text("数字生态文明", "Digital ecological civilisation"),
         Text("绿色智慧", "Green and intelligent")),
    Room("C1", "jingwei.capabilities.innovation", Text("数字技术创新", "Technology innovation"),
         Text("自立自强", "Self-reliant and strong")),
    Room("C2", "jingwei.capabilities.security", Text("数字安全屏障", "Digital security"),
         Text("可信可控", "Trustworthy and controllable")),
    Room("E1", "jingwei.environments.governance", Text("数字治理生态", "Digital governance at home"),
         Text("公平规范", "Fair and orderly")),
    Room("E2", "jingwei.environments.cooperation", Text("数字领域国际合作", "International digital cooperation"),
         Text("开放共赢", "Open and mutually beneficial")),
    Room("O", "jingwei.coordination", Text("组织保障", "Organisation"),
         Text("整体谋划、统筹推进", "Planned as a whole, advanced together")),
)


def _c(code: str, asks_zh: str, asks_en: str, answer_zh: str, answer_en: str) -> Clause:
    return Clause(code, code.partition(".")[0], Text(asks_zh, asks_en), Text(answer_zh, answer_en))


CLAUSES = (
    # G 总体目标: answers are measurable readings
    _c("G.1", "到2025年，基本形成横向打通、纵向贯通、协调有力的一体化推进格局",
       "by 2025 an integrated pattern: joined across, joined down, coordinated, powerful",
       "横向：近90天部门间证明材料由系统在法定时限内调取、未重复索要的占比；纵向：下级节点通过四项实测的占比；"
       "协调：事项未经升级按期办结的占比；有力：决策后指标变动超出误差区间的占比，任一服务方停摆仍能办结的占比",
       "across: evidence needs between departments met by machine, in time, nothing re-asked, last 90 days; down: "
       "nodes below that pass four live tests; coordinated: matters closed in time without escalation; powerful: "
       "decisions whose measure then moved beyond its interval, and cases that finish with any one provider down"),
    _c("G.2", "2025年十三项目标", "thirteen goals for 2025",
       "逐项判定：达成、未达成、口径不可比、证据不足、无法评估；写明所指是水平、变化还是提速；绝不平均",
       "one verdict each: met, missed, not comparable, not established, not assessable; level, change or acceleration "
       "stated; never averaged"),
    _c("G.3", "到2035年，数字化发展水平进入世界前列；五大领域更加协调充分；体系化布局更加科学完备",
       "by 2035 front ranks of the world; five fields coordinated and sufficient; layout complete",
       "各国际榜单进入前10、前20的概率（计入口径断点）；最弱领域与五领域均值之比；地区差异泰尔指数；与前沿的差距；"
       "条款的责任、制度、项目、资金、指标齐备情况",
       "chance of rank 10 and 20 on each world panel, breaks marked; weakest of five fields over their mean; "
       "inequality between places (Theil); distance to the frontier; clauses by duty, rule, project, money, measure"),
    _c("G.4", "统筹发展和安全，强化底线思维", "development and safety together; bottom-line thinking",
       "签署的红线：迟报事件、违法索要材料、违规出境；一经触碰，该领域评价即行封顶；规划中作硬约束并标明代价",
       "signed red lines (late incident report, illegal ask, export off its route): a breach caps the room's verdict "
       "and binds the planner as a hard rule with its price"),
    _c("G.5", "全面提升整体性、系统性、协同性", "integrity, system, synergy",
       "由数据血缘得出条款依赖图：一处失效波及何处；两项投入合做的收益与分做之和的比较",
       "dependency graph of clauses from lineage: what stops if this one fails; gain of two investments together over "
       "their sum"),
    # F1 数字基础设施
    _c("F1.1", "加快5G网络与千兆光网协同建设", "5G and gigabit fibre in coordination",
       "基站与管道联合选址选线，附最优性证明", "joint siting of sites and trenches with an optimality certificate"),
    _c("F1.2", "深入推进IPv6规模部署和应用", "IPv6 deployed and used at scale",
       "按官方口径，由日志、流量和探测计算采用率", "adoption from logs, flows and probes by the official definitions"),
    _c("F1.3", "推进移动物联网全面发展", "mobile Internet of Things, developed in all respects",
       "在线与重复设备、分制式覆盖、2G退网、失效传感器比例；接入不丢一条数据",
       "live and duplicate devices, coverage by technology, 2G exit, dead-sensor rate; ingestion that loses nothing"),
    _c("F1.4", "大力推进北斗规模应用", "BeiDou applied at scale",
       "由分行业终端日志计算真正使用北斗的定位占比；单北斗演练；由原始观测复算供应商精度",
       "share of fixes that truly use BeiDou, from terminals' logs by sector; BeiDou-only drill; suppliers' accuracy "
       "recomputed from raw observations"),
    _c("F1.5", "优化算力布局，东西部互补联动，通用、超算、智算、边缘合理梯次",
       "computing power as one system, east and west complementary; general, super, intelligent, edge in echelons",
       "布局与调度优化，标出每条规则的代价", "layout and scheduling optimiser with the price of every rule"),
    _c("F1.6", "整体提升应用基础设施水平，加强传统基础设施数字化、智能化改造",
       "application infrastructure as a whole; traditional infrastructure made digital",
       "探测身份、地图、支付、标识等共性平台，算清停一处的影响和重复建设的代价；以传感器守护桥梁管网",
       "shared platforms (identity, map, payment, identifiers) probed, what falls if one stops, price of duplicates; "
       "bridges and pipes watched from sensors"),
    # F2 数据资源体系
    _c("F2.1", "构建国家数据管理体制机制，健全各级数据统筹管理机构",
       "national data management system, institutions at every level",
       "节点与数据专员树、编目责任、法定时限", "tree of nodes and stewards, catalogue duties, legal clocks"),
    _c("F2.2", "推动公共数据汇聚利用", "public data gathered and used",
       "汇聚、编目、质检、按需共享；以血缘证明用途，点名沉睡数据；授权运营不超最高限价",
       "harvest, catalogue, quality, sharing on demand; use proved by lineage, dead datasets named; authorised "
       "operation under its price cap"),
    _c("F2.3", "建设公共卫生、科技、教育等国家数据资源库",
       "national resource banks: public health; science and technology; education",
       "各答其问：小单元遮蔽的队列；消歧的人员与专利；毕业生流向",
       "each answers its own question: a cohort with small cells suppressed; people and patents disambiguated; the "
       "flow of school leavers"),
    _c("F2.4", "释放商业数据价值潜能，加快建立数据产权制度", "commercial data's value released; property rights",
       "持有、使用、经营权登记；要约、议价、就地计算、计量使用",
       "register of hold, use and operate rights; offer, negotiation, computing beside the data, metered use"),
    _c("F2.5", "开展数据资产计价研究", "data asset valuation",
       "成本、收益、市场三法可复算评估，附区间", "reproducible appraisal by cost, income and market, with intervals"),
    _c("F2.6", "建立数据要素按价值贡献参与分配机制", "data shares in distribution by value contributed",
       "按贡献方精确计算沙普利值；复式账结算", "exact contributor-level Shapley; settlement on a double-entry ledger"),
    # I1 数字经济
    _c("I1.1", "壮大核心产业，打造具有国际竞争力的数字产业集群",
       "core industries; internationally competitive clusters",
       "按2021年分类核算增加值；集群识别；分产品显示性比较优势",
       "value-added accounts by the 2021 classification; clusters; revealed advantage by product"),
    _c("I1.2", "数字技术和实体经济深度融合：农业、工业、金融、教育、医疗、交通、能源",
       "digital technology into agriculture, industry, finance, education, medicine, transport, energy",
       "有投入产出表处测渗透率；各行业引擎：设备停机、小微信贷、公交间隔、负荷预测",
       "penetration from input-output tables where they exist; engines in the sectors: machine downtime, small-firm "
       "credit on shared facts, bus headways, load forecast"),
    _c("I1.3", "大中小企业融通，“绿灯”投资案例引导，平台企业规范健康发展",
       "large and small firms together; platform firms orderly; green-light investment cases",
       "先例引擎：企业说明打算，得到适用规则、相似获准案例和起决定作用的事实",
       "precedent engine: a firm states its plan and gets the rules that apply, similar cleared cases and the fact "
       "that decides"),
    # I2 数字政务
    _c("I2.1", "完善与数字政务建设相适应的规章制度", "rules and institutions fit for digital government",
       "规则表证明完备、有日期、有出处；梗阻条文（要纸件、要到场、要实体章）按真实办件耗费的天数和跑动次数排序",
       "rule tables proved complete, dated, cited; provisions that demand paper, presence or a wet seal, ranked by the "
       "days and trips they cost in real cases"),
    _c("I2.2", "网络互联互通、数据按需共享、业务高效协同",
       "systems interconnected, data shared on demand, business coordinated; capacity",
       "所需链路与实测可用链路对照矩阵；办件中自动调取证明材料；中断演练",
       "matrix of links that evidence maps require against links that answer probes; evidence fetched inside cases; "
       "outage drills"),
    _c("I2.3", "“一件事一次办”，线上线下融合", "one thing done at once; online and offline merged",
       "办件引擎：BPMN、DMN、一次提交证明、法定时限，窗口与网上同为一件",
       "case engine: BPMN, DMN, once-only proof, statutory clocks, window and web in one case"),
    _c("I2.4", "加强和规范政务移动互联网应用程序管理", "government mobile apps governed",
       "应用台账按规则判定：保留、合并、关停", "app register judged by rules: keep, merge, close"),
    # I3 数字文化
    _c("I3.1", "大力发展网络文化，加强优质网络文化产品供给", "healthy online culture, good products",
       "由平台日志计算流向优质原创的曝光占比；去重后的供给量",
       "share of exposure that reaches graded original works, from platform logs; supply net of duplicates"),
    _c("I3.2", "建设国家文化大数据体系，形成中华文化数据库",
       "national cultural big-data system; Chinese cultural database",
       "互联的文物名录；文本内核：精确检索、互见、校勘",
       "linked heritage register; text core: exact search, reuse, collation"),
    _c("I3.3", "打造综合性数字文化展示平台", "digital display platforms",
       "IIIF呈现、检索与浏览", "IIIF presentation, search, viewer"),
    _c("I3.4", "加快发展新型文化企业、文化业态", "new cultural enterprises and formats",
       "权利清算，版税按复式账分配", "rights clearing and royalty split on the double-entry ledger"),
    # I4 数字社会
    _c("I4.1", "促进数字公共服务普惠化", "public services for all",
       "应享未享：以规则对照共享事实，找出该得未得的人",
       "eligible but unserved: rules over shared facts find who should receive and does not"),
    _c("I4.2", "实施国家教育数字化战略行动，完善国家智慧教育平台", "national smart education",
       "基于开放标准的掌握度追踪与选题", "mastery tracking and item choice on open standards"),
    _c("I4.3", "发展数字健康，规范互联网诊疗和互联网医院发展", "digital health; internet hospitals in order",
       "基于FHIR的问诊与处方审核", "consultation and prescription review on FHIR"),
    _c("I4.4", "数字乡村：赋能产业发展、乡村建设和乡村治理", "digital villages: industry, construction, governance",
       "灌溉与播期建议（FAO-56）；以最低成本补齐路、水、宽带缺口",
       "irrigation and sowing advice (FAO-56); gaps in road, water and broadband closed at least cost"),
    _c("I4.5", "数字生活智能化，打造智慧便民生活圈", "smart living, convenient life circles",
       "5、10、15分钟路网可达与公平选址；消费券在门槛处作断点评估",
       "5, 10 and 15-minute network access and equitable siting; vouchers judged at their threshold"),
    _c("I4.6", "推进数字社会治理精准化", "precise digital social governance",
       "热线与网格事件去重、对责、限时派单，热点与重复诉求；不给人打分",
       "hotline and grid events: deduplicated, matched to duty, dispatched under clock, hot spots, repeat complaints; "
       "no scoring of persons"),
    # I5 数字生态文明
    _c("I5.1", "加快构建智慧高效的生态环境信息化体系", "environment information system, fast and able",
       "带时效的标准、质量控制、造假后验概率", "dated standards, quality control, fraud posterior"),
    _c("I5.2", "自然资源三维立体“一张图”，山水林田湖草沙一体化保护和系统治理",
       "three-dimensional one map; mountains, waters, forests, fields, lakes, grass and sand as one",
       "椭球面积上的冲突叠置，地上地下体积，廊道连通性的得失",
       "conflict overlay on ellipsoid areas, volumes above and below ground, corridor connectivity lost or regained"),
    _c("I5.3", "构建以数字孪生流域为核心的智慧水利体系", "smart water conservancy on digital-twin basins",
       "预报、预警、预演、预案：水文、淹没、调度",
       "forecast, warning, rehearsal, plan: hydrology, inundation, dispatch"),
    _c("I5.4", "数字化绿色化协同转型，倡导绿色智慧生活方式", "digital and green together; green living",
       "碳账本、PUE、碳边境调节；经核验、不重复计算的减排账户",
       "carbon ledger, PUE, CBAM; verified savings account without double count"),
    # C1 数字技术创新
    _c("C1.1", "关键核心技术攻关，自立自强", "self-reliant innovation, key technologies",
       "产品、部件、技术、来源与软件依赖图上的卡点，转为揭榜挂帅榜单",
       "choke points in product, part, technology, source and software dependency graphs; they become open challenges"),
    _c("C1.2", "企业主导的产学研深度融合，发挥科技型骨干企业引领支撑作用",
       "firms lead; backbone enterprises; universities",
       "需求与团队、专利匹配；联合体建议", "demand matched to teams and patents; consortium proposals"),
    _c("C1.3", "加强知识产权保护，健全转化收益分配机制",
       "IP protected; distribution of conversion income improved",
       "文本内核上的知识产权检索；转化收益分配并结算",
       "IP search on the text core; transfer income split and settled"),
    # C2 数字安全屏障
    _c("C2.1", "切实维护网络安全", "network security effectively maintained",
       "资产、依赖与已被利用漏洞构成攻击图，最小割补丁计划；日志检测",
       "assets × dependencies × known exploited flaws: attack graph, minimum-cut patch plan; detection on logs"),
    _c("C2.2", "建立数据分类分级保护基础制度", "data classified, graded, protected",
       "识别、按标准定级、脱敏、令牌化、匿名化，策略写入查询",
       "recognition, grading by the standard, masking, tokens, anonymity, policy in the query"),
    _c("C2.3", "健全网络数据监测预警和应急处置工作体系", "monitoring, early warning, emergency response",
       "Sigma检测、预警分级，由审计日志核对法定时限",
       "Sigma detections, warning levels, legal clocks from the audit log"),
    # E1 数字治理生态
    _c("E1.1", "研究制定立法规划，及时调整不适应数字化发展的法律制度",
       "laws: plans for legislation; provisions unfit for digital development amended in time",
       "任一时点的法条、修法重放、失效引用；真实办件中的梗阻送入立法规划",
       "point-in-time law, amendment replay, stale citations; obstructions from real cases sent to legislative plans"),
    _c("E1.2", "构建技术标准体系，编制数字化标准工作指南", "technical standards system; guide",
       "标准写成可执行测试；冲突与空白；复审时限", "standards as executable tests; conflicts and gaps; review clock"),
    _c("E1.3", "健全网络综合治理体系，净化网络空间", "comprehensive network governance; clean cyberspace",
       "法定分类、标识与溯源、通知与申诉，专项行动按项目评估",
       "law-defined classes, labelling and provenance, notice and appeal, campaigns measured as programmes"),
    # E2 数字领域国际合作
    _c("E2.1", "共建“数字丝绸之路”，发展“丝路电商”", "digital Silk Road, Silk Road e-commerce",
       "贸易单证与原产地规则数据化；伙伴国就绪度", "trade documents and rules of origin as data; partner readiness"),
    _c("E2.2", "多层面协同、多平台支撑、多主体参与的国际交流合作体系",
       "multi-level, multi-platform, multi-subject cooperation",
       "从协定提取义务，附责任、日期与证据；WTO、DEPA、CPTPP、RCEP条款对照",
       "obligations drawn from agreements with duty, date and evidence; clauses aligned across WTO, DEPA, CPTPP, RCEP"),
    _c("E2.3", "积极参与数据跨境流动等国际规则构建", "rules on cross-border data flow, and a part in making them",
       "出境判定附条款、推理过程和决定性事实；规则草案模拟：哪些判定会改变",
       "export decision with article, trace and deciding fact; draft-rule simulator: which decisions flip"),
    # O 组织保障
    _c("O.1", "加强组织领导：党中央集中统一领导，地方党委网信委统筹，各部门按职责分工，形成合力",
       "organisation: central leadership, local committees, departments each by its duty, joint force",
       "责任逐级分解：条款、目标、唯一牵头、配合、下级节点、期限；子目标加总相符；牵头既不缺位也不重复；"
       "台账核查属实方可销号",
       "duty cascade: clause, target, one lead, helpers, nodes below, deadline; child targets add up; never zero or "
       "two leads; closed only when its evidence query over the ledger is true"),
    _c("O.2", "健全体制机制：统筹协调、及时研究重大问题、督促落实、监测评估、作为干部考核评价参考",
       "mechanism: coordination; major problems studied in time; major tasks supervised; development monitored and "
       "evaluated; reference in assessing officials",
       "系统自动提出议题，排序、模拟、决策、事后复核；里程碑验真；评价内核；任期增加值附区间，多为“不可归因”，可申辩",
       "matters opened by machine, ranked, options simulated, decided, checked later; milestones proved; the "
       "evaluation core; tenure value-added with interval, usually not attributable, right of reply"),
    _c("O.3", "保障资金投入：统筹引导各类资金，引导资本规范参与", "funds guided together; social capital in order",
       "资金组合整体优化，同一成本不重复申领，按里程碑验收拨付；达标最低成本方案",
       "fund portfolio as one optimisation, no cost claimed twice, pay-out on proved milestones; minimum-cost plan to "
       "targets"),
    _c("O.4", "强化人才支撑：干部数字技能、学科专业、全民数字素养、城乡融合",
       "talents: officials' digital skills; disciplines; literacy of all, urban and rural",
       "自适应素养测评，附区间；技能供需平衡与专业增设建议",
       "adaptive literacy assessment with interval; skills balance and which programmes to open"),
    _c("O.5", "营造良好氛围：研究基地、综合试点、峰会、赛事",
       "atmosphere: research bases, integrated pilots, summits, competitions",
       "试点作因果评估；签约跟踪到投运；赛事用隐藏测试集",
       "pilots evaluated causally; pledges followed to running; competitions with hidden tests"),
)

# How the verbs are read. A state that can be seen without looking back (高效联通, 有效释放, 全球领先) is a level.
# A verb of becoming or a comparative (增强, 提升, 跃上, 取得成效, 取得进展, 突破, 更加完善, 打开) asks for a change.
# Only 加快 asks that the rate itself rise.
GOALS = (
    Goal(1, Text("数字基础设施高效联通", "Digital infrastructure joined up efficiently"),
         "level", ("F1.1", "F1.2", "F1.3", "F1.4", "F1.5", "F1.6")),  # 高效联通 describes how it stands in 2025
    Goal(2, Text("数据资源规模和质量加快提升", "Scale and quality of data resources rise faster"),
         "acceleration", ("F2.1", "F2.2", "F2.3")),  # 加快提升: faster than before, for scale and for quality
    Goal(3, Text("数据要素价值有效释放", "Value of data as a factor effectively released"),
         "level", ("F2.4", "F2.5", "F2.6")),  # 有效 is a standard to meet, with no earlier point to compare with
    Goal(4, Text("数字经济发展质量效益大幅增强", "Quality and benefit of the digital economy greatly strengthened"),
         "change", ("I1.1", "I1.2", "I1.3")),  # 大幅增强: a large gain since then
    Goal(5, Text("政务数字化智能化水平明显提升", "Government markedly more digital and intelligent"),
         "change", ("I2.1", "I2.2", "I2.3", "I2.4")),  # 水平明显提升: the level is the subject, its rise is the goal
    Goal(6, Text("数字文化建设跃上新台阶", "Digital culture on a new step"),
         "change", ("I3.1", "I3.2", "I3.3", "I3.4")),  # 跃上新台阶: a leap from one step to the next
    Goal(7, Text("数字社会精准化普惠化便捷化取得显著成效",
                 "Digital society: notable results in precision, inclusion and convenience"),
         "change", ("I4.1", "I4.2", "I4.3", "I4.4", "I4.5", "I4.6")),  # 成效: effects, and the three 化 are processes
    Goal(8, Text("数字生态文明建设取得积极进展", "Digital ecological civilisation makes good progress"),
         "change", ("I5.1", "I5.2", "I5.3", "I5.4")),  # 进展: movement in the right direction
    Goal(9, Text("数字技术创新实现重大突破", "Digital technology innovation achieves major breakthroughs"),
         "change", ("C1.1", "C1.2", "C1.3")),  # 突破: what could not be done before can be done
    Goal(10, Text("应用创新全球领先", "Application innovation leads the world"),
         "level", ("I1.2", "C1.2")),  # 领先: a position among others at the date, not a climb
    Goal(11, Text("数字安全保障能力全面提升", "Digital security raised in every respect"),
         "change", ("C2.1", "C2.2", "C2.3")),  # 全面提升: every part must rise, so one that falls is a miss
    Goal(12, Text("数字治理体系更加完善", "Digital governance system more complete"),
         "change", ("E1.1", "E1.2", "E1.3")),  # 更加: a comparative
    Goal(13, Text("数字领域国际合作打开新局面", "International digital cooperation enters a new stage"),
         "change", ("E2.1", "E2.2", "E2.3")),  # 打开新局面: from the old situation to a new one
)

_BY_CODE = {c.code: c for c in CLAUSES}


def clause(code: str) -> Clause:
    """The clause written as ``code``, such as F1.5. Raises Problem ``unknown_clause`` with the closest known codes."""
    if found := _BY_CODE.get(code.strip().upper()):
        return found
    raise Problem("unknown_clause", Text(f"{code[:40]!r} 不是规划的条款", f"{code[:40]!r} is not a clause of the plan"),
                  remedy=did_you_mean(code[:40].strip().upper(), _BY_CODE)
                  or Text("全部条款见 `jingwei plan`。", "`jingwei plan` lists them all."))


def tree() -> Iterator[tuple[Wing | None, Room, tuple[Clause, ...]]]:
    """Every room in the plan's order with its wing and clauses; the goals come first and belong to no wing."""
    wings = {w.code: w for w in WINGS}
    for room in ROOMS:
        yield wings.get(room.code[0]), room, room.clauses


@cache
def pillars() -> tuple[Pillar, ...]:
    """What every room says about itself, in the plan's order, then what entry points of ``jingwei.pillars`` add.

    A room is its package and the packages inside it; one not built yet is simply absent. An entry point that fails is
    left out with a warning: one broken addition must not stop the house.
    """
    found = [p for name in dict.fromkeys(room.package for room in ROOMS) for p in _pillars_in(name)]
    order = {room.code: place for place, room in enumerate(ROOMS)}
    found.sort(key=lambda p: order.get(p.code.partition(".")[0], len(order)))
    return (*found, *_added())


def _pillars_in(package: str) -> Iterator[Pillar]:
    from importlib.util import find_spec
    from pkgutil import iter_modules

    parent = package.rpartition(".")[0]
    if find_spec(parent) is None or (spec := find_spec(package)) is None:
        return
    inside = sorted(m.name for m in iter_modules(spec.submodule_search_locations or ()) if m.ispkg)
    for name in (package, *(f"{package}.{sub}" for sub in inside)):
        if pillar := getattr(import_module(name), "PILLAR", None):
            yield pillar


def _added() -> Iterator[Pillar]:
    from importlib.metadata import entry_points

    from jingwei.kernel.pillar import Pillar

    for point in sorted(entry_points(group="jingwei.pillars"), key=lambda p: (p.name, p.value)):
        try:
            pillar = point.load()
            if not isinstance(pillar, Pillar):
                raise TypeError(f"it is a {type(pillar).__name__}, not a Pillar")
        except Exception as failure:  # whatever a province's package may raise
            warnings.warn(f"entry point {point.name} = {point.value} left out: {failure}", stacklevel=2)
        else:
            yield pillar


def states(observed: Collection[str], oracles: Collection[tuple[str, ...]], outcomes: Collection[str], *,
           of: Iterable[Pillar] | None = None) -> dict[str, ClauseState]:
    """How far each clause is, in the plan's order: derived from evidence, never declared.

    observed : codes of measures with at least one observation that is not synthetic
    oracles : paths of actions whose engine a passing oracle test vouches for
    outcomes : codes of measures computed from what the action did; they count only when observed too
    of : the pillars to look at; all of them by default
    """
    rooms = pillars() if of is None else tuple(of)
    answers: dict[str, ClauseState] = {}
    for code in _BY_CODE:
        declared = [m.code for p in rooms for m in p.measures if m.clause == code and m.tag != "context"]
        actions = [a.path for p in rooms for a in p.actions if code in a.clauses]
        answers[code] = _state(code, declared, actions, (observed, oracles, outcomes))
    return answers


def _state(code: str, declared: list[str], actions: list[tuple[str, ...]],
           evidence: tuple[Collection[str], Collection[tuple[str, ...]], Collection[str]]) -> ClauseState:
    observed, oracles, outcomes = evidence
    seen = [m for m in dict.fromkeys(declared) if m in observed]
    vouched = [" ".join(path) for path in dict.fromkeys(actions) if path in oracles]
    effects = [m for m in seen if m in outcomes]
    done = _named(Text("经独立答案检验：", "vouched for by an oracle: "), vouched) or (
        Text("动作未经独立答案检验", "no oracle passes for its actions") if actions else Text("无动作", "no action"))
    real = _named(Text("真实观测：", "real observations: "), seen) or (
        Text("有指标，无真实观测", "measures without a real observation") if declared else Text("无指标", "no measure"))
    gain = _named(Text("成效：", "outcome: "), effects) or Text("成效未度量", "outcome not measured")
    reasons = (done, real, gain) if vouched else (done, real)
    state: State = "measured" if seen else "not begun"
    if vouched:
        state = "acts, outcome measured" if effects else "acts"
    return ClauseState(code, state, Text("；".join(r.zh for r in reasons), "; ".join(r.en for r in reasons)))


def _named(lead: Text, names: list[str]) -> Text | None:
    return Text(lead.zh + "、".join(names), lead.en + ", ".join(names)) if names else None
