"""What is answered for a place: overlays, budgets, hidden lines, and files that are hard to read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.context.sample_workspace import ask, indexed, shown, write

from darner_context.index import ContextBundle, ContextRequest, Focus, Index, LeftOut
from darner_context.indexing.updater import Progress
from darner_context.prompt import assemble
from darner_context.request import Unreadable
from darner_context.secrets.masks import Masks
from darner_context.syntax.definitions import symbols
from darner_context.syntax.faults import syntax_faults
from darner_context.text.lines import split_lines
from darner_context.text.tokenizer import tokenizer

CART = 'class Cart:\n    """Things to buy."""\n\n    def total(self) -> int:\n        return sum(self.prices)\n\n    def empty(self) -> None:\n        self.prices.clear()\n'
SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": CART,
    "shop/tax.py": "RATE = 19\n\n\ndef with_tax(amount: int) -> int:\n    return amount + amount * RATE // 100\n",
    "shop/mail.py": "def send_mail(to: str) -> None:\n    print(to)\n",
    "shop/view.py": "from shop.cart import Cart\nfrom shop.tax import with_tax\n\n\ndef show(cart: Cart) -> str:\n    amount = cart.total()\n    return str(with_tax(amount))\n",
}


def well_formed(index: Index, bundle: ContextBundle, budget: int) -> None:
    """Snippets' lines are the files' lines, and their tokens are true and within the budget."""
    counter = tokenizer("o200k_base")
    assert bundle.tokens == sum(each.tokens for each in bundle.snippets) <= budget
    for each in bundle.snippets:
        # tokens are summed by lines, which is exact but where a slash begins a line: it may split the signs before it
        slashes = each.text.count("\n/") + each.text.count("\r/")
        assert counter.count(each.text) <= each.tokens + slashes
        text = index.read(each.path)
        assert isinstance(text, str)
        lines = split_lines(text)[each.start_line - 1 : each.end_line]
        pieces = each.text.split("...\n") if each.kind == "outline" else [each.text]
        rest = "".join(lines)
        for piece in pieces:
            before, found, rest = rest.partition(piece)
            assert found
            assert before == "" or before.endswith(("\n", "\r"))
        assert rest == ""
    assert list(bundle.snippets) == sorted(bundle.snippets, key=lambda each: (-each.score, each.path, each.start_line))


async def test_what_the_place_uses_comes_whole_with_its_reasons(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        bundle = ask(index, "shop/view.py", 6)
        (cart,) = (each for each in bundle.snippets if each.path == "shop/cart.py")
        assert (cart.text, cart.kind, cart.start_line, cart.end_line) == (CART, "body", 1, 8)
        assert "type at hand: Cart" in cart.reasons
        assert "def with_tax(amount: int) -> int:\n    return amount" in shown(bundle)
        assert bundle.focus is not None
        assert (bundle.focus.text, bundle.focus_tokens) == (SHOP["shop/view.py"], bundle.focus.tokens)
        well_formed(index, bundle, 4_000)


async def test_an_instruction_alone_asks_the_whole_workspace(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        bundle = ask(index, said="the tax rate is wrong")
        assert bundle.snippets[0].path == "shop/tax.py"
        assert (bundle.focus, bundle.focus_tokens) == (None, 0)
        assert ask(index, said="").snippets == ()
        assert ask(index, said="add support for when").snippets == ()  # words that say nothing, if they are not quoted
        assert ask(index, said="support `view`").snippets[0].path == "shop/view.py"


async def test_what_the_module_above_defines_needs_no_import_in_rust(tmp_path: Path) -> None:
    files = {
        "tool/main.rs": "mod flags;\n",
        "tool/flags/mod.rs": "mod doc;\n\nfn render(text: &str) -> String {\n    text.into()\n}\n",
        "tool/flags/doc.rs": "fn show() {\n    let text = 1;\n}\n",
    }
    async with indexed(tmp_path, files) as index:
        (found,) = ask(index, "tool/flags/doc.rs", 2).snippets
        assert (found.path, found.start_line, found.reasons) == ("tool/flags/mod.rs", 3, ("module imported: render",))


async def test_an_overlay_stands_in_the_place_of_its_file(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        live = "class Cart:\n    def grand_total(self) -> int:\n        return 7\n"
        index.set_overlay("shop/cart.py", live)
        assert "grand_total" in shown(ask(index, "shop/view.py", 6))
        assert index.read("shop/cart.py") == live
        index.set_overlay("shop/cart.py", live.replace("7", "8"))
        assert "return 8" in shown(ask(index, "shop/view.py", 6))
        index.set_overlay("shop/cart.py", None)
        assert CART in shown(ask(index, "shop/view.py", 6))
        assert index.read("shop/cart.py") == CART


async def test_an_instruction_finds_what_stands_only_in_a_buffer(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        index.set_overlay("shop/fresh.py", "def refund_customer(order: int) -> int:\n    return order\n")
        assert "def refund_customer" in shown(ask(index, said="refund the customer"))


async def test_an_instruction_finds_passages_that_no_definition_covers(tmp_path: Path) -> None:
    table = (
        "SETTINGS = {\n"
        + "".join(f"    'key-{number}': {number},\n" for number in range(400))
        + "    'invoice-currency': 'EUR',\n}\n"
    )
    async with indexed(tmp_path, {**SHOP, "shop/settings.py": table}) as index:
        bundle = ask(index, "shop/view.py", 6, said="make the invoice-currency a setting", budget=1_500)
        assert "    'invoice-currency': 'EUR',\n" in shown(bundle)
        assert {"passage like the instruction: lines 400 to 403"} <= {
            reason for each in bundle.snippets for reason in each.reasons
        }
        well_formed(index, bundle, 1_500)


async def test_a_buffer_that_was_never_saved_can_be_used_and_be_the_focus(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        index.set_overlay("shop/fresh.py", "class Fresh:\n    def spin(self) -> None:\n        pass\n")
        request = ContextRequest(
            "", Focus("new.py", 3, 3), 4_000, texts={"new.py": "from shop.fresh import Fresh\n\nFresh().\n"}
        )
        assert "def spin" in shown(index.context(request, tokenizer("o200k_base")))
        assert index.read("new.py") == Unreadable("missing", "there is no such file")


async def test_texts_of_a_request_are_gone_after_it(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        before = ask(index, "shop/view.py", 6)
        lent = {"shop/cart.py": "class Cart:\n    def lent(self) -> int:\n        return 1\n"}
        request = ContextRequest("", Focus("shop/view.py", 6, 6), 4_000, texts=lent)
        assert "def lent" in shown(index.context(request, tokenizer("o200k_base")))
        assert ask(index, "shop/view.py", 6) == before


async def test_events_of_files(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        write(tmp_path, {"shop/cart.py": "class Cart:\n    def changed(self) -> int:\n        return 1\n"})
        index.files_changed(["shop/cart.py"])
        assert "def changed" in shown(ask(index, "shop/view.py", 6))
        (tmp_path / "shop/cart.py").unlink()
        index.files_changed(["shop/cart.py"])
        assert "Cart" not in shown(ask(index, "shop/view.py", 6))
        await index.refresh()
        assert "Cart" not in shown(ask(index, "shop/view.py", 6))


async def test_the_same_question_has_the_same_answer(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        first = [ask(index, path, 5, said="send a mail with the tax") for path in SHOP]
        _ = [ask(index, path, 2) for path in reversed(SHOP)]
        assert [ask(index, path, 5, said="send a mail with the tax") for path in SHOP] == first
    async with indexed(tmp_path, cache=tmp_path.parent / "cache") as other:
        assert [ask(other, path, 5, said="send a mail with the tax") for path in SHOP] == first


async def test_every_budget_is_kept(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        for budget in range(0, 260, 3):
            for path, said in (("shop/view.py", ""), ("shop/view.py", "mail"), (None, "mail the cart with tax")):
                well_formed(index, ask(index, path, 6 if path else None, said=said, budget=budget), budget)


async def test_other_tokenizers_keep_the_budget_too(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        for name in ("cl100k_base", "qwen2.5", "o200k_harmony"):
            counter = tokenizer(name)
            bundle = index.context(ContextRequest("", Focus("shop/view.py", 6, 6), 90), counter)
            assert bundle.snippets
            assert sum(counter.count(each.text) for each in bundle.snippets) <= bundle.tokens <= 90


async def test_hidden_lines_are_absent_everywhere(tmp_path: Path) -> None:
    files = {**SHOP, "shop/other.py": "def only_here() -> int:\n    return 1\n"}
    view = SHOP["shop/view.py"] + "\n\ndef tail() -> int:\n    return only_here()\n"
    async with indexed(tmp_path, {**files, "shop/view.py": view}) as index:
        request = ContextRequest("", Focus("shop/view.py", 10, 10), 4_000, hidden=(10, 11))
        bundle = index.context(request, tokenizer("o200k_base"))
        assert bundle.focus is not None
        assert bundle.focus.text == "".join(split_lines(view)[:9])
        assert "tail" not in bundle.focus.text


async def test_places_outside_of_a_file_are_taken_as_its_ends(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        for line in (-5, 0, 1, 7, 8, 10**9):
            bundle = ask(index, "shop/view.py", line)
            well_formed(index, bundle, 4_000)
            assert bundle.focus is not None
        for path in ("missing.py", "../up.py", "", "shop", "a\0b.py"):
            assert ask(index, path, 3).focus is None
        reverse = ContextRequest("", Focus("shop/view.py", 6, 2), 4_000, hidden=(5, 1))
        well_formed(index, index.context(reverse, tokenizer("o200k_base")), 4_000)


async def test_files_that_are_hard_to_read_leave_the_rest_in_place(tmp_path: Path) -> None:
    hard: dict[str, str | bytes] = {
        "hard/latin.py": b"x = '\xe9'\n",
        "hard/null.py": b"x = 1\0\n",
        "hard/minified.js": "var a=1;" * 4_000,
        "hard/nested.py": "(\n" * 10_000 + ")\n" * 10_000,
        "hard/nested.json": "[" * 10_000 + "]" * 10_000,
        "hard/blocks.js": "{" * 10_000 + "}" * 10_000,
        "hard/broken.py": "def (:\n  class\n\t\tif x\n" * 20,
        "hard/feed.py": "def feed():\n    return 1\n\f\n\ndef \x0b():\n\x85\u2028    pass\n",
        "hard/old.py": "def carriage():\r    return 1\r\r\rdef ends():\r    pass\r",
        "hard/mixed.py": "def mixed():\r\n    a = 1\r    b = 2\n    return a\r\n",
        "hard/empty.py": "",
        "hard/blank.py": "\n\n\n",
        "hard/no_end.py": "def no_end():\n    return 1",
        "hard/marked.py": b"\xef\xbb\xbfdef marked():\n    return 1\n",
        "hard/wide.py": "x = '" + "wide " * 20_000 + "'\n",
        "hard/long_old.py": "\r".join(f"old_{number} = {number}" for number in range(3_000)),
        "hard/names.py": "".join(f"name_{number} = {number}\n" for number in range(70_000)),
    }
    async with indexed(tmp_path, {**SHOP, **hard}) as index:
        assert set(index.state().left_out) == {
            LeftOut("hard/latin.py", "it is not UTF-8"),
            LeftOut("hard/null.py", "it is binary"),
            LeftOut("hard/minified.js", "minified"),
            LeftOut("hard/wide.py", "minified"),
        }
        assert CART in shown(ask(index, "shop/view.py", 6))
        for path in hard:
            for said in ("", "carriage mixed feed marked no_end"):
                well_formed(index, ask(index, path, 2, said=said, budget=2_000), 2_000)
        found = shown(ask(index, said="carriage mixed feed marked no_end", budget=2_000))
        for text in ("def carriage():\r    return 1\r", "    a = 1\r    b = 2\n", "def no_end():\n    return 1"):
            assert text in found


async def test_a_file_of_fifty_megabytes_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    with (tmp_path / "huge.py").open("wb") as huge:
        huge.truncate(50_000_000)
    async with indexed(tmp_path) as index:
        assert index.state().left_out == (LeftOut("huge.py", "too large (50,000,000 bytes)"),)
        index.files_changed(["huge.py"])
        assert ask(index, "huge.py", 5).focus is None
        assert CART in shown(ask(index, "shop/view.py", 6))


async def test_a_file_that_goes_away_after_listing_is_not_shown(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:
        (tmp_path / "shop/cart.py").unlink()
        bundle = ask(index, "shop/view.py", 6)
        assert {each.path for each in bundle.snippets if each.text} == {"shop/tax.py"}
        assert bundle.tokens <= 4_000


async def test_secrets_are_never_shown(tmp_path: Path) -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "A" * 200 + "\n-----END RSA PRIVATE KEY-----\n"
    files = {
        **SHOP,
        "shop/keys.py": f'def sign_tax():\n    return """{key}"""\n',
        ".env": "TAX_KEY=1\n",
        "token.py": "GITHUB = 'ghp_" + "a" * 36 + "'\n",
    }
    async with indexed(tmp_path, files) as index:
        for said in ("sign_tax", "GITHUB token", "TAX_KEY"):
            bundle = ask(index, said=said)
            assert not {each.path for each in bundle.snippets} & {"shop/keys.py", ".env", "token.py"}
        assert isinstance(index.read(".env"), Unreadable)
        assert ask(index, ".env", 1).focus is None


async def test_large_budgets_show_a_long_file_whole(tmp_path: Path) -> None:
    long = "".join(f"def work_{number}(value):\n    return value * {number}\n\n\n" for number in range(1_250))
    async with indexed(tmp_path, {**SHOP, "long.py": long}) as index:
        bundle = ask(index, "long.py", 2_000, budget=64_000)
        assert bundle.focus is not None
        assert bundle.focus.text == long
        few = ask(index, "long.py", 2_000, budget=1_000)
        assert few.focus is not None
        assert few.focus.start_line <= 2_000 <= few.focus.end_line
        assert few.focus_tokens <= 24_000
        assert few.focus.text == "".join(split_lines(long)[few.focus.start_line - 1 : few.focus.end_line])


async def test_the_prompt_begins_alike_when_the_cursor_moves(tmp_path: Path) -> None:
    parts = {
        f"shop/part{number}.py": f"class Part{number}:\n    def run_{number}(self, value: int) -> int:\n        return value * {number}\n"
        for number in range(30)
    }
    view = "".join(f"from shop.part{number} import Part{number}\n" for number in range(30))
    view += "".join(
        f"\n\ndef use_{number}(part: Part{number}) -> int:\n    first = part.run_{number}(1)\n    return first\n"
        for number in range(30)
    )
    counter = tokenizer("o200k_base")
    async with indexed(tmp_path, {**parts, "shop/view.py": view}) as index:
        texts: list[str] = []
        for line in (60, 65):
            prompt = assemble(
                hide=Masks().hide,
                rules="Rules.",
                project="",
                bundle=ask(index, "shop/view.py", line, budget=1_500),
                instruction="Do it.",
                tokenizer=counter,
            )
            assert counter.count(prompt.messages[1][1]) <= prompt.tokens
            assert sum(part.tokens for part in prompt.parts) <= prompt.tokens
            texts.append(prompt.messages[1][1])
        common = next((place for place, (one, other) in enumerate(zip(*texts, strict=False)) if one != other), -1)
        assert counter.count(texts[0][:common]) >= 0.8 * counter.count(texts[0])


PIECES = [
    *"ab(){}[]:;'\"#@=.,<>/*-` \t\n\r\f\v\0\x85\u2028\ufeff\ud800é😀",
    "def f",
    "class C",
    "import a",
    "```py",
    "...\n",
    "\n    ",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=80).map("".join)


@given(
    TEXTS,
    st.sampled_from(["x.py", "x.ts", "x.md", "x.vue", "x.rs", "x.go", "x.c", "x.yaml", "x.hs", "x.txt"]),
)
def test_any_text_has_symbols_and_faults(text: str, path: str) -> None:
    size = len(split_lines(text))
    assert "".join(split_lines(text)) == text
    for each in symbols(path, text):
        assert 1 <= each.start_line <= each.end_line <= max(size, 1)
    for fault in syntax_faults(path, text):
        assert fault.line >= 1
        assert fault.column >= 1


@pytest.mark.hypothesis
async def test_any_buffer_is_answered_within_the_budget(tmp_path: Path) -> None:
    async with indexed(tmp_path, SHOP) as index:

        @given(
            TEXTS,
            TEXTS,
            st.sampled_from(["shop/view.py", "shop/x.ts", "shop/x.md"]),
            st.integers(-2, 40),
            st.integers(0, 300),
        )
        def check(text: str, said: str, path: str, line: int, budget: int) -> None:
            index.set_overlay("shop/cart.py", text)
            index.set_overlay(path, f"from shop.cart import *\n{said}")
            well_formed(index, ask(index, path, line, said=said, budget=budget), budget)
            well_formed(index, ask(index, "shop/tax.py", 4, said=text, budget=budget), budget)

        check()


async def test_an_answer_during_the_first_reading_names_what_it_lacks(tmp_path: Path) -> None:
    index = Index([write(tmp_path / "work", SHOP)], cache_dir=tmp_path / "cache", workers=1)
    updates = index._make_updater()
    index._updater = updates
    finish, lacking = updates.refresh, list[tuple[LeftOut, ...]]()

    async def step_by_step(progress: Progress) -> list[LeftOut]:
        for stored in (0, 1_600, 200_000):
            progress(stored, 200_000)
            lacking.append(ask(index, said="tax").left_out)
        return await finish(progress)

    updates.refresh = step_by_step  # type: ignore[method-assign]
    await index.refresh()
    reason = "of 200,000 files are indexed so far; the others are unknown"
    assert lacking == [(LeftOut(None, f"0 {reason}"),), (LeftOut(None, f"1,600 {reason}"),), ()]
    assert ask(index, said="tax").left_out == ()
    await index.refresh()  # only the first one leaves something unknown
    assert lacking[3:] == [(), (), ()]
    await index.close()


async def test_the_files_that_use_a_name(tmp_path: Path) -> None:
    files = {
        "a.py": "def area(w):\n    return w\n\n\ndef run():\n    pass\n",
        "b.py": "from a import area\n",
        "c.py": "from a import area, run\n\nrun()\n",
        "d.ts": "run()\n",
        "e.py": "pass\n",
    }
    async with indexed(tmp_path, files) as index:
        found = index.files_using({"area", "run", "nowhere"}, 9)
        assert found == ["a.py", "c.py", "b.py", "d.ts"]
        assert index.files_using({"area", "run"}, 2) == ["a.py", "c.py"]
        assert index.files_using({"nowhere"}, 9) == []
