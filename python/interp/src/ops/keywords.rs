//! Calls with keywords: traced where the function has plain parameters only, bound natively otherwise.

use super::b;
use super::call::{call_anything, call_bound, code_of, defaults_for, push_function};
use super::construct::call_class;
use crate::fields;
use crate::kind;
use coil_machine::{BoolOps, IntOps, Key, Leave, Machine, Next, RefOps, ValOps};
use coil_value::{LayoutId, Value};
use taipan_bytecode::Word;
use taipan_objects::function::CodeData;
use taipan_objects::layout;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;

#[inline(always)]
pub(crate) fn call_kw<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(2);
    // SAFETY: the word after the instruction is a constant's index.
    let index = unsafe { *m.word_at(-2) } as usize;
    m.cold(move |m| call_keywords(m, word, index))
}

fn call_keywords<M: Machine>(m: &mut M, word: Word, names_at: usize) -> Next {
    let names = m.constant(names_at);
    let callable = m.reg(b(word));
    let has_this = m.reg(b(word) + 1).is_set().yes();
    if callable.is_ref().yes() {
        let object = callable.reference();
        let layout = LayoutId(object.load_int(fields::LAYOUT).promote() as u16);
        if layout == layout::FUNCTION {
            let code = code_of(m, object);
            let extra = i32::from(has_this);
            let window = b(word) + 2 - extra;
            let given = i32::from(word.c()) + extra;
            if push_with_keywords(m, callable, code, names_at, window, given, word.a())? {
                return Ok(());
            }
            return call_bound(
                m,
                word,
                callable,
                code,
                window,
                given,
                Some(names),
                kind::PLAIN,
            );
        }
        if layout == layout::TYPE && !has_this {
            return call_class(m, word, callable, Some(names_at));
        }
    }
    call_anything(m, word, callable, has_this, Some(names))
}

/// Pushes a frame for a simple function, the last of whose `given` arguments are named by the tuple that is constant number `names_at`. False when
/// the arguments do not fit.
fn push_with_keywords<M: Machine>(
    m: &mut M,
    function: M::Val,
    code: &CodeData,
    names_at: usize,
    window: i32,
    given: i32,
    result: u16,
) -> Result<bool, Leave> {
    let key = m.address(code.object.address());
    let plan = m.cached(1, [Key::Ref(key), Key::None], move |m, _, _| {
        place(code, names_of(m, names_at), given)
    });
    let Some(plan) = plan.filter(|plan| plan.given == given) else {
        return Ok(false);
    };
    let Some(values) = gather(m, function, code, &plan, window) else {
        return Ok(false);
    };
    let wanted = i32::from(code.code.arg_count);
    for at in i32::from(plan.positional)..wanted {
        m.set_reg(window + at, values[at as usize]);
    }
    push_function(m, function, code, window, wanted, result, kind::PLAIN)?;
    Ok(true)
}

/// The tuple of names that is a constant of the running code.
fn names_of<M: Machine>(m: &M, names_at: usize) -> u64 {
    // SAFETY: running code is live.
    let consts = unsafe { (*m.code()).consts };
    // SAFETY: the instruction names one of the code's constants.
    unsafe { *consts.add(names_at) }
}

/// The arguments that have names for a call of `function` with `given` arguments from `window` on, and the defaults of parameters without one:
/// the first parameter they are for, and by parameter. None when the arguments do not fit.
pub(super) fn named<M: Machine>(
    m: &mut M,
    function: M::Val,
    code: &CodeData,
    names_at: usize,
    window: i32,
    given: i32,
) -> Option<(i32, [M::Val; MOST_PARAMETERS])> {
    let plan = place(code, names_of(m, names_at), given)?;
    let values = gather(m, function, code, &plan, window)?;
    Some((i32::from(plan.positional), values))
}

/// The values of the parameters for which there is no positional argument.
fn gather<M: Machine>(
    m: &mut M,
    function: M::Val,
    code: &CodeData,
    plan: &Keywords,
    window: i32,
) -> Option<[M::Val; MOST_PARAMETERS]> {
    let first = i32::from(plan.positional);
    let wanted = i32::from(code.code.arg_count);
    let mut values = [function; MOST_PARAMETERS];
    let mut defaults = None;
    for at in first..wanted {
        values[at as usize] = if let Some(keyword) = plan.keyword(at) {
            m.reg(window + first + keyword)
        } else {
            // Those of all parameters from the first one that takes its default on.
            let ((tuple, number), from) = match defaults {
                Some(found) => found,
                None => *defaults.insert((defaults_for(m, function, wanted - at)?, at)),
            };
            let number = m.int(number + i64::from(at - from));
            tuple.item_val(fields::TUPLE_ITEM, number)
        };
    }
    Some(values)
}

/// Calls with keywords of functions with more parameters than this go the general way.
const MOST_PARAMETERS: usize = 16;

/// Where the arguments of a call with keywords belong, for a function with plain parameters.
#[derive(Clone, Copy, Debug)]
struct Keywords {
    /// How many arguments there are.
    given: i32,
    /// How many of them have no name.
    positional: u8,
    from: [u8; MOST_PARAMETERS],
}

impl Keywords {
    const DEFAULT: u8 = u8::MAX;

    /// Which of the named arguments a parameter takes; none for its default.
    fn keyword(&self, parameter: i32) -> Option<i32> {
        let from = self.from[parameter as usize];
        (from != Keywords::DEFAULT).then_some(i32::from(from))
    }
}

/// How `given` arguments, the last of which have the names of a tuple, fit the parameters of a function.
fn place(code: &CodeData, names: u64, given: i32) -> Option<Keywords> {
    // SAFETY: a constant of live code.
    let names = Tuple::of(unsafe { Value::from_bits(names) }?)?;
    let wanted = usize::from(code.code.arg_count);
    let positional = usize::try_from(given).ok()?.checked_sub(names.len())?;
    if !code.simple || wanted > MOST_PARAMETERS || positional > wanted {
        return None;
    }
    let mut from = [Keywords::DEFAULT; MOST_PARAMETERS];
    for number in 0..names.len() {
        let name = Str::of(names.get(number)?)?;
        let first = usize::from(code.code.posonly_count);
        let at = (first..wanted).find(|&at| name.is(&code.code.varnames[at]))?;
        if at < positional || from[at] != Keywords::DEFAULT {
            return None;
        }
        from[at] = u8::try_from(number).ok()?;
    }
    Some(Keywords {
        given,
        positional: u8::try_from(positional).ok()?,
        from,
    })
}
