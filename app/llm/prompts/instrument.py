"""Puts the meter into a parsed template: every turn of a loop, every call of a macro, every text and list
that is made pays before it happens.  A rule file.

The environment (sandbox.py) has the methods that are called here: `counted`, `paid`, `joined`, `made`.
"""

from __future__ import annotations

from typing import Any, Final, cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from app.llm.prompts.meter import TooMuch

_OWN_BODY: Final = (nodes.For, nodes.Macro, nodes.CallBlock)
"""What pays for its body by itself."""
_REFUSED: Final = (
    nodes.Block,
    nodes.Extends,
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.OverlayScope,
    nodes.EvalContextModifier,
)
"""What reaches beyond the template, and no chat template needs."""
_DATA_PER_STEP: Final = 64
"""Characters of plain text that cost as much as a step."""


def instrument(template: nodes.Template) -> nodes.Template:
    """The same template with the meter in it. Raises TooMuch for what no chat template needs."""
    return _Instrument().visit(template)


def _call(method: str, *arguments: nodes.Expr) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(method), list(arguments), [], None, None)


def weight(body: list[nodes.Node]) -> int:
    """Steps of going through these nodes once, without the bodies of what pays by itself."""
    steps, open_ = 1, list(body)
    while open_:
        node = open_.pop()
        steps += 1
        if isinstance(node, nodes.TemplateData):
            steps += len(node.data) // _DATA_PER_STEP
        if isinstance(node, nodes.For):
            open_.append(node.iter)
        elif not isinstance(node, _OWN_BODY):
            open_ += node.iter_child_nodes()
    return steps


class _Instrument(NodeTransformer):
    """Called by the class of each node, the leaves last."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        if isinstance(node, _REFUSED):
            raise TooMuch(f"it uses {type(node).__name__.lower()}")
        return super().generic_visit(node, *args, **kwargs)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  (jinja2 names it)
        """Each item is paid for when it is taken, whether the loop's condition lets it in or not."""
        if node.recursive:
            raise TooMuch("it uses a recursive loop")
        steps = weight([*node.body, *([node.test] if node.test else [])])
        self.generic_visit(node)
        node.iter = _call("counted", cast(nodes.Expr, node.iter), nodes.Const(steps))
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802
        return self._paying(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802
        return self._paying(node)

    def _paying(self, node: nodes.Macro | nodes.CallBlock) -> nodes.Node:
        steps = weight([*node.body, *node.defaults])
        self.generic_visit(node)
        node.body.insert(0, nodes.ExprStmt(_call("paid", nodes.Const(steps))))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _call("joined", *node.nodes)

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _call("made", node)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _call("made", node)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _call("made", node) if node.ctx == "load" else node
