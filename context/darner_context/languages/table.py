"""The table of languages: a row names the files, the grammar's wheel and the query that finds its definitions."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Language:
    """One row. `query` is a file of `syntax/queries` without its suffix."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    function: str = "language"
    query: str = ""
    filenames: tuple[str, ...] = ()
    comments: tuple[str, ...] = ("//", "/*", "*")
    embeds: bool = False  # holds code of other languages
    gate: bool = True  # whether the grammar is true enough to the language to reject an edit for it
    within: tuple[str, ...] = ()  # the only nodes with definitions in them, from the root on; () is any node


_PYTHON_WITHIN = (
    "module", "block", "class_definition", "function_definition", "decorated_definition", "if_statement",
    "elif_clause", "else_clause", "for_statement", "while_statement", "with_statement", "try_statement",
    "except_clause", "except_group_clause", "finally_clause", "match_statement", "case_clause",
)  # fmt: skip
LANGUAGES: tuple[Language, ...] = (
    Language(
        "python", (".py", ".pyi", ".pyw"), "tree_sitter_python", query="python", comments=("#",), within=_PYTHON_WITHIN
    ),
    Language("javascript", (".js", ".mjs", ".cjs", ".jsx"), "tree_sitter_javascript", query="javascript"),
    Language(
        "typescript", (".ts", ".mts", ".cts"), "tree_sitter_typescript", "language_typescript", query="typescript"
    ),
    Language("tsx", (".tsx",), "tree_sitter_typescript", "language_tsx", query="typescript"),
    Language("go", (".go",), "tree_sitter_go", query="go"),
    Language("rust", (".rs",), "tree_sitter_rust", query="rust", comments=("//", "/*", "*", "#[", "#![")),
    Language("java", (".java",), "tree_sitter_java", query="java", comments=("//", "/*", "*", "@")),
    Language("c", (".c", ".h"), "tree_sitter_c", query="c"),
    Language(
        "cpp",
        (
            ".cc",
            ".cpp",
            ".cxx",
            ".c++",
            ".hh",
            ".hpp",
            ".hxx",
            ".h++",
            ".ipp",
            ".inl",
            ".tpp",
            ".txx",
            ".tcc",
            ".cppm",
            ".ixx",
            ".mpp",
            ".ccm",
            ".cxxm",
            ".c++m",
            ".cu",
            ".cuh",
        ),
        "tree_sitter_cpp",
        query="cpp",
    ),
    Language("csharp", (".cs",), "tree_sitter_c_sharp", query="c_sharp", comments=("//", "/*", "*", "[")),
    Language(
        "ruby",
        (".rb", ".rake", ".gemspec", ".ru", ".podspec", ".jbuilder"),
        "tree_sitter_ruby",
        query="ruby",
        filenames=(
            "Rakefile",
            "Gemfile",
            "Vagrantfile",
            "Guardfile",
            "Podfile",
            "Brewfile",
            "Fastfile",
            "Capfile",
            "Thorfile",
        ),
        comments=("#",),
    ),
    Language("php", (".php",), "tree_sitter_php", "language_php", query="php", comments=("//", "/*", "*", "#")),
    Language("kotlin", (".kt", ".kts"), "tree_sitter_kotlin", query="kotlin", comments=("//", "/*", "*", "@")),
    Language("swift", (".swift",), "tree_sitter_swift", query="swift", comments=("//", "/*", "*", "@"), gate=False),
    Language("scala", (".scala", ".sc"), "tree_sitter_scala", query="scala", comments=("//", "/*", "*", "@")),
    Language("groovy", (".groovy", ".gradle", ".jenkinsfile"), "tree_sitter_groovy", query="groovy", gate=False),
    Language("dart", (".dart",), "tree_sitter_dart", query="dart", comments=("//", "/*", "*", "@")),
    Language("objc", (".m", ".mm"), "tree_sitter_objc", query="objc", gate=False),
    Language("lua", (".lua",), "tree_sitter_lua", query="lua", comments=("--",)),
    Language("elixir", (".ex", ".exs"), "tree_sitter_elixir", query="elixir", comments=("#", "@")),
    Language("haskell", (".hs",), "tree_sitter_haskell", query="haskell", comments=("--", "{-"), gate=False),
    Language("ocaml", (".ml",), "tree_sitter_ocaml", "language_ocaml", query="ocaml", comments=("(*",)),
    Language(
        "ocaml_interface",
        (".mli",),
        "tree_sitter_ocaml",
        "language_ocaml_interface",
        query="ocaml_interface",
        comments=("(*",),
        gate=False,
    ),
    Language("fsharp", (".fs", ".fsx"), "tree_sitter_fsharp", query="fsharp", comments=("//", "(*"), gate=False),
    Language("julia", (".jl",), "tree_sitter_julia", query="julia", comments=("#",)),
    Language("zig", (".zig",), "tree_sitter_zig", query="zig", gate=False),
    Language("bash", (".sh", ".bash", ".zsh", ".ksh", ".bats"), "tree_sitter_bash", query="bash", comments=("#",)),
    Language(
        "powershell", (".ps1", ".psm1"), "tree_sitter_powershell", query="powershell", comments=("#",), gate=False
    ),
    Language("perl", (".pl", ".pm"), "tree_sitter_perl", query="perl", comments=("#",), gate=False),
    Language(
        "fortran", (".f90", ".f95", ".f03", ".f08"), "tree_sitter_fortran", query="fortran", comments=("!",), gate=False
    ),
    Language("solidity", (".sol",), "tree_sitter_solidity", query="solidity", gate=False),
    Language("glsl", (".glsl", ".vert", ".frag", ".comp"), "tree_sitter_glsl", query="glsl", gate=False),
    Language("verilog", (".v", ".sv", ".svh"), "tree_sitter_verilog", query="verilog", gate=False),
    Language("sql", (".sql",), "tree_sitter_sql", query="sql", comments=("--", "/*", "*"), gate=False),
    Language(
        "make",
        (".mk",),
        "tree_sitter_make",
        query="make",
        filenames=("Makefile", "GNUmakefile"),
        comments=("#",),
        gate=False,
    ),
    Language("hcl", (".tf", ".hcl"), "tree_sitter_hcl", query="hcl", comments=("#", "//"), gate=False),
    Language("nix", (".nix",), "tree_sitter_nix", query="nix", comments=("#",), gate=False),
    Language("css", (".css",), "tree_sitter_css", query="css", comments=("/*", "*")),
    Language("html", (".html", ".htm"), "tree_sitter_html", query="html", comments=("<!--",), embeds=True, gate=False),
    Language("astro", (".astro",), "tree_sitter_html", query="html", comments=("<!--",), embeds=True, gate=False),
    Language("vue", (".vue",), "tree_sitter_html", query="html", comments=("<!--",), embeds=True, gate=False),
    Language("svelte", (".svelte",), "tree_sitter_html", query="html", comments=("<!--",), embeds=True, gate=False),
    Language(
        "markdown",
        (".md", ".markdown", ".mdx", ".rmd", ".qmd"),
        "tree_sitter_markdown",
        query="markdown",
        comments=(),
        embeds=True,
        gate=False,
    ),
    Language("notebook", (".ipynb",), "tree_sitter_python", query="python", comments=("#",), embeds=True, gate=False),
    Language("json", (".json", ".jsonc", ".json5"), "tree_sitter_json", query="json", comments=()),
    Language("yaml", (".yaml", ".yml"), "tree_sitter_yaml", query="yaml", comments=("#",), gate=False),
    Language("toml", (".toml",), "tree_sitter_toml", query="toml", comments=("#",)),
)

