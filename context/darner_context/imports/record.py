"""What one import says."""

from typing import NamedTuple

AT_PATH = "path:"  # before a module that is the path of a file
OWN = "own:"  # before the package or namespace that a file itself belongs to
NAMED_MODULE = "module:"  # before the name of a module of C++


class Import(NamedTuple):
    """`name` of `module` is known here as `alias`. Name "*": all of it; name "": the module itself."""

    module: str
    name: str
    alias: str
    line: int
