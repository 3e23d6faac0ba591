"""Archives: folders, packed files, lists and buckets to documents, each read once, all of them in one manifest."""
