//! `_signal`: signal handlers, run at the interpreter's next poll for events.
//!
//! The process's handler only notes the signal and sets the thread's event word; [`deliver`] then runs the guest's handlers.

use crate::helpers::{errno, int_arg, os_error, set_ints};
use coil_frame::Events;
use coil_value::Value;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use taipan_objects::dict::Dict;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Vm};

/// `_signal`.
pub(crate) static SIGNAL: ModuleDef = ModuleDef {
    name: "_signal",
    functions: FUNCTIONS,
    init,
};

/// Signals that arrived, by bit. (A signal handler can reach nothing but statics.)
static ARRIVED: AtomicU64 = AtomicU64::new(0);
/// The event word of the main thread.
static EVENTS: AtomicPtr<AtomicU32> = AtomicPtr::new(std::ptr::null_mut());

const COUNT: i32 = 65;

natives! {
    static FUNCTIONS = {
        "signal" function Positional(2, 2), "(signalnum, handler, /)" => signal;
        "getsignal" function One, "(signalnum, /)" => |vm, args| {
            let number = signal_number(vm, args.at(0))?;
            let handlers = handlers(vm)?;
            Ok(handlers.get(vm, number::small(number.into()))?.unwrap_or_else(ty::none))
        };
        "default_int_handler" function Positional(2, 2), "(signalnum, frame, /)" => |vm, _| Err(vm.raise_with(&types::KEYBOARD_INTERRUPT, &[]));
        "raise_signal" function One, "(signalnum, /)" => |vm, args| {
            let number = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            if unsafe { libc::raise(number) } != 0 {
                return Err(os_error(vm, errno(), &[]));
            }
            deliver(vm)?;
            Ok(ty::none())
        };
        "strsignal" function One, "(signalnum, /)" => |vm, args| {
            let number = signal_number(vm, args.at(0))?;
            // SAFETY: gives static text or null.
            let text = unsafe { libc::strsignal(number) };
            if text.is_null() {
                return Ok(ty::none());
            }
            // SAFETY: a text of the C library.
            let text = unsafe { std::ffi::CStr::from_ptr(text) }.to_string_lossy().into_owned();
            if text.starts_with("Unknown signal") { Ok(ty::none()) } else { vm.new_str(&text) }
        };
        "alarm" function One, "(seconds, /)" => |vm, args| {
            let seconds = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            let before = unsafe { libc::alarm(seconds.unsigned_abs()) };
            Ok(number::small(before.into()))
        };
        "pause" function NoArgs, "()" => |vm, _| {
            // SAFETY: no preconditions.
            unsafe { libc::pause() };
            deliver(vm)?;
            Ok(ty::none())
        };
        "siginterrupt" function Positional(2, 2), "(signalnum, flag, /)" => |vm, args| {
            signal_number(vm, args.at(0))?;
            Ok(ty::none())
        };
        "set_wakeup_fd" function Any, "(fd, /, *, warn_on_full_buffer=True)" => |_, _| Ok(number::small(-1));
        "valid_signals" function NoArgs, "()" => |vm, _| {
            let set = vm.new_set()?;
            for number in (1..32).chain(34..COUNT) {
                set.add(vm, number::small(number.into()))?;
            }
            Ok(set.value())
        };
    };
}

macro_rules! constants {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name as i64)),*] };
}
static NUMBERS: &[(&str, i64)] = constants! {
    SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGSTKFLT
    SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPOLL SIGPWR SIGSYS
    SIG_BLOCK SIG_UNBLOCK SIG_SETMASK ITIMER_REAL ITIMER_VIRTUAL ITIMER_PROF
};

fn init(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    set_ints(vm, dict, NUMBERS)?;
    let more = [
        ("SIGIOT", libc::SIGABRT.into()),
        ("SIGRTMIN", libc::SIGRTMIN().into()),
        ("SIGRTMAX", libc::SIGRTMAX().into()),
        ("NSIG", COUNT.into()),
        ("SIG_DFL", 0),
        ("SIG_IGN", 1),
    ];
    set_ints(vm, dict, &more)?;
    dict.set_name(vm, "ItimerError", types::OSError.value())?;
    let handlers = handlers(vm)?;
    let default_handler = dict
        .get_name(vm, "default_int_handler")?
        .expect("in the table");
    let interrupt = number::small(libc::SIGINT.into());
    if handlers.get(vm, interrupt)? == Some(number::small(-1)) {
        handlers.set(vm, interrupt, default_handler)?;
    }
    Ok(())
}

/// The guest's handlers by number; -1 stands for the default handler of SIGINT until module `_signal` exists.
fn handlers(vm: &mut Vm) -> PyResult<Dict> {
    if let Some(known) = vm.interp.kept("signal.handlers").and_then(Dict::of) {
        return Ok(known);
    }
    let dict = vm.new_dict()?;
    for number in 1..COUNT {
        let value = match installed(number) {
            None => continue,
            Some(libc::SIG_IGN) => 1,
            Some(_) if number == libc::SIGINT => -1,
            Some(_) => 0,
        };
        dict.set(vm, number::small(number.into()), number::small(value))?;
    }
    vm.interp.keep("signal.handlers", dict.value());
    Ok(dict)
}

