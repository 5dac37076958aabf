"""The one table of weights: what each signal adds to the odds that a definition is needed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Signal = Literal[
    "bias", "import", "unused_import", "name_in_scope", "name_in_file", "linked", "sole_name", "base_class",
    "inherited", "inherited_named_here", "reachable_type", "member", "member_named_here", "member_of_small_type",
    "module_imported", "same_package", "same_package_named_here", "used_together", "pagerank", "caller", "test_of_it",
    "named_in_instruction", "words_like_instruction", "name_like_instruction", "file_like_instruction",
    "like_words_around", "method", "function", "class", "constructor", "constant", "field", "module", "other_kind",
    "private", "in_test", "generated", "recent_file", "in_git_diff", "file_in_git_diff", "passage_like_instruction",
    "passage_like_lines_around", "its_file_like_instruction", "its_file_like_lines_around", "its_file_like_this_file",
    "same_stem", "same_suffix", "same_folder", "imported_here", "in_long_file",
]  # fmt: skip
Signals = dict[Signal, float]

WEIGHTS: Mapping[Signal, float] = MappingProxyType(
    {
        "bias": -8.8,
        "import": 0.4,
        "unused_import": 2.9,
        "name_in_scope": 0.9,
        "name_in_file": 1.7,
        "linked": -0.5,
        "sole_name": 1.0,
        "base_class": 0.0,
        "inherited": 0.75,
        "inherited_named_here": 0.5,
        "reachable_type": 1.0,
        "member": 1.3,
        "member_named_here": -1.4,
        "member_of_small_type": 3.2,
        "module_imported": 1.2,
        "same_package": 0.5,
        "same_package_named_here": -0.5,
        "used_together": 2.5,
        "pagerank": 1.2,
        "caller": 1.0,
        "test_of_it": 0.0,
        "named_in_instruction": 3.0,
        "words_like_instruction": 2.0,
        "name_like_instruction": 2.0,
        "file_like_instruction": 1.0,
        "like_words_around": 1.6,
        "method": 1.1,
        "function": 2.2,
        "class": 1.4,
        "constructor": -2.0,
        "constant": 1.7,
        "field": -3.3,
        "module": -0.5,
        "other_kind": -1.0,
        "private": -1.2,
        "in_test": -3.5,
        "generated": -1.0,
        "recent_file": 1.0,
        "in_git_diff": 2.0,
        "file_in_git_diff": 0.7,
    }
)

# the same for a passage, which is no definition; added up in this order
PASSAGE: Mapping[Signal, float] = MappingProxyType(
    {
        "bias": -6.7,
        "imported_here": 0.6,
        "in_long_file": -2.8,
        "same_folder": 1.1,
        "its_file_like_instruction": 1.2,
        "its_file_like_lines_around": 1.4,
        "its_file_like_this_file": 1.5,
        "same_suffix": 2.0,
        "same_stem": 0.5,
        "passage_like_instruction": 2.9,
        "passage_like_lines_around": 3.6,
    }
)

# what people read of a signal that is a reason by itself
REASONS: Mapping[Signal, str] = MappingProxyType(
    {
        "import": "import",
        "unused_import": "unused import",
        "name_in_scope": "name in scope",
        "name_in_file": "name in file",
        "inherited": "inherited",
        "inherited_named_here": "inherited, named here",
        "reachable_type": "type at hand",
        "member": "member",
        "member_of_small_type": "member of small type",
        "module_imported": "module imported",
        "same_package": "same package",
        "used_together": "used together",
        "pagerank": "PageRank",
        "caller": "caller",
        "named_in_instruction": "named in the instruction",
        "words_like_instruction": "words of the instruction",
        "name_like_instruction": "name like the instruction",
        "file_like_instruction": "file like the instruction",
        "like_words_around": "like the words around",
        "recent_file": "recent file",
        "in_git_diff": "in the git diff",
        "file_in_git_diff": "its file in the git diff",
        "passage_like_instruction": "passage like the instruction",
        "passage_like_lines_around": "passage like the lines around",
        "its_file_like_instruction": "its file like the instruction",
        "its_file_like_lines_around": "its file like the lines around",
        "its_file_like_this_file": "its file like this file",
        "same_stem": "of the same name",
        "same_suffix": "of the same kind",
        "same_folder": "in the same folder",
        "imported_here": "imported here",
    }
)

# what showing more of a definition is worth, beside the line that names it
SIGNATURE_WORTH = 0.15
BODY_WORTH = 0.75
CLASS_BODY_WORTH = 0.6
SMALL = 12  # tokens that any piece costs in attention and in marks around it

# of the budget: what is chosen for the exact place, at most a share, or so many tokens and a smaller share more
PLACE_SHARE = 0.3
PLACE_LEAST = 500
PLACE_MORE = 0.1
