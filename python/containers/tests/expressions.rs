//! Runs the lines of `tests/expressions/*.txt` (`>>> statement`, then its result as CPython 3.14 shows it) with a small evaluator of expressions, so that
//! the types here are tested without an interpreter. `record.py` beside the files records the results.
#![allow(
    unsafe_code,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that calls natives"
)]

use coil_heap::HeapConfig;
use ruff_python_ast::{self as ast, Expr, Stmt};
use taipan_objects::dict::Dict;
use taipan_objects::list::List;
use taipan_objects::slots::{BinaryOp, CompareOp};
use taipan_objects::str::Str;
use taipan_objects::{PyResult, Value, Vm, mem, protocol, ty};

struct Eval<'a> {
    vm: &'a mut Vm,
    scope: Dict,
}

impl Eval<'_> {
    fn list(&mut self, items: &[Expr]) -> PyResult<List> {
        let list = self.vm.new_list_with(0)?;
        for item in items {
            if let Expr::Starred(starred) = item {
                let value = self.eval(&starred.value)?;
                let vm = &mut *self.vm;
                protocol::for_each(vm, value, |vm, item| list.push(vm, item).map(|()| true))?;
            } else {
                let value = self.eval(item)?;
                list.push(self.vm, value)?;
            }
        }
        Ok(list)
    }

    fn call(&mut self, call: &ast::ExprCall) -> PyResult {
        let callable = self.eval(&call.func)?;
        let args = self.list(&call.arguments.args)?;
        let keywords = self.vm.new_dict()?;
        for keyword in &call.arguments.keywords {
            let value = self.eval(&keyword.value)?;
            match &keyword.arg {
                Some(name) => keywords.set_name(self.vm, name.as_str(), value)?,
                None => keywords.update(self.vm, Dict::of(value).unwrap())?,
            }
        }
        taipan_containers::helpers::call_with_dict(self.vm, callable, args, keywords)
    }

    fn optional(&mut self, expr: Option<&Expr>) -> PyResult {
        match expr {
            Some(expr) => self.eval(expr),
            None => Ok(ty::none()),
        }
    }

    fn eval(&mut self, expr: &Expr) -> PyResult {
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::Name(name) => match self.scope.get_name(self.vm, name.id.as_str())? {
                Some(found) => Ok(found),
                None => match self
                    .vm
                    .interp
                    .builtins()
                    .get_name(self.vm, name.id.as_str())?
                {
                    Some(found) => Ok(found),
                    None => Err(self.vm.raise_name(name.id.as_str())),
                },
            },
            Expr::Attribute(attribute) => {
                let value = self.eval(&attribute.value)?;
                protocol::get_attr_named(self.vm, value, attribute.attr.as_str())
            }
            Expr::Subscript(subscript) => {
                let value = self.eval(&subscript.value)?;
                let key = self.eval(&subscript.slice)?;
                protocol::get_item(self.vm, value, key)
            }
            Expr::Slice(slice) => {
                let lower = self.optional(slice.lower.as_deref())?;
                let upper = self.optional(slice.upper.as_deref())?;
                let step = self.optional(slice.step.as_deref())?;
                self.vm.new_slice(lower, upper, step)
            }
            Expr::List(list) => Ok(self.list(&list.elts)?.value()),
            Expr::Tuple(tuple) => {
                let list = self.list(&tuple.elts)?;
                self.vm.list_to_tuple(list)
            }
            Expr::Set(set) => {
                let list = self.list(&set.elts)?;
                protocol::call(self.vm, ty::types::SET.value(), &[list.value()])
            }
            Expr::Dict(dict) => {
                let result = self.vm.new_dict()?;
                for item in &dict.items {
                    let key = self.eval(item.key.as_ref().unwrap())?;
                    let value = self.eval(&item.value)?;
                    result.set(self.vm, key, value)?;
                }
                Ok(result.value())
            }
            Expr::NumberLiteral(number) => match &number.value {
                ast::Number::Int(int) => match int.as_i64() {
                    Some(int) => self.vm.new_int(int),
                    None => {
                        let text = self.vm.new_str(&int.to_string())?;
                        protocol::call(self.vm, ty::types::INT.value(), &[text])
                    }
                },
                ast::Number::Float(float) => self.vm.new_float(*float),
                ast::Number::Complex { real, imag } => self.vm.new_complex(*real, *imag),
            },
            Expr::StringLiteral(text) => self.vm.new_str(text.value.to_str()),
            Expr::BytesLiteral(bytes) => {
                let data: Vec<u8> = bytes.value.bytes().collect();
                self.vm.new_bytes(&data)
            }
            Expr::BooleanLiteral(boolean) => Ok(ty::bool_value(boolean.value)),
            Expr::NoneLiteral(_) => Ok(ty::none()),
            Expr::EllipsisLiteral(_) => Ok(ty::ELLIPSIS.value()),
            Expr::UnaryOp(unary) => {
                let value = self.eval(&unary.operand)?;
                let slots = ty::Type::of(value).slots();
                match unary.op {
                    ast::UnaryOp::Not => Ok(ty::bool_value(!protocol::truth(self.vm, value)?)),
                    ast::UnaryOp::USub => protocol::unary(self.vm, slots.neg, "unary -", value),
                    ast::UnaryOp::UAdd => protocol::unary(self.vm, slots.pos, "unary +", value),
                    ast::UnaryOp::Invert => {
                        protocol::unary(self.vm, slots.invert, "unary ~", value)
                    }
                }
            }
            Expr::BinOp(binary) => {
                let left = self.eval(&binary.left)?;
                let right = self.eval(&binary.right)?;
                protocol::binary(self.vm, operator(binary.op), left, right)
            }
            Expr::Compare(compare) => self.compare(compare),
            other => panic!("not an expression for these tests: {other:?}"),
        }
    }

    fn compare(&mut self, compare: &ast::ExprCompare) -> PyResult {
        let left = self.eval(&compare.left)?;
        let right = self.eval(&compare.comparators[0])?;
        let op = match compare.ops[0] {
            ast::CmpOp::Eq => CompareOp::Eq,
            ast::CmpOp::NotEq => CompareOp::Ne,
            ast::CmpOp::Lt => CompareOp::Lt,
            ast::CmpOp::LtE => CompareOp::Le,
            ast::CmpOp::Gt => CompareOp::Gt,
            ast::CmpOp::GtE => CompareOp::Ge,
            ast::CmpOp::Is => return Ok(ty::bool_value(protocol::is(left, right))),
            ast::CmpOp::IsNot => return Ok(ty::bool_value(!protocol::is(left, right))),
            ast::CmpOp::In => return Ok(ty::bool_value(protocol::contains(self.vm, right, left)?)),
            ast::CmpOp::NotIn => {
                return Ok(ty::bool_value(!protocol::contains(self.vm, right, left)?));
            }
        };
        protocol::compare(self.vm, left, right, op)
    }

    fn assign(&mut self, target: &Expr, value: Value) -> PyResult<()> {
        match target {
            Expr::Name(name) => self.scope.set_name(self.vm, name.id.as_str(), value),
            Expr::Subscript(subscript) => {
                let object = self.eval(&subscript.value)?;
                let key = self.eval(&subscript.slice)?;
                protocol::set_item(self.vm, object, key, Some(value))
            }
            Expr::Attribute(attribute) => {
                let object = self.eval(&attribute.value)?;
                let name = self.vm.intern(attribute.attr.as_str())?;
                protocol::set_attr(self.vm, object, Str::of(name).unwrap(), Some(value))
            }
            other => panic!("not a target for these tests: {other:?}"),
        }
    }

    fn run(&mut self, statement: &Stmt) -> PyResult<Option<Value>> {
        match statement {
            Stmt::Expr(expr) => self.eval(&expr.value).map(Some),
            Stmt::Assign(assign) => {
                let value = self.eval(&assign.value)?;
                self.assign(&assign.targets[0], value)?;
                Ok(None)
            }
            Stmt::AugAssign(assign) => {
                let old = self.eval(&assign.target)?;
                let value = self.eval(&assign.value)?;
                let new = protocol::in_place(self.vm, operator(assign.op), old, value)?;
                self.assign(&assign.target, new)?;
                Ok(None)
            }
            Stmt::Delete(delete) => {
                let Expr::Subscript(subscript) = &delete.targets[0] else {
                    panic!("only items are deleted here");
                };
                let object = self.eval(&subscript.value)?;
                let key = self.eval(&subscript.slice)?;
                protocol::set_item(self.vm, object, key, None)?;
                Ok(None)
            }
            other => panic!("not a statement for these tests: {other:?}"),
        }
    }
}

