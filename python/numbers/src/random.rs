//! Module `_random`: `Random`, the Mersenne twister of crate coil-num. Fields: a bytearray that holds the state.

use coil_num::twister::{STATE_BYTES, Twister, WORDS};
use coil_num::{IntBuf, IntRef};
use std::io::Read;
use taipan_objects::bytes::ByteArray;
use taipan_objects::class::{ModuleType, TypeDef};
use taipan_objects::layout;
use taipan_objects::mem;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::number::{self, IntView};
use taipan_objects::protocol;
use taipan_objects::slots::Slots;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, StaticType, SubLayout, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

/// Module `_random`.
pub(crate) const MODULE: ModuleDef = ModuleDef {
    name: "_random",
    functions: &[],
    init: |vm, dict| {
        let ty = vm.ready_module_type(&RANDOM)?;
        dict.set_name(vm, RANDOM.name, ty.value())?;
        let doc = vm.new_str("Module implements the Mersenne Twister random number generator.")?;
        dict.set_name(vm, "__doc__", doc)
    },
};

static RANDOM_STATIC: StaticType = StaticType::new();
static RANDOM: ModuleType = ModuleType {
    def: &TypeDef {
        ty: &RANDOM_STATIC,
        slots,
        methods: METHODS,
        getset: &[],
        doc: "Random() -> create a random number generator with its own internal state.",
        module: "_random",
    },
    name: "Random",
    base: &types::OBJECT,
    layout: layout::FIELDS,
    sub_layout: SubLayout::Own(layout::FIELDS),
    flags: 0,
    has_dict: false,
};

natives! {
    static METHODS = {
        "random" method NoArgs, "($self, /)" => random;
        "seed" method Positional(0, 1), "($self, n=None, /)" => seed;
        "getstate" method NoArgs, "($self, /)" => getstate;
        "setstate" method One, "($self, state, /)" => setstate;
        "getrandbits" method One, "($self, k, /)" => getrandbits;
    }
}

fn slots(slots: &mut Slots) {
    slots.new = Some(|vm, class, _| {
        let state = vm.new_bytearray(&[0; STATE_BYTES])?;
        vm.new_fields(class, &[Some(state.value())])
    });
    slots.init = Some(|vm, this, args| {
        let own = Type::of(this).slots().init.map(|slot| slot as usize);
        let inherited = RANDOM_STATIC.ty().slots().init.map(|slot| slot as usize);
        if args.keyword_count() > 0 && own == inherited {
            return Err(vm.raise_type("Random() takes no keyword arguments"));
        }
        if args.len() > 1 {
            return Err(vm.raise_type("Random() requires 0 or 1 argument"));
        }
        seed_with(vm, this, args.get(0))
    });
}

/// The generator of an object; its state is guest memory: do not allocate while it is in use.
#[inline]
fn twister<'a>(this: Value) -> Twister<'a> {
    let state = Vm::field(mem::expect_ref(this), 0).and_then(ByteArray::of);
    let state = state.expect("the first field of a Random is a bytearray");
    Twister::on(state.data_mut()).expect("nothing changes the size of the state")
}

fn random(vm: &mut Vm, args: Args) -> PyResult {
    vm.new_float(twister(args.at(0)).next_float())
}

/// The words of a number without its sign, at least one.
fn words(int: IntRef<'_>) -> Vec<u32> {
    let count = usize::try_from(int.bit_length().div_ceil(32)).unwrap_or(0);
    let mut bytes = vec![0; 4 * count.max(1)];
    int.abs().write_le_bytes(&mut bytes, false);
    let (words, _) = bytes.as_chunks();
    words.iter().copied().map(u32::from_le_bytes).collect()
}

/// Words that nobody can foresee, as far as the system has such; the time else.
fn entropy() -> Vec<u32> {
    let mut bytes = vec![0; 4 * WORDS];
    let source = std::fs::File::open("/dev/urandom");
    if source
        .and_then(|mut source| source.read_exact(&mut bytes))
        .is_err()
    {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed();
        let now = now.unwrap_or_default().as_nanos().to_le_bytes();
        bytes[..now.len()].copy_from_slice(&now);
    }
    let (words, _) = bytes.as_chunks();
    words.iter().copied().map(u32::from_ne_bytes).collect()
}

