#!/usr/bin/env python3
"""What it costs to start: processor time and peak memory of `INTERPRETER -S -c pass`.

    startup.py [--runs N] [NAME=]COMMAND ...

    startup.py cpython=/usr/bin/python3.11 taipan=target/release/taipan

Prints the medians of N runs (50) of each interpreter, run in turn, and their ratios to the first one's. Times are user and system time of the
process, so a busy machine distorts them less than the clock's; memory is the peak resident size.
"""
import argparse
import os
import shlex
import statistics
import subprocess


def once(words):
    """Milliseconds of processor time and MiB of one run."""
    child = os.fork()
    if child == 0:
        try:
            os.execvp(words[0], words)
        finally:
            os._exit(127)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit("%s: status %d" % (shlex.join(words), status))
    return (usage.ru_utime + usage.ru_stime) * 1000


# The kernel counts a child's peak from before it became another program, so the interpreter tells its own.
PEAK = "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"


def peak(words):
    """Peak resident MiB of an interpreter that reads one file."""
    return int(subprocess.run(words[:-1] + [PEAK], capture_output=True, text=True, check=True).stdout) / 1024


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n", 1)[1])
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("interpreters", nargs="+")
    options = parser.parse_args()
    commands = {}
    for text in options.interpreters:
        name, found, command = text.partition("=")
        words = shlex.split(command if found else name)
        commands[os.path.basename(name)] = words + ["-S", "-c", "pass"]
    runs = {name: [] for name in commands}
    for words in commands.values():
        once(words)  # from disk to memory
    for _ in range(options.runs):
        for name, words in commands.items():
            runs[name].append((once(words), peak(words)))
    first = None
    print("%-12s %10s %10s %8s %8s" % ("", "time, ms", "peak, MiB", "time", "memory"))
    for name, pairs in runs.items():
        time, memory = (statistics.median(column) for column in zip(*pairs))
        first = first or (time, memory)
        print("%-12s %10.1f %10.1f %7.2fx %7.2fx" % (name, time, memory, time / first[0], memory / first[1]))


if __name__ == "__main__":
    main()
