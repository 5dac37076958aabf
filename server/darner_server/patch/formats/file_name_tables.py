"""Which words are file names: by their suffix or as they are; and which only look so."""

from __future__ import annotations

import re

from darner_server.patch.lazy_pattern import lazy_pattern

KNOWN_SUFFIX = lazy_pattern(
    r"\.(?:adoc|astro|bash|bat|bzl|c|cc|cfg|cjs|clj|cljs|cmake|cnf|conf|cpp|cs|cshtml|csproj|css|csv|cts|cu|cxx|d|dart|"
    r"dockerfile|editorconfig|ejs|el|elm|env|erb|erl|ex|exs|f90|fish|fs|fsx|gitignore|go|gradle|graphql|groovy|h|haml|"
    r"hbs|hcl|hh|hpp|hrl|hs|htm|html|hxx|ini|ipynb|j2|java|jinja|jl|js|json|json5|jsonc|jsx|kt|kts|less|lhs|lock|lua|"
    r"m|mako|md|mdc|mdx|mjs|mk|ml|mli|mm|mod|mts|nim|nix|nu|org|php|pl|plist|pm|properties|proto|ps1|pug|puml|py|pyi|"
    r"pyx|qml|r|rake|rb|rmd|robot|rs|rst|sass|sbt|scala|scss|sh|sln|sol|sql|styl|sum|sv|svelte|svg|swift|tcl|tex|tf|"
    r"tfvars|thrift|toml|tpl|ts|tsx|txt|v|vb|vhd|vim|vue|wat|xaml|xhtml|xml|yaml|yml|zig|zsh)$",
    re.IGNORECASE,
)
WITHOUT_SUFFIX = lazy_pattern(
    r"(?:gnu)?makefile|dockerfile|containerfile|licen[cs]e|copying|readme|changelog|changes|news|todo|notice|authors|"
    r"contributors|contributing|maintainers|owners|codeowners|version|install|gemfile|rakefile|guardfile|procfile|"
    r"jenkinsfile|vagrantfile|justfile|brewfile|berksfile|capfile|fastfile|appfile|podfile|cartfile|dangerfile|"
    r"notes|history|thanks|credits|bugs|faq|usage|security|governance|roadmap|releases|upgrading|patents|support|"
    r"pipfile|caddyfile|tiltfile|earthfile|snakefile|taskfile|build|workspace|buck|sconstruct|sconscript|kconfig|"
    r"cmakelists|gopkg|doxyfile|puppetfile|thorfile|steepfile|mintfile|package|manifest|crontab|hosts|passwd|sudoers",
    re.IGNORECASE,
)
_ALSO_WORDS = """
    build package changes install news hosts todo workspace version manifest usage notes history thanks credits
    bugs faq security governance roadmap releases upgrading support patents contributing contributors maintainers
    owners authors notice license licence
"""
ALSO_WORDS = frozenset(_ALSO_WORDS.split())  # of those without a suffix
# Products and pairs of words that only look like files.
PRODUCT = lazy_pattern(
    r"(?:node|next|nuxt|vue|react|angular|express|three|d3|p5|chart|ember|backbone|nest|alpine|electron|moment|socket|"
    r"discord|deno|bun|solid|svelte|lit|preact|gatsby|remix|meteor|sails|koa|hapi|fastify|require|knockout|day|crypto|"
    r"lodash|underscore|handlebars|asp|ado|vb|ml|draw|git|readme|fly|render)\.(?:js|io|net|land|com|ts|dev)|\.net",
    re.IGNORECASE,
)
WORD_PAIRS = lazy_pattern(
    r"and/or|ci/cd|client/server|input/output|read/write|i/o|tcp/ip|before/after|old/new|true/false|yes/no"
    r"|on/off|request/response|req/res|get/set|getter/setter|start/stop|frontend/backend|front-end/back-end"
    r"|dev/prod|development/production|test/production|up/down|in/out|push/pull|left/right|min/max|open/close"
    r"|him/her|he/she|s/he|w/o|n/a|a/b|html/css|css/html|js/ts|js/css|unit/integration|search/replace"
    r"|find/replace|add/remove|create/update|create/delete|insert/update|insert/delete|import/export|key/value"
    r"|pub/sub|master/slave|parent/child|success/failure|pass/fail|success/error|light/dark|encode/decode"
    r"|serialize/deserialize|async/await|try/catch|if/else|login/logout|enable/disable|show/hide"
    r"|producer/consumer|sender/receiver|server/client"
)
SENTENCE_WORDS = lazy_pattern(
    r"a|an|the|this|that|these|those|it|its|i|we|you|now|then|next|also|and|or|but|so|if|when|while|first"
    r"|second|third|finally|lastly|here|there|in|inside|into|within|for|to|of|on|at|by|from|with|without|like"
    r"|as|via|per|using|use|uses|used|update|updates|edit|edits|change|changes|modify|create|creates|add|adds"
    r"|write|save|open|replace|rewrite|fix|make|delete|remove|rename|extend|adjust|put|insert|append|run|see|is"
    r"|are|was|were|be|has|have|needs|need|should|would|file|files|code|example|note|output|input|result|before"
    r"|after|same|lets|let's|similarly|both|called|named"
)
