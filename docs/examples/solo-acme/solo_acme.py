"""A provider for Solo: Acme's rockets answer in plain text, a line at a time."""

import httpx2

from app.llm.port import Piece
from app.llm.remote import RemoteModel

PROVIDER = {
    "label": "Acme",
    "url": "https://llm.acme.example",
    "engine": "acme",  # one that speaks like OpenAI says "openai", and needs nothing below
    "paid": True,  # it wants a key
    "all": {"context": 8192, "can": ["temperature"]},
    "models": {"rocket-1": {"price": {"input": 1.0, "output": 2.0}}},
}


class Acme(RemoteModel):
    name = "acme"

    def connect(self):
        return self.http()

    async def disconnect(self, client):
        await client.aclose()

    async def look(self):
        pass  # there is no way to ask whether a model is there

    async def pieces(self, request, answer):
        body = {"text": request.messages[-1].content, "model": self.model, "most": self.longest(request)}
        key = {"x-acme-key": self.key}
        async with self.client.stream("POST", f"{self.url}/say", json=body, headers=key) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                answer.begun = True
                answer.completion_tokens += 1
                yield Piece(line + "\n")
            answer.finish = "stop"

    def failure(self, error, *, begun):
        if isinstance(error, httpx2.HTTPStatusError):
            return self.failures.by_status(error.response.status_code)
        return None