/// Makes Ctrl-C raise KeyboardInterrupt, unless whoever started the program has it ignored, and a closed pipe an error instead of the end.
///
/// # Errors
/// MemoryError.
pub fn start(vm: &mut Vm) -> PyResult<()> {
    EVENTS.store((&raw const vm.cx.events).cast_mut(), Ordering::Relaxed);
    vm.interp.hooks.interrupt = Some(deliver);
    if installed(libc::SIGINT) != Some(libc::SIG_IGN) {
        install(libc::SIGINT, note as *const () as usize);
    }
    install(libc::SIGPIPE, libc::SIG_IGN);
    Ok(())
}

/// The interpreter ends: signals go where they went before.
pub fn stop() {
    EVENTS.store(std::ptr::null_mut(), Ordering::Relaxed);
}

/// What a signal does; none for numbers that are no signals.
fn installed(number: i32) -> Option<usize> {
    // SAFETY: zero is a valid action.
    let mut old: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: a null action only asks.
    let failed = unsafe { libc::sigaction(number, std::ptr::null(), &raw mut old) } != 0;
    (!failed).then_some(old.sa_sigaction)
}

fn install(number: i32, handler: usize) -> bool {
    // SAFETY: zero is a valid action.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    // SAFETY: the action is complete; the handler only uses atomics.
    unsafe { libc::sigaction(number, &raw const action, std::ptr::null_mut()) == 0 }
}

extern "C" fn note(number: i32) {
    ARRIVED.fetch_or(1 << (number & 63), Ordering::Relaxed);
    let events = EVENTS.load(Ordering::Relaxed);
    // SAFETY: null, or the event word of the main thread, cleared when that ends.
    if let Some(events) = unsafe { events.as_ref() } {
        events.fetch_or(Events::INTERRUPT, Ordering::Relaxed);
    }
}

/// As if the signal had arrived.
///
/// # Errors
/// ValueError for what is no signal.
pub(crate) fn simulate(vm: &mut Vm, number: i32) -> PyResult<()> {
    if !(1..COUNT).contains(&number) {
        return Err(vm.raise_value("signal number out of range"));
    }
    let handlers = handlers(vm)?;
    let handler = handlers.get(vm, number::small(number.into()))?;
    if handler.is_some_and(|handler| handler != number::small(0) && handler != number::small(1)) {
        note(number);
    }
    Ok(())
}

/// Runs what waits: handlers of signals that arrived, callbacks of cleared weak references.
///
/// # Errors
/// What the handlers raise.
pub(crate) fn deliver(vm: &mut Vm) -> PyResult<()> {
    crate::weakref::run_callbacks(vm)?;
    loop {
        let arrived = ARRIVED.load(Ordering::Relaxed);
        if arrived == 0 {
            return Ok(());
        }
        let bit = arrived.trailing_zeros();
        ARRIVED.fetch_and(!(1 << bit), Ordering::Relaxed);
        let number = if bit == 0 { 64 } else { bit.cast_signed() };
        let handlers = handlers(vm)?;
        let handler = handlers.get(vm, number::small(number.into()))?;
        match handler {
            Some(handler) if handler == number::small(-1) => {
                return Err(vm.raise_with(&types::KEYBOARD_INTERRUPT, &[]));
            }
            Some(handler) if protocol::is_callable(handler) => {
                let frame = match crate::execute::caller(vm) {
                    Some((place, _)) => place.object(vm)?,
                    None => ty::none(),
                };
                protocol::call(vm, handler, &[number::small(number.into()), frame])?;
            }
            _ => {}
        }
    }
}

fn signal_number(vm: &mut Vm, value: Value) -> PyResult<i32> {
    let number = int_arg(vm, value)?;
    if (1..COUNT).contains(&number) {
        return Ok(number);
    }
    Err(vm.raise_value("signal number out of range"))
}

fn signal(vm: &mut Vm, args: Args) -> PyResult {
    let number = signal_number(vm, args.at(0))?;
    let handler = args.at(1);
    let action = match number::i64_of(handler) {
        Some(0) => libc::SIG_DFL,
        Some(1) => libc::SIG_IGN,
        _ if protocol::is_callable(handler) => note as *const () as usize,
        _ => {
            return Err(vm.raise_type(
                "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object",
            ));
        }
    };
    deliver(vm)?;
    let handlers = handlers(vm)?;
    if !install(number, action) {
        return Err(os_error(vm, errno(), &[]));
    }
    let key = number::small(number.into());
    let old = handlers.get(vm, key)?.unwrap_or_else(ty::none);
    let handler = number::i64_of(handler).map_or(handler, number::small);
    handlers.set(vm, key, handler)?;
    Ok(old)
}

/// Ends the process as an interrupt that nobody caught does, so that the shell that started it knows.
pub fn die_of_interrupt() {
    // SAFETY: the default action has no handler.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
    // SAFETY: plain system calls.
    unsafe { libc::kill(libc::getpid(), libc::SIGINT) };
}
