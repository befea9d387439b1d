"""Measurements, side by side in one run: `make bench`. Ratios travel, seconds do not."""
