"""Google's Gemini models, by the Gemini API.

Spoken directly: Google's library wants older parts than Solo's own (decision 27).  Format: the
reference of `models.streamGenerateContent`, version v1, as server-sent events; vectors are those of
`models.batchEmbedContents`, version v1beta, where its reference has them.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Literal, cast
from urllib.parse import quote

import httpx2

from app.events.llm import Chance, ChatMessage, ToolSpec
from app.kernel.blocking import Pool
from app.kernel.errors import SoloError
from app.llm.failures import retry_after
from app.llm.port import Generation, Piece
from app.llm.remote import Answer, RemoteModel, VectorWish
from app.llm.rows import Rows, of_google
from app.llm.sse import data_of

SIGNATURES_KEPT = 256
NO_SIGNATURE = "skip_thought_signature_validator"
"""What the API takes instead of a thought's signature that is not known (any more)."""
REFUSALS = ("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION")
Json = dict[str, Any]


class _Refused(Exception):
    """An answer that is a failure. status: of HTTP, or what the error itself says within a stream."""

    def __init__(self, status: int, error: Json, headers: Mapping[str, str], *, within: bool) -> None:
        super().__init__(status)
        self.status, self.error, self.headers, self.within = status, error, headers, within


class Google(RemoteModel):
    """See the module and `LanguageModel`."""

    name = "google"
    _signatures: OrderedDict[str, str]
    """Of the thoughts before calls: they go back with the results."""

    def connect(self) -> httpx2.AsyncClient:
        self._signatures = OrderedDict()
        client = self.http()
        client.headers["x-goog-api-key"] = self.key
        return client

    async def disconnect(self, client: httpx2.AsyncClient) -> None:
        await client.aclose()

    def errors(self) -> tuple[type[Exception], ...]:
        return (_Refused,)

    def _at(self, path: str) -> str:
        return f"{self.url}/v1/{path}"

    async def look(self) -> None:
        if self.model == "auto":
            found = await self._get(self._at("models"))
            names = [m["name"] for m in found["models"] if "generateContent" in _methods(m)]
            self.model = str(names[0]).removeprefix("models/")
        else:
            await self._get(self._at(f"models/{quote(self.model, safe='')}"))

    async def _get(self, url: str) -> Json:
        client: httpx2.AsyncClient = self.client
        response = await client.get(url)
        if response.status_code != 200:
            raise _refused(response)
        return cast(Json, response.json())

    async def pieces(self, request: Generation, answer: Answer) -> AsyncGenerator[Piece, None]:
        response = await self.or_again(lambda: self._start(request))
        wrote, refusal = False, ""
        try:
            if response.status_code != 200:
                await response.aread()
                raise _refused(response)
            async for data in data_of(response.aiter_lines()):
                chunk: Json = json.loads(data)
                if "error" in chunk:
                    raise _Refused(int(chunk["error"].get("code", 500)), chunk["error"], {}, within=True)
                answer.begun = True
                refusal = chunk.get("promptFeedback", {}).get("blockReason", "") or refusal
                if refusal:
                    answer.finish = "stop"
                _count(chunk.get("usageMetadata", {}), answer)
                for candidate in chunk.get("candidates", ()):
                    if text := self._text_of(candidate, chunk.get("responseId", ""), answer):
                        wrote = True
                        yield Piece(text, _chances(candidate.get("logprobsResult")))
                    reason = candidate.get("finishReason", "")
                    refusal = reason if reason in REFUSALS else refusal
                    if reason == "MALFORMED_FUNCTION_CALL":
                        raise self.failures.broke_off("the call of a tool came out wrong")
                    answer.finish = _why(reason) or answer.finish
        finally:
            await response.aclose()
        if refusal and not wrote:
            raise self.failures.refused(refusal.lower())

    async def _start(self, request: Generation) -> httpx2.Response:
        client: httpx2.AsyncClient = self.client
        url = self._at(f"models/{quote(self.model, safe='')}:streamGenerateContent")
        asked = client.build_request("POST", url, params={"alt": "sse"}, json=self._body(request))
        return await client.send(asked, stream=True)

    async def vectors(self, texts: Sequence[str], wish: VectorWish) -> Rows:
        name = f"models/{self.model}"
        wishes = {"taskType": wish.task, "outputDimensionality": wish.dimensions}
        asked = {"model": name, **{key: value for key, value in wishes.items() if value}}
        requests = [{**asked, "content": {"parts": [{"text": text}]}} for text in texts]
        client: httpx2.AsyncClient = self.client
        url = f"{self.url}/v1beta/models/{quote(self.model, safe='')}:batchEmbedContents"
        response = await self.or_again(lambda: client.post(url, json={"requests": requests}))
        if response.status_code != 200:
            raise _refused(response)
        return await Pool(1).run(of_google, response.content, len(texts))

    def _text_of(self, candidate: Json, response: str, answer: Answer) -> str:
        """The text of a candidate's parts; calls of tools go into the answer."""
        text = ""
        for part in candidate.get("content", {}).get("parts", ()):
            if call := part.get("functionCall"):
                place = len(answer.calls.all())
                id_ = call.get("id") or f"{response or 'call'}-{place}"
                self._keep(id_, part.get("thoughtSignature", ""))
                arguments = json.dumps(call.get("args") or {})
                function = {"name": call.get("name", ""), "arguments": arguments}
                answer.calls.feed([{"index": place, "id": id_, "function": function}])
            elif not part.get("thought"):
                text += part.get("text", "")
        return text

    def _keep(self, call: str, signature: str) -> None:
        if signature:
            self._signatures[call] = signature
            while len(self._signatures) > SIGNATURES_KEPT:
                self._signatures.popitem(last=False)

    # -- the request -----------------------------------------------------------------------------

    def _body(self, request: Generation) -> Json:
        body: Json = {"contents": contents(request.messages, self._signatures)}
        if system := [m.content for m in request.messages if m.role == "system" and m.content]:
            body["systemInstruction"] = {"parts": [{"text": "\n\n".join(system)}]}
        if request.tools:
            body["tools"] = [{"functionDeclarations": [_tool(tool) for tool in request.tools]}]
            body["toolConfig"] = {"functionCallingConfig": _choice(request.tool_choice)}
        body["generationConfig"] = self._config(request) | self.sent_along()
        return body

    def _config(self, request: Generation) -> Json:
        can, sampling = self.facts.can, request.sampling
        wishes: Json = {"maxOutputTokens": self.longest(request)}
        if "temperature" in can:
            wishes |= {"temperature": request.temperature, "topP": sampling.top_p}
        if "sampling" in can:
            wishes["topK"] = sampling.top_k
        if "penalties" in can:
            wishes["frequencyPenalty"] = sampling.frequency_penalty
            wishes["presencePenalty"] = sampling.presence_penalty
        if "seed" in can:
            wishes["seed"] = request.seed
        if request.stop:
            wishes["stopSequences"] = list(request.stop)
        if request.shape is not None:
            wishes["responseMimeType"] = "application/json"
            if request.shape.kind == "schema":
                wishes["responseJsonSchema"] = json.loads(request.shape.text)
        if request.logprobs is not None:
            wishes |= {"responseLogprobs": True, "logprobs": request.logprobs}
        return {name: value for name, value in wishes.items() if value is not None}

    # -- failures --------------------------------------------------------------------------------

    def failure(self, error: Exception, *, begun: bool) -> SoloError | None:
        if not isinstance(error, _Refused):
            return None
        said = str(error.error.get("message", ""))
        if error.within and begun:
            return self.failures.broke_off(said)
        details = [d for d in error.error.get("details", ()) if isinstance(d, dict)]
        reasons = {detail.get("reason") for detail in details}
        status = 401 if "API_KEY_INVALID" in reasons else error.status
        after = next((_seconds(detail["retryDelay"]) for detail in details if "retryDelay" in detail), None)
        after = after if after is not None else retry_after(error.headers)
        return self.failures.by_status(status, said, code=str(error.error.get("status", "")), after=after)


