"""`darner doctor`: what works, what does not, and what to do about it."""

from dataclasses import asdict
from typing import Any

from darner_clients.routing.router import EndpointStatus
from darner_context.text.model_tokenizers import tokenizer_of
from darner_context.text.tokenizer import tokenizer
from darner_server import __version__
from darner_server.cli import exit_codes, output
from darner_server.cli.command_setup import Place, open_engine, read_workspace, show_endpoint_notices
from darner_server.engine import Engine
from darner_server.local.models import MODELS
from darner_server.user_directories import cache_folder

_WIDEST = len("first token, 95 %")  # of the names of facts


async def doctor(place: Place, *, json: bool) -> int:
    """Ask every endpoint how it is; returns 3 if none can be used."""
    if json:
        show_endpoint_notices(place)
    async with open_engine(place) as engine:
        with output.Progress(wanted=not json) as progress:
            progress.show("asking the endpoints")
            endpoints = await engine.status(probe=True)
            await read_workspace(engine, progress, whole=False)
        model = _model(place)
        facts: dict[str, Any] = {
            "event": "doctor",
            "version": __version__,
            "settings": place.settings.source,
            "root": str(place.root),
            "endpoints": [{**asdict(each), "tokenizer_exact": _is_exact(each)} for each in endpoints],
            "embedded": model,
            "index": _index(engine),
        }
        usable = any(each.reachable and not each.problem for each in endpoints) or (
            not endpoints and bool(model["here"])
        )
        if json:
            output.emit(facts)
        else:
            _show(facts, endpoints)
        if not usable:
            output.say(_advice(place, endpoints), "yellow")
        return exit_codes.PATCHED if usable else exit_codes.NO_ENDPOINT


def _is_exact(each: EndpointStatus) -> bool:
    """Whether prompts are counted as the endpoint counts them: it has shown it, or the model's name implies it."""
    if each.same_vocabulary is not None:
        return each.same_vocabulary
    return tokenizer(each.tokenizer).exact and tokenizer_of(each.model) == each.tokenizer


def _model(place: Place) -> dict[str, Any]:
    known = MODELS.get(place.settings.local_model)
    path = cache_folder() / "models" / known.file if known else None
    here = path is not None and path.is_file() and known is not None and path.stat().st_size == known.size
    return {"model": place.settings.local_model, "here": here, "path": str(path), "used": not place.settings.endpoints}


def _index(engine: Engine) -> dict[str, Any]:
    state = engine.index.state()
    return {"files": state.files, "symbols": state.symbols, "seconds": state.seconds, "cache": str(state.cache or "")}


def _show(facts: dict[str, Any], endpoints: tuple[EndpointStatus, ...]) -> None:
    output.show((f"darner {facts['version']}, settings from {facts['settings']}, workspace {facts['root']}", "bold"))
    for each in endpoints:
        output.show()
        well = ("ok", "green") if not each.problem else ("refuses", "red")
        mark = well if each.reachable else ("down", "red")
        output.show((each.name, "bold"), f"  {each.kind} {each.base_url}  ", mark)
        _show_facts(each)
    index, model = facts["index"], facts["embedded"]
    output.show()
    seconds = f" in {index['seconds']:.1f} s" if index["seconds"] is not None else " so far; the next command continues"
    output.show(f"index: {index['files']} files, {index['symbols']} symbols{seconds}")
    state = "fetched" if model["here"] else f"not fetched (darner model pull {model['model']})"
    used = "" if model["used"] else "; not used while endpoints are set up"
    output.show(f"embedded model: {model['model']}, {state}{used}")


def _show_facts(each: EndpointStatus) -> None:
    def row(name: str, value: str) -> None:
        output.show((f" {name:<{_WIDEST}}  ", "dim"), value)

    if each.problem:
        row("problem", each.problem)
    for notice in each.notices:
        row("note", notice)
    row("model", each.model or "(the one it serves)")
    row("window", f"{each.window} tokens, {each.window_source}" if each.window else "not known")
    if each.max_output:
        row("max output", f"{each.max_output} tokens")
    for left in each.quota:
        row("quota", f"{left.remaining} of {left.limit} {left.unit} a {left.period}, full again in {left.reset:.0f} s")
    exact = "exact" if _is_exact(each) else "estimated upwards"
    if each.same_vocabulary is not None:
        exact = f"{'' if each.same_vocabulary else 'not '}exact, as the endpoint's own counts show"
    seen = f", off by {each.token_error:.1%} over {each.token_samples} replies" if each.token_error is not None else ""
    row("tokenizer", f"{each.tokenizer}, {exact}{seen}")
    times = (("connect", each.connect), ("first token", each.first_token), ("first token, 95 %", each.first_token_p95))
    for name, seconds in times:
        if seconds is not None:
            row(name, f"{seconds * 1000:.0f} ms")
    if each.decode_rate is not None:
        row("decode", f"{each.decode_rate:.0f} tokens/s")
    row("next request", each.next_request)


def _advice(place: Place, endpoints: tuple[EndpointStatus, ...]) -> str:
    if endpoints:
        return "no endpoint can be used: " + "; ".join(
            f"{each.name}: {each.problem or 'not reachable'}" for each in endpoints
        )
    return (
        "no endpoint is set up and the embedded model is not here: "
        f"run darner init, or darner model pull {place.settings.local_model}, "
        "or set CEREBRAS_API_KEY or DARNER_GPU_BASE_URL"
    )
