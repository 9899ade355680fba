//! table: the bytecodes, one row each.
//!
//! A row: doc comment (the effect), Rust name, text name, operands in the order a, b, c (or a, imm for 32-bit
//! immediates), `d` when used, and how many inline-cache words follow the instruction. All jumps are relative to the
//! word after the instruction and its caches. Operand kinds are in [`OperandKind`]. "Raises" is not stated: any op
//! that touches an object may raise, and the exception table of the code object covers the whole instruction.

/// How an operand field is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OperandKind {
    /// A register that is written.
    Dst,
    /// A register that is read.
    Src,
    /// The first of a run of registers that are read.
    SrcRun,
    /// The first of a run of registers that are written.
    DstRun,
    /// A 16-bit index into the constants.
    Const,
    /// A 16-bit index into the names.
    Name,
    /// A 32-bit index into the constants.
    Const32,
    /// A 16-bit signed jump distance in words.
    Jump,
    /// A 32-bit signed jump distance in words.
    Jump32,
    /// A plain number.
    Count,
    /// A signed 16-bit integer.
    Int,
    /// A signed 32-bit integer.
    Int32,
    /// A small number in field `d`.
    Flag,
}

/// Calls `$go!` with all rows of the table.
#[macro_export]
macro_rules! for_each_op {
    ($go:ident) => {
        $go! {
            // ---- moves and constants
            /// Does nothing.
            Nop "nop" () 0;
            /// `R[a] = constants[imm]`.
            LoadConst "load_const" (a: Dst, imm: Const32) 0;
            /// `R[a] = imm` as an int.
            LoadInt "load_int" (a: Dst, imm: Int32) 0;
            /// `R[a] = R[b]`; `R[b]` is bound.
            Move "move" (a: Dst, b: Src) 0;
            /// `R[a] = None`.
            LoadNone "load_none" (a: Dst) 0;
            /// `R[a] = True`.
            LoadTrue "load_true" (a: Dst) 0;
            /// `R[a] = False`.
            LoadFalse "load_false" (a: Dst) 0;
            /// Raises UnboundLocalError for local `names`-independent register `a` when it is unbound (its name is `varnames[a]`).
            CheckBound "check_bound" (a: Src) 0;
            /// Unbinds register `a` (no check).
            Unbind "unbind" (a: Dst) 0;
            /// `del` of local `a`: UnboundLocalError when unbound, then unbinds.
            DeleteFast "delete_fast" (a: Dst) 0;
            // ---- cells
            /// `R[a] = Cell(R[a])`, an empty cell when `R[a]` is unbound.
            MakeCell "make_cell" (a: Dst) 0;
            /// Copies the running function's closure cells to registers `a ..`, as many as the code has free variables.
            CopyFreeVars "copy_free_vars" (a: DstRun) 0;
            /// `R[a] = contents of cell R[b]`; NameError/UnboundLocalError when empty.
            LoadCell "load_cell" (a: Dst, b: Src) 0;
            /// Like `load_cell`, but in a class body: `names[c]` is looked up in the class namespace first.
            LoadClassCell "load_class_cell" (a: Dst, b: Src, c: Name) 0;
            /// Contents of cell `R[a]` = `R[b]`.
            StoreCell "store_cell" (a: Src, b: Src) 0;
            /// Empties cell `R[a]`; NameError/UnboundLocalError when empty already.
            DeleteCell "delete_cell" (a: Src) 0;
            // ---- names
            /// `R[a] = globals or builtins [names[b]]`.
            LoadGlobal "load_global" (a: Dst, b: Name) 1;
            /// `globals[names[b]] = R[a]`.
            StoreGlobal "store_global" (a: Src, b: Name) 1;
            /// `del globals[names[a]]`; NameError when missing.
            DeleteGlobal "delete_global" (a: Name) 0;
            /// `R[a] = locals, globals or builtins [names[b]]` (module and class bodies, exec).
            LoadName "load_name" (a: Dst, b: Name) 1;
            /// `locals[names[b]] = R[a]`.
            StoreName "store_name" (a: Src, b: Name) 1;
            /// `del locals[names[a]]`; NameError when missing.
            DeleteName "delete_name" (a: Name) 0;
            /// `R[a] =` the local namespace mapping of a class body or exec.
            LoadLocals "load_locals" (a: Dst) 0;
            /// `R[a] = mapping R[b][names[c]]`, falling back to globals and builtins (annotation scopes in classes).
            LoadFromDictOrGlobals "load_from_dict_or_globals" (a: Dst, b: Src, c: Name) 0;
            // ---- unary
            /// `R[a] = -R[b]`.
            Neg "neg" (a: Dst, b: Src) 0;
            /// `R[a] = +R[b]`.
            Pos "pos" (a: Dst, b: Src) 0;
            /// `R[a] = ~R[b]`.
            Invert "invert" (a: Dst, b: Src) 0;
            /// `R[a] = not R[b]`.
            Not "not" (a: Dst, b: Src) 0;
            /// `R[a] = bool(R[b])`.
            ToBool "to_bool" (a: Dst, b: Src) 0;
            // ---- binary; d = 1 for the in-place form (+=)
            /// `R[a] = R[b] + R[c]`.
            Add "add" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] - R[c]`.
            Sub "sub" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] * R[c]`.
            Mul "mul" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] / R[c]`.
            TrueDiv "truediv" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] // R[c]`.
            FloorDiv "floordiv" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] % R[c]`.
            Mod "mod" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] ** R[c]`.
            Pow "pow" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] << R[c]`.
            LShift "lshift" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] >> R[c]`.
            RShift "rshift" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] & R[c]`.
            And "and" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] | R[c]`.
            Or "or" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] ^ R[c]`.
            Xor "xor" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] @ R[c]`.
            MatMul "matmul" (a: Dst, b: Src, c: Src, d: Flag) 1;
            /// `R[a] = R[b] + c` (int literal).
            AddInt "add_int" (a: Dst, b: Src, c: Int, d: Flag) 1;
            /// `R[a] = R[b] - c` (int literal).
            SubInt "sub_int" (a: Dst, b: Src, c: Int, d: Flag) 1;
            /// `R[a] = R[b] * c` (int literal).
            MulInt "mul_int" (a: Dst, b: Src, c: Int, d: Flag) 1;
            /// `R[a] = R[b] // c` (int literal).
            FloorDivInt "floordiv_int" (a: Dst, b: Src, c: Int, d: Flag) 1;
            /// `R[a] = R[b] % c` (int literal).
            ModInt "mod_int" (a: Dst, b: Src, c: Int, d: Flag) 1;
            /// `R[a] = R[b] & c` (int literal).
            AndInt "and_int" (a: Dst, b: Src, c: Int, d: Flag) 1;
            /// `R[a] = R[b] << c` (int literal).
            LShiftInt "lshift_int" (a: Dst, b: Src, c: Int, d: Flag) 1;
            /// `R[a] = R[b] >> c` (int literal).
            RShiftInt "rshift_int" (a: Dst, b: Src, c: Int, d: Flag) 1;
            // ---- comparison
            /// `R[a] = R[b] < R[c]`.
            Lt "lt" (a: Dst, b: Src, c: Src) 1;
            /// `R[a] = R[b] <= R[c]`.
            Le "le" (a: Dst, b: Src, c: Src) 1;
            /// `R[a] = R[b] == R[c]`.
            Eq "eq" (a: Dst, b: Src, c: Src) 1;
            /// `R[a] = R[b] != R[c]`.
            Ne "ne" (a: Dst, b: Src, c: Src) 1;
            /// `R[a] = R[b] > R[c]`.
            Gt "gt" (a: Dst, b: Src, c: Src) 1;
            /// `R[a] = R[b] >= R[c]`.
            Ge "ge" (a: Dst, b: Src, c: Src) 1;
            /// `R[a] = R[b] is R[c]`, inverted when d = 1.
            Is "is" (a: Dst, b: Src, c: Src, d: Flag) 0;
            /// `R[a] = R[b] in R[c]`, inverted when d = 1.
            Contains "contains" (a: Dst, b: Src, c: Src, d: Flag) 1;
            // ---- jumps. The truth value of the result of a user-defined comparison is taken by a hidden step.
            /// Unconditional.
            Jump "jump" (imm: Jump32) 0;
            /// Jumps by `imm` back to a `loop_header`, and does what that does.
            JumpBack "jump_back" (imm: Jump32) 0;
            /// Jumps when `R[a]` is true.
            JumpIfTrue "jump_if_true" (a: Src, imm: Jump32) 0;
            /// Jumps when `R[a]` is false.
            JumpIfFalse "jump_if_false" (a: Src, imm: Jump32) 0;
            /// Jumps when `R[a] is None`.
            JumpIfNone "jump_if_none" (a: Src, imm: Jump32) 0;
            /// Jumps when `R[a] is not None`.
            JumpIfNotNone "jump_if_not_none" (a: Src, imm: Jump32) 0;
            /// Jumps by `c` when `R[a] < R[b]` has the truth value d.
            JumpLt "jump_lt" (a: Src, b: Src, c: Jump, d: Flag) 1;
            /// Jumps by `c` when `R[a] <= R[b]` has the truth value d.
            JumpLe "jump_le" (a: Src, b: Src, c: Jump, d: Flag) 1;
            /// Jumps by `c` when `R[a] == R[b]` has the truth value d.
            JumpEq "jump_eq" (a: Src, b: Src, c: Jump, d: Flag) 1;
            /// Jumps by `c` when `R[a] != R[b]` has the truth value d.
            JumpNe "jump_ne" (a: Src, b: Src, c: Jump, d: Flag) 1;
            /// Jumps by `c` when `R[a] > R[b]` has the truth value d.
            JumpGt "jump_gt" (a: Src, b: Src, c: Jump, d: Flag) 1;
            /// Jumps by `c` when `R[a] >= R[b]` has the truth value d.
            JumpGe "jump_ge" (a: Src, b: Src, c: Jump, d: Flag) 1;
            /// Jumps by `c` when `R[a] is R[b]` has the truth value d.
            JumpIs "jump_is" (a: Src, b: Src, c: Jump, d: Flag) 0;
            /// A loop header: the target of back-edges, where traces start. `a` = index of this loop in the code object.
            LoopHeader "loop_header" (a: Count) 1;
            // ---- subscripts
            /// `R[a] = R[b][R[c]]`.
            GetItem "get_item" (a: Dst, b: Src, c: Src) 1;
            /// `R[a] = R[b][c]` (int literal).
            GetItemInt "get_item_int" (a: Dst, b: Src, c: Int) 1;
            /// `R[a][R[b]] = R[c]`.
            SetItem "set_item" (a: Src, b: Src, c: Src) 1;
            /// `R[a][b] = R[c]` (int literal).
            SetItemInt "set_item_int" (a: Src, b: Int, c: Src) 1;
            /// `del R[a][R[b]]`.
            DelItem "del_item" (a: Src, b: Src) 0;
            /// `R[a] = R[b][R[c] : R[c+1]]` (missing bounds are None).
            GetSlice "get_slice" (a: Dst, b: Src, c: SrcRun) 0;
            /// `R[a][R[b] : R[b+1]] = R[c]`.
            SetSlice "set_slice" (a: Src, b: SrcRun, c: Src) 0;
            /// `R[a] = slice(R[b], R[b+1], R[b+2])`.
            BuildSlice "build_slice" (a: Dst, b: SrcRun) 0;
            // ---- attributes
            /// `R[a] = R[b].names[c]`.
            LoadAttr "load_attr" (a: Dst, b: Src, c: Name) 1;
            /// `R[a], R[a+1] = function, self` when `names[c]` of `R[b]` is a method, else `R[a], R[a+1] = attribute, unset`:
            /// what `call` takes.
            LoadMethod "load_method" (a: DstRun, b: Src, c: Name) 1;
            /// `R[a].names[b] = R[c]`.
            StoreAttr "store_attr" (a: Src, b: Name, c: Src) 1;
            /// `del R[a].names[b]`.
            DelAttr "del_attr" (a: Src, b: Name) 0;
            /// `R[a] = super(R[b], R[b+1]).names[c]`; `R[b-1]` holds what the name `super` is bound to (called if it is not the builtin).
            /// d = 1 for the zero-argument form (class cell content and first argument were put there by the compiler).
            LoadSuperAttr "load_super_attr" (a: Dst, b: SrcRun, c: Name, d: Flag) 1;
            /// As `load_super_attr`, giving the pair that `call` takes in `R[a], R[a+1]`.
            LoadSuperMethod "load_super_method" (a: DstRun, b: SrcRun, c: Name, d: Flag) 1;
            // ---- calls. The outgoing area: R[b] callable, R[b+1] self or unset, then the arguments, on top of all live temporaries.
            /// `R[a] = call with c positional arguments`.
            Call "call" (a: Dst, b: SrcRun, c: Count) 1;
            /// Like `call`; of the c arguments the last are passed by keyword. The following word (a plain number, not an instruction) is the
            /// index of the constant that holds the tuple of their names.
            CallKw "call_kw" (a: Dst, b: SrcRun, c: Count) 2;
            /// `R[a] = R[b](*R[b+2], **R[b+3])`; `R[b+2]` is a tuple, `R[b+3]` a dict or unset.
            CallEx "call_ex" (a: Dst, b: SrcRun) 1;
            /// Leaves the function with `R[a]`.
            Return "return" (a: Src) 0;
            /// Ends the generator or coroutine with `R[a]`: what `return` is in their code.
            Finish "finish" (a: Src) 0;
            // ---- iteration
            /// `R[a] = iter(R[b])`.
            GetIter "get_iter" (a: Dst, b: Src) 1;
            /// `R[a] = next(R[b])`, or jumps by `c` when exhausted (`R[a]` then unchanged).
            ForIter "for_iter" (a: Dst, b: Src, c: Jump) 1;
            // ---- building
            /// `R[a] = (R[b], ... R[b+c-1])`.
            BuildTuple "build_tuple" (a: Dst, b: SrcRun, c: Count) 0;
            /// `R[a] = [R[b], ... R[b+c-1]]`.
            BuildList "build_list" (a: Dst, b: SrcRun, c: Count) 0;
            /// `R[a] = {R[b], ... R[b+c-1]}`.
            BuildSet "build_set" (a: Dst, b: SrcRun, c: Count) 0;
            /// `R[a] = {R[b]: R[b+1], ...}` with c pairs.
            BuildMap "build_map" (a: Dst, b: SrcRun, c: Count) 0;
            /// `R[a] =` concatenation of the c strings from `R[b]`.
            BuildString "build_string" (a: Dst, b: SrcRun, c: Count) 0;
            /// Appends `R[b]` to list `R[a]` (comprehensions, list displays with stars).
            ListAppend "list_append" (a: Src, b: Src) 0;
            /// Extends list `R[a]` by iterable `R[b]` (`*x` in a display; TypeError text "Value after * must be an iterable, not X").
            ListExtend "list_extend" (a: Src, b: Src) 0;
            /// `R[a] = tuple(list R[b])`.
            ListToTuple "list_to_tuple" (a: Dst, b: Src) 0;
            /// Adds `R[b]` to set `R[a]`.
            SetAdd "set_add" (a: Src, b: Src) 0;
            /// Adds all of iterable `R[b]` to set `R[a]`.
            SetUpdate "set_update" (a: Src, b: Src) 0;
            /// `dict R[a][R[b]] = R[c]`.
            MapAdd "map_add" (a: Src, b: Src, c: Src) 0;
            /// Updates dict `R[a]` from mapping `R[b]` (`**x` in a display; later keys win).
            DictUpdate "dict_update" (a: Src, b: Src) 0;
            /// Merges mapping `R[b]` into dict `R[a]` for a call of `R[c]`; duplicate keys and non-mappings raise CPython's call errors.
            DictMerge "dict_merge" (a: Src, b: Src, c: Src) 0;
            /// `R[a] = format(R[b] converted, R[c])`; d: bits 0-1 conversion (0 none, 1 str, 2 repr, 3 ascii), bit 2: `R[c]` is the spec (else empty).
            FormatValue "format_value" (a: Dst, b: Src, c: Src, d: Flag) 0;
            /// `R[a] = Interpolation(R[b], R[b+1] = expression text, conversion d as in format_value, R[b+2] = format spec)`.
            BuildInterpolation "build_interpolation" (a: Dst, b: SrcRun, d: Flag) 0;
            /// `R[a] = Template(strings R[b], interpolations R[b+1])` (two tuples).
            BuildTemplate "build_template" (a: Dst, b: SrcRun) 0;
            // ---- unpacking
            /// `R[a] .. R[a+c-1] = R[b]`, exactly c values.
            UnpackSequence "unpack_sequence" (a: DstRun, b: Src, c: Count) 1;
            /// `R[a] ..= R[b]` with d values before the star, a list for the star, and c after it.
            UnpackEx "unpack_ex" (a: DstRun, b: Src, c: Count, d: Flag) 0;
            // ---- functions and classes
            /// `R[a] = function(constants[b])`; d: which attributes follow from `R[c]` up, in this order: 1 tuple of defaults, 2 dict of
            /// keyword-only defaults, 4 tuple of closure cells, 8 __annotate__ function.
            MakeFunction "make_function" (a: Dst, b: Const, c: SrcRun, d: Flag) 0;
            /// `R[a] = the builtin __build_class__`.
            LoadBuildClass "load_build_class" (a: Dst) 0;
            /// `R[a] = intrinsic number c applied to R[b]` (type parameters and the like; numbers and argument counts in `Intrinsic`).
            CallIntrinsic "call_intrinsic" (a: Dst, b: SrcRun, c: Count) 0;
            // ---- exceptions. A handler starts with the exception in the register its table row names.
            /// Entering a handler: `R[a]` = what was being handled; `R[b]` is now being handled.
            EnterExcept "enter_except" (a: Dst, b: Src) 0;
            /// Leaving a handler: `R[a]` is being handled again.
            ExitExcept "exit_except" (a: Src) 0;
            /// `R[a] = exception R[b] matches R[c]`; TypeError if `R[c]` is no exception class or tuple of them.
            CheckExcMatch "check_exc_match" (a: Dst, b: Src, c: Src) 1;
            /// `except*`: `R[a], R[a+1] = rest, match` of group `R[b]` by `R[c]`.
            CheckEgMatch "check_eg_match" (a: DstRun, b: Src, c: Src) 0;
            /// `raise R[a]`, from `R[b]` when d = 2 ; `raise` alone when d = 0 (re-raises what is being handled).
            Raise "raise" (a: Src, b: Src, d: Flag) 0;
            /// Raises `R[a]` again with its traceback unchanged (end of a finally or unmatched handler).
            Reraise "reraise" (a: Src) 0;
            /// `R[a] = AssertionError`.
            LoadAssertionError "load_assertion_error" (a: Dst) 0;
            // ---- with: the special methods looked up on the type
            /// `R[a] = bound __enter__ result`, `R[a+1] = __exit__` method for context manager `R[b]` (d = 1: async forms; then `R[a]` is the
            /// awaitable `__aenter__()`).
            WithEnter "with_enter" (a: DstRun, b: Src, d: Flag) 0;
            /// `R[a] = R[b](None, None, None)` at the normal end (d = 1: result is awaited by what follows).
            WithExit "with_exit" (a: Dst, b: Src, d: Flag) 0;
            /// `R[a] = R[b](type, exc, traceback)` for exception `R[c]`.
            WithExcept "with_except" (a: Dst, b: Src, c: Src) 0;
            // ---- generators and coroutines
            /// First instruction of a generator/coroutine body after parameters and cells are set up: makes the object and returns it.
            ReturnGenerator "return_generator" () 0;
            /// Yields `R[b]`; on resumption `R[a]` = what was sent.
            Yield "yield" (a: Dst, b: Src) 0;
            /// `R[a] = iterator for yield from R[b]` (coroutines allowed only inside coroutines).
            GetYieldFromIter "get_yield_from_iter" (a: Dst, b: Src) 0;
            /// One step of `yield from`/`await`: sends `R[a]` to iterator `R[b]`; a yielded value goes to `R[a]` and execution goes on with the next
            /// word (a `yield_delegated`); at the end `R[a]` = the result, and it jumps by `c`.
            Send "send" (a: Dst, b: Src, c: Jump) 1;
            /// Yields `R[a]`, the value just got by `send`, outward unchanged; on resumption `R[a]` = what was sent. `throw`/`close` go to the
            /// iterator `R[b]` first. d = 1 in an await.
            YieldDelegated "yield_delegated" (a: Dst, b: Src, d: Flag) 0;
            /// `R[a] = awaitable's iterator of R[b]`; d: 0 await, 1 async with enter, 2 async with exit (for the error text).
            GetAwaitable "get_awaitable" (a: Dst, b: Src, d: Flag) 0;
            /// `R[a] = R[b].__aiter__()`.
            GetAIter "get_aiter" (a: Dst, b: Src) 0;
            /// `R[a] = awaitable of R[b].__anext__()`.
            GetANext "get_anext" (a: Dst, b: Src) 0;
            /// In an async for's handler: jumps by imm when `R[a]` is StopAsyncIteration, else raises it again.
            EndAsyncFor "end_async_for" (a: Src, imm: Jump32) 0;
            // ---- import
            /// `R[a] = __import__(names[b], fromlist R[c], level d)`.
            ImportName "import_name" (a: Dst, b: Name, c: Src, d: Flag) 0;
            /// `R[a] = R[b].names[c]` with the rules of `from ... import`.
            ImportFrom "import_from" (a: Dst, b: Src, c: Name) 0;
            /// `from R[a] import *` into the local namespace.
            ImportStar "import_star" (a: Src) 0;
            // ---- match
            /// `R[a] = len(R[b])`.
            GetLen "get_len" (a: Dst, b: Src) 0;
            /// `R[a] = R[b]` is a mapping for patterns.
            MatchMapping "match_mapping" (a: Dst, b: Src) 0;
            /// `R[a] = R[b]` is a sequence for patterns.
            MatchSequence "match_sequence" (a: Dst, b: Src) 0;
            /// `R[a] = tuple of values of R[b] for the keys in tuple R[c]`, or None.
            MatchKeys "match_keys" (a: Dst, b: Src, c: Src) 0;
            /// `R[a] = tuple of attributes` of subject `R[b]` for class `R[b+1]`, d positional patterns, keyword names tuple `R[c]`; or None.
            MatchClass "match_class" (a: Dst, b: SrcRun, c: Src, d: Flag) 0;
            // ---- annotations
            /// Makes sure the local namespace has `__annotations__`.
            SetupAnnotations "setup_annotations" () 0;
            // ---- the interactive shell
            /// Shows `R[a]` by `sys.displayhook`.
            PrintExpr "print_expr" (a: Src) 0;
            // ---- added by the compiler
            /// `R[a], R[a+1] = R[b], unset`: what `call` takes.
            MoveCallable "move_callable" (a: DstRun, b: Src) 0;
            /// `R[a], R[a+1] = globals or builtins [names[b]], unset`: what `call` takes.
            LoadGlobalCallable "load_global_callable" (a: DstRun, b: Name) 1;
            /// `R[a] = mapping R[b][name of the cell in register c]`, falling back to the contents of cell `R[c]` (annotation scopes in
            /// classes).
            LoadFromDictOrCell "load_from_dict_or_cell" (a: Dst, b: Src, c: Src) 0;
            /// `R[a] = tuple(R[b])` for the lone `*x` of a call of `R[c]` (a tuple as it is); what cannot be iterated over raises the call's
            /// TypeError ("... argument after * must be an iterable, not X").
            StarArguments "star_arguments" (a: Dst, b: Src, c: Src) 0;
        }
    };
}

