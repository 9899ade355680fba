//! What handlers call natively, by concept; made visible here under one name.

use coil_value::Value;
use taipan_objects::function::Function;
use taipan_objects::str::Str;

mod bind;
mod call;
mod delegate;
mod display;
mod exception;
mod function;
mod generator;
mod import;
mod intrinsic;
mod name;
mod object;
mod pattern;
mod template;
mod with;

pub(crate) use bind::bind_arguments;
pub(crate) use call::{
    call_ex, call_registers, dict_merge, float_opaque, star_arguments, super_attr,
};
pub use delegate::get_awaitable;
pub(crate) use delegate::{get_aiter, get_anext, send, yield_from_iter};
pub(crate) use display::{build_map, build_set, build_string, dict_update, list_extend};
pub(crate) use exception::{add_traceback, exception_matches, group_matches, raise};
pub(crate) use function::make_function;
pub use function::{call_function, run_body, run_code};
pub use generator::{
    delegate, dissolve, pop_frame, push_frame, resume, resume_at, state, state_of,
};
pub(crate) use generator::{generator_raised, generator_type};
pub(crate) use import::{import_from, import_name, import_star};
pub(crate) use intrinsic::{intrinsic, print_expr, setup_annotations};
pub(crate) use name::{
    cell_name, delete_from, globals_of, load_global, load_name, lookup_mapping, raise_unbound,
};
pub use object::{FramePlace, frame_back, generator_frame};
pub(crate) use pattern::{match_class, match_keys};
pub(crate) use template::{interpolation, template};
pub(crate) use with::with_enter;

fn function_of(function: Value) -> Function {
    Function::of(function).expect("register -1 holds the running function")
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn qualname(function: Function) -> String {
    Str::of(function.qualname()).map_or_else(String::new, |name| name.to_rust().into_owned())
}

fn register(first: *const u64, index: usize) -> Value {
    // SAFETY: the handler passes a run of bound registers.
    unsafe { Value::from_bits(*first.add(index)) }.expect("bound registers hold values")
}
