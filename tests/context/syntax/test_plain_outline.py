"""Files of languages without a grammar are known by their names, and found by the names that they define."""

import pytest

from darner_context.languages.file_language import language_in
from darner_context.syntax.definitions import symbols

FILES = [
    ("a.proto", "package acme.v1;\nmessage Bill {\n  string net_total = 1;\n  enum Kind {\n    KIND_ONE = 0;\n  }\n}\nservice Pay {\n  rpc SendAll (Bill) returns (Bill);\n}\n", "Bill Bill.net_total Bill.Kind Pay Pay.SendAll"),
    ("a.graphql", "type Bill {\n  netTotal(a: Int): Int\n}\nenum Kind { ONE }\nquery allBills { x }\nunion U = A | B\n", "Bill Bill.netTotal Kind allBills U"),
    ("a.prisma", "model Bill {\n  id Int\n}\nenum Kind {\n}\n", "Bill Kind"),
    ("a.pyx", "cdef class Bill:\n    cpdef int net_total(self, int a):\n        return a\ncdef extern int c_call(int a)\ndef free(a): pass\n", "Bill Bill.net_total c_call free"),
    ("a.scss", "$rate: 1;\n@mixin net-total($a) { color: red; }\n.card {\n  #top, .inner { }\n}\n%base { }\n@function half($a) { @return 1; }\n", "$rate net-total card top base half"),
    ("a.less", "@rate: 1;\n.net-total() { color: red; }\n", "@rate net-total"),
    ("a.html.erb", '<div id="net_total"><%= x %></div>\n<script>\nfunction sendAll() {}\n</script>\n', "net_total sendAll"),
    ("a.jinja2", "{% block net_total %}{% endblock %}\n{%- macro field(name) -%}{%- endmacro %}\n", "net_total field"),
    ("a.cshtml", "@section Scripts { }\n@functions {\n  public int NetTotal(int a) { return a; }\n}\n", "Scripts NetTotal"),
    ("a.razor", "@code {\n  private int NetTotal(int a) => a;\n  [Parameter] public int Rate { get; set; }\n}\n", "NetTotal Rate"),
    ("a.R", 'net_total <- function(a) {\n  a\n}\nrate = 3\nhalf = function(a) a\nsetClass("Bill")\n', "net_total rate half Bill"),
    ("a.clj", '(ns ^{:doc "a"} acme.core)\n(def ^{:doc "b"} rate 3)\n(defn ^:a ^{:b 1} net [x])\n', "acme.core rate net"),
    ("a.clj", "(ns acme.core)\n(defn net-total [a]\n  a)\n(def rate 3)\n(defmacro unless [a] a)\n(defrecord Bill [id])\n(defn- hidden [] 1)\n", "acme.core net-total rate unless Bill hidden"),
    ("a.el", "(defun net-total (a)\n  a)\n(defvar rate 3)\n", "net-total rate"),
    ("a.erl", "-module(bill).\n-record(row, {id}).\n-define(RATE, 3).\nnet_total(A) ->\n  A.\n", "bill row RATE net_total"),
    ("a.gd", "class_name Bill\nsignal paid\nenum Kind { ONE }\nconst RATE = 3\n@export var total = 1\nfunc net_total(a):\n\treturn a\n", "Bill paid Kind RATE total net_total"),
    ("CMakeLists.txt", "project(shop)\nadd_library(bill STATIC a.c)\nfunction(net_total a)\nendfunction()\nset(RATE 3)\n", "shop bill net_total RATE"),
    ("BUILD", 'def net_total(a):\n    return a\n\ncc_library(\n    name = "bill",\n)\n', "net_total bill"),
    ("a.bzl", "RATE = 3\ndef net_total(a):\n    return a\n", "RATE net_total"),
    ("Dockerfile.dev", "FROM python:3 AS net_total\nARG RATE=3\nENV KIND=one\n", "net_total RATE KIND"),
    ("a.f", "      SUBROUTINE NETTOT(A)\n      END\n      INTEGER FUNCTION HALF(A)\n      END\n", "NETTOT HALF"),
    ("a.rst", "Net total\n=========\n\n.. _bill-label:\n\n.. function:: net_total(a)\n", "bill-label net_total"),
    ("a.tex", "\\section{Bills}\n\\label{sec:bill}\n\\newcommand{\\total}{1}\n", "Bills sec:bill total"),
    ("a.nim", "proc netTotal(a: int): int =\n  a\nconst rate = 3\n", "netTotal rate"),
    ("a.vhdl", "entity bill is\nend bill;\nfunction net_total return integer;\n", "bill net_total"),
    ("a.s", "net_total:\n\tret\n", "net_total"),
    ("a.wgsl", "struct Bill { x: f32 }\nfn netTotal(a: f32) -> f32 {\n  return a;\n}\n", "Bill netTotal"),
    ("run", "#!/usr/bin/env bash\nnet_total() {\n  :\n}\n", "net_total"),
    ("tool", "#!/usr/bin/env -S python3 -u\ndef net_total(a):\n    return a\n", "net_total"),
    ("serve", "#!/usr/local/bin/node\nfunction netTotal() {}\n", "netTotal"),
    ("config.ru", "class NetTotal\n  def call(env); end\nend\n", "NetTotal NetTotal.call"),
    ("a.astro", "---\nimport X from './x'\nconst netTotal = (a: number) => a\n---\n<div id=\"top\">{netTotal(1)}</div>\n<style>\n.card { }\n</style>\n", "netTotal top card"),
    ("a.mdx", "# Title\n\n```js\nfunction netTotal() {}\n```\n", "Title netTotal"),
    ("a.cppm", "export module bill;\nexport int netTotal(int a) { return a; }\n", "bill netTotal"),
    ("a.tpp", "template <class T> T Bill<T>::netTotal() { return T(); }\n", "netTotal"),
    ("a.sql", "CREATE OR REPLACE PROCEDURE shop.refund(a int) AS $$ BEGIN NULL; END $$ LANGUAGE plpgsql;\nCREATE PROC dbo.NetTotal @a int AS\nSELECT 1\n", "refund NetTotal"),
    ("a.ipynb", '{"cells": [{"cell_type": "code", "source": "def net_total(a):\\n    return a\\n\\nclass Bill:\\n    rate = 3"}]}', "net_total Bill Bill.rate"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "names"), FILES, ids=[row[0] for row in FILES])
def test_names_of_files(path: str, text: str, names: str) -> None:
    assert language_in(path, text) is not None
    found = symbols(path, text)
    known = {each.name for each in found} | {f"{each.container}.{each.name}" for each in found}
    assert [name for name in names.split() if name not in known] == [], sorted(known)
    lines = text.count("\n") + 1
    assert all(1 <= each.start_line <= each.end_line <= lines for each in found)


def test_a_text_without_a_shebang_is_no_script() -> None:
    assert language_in("LICENSE", "net_total() { :; }\n") is None
    assert language_in("run.unknown", "#!/bin/sh\n") is None
