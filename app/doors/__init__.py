"""How the outside comes in: web pages, API, shell, jobs; each opens a unit and answers refusals."""
