"""From a neuron to Llama: the networks of the book, one short module per chapter."""