def contents(messages: Sequence[ChatMessage], signatures: Mapping[str, str]) -> list[Json]:
    """The dialogue, one entry for each change of speaker; results of tools name the function again."""
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    found: list[Json] = []
    for message in messages:
        if message.role == "system":
            continue
        role = "model" if message.role == "assistant" else "user"
        if not found or found[-1]["role"] != role:
            found.append({"role": role, "parts": []})
        found[-1]["parts"] += _parts(message, names, signatures)
    return found or [{"role": "user", "parts": [{"text": ""}]}]


def _parts(message: ChatMessage, names: Mapping[str, str], signatures: Mapping[str, str]) -> list[Json]:
    if message.role == "tool":
        name = names.get(message.tool_call_id, message.tool_call_id)
        return [{"functionResponse": {"name": name, "response": {"result": message.content}}}]
    parts: list[Json] = [{"text": message.content}] if message.content or not message.tool_calls else []
    for call in message.tool_calls:
        signature = signatures.get(call.id, NO_SIGNATURE)
        parts.append({"functionCall": _named(call.name, call.arguments), "thoughtSignature": signature})
    return parts


def _named(name: str, arguments: str) -> Json:
    try:
        args: Any = json.loads(arguments)
    except ValueError:
        args = {"text": arguments}
    return {"name": name, "args": args if isinstance(args, dict) else {"value": args}}


def _tool(tool: ToolSpec) -> Json:
    return {
        "name": tool.name,
        "description": tool.description,
        "parametersJsonSchema": json.loads(tool.parameters),
    }


def _choice(choice: str) -> Json:
    modes = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
    if choice in modes:
        return {"mode": modes[choice]}
    return {"mode": "ANY", "allowedFunctionNames": [choice]}


def _why(reason: str) -> Literal["stop", "length"] | None:
    if not reason or reason == "FINISH_REASON_UNSPECIFIED":
        return None
    return "length" if reason == "MAX_TOKENS" else "stop"


def _count(usage: Json, answer: Answer) -> None:
    if usage:
        answer.prompt_tokens = usage.get("promptTokenCount", 0)
        answer.cached_tokens = usage.get("cachedContentTokenCount", 0)
        answer.completion_tokens = usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0)


def _chances(result: Json | None) -> tuple[Chance, ...]:
    if not result:
        return ()
    chosen, tops = result.get("chosenCandidates", []), result.get("topCandidates", [])
    return tuple(
        Chance(
            token=one["token"],
            logprob=one["logProbability"],
            instead=tuple(
                (other["token"], other["logProbability"])
                for other in (tops[place].get("candidates", ()) if place < len(tops) else ())
            ),
        )
        for place, one in enumerate(chosen)
    )


def _methods(model: Json) -> Sequence[str]:
    return model.get("supportedGenerationMethods") or ()


def _refused(response: httpx2.Response) -> _Refused:
    try:
        body: Any = response.json()
        body = body[0] if isinstance(body, list) else body
        error: Any = body["error"]
    except (ValueError, KeyError, IndexError, TypeError):
        error = {}
    found: Json = error if isinstance(error, dict) else {}
    return _Refused(response.status_code, found, response.headers, within=False)


def _seconds(text: object) -> float | None:
    """Of a duration of protobuf's JSON: "17s"."""
    try:
        return max(0.0, float(str(text).removesuffix("s")))
    except ValueError:
        return None
