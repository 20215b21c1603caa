"""Fields that are computed while a search runs: runtime fields, script fields, script queries.

::

    body -> request     runtime fields and script fields, checked
         -> values      what scripts see of a document
         -> tables      the values of all documents beside their table, for queries and aggregations
         -> hits        what scripts make of the documents of a page
"""
