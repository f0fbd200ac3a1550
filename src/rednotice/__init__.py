"""rednotice: the open, self-hostable system for notices about wanted persons.

The road is the package: `model` (the nouns), `rules` (the law), `match` (person against person), `log` (the
verifiable log), `flow` (one file per step of the road), `adapters` (disk, network, clock, keys), `office` and
`node` (the two programs, wired together), `web` and `cli` (how people reach them).
"""

__version__ = "0.1.0"
