"""Everyday words of the look-up, and traditional characters for simplified ones."""

import itertools

from gdcoverage.emap._everyday import everyday
from gdcoverage.emap._folding import simplified_forms
from gdcoverage.emap._pinyin import common_sounds, pinyin_table
from gdcoverage.policy import FLAGS, ITEMS, MODES


def terms(table, names, word):
    """Official terms that a word stands for."""
    bits = next(bits for bits, words in table if word in words)
    return [name for bit, name in enumerate(names) if bits >> bit & 1]


def test_every_official_term_stands_for_itself():
    words = everyday()
    for term in ITEMS.values():
        assert terms(words["items"], list(ITEMS.values()), term) == [term]
    modes = list((MODES | FLAGS).values())
    for term in modes:
        assert terms(words["modes"], modes, term) == [term]


def test_everyday_words_stand_for_official_terms():
    items = list(ITEMS.values())
    table = everyday()["items"]
    assert terms(table, items, "退休") == ["基本养老保险"]
    assert terms(table, items, "失业金") == ["失业保险"]
    assert terms(table, items, "电子社保卡") == ["社会保障卡"]
    # Whoever does one of the insurances tells what is paid for it.
    assert terms(table, items, "参保证明") == ["基本养老保险", "工伤保险", "失业保险"]


def test_a_word_means_one_thing():
    words = everyday()
    tables = ("items", "modes", "when", "asked", "elsewhere")
    every = [word for name in tables for _, known in words[name] for word in known]
    every += words["idle"]
    twice = {word for word, same in itertools.groupby(sorted(every)) if len(list(same)) > 1}
    assert twice == set()


def test_traditional_forms_of_what_a_page_has_and_no_others():
    pairs = simplified_forms("银号A")
    assert set(map("".join, zip(pairs[::2], pairs[1::2], strict=True))) >= {"銀银", "號号"}
    assert set(pairs[1::2]) <= {"银", "号"}
    # A page may be written in traditional characters itself.
    assert simplified_forms("灣") == "灣湾"
    assert simplified_forms("") == ""
    # A script takes the pairs apart by 16-bit units.
    every = simplified_forms(map(chr, range(0x4E00, 0xA000)))
    assert len(every.encode("utf-16-le")) == 2 * len(every)


def test_common_characters_by_their_sound():
    sounds = common_sounds("行")
    assert "杭" in sounds["hang"]
    assert "行" not in sounds["hang"]
    assert len("".join(sounds.values())) == 3754
    assert "番" in pinyin_table("番") and "番" in sounds["pan"]
