"""The definitions found in a small sample of each language."""

from dataclasses import replace
from pathlib import Path

import pytest

from darner_context.facts.live_buffer import LiveFile
from darner_context.languages.table import BY_NAME, LANGUAGES, language_of
from darner_context.syntax.definitions import enclosing, symbols
from darner_context.syntax.faults import syntax_faults
from darner_context.syntax.parse_budget import PIECE
from darner_context.syntax.parser import matches, parse
from darner_context.syntax.query_matches import found_in

# path, text, what is found: kind, name behind its containers, first and last line
SAMPLES = [
    (
        "a.py",
        'import os\n\nLIMIT = 3\n\n\n@cache\nclass A(B):\n    """Doc."""\n\n    size: int = 1\n\n    @property\n    def f(self) -> int:\n        def inner() -> int:\n            return 1\n        return inner()\n\n\nasync def g() -> None:\n    pass\n',
        [
            "constant LIMIT 3-3",
            "class A 6-16",
            "field A.size 10-10",
            "method A.f 12-16",
            "function A.f.inner 14-15",
            "function g 19-20",
        ],
    ),
    (
        "a.js",
        "const LIMIT = 3\nexport class A extends B {\n  #x = 1\n  f(a) {\n    return a\n  }\n}\nexport default function g() {}\nconst h = (a) => {\n  return a\n}\nmodule.exports.k = function () {}\n",
        [
            "constant LIMIT 1-1",
            "class A 2-7",
            "field A.#x 3-3",
            "method A.f 4-6",
            "function g 8-8",
            "function h 9-11",
            "function k 12-12",
        ],
    ),
    (
        "a.ts",
        "export interface I { x: number }\nexport type T = string | I\nexport enum E { One }\nexport abstract class A<T> implements I {\n  x = 1\n  abstract f(): void\n  g(): number {\n    return 1\n  }\n}\nexport const h = async (a: number): Promise<void> => {}\ndeclare function k(a: string): void\nnamespace N { export function m() {} }\n",
        [
            "interface I 1-1",
            "field I.x 1-1",
            "type T 2-2",
            "enum E 3-3",
            "field E.One 3-3",
            "class A 4-10",
            "field A.x 5-5",
            "method A.f 6-6",
            "method A.g 7-9",
            "function h 11-11",
            "function k 12-12",
            "module N 13-13",
            "function N.m 13-13",
        ],
    ),
    (
        "a.tsx",
        "export function View(props: Props) {\n  return <div>{props.x}</div>\n}\ntype Props = { x: string }\n",
        ["function View 1-3", "type Props 4-4", "field Props.x 4-4"],
    ),
    (
        "a.go",
        'package p\n\nconst Limit = 3\n\nvar Err = errors.New("x")\n\n// T is.\ntype T struct {\n\tX int\n}\n\ntype I interface {\n\tF() int\n}\n\nfunc (t *T) F() int {\n\treturn t.X\n}\n\nfunc New() *T { return nil }\n',
        [
            "constant Limit 3-3",
            "constant Err 5-5",
            "class T 8-10",
            "field T.X 9-9",
            "class I 12-14",
            "method I.F 13-13",
            "method T.F 16-18",
            "function New 20-20",
        ],
    ),
    (
        "a.rs",
        "const LIMIT: u8 = 3;\n#[derive(Debug)]\npub struct S {\n    x: u8,\n}\nenum E { One }\ntrait T {\n    fn f(&self);\n}\nimpl T for S {\n    fn f(&self) {}\n}\nimpl S {\n    pub fn new() -> Self { S { x: 1 } }\n}\nmacro_rules! m { () => {} }\nmod inner {\n    pub fn g() {}\n}\ntype A = u8;\nstatic K: u8 = 1;\n",
        [
            "constant LIMIT 1-1",
            "class S 3-5",
            "field S.x 4-4",
            "enum E 6-6",
            "field E.One 6-6",
            "interface T 7-9",
            "method T.f 8-8",
            "method S.f 11-11",
            "method S.new 14-14",
            "macro m 16-16",
            "module inner 17-19",
            "function inner.g 18-18",
            "type A 20-20",
            "constant K 21-21",
        ],
    ),
    (
        "a.java",
        "package p;\n\n@Deprecated\npublic class A extends B {\n  static final int LIMIT = 3;\n  A() {}\n  @Override\n  public int f(int a) {\n    return a;\n  }\n  enum E { ONE }\n  interface I { void g(); }\n  record R(int x) {}\n}\n",
        [
            "class A 3-14",
            "field A.LIMIT 5-5",
            "constructor A.A 6-6",
            "method A.f 7-10",
            "enum A.E 11-11",
            "field A.E.ONE 11-11",
            "interface A.I 12-12",
            "method A.I.g 12-12",
            "class A.R 13-13",
            "field A.R.x 13-13",
        ],
    ),
    (
        "a.c",
        "#define LIMIT 3\n#define MAX(a, b) ((a) > (b) ? (a) : (b))\ntypedef struct point { int x; } point_t;\nenum kind { ONE };\nstatic int f(int a)\n{\n  return a;\n}\nint *g(void);\nint counter = 1;\n",
        [
            "macro LIMIT 1-1",
            "macro MAX 2-2",
            "class point 3-3",
            "type point.point_t 3-3",
            "field point.point_t.x 3-3",
            "enum kind 4-4",
            "field kind.ONE 4-4",
            "function f 5-8",
            "function g 9-9",
            "constant counter 10-10",
        ],
    ),
    (
        "a.cpp",
        "namespace n {\ntemplate <typename T>\nclass A : public B {\n public:\n  A();\n  int f(int a) const { return a; }\n  int x;\n};\nint A::g() { return 1; }\nusing U = int;\n}\nstruct S {};\n",
        [
            "module n 1-11",
            "class n.A 2-8",
            "method n.A.A 5-5",
            "method n.A.f 6-6",
            "field n.A.x 7-7",
            "method n.A.g 9-9",
            "type n.U 10-10",
            "class S 12-12",
        ],
    ),
    ("a.pyi", "def f(x: int) -> int: ...\n", ["function f 1-1"]),
    (
        "a.cs",
        "namespace N { public class A : B { int x; public int P {get;set;} A(){} public int F(int a) { return 1; } } enum E {X} }\n",
        [
            "module N 1-1",
            "class N.A 1-1",
            "field N.A.x 1-1",
            "field N.A.P 1-1",
            "constructor N.A.A 1-1",
            "method N.A.F 1-1",
            "enum N.E 1-1",
            "field N.E.X 1-1",
        ],
    ),
    (
        "a.rb",
        "module M\nclass A < B\n  def f(x)\n    1\n  end\nend\nend\n",
        ["module M 1-7", "class M.A 2-6", "method M.A.f 3-5"],
    ),
    (
        "a.php",
        "<?php\nnamespace N;\nclass A { const X=1; private $y; function f($x) { return 1; } }\nfunction g() {}\n",
        ["module N 2-2", "class A 3-3", "constant A.X 3-3", "field A.y 3-3", "method A.f 3-3", "function g 4-4"],
    ),
    (
        "a.kt",
        "class A(val x: Int) : B() {\n  val y = 1\n  fun f(a: Int): Int { return 1 }\n}\nfun g() = 2\nobject O {}\n",
        ["class A 1-4", "field A.x 1-1", "field A.y 2-2", "method A.f 3-3", "function g 5-5", "class O 6-6"],
    ),
    (
        "a.swift",
        "class A: B {\n  var x = 1\n  func f(a: Int) -> Int { return 1 }\n}\nfunc g() {}\n",
        ["class A 1-4", "field A.x 2-2", "method A.f 3-3", "function g 5-5"],
    ),
    (
        "a.scala",
        "package p\nclass A(x: Int) extends B {\n  def f(a: Int): Int = 1\n  val z = 2\n}\nobject O\n",
        ["module p 1-1", "class A 2-5", "field A.x 2-2", "method A.f 3-3", "constant A.z 4-4", "class O 6-6"],
    ),
    (
        "a.groovy",
        "class A {\n  int x\n  int f(int a) {\n    return 1\n  }\n}\n",
        ["class A 1-6", "field A.x 2-2", "method A.f 3-5"],
    ),
    (
        "a.dart",
        "class A extends B {\n  int x = 1;\n  int f(int a) { return 1; }\n}\nvoid g() {}\n",
        ["class A 1-4", "field A.x 2-2", "method A.f 3-3", "function g 5-5"],
    ),
    (
        "a.m",
        "#define X 1\n@interface A : B\n- (int)f:(int)a;\n@end\n@implementation A\n- (int)f:(int)a { return 1; }\n@end\nint g(int x) { return 1; }\n",
        ["macro X 1-1", "class A 2-4", "method A.f 3-3", "class A 5-7", "method A.f 6-6", "function g 8-8"],
    ),
    (
        "a.lua",
        "local M = {}\nfunction M.f(a)\n return 1\nend\nlocal function g() end\nreturn M\n",
        ["constant M 1-1", "function f 2-4", "function g 5-5"],
    ),
    (
        "a.ex",
        "defmodule A do\n  def f(x) do\n    1\n  end\n  defp g(x), do: 2\nend\n",
        ["module A 1-6", "function A.f 2-4", "function A.g 5-5"],
    ),
    (
        "a.hs",
        "module A where\ndata T = T Int\nf :: Int -> Int\nf x = x + 1\nclass C a where\n  m :: a -> Int\n",
        ["class T 2-2", "field T.T 2-2", "function f 3-3", "function f 4-4", "interface C 5-6", "method C.m 6-6"],
    ),
    (
        "a.ml",
        "let f x = x + 1\nmodule M = struct\n  let g y = y\nend\ntype t = int\n",
        ["function f 1-1", "module M 2-4", "function M.g 3-3", "type t 5-5"],
    ),
    ("a.mli", "val f : int -> int\n", ["function f 1-1"]),
    (
        "a.fs",
        "module A\nlet f x = x + 1\ntype T = { a: int }\n",
        ["module A 1-3", "function A.f 2-2", "class A.T 3-3", "field A.T.a 3-3"],
    ),
    (
        "a.jl",
        "module A\nfunction f(x)\n  1\nend\ng(x) = 2\nstruct T\n a::Int\nend\nconst X = 1\nend\n",
        [
            "module A 1-10",
            "function A.f 2-4",
            "function A.g 5-5",
            "class A.T 6-8",
            "field A.T.a 7-7",
            "constant A.X 9-9",
        ],
    ),
    (
        "a.zig",
        "const S = struct { x: i32, pub fn f(self: S) i32 { return 1; } };\npub fn g() void {}\nconst K = 1;\n",
        ["class S 1-1", "field S.x 1-1", "method S.f 1-1", "function g 2-2", "constant K 3-3"],
    ),
    ("a.sh", "X=1\nf() {\n echo hi\n}\n", ["constant X 1-1", "function f 2-4"]),
    (
        "a.ps1",
        "function Get-It($x) { 1 }\nclass A { [int] F() { return 1 } }\n",
        ["function Get-It 1-1", "class A 2-2", "method A.F 2-2"],
    ),
    ("a.pl", "package A;\nsub f { return 1; }\n1;\n", ["module A 1-1", "function f 2-2"]),
    (
        "a.f90",
        "module m\ncontains\nsubroutine f(x)\n integer :: x\nend subroutine f\nend module m\n",
        ["module m 1-6", "function m.f 3-5"],
    ),
    (
        "a.sol",
        "contract A { uint x; function f(uint a) public returns (uint) { return 1; } }\n",
        ["class A 1-1", "field A.x 1-1", "method A.f 1-1"],
    ),
    (
        "a.glsl",
        "struct S { int a; };\nfloat f(float x) { return x; }\n",
        ["class S 1-1", "field S.a 1-1", "function f 2-2"],
    ),
    ("a.v", "module m(input a, output b);\nassign b = a;\nendmodule\n", ["class m 1-3"]),
    (
        "a.sql",
        "CREATE TABLE t (id int, name text);\nCREATE VIEW v AS SELECT 1;\n",
        ["class t 1-1", "field t.id 1-1", "field t.name 1-1", "class v 2-2"],
    ),
    ("Makefile", "X = 1\nall: dep\n\techo hi\n", ["constant X 1-1", "function all 2-3"]),
    ("a.tf", 'resource "aws_x" "name" {\n  a = 1\n}\n', ["class name 1-3", "field name.a 2-2"]),
    ("a.nix", "{ f = x: x + 1; g = 2; }\n", ["function f 1-1", "constant g 1-1"]),
    ("a.css", ".cls { color: red; }\n#id { --v: 1; }\n", ["constant cls 1-1", "constant id 2-2", "constant --v 2-2"]),
    (
        "a.html",
        '<html><body><div id="x"></div>\n<script>\nfunction f() { return 1 }\n</script></body></html>\n',
        ["constant x 1-1", "function f 3-3"],
    ),
    (
        "a.astro",
        '---\nconst limit = 3\n---\n<div id="x"></div>\n',
        ["constant limit 2-2", "constant x 4-4"],
    ),
    (
        "a.vue",
        '<template><div/></template>\n<script setup lang="ts">\nimport { x } from "./x"\nconst f = (a: number) => {\n  return a\n}\n</script>\n',
        ["function f 4-6"],
    ),
    (
        "a.md",
        "# Title\n\ntext\n\n```python\ndef f():\n    return 1\n```\n\n## Sub\n",
        ["module Title 1-10", "function f 6-7", "module Title.Sub 10-10"],
    ),
    ("a.json", '{"a": 1, "b": {"c": 2}}\n', ["constant a 1-1", "constant b 1-1"]),
    (
        "a.ipynb",
        '{"cells": [{"cell_type": "code", "source": [\n"def f():\\n",\n"    return 1"\n]}]}\n',
        ["function f 2-3"],
    ),
    ("a.yaml", "a: 1\nb:\n  c: 2\n", ["constant a 1-1", "constant b 2-3"]),
    ("a.toml", "x = 1\n[tool.a]\ny = 2\n", ["constant x 1-1", "module tool.a 2-3", "constant tool.a.y 3-3"]),
    (
        "a.svelte",
        "<script>\n let a = 1;\n function f() { return a }\n</script>\n<p>{a}</p>\n",
        ["constant a 2-2", "function f 3-3"],
    ),
]


