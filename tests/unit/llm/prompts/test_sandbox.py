"""A chat template is a program from a stranger: what it may do, and that it ends."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.kernel.errors import BadInput, BrokenFile, SoloError
from app.llm.prompts.instrument import weight
from app.llm.prompts.meter import LONGEST, WORK, Meter, TooMuch
from app.llm.prompts.sandbox import ChatTemplate, HostileTemplate

MESSAGES = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Yes?"}]


def rendered(source: str, *, work: int = WORK // 8, **values: Any) -> str:
    return ChatTemplate(source, work=work).render({"messages": MESSAGES, **values})


DOUBLED = 60
"""Doubling something so often would fill any memory."""

HOSTILE = {
    "a long range": "{% for i in range(1000000000) %}x{% endfor %}",
    "loops in loops": "{% for a in range(999) %}{% for b in range(999) %}{% for c in range(999) %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "a condition that lets nothing in": "{% for a in range(90000) %}{% for b in range(90000) if b < 0 %}"
    "{% endfor %}{% endfor %}",
    "letters": "{% for a in 'x' * 50000 %}{% for b in 'y' * 50000 %}{% endfor %}{% endfor %}",
    "a power": "{{ 9 ** 9 ** 9 }}",
    "squares": "{% set n = 9 %}" + "{% set n = n * n %}" * DOUBLED + "{{ n }}",
    "a repeated text": "{{ 'a' * 10000000000 }}",
    "a doubled text": "{% set s = 'aaaa' %}" + "{% set s = s ~ s %}" * DOUBLED,
    "an added text": "{% set s = 'aaaa' %}" + "{% set s = s + s %}" * DOUBLED,
    "a captured text": "{% set s = 'aaaa' %}" + "{% set s %}{{ s }}{{ s }}{% endset %}" * DOUBLED,
    "a doubled list": "{% set x = [1] %}" + "{% set x = [x, x] %}" * DOUBLED + "{{ x | tojson }}",
    "lists that are compared": "{% set x = [1] %}{% set y = [1] %}"
    + "{% set x = [x, x] %}{% set y = [y, y] %}" * DOUBLED
    + "{{ x == y }}",
    "a doubled dictionary": "{% set x = dict(a=1) %}" + "{% set x = dict(a=x, b=x) %}" * DOUBLED,
    "a width in a format": "{{ '%9999999999d' % 1 }}",
    "a format": "{{ '{:>9999999999}'.format(1) }}",
    "a text filled up": "{{ 'a'.ljust(10000000000) }}",
    "replacing by much": "{% set s = 'a' * 100000 %}{{ s.replace('a', s) }}",
    "a filter that replaces by much": "{% set s = 'a' * 100000 %}{{ s | replace('a', s) }}",
    "joining by much": "{% set s = 'a' * 100000 %}{{ s.join(s) }}",
    "a filter that joins by much": "{% set s = 'a' * 100000 %}{{ s | join(s) }}",
    "wide JSON": "{{ messages | tojson(indent=1000000000) }}",
    "a wide indentation": "{{ 'a\\nb' | indent(1000000000) }}",
    "macros that call each other twice": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}"
    "{% endmacro %}{{ f(60) }}",
    "a macro without end": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "looking through long texts": "{% set s = 'a' * 4000000 %}{% for i in range(99999) %}"
    "{{ '' if 'ab' in s }}{% endfor %}",
    "much output": "{% for i in range(90000) %}" + "x" * 5000 + "{% endfor %}",
    "a growing list": "{% set n = namespace(x=[]) %}{% for i in range(99999) %}"
    "{% set n.x = n.x + [i] %}{% endfor %}",
    "filters over filters": "{{ range(99999) | map('string') | map('replace', '1', '1' * 1000) | join }}",
    "parentheses": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "a long sum": "{{ 1" + " + 1" * 20000 + " }}",
    "a huge source": "x" * 70_000,
    "a file": "{% include '/etc/passwd' %}",
    "a parent": "{% extends 'x' %}",
    "a block that shows itself": "{% block a %}{{ self.a() }}{% endblock %}",
    "a recursive loop": "{% for m in messages recursive %}{{ loop(messages) }}{% endfor %}",
    "Python's classes": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "a function's globals": "{{ namespace.__init__.__globals__ }}",
    "what is not there": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "the template itself": "{{ self.__init__.__globals__ }}",
    "changing the conversation": "{{ messages.append(1) }}",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_a_template_that_wants_too_much_is_refused_in_a_sentence(source: str) -> None:
    with pytest.raises((HostileTemplate, BrokenFile), match=r"chat template .*: .*\.$"):
        rendered(source)


@pytest.mark.parametrize(
    "source",
    [
        "{% if %}",
        "{{",
        "{% for %}",
        "{{ nothing() }}",
        "{{ 1 / 0 }}",
        "{{ 'a' | center(10000000000) }}",
        "{{ [][1].a }}",
    ],
)
def test_a_broken_template_is_named_as_one(source: str) -> None:
    with pytest.raises(BrokenFile, match="cannot be used"):
        rendered(source)


@pytest.mark.parametrize(
    "secret", ["{{ messages.__class__ }}", "{{ raise_exception.__globals__ }}", "{{ range.__self__ }}"]
)
def test_what_it_must_not_see_is_not_shown(secret: str) -> None:
    with suppress(HostileTemplate):
        assert rendered(secret) == ""


def test_nothing_is_worked_out_while_it_is_compiled() -> None:
    """jinja2 folds constants; here that would happen before anything is counted."""
    for source in (
        "{{ 'a' * 10000000000 }}",
        "{{ range(10 ** 9) | list }}",
        "{% if 'a' * 10000000000 %}{% endif %}",
    ):
        ChatTemplate(source)


def test_a_template_that_was_refused_once_can_be_used_again() -> None:
    source = "{% for i in range(n) %}{% for j in range(n) %}.{% endfor %}{% endfor %}"
    template = ChatTemplate(source, work=10_000)
    with pytest.raises(HostileTemplate):
        template.render({"n": 5_000})
    assert template.render({"n": 2}) == "...."


def test_the_template_may_say_that_it_does_not_want_a_conversation() -> None:
    with pytest.raises(BadInput, match=r"refuses this conversation: take turns\.$"):
        rendered("{{ raise_exception('take turns') }}")


def test_the_date_is_the_one_that_is_given() -> None:
    template = ChatTemplate(
        "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% else %}no{% endif %}"
    )
    assert template.render({}, datetime(2026, 3, 1, tzinfo=UTC)) == "01 Mar 2026"
    assert template.render({}) == "no"
    with pytest.raises(HostileTemplate):
        ChatTemplate("{{ strftime_now('%99999999d') }}").render({}, datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% for m in messages %}{{ m.role }}:{{ m['content'] }};{% endfor %}", "user:Hello;assistant:Yes?;"),
        (
            "{% for m in messages %}{{ loop.index0 }}{{ loop.last }}{{ loop.length }} {% endfor %}",
            "0False2 1True2 ",
        ),
        ("{% for m in messages %}{{ loop.previtem.role if loop.previtem }}{% endfor %}", "user"),
        ("{% for m in messages[::-1] %}{{ m.role }} {% endfor %}", "assistant user "),
        ("{% for m in messages if m.role == 'user' %}{{ m.content }}{% else %}none{% endfor %}", "Hello"),
        (
            "{% for m in messages %}{% if loop.first %}{% continue %}{% endif %}{{ m.role }}{% endfor %}",
            "assistant",
        ),
        (
            "{% set n = namespace(n=0) %}{% for m in messages %}{% set n.n = n.n + 1 %}{% endfor %}{{ n.n }}",
            "2",
        ),
        ("{{ messages | selectattr('role', 'equalto', 'user') | list | length }}", "1"),
        ("{{ messages | map(attribute='role') | join(', ') }}", "user, assistant"),
        ("{{ {'b': [1, 'é<'], 'a': none} | tojson }}", '{"b": [1, "é<"], "a": null}'),
        ("{{ {'b': 1} | tojson(indent=2) }}", '{\n  "b": 1\n}'),
        (
            "{% for k, v in {'a': 1}.items() %}{{ k ~ v }}{% endfor %}{{ {'a': 1} | items | list }}",
            "a1[('a', 1)]",
        ),
        ("{% macro f(x, y='!') %}{{ x + y }}{% endmacro %}{{ f('a') }}{{ f('b', y='?') }}", "a!b?"),
        ("{% macro f() %}<{{ caller() }}>{% endmacro %}{% call f() %}x{% endcall %}", "<x>"),
        ("{{ 'a</think>b'.split('</think>')[-1].strip() }}{{ 'ab'.startswith('a') }}", "bTrue"),
        ("{{ '%s-%s' % ('a', 1) }}{{ 'a' * 3 }}{{ [1] * 2 }}{{ 7 % 4 }}", "a-1aaa[1, 1]3"),
        ("{{ 'a b'.replace('a', 'c') | upper | trim }}{{ 'a\nb' | indent(2) }}", "C Ba\n  b"),
        ("{{ messages is iterable and messages is not mapping and x is not defined }}", "True"),
        ("{% generation %}a{{ messages | length }}{% endgeneration %}", "a2"),
        ("{{ none }}{{ 1.5 }}{{ missing }}{{ missing | default('d') }}{{ 'x' | safe }}", "None1.5dx"),
        ("  {% if true %}\n a\n  {% endif %}\n", " a\n"),
    ],
)
def test_what_chat_templates_use_is_there(source: str, text: str) -> None:
    assert rendered(source) == text


@given(st.data())
@examples(max_examples=60)
def test_whatever_is_written_in_a_template_ends_in_a_text_or_a_sentence(data: st.DataObject) -> None:
    pieces = (
        *(
            "{% for a in x %}",
            "{% endfor %}",
            "{% set x = [x, x] %}",
            "{% set x = x ~ x %}",
            "{{ x }}",
            "{{ x * 99 }}",
        ),
        *(
            "{% if x %}",
            "{% else %}",
            "{% endif %}",
            "{% macro f(x) %}",
            "{% endmacro %}",
            "{{ f(x) }}",
            "{{ f(f) }}",
        ),
        *(
            "{% set x = range(300) %}",
            "{% set x = x | list + x | list %}",
            "{{ x | tojson }}",
            "{{ x.split('a') }}",
            "text",
        ),
    )
    source = "".join(data.draw(st.lists(st.sampled_from(pieces), max_size=14)))
    with suppress(SoloError):
        assert len(rendered(source, x="ab")) <= LONGEST


def test_the_meter_counts_what_nested_values_would_be_written_as() -> None:
    meter = Meter()
    long = "x" * (LONGEST // 2)
    assert meter.weigh([long]) == [long]
    with pytest.raises(TooMuch):
        meter.weigh([long, [long, long]])
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(TooMuch):
        meter.weigh(deep)


def test_the_body_of_a_loop_is_weighed_without_the_loops_in_it() -> None:
    from jinja2 import Environment, nodes

    def of(source: str) -> int:
        return weight(next(iter(Environment(autoescape=False).parse(source).find_all(nodes.For))).body)

    inner = "{{ a.b.c.d.e.f.g }}"
    assert of("{% for x in y %}{% for z in w %}" + inner * 9 + "{% endfor %}{% endfor %}") < of(
        "{% for x in y %}" + inner + "{% endfor %}"
    )
