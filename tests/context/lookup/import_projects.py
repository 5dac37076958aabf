"""
Small projects in which an import names one file, for tests and for the figure of `bench/eval/decoy_eval.py`.

A project is one text: `--- path` begins a file, `$0` marks the cursor, and the last file is the one that is named. Its
namespaces are called acme, so that decoys (copies of that file in other folders) belong to other ones.
"""

import re
from dataclasses import dataclass

_FILE = re.compile(r"^--- (\S+)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Project:
    """`cursor` is a path and a line from 1; `named` the file that the import there names."""

    title: str
    files: dict[str, str]
    cursor: tuple[str, int]
    named: str

    def with_decoys(self, count: int) -> dict[str, str]:
        """Add copies of the named file in other folders and namespaces, which sort before and after it."""
        files = dict(self.files)
        name, text = self.named.rpartition("/")[2], self.files[self.named]
        stem, dot, ending = name.partition(".")
        for number in range(count):
            other = f"{'azmy'[number % 4]}old{number}"
            copy = text.replace("Acme", other.capitalize()).replace("acme", other)
            files[f"{other}/{stem}_decoy{dot}{ending}"] = copy
        return files


def project(title: str, text: str) -> Project:
    """Read a project."""
    parts = _FILE.split(text.lstrip("\n"))
    files = dict(zip(parts[1::2], parts[2::2], strict=True))
    place = next(path for path, held in files.items() if "$0" in held)
    line = files[place][: files[place].index("$0")].count("\n") + 1
    files = {path: re.sub(r"[ \t]*(?://|#|--)?[ \t]*\$0", "", held) for path, held in files.items()}
    return Project(title, files, (place, line), [*files][-1])


_PYTHON_BODY = "--- acme/core/sums.py\ndef net_total(rows):\n    return sum(rows) - 1\n"
PROJECTS: dict[str, list[Project]] = {}


def _add(language: str, *rows: tuple[str, str]) -> None:
    PROJECTS[language] = [project(*row) for row in rows]


def _use(head: str, body: str, path: str = "use.py") -> str:
    return f"--- {path}\n{head}\n\n\ndef pay(rows):\n    {body}  # $0\n    return 1\n"


_add(
    "python",
    ("a module by its alias", _use("import acme.core.sums as s", "s.net_total(rows)") + _PYTHON_BODY),
    ("several on a line", _use("import os, acme.core.sums as s, sys", "s.net_total(rows)") + _PYTHON_BODY),
    ("the whole path", _use("import acme.core.sums", "acme.core.sums.net_total(rows)") + _PYTHON_BODY),
    ("a module from its package", _use("from acme.core import sums", "sums.net_total(rows)") + _PYTHON_BODY),
    ("a name", _use("from acme.core.sums import net_total", "net_total(rows)") + _PYTHON_BODY),
    ("a name under another", _use("from acme.core.sums import net_total as nt", "nt(rows)") + _PYTHON_BODY),
    ("everything", _use("from acme.core.sums import *", "net_total(rows)") + _PYTHON_BODY),
    ("within the function", _use("", "from acme.core.sums import net_total\n    net_total(rows)") + _PYTHON_BODY),
    (
        "below a long docstring",
        _use('"""' + "text\n" * 300 + '"""\nfrom acme.core import sums', "sums.net_total(rows)") + _PYTHON_BODY,
    ),
    (
        "within a function far down",
        _use("x = 1\n" * 500, "import acme.core.sums as s\n    s.net_total(rows)") + _PYTHON_BODY,
    ),
    ("a relative one", _use("from ..core import sums", "sums.net_total(rows)", "acme/app/use.py") + _PYTHON_BODY),
    (
        "what a package hands on",
        _use("from acme.core import net_total", "net_total(rows)")
        + "--- acme/core/__init__.py\nfrom .sums import net_total\n"
        + _PYTHON_BODY,
    ),
    (
        "an example in a docstring is none",
        _use("from acme.core.sums import net_total", "net_total(rows)")
        + '--- other/sums.py\n"""\n>>> from other.sums import x\nfrom aold0.sums_decoy import net_total\n"""\n'
        + _PYTHON_BODY,
    ),
    (
        "a fixture of the nearest conftest",
        "--- tests/unit/test_pay.py\ndef test_pay(net_total):\n    assert net_total  # $0\n--- conftest.py\nimport pytest\n\n\n@pytest.fixture\ndef net_total():\n    return 0\n--- tests/conftest.py\nimport pytest\n\n\n@pytest.fixture\ndef net_total():\n    return 1\n",
    ),
    (
        "type checking only",
        _use(
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from acme.core.sums import net_total",
            "x: net_total = rows",
        )
        + _PYTHON_BODY,
    ),
    (
        "in brackets with comments",
        _use("from acme.core.sums import (\n    other,  # one\n    net_total,\n)", "net_total(rows)") + _PYTHON_BODY,
    ),
    (
        "a source folder",
        _use("from acme.core import sums", "sums.net_total(rows)", "tests/test_use.py")
        + _PYTHON_BODY.replace("--- acme", "--- src/acme"),
    ),
)


def _ts(head: str, body: str = "netTotal(rows)", path: str = "web/app/use.ts") -> str:
    return f"--- {path}\n{head}\n\nexport function pay(rows: number[]) {{\n  {body} // $0\n}}\n"


def _sums(path: str) -> str:
    return f"--- {path}\nexport function netTotal(rows: number[]) {{\n  return rows.length - 1\n}}\n"


_NAMED = "import {{ netTotal }} from '{}'".format
_add(
    "typescript",
    ("a relative path", _ts(_NAMED("../core/sums")) + _sums("web/core/sums.ts")),
    ("the ending of the output", _ts(_NAMED("../core/sums.js")) + _sums("web/core/sums.ts")),
    (".mts", _ts(_NAMED("../core/sums.mjs")) + _sums("web/core/sums.mts")),
    (".cts by require", _ts("const { netTotal } = require('../core/sums.cjs')") + _sums("web/core/sums.cts")),
    (
        "require within a function",
        _ts("", "const sums = require('../core/sums')\n  sums.netTotal(rows)") + _sums("web/core/sums.ts"),
    ),
    ("a namespace", _ts("import * as sums from '../core/sums'", "sums.netTotal(rows)") + _sums("web/core/sums.ts")),
    (
        "a default under another name",
        _ts("import total from '../core/sums'", "total(rows)")
        + "--- web/core/sums.ts\nexport default function netTotal(rows: number[]) {\n  return rows.length\n}\n",
    ),
    (
        "a default that is named later",
        _ts("import total from '../core/sums'", "total(rows)")
        + "--- web/core/sums.ts\nfunction netTotal(rows: number[]) {\n  return rows.length\n}\nexport default netTotal\n",
    ),
    (
        "paths of tsconfig",
        _ts(_NAMED("@core/sums"))
        + '--- web/tsconfig.json\n{"compilerOptions": {"paths": {"@core/*": ["./core/*"]}}}\n'
        + _sums("web/core/sums.ts"),
    ),
    (
        "paths of a chain of two",
        _ts(_NAMED("@acme/core"), path="apps/shop/src/use.ts")
        + '--- apps/shop/tsconfig.json\n{"extends": "../../tsconfig.mid"}\n--- tsconfig.mid.json\n{"extends": "./tsconfig.base.json"}\n--- tsconfig.base.json\n{"compilerOptions": {"baseUrl": ".", "paths": {"@acme/core": ["libs/core/src/lib/sums"]}}}\n'
        + _sums("libs/core/src/lib/sums.ts"),
    ),
    (
        "a list of bases",
        _ts(_NAMED("~c/sums"))
        + '--- web/tsconfig.json\n{"extends": ["./one.json", "./two.json"]}\n--- web/one.json\n{}\n--- web/two.json\n{"compilerOptions": {"paths": {"~c/*": ["core/*"]}}}\n'
        + _sums("web/core/sums.ts"),
    ),
    (
        "a base that is a package",
        _ts(_NAMED("lib/sums"))
        + '--- web/tsconfig.json\n{"extends": "@acme/config/base.json"}\n--- packages/config/package.json\n{"name": "@acme/config"}\n--- packages/config/base.json\n{"compilerOptions": {"paths": {"lib/*": ["../../web/lib/core/*"]}}}\n'
        + _sums("web/lib/core/sums.ts"),
    ),
    (
        "project references",
        _ts(_NAMED("@core/sums"))
        + '--- web/tsconfig.json\n{"files": [], "references": [{"path": "./tsconfig.app.json"}]}\n--- web/tsconfig.app.json\n{"compilerOptions": {"paths": {"@core/*": ["./core/*"]}}}\n'
        + _sums("web/core/sums.ts"),
    ),
    (
        "the longest of two patterns",
        _ts(_NAMED("@/core/sums"))
        + '--- web/tsconfig.json\n{"compilerOptions": {"paths": {"@/*": ["src/*"], "@/core/*": ["lib/core/*"]}}}\n'
        + "--- web/src/core/sums.ts\nexport const other = 1\n"
        + _sums("web/lib/core/sums.ts"),
    ),
    (
        "exports: one name",
        _ts(_NAMED("@acme/core"))
        + '--- packages/core/package.json\n{"name": "@acme/core", "exports": "./dist/sums.js"}\n'
        + _sums("packages/core/src/sums.ts"),
    ),
    (
        "exports: conditions",
        _ts(_NAMED("@acme/core"))
        + '--- packages/core/package.json\n{"name": "@acme/core", "exports": {"node": {"import": "./dist/sums.mjs"}, "default": "./dist/sums.js"}}\n'
        + _sums("packages/core/src/sums.ts"),
    ),
    (
        "exports: a pattern",
        _ts(_NAMED("@acme/core/money/sums"))
        + '--- packages/core/package.json\n{"name": "@acme/core", "exports": {"./*": "./src/*.ts"}}\n'
        + _sums("packages/core/src/money/sums.ts"),
    ),
    (
        "typesVersions",
        _ts(_NAMED("@acme/core/sums"))
        + '--- packages/core/package.json\n{"name": "@acme/core", "typesVersions": {"*": {"sums": ["./src/inner/sums.ts"]}}}\n'
        + _sums("packages/core/src/inner/sums.ts"),
    ),
    (
        "imports with a hash",
        _ts(_NAMED("#sums"), path="packages/app/src/use.ts")
        + '--- packages/app/package.json\n{"name": "app", "imports": {"#sums": {"development": "./src/inner/sums.ts", "default": "./dist/inner/sums.js"}}}\n'
        + _sums("packages/app/src/inner/sums.ts"),
    ),
    (
        "imports with a hash, a pattern",
        _ts(_NAMED("#in/sums.js"), path="packages/app/src/use.ts")
        + '--- packages/app/package.json\n{"name": "app", "imports": {"#in/*": "./src/inner/*"}}\n'
        + _sums("packages/app/src/inner/sums.ts"),
    ),
    (
        "vite's alias",
        _ts(_NAMED("@/core/sums"), path="src/app/use.ts")
        + "--- vite.config.ts\nexport default defineConfig({\n  resolve: {\n    alias: {\n      '@': fileURLToPath(new URL('./src', import.meta.url)),\n    },\n  },\n})\n"
        + _sums("src/core/sums.ts"),
    ),
    (
        "vite's alias in a list",
        _ts(_NAMED("core/sums"), path="src/app/use.ts")
        + "--- vite.config.js\nexport default { resolve: { alias: [{ find: 'core', replacement: path.resolve(__dirname, 'src/core') }] } }\n"
        + _sums("src/core/sums.ts"),
    ),
    (
        "webpack's alias",
        _ts(_NAMED("Core/sums"), path="src/app/use.ts")
        + "--- webpack.config.js\nmodule.exports = {\n  resolve: {\n    alias: {\n      Core: path.resolve(__dirname, 'src', 'core'),\n      vue$: 'vue/dist/vue.js',\n    },\n  },\n}\n"
        + _sums("src/core/sums.ts"),
    ),
    (
        "$lib",
        _ts(_NAMED("$lib/core/sums"), path="src/routes/use.ts")
        + "--- svelte.config.js\nexport default { kit: {} }\n"
        + _sums("src/lib/core/sums.ts"),
    ),
    (
        "a barrel",
        _ts(_NAMED("../core")) + "--- web/core/index.ts\nexport * from './sums'\n" + _sums("web/core/sums.ts"),
    ),
    (
        "a barrel with a name",
        _ts("import { total } from '../core'", "total(rows)")
        + "--- web/core/index.ts\nexport { netTotal as total } from './sums'\n"
        + _sums("web/core/sums.ts"),
    ),
    (
        "import on demand",
        _ts("", "const { netTotal } = await import('../core/sums')\n  netTotal(rows)") + _sums("web/core/sums.ts"),
    ),
    ("import equals", _ts("import sums = require('../core/sums')", "sums.netTotal(rows)") + _sums("web/core/sums.ts")),
    (
        "a component's template (Angular)",
        "--- src/app/pay.component.html\n<button (click)=\"netTotal()\">pay</button> <!-- $0 -->\n--- src/app/pay.component.ts\n@Component({ templateUrl: './pay.component.html' })\nexport class PayComponent {\n  netTotal() {\n    return 1\n  }\n}\n",
    ),
    (
        "a component's handler (Vue)",
        "--- src/Pay.vue\n<template>\n  <button @click=\"netTotal()\">pay</button> <!-- $0 -->\n</template>\n<script>\nimport { netTotal } from './store'\nexport default { methods: { netTotal } }\n</script>\n--- src/store.js\nexport function netTotal() {\n  return 1\n}\n",
    ),
)


def _go(module: str, path: str = "app/main.go", head: str = "", call: str = "sums.NetTotal(rows)") -> str:
    return f'--- {path}\n{head}package main\n\nimport (\n\t"fmt"\n\t{module}\n)\n\nfunc pay(rows []int) {{\n\tfmt.Println({call}) // $0\n}}\n'


def _pkg(path: str) -> str:
    return f"--- {path}\npackage sums\n\nfunc NetTotal(rows []int) int {{\n\treturn len(rows)\n}}\n"


_MOD = "--- go.mod\nmodule example.com/shop\n\ngo 1.22\n"
_add(
    "go",
    ("a package of the module", _MOD + _go('"example.com/shop/core/sums"') + _pkg("core/sums/sums.go")),
    (
        "under another name",
        _MOD + _go('s "example.com/shop/core/sums"', call="s.NetTotal(rows)") + _pkg("core/sums/sums.go"),
    ),
    ("everything", _MOD + _go('. "example.com/shop/core/sums"', call="NetTotal(rows)") + _pkg("core/sums/sums.go")),
    (
        "below a long licence",
        _MOD + _go('"example.com/shop/core/sums"', head="// licence\n" * 210) + _pkg("core/sums/sums.go"),
    ),
    ("the root package", _MOD + _go('sums "example.com/shop"') + _pkg("sums.go")),
    (
        "a module of the workspace",
        "--- go.work\ngo 1.22\n\nuse (\n\t./app\n\t./libraries/go-shared\n)\n--- app/go.mod\nmodule example.com/app\n--- libraries/go-shared/go.mod\nmodule example.com/shared\n"
        + _go('"example.com/shared/sums"')
        + _pkg("libraries/go-shared/sums/sums.go"),
    ),
    (
        "a replaced module",
        _MOD
        + "\nreplace other.org/kit => ./local/copy\n"
        + _go('"other.org/kit/sums"')
        + _pkg("local/copy/sums/sums.go"),
    ),
    (
        "a replaced module in brackets, with a version",
        _MOD
        + "\nreplace (\n\tother.org/kit v1.2.3 => ./local/copy // ours\n)\n"
        + _go('"other.org/kit/sums"')
        + _pkg("local/copy/sums/sums.go"),
    ),
    ("vendored code", _MOD + _go('"other.org/sums"') + _pkg("vendor/other.org/sums/sums.go")),
    (
        "a quoted module",
        '--- go.mod\nmodule "example.com/shop"\n' + _go('"example.com/shop/core/sums"') + _pkg("core/sums/sums.go"),
    ),
    (
        "a version in the path",
        "--- go.mod\nmodule example.com/shop/v2\n" + _go('"example.com/shop/v2/core/sums"') + _pkg("core/sums/sums.go"),
    ),
    ("raw quotes", _MOD + _go("`example.com/shop/core/sums`") + _pkg("core/sums/sums.go")),
)


def _rs(head: str, body: str = "net_total(rows)", path: str = "src/main.rs") -> str:
    return f"--- {path}\n{head}\n\nfn pay(rows: &[u8]) {{\n    {body}; // $0\n}}\n"


def _fn(path: str, before: str = "") -> str:
    return f"--- {path}\n{before}pub fn net_total(rows: &[u8]) -> usize {{\n    rows.len()\n}}\n"


_CARGO = '--- {}Cargo.toml\n[package]\nname = "{}"\nversion = "0.1.0"\n{}'.format
_add(
    "rust",
    ("a module", _CARGO("", "shop", "") + _rs("mod sums;\nuse sums::net_total;") + _fn("src/sums.rs")),
    ("a path", _CARGO("", "shop", "") + _rs("mod sums;", "crate::sums::net_total(rows)") + _fn("src/sums.rs")),
    (
        "a path attribute",
        _CARGO("", "shop", "")
        + _rs('#[path = "generated/v3_sums.rs"]\nmod sums;\nuse sums::net_total;')
        + _fn("src/generated/v3_sums.rs"),
    ),
    (
        "a path attribute, by its path",
        _CARGO("", "shop", "")
        + _rs('#[path = "generated/v3_sums.rs"]\npub mod sums;', "sums::net_total(rows)")
        + _fn("src/generated/v3_sums.rs"),
    ),
    (
        "a path attribute in an inline module",
        _CARGO("", "shop", "")
        + _rs('mod outer {\n    #[path = "v3.rs"]\n    pub mod sums;\n}\nuse outer::sums::net_total;')
        + _fn("src/outer/v3.rs"),
    ),
    (
        "a module in an inline module",
        _CARGO("", "shop", "")
        + _rs("mod outer {\n    pub mod sums;\n}\nuse crate::outer::sums::net_total;")
        + _fn("src/outer/sums.rs"),
    ),
    (
        "a dependency under another name",
        _CARGO("app/", "app", '[dependencies]\nbase = { package = "acme-foundation", path = "../libs/foundation" }\n')
        + _CARGO("libs/foundation/", "acme-foundation", "")
        + _rs("use base::net_total;", path="app/src/main.rs")
        + _fn("libs/foundation/src/lib.rs"),
    ),
    (
        "a folder of another name",
        _CARGO("app/", "app", "")
        + _CARGO("libs/f1/", "acme-foundation", "")
        + _rs("use acme_foundation::net_total;", path="app/src/main.rs")
        + _fn("libs/f1/src/lib.rs"),
    ),
    (
        "another path of the library",
        _CARGO("app/", "app", "")
        + _CARGO("libs/f1/", "acme-foundation", '[lib]\npath = "code/root.rs"\n')
        + _rs("use acme_foundation::net_total;", path="app/src/main.rs")
        + _fn("libs/f1/code/root.rs"),
    ),
    (
        "another name of the library",
        _CARGO("app/", "app", "")
        + _CARGO("libs/f1/", "acme-foundation", '[lib]\nname = "ground"\n')
        + _rs("use ground::net_total;", path="app/src/main.rs")
        + _fn("libs/f1/src/lib.rs"),
    ),
    ("a raw name", _CARGO("", "shop", "") + _rs("mod r#type;\nuse r#type::net_total;") + _fn("src/type.rs")),
    (
        "a raw name, by its path",
        _CARGO("", "shop", "") + _rs("mod r#type;", "crate::r#type::net_total(rows)") + _fn("src/type.rs"),
    ),
    ("included code", _CARGO("", "shop", "") + _rs('include!("parts/more.rs");') + _fn("src/parts/more.rs")),
    (
        "a macro of another crate",
        _CARGO("app/", "app", '[dependencies]\nacme-base = { path = "../acme-base" }\n')
        + _CARGO("acme-base/", "acme-base", "")
        + _rs("use acme_base::net_total;", "net_total!(rows)", "app/src/main.rs")
        + "--- acme-base/src/lib.rs\n#[macro_export]\nmacro_rules! net_total {\n    ($rows:expr) => { $rows.len() };\n}\n",
    ),
    (
        "a macro by its path",
        _CARGO("app/", "app", "")
        + _CARGO("acme-base/", "acme-base", "")
        + _rs("", "acme_base::net_total!(rows)", "app/src/main.rs")
        + "--- acme-base/src/lib.rs\n#[macro_export]\nmacro_rules! net_total {\n    ($rows:expr) => { $rows.len() };\n}\n",
    ),
    (
        "within a function",
        _CARGO("", "shop", "")
        + _rs("mod sums;", "use crate::sums::net_total;\n    net_total(rows)")
        + _fn("src/sums.rs"),
    ),
    (
        "tests beside src",
        _CARGO("", "acme-shop", "")
        + _rs("use acme_shop::sums::net_total;", path="tests/pay.rs")
        + "--- src/lib.rs\npub mod sums;\n"
        + _fn("src/sums.rs"),
    ),
    (
        "tests in a module of the file",
        _CARGO("", "shop", "")
        + "--- src/lib.rs\nmod sums;\n\n#[cfg(test)]\nmod tests {\n    use super::sums::*;\n\n    #[test]\n    fn pays() {\n        net_total(&[]); // $0\n    }\n}\n"
        + _fn("src/sums.rs"),
    ),
    (
        "handed on",
        _CARGO("", "shop", "")
        + _rs("mod core;\nuse crate::core::net_total;")
        + "--- src/core/mod.rs\nmod sums;\npub use self::sums::net_total;\n"
        + _fn("src/core/sums.rs"),
    ),
)


def _java(
    head: str,
    path: str = "app/src/main/java/com/acme/app/Pay.java",
    body: str = "Ledger book = new Ledger();",
    package: str = "com.acme.app",
) -> str:
    return f"--- {path}\npackage {package};\n\n{head}\n\nclass Pay {{\n  int pay() {{\n    {body} // $0\n    return 1;\n  }}\n}}\n"


def _ledger(path: str, package: str = "com.acme.core", name: str = "Ledger") -> str:
    return f"--- {path}\npackage {package};\n\npublic class {name} {{\n  public int postAll(int a) {{\n    return a;\n  }}\n}}\n"


_CORE = "core/src/main/java/com/acme/core/"
_add(
    "java",
    ("a class", _java("import com.acme.core.Ledger;") + _ledger(_CORE + "Ledger.java")),
    ("a package", _java("import com.acme.core.*;") + _ledger(_CORE + "Ledger.java")),
    (
        "a package in two modules",
        _java("import com.acme.core.*;")
        + "--- api/src/main/java/com/acme/core/Other.java\npackage com.acme.core;\n\nclass Other {}\n"
        + _ledger(_CORE + "Ledger.java"),
    ),
    (
        "tests of the same package",
        _java("", "core/src/test/java/com/acme/core/PayTest.java", package="com.acme.core")
        + _ledger(_CORE + "Ledger.java"),
    ),
    ("the same package", _java("", _CORE + "Pay.java", package="com.acme.core") + _ledger(_CORE + "Ledger.java")),
    (
        "a static member",
        _java("import static com.acme.core.Ledger.postAll;", body="postAll(1);") + _ledger(_CORE + "Ledger.java"),
    ),
    (
        "all static members",
        _java("import static com.acme.core.Ledger.*;", body="postAll(1);") + _ledger(_CORE + "Ledger.java"),
    ),
    (
        "an inner class",
        _java("import com.acme.core.Ledger.Page;", body="Page p = new Page();")
        + "--- "
        + _CORE
        + "Ledger.java\npackage com.acme.core;\n\npublic class Ledger {\n  public static class Page {}\n}\n",
    ),
    (
        "the whole name",
        _java("", body="com.acme.core.Ledger book = new com.acme.core.Ledger();") + _ledger(_CORE + "Ledger.java"),
    ),
    ("a second class of a file", _java("import com.acme.core.Ledger;") + _ledger(_CORE + "Types.java")),
)


def _kt(
    head: str, body: str, path: str = "app/src/main/kotlin/com/acme/app/Pay.kt", package: str = "com.acme.app"
) -> str:
    return f"--- {path}\npackage {package}\n\n{head}\n\nfun pay(): Int {{\n    {body} // $0\n    return 1\n}}\n"


_KT = "core/src/main/kotlin/com/acme/core/"
_LEDGER_KT = "\npackage com.acme.core\n\nclass Ledger {\n    fun postAll(a: Int) = a\n}\n"
_UTIL_KT = "\npackage com.acme.core\n\nfun netTotal(a: Int) = a + 1\n"
_add(
    "kotlin",
    ("a class", _kt("import com.acme.core.Ledger", "val book = Ledger()") + f"--- {_KT}Ledger.kt" + _LEDGER_KT),
    (
        "a class in a file of another name",
        _kt("import com.acme.core.Ledger", "val book = Ledger()") + f"--- {_KT}Types.kt" + _LEDGER_KT,
    ),
    ("a top-level function", _kt("import com.acme.core.netTotal", "netTotal(1)") + f"--- {_KT}Util.kt" + _UTIL_KT),
    ("under another name", _kt("import com.acme.core.netTotal as total", "total(1)") + f"--- {_KT}Util.kt" + _UTIL_KT),
    ("a package", _kt("import com.acme.core.*", "netTotal(1)") + f"--- {_KT}Util.kt" + _UTIL_KT),
    (
        "back quotes",
        _kt("import com.acme.`in`.netTotal", "netTotal(1)")
        + "--- core/src/main/kotlin/com/acme/in/Util.kt\npackage com.acme.`in`\n\nfun netTotal(a: Int) = a + 1\n",
    ),
    (
        "tests of the same package",
        _kt("", "netTotal(1)", "core/src/test/kotlin/com/acme/core/PayTest.kt", "com.acme.core")
        + f"--- {_KT}Util.kt"
        + _UTIL_KT,
    ),
    ("a class of Java", _kt("import com.acme.core.Ledger", "val book = Ledger()") + _ledger(_CORE + "Ledger.java")),
    (
        "the folders without the common beginning",
        _kt("import com.acme.core.netTotal", "netTotal(1)", "src/app/Pay.kt") + "--- src/core/Util.kt" + _UTIL_KT,
    ),
)


def _c(head: str, body: str = "ring_put(1);", path: str = "src/main.c") -> str:
    return f"--- {path}\n{head}\n\nint pay(void)\n{{\n    {body} // $0\n    return 1;\n}}\n"


_RING = "\nstruct ring { int head; };\nint ring_put(int a);\n"
_SHAPE = "\nclass Shape {\n public:\n  virtual double areaOf() const = 0;\n};\n"
_add(
    "c and c++",
    ("beside", _c('#include "ring.h"') + "--- src/ring.h" + _RING),
    (
        "compile_commands.json",
        _c("#include <ring.h>")
        + '--- compile_commands.json\n[{"directory": "/build/shop", "command": "cc -Ilib/zz/inc -c src/main.c", "file": "src/main.c"}]\n'
        + "--- lib/aa/inc/ring.h\nint ring_other(int a);\n--- lib/zz/inc/ring.h"
        + _RING,
    ),
    (
        "arguments with whole paths",
        _c("#include <ring.h>")
        + '--- build/compile_commands.json\n[{"directory": "/home/me/shop/build", "arguments": ["cc", "-isystem", "/home/me/shop/lib/zz/inc"], "file": "../src/main.c"}]\n'
        + "--- lib/aa/inc/ring.h\nint ring_other(int a);\n--- lib/zz/inc/ring.h"
        + _RING,
    ),
    (
        "compile_flags.txt",
        _c("#include <ring.h>")
        + "--- compile_flags.txt\n-Ilib/zz/inc\n--- lib/aa/inc/ring.h\nint ring_other(int a);\n--- lib/zz/inc/ring.h"
        + _RING,
    ),
    (
        "CMake's folders",
        _c("#include <ring.h>")
        + "--- CMakeLists.txt\ntarget_include_directories(shop PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/lib/zz/inc)\n--- lib/aa/inc/ring.h\nint ring_other(int a);\n--- lib/zz/inc/ring.h"
        + _RING,
    ),
    ("far down", _c("// text\n" * 250 + '#include "ring.h"') + "--- src/ring.h" + _RING),
    (
        "a header of C++ that ends in .h",
        '--- src/main.cpp\n#include "shape.h"\n\ndouble pay(Shape& s) {\n  return s.areaOf(); // $0\n}\n--- src/shape.h'
        + _SHAPE,
    ),
    (
        "a method's class",
        '--- ui/shape.cpp\n#include "shape.h"\n\ndouble Shape::areaOf() const {\n  corners(); // $0\n  return 1;\n}\n--- ui/shape.h\nclass Shape {\n public:\n  double areaOf() const;\n  int corners() const;\n};\n',
    ),
    (
        "a module",
        "--- src/main.cpp\nimport acme_money;\n\nint pay() {\n  return netTotal(1); // $0\n}\n--- src/money.cpp\nexport module acme;\n--- src/money.cppm\nexport module acme_money;\n\nexport int netTotal(int a) {\n  return a;\n}\n",
    ),
    (
        "a module in a file of another name",
        "--- src/main.cpp\nimport acme_money;\n\nint pay() {\n  return netTotal(1); // $0\n}\n--- src/a.ixx\nexport module acme_money;\n\nexport int netTotal(int a) {\n  return a;\n}\n",
    ),
)


def _cs(head: str, body: str = "var book = new Ledger();", path: str = "Src/App/Pay.cs") -> str:
    return (
        f"--- {path}\n{head}\n\nclass Pay {{\n    int Run() {{\n        {body} // $0\n        return 1;\n    }}\n}}\n"
    )


_CS = "\nnamespace Acme.Core.Books\n{\n    public class Ledger\n    {\n        public int PostAll(int a) => a;\n    }\n}\n"
_CS_FILE = "\nnamespace Acme.Core.Books;\n\npublic class Ledger\n{\n    public int PostAll(int a) => a;\n}\n"
_add(
    "csharp",
    ("a namespace", _cs("using Acme.Core.Books;") + "--- Src/Core/Books/Ledger.cs" + _CS),
    ("a namespace for the whole file", _cs("using Acme.Core.Books;") + "--- Src/Core/Books/Ledger.cs" + _CS_FILE),
    (
        "a global using",
        _cs("") + "--- Src/App/GlobalUsings.cs\nglobal using Acme.Core.Books;\n--- Src/Core/Books/Ledger.cs" + _CS,
    ),
    (
        "an alias",
        _cs("using Book = Acme.Core.Books.Ledger;", "var book = new Book();") + "--- Src/Core/Books/Ledger.cs" + _CS,
    ),
    (
        "static members",
        _cs("using static Acme.Core.Books.Ledger;", "PostAll(1);") + "--- Src/Core/Books/Ledger.cs" + _CS,
    ),
    ("the whole name", _cs("", "var book = new Acme.Core.Books.Ledger();") + "--- Src/Core/Books/Ledger.cs" + _CS),
    (
        "the same namespace in another folder",
        _cs("namespace Acme.Core.Books;") + "--- Src/Core/Books/Ledger.cs" + _CS_FILE,
    ),
    ("a namespace around", _cs("namespace Acme.Core.Books.Pages;") + "--- Src/Core/Books/Ledger.cs" + _CS_FILE),
    (
        "nested namespaces",
        _cs("using Acme.Core.Books;")
        + "--- Src/Core/Books/Ledger.cs\nnamespace Acme.Core\n{\n    namespace Books\n    {\n        public class Ledger\n        {\n            public int PostAll(int a) => a;\n        }\n    }\n}\n",
    ),
    (
        "a partial class",
        "--- Src/App/Pay.cs\nnamespace Acme.Core.Books;\n\npublic partial class Ledger\n{\n    int Run()\n    {\n        PostAll(1); // $0\n        return 1;\n    }\n}\n--- Src/Core/Ledger.Posts.cs\nnamespace Acme.Core.Books;\n\npublic partial class Ledger\n{\n    public int PostAll(int a) => a;\n}\n",
    ),
)


def _php(
    head: str,
    body: str = "$m = new Mailer();",
    path: str = "src/Controller/Pay.php",
    namespace: str = "Acme\\Controller",
) -> str:
    return f"--- {path}\n<?php\nnamespace {namespace};\n\n{head}\n\nclass Pay {{\n    function run() {{\n        {body} // $0\n        return 1;\n    }}\n}}\n"


_COMPOSER = '--- composer.json\n{"autoload": {"psr-4": {"Acme\\\\": "src/"}}}\n'
_MAILER = "\n<?php\nnamespace Acme\\Service;\n\nclass Mailer {\n    public function sendAll($a) { return $a; }\n}\n"
_add(
    "php",
    ("PSR-4", _COMPOSER + _php("use Acme\\Service\\Mailer;") + "--- src/Service/Mailer.php" + _MAILER),
    (
        "under another name",
        _COMPOSER
        + _php("use Acme\\Service\\Mailer as Post;", "$m = new Post();")
        + "--- src/Service/Mailer.php"
        + _MAILER,
    ),
    (
        "several in braces",
        _COMPOSER + _php("use Acme\\Service\\{Other, Mailer};") + "--- src/Service/Mailer.php" + _MAILER,
    ),
    (
        "several on a line",
        _COMPOSER + _php("use Acme\\Model\\User, Acme\\Service\\Mailer;") + "--- src/Service/Mailer.php" + _MAILER,
    ),
    (
        "a whole name",
        _COMPOSER + _php("", "$m = new \\Acme\\Service\\Mailer();") + "--- src/Service/Mailer.php" + _MAILER,
    ),
    (
        "the same namespace",
        _COMPOSER + _php("", namespace="Acme\\Service", path="lib/Pay.php") + "--- src/Service/Mailer.php" + _MAILER,
    ),
    (
        "a namespace's beginning",
        _COMPOSER + _php("use Acme\\Service;", "$m = new Service\\Mailer();") + "--- src/Service/Mailer.php" + _MAILER,
    ),
    ("no composer.json", _php("use Acme\\Service\\Mailer;") + "--- code/all.php" + _MAILER),
    (
        "a function",
        _php("use function Acme\\Service\\netTotal;", "netTotal(1);")
        + "--- src/functions.php\n<?php\nnamespace Acme\\Service;\n\nfunction netTotal($a) { return $a; }\n",
    ),
    (
        "a required file",
        "--- web/pay.php\n<?php\nrequire_once __DIR__ . '/../lib/money.php';\n\nfunction run() {\n    netTotal(1); // $0\n}\n--- lib/money.php\n<?php\nfunction netTotal($a) { return $a; }\n",
    ),
)


def _rb(body: str, head: str = "", path: str = "app/controllers/pay_controller.rb") -> str:
    return f"--- {path}\n{head}\nclass PayController\n  def run\n    {body} # $0\n    1\n  end\nend\n"


_INVOICE = "\nmodule Acme\n  class Invoice\n    def pay_all(a)\n      a\n    end\n  end\nend\n"
_add(
    "ruby",
    ("a constant that loads itself", _rb("Acme::Invoice.new") + "--- app/models/acme/invoice.rb" + _INVOICE),
    (
        "a class named with its module",
        _rb("Acme::Invoice.new") + "--- lib/all.rb\nclass Acme::Invoice\n  def pay_all(a)\n    a\n  end\nend\n",
    ),
    (
        "the module around",
        "--- app/models/acme/till.rb\nmodule Acme\n  class Till\n    def run\n      Invoice.new # $0\n      1\n    end\n  end\nend\n--- app/models/acme/invoice.rb"
        + _INVOICE,
    ),
    (
        "a required file",
        _rb("Invoice.new.pay_all(1)", "require_relative '../../lib/money/invoice'")
        + "--- lib/money/invoice.rb"
        + _INVOICE,
    ),
    (
        "a required name",
        _rb("Invoice.new.pay_all(1)", "require 'money/invoice'") + "--- lib/money/invoice.rb" + _INVOICE,
    ),
    (
        "a concern",
        "--- app/models/order.rb\nclass Order\n  include Acme::Payable\n\n  def run\n    pay_all(1) # $0\n  end\nend\n--- app/models/concerns/acme/payable.rb\nmodule Acme\n  module Payable\n    def pay_all(a)\n      a\n    end\n  end\nend\n",
    ),
    (
        "a deep name",
        _rb("Acme::Core::Invoice.new")
        + "--- app/models/acme/core/invoice.rb\nmodule Acme\n  module Core\n    class Invoice\n      def pay_all(a)\n        a\n      end\n    end\n  end\nend\n",
    ),
)


def _ex(head: str, body: str) -> str:
    return f"--- lib/my_web/pay.ex\ndefmodule MyWeb.Pay do\n  {head}\n\n  def run(a) do\n    {body} # $0\n    a\n  end\nend\n"


_USER = "\ndefmodule Acme.Accounts.User do\n  def net_total(a) do\n    a\n  end\nend\n"
_add(
    "elixir",
    ("alias", _ex("alias Acme.Accounts.User", "User.net_total(a)") + "--- lib/acme/accounts/user.ex" + _USER),
    ("alias as", _ex("alias Acme.Accounts.User, as: U", "U.net_total(a)") + "--- lib/acme/accounts/user.ex" + _USER),
    (
        "several in braces",
        _ex("alias Acme.Accounts.{Team, User}", "User.net_total(a)") + "--- lib/acme/accounts/user.ex" + _USER,
    ),
    (
        "a file of another name",
        _ex("alias Acme.Accounts.User", "User.net_total(a)") + "--- lib/acme/schemas.ex" + _USER,
    ),
    ("the whole name", _ex("", "Acme.Accounts.User.net_total(a)") + "--- lib/acme/schemas.ex" + _USER),
    ("import", _ex("import Acme.Accounts.User", "net_total(a)") + "--- lib/acme/accounts/user.ex" + _USER),
    ("use", _ex("use Acme.Accounts.User", "net_total(a)") + "--- lib/acme/accounts/user.ex" + _USER),
    (
        "alias of the module above",
        _ex("alias Acme.Accounts", "Accounts.User.net_total(a)") + "--- lib/acme/schemas.ex" + _USER,
    ),
    (
        "a module in a module",
        _ex("alias Acme.Accounts.User", "User.net_total(a)")
        + "--- lib/acme/schemas.ex\ndefmodule Acme.Accounts do\n  defmodule User do\n    def net_total(a) do\n      a\n    end\n  end\nend\n",
    ),
)


def _scala(head: str, body: str = "val book = new Ledger()") -> str:
    return f"--- app/src/Pay.scala\npackage com.acme.app\n\n{head}\n\nclass Pay {{\n  def run() = {{\n    {body} // $0\n    1\n  }}\n}}\n"


_SCALA = "\npackage com.acme.core\n\nclass Ledger {\n  def postAll(a: Int) = a\n}\n\nobject Sums {\n  def netTotal(a: Int) = a\n}\n"
_add(
    "scala",
    ("a class", _scala("import com.acme.core.Ledger") + "--- core/src/main/scala/com/acme/core/Ledger.scala" + _SCALA),
    ("several in braces", _scala("import com.acme.core.{Other, Ledger}") + "--- core/src/All.scala" + _SCALA),
    (
        "a rename",
        _scala("import com.acme.core.{Ledger => Book}", "val book = new Book()") + "--- core/src/All.scala" + _SCALA,
    ),
    (
        "a rename of Scala 3",
        _scala("import com.acme.core.Ledger as Book", "val book = new Book()") + "--- core/src/All.scala" + _SCALA,
    ),
    ("a package", _scala("import com.acme.core._") + "--- core/src/All.scala" + _SCALA),
    ("a package of Scala 3", _scala("import com.acme.core.*") + "--- core/src/All.scala" + _SCALA),
    ("members of an object", _scala("import com.acme.core.Sums._", "netTotal(1)") + "--- core/src/All.scala" + _SCALA),
)


def _swift(head: str, path: str = "Sources/App/Pay.swift") -> str:
    return f"--- {path}\n{head}\n\nfunc pay() -> Int {{\n    let book = Ledger() // $0\n    return 1\n}}\n"


_SWIFT_FILE = "\npublic class Ledger {\n    public func postAll(a: Int) -> Int { a }\n}\n"
_add(
    "swift",
    ("a target", _swift("import Core") + "--- Sources/Core/Ledger.swift" + _SWIFT_FILE),
    ("a target in a folder below", _swift("import Core") + "--- Sources/Core/Books/Ledger.swift" + _SWIFT_FILE),
    (
        "a path of the package",
        _swift("import Core")
        + '--- Package.swift\nlet package = Package(name: "App", targets: [.target(name: "App"), .target(name: "Core", path: "lib/core")])\n--- lib/core/Ledger.swift'
        + _SWIFT_FILE,
    ),
    (
        "tests",
        _swift("@testable import Core", "Tests/CoreTests/PayTests.swift")
        + "--- Sources/Core/Ledger.swift"
        + _SWIFT_FILE,
    ),
    (
        "another package",
        _swift("import Core", "App/Pay.swift")
        + '--- Packages/Core/Package.swift\nlet package = Package(name: "Core", targets: [.target(name: "Core")])\n--- Packages/Core/Sources/Core/Ledger.swift'
        + _SWIFT_FILE,
    ),
)


def _dart(head: str, body: str = "netTotal(1);", path: str = "lib/src/pay.dart") -> str:
    return f"--- {path}\n{head}\n\nint pay() {{\n  {body} // $0\n  return 1;\n}}\n"


_DART = "\nint netTotal(int a) {\n  return a;\n}\n"
_add(
    "dart",
    ("a relative path", _dart("import '../core/sums.dart';") + "--- lib/core/sums.dart" + _DART),
    (
        "its own package",
        "--- pubspec.yaml\nname: shop\n"
        + _dart("import 'package:shop/core/sums.dart';")
        + "--- lib/core/sums.dart"
        + _DART,
    ),
    (
        "another package",
        "--- app/pubspec.yaml\nname: shop\n--- kit/pubspec.yaml\nname: acme_kit\n"
        + _dart("import 'package:acme_kit/sums.dart';", path="app/lib/pay.dart")
        + "--- kit/lib/sums.dart"
        + _DART,
    ),
    (
        "under a prefix",
        _dart("import '../core/sums.dart' as sums;", "sums.netTotal(1);") + "--- lib/core/sums.dart" + _DART,
    ),
    ("a part", _dart("part 'sums.g.dart';") + "--- lib/src/sums.g.dart" + _DART),
    ("the library of a part", _dart("part of 'shop.dart';") + "--- lib/src/shop.dart" + _DART),
    (
        "handed on",
        _dart("import '../shop.dart';") + "--- lib/shop.dart\nexport 'core/sums.dart';\n--- lib/core/sums.dart" + _DART,
    ),
)