_TEMPLATES = (
    ".erb .j2 .jinja .jinja2 .ejs .hbs .mustache .handlebars .njk .twig .liquid .pug .haml .slim .tmpl .gotmpl .ftl"
    " .jsp .eex .heex .leex .xhtml"
)
_OTHERS = (
    ".awk .tcl .vb .vbs .pas .pp .dpr .adb .ads .nim .cr .hx .coffee .elm .purs .bicep .rego .cue .jsonnet .libsonnet"
    " .vhd .vhdl .s .asm .wgsl .hlsl .metal .odin .gleam .vala .fish .nu .bat .cmd .vim .move .cairo .vy .sml .mojo"
    " .just"
)
# languages without a grammar: their definitions are those of `syntax/plain_outline.py`
PLAIN: dict[str, tuple[str, str]] = {  # suffixes, and names of files
    "proto": (".proto", ""),
    "graphql": (".graphql .gql .graphqls", ""),
    "thrift": (".thrift .fbs .capnp .prisma .avdl .smithy", ""),
    "cython": (".pyx .pxd .pxi", ""),
    "scss": (".scss .sass .less .styl", ""),
    "template": (_TEMPLATES, ""),
    "razor": (".cshtml .razor .aspx", ""),
    "r": (".r", ""),
    "clojure": (".clj .cljs .cljc .edn .lisp .lsp .el .scm .ss .rkt", ""),
    "erlang": (".erl .hrl", ""),
    "gdscript": (".gd", ""),
    "cmake": (".cmake", "CMakeLists.txt"),
    "starlark": (".bzl .star .bazel", "BUILD WORKSPACE BUCK Tiltfile"),
    "dockerfile": (".dockerfile .containerfile", "Dockerfile Containerfile"),
    "fortran_fixed": (".f .for .f77 .ftn", ""),
    "rst": (".rst", ""),
    "tex": (".tex .sty", ""),
    "outline": (".adoc .asciidoc .org", ""),
    "lines": (_OTHERS, "justfile Justfile"),
}
BY_NAME = MappingProxyType({row.name: row for row in LANGUAGES})
_BY_SUFFIX = {
    **{suffix: name for name, (suffixes, _) in PLAIN.items() for suffix in suffixes.split()},
    **{suffix: row.name for row in LANGUAGES for suffix in row.suffixes},
}
_BY_FILENAME = {
    **{file: name for name, (_, files) in PLAIN.items() for file in files.split()},
    **{name: row.name for row in LANGUAGES for name in row.filenames},
}
_BY_STEM = {"Dockerfile": "dockerfile", "Jenkinsfile": "groovy"}  # Dockerfile.dev, and without a suffix


def language_of(path: str) -> str | None:
    """Name the language of a file by its name alone; None where the table has no row for it."""
    name = path.rpartition("/")[2]
    if name in _BY_FILENAME:
        return _BY_FILENAME[name]
    dot = name.rfind(".")
    found = _BY_SUFFIX.get(name[dot:].lower()) if dot > 0 else None
    return found or _BY_STEM.get(name.partition(".")[0])
