"""References: the papers behind the methods, the reports of the trials, how both are written, and as BibTeX."""
