"""What a file imports, and the files that it means."""

import json

from darner_context.imports.reader import imports
from darner_context.languages.table import language_of
from darner_context.lookup.modules import Paths


def check(files: dict[str, str], path: str, expected: dict[str, list[str]]) -> None:
    """Each import of a file, `module` or `module:name`, with the files that it means."""
    paths = Paths(files, files.get)
    language = language_of(path) or ""
    found = {
        f"{each.module}:{each.name}" if each.name else each.module: paths.resolve(language, path, each)
        for each in imports(language, files[path])
    }
    assert found == expected


def _empty(*paths: str) -> dict[str, str]:
    return dict.fromkeys(paths, "")


def test_python() -> None:
    text = (
        "import os, pkg.deep.mod as m\nfrom pkg import helper, other as o\nfrom . import near\nfrom .near import (\n"
        "    one,  # a comment\n    two,\n)\nfrom ..top import *\nif X:\n    from pkg.stub import thing\n"
    )
    files = _empty(
        "pkg/__init__.py",
        "pkg/helper.py",
        "pkg/deep/__init__.py",
        "pkg/deep/mod.py",
        "pkg/deep/near.py",
        "pkg/top.py",
        "pkg/stub.pyi",
    )
    check(
        {**files, "pkg/deep/user.py": text},
        "pkg/deep/user.py",
        {
            "os": [],
            "pkg.deep.mod": ["pkg/deep/mod.py"],
            "pkg:helper": ["pkg/helper.py", "pkg/__init__.py"],
            "pkg:other": ["pkg/__init__.py"],
            ".:near": ["pkg/deep/near.py", "pkg/deep/__init__.py"],
            ".near:one": ["pkg/deep/near.py"],
            ".near:two": ["pkg/deep/near.py"],
            "..top:*": ["pkg/top.py"],
            "pkg.stub:thing": ["pkg/stub.pyi"],
        },
    )


def test_python_below_a_source_folder() -> None:
    check(
        {"src/app/core.py": "", "src/app/__init__.py": "", "tests/test_core.py": "from app.core import run\n"},
        "tests/test_core.py",
        {"app.core:run": ["src/app/core.py"]},
    )


def test_the_nearest_of_two_modules_of_one_name_comes_first() -> None:
    files = _empty("one/lib/util/text.py", "two/lib/util/text.py")
    check(
        {**files, "two/main.py": "from lib.util.text import f\n"},
        "two/main.py",
        {"lib.util.text:f": ["two/lib/util/text.py", "one/lib/util/text.py"]},
    )


def test_typescript_relative_index_and_javascript_endings() -> None:
    files = _empty("src/a.ts", "src/parts/index.tsx", "src/b.js", "src/c.d.ts")
    text = (
        "import { x, y as z } from './a.js'\nimport Parts from './parts'\nimport * as b from './b'\n"
        "export { q } from './c'\nexport * from './a'\nimport type { T } from './missing'\nimport './b'\n"
        "const lazy = await import('./a')\n"
    )
    check(
        {**files, "src/main.ts": text},
        "src/main.ts",
        {
            "./a.js:x": ["src/a.ts"],
            "./a.js:y": ["src/a.ts"],
            "./parts:default": ["src/parts/index.tsx"],
            "./b:*": ["src/b.js"],
            "./c:q": ["src/c.d.ts"],
            "./a:*": ["src/a.ts"],
            "./missing:T": [],
            "./b": ["src/b.js"],
            "./a:default": ["src/a.ts"],
        },
    )


def test_typescript_paths_of_tsconfig() -> None:
    config = '{\n  // a comment\n  "compilerOptions": {"baseUrl": ".", "paths": {"@/*": ["src/*"], "config": ["src/settings.ts"],}},\n}\n'
    files = {"tsconfig.json": config, **_empty("src/deep/a.ts", "src/settings.ts", "lib/b.ts")}
    text = "import { a } from '@/deep/a'\nimport { c } from 'config'\nimport { b } from 'lib/b'\nimport React from 'react'\n"
    check(
        {**files, "src/main.ts": text},
        "src/main.ts",
        {
            "@/deep/a:a": ["src/deep/a.ts"],
            "config:c": ["src/settings.ts"],
            "lib/b:b": ["lib/b.ts"],
            "react:default": [],
        },
    )


def test_packages_of_the_workspace_with_exports() -> None:
    package = {
        "name": "@acme/core",
        "exports": {".": "./dist/index.js", "./extra": {"types": "./dist/extra.d.ts", "import": "./dist/extra.js"}},
    }
    files = {
        "packages/core/package.json": json.dumps(package),
        "package.json": '{"name": "root"}',
        **_empty("packages/core/src/index.ts", "packages/core/src/extra.ts"),
    }
    text = "import { a } from '@acme/core'\nconst { b } = require('@acme/core/extra')\n"
    expected = {"@acme/core:a": ["packages/core/src/index.ts"], "@acme/core/extra:b": ["packages/core/src/extra.ts"]}
    check({**files, "packages/core/test/main.ts": text}, "packages/core/test/main.ts", expected)
    check({**files, "packages/app/main.ts": text}, "packages/app/main.ts", expected)


def test_go_modules() -> None:
    files = {
        "go.mod": "module example.com/app\n\ngo 1.22\n",
        **_empty("store/a.go", "store/b.go", "store/a_test.go", "api/v1/api.go"),
    }
    text = 'package main\n\nimport (\n\t"fmt"\n\n\t"example.com/app/store"\n\tv1 "example.com/app/api/v1"\n\t_ "example.com/other/x"\n)\n\nimport "os"\n'
    check(
        {**files, "main.go": text},
        "main.go",
        {
            "fmt": [],
            "example.com/app/store": ["store/a.go", "store/b.go"],
            "example.com/app/api/v1": ["api/v1/api.go"],
            "example.com/other/x": [],
            "os": [],
        },
    )


