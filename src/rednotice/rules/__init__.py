"""The law as code. A rule is one function: its citation, its dates, its question, its answer on a request.

Rules know no database and no clock; what they need is passed in. Numbers and terms live in the YAML files beside
them, with their sources.
"""
