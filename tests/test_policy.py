import dataclasses

import pytest

from gdcoverage.policy import COMPARISON_SPEEDS, PHRASE, SETTLEMENTS, Standard


def test_default_is_a_thousand_metres_in_fifteen_minutes():
    standard = Standard()
    assert standard.walk_limit_m == 1000.0
    assert standard.rural_radius_m == 5000.0
    assert standard.walk_minutes(1000.0) == pytest.approx(15.0)


def test_people_of_towns_walk_and_others_go_straight():
    standard = Standard(minutes=20, rural_radius_m=3000.0)
    limits = {settlement: standard.limit_m(settlement) for settlement in SETTLEMENTS}
    assert limits == {"urban": standard.walk_limit_m, "rural": 3000.0}


def test_prints_the_official_phrase_with_every_parameter():
    text = str(Standard(minutes=20, walking_speed_kmh=3.0, town_rule="both"))
    assert f"「{PHRASE}」" in text
    for part in ("20分钟", "3公里/小时", "1000米", "5,000米", "300米", "500米", "另列按乡村"):
        assert part in text


def test_comparison_speeds_are_those_every_report_prints():
    limits = [Standard().walk_limit_at(speed.m_per_min) for speed in COMPARISON_SPEEDS]
    assert limits == [720.0, 1000.0, 1200.0]


@pytest.mark.parametrize(
    ("code", "rule", "settlement"),
    [
        ("111", "rural", "urban"),
        ("112", "rural", "urban"),
        ("121", "urban", "urban"),
        ("122", "both", "urban"),
        ("123", "rural", "rural"),
        ("210", "urban", "rural"),
        ("220", "urban", "rural"),
        ("999", "urban", None),
    ],
)
def test_settlement_of_each_code_under_each_town_rule(code, rule, settlement):
    assert Standard(town_rule=rule).settlement_of(code) == settlement


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": 0},
        {"minutes": "15"},
        {"minutes": True},
        {"walking_speed_kmh": float("nan")},
        {"rural_radius_m": -1},
        {"snap_limit_m": 6000},
        {"town_rule": "maybe"},
    ],
)
def test_impossible_values_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Standard(**wrong)


def test_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Standard().minutes = 20  # type: ignore[misc]  # what the type forbids


def test_search_goes_beyond_every_comparison_speed():
    slow = Standard(walking_speed_kmh=1.0)
    assert slow.walk_search_m == 1200.0
    assert Standard().walk_search_m == 3000.0


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("minutes", 1, 240),
        ("walking_speed_kmh", 0.5, 10),
        ("rural_radius_m", 100, 100_000),
        ("snap_limit_m", 0, 5_000),
        ("smallest_component_m", 0, 1e9),
    ],
)
def test_both_ends_of_each_range_are_allowed_and_nothing_beyond(name, low, high):
    for value in (low, high):
        assert getattr(Standard(**{name: value}), name) == value
    for value in (low - 0.001, high + 0.001):
        with pytest.raises(ValueError, match=name):
            Standard(**{name: value})


def test_margin_holds_the_longest_walk_searched_and_the_way_to_the_street():
    assert Standard().margin_m == 3000.0 + 300.0


def test_comparison_speeds_in_kilometres_per_hour():
    assert [speed.kmh for speed in COMPARISON_SPEEDS] == pytest.approx([2.88, 4.0, 4.8])
