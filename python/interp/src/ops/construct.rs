//! Calls of classes.

use super::call::{
    call_anything, call_hidden, code_of, defaults_for, is_generator, place_defaults, vm,
};
use super::keywords::named;
use super::{a, b, range};
use crate::fields;
use crate::kind;
use crate::opaque;
use crate::plan::{self, Construct};
use coil_machine::{Arg, BoolOps, Key, Leave, Machine, Next, RefOps, ValOps};
use taipan_bytecode::Word;
use taipan_objects::function::CodeData;
use taipan_objects::hidden::Hidden;
use taipan_objects::ty;

/// Makes an instance of a class and calls its `__init__`; the last arguments may be named by the tuple that is constant number `names_at`.
pub(super) fn call_class<M: Machine>(
    m: &mut M,
    word: Word,
    class: M::Val,
    names_at: Option<usize>,
) -> Next {
    let names = names_at.map(|at| m.constant(at));
    let vm = vm(m);
    let plan = m.cached(
        1,
        [Key::Ref(class.reference()), Key::None],
        move |_, keys, deps| plan::construct(vm, keys[0], deps),
    );
    let Some(Construct {
        layout,
        size,
        shape,
        init,
        native,
    }) = plan
    else {
        return call_anything(m, word, class, false, names);
    };
    let given = i32::from(word.c());
    if native {
        if given != 0 {
            return call_anything(m, word, class, false, names);
        }
        let object = m.call_val(&opaque::NEW_EMPTY, [Arg::Val(class)])?;
        m.set_reg(a(word), object);
        return Ok(());
    }
    let Some(init) = init else {
        if given != 0 {
            return call_anything(m, word, class, false, names);
        }
        let object = new_instance(m, layout, size, shape, class)?;
        m.set_reg(a(word), object);
        return Ok(());
    };
    let function = m.val(init);
    let code = code_of(m, function.reference());
    let wanted = i32::from(code.code.arg_count);
    if let Some(at) = names_at {
        let window = b(word) + 1;
        let Some((first, values)) = named(m, function, code, at, window, given + 1) else {
            return call_anything(m, word, class, false, names);
        };
        let object = new_instance(m, layout, size, shape, class)?;
        for at in first..wanted {
            m.set_reg(window + at, values[at as usize]);
        }
        return push_init(m, word, function, code, object);
    }
    if !code.simple || given + 1 > wanted {
        return call_anything(m, word, class, false, names);
    }
    let missing = wanted - given - 1;
    let mut defaults = None;
    if missing > 0 {
        defaults = defaults_for(m, function, missing);
        if defaults.is_none() {
            return call_anything(m, word, class, false, names);
        }
    }
    let object = new_instance(m, layout, size, shape, class)?;
    if let Some(defaults) = defaults {
        place_defaults(m, defaults, b(word) + 2 + given, missing);
    }
    push_init(m, word, function, code, object)
}

/// Pushes the frame of an `__init__` whose arguments stand in the window but for the object.
fn push_init<M: Machine>(
    m: &mut M,
    word: Word,
    function: M::Val,
    code: &CodeData,
    object: M::Val,
) -> Next {
    m.set_reg(b(word) + 1, object);
    m.set_reg(b(word), function);
    // The frame's language word keeps the object for the return: the callee may rebind `self`.
    m.push_frame(
        &raw const code.block,
        b(word) + 1,
        i32::from(code.code.arg_count),
        word.a(),
        kind::INIT,
        object,
    )
}

fn new_instance<M: Machine>(
    m: &mut M,
    layout: u16,
    size: u32,
    shape: u32,
    class: M::Val,
) -> Result<M::Val, Leave> {
    match m.alloc(layout, size, class.reference()) {
        Ok(object) => {
            let shape = m.int(i64::from(shape));
            m.store_int(object, fields::SHAPE, shape);
            Ok(object.val())
        }
        Err(_) => {
            m.call_void(&opaque::NO_MEMORY, [])?;
            Err(Leave::Raised)
        }
    }
}

/// A builtin class (or another static object) with up to three arguments.
pub(super) fn call_builtin_type<M: Machine>(m: &mut M, word: Word, callable: M::Val) -> Next {
    let class = callable.reference().promote();
    let is = |ty: &'static ty::StaticType| ty.as_ref().address() == class;
    let (first, count) = (b(word) + 2, i32::from(word.c()));
    if is(&ty::types::RANGE) {
        if let Some(range) = range::new_range(m, first, count)? {
            m.set_reg(a(word), range);
            return Ok(());
        }
        return call_anything(m, word, callable, false, None);
    }
    if count == 0 && plan::EMPTY_CONTAINERS.into_iter().any(is) {
        let object = m.call_val(&opaque::NEW_EMPTY, [Arg::Val(callable)])?;
        m.set_reg(a(word), object);
        return Ok(());
    }
    if count != 1 {
        return call_anything(m, word, callable, false, None);
    }
    let argument = m.reg(first);
    if is(&ty::types::TYPE) {
        return type_of(m, word);
    }
    if is(&ty::types::REVERSED)
        && let Some(iterator) = range::reversed(m, argument)?
    {
        m.set_reg(a(word), iterator);
        return Ok(());
    }
    if is_generator(argument)
        && let Some(hidden) = container_of_items(class)
    {
        return call_hidden(m, word, hidden, &[argument]);
    }
    call_anything(m, word, callable, false, None)
}

/// The hidden function that makes a container of a generator's items, the container's class given by its address.
fn container_of_items(class: usize) -> Option<Hidden> {
    [
        (&ty::types::TUPLE, Hidden::Tuple),
        (&ty::types::LIST, Hidden::List),
        (&ty::types::SET, Hidden::Set),
        (&ty::types::FROZENSET, Hidden::FrozenSet),
    ]
    .into_iter()
    .find_map(|(ty, hidden)| (ty.as_ref().address() == class).then_some(hidden))
}

/// `type(x)`.
fn type_of<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(b(word) + 2);
    let result = if value.is_ref().yes() {
        value.reference().load_ref(fields::TYPE).val()
    } else if value.is_int().yes() {
        m.val(ty::types::INT.value())
    } else {
        m.val(ty::types::FLOAT.value())
    };
    m.set_reg(a(word), result);
    Ok(())
}
