//! The command line: what its options do, what becomes of uncaught exceptions and of output that cannot be written.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn taipan(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taipan"));
    command
        .args(words)
        .env_remove("PYTHONUNBUFFERED")
        .env_remove("PYTHONPATH")
        .env("PYTHON_COLORS", "0")
        .stdin(Stdio::null());
    command
}

fn run(words: &[&str]) -> Output {
    taipan(words).output().expect("it starts")
}

fn out(words: &[&str]) -> String {
    let output = run(words);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(words: &[&str]) -> String {
    let output = run(words);
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A new folder for one test's files.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("command-{name}"));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a folder can be made");
    path
}

#[test]
fn optimizing_drops_assertions_and_docstrings() {
    let text = "import sys, bisect\ndef f(): 'text'\nassert sys.flags.optimize == 0\n\
                print(__debug__, sys.flags.optimize, f.__doc__, bisect.__doc__ is None)";
    assert_eq!(out(&["-c", text]), "True 0 text False\n");
    assert_eq!(out(&["-O", "-c", text]), "False 1 text False\n");
    assert_eq!(out(&["-OO", "-c", text]), "False 2 None True\n");
    let text = "import builtins; print(builtins.__debug__, eval('__debug__'))";
    assert_eq!(out(&["-O", "-c", text]), "False False\n");
}

#[test]
fn lost_output_is_told() {
    let full = || Stdio::from(std::fs::File::create("/dev/full").expect("Linux has it"));
    for text in ["print('x')", "print('x'); raise SystemExit(3)"] {
        let output = taipan(&["-c", text])
            .stdout(full())
            .output()
            .expect("it starts");
        assert_eq!(output.status.code(), Some(120));
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            "Exception ignored while flushing sys.stdout:\nOSError: [Errno 28] No space left on device\n"
        );
    }
    let closed = "import sys; print('x'); sys.stdout.close()";
    assert_eq!(run(&["-c", closed]).status.code(), Some(0));
}

#[test]
fn a_file_is_named_from_the_root() {
    let folder = folder("named");
    std::fs::write(
        folder.join("x.py"),
        "import sys\nprint(__file__, sys.argv)\n1/0\n",
    )
    .expect("written");
    let output = taipan(&["./x.py"])
        .current_dir(&folder)
        .output()
        .expect("it starts");
    let path = folder.display();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("{path}/./x.py ['./x.py']\n")
    );
    let told = String::from_utf8_lossy(&output.stderr);
    let entry = format!("  File \"{path}/./x.py\", line 3, in <module>\n    1/0\n    ~^~\n");
    assert!(told.contains(&entry), "{told}");
}

#[test]
fn tracebacks_show_the_text_of_the_program() {
    let text = "\n    def f():\n        return 1/0\n    f()\n";
    assert_eq!(
        err(&["-c", text]),
        "Traceback (most recent call last):\n  File \"<string>\", line 4, in <module>\n    f()\n    ~^^\n  \
         File \"<string>\", line 3, in f\n    return 1/0\n           ~^~\nZeroDivisionError: division by zero\n"
    );
    let other = "exec('a=1\\ndef g(): 1/0\\ng()')";
    let told = err(&["-c", other]);
    assert!(
        told.contains("line 2, in g\nZeroDivisionError"),
        "the text is not that of other code: {told}"
    );
}

#[test]
fn a_broken_hook_does_not_hide_the_exception() {
    let text = "import sys\ndef h(*_): raise ValueError(3)\nsys.excepthook = h\n1/0";
    let told = err(&["-c", text]);
    assert!(told.starts_with("Error in sys.excepthook:\nTraceback"));
    assert!(
        told.contains("ValueError: 3\n\nOriginal exception was:\nTraceback"),
        "{told}"
    );
    assert!(told.ends_with("ZeroDivisionError: division by zero\n"));
    let text =
        "import sys\nsys.excepthook = lambda *e: print(e[0].__name__, sys.last_exc is e[1])\n1/0";
    let output = run(&["-c", text]);
    assert_eq!(output.stdout, b"ZeroDivisionError True\n");
    assert_eq!(output.status.code(), Some(1));
    let text =
        "import sys\ndef h(*_): raise SystemExit(5)\nsys.excepthook = h\nraise KeyError('x')";
    assert_eq!(run(&["-c", text]).status.code(), Some(5));
    let told = err(&["-c", "import sys\ndel sys.excepthook\n1/0"]);
    assert!(told.starts_with("sys.excepthook is missing\nTraceback"));
}

#[test]
fn a_folder_with_a_main_module_runs() {
    let folder = folder("main");
    let path = folder.display().to_string();
    assert_eq!(run(&[&path]).status.code(), Some(1));
    assert!(err(&[&path]).ends_with(&format!("can't find '__main__' module in '{path}'\n")));
    let text = "import sys\nprint(__name__, __file__, sys.path[0], sys.argv)\n";
    std::fs::write(folder.join("__main__.py"), text).expect("written");
    assert_eq!(
        out(&["-B", &path, "a"]),
        format!("__main__ {path}/__main__.py {path} ['{path}', 'a']\n")
    );
}

