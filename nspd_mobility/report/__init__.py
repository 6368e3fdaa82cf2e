"""The report of a run: one offline page in Dutch and English.

`page.write_report` is the entry. `texts` holds the words, `content` the blocks that a page is made of, `sections` the registry,
`chapters` the sections themselves, and `charts` with its neighbours the figures.
"""
