"""A line of words as a comment, in the languages of the table and in those without a grammar."""

import pytest

from darner_context.languages.comment_signs import one_line_comment


@pytest.mark.parametrize(
    ("paths", "comment"),
    [
        ("a.py a.rb a.sh a.toml a.yaml a.yml Makefile a.jl a.ps1 a.tf a.nix a.ex a.ipynb a.pyx a.r a.cmake", "# w"),
        ("Dockerfile Dockerfile.dev BUILD a.graphql a.nim a.fish setup.ini .gitignore notes", "# w"),
        (
            "a.js a.tsx a.go a.rs a.java a.h a.cpp a.cs a.php a.kt a.swift a.dart a.zig a.fs a.proto a.scss a.jsonc",
            "// w",
        ),
        ("a.lua a.sql a.hs a.elm a.vhd A.LUA", "-- w"),
        ("a.html a.vue a.svelte a.astro a.md a.erb a.cshtml", "<!-- w -->"),
        ("a.css", "/* w */"),
        ("a.ml a.mli a.sml", "(* w *)"),
        ("a.clj a.el a.asm", "; w"),
        ("a.erl a.tex", "% w"),
        ("a.f90 a.f", "! w"),
        ("a.rst", ".. w"),
        ("a.vb", "' w"),
        ("a.bat", "REM w"),
    ],
)
def test_of_a_path(paths: str, comment: str) -> None:
    assert {path: one_line_comment(path, "", "w") for path in paths.split()} == dict.fromkeys(paths.split(), comment)


def test_of_a_script_without_a_suffix() -> None:
    assert one_line_comment("run", "#!/usr/bin/env lua\n", "w") == "-- w"
