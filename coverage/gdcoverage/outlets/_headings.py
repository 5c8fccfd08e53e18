"""The words of outlet tables: headings, services, items and status, and what each one means."""

from gdcoverage.policy import ITEMS, MODES
from gdcoverage.tables import Headings, coordinates

# Field -> the spellings of its heading, as `tables.plain_heading` writes them.
HEADINGS: Headings = {
    "outlet_id": ("网点编号", "网点编码", "编号", "编码", "机构编号", "机构编码", "网点代码", "outletid", "id"),
    "name": ("网点名称", "名称", "机构名称", "网点", "支行名称", "银行网点", "合作网点名称", "服务网点", "网点全称", "营业网点", "outlet", "name", "branch", "branchname", "outletname"),
    "bank": ("所属银行", "银行", "合作银行", "银行名称", "所属机构", "开户行", "所属合作银行", "金融机构", "bank", "bankname"),
    "address": ("地址", "网点地址", "详细地址", "办公地址", "经营地址", "address"),
    "stated_county": ("县区", "所属县区", "县市区", "所属县市区", "区县", "行政区", "所在县区", "所在区县", "区", "县", "行政区划", "county", "district"),
    "phone": ("电话", "联系电话", "咨询电话", "网点电话", "联系方式", "服务电话", "phone", "tel", "telephone"),
    "hours": ("营业时间", "服务时间", "办公时间", "工作时间", "对外营业时间", "hours", "openinghours"),
    "modes": ("服务方式", "服务模式", "办理方式", "经办方式", "服务形式", "modes", "mode", "servicemodes"),
    "items": ("业务事项", "经办业务", "服务事项", "办理事项", "业务范围", "可办业务", "经办事项", "业务", "items", "services", "businessitems"),
    "dedicated_window": ("专窗", "是否专窗", "社保专窗", "专窗设置", "dedicatedwindow"),
    "door_to_door": ("上门", "上门服务", "是否上门", "提供上门服务", "doortodoor"),
    "status": ("状态", "网点状态", "营业状态", "合作状态", "运营状态", "status"),
    "datum": ("坐标系", "坐标系统", "坐标类型", "datum", "crs"),
    "_number": ("序号", "no"),
    # One column a term, as `OUTLETS` has them.
    **{name: (name.replace("_", ""),) for name in (*MODES, *ITEMS)},
} | dict(coordinates.HEADINGS)

# Fields to drop without a word.
IGNORED = frozenset({"_number"})

MODE_WORDS = {
    "window": ("窗口办", "窗口", "柜台", "柜台办", "柜面", "柜面办", "窗口(柜台)办", "窗口服务", "现场办", "人工窗口"),
    "online": ("网办", "网上办", "网上", "网上办理", "线上", "线上办", "网办区", "自助网办"),
    "self_service": ("自助办", "自助", "自助机", "自助终端", "自助服务", "粤智助", "自助办理"),
    "guided": ("导办", "引导", "导办服务", "帮办", "帮办代办", "导办员", "代办"),
    "dedicated_window": ("专窗", "社保专窗", "专用窗口"),
    "door_to_door": ("上门", "上门办", "上门服务"),
}
ITEM_WORDS = {
    "pension": ("基本养老保险", "养老保险", "养老", "城乡居民基本养老保险", "城乡居民养老保险", "城乡居保", "居保", "企业职工养老保险", "企业职工基本养老保险", "待遇资格认证", "养老待遇资格认证"),
    "work_injury": ("工伤保险", "工伤"),
    "unemployment": ("失业保险", "失业"),
    "social_card": ("社会保障卡", "社保卡", "社保卡业务", "制卡", "补换卡", "社保卡服务", "第三代社保卡"),
}
STATUS_WORDS = {
    "active": ("", "在营", "营业", "营业中", "正常", "正常营业", "运营", "运营中", "在用", "开业", "有效", "合作中", "已开业", "active", "open"),
    "planned": ("筹建", "筹建中", "在建", "拟设", "拟建", "待开业", "规划", "planned"),
    "suspended": ("暂停", "停业", "暂停营业", "临时停业", "装修", "暂停服务", "suspended"),
    "exited": ("退出", "已退出", "撤销", "撤并", "注销", "关闭", "已关闭", "终止", "迁出", "exited", "closed"),
    "unknown": ("状态不明", "unknown"),
}
YES_WORDS = frozenset({"是", "有", "√", "✓", "✔", "1", "y", "yes", "true", "已设", "提供", "支持", "可", "开通"})
NO_WORDS = frozenset({"", "否", "无", "×", "✗", "x", "0", "n", "no", "false", "未设", "不提供", "不支持", "暂无", "-", "—", "/"})
ALL_ITEM_WORDS = frozenset({"全部", "所有", "全部事项", "所有业务", "全业务"})
