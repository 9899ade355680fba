//! table: the operations behind `call_intrinsic`, for language constructs too rare for a bytecode of their own.

/// Calls `$go!` with all rows: doc (arguments from `R[b]` up, and the result), name, number of arguments.
#[macro_export]
macro_rules! for_each_intrinsic {
    ($go:ident) => {
        $go! {
            /// The builtin class NotImplementedError.
            NotImplementedError 0;
            /// `except*`: of the original group and the list of raised and unmatched exceptions (entries may be None), the exception
            /// to raise again, or None.
            PrepReraiseStar 2;
            /// A TypeVar, from its name.
            TypeVar 1;
            /// A TypeVar, from its name and the function that evaluates its bound.
            TypeVarWithBound 2;
            /// A TypeVar, from its name and the function that evaluates its tuple of constraints.
            TypeVarWithConstraints 2;
            /// A ParamSpec, from its name.
            ParamSpec 1;
            /// A TypeVarTuple, from its name.
            TypeVarTuple 1;
            /// The type parameter given first, its default evaluated by the function given second.
            SetTypeParamDefault 2;
            /// `Generic[*parameters]`, from the tuple of type parameters.
            SubscriptGeneric 1;
            /// The function given first, its `__type_params__` set to the tuple given second.
            SetFunctionTypeParams 2;
            /// A type alias, from its name, the tuple of its type parameters or None, and the function that evaluates it.
            TypeAlias 3;
        }
    };
}

macro_rules! define {
    ($($(#[$doc:meta])* $name:ident $count:literal;)*) => {
        /// An operation behind `call_intrinsic`.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        #[repr(u16)]
        pub enum Intrinsic { $($(#[$doc])* $name),* }

        impl Intrinsic {
            /// All intrinsics in the order of their numbers.
            pub const ALL: &[Intrinsic] = &[$(Intrinsic::$name),*];

            /// How many registers from `R[b]` up it reads.
            pub const fn arguments(self) -> usize {
                match self { $(Intrinsic::$name => $count),* }
            }

            /// Its name.
            pub const fn text(self) -> &'static str {
                match self { $(Intrinsic::$name => stringify!($name)),* }
            }

            /// The intrinsic with this number, if there is one.
            pub fn from_number(number: u16) -> Option<Intrinsic> {
                Self::ALL.get(usize::from(number)).copied()
            }
        }
    };
}
for_each_intrinsic!(define);
