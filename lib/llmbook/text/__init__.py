"""Part "text": a cleaned corpus, a tokenizer, and the n-gram and embedding baselines."""
