"""The part Training: optimizers, the loop, evaluation, search, scaling laws, many processes."""
