//! `__format__` of int, float and complex.

use crate::operand::{float, int, real};
use coil_num::float::{self as floats, Kind, Style};
use coil_text::format_spec::{FloatForm, FloatPlan, FormatError, FormatSpec, IntPlan, Target};
use coil_text::layout::Layout;
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::number::{IntView, complex_of, i64_of};
use taipan_objects::str::Str;
use taipan_objects::ty::{Type, types};
use taipan_objects::{PyResult, Raised, Vm, protocol};

/// Longest text a field may become: more is MemoryError.
const MAX_FIELD: usize = 1 << 32;

/// The parsed specification; none when it is empty.
fn spec_of(vm: &mut Vm, args: Args, target: Target) -> PyResult<Option<FormatSpec>> {
    let Some(spec) = Str::of(args.at(1)) else {
        let name = protocol::type_name(args.at(1));
        return Err(vm.raise_type(&format!("__format__() argument must be str, not {name}")));
    };
    if spec.is_empty() {
        return Ok(None);
    }
    let parsed = FormatSpec::parse(spec.text().iter(), target);
    match parsed {
        Ok(spec) if spec.width > MAX_FIELD || spec.precision.is_some_and(|p| p > MAX_FIELD) => {
            Err(vm.raise_memory_error())
        }
        Ok(spec) => Ok(Some(spec)),
        Err(error) => Err(spec_error(vm, &error, args.at(0))),
    }
}

fn spec_error(vm: &mut Vm, error: &FormatError, value: Value) -> Raised {
    let message = error.message(&protocol::type_name(value));
    match vm.new_str_points(&message) {
        Ok(text) => vm.raise_with(&types::ValueError, &[text]),
        Err(raised) => raised,
    }
}

fn field(vm: &mut Vm, layout: &Layout) -> PyResult {
    match layout.to_text() {
        Some(text) => vm.new_str(&text),
        None => {
            let points: Vec<u32> = layout.code_points().collect();
            vm.new_str_points(&points)
        }
    }
}

/// Text of a float by a plan.
fn planned(value: f64, plan: FloatPlan) -> String {
    let kind = match plan.form {
        FloatForm::Fixed => Kind::Fixed,
        FloatForm::Exponent => Kind::Exponent,
        FloatForm::General => Kind::General,
        FloatForm::GeneralWithPoint => Kind::GeneralWithPoint,
        FloatForm::Repr => Kind::Repr,
        FloatForm::Shortest => Kind::Shortest,
    };
    let style = Style {
        kind,
        precision: plan.precision,
        alternate: plan.alternate,
        upper: plan.upper,
    };
    floats::format(if plan.percent { value * 100.0 } else { value }, style)
}

/// `int.__format__`
pub(crate) fn int_format(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.at(0);
    let Some(spec) = spec_of(vm, args, Target::Int)? else {
        let exact = value.is_small_int() || Type::of(value).is(&types::INT);
        return if exact {
            let text = vm.int_text(value, 10)?;
            vm.new_ascii(text.as_bytes())
        } else {
            Ok(protocol::str(vm, value)?.value())
        };
    };
    let layout = match spec.int_plan() {
        Ok(IntPlan::Digits(radix)) => {
            let text = vm.int_text(value, radix)?;
            let digits = text.strip_prefix('-').unwrap_or(&text);
            spec.layout_int(text.starts_with('-'), digits)
        }
        Ok(IntPlan::Char) => {
            let Some(code) = i64_of(value) else {
                return Err(vm.raise_overflow("Python int too large to convert to C long"));
            };
            match u32::try_from(code).ok().filter(|code| *code < 0x11_0000) {
                Some(code) => match char::from_u32(code) {
                    Some(code) => spec.layout_char(code),
                    None => return lone_surrogate(vm, &spec, code),
                },
                None => return Err(vm.raise_overflow("%c arg not in range(0x110000)")),
            }
        }
        Ok(IntPlan::Float(plan)) => {
            let float = real(vm, value)?.expect("self is an int");
            spec.layout_float(&planned(float, plan))
        }
        Err(error) => return Err(spec_error(vm, &error, value)),
    };
    let _: IntView<'_> = int(value);
    field(vm, &layout)
}

/// The character of a surrogate code: laid out as any other, then put in.
fn lone_surrogate(vm: &mut Vm, spec: &FormatSpec, code: u32) -> PyResult {
    const STAND_IN: char = '\u{10ffff}';
    let points: Vec<u32> = spec
        .layout_char(STAND_IN)
        .code_points()
        .map(|point| {
            if point == u32::from(STAND_IN) {
                code
            } else {
                point
            }
        })
        .collect();
    vm.new_str_points(&points)
}

/// `float.__format__`
pub(crate) fn float_format(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.at(0);
    let Some(spec) = spec_of(vm, args, Target::Float)? else {
        return Ok(protocol::str(vm, value)?.value());
    };
    match spec.float_plan() {
        Ok(plan) => {
            let layout = spec.layout_float(&planned(float(value), plan));
            field(vm, &layout)
        }
        Err(error) => Err(spec_error(vm, &error, value)),
    }
}

/// `complex.__format__`
pub(crate) fn complex_format(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.at(0);
    let Some(spec) = spec_of(vm, args, Target::Complex)? else {
        return Ok(protocol::str(vm, value)?.value());
    };
    let (re, im) = complex_of(value).expect("self is a complex");
    match spec.complex_plan() {
        Ok((plan, parentheses)) => {
            let hidden = parentheses && re == 0.0 && re.is_sign_positive();
            let real = (!hidden).then(|| planned(re, plan));
            let layout = spec.layout_complex(real.as_deref(), &planned(im, plan), parentheses);
            field(vm, &layout)
        }
        Err(error) => Err(spec_error(vm, &error, value)),
    }
}
