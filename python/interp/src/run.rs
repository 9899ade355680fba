//! The run loop: fetch, dispatch, unwind.

use crate::opaque;
use crate::ops::{
    arith, attr, build, call, compare, control, except, generator, import, item, iterate, keywords,
    leave, load, pattern, spread,
};
use coil_machine::{Leave, Machine, Next};
use taipan_bytecode::{Op, Word};
use taipan_objects::function::CodeData;

/// Runs from where the machine stands until it leaves: `Stop` as the machine's driver knows, `Raised` with the exception pending and the
/// outermost frame of the run still pushed. `raised` = start by unwinding the pending exception at the current instruction.
#[inline(always)]
pub fn run<M: Machine>(m: &mut M, raised: bool) -> Leave {
    let mut next: Next = if raised { Err(Leave::Raised) } else { Ok(()) };
    loop {
        match next {
            Err(Leave::Stop) => return Leave::Stop,
            Err(Leave::Raised) => {
                if let Err(leave) = m.cold(unwind) {
                    return leave;
                }
            }
            Ok(()) => {}
        }
        next = dispatch(m);
    }
}

/// Runs instructions until one leaves.
#[inline(always)]
fn dispatch<M: Machine>(m: &mut M) -> Next {
    loop {
        m.checkpoint()?;
        let word = Word(m.fetch());
        // SAFETY: code objects are made of what the compiler made or `verify` accepted, and pc stands before an instruction.
        let op = unsafe { Op::from_verified(word.op_number()) };
        match op {
            Op::Nop => {}
            Op::LoadConst => load::load_const(m, word),
            Op::LoadInt => load::load_int(m, word),
            Op::Move => load::move_register(m, word),
            Op::LoadNone => load::load_none(m, word),
            Op::LoadTrue => load::load_bool(m, word, true),
            Op::LoadFalse => load::load_bool(m, word, false),
            Op::CheckBound => load::check_bound(m, word)?,
            Op::Unbind => load::unbind(m, word),
            Op::DeleteFast => load::delete_fast(m, word)?,
            Op::MakeCell => load::make_cell(m, word)?,
            Op::CopyFreeVars => load::copy_free_vars(m, word),
            Op::LoadCell => load::load_cell(m, word)?,
            Op::LoadClassCell => load::load_class_cell(m, word)?,
            Op::StoreCell => load::store_cell(m, word),
            Op::DeleteCell => load::delete_cell(m, word)?,
            Op::LoadGlobal => load::load_global(m, word)?,
            Op::LoadGlobalCallable => load::load_global_callable(m, word)?,
            Op::StoreGlobal => m.outlined(move |m| load::store_global(m, word))?,
            Op::DeleteGlobal => m.outlined(move |m| load::delete_global(m, word))?,
            Op::LoadName => m.outlined(move |m| load::load_name(m, word))?,
            Op::StoreName => m.outlined(move |m| load::store_name(m, word))?,
            Op::DeleteName => m.outlined(move |m| load::delete_name(m, word))?,
            Op::LoadLocals => m.outlined(move |m| load::load_locals(m, word))?,
            Op::LoadFromDictOrGlobals => {
                m.outlined(move |m| load::load_from_dict_or_globals(m, word))?
            }
            Op::LoadFromDictOrCell => m.outlined(move |m| load::load_from_dict_or_cell(m, word))?,
            Op::MoveCallable => load::move_callable(m, word),
            Op::Neg => arith::neg(m, word)?,
            Op::Pos => arith::pos(m, word)?,
            Op::Invert => arith::invert(m, word)?,
            Op::Not => control::not(m, word)?,
            Op::ToBool => control::to_bool(m, word)?,
            Op::Add => arith::add(m, word)?,
            Op::Sub => arith::sub(m, word)?,
            Op::Mul => arith::mul(m, word)?,
            Op::TrueDiv => arith::true_div(m, word)?,
            Op::FloorDiv => arith::floor_div(m, word)?,
            Op::Mod => arith::modulo(m, word)?,
            Op::Pow => arith::pow(m, word)?,
            Op::LShift => arith::lshift(m, word)?,
            Op::RShift => arith::rshift(m, word)?,
            Op::And => arith::and(m, word)?,
            Op::Or => arith::or(m, word)?,
            Op::Xor => arith::xor(m, word)?,
            Op::MatMul => m.outlined(move |m| arith::mat_mul(m, word))?,
            Op::AddInt => arith::add_int(m, word)?,
            Op::SubInt => arith::sub_int(m, word)?,
            Op::MulInt => arith::mul_int(m, word)?,
            Op::FloorDivInt => arith::floor_div_int(m, word)?,
            Op::ModInt => arith::mod_int(m, word)?,
            Op::AndInt => arith::and_int(m, word)?,
            Op::LShiftInt => arith::lshift_int(m, word)?,
            Op::RShiftInt => arith::rshift_int(m, word)?,
            Op::Lt => compare::lt(m, word)?,
            Op::Le => compare::le(m, word)?,
            Op::Eq => compare::eq(m, word)?,
            Op::Ne => compare::ne(m, word)?,
            Op::Gt => compare::gt(m, word)?,
            Op::Ge => compare::ge(m, word)?,
            Op::Is => compare::is(m, word)?,
            Op::Contains => m.outlined(move |m| compare::contains(m, word))?,
            Op::Jump => m.jump(word.imm32()),
            Op::JumpBack => control::jump_back(m, word)?,
            Op::JumpIfTrue => control::jump_if(m, word, true)?,
            Op::JumpIfFalse => control::jump_if(m, word, false)?,
            Op::JumpIfNone => control::jump_if_none(m, word, true),
            Op::JumpIfNotNone => control::jump_if_none(m, word, false),
            Op::JumpLt => compare::jump_lt(m, word)?,
            Op::JumpLe => compare::jump_le(m, word)?,
            Op::JumpEq => compare::jump_eq(m, word)?,
            Op::JumpNe => compare::jump_ne(m, word)?,
            Op::JumpGt => compare::jump_gt(m, word)?,
            Op::JumpGe => compare::jump_ge(m, word)?,
            Op::JumpIs => compare::jump_is(m, word)?,
            Op::LoopHeader => {
                m.skip(1);
                m.loop_header()?;
            }
            Op::GetItem => item::get_item(m, word)?,
            Op::GetItemInt => item::get_item_int(m, word)?,
            Op::SetItem => item::set_item(m, word)?,
            Op::SetItemInt => item::set_item_int(m, word)?,
            Op::DelItem => m.outlined(move |m| item::del_item(m, word))?,
            Op::GetSlice => m.outlined(move |m| item::get_slice(m, word))?,
            Op::SetSlice => m.outlined(move |m| item::set_slice(m, word))?,
            Op::BuildSlice => m.outlined(move |m| item::build_slice(m, word))?,
            Op::LoadAttr => attr::load_attr(m, word)?,
            Op::LoadMethod => attr::load_method(m, word)?,
            Op::StoreAttr => attr::store_attr(m, word)?,
            Op::DelAttr => m.outlined(move |m| attr::del_attr(m, word))?,
            Op::LoadSuperAttr => m.outlined(move |m| attr::load_super(m, word, false))?,
            Op::LoadSuperMethod => m.outlined(move |m| attr::load_super(m, word, true))?,
            Op::Call => call::call(m, word)?,
            Op::CallKw => keywords::call_kw(m, word)?,
            Op::CallEx => m.outlined(move |m| spread::call_ex(m, word))?,
            Op::Return => leave::return_value(m, word)?,
            Op::Finish => generator::finish(m, word)?,
            Op::GetIter => m.outlined(move |m| iterate::get_iter(m, word))?,
            Op::ForIter => iterate::for_iter(m, word)?,
            Op::BuildTuple => m.outlined(move |m| build::build_tuple(m, word))?,
            Op::BuildList => m.outlined(move |m| build::build_list(m, word))?,
            Op::BuildSet => m.outlined(move |m| build::build_set(m, word))?,
            Op::BuildMap => m.outlined(move |m| build::build_map(m, word))?,
            Op::BuildString => m.outlined(move |m| build::build_string(m, word))?,
            Op::ListAppend => build::list_append(m, word)?,
            Op::ListExtend => build::list_extend(m, word)?,
            Op::ListToTuple => m.outlined(move |m| build::list_to_tuple(m, word))?,
            Op::SetAdd => build::set_add(m, word)?,
            Op::SetUpdate => build::set_update(m, word)?,
            Op::MapAdd => build::map_add(m, word)?,
            Op::DictUpdate => build::dict_update(m, word)?,
            Op::DictMerge => build::dict_merge(m, word)?,
            Op::StarArguments => m.outlined(move |m| build::star_arguments(m, word))?,
            Op::FormatValue => m.outlined(move |m| build::format_value(m, word))?,
            Op::BuildInterpolation => m.outlined(move |m| build::interpolation(m, word))?,
            Op::BuildTemplate => m.outlined(move |m| build::template(m, word))?,
            Op::UnpackSequence => build::unpack_sequence(m, word)?,
            Op::UnpackEx => m.outlined(move |m| build::unpack_ex(m, word))?,
            Op::MakeFunction => m.outlined(move |m| build::make_function(m, word))?,
            Op::LoadBuildClass => m.outlined(move |m| load::load_build_class(m, word))?,
            Op::CallIntrinsic => m.outlined(move |m| build::call_intrinsic(m, word))?,
            Op::EnterExcept => m.outlined(move |m| except::enter_except(m, word))?,
            Op::ExitExcept => m.outlined(move |m| except::exit_except(m, word))?,
            Op::CheckExcMatch => m.outlined(move |m| except::check_exc_match(m, word))?,
            Op::CheckEgMatch => m.outlined(move |m| except::check_eg_match(m, word))?,
            Op::Raise => m.outlined(move |m| except::raise(m, word))?,
            Op::Reraise => m.outlined(move |m| except::reraise(m, word))?,
            Op::LoadAssertionError => m.outlined(move |m| except::load_assertion_error(m, word)),
            Op::WithEnter => m.outlined(move |m| except::with_enter(m, word))?,
            Op::WithExit => m.outlined(move |m| except::with_exit(m, word))?,
            Op::WithExcept => m.outlined(move |m| except::with_except(m, word))?,
            Op::ReturnGenerator => m.outlined(move |m| generator::return_generator(m))?,
            Op::Yield => generator::yield_value(m, word)?,
            Op::GetYieldFromIter => m.outlined(move |m| generator::get_yield_from_iter(m, word))?,
            Op::Send => m.outlined(move |m| generator::send(m, word))?,
            Op::YieldDelegated => generator::yield_delegated(m, word)?,
            Op::GetAwaitable => m.outlined(move |m| generator::get_awaitable(m, word))?,
            Op::GetAIter => m.outlined(move |m| generator::get_aiter(m, word))?,
            Op::GetANext => m.outlined(move |m| generator::get_anext(m, word))?,
            Op::EndAsyncFor => m.outlined(move |m| generator::end_async_for(m, word))?,
            Op::ImportName => m.outlined(move |m| import::import_name(m, word))?,
            Op::ImportFrom => m.outlined(move |m| import::import_from(m, word))?,
            Op::ImportStar => m.outlined(move |m| import::import_star(m, word))?,
            Op::GetLen => m.outlined(move |m| pattern::get_len(m, word))?,
            Op::MatchMapping => m.outlined(move |m| {
                pattern::match_flag(m, word, taipan_objects::ty::flag::MAPPING)
            })?,
            Op::MatchSequence => m.outlined(move |m| {
                pattern::match_flag(m, word, taipan_objects::ty::flag::SEQUENCE)
            })?,
            Op::MatchKeys => m.outlined(move |m| pattern::match_keys(m, word))?,
            Op::MatchClass => m.outlined(move |m| pattern::match_class(m, word))?,
            Op::SetupAnnotations => m.outlined(move |m| load::setup_annotations(m))?,
            Op::PrintExpr => m.outlined(move |m| build::print_expr(m, word))?,
        }
    }
}

