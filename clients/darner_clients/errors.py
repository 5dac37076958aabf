"""The ways in which asking an endpoint fails.

    EndpointError
      Unreachable      no connection: name, connection refused, TLS, or the connect deadline
      Late             connected, and a deadline passed: `stage` is "first_token" or "gap"
      Interrupted      the reply was cut off
      Malformed        an answer that is no reply
      Declined         a reply without an answer: empty, reasoning only, the model declined, a tool call
      Overloaded       5xx: the endpoint has a fault of its own or no room
        Loading        its model is not loaded yet
      OverQuota        429: `kind` is "requests", "tokens", "tokens-day" or "queue"
      Rejected         4xx: this request is at fault, the endpoint is well
        Unauthorised   the key, or what it may do
        Overflow       longer than the window

An endpoint's own words are shortened, and its key is taken out of them, before they get here.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

QuotaKind = Literal["requests", "tokens", "tokens-day", "queue"]


@dataclass(frozen=True, slots=True)
class ErrorDetails:
    """What an endpoint answered instead of a reply, in its own words: to learn from, and never to be shown.

    `message` is "" where it gave no reason; `param` names the field of the request that it is about.
    """

    message: str = ""
    param: str = ""
    code: str = ""
    type: str = ""


@dataclass(eq=False)
class EndpointError(Exception):
    """`message`: what happened; `advice`: what the user can do; `retry`: whether a retry may help.

    `retry_after` is in seconds, where the endpoint named a time. `started`: part of the reply had arrived by then.
    `refusal` is what the endpoint itself answered; None: the failure is none of its answers.
    """

    endpoint: str
    message: str
    advice: str = ""
    retry: bool = False
    retry_after: float | None = None
    started: bool = False
    refusal: ErrorDetails | None = field(default=None, repr=False, kw_only=True)

    faulty: ClassVar[bool] = True  # whether it concerns the endpoint's health; False: this request, or quota

    def __str__(self) -> str:
        return f"{self.message}; {self.advice}" if self.advice else self.message


@dataclass(eq=False)
class Unreachable(EndpointError):
    """No connection."""

    advice: str = "check base_url and the network"
    retry: bool = True


@dataclass(eq=False)
class Late(EndpointError):
    """A deadline passed."""

    retry: bool = True
    stage: Literal["first_token", "gap"] = "first_token"


@dataclass(eq=False)
class Interrupted(EndpointError):
    """The reply was cut off."""

    retry: bool = True


@dataclass(eq=False)
class Malformed(EndpointError):
    """The answer is not what such an endpoint sends."""

    advice: str = "check that base_url and kind belong together"


@dataclass(eq=False)
class Declined(EndpointError):
    """The endpoint is well, and the model answered nothing."""

    faulty: ClassVar[bool] = False


@dataclass(eq=False)
class Overloaded(EndpointError):
    """A fault of the endpoint's own."""

    retry: bool = True
    status: int = 503


@dataclass(eq=False)
class Loading(Overloaded):
    """The endpoint is well, and will answer once its model is loaded."""

    faulty: ClassVar[bool] = False


@dataclass(eq=False)
class OverQuota(EndpointError):
    """The account's quota does not allow the request now."""

    retry: bool = True
    kind: QuotaKind = "requests"

    faulty: ClassVar[bool] = False


@dataclass(eq=False)
class Rejected(EndpointError):
    """The endpoint will not take this request however often it is sent."""

    status: int = 400

    faulty: ClassVar[bool] = False


@dataclass(eq=False)
class Unauthorised(Rejected):
    """The key is missing, wrong, or not allowed to do this."""

    status: int = 401


@dataclass(eq=False)
class Overflow(Rejected):
    """Longer than the window; `window` and `prompt_tokens` if the endpoint reported them.

    `quota`: longer than what the account may send in a minute, which comes to the same.
    """

    advice: str = "send less context"
    window: int | None = None
    prompt_tokens: int | None = None
    quota: bool = False
