"""Persons in texts that would be published: names by title or label, mobile and id numbers."""

from __future__ import annotations

import re
import unicodedata

# The commonest surnames, nine in ten of the people of China and of Guangdong; double ones first.
_SURNAMES = (
    "欧阳|上官|司徒|司马|诸葛|夏侯|皇甫|"
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛段郝顾龚邵覃武钱戴莫孔"
    "向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申欧耿关兰焦俞柳甘祝包宁尚符舒阮柯纪梅童凌毕单季"
    "裴霍涂成苗曲盛尤冼麦区古丘赖詹植练幸卓巫]"
)
# What names are not written with; they end the name of a place or an office.
_GIVEN = "(?![路街道巷号楼层室区县市镇村乡支分行社办厅处科股部台园城厦场店口桥])[\u4e00-\u9fff]"
_TITLES = (
    "先生|女士|小姐|同志|老师|师傅|行长|主任|经理|主管|柜员|柜长|主办|科长|股长|所长|处长|局长|部长|"
    "书记|会计|院长|总监|专员|客服"
)
_LABELS = (
    "联系人|负责人|姓名|经办人|责任人|值班人|值班人员|咨询人|管理员|客户经理|大堂经理|网点主任|行长|主任|"
    "经理"
)
_TITLED = re.compile(rf"(?:{_SURNAMES})(?:{_GIVEN}){{0,2}}[副总]?(?:{_TITLES})")
_LABELLED = re.compile(
    rf"(?:{_LABELS})[\s:是为(\[【]*((?:{_SURNAMES})(?:{_GIVEN}){{1,2}})(?![\u4e00-\u9fff])"
)
_ALONE = re.compile(rf"(?![周夏成安单季])(?:{_SURNAMES})(?:{_GIVEN}){{1,2}}")
_NUMBERS = (
    # A mobile number, with the country's code or without.
    re.compile(
        r"(?<![0-9])(?:(?:\+|00)?86[- ]{0,2})?"
        r"1[3-9][0-9][-. ]{0,2}[0-9]{4}[-. ]{0,2}[0-9]{4}(?![0-9])"
    ),
    # A citizen's number (GB 11643): area, date of birth, order, check.
    re.compile(
        r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
        r"[0-9]{3}[0-9x](?![0-9])",
        re.IGNORECASE,
    ),
)


def impersonal(text: str, *, bare: bool = False) -> str:
    """A text without what of it may be a person's; as it is where nothing may be.

    Parameters
    ----------
    bare : as for `personal_in`.
    """
    persons = personal_in(text, bare=bare) if text else ()
    for person in persons:
        text = unicodedata.normalize("NFKC", text).replace(person, "")
    return text.strip(" ,;、:") if persons else text


def personal_in(text: str, *, bare: bool = False) -> tuple[str, ...]:
    """What of a text may be a person's: names, mobile numbers, identity numbers.

    A name is known by a title (张经理), a label (联系人：李四) or, on request, by standing alone;
    other names cannot be told from those of places.

    Parameters
    ----------
    bare : whether a name that stands by itself between signs counts too, for texts that have
        no words of their own (hours, telephones).
    """
    plain = unicodedata.normalize("NFKC", text)
    found = [match[0] for pattern in (*_NUMBERS, _TITLED) for match in pattern.finditer(plain)]
    found += [match[1] for match in _LABELLED.finditer(plain)]
    if bare:
        words = re.split("[^\u4e00-\u9fff]+", plain)
        found += [word for word in words if _ALONE.fullmatch(word)]
    return tuple(dict.fromkeys(found))
