//! Interrupts as a terminal sends them, while compiled code runs: a loop, and a recursion without loops.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long the program may take to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// The signal's number on Linux.
const SIGINT: i32 = 2;

/// Runs a program until it has printed a line and for a while longer, and sends it an interrupt. What it wrote to standard error, and how it ended;
/// none where it went on.
fn interrupted(program: &str, jit: &str) -> Option<(String, ExitStatus)> {
    // What runs the tests may ignore interrupts, as shells do for what they run in the background: that is inherited.
    let mut child = Command::new("env")
        .args(["--default-signal", env!("CARGO_BIN_EXE_taipan"), "-c"])
        .arg(program)
        .env("COIL_JIT", jit)
        .env("PYTHON_COLORS", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    out.read_line(&mut line).expect("it writes text");
    assert_eq!(line, "compiled\n");
    // By now it does nothing else than what the test is about.
    std::thread::sleep(Duration::from_millis(100));
    assert!(child.try_wait().expect("it is ours").is_none());
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -INT {}", child.id())])
        .status()
        .expect("there is a shell");
    assert!(sent.success());
    let status = ended(&mut child)?;
    let mut text = String::new();
    let mut err = child.stderr.take().expect("piped");
    err.read_to_string(&mut text).expect("it writes text");
    Some((text, status))
}

/// Waits for the end, and brings it about after a time.
fn ended(child: &mut Child) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("it is ours") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it is ours");
    child.wait().expect("it is ours");
    None
}

/// That the program ends as CPython does: by a traceback, and then by the signal.
fn ends_by_interrupt(program: &str, innermost: &str) {
    for jit in ["off", "pace:0", "pace:0,threshold:2,function-threshold:3"] {
        let Some((text, status)) = interrupted(program, jit) else {
            panic!("jit={jit}: the interrupt is not seen");
        };
        let head = "Traceback (most recent call last):\n  File \"<string>\", line ";
        assert!(text.starts_with(head), "jit={jit}: {text}");
        assert!(text.contains(innermost), "jit={jit}: {text}");
        assert!(text.ends_with("\nKeyboardInterrupt\n"), "jit={jit}: {text}");
        assert_eq!(status.signal(), Some(SIGINT), "jit={jit}: {status}");
    }
}

#[test]
fn an_endless_loop_is_interrupted() {
    let program = "
n = 0
while True:
    n = n + 1
    if n == 300_000:
        print('compiled', flush=True)
";
    ends_by_interrupt(program, ", in <module>\n");
}

#[test]
fn an_endless_loop_in_a_function_with_inlined_calls_is_interrupted() {
    let program = "
class Counter:
    def __init__(self):
        self.n = 0
    def step(self):
        self.n += 1
        return self.n

def run(counter):
    while True:
        if counter.step() == 100_000:
            print('compiled', flush=True)

run(Counter())
";
    ends_by_interrupt(program, ", in run\n");
}

#[test]
fn recursion_without_loops_is_interrupted() {
    let program = "
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)

if fib(21):
    print('compiled', flush=True)
fib(60)
";
    ends_by_interrupt(program, ", in fib\n");
}

#[test]
fn an_interrupt_is_caught_outside_of_the_frame_that_loops() {
    let program = "
def spin(says):
    n = 0
    while True:
        n += 1
        if n == 200_000 and says:
            print('compiled', flush=True)

try:
    spin(True)
except KeyboardInterrupt as interrupt:
    frames = []
    at = interrupt.__traceback__
    while at:
        frames.append(at.tb_frame.f_code.co_name)
        at = at.tb_next
    raise SystemExit(str(frames))
";
    for jit in ["off", "pace:0"] {
        let Some((text, status)) = interrupted(program, jit) else {
            panic!("jit={jit}: the interrupt is not seen");
        };
        assert_eq!(text, "['<module>', 'spin']\n", "jit={jit}");
        assert_eq!(status.code(), Some(1), "jit={jit}");
    }
}

#[test]
fn an_interrupt_that_the_starter_ignores_stays_ignored() {
    let program = "
import os, signal
os.kill(os.getpid(), 2)
print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)
";
    let out = Command::new("sh")
        .args(["-c", "trap '' INT; exec \"$0\" -c \"$1\""])
        .args([env!("CARGO_BIN_EXE_taipan"), program])
        .output()
        .expect("there is a shell");
    assert_eq!(String::from_utf8_lossy(&out.stdout), "True\n");
    assert_eq!(out.status.code(), Some(0));
}