macro_rules! define {
    ($($(#[$doc:meta])* $name:ident $text:literal ($($field:ident : $kind:ident),*) $caches:literal;)*) => {
        /// A bytecode.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        #[repr(u8)]
        pub enum Op { $($(#[$doc])* $name),* }

        impl Op {
            /// All ops in the order of their numbers.
            pub const ALL: &[Op] = &[$(Op::$name),*];

            /// The name shown by the disassembler.
            pub fn text(self) -> &'static str {
                match self { $(Op::$name => $text),* }
            }

            /// How many cache words follow the instruction word.
            pub const fn caches(self) -> usize {
                match self { $(Op::$name => $caches),* }
            }

            /// Field name (`a`, `b`, `c`, `d`, `imm`) and kind of each operand.
            pub fn operands(self) -> &'static [(&'static str, OperandKind)] {
                match self { $(Op::$name => &[$((stringify!($field), OperandKind::$kind)),*]),* }
            }
        }
    };
}
for_each_op!(define);

impl Op {
    /// Whether execution never goes on with the next instruction.
    pub fn ends(self) -> bool {
        matches!(
            self,
            Op::Jump
                | Op::JumpBack
                | Op::Return
                | Op::Finish
                | Op::Raise
                | Op::Reraise
                | Op::EndAsyncFor
        )
    }

    /// The op with this number, if there is one.
    #[inline(always)]
    pub fn from_number(number: u8) -> Option<Op> {
        if usize::from(number) >= Op::ALL.len() {
            return None;
        }
        // SAFETY: the numbers of a `repr(u8)` enum without given discriminants count from 0, and there are as many as names in `ALL`.
        Some(unsafe { std::mem::transmute::<u8, Op>(number) })
    }

    /// The op with this number.
    ///
    /// # Safety
    /// There is one: the number comes from a word that the compiler made or `verify` accepted.
    #[inline(always)]
    pub unsafe fn from_verified(number: u8) -> Op {
        debug_assert!(usize::from(number) < Op::ALL.len(), "no op {number}");
        // SAFETY: as in `from_number`; the caller promises that the number is one.
        unsafe { std::mem::transmute::<u8, Op>(number) }
    }
}
