"""Tables and sentences as plain rows, in one language.

The flat row of an indicator (`rows`), what is said of it, and one table builder per analysis;
text, HTML, Word and Excel only lay them out.
"""
