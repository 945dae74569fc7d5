"""JSON as models write it, and what it stands for. Written by hand, of what small models were seen to do."""

from __future__ import annotations

from typing import Any, Final

TRIP: Final = {"city": "Oslo", "days": 3}

MENDED: Final[dict[str, tuple[str, Any]]] = {
    "a fence": ('```json\n{"city": "Oslo", "days": 3}\n```', TRIP),
    "a fence without a name": ('```\n{"city": "Oslo", "days": 3}\n```', TRIP),
    "a fence that never ends": ('```json\n{"city": "Oslo", "days": 3}\n', TRIP),
    "words before": ('Here you are: {"city": "Oslo", "days": 3}', TRIP),
    "words behind": ('{"city": "Oslo", "days": 3}\n\nI hope this helps!', TRIP),
    "words around a fence": ('Sure!\n```json\n{"city": "Oslo", "days": 3}\n```\nAnything else?', TRIP),
    "brackets in the words before": ('For {you} and [me]: {"city": "Oslo", "days": 3}', TRIP),
    "a comma too many": ('{"city": "Oslo", "days": 3,}', TRIP),
    "a comma too many in a list": ('{"days": [1, 2, 3,]}', {"days": [1, 2, 3]}),
    "single quotes": ("{'city': 'Oslo', 'days': 3}", TRIP),
    "an apostrophe in single quotes": ("{'a': 'it's fine', 'b': 1}", {"a": "it's fine", "b": 1}),
    "curly quotes": ("{\u201ccity\u201d: \u201cOslo\u201d, \u201cdays\u201d: 3}", TRIP),
    "Python's words": ("{'a': True, 'b': False, 'c': None}", {"a": True, "b": False, "c": None}),
    "a comment": ('{"city": "Oslo", // the capital\n "days": 3}', TRIP),
    "a long comment": ('{"city": "Oslo", /* the\ncapital */ "days": 3}', TRIP),
    "a comment of Python": ('{"city": "Oslo",  # the capital\n "days": 3}', TRIP),
    "an address in a text": ('{"url": "http://a.b/c", "n": 1,}', {"url": "http://a.b/c", "n": 1}),
    "a colour in a text": ('{"colour": "#fff", "n": 1,}', {"colour": "#fff", "n": 1}),
    "a line break in a text": ('{"poem": "one\ntwo"}', {"poem": "one\ntwo"}),
    "a tab in a text": ('{"a": "one\ttwo"}', {"a": "one\ttwo"}),
    "quotes in a text": ('{"said": "he said "hi" to me", "n": 1}', {"said": 'he said "hi" to me', "n": 1}),
    "escapes of Markdown": ('{"a\\_b": "c\\*d"}', {"a_b": "c*d"}),
    "an escaped apostrophe": ('{"a": "it\\\'s"}', {"a": "it's"}),
    "a path of Windows": ('{"path": "C:\\dir"}', {"path": "C:\\dir"}),
    "names without quotes": ('{city: "Oslo", days: 3}', TRIP),
    "a bracket that is missing": ('{"city": "Oslo", "days": 3', TRIP),
    "several brackets that are missing": ('{"a": {"b": [1, 2', {"a": {"b": [1, 2]}}),
    "a list closed by its holder": ('{"a": [1, 2}', {"a": [1, 2]}),
    "a comma that is missing": ('{"city": "Oslo"\n "days": 3}', TRIP),
    "a comma that is missing behind a number": ('{"days": 3 "city": "Oslo"}', TRIP),
    "commas that are missing in a list": ('["a"\n"b"]', ["a", "b"]),
    "objects without commas": ('[{"a": 1} {"a": 2}]', [{"a": 1}, {"a": 2}]),
    "a bracket too many": ('{"city": "Oslo", "days": 3}}', TRIP),
    "a plus": ('{"a": +5}', {"a": 5}),
    "a point in front": ('{"a": .5}', {"a": 0.5}),
    "JSON within a text": ('"{\\"city\\": \\"Oslo\\", \\"days\\": 3}"', TRIP),
    "letters of the world": ('{"naïve": "日本語 🙂",}', {"naïve": "日本語 🙂"}),
    "escaped letters": ('{"a": "\\u00e9\\ud83d\\ude42",}', {"a": "é🙂"}),
    "nothing": ("{ }", {}),
}
"""What is wrong, how it was written, what it stands for."""

LOST: Final[dict[str, str]] = {
    "words alone": "I cannot answer that.",
    "emptiness": "",
    "a text that was cut off": '{"city": "Os',
    "a name that was cut off": '{"city": "Oslo", "da',
    "a name without a value": '{"city": "Oslo", "days"}',
    "a name and a colon": '{"city": "Oslo", "days":',
    "a missing value": '{"city": , "days": 3}',
    "a word without quotes": '{"city": Oslo}',
    "no number": '{"a": NaN}',
    "a number with its unit": '{"days": 3 days}',
    "a thousand with a blank": '{"days": [1 000]}',
    "a date without quotes": '{"day": 2024-11-12}',
    "a postcode": '{"code": 00123}',
    "dots": '{"days": [1, 2, ...]}',
    "two texts side by side": '{"a": ["x" "y"]}',
    "the same name twice": '{"a": 1 "a": 2}',
    "no end of brackets": "[" * 5000,
    "an equals sign": '{"a" = 1}',
}
"""What cannot be mended without making something up, or leaving something out."""
