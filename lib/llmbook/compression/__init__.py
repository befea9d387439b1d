"""The part Compression: quantization, calibration, pruning, distillation, coding."""
