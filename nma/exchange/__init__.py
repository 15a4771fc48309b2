"""The layouts of other programs: reading their files into the registry, writing an analysis's evidence for them."""
