"""A Piper voice in two halves: from letters to frames of speech, and from these to sound.

The second half does most of the work and looks only a few frames around, so it can be run from the
front, a few frames at a time: the first sound of a sentence is there long before its last.  The
files of voices hold one graph; it is cut before the nodes of the vocoder ("/dec/" in every voice that
Piper's own training has written).

A rule file: a model as bytes in, two models as bytes out.  The format is that of ONNX
(https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); only the fields that matter here are
described, the library carries the others along.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

VOCODER: Final = "/dec/"
VOCODER_INPUT: Final = "dec.conv_pre.weight"
"""The weights of its first layer."""
FIELDS: Final[dict[str, dict[str, tuple[int, str]]]] = {
    "Tensor": {"name": (8, "")},
    "Value": {"name": (1, "")},
    "Node": {"input": (1, "*"), "output": (2, "*"), "name": (3, ""), "op_type": (4, "")},
    "Graph": {
        "node": (1, "*Node"),
        "initializer": (5, "*Tensor"),
        "input": (11, "*Value"),
        "output": (12, "*Value"),
        "value_info": (13, "*Value"),
    },
    "Model": {"graph": (7, "Graph")},
}
"""message → field → its number and what it holds; nothing: text, *: many."""


@dataclass(frozen=True, slots=True)
class Halves:
    """front: takes what the whole voice takes; gives `frames`, (1, channels, time), then `others`, which
    `back` wants too, then, where `timed`, how many frames each symbol lasts. back: gives the sound."""

    front: bytes
    back: bytes
    frames: str
    others: tuple[str, ...]
    timed: bool


def halves(model: bytes) -> Halves | None:
    """The two halves of a voice; None when it is not built as expected."""
    try:
        whole: Any = _message("Model").FromString(model)
    except DecodeError:
        return None
    graph = whole.graph
    after = _vocoder(graph.node)
    back = [graph.node[index] for index in after]
    front = [node for index, node in enumerate(graph.node) if index not in after]
    frames = next((node.input[0] for node in back if VOCODER_INPUT in node.input[1:2]), "")
    shapes = {value.name: value for value in graph.value_info}
    crossing = _crossing(front, back)
    if frames not in crossing or not shapes.keys() >= crossing:
        return None
    others = tuple(sorted(crossing - {frames}))
    lengths = [node.output[0] for node in front if node.op_type == "Ceil" and node.output[0] in shapes]
    timed = lengths if len(lengths) == 1 else []
    sound = _part(graph, back, [shapes[name] for name in (frames, *others)])
    text = _rest(whole, after, [shapes[name] for name in (frames, *others, *timed)])
    # What is left says which versions are meant. Messages written one behind the other are one.
    whole.ClearField("graph")
    return Halves(text, whole.SerializeToString() + sound, frames, others, bool(timed))


def _vocoder(nodes: Iterable[Any]) -> dict[int, None]:
    """Where the nodes of the vocoder stand, and all that follow from it; in order."""
    found: dict[int, None] = {}
    made: set[str] = set()
    for index, node in enumerate(nodes):
        if node.name.startswith(VOCODER) or not made.isdisjoint(node.input):
            made.update(node.output)
            found[index] = None
    return found


def _crossing(front: list[Any], back: list[Any]) -> set[str]:
    """What the back takes of the front."""
    made = {name for node in front for name in node.output}
    return {name for node in back for name in node.input if name in made}


def _part(graph: Any, nodes: list[Any], inputs: list[Any]) -> bytes:
    """A model of these nodes, which make the graph's outputs, without what stands beside a graph."""
    used = {name for node in nodes for name in node.input}
    part: Any = _message("Model")()
    part.graph.node.extend(nodes)
    part.graph.initializer.extend(tensor for tensor in graph.initializer if tensor.name in used)
    part.graph.input.extend(inputs)
    part.graph.output.extend(graph.output)
    return part.SerializeToString()


def _rest(whole: Any, without: dict[int, None], outputs: list[Any]) -> bytes:
    """The model without these nodes. Takes them out in place: its weights are large."""
    graph = whole.graph
    outputs = [type(value).FromString(value.SerializeToString()) for value in outputs]
    for index in reversed(without):
        del graph.node[index]
    used = {name for node in graph.node for name in node.input}
    for index in reversed(range(len(graph.initializer))):
        if graph.initializer[index].name not in used:
            del graph.initializer[index]
    graph.ClearField("value_info")
    graph.ClearField("output")
    graph.output.extend(outputs)
    return whole.SerializeToString()


@cache
def _message(name: str) -> Any:
    """The class of a message of `FIELDS`."""
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"solo.onnx.{name}"))


@cache
def _pool() -> descriptor_pool.DescriptorPool:
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="solo/onnx.proto", package="solo.onnx", syntax="proto2")
    for message, fields in FIELDS.items():
        made = file.message_type.add(name=message)
        for name, (number, kind) in fields.items():
            label = field.LABEL_REPEATED if kind.startswith("*") else field.LABEL_OPTIONAL
            entry = made.field.add(name=name, number=number, label=label, type=field.TYPE_STRING)
            if held := kind.removeprefix("*"):
                entry.type, entry.type_name = field.TYPE_MESSAGE, f".solo.onnx.{held}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool
