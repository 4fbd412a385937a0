"""A client in plain Python that keeps the checklist, and its driver: an example for those in other languages."""
