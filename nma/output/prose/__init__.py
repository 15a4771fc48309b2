"""A methods section and a results section in running prose, made from a run and ready to be pasted into a paper."""
