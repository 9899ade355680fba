#!/usr/bin/env python3
"""What it costs to build: a clean release build of `taipan`, and one after a handler was edited.

    build.py [--jobs N] [--handler FILE]

Builds in a folder of its own, which it removes, with N jobs (2); sources of dependencies are fetched before. The edit changes what one
handler of the file (python/interp/src/ops/arith.rs) does with its register's number, and is taken back. Prints seconds by the clock, and of processor time.
"""
import argparse
import os
import resource
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def build(folder, jobs):
    """Seconds by the clock and of processor time."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.check_call(["cargo", "build", "--release", "--quiet", "--offline", "--package", "taipan", "--jobs", str(jobs)],
                          cwd=ROOT, env=dict(os.environ, CARGO_TARGET_DIR=folder))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - start, used


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n", 1)[1])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--handler", default="python/interp/src/ops/arith.rs")
    options = parser.parse_args()
    handler = os.path.join(ROOT, options.handler)
    subprocess.check_call(["cargo", "fetch", "--quiet"], cwd=ROOT)
    with tempfile.TemporaryDirectory() as folder:
        print("clean build            %4.0f s, %4.0f s of processor time" % build(folder, options.jobs), flush=True)
        with open(handler) as file:
            text = file.read()
        try:
            # In the middle of what every instance of the handlers compiles, so that nothing is told to be the same.
            edited = text.replace("m.set_reg(a(word), ", "m.set_reg(std::hint::black_box(a(word)), ", 1)
            if edited == text:
                raise SystemExit("%s: no handler that sets its register" % options.handler)
            with open(handler, "w") as file:
                file.write(edited)
            print("one handler edited     %4.0f s, %4.0f s of processor time" % build(folder, options.jobs))
        finally:
            with open(handler, "w") as file:
                file.write(text)


if __name__ == "__main__":
    main()
