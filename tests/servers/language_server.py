"""A language model's server on loopback: OpenAI's chat completions and Gemini's generateContent, which fail on demand.

It knows no language. It answers from a function, or from a recorded file, and counts what it was paid for: an answer
is paid once per Idempotency-Key, however often it is asked for, and every time where there is no key.
"""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, cast

from models.clients.identity import words_digest
from models.clients.replies import read_recorded

Fault = Literal[
    "429", "429 for a second", "429 for an hour", "500", "502", "503", "400", "401", "403", "404",
    "cut", "half body", "not the form", "drip", "huge", "packed", "redirect",
]  # fmt: skip
INPUT_TOKENS, OUTPUT_TOKENS = 100, 20
DRIP_SECONDS = 0.05
HUGE_BYTES = 4 * 2**20


@dataclass(frozen=True)
class Asked:
    """One request as the server understood it. `texts` are the words of the question itself, `turns` what followed.

    `media` holds (media type, bytes) of its pictures and films.
    """

    texts: tuple[str, ...]
    media: tuple[tuple[str, bytes], ...]
    turns: tuple[str, ...]
    instructions: str
    schema: dict[str, Any] | None
    body: dict[str, Any]
    headers: dict[str, str]


Answers = Callable[[Asked], str]


@dataclass
class LanguageServer:
    """A running server.

    Args:
        answers: what it says to a request.
        faults: what becomes of the next requests, in turn; then all goes well.
        on_request, on_answered: called with the request's number before and after it is answered.
        num_paid: how many answers were charged for.
    """

    answers: Answers
    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    on_request: Callable[[int], None] = lambda number: None
    on_answered: Callable[[int], None] = lambda number: None
    asked: list[Asked] = field(default_factory=list)
    num_paid: int = 0
    _given: dict[str | None, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def openai_url(self) -> str:
        """Base URL as an OpenAI-compatible client wants it."""
        return f"{self.url}/v1"

    def take(self, asked: Asked) -> tuple[int, Fault | None]:
        """Note a request; return its number and its fate."""
        with self._lock:
            self.asked.append(asked)
            return len(self.asked), self.faults.pop(0) if self.faults else None

    def answer(self, asked: Asked) -> str:
        """Return what is said, and charge for it unless that key was charged before."""
        key = asked.headers.get("idempotency-key")
        with self._lock:
            if key is None or key not in self._given:
                self.num_paid += 1
                self._given[key] = self.answers(asked)
            return self._given[key]


def scripted(*texts: str) -> Answers:
    """Say these in turn, the last one again and again."""
    left = list(texts)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]


