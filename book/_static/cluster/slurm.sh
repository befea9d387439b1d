#!/usr/bin/env bash
# A run on 4 machines of 8 GPUs each, under SLURM: sbatch slurm.sh
#SBATCH --job-name=storyteller
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1     # one torchrun per machine; it starts a process per GPU
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=64
#SBATCH --time=24:00:00
#SBATCH --requeue               # after a failure of the machine itself: start again, and resume
set -euo pipefail

# The first machine of the job is where all processes meet.
first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)

# 2 to 4 machines: when one is lost, torchrun starts again on the rest, from the last checkpoint.
# The folder of the run must lie on a disk that all machines see.
srun torchrun \
  --nnodes 2:4 --nproc-per-node 8 --max-restarts 3 \
  --rdzv-backend c10d --rdzv-id "$SLURM_JOB_ID" --rdzv-endpoint "$first:29500" \
  -m llmbook train config.toml --parallel sharded --resume
