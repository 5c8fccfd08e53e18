"""Offices that say in many ways what an outlet does."""

from gdcoverage.policy import FLAGS, ITEMS, MODES
from offices._book import LEFT, Row, Sheet, lines
from offices._office import SHORT, entries, office, some, table, ticks

OUTLETS = some(6)


def _sheet(columns):
    return [Sheet("Sheet1", table(OUTLETS, columns))], OUTLETS


def _modes(separator, form="{}"):
    """Modes in one cell, each written in a form that may count them."""

    def write(outlet):
        told = [term for mode, term in MODES.items() if mode in outlet.services]
        return separator.join(
            form.format(term, n=n, c="①②③④"[n - 1]) for n, term in enumerate(told, 1)
        )

    return {**SHORT, "服务方式": ("modes", write), "业务事项": "items"}


@office(plain=True)
def ticked_columns():
    return _sheet({**SHORT, **ticks([*MODES, *ITEMS, *FLAGS])})


@office(plain=True)
def ticked_columns_under_two_headings():
    columns = {**SHORT, **ticks(MODES, "服务方式|{}"), **ticks(ITEMS, "业务事项|{}")}
    return _sheet(columns)


@office(plain=True)
def three_rows_of_headings():
    services = ticks(MODES, "社保服务|服务方式|{}") | ticks(ITEMS, "社保服务|业务事项|{}")
    place = {"网点位置|经度": "lon", "网点位置|纬度": "lat"}
    return _sheet({"网点名称": "name", "所属银行": "bank", **place, **services})


@office(plain=True)
def yes_or_no_in_the_heading():
    return _sheet({**SHORT, **ticks(MODES, "{}（是/否）", "是", "否"), "业务事项": "items"})


@office(plain=True)
def whether_it_has_them():
    services = ticks(MODES, "是否{}", "是", "否") | ticks(FLAGS, "是否有{}", "有", "无")
    return _sheet({**SHORT, **services, **ticks(ITEMS, "{}", "是", "否")})


@office(plain=True)
def ones_and_noughts():
    return _sheet({**SHORT, **ticks([*MODES, *ITEMS], "{}", 1, 0)})


@office(plain=True)
def ticks_and_crosses():
    return _sheet({**SHORT, **ticks(MODES, "{}", "√", "×"), **ticks(ITEMS, "{}", "✓", "—")})


@office()
def circles():
    return _sheet({**SHORT, **ticks([*MODES, *ITEMS], "{}", "●", "○")})


@office(plain=True)
def ticks_under_short_headings():
    words = ("养老保险", "工伤", "失业", "社保卡")
    columns = dict(zip(words, ticks(ITEMS).values(), strict=True))
    return _sheet({**SHORT, "服务方式": "modes", **columns})


@office(plain=True)
def a_heading_merged_over_cells():
    head = Row((*SHORT, "服务方式", *[LEFT] * (len(MODES) - 1)))
    rows = [
        Row(
            (*row.cells, *(t if m in o.services else "" for m, t in MODES.items())),
            row.of,
            {**row.says, "服务方式": "modes"},
        )
        for row, o in zip(entries(OUTLETS, SHORT), OUTLETS, strict=True)
    ]
    return [Sheet("Sheet1", [head, *rows])], OUTLETS


@office()
def modes_by_number():
    def write(outlet):
        return "、".join(str(n) for n, m in enumerate(MODES, 1) if m in outlet.services)

    rows = table(OUTLETS, {**SHORT, "服务方式": ("modes", write)})
    legend = "服务方式：1.窗口办　2.网办　3.自助办　4.导办"
    return [Sheet("Sheet1", [*lines(legend), *rows])], OUTLETS


@office()
def other_words_for_the_headings():
    words = {
        "window": "柜台",
        "online": "网上办理",
        "self_service": "自助终端",
        "guided": "帮办代办",
    }
    columns = {words[s]: told for (s, told) in zip(MODES, ticks(MODES).values(), strict=True)}
    return _sheet({**SHORT, **columns, "业务事项": "items"})


@office()
def how_many_of_each():
    numbers = {"窗口数": ("window", lambda o: 3 * ("window" in o.services))}
    numbers |= {"自助机台数": ("self_service", lambda o: 2 * ("self_service" in o.services))}
    return _sheet({**SHORT, **numbers, "业务事项": "items"})


@office(plain=True)
def modes_with_several_separators():
    return _sheet(_modes("/"))


@office(plain=True)
def modes_on_lines_of_their_own():
    return _sheet(_modes("\n"))


@office()
def modes_numbered():
    return _sheet(_modes(" ", "{n}.{}"))


@office()
def modes_in_circled_numbers():
    return _sheet(_modes("", "{c}{}"))


@office()
def a_mode_that_is_off():
    def write(outlet):
        off = "、".join(t + "（暂停）" for m, t in MODES.items() if m not in outlet.services)
        return "、".join(filter(None, [*(MODES[m] for m in MODES if m in outlet.services), off]))

    return _sheet({**SHORT, "服务方式": ("modes", write), "业务事项": "items"})


@office()
def all_but_some_items():
    def write(outlet):
        without = [t for i, t in ITEMS.items() if i not in outlet.services]
        return f"除{'、'.join(without)}外全部" if without else "全部"

    return _sheet({**SHORT, "服务方式": "modes", "业务事项": ("items", write)})


@office()
def items_that_it_lacks():
    def write(outlet):
        return "、".join(f"不含{t}" if i not in outlet.services else t for i, t in ITEMS.items())

    return _sheet({**SHORT, "服务方式": "modes", "业务事项": ("items", write)})


@office()
def items_in_words_of_their_own():
    words = {"pension": "城乡居民养老", "work_injury": "工伤认定", "unemployment": "失业金申领"}
    words |= {"social_card": "社保卡申领"}

    def write(outlet):
        return "，".join(word for item, word in words.items() if item in outlet.services)

    return _sheet({**SHORT, "服务方式": "modes", "经办业务": ("items", write)})


@office()
def services_in_the_notes():
    def write(outlet):
        return "设社保专窗" if "dedicated_window" in outlet.services else ""

    return _sheet({**SHORT, "服务方式": "modes", "备注": ("dedicated_window", write)})