def check(path: str, text: str, expected: list[str]) -> None:
    found = [
        f"{each.kind} {f'{each.container}.' if each.container else ''}{each.name} {each.start_line}-{each.end_line}"
        for each in symbols(path, text)
    ]
    assert found == expected


@pytest.mark.parametrize(("path", "text", "expected"), SAMPLES, ids=[f"{row[0]}" for row in SAMPLES])
def test_definitions(path: str, text: str, expected: list[str]) -> None:
    check(path, text, expected)


@pytest.mark.parametrize(("path", "text", "expected"), SAMPLES, ids=[f"{row[0]}" for row in SAMPLES])
def test_other_line_ends_change_nothing(path: str, text: str, expected: list[str]) -> None:
    check(path, text.replace("\n", "\r\n"), expected)
    check(path, text.replace("\n", "\r"), expected)


@pytest.mark.parametrize(("path", "text", "expected"), SAMPLES, ids=[f"{row[0]}" for row in SAMPLES])
def test_right_samples_have_no_faults(path: str, text: str, expected: list[str]) -> None:
    assert expected
    if BY_NAME[language_of(path) or ""].gate:
        assert syntax_faults(path, text) == ()


@pytest.mark.parametrize(("path", "text", "expected"), SAMPLES, ids=[f"{row[0]}" for row in SAMPLES])
def test_a_text_of_several_pieces_has_the_same_definitions(path: str, text: str, expected: list[str]) -> None:
    """It is read piece by piece, by the parser and by what a query compares, also in a tree that is parsed again."""
    assert expected
    blank = 3 * PIECE
    for long in ("\n" * blank + text, text + "\n" * blank):
        assert [each.name for each in symbols(path, long)] == [each.name for each in symbols(path, text)]
    live = LiveFile(path, text + "\n" * blank, kept=True)
    live.edit("\n" + text + "\n" * blank)
    assert [each.name for each in live.facts.definitions] == [each.name for each in symbols(path, text)]


