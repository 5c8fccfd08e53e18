"""The outlets as plain HTML for a page whose scripts do not run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

# Beyond so many bytes only the counties' numbers are listed, so that the list never doubles the
# page: about 700 outlets. The rest cannot be read without scripts, which unpack it.
MOST_BYTES = 100_000

NO_SCRIPT = (
    "<p>这个浏览器没有启用 JavaScript，地图打不开。可启用后重新打开，或拨打 12333 咨询。</p>"
)


def plain_list(title: str, outlets: Mapping[str, Any]) -> str:
    """Name, address, hours and phone of every outlet by county; of many, counties' numbers only.

    Parameters
    ----------
    title : of the page.
    outlets : the block that `look_up` makes; only those in service are listed.
    """
    rows: dict[int, list[int]] = {}
    for i, (county, active) in enumerate(
        zip(outlets["county"]["codes"], outlets["active"], strict=True)
    ):
        if active:
            rows.setdefault(county, []).append(i)
    head = f"<h1>{_text(title)}</h1>{NO_SCRIPT}"
    counties = {_county(outlets["county"]["values"][code]): rows[code] for code in sorted(rows)}
    whole = "".join(
        f"<h2>{_text(name)}（{len(members)}）</h2><ul>"
        + "".join(_row(outlets, i) for i in members)
        + "</ul>"
        for name, members in counties.items()
    )
    if len(whole.encode()) <= MOST_BYTES:
        return head + whole
    numbers = "".join(
        f"<li>{_text(name)}：{len(members)} 个网点</li>" for name, members in counties.items()
    )
    why = "网点较多，名单须启用 JavaScript 才能列出；各县区网点数如下。"
    return f"{head}<p>{why}</p><ul>{numbers}</ul>"


def _row(outlets: Mapping[str, Any], i: int) -> str:
    hours: Sequence[str] = outlets["hours"]["values"]
    facts = (outlets["address"][i], hours[outlets["hours"]["codes"][i]], outlets["phone"][i])
    lines = "".join(f"<br>{_text(fact)}" for fact in facts if fact)
    return f"<li><strong>{_text(outlets['name'][i])}</strong>{lines}</li>"


def _county(county: Mapping[str, str]) -> str:
    city = county["city"] if county["city"] != county["name"] else ""
    return f"{city} {county['name']}".strip() or "未注明县区"


def _text(text: str) -> str:
    """Text safe in HTML, and from branca, which reads the page's parts as templates once more."""
    return escape(text).replace("{", "&#123;")