fn seed_with(vm: &mut Vm, this: Value, seed: Option<Value>) -> PyResult<()> {
    let key = match seed {
        None => entropy(),
        Some(seed) if seed == ty::none() => entropy(),
        Some(seed) => {
            let exact = seed.is_small_int() || Type::of(seed).is(&types::INT);
            let number = if exact {
                seed
            } else if number::int_of(seed).is_some() {
                let slot = Type::of(seed).slots().abs;
                protocol::unary(vm, slot, "abs()", seed)?
            } else {
                let hash = protocol::hash(vm, seed)?;
                let hash = IntBuf::from_parts(false, u128::from(hash.cast_unsigned()));
                vm.new_int_buf(&hash)?
            };
            match number::int_of(number) {
                Some(IntView::Small(small)) => words(IntBuf::from(small).as_ref()),
                Some(IntView::Big(big)) => words(big),
                None => return Err(vm.raise_type("an integer is required")),
            }
        }
    };
    twister(this).seed(&key);
    Ok(())
}

fn seed(vm: &mut Vm, args: Args) -> PyResult {
    seed_with(vm, args.at(0), args.get(1))?;
    Ok(ty::none())
}

fn getstate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    vm.new_tuple_from(WORDS + 1, |index| {
        Some(number::small(i64::from(twister(this).word(index))))
    })
}

fn setstate(vm: &mut Vm, args: Args) -> PyResult {
    let Some(state) = Tuple::of(args.at(1)) else {
        return Err(vm.raise_type("state vector must be a tuple"));
    };
    if state.len() != WORDS + 1 {
        return Err(vm.raise_value("state vector is the wrong size"));
    }
    let mut words = Vec::with_capacity(WORDS + 1);
    for item in state.iter() {
        let Some(int) = number::int_of(item) else {
            return Err(vm.raise_type("an integer is required"));
        };
        if int.is_negative() {
            return Err(vm.raise_overflow("can't convert negative value to unsigned int"));
        }
        // Words take the low 32 bits of what fits 64.
        let wide = match int {
            IntView::Small(small) => Some(small.cast_unsigned()),
            IntView::Big(big) => big.to_u64(),
        };
        let Some(wide) = wide else {
            return Err(vm.raise_overflow("Python int too large to convert to C unsigned long"));
        };
        words.push(wide);
    }
    if words[WORDS] > WORDS as u64 {
        return Err(vm.raise_value("invalid state"));
    }
    let mut twister = twister(args.at(0));
    for (index, word) in words.into_iter().enumerate() {
        twister.set_word(index, (word & u64::from(u32::MAX)) as u32);
    }
    Ok(ty::none())
}

fn getrandbits(vm: &mut Vm, args: Args) -> PyResult {
    let count = protocol::index(vm, args.at(1))?;
    let count = match number::int_of(count) {
        Some(count) if count.is_negative() => {
            return Err(vm.raise_value("Cannot convert negative int"));
        }
        Some(count) => count.to_i64(),
        None => None,
    };
    let Some(count) = count.and_then(|count| usize::try_from(count).ok()) else {
        return Err(vm.raise_overflow("Python int too large for C uint64_t"));
    };
    match count {
        0 => return Ok(number::small(0)),
        1..=32 => {
            let word = twister(args.at(0)).next_word() >> (32 - count);
            return Ok(number::small(i64::from(word)));
        }
        _ => {}
    }
    let count_words = count.div_ceil(32);
    let mut bytes: Vec<u8> = Vec::new();
    if bytes.try_reserve_exact(4 * count_words).is_err() {
        return Err(vm.raise_memory_error());
    }
    let mut twister = twister(args.at(0));
    for index in 0..count_words {
        let left = count - 32 * index;
        let word = twister.next_word() >> 32usize.saturating_sub(left);
        bytes.extend(word.to_le_bytes());
    }
    let int = IntBuf::from_le_bytes(&bytes, false);
    match int {
        Some(int) => vm.new_int_buf(&int),
        None => Err(vm.raise_memory_error()),
    }
}