#[test]
fn small_options() {
    let version = out(&["-c", "import sys; print(sys.version.split()[0])"]);
    assert_eq!(
        out(&["-V"]),
        format!("Python {} (taipan)\n", version.trim())
    );
    let flags = "import sys; print(sys.flags.bytes_warning, sys.flags.debug)";
    assert_eq!(out(&["-bbd", "-c", flags]), "2 1\n");
    let folder = folder("small");
    let path = folder.join("x.py");
    std::fs::write(&path, "@echo off\nprint('run')\n").expect("written");
    assert_eq!(out(&["-x", &path.display().to_string()]), "run\n");
}

#[test]
fn unbuffered_output_is_there_at_once() {
    let text = "import os\nprint('one', 2)\nos._exit(0)";
    assert_eq!(out(&["-c", text]), "");
    assert_eq!(out(&["-u", "-c", text]), "one 2\n");
    let variable = |value: &str, more: &[&str]| {
        let words = [more, &["-c", text]].concat();
        let output = taipan(&words).env("PYTHONUNBUFFERED", value).output();
        String::from_utf8_lossy(&output.expect("it starts").stdout).into_owned()
    };
    assert_eq!(variable("1", &[]), "one 2\n");
    assert_eq!(variable("", &[]), "");
    assert_eq!(variable("1", &["-E"]), "");
}

/// Not scripts with recorded output: that comes from a CPython with 32-bit hashes and sizes.
#[test]
fn numbers_are_those_of_64_bit_cpython() {
    let text =
        "print(hash(()), hash((1, 2)))\nprint(hash(((), (1,))), hash((1.5, None is None, -1)))";
    assert_eq!(
        out(&["-c", text]),
        "5740354900026072187 -3550055125485641917\n-7715943332640168325 357167059602383637\n"
    );
    let text = "for count in (62, 63, 64, 66, 100):\n  \
                try: 0 << 2**count; 1 << 2**count\n  \
                except Exception as e: print(type(e).__name__)";
    assert_eq!(
        out(&["-c", text]),
        "MemoryError\nMemoryError\nMemoryError\nOverflowError\nOverflowError\n"
    );
}

/// The program `text` under these limits of the shell's `ulimit`: its exit status, output and errors.
fn limited(limits: &str, text: &str) -> (Option<i32>, String, String) {
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit {limits} && exec \"$@\""), "sh"])
        .args([env!("CARGO_BIN_EXE_taipan"), "-c", text])
        .env("PYTHON_COLORS", "0")
        .output()
        .expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn memory_that_the_system_limits_runs_out_as_an_exception() {
    let fill = "l = []\nwhile True: l.append([1, 2, 3])";
    let indented = fill.replace('\n', "\n  ");
    let caught = format!(
        "try:\n  {indented}\nexcept MemoryError as e: l = None; print('ME', e.__traceback__ is not None)"
    );
    let (status, out, _) = limited("-v 1500000", &caught);
    assert_eq!((status, out.as_str()), (Some(0), "ME True\n"));
    let (status, _, err) = limited("-v 1500000", fill);
    assert_eq!(status, Some(1));
    assert!(
        err.starts_with("Traceback (most recent call last):\n") && err.ends_with("\nMemoryError\n"),
        "{err}"
    );
    let (status, _, err) = limited("-v 400000", "pass");
    assert_eq!(status, Some(1));
    assert!(err.starts_with("taipan: cannot start: "), "{err}");
}

#[test]
fn a_small_stack_of_the_system_is_no_limit() {
    let text = "class A:\n  def __repr__(self): return repr(self)\n\
                try: repr(A())\nexcept RecursionError as e: print(e)";
    let (status, out, err) = limited("-s 256", text);
    assert_eq!(
        (status, out.as_str()),
        (Some(0), "maximum recursion depth exceeded\n"),
        "{err}"
    );
}

#[test]
fn python_variables_stand_for_options() {
    let text = "import sys; f = sys.flags; \
                print(f.optimize, f.dont_write_bytecode, f.safe_path, f.no_user_site, sys.warnoptions)";
    let flags = |words: &[&str]| {
        let output = taipan(words)
            .args(["-S", "-c", text])
            .env("PYTHONOPTIMIZE", "2")
            .env("PYTHONDONTWRITEBYTECODE", "x")
            .env("PYTHONSAFEPATH", "1")
            .env("PYTHONNOUSERSITE", "1")
            .env("PYTHONWARNINGS", "ignore,error::UserWarning")
            .output();
        String::from_utf8_lossy(&output.expect("it starts").stdout).into_owned()
    };
    assert_eq!(flags(&[]), "2 1 True 1 ['ignore', 'error::UserWarning']\n");
    assert_eq!(flags(&["-E"]), "0 0 False 0 []\n");
}

#[test]
fn exit_and_quit_end_programs_unless_site_is_left_out() {
    for (text, code) in [("exit()", 0), ("quit(3)", 3), ("exit('bye')", 1)] {
        assert_eq!(run(&["-c", text]).status.code(), Some(code), "{text}");
    }
    let text = err(&["-S", "-c", "exit()"]);
    assert!(
        text.ends_with("NameError: name 'exit' is not defined\n"),
        "{text}"
    );
}

#[test]
fn long_chains_of_generators_are_closed() {
    let text = "
import sys
sys.setrecursionlimit(10**6)
closed = 0
def link(inner):
    global closed
    try:
        yield from inner
    finally:
        closed += 1
chain = iter((1, 2))
for _ in range(150_000):
    chain = link(chain)
print(next(chain), chain.close(), closed)
";
    assert_eq!(out(&["-c", text]), "1 None 150000\n");
}
