#!/bin/sh
# run.sh SECONDS [TARGET...]: each target under libFuzzer for so long; what fails is kept in fuzz/found.
#
# Coverage comes from flags that stable Rust takes. They are for the target alone, and not for build
# scripts, hence --target.
set -eu
cd "$(dirname "$0")"
seconds=$1; shift
host=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-../target/fuzz}
export RUSTFLAGS="-Ccodegen-units=1 --cfg fuzzing -Cpasses=sancov-module
  -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
  -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
cargo build --quiet --release --locked --target "$host" --target-dir "$target"
mkdir -p found
for one in ${*:-string number timestamp id json scan}; do
  mkdir -p "$target/corpus/$one"
  echo "==> fuzz $one, $seconds s"
  "$target/$host/release/$one" -max_total_time="$seconds" -max_len=512 -timeout=10 -print_final_stats=1 \
    -verbosity=0 -artifact_prefix="found/$one-" "$target/corpus/$one" 2>&1 \
    | grep -v '^INFO\|^"\|^###\|slowest\|new_units' || true
  if ls found/"$one"-* > /dev/null 2>&1; then echo "fuzz: $one failed, see fuzz/found" >&2; exit 1; fi
done
rmdir found 2> /dev/null || true