fn operator(op: ast::Operator) -> BinaryOp {
    match op {
        ast::Operator::Add => BinaryOp::Add,
        ast::Operator::Sub => BinaryOp::Sub,
        ast::Operator::Mult => BinaryOp::Mul,
        ast::Operator::MatMult => BinaryOp::MatMul,
        ast::Operator::Div => BinaryOp::TrueDiv,
        ast::Operator::Mod => BinaryOp::Mod,
        ast::Operator::Pow => BinaryOp::Pow,
        ast::Operator::LShift => BinaryOp::LShift,
        ast::Operator::RShift => BinaryOp::RShift,
        ast::Operator::BitOr => BinaryOp::Or,
        ast::Operator::BitXor => BinaryOp::Xor,
        ast::Operator::BitAnd => BinaryOp::And,
        ast::Operator::FloorDiv => BinaryOp::FloorDiv,
    }
}

fn new_vm(config: HeapConfig) -> Box<Vm> {
    let mut vm = Vm::new(config).unwrap();
    let mut all = taipan_containers::TYPES.to_vec();
    all.extend(taipan_core::TYPES);
    all.extend(taipan_numbers::TYPES);
    all.extend(taipan_text::TYPES);
    vm.ready_types(&all).unwrap();
    let builtins = vm.interp.builtins();
    for def in taipan_containers::FUNCTIONS
        .iter()
        .chain(taipan_core::FUNCTIONS)
        .chain(taipan_numbers::FUNCTIONS)
        .chain(taipan_text::FUNCTIONS)
    {
        let function = vm.new_native(def, None, None).unwrap();
        builtins.set_name(&mut vm, def.name, function).unwrap();
    }
    for row in ty::STATIC_TYPES {
        let name = row.name.rsplit('.').next().unwrap();
        builtins.set_name(&mut vm, name, row.ty.value()).unwrap();
    }
    vm
}

