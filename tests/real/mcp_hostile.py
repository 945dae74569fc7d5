"""A program that is no honest MCP server.  python -S mcp_hostile.py WHAT"""

import json
import os
import sys
import time

WHAT = sys.argv[1]
GREETING = {
    "protocolVersion": "2025-11-25",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "x", "version": "1"},
}
GOOD = {"name": "good", "inputSchema": {"type": "object"}}


def write(text: str) -> None:
    os.write(1, text.encode() + b"\n")


def answer(number: object, result: object) -> None:
    write(json.dumps({"jsonrpc": "2.0", "id": number, "result": result}))


def listed(cursor: str | None) -> object:
    if WHAT == "endless_list":
        page = int(cursor or "0")
        tools = [{**GOOD, "name": f"t{page}_{n}"} for n in range(50)]
        return {"tools": tools, "nextCursor": str(page + 1)}
    if WHAT == "wrong_tools":
        deep: object = True
        for _ in range(60):
            deep = {"items": deep}
        return {
            "tools": [
                GOOD,
                {"name": "no_schema"},
                {"name": 7, "inputSchema": {"type": "object"}},
                {"name": "deep", "inputSchema": {"type": "object", "properties": {"a": deep}}},
                {"name": "large", "inputSchema": {"type": "object", "description": "x" * 40_000}},
                {
                    "name": "away",
                    "inputSchema": {"type": "object", "allOf": [{"$ref": "http://127.0.0.1/x"}]},
                },
                {"name": "", "inputSchema": {"type": "object"}},
                "no tool",
            ]
        }
    return {"tools": [GOOD]}


def heard(message: dict) -> None:
    method, number = message.get("method"), message.get("id")
    if method == "initialize":
        if WHAT == "greets":
            write("Welcome to my server!\n\n")
        answer(number, GREETING)
    elif method == "tools/list":
        answer(number, listed((message.get("params") or {}).get("cursor")))
    elif method == "tools/call":
        called(number)
    elif method == "ping" and WHAT != "falls_silent":
        answer(number, {})


def called(number: object) -> None:
    if WHAT == "long_line":
        os.write(1, b'{"jsonrpc": "2.0", "id": 99, "result": "')
        for _ in range(100):
            os.write(1, b"x" * 1_000_000)
    elif WHAT == "rubbish":
        while True:
            write("no message at all")
    elif WHAT == "wrong_shape":
        answer(number, {"content": 7})
    elif WHAT == "error":
        error = {"code": -32000, "message": "quota of " + os.environ.get("HOUSE_KEY", "") + " used up"}
        write(json.dumps({"jsonrpc": "2.0", "id": number, "error": error}))
    elif WHAT == "chatters":
        answer(number, {"content": [{"type": "text", "text": "done"}]})
        note = {"level": "info", "data": "x" * 200}
        text = json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": note})
        while True:
            os.write(1, (text + "\n").encode() * 50)
    elif WHAT == "deaf":
        time.sleep(600)


if WHAT == "mute":
    time.sleep(600)
if WHAT == "stubborn":
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
for line in sys.stdin:
    heard(json.loads(line))
if WHAT == "stubborn":
    time.sleep(600)
