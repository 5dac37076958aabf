"""An endpoint as the user named it: data, cheap to import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["cerebras", "vllm", "llamacpp", "openai"]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds to connect, to the first token after the request was sent, and between two tokens."""

    connect: float = 5.0
    first_token: float = 30.0
    gap: float = 20.0


CPU_DEADLINES = Deadlines(first_token=300.0, gap=60.0)  # of a model on the CPU, which prefills for minutes


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint. `base_url` ends in /v1 where the server has it; an empty `model` is the one the server serves.

    `window` and `max_output` are tokens; None: queried later. `reply` is the reply format, `tokenizer` the name
    by which prompts are counted, `budget` the context tokens worth sending there.

    `headers` and `query` go with every request, `extra` are fields of the body of those that ask for a reply. The key
    is sent in the header `api_key_header` as it is; if that is empty, in Authorization. `key_source` names where the
    key is from, `secrets` are other values to hide. `unusable`: why nothing can be sent, "" if it can.
    """

    name: str
    kind: Kind
    base_url: str
    model: str
    api_key: str | None = field(default=None, repr=False)
    window: int | None = None
    max_output: int | None = None
    reply: str = "search-replace"
    tokenizer: str = "o200k_base"
    deadlines: Deadlines = field(default_factory=Deadlines)
    budget: int | None = None
    key_source: str = ""
    api_key_header: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    extra: Mapping[str, object] = field(default_factory=dict[str, object], repr=False, hash=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    unusable: str = ""
    offline: bool = field(default=False, compare=False)  # no public catalogue is read, which nobody has named

    @property
    def hidden(self) -> tuple[str | None, ...]:
        """The values that must never be shown."""
        return (self.api_key, *self.secrets)

    @property
    def base(self) -> str:
        """The base URL without a slash at its end."""
        return self.base_url.rstrip("/")

    @property
    def root(self) -> str:
        """The URL below which the paths outside /v1 are."""
        return self.base.removesuffix("/v1")

    @property
    def shown_url(self) -> str:
        """The base URL for people to see: a name and password in it are left out."""
        return urlsplit(self.base_url)._replace(netloc=self.host).geturl()

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]