def test_every_language_has_a_sample() -> None:
    assert {language_of(row[0]) for row in SAMPLES} == {row.name for row in LANGUAGES}
    assert len(LANGUAGES) >= 30


def test_a_text_of_no_known_language_has_no_definitions() -> None:
    check("notes.txt", "def f():\n    pass\n", [])
    check("LICENSE", "def f():\n    pass\n", [])


def test_half_written_code_keeps_what_stands_around_it() -> None:
    check(
        "a.py",
        "def whole():\n    return 1\n\n\ndef half(a):\n    return a.\n\n\nclass After:\n    def f(self):\n        return 2\n",
        ["function whole 1-2", "function half 5-6", "class After 9-11", "method After.f 10-11"],
    )


def test_definitions_stand_in_every_python_statement_that_may_hold_them() -> None:
    holders = (
        "if a:", "elif a:", "else:", "for a[0] in b:", "else:", "while a:", "with a:", "async with a:", "try:",
        "except A:", "else:", "finally:", "try:", "except* A:", "match a:", "def g():", "class B:",
    )  # fmt: skip
    lines: list[str] = []
    expected: list[str] = []
    for number, holder in enumerate(holders):
        lines += [holder, " case 1:"] if holder == "match a:" else [holder]
        line = len(lines) + 1
        lines += [f"  @a\n  def f{number}(): pass", f"  class C{number}: x = 1"]
        lines = "\n".join(lines).split("\n")
        inside = {"def g():": "g.", "class B:": "B."}.get(holder, "")
        if inside:
            expected.append(f"{'class' if inside == 'B.' else 'function'} {inside[0]} {line - 1}-{line + 2}")
        expected += [
            f"{'method' if inside == 'B.' else 'function'} {inside}f{number} {line}-{line + 1}",
            f"class {inside}C{number} {line + 2}-{line + 2}",
            f"field {inside}C{number}.x {line + 2}-{line + 2}",
        ]
    check("a.py", "\n".join(lines) + "\n", expected)


