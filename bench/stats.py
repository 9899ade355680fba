#!/usr/bin/env python3
"""What the JIT does with each benchmark program: prints a table of Taipan's statistics (COIL_STATS).

    stats.py [options] [COMMAND]            COMMAND is target/release/taipan by default

    compiled  share of the time spent in compiled code and the natives it calls, start-up and warm-up included
    traces    loops + functions + continuations after calls + bridges that were compiled
    calls     opaque calls per 1,000 trace operations: in the bodies of loops / in all compiled code
    gc        share of the time that the collector stopped the program
    aborts    recordings given up, by reason; `given up` are places never to be tried again

Programs and their shim are those of compare.py. It measures nothing to compare with: statistics cost a little time.
"""
import argparse
import json
import os
import shlex
import subprocess
import tempfile

import compare

PROGRAMS = ("nbody,fannkuch,spectral_norm,float,nqueens,richards,richards_super,deltablue,"
            "generators,pidigits,unpack_sequence")


def statistics_of(command, script, args, env, timeout):
    """The counters of one run, or a text saying why there are none."""
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "stats")
        env = dict(env, COIL_STATS=out, BENCH_OUT=os.path.join(tmp, "out"))
        try:
            done = subprocess.run(shlex.split(command) + [script] + args, env=env, timeout=timeout,
                                  cwd=os.path.dirname(script), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        except subprocess.TimeoutExpired:
            return "not done after %d s" % timeout
        if done.returncode:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            return (last or ["status %d" % done.returncode])[0][:110]
        with open(out) as f:
            return json.load(f)


def row(name, stats):
    traces = "%d+%d+%d+%d" % tuple(stats[kind] for kind in ("loops", "functions", "resumes", "bridges"))
    aborts = ", ".join("%s %d" % (reason, count)
                       for reason, count in sorted(stats["aborts"].items(), key=lambda item: -item[1]))
    if stats["blacklisted"]:
        aborts += "; given up: %d" % stats["blacklisted"]
    return "%-17s%7.1f %%%17s%9s%6.1f %%  %s" % (
        name, stats["compiled_per_mille"] / 10, traces,
        "%d/%d" % (stats["calls_per_1000_loop_ops"], stats["calls_per_1000_ops"]),
        100 * stats["pauses_ns"] / max(stats["total_ns"], 1), aborts or "none")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--suite", help="folder of bm_* folders (default: pyperformance, fetched)")
    ap.add_argument("--seconds", type=float, default=4, help="budget of a benchmark (default 4)")
    ap.add_argument("--only", default=PROGRAMS, help="comma-separated benchmark names")
    ap.add_argument("--timeout", type=float, default=180)
    ap.add_argument("--json", help="write all counters here")
    ap.add_argument("command", nargs="?", default=os.path.join(compare.HERE, "../target/release/taipan"))
    a = ap.parse_args()
    suite = os.path.abspath(a.suite or os.environ.get("BENCH_SUITE") or compare.fetch_suite())
    words = shlex.split(a.command)
    if os.path.exists(words[0]):
        words[0] = os.path.abspath(words[0])
    command = shlex.join(words)
    env = dict(os.environ, BENCH_SECONDS=str(a.seconds), PYTHONDONTWRITEBYTECODE="1",
               PYTHONPATH=os.path.join(compare.HERE, "shim"))
    print("%-17s%9s%17s%9s%8s  %s" % ("program", "compiled", "traces", "calls", "gc", "aborts"), flush=True)
    every = {}
    for name in a.only.split(","):
        folder = os.path.join(suite, "bm_" + name)
        stats = statistics_of(command, os.path.join(folder, "run_benchmark.py"),
                              compare.options_of(folder), env, a.timeout)
        print("%-17s%s" % (name, stats) if isinstance(stats, str) else row(name, stats), flush=True)
        every[name] = stats
    if a.json:
        with open(a.json, "w") as f:
            json.dump(every, f, indent=1)


if __name__ == "__main__":
    main()