/// The index of the word that pc points to.
#[inline(always)]
pub(crate) fn pc_index<M: Machine>(m: &M) -> u32 {
    // SAFETY: the machine's code is live.
    let code = unsafe { CodeData::of(m.code()) };
    // SAFETY: pc stands in the running code.
    unsafe { code.block.index_of(m.word_at(0)) }
}

/// Finds the handler of the pending exception: in this frame or a caller.
fn unwind<M: Machine>(m: &mut M) -> Next {
    let mut raised_here = true;
    loop {
        // SAFETY: the machine's code is live.
        let code = unsafe { CodeData::of(m.code()) };
        let next = pc_index(m);
        let at = next.saturating_sub(1);
        // A failure to extend the traceback (no memory) leaves the exception pending, or replaces it.
        if !(raised_here && code.reraises.binary_search(&at).is_ok()) {
            let _ = m.call_void(&opaque::ADD_TRACEBACK, []);
        }
        raised_here = false;
        let handler = code
            .code
            .handlers
            .iter()
            .find(|row| row.start <= at && at < row.end);
        if let Some(row) = handler {
            let exception = m.take_pending();
            m.set_reg(i32::from(row.exception), exception);
            m.jump(row.target.cast_signed() - next.cast_signed());
            return Ok(());
        }
        let parent = if is_generator(code) {
            generator::raised_out(m)?
        } else {
            None
        };
        let (kind, result) = m.unwinding()?;
        m.pop_frame();
        if let Some(parent) = parent {
            generator::take_over(m, &parent, kind, result, None)?;
        }
    }
}

/// Whether frames of this code belong to a generator object once that was made.
#[inline(always)]
pub(crate) fn is_generator(code: &CodeData) -> bool {
    code.code.flags.suspends()
}
