"""Questions of counties, banks, candidates and outlets that are not there are refused."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd

from gdcoverage.problems import unusable
from gdcoverage.run.inputs import Inputs
from gdcoverage.sites import Terms, kind_of_services


def refuse_unknown(terms: Terms, inputs: Inputs) -> None:
    """Refuse a question of counties, cities, banks, candidates or outlets that are not there.

    Raises
    ------
    InputError : a code is none of the plan's, a bank no outlet's and no candidate's, a candidate's
        id or kind not in the table, a word no id, bank or code of an active outlet.
    """
    _refuse_codes(terms, list(inputs.counties["adcode"]))
    _refuse_banks(terms, banks_of(inputs.outlets.frame, inputs.candidates))
    if inputs.candidates is not None:
        _refuse_candidates(terms, inputs.candidates)
    _refuse_outlets(terms, inputs.outlets.frame)


def _refuse_codes(terms: Terms, adcodes: list[str]) -> None:
    for name, code in terms.strange_codes(adcodes):
        raise unusable(
            "county_unknown",
            f"[sites] {name} 里的代码 {code} 不在计划的县区之内",
            "请核对县区代码（市为前四位）",
        )


def _refuse_banks(terms: Terms, known: set[str]) -> None:
    for name, banks in (("bank_caps", terms.bank_caps), ("bank_least", terms.bank_least)):
        if unknown := sorted(set(banks) - known):
            raise unusable(
                "bank_unknown",
                f"[sites] {name} 里的银行 {'、'.join(unknown)} 没有候选点或网点",
                f"请按表里的写法填写：{'、'.join(sorted(known - {''}))}",
            )


def banks_of(outlets: gpd.GeoDataFrame, candidates: gpd.GeoDataFrame | None) -> set[str]:
    """Whose the outlets and candidates are, whether in service or not."""
    frames = [outlets] if candidates is None else [outlets, candidates]
    return {bank for frame in frames for bank in frame.get("bank", ())}


def _refuse_candidates(terms: Terms, candidates: gpd.GeoDataFrame) -> None:
    unknown = sorted({*terms.fixed, *terms.forbidden} - set(candidates["outlet_id"]))
    if unknown:
        raise unusable(
            "candidate_unknown",
            f"[sites] 里的候选点 {'、'.join(unknown)} 不在候选点表中",
            "请核对候选点编号",
        )
    kinds = set(candidates["kind"] if "kind" in candidates else kind_of_services(candidates))
    strange = sorted({*terms.kind_most, *terms.kind_least} - kinds)
    if strange:
        raise unusable(
            "kind_unknown",
            f"[sites] 里的类别 {'、'.join(strange)} 没有候选点",
            f"请写 {'、'.join(sorted(kinds - {''})) or '候选点表的服务方式，或去掉它'}",
        )


def _refuse_outlets(terms: Terms, outlets: gpd.GeoDataFrame) -> None:
    known = words_of(outlets)
    closings = terms.close_most if isinstance(terms.close_most, Mapping) else ()
    for name, words in (
        ("close_of", terms.close_of),
        ("close_most", closings),
        ("keep", terms.keep),
    ):
        if unknown := sorted(set(words) - known):
            raise unusable(
                "outlet_unknown",
                f"[sites] {name} 里的 {'、'.join(unknown)} 不是在营网点的编号、银行或区划代码",
                "请核对网点表中的写法",
            )


def words_of(outlets: gpd.GeoDataFrame) -> set[str]:
    """What active outlets may be called by: id, bank, adcode and its first four digits."""
    active = outlets[outlets["status"] == "active"]
    county = active["county"].astype(str)
    return {*active["outlet_id"], *active.get("bank", ()), *county, *county.str[:4]}