def test_a_look_into_some_nodes_only_misses_nothing() -> None:
    sources = [path.read_bytes() for path in sorted(Path(__file__).parents[3].glob("*/darner_*/**/*.py"))]
    assert len(sources) > 100
    row = BY_NAME["python"]
    for data in sources:
        tree = parse(row, data)
        whole = matches(replace(row, within=()), tree)
        assert found_in(row, data, matches(row, tree)) == found_in(row, data, whole)


def test_what_stands_in_for_a_missing_name_is_no_definition() -> None:
    check("a.py", "=...\n)", [])


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.md", "# {}\n\n# b\n", ["module b 3-3"]),
        ("a.json", '{{"{}": 1, "b": 2}}\n', ["constant b 1-1"]),
        ("a.yaml", '"{}": 1\nb: 2\n', ["constant b 2-2"]),
    ],
)
@pytest.mark.parametrize("blank", ["\u00a0", "\u3000", " \u2028"])
def test_a_name_of_blanks_alone_is_no_name(path: str, text: str, found: list[str], blank: str) -> None:
    check(path, text.format(blank), found)


def test_enclosing_is_the_smallest_scope_that_holds_the_lines() -> None:
    text = "class A:\n    def f(self):\n        x = 1\n        return x\n\n    y = 2\n\n\nz = 3\n"
    names = {
        lines: found.name if (found := enclosing("a.py", text, *lines)) else None
        for lines in [(3,), (3, 4), (4, 6), (6,), (9,)]
    }
    assert names == {(3,): "f", (3, 4): "f", (4, 6): "A", (6,): "A", (9,): None}
