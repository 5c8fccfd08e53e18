"""The page's Content-Security-Policy: of scripts and styles only those that were written run."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

# What a map's template says, for figures that are not ours; a page of ours replaces it.
_ANY = "'unsafe-inline'"
_INLINE = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="[^"]*"')
_DATA = re.compile(r"type\s*=\s*[\"']?application/(?:json|gzip)", re.IGNORECASE)


def with_policy(html: str, admitted: Mapping[str, str] | None = None) -> str:
    """A page whose policy names the SHA-256 of each of its inline scripts and style sheets.

    Then no other inline script runs, no handler in an attribute, and no style attribute counts;
    what scripts set through `element.style` or a style sheet's rules does (CSP 3, 4.2.3 and 6.7).

    Parameters
    ----------
    html : whole; its maps' policies as the template has them.
    admitted : directive -> sources that it admits besides.
    """
    found: dict[str, list[str]] = {"script": [], "style": []}
    for kind, attributes, text in _INLINE.findall(html):
        if not _DATA.search(attributes):
            found[kind.lower()].append(_hash_source(text))
    for kind, sources in found.items():
        named = " ".join(dict.fromkeys(sources)) or "'none'"
        html = html.replace(f"{kind}-src {_ANY}", f"{kind}-src {named}")
    return _POLICY.sub(lambda policy: _widened(policy[0], admitted or {}), html)


def _widened(policy: str, admitted: Mapping[str, str]) -> str:
    """A policy that admits more for some directives."""
    for directive, sources in admitted.items():
        if f" {directive} " in policy:
            policy = policy.replace(f" {directive} ", f" {directive} {sources} ")
        else:
            policy = f'{policy[:-1]}; {directive} {sources}"'
    return policy


def _hash_source(text: str) -> str:
    """Of a text as the browser's parser hands it on, with ends of lines made one."""
    seen = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    return f"'sha256-{base64.b64encode(hashlib.sha256(seen).digest()).decode()}'"
