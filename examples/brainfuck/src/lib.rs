//! Brainfuck on Coil: the interpreter, its JIT included. The README walks through it.

mod compile;

use coil_jit::tiny::{Code, Guest, INTERRUPTED, Tiny, items, language, owner};
use coil_jit::{
    Access, Arg, BoolOps, Context, Field, IntOps, Machine, Next, Opaque, RefOps, Ty, ValOps,
};
use coil_jit::{Value, options::Options};
use compile::compile;

/// The tape, and what was printed. Handlers see the tape by its address.
#[repr(C)]
struct World([i32; 1 << 16], Vec<u8>);
const CELL: Field = items(Access::I32, 1);
static PUT: Opaque = Opaque::writes("put", put as *const (), &[Ty::Ref, Ty::Int], Ty::Void, 2);
extern "C" fn put(_: *mut Context, world: &mut World, byte: i64) {
    world.1.push(byte as u8);
}

struct Brainfuck;
impl Tiny for Brainfuck {
    fn step<M: Machine>(m: &mut M) -> Next {
        let word = m.fetch();
        let (at, tape, amount) = (m.reg(0).int(), owner(m), (word.cast_signed() >> 8) as i32);
        match word as u8 {
            b'+' => {
                let sum = tape.item_int(CELL, at) + m.int(amount.into());
                m.store_item_int(tape, CELL, at, sum);
            }
            b'>' => {
                let to = at + m.int(amount.into());
                if !to.ult(m.int(1 << 16)).yes() {
                    return m.raise(m.val(INTERRUPTED));
                }
                let to = m.from_int(to);
                m.set_reg(0, to);
            }
            b'.' => m.call_void(&PUT, [Arg::Ref(tape), Arg::Int(tape.item_int(CELL, at))])?,
            b'*' => {
                m.skip(1); // counts, later holds the address of machine code
                m.loop_header()?;
            }
            0 => m.returning(m.unset()).map(|_| ())?,
            jump if (jump == b']') == tape.item_int(CELL, at).differs(m.int(0)).yes() => {
                m.jump(amount);
            }
            _ => {}
        }
        Ok(())
    }
}

/// Runs a program: what it prints, as far as it comes.
pub fn run(source: &str, options: &Options) -> (Vec<u8>, Result<Option<Value>, String>) {
    let mut world = Box::new(World([0; 1 << 16], Vec::new()));
    let words = match compile(source) {
        Ok(words) => words,
        Err(message) => return (Vec::new(), Err(message)),
    };
    let code = Code::flat(words, 1, (&raw mut *world).cast());
    let result = match Guest::new(language::<Brainfuck>("brainfuck"), Vec::new(), options) {
        Ok(mut guest) => guest.run(&code, &[Value::from_small_int_unchecked(0)]),
        Err(error) => return (Vec::new(), Err(error.to_string())),
    };
    let result = result.map_err(|_| "the head left the tape".to_owned());
    (std::mem::take(&mut world.1), result)
}
