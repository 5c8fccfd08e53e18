"""Search in Chinese without a dictionary: every two characters that stand together are a word."""

from __future__ import annotations

import re

from sphinx.search.en import SearchEnglish

_RUNS = re.compile(r"[一-鿿]+|[A-Za-z0-9_]+")


class Chinese(SearchEnglish):
    """Words of Latin letters as in English, pairs of characters in Chinese."""

    lang = "zh"
    # Names the stemmer's object in the page.
    language_name = "English"
    js_splitter_code = """
var splitQuery = (query) => (query.match(/[\\u4e00-\\u9fff]+|[A-Za-z0-9_]+/g) || []).flatMap(
  (run) => run.charCodeAt(0) < 0x4e00 || run.length < 3
    ? [run]
    : Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2)),
);
"""

    def split(self, input: str) -> list[str]:
        """Words of a text, as the page's ``splitQuery`` finds those of a query."""
        return [word for run in _RUNS.findall(input) for word in pairs(run)]

    def word_filter(self, word: str) -> bool:
        """Whether a word is worth an entry."""
        return len(word) > 1 and word.lower() not in self.stopwords


def pairs(run: str) -> list[str]:
    """The words of a run of letters, or of Chinese characters."""
    if run[0] < "一" or len(run) < 3:
        return [run]
    return [run[at : at + 2] for at in range(len(run) - 1)]
