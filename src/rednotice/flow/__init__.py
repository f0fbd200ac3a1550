"""The road, one file per step: request, consultation, review, circulation, check, followup. Each act is one function.

A step takes what it needs of the outside as an argument: a unit of work (`flow.work`), which is one database
transaction, with the time it happens at. It returns what became of it; it opens no connection and reads no clock.
"""
