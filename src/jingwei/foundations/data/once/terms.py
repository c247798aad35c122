"""Names that mean the same in forms and databases of public bodies, by term; whose standard names a term is said beside it.

Short forms are what databases make of the Chinese name: the first letters of its pinyin, or English. Added to, never guessed from.
"""

from __future__ import annotations

from jingwei.engines.sketches.names import Terms

NAMES: dict[str, tuple[str, ...]] = {
    # GB 11643-1999 公民身份号码
    "citizen_id": ("公民身份号码", "居民身份证号", "居民身份证号码", "身份证", "身份证号", "身份证号码", "身份证件号码", "证件号码", "证件号", "公民身份证号码", "gmsfhm", "sfzh",
                   "sfzhm", "sfzjhm", "zjhm", "id card", "id card no", "id card number", "id no", "id number", "idcard", "citizen id", "citizen id number", "identity number",
                   "national id", "resident id"),
    # GB 32100-2015 法人和其他组织统一社会信用代码编码规则
    "credit_code": ("统一社会信用代码", "社会信用代码", "统一信用代码", "信用代码", "tyshxydm", "tyxydm", "uscc", "usci", "unified social credit code", "unified social credit identifier",
                    "social credit code", "credit code"),
    "organisation_name": ("单位名称", "企业名称", "机构名称", "法人名称", "公司名称", "dwmc", "qymc", "jgmc", "enterprise name", "company name", "organisation name", "organization name",
                          "org name", "firm name"),
    "person_name": ("姓名", "人员姓名", "xm", "full name", "person name"),
    # GB/T 2261.1-2003 个人基本信息分类与代码 第1部分：人的性别代码
    "sex": ("性别", "性别代码", "xb", "xbdm", "sex", "gender", "gender code", "sex code"),
    # GB/T 3304-1991 中国各民族名称的罗马字母拼写法和代码
    "ethnic_group": ("民族", "民族代码", "mz", "mzdm", "ethnic group", "ethnicity", "nationality group"),
    "born": ("出生日期", "出生年月日", "生日", "csrq", "csny", "birth date", "birthday", "date of birth", "dob", "born"),
    # GB/T 2261.2-2003 个人基本信息分类与代码 第2部分：婚姻状况代码
    "marital_status": ("婚姻状况", "婚姻状态", "婚姻状况代码", "hyzk", "hyzkdm", "marital status"),
    # GB/T 4658-2006 学历代码
    "education": ("学历", "文化程度", "受教育程度", "学历代码", "xl", "xldm", "whcd", "education", "education level"),
    "mobile": ("手机", "手机号", "手机号码", "移动电话", "联系电话", "联系方式", "联系手机", "电话", "电话号码", "lxdh", "sjh", "sjhm", "dhhm", "mobile", "mobile phone", "mobile number",
               "phone", "phone number", "telephone", "contact phone", "tel"),
    "address": ("住址", "地址", "现住址", "居住地址", "家庭住址", "家庭地址", "通讯地址", "通信地址", "联系地址", "常住地址", "zz", "dz", "xzz", "jtzz", "txdz", "address",
                "home address", "residential address", "postal address", "living address"),
    "registered_address": ("户籍地址", "户口所在地", "户籍所在地", "hjdz", "household address", "hukou address"),
    # GB/T 2260 中华人民共和国行政区划代码
    "place_code": ("行政区划代码", "行政区划", "区划代码", "区县代码", "所属区划", "xzqh", "xzqhdm", "qhdm", "admin code", "administrative code", "division code", "district code",
                   "region code", "place code"),
    # GB/T 4754-2017 国民经济行业分类
    "industry": ("行业代码", "行业类别", "行业分类", "所属行业", "hydm", "hylb", "sshy", "industry", "industry code"),
    "legal_representative": ("法定代表人", "法人代表", "法定代表人姓名", "fddbr", "legal representative", "legal person name"),
    "founded": ("成立日期", "注册日期", "成立时间", "clrq", "zcrq", "date founded", "founding date", "registration date"),
    "registered_capital": ("注册资本", "注册资金", "zczb", "registered capital"),
    "registration_address": ("注册地址", "住所", "经营场所", "zcdz", "registered office"),
    "employer": ("工作单位", "就业单位", "所在单位", "gzdw", "employer", "work unit"),
    "bank_account": ("银行账号", "银行卡号", "开户账号", "yhzh", "yhkh", "bank account", "bank account number", "account number"),
    "bank": ("开户银行", "开户行", "khyh", "bank", "bank name"),
    "email": ("电子邮箱", "邮箱", "电子邮件", "dzyx", "email", "e-mail", "email address"),
    "postcode": ("邮政编码", "邮编", "yzbm", "postcode", "postal code", "zip", "zip code"),
    "plate": ("车牌号", "号牌号码", "车牌号码", "cph", "hphm", "plate", "plate number", "licence plate", "license plate"),
    "vehicle_id": ("车辆识别代号", "车架号", "clsbdh", "cjh", "vin", "vehicle identification number"),
    "real_estate_unit": ("不动产单元号", "bdcdyh", "real estate unit number"),
    "household": ("户号", "户编号", "hh", "household number", "household id"),
    "school": ("学校", "学校名称", "就读学校", "xxmc", "jdxx", "school", "school name"),
    "student_number": ("学籍号", "学号", "xjh", "xh", "student number", "student id"),
    "insurance_number": ("社会保障号码", "社保号", "社会保障号", "shbzhm", "sbh", "social security number", "social insurance number"),
    "income": ("收入", "年收入", "家庭年收入", "nsr", "income", "annual income"),
}

WHOSE = ("申请人", "本人", "居民", "人员", "当事人", "患者", "学生", "参保人", "登记人", "申报人", "从业人员", "applicant", "resident", "person", "patient", "student", "insured", "user", "client")
"""Words before a name that only say whose it is: all of a form is about that person. Not so of 法定代表人 or 配偶."""

SUBJECTS = frozenset(("citizen_id", "credit_code", "vehicle_id", "plate", "real_estate_unit", "household", "student_number", "insurance_number"))
"""Terms that tell what kind of subject a form is about."""

IDENTITY = frozenset(("citizen_id", "credit_code", "person_name", "organisation_name", "sex", "born"))
"""Terms that only tell who somebody is: every form needs some of them, and most follow from the number itself."""

TERMS = Terms(NAMES, WHOSE)
