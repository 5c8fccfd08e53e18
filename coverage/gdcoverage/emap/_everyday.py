"""Everyday words for business items, service modes and hours, for the look-up's box.

Official terms are those of `policy`. A word stands for any of its items: a 参保证明 is had where
one of the three insurances is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gdcoverage.policy import FLAGS, ITEMS, MODES

_INSURANCES = ("pension", "work_injury", "unemployment")

# Items -> words for them.
_ITEM_WORDS: dict[tuple[str, ...], str] = {
    ("pension",): """
        养老保险 养老金 养老 基本养老 养老金认证 退休 退休金 退休待遇 退休手续 办退休 社保退休
        养老待遇 领养老金 城乡居民养老保险 城乡居保 城居保 居保 居民养老 新农保 农保 职工养老
        企业养老 机关养老 灵活就业 资格认证 养老认证 生存认证 待遇认证 待遇资格认证 领取资格认证
        年审 养老年审 丧葬费 丧葬补助 丧葬补助金 抚恤金 遗属待遇 养老转移 养老金转移
        养老保险转移""",
    ("work_injury",): """
        工伤 工伤险 工伤待遇 工伤赔偿 工伤报销 工伤医疗 工伤医疗费 工伤认定 工伤登记 伤残津贴
        伤残补助 伤残补助金 职业病 工亡 工亡补助金 辅助器具""",
    ("unemployment",): """
        失业 失业险 失业金 失业保险金 失业补助 失业补助金 失业待遇 领失业金 失业救济 失业救济金
        稳岗 稳岗返还 稳岗补贴 技能提升补贴 技能补贴 农民合同制工人一次性生活补助""",
    ("social_card",): """
        社保卡 社会保险卡 电子社保卡 实体社保卡 金融社保卡 三代卡 三代社保卡 第三代社保卡
        二代社保卡 医保卡 办卡 补卡 换卡 补办 补领 补换卡 制卡 开卡 激活 卡激活 社保卡激活
        社保卡挂失 社保卡补办 社保卡换领 社保卡密码 挂失 解挂 密码重置 重置密码 社保卡办理
        新生儿社保卡 儿童社保卡 居民服务一卡通 一卡通""",
    _INSURANCES: """
        参保证明 参保凭证 社保证明 缴费证明 参保缴费证明 社保清单 缴费清单 缴费记录 权益记录
        权益单 社保记录 社保查询 查社保 社保打印 打印社保 参保 参保登记 社保登记 缴费 缴社保
        交社保 社保缴费 社保转移 转社保 社保关系转移 关系转移 转移接续 补缴 社保补缴 断缴 停保""",
    tuple(ITEMS): "社保 社会保险 社保业务 五险 三险 办社保 人社业务",
}  # fmt: skip
# Mode or flag -> words for it.
_MODE_WORDS = {
    "window": "窗口 柜台 柜台办 柜面 人工 人工窗口 人工柜台 窗口服务 社保窗口 现场办",
    "online": "网上办 网上 网上办理 线上 线上办 网厅 网办区 网上自助",
    "self_service": """
        自助 自助机 自助终端 自助服务 自助办理 自助区 一体机 社保一体机 自助一体机 粤智助 机器办""",
    "guided": "引导 引导办 帮办 代办 帮办代办 帮代办 导办员 导办台 有人帮 有人帮忙",
    "dedicated_window": "社保专窗 专柜 社保专柜 专用窗口 专门窗口",
    "door_to_door": "上门办 上门服务 上门办理 入户 入户办 行动不便 到家办",
}
# Time of the usual week, by its name in scripts/when.js, which says what it means -> words for it.
_WHEN = {
    "mon": "周一 星期一 礼拜一 周1",
    "tue": "周二 星期二 礼拜二 周2",
    "wed": "周三 星期三 礼拜三 周3",
    "thu": "周四 星期四 礼拜四 周4",
    "fri": "周五 星期五 礼拜五 周5",
    "sat": "周六 星期六 礼拜六 周6 逢周六",
    "sun": "周日 星期日 星期天 礼拜天 礼拜日 周天 周7",
    "weekend": "周末 双休日 双休 休息日 周六日 星期六日 礼拜六日",
    "workdays": "工作日 平日 平时 周一至周五 周一到周五",
    "morning": "上午 早上 早晨 上午办",
    "noon": "中午 午间 午休 中午不休息 中午不休 午休时间 中午办",
    "afternoon": "下午 下午办",
    "late": "晚上 晚间 夜间 夜里 夜晚 傍晚 下班后 下班以后 下班 晚上办",
}
# Hours that depend on the day on which one asks.
_WHEN_ASKED = {
    "now": "现在 正在营业 营业中 现在营业 现在开门 现在开 开门 开着 还开门 还开着 没关门 即时",
    "today": "今天 今日 当天",
    "tomorrow": "明天 明日",
    "holidays": "节假日 法定节假日 节日 假日 假期 放假 国庆 春节 五一 过年",
}
# What people look for here in vain, and who does it.
_ELSEWHERE = {
    "生育津贴、生育保险由医疗保障部门经办，不在合作网点的业务事项内。":
        "生育津贴 生育保险 生育 生育金 产假津贴 生育报销 产假",
    "医疗保险由医疗保障部门经办，不在合作网点的业务事项内。":
        "医保 医疗保险 医保报销 医疗报销 居民医保 职工医保 异地就医 医保转移 医保缴费",
    "住房公积金由住房公积金管理中心经办，不在合作网点的业务事项内。":
        "公积金 住房公积金 公积金提取",
    "失业登记、求职由公共就业服务机构办理，不在合作网点的业务事项内。":
        "失业登记 就业登记 求职 找工作 招聘",
}  # fmt: skip
# Said around what is wanted, and of no use in finding it; 网点 alone is everything.
_IDLE = """
    附近 附近的 周边 旁边 旁 边上 最近 最近的 就近 离我最近 离我最近的 离我近 在 哪里 哪儿
    哪里有 哪 哪个 哪家 哪些 在哪 在哪里 在哪儿 怎么 怎么办 怎么去 怎么走 如何 可以 可 能 可办
    能办 可以办 能办理 办理 办 领取 领 申领 申请 申报 查询 查 打印 打 到 去 去哪 去哪里 去哪办
    我要 我想 想 要 想要 需要 请问 的 地方 有 吗 么 呢 了 里 里的 内 网点 银行 银行网点 的银行
    营业厅 营业点 服务 服务点 服务网点 业务 经办 社保服务 社保服务合作网点 合作网点 合作银行
    社保网点 社保银行 社保局 社保中心 社保所 地址 电话 营业时间 上班时间 导航 路线 一下 给 帮
    老人 孩子 小孩 我 今年 事项 手续 证 待遇 什么 还 还能 还可以 还有 有没有 可不可以 能不能
    都有 上班 上班的 营业 营业的 开门的 开 开的 时间 不休息 时候 站 地铁站 地铁 地铁口 站点
    股份有限公司 有限公司 有限责任公司 人 用 支持 提供 做 点 和 或 与 跟 一个"""


def everyday() -> dict[str, Any]:
    """The tables for the page: terms as bits in the order of `policy`, with all their words.

    Returns
    -------
    ``items``, ``modes`` : pairs of bits and words, official terms among them.
    ``when`` : pairs of a time of the usual week and words.
    ``asked`` : pairs of a word for an hour that depends on the day, and words.
    ``elsewhere`` : pairs of what to tell and words.
    ``idle`` : words to pass over.
    """
    terms = list(MODES | FLAGS)
    official = [((name,), term) for name, term in ITEMS.items()]
    items = [*official, *_ITEM_WORDS.items()]
    modes = [*(MODES | FLAGS).items(), *_MODE_WORDS.items()]
    return {
        "items": _pairs((_bits(ITEMS, names), words) for names, words in items),
        "modes": _pairs((1 << terms.index(name), words) for name, words in modes),
        "when": _pairs(_WHEN.items()),
        "asked": _pairs(_WHEN_ASKED.items()),
        "elsewhere": _pairs(_ELSEWHERE.items()),
        "idle": _IDLE.split(),
    }


def _bits(columns: Mapping[str, str], names: Iterable[str]) -> int:
    order = list(columns)
    return sum(1 << order.index(name) for name in names)


def _pairs(table: Iterable[tuple[Any, str]]) -> list[list[Any]]:
    words: dict[Any, list[str]] = {}
    for meaning, text in table:
        words.setdefault(meaning, []).extend(text.split())
    return [[meaning, list(dict.fromkeys(known))] for meaning, known in words.items()]
