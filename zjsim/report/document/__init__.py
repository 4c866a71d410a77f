"""Reports for people, composed once as plain data and laid out as HTML, PDF and Word.

`compose` decides what is said and in which order, `document` holds it, `html`, `pdf` and `word`
lay it out, `deliver` goes from scenarios to finished files.
"""
