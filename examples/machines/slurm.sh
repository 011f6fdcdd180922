#!/usr/bin/env bash
# One run of dicu on the machines of a SLURM allocation, a rank a machine, its cores as threads of the rank:
#
#   sbatch --nodes=4 --cpus-per-task=16 --time=01:00:00 examples/machines/slurm.sh actual population.weight=1
#
# Arguments are those of `dicu run`. The environment with dicu and its extra `cluster`, and the folder it is started in,
# must be on a file system that all machines see; machines must let one another in by ssh without a password (else set
# DICU_SRUN=1: then srun starts the ranks, if SLURM and the MPI of the environment know PMIx: `srun --mpi=list`).
# RANKS_A_MACHINE=2 puts two on each, one a socket say.
#SBATCH --ntasks-per-node=1
#SBATCH --job-name=dicu
set -euo pipefail

bin=${DICU_BIN:-$PWD/.venv/bin}  # where dicu and mpirun are
each=${RANKS_A_MACHINE:-1}
cores=${SLURM_CPUS_PER_TASK:-$(nproc)}
threads=$((cores / each > 0 ? cores / each : 1))
run=("$bin/dicu" run "$@" --engine shards --threads "$threads" --checkpoint-every 8)
export NUMBA_NUM_THREADS=$threads  # a rank may be bound to fewer cores than numba counts

if [ -n "${DICU_SRUN:-}" ]; then
  exec srun --mpi=pmix --ntasks-per-node="$each" --cpus-per-task="$threads" "${run[@]}"
fi
hosts=$(mktemp)
trap 'rm -f "$hosts"' EXIT
scontrol show hostnames "$SLURM_JOB_NODELIST" | sed "s/\$/ slots=$each/" >"$hosts"
ranks=$(($(wc -l <"$hosts") * each))
root=()
[ "$(id -u)" != 0 ] || root=(--allow-run-as-root)  # a container's only user
"$bin/mpirun" "${root[@]}" --hostfile "$hosts" --map-by "slot" --bind-to none \
  -x PATH -x NUMBA_NUM_THREADS -n "$ranks" "${run[@]}"