def test_an_empty_import_block_of_go() -> None:
    check({"main.go": "package main\n\nimport ()\n"}, "main.go", {})


def test_rust_modules_and_crates() -> None:
    files = _empty(
        "src/lib.rs",
        "src/config.rs",
        "src/net/mod.rs",
        "src/net/tcp.rs",
        "crates/my-tool/src/lib.rs",
        "crates/my-tool/src/args.rs",
    )
    text = (
        "use crate::config::Settings;\nuse super::udp::Socket;\nuse crate::{config::{Level, self as c}, net};\nmod inner;\n"
        "use my_tool::args::Args;\nuse std::fmt;\nuse self::local::X;\n"
    )
    check(
        {**files, "src/net/tcp.rs": text, "src/net/udp.rs": "", "src/net/tcp/inner.rs": "", "src/net/tcp/local.rs": ""},
        "src/net/tcp.rs",
        {
            "crate::config:Settings": ["src/config.rs"],
            "super::udp:Socket": ["src/net/udp.rs"],
            "crate::config:Level": ["src/config.rs"],
            "crate:config": ["src/config.rs"],
            "crate:net": ["src/net/mod.rs"],
            "self::inner": ["src/net/tcp/inner.rs"],
            "my_tool::args:Args": ["crates/my-tool/src/args.rs"],
            "std:fmt": [],
            "self::local:X": ["src/net/tcp/local.rs"],
        },
    )


def test_a_rust_crate_whose_root_is_in_no_folder_named_src() -> None:
    text = "use crate::search::Worker;\nuse super::haystack::Haystack;\n"
    check(
        {
            **_empty("tool/main.rs", "tool/search.rs", "tool/haystack.rs", "tool/flags/mod.rs"),
            "tool/flags/high.rs": text,
        },
        "tool/flags/high.rs",
        {"crate::search:Worker": ["tool/search.rs"], "super::haystack:Haystack": ["tool/flags/mod.rs"]},
    )


def test_java_and_kotlin() -> None:
    files = _empty(
        "src/main/java/org/acme/Thing.java", "src/main/java/org/acme/Other.java", "src/main/kotlin/org/acme/k/Fast.kt"
    )
    text = "package org.acme.app;\n\nimport org.acme.Thing;\nimport static org.acme.Other.run;\nimport org.acme.*;\nimport java.util.List;\nimport org.acme.k.Fast;\n"
    check(
        {**files, "src/main/java/org/acme/app/App.java": text},
        "src/main/java/org/acme/app/App.java",
        {
            "org.acme:Thing": ["src/main/java/org/acme/Thing.java"],
            "org.acme.Other:run": ["src/main/java/org/acme/Other.java"],
            "org.acme:*": ["src/main/java/org/acme/Thing.java", "src/main/java/org/acme/Other.java"],
            "java.util:List": [],
            "own:org.acme.app:*": ["src/main/java/org/acme/app/App.java"],
            "org.acme.k:Fast": ["src/main/kotlin/org/acme/k/Fast.kt"],
        },
    )


def test_includes_of_c_and_cpp() -> None:
    files = _empty("include/app/list.h", "src/local.h", "src/list.h", "vendor/list.h")
    text = '#include <stdio.h>\n#include "local.h"\n#  include "app/list.h"\n#include "../include/app/list.h"\n'
    for path in ("src/main.c", "src/main.cpp"):
        check(
            {**files, path: text},
            path,
            {
                "stdio.h:*": [],
                "local.h:*": ["src/local.h"],
                "app/list.h:*": ["include/app/list.h"],
                "../include/app/list.h:*": ["include/app/list.h"],
            },
        )


def test_other_languages_by_path_or_dotted_name() -> None:
    for path, text, target, expected in (
        (
            "lib/main.rb",
            "require_relative 'near/thing'\n",
            "lib/near/thing.rb",
            {"./near/thing:*": ["lib/near/thing.rb"]},
        ),
        (
            "a/main.php",
            "<?php\nuse App\\Model\\User;\n",
            "src/App/Model/User.php",
            {"App\\Model:User": ["src/App/Model/User.php"]},
        ),
        (
            "lib/main.dart",
            "import 'package:app/src/x.dart';\n",
            "lib/src/x.dart",
            {"package:app/src/x.dart:*": ["lib/src/x.dart"]},
        ),
    ):
        check({path: text, target: ""}, path, expected)


def test_vue_scripts_import_as_typescript_does() -> None:
    text = (
        '<script setup lang="ts">\nimport Child from "./Child.vue"\nimport { x } from "./x"\n</script>\n<template/>\n'
    )
    check(
        {"src/App.vue": text, **_empty("src/Child.vue", "src/x.ts")},
        "src/App.vue",
        {"./Child.vue:default": ["src/Child.vue"], "./x:x": ["src/x.ts"]},
    )


def test_broken_configurations_are_passed_over() -> None:
    text = "import { a } from './a'\nimport { b } from '@/b'\n"
    for broken in (
        "{",
        "[]",
        '{"compilerOptions": {"paths": 3}}',
        '{"compilerOptions": []}',
        "[" * 100_000,
        "\ufeff{}",
    ):
        check(
            {"tsconfig.json": broken, "package.json": broken, "a.ts": "", "main.ts": text},
            "main.ts",
            {"./a:a": ["a.ts"], "@/b:b": []},
        )