def recorded(path: Path) -> Answers:
    """Say what a recorded file says to the same words, whatever the pictures; after a refusal, the next answer."""
    known = {kept.words: kept for kept in read_recorded(path)}
    return lambda asked: known[words_digest(asked.texts)].answers[len(asked.turns) // 2].text


@contextmanager
def language_server(answers: Answers) -> Iterator[LanguageServer]:
    """Run the server until the block ends."""
    server = LanguageServer(answers)
    http = _HTTPServer(server)
    server.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _HTTPServer(ThreadingHTTPServer):
    """Carries what its handlers ask."""

    def __init__(self, language: LanguageServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.language = language


class _Handler(BaseHTTPRequestHandler):
    """Answers a question, or fails as it was told to."""

    def do_POST(self) -> None:  # noqa: N802
        server = cast(_HTTPServer, self.server).language
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        is_gemini = self.path.endswith(":generateContent")
        asked = _gemini(body, self.lowered()) if is_gemini else _openai(body, self.lowered())
        number, fault = server.take(asked)
        server.on_request(number)
        try:
            if fault is not None and fault[:3].isdigit():
                self.refuse(fault)
            elif fault == "redirect":
                self.say(307, b"{}", Location="http://localhost:1/elsewhere")
            else:
                model = body.get("model") or self.path.rpartition("/")[2].removesuffix(":generateContent")
                self.give(_said(server.answer(asked), model, is_gemini), fault)
        except LookupError:
            self.refuse("404")  # what was not recorded
        except (BrokenPipeError, ConnectionResetError):
            return  # the client was killed, or had enough
        server.on_answered(number)

    def lowered(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def refuse(self, fault: Fault) -> None:
        waits = {"429 for a second": "1", "429 for an hour": "3600"}
        key = self.headers.get("Authorization") or self.headers.get("x-goog-api-key")
        status = int(fault[:3])
        problem = {"error": {"message": f"no, {fault}; you sent {key}", "code": status, "status": "NO"}}
        more = {"Retry-After": waits[fault]} if fault in waits else {}
        self.say(status, json.dumps(problem).encode(), **more)

    def give(self, content: bytes, fault: Fault | None) -> None:
        if fault == "cut":
            self.say(200, content[: len(content) // 2], **{"Content-Length": str(len(content))})
        elif fault == "half body":
            self.say(200, content[: len(content) // 2])
        elif fault == "not the form":
            self.say(200, b'{"hello": "world"}')
        elif fault == "packed":
            self.say(200, content, **{"Content-Encoding": "gzip"})
        elif fault == "huge":
            self.say(200, content + b" " * HUGE_BYTES)
        elif fault == "drip":
            self.drip(content)
        else:
            self.say(200, content)

    def say(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def drip(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        for byte in content:
            self.wfile.write(bytes([byte]))
            time.sleep(DRIP_SECONDS)

    def log_message(self, *_: object) -> None:
        """Say nothing: failing is its job."""


def _openai(body: dict[str, Any], headers: dict[str, str]) -> Asked:
    said = [message for message in body["messages"] if message["role"] not in ("system", "developer")]
    parts: list[list[dict[str, Any]]]
    parts = [[{"type": "text", "text": m["content"]}] if isinstance(m["content"], str) else m["content"] for m in said]
    urls = [part[part["type"]]["url"] for part in parts[0] if part["type"] != "text"]
    form = body.get("response_format") or {}
    return Asked(
        texts=tuple(part["text"] for part in parts[0] if part["type"] == "text"),
        media=tuple(_opened(url) for url in urls),
        turns=tuple("".join(part["text"] for part in message) for message in parts[1:]),
        instructions="".join(m["content"] for m in body["messages"] if m["role"] in ("system", "developer")),
        schema=form["json_schema"]["schema"] if form.get("type") == "json_schema" else None,
        body=body,
        headers=headers,
    )


def _gemini(body: dict[str, Any], headers: dict[str, str]) -> Asked:
    first, *later = [content["parts"] for content in body["contents"]]
    inline = [part["inlineData"] for part in first if "inlineData" in part]
    return Asked(
        texts=tuple(part["text"] for part in first if "text" in part),
        media=tuple((part["mime_type"], base64.urlsafe_b64decode(part["data"])) for part in inline),
        turns=tuple("".join(part["text"] for part in message) for message in later),
        instructions="".join(part["text"] for part in body.get("systemInstruction", {}).get("parts", [])),
        schema=body.get("generationConfig", {}).get("responseJsonSchema"),
        body=body,
        headers=headers,
    )


def _opened(url: str) -> tuple[str, bytes]:
    head, data = url.split(",", 1)
    return head.removeprefix("data:").removesuffix(";base64"), base64.b64decode(data)


def _said(text: str, model: str, is_gemini: bool) -> bytes:
    total = INPUT_TOKENS + OUTPUT_TOKENS
    if is_gemini:
        usage = {"promptTokenCount": INPUT_TOKENS, "candidatesTokenCount": OUTPUT_TOKENS, "totalTokenCount": total}
        content = {"role": "model", "parts": [{"text": text}]}
        candidate = {"index": 0, "finishReason": "STOP", "content": content}
        return json.dumps({"candidates": [candidate], "usageMetadata": usage, "modelVersion": model}).encode()
    counted = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": OUTPUT_TOKENS, "total_tokens": total}
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    said = {"id": "c", "object": "chat.completion", "created": 0, "model": model, "choices": [choice], "usage": counted}
    return json.dumps(said).encode()