/// What a line shows.
fn shown(eval: &mut Eval<'_>, source: &str) -> String {
    let module = ruff_python_parser::parse_module(source)
        .unwrap_or_else(|error| panic!("{source}: {error}"))
        .into_syntax();
    let mut last = None;
    for statement in &module.body {
        match eval.run(statement) {
            Ok(value) => last = value,
            Err(raised) => {
                let exception = eval.vm.take_raised(raised);
                let name = protocol::type_name(exception);
                let text = protocol::str_text(eval.vm, exception).unwrap_or_default();
                return format!("{name}: {text}");
            }
        }
    }
    let Some(value) = last else {
        return String::new();
    };
    match protocol::repr_text(eval.vm, value) {
        Ok(text) => text,
        Err(raised) => {
            let exception = eval.vm.take_raised(raised);
            let text = protocol::str_text(eval.vm, exception).unwrap_or_default();
            format!("repr raised {}: {text}", protocol::type_name(exception))
        }
    }
}

/// The builtin types are statics of the process, so the configurations take turns.
#[test]
fn expressions_give_what_cpython_gives() {
    check(HeapConfig::default());
    check(HeapConfig {
        stress_every: 1,
        always_evacuate: true,
        poison: true,
        ..HeapConfig::default()
    });
}

fn check(config: HeapConfig) {
    let mut failures = Vec::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/expressions");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let mut vm = new_vm(config);
    for file in files {
        let scope = vm.new_dict().unwrap();
        for module in taipan_containers::MODULES {
            let name = vm.intern(module.name).unwrap();
            for def in module.functions {
                let function = vm.new_native(def, None, Some(name)).unwrap();
                scope.set_name(&mut vm, def.name, function).unwrap();
            }
            (module.init)(&mut vm, scope).unwrap();
        }
        vm.mutator().pin(mem::expect_ref(scope.value()));
        let text = std::fs::read_to_string(&file).unwrap();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(source) = line.strip_prefix(">>> ") else {
                continue;
            };
            let expected = lines
                .peek()
                .filter(|next| !next.starts_with(">>> ") && !next.is_empty());
            let expected = expected.copied().unwrap_or("").to_owned();
            let mut eval = Eval { vm: &mut vm, scope };
            let found = shown(&mut eval, source);
            if found != expected {
                failures.push(format!(
                    "{source}\n   expected {expected}\n   found    {found}"
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}
